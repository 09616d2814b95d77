"""The tables of a book, declared once: every column and its type."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ledgers.tables.directives import DIRECTIVES, Key

_MOST = 2**62  # what a number of a row may be
# pandas types of the column kinds. Money is 分. A missing text is "", any other missing value None or NA.
KINDS = {
    "text": "str",
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
WHERE = {"file": "text", "line": "int"}

SCHEMAS: dict[str, dict[str, str]] = {
    # One row per posting of a transaction; `transaction` numbers the transactions in the order of the book.
    "postings": {
        "transaction": "int",
        "date": "date",
        "counts_on": "date",  # the day itself; of a reversal, the day of what it reverses
        "voucher": "text",
        "payee": "text",
        "narration": "text",
        "account": "text",
        "kind": "category",  # what the account holds: accounts.py
        "village": "category",  # the village or town whose account it is
        "function": "category",
        "economic": "category",
        "labour": "bool",  # labour remuneration, backed by a roll or by household and days
        "quota_only": "bool",  # the whole transaction touches only 9001 accounts
        "amount": "money",  # at cost where the commodity is not CNY
        "commodity": "category",
        "units": "object",
        "unit_cost": "object",  # yuan a unit, where the commodity is not CNY
        "fund": "category",
        "project": "category",
        "household": "category",
        "person": "text",
        "asset": "category",
        "equity": "category",
        "benefit": "category",
        "reverses": "category",
        "roll": "text",
        "roll_sha256": "text",
        "evidence": "text",
        "evidence_sha256": "text",
        "days": "half",
        "income_year": "int",
        "for_": "category",  # what it pays for, as times.period writes it; "" where it does not say
        "file": "category",
        "line": "int",
        "entry_line": "int",
    },
    # One row per household payment: a line of a roll, or a posting that names its household.
    "payments": {
        "posting": "int",  # row of `postings`
        "household": "category",
        "person": "category",
        "date": "category",  # day of payment; of a reversal, the day of the payment that it takes back
        "amount": "money",
        "days": "half",
        "quantity": "category",  # Decimal or none
        "result": "category",
        "for_": "category",  # what it pays for: of the line, else of its posting, else ""
        "account": "category",  # keyed token of the payee's account
        "note": "category",
        "file": "category",
        "line": "int",
    },
    # One row per line of a share register; amount = shares at cost.
    "shares": {
        "posting": "int",
        "household": "category",
        "holder": "category",
        "shares": "object",
        "amount": "money",
        "note": "category",
        "file": "category",
        "line": "int",
    },
    # One row per state of a household.
    "households": {
        "household": "text",
        "date": "date",
        "state": "text",
        "village": "text",
        "people": "optional int",
        "monitor": "text",
        "reported": "date",
        "notice_from": "date",
        "notice_to": "date",
        "helper_assigned": "date",
        "plan_made": "date",
        **WHERE,
    },
    # One row per time that a person was a member of a household, from `from_` to `to`, both days included.
    "members": {
        "who": "text",  # a permanent pseudonym
        "household": "text",
        "person": "text",
        "from_": "date",  # None: since ever
        "to": "date",  # None: still
        "entered": "text",  # why from, "" where not known
        "left": "text",  # why no longer
        **WHERE,
    },
}

_OF_KEY = {
    "text": "text",
    "list": "object",
    "date": "date",
    "money": "optional money",
    "number": "object",
    "int": "optional int",
    "bool": "optional bool",
}
REGISTRIES = {
    "fund": "funds",
    "project": "projects",
    "village": "villages",
    "asset": "assets",
    "equity": "equity",
    "benefit": "benefits",
    "notice": "notices",
    "inspection": "inspections",
    "waiver": "waivers",
    "rectification": "rectifications",
    "seal": "seals",
    "negative": "negatives",
    "policy": "policies",
}


def _registry(keys: Iterable[Key]) -> dict[str, str]:
    return {"date": "date", **{key.column: _OF_KEY[key.type] for key in keys}, **WHERE}


for _directive, _table in REGISTRIES.items():
    SCHEMAS[_table] = _registry(DIRECTIVES[_directive].columns)
SCHEMAS["funds"]["amount"] = "money"


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
    """One below the other."""
    places: dict[Any, int] = {}
    codes = []
    for piece in pieces:
        own = [places.setdefault(value, len(places)) for value in piece.categories.tolist()]
        codes.append(np.array([*own, -1], dtype="int32")[piece.codes])  # no value: the last one
    return _of_codes(np.concatenate(codes), places)


def _of_codes(codes: Any, places: dict[Any, int]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Index(list(places), dtype="object"))


def by_value(column: pd.Series, function: Callable[[Any], Any]) -> Any:
    """What a function makes of each row of a column that is kept by value, as an array; it is asked once for each value."""
    values = [function(value) for value in column.cat.categories.tolist()]
    return np.array(values)[column.cat.codes] if values else np.zeros(0, dtype="int64")


def combined(*columns: Any) -> Any:
    """One number for each row, the same where rows agree in all columns (codes from -1 on)."""
    total, size = np.zeros(len(columns[0]), dtype="int64"), 1
    for column in columns:
        codes = np.asarray(column, dtype="int64") + 1
        span = int(codes.max(initial=0)) + 1
        if size * span >= _MOST:
            total = pd.factorize(total)[0]
            size = len(total)
        total, size = total * span + codes, size * span
    return total


# What stands for a missing value: `record` tells of an amount that must be there and is not.
_BLANK = {"text": "", "category": "", "money": 0}


def frame_of_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The table from rows, a column missing in a row being "", None, or 0 分 where there must be an amount."""
    schema = SCHEMAS[table]
    blank = {name: _BLANK.get(kind) for name, kind in schema.items()}
    return frame(table, {name: [row.get(name, blank[name]) for row in rows] for name in schema})


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", ("index", *columns))


def records(table: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples (`index` first), plain Python values inside, None where a value is missing."""
    values = [_plain(column) for _, column in table.items()]
    return map(_row_type(tuple(table.columns))._make, zip(table.index.tolist(), *values, strict=True))


def _plain(column: Any) -> list[Any]:
    kind = str(column.dtype)
    values: list[Any]
    if kind in ("Int64", "boolean"):
        values = column.to_numpy(dtype=object, na_value=None).tolist()
        return values
    if kind == "category":
        distinct = [*column.cat.categories.tolist(), None]
        return [distinct[code] for code in column.cat.codes.tolist()]
    values = column.tolist()
    return [None if value != value else value for value in values] if kind == "float64" else values
