"""劳务报酬发放表 and 惠企利民发放表（一卡通）: who received how much; the roll of the treasury line that paid it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from importers.draft.corrections import of_lists
from importers.draft.versions import Record
from importers.finding.job import Job
from importers.finding.matching import home_of, list_id, lists_of, settle
from importers.finding.persons import Persons, Place
from importers.finding.registers import Projects, Villages
from importers.reading.cells import NOTHING, Period, Wrong, period, squeezed
from importers.reading.kinds import terms
from importers.reading.title import paid_by_contractor, title_period, title_year
from ledgers.files.side_files import PayLine, Waiting
from ledgers.money import yuan_cn
from ledgers.people import Person
from ledgers.tables.directives import BASE_STATES

STEP = 2000


def derive(job: Job) -> Record:
    """Turn one list into a roll; it is attached to its money now or waits."""
    draft = job.draft
    projects, villages = Projects(draft), Villages(draft)
    span = _period(job)
    about = _about(job, projects, span) if span else None
    if span is None or about is None:
        return Record()
    project, benefit = about
    persons = Persons(draft, villages)
    lines = _lines(job, persons, Place(villages, span.start))
    if job.sheet.faults or not lines:
        return Record()
    persons.say_new(job)
    _check_types(job, persons, lines, span.end)
    return Record(_list(job, project, benefit, span, tuple(lines)))


def _list(job: Job, project: str, benefit: str, span: Period, lines: tuple[PayLine, ...]) -> str:
    """Put the list, or its corrected version, with its money; its import id."""
    draft, kind = job.draft, job.sheet.kind.id
    lists = lists_of(draft, [project])[project]
    again = _again(job)
    name = _name(lists, kind, project or benefit, span, lines, again)
    contractor = kind == "labour" and paid_by_contractor(job.sheet.words)
    waiting = Waiting(name, kind, project, benefit, span.start, span.end, contractor, lines)
    if not project and (home := home_of(draft, waiting)):
        project, lists, waiting = home, lists_of(draft, [home])[home], replace(waiting, project=home)
    old = lists.get(name)
    if old and (told := _results(old, lines)):
        lines, waiting = told, replace(waiting, lines=told)
    if old and not _whole(job, old, lines):
        return name
    total = f"{len(lines)} 人，{yuan_cn(waiting.total)} 元"
    if old is None:
        draft.note("新增", "清册", f"{name}：{total}")
    elif old != waiting:
        before = f"{len(old.lines)} 人 {yuan_cn(old.total)} 元"
        draft.note("更正", "清册", f"{name}：{before} → {total}（{of_lists(old.lines, waiting.lines)}）")
    if project:
        settle(draft, project, {**lists, name: waiting}, job)
    else:
        draft.waiting[name] = waiting
    if draft.waiting.get(name):
        money_of = "工程款" if waiting.contractor else "国库支付"
        draft.warn(f"{job.sheet.label}：{name} 共 {yuan_cn(waiting.total)} 元，还没有对应的{money_of}，列为待核对")
    return name


def _again(job: Job) -> bool:
    """Whether a list pays again what the bank returned: its title or each of its rows says 补发."""
    return "补发" in squeezed(job.sheet.title).replace("补发放", "") or all(_says_again(row) for row in job.sheet.rows)


def _says_again(row: Any) -> bool:
    """Whether a row's column 补发 says so: 是, or the month that is paid again."""
    return squeezed(row.again) not in NOTHING | {"否", "不是"}


def _results(old: Waiting, lines: tuple[PayLine, ...]) -> tuple[PayLine, ...]:
    """The whole list with what the bank says of some of its lines; () where a sheet is no such answer."""
    told = {(line.household, line.person): line for line in lines}
    known = {(line.household, line.person): line for line in old.lines}
    same = all(line.result and key in known and known[key].amount == line.amount for key, line in told.items())
    if not same or len(told) == len(known):
        return ()
    return tuple(replace(line, result=told[key].result) if key in told else line for key, line in known.items())


def _whole(job: Job, old: Waiting, lines: tuple[PayLine, ...]) -> bool:
    """Whether a list that lacks people of its earlier version may count as the whole list; a fault when nobody says so."""
    people = [{(line.household, line.person) for line in some} for some in (old.lines, lines)]
    missing = len(people[0] - people[1])
    if not missing or people[1] - people[0] or not job.draft.settled(old):
        return True
    question = f"已导入的清册有 {len(people[0])} 人，这张少了 {missing} 人"
    if job.ask(f"{job.sheet.label}：{question}", [f"以这张为准，去掉那 {missing} 人", "只更正了部分人（请改用整张表）"]) == 0:
        return True
    job.sheet_fault("paid", f"{question}，而那张清册的钱已经支付：只更正部分人的，请把全部人写在一张表上再导入")
    return False


def _name(
    lists: dict[str, Waiting], kind: str, project: str, span: Period, lines: tuple[PayLine, ...], again: bool
) -> str:
    """The list's import id: its corrected version shares a person with it, another team's list does not."""
    people = {(line.household, line.person) for line in lines}
    part = 0
    while (name := list_id(kind, project, str(span), part, again)) in lists:
        if people & {(line.household, line.person) for line in lists[name].lines}:
            return name
        part += 1
    return name


def _period(job: Job) -> Period | None:
    """What the list pays for: its rows, its head, or its title."""
    spans = [row.period for row in job.sheet.rows if row.period]
    if not spans and (named := title_period(job.sheet.title)):
        try:
            spans = [period(named, title_year(job.sheet.title))]
        except Wrong:
            spans = []
    if not spans and job.sheet.kind.id == "benefits" and (year := title_year(job.sheet.title)):
        spans = [period(str(year))]  # 惠农补贴 is paid by the year
    if not spans:
        job.sheet_fault("period", "没有写发放的月份或期间：应在表头上方注明，如“发放期间：2022年8月”")
        return None
    return Period(min(span.start for span in spans), max(span.end for span in spans))


_UNNAMED = {
    "labour": "没有写项目名称：应在表头上方注明，如“项目名称：某村产业路”",
    "benefits": "没有写项目名称，也没有写补贴名称：应在表头上方注明一项，如“补贴名称：公益性岗位补贴”",
}


def _about(job: Job, projects: Projects, span: Period) -> tuple[str, str] | None:
    """(project, benefit) of the list; a fault where neither can be told."""
    row = next(iter(job.sheet.rows), None)
    if row is None:
        return None
    named = {(one.project, one.project_code) for one in job.sheet.rows}
    if len(named) > 1:
        job.sheet_fault("project", "一张表里写了几个项目：请每个项目分开报")
        return None
    subsidy = getattr(row, "subsidy", "")
    benefits = {squeezed(name): name for name in job.draft.ids("benefit")}
    benefit = benefits.get(squeezed(subsidy), "")
    unnamed = not row.project and not row.project_code
    if unnamed and not subsidy:
        job.sheet_fault("project", _UNNAMED[job.sheet.kind.id])
        return None
    if unnamed and not projects.named(subsidy, None):
        if not benefit:
            known = "、".join(sorted(benefits.values())) or "没有"
            job.sheet_fault("subsidy", f"“{subsidy}”既不是账簿里登记的补贴（{known}），也不是项目：请登记补贴，或写明项目名称")
        return ("", benefit) if benefit else None
    project = _project(job, projects, row, row.project or ("" if row.project_code else subsidy), span.start.year)
    return (project, benefit) if project else None


def _project(job: Job, projects: Projects, row: Any, name: str, year: int) -> str | None:
    """The project of the list's own year, else of the last year before that has it."""
    for earlier in range(year, year - 4, -1):
        if projects.named(name, earlier) or (row.project_code and projects.coded(row.project_code, earlier)):
            return projects.find(job, row, row.project_code, name, earlier)
    return projects.find(job, row, row.project_code, name, year)


def _lines(job: Job, persons: Persons, place: Place) -> list[PayLine]:
    """The lines of the roll: the amount is 实发, the person by number, a household's payment without."""
    seen: dict[tuple[str, Any, bool], int] = {}
    span, paid_for = _period(job), dict[tuple[Any, str], str]()
    months = len({row.period for row in job.sheet.rows}) > 1
    wrong_sums, other_names = [], []
    lines = []
    for number, row in enumerate(job.sheet.rows):
        if number % STEP == 0:
            job.tick(number / len(job.sheet.rows))
        token = persons.token(row.identity)
        again = bool(row.again) and _says_again(row)
        key = token, row.period if months else None, again
        if key in seen:
            job.fault(row, "identity", f"与第 {seen[key] + 1} 行是同一个人")
            continue
        seen[key] = row.line
        person = persons.payee(job, row, token, place)
        if person is None:
            continue
        if person.name != row.name:
            other_names.append(row.line + 1)
        if _wrong_sum(row):
            wrong_sums.append(row.line + 1)
        if (told := (row.period, row.again)) not in paid_for:
            paid_for[told] = _for(row, span)
        account = persons.store.account(row.account) if row.account else ""
        note = "补发" if again else str(row.period) if months and row.period else ""
        lines.append(_line(job, row, person, note, paid_for[told], account))
    _warn(job, other_names, "姓名与名单上的不一致，以身份证号为准")
    _warn(job, wrong_sums, "应发、扣款与实发（或天数乘日工资）对不上，以实发为准")
    return lines


def _for(row: Any, span: Period | None) -> str:
    """The months that a row pays for, as a roll writes them: 2022-08, 2022-06..2022-08, or a year."""
    named = row.period or span
    if _says_again(row):
        with suppress(Wrong):
            named = period(row.again, span.start.year if span else None)
    return months(named) if named else ""


def months(named: Period) -> str:
    """A period as a roll writes it: 2022-08, 2022-06..2022-08, or a year."""
    first, last = f"{named.start:%Y-%m}", f"{named.end:%Y-%m}"
    whole = (named.start.month, named.end.month) == (1, 12) and first[:4] == last[:4]
    return first[:4] if whole else first if first == last else f"{first}..{last}"


def _line(job: Job, row: Any, person: Person, note: str, paid_for: str, account: str) -> PayLine:
    result, number = row.result or "", str(person.person)
    if job.sheet.kind.id == "labour":
        return PayLine(person.household, number, row.paid, row.days, None, "", result, note, paid_for, account)
    number = "" if row.per == "户" else number
    return PayLine(person.household, number, row.paid, None, row.quantity, "", result, note, paid_for, account)


def _wrong_sum(row: Any) -> bool:
    due: int | None = row.due
    if due is None:
        return False
    daily, days, deducted = getattr(row, "daily", None), getattr(row, "days", None), getattr(row, "deducted", None) or 0
    if daily is not None and days is not None and Decimal(daily) * days != due:
        return True
    return bool(row.paid > due or (deducted and due - deducted != row.paid))


def _check_types(job: Job, persons: Persons, lines: list[PayLine], day: date) -> None:
    """A 人员类别 that contradicts the lists is a warning: the list wins."""
    if job.sheet.kind.id != "labour":
        return
    wrong = [
        row.line + 1
        for row, line in zip(job.sheet.rows, lines, strict=False)
        if terms("worker").get(squeezed(row.type), "") not in ("", *standing_of(persons, line.household, day))
    ]
    _warn(job, wrong, "人员类别与名单不一致，以名单为准")


def standing_of(persons: Persons, household: str, day: date) -> set[str]:
    """What a household may rightly be called on a day: 脱贫户, 监测户, 一般户."""
    base, monitored = "", False
    for state in persons.draft.states.get(household, ()):
        if state.date > day.isoformat():
            continue
        if state.state in BASE_STATES:
            base = state.state
        else:
            monitored = state.state == "监测户"
    names = {"脱贫户"} if base == "脱贫户" else set()
    names |= {"监测户"} if monitored else set()
    return names or {"一般户"}


def _warn(job: Job, rows: list[int], text: str) -> None:
    if rows:
        where = "、".join(map(str, rows[:8])) + (" 等" if len(rows) > 8 else "")
        job.draft.warn(f"{job.sheet.label}：{len(rows)} 行{text}（第 {where} 行）")
