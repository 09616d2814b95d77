"""资金支出进度表：每笔资金，和每个乡镇、村的项目，分配了多少，支付了多少。"""

from collections import defaultdict

from ledgers.facts import registered
from ledgers.tables.span import said_of
from ledgers.tables.tables import Tables
from reports.figures import by_project, fund_figures
from reports.registers import grouping
from reports.registers.places import Place, place_of_project
from reports.workbook import COUNT, LONG, MONEY, RATIO, Area, Column, Sheet, Workbook

TITLE = "资金支出进度表"
FUNDS = grouping.Table(
    (
        Column("年度", 8),
        Column("级次", 10),
        Column("编号", 10),
        Column("资金名称", 36, LONG),
        Column("任务", 13),
        Column("文号", 18),
        Column("指标金额", 15, MONEY),
        Column("到账", 15, MONEY),
        Column("已分配", 15, MONEY),
        Column("已支付", 15, MONEY),
        Column("其中村级账户尚存", 12, MONEY),
        Column("未支付", 14, MONEY),
        Column("支出进度", 11, RATIO),
    ),
    ratios={12: (9, 6)},
)
PLACES = grouping.Table(
    (
        Column("乡镇", 16),
        Column("村", 16),
        Column("项目数", 10, COUNT),
        Column("已分配", 18, MONEY),
        Column("已支付", 18, MONEY),
        Column("其中村级账户尚存", 16, MONEY),
        Column("未支付", 18, MONEY),
        Column("支出进度", 12, RATIO),
    ),
    groups=1,
    ratios={7: (4, 3)},
)
TOWNS = (Column("乡镇", 16), Column("已分配", 18, MONEY), Column("已支付", 18, MONEY), Column("支出进度", 12, RATIO))


def workbook(tables: Tables) -> bytes:
    """By year and level; by town and village; a chart by town."""
    book = Workbook(TITLE, tables.as_of)
    sheet = book.sheet("按资金", [column.width for column in FUNDS.columns])
    head(sheet, tables, TITLE)
    lines = []
    for one in fund_figures(tables):
        row, flow = one.row, one.flow
        texts = (f"{row.year}年", row.level, row.id, row.name, row.task, row.doc_no)
        money = (
            row.amount,
            flow.arrived,
            flow.allocated,
            flow.paid,
            flow.held,
            row.amount - flow.taken_back - flow.paid,
        )
        lines.append((*texts, *money, None))
    grouping.write(sheet, FUNDS, lines)
    _by_place(book, tables)
    return book.content()


def head(sheet: Sheet, tables: Tables, title: str) -> None:
    """Title, county, day and unit, the same on every sheet."""
    sheet.title(title)
    sheet.right(f"{tables.title}　截至 {tables.as_of}　单位：元")
    sheet.note(said_of(tables.as_of, tables.span))


def _by_place(book: Workbook, tables: Tables) -> None:
    money = by_project(tables)
    places: dict[Place, list[str]] = defaultdict(list)
    for project in registered.projects(tables).values():
        if project.id in money:
            places[place_of_project(tables, project)].append(project.id)
    lines = []
    towns: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, projects in sorted(places.items()):
        sums = [sum(getattr(money[name], key) for name in projects) for key in ("allocated", "paid", "held", "unpaid")]
        lines.append((place.town, place.village, len(projects), *sums, None))
        towns[place.town][0] += sums[0]
        towns[place.town][1] += sums[1]
    sheet = book.sheet("按乡镇、村", [column.width for column in PLACES.columns])
    head(sheet, tables, "各乡镇、村项目资金支出进度")
    grouping.write(sheet, PLACES, lines)
    chart = book.sheet("各乡镇进度图", [column.width for column in TOWNS])
    head(chart, tables, "各乡镇项目资金分配与支付")
    table = grouping.Table(TOWNS, groups=0, ratios={3: (2, 1)})
    area = grouping.write(chart, table, [(town, *sums, None) for town, sums in towns.items()])
    shown = Area(area.sheet, area.first, area.last - 1)  # the total would dwarf the towns
    chart.chart({"type": "column"}, "各乡镇已分配与已支付（元）", shown, 0, {"已分配": 1, "已支付": 2})
