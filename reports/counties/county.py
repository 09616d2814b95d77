"""One county's part: judge the book where it lies, keep what is personal there, hand over the rest.

The same function runs in this process, in a pool and on a Dask worker. What it makes is kept in the cache of the machine
where the book lies, by the digest of the book, the day, the rules and the keys, so that an unchanged book costs nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ledgers.files.confined import call
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.writing import Busy, NotWritten, identity_names, settle
from ledgers.kept import cache
from reports.counties import parquet

KIND = "counties"
KEPT = "kept-people.parquet"  # never handed over
META = "meta.json"
JUDGED, UNTRUSTED = "judged", "untrusted"
TRIES = 3
SECONDS = 3600.0  # that a book may take
_TABLES = {
    "counts": parquet.COUNTS,
    "findings": parquet.FINDINGS,
    "funds": parquet.FUNDS,
    "equity": parquet.EQUITY,
    "tokens": parquet.TOKENS,
}


@dataclass(frozen=True)
class Job:
    """A book to be judged: the county's name in the reports, where the book lies, as of when, and the city's key."""

    county: str
    book: str
    as_of: date
    city_key: bytes = field(default=b"", repr=False)
    ends: bool = False  # judged as of the day on which its book ends, where that is earlier
    known: tuple[str, ...] = ()  # keys of what the asker already holds: it is not sent again


@dataclass(frozen=True)
class Handover:
    """What a county hands over: files by name, none where the asker holds them; `key` says of what they are."""

    county: str
    key: str
    files: dict[str, bytes] = field(repr=False)


def judged(job: Job) -> Handover:
    """The county's part, from the cache where the book has not changed."""
    for _ in range(TRIES):
        before = key(job)
        if before and before in job.known:
            return Handover(job.county, before, {})
        files = (_cached(job, before) if before else None) or _made(job)
        if key(job) == before:
            kept = before or _digest(files)
            if not cache.has(KIND, job.book, kept):
                cache.put(KIND, job.book, kept, files)
            return Handover(job.county, kept, {name: files[name] for name in files if name != KEPT})
    return _alone(job, [Problem(job.book, 0, "账簿正在被改动，未能得到前后一致的内容，请稍后再试")])


def unchanged(job: Job) -> Handover | None:
    """The county's part where the asker already holds it; None where there is work to do."""
    with suppress(OSError):  # it is for `judged` to say what cannot be read
        now = key(job)
        return Handover(job.county, now, {}) if now and now in job.known else None
    return None


def revealed(job: Job, before: str, tokens: tuple[str, ...]) -> list[dict[str, Any]]:
    """What the county says about tokens that met another county's. Raises Busy unless the book is the one judged."""
    from reports.counties import matching

    found = cache.get(KIND, job.book, before)
    if found is None or KEPT not in found:
        handed = judged(replace(job, known=()))
        found = cache.get(KIND, job.book, before) if handed.key == before else None
    if found is None:
        raise Busy("账簿在汇总过程中有改动")
    return matching.revealed(found[KEPT], tokens)


def key(job: Job) -> str:
    """What the result depends on; "" where there is no book, or nothing tells whether it has changed."""
    root = _root(job)
    if root is None:
        return ""
    cache.outside(root)
    contents = cache.contents(root)
    if not contents:
        return ""
    main = Path(job.book).name if Path(job.book).is_file() else ""
    city = hashlib.sha256(b"xianjie city" + job.city_key).hexdigest() if job.city_key else ""
    parts = [contents, main, job.as_of.isoformat(), str(job.ends), cache.program(), city]
    parts += [cache.file_digest(path) if path.is_file() else "" for path in map(root.joinpath, identity_names(root))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _root(job: Job) -> Path | None:
    path = Path(job.book)
    return path if path.is_dir() else path.parent if path.is_file() else None


def _digest(files: dict[str, bytes]) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def _cached(job: Job, before: str) -> dict[str, bytes] | None:
    found = cache.get(KIND, job.book, before)
    return {name: path.read_bytes() for name, path in found.items()} if found else None


def _alone(job: Job, found: Iterable[Problem]) -> Handover:
    files = _untrusted(found)
    return Handover(job.county, _digest(files), files)


def _untrusted(found: Iterable[Problem]) -> dict[str, bytes]:
    return _files(_unjudged(found), {})


def _unjudged(found: Iterable[Problem], names: Iterable[str] = ()) -> dict[str, Any]:
    """A book that cannot be judged hands over where and why, without what the messages quote."""
    from reports.counties import handover

    return {"state": UNTRUSTED, "problems": handover.problems(found, handover.mask((), names))}


def failed(job: Job, reason: str) -> Handover:
    """The part of a county that could not be judged at all, such as one whose worker died every time."""
    return _alone(job, [Problem(job.county, 0, reason)])


def _made(job: Job) -> dict[str, bytes]:
    """What a process finds that may not write, connect or start anything, as files."""
    if root := _root(job):
        settle(root)  # which may have to write
    try:
        found = json.loads(call(lambda: _apart(job), seconds=SECONDS))
    except Untrusted as error:  # it died of what it read
        return _untrusted(error.problems)
    if "refused" in found:
        name, message = found["refused"]
        raise {"Busy": Busy, "NotWritten": NotWritten}[name](message)
    handed = {name: parquet.write(_TABLES[name], rows) for name, rows in found["rows"].items() if name != "people"}
    kept = {KEPT: parquet.write(parquet.PEOPLE, found["rows"]["people"])} if "people" in found["rows"] else {}
    return {**_files(found["meta"], handed), **kept}


def _apart(job: Job) -> bytes:
    """What `_read_and_judged` gives, or why the book cannot be read now, as JSON."""
    try:
        meta, rows = _read_and_judged(job)
        found: dict[str, Any] = {"meta": meta, "rows": {name: list(some) for name, some in rows.items()}}
    except (Busy, NotWritten) as error:
        found = {"refused": [type(error).__name__, str(error)]}
    return json.dumps(found, ensure_ascii=False).encode()


def _read_and_judged(job: Job) -> tuple[dict[str, Any], dict[str, Iterable[Any]]]:
    """What is handed over of a county, and the rows of its tables; those of `people` stay."""
    from ledgers.book import read
    from ledgers.people import CHECK, Identities, Unusable, open_identities

    identities, unusable = Identities(b""), []
    try:
        if root := _root(job):
            identities = open_identities(root)
    except Unusable as error:
        unusable = [Problem(CHECK, 0, f"身份库不能使用，没有参加跨县比对：{error}")] if job.city_key else []
    try:
        book = read(job.book, None if job.ends else job.as_of)
    except Untrusted as error:
        return _unjudged(error.problems, _names(identities)), {}
    return _judge(job, book, identities, unusable)


def _names(identities: Any) -> Iterator[str]:
    yield from (person.name for person in identities.people.values())
    yield from (person.name for _, person in identities.former)


def _judge(
    job: Job, book: Any, identities: Any, untrusted: list[Problem]
) -> tuple[dict[str, Any], dict[str, Iterable[Any]]]:
    """Judge a book that was read: what is handed over, and what is kept."""
    from plugins import catalogue
    from plugins.audit import audit
    from reports.check.checked import crashed
    from reports.counties import handover, matching

    tables = book.tables
    masked = handover.mask(tables.households["household"], _names(identities))
    result = audit(tables, catalogue().values())
    crashes = [Problem(book.main.name, 0, crashed(crash.rule, crash.error)) for crash in result.crashes]
    people = matching.people(tables, identities, job.city_key) if job.city_key else []
    meta = {
        "state": JUDGED,
        "title": masked(tables.title),
        "digest": book.digest,
        "as_of": tables.as_of.isoformat(),
        "program": cache.program(),
        "households": int(tables.households["household"].nunique()),
        "identities": identities.check if people else "",
        "summary": result.summary,
        "blocking": sum(finding.blocking for finding in result.stated),
        "problems": handover.problems([*untrusted, *result.untrusted, *crashes], masked),
    }
    return meta, {
        "counts": handover.counts(result.findings),
        "findings": handover.findings(tables, result, masked),
        "funds": handover.fund_rows(tables, masked),
        "equity": handover.equity_rows(tables, masked),
        "tokens": matching.tokens(people),
        "people": people,
    }


def _files(meta: dict[str, Any], tables: dict[str, bytes]) -> dict[str, bytes]:
    named: Iterator[tuple[str, bytes]] = ((f"{name}.parquet", content) for name, content in tables.items())
    return {META: json.dumps(meta, ensure_ascii=False).encode(), **dict(named)}
