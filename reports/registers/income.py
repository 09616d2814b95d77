"""资产收益分配表：每个村每年收了多少、用到哪里、脱贫户和监测户分得多少。"""

from collections import defaultdict
from typing import Any

from ledgers.tables.directives import Village
from ledgers.tables.tables import Tables, households, on
from plugins.judging import end_of
from reports.figures import USES, Earned, income_by_village
from reports.registers import grouping
from reports.registers.funds import head
from reports.registers.places import Place, place_of
from reports.workbook import COUNT, MONEY, RATIO, Area, Column, Workbook

TITLE = "资产收益分配表"
OTHER = "股权分红等"  # income of no asset, hence of no asset's village
VILLAGES = grouping.Table(
    (
        Column("乡镇", 11),
        Column("村", 11),
        Column("年度", 9),
        Column("收益", 15, MONEY),
        *(Column(name, 13, MONEY, "使用") for name in USES.values()),
        Column("合计", 15, MONEY, "使用"),
        Column("结余", 14, MONEY),
        Column("金额", 14, MONEY, "村集体资产入户分配"),
        Column("脱贫户、监测户分得", 14, MONEY, "村集体资产入户分配"),
        Column("占比", 11, RATIO, "村集体资产入户分配"),
        Column("全村", 8, COUNT, "户数"),
        Column("脱贫户、监测户", 8, COUNT, "户数"),
        Column("占比", 11, RATIO, "户数"),
    ),
    ratios={15: (14, 13), 18: (17, 16)},
)
YEARS = (Column("年度", 14), Column("收益", 20, MONEY), Column("使用", 20, MONEY), Column("其中入户分配", 20, MONEY))


def workbook(tables: Tables) -> bytes:
    """By town, village and year; a chart by year."""
    book = Workbook(TITLE, tables.as_of)
    found = [(place_of(tables, village, OTHER), one) for (village, _), one in income_by_village(tables).items()]
    found.sort(key=lambda pair: (pair[0], pair[1].year))
    sheet = book.sheet("按乡镇、村", [column.width for column in VILLAGES.columns])
    head(sheet, tables, TITLE)
    sheet.note("户数按收益年度12月31日（未到的按截至日）认定，小计为各村各年之和。")
    grouping.write(sheet, VILLAGES, [_line(tables, place, one) for place, one in found])
    years: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, one in found:
        for number, amount in enumerate((one.received, one.used, one.uses["4"])):
            years[one.year][number] += amount
    chart = book.sheet("历年收益图", [column.width for column in YEARS])
    head(chart, tables, "历年资产收益与使用")
    lines = [(f"{year}年", *sums) for year, sums in sorted(years.items())]
    area = grouping.write(chart, grouping.Table(YEARS, groups=0), lines)
    shown = Area(area.sheet, area.first, area.last - 1)
    series = {column.title: number for number, column in enumerate(YEARS) if number}
    chart.chart({"type": "column"}, "历年资产收益与使用（元）", shown, 0, series)
    return book.content()


def _line(tables: Tables, place: Place, one: Earned) -> tuple[Any, ...]:
    day, people = end_of(one.year, tables.as_of), households(tables)
    members = [name for name in people.of_village(one.village, day) if people.priority(name, day)]
    village = on(tables, Village, day).get(one.village)
    uses = [one.uses.get(code, 0) for code in USES]
    texts = (place.town, place.village, f"{one.year}年")
    money = (one.received, *uses, one.used, one.received - one.used, one.to_households, one.to_priority)
    return (*texts, *money, None, village.households if village else None, len(members), None)
