"""A sheet as an office sends it: title, unit and head lines, header, rows, total; several of them make a workbook."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _headers() -> dict[str, list[str]]:
    text = resources.files("ledgers.county").joinpath("headers.csv").read_text("utf-8")
    return {kind: header for kind, *header in csv.reader(text.splitlines())}


HEADERS = _headers()  # of each kind of sheet, by the kinds' names


@dataclass
class Table:
    """One sheet; `head` are lines above the header, `summed` the columns whose total the last row gives."""

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    head: Sequence[str] = ()
    summed: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


def yuan(fen: int) -> float:
    return float(Decimal(fen) / 100)


def wan(fen: int) -> float:
    """分 as 万元."""
    return float(Decimal(fen) / 1_000_000)


def write_workbook(path: Path, tables: Iterable[Table]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _write(book.create_sheet(table.name), table)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_csv(path: Path, table: Table, encoding: str) -> Path:
    """An export of another system: header and rows, nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as target:
        csv.writer(target).writerows([table.header, *table.rows])
    return path


def _write(sheet: Worksheet, table: Table) -> None:
    width = len(table.header)
    sheet.append([table.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), _CENTRED
    for line in table.head:
        sheet.append([line])
    sheet.append(list(table.header))
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font, cell.alignment, cell.border = Font(bold=True), _CENTRED, _BORDER
    for row in table.rows:
        sheet.append(list(row))
    if table.summed:
        sheet.append(_total(table))
    for line in table.notes:
        sheet.append([line])
    for column, name in enumerate(table.header, 1):
        longest = max([len(str(row[column - 1] or "")) for row in table.rows[:50]], default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(len(name) * 2 + 2, longest * 1.4 + 2), 44)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.freeze_panes = f"A{top + 1}"


def _total(table: Table) -> list[Any]:
    columns = {table.header.index(name) for name in table.summed}
    row: list[Any] = ["合计"]
    for column in range(1, len(table.header)):
        numbers = (
            [Decimal(str(r[column])) for r in table.rows if r[column] not in (None, "")] if column in columns else []
        )
        row.append(float(sum(numbers)) if column in columns else None)
    return row
