"""Making the files of a disclosure from a book: the web edition (site, notices, data) and the village boards' edition."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ledgers
from ledgers.book import Book
from ledgers.facts import registered
from ledgers.files.problems import Problem, Untrusted
from ledgers.people import open_identities
from ledgers.personal.names import Known
from ledgers.seals.canonical import sealed_periods
from ledgers.tables.tables import Tables
from plugins import catalogue
from reports.check.checked import rules_digest
from reports.publish import data, site, subjects
from reports.publish.content import content, earlier
from reports.publish.edition import Edition, Source, county_name
from reports.publish.feed import feed
from reports.publish.lists import Names, blurred, lists, names_of
from reports.publish.notices import notice
from reports.publish.policy import Disclosure, read_policy
from reports.publish.received import NOWHERE, Received, asset_place, received
from reports.publish.subjects import Years
from reports.publish.tables import COUNTY, Place, Table

Progress = Callable[[int, int], None]
MANIFEST = "manifest.json"
SCHEMA = 1


@dataclass(frozen=True)
class Request:
    """What is to be published: the year, the first and last day of the notice, for the web or the boards, with PDFs."""

    year: int
    notice_from: date
    notice_to: date
    board: bool = False
    papers: bool = True


@dataclass(frozen=True)
class Made:
    """Everything that goes into the files; `names` are the full ones, which no file may hold."""

    source: Source
    policy: Disclosure
    county: Edition
    towns: list[Edition]
    villages: list[Edition]
    lists: dict[Place, list[Table]]
    names: Names
    tables: Tables
    years: Years  # of the web alone: what was received in every year up to this
    past: dict[int, list[Table]]  # of the web alone: tables of earlier years
    papers: bool = False  # whether there are PDFs; without `font` they are spoken of, not made
    font: bytes | None = None

    @property
    def editions(self) -> list[Edition]:
        return [self.county, *self.towns, *self.villages]


def last_day(year: int, today: date) -> date:
    """The day as of which a year is published: its last, or today while it is not over."""
    return min(date(year, 12, 31), today)


def make(book: Book, request: Request, recorded: dict[str, Any] | None = None) -> Made:
    """Gather what is to be published of a book read as of `last_day`. Raises Untrusted where the book cannot be.

    `recorded` is the manifest of an earlier publication: its digests then stand in the pages instead of today's.
    """
    tables = book.tables
    _refuse(tables, request.year)
    policy = read_policy(tables.root)
    mask = policy["board.mask"]
    names = names_of(_identities(tables.root), mask)
    years = Years(
        {request.year: received(tables, request.year, 0)}
        if request.board
        else _received(tables, request.year, policy.least, Known(names.full))
    )
    got = years.got[request.year]
    past = {year: earlier(tables, year, years.got) for year in sorted(years.got) if year != request.year}
    every = content(tables, years.got)
    source = _source(book, request, recorded)
    names = blurred(names, tables, mask) if request.board else names
    by_place: dict[Place, list[Table]] = defaultdict(list)
    if request.board:
        for table in lists(tables, got, policy, names):
            by_place[table.lines[0].place].append(table)
    county = Edition(COUNTY, county_name(tables.title), source, policy, every)
    towns, villages = _places(tables, county)
    return Made(source, policy, county, towns, villages, dict(by_place), names, tables, years, past)


def _received(tables: Tables, year: int, least: int, names: Known) -> dict[int, Received]:
    """What was received in this year and in those of the book before it."""
    known = {day.year for day in tables.postings["date"]} | set(tables.funds["year"].dropna().astype(int))
    found: dict[int, Received] = {}
    for one in sorted({year, *(one for one in known if one < year)}):
        found[one] = received(tables, one, least, [*found.values()], names)
    return found


def _refuse(tables: Tables, year: int) -> None:
    """What stands in the way of publishing: lists that cannot be believed, a year that the book knows nothing of."""
    problems = [
        Problem(str(tables.postings["file"].iloc[row]), int(tables.postings["line"].iloc[row]), f"{reason}，不能公开")
        for row, reason in sorted(tables.broken.items())
    ]
    if not any(day.year == year for day in tables.postings["date"]) and not (tables.funds["year"] == year).any():
        problems.append(Problem("main.beancount", 0, f"账簿中没有 {year} 年的资金和凭证"))
    if problems:
        raise Untrusted(problems)


def _identities(root: Path) -> Any:
    identities = open_identities(root)
    return identities if identities.stored else None


def _source(book: Book, request: Request, recorded: dict[str, Any] | None) -> Source:
    seal = last_seal(book, book.tables.as_of)
    source = Source(
        title=book.tables.title,
        year=request.year,
        as_of=book.tables.as_of,
        digest=book.digest,
        seal=seal[1] if seal else "",
        sealed=seal[0] if seal else None,
        rules=rules_digest(),
        version=ledgers.__version__,
        notice_from=request.notice_from,
        notice_to=request.notice_to,
        board=request.board,
        bases={rule.id: (rule.title, rule.basis) for rule in catalogue().values()},
    )
    if recorded:
        old = recorded["seal"] or {"root": "", "period_end": None}
        source = replace(
            source,
            digest=recorded["book"]["digest"],
            rules=recorded["rules"],
            seal=old["root"],
            sealed=date.fromisoformat(old["period_end"]) if old["period_end"] else None,
        )
    return source


def last_seal(book: Book, day: date) -> tuple[date, str] | None:
    """The end and root of the last seal of a period that ends by the day, whenever it was made."""
    found = [period for period in sealed_periods(book.entries) if period[0] <= day]
    return max(found, default=None)


def _places(tables: Tables, county: Edition) -> tuple[list[Edition], list[Edition]]:
    villages = sorted(registered.villages(tables).values(), key=lambda row: row.id)
    towns = list(dict.fromkeys(row.town for row in villages if row.town and row.town != NOWHERE))
    return (
        [replace(county, place=(town, ""), name=town) for town in towns],
        [replace(county, place=(row.town, row.id), name=f"{row.town}{row.name}") for row in villages if row.town],
    )


def files(made: Made, progress: Progress = lambda done, total: None) -> Iterator[site.File]:
    """Every file of the disclosure but the manifest, one at a time."""
    total = len(made.editions)
    if made.font:
        from reports.publish.paper import use_font

        use_font(made.font)
    if not made.source.board:
        yield from _web(made)
    for done, edition in enumerate(made.editions, 1):
        if edition.views and site.notice_name(edition) and (edition.place[1] or not made.source.board):
            yield from _notices(made, edition)
        progress(done, total)


def _web(made: Made) -> Iterator[site.File]:
    links = site.Links({edition.name: f"towns/{slug}.html" for edition, slug in _slugs(made)}, made.papers)
    yield from site.assets()
    yield site.index_page(made.county, links, made.towns, made.villages, sorted(made.past, reverse=True))
    yield from site.county_pages(made.county)
    for year, tables in made.past.items():
        yield site.year_page(made.county, year, tables)
    for edition in (*made.towns, *made.villages):
        below = [one for one in made.villages if not edition.place[1] and one.place[0] == edition.place[0]]
        yield site.place_page(edition, links, below, made.past)
    got, places = (
        made.years.got[made.source.year],
        {edition.place: links.page(edition.place) for edition in made.editions},
    )
    of = {name: asset_place(made.tables, name) for name in registered.assets(made.tables)}
    names = Known(made.names.full)
    for subject in subjects.projects(made.tables, made.years, places, names):
        yield site.subject_page(made.county, subject)
    for subject in (*subjects.funds(made.tables, got), *subjects.assets(made.tables, made.years, places, of, names)):
        yield site.subject_page(made.county, subject)
    yield "feed.xml", feed(made.tables, made.county)
    yield from data.data_files(made.county.tables, made.source, made.past)


def _slugs(made: Made) -> list[tuple[Edition, str]]:
    """A name for the page of each town that does not change when others come or go: what its villages' ids begin with."""
    found = []
    for number, edition in enumerate(made.towns, 1):
        ids = [one.place[1] for one in made.villages if one.place[0] == edition.name]
        found.append(
            (edition, ids[0][:4] if ids and ids[0].isascii() and ids[0].isalnum() and len(ids[0]) > 4 else str(number))
        )
    distinct = len({slug for _, slug in found}) == len(found)
    return found if distinct else [(edition, str(number)) for number, edition in enumerate(made.towns, 1)]


def _notices(made: Made, edition: Edition) -> Iterator[site.File]:
    named = made.lists.get(edition.place, [])
    name = f"{edition.place[1]}{edition.name}" if made.source.board else f"notices/{site.notice_name(edition)}"
    yield f"{name}.xlsx", notice(edition, named)
    if made.font:
        from reports.publish.paper import paper

        yield f"{name}.pdf", paper(edition, named)


def with_font(mades: list[Made]) -> list[Made]:
    """The same with a font that has every character of all of them. Raises fonts.NoFont, fonts.MissingGlyphs."""
    from reports.publish.fonts import embeddable
    from reports.publish.paper import characters

    needed = set().union(*(characters(made.editions, made.lists) for made in mades))
    font = embeddable(needed, mades[0].policy["pdf.font"])
    return [replace(made, papers=True, font=font) for made in mades]


def manifest(made: Made, digests: dict[str, tuple[str, int]]) -> bytes:
    """What was published, from what, and the digest of every file."""
    source = made.source
    about = {
        "schema": SCHEMA,
        "profile": "board" if source.board else "web",
        "title": made.county.heading,
        "period": str(source.year),
        "as_of": source.as_of.isoformat(),
        "notice": {"from": source.notice_from.isoformat(), "to": source.notice_to.isoformat()},
        "book": {"title": source.title, "digest": source.digest},
        "seal": {"period_end": str(source.sealed), "root": source.seal} if source.seal else None,
        "version": source.version,
        "rules": source.rules,
        "rule_versions": {rule.id: rule.changes[-1][0] if rule.changes else "1" for rule in catalogue().values()},
        "policy": policy_digest(made.policy),
        "names": ("masked" if made.names.shown else "household-ids") if source.board else "none",
        "pdf": made.papers,
        "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in sorted(digests.items())},
    }
    return json.dumps(about, ensure_ascii=False, indent=1).encode() + b"\n"


def policy_digest(policy: Disclosure) -> str:
    text = json.dumps(policy.values, ensure_ascii=False, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def write(made: Made, put: Callable[[str, bytes], None], progress: Progress = lambda done, total: None) -> bytes:
    """Put every file and the manifest, each by its name, into a folder of our own; returns the manifest."""
    digests = {}
    for name, file in files(made, progress):
        put(name, file)
        digests[name] = (hashlib.sha256(file).hexdigest(), len(file))
    whole = manifest(made, digests)
    put(MANIFEST, whole)
    return whole


def period(text: str) -> int:
    """The year that `--period` names; ValueError otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise ValueError("公开按年度进行，应为四位年份，如 2022")
    return int(text)


def notice_days(tables: Tables, policy: Disclosure, first: date) -> date:
    """The last day of a notice that starts on the day: the policy's days, or more where a parameter asks for more."""
    days = [int(policy["notice.days"])]
    for name in ("notice-days", "notice-days-labour"):
        parameter = tables.policy.in_force(name, first)
        if parameter and parameter.value:
            days.append(-(-parameter.value.numerator // parameter.value.denominator))
    return first + timedelta(days=max(days) - 1)
