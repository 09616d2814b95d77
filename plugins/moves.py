"""Money on its way: arrivals, allocations, payments and labour, as the definitions of the rules see them.

A transaction that touches only 9001 accounts allocates; in any other, its legs on 1已分配 pay out, and 0待分配 against
income or 3104 arrives or is taken back. Everything counts net of moves, returns and reversals.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ledgers.tables.directives import ENDED_STATES, LEVEL_GROUPS, MAIN_STATES
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived, on

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


@dataclass(frozen=True)
class Stage:
    """A project's state, dated."""

    state: str
    date: date
    file: str
    line: int


@derived
def funds(tables: Tables) -> dict[str, Any]:
    """Each fund as of the date."""
    return on(tables, "funds", tables.as_of)


@derived
def first_mentions(tables: Tables) -> dict[str, date]:
    """The day of each fund's first directive: it selects the parameters of rules about a fund."""
    return {row.id: row.date for row in reversed(list(records(tables.funds)))}


@derived
def projects(tables: Tables) -> dict[str, Any]:
    """Each project as of the date."""
    return on(tables, "projects", tables.as_of)


@derived
def villages(tables: Tables) -> dict[str, Any]:
    return on(tables, "villages", tables.as_of)


@derived
def assets(tables: Tables) -> dict[str, Any]:
    return on(tables, "assets", tables.as_of)


@derived
def outgoing(tables: Tables) -> Any:
    """Of each posting, whether its transaction touches quota or a bank account: the others only reclassify what was spent."""
    return beside(tables, tables.postings["kind"].isin(["allocated", "quota", "bank"]))


def beside(tables: Tables, wanted: Any) -> Any:
    """Of each posting, whether one of the wanted ones stands in its transaction."""
    transactions = tables.postings["transaction"].to_numpy()
    having = np.zeros(transactions.max(initial=-1) + 1, dtype=bool)
    having[transactions[wanted]] = True
    return having[transactions]


@derived
def with_money(tables: Tables) -> set[str]:
    """Projects that have been given money, net of what was taken back, or have paid some."""
    table = tables.postings
    paid = table[["project", "amount"]][(table["kind"] == "allocated") & ~table["quota_only"]]
    sums = paid["amount"].groupby(paid["project"]).sum()
    return {name for name, lots in lots_by_project(tables).items() if lots} | set(sums.index[sums != 0])


@derived
def project_states(tables: Tables) -> dict[str, list[Stage]]:
    """Each project's states in order; a mention without a state changes none."""
    stages: dict[str, list[Stage]] = defaultdict(list)
    for row in records(tables.projects):
        if row.state and (not stages[row.id] or stages[row.id][-1].state != row.state):
            stages[row.id].append(Stage(row.state, row.date, row.file, row.line))
    return stages


def reached(tables: Tables, project: str, state: str) -> date | None:
    """The day on which a project reached a main state, with it or a later one; None while it has not."""
    enough = MAIN_STATES[MAIN_STATES.index(state) :]
    return min((stage.date for stage in project_states(tables).get(project, []) if stage.state in enough), default=None)


def ended(tables: Tables, project: str, state: str = "") -> bool:
    """Whether the project ended (终止, 退库), or ended in the given one of the two."""
    stages = project_states(tables).get(project, [])
    return bool(stages) and stages[-1].state in ((state,) if state else ENDED_STATES)


@derived
def lots(tables: Tables) -> dict[Key, list[Lot]]:
    """What each project still has been given of each fund: a negative leg takes back the latest lots."""
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
            stack.append(Lot(row.project, row.fund, row.date, amount, row.index))
    return held


@derived
def _allocated_legs(tables: Tables) -> list[Any]:
    table = tables.postings
    return _plain(tables, (table["kind"] == "allocated") & table["quota_only"])


def allocation_legs(tables: Tables) -> list[Any]:
    """Legs on 1已分配 of transactions that allocate, in the order of the book."""
    return _allocated_legs(tables)


@derived
def payment_legs(tables: Tables) -> list[Any]:
    """Legs on 1已分配 of all other transactions: a credit (negative) pays out, a debit brings back."""
    table = tables.postings
    return _plain(tables, (table["kind"] == "allocated") & ~table["quota_only"])


@derived
def arrival_legs(tables: Tables) -> list[Any]:
    """Legs on 0待分配 of transactions that do not allocate: money that arrived, or was taken back (negative)."""
    table = tables.postings
    return _plain(tables, (table["kind"] == "quota") & ~table["quota_only"])


@derived
def expense_legs(tables: Tables) -> list[Any]:
    """Legs on spending accounts, 9501 left out."""
    return _plain(tables, tables.postings["kind"] == "expense")


@derived
def bank_legs(tables: Tables) -> list[Any]:
    """Legs on the accounts of villages and towns that belong to a project."""
    table = tables.postings
    return _plain(tables, (table["kind"] == "bank") & (table["project"] != ""))


@derived
def labour_legs(tables: Tables) -> list[Any]:
    """Legs of labour remuneration that are backed by a roll, or by household and days."""
    return _plain(tables, tables.postings["labour"])


_LEG = [
    "transaction",
    "date",
    "counts_on",
    "voucher",
    "account",
    "kind",
    "village",
    "amount",
    "fund",
    "project",
    "file",
    "line",
]


def _plain(tables: Tables, wanted: Any) -> list[Any]:
    return list(records(tables.postings[_LEG][wanted]))


def by_project(legs: Iterable[Any]) -> dict[str, list[Any]]:
    """Legs grouped by their project."""
    grouped: dict[str, list[Any]] = defaultdict(list)
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
def labour_by_project(tables: Tables) -> dict[str, list[Any]]:
    return by_project(labour_legs(tables))


@derived
def spent_by_project(tables: Tables) -> dict[str, list[Any]]:
    return by_project(expense_legs(tables))


def of_levels(tables: Tables, lots: Iterable[Lot], levels: Collection[str]) -> Iterator[Lot]:
    """The lots whose fund is of one of the levels."""
    known = funds(tables)
    return (lot for lot in lots if lot.fund in known and known[lot.fund].level in levels)


def fund_years(tables: Tables, levels: Collection[str]) -> dict[int, list[Any]]:
    """Funds of the levels by their year, from its 1 January on."""
    years: dict[int, list[Any]] = defaultdict(list)
    for fund in funds(tables).values():
        if fund.level in levels and fund.year and date(fund.year, 1, 1) <= tables.as_of:
            years[fund.year].append(fund)
    return dict(sorted(years.items()))
