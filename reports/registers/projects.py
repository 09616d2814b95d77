"""项目明细台账：每个项目的钱从哪一级来、支付了多少、到了哪一步。"""

from dataclasses import dataclass
from datetime import date

from ledgers.facts import registered
from ledgers.tables.directives import CATEGORIES, Project
from ledgers.tables.tables import Tables
from reports.figures import Money, by_project_and_fund, total
from reports.registers.grouping import Chart, Field, Gathered, Page, Ratio, Table, gathered
from reports.registers.places import Place, place_of_project
from reports.workbook import COUNT, DATE, LONG, MONEY, RATIO, Column, Workbook

TITLE = "项目明细台账"
SOURCES = ("中央", "省市级", "县级", "其他")
_SOURCE = {"中央": "中央", "省级": "省市级", "市级": "省市级", "县级": "县级"}


@dataclass(frozen=True)
class Line:
    """A project, where it is, its money, also by the level that it comes from (分), and how far it got."""

    place: Place
    row: Project
    money: Money
    sources: dict[str, int]
    state: str
    accepted: date | None


def _from(source: str) -> Field[Line]:
    return Field(source, Column(source, 14, MONEY, "已分配资金"), lambda one: one.sources[source])


PROJECTS: Page[Line] = Page(
    "项目明细",
    TITLE,
    Table(
        (
            Field("town", Column("乡镇", 10), lambda one: one.place.town),
            Field("village", Column("村", 7), lambda one: one.place.village),
            Field("id", Column("项目编号", 11), lambda one: one.row.id),
            Field("name", Column("项目名称", 19, LONG), lambda one: one.row.name),
            Field("category", Column("类别", 9, LONG), lambda one: one.row.category),
            Field("mode", Column("实施方式", 9), lambda one: one.row.mode),
            Field("unit", Column("责任单位", 12, LONG), lambda one: one.row.unit),
            Field("planned", Column("计划投资", 14, MONEY), lambda one: one.row.planned),
            *map(_from, SOURCES),
            Field("allocated", Column("合计", 14, MONEY, "已分配资金"), lambda one: one.money.allocated),
            Field("paid", Column("已支付", 14, MONEY), lambda one: one.money.paid),
            Field("progress", Column("支出进度", 10, RATIO), Ratio("paid", "allocated")),
            Field("state", Column("状态", 8.5), lambda one: one.state),
            Field("accepted", Column("验收", 11, DATE), lambda one: one.accepted),
            Field("settled", Column("结算金额", 14, MONEY), lambda one: one.row.settled),
        )
    ),
)
CATEGORY: Page[Gathered[Line]] = Page(
    "按类别",
    "各类项目资金",
    Table(
        (
            Field("category", Column("类别", 30), lambda one: one.name),
            Field("projects", Column("项目数", 12, COUNT), lambda one: len(one.lines)),
            Field("allocated", Column("已分配", 20, MONEY), lambda one: one.sum(lambda line: line.money.allocated)),
            Field("paid", Column("已支付", 20, MONEY), lambda one: one.sum(lambda line: line.money.paid)),
            Field("progress", Column("支出进度", 12, RATIO), Ratio("paid", "allocated")),
        ),
        groups=0,
    ),
    chart=Chart("各类项目已分配资金（元）", ("allocated", "paid"), kind="bar"),
)


def workbook(tables: Tables) -> bytes:
    """Every project by town and village; a chart by category."""
    book = Workbook(TITLE, tables.as_of)
    lines = [_line(tables, row) for row in registered.projects(tables).values()]
    lines.sort(key=lambda line: (line.place, line.row.id))
    PROJECTS.write(book, tables, lines)
    CATEGORY.write(book, tables, sorted(gathered(lines, lambda line: line.row.category or "未注明类别"), key=_order))
    return book.content()


def _order(one: Gathered[Line]) -> tuple[int, str]:
    return (CATEGORIES.index(one.name) if one.name in CATEGORIES else len(CATEGORIES), one.name)


def _line(tables: Tables, row: Project) -> Line:
    shares = by_project_and_fund(tables).get(row.id, {})
    sources = dict.fromkeys(SOURCES, 0)
    for fund, money in shares.items():
        level = registered.funds(tables)[fund].level if fund in registered.funds(tables) else ""
        sources[_SOURCE.get(level, "其他")] += money.allocated
    states = registered.project_states(tables).get(row.id, [])
    state = states[-1].state if states else ""
    accepted = registered.reached(tables, row.id, "验收")
    return Line(place_of_project(tables, row), row, total(shares.values()), sources, state, accepted)
