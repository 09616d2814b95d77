"""What stands in a finished file, wherever it hides: every cell, comment, property, attribute and page as text.

A file of a kind that is not known here cannot be published: nobody would have looked into it.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from defusedxml.ElementTree import iterparse

from reports.publish.leaks import heading

SIZE_LIMIT = 1024 * 1024 * 1024
_INLINE = {"a", "abbr", "b", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time", "u"}
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
_CELLS = ("c", "v", "t", "is", "r", "si", "row")


class Unreadable(Exception):  # noqa: N818
    """The file cannot be looked into, or holds what no published file may hold; the message says what."""


@dataclass(frozen=True)
class Text:
    """A text of a file, where it stands, and the heading above it ("" where none matters)."""

    place: str
    text: str
    label: str = ""


def texts(path: Path) -> Iterator[Text]:
    """Every text of a file. Raises Unreadable."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Unreadable("不认识的文件种类，无法检查")
    try:
        yield from reader(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError) as error:
        raise Unreadable(f"文件无法读取（{type(error).__name__}）") from None


def _plain(path: Path) -> Iterator[Text]:
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        yield Text(f"第 {number} 行", line)


def _csv(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from _grid((row for row in csv.reader(stream, strict=True)), "")


def _grid(rows: Any, sheet: str) -> Iterator[Text]:
    """Rows of cells; a heading that makes what follows suspect labels its column from there on."""
    labels: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            if text:
                yield Text(f"{sheet}第 {number} 行第 {column + 1} 列", text, labels.get(column, ""))
                if found := heading(text):
                    labels[column] = found


class _Page(HTMLParser):
    """Collects the texts of a page: whole blocks, so that a number split over inline tags is one again."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Text] = []
        self._block: list[str] = []
        self._line = 1
        self._column = 0
        self._labels: dict[int, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value:
                self.found.append(Text(f"第 {self.getpos()[0]} 行属性 {name}", unquote(value)))
        if tag not in _INLINE:
            self._close()
        if tag == "table":
            self._labels = {}
        if tag == "tr":
            self._column = 0

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            text = "".join(self._block).strip()
            label = self._labels.get(self._column, "")
            self._close(label)
            if found := heading(text):
                self._labels[self._column] = found
            self._column += 1
        elif tag not in _INLINE:
            self._close()

    def handle_data(self, data: str) -> None:
        if not self._block:
            self._line = self.getpos()[0]
        self._block.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(Text(f"第 {self.getpos()[0]} 行注释", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(Text(f"第 {self.getpos()[0]} 行声明", decl))

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def _close(self, label: str = "") -> None:
        if text := "".join(self._block).strip():
            self.found.append(Text(f"第 {self._line} 行", text, label))
        self._block = []


def _html(path: Path) -> Iterator[Text]:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    page._close()
    yield from page.found


def _xlsx(path: Path) -> Iterator[Text]:
    with zipfile.ZipFile(path) as book:
        parts = book.infolist()
        if sum(part.file_size for part in parts) > SIZE_LIMIT:
            raise Unreadable("展开后超过 1 GB")
        for part in parts:
            if any(word in part.filename for word in _FORBIDDEN_PARTS):
                raise Unreadable(f"含有不允许的内容 {part.filename}（宏、外部链接、嵌入对象或图片）")
        shared = _shared(book)
        for part in parts:
            yield Text(f"部件名 {part.filename}", part.filename)
            if part.comment:
                yield Text(f"部件 {part.filename} 的注释", part.comment.decode("utf-8", "replace"))
            yield from _part(book, part.filename, shared)
        if book.comment:
            yield Text("压缩包注释", book.comment.decode("utf-8", "replace"))


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


def _part(book: zipfile.ZipFile, name: str, shared: list[str]) -> Iterator[Text]:
    """Cells of a sheet as they are seen, and of every part each attribute and each text, runs of one block joined."""
    if not name.endswith((".xml", ".rels", ".vml")):
        raise Unreadable(f"含有不认识的部件 {name}")
    labels: dict[str, str] = {}
    sheet = name.startswith("xl/worksheets/sheet")
    with book.open(name) as stream:
        for _, element in iterparse(stream):
            tag = _tag(element)
            if sheet and tag == "c":
                yield from _cell(element, name, shared, labels)
            elif sheet and tag in _CELLS:
                if tag == "row":
                    element.clear()
            else:
                if element.get("TargetMode") == "External":
                    raise Unreadable(f"部件 {name} 含有外部链接")
                yield from _element(element, name)


def _cell(element: Any, name: str, shared: list[str], labels: dict[str, str]) -> Iterator[Text]:
    reference = element.get("r", "")
    if any(_tag(child) == "f" for child in element):
        raise Unreadable(f"单元格 {name} {reference} 含有公式")
    text = "".join(child.text or "" for child in element.iter() if _tag(child) in ("v", "t"))
    if element.get("t") == "s":
        text = shared[int(text)]
    column = reference.rstrip("0123456789")
    if text:
        yield Text(f"{name.removeprefix('xl/worksheets/')} {reference}", text, labels.get(column, ""))
        if found := heading(text):
            labels[column] = found


def _element(element: Any, name: str) -> Iterator[Text]:
    tag = _tag(element)
    for key, value in element.attrib.items():
        yield Text(f"部件 {name} 的 {tag} {key.rpartition('}')[2]}", value)
    if tag in ("si", "comment", "p"):  # a block of runs
        yield Text(f"部件 {name}", "".join(element.itertext()))
    elif element.text and element.text.strip() and tag not in ("t", "r"):
        yield Text(f"部件 {name} 的 {tag}", element.text)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _pdf(path: Path) -> Iterator[Text]:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        raise Unreadable("PDF 无法打开") from None
    try:
        if raw.FPDFDoc_GetAttachmentCount(document) or raw.FPDF_GetFormType(document):
            raise Unreadable("PDF 含有附件或表单")
        for key, value in document.get_metadata_dict().items():
            yield Text(f"PDF 属性 {key}", value)
        for bookmark in document.get_toc():
            yield Text("PDF 书签", bookmark.get_title())
        for number, page in enumerate(document, 1):
            yield from _pdf_page(page, number)
    finally:
        document.close()


def _pdf_page(page: Any, number: int) -> Iterator[Text]:
    from pypdfium2 import raw

    if raw.FPDFPage_GetAnnotCount(page):
        raise Unreadable(f"PDF 第 {number} 页含有批注")
    text = page.get_textpage()
    content = text.get_text_range()
    text.close()
    page.close()
    lines = content.splitlines()
    for line in lines:
        yield Text(f"PDF 第 {number} 页", line)
    for line, following in pairwise(lines):
        if line[-1:].isdigit() and following[:1].isdigit():  # a number may go on
            yield Text(f"PDF 第 {number} 页", f"{line}\n{following}")


READERS: dict[str, Callable[[Path], Iterator[Text]]] = {
    ".html": _html,
    ".svg": _html,
    ".css": _plain,
    ".js": _plain,
    ".json": _plain,
    ".txt": _plain,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".pdf": _pdf,
}


def read_csv(content: bytes) -> list[list[str]]:
    """The rows of a published CSV."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
