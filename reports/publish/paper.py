"""The A4 notice as a PDF: an embedded Chinese font, headers repeated, pages numbered, space for the stamp.

Tables are laid out by our own few lines on the PDF library's canvas: its flowing layout is twenty times slower, and a
county prints half a million lines.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A3, A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from reports.publish.edition import FEW, Edition, View
from reports.publish.notices import NOUGHT, STAMP, below, digest, facts, note
from reports.publish.tables import COUNT, DATE, DAYS, FOLDED, MONEY, Field, Table, shown

FACE = "notice"
PORTRAIT, LANDSCAPE, LARGE = A4, (A4[1], A4[0]), (A3[1], A3[0])  # the first that all tables fit
MARGIN, FOOT = 42.0, 48.0
SIZE, LEAD, PAD = 10.5, 14.0, 4.0  # 五号: what can be read on a wall
TITLE, HEAD = 18.0, 13.0
TOGETHER = 3  # rows that stay with the total and with the seal
NUMERIC = (MONEY, COUNT, DAYS)
WHOLE = (*NUMERIC, DATE)  # never broken
WIDEST, NARROWEST = 16.0, 4.2  # characters of a column of text
SHORT = 0.4  # of a page: a table no higher than this is not broken
_WORDS = re.compile(r"[0-9A-Za-z.,:%/_\-〔〕]+|.", re.DOTALL)
_NOT_FIRST = "，。；：、）】》”％%！？·"


def use_font(content: bytes) -> None:
    """The font of all papers from now on."""
    pdfmetrics._fonts[FACE] = TTFont(FACE, BytesIO(content))  # registerFont would keep the first of this name
    _width.cache_clear()


def characters(editions: list[Edition], lists: dict[Any, list[Table]]) -> set[str]:
    """Every character that the papers show."""
    texts = {chr(code) for code in range(32, 127)} | set(STAMP) | set("第页共合计依据：，、续名单乡镇村") | set(FOLDED)
    for edition in editions:
        texts |= set(edition.heading + edition.office + edition.name + note(edition) + digest(edition))
        texts |= {one for label, text in facts(edition) for one in label + text}
        for table in lists.get(edition.place, []):
            texts |= set(table.title) | _of_table(table)
    tables = {id(table): table for edition in editions for table in edition.tables}
    for table in tables.values():
        texts |= set(table.title + table.about + table.remark + editions[0].source.basis(table.rules)) | _of_table(
            table
        )
    return {one for one in texts if one.isprintable() and not one.isspace()} | {" ", "\u3000"}


def _of_table(table: Table) -> set[str]:
    cells = {value for line in table.lines for value in line.values if isinstance(value, str)}
    cells |= {value for total in table.totals.values() for value in total if isinstance(value, str)}
    return {one for text in (*cells, *(one.title for one in table.fields)) for one in text}


@lru_cache(maxsize=100_000)
def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, FACE, size))


def wrapped(text: str, size: float, space: float) -> list[str]:
    """The text in lines that fit into so many points. Numbers and words stay whole unless one alone is too long; no line
    begins with a stop.
    """
    if "\n" not in text and _width(text, size) <= space:
        return [text]
    lines: list[list[str]] = [[]]
    for word in (piece for one in _WORDS.findall(text) for piece in _pieces(one, size, space)):
        if word == "\n":
            lines.append([])
            continue
        if lines[-1] and _width("".join(lines[-1]) + word, size) > space:
            lines.append(_carried(lines[-1]) if word in _NOT_FIRST else [])
        lines[-1].append(word)
    return ["".join(line) for line in lines]


def _carried(line: list[str]) -> list[str]:
    """Takes off a line what goes to the next together with a stop that may not begin it."""
    at = len(line) - 1
    while at > 0 and line[at] in _NOT_FIRST:
        at -= 1
    carried = line[at:] if at > 0 else []
    del line[len(line) - len(carried) :]
    return carried


def _pieces(word: str, size: float, space: float) -> list[str]:
    """A word, in pieces where it is longer than a line."""
    if len(word) == 1 or _width(word, size) <= space:
        return [word]
    each = max(1, int(space / _width("0", size)))
    return [word[at : at + each] for at in range(0, len(word), each)]


@dataclass
class _Page:
    """What is drawn on a page: texts as (x, y, size, text), lines as (x1, y1, x2, y2), grey boxes as (x, y, w, h)."""

    size: tuple[float, float]
    texts: list[tuple[float, float, float, str]] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class _Grid:
    """A table ready to be laid out: what its cells say, and the narrowest and most fitting widths of its columns."""

    fields: tuple[Field, ...]
    heads: list[str]
    rows: list[list[str]]
    least: list[float]
    best: list[float]
    total: bool

    def edges(self, width: float) -> list[float]:
        """Left edges of the columns and the right edge of the last, in a page so wide."""
        space = width - 2 * MARGIN
        spare, asked = max(space - sum(self.least), 0.0), [b - a for a, b in zip(self.least, self.best, strict=True)]
        share = min(1.0, spare / (sum(asked) or 1.0)) if space >= sum(self.least) else 0.0
        scale = min(1.0, space / sum(self.least))
        edges = [MARGIN]
        for least, more in zip(self.least, asked, strict=True):
            edges.append(edges[-1] + least * scale + more * share)
        return edges


def _said(value: Any, one: Field) -> str:
    """A cell on paper: a column of noughts is easier to read as dashes."""
    return NOUGHT if one.kind == MONEY and value == 0 and not isinstance(value, str) else shown(value, one.kind)


def _grid(fields: tuple[Field, ...], rows: list[Any], total: Any) -> _Grid:
    said = [
        [_said(value, one) for value, one in zip(row, fields, strict=True)]
        for row in ([*rows, total] if total else rows)
    ]
    heads = [one.title.replace("（元）", "\n（元）") for one in fields]
    least, best = [], []
    for i, one in enumerate(fields):
        cells = max((_width(row[i], SIZE) for row in said), default=0.0) + 2 * PAD
        head = max(_width(part, SIZE) for part in heads[i].split("\n")) + 2 * PAD
        narrow, wide = NARROWEST * SIZE + 2 * PAD, WIDEST * SIZE + 2 * PAD
        words = max((_width(word, SIZE) for row in said for word in _WORDS.findall(row[i])), default=0.0) + 2 * PAD
        whole = one.kind in WHOLE
        least.append(max(cells, min(head, narrow)) if whole else max(min(cells, narrow), min(words, wide)))
        best.append(max(least[-1], head, cells if whole else min(cells, wide)))
    return _Grid(fields, heads, said, least, best, bool(total))


class _Layout:
    """Fills pages from the top; `y` is where the next thing goes."""

    def __init__(self, heading: str, size: tuple[float, float]) -> None:
        self.heading = heading
        self.width, self.height = size
        self.pages: list[_Page] = []
        self.turn()

    def turn(self, size: tuple[float, float] | None = None) -> None:
        """A new page, of another size where one is given."""
        self.width, self.height = size or (self.width, self.height)
        self.pages.append(_Page((self.width, self.height)))
        self.y = self.height - MARGIN
        if len(self.pages) > 1:
            self.write(f"{self.heading}（续）", SIZE)
            self.y -= 4

    def room(self, height: float) -> bool:
        return bool(self.y - height >= FOOT)

    def write(self, text: str, size: float, align: str = "left") -> None:
        """A paragraph over the whole width."""
        lead = size * 1.35
        for line in wrapped(text, size, self.width - 2 * MARGIN):
            if not self.room(lead):
                self.turn()
            self.y -= lead
            spare = self.width - 2 * MARGIN - _width(line, size)
            left = MARGIN + {"left": 0.0, "center": spare / 2, "right": spare}[align]
            self.pages[-1].texts.append((left, self.y + size * 0.25, size, line))

    def table(self, title: str, grid: _Grid, after: float = 0.0) -> None:
        """A table below its title, the header on every page that it runs over. Its last rows stay together, and with as
        many points after them as asked for.
        """
        edges = grid.edges(self.width)
        head = _cells(grid.heads, edges)
        rows = [_cells(row, edges) for row in grid.rows]
        last = max(0, len(rows) - TOGETHER - grid.total)
        if _height(head) + sum(map(_height, rows)) < SHORT * self.height:
            last = 0
        opening = (
            HEAD * 1.35
            + 10
            + _height(head)
            + sum(map(_height, rows[: 1 if last else len(rows)]))
            + (0 if last else after)
        )
        if not self.room(opening) and opening < self.height - MARGIN - FOOT - 30:
            self.turn()
        self.y -= 8
        self.write(title, HEAD)
        self.y -= 2
        self._row(head, edges, grid.fields, grey=True)
        for number, cells in enumerate(rows):
            needed = sum(map(_height, rows[number:])) + after if number == last and last else _height(cells)
            if not self.room(needed) and self.y < self.height - MARGIN - 60:
                self.turn()
                self._row(head, edges, grid.fields, grey=True)
            self._row(cells, edges, grid.fields, grey=grid.total and number == len(rows) - 1)

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


def _cells(texts: list[str], edges: list[float]) -> list[list[str]]:
    return [wrapped(text, SIZE, edges[i + 1] - edges[i] - 2 * PAD + 0.01) for i, text in enumerate(texts)]


def _height(cells: list[list[str]]) -> float:
    return 2 * PAD + LEAD * max(len(lines) for lines in cells)


def size_of(grids: list[_Grid]) -> tuple[float, float]:
    """The smallest paper that the narrowest widths of all tables fit: A4 upright, A4 across, A3 across."""
    needed = max((sum(grid.least) for grid in grids), default=0.0) + 2 * MARGIN
    return next((size for size in (PORTRAIT, LANDSCAPE, LARGE) if needed <= size[0]), LARGE)


def paper(edition: Edition, lists: list[Table]) -> bytes:
    """The PDF of an edition."""
    return _drawn(laid_out(edition, lists), edition)


def laid_out(edition: Edition, lists: list[Table]) -> _Layout:
    """Everything that stands on the pages of an edition, and where."""
    grids = [_fitting(view) for view in edition.printed]
    named = [_grid(table.fields, [line.values for line in table.lines], table.totals[edition.place]) for table in lists]
    layout = _Layout(edition.heading, size_of(grids))
    layout.write(edition.heading, TITLE, "center")
    layout.y -= 6
    for label, text in facts(edition):
        layout.write(f"{label}：{text}", SIZE)
    for view, grid in zip(edition.printed, grids, strict=True):
        layout.table(view.table.title, grid, SIGN if grid is grids[-1] else 2 * LEAD)
        for text in below(edition, view.table):
            layout.write(text, SIZE)
    _sign(layout, edition)
    for number, (table, grid) in enumerate(zip(lists, named, strict=True)):
        if number == 0:
            layout.turn(size_of(named))
        beside = _beside(table, table.totals[edition.place], grid, layout.width)
        layout.table(table.title, beside, SIGN if grid is named[-1] else 0.0)
    if lists:
        _sign(layout, edition, small=True)
    return layout


def _fitting(view: View) -> _Grid:
    """A table as it fits upright paper: one of few rows and too many columns stands on its side."""
    view = view.placed
    grid = _grid(view.fields, view.rows, view.total)
    if len(view.rows) > FEW or size_of([grid]) == PORTRAIT:
        return grid
    heads, *rows = [(one.title, *(_said(value, one) for value in cells)) for one, cells in view.aside]
    aside = _grid(tuple(Field(f"{i}", title) for i, title in enumerate(heads)), rows, None)
    return aside if size_of([aside]) == PORTRAIT else grid


def _beside(table: Table, total: tuple[Any, ...], grid: _Grid, width: float) -> _Grid:
    """A narrow list as several columns of entries, read across, as many as the page has room for."""
    count = min(4, int((width - 2 * MARGIN) // sum(grid.best)))
    rows = [line.values for line in table.lines]
    if count < 2 or len(rows) < 2 * count:
        return grid
    empty = (None,) * len(table.fields)
    rows += [empty] * (-len(rows) % count)
    across = [tuple(value for row in rows[at : at + count] for value in row) for at in range(0, len(rows), count)]
    return _grid(table.fields * count, across, (*total, *empty * (count - 1)))


SIGN = 150.0  # points that the basis, the note, the office and its stamp take


def _sign(layout: _Layout, edition: Edition, *, small: bool = False) -> None:
    """The note, the office, and the space where it stamps; kept together."""
    if not layout.room(60 if small else 110):
        layout.turn()
    if not small:
        layout.y -= 6
        layout.write(note(edition), SIZE)
    layout.y -= 20 if small else 30
    layout.write(f"{edition.office}{STAMP}", 12, "right")


def _drawn(layout: _Layout, edition: Edition) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1, lang="zh-CN")
    canvas.setTitle(edition.heading)
    canvas.setAuthor(edition.office)
    canvas.setSubject(f"{edition.name} {edition.source.year}年度")
    canvas.setCreator("xianjie")
    for number, page in enumerate(layout.pages, 1):
        canvas.setPageSize(page.size)
        canvas.setLineWidth(0.4)
        canvas.setFillGray(0.93)
        for box in page.boxes:
            canvas.rect(*box, stroke=0, fill=1)
        canvas.setStrokeGray(0.55)
        canvas.lines(page.lines)
        canvas.setFillGray(0)
        foot = f"第 {number} 页，共 {len(layout.pages)} 页"
        lines = enumerate(reversed(wrapped(digest(edition), 6, page.size[0] - 2 * MARGIN)))
        digests = [(MARGIN, 11 + 7 * i, 6.0, line) for i, line in lines]
        _write(canvas, [*page.texts, ((page.size[0] - _width(foot, 9)) / 2, 36, 9, foot), *digests])
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
