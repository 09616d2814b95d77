"""底稿与台账: workpapers and registers of the book as of a day, made in the background, to be saved."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit
from reports.desk.review import Review


def view(_desk: Any, _review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    jobs = [job for job in kit.writer().of(kit.reader(), kit.slug()) if job.act in ("papers", "registers", "letter")]
    return {"jobs": jobs}
