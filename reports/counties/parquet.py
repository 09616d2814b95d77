"""Rows to Parquet and back through DuckDB: every column's type is declared, identical rows give identical bytes."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

LINE_LIMIT = 64 * 1024 * 1024
# What a county hands over, and what the level above makes of it. Money is 分.
FINDINGS = {
    "rule": "VARCHAR",
    "status": "VARCHAR",
    "severity": "VARCHAR",
    "kind": "VARCHAR",
    "subject": "VARCHAR",
    "name": "VARCHAR",
    "period": "VARCHAR",
    "part": "VARCHAR",
    "value": "DECIMAL(38,6)",
    "op": "VARCHAR",
    "threshold": "DECIMAL(38,6)",
    "numerator": "VARCHAR",
    "denominator": "VARCHAR",
    "unit": "VARCHAR",
    "shortfall": "VARCHAR",
    "message": "VARCHAR",
    "file": "VARCHAR",
    "line": "BIGINT",
    "document": "VARCHAR",
}
COUNTS = {"rule": "VARCHAR", "severity": "VARCHAR", "status": "VARCHAR", "findings": "BIGINT"}
FUNDS = {
    "fund": "VARCHAR",
    "name": "VARCHAR",
    "level": "VARCHAR",
    "task": "VARCHAR",
    "year": "INTEGER",
    "doc_no": "VARCHAR",
    "registered": "BIGINT",
    "arrived": "BIGINT",
    "allocated": "BIGINT",
    "paid": "BIGINT",
    "labour": "BIGINT",
}
EQUITY = {
    "grant": "VARCHAR",
    "firm": "VARCHAR",
    "firm_kind": "VARCHAR",
    "state": "VARCHAR",
    "project": "VARCHAR",
    "subsidy": "BIGINT",
    "quantified": "BIGINT",
}
TOKENS = {"token": "UUID"}
PEOPLE = {
    "token": "UUID",
    "kind": "VARCHAR",
    "purpose": "VARCHAR",
    "period": "VARCHAR",
    "household": "VARCHAR",
    "amount": "BIGINT",
    "days": "VARCHAR",
    "vouchers": "VARCHAR",
}
COUNTIES = {
    "county": "VARCHAR",
    "title": "VARCHAR",
    "state": "VARCHAR",
    "digest": "VARCHAR",
    "as_of": "VARCHAR",
    "identities": "VARCHAR",
    "households": "BIGINT",
    "fail": "BIGINT",
    "undetermined": "BIGINT",
    "pending": "BIGINT",
    "waived": "BIGINT",
    "pass": "BIGINT",
    "na": "BIGINT",
    "blocking": "BIGINT",
    "untrusted": "BIGINT",
}
PROBLEMS = {"county": "VARCHAR", "file": "VARCHAR", "line": "BIGINT", "message": "VARCHAR"}
MATCHES = {"number": "BIGINT", "county": "VARCHAR", **{name: kind for name, kind in PEOPLE.items() if name != "token"}}
SENT = {"county": "VARCHAR", "doc_no": "VARCHAR", "level": "VARCHAR", "task": "VARCHAR", "amount": "BIGINT"}


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database that loads nothing from elsewhere; one thread, so that the order of rows is ours."""
    return duckdb.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )


def write(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as a Parquet file; a value that its column cannot hold raises duckdb.Error."""
    with tempfile.TemporaryDirectory() as place, connect() as database:
        source, target = Path(place) / "rows.jsonl", Path(place) / "rows.parquet"
        with source.open("w", encoding="utf-8") as stream:
            stream.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        copy(database, from_json(source, columns), target)
        return target.read_bytes()


def from_json(source: Path, columns: Mapping[str, str]) -> str:
    """SQL that reads lines of JSON as the declared columns."""
    types = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns.items())
    options = f"format='newline_delimited', maximum_object_size={LINE_LIMIT}"
    return f"SELECT * FROM read_json({text(str(source))}, columns={{{types}}}, {options})"


def from_files(paths: Iterable[Path]) -> str:
    """SQL that reads Parquet files one after the other."""
    names = ", ".join(text(str(path)) for path in paths)
    return f"read_parquet([{names}])"


def copy(database: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """The rows of a query as a Parquet file."""
    database.execute(f"COPY ({query}) TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
