"""扶贫项目资产台账: each asset is one unit at cost in its village, with its owner, its caretakers and its state."""

import re
from datetime import date
from typing import Any

from importers.draft.entries import Directive, Leg, Meta, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day, plain_id
from importers.finding.persons import Persons, redacted
from importers.finding.registers import Projects, Villages, asset_codes, corrected
from importers.finding.spending import is_person
from importers.finding.statements import reconcile
from importers.reading.cells import squeezed
from importers.reading.sheet import FAULTY
from ledgers import chart

_SEVERAL = re.compile(r"[、,，;；/]+")
_HISTORIC = re.compile(r"历史|无|—|-")
_OWNERS = (
    ("村集体", re.compile(r"村|社区|集体|合作社|联合社")),
    ("镇", re.compile(r"镇|乡|街道")),
    ("县", re.compile(r"县|局|委|中心|区|市|公司|国资|水务")),
)


def derive(job: Job) -> Record:
    """Register the sheet's assets, or correct them."""
    draft = job.draft
    villages, projects = Villages(draft), Projects(draft)
    persons = Persons(draft, villages)
    known = asset_codes(draft)
    seen: dict[str, int] = {}
    touched = set()
    for row in job.sheet.rows:
        if row.code in seen:
            job.fault(row, "code", f"与第 {seen[row.code] + 1} 行的资产编号重复")
            continue
        seen[row.code] = row.line
        day = job.day(row, "date")
        village = villages.find(job, row, row.town, row.village, plain_day(day)) if day else None
        facts = _facts(job, projects, persons, row, village) if village else None
        if day and village and facts is not None:
            _enter(job, row, known, plain_day(day), village, villages.name(village), facts)
            touched.add(village)
    if not job.sheet.faults:
        for village in sorted(touched):
            reconcile(job, village)
    return Record()


def _facts(job: Job, projects: Projects, persons: Persons, row: Any, village: str) -> dict[str, Any] | None:
    before = len(job.sheet.faults)
    origins = _sources(job, projects, row, village)
    owner = _owner(persons, row.owner, village)
    caretakers = _caretakers(job, persons, row, village)
    if len(job.sheet.faults) > before:
        return None
    name = redacted(job.draft, row.name)[0] if row.asset_class == "到户类" else row.name
    return {
        "name": name,
        "class": row.asset_class,
        "project": ",".join(origins) or None,
        "origin": None if origins else "历史",
        "owner": owner[0],
        "owner-kind": owner[1],
        "operator": _office(persons, row.operator, village) or None,
        "village": village,
        "caretaker": ",".join(caretakers) or None,
        "reason": redacted(job.draft, row.reason)[0] or None,
        "plan": redacted(job.draft, row.plan)[0] or None,
        "code": row.code,
    }


def _sources(job: Job, projects: Projects, row: Any, village: str) -> list[str]:
    """The projects that formed the asset; none for one that stood before."""
    codes = [code for code in _SEVERAL.split(row.project_code) if code]
    names = [name for name in _SEVERAL.split(row.project) if name and not _HISTORIC.fullmatch(squeezed(name).replace("资产", ""))]
    if row.project and projects.named(row.project, None):
        names = [row.project]
    if len(codes) not in (0, len(names)):
        names = [""] * len(codes)
    pairs = zip(codes or [""] * len(names), names, strict=True)
    found = (projects.find(job, row, code, name, None, village) for code, name in pairs)
    return list(dict.fromkeys(id for id in found if id))


def _owner(persons: Persons, name: str, village: str) -> tuple[str, str]:
    """(owner, its kind): an office by its name, a person only as the household."""
    if is_person(name) or persons.named(name, village):
        return _office(persons, name, village), "户"
    if squeezed(name) in ("农户", "户", "到户", "受益户"):
        return "农户", "户"
    return name, next((kind for kind, words in _OWNERS if words.search(name)), "村集体")


def _office(persons: Persons, name: str, village: str) -> str:
    """An office as it is called; a person as the household, or as nobody in particular."""
    found = persons.named(name, village)
    if len({person.household for person in found}) == 1:
        return found[0].household
    return "农户" if found or is_person(name) else name


def _caretakers(job: Job, persons: Persons, row: Any, village: str) -> list[str]:
    """The households of those who look after the asset, by village and name; two or none of a name is a fault."""
    households = []
    for name in _SEVERAL.split(squeezed(row.caretaker)):
        if not name:
            continue
        here = {p.household for p in persons.named(name, village) if persons.village_of(p.household) == village}
        if len(here) == 1:
            households.append(here.pop())
        elif not here and not is_person(name):
            job.draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：管护责任人是单位，没有记为管护人")
        else:
            reason = f"本村有 {len(here)} 人同名" if here else "不在本村的名单中"
            job.fault(row, "caretaker", f"管护责任人{reason}，无法对应到户：请先导入名单，或写全")
    return list(dict.fromkeys(households))


def _enter(
    job: Job, row: Any, known: dict[str, str], day: date, village: str, village_name: str, facts: dict[str, Any]
) -> None:
    draft, id = job.draft, known.get(row.code)
    if id is None:
        series = f"A{day.year}-"
        own = plain_id(row.code, r"A\d{4}-\d{4}")
        id = row.code if own else f"{series}{draft.next_number(series, draft.ids('asset')):04d}"
        meta: Meta = tuple((key, value) for key, value in facts.items() if value is not None and (key, value) != ("code", id))
        draft.add_directive(Directive("asset", id, day, ("登记",), meta))
        draft.note("新增", "资产", f"{id} {facts['name']} {money(row.cost):,.2f} 元")
        known[row.code] = id
    else:
        corrected(draft, "asset", id, {k: v for k, v in facts.items() if (k, v) != ("code", id)}, "资产", facts["name"])
        draft.set_state("asset", id, "登记", day)
    state = _state(job, row, id, day)
    account = chart.asset(row.asset_class, village, village_name)
    contra = chart.OPENING if facts["origin"] else chart.ASSET_FUND
    legs = [Leg(account, money(100), id, money(row.cost)), Leg(contra, -money(row.cost))]
    draft.put(f"资产:{id}", day, facts["owner"], f"登记资产：{facts['name']}", legs, (("asset", id),), "资产登记")
    if state:
        out = [Leg(chart.ASSET_FUND, money(row.cost)), Leg(account, -money(100), id, money(row.cost))]
        draft.put(f"资产处置:{id}", state, facts["owner"], f"处置资产：{facts['name']}", out, (("asset", id),), "资产处置")


def _state(job: Job, row: Any, id: str, day: date) -> date | None:
    """Enter the asset's state when it is a new one; the day of its disposal."""
    draft = job.draft
    mentions = sorted((m for m in draft.directives["asset", id] if m.state), key=lambda mention: mention.date)
    when = max(plain_day(row.state_date or job.given_day or day), mentions[-1].date)
    if row.state and row.state != mentions[-1].state:
        if mentions[-1].state != "登记" and not row.state_date and not job.given_day:
            said = f"{id} 由“{mentions[-1].state}”变为“{row.state}”，没有写状态日期，只能记在 {when}：请在表上注明，或用 --date 给出"
            draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：{said}")
        draft.add_directive(Directive("asset", id, when, (row.state,)))
        if row.state != "登记":
            draft.note("更正" if len(mentions) > 1 else "新增", "资产状态", f"{id} 自 {when} {row.state}")
    elif row.state == "处置":
        when = mentions[-1].date
    return when if row.state == "处置" else None


def look(job: Job, row: Any) -> None:
    """A row with a fault in one cell: whether its projects are known."""
    if FAULTY not in (row.project, row.project_code):
        _sources(job, Projects(job.draft), row, "")
