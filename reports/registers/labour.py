"""以工代赈劳务报酬台账：每个项目发给了多少户、多少人、多少工日，占市级及以上资金多少。"""

from collections.abc import Iterator
from dataclasses import dataclass

from ledgers.facts import labour, money, registered, work
from ledgers.facts.money import HIGHER
from ledgers.tables.directives import Project
from ledgers.tables.schema import Payment
from ledgers.tables.tables import Tables
from reports.registers.grouping import Chart, Field, Gathered, Page, Ratio, Table, gathered
from reports.registers.places import Place, place_of_project
from reports.workbook import COUNT, DATE, LONG, MONEY, NUMBER, RATIO, Column, Workbook

TITLE = "以工代赈劳务报酬台账"
WORKERS, PRIORITY = "务工", "其中脱贫户、监测户"


@dataclass(frozen=True)
class Line:
    """A project, its money of city level and above, of that for work relief, and what was paid for labour, in 分."""

    place: Place
    row: Project
    higher: int
    special: int
    paid: int
    unpaid: int
    done: work.Work


PROJECTS: Page[Line] = Page(
    "按项目",
    TITLE,
    Table(
        (
            Field("town", Column("乡镇", 12), lambda one: one.place.town),
            Field("village", Column("村", 10), lambda one: one.place.village),
            Field("id", Column("项目编号", 12), lambda one: one.row.id),
            Field("name", Column("项目名称", 24, LONG), lambda one: one.row.name),
            Field("mode", Column("实施方式", 10), lambda one: one.row.mode),
            Field("higher", Column("市级及以上资金", 15, MONEY), lambda one: one.higher),
            Field("special", Column("其中以工代赈专项", 15, MONEY), lambda one: one.special),
            Field("promised", Column("承诺劳务报酬", 14, MONEY), lambda one: one.row.labour_promised),
            Field("paid", Column("已发劳务报酬", 14, MONEY), lambda one: one.paid),
            Field("share", Column("占市级及以上", 11, RATIO), Ratio("paid", "higher")),
            Field("share_special", Column("占专项", 11, RATIO), Ratio("paid", "special")),
            Field("households", Column("户数", 8, COUNT, WORKERS), lambda one: len(one.done.households)),
            Field("persons", Column("人数", 8, COUNT, WORKERS), lambda one: len(one.done.persons)),
            Field("days", Column("工日", 10, NUMBER, WORKERS), lambda one: one.done.days),
            Field("priority_households", Column("户数", 8, COUNT, PRIORITY), lambda one: len(one.done.priority_households)),
            Field("priority", Column("金额", 14, MONEY, PRIORITY), lambda one: one.done.priority),
            Field("unpaid", Column("已列支未发", 14, MONEY), lambda one: one.unpaid),
        )
    ),
    "有清册（或户和天数）、钱已付出的才计为已发劳务报酬；户数、人数按项目去重，小计为各项目之和。身份按发放当日认定。",
)


@dataclass(frozen=True)
class Voucher:
    """Labour on one line of a voucher, and the lines of its pay list."""

    row: Project
    leg: money.Leg
    roll: str
    paid: int
    lines: list[Payment]


VOUCHERS: Page[Voucher] = Page(
    "按凭证",
    "劳务报酬发放凭证",
    Table(
        (
            Field("id", Column("项目编号", 13), lambda one: one.row.id),
            Field("name", Column("项目名称", 30, LONG), lambda one: one.row.name),
            Field("date", Column("日期", 12, DATE), lambda one: one.leg.date),
            Field("voucher", Column("凭证号", 16), lambda one: one.leg.voucher),
            Field("fund", Column("资金", 13), lambda one: one.leg.fund),
            Field("roll", Column("清册", 20), lambda one: one.roll),
            Field("lines", Column("行数", 9, COUNT), lambda one: len(one.lines)),
            Field("days", Column("工日", 11, NUMBER), lambda one: work.days_of(one.lines)),
            Field("paid", Column("已发金额", 17, MONEY), lambda one: one.paid),
            Field("unpaid", Column("已列支未发", 17, MONEY), lambda one: one.leg.amount - one.paid),
        ),
        groups=1,
    ),
)
TOWNS: Page[Gathered[Line]] = Page(
    "各乡镇劳务报酬图",
    "各乡镇劳务报酬",
    Table(
        (
            Field("town", Column("乡镇", 18), lambda town: town.name),
            Field("paid", Column("劳务报酬", 20, MONEY), lambda town: town.sum(lambda one: one.paid)),
            Field("priority", Column(PRIORITY, 20, MONEY), lambda town: town.sum(lambda one: one.done.priority)),
        ),
        groups=0,
    ),
    chart=Chart("各乡镇发放的劳务报酬（元）", ("paid", "priority")),
)


def workbook(tables: Tables) -> bytes:
    """By town and village; by voucher; a chart by town."""
    book, booked = Workbook(TITLE, tables.as_of), money.by_project(money.labour_legs(tables))
    rows = [row for row in registered.projects(tables).values() if row.mode == "以工代赈" or row.id in booked]
    lines = sorted((_line(tables, row) for row in rows), key=lambda one: (one.place, one.row.id))
    PROJECTS.write(book, tables, lines)
    VOUCHERS.write(book, tables, [one for line in lines for one in _vouchers(tables, line.row, booked)])
    TOWNS.write(book, tables, gathered(lines, lambda one: one.place.town))
    return book.content()


def _line(tables: Tables, row: Project) -> Line:
    higher = list(money.of_levels(tables, money.lots_by_project(tables).get(row.id, []), HIGHER))
    return Line(
        place=place_of_project(tables, row),
        row=row,
        higher=sum(lot.amount for lot in higher),
        special=sum(lot.amount for lot in higher if registered.funds(tables)[lot.fund].task == "以工代赈"),
        paid=sum(one.amount for one in labour.paid_by_project(tables).get(row.id, [])),
        unpaid=labour.unpaid_by_project(tables).get(row.id, 0),
        done=work.by_project(tables).get(row.id, work.Work()),
    )


def _vouchers(tables: Tables, row: Project, booked: dict[str, list[money.Leg]]) -> Iterator[Voucher]:
    rolls = tables.postings["roll"]
    for leg in booked.get(row.id, []):
        paid, lines = labour.paid_by_posting(tables).get(leg.row, 0), work.lines_by_posting(tables).get(leg.row, [])
        yield Voucher(row, leg, rolls[leg.row], paid, lines)
