"""股权登记簿：每项股权量化了多少、谁持有、各占补助多少；逐户持股明细。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledgers.facts.grants import Grant, grants
from ledgers.tables.schema import Holding
from ledgers.tables.tables import Tables, households
from reports.figures import Shares, shares_by_grant
from reports.registers.grouping import Chart, Field, Gathered, Page, Ratio, Table, gathered
from reports.registers.places import Place, place_of
from reports.workbook import DATE, LONG, MONEY, NUMBER, RATIO, Column, Workbook

TITLE = "股权登记簿"
HELD, SHARE = "持股", "占补助"


@dataclass(frozen=True)
class Line:
    """A grant, where its project is, who holds it, and the day of which that is true."""

    place: Place
    held: Shares
    day: date


GRANTS: Page[Line] = Page(
    "按乡镇、村",
    TITLE,
    Table(
        (
            Field("town", Column("乡镇", 11), lambda one: one.place.town),
            Field("village", Column("村", 9), lambda one: one.place.village),
            Field("id", Column("股权编号", 12), lambda one: one.held.row.id),
            Field("operator", Column("实施主体", 22, LONG), lambda one: one.held.row.operator),
            Field("kind", Column("主体类型", 11), lambda one: one.held.row.operator_kind),
            Field("project", Column("项目", 12), lambda one: one.held.row.project),
            Field("day", Column("量化日期", 11, DATE), lambda one: one.day),
            Field("subsidy", Column("财政补助", 14, MONEY), lambda one: one.held.row.subsidy),
            Field("quantified", Column("量化金额", 14, MONEY), lambda one: one.held.quantified),
            Field("collective", Column("集体", 14, MONEY, HELD), lambda one: one.held.collective),
            Field("leader", Column("理事长", 13, MONEY, HELD), lambda one: one.held.leader),
            Field("farmers", Column("农户（成员）", 14, MONEY, HELD), lambda one: one.held.farmers),
            Field("priority", Column("其中脱贫户、监测户", 14, MONEY, HELD), lambda one: one.held.priority),
            Field("share", Column("量化", 10, RATIO, SHARE), Ratio("quantified", "subsidy")),
            Field("share_collective", Column("集体", 10, RATIO, SHARE), Ratio("collective", "subsidy")),
            Field("share_farmers", Column("农户", 10, RATIO, SHARE), Ratio("farmers", "subsidy")),
            Field("rate", Column("分红率", 10, RATIO), lambda one: one.held.row.dividend_rate),
            Field("state", Column("状态", 8), lambda one: one.held.row.state),
        )
    ),
)


@dataclass(frozen=True)
class Held:
    """One holder's part of a grant, and what the household was on the grant's day."""

    grant: Grant
    line: Holding
    status: str


HOLDERS: Page[Held] = Page(
    "持股明细",
    "持股明细",
    Table(
        (
            Field("id", Column("股权编号", 15), lambda one: one.grant.row.id),
            Field("operator", Column("实施主体", 34, LONG), lambda one: one.grant.row.operator),
            Field("holder", Column("持股人", 12), lambda one: one.line.holder or "农户"),
            Field("household", Column("户编号", 18), lambda one: one.line.household),
            Field("status", Column("量化日身份", 16), lambda one: one.status),
            Field("shares", Column("股数", 14, NUMBER), lambda one: one.line.shares),
            Field("amount", Column("股额", 18, MONEY), lambda one: one.line.amount),
        ),
        groups=1,
    ),
)
TOWNS: Page[Gathered[Line]] = Page(
    "各乡镇持股图",
    "各乡镇量化股权由谁持有",
    Table(
        (
            Field("town", Column("乡镇", 18), lambda town: town.name),
            Field("collective", Column("集体", 18, MONEY), lambda town: town.sum(lambda one: one.held.collective)),
            Field(
                "others",
                Column("其他农户（成员）", 18, MONEY),
                lambda town: town.sum(lambda one: one.held.farmers - one.held.priority),
            ),
            Field("priority", Column("脱贫户、监测户", 18, MONEY), lambda town: town.sum(lambda one: one.held.priority)),
        ),
        groups=0,
    ),
    chart=Chart("各乡镇量化股权由谁持有（元）", ("collective", "others", "priority"), stacked=True),
)


def workbook(tables: Tables) -> bytes:
    """By town and village; holder by holder; a chart by town."""
    book, days = Workbook(TITLE, tables.as_of), {grant.row.id: grant.day for grant in grants(tables)}
    lines = [Line(place_of(tables, one.village), one, days[one.row.id]) for one in shares_by_grant(tables).values()]
    lines.sort(key=lambda one: (one.place, one.held.row.id))
    GRANTS.write(book, tables, lines)
    HOLDERS.write(book, tables, list(_holders(tables)))
    TOWNS.write(book, tables, gathered(lines, lambda one: one.place.town))
    return book.content()


def _holders(tables: Tables) -> Iterator[Held]:
    people = households(tables)
    for grant in grants(tables):
        for line in grant.lines:
            states = [people.base(line.household, grant.day)] if line.household else []
            states += ["监测户"] if line.household and people.monitored(line.household, grant.day) else []
            yield Held(grant, line, "、".join(filter(None, states)))
