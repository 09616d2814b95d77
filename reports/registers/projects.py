"""项目明细台账：每个项目的钱从哪一级来、支付了多少、到了哪一步。"""

from collections import defaultdict
from typing import Any

from ledgers.facts import registered
from ledgers.tables.directives import CATEGORIES
from ledgers.tables.tables import Tables
from reports.figures import by_project_and_fund, total
from reports.registers import grouping
from reports.registers.funds import head
from reports.registers.places import place_of_project
from reports.workbook import COUNT, DATE, LONG, MONEY, RATIO, Area, Column, Workbook

TITLE = "项目明细台账"
SOURCES = ("中央", "省市级", "县级", "其他")
_SOURCE = {"中央": "中央", "省级": "省市级", "市级": "省市级", "县级": "县级"}
PROJECTS = grouping.Table(
    (
        Column("乡镇", 10),
        Column("村", 8),
        Column("项目编号", 12),
        Column("项目名称", 24, LONG),
        Column("类别", 12, LONG),
        Column("实施方式", 9),
        Column("责任单位", 13, LONG),
        Column("计划投资", 15, MONEY),
        *(Column(name, 14, MONEY, "已分配资金") for name in SOURCES),
        Column("合计", 15, MONEY, "已分配资金"),
        Column("已支付", 15, MONEY),
        Column("支出进度", 11, RATIO),
        Column("状态", 8),
        Column("验收", 11, DATE),
        Column("结算金额", 14, MONEY),
    ),
    ratios={14: (13, 12)},
)
BY_CATEGORY = (
    Column("类别", 30),
    Column("项目数", 12, COUNT),
    Column("已分配", 20, MONEY),
    Column("已支付", 20, MONEY),
    Column("支出进度", 12, RATIO),
)


def workbook(tables: Tables) -> bytes:
    """Every project by town and village; a chart by category."""
    book = Workbook(TITLE, tables.as_of)
    sheet = book.sheet("项目明细", [column.width for column in PROJECTS.columns])
    head(sheet, tables, TITLE)
    projects = sorted(registered.projects(tables).values(), key=lambda row: (place_of_project(tables, row), row.id))
    grouping.write(sheet, PROJECTS, [_line(tables, row) for row in projects])
    _by_category(book, tables, projects)
    return book.content()


def _line(tables: Tables, row: Any) -> tuple[Any, ...]:
    place = place_of_project(tables, row)
    shares = by_project_and_fund(tables).get(row.id, {})
    sources = dict.fromkeys(SOURCES, 0)
    for fund, money in shares.items():
        level = registered.funds(tables)[fund].level if fund in registered.funds(tables) else ""
        sources[_SOURCE.get(level, "其他")] += money.allocated
    money = total(shares.values())
    states = registered.project_states(tables).get(row.id, [])
    state = states[-1].state if states else ""
    texts = (place.town, place.village, row.id, row.name, row.category, row.mode, row.unit)
    done = registered.reached(tables, row.id, "验收")
    return (*texts, row.planned, *sources.values(), money.allocated, money.paid, None, state, done, row.settled)


def _by_category(book: Workbook, tables: Tables, projects: list[Any]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in projects:
        money = total(by_project_and_fund(tables).get(row.id, {}).values())
        for place, number in enumerate((1, money.allocated, money.paid)):
            sums[row.category or "未注明类别"][place] += number
    order = [*CATEGORIES, *sorted(set(sums) - set(CATEGORIES))]
    lines = [(name, *sums[name], None) for name in order if name in sums]
    sheet = book.sheet("按类别", [column.width for column in BY_CATEGORY])
    head(sheet, tables, "各类项目资金")
    area = grouping.write(sheet, grouping.Table(BY_CATEGORY, groups=0, ratios={4: (3, 2)}), lines)
    shown = Area(area.sheet, area.first, area.last - 1)
    sheet.chart({"type": "bar"}, "各类项目已分配资金（元）", shown, 0, {"已分配": 2, "已支付": 3})
