"""Lists as files for a spreadsheet: what is shown, all of it, as CSV or xlsx."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ledgers.money import percent, yuan
from reports.desk import listing
from reports.desk.listing import Column
from reports.formulas import defused
from reports.workbook import COUNT, DATE, MONEY, RATIO, TEXT, Row, Workbook
from reports.workbook import Column as BookColumn

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 20_000  # rows of one file


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows for a spreadsheet: UTF-8 with its mark; a text that would be taken for a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def plain(cell: Any) -> str:
    """A cell's text, harmless in a spreadsheet."""
    return "" if cell is None else defused(str(cell))


def workbook(title: str, note: str, day: date, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as a workbook in which numbers are numbers, with what was asked for above the table."""
    book = Workbook(title, day)
    sheet = book.sheet(title, [12.0] * len(columns))
    sheet.title(title)
    sheet.note(note)
    kinds = [book_column(one) for one in columns]
    sheet.table(kinds, [Row(tuple(cell_of(value) for value in row)) for row in rows])
    return book.content()


def book_column(column: Column) -> BookColumn:
    """A list's column as a workbook's."""
    kinds = {listing.MONEY: MONEY, listing.YUAN: MONEY, listing.COUNT: COUNT, listing.RATIO: RATIO, listing.DATE: DATE}
    unit = "（元）" if kinds.get(column.kind) == MONEY and "元" not in column.title else ""
    return BookColumn(f"{column.title}{unit}", 12, kinds.get(column.kind, TEXT))


def cell_of(value: Any) -> Any:
    return "" if value is None else value


def csv_cell(column: Column, value: Any) -> Any:
    """As text that a program reads as easily as a person: yuan with a point, shares as a percentage."""
    if value is None:
        return ""
    if column.kind in (listing.MONEY, listing.YUAN):
        return yuan(value)
    return percent(value) if column.kind == listing.RATIO else value
