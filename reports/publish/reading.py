"""What stands in a file as its reader sees it, wherever it hides: cells, rows, comments, properties, attributes, pages.

A file of a kind that is not known here cannot be looked into. Read strictly (what we publish ourselves), neither can one
with formulas, macros, outside links or pictures; otherwise these are named as `Unseen`, and the rest is looked at.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from itertools import chain, pairwise
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ledgers.personal.checks import checked, is_card, is_mobile
from ledgers.personal.find import heading
from ledgers.personal.reading import folded

FILE_LIMIT = 256 * 2**20  # bytes of a file as it lies there
UNPACKED_LIMIT = 512 * 2**20  # bytes of everything packed in it, archives within archives included
_RATIO_FREE, _RATIO_LIMIT = 20 * 2**20, 150  # real papers shrink to a thirtieth; small parts may shrink as they like
DEPTH = 3  # archives within archives
_END = "\N{SYMBOL FOR END OF TRANSMISSION}\N{SYMBOL FOR END OF TEXT}"  # a line behind the last, to see an open quote
_LINE, _INDENT = 18.0, 8.0  # points: lines of one cell of our papers are no further apart
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "script",
        "section",
        "select",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "text",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_FORBIDDEN_PARTS = (
    "vbaProject",
    "externalLink",
    "embeddings",
    "activeX",
    "oleObject",
    "media/",
    "customXml",
    "connections",
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".webp")
_CELLS = ("c", "v", "t", "is", "r", "si", "row")
NO_AMOUNTS: Mapping[str, str] = MappingProxyType({})
_PIECE = re.compile(r"\d{1,17}[Xx]?")
_MOBILE_CUTS = ((3, 8), (7, 4), (3, 4, 4), (1,) * 11)
_POSITION = re.compile("&[LCR]")  # where the parts of a header of a sheet begin
_COMMENT = re.compile(r"<!--(.*?)-->|<\?(?!xml )(.*?)\?>", re.DOTALL)


class Unreadable(Exception):  # noqa: N818
    """The file cannot be looked into, or holds what no published file may hold; the message says what."""


@dataclass(frozen=True)
class Text:
    """A text of a file, where it stands, and the heading above it ("" where none matters).

    `joined`: a row of cells put together; `file`: the file within an archive, "" for the file itself.
    """

    place: str
    text: str
    label: str = ""
    joined: bool = False
    file: str = ""


@dataclass(frozen=True)
class Unseen:
    """Something in a file that nobody has looked into, such as a picture; `whole`: all of a file in an archive."""

    place: str
    what: str
    file: str = ""
    whole: bool = False


Found = Iterator[Text | Unseen]


class _Room:
    """How much may still be unpacked of one file. The sizes are those declared: no more than that is ever unpacked."""

    def __init__(self) -> None:
        self._left = UNPACKED_LIMIT

    def take(self, parts: zipfile.ZipFile) -> None:
        """Raises Unreadable before anything is unpacked that is too much."""
        for part in parts.infolist():
            self._left -= part.file_size
            if part.file_size > _RATIO_FREE and part.file_size > _RATIO_LIMIT * max(part.compress_size, 1):
                raise Unreadable("解压后大得不正常（压缩炸弹），不予读取")
        if self._left < 0:
            raise Unreadable(f"解压后超过 {UNPACKED_LIMIT // 2**20} MB，不予读取：请拆成几个文件分别检查")


def texts(path: Path, *, strict: bool = True) -> Found:
    """Every text of a file. Raises Unreadable."""
    try:
        if not path.is_file():
            raise Unreadable("不是普通文件，无法检查")
        if path.stat().st_size > FILE_LIMIT:
            raise Unreadable(f"文件超过 {FILE_LIMIT // 2**20} MB，不予读取：请拆成几个文件分别检查")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"文件无法读取（{error.strerror}）") from None
    yield from of_content(path.name, content, _Room(), strict=strict)


def of_content(name: str, content: bytes, room: _Room, *, strict: bool, depth: int = 0) -> Found:
    """Every text of a file whose content is at hand. Raises Unreadable."""
    suffix = PurePosixPath(name).suffix.lower()
    try:
        if suffix == ".zip":
            yield from _archive(content, room, depth, strict)
        elif suffix in _OFFICE and not (strict and suffix in _FOREIGN):
            yield from _office(content, room, strict)
        elif suffix in READERS and not (strict and suffix in _FOREIGN):
            yield from READERS[suffix](content, strict)
        else:
            raise Unreadable("不认识的文件种类，无法检查")
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_why(error)) from None


def _why(error: Exception) -> str:
    if isinstance(error, zipfile.BadZipFile):
        return "文件损坏，或只是用了这个扩展名，无法读取"
    if isinstance(error, RuntimeError) and "password" in str(error):
        return "有密码保护：请去掉密码后再检查"
    if isinstance(error, DefusedXmlException):
        return "含有 XML 实体，不予读取"
    if isinstance(error, MemoryError):
        return "文件太大，内存不够：请拆成几个文件分别检查"
    return f"文件损坏，或内容与扩展名不符，无法读取（{type(error).__name__}）"


def _archive(content: bytes, room: _Room, depth: int, strict: bool) -> Found:
    """The files of a zip, and its own comments and names."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if parts.comment:
            yield Text("压缩包注释", _decoded(parts.comment))
        for part in parts.infolist():
            yield Text("压缩包内的文件名", _name(part))
            if part.comment:
                yield Text(f"压缩包内 {_name(part)} 的注释", _decoded(part.comment))
        room.take(parts)
        for part in (one for one in parts.infolist() if not one.is_dir()):
            try:
                yield from _packed(parts, part, room, depth, strict)
            except Unreadable as error:
                if strict:
                    raise
                picture = part.filename.lower().endswith(_PICTURES)
                yield Unseen("整个文件", "图片" if picture else str(error), _name(part), whole=not picture)


def _packed(parts: zipfile.ZipFile, part: zipfile.ZipInfo, room: _Room, depth: int, strict: bool) -> Found:
    """The texts of one file of a zip."""
    if depth >= DEPTH:
        raise Unreadable("压缩包套得太深")
    name = _name(part)
    try:
        content = parts.read(part)
    except Exception as error:
        raise Unreadable(_why(error)) from None
    for one in of_content(name, content, room, strict=strict, depth=depth + 1):
        yield replace(one, file=f"{name}/{one.file}" if one.file else name)


def _name(part: zipfile.ZipInfo) -> str:
    """A file's name; those of old Chinese programs are GBK."""
    if part.flag_bits & 0x800:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GB18030."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


class _Run:
    """Pieces that stand one after another and are digits alone: together they may be one number, and nothing else."""

    def __init__(self, *, anyhow: bool = True) -> None:
        """`anyhow`: a telephone may be cut anywhere; in a column of counts only as people cut it."""
        self._anyhow = anyhow
        self._pieces: list[str] = []
        self._place = ""

    def add(self, place: str, text: str) -> Found:
        """The next piece; what those before it are together, where it is none."""
        bare = re.sub(r"[\s-]", "", folded(text))
        if _PIECE.fullmatch(bare):
            self._place = self._place or place
            self._pieces.append(bare.upper())
        elif bare:
            yield from self.end()

    def end(self) -> Found:
        """The number that the pieces are together, where they are one."""
        whole, lengths = "".join(self._pieces), tuple(map(len, self._pieces))
        mobile = is_mobile(whole) and (self._anyhow or lengths in _MOBILE_CUTS)
        card = is_card(whole) and (self._anyhow or set(lengths[:-1]) in ({4}, {1}))
        if len(lengths) > 1 and (mobile or card or checked(whole)):
            yield Text(self._place, whole)
        self._pieces, self._place = [], ""


def _plain(content: bytes, strict: bool) -> Found:
    yield from _lines(_decoded(content).splitlines(), "第 {} 行")


def _lines(lines: list[str], place: str) -> Found:
    """Lines, and several at a time where a number may go on in the next."""
    run = _Run(anyhow=False)
    for number, line in enumerate(lines, 1):
        yield Text(place.replace("{}", str(number)), line)
        yield from run.add(place.replace("{}", str(number)), line)
    yield from run.end()
    for number, (line, following) in enumerate(pairwise(lines), 1):
        if line.rstrip()[-1:].isdigit() and following.lstrip()[:1].isdigit():
            yield Text(place.replace("{}", str(number)), f"{line.rstrip()[-40:]}\n{following.lstrip()[:40]}", "", True)


def _json(content: bytes, strict: bool) -> Found:
    """Lines, and every value below its name."""
    yield from _plain(content, strict)
    try:
        yield from _values(json.loads(_decoded(content)), "")
    except (ValueError, RecursionError):
        return


def _values(value: Any, label: str) -> Found:
    if isinstance(value, dict):
        run = _Run(anyhow=False)
        for key, one in value.items():
            yield from _values(one, str(key))
            yield from run.add("值", one if isinstance(one, str) else "…")
        yield from run.end()
    elif isinstance(value, list):
        yield Text(
            f"“{label[:20]}”" if label.isascii() else "列表",
            " ".join(str(one) for one in value if not isinstance(one, (dict, list))),
            "",
            True,
        )
        for one in value:
            yield from _values(one, label)
    elif value is not None:
        yield Text("值", str(value), heading(label))


@dataclass
class _Grid:
    """Rows of cells as a reader sees them: each cell below its heading, cells beside and below each other put together."""

    labels: dict[Any, str] = field(default_factory=dict)
    above: dict[Any, str] = field(default_factory=dict)
    runs: dict[Any, _Run] = field(default_factory=dict)  # what stands below each other

    def row(self, cells: Iterable[tuple[Any, str, str]], amounts: Mapping[str, str] = NO_AMOUNTS) -> Found:
        """`cells`: column, place, text; `amounts` by place: what is no digits of a longer number but money."""
        filled = [(column, place, text.strip()) for column, place, text in cells if text.strip()]
        for column, place, text in filled:
            yield Text(place, text, self.labels.get(column, ""))
            said = amounts.get(place, text)
            over = self.above.get(column, "")
            if checked(whole := (over + said).upper()) or is_card(whole):  # a number in two cells, one below the other
                yield Text(place, whole)
            if found := heading(text):
                self.labels[column] = found
            yield from self.runs.setdefault(column, _Run(anyhow=False)).add(place, said)
        if sum(any(map(str.isnumeric, text)) for _, _, text in filled) > 1:
            yield Text(
                filled[0][1] + "所在的行", "\t".join(amounts.get(place, text) for _, place, text in filled), "", True
            )
        self.above = {column: amounts.get(place, text) for column, place, text in filled}

    def end(self) -> Found:
        """What stands below each other at the end of the table."""
        for run in self.runs.values():
            yield from run.end()


def _csv(content: bytes, strict: bool) -> Found:
    said = _decoded(content)
    first = said.partition("\n")[0]
    sign = max(",\t;|", key=first.count) if first else ","
    grid, begun, number = _Grid(), 1, 0
    csv.field_size_limit(FILE_LIMIT)
    read = csv.reader(chain(io.StringIO(said, newline=""), ("\n", _END)), delimiter=sign, strict=strict)
    for number, row in enumerate(read, 1):
        if _END in row[-1:]:
            break
        if row and row[-1].endswith(_END):  # the last cell has run over the end of the file
            yield from _lines(said.splitlines(), "第 {} 行")
            raise Unreadable(f"第 {begun} 行起有引号没有闭合，分不出单元格：请在表格软件中打开另存后再检查")
        yield from grid.row((column, f"第 {number} 行第 {column + 1} 列", text) for column, text in enumerate(row))
        begun = read.line_num + 1
    yield from grid.end()


class _Page(HTMLParser):
    """Collects the texts of a page: whole blocks, so that a number split over inline tags is one again."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Text | Unseen] = []
        self._block: list[str] = []
        self._blocks, self._comments = _Run(), _Run()
        self._line = 1
        self._grids: list[_Grid] = []
        self._row: list[tuple[Any, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value:
                self.found.append(Text(f"第 {self.getpos()[0]} 行属性 {name}", unquote(value)))
        beside = _Run(anyhow=False)
        for _, value in attrs:
            self.found += beside.add(f"第 {self.getpos()[0]} 行的几个属性", value or "…")
        self.found += beside.end()
        if tag == "br":
            self._block.append("\n")
        elif tag in _BLOCKS:
            self._close()
        if tag == "table":
            self._grids.append(_Grid())
        elif tag in ("img", "image", "object", "embed", "video", "canvas"):
            self.found.append(Unseen(f"第 {self.getpos()[0]} 行", "图片或嵌入的内容"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            text = "".join(self._block)
            self._row.append((len(self._row), f"第 {self._line} 行", text))
            self._block = []
        elif tag == "tr":
            self.found += (self._grids[-1] if self._grids else _Grid()).row(self._row)
            self._row = []
        elif tag in _BLOCKS:
            self._close()
        if tag == "table" and self._grids:
            self.found += self._grids.pop().end()

    def handle_data(self, data: str) -> None:
        if not self._block:
            self._line = self.getpos()[0]
        self._block.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(Text(f"第 {self.getpos()[0]} 行注释", data))
        self.found += self._comments.add(f"第 {self.getpos()[0]} 行注释", data)

    def handle_decl(self, decl: str) -> None:
        self.found.append(Text(f"第 {self.getpos()[0]} 行声明", decl))

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def finish(self) -> None:
        self.close()
        if self._row:
            self.found += _Grid().row(self._row)
        for grid in self._grids:
            self.found += grid.end()
        self._close()
        self.found += [*self._blocks.end(), *self._comments.end()]

    def _close(self) -> None:
        if text := "".join(self._block).strip():
            self.found.append(Text(f"第 {self._line} 行", text))
            self.found += self._blocks.add(f"第 {self._line} 行", text)
        self._block = []


def _html(content: bytes, strict: bool) -> Found:
    page = _Page()
    page.feed(_decoded(content))
    page.finish()
    yield from (one for one in page.found if isinstance(one, Text) or not strict)


def _office(content: bytes, room: _Room, strict: bool) -> Found:
    """A workbook, document or presentation: names, comments and every part of the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        room.take(book)
        shared = _shared(book)
        for part in book.infolist():
            name = part.filename
            if strict and any(word in name for word in _FORBIDDEN_PARTS):
                raise Unreadable(f"含有不允许的内容 {name}（宏、外部链接、嵌入对象或图片）")
            yield Text(f"部件名 {name}", name)
            if part.comment:
                yield Text(f"部件 {name} 的注释", _decoded(part.comment))
            yield from _part(book, name, shared, room, strict)
        if book.comment:
            yield Text("压缩包注释", _decoded(book.comment))


def _shared(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    strings, runs = [], []
    with book.open("xl/sharedStrings.xml") as stream:
        for _, element in iterparse(stream):
            if _tag(element) == "t":
                runs.append(element.text or "")
            elif _tag(element) == "si":
                strings.append("".join(runs))
                runs = []
                element.clear()
    return strings


def _part(book: zipfile.ZipFile, name: str, shared: list[str], room: _Room, strict: bool) -> Found:
    if name.endswith("/"):
        return
    if not name.endswith((".xml", ".rels", ".vml")):
        if strict:
            raise Unreadable(f"含有不认识的部件 {name}")
        yield from _inside(name, book.read(name), room)
        return
    raw = _decoded(book.read(name))
    for match in _COMMENT.finditer(raw):
        yield Text(f"部件 {name} 的 XML 注释", next(filter(None, match.groups()), ""))
    if name.startswith("xl/worksheets/sheet"):
        yield from _worksheet(book, name, shared, strict)
    else:
        yield from _document(book, name, strict)


def _inside(name: str, content: bytes, room: _Room) -> Found:
    """A file inside a document: another document is looked into, of a picture it is said that it was not."""
    try:
        for one in of_content(name, content, room, strict=False, depth=DEPTH):
            yield Text(f"内嵌的 {name} {one.place}", one.text, one.label, one.joined) if isinstance(one, Text) else one
    except Unreadable:
        yield Unseen(f"内嵌的 {name}", "图片" if name.lower().endswith(_PICTURES) else "内嵌的文件")


def _worksheet(book: zipfile.ZipFile, name: str, shared: list[str], strict: bool) -> Found:
    """Cells of a sheet as they are seen, row by row, and each attribute of everything else."""
    grid, row, short = _Grid(), list[tuple[Any, str, str]](), name.removeprefix("xl/worksheets/")
    money, amounts = _money_styles(book), dict[str, str]()
    with book.open(name) as stream:
        for _, element in iterparse(stream):
            tag = _tag(element)
            if tag == "c":
                reference = element.get("r", "")
                text, formula = _cell(element, shared)
                if formula and strict:
                    raise Unreadable(f"单元格 {name} {reference} 含有公式")
                place = f"{short} {reference}"
                row.append((reference.rstrip("0123456789") or len(row), place, text))
                if element.get("s") in money and text.isdecimal():
                    amounts[place] = f"{text}.00"
                if formula:
                    yield Text(f"{place} 公式", formula)
                yield from (
                    Text(f"{place} 的属性 {_bare(key)}", value)
                    for key, value in element.attrib.items()
                    if len(value) > 6
                )
            elif tag == "row":
                yield from grid.row(row, amounts)
                yield from (
                    Text(f"{short} 行的属性 {_bare(key)}", value)
                    for key, value in element.attrib.items()
                    if len(value) > 6
                )
                row = []
                amounts.clear()
                element.clear()
            elif tag not in _CELLS:
                yield from _element(element, name, strict)
    yield from grid.end()


def _money_styles(book: zipfile.ZipFile) -> set[str]:
    """The styles of cells that show a number with two places and its thousands apart."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    forms, styles = {"4": True}, set()
    with book.open("xl/styles.xml") as stream:
        for _, element in iterparse(stream):
            if _tag(element) == "numFmt":
                forms[element.get("numFmtId", "")] = element.get("formatCode", "").startswith("#,##0.00")
            elif _tag(element) == "cellXfs":
                styles = {str(number) for number, one in enumerate(element) if forms.get(one.get("numFmtId", ""))}
    return styles


def _cell(element: Any, shared: list[str]) -> tuple[str, str]:
    """What a cell shows and its formula; a number as its digits, however it was stored."""
    formula = "".join(child.text or "" for child in element.iter() if _tag(child) == "f")
    text = "".join(child.text or "" for child in element.iter() if _tag(child) in ("v", "t"))
    if element.get("t") == "s":
        return shared[int(text)], formula
    if element.get("t") in (None, "n") and re.fullmatch(r"[\d.]+(?:[eE][+-]?\d+)?", text):
        text = _number(text)
    return text, formula


def _number(text: str) -> str:
    """A number with an exponent or empty decimals as plain digits."""
    try:
        value = Decimal(text)
        return f"{value:f}".split(".")[0] if value == value.to_integral_value() and value < 10**22 else text
    except (InvalidOperation, ValueError):
        return text


def _document(book: zipfile.ZipFile, name: str, strict: bool) -> Found:
    """Paragraphs (runs, breaks and deleted text joined), table rows, attributes and other texts of a part."""
    grid, row, cell, run = _Grid(), list[tuple[Any, str, str]](), list[str](), _Run()
    with book.open(name) as stream:
        for _, element in iterparse(stream):
            tag = _tag(element)
            yield from _element(element, name, strict)
            if tag in ("p", "si", "comment"):
                text = _said(element)
                cell.append(text)
                if text.strip():
                    yield Text(f"部件 {name}", text)
                if tag == "p":
                    yield from run.add(f"部件 {name}", text)
            elif tag == "tc":
                row.append((len(row), f"部件 {name} 的表", "\n".join(cell)))
                cell = []
            elif tag == "tr":
                yield from grid.row(row)
                row, cell = [], []
            elif tag == "tbl":
                yield from grid.end()
                grid = _Grid()
    yield from run.end()


def _said(paragraph: Any) -> str:
    signs = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    return "".join(signs.get(_tag(one), one.text or "") for one in paragraph.iter())


def _element(element: Any, name: str, strict: bool) -> Found:
    tag = _tag(element)
    if strict and element.get("TargetMode") == "External":
        raise Unreadable(f"部件 {name} 含有外部链接")
    for key, value in element.attrib.items():
        yield Text(f"部件 {name} 的 {tag} {_bare(key)}", unquote(value))
    if tag not in ("t", "r") and element.text and element.text.strip():
        said = _POSITION.sub("\n", element.text) if tag.endswith(("Header", "Footer")) else element.text
        yield Text(f"部件 {name} 的 {tag}", said)


def _tag(element: Any) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _xls(content: bytes, strict: bool) -> Found:
    """An old workbook: every cell of every sheet."""
    import xlrd

    if not content:
        raise Unreadable("文件是空的，无法读取")
    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())  # it prints its doubts otherwise
    for sheet in book.sheets():
        grid = _Grid()
        yield Text("工作表名", sheet.name)
        for number in range(sheet.nrows):
            cells = (_number(repr(one)) if isinstance(one, float) else str(one) for one in sheet.row_values(number))
            yield from grid.row(
                (i, f"{sheet.name} 第 {number + 1} 行第 {i + 1} 列", text) for i, text in enumerate(cells)
            )
        yield from grid.end()


def _pdf(content: bytes, strict: bool) -> Found:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise Unreadable("PDF 无法打开（损坏或有密码）") from None
    try:
        if raw.FPDFDoc_GetAttachmentCount(document) or raw.FPDF_GetFormType(document):
            if strict:
                raise Unreadable("PDF 含有附件或表单")
            yield Unseen("PDF", "附件或表单")
        for key, value in document.get_metadata_dict().items():
            yield Text(f"PDF 属性 {key}", value)
        for bookmark in document.get_toc():
            yield Text("PDF 书签", bookmark.get_title())
        for number, page in enumerate(document, 1):
            yield from _pdf_page(page, number, strict)
    finally:
        document.close()


def _pdf_page(page: Any, number: int, strict: bool) -> Found:
    from pypdfium2 import raw

    place = f"PDF 第 {number} 页"
    if count := raw.FPDFPage_GetAnnotCount(page):
        if strict:
            raise Unreadable(f"{place}含有批注")
        yield from (Text(f"{place}批注", said) for said in _annotations(page, count))
    text = page.get_textpage()
    content, cells = text.get_text_range(), _pdf_cells(text) if strict else []
    pictures = any(one.type == raw.FPDF_PAGEOBJ_IMAGE for one in page.get_objects(max_depth=2))
    text.close()
    page.close()
    if pictures and not strict:
        yield Unseen(place, "图片")
    lines = _lines([line.replace("\ufffe", "-") for line in content.splitlines()], place)
    if not strict:
        yield from lines
        return
    yield from (Text(place, cell) for cell in cells)
    yield from (Text(one.place, one.text, "", True) for one in lines if isinstance(one, Text))  # a row of cells


def _pdf_cells(page: Any) -> list[str]:
    """The texts of one of our own pages: each as it was written, with the lines that it was broken into as one."""
    cells: list[str] = []
    edge, base = 0.0, 0.0  # left edge and bottom of the piece before
    for number in range(page.count_rects()):
        left, bottom, right, top = page.get_rect(number)
        said = page.get_text_bounded(left, bottom, right, top).replace("\ufffe", "-").strip()
        if cells and 0 < base - bottom < _LINE and abs(left - edge) < _INDENT:
            cells[-1] += said
        else:
            cells.append(said)
        edge, base = left, bottom
    return cells


def _annotations(page: Any, count: int) -> Iterator[str]:
    """What the notes, fields and links of a page say."""
    import ctypes

    from pypdfium2 import raw

    for number in range(count):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        for key in (b"Contents", b"T", b"Subj", b"V", b"RC"):
            size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
            yield buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace")
        if link := raw.FPDFAnnot_GetLink(annotation):
            yield _address(page, link)
        raw.FPDFPage_CloseAnnot(annotation)


def _address(page: Any, link: Any) -> str:
    """Where a link leads, "" for one within the document."""
    import ctypes

    from pypdfium2 import raw

    action = raw.FPDFLink_GetAction(link)
    size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0) if action else 0
    buffer = ctypes.create_string_buffer(size)
    if size:
        raw.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
    return unquote(buffer.raw[: max(size - 1, 0)].decode("utf-8", "replace"))


READERS: dict[str, Callable[[bytes, bool], Found]] = {
    ".html": _html,
    ".htm": _html,
    ".svg": _html,
    ".xml": _html,
    ".css": _plain,
    ".js": _plain,
    ".json": _json,
    ".geojson": _json,
    ".txt": _plain,
    ".md": _plain,
    ".log": _plain,
    ".csv": _csv,
    ".tsv": _csv,
    ".xls": _xls,
    ".pdf": _pdf,
}
_OFFICE = frozenset({".xlsx", ".xlsm", ".docx", ".pptx"})
_FOREIGN = frozenset({".htm", ".geojson", ".md", ".log", ".tsv", ".xlsm", ".docx", ".pptx", ".xls"})  # we publish none


def read_csv(content: bytes) -> list[list[str]]:
    """The rows of a published CSV."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
