"""Files that the records of imports name and that the book does not read any more: taken out as a whole, a month file is
missed by nobody where an `include` names the months by a pattern."""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ledgers.files.problems import Problem
from ledgers.files.safely import Refused, read_bytes

IMPORTS = "imports"  # imports/0007.json: which lines of which files the seventh import changed
_RECORD = re.compile(r"\d{4,}\.json", re.ASCII)
_NAMED = re.compile(rb'"([^"\\]+\.beancount)":\{"new":')


def vanished(root: Path, read: Collection[str]) -> Iterator[Problem]:
    """Every such file, once; `read` are the names of those that the book consists of."""
    told = set(read)
    for record in sorted(_records(root)):
        try:
            content = read_bytes(root, f"{IMPORTS}/{record}")
        except Refused:
            continue  # what cannot be read can tell of nothing
        for name in dict.fromkeys(_NAMED.findall(content)):
            text = name.decode("utf-8", "replace")
            if text not in told:
                told.add(text)
                said = f"第 {int(record[:-5])} 次导入写过这个文件，现在账簿里没有它：可能被删除、改名，或不再被 include"
                yield Problem(text, 0, f"{said}，请从备份恢复；确实不要的，放一个只有一行注释的同名文件")


def _records(root: Path) -> list[str]:
    try:
        return list(filter(_RECORD.fullmatch, os.listdir(root / IMPORTS)))
    except OSError:
        return []
