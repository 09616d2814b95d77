"""Reading a CSV file of a book: UTF-8, regular, with the columns that it must have."""

import csv
import io
import os
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import Refused, read_bytes

Row = dict[Any, Any]


def read_csv(root: Path, name: str, required: tuple[str, ...]) -> list[tuple[int, Row]]:
    """The rows of the file (relative to the book's folder), each with the number of its line; a missing cell is "", cells
    beyond the head are a list under None.

    Raises Refused, with a message for an official, for a file that cannot be read, is not UTF-8 or lacks a column.
    """
    return rows_of(read_bytes(root, name), required)


def register(root: Path, name: str, required: tuple[str, ...], called: str) -> list[tuple[int, Row]]:
    """The rows of a register of the book, none where there is no such file. Raises Untrusted, which names it as `called`."""
    try:
        return read_csv(root, name, required) if os.path.lexists(root / name) else []
    except Refused as error:
        raise Untrusted([Problem(name, 0, f"{called}{error}")]) from None


def rows_of(data: bytes, required: tuple[str, ...], missing: str | None = "") -> list[tuple[int, Row]]:
    """The rows of such a file from its content; a cell that a row lacks is `missing`. Raises Refused."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused("带有 BOM 标记，应为不带 BOM 的 UTF-8")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True, restval=missing)
        lacking = [column for column in required if column not in (reader.fieldnames or ())]
        if lacking:
            raise Refused(f"缺少列 {'、'.join(lacking)}")
        rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise Refused("不是 UTF-8 编码（可能是 GBK），应另存为 UTF-8") from None
    except csv.Error:
        raise Refused(f"第 {reader.line_num} 行一带不是正确的 CSV：请检查引号是否成对") from None
    return rows
