"""扶贫项目资产台账：每项资产值多少、归谁、谁经营、谁管护、处在什么状态、历年收益多少。"""

from collections import defaultdict
from typing import Any

from ledgers.facts import registered
from ledgers.tables.directives import ASSET_CLASSES, Asset
from ledgers.tables.tables import Tables, mentions
from reports.registers import grouping
from reports.registers.funds import head
from reports.registers.places import place_of
from reports.workbook import COUNT, DATE, LONG, MONEY, Area, Column, Workbook

TITLE = "扶贫项目资产台账"
ASSETS = grouping.Table(
    (
        Column("乡镇", 11),
        Column("村", 11),
        Column("资产编号", 12),
        Column("资产名称", 26, LONG),
        Column("类别", 9),
        Column("来源项目", 14, LONG),
        Column("登记日期", 11, DATE),
        Column("原值", 17, MONEY),
        Column("累计收益", 15, MONEY),
        Column("累计使用", 15, MONEY),
        Column("所有权人", 24, LONG),
        Column("权属", 9),
        Column("经营主体", 22, LONG),
        Column("管护责任人", 15, LONG),
        Column("状态", 8),
    )
)
CLASSES = (Column("乡镇", 16), *(Column(f"{name}资产", 18, MONEY) for name in ASSET_CLASSES), Column("件数", 10, COUNT))


def workbook(tables: Tables) -> bytes:
    """By town and village; a chart by town and class."""
    book = Workbook(TITLE, tables.as_of)
    rows = [(place_of(tables, row.village), row) for row in registered.assets(tables).values()]
    rows.sort(key=lambda pair: (pair[0], pair[1].id))
    costs, earned, used = (
        _sums(tables, "asset", "commodity"),
        _sums(tables, "asset income"),
        _sums(tables, "distribution"),
    )
    first = {row.id: row.date for row in reversed(mentions(tables, Asset))}
    sheet = book.sheet("资产台账", [column.width for column in ASSETS.columns])
    head(sheet, tables, TITLE)
    sheet.note("原值为账面价值，已处置的为零；管护责任人是户编号。")
    lines = []
    for place, row in rows:
        source = "、".join(row.project) or row.origin
        texts = (place.town, place.village, row.id, row.name, row.class_, source, first[row.id])
        money = (costs[row.id], -earned[row.id], used[row.id])
        people = (row.owner, row.owner_kind or "村集体", row.operator, "、".join(row.caretaker), row.state)
        lines.append((*texts, *money, *people))
    grouping.write(sheet, ASSETS, lines)
    _by_class(book, tables, lines)
    return book.content()


def _sums(tables: Tables, kind: str, key: str = "asset") -> dict[str, int]:
    """分 on accounts of a kind, by asset."""
    table = tables.postings[tables.postings["kind"] == kind]
    found: dict[str, int] = defaultdict(int)
    for name, amount in zip(table[key].tolist(), table["amount"].tolist(), strict=True):
        found[name] += amount
    return found


def _by_class(book: Workbook, tables: Tables, lines: list[tuple[Any, ...]]) -> None:
    towns: dict[str, list[int]] = defaultdict(lambda: [0] * (len(ASSET_CLASSES) + 1))
    for line in lines:
        if line[4] in ASSET_CLASSES:
            towns[line[0]][ASSET_CLASSES.index(line[4])] += line[7]
        towns[line[0]][-1] += 1
    sheet = book.sheet("各乡镇资产图", [column.width for column in CLASSES])
    head(sheet, tables, "各乡镇扶贫项目资产原值")
    area = grouping.write(sheet, grouping.Table(CLASSES, groups=0), [(town, *sums) for town, sums in towns.items()])
    shown = Area(area.sheet, area.first, area.last - 1)
    series = {name: number for number, name in enumerate(ASSET_CLASSES, start=1)}
    sheet.chart({"type": "column", "subtype": "stacked"}, "各乡镇扶贫项目资产原值（元）", shown, 0, series)
