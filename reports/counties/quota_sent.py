"""The list of funds that the level above sent down (下达指标表), held against what the counties booked."""

import csv
import io
from pathlib import Path

from ledgers.money import fen

COLUMNS = {"县": "county", "文号": "doc_no", "级次": "level", "任务": "task", "金额": "amount"}


class BadList(Exception):  # noqa: N818
    """The list cannot be used; the message names file, row and column."""


def read(path: Path) -> list[dict[str, str | int]]:
    """Rows of a CSV with the columns 县、文号、级次、任务、金额（元）. Raises BadList with every row that is wrong."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadList(f"{path.name}：缺少列 {'、'.join(missing)}，现有列：{'、'.join(reader.fieldnames or ())}")
    rows, wrong = [], []
    for row in reader:
        try:
            rows.append(_row(row))
        except ValueError as error:
            wrong.append(f"{path.name} 第 {reader.line_num} 行：{error}")
    if wrong:
        raise BadList("\n".join(wrong))
    return rows


def _text(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList(f"{path.name}：应为 UTF-8 或 GB18030 编码的 CSV")


def _row(row: dict[str, str]) -> dict[str, str | int]:
    values = {column: (row[name] or "").strip() for name, column in COLUMNS.items()}
    empty = [name for name, column in COLUMNS.items() if not values[column]]
    if empty:
        raise ValueError(f"{'、'.join(empty)} 为空")
    return {**values, "amount": fen(values["amount"].replace(",", ""))}
