"""Files that the records of imports name and that the book does not read any more: taken out as a whole, a month file is
missed by nobody where an `include` names the months by a pattern.

A record names the files that its import wrote, and the months written by hand that stood there then. A month that was
written by hand and taken out between two imports and seals leaves no trace but its vouchers' numbers.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ledgers.files.problems import Problem
from ledgers.files.safely import Refused, read_bytes

MONTHS = "months"  # of a record: the month files that no import made
IMPORTS = "imports"  # imports/0007.json: which lines of which files the seventh import changed
_RECORD = re.compile(r"\d{4,}\.json", re.ASCII)
_MONTH = re.compile(r"\d{4}/\d{2}\.beancount", re.ASCII)
_MADE = re.compile(rb'"([^"\\]+\.beancount)":\{"new":true')
_STOOD = re.compile(rb'"months":\[([^\]]*)\]\}\s*\Z')
_NAMED = re.compile(rb'"([^"\\]+\.beancount)":\{"new":')


def vanished(root: Path, read: Collection[str]) -> Iterator[Problem]:
    """Every such file, once; `read` are the names of those that the book consists of."""
    told = set(read)
    for record, content in _contents(root):
        stood = [name for name in _stood(content) if not os.path.lexists(root / name.decode("utf-8", "replace"))]
        for found, said in ((_NAMED.findall(content), "次导入写过这个文件"), (stood, "次导入时账簿里有这个文件")):
            for name in (one.decode("utf-8", "replace") for one in found):
                if name not in told:
                    told.add(name)
                    about = f"第 {int(record[:-5])} {said}，现在账簿里没有它：可能被删除、改名，或不再被 include"
                    yield Problem(name, 0, f"{about}，请从备份恢复；确实不要的，放一个只有一行注释的同名文件")


def by_hand(root: Path) -> list[str]:
    """The month files of a book that no import made."""
    made = {name.decode("utf-8", "replace") for _, content in _contents(root) for name in _MADE.findall(content)}
    found = (f"{year.name}/{path.name}" for year in root.iterdir() if year.is_dir() for path in year.glob("*.beancount"))
    return sorted(name for name in found if _MONTH.fullmatch(name) and name not in made)


def _stood(content: bytes) -> list[bytes]:
    match = _STOOD.search(content)
    return re.findall(rb'"([^"\\]+)"', match[1]) if match else []


def _contents(root: Path) -> Iterator[tuple[str, bytes]]:
    for record in sorted(_records(root)):
        try:
            yield record, read_bytes(root, f"{IMPORTS}/{record}")
        except Refused:
            continue  # what cannot be read can tell of nothing


def _records(root: Path) -> list[str]:
    try:
        return list(filter(_RECORD.fullmatch, os.listdir(root / IMPORTS)))
    except OSError:
        return []
