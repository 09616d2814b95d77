"""The screenings as text for a terminal, as JSON, and as sheets of a workbook."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from ledgers.tables.tables import Tables
from reports.screening.screen import Screen
from reports.screening.screens import screens
from reports.workbook import COUNT, LONG, NUMBER, RATIO, TEXT, Column, Row, Sheet, Workbook

NOTE = "筛查只指出应当先看哪里，不是结论，也不作为判定依据。"
SHOWN = 5  # lines of each on a terminal


def mark(screen: Screen) -> str:
    """先看, 平常, or that too little is there to say."""
    return "样本不足" if screen.notable is None else "先看" if screen.notable else "平常"


def as_text(tables: Tables) -> bytes:
    """What an auditor reads in a terminal, as UTF-8."""
    return ("\n".join(_text(tables)) + "\n").encode()


def _text(tables: Tables) -> Iterator[str]:
    yield f"{tables.title}　截至 {tables.as_of}　{NOTE}"
    for one in screens(tables):
        yield f"\n［{mark(one)}］{one.title}：{one.figure}"
        yield f"  方法：{one.method}"
        yield f"  总体：{one.population}，{one.n:,}"
        if one.notable:
            yield from (f"  {line.file}:{line.line}　{line.text}" for line in one.lines[:SHOWN])
            if len(one.lines) > SHOWN:
                yield f"  …… 共列出 {len(one.lines)} 行，见 --format xlsx 或 json"


def as_json(tables: Tables) -> bytes:
    """Everything, for programs: `notable` is null where the population is too small."""
    found = [asdict(one) for one in screens(tables)]
    document = {"schema": 1, "title": tables.title, "as_of": tables.as_of.isoformat(), "note": NOTE, "screens": found}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def as_xlsx(tables: Tables) -> bytes:
    """One sheet of figures, one of the lines."""
    book = Workbook(f"{tables.title}筛查", tables.as_of)
    add_sheets(book, tables)
    return book.content()


def add_sheets(book: Workbook, tables: Tables) -> None:
    """The two sheets, into a workbook that may hold others."""
    found = screens(tables)
    columns = [Column("项目", 18), Column("提示", 9), Column("结果", 50, LONG), Column("总体", 26, LONG)]
    columns += [Column("数量", 10, COUNT), Column("方法", 46, LONG)]
    rows = [Row((one.title, mark(one), one.figure, one.population, one.n, one.method)) for one in found]
    _sheet(book, "筛查", f"筛查（截至 {tables.as_of}）", columns, rows)
    lines = [
        Row((one.title, line.text, f"{line.file}:{line.line}")) for one in found if one.notable for line in one.lines
    ]
    _charts(book, found)
    where = [Column("项目", 18), Column("内容", 80, LONG), Column("位置", 30, TEXT)]
    _sheet(book, "筛查所指", "筛查所指的凭证和清册行", where, lines)


CHART_ROWS = 26  # that a chart is high


def _charts(book: Workbook, found: Iterable[Screen]) -> None:
    """What was found beside what would be usual: a table and a chart for each screening, one a page."""
    drawn = [one for one in found if one.bars]
    if not drawn:
        return
    sheet = book.sheet("筛查图", (22, 14, 14))
    for place, one in enumerate(drawn):
        if place:
            sheet.page_break()
        _chart(sheet, one)


def _chart(sheet: Sheet, one: Screen) -> None:
    top, shares = sheet.row, all(bar.found <= 1 for bar in one.bars)
    kind, usual = (RATIO if shares else NUMBER), any(bar.usual is not None for bar in one.bars)
    sheet.heading(f"{one.title}［{mark(one)}］")
    sheet.note(one.figure)
    names = ("实际", "通常") if usual else ("实际",)
    columns = (Column("类别", 22), *(Column(name, 14, kind) for name in names))
    values = ((bar.label, *(_rounded(value) for value in (bar.found, bar.usual)[: len(names)])) for bar in one.bars)
    area = sheet.table(columns, map(Row, values), freeze=False)
    series = {name: place for place, name in enumerate(names, start=1)}
    sheet.chart({"type": "column"}, one.title, area, 0, series, "0%" if shares else "#,##0")
    sheet.skip(max(0, top + CHART_ROWS - sheet.row))


def _rounded(value: float | None) -> float | None:
    """As many places as a reader compares."""
    return None if value is None else round(value, 4 if abs(value) <= 1 else 2)


def _sheet(book: Workbook, name: str, title: str, columns: list[Column], rows: list[Row]) -> None:
    sheet = book.sheet(name, [column.width for column in columns])
    sheet.title(title)
    sheet.note(NOTE)
    sheet.table(columns, rows)
