"""Sheets whose rows are lines of a registry: progress, notices, checks, mending, waivers, standards, contracts, counts …

Each kind says below what its rows register and which of its columns are which keys.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from importers.draft.entries import Directive, Meta
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.registers import Projects, Villages, asset_codes, corrected
from importers.reading.cells import Wrong, document, period, squeezed
from importers.reading.sheet import Sheet
from importers.sheets.evidence import keep, taken_from
from importers.sheets.references import project_by_name
from ledgers.files.text import Yuan
from ledgers.personal.find import without_numbers

_FOR_EVER = re.compile("起?(?:至今?)?[,，(（]?长期(?:公开|公示|有效)?[)）]?")
_SUBJECTS = ("project", "fund", "asset", "village")


@dataclass(frozen=True)
class _Entry:
    """What rows of a kind register: a directive's type, whose it is, its further values, its keys by column."""

    type: str
    whose: Callable[[Job, Any], str | None]
    values: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()  # key, column
    facts: bool = False  # keys of something registered already, rather than a line of their own
    day: str = "date"


def _project(job: Job, row: Any) -> str | None:
    return project_by_name(job, row)


def _asset(job: Job, row: Any) -> str | None:
    known = asset_codes(job.draft).get(row.asset)
    if known is None:
        job.fault(row, "asset", f"资产编号“{row.asset}”不在账簿里：请先导入扶贫项目资产台账")
    return known


def _subject(job: Job, row: Any) -> str | None:
    """Whatever a row is about: an id, a project's or asset's code, a document, a project's or village's name."""
    written, draft = squeezed(row.subject), job.draft
    if any(written in draft.ids(type) for type in _SUBJECTS):
        return written
    projects = Projects(draft)
    found = [*projects.by_code.get(written, ()), *projects.named(written, None)]
    found += [id for id in draft.ids("fund") if document(str(draft.facts("fund", id).get("doc-no", ""))) == document(written)]
    found += [id for code, id in asset_codes(draft).items() if code == written]
    found += [id] if (id := Villages(draft).known("", written)) else []
    found = list(dict.fromkeys(found))
    if not found:
        job.fault(row, "subject", f"账簿里没有“{row.subject}”：应为项目、资金（文号）、资产或村的编号或名称")
        return None
    return job.choose(row, "subject", f"“{row.subject}”有 {len(found)} 个", [(id, id) for id in found])


def _rule_and_subject(job: Job, row: Any) -> str | None:
    if not re.fullmatch(r"[a-z][a-z0-9-]+", squeezed(row.rule)):
        job.fault(row, "rule", f"应为规则的编号（如 allocation-days，见 xianjie rules），实为“{row.rule}”")
        return None
    return squeezed(row.rule)


def _place(job: Job, row: Any) -> str | None:
    return Villages(job.draft).find(job, row, row.town, row.village, plain_day(row.date))


def _name(job: Job, row: Any) -> str | None:
    return squeezed(row.name)


def _parameter(job: Job, row: Any) -> str | None:
    """The name of a parameter; one that the book does not have yet may be a slip, which no rule would ever notice."""
    name = squeezed(row.name)
    if name not in job.draft.ids("policy"):
        job.draft.warn(f"参数“{name}”在账簿里是第一次出现：请核对名称与规则所用的相同（见 xianjie rules）")
    return name


def _item(job: Job, row: Any) -> str | None:
    return squeezed(row.item)


def _last_day(job: Job, row: Any) -> str | None:
    """The day itself, which the book writes as a day; one in a sealed month can say nothing any more."""
    day = plain_day(row.until)
    if str(day) in job.draft.ids("through"):
        return None
    if not job.draft.is_open(day):
        job.fault(row, "until", f"{day} 所在期间已封账")
        return None
    return str(day)


_ENTRIES = {
    "progress": _Entry("project", _project, ("state",), (("score", "score"),), facts=True),
    "notices": _Entry(
        "notice", _subject, ("stage",),
        (("place", "place"), ("place-kind", "place_kind"), ("from", "from_"), ("to", "to"), ("url", "url")),
        day="from_",
    ),
    "inspections": _Entry("inspection", _project, (), (("by", "by"), ("result", "result"))),
    "rectifications": _Entry(
        "rectification", _rule_and_subject, ("subject", "state"),
        (("by", "by"), ("due", "due"), ("unit", "unit"), ("part", "part"), ("period", "period"), ("note", "note")),
    ),
    "waivers": _Entry(
        "waiver", _rule_and_subject, ("subject",),
        (("reason", "reason"), ("by", "by"), ("until", "until"), ("part", "part"), ("period", "period"), ("limit", "limit")),
    ),
    "standards": _Entry(
        "benefit", _name, (),
        (
            *(("states", "states"), ("standard", "standard"), ("cap", "cap"), ("per", "per"), ("excludes", "excludes")),
            *(("repeat", "repeat"), ("levels-forbidden", "forbidden")),
        ),
    ),
    "contracts": _Entry(
        "project", _project, (),
        (("contract", "amount"), ("retention", "retention"), ("retention-months", "retention_months")),
        facts=True,
    ),
    "leases": _Entry(
        "asset", _asset, (),
        (
            *(("contract", "number"), ("party", "party"), ("from", "from_"), ("to", "to"), ("rent", "rent")),
            *(("rent-due", "rent_due"), ("principal", "principal"), ("principal-due", "principal_due")),
        ),
        facts=True, day="from_",
    ),
    "firms": _Entry("firm", _name, (), (("uscc", "uscc"), ("legal-person", "legal"), ("account", "account"))),
    "places": _Entry("village", _place, ("state",), ()),
    "stocktake": _Entry("stocktake", _asset, (), (("counted", "counted"), ("by", "by"))),
    "resolutions": _Entry(
        "resolution", _project, ("kind",), (("evidence", "evidence"), ("evidence-sha256", "sha256")),
    ),
    "policy": _Entry(
        "policy", _parameter, ("value",),
        (
            *(("basis", "basis"), ("issued", "issued"), ("op", "op"), ("confidence", "confidence"), ("level", "level")),
            *(("task", "task"), ("source", "source"), ("quote", "quote"), ("reading", "reading"), ("verified-until", "verified")),
            *(("exclude-task", "exclude_task"), ("by-task", "by_task"), ("operator-kind", "operator_kind")),
            ("retroactive", "retroactive"),
        ),
    ),
    "negatives": _Entry(
        "negative", _item, (),
        (
            *(("basis", "basis"), ("issued", "issued"), ("level", "level"), ("except", "except_"), ("quote", "quote")),
            ("confidence", "confidence"),
        ),
    ),
    "through": _Entry("through", _last_day, (), (("by", "by"),), day="until"),
}  # fmt: skip


def ready(sheet: Sheet, folder: Path) -> None:
    """Look for the files that resolutions name beside their sheet."""
    if sheet.kind.id == "resolutions":
        taken_from(sheet, folder, "evidence")


def _rows(job: Job) -> Iterator[Any]:
    """The rows of a sheet, each a line of a registry: days that stand in one cell or in columns of states are told apart."""
    if job.sheet.kind.id == "progress":
        yield from _lined(job)
    elif job.sheet.kind.id == "rectifications":  # who registered it is, unless the sheet says otherwise, whose it is to mend
        yield from (row if row.by else row._replace(by=row.unit) for row in job.sheet.rows)
    elif job.sheet.kind.id == "contracts":
        yield from _contracted(job)
    elif job.sheet.kind.id in ("notices", "leases"):
        yield from (spanned for row in job.sheet.rows if (spanned := _spanned(job, row)))
    else:
        yield from job.sheet.rows


def _contracted(job: Job) -> Iterator[Any]:
    """A row for each project, its contracts of different numbers summed, once their firms are registered."""
    found: dict[str, Any] = {}
    numbers: set[tuple[str, str]] = set()
    for row in job.sheet.rows:
        id = _project(job, row)
        if id is None:
            continue
        if (id, row.number) in numbers:
            job.fault(row, "number", f"合同编号“{row.number}”重复")
            continue
        numbers.add((id, row.number))
        _firm(job, row)
        before = found.get(id)
        found[id] = row if before is None else _together(job, before, row)
    yield from found.values()


def _together(job: Job, before: Any, row: Any) -> Any:
    """Two contracts of one project as one price; their terms must be the same, for the project has but one."""
    for name in ("retention", "retention_months"):
        if getattr(row, name) not in (None, getattr(before, name)):
            told = f"与第 {before.line + 1} 行同一个项目的合同不同，账簿里一个项目只有一个"
            job.fault(row, name, told + job.sheet.layout.header(name))
    return before._replace(amount=before.amount + row.amount)


def _firm(job: Job, row: Any) -> None:
    """Register whom a contract names with a code; another code under a name that is known is refused."""
    party = squeezed(row.party)
    if not row.uscc:
        return
    known = job.draft.facts("firm", party).get("uscc") if party in job.draft.ids("firm") else None
    if known is None:
        day = plain_day(row.date)
        job.draft.add_directive(Directive("firm", party, day, (), (("uscc", row.uscc),)))
        job.draft.note("新增", "单位登记", f"{party} {day}")
    elif known != row.uscc:
        job.fault(row, "uscc", f"{party}的统一社会信用代码在账簿里是 {known}，与表上的不同")


def _spanned(job: Job, row: Any) -> Any:
    """A row whose first and last day stand in one cell (2022.11.1-2022.11.15), with both; None after a fault."""
    if not row.span or row.from_:
        return row
    try:
        found = period(_FOR_EVER.sub("", squeezed(row.span)))
    except Wrong as error:
        job.fault(row, "span", str(error))
        return None
    ends = None if _FOR_EVER.search(squeezed(row.span)) or found.start == found.end else found.end
    return row._replace(from_=found.start, to=row.to or ends)


def derive(job: Job) -> Record:
    """Register every row; one that the book has already changes nothing."""
    entry = _ENTRIES[job.sheet.kind.id]
    for row in map(_with_tokens(job), _rows(job)):
        id, day = entry.whose(job, row), job.day(row, entry.day)
        args = _args(job, row, entry)
        if id is None or day is None or args is None:
            continue
        if job.sheet.kind.id == "resolutions" and row.sha256:
            row = row._replace(evidence=keep(job, row.sha256, row.evidence, plain_day(day)))
        meta = tuple((key, value) for key, column in entry.keys if (value := _value(getattr(row, column))) is not None)
        if job.sheet.kind.id == "places":
            meta = _place_meta(job, row) or ()
            if not meta:
                continue
        if entry.facts:
            _change(job, entry, id, plain_day(day), args, meta)
        else:
            _line(job, entry, id, plain_day(day), args, meta)
    return Record()


def _with_tokens(job: Job) -> Callable[[Any], Any]:
    """Whom and what a firm has in common with others as keyed tokens: no name and no account comes into the book."""
    if job.sheet.kind.id != "firms":
        return lambda row: row
    store = job.draft.load_people()

    def tokens(row: Any) -> Any:
        said = {name: getattr(row, name) for name in ("legal", "account")}
        return row._replace(**{name: value and store.token(f"{name}:{squeezed(value)}")[:16] for name, value in said.items()})

    return tokens


_STATES = {
    "入库": "listed_on",
    "开工": "started_on",
    "完工": "finished_on",
    "验收": "accepted_on",
    "移交": "handed_on",
    "绩效自评": "reviewed_on",
    "归档": "filed_on",
}


def _lined(job: Job) -> Iterator[Any]:
    """The rows of a progress sheet, one for each state: as they are, or as the days of a row's states say."""
    for row in job.sheet.rows:
        days = [(state, day) for state, name in _STATES.items() if (day := getattr(row, name))]
        if row.state and not any(state == row.state for state, _ in days):  # else its own column says when
            yield row
        for state, day in days:
            yield row._replace(state=state, date=day, score=row.score if state == "绩效自评" else "")
        if not row.state and not days and (row.score or row.date):
            job.fault(row, "state", "没有写状态")


def _args(job: Job, row: Any, entry: _Entry) -> tuple[Any, ...] | None:
    """The further values of a row's directive; None after a fault."""
    found = []
    for name in entry.values:
        value = _subject(job, row) if name == "subject" else _value(getattr(row, name))
        if value is None:
            if name != "subject":
                job.fault(row, name, "不能空着")
            return None
        found.append(value)
    return tuple(found)


def _value(cell: Any) -> Any:
    """A cell as the book writes it: money with its currency, days plain, words without numbers of people."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return plain_day(cell)
    if isinstance(cell, bool | Decimal):
        return cell
    return Yuan(cell) if isinstance(cell, int) else without_numbers(str(cell))


def _place_meta(job: Job, row: Any) -> Meta | None:
    """更名 gives the new name, 撤并 the village that it became a part of."""
    if row.state == "更名":
        return (("name", squeezed(row.other)),)
    into = Villages(job.draft).find(job, row, row.town, row.other, plain_day(row.date))
    return (("into", into),) if into else None


def _change(job: Job, entry: _Entry, id: str, day: date, args: tuple[Any, ...], meta: Meta) -> None:
    """A state of something registered, and what else a row says of it."""
    title = job.sheet.kind.title
    if args and (done := job.draft.set_state(entry.type, id, str(args[0]), day)):
        job.draft.note("新增" if done == "added" else "更正", title, f"{id} {args[0]} {day}")
    if args and _of_state(job, entry.type, id, str(args[0]), meta):
        return
    if meta:
        corrected(job.draft, entry.type, id, dict(meta), title, str(job.draft.facts(entry.type, id).get("name", "")))


def _of_state(job: Job, type: str, id: str, state: str, meta: Meta) -> bool:
    """Put what a row says of a state into the line of that state; whether it stands there."""
    held = job.draft.directives[type, id]
    place = next((n for n, one in enumerate(held) if one.state == state and job.draft.is_open(one.date)), None)
    if place is None:
        return False
    if not set(meta) <= set(held[place].meta):
        job.draft.directives[type, id] = (*held[:place], _with(held[place], meta), *held[place + 1 :])
        job.draft.note("更正", job.sheet.kind.title, f"{id} {state}：{'、'.join(str(value) for _, value in meta)}")
    return True


def _line(job: Job, entry: _Entry, id: str, day: date, args: tuple[Any, ...], meta: Meta) -> None:
    """A line of a registry, unless the book has it; one of the same day and values is corrected."""
    draft, title = job.draft, job.sheet.kind.title
    held = draft.directives.get((entry.type, id), ())
    same = [one for one in held if (one.date, one.args) == (draft.open_day(day), args)]
    told = " ".join(map(str, (id, *args, day)))
    if any(set(meta) <= set(one.meta) for one in same):
        return
    if same and draft.is_open(same[-1].date) and dict(same[-1].meta).get("part") == dict(meta).get("part"):
        draft.directives[entry.type, id] = tuple(_with(one, meta) if one is same[-1] else one for one in held)
        draft.note("更正", title, told)
        return
    draft.add_directive(Directive(entry.type, id, day, args, meta))
    draft.note("新增", title, told)


def _with(directive: Directive, meta: Meta) -> Directive:
    return replace(directive, meta=tuple((dict(directive.meta) | dict(meta)).items()))
