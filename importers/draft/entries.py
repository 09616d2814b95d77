"""What an import puts into the book: directives, vouchers and their legs, lines of rolls, states, what waits."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ledgers.files.side_files import PayLine

IMPORT_ID = "import-id"
ORIGINAL_DATE = "original-date"  # of a voucher that came when its period was sealed
Meta = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Place:
    """Where an entry stands in the book: a file relative to it, and the line of its head."""

    file: str
    line: int


@dataclass(frozen=True)
class Directive:
    """A `custom` directive: `args` follow the id (a state, an amount)."""

    type: str
    id: str
    date: date
    args: tuple[Any, ...] = ()
    meta: Meta = ()
    place: Place | None = None

    @property
    def state(self) -> str:
        return str(self.args[0]) if self.args and isinstance(self.args[0], str) else ""


@dataclass(frozen=True)
class ShareLine:
    """A line of a share register."""

    household: str
    holder: str
    shares: Decimal
    note: str = ""

    @property
    def total(self) -> Decimal:
        return self.shares


Line = PayLine | ShareLine


@dataclass(frozen=True)
class Leg:
    """A posting. `lines` is its roll; None where it has none, or (with `roll` in meta) where it has not been read."""

    account: str
    number: Decimal
    currency: str = "CNY"
    cost: Decimal | None = None
    meta: Meta = ()
    lines: tuple[Line, ...] | None = None

    def get(self, key: str) -> Any:
        return dict(self.meta).get(key)

    @property
    def fen(self) -> int:
        return int(self.number * (self.cost or 1) * 100)


@dataclass(frozen=True)
class Voucher:
    """A transaction with its voucher number."""

    number: str
    day: date
    payee: str
    narration: str
    legs: tuple[Leg, ...]
    meta: Meta = ()
    place: Place | None = None
    flag: str = "*"

    def get(self, key: str) -> Any:
        return dict(self.meta).get(key)

    def value(self, leg: Leg, key: str) -> Any:
        """A dimension of one posting: its own value, or else the transaction's."""
        own = leg.get(key)
        return self.get(key) if own is None else own

    @property
    def true_day(self) -> date:
        """The day that the sheet gave, where a seal has moved the voucher."""
        moved = self.get(ORIGINAL_DATE)
        return moved if isinstance(moved, date) else self.day


class HouseState(NamedTuple):
    """A row of households.csv, as texts: what a household is from a day on."""

    household: str
    date: str
    state: str
    village: str
    people: str = ""
    monitor: str = ""
    reported: str = ""
    notice_from: str = ""
    notice_to: str = ""
    helper_assigned: str = ""
    plan_made: str = ""


class MemberRow(NamedTuple):
    """A row of members.csv, as texts: when somebody belonged to a household; `reason` is that of `to`, else of `from_`."""

    who: str
    household: str
    person: str
    from_: str
    to: str
    reason: str
    entered: str = ""


def money(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def negated(line: Line) -> Line:
    if isinstance(line, ShareLine):
        return replace(line, shares=-line.shares)
    return replace(line, amount=-line.amount, days=-line.days if line.days is not None else None)
