"""原文: the lines of the book behind a number. Only files of the book; those with people in them only to who may."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit
from reports.desk.kit import PageError
from reports.desk.review import Review

AROUND = 25
ALONE = False  # there is no page without a file


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"file": "main.beancount", "line": "1"}]


def view(desk: Any, _review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The lines around the one that is asked for."""
    name, text = args.get("file", ""), args.get("line", "1")
    public, personal = desk.files
    if name in personal and not kit.sees_rolls():
        raise PageError(403, "清册和农户名册只有可看清册的人（经办、审计员、负责人）可以查看")
    if name not in public and not (name in personal and kit.sees_rolls()):
        raise PageError(404, "账簿里没有这个文件")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    try:
        lines = (desk.root / name).read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise PageError(503, f"{name} 现在无法读取，可能正在改动，请稍后再试") from None
    wanted = min(max(wanted, 1), len(lines))
    first = max(1, wanted - AROUND)
    last = min(len(lines), wanted + AROUND)
    return {
        "file": name,
        "wanted": wanted,
        "last_of_entry": _end(lines, wanted),
        "lines": list(enumerate(lines[first - 1 : last], start=first)),
        "earlier": max(1, first - AROUND) if first > 1 else None,
        "later": min(len(lines), last + AROUND) if last < len(lines) else None,
        "total": len(lines),
    }


def _end(lines: list[str], wanted: int) -> int:
    """The last line of the directive that begins on the line: those that follow and are indented."""
    end = wanted
    while end < len(lines) and lines[end][:1] in (" ", "\t") and lines[end].strip():
        end += 1
    return end
