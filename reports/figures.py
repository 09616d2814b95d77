"""Figures that several faces show: totals by fund, project and village, as pure functions of the tables. Money in 分."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ledgers.chart import account
from ledgers.facts import income, money, registered
from ledgers.facts.grants import grants
from ledgers.facts.money import Flow
from ledgers.tables.directives import LEVELS, Equity
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived, households

USES = {
    "1": "公益岗位",
    "2": "小型公益事业",
    "3": "奖励补助",
    "4": "入户分配",
    "5": "管护费用",
    "6": "公积公益金",
    "9": "其他",
}


@dataclass(frozen=True)
class Money:
    """What became of an amount: allocated to projects, paid, and of that lying unspent with villages."""

    amount: int
    arrived: int
    allocated: int
    paid: int
    held: int
    recovered: int

    @property
    def waiting(self) -> int:
        """Arrived and not yet allocated."""
        return self.arrived - self.allocated

    @property
    def unpaid(self) -> int:
        """Allocated and not yet paid."""
        return self.allocated - self.paid

    @property
    def spent(self) -> int:
        """Paid, less what lies with villages and what came back (2103)."""
        return self.paid - self.held - self.recovered


def money_of(amount: int, flow: Flow | None) -> Money:
    flow = flow or Flow()
    return Money(amount, flow.arrived, flow.allocated, flow.paid, flow.held, flow.recovered)


@derived
def by_fund(tables: Tables) -> dict[str, Money]:
    """Each registered fund, in the order of the book."""
    flows, _ = money.flows(tables)
    return {fund.id: money_of(fund.amount, flows.get(fund.id)) for fund in registered.funds(tables).values()}


@dataclass(frozen=True)
class FundFigures:
    """One fund with its registry row and its whole flow, for faces that show what was taken back or handed over."""

    row: Any
    flow: Flow


@derived
def fund_figures(tables: Tables) -> list[FundFigures]:
    """Every fund, by year, level from 中央 downwards, and id."""
    flows, _ = money.flows(tables)
    found = [FundFigures(row, flows.get(row.id, Flow())) for row in registered.funds(tables).values()]
    return sorted(found, key=lambda one: (one.row.year or 0, level_order(one.row.level), one.row.id))


def level_order(level: str) -> int:
    """Levels from 中央 downwards, unknown ones last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


@derived
def by_project_and_fund(tables: Tables) -> dict[str, dict[str, Money]]:
    """Each project's money by fund; `amount` is what was allocated."""
    _, shares = money.flows(tables)
    found: dict[str, dict[str, Money]] = defaultdict(dict)
    for (project, fund), flow in shares.items():
        found[project][fund] = money_of(flow.allocated, flow)
    return found


@derived
def by_project(tables: Tables) -> dict[str, Money]:
    """Each project's money from all funds."""
    return {project: total(parts.values()) for project, parts in by_project_and_fund(tables).items()}


def total(parts: Iterable[Money]) -> Money:
    found = list(parts)
    return Money(
        *(
            sum(getattr(one, name) for one in found)
            for name in ("amount", "arrived", "allocated", "paid", "held", "recovered")
        )
    )


@dataclass
class Earned:
    """What the assets of one village earned in one income year, and how it was used."""

    village: str
    year: int
    received: int = 0
    uses: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # code of the leaf below 9501 -> 分
    to_households: int = 0
    to_priority: int = 0
    rows: list[int] = field(default_factory=list)  # of `postings`

    @property
    def used(self) -> int:
        return sum(self.uses.values())


@derived
def income_by_village(tables: Tables) -> dict[tuple[str, int], Earned]:
    """Asset income by the asset's village ("" where it has none) and income year."""
    found: dict[tuple[str, int], Earned] = {}

    def of(asset: str, year: int) -> Earned:
        row = registered.assets(tables).get(asset)
        village = row.village if row else ""
        return found.setdefault((village, year), Earned(village, year))

    for leg in records(Posting, tables.postings[tables.postings["kind"] == "asset income"]):
        one = of(leg.asset, leg.income_year)
        one.received -= leg.amount
        one.rows.append(leg.row)
    for leg in income.uses(tables):
        one = of(leg.asset, leg.income_year)
        one.uses[account(leg.account).use or "9"] += leg.amount
        one.rows.append(leg.row)
    people = households(tables)
    for part in income.to_households(tables):
        one = found[part.village, part.year]
        one.to_households = sum(posting.amount for posting in part.postings)
        one.to_priority = sum(line.amount for line in part.lines if people.priority(line.household, line.date))
    return dict(sorted(found.items(), key=lambda item: (-item[0][1], item[0][0])))


@dataclass(frozen=True)
class Shares:
    """Who holds one equity grant, in 分 at cost."""

    row: Equity
    village: str
    quantified: int
    collective: int
    leader: int
    farmers: int
    priority: int  # of the farmers' part


@derived
def shares_by_grant(tables: Tables) -> dict[str, Shares]:
    """Every grant; its village is its project's."""
    people, found = households(tables), {}
    for grant in grants(tables):
        project = registered.projects(tables).get(grant.row.project)
        farmers = [line for line in grant.lines if line.holder in ("", "成员")]
        found[grant.row.id] = Shares(
            row=grant.row,
            village=project.village if project else "",
            quantified=grant.row.quantified or 0,
            collective=grant.held_by("collective"),
            leader=grant.held_by("leader"),
            farmers=grant.held_by("farmers"),
            priority=sum(line.amount for line in farmers if people.priority(line.household, grant.day)),
        )
    return found
