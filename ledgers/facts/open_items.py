"""Open items: what is owed (2302), was paid ahead (1214) or was recovered and not handed in (2103), and since when.

Each account of each project is first in first out: what settles takes the oldest item. Money without a project is that
of the village whose bank account its voucher touches, else the county's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledgers.chart import account as account_of
from ledgers.facts.vouchers import OWED, Part, parts
from ledgers.tables.tables import Tables, derived

ADVANCE, RECOVERED = ("advance",), ("recovered",)


@dataclass
class Item:
    """Money that came to stand on an account on one day, and what of it still does, in 分."""

    part: Part
    amount: int
    left: int
    posting: int  # the row of `postings` that stands for it
    settled: list[tuple[Part, Fraction]] = field(default_factory=list)  # by what, and 分 in cash

    @property
    def day(self) -> date:
        """The day on which the item arose."""
        return self.part.day


class Account(NamedTuple):
    """Where items stand, and whose they are: a project's, else a village's, else the county's."""

    project: str
    village: str
    account: str


@derived
def payables(tables: Tables) -> dict[Account, list[Item]]:
    """All items on 2302, retention included, by owner and account, settled ones too."""
    return _items(tables, OWED, -1)


@derived
def advances(tables: Tables) -> dict[Account, list[Item]]:
    """Items on 1214 (paid ahead) by owner and account, settled ones too."""
    return _items(tables, ADVANCE, 1)


@derived
def recoveries(tables: Tables) -> dict[Account, list[Item]]:
    """Items on 2103 (to be handed in) by owner and account, settled ones too."""
    return _items(tables, RECOVERED, -1)


def left(items: dict[Account, list[Item]]) -> dict[str, int]:
    """分 of the items that still stand, by project."""
    sums: dict[str, int] = defaultdict(int)
    for of, own in items.items():
        sums[of.project] += sum(item.left for item in own)
    return dict(sums)


def _items(tables: Tables, kinds: tuple[str, ...], sign: int) -> dict[Account, list[Item]]:
    found: dict[Account, list[Item]] = defaultdict(list)
    for part in parts(tables, tables.postings["kind"].isin(kinds)):
        sums: dict[str, int] = defaultdict(int)
        for leg in part.legs:
            if leg.kind in kinds:
                sums[leg.account] += sign * leg.amount
        for account, amount in sums.items():
            items = found[Account(part.project, "" if part.project else _village(part), account)]
            if amount > 0:
                first = next(leg for leg in part.legs if leg.account == account)
                items.append(Item(part, amount, amount, int(first.row)))
            elif amount < 0:
                _settle(items, -amount, part)
    return dict(found)


def _village(part: Part) -> str:
    """The village, or town, whose bank account a voucher touches."""
    return next((account_of(leg.account).village for leg in part.legs if leg.kind == "bank"), "")


def _settle(items: list[Item], amount: int, by: Part) -> None:
    """Take an amount off the oldest items; what exceeds them all is an advance of its own and nobody's item."""
    in_cash = by.share(by.cash)
    for item in items:
        taken = min(amount, item.left)
        if taken:
            item.left -= taken
            item.settled.append((by, taken * in_cash))
            amount -= taken
