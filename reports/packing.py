"""Rows of tables as a workbook holds them: written one after the other, packed, and put into their sheets at the end.

A workbook of a whole county has hundreds of thousands of rows, which the library that makes the rest of it would keep as
cells until the end. Texts stand in their cells (`inlineStr`), not in a list of their own.
"""

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.xmlwriter import XMLwriter

_HELD = 2**16  # characters that are packed together
_PIECE = 2**18  # bytes that are given away together
_LEVEL = 1  # of packing what is unpacked again soon
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_ROW = re.compile(rb'<row r="(\d+)"')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_OUTSIDE = re.compile(r"[&<>\x00-\x1f_\ufffe\uffff]|^\s|\s$")  # what cannot stand in a cell as it is


class Packed:
    """Rows in the making, in little memory."""

    def __init__(self, first: int, columns: int) -> None:
        """`first` is the row of the sheet, counted from 0, that comes next."""
        self.first, self.last, self.columns = first, first - 1, columns
        self._packer = zlib.compressobj(_LEVEL)
        self._packed: list[bytes] = []
        self._held: list[str] = []
        self._size = 0

    def add(self, height: float, cells: list[str]) -> None:
        """The next row, so many points high."""
        self.last += 1
        row = f'<row r="{self.last + 1}" ht="{height:.16g}" customHeight="1">{"".join(cells)}</row>'
        self._held.append(row)
        self._size += len(row)
        if self._size > _HELD:
            self._pack()

    def end(self) -> None:
        """There will be no more rows."""
        self._pack()
        self._packed.append(self._packer.flush())
        del self._packer

    def _pack(self) -> None:
        self._packed.append(self._packer.compress("".join(self._held).encode()))
        self._held, self._size = [], 0

    def pieces(self) -> Iterator[bytes]:
        """The rows as text of a sheet, once they have ended; they are given away."""
        unpacker = zlib.decompressobj()
        packed, self._packed = self._packed, []
        for piece in packed:
            yield unpacker.decompress(piece)
        yield unpacker.flush()


def blank(place: str, style: int) -> str:
    """An empty cell; `place` is its address, `style` the number of its format."""
    return f'<c r="{place}" s="{style}"/>'


def number(place: str, style: int, shown: str) -> str:
    return f'<c r="{place}" s="{style}"><v>{shown}</v></c>'


def text(place: str, style: int, words: str) -> str:
    if not _OUTSIDE.search(words):
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t>{words}</t></is></c>'
    keep = ' xml:space="preserve"' if words != words.strip() else ""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t{keep}>{_escaped(words)}</t></is></c>'


def formula(place: str, style: int, words: str, value: str | float) -> str:
    kind = ' t="str"' if isinstance(value, str) and value else ""
    result = _escaped(value) if isinstance(value, str) else digits(value)
    return f'<c r="{place}" s="{style}"{kind}><f>{_escaped(words)}</f><v>{result}</v></c>'


def digits(value: float) -> str:
    """A number with as many digits as a workbook keeps. TypeError for what is none."""
    if value != value or value in (float("inf"), float("-inf")):
        raise TypeError("不是数字")
    return f"{value:.16G}"


def _escaped(words: str) -> str:
    """A text as XML holds it; what XML cannot hold as workbooks write it (_x0001_)."""
    plain: str = XMLwriter._escape_control_characters(words)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def joined(skeleton: BytesIO, sheets: list[list[Packed]]) -> Iterator[bytes]:
    """The workbook piece by piece, with the tables of each sheet in it; the sheets stand in the order of the workbook."""
    stream = _Stream()
    with ZipFile(skeleton) as source, ZipFile(cast(BinaryIO, stream), "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            found = _SHEET.fullmatch(part.filename)
            tables = sheets[int(found[1]) - 1] if found else []
            with target.open(part.filename, "w") as inside:
                for piece in _joined(source.read(part), [one for one in tables if one.last >= one.first]):
                    inside.write(piece)
                    yield from stream.taken(_PIECE)
    yield from stream.taken()


class _Stream:
    """Where an archive is written to that nobody goes back in, and taken from."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0

    def write(self, content: bytes) -> int:
        self._held.append(bytes(content))
        self._size += len(content)
        return len(content)

    def flush(self) -> None:
        """What was written is there already."""

    def taken(self, least: int = 1) -> Iterator[bytes]:
        """What was written since, once it is so many bytes."""
        if self._size >= least:
            held, self._held, self._size = self._held, [], 0
            yield b"".join(held)


def _joined(sheet: bytes, tables: list[Packed]) -> Iterator[bytes]:
    if not tables:
        yield sheet
        return
    sheet = _with_dimension(sheet, tables).replace(b"<sheetData/>", b"<sheetData></sheetData>")
    rows = [(int(found[1]) - 1, found.start()) for found in _ROW.finditer(sheet)]
    end, done = sheet.index(b"</sheetData>"), 0
    for table in tables:
        after = bisect_left(rows, (table.first, 0))
        place = rows[after][1] if after < len(rows) else end
        yield sheet[done:place]
        yield from table.pieces()
        done = place
    yield sheet[done:]


def _with_dimension(sheet: bytes, tables: list[Packed]) -> bytes:
    """The sheet saying how far it reaches."""
    rows = [int(found) - 1 for found in _ROW.findall(sheet)] + [one.last for one in tables]
    corner = xl_rowcol_to_cell(max(rows), max(one.columns for one in tables) - 1)
    return _DIMENSION.sub(f'<dimension ref="A1:{corner}"/>'.encode(), sheet, count=1)
