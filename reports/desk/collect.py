"""收表: where a clerk sends in what the units and towns reported, and sees what still waits for its money."""

from collections.abc import Mapping
from typing import Any

from importers.reading.kinds import KINDS, title_of
from ledgers.files import side_files
from reports.desk import kit
from reports.desk.review import Review

UNITS = ("元", "百元", "千元", "万元", "亿元")


def view(desk: Any, _review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    slug = kit.slug()
    own = [job for job in kit.writer().of(kit.reader(), slug) if job.act in ("import", "undo")]
    waiting = kit.readable(lambda: side_files.waiting(desk.root))
    return {"kinds": kinds(), "title_of": title_of, "units": UNITS, "waiting": waiting, "jobs": own}


def kinds() -> list[str]:
    """What sheets there are, by their titles."""
    return [one.title for one in KINDS.values()]
