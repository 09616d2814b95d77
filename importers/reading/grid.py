"""Files as grids of cells, whatever they came in: .xlsx, .xls, CSV in UTF-8, UTF-8 with BOM, GB18030 or UTF-16.

A cell is text, a number (float), a date, a truth value, or "" where there is nothing. Row and column numbers are those
of the sheet, from 0. Only visible sheets are read; hidden ones are named.
"""

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from defusedxml import ElementTree

from importers.reading.container import CELL_LIMIT, PIECE, Refused, Scan, kind_of, scan_workbook

_ENCODINGS = ("utf-8", "gb18030")
_QUOTED = re.compile(r'="(.*)"\Z', re.DOTALL)
MERGE_LIMIT = 100_000


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


def read_file(path: Path, name: str | None = None) -> File:
    """Read every visible sheet of a file. Raises Refused with a message in Chinese."""
    shown = name or path.name
    kind = kind_of(path)
    if kind == "csv":
        return File(shown, [Grid(shown, "", _read_csv(path))], [])
    return _read_xlsx(path, shown) if kind == "xlsx" else _read_xls(path, shown)


def _read_xlsx(path: Path, name: str) -> File:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    scans = scan_workbook(path)
    parts, date1904 = _sheet_parts(path)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
            hidden = [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]
            grids = []
            for title in visible:
                sheet = workbook.get_sheet_by_name(title)
                merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
                if len(merged) > MERGE_LIMIT:
                    raise Refused("工作表的合并单元格多得不正常")
                rows = sheet.to_python(skip_empty_area=False)
                grids.append(Grid(name, title, rows, merged, scans.get(parts.get(title, ""), Scan()), date1904))
    except Refused:
        raise
    except BaseException as error:  # a panic inside the reader is no Exception
        if isinstance(error, CalamineError | OSError | ValueError) or type(error).__name__ == "PanicException":
            raise Refused(f"工作簿损坏，无法读取（{type(error).__name__}）") from None
        raise
    return File(name, grids, hidden)


def _sheet_parts(path: Path) -> tuple[dict[str, str], bool]:
    """Sheet name -> the part that holds it, and whether dates count from 1904."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            book = ElementTree.fromstring(archive.read(names["xl/workbook.xml"]))
            links = ElementTree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))
    except (KeyError, ElementTree.ParseError, ValueError, zipfile.BadZipFile):
        raise Refused("工作簿的目录无法读取") from None
    targets = {link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))) for link in links}
    parts, date1904 = {}, False
    for element in book.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            parts[element.get("name", "")] = names.get(targets.get(relation, "").lstrip("/").lower(), "")
        elif tag == "workbookPr":
            date1904 = element.get("date1904") in ("1", "true")
    return parts, date1904


def _read_xls(path: Path, name: str) -> File:
    import xlrd

    try:
        workbook = xlrd.open_workbook(path, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO())
        sheets = [workbook.sheet_by_index(number) for number in range(workbook.nsheets)]
    except xlrd.XLRDError as error:
        reason = "有密码保护，请去掉密码后再导入" if "ncrypt" in str(error) else "损坏，或不是 Excel 文件"
        raise Refused(f"工作簿{reason}") from None
    except Exception as error:  # xlrd raises struct.error, UnicodeError, its own CompDocError … on damaged files
        raise Refused(f"工作簿损坏，无法读取（{type(error).__name__}）") from None
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


def _read_csv(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    text = _decode(data)
    if "\0" in text:
        raise Refused("文件名是 CSV，内容却不是文本")
    sample = text[:PIECE]
    lines = [line for line in sample.splitlines() if line.strip()]
    delimiter = max("\t;,", key=lambda mark: sum(mark in line for line in lines))  # the first of those that are equal
    try:
        rows: list[list[Any]] = [
            [_unquoted(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise Refused(f"CSV 无法读取（{error}）") from None
    if sum(map(len, rows)) > CELL_LIMIT:
        raise Refused("CSV 大得不正常，不予读取")
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        data, encodings = data.removeprefix(b"\xef\xbb\xbf"), _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("CSV 的编码认不出：应为 UTF-8 或 GB18030（GBK）")


def _unquoted(cell: str) -> str:
    """Exports write ="0012" or '0012 so that Excel keeps the text: the text is meant."""
    match = _QUOTED.match(cell.strip())
    return match.group(1) if match else cell.removeprefix("'")


def blank(row: list[Any]) -> bool:
    return not any(cell != "" and str(cell).strip() for cell in row)


def cells(row: list[Any]) -> Iterator[tuple[int, Any]]:
    """The cells of a row that hold something."""
    for column, cell in enumerate(row):
        if cell != "" and (not isinstance(cell, str) or cell.strip()):
            yield column, cell
