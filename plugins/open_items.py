"""往来挂账：退回的钱、预付的钱、欠付的钱和项目结余，都有期限（2103、1214、2302 与结余）。

Each account of each project is first in first out; the oldest item that still stands is judged. Money without a project is
its village's, or the county's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledgers.chart import account as account_of
from ledgers.facts import money, open_items, registered
from ledgers.facts.open_items import Item
from ledgers.money import yuan_cn
from ledgers.policy import Applied, Parameter, default
from ledgers.tables.directives import Project
from ledgers.tables.tables import Tables
from plugins.beancount import plugin
from plugins.findings import (
    ERROR,
    FAIL,
    PASS,
    PENDING,
    UNDETERMINED,
    WARNING,
    Finding,
    Measured,
    More,
    Subject,
    Threshold,
)
from plugins.judging import absent, count, limit, meets, undetermined
from plugins.rule import rule

RECOVERED_DAYS = (default("recovered-held-days", "<=", "60"),)
ADVANCE_DAYS = (default("advance-open-days", "<=", "180"),)
ARREARS_DAYS = (default("arrears-days", "<=", "90"), default("arrears-wages-days", "<=", "30"))
LEFTOVER_DAYS = (default("leftover-days", "<=", "90"),)
COUNTY = "县级"
_WORST = (FAIL, UNDETERMINED, PASS)


@dataclass(frozen=True)
class _Kind:
    """What a rule says of an item: the words for it, and the parameter and day that its age is held against and from."""

    what: str
    defaults: tuple[Parameter, ...]
    parameter: Callable[[Item], str]


def _aged(tables: Tables, items: dict[open_items.Account, list[Item]], kind: _Kind) -> Iterator[Finding]:
    for of, own in items.items():
        standing = [item for item in own if item.left]
        if standing:
            said = [_age(tables, item, kind) for item in standing]
            worst = min(said, key=lambda one: (_WORST.index(one.status), -one.days))
            overdue = sum(one.item.left for one in said if one.status == FAIL)
            found = _finding(tables, of, standing, worst, kind)
            yield replace(found, shortfall=overdue) if found.status == FAIL else found


@dataclass(frozen=True)
class _Age:
    status: str
    days: int
    item: Item
    name: str
    applied: Applied | None


def _age(tables: Tables, item: Item, kind: _Kind) -> _Age:
    name, days = kind.parameter(item), (tables.as_of - item.day).days
    found = tables.policy.in_force(name, tables.as_of, kind.defaults)
    if found is None:
        return _Age(UNDETERMINED, days, item, name, None)
    status = PASS if meets(days, found.op, found.value) else FAIL
    return _Age(status, days, item, name, found)


def _finding(tables: Tables, of: open_items.Account, items: list[Item], worst: _Age, kind: _Kind) -> Finding:
    subject, source = _whose(tables, of, worst.item)
    more: More = {"part": of.account, "source": source, "evidence": tuple(item.posting for item in items)}
    if worst.applied is None:
        return absent(tables, subject, worst.name, tables.as_of, kind.defaults, **more)
    total = sum(item.left for item in items)
    message = (
        f"{kind.what} {yuan_cn(total)} 元，最早一笔自 {worst.item.day} 起已 {worst.days} 天，{limit(worst.applied)}"
    )
    due = worst.item.day + timedelta(days=int(worst.applied.value))
    return count(subject, worst.days, worst.applied, message, due=due, **more)


def _whose(tables: Tables, of: open_items.Account, item: Item) -> tuple[Subject, tuple[str, int]]:
    """The project, else the village, else the county; and where to look."""
    row, known = registered.projects(tables).get(of.project), registered.villages(tables).get(of.village)
    leg = item.part.legs[0]
    if row is not None:
        return Subject("project", of.project, row.name), (row.file, row.line)
    if known is not None:
        return Subject("village", of.village, known.name), (leg.file, leg.line)
    return Subject("county", COUNTY, tables.title), (leg.file, leg.line)


@rule(
    "recovered-held",
    title="退回的资金及时上缴",
    judges="每个项目（没有项目的按村、县）在应缴财政款科目上尚存的款项（分项为科目）",
    formula="最早一笔退回至今的天数，先进先出",
    basis="财农〔2021〕19号；天数由本县自定",
    severity=WARNING,
    defaults=RECOVERED_DAYS,
    rolls=False,
    advice=("退回的资金滞留，没有上缴", "上缴退回的资金，归还原渠道"),
    act="上缴退回的资金 {gap} 元",
    tasks=(70,),
)
def recovered_held(tables: Tables) -> Iterator[Finding]:
    """What came back to 2103 is handed in within the days."""
    kind = _Kind("退回后尚未上缴", RECOVERED_DAYS, lambda item: "recovered-held-days")
    return _aged(tables, open_items.recoveries(tables), kind)


@rule(
    "advance-open",
    title="预付款及时核销",
    judges="每个项目（没有项目的按村、县）在预付账款科目上尚存的款项（分项为科目）",
    formula="最早一笔预付至今的天数，先进先出",
    basis="政府会计制度 1214预付账款；天数由本县自定",
    severity=WARNING,
    defaults=ADVANCE_DAYS,
    rolls=False,
    advice=("预付款长期挂账，支出不实", "核对工程进度，办理核销或收回"),
    act="核销或收回预付款 {gap} 元",
    tasks=(70,),
)
def advance_open(tables: Tables) -> Iterator[Finding]:
    """What was paid ahead (1214) is booked as spent within the days."""
    kind = _Kind("预付后尚未核销", ADVANCE_DAYS, lambda item: "advance-open-days")
    return _aged(tables, open_items.advances(tables), kind)


@rule(
    "arrears",
    title="拖欠工程款和工资",
    judges="每个项目（没有项目的按村、县）在应付账款科目上尚欠的款项（分项为科目）；质保金另判",
    formula="最早一笔挂账至今的天数，先进先出；凭证列有劳务报酬的按工资的天数",
    basis="保障农民工工资支付条例；保障中小企业款项支付条例",
    severity=ERROR,
    defaults=ARREARS_DAYS,
    rolls=False,
    advice=("拖欠工程款或工资", "核实欠款，有资金来源的立即支付"),
    act="支付拖欠的 {gap} 元",
    tasks=(70,),
)
def arrears(tables: Tables) -> Iterator[Finding]:
    """What is owed (2302) is paid within the days, wages within fewer; retention is left to its own rule."""
    kind = _Kind("尚欠", ARREARS_DAYS, lambda item: "arrears-wages-days" if _wages(item) else "arrears-days")
    owed = {
        key: items for key, items in open_items.payables(tables).items() if account_of(key.account).kind != "retention"
    }
    return _aged(tables, owed, kind)


def _wages(item: Item) -> bool:
    """Whether the voucher that came to owe it books labour."""
    return any(account_of(leg.account).labour for leg in item.part.legs)


@rule(
    "leftover",
    title="项目结余及时收回",
    judges="每个已验收的项目",
    formula="验收后规定天数内，分配 － 已付 － 应付 ≤ 0（结余退回或调出）",
    basis="财农〔2021〕19号；天数由本县自定",
    severity=WARNING,
    defaults=LEFTOVER_DAYS,
    rolls=False,
    advice=("项目结余闲置", "退回结余资金或调剂到其他项目"),
    act="上缴或调整结余 {gap} 元",
    tasks=(70,),
)
def leftover(tables: Tables) -> Iterator[Finding]:
    """Allocated, not spent and not owed: handed back or moved within the days after 验收; later it passes, and says so."""
    for project in registered.projects(tables).values():
        accepted = registered.reached(tables, project.id, "验收")
        given = money.allocated(tables).get(project.id, 0)
        if accepted and (given or project.id in money.net_paid(tables)):
            yield _left(tables, project, accepted, given)


def _left(tables: Tables, project: Project, accepted: date, given: int) -> Finding:
    subject, source = Subject("project", project.id, project.name), (project.file, project.line)
    paid = money.net_paid(tables).get(project.id, 0)
    owed = open_items.left(open_items.payables(tables)).get(project.id, 0)
    rest = given - paid - owed
    found = tables.policy.in_force("leftover-days", accepted, LEFTOVER_DAYS)
    paying = money.net_paid_by_project(tables).get(project.id, [])
    evidence = (
        *(lot.posting for lot in money.lots_by_project(tables).get(project.id, [])),
        *(leg.row for leg in paying),
    )
    if found is None:
        return absent(tables, subject, "leftover-days", accepted, LEFTOVER_DAYS, act=accepted, source=source, evidence=evidence)
    if rest > 0 and _unplaced(tables):
        return undetermined(subject, "有应付或预付的款项没有写明项目，结余说不准", act=accepted, source=source, evidence=evidence)
    days = (tables.as_of - accepted).days
    in_time = meets(days, found.op, found.value)
    numbers = (
        f"分配 {yuan_cn(given)} 元，已付 {yuan_cn(paid)} 元，应付 {yuan_cn(owed)} 元，结余 {yuan_cn(max(rest, 0))} 元"
    )
    ending = (
        f"，验收后 {int(found.value)} 天内应退回或调出" if rest > 0 else _how_late(tables, project.id, accepted, found)
    )
    return Finding(
        subject,
        PASS if rest <= 0 else PENDING if in_time else FAIL,
        numbers + ending,
        measured=Measured(rest, given),
        threshold=Threshold("<=", None, (found,), 0),
        shortfall=max(rest, 0),
        act=accepted,
        source=source,
        evidence=evidence,
        lines=registered.lines_of(tables, project.id, "验收"),
        due=accepted + timedelta(days=int(found.value)),
    )


def _how_late(tables: Tables, project: str, accepted: date, found: Applied) -> str:
    """That what was left went back after its day, where it did."""
    back = [leg.date for leg in money.allocation_legs(tables) if leg.project == project and leg.amount < 0]
    late = (max(back, default=accepted) - accepted).days - int(found.value)
    return f"，晚 {late} 天退回或调出" if late > 0 else ""


def _unplaced(tables: Tables) -> bool:
    """Whether something is owed or was paid ahead of which no project is known."""
    return any(open_items.left(items(tables)).get("") for items in (open_items.payables, open_items.advances))


__plugins__ = ("check",)
check = plugin(__name__)
