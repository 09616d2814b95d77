"""Files as grids of cells, whatever they came in: .xlsx, .xlsb, .xls, .ods, or text in UTF-8, GB18030 or UTF-16.

A cell is text, a number (float), a date, a truth value, or "" where there is nothing. Row and column numbers are those
of the sheet, from 0. Only visible sheets are read; hidden ones are named. Nothing here opens a file: it works on bytes,
in a process that may not do anything else (confined.py).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from importers.reading import package
from importers.reading.container import CELL_LIMIT, Refused, Scan, Unreadable, kind_of, scan_workbook
from importers.reading.text import read_text

MERGE_LIMIT = 100_000
SECTOR = 512  # bytes: an old workbook consists of whole ones
SLOW_LIMIT = 20 * 2**20  # bytes that openpyxl is given: it takes twelve times as long
_OTHERWISE = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"


class _Damaged(Unreadable):
    """The file is not as its reader wants it; another reader may take it."""


@dataclass
class Grid:
    """One visible sheet: its rows, and what the rows do not tell."""

    file: str
    sheet: str  # the tab's name, "" for CSV
    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, first column, last row, last column
    scan: Scan = field(default_factory=Scan)
    date1904: bool = False


@dataclass
class File:
    """A file as it was found: its visible sheets, and the names of those that are hidden."""

    name: str
    grids: list[Grid]
    hidden: list[str]
    sha256: str = ""
    remarks: list[str] = field(default_factory=list)


def read_file(data: bytes, name: str, suffix: str) -> File:
    """Read every visible sheet of a file's bytes. Raises Refused with a message in Chinese."""
    kind = kind_of(data, suffix)
    if kind == "csv":
        return File(name, [Grid(name, "", read_text(data))], [])
    if kind == "html":
        return _read_html(data, name)
    if kind == "zip":
        return _read_zip(data, name)
    try:
        return _read_xls(data, name)
    except _Damaged:
        pass
    try:
        return _read_fast(data, name, {}, False)  # less exact (no hidden rows), and less exacting
    except Unreadable as error:
        raise (error if len(data) % SECTOR == 0 else Refused(str(error))) from None  # a part of a file is beyond help


def _read_html(data: bytes, name: str) -> File:
    from importers.reading.webpage import read_html  # a library of its own, wanted for web pages alone

    tables = read_html(data)
    titles = [f"表{number}" if len(tables) > 1 else "" for number in range(1, len(tables) + 1)]
    grids = [Grid(name, title, one.rows, one.merged, Scan(one.hidden)) for title, one in zip(titles, tables, strict=True)]
    return File(name, grids, [])


def _read_zip(data: bytes, name: str) -> File:
    if package.format_of(data) != "xlsx":
        return _read_fast(data, name, {}, False)
    workbook = package.opened(data)
    scans = scan_workbook(workbook.data, set(workbook.sheets.values()))
    about = {title: scans.get(part, Scan()) for title, part in workbook.sheets.items()}
    try:
        return _read_fast(workbook.data, name, about, workbook.date1904)
    except Unreadable:
        pass
    try:
        return _read_fast(package.without_dimensions(workbook).data, name, about, workbook.date1904)
    except Unreadable:
        return _read_slowly(workbook.data, name, about, workbook.date1904)


def _read_slowly(data: bytes, name: str, scans: dict[str, Scan], date1904: bool) -> File:
    """Read a workbook by openpyxl, which takes some that calamine does not. Raises Refused."""
    from openpyxl import load_workbook

    if len(data) > SLOW_LIMIT:
        raise Unreadable(f"工作簿损坏，无法读取：{_OTHERWISE}")
    try:
        workbook = load_workbook(io.BytesIO(data), data_only=True)
        visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
        grids = [_slow_grid(sheet, name, scans.get(sheet.title, Scan()), date1904) for sheet in visible]
    except Refused:
        raise
    except Exception:  # openpyxl raises whatever its parts raise on damaged files
        raise Unreadable(f"工作簿损坏，无法读取：{_OTHERWISE}") from None
    return File(name, grids, hidden)


def _slow_grid(sheet: Any, name: str, scan: Scan, date1904: bool) -> Grid:
    if sheet.max_row * sheet.max_column > CELL_LIMIT:
        raise Refused(f"工作表有 {sheet.max_row} 行 {sheet.max_column} 列，大得不正常：请删去表外的内容")
    rows = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    merged = [(one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1) for one in sheet.merged_cells.ranges]
    return Grid(name, sheet.title, rows, merged, scan, date1904)


def _read_fast(data: bytes, name: str, scans: dict[str, Scan], date1904: bool) -> File:
    """Read a workbook by calamine. Raises Refused for a damaged one."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
            hidden = [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]
            grids = [_grid(workbook.get_sheet_by_name(title), name, scans.get(title, Scan()), date1904) for title in visible]
    except Refused:
        raise
    except BaseException as error:  # a panic inside the reader is no Exception
        if isinstance(error, CalamineError | OSError | ValueError) or type(error).__name__ == "PanicException":
            raise Unreadable(f"工作簿损坏，无法读取：{_OTHERWISE}") from None
        raise
    return File(name, grids, hidden)


def _grid(sheet: Any, name: str, scan: Scan, date1904: bool) -> Grid:
    height, width = sheet.total_height + 1, sheet.total_width + 1
    if height * width > CELL_LIMIT:
        raise Refused(f"工作表有 {height} 行 {width} 列，大得不正常：请删去表外的内容")
    merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
    if len(merged) > MERGE_LIMIT:
        raise Refused("工作表的合并单元格多得不正常")
    return Grid(name, sheet.name, sheet.to_python(skip_empty_area=False), merged, scan, date1904)


def _read_xls(data: bytes, name: str) -> File:
    import xlrd

    try:
        workbook = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=io.StringIO(),
            ignore_workbook_corruption=True,  # chains of sectors that run on: Excel and LibreOffice read them too
        )
        sheets = [workbook.sheet_by_index(number) for number in range(workbook.nsheets)]
    except Exception as error:  # xlrd raises struct.error, UnicodeError, its own CompDocError … on damaged files
        if "ncrypt" in str(error):
            raise Refused("工作簿有密码保护：请去掉密码后再导入") from None
        raise _Damaged("工作簿损坏，无法读取") from None
    hidden = [sheet.name for sheet in sheets if sheet.visibility]
    grids = [_xls_grid(workbook, sheet, name) for sheet in sheets if not sheet.visibility]
    return File(name, grids, hidden)


def _xls_grid(workbook: Any, sheet: Any, name: str) -> Grid:
    if sheet.nrows * sheet.ncols > CELL_LIMIT:
        raise Refused(f"工作表有 {sheet.nrows} 行 {sheet.ncols} 列，大得不正常：请删去表外的内容")
    scan = Scan()
    rows = [
        [_xls_cell(workbook, cell, scan, (row, column)) for column, cell in enumerate(sheet.row(row))]
        + [""] * (sheet.ncols - sheet.row_len(row))
        for row in range(sheet.nrows)
    ]
    scan.hidden = [row for row, info in sorted(sheet.rowinfo_map.items()) if info.hidden and row < len(rows) and any(rows[row])]
    scan.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    return Grid(name, sheet.name, rows, merged, scan, bool(workbook.datemode))


def _xls_cell(workbook: Any, cell: Any, scan: Scan, where: tuple[int, int]) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            found: datetime = xlrd.xldate_as_datetime(cell.value, workbook.datemode)
        except (ValueError, OverflowError):
            return cell.value
        return found if found.time().hour or found.time().minute else found.date()
    if cell.ctype == xlrd.XL_CELL_ERROR:
        scan.errors.add(where)
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return cell.value if cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER) else ""


def blank(row: list[Any]) -> bool:
    return not any(cell != "" and str(cell).strip() for cell in row)


def cells(row: list[Any]) -> Iterator[tuple[int, Any]]:
    """The cells of a row that hold something."""
    for column, cell in enumerate(row):
        if cell != "" and (not isinstance(cell, str) or cell.strip()):
            yield column, cell
