"""Who a payment reached: a person of registry/members.csv where the book knows one, else a number of a household."""

import datetime as dt
from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from ledgers.tables.directives import Benefit
from ledgers.tables.schema import Mask, Member, Numbers, combined, records
from ledgers.tables.tables import Tables, derived, latest

Number = tuple[str, str]  # household, person: how lists call somebody


class Persons:
    """Answers who stood behind the numbers of lists on which day, from the table `members`."""

    def __init__(self, members: pd.DataFrame) -> None:
        self._of_number: dict[Number, list[Member]] = defaultdict(list)
        self._of_who: dict[str, list[Member]] = defaultdict(list)
        self._of_household: dict[str, list[Member]] = defaultdict(list)
        for row in records(Member, members):
            self._of_number[row.household, row.person].append(row)
            self._of_who[row.who].append(row)
            self._of_household[row.household].append(row)

    def __bool__(self) -> bool:
        return bool(self._of_who)

    @property
    def left(self) -> set[str]:
        """Households of which any member has left."""
        return {household for household, rows in self._of_household.items() if any(row.to for row in rows)}

    def who(self, household: str, person: str, day: date) -> str:
        """The permanent pseudonym of whom a list of that day calls so; "" where the book does not know.

        Payments come late: it is the last who had begun to be called so, else the first.
        """
        row = self._row(household, person, day)
        return str(row.who) if row else ""

    def ever(self, household: str, person: str) -> frozenset[str]:
        """Everybody who was called so at some time."""
        return frozenset(row.who for row in self._of_number.get((household, person), ()))

    def members(self, household: str, day: date) -> list[Member]:
        """Rows of `members` of a household on a day."""
        return [row for row in self._of_household.get(household, ()) if _begun(row, day) and not _over(row, day)]

    def gone(self, household: str, person: str, month: date) -> Member | None:
        """The row of `members` with which somebody died or left before a month (its first day); None while there.

        Whoever is a member of any household in that month is not gone, only moved.
        """
        end = date(month.year, month.month, monthrange(month.year, month.month)[1])
        row = self._row(household, person, end)
        if row is None:
            return None
        there = (other for other in self._of_who[row.who] if _begun(other, end) and not _over(other, month))
        return row if _over(row, month) and not any(there) else None

    def _row(self, household: str, person: str, day: date) -> Member | None:
        rows = self._of_number.get((household, person))
        place = bisect_right(rows, day, key=lambda row: row.from_ or date.min) if rows else 0
        return rows[max(place - 1, 0)] if rows else None


def _begun(row: Member, day: date) -> bool:
    return row.from_ is None or row.from_ <= day


def _over(row: Member, day: date) -> bool:
    return row.to is not None and row.to < day


class _Line(NamedTuple):
    row: int
    household: str
    person: str
    date: dt.date


@derived
def persons(tables: Tables) -> Persons:
    """Who was who on which day."""
    return Persons(tables.members)


@derived
def person_codes(tables: Tables) -> Numbers:
    """A number for each row of `payments`, the same for the same person: by `who` where known, else household and person.

    A line of a benefit per 人 that names nobody is its household's only member's.
    """
    lines, known = tables.payments[["household", "date"]].assign(person=_named(tables)), persons(tables)
    numbers = combined(lines["household"].cat.codes, lines["person"].cat.codes)
    of_line: Numbers = pd.factorize(numbers)[0].astype("int32")
    if not known:
        return of_line
    first = np.unique(of_line, return_index=True)[1]
    codes = np.arange(len(first), dtype="int32")
    places: dict[str, int] = {}
    several = []
    for code, line in enumerate(records(_Line, lines.iloc[first])):
        found = known.ever(line.household, line.person)
        if len(found) == 1:
            codes[code] = len(first) + places.setdefault(next(iter(found)), len(places))
        elif found:
            several.append(code)
    result: Numbers = codes[of_line]
    for line in records(_Line, lines[np.isin(of_line, several)]):
        who = known.who(line.household, line.person, line.date)
        result[line.row] = len(first) + places.setdefault(who, len(places))
    return result


@derived
def unnamed(tables: Tables) -> Mask:
    """A mask over `payments`: rows of a benefit per 人 that may be anybody's of the household."""
    open_ = _without_person(tables).copy()
    open_[list(only_members(tables))] = False
    return open_


@derived
def _without_person(tables: Tables) -> Mask:
    """A mask over `payments`: rows of a benefit per 人 that name nobody of the household."""
    per_person = [row.id for row in latest(tables, Benefit).values() if row.per.startswith("人")]
    under = tables.postings["benefit"].isin(per_person).to_numpy()[tables.payments["posting"]]
    without: Mask = under & (tables.payments["person"] == "").to_numpy()
    return without


def _named(tables: Tables) -> "pd.Series[str]":
    """The person of each row of `payments`, the only member of a household where a line names nobody of it."""
    column = tables.payments["person"]
    if not only_members(tables):
        return column
    named = column.astype("object").to_numpy().copy()
    for row, person in only_members(tables).items():
        named[row] = person
    return pd.Series(pd.Categorical(named), index=column.index)


@derived
def only_members(tables: Tables) -> dict[int, str]:
    """Rows of `payments` under a benefit per 人 that name nobody: who it is, where the household has one member.

    That is the one member on that day, where the book knows members, else the one number that lists ever gave.
    """
    open_ = _without_person(tables)
    if not open_.any():
        return {}
    lines, known = tables.payments[["household", "person", "date"]], persons(tables)
    concerned = lines["household"].isin(lines["household"][open_].unique().tolist()).to_numpy()
    listed: dict[str, set[str]] = defaultdict(set)
    for line in records(
        _Line, lines[concerned & (lines["person"] != "").to_numpy()].drop_duplicates(["household", "person"])
    ):
        listed[line.household].add(line.person)
    found: dict[int, str] = {}
    for line in records(_Line, lines[open_]):
        alone = {row.person for row in known.members(line.household, line.date)} or listed[line.household]
        if len(alone) == 1:
            found[line.row] = next(iter(alone))
    return found
