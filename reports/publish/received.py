"""Who received what in the period, by project, benefit, asset and grant, and which of its figures may be shown.

Each payment to a household belongs to exactly one leaf of one tree, so that no two tables cut the same money in two
ways. Trees: wages and subsidies of village projects by place and project; subsidies of projects and benefits of no one
village by what they are, then place; distributions by place, asset and use; shares by place and grant.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgers.chart import account
from ledgers.facts import money, registered, work
from ledgers.facts.grants import grants
from ledgers.personal.names import NOBODY, Known
from ledgers.tables.directives import Asset, Project
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived, households, mentions
from reports.publish.payees import few_persons, names_household, payments, persons_alone
from reports.publish.privacy import BARE, CLEAR, COVERED, Path, column_figures, household_figures, public_totals
from reports.publish.tables import WITHHELD, Place

WAGES, LOCAL, WIDE, INCOME, SHARES = "wages", "local", "wide", "income", "shares"
NOWHERE = "县级"
NO_PROJECT = (NOWHERE, "", "")  # the path of money of no project
LEVELS = {"中央": "central", "省级": "municipal", "市级": "municipal", "县级": "county"}
USES = ("1", "2", "3", "4", "5", "6", "9")  # leaves below 9501收益分配


@dataclass
class Leaf:
    """The money of one leaf in 分: by household, by person (household, number) with days."""

    by_household: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_person: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, 0.0]))
    days: float = 0.0
    names: set[str] = field(default_factory=set)  # benefits paid

    def add(self, household: str, person: str, amount: int, days: float | None = None) -> None:
        self.by_household[household] += amount
        entry = self.by_person[household, person]
        entry[0] += amount
        worked = work.days(days, amount)
        entry[1] += worked
        self.days += worked

    @property
    def amount(self) -> int:
        return sum(self.by_household.values())

    @property
    def households(self) -> frozenset[str]:
        return frozenset(name for name, amount in self.by_household.items() if amount)

    @property
    def even(self) -> bool:
        """Whether every household, or every person, got the same."""
        people = {amount for amount, _ in self.by_person.values() if amount}
        return len(people) == 1 or len({amount for amount in self.by_household.values() if amount}) == 1

    @property
    def people(self) -> int:
        return sum(1 for amount, _ in self.by_person.values() if amount)


@dataclass
class Received:
    """All leaves by tree and path, the figures that may be shown, and the totals of public money with theirs."""

    leaves: dict[str, dict[Path, Leaf]]
    sums: dict[str, dict[Path, int]]  # the money of every figure, those above the leaves included
    shown: dict[str, set[Path]]
    paid: dict[Path, int] = field(default_factory=dict)  # place and project -> all that was spent in the period
    paid_shown: set[Path] = field(default_factory=set)
    earned: dict[Path, int] = field(default_factory=dict)  # place and asset -> income of the year
    earned_shown: set[Path] = field(default_factory=set)
    least: int = 0  # households to a figure; 0 on the village's own board, which shows everything
    amounts_shown: set[Path] = field(default_factory=set)  # places and projects: planned, allocated, settled
    alone: set[Path] = field(default_factory=set)  # projects whose other money is that of one or two persons alone
    few: set[Path] = field(default_factory=set)  # projects with one or two other payees, of whom one may be a person

    def figure(self, tree: str, path: Path) -> Any:
        """The money of a figure, WITHHELD where it may not be shown, None where there is none."""
        amount = self.sums[tree].get(path)
        return amount if amount is None or path in self.shown[tree] else WITHHELD

    def count(self, tree: str, path: Path, what: Callable[[Leaf], Any]) -> Any:
        """A count of a leaf, shown with its money."""
        leaf = self.leaves[tree].get(path)
        return None if leaf is None else what(leaf) if path in self.shown[tree] else WITHHELD

    def heads(self, tree: str, path: Path, what: Callable[[Leaf], int]) -> Any:
        """A count of households or people; None on the web where all got the same, which a division would tell."""
        leaf = self.leaves[tree].get(path)
        return None if leaf is None or (self.least and leaf.even) else self.count(tree, path, what)


def place_of(tables: Tables, village: str, town: str = "") -> Place:
    """Town and village id; 县级 where it belongs to no town."""
    row = registered.villages(tables).get(village) if village else None
    return ((row.town or NOWHERE) if row else (town or NOWHERE), village if row else "")


def project_place(tables: Tables, project: str) -> Place:
    row = registered.projects(tables).get(project)
    return place_of(tables, row.village, row.town) if row else (NOWHERE, "")


def is_private(asset: Asset) -> bool:
    """Whether an asset is a household's own: what it cost and earned is that household's affair."""
    named = any(map(names_household, (asset.owner, asset.operator)))
    return asset.class_ == "到户类" or asset.owner_kind == "户" or named


def open_assets(tables: Tables) -> dict[str, Asset]:
    """Assets that are no household's own."""
    return {name: row for name, row in registered.assets(tables).items() if not is_private(row)}


def asset_place(tables: Tables, asset: str) -> Place:
    row = registered.assets(tables).get(asset)
    return place_of(tables, row.village) if row else (NOWHERE, "")


def received(tables: Tables, year: int, least: int, before: Sequence[Received] = (), names: Known = NOBODY) -> Received:
    """What households received in the year; `least` households to a figure (0: the village board's edition).

    `before`: what they received in earlier years, whose withheld sums those of this year may not tell. `names`: of whom
    the book knows to be persons, whatever their names look like.
    """
    leaves: dict[str, dict[Path, Leaf]] = {tree: defaultdict(Leaf) for tree in (WAGES, LOCAL, WIDE, INCOME, SHARES)}
    _payments(tables, year, leaves)
    _shares(tables, year, leaves)
    shown = {
        tree: household_figures({path: leaf.households for path, leaf in found.items() if leaf.households}, least)
        | {path for path, leaf in found.items() if not leaf.households}
        for tree, found in leaves.items()
    }
    sums = {tree: _sums(found) for tree, found in leaves.items()}
    result = Received({tree: dict(found) for tree, found in leaves.items()}, sums, shown, least=least)
    _totals(tables, year, result, names)
    _amounts(tables, result, before)
    return result


def _sums(leaves: dict[Path, Leaf]) -> dict[Path, int]:
    found: dict[Path, int] = defaultdict(int)
    for path, leaf in leaves.items():
        for depth in range(len(path) + 1):
            found[path[:depth]] += leaf.amount
    return dict(found)


def _payments(tables: Tables, year: int, leaves: dict[str, dict[Path, Leaf]]) -> None:
    table = tables.postings
    chosen = table[table["kind"].isin(["expense", "distribution"])]
    postings = {row.row: row for row in records(Posting, chosen) if _year(row) == year}
    lines = tables.payments[tables.payments["posting"].isin(postings)]
    people = households(tables)
    columns = [lines[name].tolist() for name in ("posting", "household", "person", "amount", "days")]
    for index, household, person, amount, days in zip(*columns, strict=True):
        posting = postings[index]
        tree, path = _leaf(tables, posting, household, people)
        leaf = leaves[tree][path]
        leaf.add(household, person, amount, days if days == days else None)
        if posting.benefit:
            leaf.names.add(posting.benefit)


def _year(posting: Posting) -> int:
    """Distributions belong to the year whose income they share out, everything else to its own day."""
    return posting.income_year if posting.kind == "distribution" and posting.income_year else posting.date.year


def _leaf(tables: Tables, posting: Posting, household: str, people: Any) -> tuple[str, Path]:
    if posting.kind == "distribution":
        return INCOME, (*asset_place(tables, posting.asset), posting.asset, account(posting.account).use or "9")
    place = project_place(tables, posting.project)
    if posting.labour:
        return WAGES, (*place, posting.project)
    if place[1]:
        return LOCAL, (*place, posting.project)
    home = place_of(tables, people.village(household, posting.date))
    return WIDE, (posting.project or posting.benefit, *home)


def _shares(tables: Tables, year: int, leaves: dict[str, dict[Path, Leaf]]) -> None:
    """What was quantified in the year, as it was registered then: a later edition never shows the same grant again."""
    for grant in grants(tables):
        path = (*project_place(tables, grant.row.project or ""), grant.row.id)
        for line in grant.at(grant.day).lines if grant.day.year == year else ():
            if line.household:
                leaves[SHARES][path].add(line.household, "", line.amount)


def _totals(tables: Tables, year: int, result: Received, names: Known) -> None:
    for project, every in payments(tables).items():
        if found := [one for one in every if one.day.year == year]:
            path = (*project_place(tables, project), project)
            result.paid[path] = sum(one.amount for one in found)
            others = [one for one in found if one.other]
            result.few |= {path} if few_persons(others, result.least, names) else set()
            result.alone |= {path} if persons_alone(others, result.least, names) else set()
    result.paid_shown = public_totals({path: _state(result, path, amount) for path, amount in result.paid.items()})
    table = tables.postings
    for one in records(Posting, table[table["kind"] == "asset income"]):
        if (not one.asset or one.asset in open_assets(tables)) and (one.income_year or one.date.year) == year:
            path = (*asset_place(tables, one.asset), one.asset)
            result.earned[path] = result.earned.get(path, 0) - one.amount
    states = {path: _state(result, path, amount) for path, amount in result.earned.items()}
    result.earned_shown = public_totals(states)


def _amounts(tables: Tables, result: Received, before: Sequence[Received]) -> None:
    """Projects, and places, whose planned, allocated and settled sums may be shown.

    A project all of whose money, or all of one level, fund or year, went to fewer households than a figure needs is known
    by these sums: it is withheld together with others of the year in which it was first registered (sums of later years
    would otherwise leave it over), in each column of money enough.
    """
    alone = _alone(tables)
    cohorts: dict[int, dict[Path, set[tuple[str, str]]]] = defaultdict(dict)
    begun = {row.id: row.date for row in reversed(mentions(tables, Project))}
    for name in registered.projects(tables):
        path = (*project_place(tables, name), name)
        groups = [_behind(got, path) for got in (*before, result) if path in got.paid and path not in got.paid_shown]
        groups = [one for one in (*groups, alone.get(name)) if one]
        people = min(groups, key=len, default={f"{name}/{n}" for n in range(max(result.least, 1))})
        cohorts[begun[name].year][path] = {(column, one) for column in _columns(tables, name) for one in people}
    hidden = {node for got in (*before, result) for node in _unpaid(got)}
    for leaves in cohorts.values():
        shown = column_figures(leaves, max(result.least, 1))
        nodes = {path[:depth] for path in leaves for depth in range(len(path) + 1)}
        hidden |= nodes - shown
        result.amounts_shown |= shown
    result.amounts_shown -= hidden


def _unpaid(result: Received) -> set[Path]:
    """Places and projects whose spending is withheld: what was given in the same year may be the same sum."""
    return {path[:depth] for path in result.paid for depth in range(1, len(path) + 1)} - result.paid_shown


def _behind(result: Received, path: Path) -> set[str]:
    """The households behind all that a project spent in a year."""
    figures = parts(result, path)
    leaves = [(tree, one, leaf) for tree in (WAGES, LOCAL, WIDE) for one, leaf in result.leaves[tree].items()]
    return {
        name
        for tree, one, leaf in leaves
        for kind, node in figures
        if kind == tree and one[: len(node)] == node
        for name in leaf.households
    }


def _columns(tables: Tables, project: str) -> set[str]:
    """The columns of money that a project has figures in."""
    found = {"planned"}
    for lot in money.lots_by_project(tables).get(project, []):
        level = LEVELS.get(registered.funds(tables)[lot.fund].level or "", "other")
        found |= {level, str(lot.date.year), f"{level} {lot.date.year}"}  # by_source says each level of each year
    return found


@derived
def _alone(tables: Tables) -> dict[str, set[str]]:
    """The fewest households that alone got all that a project spent, or all of it of a level, a fund or a year."""
    spent: dict[tuple[str, ...], int] = defaultdict(int)
    levels = {name: LEVELS.get(row.level or "", "other") for name, row in registered.funds(tables).items()}
    for leg in money.spending_legs(tables):
        for part in _slices(leg.project, leg.fund, levels.get(leg.fund, "other"), leg.date.year):
            spent[part] += leg.amount
    got: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for posting, household, amount in _aid(tables):
        level = levels.get(posting.fund, "other")
        for part in _slices(posting.project, posting.fund, level, posting.date.year):
            got[part][household] += amount
    found: dict[str, set[str]] = {}
    for part, amounts in got.items():
        if sum(amounts.values()) == spent[part]:
            mine = {name for name, amount in amounts.items() if amount} or set(amounts)
            found[part[0]] = min(found.get(part[0], mine), mine, key=len)
    return found


def levels_of_few(tables: Tables, least: int) -> set[str]:
    """Levels of which all that was spent or given, ever or in a year, was fewer households' than a figure needs."""
    level = {name: row.level or "其他" for name, row in registered.funds(tables).items()}
    spent: dict[tuple[str, int], int] = defaultdict(int)
    for leg in money.spending_legs(tables):
        for year in (0, leg.date.year):
            spent[level.get(leg.fund, "其他"), year] += leg.amount
    got: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for posting, household, amount in _to_households(tables):
        for year in (0, posting.date.year):
            got[level.get(posting.fund, "其他"), year][household] += amount
    few = {
        one[0]
        for one, amounts in got.items()
        if sum(amounts.values()) == spent[one] and 0 < sum(map(bool, amounts.values())) < least
    }
    alone, given = _alone(tables), defaultdict[tuple[str, int], set[str]](set)
    for leg in money.allocation_legs(tables):
        for year in (0, leg.date.year):
            given[level.get(leg.fund, "其他"), year].add(leg.project)
    for one, projects in given.items():
        behind = set().union(*(alone.get(name, set()) for name in projects))
        few |= {one[0]} if projects <= set(alone) and 0 < len(behind) < least else set()
    return few


def _slices(project: str, fund: str, level: str, year: int) -> list[tuple[str, ...]]:
    """The sums of a project's money that are published, or come out of two years' editions, to which a payment belongs."""
    return [(project, *of, *in_) for of in ((), ("level", level), ("fund", fund)) for in_ in ((), ("year", str(year)))]


def _aid(tables: Tables) -> Iterator[tuple[Posting, str, int]]:
    """Every payment to a household of a project's money: its posting, the household, 分."""
    return (one for one in _to_households(tables) if one[0].project)


def _to_households(tables: Tables) -> Iterator[tuple[Posting, str, int]]:
    """Every payment of public money to a household: its posting, the household, 分."""
    table = tables.postings
    chosen = table[table["kind"] == "expense"]
    postings = {row.row: row for row in records(Posting, chosen)}
    lines = tables.payments[tables.payments["posting"].isin(postings)]
    columns = (lines[name].tolist() for name in ("posting", "household", "amount"))
    yield from ((postings[at], household, amount) for at, household, amount in zip(*columns, strict=True))


@derived
def given(tables: Tables) -> dict[str, dict[str, int]]:
    """What each project was allocated of each fund, in 分."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for leg in money.allocation_legs(tables):
        found[leg.project][leg.fund] += leg.amount
    return found


def closed(tables: Tables, got: Received) -> set[str]:
    """Funds of which a project got money whose sums are withheld: what the other projects got of them is not shown."""
    return {
        fund
        for project, amounts in given(tables).items()
        if (*project_place(tables, project), project) not in got.amounts_shown
        for fund in amounts
    }


def parts(result: Received, path: Path) -> list[tuple[str, Path]]:
    """The household figures that a project's or an asset's total is made of."""
    found = [(tree, path) for tree in (WAGES, LOCAL) if path in result.leaves[tree]]
    wide = (
        {path[-1]}
        if path != NO_PROJECT
        else {one[0] for one in result.leaves[WIDE]} - {one[-1] for one in result.paid} | {""}
    )
    found += [(WIDE, (item,)) for item in sorted(wide) if (item,) in result.sums[WIDE]]
    return found + [(INCOME, one) for use in USES if (one := (*path, use)) in result.leaves[INCOME]]


def open_parts(result: Received, path: Path) -> bool:
    """Whether all household figures of a project or an asset are shown."""
    return all(one in result.shown[tree] for tree, one in parts(result, path))


def agreed_shown(years: Iterable[Received], path: Path) -> bool:
    """Whether what was agreed of a project (contract, settled, wages promised) and shares of its money may be shown.

    Beside what was spent they would tell what households got of it, in any year in which that is withheld; beside one
    contractor, what the one person besides got.
    """
    return all(
        path in got.amounts_shown
        and path not in got.few
        and open_parts(got, path)
        and (path not in got.paid or path in got.paid_shown)
        for got in years
    )


def _state(result: Received, path: Path, amount: int) -> str:
    """What stands beside the household figures of a total; money of one or two persons alone covers nothing."""
    if path in result.alone:
        return BARE
    if amount != sum(result.sums[tree][one] for tree, one in parts(result, path)):
        return COVERED
    return CLEAR if open_parts(result, path) else BARE


def total(amounts: Iterable[tuple[Path, int]], shown: set[Path], path: Path) -> Any:
    """A total of public money, or WITHHELD."""
    found = [amount for one, amount in amounts if one[: len(path)] == path]
    return None if not found else sum(found) if path in shown else WITHHELD
