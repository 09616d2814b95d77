"""A sheet as an office sends it: title, unit and head lines, header, rows, total; several of them make a workbook."""

import csv
from collections.abc import Iterable, Mapping, Sequence
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
    text = resources.files("samples.county").joinpath("headers.csv").read_text("utf-8")
    return {kind: header for kind, *header in csv.reader(text.splitlines())}


HEADERS = _headers()  # of each kind of sheet, by the kinds' names


@dataclass
class Table:
    """One sheet; `head` are lines above the header, `summed` the columns whose total the last row gives.

    `over` names what spans several columns in a first header row, `down` the columns whose equal cells are merged,
    `page` the number of rows after which the header is printed again.
    """

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    head: Sequence[str] = ()
    summed: Sequence[str] = ()
    notes: Sequence[str] = field(default=())
    over: Mapping[str, Sequence[str]] = field(default_factory=dict)
    down: Sequence[str] = ()
    page: int = 0
    total_first: bool = False
    hidden: bool = False


def yuan(fen: int) -> float:
    return float(Decimal(fen) / 100)


def wan(fen: int) -> float:
    """分 as 万元."""
    return float(Decimal(fen) / 1_000_000)


def write_workbook(path: Path, tables: Iterable[Table]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.sheet_state = "hidden" if table.hidden else "visible"
        _write(sheet, table)
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
    _header(sheet, table)
    top = sheet.max_row
    total = [total_row(table, table.rows)] if table.summed else []
    rows = [*total, *table.rows] if table.total_first else [*table.rows, *total]
    for number, row in enumerate(rows):
        if table.page and number and number % table.page == 0:
            _header(sheet, table)
        sheet.append(list(row))
    for line in table.notes:
        sheet.append([line])
    _merge_down(sheet, table, top)
    for column, name in enumerate(table.header, 1):
        longest = max([len(str(row[column - 1] or "")) for row in table.rows[:50]], default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(len(name) * 2 + 2, longest * 1.4 + 2), 44)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.freeze_panes = f"A{top + 1}"


def _header(sheet: Worksheet, table: Table) -> None:
    """The header: one row, or two where something spans several columns."""
    spanned = {name: text for text, names in table.over.items() for name in names}
    first = sheet.max_row + 1
    if spanned:
        sheet.append([spanned.get(name, name) for name in table.header])
    sheet.append([name if name in spanned or not spanned else None for name in table.header])
    for row in range(first, sheet.max_row + 1):
        for cell in sheet[row]:
            cell.font, cell.alignment, cell.border = Font(bold=True), _CENTRED, _BORDER
    for names in table.over.values():
        columns = [table.header.index(name) + 1 for name in names]
        _merge(sheet, first, min(columns), first, max(columns))
    for column, name in enumerate(table.header, 1):
        if spanned and name not in spanned:
            _merge(sheet, first, column, first + 1, column)


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _merge_down(sheet: Worksheet, table: Table, top: int) -> None:
    """Merge the equal cells of columns; a column's cells part where those to the left of it do."""
    first = top + 1 + bool(table.summed and table.total_first)
    columns = [table.header.index(name) for name in table.down]
    for number, column in enumerate(columns):
        keys = [[row[before] for before in columns[: number + 1]] for row in table.rows]
        start = 0
        for row in range(1, len(keys) + 1):
            if row == len(keys) or keys[row] != keys[start]:
                if row > start + 1 and keys[start][-1] not in (None, ""):
                    _merge(sheet, first + start, column + 1, first + row - 1, column + 1)
                start = row


def total_row(table: Table, rows: Sequence[Sequence[Any]], label: str = "合计") -> list[Any]:
    """A total of the rows under the summed columns, its label in the first column."""
    columns = {table.header.index(name) for name in table.summed}
    row: list[Any] = [label]
    for column in range(1, len(table.header)):
        numbers = [Decimal(str(r[column])) for r in rows if r[column] not in (None, "")] if column in columns else []
        row.append(float(sum(numbers)) if column in columns else None)
    return row
