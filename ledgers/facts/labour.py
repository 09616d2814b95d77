"""Labour remuneration that counts: paid means that money has left.

A posting of labour counts as far as its voucher was paid out of quota or a bank account, in the same project. What was
booked against 2302 counts when that is settled. What a contractor paid out of its price (reclassified from works, or
from an advance) counts up to what the contractor received on that project, net of what it gave back and of labour that
counted before; what exceeds it loses the latest. A line that the bank returned is not paid.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from ledgers.chart import account
from ledgers.facts import money, open_items, returned, vouchers
from ledgers.facts.vouchers import OWED, Part
from ledgers.tables.tables import Tables, derived


@dataclass(frozen=True)
class Paid:
    """Labour of one posting (row `index` of `postings`) that counts on a day, in 分."""

    index: int
    project: str
    fund: str
    voucher: str
    counts_on: date
    amount: int


@dataclass
class _Booked:
    """The labour of one part of a voucher: what counts of it, by the day on which it does."""

    part: Part
    by_day: dict[date, Fraction]
    by_contractor: Fraction  # asks to be counted out of what a contractor received
    to_payees: list[tuple[str, Fraction]]  # what left in cash, and to whom


@derived
def paid(tables: Tables) -> list[Paid]:
    """Labour remuneration that counts, by the day of its voucher; a posting that was settled in steps occurs once a step."""
    booked = [_booked(part) for part in vouchers.parts(tables, tables.postings["labour"]) if _has_labour(part)]
    _settled(tables, booked)
    _contractors(tables, booked)
    unpaid = dict(returned.unpaid_by_posting(tables))
    return [one for each in booked for one in _legs(each, unpaid)]


@derived
def paid_by_project(tables: Tables) -> dict[str, list[Paid]]:
    """The same by project."""
    return money.by_project(paid(tables))


@derived
def paid_by_posting(tables: Tables) -> dict[int, int]:
    """分 that count of each posting of labour, by row of `postings`."""
    sums: dict[int, int] = defaultdict(int)
    for one in paid(tables):
        sums[one.index] += one.amount
    return dict(sums)


@derived
def unpaid_by_project(tables: Tables) -> dict[str, int]:
    """分 of labour by project that were booked and do not count (yet)."""
    sums: dict[str, int] = defaultdict(int)
    for leg in money.labour_legs(tables):
        sums[leg.project] += leg.amount
    for one in paid(tables):
        sums[one.project] -= one.amount
    return dict(sums)


def _has_labour(part: Part) -> bool:
    return any(leg.labour for leg in part.legs)


def _booked(part: Part) -> _Booked:
    """分 of a part's labour that left as cash on its own day, and 分 that a contractor paid; what came back is negative."""
    if not part.labour:
        return _Booked(part, {}, Fraction(0), [])
    sign, seen = (1, part) if part.labour > 0 else (-1, part.turned())
    labour = seen.labour
    cash, owed = seen.share(seen.cash), seen.share(-seen.net(*OWED))
    by_contractor = seen.share(_within(seen))
    if by_contractor:
        by_contractor = min(by_contractor, max(1 - cash - owed, Fraction(0)))
    left = sign * labour * cash
    return _Booked(part, {part.day: left}, sign * labour * by_contractor, [(part.payee, left)])


def _within(part: Part) -> int:
    """分 that a part takes out of works or advances of its own project; what stands on an account of labour is no price."""
    price = (leg for leg in part.legs if leg.kind in ("expense", "advance") and not leg.labour)
    taken = [leg.amount for leg in price if not account(leg.account).labour]
    return max(-int(sum(taken)), 0)


def _settled(tables: Tables, booked: list[_Booked]) -> None:
    """Count labour that was owed as far as what is owed has been settled in cash, on the days on which it was."""
    by_part = {(one.part.root, one.part.project): one for one in booked}
    for items in open_items.payables(tables).values():
        for item in items:
            one = by_part.get((item.part.root, item.part.project))
            if one is None or one.part.labour <= 0:
                continue
            for by, amount in item.settled:
                share = Fraction(one.part.labour, one.part.debits)
                one.by_day[by.day] = one.by_day.get(by.day, Fraction(0)) + amount * share
                one.to_payees.append((by.payee, amount * share))


def _contractors(tables: Tables, booked: list[_Booked]) -> None:
    """Count what contractors paid, the earliest first, up to what each received on the project."""
    asking = [one for one in booked if one.by_contractor]
    received = _received(tables, {(one.part.payee, one.part.project) for one in asking}, booked) if asking else {}
    granted: dict[tuple[str, str], list[_Booked]] = defaultdict(list)
    for one in asking:
        key = (one.part.payee, one.part.project)
        if one.by_contractor < 0:  # given back: the latest lose it
            left = -one.by_contractor
            for earlier in reversed(granted[key]):
                taken = min(left, earlier.by_contractor)
                earlier.by_contractor -= taken
                left -= taken
            continue
        granted[key].append(one)
    for key, all_of in granted.items():
        left = max(received.get(key, Fraction(0)), Fraction(0))
        for one in all_of:
            counted = min(one.by_contractor, left)
            left -= counted
            one.by_day[one.part.day] = one.by_day.get(one.part.day, Fraction(0)) + counted


def _received(tables: Tables, keys: set[tuple[str, str]], booked: list[_Booked]) -> dict[tuple[str, str], Fraction]:
    """What payees received on projects in cash, net of what they gave back and of labour that counts by itself."""
    table = tables.postings
    payees, projects = {payee for payee, _ in keys}, {project for _, project in keys}
    chosen = table["payee"].isin(payees) & table["project"].isin(projects) & table["kind"].isin(vouchers.CASH)
    received: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for part in vouchers.parts(tables, chosen & ~table["quota_only"]):
        if part.net("recovered") <= 0:  # what is handed in of recoveries is no payment
            received[part.payee, part.project] += part.cash
    for one in booked:
        for payee, left in one.to_payees:
            received[payee, one.part.project] -= left
    return received


def _legs(booked: _Booked, unpaid: dict[int, int]) -> list[Paid]:
    """The postings of labour of a part, each with its share of what counts, to the 分; what the bank returned is taken off."""
    legs = [leg for leg in booked.part.legs if leg.labour]
    total = booked.part.labour
    if not total:  # taken back as a whole
        return [_paid(leg, leg.counts_on, leg.amount) for leg in legs]
    found, before = [], Fraction(0)
    given = [0] * len(legs)
    for day, amount in sorted(booked.by_day.items()):
        before += amount
        for place, leg in enumerate(legs):
            counted = _whole(before.numerator * leg.amount, before.denominator * total) - given[place]
            given[place] += counted
            if counted or day == booked.part.day:
                found.append(_paid(leg, day if day > leg.counts_on else leg.counts_on, counted))
    return [_less(one, unpaid) for one in found]


def _whole(above: int, below: int) -> int:
    """Whole 分 of above ÷ below, cut towards zero."""
    whole = abs(above) // abs(below)
    return -whole if (above < 0) != (below < 0) else whole


def _paid(leg: vouchers.Leg, day: date, amount: int) -> Paid:
    return Paid(leg.row, leg.project, leg.fund, leg.voucher, day, amount)


def _less(one: Paid, unpaid: dict[int, int]) -> Paid:
    taken = min(unpaid.get(one.index, 0), max(one.amount, 0))
    if taken:
        unpaid[one.index] -= taken
    return replace(one, amount=one.amount - taken) if taken else one
