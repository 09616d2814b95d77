"""Text files as tables: which encoding, which mark between the fields, what exports put around them."""

import csv
import io
import re
from typing import Any

from importers.reading.container import CELL_LIMIT, COLUMN_LIMIT, PIECE, Refused

_ENCODINGS = ("utf-8", "gb18030")
_QUOTED = re.compile(r'="(.*)"\Z', re.DOTALL)
_PADDING = re.compile(r"\t+(?=[,;\"\r\n]|$)|(?<=[,;\"\r\n])\t+|^\t+", re.MULTILINE)  # so that Excel keeps long numbers as text
_BAD = "\ufffd"
NAMES = {"utf-8": "UTF-8", "gb18030": "GBK", "utf-16": "UTF-16"}


def read_text(data: bytes) -> list[list[Any]]:
    """The rows of a text file, all of one width. Raises Refused with the line of what cannot be read."""
    text = decoded(data)
    if "\0" in text:
        raise Refused("文件名是 CSV，内容却不是文本")
    delimiter = _delimiter(text[:PIECE])
    if delimiter != "\t":
        text = _PADDING.sub("", text)
    try:
        rows = [[unquoted(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error:
        raise Refused("CSV 无法读取（可能引号没有成对）：请用 Excel 或 WPS 打开，另存为 .xlsx") from None
    width = max(map(len, rows), default=0)
    if width > COLUMN_LIMIT:
        raise Refused(f"CSV 有 {width} 列，大得不正常（最多 {COLUMN_LIMIT} 列），不予读取")
    if width * len(rows) > CELL_LIMIT:
        raise Refused("CSV 大得不正常，不予读取")
    return [row + [""] * (width - len(row)) for row in rows]


def _delimiter(sample: str) -> str:
    """The mark that most lines have (tab before semicolon before comma); tabs beside another mark only pad."""
    lines = [line for line in sample.splitlines() if line.strip()]
    bare = [_PADDING.sub("", line) for line in lines]
    counts = {mark: sum(mark in line for line in bare) for mark in "\t;,"}
    if not any(counts.values()):
        return "\t" if any("\t" in line for line in lines) else ","
    return max(counts, key=lambda mark: counts[mark])


def decoded(data: bytes) -> str:
    """The text of bytes in whichever encoding explains them. Raises Refused with the place of what none can."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        data, encodings = data.removeprefix(b"\xef\xbb\xbf"), _ENCODINGS
    failures = []
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            failures.append((encoding, error.start))
    raise Refused(_where(data, *max(failures, key=lambda failure: _well_read(data, failure[0]))))


def _well_read(data: bytes, encoding: str) -> int:
    """How much of the text an encoding makes sense of: the fewer marks of failure the better."""
    return -data.decode(encoding, "replace").count(_BAD)


def _where(data: bytes, encoding: str, start: int) -> str:
    """Which line and field the first byte stands in that the encoding cannot explain."""
    before = data[:start].decode(encoding, "replace")
    line = before.count("\n") + 1
    field = len(re.findall("[,;\t]", before.rpartition("\n")[2])) + 1
    many = data.decode(encoding, "replace").count(_BAD)
    if many > 20 and many * 50 > len(data):
        return "文件的编码认不出：应为 UTF-8 或 GBK（GB18030）。请用 Excel 或 WPS 打开，另存为 .xlsx"
    more = f"，全文共 {many} 处" if many > 1 else ""
    found = f"第 {line} 行第 {field} 列有一个认不出的字节（0x{data[start]:02X}，按 {NAMES[encoding]} 读{more}）"
    return f"{found}：请打开文件改正这一格（多半是被截断的字或特殊符号），再导入"


def unquoted(cell: str) -> str:
    """A cell without the marks around it: exports write ="0012" or '0012 so that Excel keeps the text: the text is meant."""
    match = _QUOTED.match(cell.strip())
    return match.group(1) if match else cell.removeprefix("'")
