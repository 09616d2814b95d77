"""以工代赈劳务报酬台账：每个项目发给了多少户、多少人、多少工日，占市级及以上资金多少。"""

from collections import defaultdict
from typing import Any

from ledgers.facts import labour, money, registered, work
from ledgers.facts.money import HIGHER
from ledgers.tables.tables import Tables
from reports.registers import grouping
from reports.registers.funds import head
from reports.registers.places import place_of_project
from reports.workbook import COUNT, DATE, LONG, MONEY, NUMBER, RATIO, Area, Column, Workbook

TITLE = "以工代赈劳务报酬台账"
PROJECTS = grouping.Table(
    (
        Column("乡镇", 12),
        Column("村", 12),
        Column("项目编号", 13),
        Column("项目名称", 28, LONG),
        Column("实施方式", 11),
        Column("市级及以上资金", 18, MONEY),
        Column("其中以工代赈专项", 18, MONEY),
        Column("承诺劳务报酬", 16, MONEY),
        Column("已发劳务报酬", 16, MONEY),
        Column("占市级及以上", 11, RATIO),
        Column("占专项", 11, RATIO),
        Column("户数", 8, COUNT, "务工"),
        Column("人数", 8, COUNT, "务工"),
        Column("工日", 10, NUMBER, "务工"),
        Column("户数", 8, COUNT, "其中脱贫户、监测户"),
        Column("金额", 15, MONEY, "其中脱贫户、监测户"),
        Column("已列支未发", 15, MONEY),
    ),
    ratios={9: (8, 5), 10: (8, 6)},
)
VOUCHERS = grouping.Table(
    (
        Column("项目编号", 13),
        Column("项目名称", 30, LONG),
        Column("日期", 12, DATE),
        Column("凭证号", 16),
        Column("资金", 13),
        Column("清册", 20),
        Column("行数", 9, COUNT),
        Column("工日", 11, NUMBER),
        Column("已发金额", 17, MONEY),
        Column("已列支未发", 17, MONEY),
    ),
    groups=1,
)
TOWNS = (Column("乡镇", 18), Column("劳务报酬", 20, MONEY), Column("其中脱贫户、监测户", 20, MONEY))


def workbook(tables: Tables) -> bytes:
    """By town and village; by voucher; a chart by town."""
    book, done = Workbook(TITLE, tables.as_of), work.by_project(tables)
    booked = {leg.project for leg in money.labour_legs(tables)}
    rows = [row for row in registered.projects(tables).values() if row.mode == "以工代赈" or row.id in booked]
    rows.sort(key=lambda row: (place_of_project(tables, row), row.id))
    sheet = book.sheet("按项目", [column.width for column in PROJECTS.columns])
    head(sheet, tables, TITLE)
    sheet.note(
        "有清册（或户和天数）、钱已付出的才计为已发劳务报酬；户数、人数按项目去重，小计为各项目之和。身份按发放当日认定。"
    )
    lines = [_line(tables, row, done.get(row.id, work.Work())) for row in rows]
    grouping.write(sheet, PROJECTS, lines)
    _by_voucher(book, tables, rows)
    towns: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        towns[line[0]][0] += line[8]
        towns[line[0]][1] += line[15]
    chart = book.sheet("各乡镇劳务报酬图", [column.width for column in TOWNS])
    head(chart, tables, "各乡镇劳务报酬")
    area = grouping.write(chart, grouping.Table(TOWNS, groups=0), [(town, *sums) for town, sums in towns.items()])
    shown = Area(area.sheet, area.first, area.last - 1)
    chart.chart({"type": "column"}, "各乡镇发放的劳务报酬（元）", shown, 0, {"劳务报酬": 1, "其中脱贫户、监测户": 2})
    return book.content()


def _line(tables: Tables, row: Any, done: work.Work) -> tuple[Any, ...]:
    place = place_of_project(tables, row)
    higher = list(money.of_levels(tables, money.lots_by_project(tables).get(row.id, []), HIGHER))
    special = sum(lot.amount for lot in higher if registered.funds(tables)[lot.fund].task == "以工代赈")
    paid = sum(one.amount for one in labour.paid_by_project(tables).get(row.id, []))
    texts = (place.town, place.village, row.id, row.name, row.mode)
    sums = (sum(lot.amount for lot in higher), special, row.labour_promised, paid, None, None)
    return (
        *texts,
        *sums,
        len(done.households),
        len(done.persons),
        done.days,
        len(done.priority_households),
        done.priority,
        labour.unpaid_by_project(tables).get(row.id, 0),
    )


def _by_voucher(book: Workbook, tables: Tables, rows: list[Any]) -> None:
    sheet = book.sheet("按凭证", [column.width for column in VOUCHERS.columns])
    head(sheet, tables, "劳务报酬发放凭证")
    rolls, lines, booked = tables.postings["roll"].tolist(), [], money.by_project(money.labour_legs(tables))
    for row in rows:
        for leg in booked.get(row.id, []):
            found = work.lines_by_posting(tables).get(leg.row, [])
            texts = (row.id, row.name, leg.date, leg.voucher, leg.fund, rolls[leg.row])
            paid = labour.paid_by_posting(tables).get(leg.row, 0)
            lines.append((*texts, len(found), work.days_of(found), paid, leg.amount - paid))
    grouping.write(sheet, VOUCHERS, lines)
