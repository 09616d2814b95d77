"""收表: where a clerk sends in what the units and towns reported, and sees what still waits for its money."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from importers.draft.opening import WAITING
from importers.reading.kinds import KINDS
from ledgers.files.safely import Refused, read_bytes
from ledgers.money import fen
from reports.desk import kit
from reports.desk.review import Review

UNITS = ("元", "百元", "千元", "万元", "亿元")


@dataclass(frozen=True)
class Waiting:
    """A pay list that has not found its payment yet; amount in 分."""

    name: str
    kind: str
    project: str
    people: int
    amount: int


def view(desk: Any, _review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    slug = kit.slug()
    own = [job for job in kit.writer().of(kit.reader(), slug) if job.act in ("import", "undo")]
    return {"kinds": kinds(), "units": UNITS, "waiting": waiting(desk.root), "jobs": own}


def kinds() -> list[str]:
    """What sheets there are, by their titles."""
    return [one.title for one in KINDS.values()]


def waiting(root: Any) -> list[Waiting]:
    """The pay lists that wait for their money, as the book has them now."""
    try:
        text = read_bytes(root, WAITING).decode("utf-8", "replace")
    except Refused:
        return []
    lists: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        lists.setdefault(row.get("list") or "", []).append(row)
    return [_one(name, rows) for name, rows in lists.items()]


def _one(name: str, rows: list[dict[str, str]]) -> Waiting:
    kind = KINDS[rows[0]["kind"]].title if rows[0].get("kind") in KINDS else str(rows[0].get("kind"))
    return Waiting(name, kind, rows[0].get("project") or "", len(rows), sum(fen(row["amount"]) for row in rows))
