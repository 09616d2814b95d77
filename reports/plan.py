"""What must still be done, and by when: for every pending or failing subject the smallest act that would mend it.

One amount for one act: a project that owes labour by three rules owes the largest of the three, not their sum.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ledgers.facts import labour, registered
from ledgers.money import yuan, yuan_cn
from ledgers.tables.tables import Tables
from plugins.findings import FAIL, PASS, PENDING, STATUS_NAMES, Finding
from plugins.rule import Rule
from reports.check.checked import Checked
from reports.remedies import act
from reports.width import pad
from reports.words import detail
from reports.workbook import DATE, LONG, MONEY, SUBTOTAL, TOTAL, Column, Row, Workbook

# Rules whose gaps one payment closes: of a subject that fails several, the largest gap is what is owed.
TOGETHER = (
    ("劳务报酬", ("labour-share", "labour-share-work-relief", "labour-promised")),
    ("支出", ("spending-progress", "carry-over")),
    ("结余", ("leftover", "idle-in-village")),
)
_KIND = {rule: kind for kind, rules in TOGETHER for rule in rules}
LABOUR = TOGETHER[0][0]
WAGES = ":2工资"  # how the account of what is owed for wages ends
COLUMNS = (
    Column("责任单位", 18, LONG),
    Column("最迟", 11, DATE),
    Column("要办的事", 34, LONG),
    Column("金额（元）", 15, MONEY),
    Column("对象", 15),
    Column("名称", 24, LONG),
    Column("项目", 13),
    Column("现状", 9),
    Column("规则", 18, LONG),
    Column("说明", 44, LONG),
)


@dataclass(frozen=True)
class Task:
    """One act: what, how much (分, None where it is no money), by whom, until when (None: as soon as possible)."""

    finding: Finding
    title: str
    text: str
    amount: int | None
    unit: str
    due: date | None
    project: str = ""  # whose money or papers it is about, "" where no project or several
    also: tuple[str, ...] = ()  # titles of further rules that the same act mends
    within: tuple[Finding, ...] = ()  # failures that a part of the amount mends: overdue wages

    @property
    def kind(self) -> str:
        return _KIND.get(self.finding.rule, "")


def tasks(checked: Checked) -> list[Task]:
    """All acts, the soonest due first; what can only be explained or put right later (failures) after what is pending."""
    return tasks_of(checked.book.tables, checked.rules, checked.audit.stated)


def tasks_of(tables: Tables, rules: Mapping[str, Rule], findings: Iterable[Finding]) -> list[Task]:
    """The same of some findings."""
    found: dict[tuple[str, str, str], list[Task]] = {}
    for finding in _latest(rules, list(findings)):
        one = _task(tables, rules, finding)
        if one.amount != 0:
            key = (one.kind or finding.rule, finding.subject.id, "" if one.kind else f"{finding.part} {finding.period}")
            found.setdefault(key, []).append(one)
    return sorted(_with_wages(tables, list(map(_largest, found.values()))), key=_order)


def _latest(rules: Mapping[str, Rule], findings: list[Finding]) -> list[Finding]:
    """What is open or failing; of what is judged anew on the day of each change only as the last judged one left it."""
    last: dict[tuple[str, str, str | None], str] = {}
    for one in findings:
        if rules[one.rule].anew and one.status in (PASS, PENDING, FAIL):
            last[_of(one)] = max(last.get(_of(one), ""), one.period or "")
    standing = (one for one in findings if last.get(_of(one), one.period or "") == (one.period or ""))
    return [one for one in standing if one.status in (PENDING, FAIL)]


def _of(finding: Finding) -> tuple[str, str, str | None]:
    return finding.rule, finding.subject.id, finding.part


def _task(tables: Tables, rules: Mapping[str, Rule], finding: Finding) -> Task:
    mending = act(tables, finding)
    title, last_day = rules[finding.rule].title, due_of(finding)
    return Task(finding, title, mending.text, mending.amount, mending.unit, last_day, mending.project)


def _largest(same: list[Task]) -> Task:
    """The act that mends them all: the largest amount, the earliest day."""
    first = max(same, key=lambda one: one.amount or 0)
    also = tuple(dict.fromkeys(one.title for one in same if one.title != first.title))
    due = min((one.due for one in same if one.due), default=None)
    return replace(first, due=due, also=also)


def _with_wages(tables: Tables, found: list[Task]) -> list[Task]:
    """Overdue wages count as labour once they are paid: who lacks labour and owes wages pays the larger, the wages at once."""
    owed = {one.finding.subject.id: one for one in found if one.finding.rule == "arrears" and _is_wages(one)}
    for one in [one for one in found if one.kind == LABOUR and one.finding.subject.id in owed]:
        wages = owed[one.finding.subject.id]
        if _counts(tables, wages, one):
            found = [_including(one, wages) if each is one else each for each in found if each is not wages]
    return found


def _is_wages(task: Task) -> bool:
    return (task.finding.part or "").endswith(WAGES)


def _counts(tables: Tables, wages: Task, lacking: Task) -> bool:
    """Whether all of the wages counts towards what is lacking."""
    bar = lacking.finding.threshold
    outside = {task for applied in (bar.parameters if bar else ()) for task in applied.exclude_task}
    funds = set(tables.postings["fund"].iloc[list(wages.finding.evidence)])
    tasks_of_funds = {registered.funds(tables)[one].task for one in funds if one in registered.funds(tables)}
    most = min(lacking.amount or 0, labour.unpaid_by_project(tables).get(lacking.finding.subject.id, 0))
    return (wages.amount or 0) <= most and not outside & tasks_of_funds


def _including(lacking: Task, wages: Task) -> Task:
    text = f"{lacking.text}，其中拖欠的工资 {yuan_cn(wages.amount or 0)} 元尽快支付"
    return replace(lacking, text=text, also=(*lacking.also, wages.title), within=(wages.finding,))


def _order(task: Task) -> tuple[bool, date, str, str]:
    return task.finding.status != PENDING, task.due or date.max, task.finding.rule, task.finding.subject.id


def due_of(finding: Finding) -> date | None:
    """The last day on which a pending finding can still be mended, as far as it is a day; None for what has failed."""
    return finding.due if finding.status == PENDING else None


def labour_due(found: Iterable[Task]) -> int:
    """分 of labour remuneration still to be paid, in all."""
    return sum(task.amount or 0 for task in found if task.kind == LABOUR)


def as_text(checked: Checked) -> bytes:
    """For a terminal: by unit, the soonest first."""
    return ("\n".join(_text(checked)) + "\n").encode()


def _text(checked: Checked) -> Iterator[str]:
    found = tasks(checked)
    tables = checked.book.tables
    pending = sum(task.finding.status == PENDING for task in found)
    yield f"{tables.title}　截至 {tables.as_of}　待办 {len(found)} 项，其中尚可按期补足 {pending} 项"
    yield f"还须支付的劳务报酬合计 {yuan_cn(labour_due(found))} 元"
    for unit, mine in by_unit(found).items():
        yield f"\n■ {unit}（{len(mine)} 项）"
        for task in mine:
            about = detail(task.finding.part, task.finding.period)
            subject = f"{task.finding.subject.id} {task.finding.subject.name}".strip() + (
                f"（{about}）" if about else ""
            )
            whose = f"　项目 {task.project}" if task.project not in ("", task.finding.subject.id) else ""
            yield f"  {pad(_until(task), 12)} {task.text}　{subject}{whose}　{task.title}"


def _until(task: Task) -> str:
    return str(task.due) if task.due else "尽快" if task.finding.status == FAIL else "期限内"


def by_unit(found: Iterable[Task]) -> dict[str, list[Task]]:
    """Tasks by the unit that has to act, in their order."""
    units: dict[str, list[Task]] = {}
    for task in found:
        units.setdefault(task.unit, []).append(task)
    return units


def as_json(checked: Checked) -> bytes:
    """For programs; amounts are strings of yuan."""
    found = tasks(checked)
    document = {
        "schema": 1,
        "title": checked.book.tables.title,
        "as_of": checked.book.tables.as_of.isoformat(),
        "labour_due": yuan(labour_due(found)),
        "tasks": [_plain(task) for task in found],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(task: Task) -> dict[str, object]:
    finding = task.finding
    return {
        "rule": finding.rule,
        "subject": {"kind": finding.subject.kind, "id": finding.subject.id, "name": finding.subject.name},
        "part": finding.part,
        "period": finding.period,
        "status": finding.status,
        "unit": task.unit,
        "project": task.project or None,
        "act": task.text,
        "amount": yuan(task.amount) if task.amount is not None else None,
        "due": task.due.isoformat() if task.due else None,
        "fingerprint": finding.fingerprint,
    }


def as_xlsx(checked: Checked) -> bytes:
    """One sheet by unit, each with its sum."""
    tables = checked.book.tables
    book = Workbook(f"{tables.title}待办", tables.as_of)
    sheet = book.sheet("待办", [column.width for column in COLUMNS])
    sheet.title(f"待办事项（截至 {tables.as_of}）")
    found = tasks(checked)
    sheet.note(f"还须支付的劳务报酬合计 {yuan_cn(labour_due(found))} 元。金额是使其达到规定的最小数。")
    sheet.filter(sheet.table(COLUMNS, _rows(found)), len(COLUMNS))
    return book.content()


def _rows(found: list[Task]) -> Iterator[Row]:
    for unit, mine in by_unit(found).items():
        total = sum(task.amount or 0 for task in mine)
        yield Row((unit, None, f"{len(mine)} 项", total or None, *[""] * 6), SUBTOTAL)
        for task in mine:
            finding = task.finding
            subject = (finding.subject.id, finding.subject.name, task.project, STATUS_NAMES[finding.status])
            rules = "、".join((task.title, *task.also))
            yield Row((unit, task.due, task.text, task.amount, *subject, rules, finding.message))
    yield Row(("合计", None, f"{len(found)} 项", sum(task.amount or 0 for task in found), *[""] * 6), TOTAL)
