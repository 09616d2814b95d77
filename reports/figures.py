"""Figures that several faces show: totals by fund, project and village, as pure functions of the tables. Money in 分."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from ledgers.chart import account
from ledgers.facts import income, labour, money, registered
from ledgers.facts.grants import grants
from ledgers.facts.money import Flow
from ledgers.tables.directives import LEVELS, Equity
from ledgers.tables.schema import Holding, Posting, records
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
def lines_by_grant(tables: Tables) -> dict[str, dict[str, list[Holding]]]:
    """Of every grant, the lines of its register by who holds: collective, leader, farmers, and of these the priority
    households."""
    people, found = households(tables), {}
    for grant in grants(tables):
        farmers = [line for line in grant.lines if line.holder in ("", "成员")]
        found[grant.row.id] = {
            "collective": grant.of("collective"),
            "leader": grant.of("leader"),
            "farmers": grant.of("farmers"),
            "priority": [line for line in farmers if people.priority(line.household, grant.day)],
        }
    return found


@derived
def shares_by_grant(tables: Tables) -> dict[str, Shares]:
    """Every grant; its village is its project's."""
    lines, found = lines_by_grant(tables), {}
    for grant in grants(tables):
        project = registered.projects(tables).get(grant.row.project)
        held = {who: sum(line.amount for line in own) for who, own in lines[grant.row.id].items()}
        found[grant.row.id] = Shares(
            row=grant.row,
            village=project.village if project else "",
            quantified=grant.row.quantified or 0,
            **held,
        )
    return found


@derived
def by_year_and_level(tables: Tables) -> dict[tuple[int, str], Money]:
    """All funds by their year, latest first, and level."""
    groups: dict[tuple[int, str], list[Money]] = defaultdict(list)
    for one in fund_figures(tables):
        groups[one.row.year or 0, one.row.level].append(by_fund(tables)[one.row.id])
    return {key: total(groups[key]) for key in sorted(groups, key=lambda key: (-key[0], level_order(key[1])))}


@derived
def paid_by_month(tables: Tables) -> dict[int, list[int]]:
    """What was paid from the first of the year to the end of each month, in 分, by the year of payment.

    A year that is not over has as many months as have begun by the as-of date.
    """
    days = tables.postings["date"].tolist()
    months: dict[int, list[int]] = {}
    for row, amount in money.legs_of(tables, "paid"):
        day = days[row]
        last = tables.as_of.month if day.year == tables.as_of.year else 12
        months.setdefault(day.year, [0] * last)[day.month - 1] += amount
    return {year: list(accumulate(sums)) for year, sums in sorted(months.items())}


@dataclass
class AssetFigures:
    """What an asset is worth at cost on the books, earned, and what of it was used, in 分; income by income year."""

    cost: int = 0
    earned: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    used: int = 0

    @property
    def income(self) -> int:
        return sum(self.earned.values())


@derived
def by_asset(tables: Tables) -> dict[str, AssetFigures]:
    """Every asset that the books name."""
    found: dict[str, AssetFigures] = defaultdict(AssetFigures)
    table = tables.postings[tables.postings["kind"].isin(["asset", "asset income", "distribution"])]
    for leg in records(Posting, table):
        if leg.kind == "asset":
            found[leg.commodity].cost += leg.amount
        elif leg.kind == "asset income":
            found[leg.asset].earned[leg.income_year] -= leg.amount
        else:
            found[leg.asset].used += leg.amount
    return dict(found)


@derived
def aid_by_household(tables: Tables) -> dict[str, tuple[int, int, float]]:
    """What each household received by rolls or in its name: 分, number of payments, days of labour; returns taken off."""
    table = tables.payments
    grouped = table.groupby("household", observed=True, sort=True)
    sums = grouped["amount"].sum().tolist()
    counts, days = grouped.size().tolist(), grouped["days"].sum().tolist()
    names = [str(name) for name in grouped.size().index.tolist()]
    return dict(zip(names, zip(sums, counts, days, strict=True), strict=True))


@derived
def labour_by_project(tables: Tables) -> dict[str, int]:
    """Labour remuneration of each project that counts, in 分."""
    return {name: sum(one.amount for one in parts) for name, parts in labour.paid_by_project(tables).items()}
