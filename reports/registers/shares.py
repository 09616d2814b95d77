"""股权登记簿：每项股权量化了多少、谁持有、各占补助多少；逐户持股明细。"""

from collections import defaultdict
from typing import Any

from ledgers.facts.grants import grants
from ledgers.tables.tables import Tables, households
from reports.figures import Shares, shares_by_grant
from reports.registers import grouping
from reports.registers.funds import head
from reports.registers.places import Place, place_of
from reports.workbook import DATE, LONG, MONEY, NUMBER, RATIO, Area, Column, Workbook

TITLE = "股权登记簿"
GRANTS = grouping.Table(
    (
        Column("乡镇", 11),
        Column("村", 11),
        Column("股权编号", 13),
        Column("实施主体", 26, LONG),
        Column("主体类型", 12),
        Column("项目", 13),
        Column("量化日期", 11, DATE),
        Column("财政补助", 16, MONEY),
        Column("量化金额", 16, MONEY),
        Column("集体", 15, MONEY, "持股"),
        Column("理事长", 14, MONEY, "持股"),
        Column("农户（成员）", 16, MONEY, "持股"),
        Column("其中脱贫户、监测户", 16, MONEY, "持股"),
        Column("量化", 11, RATIO, "占补助"),
        Column("集体", 11, RATIO, "占补助"),
        Column("农户", 11, RATIO, "占补助"),
        Column("分红率", 11, RATIO),
        Column("状态", 8),
    ),
    ratios={13: (8, 7), 14: (9, 7), 15: (11, 7)},
)
HOLDERS = grouping.Table(
    (
        Column("股权编号", 15),
        Column("实施主体", 34, LONG),
        Column("持股人", 12),
        Column("户编号", 18),
        Column("量化日身份", 16),
        Column("股数", 14, NUMBER),
        Column("股额", 18, MONEY),
    ),
    groups=1,
)
TOWNS = (
    Column("乡镇", 18),
    Column("集体", 18, MONEY),
    Column("其他农户（成员）", 18, MONEY),
    Column("脱贫户、监测户", 18, MONEY),
)


def workbook(tables: Tables) -> bytes:
    """By town and village; holder by holder; a chart by town."""
    book = Workbook(TITLE, tables.as_of)
    days = {grant.row.id: grant.day for grant in grants(tables)}
    found = [(place_of(tables, one.village), one) for one in shares_by_grant(tables).values()]
    found.sort(key=lambda pair: (pair[0], pair[1].row.id))
    sheet = book.sheet("按乡镇、村", [column.width for column in GRANTS.columns])
    head(sheet, tables, TITLE)
    grouping.write(sheet, GRANTS, [_line(place, one, days[one.row.id]) for place, one in found])
    _holders(book, tables)
    towns: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, one in found:
        for number, amount in enumerate((one.collective, one.farmers - one.priority, one.priority)):
            towns[place.town][number] += amount
    chart = book.sheet("各乡镇持股图", [column.width for column in TOWNS])
    head(chart, tables, "各乡镇量化股权由谁持有")
    area = grouping.write(chart, grouping.Table(TOWNS, groups=0), [(town, *sums) for town, sums in towns.items()])
    shown = Area(area.sheet, area.first, area.last - 1)
    series = {column.title: number for number, column in enumerate(TOWNS) if number}
    chart.chart({"type": "column", "subtype": "stacked"}, "各乡镇量化股权由谁持有（元）", shown, 0, series)
    return book.content()


def _line(place: Place, one: Shares, day: Any) -> tuple[Any, ...]:
    row = one.row
    texts = (place.town, place.village, row.id, row.operator, row.operator_kind, row.project)
    money = (row.subsidy, one.quantified, one.collective, one.leader, one.farmers, one.priority)
    return (*texts, day, *money, None, None, None, row.dividend_rate, row.state)


def _holders(book: Workbook, tables: Tables) -> None:
    sheet = book.sheet("持股明细", [column.width for column in HOLDERS.columns])
    head(sheet, tables, "持股明细")
    people, lines = households(tables), []
    for grant in grants(tables):
        for line in grant.lines:
            states = [people.base(line.household, grant.day)] if line.household else []
            states += ["监测户"] if line.household and people.monitored(line.household, grant.day) else []
            texts = (
                grant.row.id,
                grant.row.operator,
                line.holder or "农户",
                line.household,
                "、".join(filter(None, states)),
            )
            lines.append((*texts, line.shares, line.amount))
    grouping.write(sheet, HOLDERS, lines)
