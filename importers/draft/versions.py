"""Which earlier sheet a sheet is a corrected version of, and whether it was imported before."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from importers.draft.draft import Draft
from importers.reading.sheet import Sheet
from importers.reading.title import paid_by_contractor, title_batch, title_period, title_year
from ledgers.files.side_files import Imported


@dataclass(frozen=True)
class Record:
    """What a sheet was taken for: its key ("" where rows have keys of their own), the part, and what it speaks of."""

    key: str = ""
    part: int = 0
    records: tuple[str, ...] = ()


def part_of(draft: Draft, kind: str, key: str, records: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """The part of a key that a sheet is a version of, and the records of its last version.

    The same kind, year and batch is the same sheet; where nothing at all agrees it is another part of it, for nobody
    corrects a plan by a wholly different one, and one town's plan must not wipe out another's.
    """
    parts: dict[int, tuple[str, ...]] = {}
    for entry in draft.log.values():
        if entry.kind == kind and entry.key == key:
            parts[entry.part] = entry.records
    if not parts:
        return 0, ()
    best = max(parts, key=lambda part: len(set(parts[part]) & set(records)))
    if set(parts[best]) & set(records):
        return best, parts[best]
    return max(parts) + 1, ()


def digest_of(sheet: Sheet, day: str, key: bytes | None) -> str:
    """A digest of everything that a sheet says, whatever its file, order of columns and layout; keyed where people are in it."""
    head = sorted((name, repr(value)) for name, value in sheet.head.items())
    total = hmac.new(key, digestmod=hashlib.sha256) if key else hashlib.sha256()
    title = sheet.title
    said = title_year(title), title_batch(title), title_period(title), paid_by_contractor(sheet.words)
    total.update(repr((sheet.kind.id, day, head, said)).encode())
    for row in sheet.rows:
        total.update(repr(row[1:]).encode())
    return total.hexdigest()[:32]


def seen(log: Iterable[Imported], kind: str, digest: str) -> str:
    """"" when a sheet is new, else what became of it: `same` (it stands), `superseded`, or `before` (others came since)."""
    entries = [entry for entry in log if entry.kind == kind]
    mine = [entry for entry in entries if entry.digest == digest]
    if not mine:
        return ""
    later = [entry for entry in entries if (entry.key, entry.part) == (mine[-1].key, mine[-1].part)]
    if later[-1].digest == digest:
        return "same"
    return "superseded" if mine[-1].key else "before"
