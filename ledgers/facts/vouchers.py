"""What a voucher did, net of its reversals: how much of it left in cash, how much is owed, by project.

A voucher and all that reverses it are one root, which counts on the day of the first. Within a root each project stands
alone, so that nothing is paid out of another project; a leg on cash without a project serves the projects that lack.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from beancount.core.data import Transaction

from ledgers.facts import money
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived

CASH = ("quota", "allocated", "bank")
OWED = ("payable", "retention")
_NOTHING, _ALL = Fraction(0), Fraction(1)


class Leg(NamedTuple):
    """What is asked of a posting of a voucher."""

    row: int
    transaction: int
    date: dt.date
    counts_on: dt.date
    voucher: str
    reverses: str
    payee: str
    account: str
    kind: str
    labour: bool
    amount: int
    fund: str
    project: str
    file: str
    line: int


@dataclass
class Part:
    """The part of one root that belongs to one project: its legs (rows of `postings`), and what stands against what."""

    root: str
    project: str
    day: date
    payee: str
    legs: list[Leg] = field(default_factory=list)
    pool: Fraction = Fraction(0)  # 分 of cash without a project that serve this one

    def net(self, *kinds: str) -> int:
        """Sum of its legs on accounts of these kinds, in 分; a debit is positive."""
        return int(sum(leg.amount for leg in self.legs if leg.kind in kinds))

    @property
    def labour(self) -> int:
        """分 of the part that are booked as labour."""
        return int(sum(leg.amount for leg in self.legs if leg.labour))

    @property
    def debits(self) -> int:
        """All that was debited, each account net, in 分."""
        return sum(amount for amount in self._accounts().values() if amount > 0)

    @property
    def lacking(self) -> int:
        """What its debits exceed its credits by."""
        return max(int(sum(leg.amount for leg in self.legs)), 0)

    @property
    def cash(self) -> Fraction:
        """分 that left (negative: came back)."""
        return self.pool - self.net(*CASH)

    def share(self, amount: Fraction | int) -> Fraction:
        """Which part of its debits an amount of its credits pays, from 0 to 1."""
        debits = self.debits
        if amount <= 0 or debits <= 0:
            return _NOTHING
        return Fraction(amount) / debits if amount < debits else _ALL

    def turned(self) -> "Part":
        """The same with debit and credit exchanged: what came back, seen as what went out."""
        legs = [leg._replace(amount=-leg.amount) for leg in self.legs]
        return Part(self.root, self.project, self.day, self.payee, legs, -self.pool)

    def _accounts(self) -> dict[tuple[str, bool], int]:
        sums: dict[tuple[str, bool], int] = defaultdict(int)
        for leg in self.legs:
            sums[leg.account, leg.labour] += leg.amount
        return sums


@derived
def numbers_later(tables: Tables) -> list[str]:
    """The numbers of the vouchers after the as-of date, as the book has them."""
    later = (entry for entry in tables.entries if isinstance(entry, Transaction) and entry.date > tables.as_of)
    return [str(entry.meta.get("voucher", "")) for entry in later]


def parts(tables: Tables, chosen: Any) -> list[Part]:
    """The roots that have a chosen posting (a mask over `postings`), by project, in the order of their days.

    Postings of a foreign commodity and of quota that is only allocated are left out: no money moves in them.
    """
    root = money.roots(tables)
    concerned = pd.Index(root).isin(set(root[np.asarray(chosen)].tolist()))
    table = tables.postings
    mine = concerned & (table["commodity"] == "CNY").to_numpy() & ~table["quota_only"].to_numpy()
    legs = list(records(Leg, table, mine))
    grouped: dict[str, list[Leg]] = defaultdict(list)
    for leg, name in zip(legs, root[mine].tolist(), strict=True):
        grouped[name or f"#{leg.transaction}"].append(leg)
    found = [part for name, own in grouped.items() for part in _by_project(name, own)]
    return sorted(found, key=lambda part: (part.day, part.legs[0].row))


def _by_project(root: str, legs: list[Leg]) -> Iterable[Part]:
    first = legs[0]
    found: dict[str, Part] = {}
    for leg in legs:
        one = found.setdefault(leg.project, Part(root, leg.project, first.counts_on, first.payee))
        one.legs.append(leg)
    free = found.get("")
    if free and len(found) > 1 and (cash := -free.net(*CASH)):
        lacking = {name: part.lacking if cash > 0 else part.turned().lacking for name, part in found.items() if name}
        total = sum(lacking.values())
        for name, amount in lacking.items():
            found[name].pool = Fraction(cash) * amount / max(total, abs(cash))
    return found.values()
