"""The A4 notice as a workbook: what is announced, its tables, the named lists of the village board, space for the stamp."""

import zipfile
from collections.abc import Iterable
from io import BytesIO

from python_calamine import CalamineWorkbook

from reports.publish.edition import FEW, Edition, View
from reports.publish.tables import COUNT, DATE, DAYS, MONEY, TEXT, Table
from reports.workbook import COUNT as SHEET_COUNT
from reports.workbook import DATE as SHEET_DATE
from reports.workbook import MONEY as SHEET_MONEY
from reports.workbook import NUMBER as SHEET_NUMBER
from reports.workbook import PLAIN, TOTAL, Cell, Column, Row, Sheet, Workbook
from reports.workbook import TEXT as SHEET_TEXT

KINDS = {TEXT: SHEET_TEXT, MONEY: SHEET_MONEY, COUNT: SHEET_COUNT, DAYS: SHEET_NUMBER, DATE: SHEET_DATE}
GRID = (12, 20, 13)  # the first two columns of most tables are an id and a name; the last width is that of all others
MOST = 7  # columns of a table that does not lie on its side
WIDEST = 14  # a column of a long table, which is to fit a page
LONG = 25  # a table of more rows gets sheets of its own, with its header on every page
LIST = 60  # a list of more names, too
POINTS, SLACK = 10.5, 1.25  # 五号, as printed too; a machine without our font has wider digits
TOGETHER = 3  # rows that stay with the head of their table, and with its total
NOUGHT = "—"  # as no money is shown on paper
STAMP = "（公章）　　　　年　　月　　日"


def notice(edition: Edition, lists: list[Table]) -> bytes:
    """The workbook of an edition."""
    book = Workbook(edition.heading, edition.source.notice_from, POINTS, POINTS, SLACK, NOUGHT)
    views = [view.placed for view in edition.printed]
    long = [view for view in views if len(view.rows) > LONG]
    short = [view for view in views if view not in long]
    columns = max([len(GRID), *(_columns(view) for view in short)])
    sheet = book.sheet("公示", [*GRID, *GRID[-1:] * (columns - len(GRID))], portrait=True, foot=digest_line(edition))
    sheet.title(edition.heading)
    for label, text in facts(edition):
        sheet.note(f"{label}：{text}")
    end = sheet.row
    for view in views:
        if view in long:
            sheet.heading(f"{view.table.title}：{len(view.rows)} 行，见本工作簿“{view.table.title}”一页")
        else:
            end = _table(sheet, edition, view)
    sheet.note(note(edition))
    _sign(sheet, edition, end)
    for view in long:
        own = book.sheet(
            view.table.title, [min(one.width, WIDEST) for one in view.fields], portrait=True, foot=digest_line(edition)
        )
        _long(own, edition, view)
    _lists(book, edition, lists)
    content = book.content()
    prove(content, edition.heading)
    return content


def _columns(view: View) -> int:
    """How many columns a table takes in the sheet that tables share."""
    return len(view.rows) + 1 + bool(view.total) if _lies(view) else len(view.fields)


def _lies(view: View) -> bool:
    """Whether a table stands on its side: few rows, and many columns."""
    return len(view.rows) <= FEW and len(view.fields) > MOST


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


def _table(sheet: Sheet, edition: Edition, view: View) -> int:
    """A table among others; returns the row from which its end stays together."""
    sheet.skip()
    first = sheet.row
    sheet.heading(view.table.title)
    if _lies(view):
        (head, cells), *parts = view.aside
        columns = [Column(head.title, sheet.widths[0]), *(Column(str(one or ""), sheet.widths[1]) for one in cells)]
        rows = [Row((one.title, *(Cell(value, KINDS[one.kind]) for value in found))) for one, found in parts]
    else:
        columns = [Column(one.title, sheet.widths[i], KINDS[one.kind]) for i, one in enumerate(view.fields)]
        rows = _rows(view.rows, view.total)
    return _together(sheet, first, columns, rows, below(edition, view.table))


def _rows(rows: Iterable[tuple[object, ...]], total: tuple[object, ...] | None) -> list[Row]:
    return [*(Row(row, PLAIN) for row in rows), *([Row(total, TOTAL)] if total else [])]


def _together(sheet: Sheet, first: int, columns: list[Column], rows: list[Row], after: Iterable[str]) -> int:
    """Writes a table that began with its heading in the row `first`; its head and first rows, its last rows and what
    follows them are not parted, a short one not at all.
    """
    area = sheet.table(columns, rows, freeze=False)
    for text in after:
        sheet.note(text)
    top, last = area.first - 1, area.last - 1
    end = max(top, last - TOGETHER) if len(rows) > 3 * TOGETHER else first
    sheet.together(first, min(top + TOGETHER - 1, last))
    sheet.together(end, sheet.row - 1)
    return end


def _long(sheet: Sheet, edition: Edition, view: View) -> None:
    """A table on sheets of its own, its header on every page."""
    sheet.heading(view.table.title)
    columns = [Column(one.title, sheet.widths[i], KINDS[one.kind]) for i, one in enumerate(view.fields)]
    area = sheet.table(columns, _rows(view.rows, view.total))
    for text in below(edition, view.table):
        sheet.note(text)
    sheet.together(max(area.first - 1, area.last - 1 - TOGETHER), sheet.row - 1)


def _lists(book: Workbook, edition: Edition, lists: list[Table]) -> None:
    """The lists of names: short ones below each other, each long one on sheets of its own."""
    if short := [one for one in lists if len(one.lines) <= LIST]:
        sheet, end = _sheet_of_lists(book, edition, "名单", short), 0
        for table in short:
            first = sheet.row
            sheet.title(table.title)
            end = _together(sheet, first, *_listed(sheet, edition, table), ())
            sheet.skip()
        _sign(sheet, edition, end)
    for table in (one for one in lists if one not in short):
        sheet = _sheet_of_lists(book, edition, table.title.replace("名单：", "·"), [table])
        sheet.title(table.title)
        area = sheet.table(*_listed(sheet, edition, table))
        _sign(sheet, edition, max(area.first - 1, area.last - 1 - TOGETHER))


def _sheet_of_lists(book: Workbook, edition: Edition, name: str, lists: list[Table]) -> Sheet:
    others = max(len(table.fields) for table in lists) - 1
    sheet = book.sheet(name, [6, *(60 / others,) * others], portrait=True, foot=digest_line(edition))
    sheet.note(f"{edition.name}　公开期限：{edition.when}　监督电话：{edition.phones}")
    return sheet


def _listed(sheet: Sheet, edition: Edition, table: Table) -> tuple[list[Column], list[Row]]:
    columns = [Column(one.title, sheet.widths[i], KINDS[one.kind]) for i, one in enumerate(table.fields)]
    return columns, _rows((line.values for line in table.lines), table.totals[edition.place])


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
