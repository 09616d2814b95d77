"""The A4 notice as a PDF: an embedded Chinese font, headers repeated, pages numbered, space for the stamp.

Tables are laid out by our own few lines on the PDF library's canvas: its flowing layout is twenty times slower, and a
county prints half a million lines.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from reports.publish.edition import Edition
from reports.publish.notices import STAMP, facts, note
from reports.publish.tables import COUNT, DAYS, MONEY, Field, Table, shown

FACE = "notice"
HEIGHT, WIDTH = A4  # landscape
MARGIN, FOOT = 36.0, 40.0
SIZE, LEAD, PAD = 8.5, 11.0, 3.0
NUMERIC = (MONEY, COUNT, DAYS)


def use_font(content: bytes) -> None:
    """The font of all papers from now on."""
    pdfmetrics.registerFont(TTFont(FACE, BytesIO(content)))
    _width.cache_clear()


def characters(editions: list[Edition], lists: dict[Any, list[Table]]) -> set[str]:
    """Every character that the papers show."""
    texts = {chr(code) for code in range(32, 127)} | set(STAMP) | set("第页共合计依据：，续名单")
    for edition in editions:
        texts |= set(edition.heading + edition.office + edition.name + note(edition))
        texts |= {one for label, text in facts(edition) for one in label + text}
        for table in lists.get(edition.place, []):
            texts |= set(table.title) | _of_table(table)
    tables = {id(table): table for edition in editions for table in edition.tables}
    for table in tables.values():
        texts |= set(table.title + table.about + editions[0].source.basis(table.rules)) | _of_table(table)
    return {one for one in texts if one.isprintable() and not one.isspace()} | {" ", "\u3000"}


def _of_table(table: Table) -> set[str]:
    cells = {value for line in table.lines for value in line.values if isinstance(value, str)}
    cells |= {value for total in table.totals.values() for value in total if isinstance(value, str)}
    return {one for text in (*cells, *(one.title for one in table.fields)) for one in text}


@lru_cache(maxsize=100_000)
def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, FACE, size))


def wrapped(text: str, size: float, space: float) -> list[str]:
    """The text in lines that fit into so many points; numbers and words may be cut where nothing else helps."""
    lines, line, used = [], "", 0.0
    if _width(text, size) <= space:
        return [text]
    for one in text:
        wide = _width(one, size)
        if one == "\n" or used + wide > space:
            lines.append(line)
            line, used = "", 0.0
        if one != "\n":
            line, used = line + one, used + wide
    return [*lines, line]


@dataclass
class _Page:
    """What is drawn on a page: texts as (x, y, size, text), lines as (x1, y1, x2, y2), grey boxes as (x, y, w, h)."""

    texts: list[tuple[float, float, float, str]] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)


class _Layout:
    """Fills pages from the top; `y` is where the next thing goes."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.pages: list[_Page] = []
        self.turn()

    def turn(self) -> None:
        self.pages.append(_Page())
        self.y = HEIGHT - MARGIN
        if len(self.pages) > 1:
            self.write(f"{self.heading}（续）", SIZE)
            self.y -= 4

    def room(self, height: float) -> bool:
        return bool(self.y - height >= FOOT)

    def write(self, text: str, size: float, align: str = "left") -> None:
        """A paragraph over the whole width."""
        lead = size * 1.35
        for line in wrapped(text, size, WIDTH - 2 * MARGIN):
            if not self.room(lead):
                self.turn()
            self.y -= lead
            spare = WIDTH - 2 * MARGIN - _width(line, size)
            left = MARGIN + {"left": 0.0, "center": spare / 2, "right": spare}[align]
            self.pages[-1].texts.append((left, self.y + size * 0.25, size, line))

    def table(self, fields: tuple[Field, ...], rows: list[Any], total: Any) -> None:
        """A table whose header stands on every page that it runs over."""
        edges = _edges(fields)
        head = _cells([one.title for one in fields], edges)
        if not self.room(3 * LEAD + _height(head)):
            self.turn()
        self._row(head, edges, fields, grey=True)
        for row in [*rows, total] if total else rows:
            cells = _cells([shown(value, one.kind) for value, one in zip(row, fields, strict=True)], edges)
            if not self.room(_height(cells)):
                self.turn()
                self._row(head, edges, fields, grey=True)
            self._row(cells, edges, fields, grey=row is total)

    def _row(self, cells: list[list[str]], edges: list[float], fields: tuple[Field, ...], *, grey: bool) -> None:
        page, height = self.pages[-1], _height(cells)
        bottom = self.y - height
        if grey:
            page.boxes.append((edges[0], bottom, edges[-1] - edges[0], height))
        for i, lines in enumerate(cells):
            for number, line in enumerate(lines):
                left = edges[i] + PAD
                if fields[i].kind in NUMERIC:
                    left = edges[i + 1] - PAD - _width(line, SIZE)
                if line:
                    page.texts.append((left, self.y - PAD - LEAD * number - SIZE * 0.9, SIZE, line))
        page.lines += [(edges[0], y, edges[-1], y) for y in (self.y, bottom)]
        page.lines += [(x, self.y, x, bottom) for x in edges]
        self.y = bottom


def _edges(fields: tuple[Field, ...]) -> list[float]:
    """Left edges of the columns and the right edge of the last; never stretched beyond what their widths ask for."""
    asked = [one.width * 5.6 for one in fields]
    scale = min(1.25, (WIDTH - 2 * MARGIN) / sum(asked))
    edges = [MARGIN]
    for one in asked:
        edges.append(edges[-1] + one * scale)
    return edges


def _cells(texts: list[str], edges: list[float]) -> list[list[str]]:
    return [wrapped(text, SIZE, edges[i + 1] - edges[i] - 2 * PAD) for i, text in enumerate(texts)]


def _height(cells: list[list[str]]) -> float:
    return 2 * PAD + LEAD * max(len(lines) for lines in cells)


def paper(edition: Edition, lists: list[Table]) -> bytes:
    """The PDF of an edition."""
    layout = _Layout(edition.heading)
    layout.write(edition.heading, 16, "center")
    for label, text in facts(edition):
        layout.write(f"{label}：{text}", SIZE)
    for view in edition.views:
        layout.y -= 8
        if not layout.room(9 * LEAD):
            layout.turn()
        layout.write(view.table.title, 11)
        layout.y -= 2
        layout.table(view.fields, view.rows, view.total)
        layout.write(f"依据：{edition.source.basis(view.table.rules)}", 7)
    _sign(layout, edition)
    for number, table in enumerate(lists):
        if number == 0 or not layout.room(9 * LEAD):
            layout.turn()
        layout.y -= 10
        layout.write(table.title, 12)
        layout.y -= 2
        layout.table(table.fields, [line.values for line in table.lines], table.totals[edition.place])
    if lists:
        _sign(layout, edition, small=True)
    return _drawn(layout, edition)


def _sign(layout: _Layout, edition: Edition, *, small: bool = False) -> None:
    """The note, the office, and the space where it stamps; kept together."""
    if not layout.room(60 if small else 110):
        layout.turn()
    if not small:
        layout.y -= 6
        layout.write(note(edition), 7)
    layout.y -= 18 if small else 34
    layout.write(f"{edition.office}{STAMP}", 10, "right")


def _drawn(layout: _Layout, edition: Edition) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, lang="zh-CN")
    canvas.setTitle(edition.heading)
    canvas.setAuthor(edition.office)
    canvas.setSubject(f"{edition.name} {edition.source.year}年度")
    canvas.setCreator("xianjie")
    for number, page in enumerate(layout.pages, 1):
        canvas.setLineWidth(0.4)
        canvas.setFillGray(0.93)
        for box in page.boxes:
            canvas.rect(*box, stroke=0, fill=1)
        canvas.setStrokeGray(0.55)
        canvas.lines(page.lines)
        canvas.setFillGray(0)
        foot = f"第 {number} 页，共 {len(layout.pages)} 页"
        _write(canvas, [*page.texts, ((WIDTH - _width(foot, 8)) / 2, 22, 8, foot)])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, texts: list[tuple[float, float, float, str]]) -> None:
    current = 0.0
    block = canvas.beginText()
    for x, y, size, text in texts:
        if size != current:
            block.setFont(FACE, size)
            current = size
        block.setTextOrigin(x, y)
        block.textOut(text)
    canvas.drawText(block)
