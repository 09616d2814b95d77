"""A book for analysts: findings and tables with declared columns, units and types, in memory, as Parquet, and for BQL.

In DataFrames money is 分 in int64; in Parquet and in BQL it is a decimal of yuan. Nothing is a float but days of work.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import beanquery
import duckdb
import numpy as np
import pandas as pd
from beanquery.sources import memory

from ledgers.book import Book
from ledgers.tables.schema import KINDS, SCHEMAS, array, category, combined
from ledgers.tables.tables import households
from plugins.audit import audit
from plugins.findings import YUAN, Audit, Finding

# Column -> kind, as in ledgers.tables.schema; the same for every edition of the program, later ones only add.
FINDINGS = {
    "rule": "category",
    "severity": "category",
    "status": "category",
    "kind": "category",
    "subject": "text",
    "name": "text",
    "part": "text",
    "period": "text",
    "numerator": "object",
    "denominator": "object",
    "unit": "category",
    "value": "object",
    "op": "category",
    "threshold": "object",
    "shortfall": "optional money",
    "message": "text",
    "file": "text",
    "line": "int",
    "fingerprint": "text",
}
_DECIMALS = frozenset({"numerator", "denominator", "value", "threshold"})  # of findings, to six places
# What of the posting that a payment belongs to stands beside it.
_OF_POSTING = ("voucher", "fund", "project", "benefit", "labour")
DECLARED: dict[str, dict[str, str]] = {
    **SCHEMAS,
    "payments": {
        **SCHEMAS["payments"],
        **{name: SCHEMAS["postings"][name] for name in _OF_POSTING},
        "village": "category",  # of the household on the day of payment
    },
    "findings": FINDINGS,
}
_UNITS = {"money": "分", "optional money": "分", "half": "天"}
_SQL = {
    "text": "VARCHAR",
    "category": "VARCHAR",
    "int": "BIGINT",
    "optional int": "BIGINT",
    "bool": "BOOLEAN",
    "optional bool": "BOOLEAN",
    "date": "DATE",
    "half": "DOUBLE",
    "month and day": "VARCHAR",
    "uscc": "VARCHAR",
    "object": "VARCHAR",
    "decimal": "DECIMAL(38,6)",
}
_PYTHON = {"date": date, "int": int, "optional int": int, "bool": bool, "optional bool": bool}
_PLACES = Decimal("0.000001")


def columns() -> pd.DataFrame:
    """Every column of every table: table, column, dtype, and the unit in memory and in Parquet ("" where it has none)."""
    rows = [
        (table, name, KINDS[kind], _UNITS.get(kind, ""), "元" if "money" in kind else _UNITS.get(kind, ""))
        for table, schema in DECLARED.items()
        for name, kind in schema.items()
    ]
    return pd.DataFrame(rows, columns=["table", "column", "dtype", "unit", "unit_in_parquet"])


def tables_of(book: Book) -> dict[str, pd.DataFrame]:
    """All tables of a book by name, as `columns` declares them."""
    found = {name: getattr(book.tables, name) for name in SCHEMAS if hasattr(book.tables, name)}
    return {**found, "payments": _with_posting(book)}


def _with_posting(book: Book) -> pd.DataFrame:
    payments = book.tables.payments
    legs = book.tables.postings.iloc[payments["posting"].to_numpy()]
    return payments.assign(**{name: legs[name].array for name in _OF_POSTING}, village=_villages(book))


def _villages(book: Book) -> Any:
    """The village of each payment's household on the day of payment, asked once for each household and day."""
    lines, people = book.tables.payments[["household", "date"]], households(book.tables)
    codes = combined(lines["household"].cat.codes, lines["date"].cat.codes)
    _, first, group = np.unique(codes, return_index=True, return_inverse=True)
    found = lines.iloc[first]
    named = zip(found["household"].tolist(), found["date"].tolist(), strict=True)
    of = category([people.village(household, day) or "" if day == day else "" for household, day in named])
    return pd.Categorical.from_codes(of.codes[group], of.categories)


def judged(book: Book, rules: Iterable[str] = ()) -> Audit:
    """The audit of a book as of its day; KeyError for an unknown rule."""
    from plugins import catalogue

    known = catalogue()
    wanted = [known[name] for name in rules] or list(known.values())
    return audit(book.tables, wanted)


def findings_of(result: Audit) -> pd.DataFrame:
    """All findings of an audit, one a row. Numerators are yuan where `unit` is CNY; ratios have six places."""
    rows = list(map(_row, result.findings))
    named = zip(*rows, strict=True) if rows else ([] for _ in FINDINGS)
    return pd.DataFrame(
        {name: array(list(values), KINDS[kind]) for (name, kind), values in zip(FINDINGS.items(), named, strict=True)}
    )


def _row(finding: Finding) -> tuple[Any, ...]:
    measured, threshold = finding.measured, finding.threshold
    unit = measured.unit if measured else ""
    sides = (_side(measured.numerator, unit), _side(measured.denominator, unit)) if measured else (None, None)
    return (
        finding.rule,
        finding.severity,
        finding.status,
        finding.subject.kind,
        finding.subject.id,
        finding.subject.name,
        finding.part or "",
        finding.period or "",
        *sides,
        unit,
        _decimal(measured.ratio) if measured else None,
        threshold.op if threshold else "",
        _decimal(threshold.value) if threshold else None,
        finding.shortfall,
        finding.message,
        *finding.source,
        finding.fingerprint,
    )


def _side(value: Fraction | int, unit: str) -> Decimal | None:
    return _decimal(Fraction(value, 100) if unit == YUAN else Fraction(value))


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(_PLACES)


# -- Parquet ------------------------------------------------------------------------------------------------------------


def parquet(book: Book) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every table, money as DECIMAL(18,2) of yuan; then columns.csv, which says what is what."""
    return written(_plain_tables(book))


def handed_over(book: Book) -> bytes:
    """The same tables as JSON, from a process that may not write files, for `received`: columns with their type."""
    tables = _plain_tables(book)
    columns = {name: {one: _column_as_plain(table[one]) for one in table} for name, table in tables.items()}
    return json.dumps(columns, ensure_ascii=False).encode()


def received(content: bytes) -> dict[str, pd.DataFrame]:
    """The tables that were handed over."""
    return {
        name: pd.DataFrame({one: pd.array(values, dtype=kind) for one, (kind, values) in columns.items()})
        for name, columns in json.loads(content).items()
        if name in DECLARED
    }


def written(found: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, bytes]]:
    """Tables as `parquet` gives them."""
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        for name, table in found.items():
            path = Path(folder) / f"{name}.parquet"
            connection.register("table_", table)
            connection.execute(f"COPY (SELECT {_selected(name)} FROM table_) TO '{path}' (FORMAT parquet)")
            connection.unregister("table_")
            yield path.name, path.read_bytes()
    yield "columns.csv", columns().to_csv(index=False).encode("utf-8-sig")


def _plain_tables(book: Book) -> dict[str, pd.DataFrame]:
    found = {**tables_of(book), "findings": findings_of(judged(book))}
    return {name: _plain(table, DECLARED[name]) for name, table in found.items()}


def _column_as_plain(column: Any) -> tuple[str, list[Any]]:
    return str(column.dtype), column.astype(object).where(column.notna(), None).tolist()


def _plain(table: pd.DataFrame, schema: Mapping[str, str]) -> pd.DataFrame:
    """What DuckDB reads without guessing: objects as text, lists joined by commas."""
    told = ("object", "category", "date")
    return pd.DataFrame({name: _texts(table[name]) if kind in told else table[name] for name, kind in schema.items()})


def _texts(column: Any) -> Any:
    return pd.array([_text(value) for value in column.tolist()], dtype="str")


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _selected(table: str) -> str:
    return ", ".join(_column(name, _kind_in_parquet(table, name, kind)) for name, kind in DECLARED[table].items())


def _kind_in_parquet(table: str, column: str, kind: str) -> str:
    if table == "findings" and column in _DECIMALS:
        return "decimal"
    return "date" if (table, column) == ("payments", "date") else kind


def _column(name: str, kind: str) -> str:
    if "money" in kind:
        return f'("{name}"::DECIMAL(18,0) * 0.01::DECIMAL(3,2))::DECIMAL(18,2) AS "{name}"'
    return f'"{name}"::{_SQL[kind]} AS "{name}"'


# -- BQL ----------------------------------------------------------------------------------------------------------------


def connection(book: Book) -> Any:
    """A beanquery connection to the book that also knows the tables here; `SELECT … FROM findings`, money in yuan."""
    found = beanquery.connect("")
    found.attach("beancount:", entries=list(book.entries), errors=[], options=book.options)
    for name, table in {**tables_of(book), "findings": findings_of(judged(book))}.items():
        if name not in found.tables:  # Beancount's own postings keep their name
            found.tables[name] = _for_bql(name, table)
    return found


def _for_bql(name: str, table: pd.DataFrame) -> Any:
    schema = DECLARED[name]
    types = [(column, _type(name, column, kind)) for column, kind in schema.items()]
    made = memory.create(name, types)
    values = [_values(table[column], schema[column], dtype) for column, dtype in types]
    made.data.extend(zip(*values, strict=True))
    return made


def _type(table: str, column: str, kind: str) -> type:
    if "money" in kind or kind == "half" or (table == "findings" and column in _DECIMALS):
        return Decimal
    return _PYTHON.get(_kind_in_parquet(table, column, kind), str)


def _values(column: Any, kind: str, dtype: type) -> list[Any]:
    values = column.astype(object).where(column.notna(), None).tolist()
    if "money" in kind:
        return [None if value is None else Decimal(value).scaleb(-2) for value in values]
    if kind == "half":
        return [None if value is None else Decimal(str(value)) for value in values]
    return [_text(value) or "" for value in values] if dtype is str else values
