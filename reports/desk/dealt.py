"""How findings were dealt with: remarks, rectifications, requests and waivers, as the book has them, of any day up to today.

A finding is judged as of the day that a page shows; what was said and done about it afterwards belongs to it all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from beancount.core.data import Custom

from ledgers import clock
from ledgers.tables.tables import Tables, derived
from plugins.findings import Finding
from reports.desk import links

KINDS = {"remark": "意见", "rectification": "整改", "waiver-request": "豁免申请", "waiver": "豁免"}
Key = tuple[str, str, str, str]  # rule, subject, part, period


@dataclass(frozen=True)
class Event:
    """One act about a finding; `text` is what was said, the reason or the note."""

    day: date
    kind: str
    key: Key
    state: str
    text: str
    by: str
    unit: str
    due: date | None
    evidence: str
    digest: str
    requested_by: str
    file: str
    line: int

    @property
    def title(self) -> str:
        return KINDS[self.kind]


@derived
def events(tables: Tables) -> dict[Key, list[Event]]:
    """What was done about each finding, the earliest first."""
    found: dict[Key, list[Event]] = {}
    for one in sorted(_read(tables), key=_order):
        found.setdefault(one.key, []).append(one)
    return found


def _order(one: Event) -> tuple[date, int]:
    """By day; of one day a waiver comes after what asked for it, in whichever file they stand."""
    return one.day, list(KINDS).index(one.kind)


def of(tables: Tables, key: Key) -> list[Event]:
    """What was done about a finding, also where it was said of the whole subject, without part or period."""
    rule, subject, part, period = key
    fitting = {key, (rule, subject, "", ""), (rule, subject, part, ""), (rule, subject, "", period)}
    return sorted((one for wanted in fitting for one in events(tables).get(wanted, ())), key=_order)


def of_finding(tables: Tables, finding: Finding) -> list[Event]:
    return of(tables, key_of(finding))


def key_of(finding: Finding) -> Key:
    return finding.rule, finding.subject.id, finding.part or "", finding.period or ""


def link(finding: Finding) -> str:
    """The page of one finding."""
    rule, subject, part, period = key_of(finding)
    return links.to("finding", rule=rule, id=subject, part=part, period=period)


def open_request(found: list[Event]) -> Event | None:
    """The last request for a waiver that was neither granted nor refused; None where there is none."""
    for one in reversed(found):
        if one.kind == "waiver" or (one.kind == "waiver-request" and one.state != "申请"):
            return None
        if one.kind == "waiver-request":
            return one
    return None


def rectified(found: list[Event]) -> Event | None:
    """The last state of a finding's rectification."""
    return next((one for one in reversed(found) if one.kind == "rectification"), None)


def ordered(found: list[Event]) -> tuple[date | None, str]:
    """By when and by whom a finding is to be mended, as it was said last."""
    orders = [one for one in found if one.kind == "rectification"]
    due = next((one.due for one in reversed(orders) if one.due), None)
    return due, next((one.unit for one in reversed(orders) if one.unit), "")


def standing(found: list[Event], as_of: date) -> date:
    """The day by which the state of what was done is told: that of the page, or of what was done after it."""
    return max([as_of, *(one.day for one in found[-1:])])


def overdue(found: list[Event], day: date) -> bool:
    """Whether a finding is not mended on a day though its term is over."""
    last, (due, _) = rectified(found), ordered(found)
    return bool(last and last.state != "销号" and due and due < day)


def in_force(found: list[Event], day: date) -> Event | None:
    """A waiver that holds on a day."""
    return next((one for one in reversed(found) if one.kind == "waiver" and one.due and one.due >= day), None)


def _read(tables: Tables) -> Iterator[Event]:
    today = clock.today()
    for entry in tables.entries:
        if isinstance(entry, Custom) and entry.type in KINDS and entry.date <= today and len(entry.values or ()) >= 2:
            yield _event(tables.root, entry)


def _event(root: Path, entry: Any) -> Event:
    values = [str(one.value) for one in entry.values]
    said = {key: value for key, value in entry.meta.items() if isinstance(value, str)}
    days = {key: value for key, value in entry.meta.items() if isinstance(value, date)}
    path = Path(str(entry.meta["filename"]))
    third = values[2] if len(values) > 2 else ""
    return Event(
        entry.date,
        entry.type,
        (values[0], values[1], said.get("part", ""), said.get("period", "")),
        "" if entry.type == "remark" else third,
        third if entry.type == "remark" else said.get("reason", said.get("note", "")),
        said.get("by", ""),
        said.get("unit", ""),
        days.get("due", days.get("until")),
        said.get("evidence", ""),
        said.get("evidence-sha256", ""),
        said.get("requested-by", ""),
        path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name,
        int(entry.meta["lineno"]),
    )

