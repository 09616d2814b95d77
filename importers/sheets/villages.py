"""行政村基本情况表: what a village is from a day on, one `village` directive per village and day."""

from datetime import date
from typing import Any

from importers.draft.corrections import of_facts
from importers.draft.entries import Directive, Meta
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.registers import TOWN_AHEAD, Villages, corrected
from importers.reading.cells import squeezed
from importers.reading.title import title_year


def derive(job: Job) -> Record:
    """Enter every village of the sheet as of its 填表日期, else 1 January of the title's year."""
    villages = Villages(job.draft)
    year = title_year(job.sheet.title)
    seen: dict[tuple[str, str], int] = {}
    for row in job.sheet.rows:
        day = job.day(row, "date", date(year, 1, 1) if year else None)
        if day is None:
            continue
        row = _apart(job, row)
        if row is None:
            continue
        place = squeezed(row.town), squeezed(row.name)
        if place in seen:
            job.fault(row, "name", f"与第 {seen[place] + 1} 行是同一个村")
            continue
        seen[place] = row.line
        _enter(job, villages, row, plain_day(day))
    return Record()


def _apart(job: Job, row: Any) -> Any:
    """A row whose town and village stand in one cell, with both; None after a fault."""
    if row.town and row.name:
        return row
    match = TOWN_AHEAD.fullmatch(squeezed(row.place))
    if match:
        return row._replace(town=row.town or match.group(1), name=row.name or match.group(2))
    job.fault(row, "place", f"应写明乡镇和村（如 青龙镇石桥村），实为“{row.place}”")
    return None


def _enter(job: Job, villages: Villages, row: Any, day: date) -> None:
    known = set(job.draft.ids("village"))
    id = villages.find(job, row, row.town, row.name, day, row.code, row.town_code, register=True)
    if id is None:
        return
    facts: dict[str, Any] = {
        "town": villages.town(row.town),
        "name": villages.name(id),
        "kind": row.kind,
        "households": row.households,
        "weak-collective": row.weak,
        "priority-area": row.priority,
        "leading-industry": row.industry or None,
        "informants": None if row.informants is None else str(row.informants),
        "code": row.code or None,
    }
    facts = {key: value for key, value in facts.items() if value is not None}
    mentions = job.draft.directives["village", id]
    if id not in known or any(mention.date == day for mention in mentions):
        if id in known:
            corrected(job.draft, "village", id, facts, "行政村", villages.name(id))
        else:
            job.draft.set_facts("village", id, facts)
        return
    before = job.draft.facts("village", id, day)
    news: Meta = tuple((key, value) for key, value in facts.items() if before.get(key) != value)
    if news:
        job.draft.add_directive(Directive("village", id, day, (), news))
        said = of_facts(before, facts, dict(news))
        job.draft.note("更正" if before else "新增", "行政村", f"{id} {facts['town']}{facts['name']} 自 {day} 起：{said}")
