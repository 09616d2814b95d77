"""What the invented county consists of, before any of it is written: places, people, money, projects, vouchers."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledgers import chart

FIRST_DAY = dt.date(2021, 1, 1)
AS_OF = dt.date(2023, 12, 31)
YEARS = (2021, 2022, 2023)
KEY = hashlib.sha256(b"xianjie sample county").digest()  # of the identities: everybody is invented
BY_HAND = "SG"  # series of the vouchers that a clerk enters
PLANTED = "YY"  # series of what is planted: a further voucher goes behind the last one and leaves all other numbers alone
FISCAL = ("中央", "省级", "市级", "县级")
ABOVE_COUNTY = ("中央", "省级", "市级")


@dataclass(frozen=True)
class Village:
    """An administrative village; `households` counts all of them, registered here or not."""

    id: str
    town: str
    name: str
    kind: str
    weak: bool
    priority: bool
    households: int
    industry: str
    small: bool  # all its households are registered, so that tilts are close calls

    @property
    def collective(self) -> str:
        return f"{self.name}股份经济合作联合社"


@dataclass(frozen=True)
class Person:
    """A member of a household. Name and ID number stay in the model: only the sheets show them, never the book."""

    number: int
    name: str
    id_number: str


@dataclass(frozen=True)
class State:
    """A household's state from a day on, with the days of its listing where it is being monitored."""

    day: dt.date
    state: str
    people: int = 0
    monitor: str = ""
    reported: dt.date | None = None
    notice: tuple[dt.date, dt.date] | None = None
    helper: dt.date | None = None
    plan: dt.date | None = None


@dataclass(eq=False)
class Household:
    """A registered household: base state and monitoring are two tracks, each keeps its last row."""

    id: str
    village: Village
    people: list[Person]
    states: list[State] = field(default_factory=list)

    def base(self, day: dt.date) -> str:
        return [s.state for s in self.states if s.day <= day and s.state not in ("监测户", "风险消除")][-1]

    def monitored(self, day: dt.date) -> bool:
        track = [s.state for s in self.states if s.day <= day and s.state in ("监测户", "风险消除")]
        return bool(track) and track[-1] == "监测户"

    def priority(self, day: dt.date) -> bool:
        return self.base(day) == "脱贫户" or self.monitored(day)


@dataclass(eq=False)
class Fund:
    """One tranche; its amount is what its projects are allocated, unless a plant says otherwise."""

    key: str
    id: str
    name: str
    level: str
    task: str
    year: int
    doc_no: str
    day: dt.date
    function: str
    source: str = ""
    amount: int = 0


@dataclass(eq=False)
class Project:
    """A project: what the plan says of it, its states by date, and the money it was given."""

    key: str
    id: str
    name: str
    year: int
    kind: Any
    village: Village | None
    town: str
    operator: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    states: list[tuple[dt.date, str, dict[str, Any]]] = field(default_factory=list)
    allocations: list[tuple[dt.date, Fund, int]] = field(default_factory=list)
    wallet: dict[str, int] = field(default_factory=dict)  # key of the fund -> 分 not yet paid

    def day_of(self, state: str) -> dt.date:
        """The day of a state that was reached; StopIteration where it was not."""
        return next(day for day, name, _ in self.states if name == state)

    def reached(self, state: str) -> bool:
        return any(name == state for _, name, _ in self.states)

    def move(self, state: str, day: dt.date) -> None:
        self.states = [(day if name == state else when, name, meta) for when, name, meta in self.states]
        self.states.sort(key=lambda one: one[0])

    @property
    def allocated(self) -> int:
        return sum(amount for _, _, amount in self.allocations)

    @property
    def allocated_above(self) -> int:
        """Allocated money of 市级及以上, the base of the labour share."""
        return sum(amount for _, fund, amount in self.allocations if fund.level in ABOVE_COUNTY)


@dataclass(slots=True)
class Line:
    """A line of a pay list: 分, days in halves, quantity as its text."""

    household: str
    amount: int
    person: str = ""
    days: Decimal | None = None
    quantity: Decimal | None = None
    result: str = ""
    note: str = ""
    for_: str = ""  # the month that it pays for
    account: str = ""  # of the payee; a book has its token


@dataclass
class ShareLine:
    """A line of a share register."""

    household: str
    holder: str
    shares: int
    note: str = ""


@dataclass
class Leg:
    """A posting: 分 of yuan, or units of a commodity at a cost a unit; its own metadata; its roll."""

    account: str
    amount: int | None = None
    units: tuple[int, str, int] | None = None  # count, commodity, 分 a unit
    meta: dict[str, Any] = field(default_factory=dict)
    roll: list[Line] | None = None
    register: list[ShareLine] | None = None


@dataclass(eq=False)
class Voucher:
    """A transaction; its number is given when the book is written."""

    day: dt.date
    payee: str
    narration: str
    legs: list[Leg]
    meta: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""  # the kind of sheet that bears it; "" where a clerk enters it by hand
    reverses: "Voucher | None" = None
    evidence: str = "bundle"  # the month's bundle of certificates; or "none", "changed", "lost"
    skipped: int = 0  # numbers left out before this one
    series: str = BY_HAND  # of a voucher that a clerk enters
    number: str = ""

    @property
    def expenses(self) -> int:
        """Spending by function and economic class, in 分."""
        return sum(leg.amount or 0 for leg in self.legs if leg.account.startswith("Expenses:21"))

    @property
    def spent(self) -> int:
        """The same and what was paid ahead, in 分: what evidence is asked for."""
        return self.expenses + sum(leg.amount or 0 for leg in self.legs if leg.account == chart.PREPAID)

    @property
    def project(self) -> str:
        return str(self.meta.get("project", ""))


@dataclass
class Directive:
    """A `custom` directive."""

    day: dt.date
    type: str
    values: tuple[Any, ...]
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Planted:
    """A finding that the county was made to have; a voucher as subject is named when the book is written."""

    rule: str
    subject: str | Voucher
    why: str
    part: str = ""
    period: str = ""
    status: str = "fail"


@dataclass
class County:
    """The whole county; `registry` maps a registry file to its directives."""

    villages: list[Village]
    households: list[Household]
    plan: Any  # a plan.Plan
    funds: dict[str, Fund] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)
    registry: dict[str, list[Directive]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    papers: dict[str, str] = field(default_factory=dict)  # further files of the book: path -> text
    members: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)  # rows of members.csv

    def book(
        self,
        day: dt.date,
        payee: str,
        narration: str,
        /,
        *legs: Leg,
        sheet: str = "",
        series: str = BY_HAND,
        **meta: Any,
    ) -> Voucher:
        """Add a voucher that a kind of sheet bears, or a clerk; keys of `meta` are metadata keys with `_` for `-`."""
        given = {key.replace("_", "-"): value for key, value in meta.items() if value not in (None, "")}
        voucher = Voucher(day, payee, narration, list(legs), given, sheet, series=series)
        self.vouchers.append(voucher)
        return voucher

    def declare(self, file: str, day: dt.date, kind: str, /, *values: Any, **meta: Any) -> Directive:
        """Add a directive to a registry file."""
        given = {key.rstrip("_").replace("_", "-"): value for key, value in meta.items() if value not in (None, "")}
        directive = Directive(day, kind, values, given)
        self.registry.setdefault(file, []).append(directive)
        return directive

    def plant(
        self, rule: str, subject: "str | Voucher", why: str, part: str = "", period: str = "", status: str = "fail"
    ) -> None:
        """Say that the county has this finding, and why."""
        self.planted.append(Planted(rule, subject, why, part, period, status))

    def directives(self, kind: str, name: str) -> Iterator[Directive]:
        """Every directive of a kind about one id."""
        for file in self.registry.values():
            yield from (d for d in file if d.type == kind and d.values[0] == name)

    def payments(self, project: Project) -> list[Voucher]:
        """The vouchers that spend a project's money, by day."""
        return sorted((v for v in self.vouchers if v.project == project.id and v.expenses), key=lambda v: v.day)

    @property
    def household_payments(self) -> int:
        """Lines of all pay lists."""
        return sum(len(leg.roll or ()) for voucher in self.vouchers for leg in voucher.legs)

    def expenses(self, project: Project) -> int:
        return sum(voucher.expenses for voucher in self.payments(project))

    def in_town(self, town: str) -> list[Household]:
        return [h for h in self.households if h.village.town == town]

    def of_village(self, village: Village) -> list[Household]:
        return [h for h in self.households if h.village is village]


def days_after(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def weekday(day: dt.date) -> dt.date:
    """The day itself, or the Monday after it on a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
