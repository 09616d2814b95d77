"""What a file really is, and whether it is safe to open: told from its bytes before any reader sees them.

A workbook comes from anyone. A zip directory can lie and a kilobyte can unpack to gigabytes, so the parts that will be
read are first unpacked here, in pieces, against what the directory declares; the same pass over a sheet's XML collects
what the fast reader does not tell: hidden rows, formulas without a value, error values. What still gets past this meets
the limits of the process that reads (confined.py).
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

UNPACKED_LIMIT = 512 * 2**20
RATIO_LIMIT = 150  # real sheets shrink to a fifth or a thirtieth
RATIO_FREE = 20 * 2**20  # small parts may shrink as they like
ROW_LIMIT = 400_000
COLUMN_LIMIT = 256
CELL_LIMIT = 8_000_000  # rows x columns: the reader fills the whole rectangle
PART_LIMIT = 20_000
PIECE = 2**20
LONGEST_ROW = 16 * 2**20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LEFT_ALONE = re.compile(r"(?i)(?:xl/(?:media|drawings|theme|printersettings|embeddings|charts)|docprops|customxml)/.*")
_WIDE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{2,3})\d+"[^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is)\b')
_TWO_LETTERS = re.compile(rb'r="[A-Z][A-Z]')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"[^>]*>.*?</(?:\w+:)?row>', re.DOTALL)
_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?"
)
_ERROR = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>')
_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)\b")
_ROW_NUMBER = re.compile(rb'\w+\b[^>]*?\br="(\d+)"')
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData>")
_COLUMNS, _ATTRIBUTE = re.compile(rb"<(?:\w+:)?col\b([^>]*)>"), re.compile(rb'(\w+)="([^"]*)"')
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
OF_OTHERS = {".dbf", ".wk1", ".wks", ".wk4", ".wq1", ".sxc", ".numbers", ".uos", ".fods"}  # which LibreOffice may know
_TABLES_IN_XML = (b"urn:schemas-microsoft-com:office:spreadsheet", b"opendocument", b"progid=\"excel.sheet\"")
_PAGES = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<div", b"<!--")
_ARCHIVE = re.compile(rb"mime-version:|[^<]{0,400}content-type:\s*multipart/related")
_PREFIXED_CELLS = (b":c>", b":c ", b":c/")
_CELL_REFERENCES = 100_000  # of formulas or errors that are kept


class Refused(Exception):  # noqa: N818
    """The file cannot be a sheet, or is not safe to read; the message says why, in Chinese."""


class Unreadable(Refused):
    """No reader here understands what looks like a table all the same: another program might."""


@dataclass
class Scan:
    """What a look through a sheet's XML tells: rows that are hidden, cells (row, column, from 0) without a usable value."""

    hidden: list[int] = field(default_factory=list)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: int = 0  # how many the sheet has, empty ones too, whatever it calls them


def kind_of(data: bytes, suffix: str) -> str:
    """"zip", "xls", "html" or "csv", told from the content. Raises Refused where the name promises something else."""
    if not data:
        raise Refused("文件是空的")
    kind = "zip" if data.startswith(_ZIP) else "xls" if data.startswith(_OLE) else _text_kind(data[:4096], suffix)
    if suffix in (".csv", ".txt") and kind in ("zip", "xls"):
        raise Refused(f"文件名是 {suffix}，内容却是 Excel 工作簿：请改用正确的扩展名 {'.xlsx' if kind == 'zip' else '.xls'}")
    return kind


def _text_kind(head: bytes, suffix: str) -> str:
    plain = head.decode("utf-16", "ignore").encode() if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
    start = plain.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PAGES) or (start.startswith(b"<?xml") and b"<html" in start) or _ARCHIVE.match(start):
        return "html"
    if start.startswith(b"<?xml"):
        other = any(mark in start for mark in _TABLES_IN_XML)
        raise (Unreadable if other else Refused)("文件其实是 XML，只是用了表格的扩展名：请用 Excel 或 WPS 打开，另存为 .xlsx")
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        if suffix in (".csv", ".txt"):
            raise Refused("文件名是 CSV，内容却不是文本")
        found = f"扩展名是 {suffix or '（无）'}，内容却不是 Excel 工作簿：请用 Excel 或 WPS 打开，另存为 .xlsx"
        raise (Unreadable if suffix in OF_OTHERS else Refused)(found)
    return "csv"


def directory(data: bytes) -> list[zipfile.ZipInfo]:
    """The parts of a zip that its directory names. Raises Refused for anything that is no honest workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise Refused("文件不是完整的 .xlsx 工作簿（压缩包损坏，或只是用了这个扩展名）") from None
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("工作簿有密码保护：请去掉密码后再导入")
    _check_directory(parts)
    return parts


def scan_workbook(data: bytes, sheets: Collection[str]) -> dict[str, Scan]:
    """Unpack every part that may be read, against its declared size, and look through those of the sheets.

    Part name -> Scan. Raises Refused for what unpacks to something else than it says.
    """
    scans, cells = {}, 0
    stream = io.BytesIO(data)
    for part in directory(data):
        if _LEFT_ALONE.fullmatch(part.filename) or part.filename.endswith("/"):
            continue
        pieces = _xml(_inflate(stream, part), part.filename)
        if part.filename in sheets:
            scans[part.filename] = scan = _scan_sheet(pieces)
            cells += scan.cells
        else:
            for _ in pieces:
                pass
    if cells > CELL_LIMIT:
        raise Refused(f"工作簿有 {cells} 个单元格，大得不正常（最多 {CELL_LIMIT} 个）：请删去表外的内容")
    return scans


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if len(set(names)) != len(names) or len(parts) > PART_LIMIT:
        raise Refused("工作簿内部的文件重复或过多，不是正常的 .xlsx")
    for part in parts:
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("工作簿用了不认识的压缩方法")
        if part.file_size > RATIO_FREE and part.file_size > RATIO_LIMIT * max(part.compress_size, 1):
            raise Refused("工作簿解压后大得不正常（压缩炸弹），不予读取")
    total = sum(part.file_size for part in parts)
    if total > UNPACKED_LIMIT:
        raise Refused(f"工作簿解压后有 {total // 2**20} MB，超过 {UNPACKED_LIMIT // 2**20} MB，不予读取")


def _inflate(stream: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in pieces; Refused as soon as it is not what the directory declares."""
    stream.seek(part.header_offset)
    header = stream.read(30)
    if len(header) < 30 or not header.startswith(_ZIP):
        raise Refused("工作簿的压缩包损坏")
    stream.seek(sum(struct.unpack("<HH", header[26:30])), 1)
    left, total = part.compress_size, 0
    engine = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    pending = b""
    while left or pending:
        if not pending:
            pending = stream.read(min(PIECE, left))
            left -= len(pending)
            if not pending:
                raise Refused("工作簿的压缩包不完整")
        try:
            piece = engine.decompress(pending, PIECE) if engine else pending
        except zlib.error:
            raise Refused("工作簿的压缩包损坏") from None
        pending = engine.unconsumed_tail if engine else b""
        total += len(piece)
        if total > part.file_size or (engine and engine.eof and (engine.unused_data or left)):
            raise Refused("工作簿内部的大小与目录不符（压缩炸弹），不予读取")
        yield piece
    if total != part.file_size or (engine and not engine.eof):
        raise Refused("工作簿内部的大小与目录不符，文件不完整")


def _xml(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The pieces, after a look for what no spreadsheet program writes: another encoding, a document type."""
    tail = None
    for piece in pieces:
        if tail is None and piece.startswith((b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")):
            raise Refused(f"工作簿内部的 {name} 不是 UTF-8")
        seen = (tail or b"") + piece
        if b"<!" in seen and _DOCTYPE.search(seen):
            raise Refused(f"工作簿内部的 {name} 含有文档类型声明（实体炸弹），不予读取")
        tail = piece[-10:]
        yield piece


def _scan_sheet(pieces: Iterator[bytes]) -> Scan:
    """Look through a sheet row by row: whole rows of XML at a time, never the whole sheet."""
    scan, last, width = Scan(), 0, 26
    rest: bytes | None = b""
    for piece in pieces:
        if rest is None:
            continue  # behind the rows
        if not rest and not last:
            scan.hidden_columns |= _hidden_columns(piece)  # they stand before the rows
        rest += piece
        end = max(rest.rfind(b"</row>") + 6, rest.rfind(b":row>") + 5)
        if end < 6:
            if _ROWS_END.search(rest):
                rest = None
            elif len(rest) > LONGEST_ROW:
                raise Refused("工作表有一行长得不正常，不予读取")
            continue
        rows, rest = rest[:end], rest[end:]
        last = max(last, _last_row(rows))
        scan.cells += rows.count(b"<c") + (sum(map(rows.count, _PREFIXED_CELLS)) if b":c" in rows else 0)
        if _TWO_LETTERS.search(rows):
            width = max([width, *map(column_index, {match.decode() for match in _WIDE.findall(rows)})])
        if scan.cells > CELL_LIMIT:
            raise Refused(f"工作表的单元格多得不正常（最多 {CELL_LIMIT} 个）：请删去表外的内容")
        if last > ROW_LIMIT or width >= COLUMN_LIMIT or last * width > CELL_LIMIT:
            cell = f"{column_letters(width)}{last}"
            raise Refused(f"工作表写到了 {cell} 一带，大得不正常（最多 {ROW_LIMIT} 行、{COLUMN_LIMIT} 列）：请删去表外的内容")
        _collect(rows, scan)
    return scan


def _hidden_columns(start: bytes) -> set[int]:
    """The columns that the head of a sheet hides."""
    found = set()
    for match in _COLUMNS.finditer(start):
        said = dict(_ATTRIBUTE.findall(match.group(1)))
        if said.get(b"hidden") in (b"1", b"true") and said.get(b"min", b"").isdigit() and said.get(b"max", b"").isdigit():
            found |= set(range(int(said[b"min"]) - 1, min(int(said[b"max"]), COLUMN_LIMIT)))
    return found


def _last_row(rows: bytes) -> int:
    """The number of the last row that holds a value (0 when none does, or rows are not numbered)."""
    value, start = rows.rfind(b"v>"), _row_before(rows, len(rows))
    if value < start:
        value = max(value, rows.rfind(b"is>"))
        start = _row_before(rows, value) if value >= 0 else -1
    number = _ROW_NUMBER.match(rows, start + 1) if start >= 0 else None
    return int(number.group(1)) if number else 0


def _row_before(rows: bytes, end: int) -> int:
    """Where the last row before a place begins, -1 where none does."""
    start = rows.rfind(b"<row", 0, end)
    return start if start >= 0 else rows.rfind(b":row", 0, end)


def _collect(rows: bytes, scan: Scan) -> None:
    for match in _HIDDEN.finditer(rows) if b'hidden="' in rows else ():
        number = _NUMBER.match(match.group())
        if number and _VALUE.search(match.group()):
            scan.hidden.append(int(number.group(1)) - 1)
    for match in _FORMULA.finditer(rows) if b"f" in rows and (b"<f" in rows or b":f" in rows) else ():
        if not match.group(2) and b't="str"' not in match.group(1):
            _keep(match.group(1), scan.uncached)
    for match in _ERROR.finditer(rows) if b't="e"' in rows else ():
        _keep(match.group(1), scan.errors)


def _keep(attributes: bytes, cells: set[tuple[int, int]]) -> None:
    if (where := _CELL.search(attributes)) and len(cells) < _CELL_REFERENCES:
        cells.add((int(where.group(2)) - 1, column_index(where.group(1).decode())))


def column_index(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
