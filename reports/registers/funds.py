"""资金支出进度表：每笔资金，和每个乡镇、村的项目，分配了多少，支付了多少。"""

from collections import defaultdict
from dataclasses import dataclass

from ledgers.facts import registered
from ledgers.tables.tables import Tables
from reports.figures import FundFigures, Money, by_project, fund_figures, total
from reports.registers.grouping import Chart, Field, Gathered, Page, Ratio, Table, gathered
from reports.registers.places import Place, place_of_project
from reports.workbook import COUNT, LONG, MONEY, RATIO, Column, Workbook

TITLE = "资金支出进度表"
FUNDS: Page[FundFigures] = Page(
    "按资金",
    TITLE,
    Table(
        (
            Field("year", Column("年度", 8), lambda one: f"{one.row.year}年"),
            Field("level", Column("级次", 8), lambda one: one.row.level),
            Field("id", Column("编号", 12), lambda one: one.row.id),
            Field("name", Column("资金名称", 30, LONG), lambda one: one.row.name),
            Field("task", Column("任务", 13), lambda one: one.row.task),
            Field("doc_no", Column("文号", 20), lambda one: one.row.doc_no),
            Field("amount", Column("指标金额", 15, MONEY), lambda one: one.row.amount),
            Field("arrived", Column("到账", 15, MONEY), lambda one: one.flow.arrived),
            Field("allocated", Column("已分配", 15, MONEY), lambda one: one.flow.allocated),
            Field("paid", Column("已支付", 15, MONEY), lambda one: one.flow.paid),
            Field("held", Column("其中村级账户尚存", 12, MONEY), lambda one: one.flow.held),
            Field("unpaid", Column("未支付", 14, MONEY), lambda one: one.row.amount - one.flow.taken_back - one.flow.paid),
            Field("progress", Column("支出进度", 11, RATIO), Ratio("paid", "amount")),
        )
    ),
)


@dataclass(frozen=True)
class Local:
    """The projects of a place and their money."""

    place: Place
    projects: int
    money: Money


PLACES: Page[Local] = Page(
    "按乡镇、村",
    "各乡镇、村项目资金支出进度",
    Table(
        (
            Field("town", Column("乡镇", 16), lambda one: one.place.town),
            Field("village", Column("村", 16), lambda one: one.place.village),
            Field("projects", Column("项目数", 10, COUNT), lambda one: one.projects),
            Field("allocated", Column("已分配", 18, MONEY), lambda one: one.money.allocated),
            Field("paid", Column("已支付", 18, MONEY), lambda one: one.money.paid),
            Field("held", Column("其中村级账户尚存", 16, MONEY), lambda one: one.money.held),
            Field("unpaid", Column("未支付", 18, MONEY), lambda one: one.money.unpaid),
            Field("progress", Column("支出进度", 12, RATIO), Ratio("paid", "allocated")),
        ),
        groups=1,
    ),
)
TOWNS: Page[Gathered[Local]] = Page(
    "各乡镇进度图",
    "各乡镇项目资金分配与支付",
    Table(
        (
            Field("town", Column("乡镇", 16), lambda town: town.name),
            Field("allocated", Column("已分配", 18, MONEY), lambda town: town.sum(lambda one: one.money.allocated)),
            Field("paid", Column("已支付", 18, MONEY), lambda town: town.sum(lambda one: one.money.paid)),
            Field("progress", Column("支出进度", 12, RATIO), Ratio("paid", "allocated")),
        ),
        groups=0,
    ),
    chart=Chart("各乡镇已分配与已支付（元）", ("allocated", "paid")),
)


def workbook(tables: Tables) -> bytes:
    """By year and level; by town and village; a chart by town."""
    book, places = Workbook(TITLE, tables.as_of), _places(tables)
    FUNDS.write(book, tables, fund_figures(tables))
    PLACES.write(book, tables, places)
    TOWNS.write(book, tables, gathered(places, lambda one: one.place.town))
    return book.content()


def _places(tables: Tables) -> list[Local]:
    found: dict[Place, list[Money]] = defaultdict(list)
    for project in registered.projects(tables).values():
        if project.id in by_project(tables):
            found[place_of_project(tables, project)].append(by_project(tables)[project.id])
    return [Local(place, len(money), total(money)) for place, money in sorted(found.items())]
