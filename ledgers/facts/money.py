"""Money on its way: arrivals, allocations, payments and labour, as the definitions of the rules see them.

A transaction that touches only 9001 accounts allocates; in any other, its legs on 1已分配 pay out, and 0待分配 against
income or 3104 arrives or is taken back. Everything counts net of moves, returns and reversals.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import pandas as pd

from ledgers.facts import registered
from ledgers.tables.directives import LEVEL_GROUPS, Fund
from ledgers.tables.schema import Mask, Texts, records
from ledgers.tables.tables import Tables, derived

CENTRAL = frozenset({"中央"})
HIGHER = frozenset(LEVEL_GROUPS["市级及以上"])
FISCAL = (*sorted(HIGHER), "县级")

Key = tuple[str, str]  # project, fund


@dataclass(frozen=True)
class Lot:
    """Money of one fund given to one project on one day, as far as it was not taken back."""

    project: str
    fund: str
    date: date
    amount: int
    posting: int


class Leg(NamedTuple):
    """What is asked of a posting of money."""

    row: int
    transaction: int
    date: dt.date
    counts_on: dt.date
    voucher: str
    account: str
    kind: str
    village: str
    amount: int
    fund: str
    project: str
    file: str
    line: int


@derived
def quota_legs(tables: Tables) -> dict[str, list[Leg]]:
    """Postings on 0待分配 by fund, in the order of the book: what arrived, was taken back, or was allocated."""
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in records(Leg, tables.postings[(tables.postings["kind"] == "quota").to_numpy()]):
        legs[leg.fund].append(leg)
    return legs


@derived
def outgoing(tables: Tables) -> Mask:
    """A mask over `postings`: the transaction touches quota or a bank account. The others only reclassify what was spent."""
    return beside(tables, tables.postings["kind"].isin(["allocated", "quota", "bank"]))


@derived
def roots(tables: Tables) -> Texts:
    """The root of each posting's voucher, row by row of `postings`: the voucher that it reverses in the end, else itself."""
    table = tables.postings
    reversing = table[["voucher", "reverses"]][(table["reverses"] != "").to_numpy()]
    first = dict(zip(reversing["voucher"].tolist(), reversing["reverses"].tolist(), strict=True))
    ends = {}
    for voucher in first:
        end, seen = voucher, {voucher}
        while end in first and first[end] not in seen:
            end = first[end]
            seen.add(end)
        ends[voucher] = end
    root = table["voucher"].to_numpy(dtype=object)
    return np.array([ends.get(voucher, voucher) for voucher in root.tolist()], dtype=object) if ends else root


def beside(tables: Tables, wanted: "Mask | pd.Series[bool]") -> Mask:
    """A mask over `postings`: one of the wanted postings (a mask too) stands in the same transaction."""
    transactions = tables.postings["transaction"].to_numpy()
    having: Mask = np.zeros(transactions.max(initial=-1) + 1, dtype=bool)
    having[transactions[wanted]] = True
    found: Mask = having[transactions]
    return found


@derived
def with_money(tables: Tables) -> set[str]:
    """Ids of the projects that hold allocated money, net of what was taken back, or have paid some."""
    table = tables.postings
    paid = table[["project", "amount"]][(table["kind"] == "allocated") & ~table["quota_only"]]
    sums = paid["amount"].groupby(paid["project"]).sum()
    return {name for name, lots in lots_by_project(tables).items() if lots} | set(sums.index[sums != 0])


@derived
def lots(tables: Tables) -> dict[Key, list[Lot]]:
    """Money that each (project, fund) still holds, lot by lot as it was allocated; what was taken back shortens the latest."""
    held: dict[Key, list[Lot]] = defaultdict(list)
    for row in allocation_legs(tables):
        stack = held[row.project, row.fund]
        amount = row.amount
        while amount < 0 and stack and stack[-1].amount > 0:
            lot = stack.pop()
            amount += lot.amount
            if amount > 0:  # part of the lot stays, with its own day
                stack.append(Lot(row.project, row.fund, lot.date, amount, lot.posting))
                amount = 0
        if amount:
            stack.append(Lot(row.project, row.fund, row.date, amount, row.row))
    return held


@derived
def _allocated_legs(tables: Tables) -> list[Leg]:
    table = tables.postings
    return _legs(tables, (table["kind"] == "allocated") & table["quota_only"])


def allocation_legs(tables: Tables) -> list[Leg]:
    """Legs on 1已分配 of transactions that allocate, in the order of the book."""
    return _allocated_legs(tables)


@derived
def payment_legs(tables: Tables) -> list[Leg]:
    """Legs on 1已分配 of all other transactions: a credit (negative) pays out, a debit brings back."""
    table = tables.postings
    return _legs(tables, (table["kind"] == "allocated") & ~table["quota_only"])


@derived
def arrival_legs(tables: Tables) -> list[Leg]:
    """Legs on 0待分配 of transactions that do not allocate: money that arrived, or was taken back (negative)."""
    table = tables.postings
    return _legs(tables, (table["kind"] == "quota") & ~table["quota_only"])


@derived
def expense_legs(tables: Tables) -> list[Leg]:
    """Legs on spending accounts, 9501 left out."""
    return _legs(tables, tables.postings["kind"] == "expense")


def came_back(tables: Tables) -> Mask:
    """A mask over `postings`: the voucher, net of reversals, brings money back to 2103 rather than hands it in."""
    table = tables.postings
    returned = (table["kind"] == "recovered").to_numpy()
    if not returned.any():
        return returned
    of = pd.factorize(roots(tables))[0]
    sums = np.zeros(of.max(initial=-1) + 1, dtype="int64")
    np.add.at(sums, of[returned], table["amount"].to_numpy()[returned])
    return sums[of] < 0


@derived
def net_paid_legs(tables: Tables) -> list[Leg]:
    """Legs on quota and bank accounts by which money left projects (negative), or came back to them (positive).

    Money that goes to a village's account has not left its project; what is handed in of recoveries left it before.
    """
    table = tables.postings
    returned = (table["kind"] == "recovered") & ~came_back(tables)
    wanted = table["kind"].isin(["allocated", "bank"]) & ~table["quota_only"] & (table["project"] != "")
    return _legs(tables, wanted & ~beside(tables, returned))


@derived
def net_paid(tables: Tables) -> dict[str, int]:
    """分 that left each project, net of what came back."""
    sums: dict[str, int] = defaultdict(int)
    for leg in net_paid_legs(tables):
        sums[leg.project] -= leg.amount
    return dict(sums)


@derived
def first_allocated(tables: Tables) -> dict[str, date]:
    """The day on which each project was first given money."""
    days: dict[str, date] = {}
    for leg in allocation_legs(tables):
        if leg.amount > 0:
            days[leg.project] = min(days.get(leg.project, leg.date), leg.date)
    return days


@derived
def allocated(tables: Tables) -> dict[str, int]:
    """分 of all funds that each project holds, net of what was moved and taken back."""
    return {project: sum(lot.amount for lot in stack) for project, stack in lots_by_project(tables).items()}


@derived
def spending_legs(tables: Tables) -> list[Leg]:
    """Legs on spending accounts (9501 left out), and legs on 2103 by which money came back: those lower what was spent."""
    kind = tables.postings["kind"]
    return _legs(tables, (kind == "expense") | ((kind == "recovered") & came_back(tables)))


@derived
def bank_legs(tables: Tables) -> list[Leg]:
    """Legs on the accounts of villages and towns that belong to a project."""
    table = tables.postings
    return _legs(tables, (table["kind"] == "bank") & (table["project"] != ""))


@derived
def labour_legs(tables: Tables) -> list[Leg]:
    """Legs of labour remuneration that are backed by a roll, or by household and days."""
    return _legs(tables, tables.postings["labour"])


def _legs(tables: Tables, wanted: Any) -> list[Leg]:
    """Each posting is made a leg once, however many ask for it: large books have many."""
    known = _known_legs(tables)
    rows = np.flatnonzero(np.asarray(wanted)).tolist()
    new = np.zeros(len(tables.postings), dtype=bool)
    new[[row for row in rows if row not in known]] = True
    known.update((leg.row, leg) for leg in records(Leg, tables.postings, new))
    return [known[row] for row in rows]


@derived
def _known_legs(_tables: Tables) -> dict[int, Leg]:
    return {}


class OfProject(Protocol):
    """What belongs to a project."""

    @property
    def project(self) -> str: ...


Owned = TypeVar("Owned", bound=OfProject)


def by_project(legs: Iterable[Owned]) -> dict[str, list[Owned]]:
    """Legs, or whatever else belongs to projects, grouped by their project."""
    grouped: dict[str, list[Owned]] = defaultdict(list)
    for leg in legs:
        grouped[leg.project].append(leg)
    return grouped


@derived
def lots_by_project(tables: Tables) -> dict[str, list[Lot]]:
    """All lots that a project still holds, of whatever fund."""
    grouped: dict[str, list[Lot]] = defaultdict(list)
    for (project, _), stack in lots(tables).items():
        grouped[project] += stack
    return grouped


@derived
def net_paid_by_project(tables: Tables) -> dict[str, list[Leg]]:
    """What was paid and what came back, by project."""
    return by_project(net_paid_legs(tables))


@derived
def spent_by_project(tables: Tables) -> dict[str, list[Leg]]:
    """Legs of `spending_legs` by project: spent is positive, come back negative."""
    return by_project(spending_legs(tables))


def of_levels(tables: Tables, lots: Iterable[Lot], levels: Collection[str]) -> Iterator[Lot]:
    """The lots whose fund is of one of the levels."""
    known = registered.funds(tables)
    return (lot for lot in lots if lot.fund in known and known[lot.fund].level in levels)


def fund_years(tables: Tables, levels: Collection[str]) -> dict[int, list[Fund]]:
    """Funds of the levels by their year, from its 1 January on."""
    years: dict[int, list[Fund]] = defaultdict(list)
    for fund in registered.funds(tables).values():
        if fund.level in levels and fund.year and date(fund.year, 1, 1) <= tables.as_of:
            years[fund.year].append(fund)
    return dict(sorted(years.items()))


@dataclass
class Flow:
    """The money of one fund, or of one fund in one project, in 分; changes by day for what must hold every day."""

    arrived: int = 0
    taken_back: int = 0
    allocated: int = 0
    paid: int = 0
    handed: int = 0
    spent_by_villages: int = 0
    held: int = 0
    recovered: int = 0  # came back through 2103: no longer spent
    handed_in: int = 0  # of what was recovered, handed in
    days: dict[date, list[int]] = field(default_factory=dict)  # changes of a day, in the order of `DAILY`
    evidence: list[int] = field(default_factory=list)

    @property
    def spent(self) -> int:
        """Paid, less what lies with villages and what came back."""
        return self.paid - self.held - self.recovered

    @property
    def recovered_held(self) -> int:
        """分 that came back to 2103 and were not handed in yet."""
        return self.recovered - self.handed_in


DAILY = ("arrived", "allocated", "paid", "held", "recovered", "handed_in")
_COUNTED = (*DAILY, "taken_back", "handed", "spent_by_villages")
_AGAIN = ("taken_back", "handed")  # postings that are counted under another name too


@derived
def flows(tables: Tables) -> tuple[dict[str, Flow], dict[Key, Flow]]:
    """Flows in 分, once by fund and once by (project, fund)."""
    counted = _counted(tables)
    shared = counted[~counted["name"].isin([_COUNTED.index("arrived"), _COUNTED.index("taken_back")])]
    funds = _flows(counted, ["fund"])
    return {fund: flow for (fund,), flow in funds.items()}, _flows(shared, ["project", "fund"])


def legs_of(tables: Tables, name: str) -> list[tuple[int, int]]:
    """The rows of `postings` that a figure of the flows adds up ("paid", "allocated" …), each with its signed 分."""
    counted = _counted(tables)
    chosen = counted["amount"][counted["name"] == _COUNTED.index(name)]
    return list(zip(chosen.index.tolist(), chosen.tolist(), strict=True))


@derived
def _counted(tables: Tables) -> pd.DataFrame:
    """Every amount of every flow: what it counts as (its place in `_COUNTED`), on which day, of which posting."""
    table = tables.postings[["date", "kind", "quota_only", "fund", "project", "amount"]]
    quota, bank, returned = (table["kind"] == kind for kind in ("quota", "bank", "recovered"))
    spent = table["kind"].isin(["expense", "advance", "payable", "retention"])  # what was booked before is settled
    allocated = table["kind"] == "allocated"
    moved = beside(tables, allocated)
    arriving = quota & ~table["quota_only"]
    holding = bank & (table["project"] != "") & (table["fund"] != "")
    holding &= ~beside(tables, returned)
    coming = came_back(tables)
    pieces = [
        ("arrived", arriving, 1),
        ("taken_back", arriving & beside(tables, table["kind"] == "taken back"), -1),
        ("allocated", allocated & table["quota_only"], 1),
        ("paid", allocated & ~table["quota_only"], -1),
        ("held", holding, 1),
        ("handed", holding & moved, 1),
        ("recovered", returned & coming, -1),
        ("handed_in", returned & ~coming, 1),
        ("spent_by_villages", spent & (table["fund"] != "") & beside(tables, holding) & ~moved, 1),
    ]
    counted: pd.DataFrame = pd.concat([table[["date", "fund", "project", "amount"]][mask] for _, mask, _ in pieces])
    sizes = [int(mask.sum()) for _, mask, _ in pieces]
    signs = np.repeat([sign for _, _, sign in pieces], sizes)
    names = np.repeat([_COUNTED.index(name) for name, _, _ in pieces], sizes)
    return counted.assign(amount=counted["amount"] * signs, name=names)


def _flows(counted: pd.DataFrame, by: list[str]) -> dict[Any, Flow]:
    """A flow for each key, in the order of their first amounts."""
    groups, keys = pd.factorize(pd.MultiIndex.from_frame(counted[by]))
    names, amounts = counted["name"].to_numpy(), counted["amount"].to_numpy()
    totals = np.zeros((len(keys), len(_COUNTED)), dtype="int64")
    np.add.at(totals, (groups, names), amounts)
    flows = [Flow(**dict(zip(_COUNTED, row, strict=True))) for row in totals.tolist()]
    daily = names < len(DAILY)
    codes, days = pd.factorize(counted["date"].to_numpy()[daily])
    pairs, of_pair = np.unique(groups[daily] * len(days) + codes, return_inverse=True)
    changes = np.zeros((len(pairs), len(DAILY)), dtype="int64")
    np.add.at(changes, (of_pair, names[daily]), amounts[daily])
    for pair, change in zip(pairs.tolist(), changes.tolist(), strict=True):
        flows[pair // len(days)].days[days[pair % len(days)]] = change
    once = ~np.isin(names, [_COUNTED.index(name) for name in _AGAIN])
    for group, row in zip(groups[once].tolist(), counted.index[once].tolist(), strict=True):
        flows[group].evidence.append(row)
    return dict(zip(keys.tolist(), flows, strict=True))
