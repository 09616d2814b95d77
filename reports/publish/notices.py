"""The A4 notice as a workbook: what is announced, its tables, the named lists of the village board, space for the stamp."""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import chain, zip_longest

from python_calamine import CalamineWorkbook

from reports.publish.edition import FEW, Edition, View
from reports.publish.tables import COUNT, DATE, DAYS, MONEY, TEXT, Field, Table, shown
from reports.width import width
from reports.workbook import COUNT as SHEET_COUNT
from reports.workbook import DATE as SHEET_DATE
from reports.workbook import MONEY as SHEET_MONEY
from reports.workbook import NUMBER as SHEET_NUMBER
from reports.workbook import PLAIN, TOTAL, Cell, Column, Row, Sheet, Workbook
from reports.workbook import TEXT as SHEET_TEXT

KINDS = {TEXT: SHEET_TEXT, MONEY: SHEET_MONEY, COUNT: SHEET_COUNT, DAYS: SHEET_NUMBER, DATE: SHEET_DATE}
NARROWEST, WIDEST = 10.5, 33.0  # a column of text that is wrapped, and one that need not be
PAGES = (81.5, 119.0, 172.0)  # cells across A4 upright, A4 and A3 lying, with the edges of columns
EDGE = 0.75  # cells of the edges of a column
ACROSS = 4  # entries of a list beside each other, at most
LONG = 25  # a table of more rows gets sheets of its own, with its header on every page
LIST = 60  # a list of more names, too
POINTS, SLACK = 10.5, 1.25  # 五号, as printed too; a machine without our font has wider digits
TOGETHER = 3  # rows that stay with the head of their table, and with its total
NOUGHT = "—"  # as no money is shown on paper
_WORDS = re.compile(r"[0-9A-Za-z.,:%/_\-]+")
STAMP = "（公章）　　　　年　　月　　日"


def notice(edition: Edition, lists: list[Table]) -> bytes:
    """The workbook of an edition."""
    book = Workbook(edition.heading, edition.source.notice_from, POINTS, POINTS, SLACK, NOUGHT)
    views = [view.placed for view in edition.printed]
    long = [view for view in views if len(view.rows) > LONG]
    short = _fitting([_upright(view) for view in views if view not in long])
    shapes = {id(shape.view): shape for shape in short}
    sheet = book.sheet("公示", _widths(short), portrait=True, foot=digest_line(edition))
    sheet.title(edition.heading)
    for label, text in facts(edition):
        sheet.note(f"{label}：{text}")
    end = sheet.row
    for view in views:
        if view in long:
            sheet.heading(f"{view.table.title}：{len(view.rows)} 行，见本工作簿“{view.table.title}”一页")
        else:
            end = _table(sheet, edition, shapes[id(view)])
    sheet.note(note(edition))
    _sign(sheet, edition, end)
    for view in long:
        own = book.sheet(view.table.title, _widths([_upright(view)]), portrait=True, foot=digest_line(edition))
        _long(own, edition, view)
    _lists(book, edition, lists)
    content = book.content()
    prove(content, edition.heading)
    return content


@dataclass(frozen=True)
class _Shape:
    """A table as it stands in the sheet: its columns' titles, and their cells as (value, kind); `aside` on its side."""

    view: View
    heads: list[str]
    columns: list[list[tuple[object, str]]]
    aside: bool = False

    @cached_property
    def needs(self) -> list[tuple[float, float]]:
        """Of each column the narrowest and the most fitting width, in cells."""
        return [_need(head, cells) for head, cells in zip(self.heads, self.columns, strict=True)]


def _upright(view: View) -> _Shape:
    rows = [*view.rows, *([view.total] if view.total else [])]
    columns = [[(row[i], one.kind) for row in rows] for i, one in enumerate(view.fields)]
    return _Shape(view, [one.title for one in view.fields], columns)


def _aside(view: View) -> _Shape:
    (head, cells), *parts = view.aside
    titles: list[tuple[object, str]] = [(one.title, TEXT) for one, _ in parts]
    columns = [titles, *([(values[i], one.kind) for one, values in parts] for i in range(len(cells)))]
    return _Shape(view, [head.title, *(str(one or "") for one in cells)], columns, aside=True)


def _need(head: str, cells: list[tuple[object, str]]) -> tuple[float, float]:
    """Amounts, dates and numbers stay whole, words of letters and digits too."""
    whole = max((width(shown(value, kind)) + 1.5 for value, kind in cells if kind != TEXT), default=0.0)
    texts = [shown(value, kind) for value, kind in cells if kind == TEXT]
    words = max((len(word) + 1.0 for text in texts for word in _WORDS.findall(text)), default=0.0)
    longest, title = (max((_wide(text) for text in found), default=0) + 1.5 for found in (texts, [head]))
    least = max(whole, min(words, WIDEST), min(max(longest, title), NARROWEST))
    return least, max(least, min(title, WIDEST), min(longest, WIDEST))


def _union(shapes: list[_Shape]) -> list[tuple[float, float]]:
    """What the columns need that tables one below the other share."""
    found = zip_longest(*(shape.needs for shape in shapes), fillvalue=(0.0, 0.0))
    return [(max(least for least, _ in column), max(best for _, best in column)) for column in found]


def _fits(needs: list[tuple[float, float]], page: float) -> bool:
    return sum(least + EDGE for least, _ in needs) <= page


def _fitting(shapes: list[_Shape]) -> list[_Shape]:
    """Until all fit an upright page, the widest of those that have few rows is laid on its side."""
    while not _fits(_union(shapes), PAGES[0]):
        few = [one for one in shapes if not one.aside and len(one.view.rows) <= FEW and len(one.heads) > FEW + 1]
        if not few:
            break
        wide = max(few, key=lambda one: sum(least for least, _ in one.needs))
        shapes = [_aside(one.view) if one is wide else one for one in shapes]
    return shapes


def _widths(shapes: list[_Shape]) -> list[float]:
    """Widths of the columns that the tables share, which fill the smallest page that they fit."""
    needs = _union(shapes) or [(NARROWEST, WIDEST)]
    page = next((page for page in PAGES if _fits(needs, page)), 0.0) - EDGE * len(needs)
    least, best = (sum(column) for column in zip(*needs, strict=True))
    share = min(1.0, max(0.0, page - least) / ((best - least) or 1.0))
    scale = max(1.0, page / (least + (best - least) * share))
    return [round((narrow + (wide - narrow) * share) * scale, 2) for narrow, wide in needs]


def _wide(title: str) -> int:
    """Cells that a title asks for, its unit on a line of its own where need be."""
    return max(map(width, title.replace("（元）", "\n（元）").split("\n")))


def headed(title: str, cells: float) -> str:
    """A title as it stands in so many cells: its unit is never broken."""
    return title if width(title) + 1 < cells else title.replace("（元）", "\n（元）")


def facts(edition: Edition) -> list[tuple[str, str]]:
    """What stands above the tables of every notice."""
    return [
        ("公开地点", edition.where),
        ("公开期限", edition.when),
        ("监督电话", edition.phones),
        *([("受理地址", str(edition.policy["office.address"]))] if edition.policy["office.address"] else []),
        *([("受理时间", str(edition.policy["office.hours"]))] if edition.policy["office.hours"] else []),
    ]


def digest(edition: Edition) -> str:
    """What only whoever checks the paper needs: it stands in the footer."""
    source = edition.source
    return f"{source.origin}；规则摘要 {source.rules}；程序版本 {source.version}"


def note(edition: Edition) -> str:
    hidden = (
        ""
        if edition.source.board
        else f"不足 {edition.policy.least} 户或可由相减得出的不单列，并入“其他（合并公开）”，各行相加就是合计。"
    )
    return f"收支为 {edition.source.year} 年度发生数，状态截至 {edition.source.as_of}。{hidden}金额写作“{NOUGHT}”的是 0 元。"


def below(edition: Edition, table: Table) -> list[str]:
    """What stands below a table: what needs explaining, and the articles that it answers."""
    return [*([table.remark] if table.remark else []), f"依据：{edition.source.basis(table.rules)}"]


def digest_line(edition: Edition) -> str:
    """The same as a workbook's footer holds it: the root in full, the beginning of the other digests."""
    source = edition.source
    sealed = f"封账至 {source.sealed}，根 {source.seal}" if source.seal else "尚未封账"
    begin = source.digest.removeprefix("sha256:")[:16]
    return f"\n&6摘要 {begin}；{sealed}；规则 {source.rules.removeprefix('sha256:')[:16]}；程序 {source.version}"


def _table(sheet: Sheet, edition: Edition, shape: _Shape) -> int:
    """A table among others; returns the row from which its end stays together."""
    sheet.skip()
    first, view = sheet.row, shape.view
    sheet.heading(view.table.title)
    if shape.aside:
        columns = [Column(head, sheet.widths[i]) for i, head in enumerate(shape.heads)]
        cells = [[Cell(value, KINDS[kind]) for value, kind in column] for column in shape.columns[1:]]
        titles = [headed(str(title), sheet.widths[0]) for title, _ in shape.columns[0]]
        rows = [Row(row) for row in zip(titles, *cells, strict=True)]
    else:
        columns, rows = _columns(sheet, view.fields), _rows(view.rows, view.total)
    return _together(sheet, first, columns, rows, below(edition, view.table))


def _columns(sheet: Sheet, fields: tuple[Field, ...]) -> list[Column]:
    return [Column(headed(one.title, sheet.widths[i]), sheet.widths[i], KINDS[one.kind]) for i, one in enumerate(fields)]


def _rows(rows: Iterable[tuple[object, ...]], total: tuple[object, ...] | None) -> list[Row]:
    return [*(Row(row, PLAIN) for row in rows), *([Row(total, TOTAL)] if total else [])]


def _together(sheet: Sheet, first: int, columns: list[Column], rows: list[Row], after: Iterable[str]) -> int:
    """Writes a table that began with its heading in the row `first`; its head and first rows, its last rows and what
    follows them are not parted, nor is one that a page holds.
    """
    area = sheet.table(columns, rows, freeze=False)
    for text in after:
        sheet.note(text)
    top, last = area.first - 1, area.last - 1
    end = max(top, last - TOGETHER) if len(rows) > 3 * TOGETHER else first
    sheet.together(first, min(top + TOGETHER - 1, last))
    sheet.together(first, sheet.row - 1)
    sheet.together(end, sheet.row - 1)
    return end


def _long(sheet: Sheet, edition: Edition, view: View) -> None:
    """A table on sheets of its own, its header on every page."""
    sheet.heading(view.table.title)
    area = sheet.table(_columns(sheet, view.fields), _rows(view.rows, view.total))
    for text in below(edition, view.table):
        sheet.note(text)
    sheet.together(max(area.first - 1, area.last - 1 - TOGETHER), sheet.row - 1)


def _lists(book: Workbook, edition: Edition, lists: list[Table]) -> None:
    """The lists of names: short ones below each other, each long one on sheets of its own."""
    if short := [one for one in lists if len(one.lines) <= LIST]:
        count, sheet, end = *_sheet_of_lists(book, edition, "名单", short), 0
        for table in short:
            first = sheet.row
            sheet.heading(table.title)
            end = _together(sheet, first, *_listed(sheet, edition, table, count), ())
            sheet.skip()
        _sign(sheet, edition, end)
    for table in (one for one in lists if one not in short):
        count, sheet = _sheet_of_lists(book, edition, table.title.replace("名单：", "·"), [table])
        sheet.title(table.title)
        area = sheet.table(*_listed(sheet, edition, table, count))
        _sign(sheet, edition, max(area.first - 1, area.last - 1 - TOGETHER))


def _sheet_of_lists(book: Workbook, edition: Edition, name: str, lists: list[Table]) -> tuple[int, Sheet]:
    """How many entries stand beside each other there, and the sheet."""
    shapes = {count: [_list(edition, table, count) for table in lists] for count in range(1, ACROSS + 1)}
    count = max(count for count, found in shapes.items() if count == 1 or _fits(_union(found), PAGES[0]))
    sheet = book.sheet(name, _widths(shapes[count]), portrait=True, foot=digest_line(edition))
    sheet.note(f"{edition.name}　公开期限：{edition.when}　监督电话：{edition.phones}")
    return count, sheet


def _list(edition: Edition, table: Table, count: int) -> _Shape:
    total = table.totals[edition.place] * count
    return _upright(View(table, table.fields * count, [line.values * count for line in table.lines], total))


def _listed(sheet: Sheet, edition: Edition, table: Table, most: int) -> tuple[list[Column], list[Row]]:
    """A list as several columns of entries, read across, unless it is a very short one."""
    size, rows = len(table.fields), [line.values for line in table.lines]
    count = most if len(rows) >= 2 * most else 1
    rows += [(None,) * size] * (-len(rows) % count)
    across = [tuple(chain.from_iterable(rows[at : at + count])) for at in range(0, len(rows), count)]
    total = (*table.totals[edition.place], *(None,) * size * (count - 1))
    return _columns(sheet, table.fields * count), _rows(across, total)


def _sign(sheet: Sheet, edition: Edition, end: int) -> None:
    """The office and space for its stamp, on the page of the last rows, those from `end` on."""
    sheet.skip()
    sheet.right(edition.office)
    sheet.right(STAMP)
    sheet.together(end, sheet.row - 1)


def prove(content: bytes, heading: str) -> None:
    """Open a finished workbook again: it opens, says what it should, and holds no formula, macro or outside link."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        for name in parts.namelist():
            part = parts.read(name)
            if b'TargetMode="External"' in part or "vba" in name.lower() or "externalLink" in name:
                raise ValueError(f"工作簿含有宏或外部链接：{name}")
            if name.startswith("xl/worksheets/sheet") and (b"<f>" in part or b"<f " in part):
                raise ValueError(f"工作簿含有公式：{name}")
    first = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python(nrows=1)
    if not first or first[0][0] != heading:
        raise ValueError("工作簿写出后与内容不符")
