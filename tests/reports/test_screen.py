"""What a book says obeys no terminal: characters that cannot be seen are shown by their code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.books import few
from tests.seals.books import edit, make

TITLE = "示例县衔接资金与资产台账"
UNSEEN = {"\x1b": "〔U+001B〕", "\x9b": "〔U+009B〕", "\u202e": "〔U+202E〕", "\x07": "〔U+0007〕", "\u200b": "〔U+200B〕", "\r": "〔U+000D〕"}


def run(*arguments: object, **environment: str) -> tuple[str, str]:
    code = "from xianjie.commands import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, timeout=60, env={**os.environ, **environment})
    encoding = environment.get("PYTHONIOENCODING", "utf-8").replace("ascii", "utf-8")
    return done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = make(tmp_path_factory.mktemp("screen") / "book")
    edit(book / "main.beancount", TITLE, TITLE + "".join(UNSEEN))
    edit(book / "registry/registry.beancount", 'name: "美翠村产业路"', f'name: "美翠村{"".join(UNSEEN)}产业路"')
    return book


@pytest.mark.parametrize("arguments", [("check", "--as-of", "2022-12-31"), ("trace", "XS2022-0001", "--as-of", "2022-12-31"), ("doctor",)])
def test_nothing_unseen_is_printed(book: Path, arguments: tuple[str, ...]) -> None:
    out, err = run(arguments[0], book, *arguments[1:])
    assert not {*UNSEEN} & {*out, *err}
    if arguments[0] != "doctor":
        assert "".join(UNSEEN.values()).replace("〔U+000D〕", "") in out.replace("〔U+000D〕", "")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_document_says_the_same(book: Path, form: str) -> None:
    out, _ = run("check", book, "--as-of", "2022-12-31", "--format", form)
    assert not {*UNSEEN} & {*out}
    assert f"美翠村{''.join(UNSEEN)}产业路" in names(json.loads(out))


def names(value: object) -> str:
    """All texts of a document, one after the other."""
    if isinstance(value, dict | list):
        return "\n".join(map(names, value.values() if isinstance(value, dict) else value))
    return str(value)


@pytest.mark.parametrize("encoding", few(["gbk", "ascii", "latin-1"], 1))
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_terminal_that_cannot_show_a_character_is_no_crash(book: Path, encoding: str, form: str, tmp_path: Path) -> None:
    """A name with a character outside GBK is shown by its code; JSON says exactly what it says elsewhere."""
    rare = tmp_path / "book"
    shutil.copytree(book, rare)
    edit(rare / "registry/registry.beancount", 'name: "美翠村', 'name: "𠮷美翠村')
    out, err = run("check", rare, "--as-of", "2022-12-31", "--format", form, PYTHONIOENCODING=encoding)
    assert "程序出错" not in err
    if form == "json":
        assert out.isascii() or encoding == "ascii", "where nothing is known, UTF-8 is spoken"
        assert json.loads(out) == json.loads(run("check", rare, "--as-of", "2022-12-31", "--format", form)[0])


def test_an_error_names_what_cannot_be_seen(tmp_path: Path) -> None:
    _, err = run("check", tmp_path / "no\x1b[2Jbook\u202e")
    assert "〔U+001B〕" in err
    assert "〔U+202E〕" in err
    assert "\x1b" not in err
