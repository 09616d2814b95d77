"""What was published, as `notice` directives: a proposed change of the book, so that the rule `notices` sees it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from beancount.core.data import Custom

from ledgers.book import Book
from ledgers.facts import registered
from ledgers.files import writing
from ledgers.files.text import directive_text
from reports.publish.tables import Table

if TYPE_CHECKING:
    from reports.publish.publish import Published

FILE = "registry/notices.beancount"


@dataclass(frozen=True)
class Change:
    """Directives to append to a file of the book: what, how many, where."""

    file: str
    text: str
    count: int


def proposed(book: Book, results: "list[Published]", by: str = "") -> Change:
    """A directive for every subject and stage that was published and has no notice in the book yet."""
    made = results[0].made
    known = {
        (str(entry.values[0].value), str(entry.values[1].value))
        for entry in book.entries
        if isinstance(entry, Custom) and entry.type == "notice" and len(entry.values) == 2
    }
    tables = {table.name: table for table in made.county.tables}
    named = (one for one in _subjects(book, tables, made.source.year) if one[0])  # a row may be of no project or asset
    subjects = dict.fromkeys(one for one in named if one not in known)
    digest = hashlib.sha256(results[0].manifest).hexdigest()
    places = made.policy["notice.web_place"] + ("、村务公开栏" if len(results) > 1 else "")
    text = "\n".join(
        _directive(
            subject,
            stage,
            made.source.notice_from,
            made.source.notice_to,
            places,
            made.policy["office.site"],
            digest,
            by,
        )
        for subject, stage in subjects
    )
    return Change(_file(book), text.rstrip("\n"), len(subjects))


def _subjects(book: Book, tables: dict[str, Table], year: int) -> Iterator[tuple[str, str]]:
    for line in tables["funds"].lines:
        yield line.values[0], "资金分配公告"
    wanted = {"入库": "入库公示", "年度计划": "年度计划公示", "完工": "完工公示"}
    states = registered.project_states(book.tables)
    for line in tables["plan"].lines:
        project = line.values[0]
        days = {stage.state for stage in states.get(project, []) if stage.date.year == year}
        yield from ((project, stage) for state, stage in wanted.items() if state in days)
    paid = [one.name for one in tables["wages"].fields].index("paid")
    yield from ((line.values[0], "劳务报酬公示") for line in tables["wages"].lines if line.values[paid] != 0)
    yield from ((line.values[0], "收益分配公示") for line in tables["income"].lines)


def _directive(subject: str, stage: str, first: date, last: date, place: str, url: str, digest: str, by: str) -> str:
    said = {
        "place": " ".join(place.split()),
        "from": first,
        "to": last,
        "url": url or None,
        "digest": f"sha256:{digest}",
        "by": by or None,
    }
    return directive_text(first, "notice", (subject, stage), said.items())


def _file(book: Book) -> str:
    """A file that the book reads already: the one of notices, else the one that registers the last project."""
    if FILE in book.files:
        return FILE
    noted = book.tables.notices["file"].tolist() or book.tables.projects["file"].tolist()
    return str(noted[-1]) if noted else book.main.name


def record(book: Book, proposal: Change) -> None:
    """Append the directives, all or nothing. Raises writing.Busy, writing.NotWritten."""
    root = book.main.parent
    with writing.locked(root, "xianjie publish"):
        path = root / proposal.file
        old = path.read_bytes() if path.exists() else b""
        if old and not old.endswith(b"\n"):
            old += b"\n"
        writing.write(root, {proposal.file: old + b"\n" * bool(old) + proposal.text.encode() + b"\n"})
