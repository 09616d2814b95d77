"""Tables of web pages, which many systems name .xls: HTML, also inside an MHTML archive. Excel and WPS open them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from lxml import html
from lxml.etree import LxmlError

from importers.reading.container import CELL_LIMIT, COLUMN_LIMIT, ROW_LIMIT, Refused
from importers.reading.text import decoded, unquoted

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
TABLES = 200  # of a page
LONGEST = 50 * 2**20  # characters
_TABLES = re.compile("<table", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_APART = {"p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "center", "li", "tr", "td", "caption"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_NO_TABLE = "文件其实是网页（HTML），里面没有表格：请用 Excel 或 WPS 打开，另存为 .xlsx"


@dataclass
class Table:
    """A table as a sheet has it: rows of one width, merged ranges, hidden rows."""

    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def read_html(data: bytes) -> list[Table]:
    """The tables of a page, each below the words that stand before it. Raises Refused where there is none."""
    text = _DECLARATION.sub("", decoded(_page(data)))
    if len(text) > LONGEST or len(_TABLES.findall(text)) > TABLES:
        raise Refused(f"文件其实是网页（HTML），大得不正常（最多 {TABLES} 张表、{LONGEST // 2**20} 百万字），不予读取")
    try:
        document = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, remove_comments=True))
    except (LxmlError, ValueError):
        raise Refused(_NO_TABLE) from None
    tables: list[Table] = []
    words: list[str] = []
    for one in _parts(document):
        if isinstance(one, str):
            words += [line for line in one.split("\n") if line.strip()]
        else:
            tables.append(_table(one, words))
            words = []
    if not tables:
        raise Refused(_NO_TABLE)
    tables[-1].rows += [[line] for line in words]
    return [_squared(table) for table in tables]


def _page(data: bytes) -> bytes:
    """The page itself, also where it is a part of an archive (MHTML)."""
    if not re.search(rb"(?i)\A\s*mime-version:|\A[^<]{0,400}content-type:\s*multipart/related", data[:2000]):
        return data
    parts = message_from_bytes(data, policy=policy.default).walk()
    pages = [part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/html"]
    return max((page for page in pages if isinstance(page, bytes)), key=lambda page: page.count(b"<t"), default=b"")


def _parts(node: Any) -> Iterator[Any]:
    """Tables that have no table inside, and the words around them, in the order of the page."""
    if not isinstance(node.tag, str) or node.tag in ("script", "style", "head", "noscript"):
        return
    if node.tag == "table" and node.find(".//table") is None:
        if node.find(".//td") is not None or node.find(".//th") is not None:
            yield node
        return
    words = node.text or ""
    for child in node:
        for part in _parts(child):
            if isinstance(part, str):
                words += part
            else:
                yield words
                yield part
                words = ""
        words += child.tail or ""
    yield f"\n{words}\n" if node.tag in _APART else words


def _table(node: Any, words: list[str]) -> Table:
    """One table, its merged cells spread out."""
    table = Table([[line.strip()] for line in words])
    held: dict[tuple[int, int], None] = {}
    top = len(table.rows)
    for number, row in enumerate(node.iter("tr")):
        line, column = top + number, 0
        if line > ROW_LIMIT:
            raise Refused(f"网页里的表超过 {ROW_LIMIT} 行，大得不正常")
        cells: list[Any] = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (line, column) in held:
                column += 1
            cells += [""] * (column - len(cells)) + [_value(cell)]
            down, across = (_span(cell.get(name)) for name in ("rowspan", "colspan"))
            if down > 1 or across > 1:
                table.merged.append((line, column, line + down - 1, column + across - 1))
                held.update({(line + r, column + c): None for r in range(down) for c in range(across)})
            column += across
        if _HIDDEN.search(row.get("style") or ""):
            table.hidden.append(line)
        table.rows.append(cells)
    return table


def _span(written: str | None) -> int:
    return min(int(written), COLUMN_LIMIT) if written and written.isascii() and written.isdigit() and int(written) else 1


def _value(cell: Any) -> Any:
    """A cell's text, or the number that the spreadsheet program keeps beside it."""
    number = cell.get("x:num") or cell.get("num") or ""
    if _NUMBER.fullmatch(number):
        return float(number)
    return unquoted(re.sub(r"[ \t\r\f\v\xa0]+", " ", "".join(_texts(cell))).strip())


def _texts(node: Any) -> Iterator[str]:
    yield (node.text or "").replace("\n", " ")
    for child in node:
        if child.tag == "br":
            yield "\n"
        elif isinstance(child.tag, str):
            yield from _texts(child)
        yield (child.tail or "").replace("\n", " ")


def _squared(table: Table) -> Table:
    width = max(map(len, table.rows), default=0)
    width = max([width, *(right + 1 for _, _, _, right in table.merged)])
    if width * len(table.rows) > CELL_LIMIT:
        raise Refused("网页里的表大得不正常，不予读取")
    last = len(table.rows) - 1
    table.rows = [row + [""] * (width - len(row)) for row in table.rows]
    table.merged = [(top, left, min(bottom, last), right) for top, left, bottom, right in table.merged]
    return table
