"""What Beancount says of a book is said in Chinese, whatever it says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import beancount
import pytest
from beancount.parser import options

from ledgers.files.messages import explain
from ledgers.files.plugin_lines import ADMITTED

HOME = Path(beancount.__file__).parent
MODULES = [
    "loader.py",
    "core/compare.py",
    "core/number.py",
    *(f"{name.replace('.', '/').removeprefix('beancount/')}.py" for name in ADMITTED),
]
PARTS = {
    "parser": ("booking", "booking_full", "booking_method", "grammar", "lexer", "options"),
    "ops": ("balance", "documents", "pad", "validation"),
}
_ENGLISH = re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z]+){2,}")


def _files() -> Iterator[Path]:
    yield from (HOME / name for name in MODULES)
    yield from (HOME / folder / f"{name}.py" for folder, names in PARTS.items() for name in names)


def _filled(node: ast.expr) -> str:
    """A text as it would be uttered, every hole filled; "" for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[^{}]*\}", "X", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_filled(part) or "X" for part in node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _filled(node.func.value)
    if isinstance(node, ast.BinOp):
        return _filled(node.left) + _filled(node.right)
    return ""


def _uttered() -> Iterator[str]:
    """Every message of an error in Beancount's loading, and those that stand in the compiled parser."""
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error") and node.args:
                yield _filled(node.args[1 if len(node.args) > 1 else 0])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "message":
                yield _filled(node.value)
    for group in options.PUBLIC_OPTION_GROUPS:
        yield from (one.deprecated for one in group.options if isinstance(one.deprecated, str))
    yield from (
        "syntax error, unexpected SLASH, expecting end of file or EOL or TAG or LINK",
        "syntax error",
        "Invalid token: 'x'",
    )
    yield from (
        "Invalid number format: '1,2'",
        "ValueError: day is out of range for month",
        "TypeError: unorderable types",
    )


# Holes that are filled in one way only.
_SO = {
    "(X X)": "(X too much)",
    "not balance: X": "not balance: (X)",
    "Duplicate entry: X": "Duplicate entry: Open(X)",
    "X (X:X)": "",
}


def _as_uttered(message: str) -> str:
    for hole, so in _SO.items():
        message = message.replace(hole, so)
    return message


MESSAGES = sorted({_as_uttered(message) for message in _uttered() if _as_uttered(message)})


def test_there_are_as_many_as_were_read() -> None:
    assert len(MESSAGES) > 90


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_has_its_chinese(tmp_path: Path, message: str) -> None:
    problem = explain(SimpleNamespace(source={"filename": "x", "lineno": 1}, message=message), tmp_path, {"x": "x"})
    assert "没有它的中文说法" not in problem.message
    assert not _ENGLISH.search(problem.message), problem.message
    assert "{" not in problem.message.replace("{{…}}", "").replace("{…}", "")


def test_what_is_not_known_is_told_as_it_is(tmp_path: Path) -> None:
    problem = explain(SimpleNamespace(source=None, message="Quite another thing"), tmp_path, {})
    assert problem.message.endswith("：Quite another thing")
    assert problem.file == "main.beancount"
