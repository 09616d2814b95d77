"""The tables of a book, declared once: every column and its type."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ledgers.tables.directives import DIRECTIVES

_MOST = 2**62  # what a number of a row may be
# pandas types of the column kinds. Money is 分. A missing text is "", any other missing value None or NA.
KINDS = {
    "text": "str",
    "month and day": "str",
    "uscc": "str",
    "category": "category",
    "money": "int64",
    "int": "int64",
    "bool": "bool",
    "date": "object",  # datetime.date
    "object": "object",  # Decimal, tuple of texts, or None
    "half": "float64",  # days of work: whole or half, NaN where unknown; never money
    "optional money": "Int64",
    "optional int": "Int64",
    "optional bool": "boolean",
}
# How a column is kept, where its type does not say it: by its distinct values; in 分; in half days.
Category = Annotated[str, "category"]
Money = Annotated[int, "money"]
Half = Annotated[float | None, "half"]
# Of each row of a table: whether something is so, a number, a text.
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Texts = NDArray[np.object_]


class Posting(NamedTuple):
    """A posting of a transaction; `transaction` numbers the transactions in the order of the book."""

    row: int
    transaction: int
    date: dt.date
    counts_on: dt.date  # the day itself; of a reversal, the day of what it reverses
    voucher: str
    payee: str
    narration: str
    account: str
    kind: Category  # what the account holds: chart.py
    village: Category  # the village or town whose account it is
    function: Category
    economic: Category
    labour: bool  # labour remuneration, backed by a roll or by household and days
    quota_only: bool  # the whole transaction touches only 9001 accounts
    amount: Money  # at cost where the commodity is not CNY
    commodity: Category
    units: Decimal
    unit_cost: Decimal | None  # yuan a unit, where the commodity is not CNY
    fund: Category
    project: Category
    household: Category
    person: str
    asset: Category
    equity: Category
    benefit: Category
    reverses: Category
    roll: str
    roll_sha256: str
    evidence: str
    evidence_sha256: str
    payment_no: str
    shared_with: str  # vouchers that the same evidence or roll belongs to as well
    payer: Category  # who paid what was received
    days: Half
    income_year: int
    income_year_said: bool  # whether the book names it; else it is the year in which the voucher counts
    for_: Category  # what it pays for, as times.period writes it; "" where it does not say
    file: Category
    line: int
    entry_line: int


class Payment(NamedTuple):
    """A household payment: a line of a roll, or a posting that names its household."""

    row: int
    posting: int  # row of `postings`
    household: Category
    person: Category
    date: Annotated[dt.date, "category"]  # day of payment; of a reversal, the day of the payment that it takes back
    amount: Money
    days: Half
    quantity: Annotated[Decimal | None, "category"]
    result: Category
    for_: Category  # what it pays for: of the line, else of its posting, else ""
    account: Category  # keyed token of the payee's account
    note: Category
    file: Category
    line: int


class Holding(NamedTuple):
    """A line of a share register; amount = shares at cost."""

    row: int
    posting: int
    household: Category
    holder: Category
    shares: Decimal
    amount: Money
    note: Category
    file: Category
    line: int


class HouseholdState(NamedTuple):
    """A state of a household."""

    row: int
    household: str
    date: dt.date
    state: str
    village: str
    people: int | None
    monitor: str
    reported: dt.date | None
    notice_from: dt.date | None
    notice_to: dt.date | None
    helper_assigned: dt.date | None
    plan_made: dt.date | None
    file: str
    line: int


class Member(NamedTuple):
    """A time that a person was a member of a household, from `from_` to `to`, both days included."""

    row: int
    who: str  # a permanent pseudonym
    household: str
    person: str
    from_: dt.date | None  # None: since ever
    to: dt.date | None  # None: still
    entered: str  # why from, "" where not known
    left: str  # why no longer
    file: str
    line: int


ROWS: dict[str, type] = {
    "postings": Posting,
    "payments": Payment,
    "shares": Holding,
    "households": HouseholdState,
    "members": Member,
    **{directive.table: directive.row for directive in DIRECTIVES.values()},
}
TABLE_OF = {row: table for table, row in ROWS.items()}
REGISTRIES = {kind: directive.table for kind, directive in DIRECTIVES.items()}
_KIND_OF: dict[Any, str] = {
    str: "text",
    bool: "bool",
    int: "int",
    dt.date: "date",
    dt.date | None: "date",
    Decimal: "object",
    Decimal | None: "object",
    tuple[str, ...]: "object",
    int | None: "optional int",
    bool | None: "optional bool",
}


def _kind(hint: Any) -> str:
    """The column kind of a field: what its annotation says, else what its type does."""
    plain, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    note = next((note for note in notes if isinstance(note, str)), "")
    return f"optional {note}" if note == "money" and plain == int | None else note or _KIND_OF[plain]


def _schema(row: type) -> dict[str, str]:
    hints = get_type_hints(row, include_extras=True)
    return {name: _kind(hint) for name, hint in hints.items() if name != "row"}


SCHEMAS: dict[str, dict[str, str]] = {table: _schema(row) for table, row in ROWS.items()}


def frame(table: str, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The table as typed columns; a column that is not given is an error, as is one that the schema does not know."""
    schema = SCHEMAS[table]
    if set(columns) != set(schema):
        raise ValueError(f"{table}: {sorted(set(columns) ^ set(schema))}")
    return pd.DataFrame({name: array(columns[name], KINDS[kind]) for name, kind in schema.items()}, copy=False)


def array(values: Any, dtype: Any) -> Any:
    """A column's values as the array of its type."""
    if isinstance(values, pd.Categorical) or (isinstance(values, np.ndarray) and values.dtype == dtype):
        return values
    if dtype == "object":  # item by item, as numpy would make a table of a column of tuples
        return np.fromiter(values, dtype=object, count=len(values))
    if dtype in ("int64", "int32", "float64", "bool"):
        return np.array(values, dtype=dtype)
    return pd.array(values, dtype=dtype)


def category(values: Iterable[Any]) -> pd.Categorical:
    """Values kept by the distinct ones, in the order of their first occurrence; None is no value."""
    places: dict[Any, int] = {}
    codes = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    return _of_codes(np.array(codes, dtype="int32"), places)


def united(pieces: Sequence[pd.Categorical]) -> pd.Categorical:
    """Columns kept by distinct values, one below the other, as one such column."""
    places: dict[Any, int] = {}
    codes = []
    for piece in pieces:
        own = [places.setdefault(value, len(places)) for value in piece.categories.tolist()]
        codes.append(np.array([*own, -1], dtype="int32")[piece.codes])  # no value: the last one
    return _of_codes(np.concatenate(codes), places)


def _of_codes(codes: Any, places: dict[Any, int]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Index(list(places), dtype="object"))


def by_value(column: pd.Series, function: Callable[[Any], Any]) -> Any:
    """The function's answer for each row of a column kept by distinct values, as an array; it is asked once for each value."""
    values = [function(value) for value in column.cat.categories.tolist()]
    return np.array(values)[column.cat.codes] if values else np.zeros(0, dtype="int64")


def combined(*columns: Any) -> Any:
    """One number for each row, the same where rows agree in all columns (codes from -1 on)."""
    total, size = np.zeros(len(columns[0]), dtype="int64"), 1
    for column in columns:
        codes = np.asarray(column)
        span = int(codes.max(initial=-1)) + 2
        if size * span >= _MOST:
            total = pd.factorize(total)[0]
            size = len(total)
        total *= span  # in place: large books have millions of rows
        total += codes
        total += 1
        size *= span
    return total


# What stands for a missing value: `record` tells of an amount that must be there and is not.
_BLANK: dict[Any, Any] = {str: "", int: 0, tuple[str, ...]: ()}


def frame_of_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The table from rows, a column missing in a row being "", None, or 0 分 where there must be an amount."""
    blank = {name: _BLANK.get(hint) for name, hint in get_type_hints(ROWS[table]).items() if name != "row"}
    return frame(table, {name: [row.get(name, blank[name]) for row in rows] for name in blank})


Row = TypeVar("Row")


def records(kind: type[Row], table: pd.DataFrame, where: Any = None) -> Iterator[Row]:
    """The rows of a table, or those where a mask holds, as a row class.

    The class is that of the table, or a NamedTuple with some of its columns, which alone are then read; `row` is the
    number of the row in the table. A missing text is "", anything else that is missing None. A column that the table
    has not is a KeyError.
    """
    made: Any = kind
    index = table.index if where is None else table.index[where]
    if not len(index):  # most tables of a small book, asked for again and again
        return _none(_blanks(made), table)
    columns = [index.tolist() if name == "row" else _plain(table[name], where, blank) for name, blank in _blanks(made)]
    return map(made._make, zip(*columns, strict=True))


def _none(fields: list[tuple[str, Any]], table: pd.DataFrame) -> Iterator[Any]:
    for name, _ in fields:
        if name != "row" and name not in table:
            raise KeyError(name)
    return iter(())


@cache
def _blanks(kind: Any) -> list[tuple[str, Any]]:
    """The fields of a row class, each with the value of a row that lacks it."""
    hints = get_type_hints(kind)
    return [(name, "" if hint is str else None) for name, hint in hints.items()]


def _plain(column: Any, where: Any, blank: Any) -> list[Any]:
    column = column if where is None else column[where]
    kind = str(column.dtype)
    values: list[Any]
    if kind in ("Int64", "boolean"):
        values = column.to_numpy(dtype=object, na_value=None).tolist()
        return values
    if kind == "category":
        distinct = [*column.cat.categories.tolist(), blank]
        return [distinct[code] for code in column.cat.codes.tolist()]
    values = column.tolist()
    return [None if value != value else value for value in values] if kind == "float64" else values
