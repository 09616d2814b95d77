"""The consolidation: every county's part, joined into the tables of the level above, and these into its report."""

import hashlib
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ledgers.files.writing import Busy, NotWritten
from ledgers.kept import cache
from reports.counties import joins, parquet
from reports.counties.county import JUDGED, META, Handover, Job, failed, judged, revealed, unchanged
from reports.counties.engines import Engine, WorkerDied

_BESIDE = (".identities.sqlite", ".identities.key")
HANDED, MERGED = "handed", "merged"
Sent = list[dict[str, str | int]]
# What the counties hand over; the tokens only meet here and are not handed on.
_TABLES = {
    "tokens": parquet.TOKENS,
    "counts": parquet.COUNTS,
    "findings": parquet.FINDINGS,
    "funds": parquet.FUNDS,
    "equity": parquet.EQUITY,
}


class Incomplete(Exception):  # noqa: N818
    """The counties' parts do not go together, such as when a book changed on the way; the message says whose."""


@dataclass(frozen=True)
class Consolidated:
    """The tables of the level above: Parquet files by name, and the digest of everything that they came from."""

    key: str
    as_of: date
    tables: dict[str, Path]


def jobs(books: Sequence[str], as_of: date, city_key: bytes, *, ends: bool = False) -> list[Job]:
    """One job a book, in the order of the counties' names; a book named twice is judged once.

    `ends` says that each is judged as of the end of its book, where that is earlier.
    """
    named: dict[str, Job] = {}
    for book in dict.fromkeys(str(Path(book).absolute()) for book in books):
        path = Path(book)
        if path.name.endswith(_BESIDE):  # what `counties/*` names besides the books
            continue
        base = name = _shown((path.parent if path.suffix == ".beancount" else path).name)
        number = 1
        while name in named:
            number += 1
            name = f"{base}-{number}"
        named[name] = Job(name, book, as_of, city_key, ends)
    return [named[name] for name in sorted(named)]


def _shown(name: str) -> str:
    """A folder's name as text, where it is not in the encoding of the system."""
    return name.encode("utf-8", "backslashreplace").decode()


def consolidate(todo: Sequence[Job], engine: Engine, sent: Sent, *, here: bool) -> Consolidated:
    """Judge what is not judged yet, and join. What was joined before from the same parts is taken as it is.

    `here` says that the books lie on this machine, so that it is quicker to look whether they changed than to ask.
    """
    if not todo:
        raise Incomplete("没有账簿可以汇总")
    keys = _handed_over(todo, engine, here)
    parts = [
        cache.program(),
        json.dumps(sent, ensure_ascii=False),
        *(f"{job.county}\n{keys[job.county]}" for job in todo),
    ]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    name = "\n".join(job.book for job in todo)
    merged = cache.kept(MERGED, name, key, lambda: _joined(todo, keys, engine, sent))
    return Consolidated(key, todo[0].as_of, merged)


def _handed_over(todo: Sequence[Job], engine: Engine, here: bool) -> dict[str, str]:
    """The key of each county's part; the part itself is then among what this machine holds."""
    asked = [replace(job, known=cache.keys(HANDED, job.book)) for job in todo]
    keys = {}
    if here:
        keys = {part.county: part.key for part in map(unchanged, asked) if part}
    missing = [job for job in asked if job.county not in keys]
    for number, outcome in engine(judged, [(job,) for job in missing]):
        job = missing[number]
        part = _part(job, outcome)
        if part.files:
            cache.put(HANDED, job.book, part.key, part.files)
        keys[job.county] = part.key
    return keys


def _part(job: Job, outcome: Any) -> Handover:
    if isinstance(outcome, cache.Unsafe):
        raise outcome
    if isinstance(outcome, Exception):
        return failed(job, f"没有得出结论：{_reason(outcome)}")
    part: Handover = outcome
    return part


def _reason(error: Exception) -> str:
    """Why there is no result, in words where we have them."""
    if isinstance(error, OSError):
        return f"{Path(os.fsdecode(error.filename or '')).name or '账簿'} 无法读取（{error.strerror}）"
    return str(error) if isinstance(error, (WorkerDied, Busy, NotWritten)) else type(error).__name__


def _joined(todo: Sequence[Job], keys: dict[str, str], engine: Engine, sent: Sent) -> dict[str, bytes]:
    """The tables of all counties, each with the county's name, and what only the counties together show."""
    parts = _held(todo, keys, engine)
    metas = {county: _meta(files[META]) for county, files in parts.items()}
    trusted = {county: files for county, files in parts.items() if metas[county]["state"] == JUDGED}
    with parquet.connect() as database, tempfile.TemporaryDirectory() as place:
        database.execute("SET VARIABLE counties = ?", [list(trusted)])
        for table in _TABLES:
            _gather(database, table, trusted.values())
        tables = {f"{table}.parquet": _united(database, table, Path(place)) for table in _TABLES if table != "tokens"}
        meeting = joins.meeting(database)
    matches = _matches(todo, keys, engine, meeting)
    problems = [{"county": county, **problem} for county, meta in metas.items() for problem in meta["problems"]]
    return {
        **tables,
        "counties.parquet": parquet.write(parquet.COUNTIES, (_county(county, meta) for county, meta in metas.items())),
        "problems.parquet": parquet.write(parquet.PROBLEMS, problems),
        "matches.parquet": parquet.write(parquet.MATCHES, matches),
        "sent.parquet": parquet.write(parquet.SENT, sent),
    }


def _meta(path: Path) -> dict[str, Any]:
    """What a county says of its part; that other rules than this machine's have judged is a problem of its own."""
    meta: dict[str, Any] = json.loads(path.read_bytes())
    if meta["state"] == JUDGED and meta["program"] != cache.program():
        message = "判定所用的程序、规则或依赖的版本与汇总机不同，结论不宜直接比较"
        meta["problems"].append({"file": "", "line": 0, "message": message})
    return meta


def _held(todo: Sequence[Job], keys: dict[str, str], engine: Engine) -> dict[str, dict[str, Path]]:
    """Every county's part as this machine holds it; one that is damaged was deleted, and is asked for again."""
    parts = {job.county: cache.get(HANDED, job.book, keys[job.county]) for job in todo}
    damaged = [job for job in todo if parts[job.county] is None]
    _handed_over(damaged, engine, here=False)
    parts |= {job.county: cache.get(HANDED, job.book, keys[job.county]) for job in damaged}
    if lost := [county for county, files in parts.items() if files is None]:
        raise Incomplete(f"{'、'.join(lost)} 的账簿在汇总过程中有改动，或缓存写入后读不回来，请重新汇总")
    return {county: files for county, files in parts.items() if files is not None}


def _county(county: str, meta: dict[str, Any]) -> dict[str, Any]:
    blank = dict.fromkeys((*joins.STATUSES, "blocking", "households"), 0)
    known = {**blank, **meta.get("summary", {}), **{name: meta[name] for name in parquet.COUNTIES if name in meta}}
    return {"title": "", "digest": "", "as_of": "", "identities": "", **known, "county": county, "untrusted": len(meta["problems"])}


def _gather(database: duckdb.DuckDBPyConnection, table: str, parts: Collection[dict[str, Path]]) -> None:
    """A table of all counties' rows as a view, in the order of counties and of each county's own rows."""
    columns = {f'"{name}"': kind for name, kind in _TABLES[table].items()}
    source = parquet.from_files(files[f"{table}.parquet"] for files in parts)
    if not parts:
        source = f"(SELECT {', '.join(f'NULL AS {name}' for name in columns)}, 0 AS file_index WHERE false)"
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    county = "getvariable('counties')[file_index::BIGINT + 1]::VARCHAR AS county"
    database.execute(f"CREATE VIEW {table} AS SELECT {county}, {typed} FROM {source}")


def _united(database: duckdb.DuckDBPyConnection, table: str, place: Path) -> bytes:
    target = place / f"{table}.parquet"
    parquet.copy(database, f"SELECT * FROM {table}", target)
    return target.read_bytes()


def _matches(
    todo: Sequence[Job], keys: dict[str, str], engine: Engine, meeting: dict[str, list[str]]
) -> list[dict[str, Any]]:
    """What the counties concerned say of the tokens that met, numbered in the order of tokens."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for token, counties in meeting.items():
        for county in counties:
            wanted[county].append(token)
    asked = [job for job in todo if job.county in wanted]
    tasks = [(job, keys[job.county], tuple(wanted[job.county])) for job in asked]
    numbers = {token: number for number, token in enumerate(meeting, 1)}
    rows = []
    for index, found in engine(revealed, tasks):
        if isinstance(found, Exception):
            raise Incomplete(f"{asked[index].county} 没有答复跨县比对：{_reason(found)}，请重新汇总")
        for row in found:
            rows.append({"number": numbers[row.pop("token")], "county": asked[index].county, **row})
    return sorted(rows, key=lambda row: (row["number"], row["county"]))
