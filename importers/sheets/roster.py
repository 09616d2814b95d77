"""监测对象名单: households, their members and their states; a household's rows in a new list replace what was said of it."""

from collections import defaultdict
from datetime import date
from operator import attrgetter
from typing import Any

from importers.draft.entries import HouseState
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import START, Persons, merge
from importers.finding.registers import Villages
from importers.reading.cells import Wrong, period
from ledgers.people import Person
from ledgers.tables.directives import BASE_STATES

# What all rows of a household must say alike.
_ALIKE = (
    *("type", "monitor", "eliminated", "identified_on", "eliminated_on", "first_on", "reported_on"),
    *("notice", "notice_from", "notice_to", "helped_on", "planned_on", "people"),
)
_alike = attrgetter(*_ALIKE)
STEP = 2000


def derive(job: Job) -> Record:
    """Enter the list's households, one after the other."""
    villages = Villages(job.draft)
    persons = Persons(job.draft, villages)
    groups: dict[str, list[Any]] = defaultdict(list)
    seen: dict[str, int] = {}
    tokens: dict[int, str] = {}
    for row in job.sheet.rows:
        token = persons.token(row.identity)
        if not _same_person(job, persons, row, token):
            continue
        if token in seen:
            job.fault(row, "identity", f"与第 {seen[token] + 1} 行是同一个人")
            continue
        seen[token] = row.line
        tokens[row.line] = token
        groups[row.household].append(row)
    places: dict[tuple[str, str], str | None] = {}
    added = 0
    for number, (code, rows) in enumerate(groups.items()):
        if number % STEP == 0:
            job.tick(number / len(groups))
        added += _household(job, villages, persons, places, code, rows, tokens)
    if added:
        job.draft.note("新增", "户", f"{job.sheet.label}：{added} 户，{sum(map(len, groups.values()))} 人")
    return Record()


def _household(
    job: Job,
    villages: Villages,
    persons: Persons,
    places: dict[tuple[str, str], str | None],
    code: str,
    rows: list[Any],
    tokens: dict[int, str],
) -> bool:
    """One household; whether it is new."""
    said = _said(job, rows)
    place = rows[0].town, rows[0].village
    if place not in places:
        places[place] = villages.find(job, rows[0], *place, date.fromisoformat(START))
    village = places[place]
    if said is None or village is None or not _possible(job, rows[0], said):
        return False
    draft = job.draft
    household = draft.households.get(code) or _adopted(persons, rows, tokens)
    new = household is None
    if household is None:
        household = persons.add_household(village)
    if draft.households.get(code) != household:
        draft.households[code] = household
        draft.codes[household] = code
    sealed = [old for row in rows if (old := _member(persons, household, row, tokens[row.line]))]
    people = said["people"] or len(rows)
    before = draft.states.get(household, ())
    after = _states(household, village, str(people), said, before)
    if after != before and (after := draft.set_states(household, after)) != before and not new:
        draft.note("更正", "户", f"{household} {_news(before, after)}")
    for old in sealed:
        draft.set_states(old, tuple(state._replace(household=old) for state in after))
    return new


def _same_person(job: Job, persons: Persons, row: Any, token: str) -> bool:
    """Whether a row may be entered: another ID number of a known 户编号, 人编号 and name must be confirmed."""
    household = job.draft.households.get(row.household)
    if token in job.draft.people or not household or not persons.renumbered(household, row.person, row.name):
        return True
    question = f"{household} 人编号 {row.person} 姓名相同，证件号码与以前的不同"
    answer = job.ask(f"{job.sheet.label} 第 {row.line + 1} 行：{question}", ["同一个人，证件号码更正了", "不是同一个人，表有误"])
    if answer == 0:
        job.draft.note("更正", "户", f"{household} 人编号 {row.person}：证件号码更正，仍是同一个人")
        return True
    job.fault(row, "identity", f"{question}：请核对；确是更正的，在终端上导入并确认是同一个人")
    return False


def _said(job: Job, rows: list[Any]) -> dict[str, Any] | None:
    """What the rows of a household say together: every cell that is filled must agree."""
    whole = set(map(_alike, rows))
    if len(whole) == 1:
        return dict(zip(_ALIKE, whole.pop(), strict=True))
    return job.alike(rows, _ALIKE, "同一户")


def _possible(job: Job, row: Any, said: dict[str, Any]) -> bool:
    """Whether the dates and states of a household can be true together; a fault where they cannot."""
    before = len(job.sheet.faults)
    identified, eliminated = said["identified_on"], said["eliminated_on"]
    if said["notice"]:
        try:
            span = period(said["notice"])
            said["notice_from"], said["notice_to"] = span.start, span.end
        except Wrong as error:
            job.fault(row, "notice", str(error))
    if said["monitor"] and not identified:
        job.fault(row, "identified_on", "有监测对象类型，缺少风险识别时间")
    if identified and not said["monitor"]:
        job.fault(row, "monitor", "有风险识别时间，缺少监测对象类型")
    if eliminated and not identified:
        job.fault(row, "identified_on", "有风险消除时间，缺少风险识别时间")
    if eliminated and identified and eliminated < identified:
        job.fault(row, "eliminated_on", f"风险消除时间 {eliminated} 早于风险识别时间 {identified}")
    if said["eliminated"] is True and not eliminated:
        job.fault(row, "eliminated_on", "风险已消除，缺少风险消除时间")
    if said["eliminated"] is False and eliminated:
        job.fault(row, "eliminated", "风险是否消除写“否”，却有风险消除时间")
    if said["notice_from"] and said["notice_to"] and said["notice_to"] < said["notice_from"]:
        job.fault(row, "notice_to", "公示结束早于开始")
    return len(job.sheet.faults) == before


def _adopted(persons: Persons, rows: list[Any], tokens: dict[int, str]) -> str | None:
    """The household of one that a member was given before this list came: it becomes this household."""
    for row in rows:
        known = persons.draft.people.get(tokens[row.line])
        if known and persons.single(known.household):
            return known.household
    return None


def _member(persons: Persons, household: str, row: Any, token: str) -> str:
    """Enter a member; the household of one that he leaves behind under a seal, else ""."""
    draft = persons.draft
    known = draft.people.get(token)
    if known is None and (same := persons.renumbered(household, row.person, row.name)):
        persons.renumber(same, token, row.person)
        return ""
    if known and known.household == household:
        person = Person(household, known.person, row.name, row.person or known.code)
        if person != known:
            persons.enter(token, person)
        return ""
    person = Person(household, max(persons.taken.get(household, ()), default=0) + 1, row.name, row.person)
    if known:
        persons.at.pop((known.household, known.person), None)
    if known and persons.single(known.household):
        persons.enter(token, person)
        return known.household if merge(draft, known, person) else ""
    if known:
        draft.moved[known.household, known.person] = token, known
        draft.note("更正", "户", f"{known.household} 的第 {known.person} 人转入 {household}")
    persons.enter(token, person)
    return ""


def _states(
    household: str, village: str, people: str, said: dict[str, Any], before: tuple[HouseState, ...]
) -> tuple[HouseState, ...]:
    """The rows of a household: its base state, and each time that it was monitored."""
    base = [state for state in before if state.state in BASE_STATES]
    other = [state for state in before if state.state not in BASE_STATES]
    first = plain_day(said["first_on"]).isoformat() if said["first_on"] else base[-1].date if base else START
    base = [*base[:-1], HouseState(household, first, said["type"], village, people)]
    if said["identified_on"]:
        other = _episodes(household, village, people, said, other)
    rows = [replace_place(state, village, people) for state in (*base, *other)]
    return tuple(sorted(rows, key=lambda state: (state.date, state.state not in BASE_STATES)))


def replace_place(state: HouseState, village: str, people: str) -> HouseState:
    return state if (state.village, state.people) == (village, people) else state._replace(village=village, people=people)


def _episodes(
    household: str, village: str, people: str, said: dict[str, Any], known: list[HouseState]
) -> list[HouseState]:
    """The monitoring rows with this list's episode: a new one after an ended one, else the last one corrected."""
    start = plain_day(said["identified_on"]).isoformat()
    ended = bool(known) and known[-1].state == "风险消除" and known[-1].date < start
    kept = known if ended else known[: _last_start(known)]
    days = {
        "reported": said["reported_on"],
        "notice_from": said["notice_from"],
        "notice_to": said["notice_to"],
        "helper_assigned": said["helped_on"],
        "plan_made": said["planned_on"],
    }
    texts = {name: plain_day(day).isoformat() if day else "" for name, day in days.items()}
    if not ended and known:
        old = known[_last_start(known)] if known[_last_start(known) :] else None
        texts = {name: text or (getattr(old, name) if old else "") for name, text in texts.items()}
    rows = [*kept, HouseState(household, start, "监测户", village, people, said["monitor"], **texts)]
    if said["eliminated_on"]:
        rows.append(HouseState(household, plain_day(said["eliminated_on"]).isoformat(), "风险消除", village, people))
    return rows


def _last_start(known: list[HouseState]) -> int:
    starts = [number for number, state in enumerate(known) if state.state == "监测户"]
    return starts[-1] if starts else len(known)


def _news(before: tuple[HouseState, ...], after: tuple[HouseState, ...]) -> str:
    old = {(state.date, state.state) for state in before}
    new = [f"{state.date} {state.state}" for state in after if (state.date, state.state) not in old]
    return "、".join(new) or "人数、村或日期有变动"
