"""Equity grants: what was quantified on which day, who held it then and now, what of it ended, what was received of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from ledgers.facts import registered
from ledgers.money import half_up
from ledgers.tables import times
from ledgers.tables.directives import Equity, Project
from ledgers.tables.schema import Holding, Posting, records
from ledgers.tables.tables import Tables, derived, mentions, on

ENDED = ("退出", "收回", "期满")  # from then on nothing falls due
TAKEN_OUT = ("退出", "收回")  # with them units leave the register
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """A grant as it stood at the end of a day: what was registered of it, and the lines of its register."""

    row: Equity
    day: date
    lines: list[Holding]
    bookings: list[Posting]  # postings on 9104, in the order of the book

    @property
    def source(self) -> tuple[str, int]:
        """Where the directive stands that says this of the grant: (file, line)."""
        return (self.row.file, self.row.line)

    @property
    def postings(self) -> tuple[int, ...]:
        """Rows of `postings` that book the shares."""
        return tuple(booking.row for booking in self.bookings)

    @property
    def leaders(self) -> set[str]:
        """Ids of the households that hold as leader of a cooperative."""
        return {line.household for line in self.lines if line.holder == "理事长" and line.household}

    def of(self, part: str) -> list[Holding]:
        """The lines of a part of the holders; what is nobody's is no farmer's."""
        holders = {"collective": ("集体",), "leader": ("理事长",), "farmers": ("", "成员")}[part]
        return [line for line in self.lines if line.holder in holders and (line.holder or line.household)]

    def held_by(self, part: str) -> int:
        """分 held by a part of the holders."""
        return sum(line.amount for line in self.of(part))

    @property
    def booked(self) -> int:
        """分 of the units booked, at cost."""
        return sum(int(booking.amount) for booking in self.bookings)

    @property
    def unbacked(self) -> list[Posting]:
        """Bookings without any line that says who holds them."""
        backed = {line.posting for line in self.lines}
        return [booking for booking in self.bookings if booking.row not in backed]


@dataclass(frozen=True)
class Grant(Standing):
    """One equity grant as of the date; `day` is that of 量化, `rows` are its directives in order."""

    rows: list[Equity]

    def on(self, day: date) -> Equity:
        """What was registered by the end of a day; a fact that was missing then, as it was first given later."""
        row = next((row for row in reversed(self.rows) if row.date <= day), self.rows[0])
        missing = [name for name, value in row._asdict().items() if value in (None, "")]
        later = [one for one in self.rows if one.date > day]
        return row._replace(**{name: _first(later, name, getattr(row, name)) for name in missing})

    def at(self, day: date) -> Standing:
        """The grant as it stood at the end of a day."""
        bookings = [booking for booking in self.bookings if booking.counts_on <= day]
        known = {booking.row for booking in bookings}
        return Standing(self.on(day), day, [line for line in self.lines if line.posting in known], bookings)

    @property
    def changes(self) -> list[date]:
        """The days after 量化 on which it was changed (变更), each judged anew."""
        return sorted({row.date for row in self._stated("变更") if row.date > self.day})

    @property
    def end(self) -> date | None:
        """From when on nothing falls due any more: 退出, 收回 or 期满; None while it stands."""
        return next((row.date for row in self._stated(*ENDED) if row.date >= self.day), None)

    def _stated(self, *states: str) -> list[Equity]:
        """The directives that give one of some states themselves: a later mention without any is no other."""
        return [row for row in self.rows if row.state in states and "state" in row.said]

    @property
    def still_quantified(self) -> int | None:
        """分 that the register must show: what was quantified, less the units that 退出 and 收回 booked out."""
        left: int | None = None
        said: int | None = None
        for row, following in zip(self.rows, [*self.rows[1:], None], strict=True):
            if row.quantified != said:
                left = said = row.quantified
            elif left is not None and row.state in TAKEN_OUT:
                left -= self._booked_out(row.date, following.date if following else date.max)
        return left

    def _booked_out(self, start: date, end: date) -> int:
        """Net 分 that left the register from a day on and before another."""
        return max(0, -sum(int(one.amount) for one in self.bookings if start <= one.counts_on < end))

    def dividends_due(self, until: date) -> "list[Dividend]":
        """Every dividend whose due day lies in a calendar year that has begun by a day, in order.

        What was agreed counts as it stood on the due day. A grant that ended owes for the year that was running, by
        days, on the day of its end and in the income year of that day, besides what had fallen due in it before.
        """
        found: list[Dividend] = []
        first = self.first_due
        for year in range(first.year, until.year + 2):  # the year after: it may have ended before it was due
            day = times.in_year(first, year)
            facts = self.on(day)
            if facts.dividend_rate is None or year - first.year >= (facts.years or 1):
                continue
            due = None if facts.quantified is None else Fraction(facts.quantified) * Fraction(facts.dividend_rate)
            if self.end is not None and day >= self.end:
                start = max(times.in_year(first, year - 1) + DAY, self.day)
                part = Fraction((self.end - start).days, (day - times.in_year(first, year - 1)).days)
                return _with(found, Dividend(self.end.year, self.end, due and due * part)) if part > 0 else found
            if year <= until.year:
                found.append(Dividend(year, day, due))
        return found

    @cached_property
    def first_due(self) -> date:
        """The day of the first dividend: as agreed, else 31 December of the year after 量化."""
        agreed = self.on(self.day).first_due
        return agreed or date(self.day.year + 1, 12, 31)


@dataclass(frozen=True)
class Dividend:
    """A dividend that falls due: income year, day, 分 before they are rounded, None where it is not known of what."""

    year: int
    day: date
    exact: Fraction | None

    @property
    def amount(self) -> int | None:
        """分 due, rounded half up; None where it is not known of what."""
        return None if self.exact is None else half_up(self.exact)


def _with(dues: list[Dividend], last: Dividend) -> list[Dividend]:
    """Dividends due with a last one, which joins what fell due in the same year; each is rounded by itself."""
    if not dues or dues[-1].year != last.year:
        return [*dues, last]
    amounts = (dues[-1].amount, last.amount)
    exact = None if None in amounts else Fraction(sum(amount or 0 for amount in amounts))
    return [*dues[:-1], replace(last, exact=exact)]


def _first(rows: Iterable[Any], name: str, otherwise: Any) -> Any:
    return next((value for row in rows if (value := getattr(row, name)) not in (None, "")), otherwise)


@derived
def grants(tables: Tables) -> list[Grant]:
    """Every grant that was quantified by the as-of date, in the order of its first directive."""
    table = tables.postings
    bookings: dict[str, list[Posting]] = defaultdict(list)
    for leg in records(Posting, table[table["kind"] == "shares"]):  # units of the grant's commodity
        bookings[leg.commodity].append(leg)
    lines: dict[int, list[Holding]] = defaultdict(list)
    for line in records(Holding, tables.shares):
        lines[line.posting].append(line)
    rows: dict[str, list[Equity]] = defaultdict(list)
    for row in mentions(tables, Equity):
        rows[row.id].append(row)
    return [_grant(found, bookings[name], lines) for name, found in rows.items()]


def _grant(rows: list[Equity], bookings: list[Posting], lines: dict[int, list[Holding]]) -> Grant:
    day = next((row.date for row in rows if row.state == "量化"), rows[-1].date)
    own = [line for booking in bookings for line in lines[booking.row]]
    return Grant(rows[-1], day, own, bookings, rows)


def villages_of(tables: Tables, grant: Standing) -> tuple[str, ...]:
    """The villages that the grant's project had on its day; of a project registered later, its latest."""
    name = grant.row.project
    project = on(tables, Project, grant.day).get(name) or on(tables, Project, tables.as_of).get(name)
    return registered.villages_of(tables, project, grant.day) if project else ()


@derived
def dividends(tables: Tables) -> dict[tuple[str, int], list[Posting]]:
    """Legs of dividends received, by grant and income year; an amount received is negative (income)."""
    table = tables.postings
    income = table[(table["kind"] == "asset income") & (table["equity"] != "")]
    found: dict[tuple[str, int], list[Posting]] = defaultdict(list)
    for leg in records(Posting, income):
        found[leg.equity, leg.income_year].append(leg)
    return found
