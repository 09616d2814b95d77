"""资产收益分配表：每个村每年收了多少、用到哪里、脱贫户和监测户分得多少。"""

from dataclasses import dataclass

from ledgers.tables.directives import Village
from ledgers.tables.tables import Tables, households, on
from plugins.judging import end_of
from reports.figures import USES, Earned, income_by_village
from reports.registers.grouping import Chart, Field, Gathered, Page, Ratio, Table, gathered
from reports.registers.places import Place, place_of
from reports.workbook import COUNT, MONEY, RATIO, Column, Workbook

TITLE = "资产收益分配表"
OTHER = "股权分红等"  # income of no asset, hence of no asset's village
USE, HANDED, HOUSEHOLDS = "使用", "村集体资产入户分配", "户数"


@dataclass(frozen=True)
class Line:
    """A village's income of a year, and its households: all (None where unknown), and of those the priority ones."""

    place: Place
    earned: Earned
    households: int | None
    priority: int


def _use(code: str) -> Field[Line]:
    return Field(code, Column(USES[code], 12, MONEY, USE), lambda one: one.earned.uses.get(code, 0))


VILLAGES: Page[Line] = Page(
    "按乡镇、村",
    TITLE,
    Table(
        (
            Field("town", Column("乡镇", 11), lambda one: one.place.town),
            Field("village", Column("村", 10), lambda one: one.place.village),
            Field("year", Column("年度", 8), lambda one: f"{one.earned.year}年"),
            Field("received", Column("收益", 14, MONEY), lambda one: one.earned.received),
            *map(_use, USES),
            Field("used", Column("合计", 14, MONEY, USE), lambda one: one.earned.used),
            Field("left", Column("结余", 13, MONEY), lambda one: one.earned.received - one.earned.used),
            Field("handed", Column("金额", 13, MONEY, HANDED), lambda one: one.earned.to_households),
            Field("priority", Column("脱贫户、监测户分得", 13, MONEY, HANDED), lambda one: one.earned.to_priority),
            Field("share", Column("占比", 10, RATIO, HANDED), Ratio("priority", "handed")),
            Field("households", Column("全村", 7, COUNT, HOUSEHOLDS), lambda one: one.households),
            Field("priority_households", Column("脱贫户、监测户", 8, COUNT, HOUSEHOLDS), lambda one: one.priority),
            Field("share_households", Column("占比", 10, RATIO, HOUSEHOLDS), Ratio("priority_households", "households")),
        )
    ),
    "户数按收益年度12月31日（未到的按截至日）认定，小计为各村各年之和。",
)
YEARS: Page[Gathered[Line]] = Page(
    "历年收益图",
    "历年资产收益与使用",
    Table(
        (
            Field("year", Column("年度", 14), lambda year: year.name),
            Field("received", Column("收益", 20, MONEY), lambda year: year.sum(lambda one: one.earned.received)),
            Field("used", Column("使用", 20, MONEY), lambda year: year.sum(lambda one: one.earned.used)),
            Field("handed", Column("其中入户分配", 20, MONEY), lambda year: year.sum(lambda one: one.earned.uses["4"])),
        ),
        groups=0,
    ),
    chart=Chart("历年资产收益与使用（元）", ("received", "used", "handed")),
)


def workbook(tables: Tables) -> bytes:
    """By town, village and year; a chart by year."""
    book = Workbook(TITLE, tables.as_of)
    lines = [_line(tables, one) for one in income_by_village(tables).values()]
    lines.sort(key=lambda one: (one.place, one.earned.year))
    VILLAGES.write(book, tables, lines)
    years = sorted(gathered(lines, lambda one: f"{one.earned.year}年"), key=lambda year: year.name)
    YEARS.write(book, tables, years)
    return book.content()


def _line(tables: Tables, one: Earned) -> Line:
    day, people = end_of(one.year, tables.as_of), households(tables)
    members = [name for name in people.of_village(one.village, day) if people.priority(name, day)]
    village = on(tables, Village, day).get(one.village)
    return Line(place_of(tables, one.village, OTHER), one, village.households if village else None, len(members))
