"""The A4 notice as a workbook: what is announced, its tables, the named lists of the village board, space for the stamp."""

import zipfile
from io import BytesIO

from python_calamine import CalamineWorkbook

from reports.publish.edition import Edition, View
from reports.publish.tables import COUNT, DATE, DAYS, MONEY, TEXT, Table
from reports.workbook import COUNT as SHEET_COUNT
from reports.workbook import DATE as SHEET_DATE
from reports.workbook import MONEY as SHEET_MONEY
from reports.workbook import NUMBER as SHEET_NUMBER
from reports.workbook import PLAIN, TOTAL, Column, Row, Sheet, Workbook
from reports.workbook import TEXT as SHEET_TEXT

KINDS = {TEXT: SHEET_TEXT, MONEY: SHEET_MONEY, COUNT: SHEET_COUNT, DAYS: SHEET_NUMBER, DATE: SHEET_DATE}
GRID = (13, 26, 15)  # the first two columns of every table are an id and a name; the last width is that of all others
LONG = 25  # a table of more rows gets sheets of its own, with its header on every page
STAMP = "（公章）　　　　年　　月　　日"


def notice(edition: Edition, lists: list[Table]) -> bytes:
    """The workbook of an edition."""
    book = Workbook(edition.heading, edition.source.notice_from)
    columns = max((len(view.fields) for view in edition.views), default=len(GRID))
    sheet = book.sheet("公示", [*GRID, *GRID[-1:] * (columns - len(GRID))])
    sheet.title(edition.heading)
    for label, text in facts(edition):
        sheet.note(f"{label}：{text}")
    long = [view for view in edition.views if len(view.rows) > LONG]
    for view in edition.views:
        if view in long:
            sheet.heading(f"{view.table.title}：{len(view.rows)} 行，见本工作簿“{view.table.title}”一页")
        else:
            _table(sheet, edition, view, freeze=False)
    sheet.skip()
    sheet.note(note(edition))
    sheet.note(digest(edition))
    sheet.right(edition.office)
    sheet.right(STAMP)
    for view in long:
        own = book.sheet(view.table.title, [one.width for one in view.fields])
        _table(own, edition, view, freeze=True)
    for table in lists:
        _list(book, edition, table)
    content = book.content()
    prove(content, edition.heading)
    return content


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
    return f"收支为 {edition.source.year} 年度发生数，状态截至 {edition.source.as_of}。{hidden}"


def _table(sheet: Sheet, edition: Edition, view: View, *, freeze: bool) -> None:
    sheet.skip(0 if freeze else 1)
    sheet.heading(view.table.title)
    columns = [Column(one.title, sheet.widths[i], KINDS[one.kind]) for i, one in enumerate(view.fields)]
    rows = [Row(row, PLAIN) for row in view.rows]
    if view.total:
        rows.append(Row(view.total, TOTAL))
    sheet.table(columns, rows, freeze=freeze)
    sheet.note(f"依据：{edition.source.basis(view.table.rules)}")


def _list(book: Workbook, edition: Edition, table: Table) -> None:
    others = len(table.fields) - 1
    wide = max(22.0, 1.8 * len(table.title) / others)  # wide enough for the title
    sheet = book.sheet(table.title.replace("名单：", "·"), [8, *(wide,) * others], portrait=True)
    sheet.title(table.title)
    sheet.note(f"{edition.name}　公开期限：{edition.when}　监督电话：{edition.phones}")
    columns = [Column(one.title, one.width, KINDS[one.kind]) for one in table.fields]
    rows = [Row(line.values) for line in table.lines]
    sheet.table(columns, [*rows, Row(table.totals[edition.place], TOTAL)])
    sheet.right(edition.office)
    sheet.right(STAMP)


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
