"""Small books for tests: text in, a folder out, with roll digests filled in."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ledgers.tables.rolls import digest

HEAD = """option "title" "测试账簿"
option "operating_currency" "CNY"
plugin "beancount.plugins.auto_accounts"
"""
_DIGEST = re.compile(r'"@([^"]+)"')


def write_book(folder: Path, text: str, files: Mapping[str, str] = {}, *, head: str = HEAD) -> Path:
    """Write a book of one file; `"@ROLL"` in its text becomes the digest of that roll in `files` (path -> content)."""
    folder.mkdir(parents=True, exist_ok=True)
    rolls: dict[str, list[str]] = {}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        for line in content.splitlines()[1:] if name.startswith("rolls/") else ():
            rolls.setdefault(line.split(",")[0], []).append(line)
    filled = _DIGEST.sub(lambda match: f'"{digest(rolls[match[1]])}"', text)
    (folder / "main.beancount").write_text(head + filled, "utf-8")
    return folder


def few(cases: Iterable[Any], count: int = 2) -> list[Any]:
    """The first cases are in the fast suite, all others in the slow one."""
    return [one if n < count else pytest.param(one, marks=pytest.mark.slow) for n, one in enumerate(cases)]
