"""公开: where a chief starts the disclosure of a year, looks at it, and has it recorded and handed out."""

from collections.abc import Mapping
from typing import Any

from ledgers import clock
from reports.desk import kit
from reports.desk.review import Review


def view(_desk: Any, review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    years = sorted({day.year for day in review.tables.postings["date"]}, reverse=True)
    jobs = [job for job in kit.writer().of(kit.reader(), kit.slug()) if job.act == "publish"]
    return {"years": years, "jobs": jobs, "today": clock.today()}
