"""项目计划表: each row is a project of the plan's year, in state 年度计划 on the day of the plan."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import Directive, Meta
from importers.draft.versions import Record, part_of
from importers.finding.job import Job, plain_day, plain_id
from importers.finding.registers import Projects, Villages, corrected
from importers.finding.spending import is_person
from importers.reading.cells import Wrong, shown, squeezed
from importers.reading.kinds import closed_list, subtype_of, terms
from importers.reading.title import title_batch, title_year
from ledgers.files.text import Yuan
from ledgers.money import yuan_cn
from ledgers.personal.find import without_numbers

STATES = (("listed_on", "入库"), ("started_on", "开工"), ("finished_on", "完工"), ("accepted_on", "验收"))
_SITE = re.compile(r"(?:\S+?[县区](?=\S))?((?!各)[^\d、]+?(?:街道|镇|乡))?((?!各)[^\d、]+?(?:村|社区|居委会))?(.*)")
SOURCES = ("central", "central_other", "provincial", "provincial_other", "municipal", "county", "other")


def derive(job: Job) -> Record:
    """Enter the plan's projects; one that a corrected plan no longer has is taken out unless money stands behind it."""
    projects, villages = Projects(job.draft), Villages(job.draft)
    records: dict[str, int] = {}
    year = 0
    for row in job.sheet.rows:
        day = job.day(row, "planned_on")
        if day is None:
            continue
        year = title_year(job.sheet.title) or day.year
        if id := _project(job, projects, villages, row, year, plain_day(day), records):
            records[id] = row.line
    _say_incomplete(job, list(records))
    key = f"{year}:{title_batch(job.sheet.title)}"
    part, before = part_of(job.draft, "plan", key, tuple(records))
    gone = [id for id in before if id not in records]
    if gone and len(records) * 2 < len(before):
        job.draft.warn(f"{job.sheet.label}：只写了原表 {len(before)} 项中的 {len(records)} 项，只更正这几项，其余不动")
        return Record(key, part, (*records, *gone))
    if not job.sheet.faults:
        _take_out(job, projects, gone)
    return Record(key, part, tuple(records))


def _say_incomplete(job: Job, ids: list[str]) -> None:
    """What the book will ask for before it can be sealed, said now: a project without 实施方式."""
    lacking = [id for id in ids if not job.draft.facts("project", id).get("mode")]
    if lacking:
        names = "、".join(lacking[:8]) + (f" 等 {len(lacking)} 个" if len(lacking) > 8 else "")
        job.draft.warn(f"{job.sheet.label}：{names} 没有写实施方式（以工代赈、以奖代补等），封账前须补上")


def _project(
    job: Job, projects: Projects, villages: Villages, row: Any, year: int, day: date, records: dict[str, int]
) -> str | None:
    facts = _facts(job, villages, row, day)
    if facts is None:
        return None
    id = _known(job, projects, row, year, facts, records)
    if id == "":
        return None
    draft = job.draft
    if id is None:
        id = _new_id(draft, row.code, year)
        first = min([day, *(plain_day(getattr(row, name)) for name, _ in STATES if getattr(row, name))])
        state = next((state for name, state in STATES if getattr(row, name) == first and first < day), "年度计划")
        meta: Meta = tuple((key, value) for key, value in facts.items() if value is not None)
        draft.add_directive(Directive("project", id, first, (state,), meta))
        draft.note("新增", "项目", f"{id} {row.name} {yuan_cn(row.planned)} 元")
        projects.enter(id)
    else:
        corrected(draft, "project", id, facts, "项目", row.name)
        projects.enter_code(id, row.code)
    _states(job, row, id, day)
    _check_sources(job, row)
    return id


def _new_id(draft: Draft, code: str, year: int) -> str:
    """The next running id of the year; a code that is such an id already and free is kept as the id."""
    used = {*draft.ids("project"), *(id for entry in draft.log.values() if entry.kind == "plan" for id in entry.records)}
    if plain_id(code, rf"P{year}-\d{{4}}") and code not in used:
        return code
    while True:
        id = f"P{year}-{draft.next_number(f'P{year}-', used):04d}"
        if id not in used:
            return id


def _known(
    job: Job, projects: Projects, row: Any, year: int, facts: dict[str, Any], records: dict[str, int]
) -> str | None:
    """The project of the book that a row is: None when it is a new one, "" after a fault."""
    if row.code:
        same_year = [id for id in projects.by_code.get(row.code, []) if projects.years[id] == year]
        if same_year and same_year[0] in records:
            job.fault(row, "code", f"项目编号与第 {records[same_year[0]] + 1} 行重复")
            return ""
        if same_year:
            return same_year[0]
        uncoded = [id for id in projects.named(row.name, year) if not projects.code(id) and id not in records]
        return uncoded[0] if len(uncoded) == 1 else None
    found = projects.named(row.name, year)
    free = [id for id in found if id not in records]
    here = [id for id in free if _place(job.draft, id) == (facts.get("village"), facts.get("town"))]
    if len(free) == 1 or len(here) == 1:
        return (here or free)[0]
    if len(free) > 1:
        return job.choose(row, "name", f"“{row.name}”有 {len(free)} 个项目", [(id, projects.describe(id)) for id in free]) or ""
    twins = [id for id in found if _place(job.draft, id) == (facts.get("village"), facts.get("town"))]
    if twins:
        job.fault(row, "name", f"与第 {records[twins[0]] + 1} 行同名、同地点，又没有项目编号，分不清是一个项目还是两个")
        return ""
    return None


def _place(draft: Draft, id: str) -> tuple[Any, Any]:
    facts = draft.facts("project", id)
    return facts.get("village"), facts.get("town")


def _facts(job: Job, villages: Villages, row: Any, day: date) -> dict[str, Any] | None:
    kind = _category(job, row)
    place = villages.at(job, row, *_site(row), day)
    if kind is None or place is None:
        return None
    unit = row.unit or row.department
    if not unit:
        job.fault(row, "unit", "不能空着")
        return None
    return {
        "name": row.name,
        "category": kind[0],
        "subtype": kind[1] or None,
        "mode": row.mode,
        place[0]: place[1],
        "unit": unit,
        "planned": Yuan(row.planned),
        "operator": ("个人" if is_person(squeezed(row.operator)) else row.operator) or None,
        "linkage": without_numbers(row.linkage) or None,
        "beneficiaries": without_numbers(row.beneficiaries) or None,
        "goal": without_numbers(row.goal) or None,
        "filed-by": row.filed_by or None,
        "labour-promised": Yuan(row.promised) if row.promised else None,
        "household-level": row.household_level,
        "settled": Yuan(row.settled) if row.settled else None,
        "quantity": row.quantity,
        "competitive": row.competitive,
        "no-asset": Yuan(row.no_asset) if row.no_asset else None,
        "approved": row.approved or None,
        "code": row.code or None,
    }


def _site(row: Any) -> tuple[str, str]:
    """(town, village) from their columns, else from 实施地点: 青龙镇石桥村3组; no village where it names several."""
    town, village, rest = _SITE.fullmatch("" if row.village else squeezed(row.place)).groups()  # type: ignore[union-attr]
    return row.town or town or "", row.village or ("" if "村" in rest else village) or ""


def _category(job: Job, row: Any) -> tuple[str, str] | None:
    """(category, subtype) from either column, each of which may hold either, or both joined by a stroke."""
    category = subtype = ""
    for field in ("category", "subtype"):
        written = getattr(row, field)
        if not written:
            continue
        for piece in _pieces(written):
            known = subtype_of(piece)
            if piece in terms("category") and (field == "category" or not known):
                category = category or terms("category")[piece]
            elif known:
                category, subtype = category or known[0], known[1]
            elif field == "subtype" and category:
                subtype = written
            else:
                expected = f"{'、'.join(closed_list('category'))} 之一，或项目库的子类型"
                job.fault(row, field, str(Wrong(expected, shown(written))))
                return None
    if not category:
        job.fault(row, "category", "项目类别和项目子类型不能都空着")
        return None
    return category, subtype


def _pieces(written: str) -> Iterator[str]:
    whole = squeezed(written)
    if subtype_of(whole) or whole in terms("category"):
        yield whole
        return
    yield from (piece for piece in re.split(r"[-—/>→_]+", whole) if piece)


def _states(job: Job, row: Any, id: str, day: date) -> None:
    for field, state in (*STATES, ("", "年度计划")):
        when = plain_day(getattr(row, field)) if field and getattr(row, field) else None if field else day
        if when and job.draft.set_state("project", id, state, when) == "moved":
            job.draft.note("更正", "项目", f"{id} {row.name}：{state}日期改为 {when}")


def _check_sources(job: Job, row: Any) -> None:
    given = {name: getattr(row, name) for name in SOURCES if getattr(row, name) is not None}
    if given.keys() - {"other"} and sum(given.values()) != row.planned:
        both = f"资金来源合计 {yuan_cn(sum(given.values()))} 元，计划投入 {yuan_cn(row.planned)} 元"
        job.draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：{both}，两者不等")


def _take_out(job: Job, projects: Projects, gone: list[str]) -> None:
    paid = {str(voucher.value(leg, "project")) for voucher in job.draft.vouchers.values() for leg in voucher.legs}
    for id in gone:
        mentions = job.draft.directives.get(("project", id), ())
        if not mentions:
            continue
        later = [mention.state for mention in mentions if mention.state not in ("年度计划", "入库")]
        if id in paid or later:
            job.sheet_fault("name", f"更正后的计划里没有 {projects.describe(id)}，但账上已有它的资金或进度，不能去掉")
            continue
        job.draft.note("删除", "项目", f"{projects.describe(id)}：更正后的计划里没有它")
        job.draft.directives["project", id] = ()
