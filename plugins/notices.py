"""公告公示：每个阶段的公示是否存在、够不够天数（5号第21条，任务69）。"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ledgers.facts import money, registered
from ledgers.facts.notices import FOREVER, longest_notice
from ledgers.policy import default
from ledgers.tables.directives import Fund, Project
from ledgers.tables.tables import Tables, derived
from ledgers.workdays import UnknownYearError, last_day
from plugins.beancount import plugin
from plugins.findings import PASS, Finding, Measured, More, Subject, Threshold
from plugins.judging import absent, count, limit, meets, na, undetermined
from plugins.law import FIVE, NOTICE_RULES
from plugins.rule import rule

NOTICE_DAYS = (default("notice-days", ">=", "10"),)
DUE_DAYS = (default("notice-due-days", "<=", "20"),)
ALLOCATION = "资金分配公告"
STAGE_STATES = {"入库公示": "入库", "年度计划公示": "年度计划", "完工公示": "完工"}


@rule(
    "notices",
    title="项目和资金公告公示",
    judges="每个有资金的项目到达的每个阶段（分项）；每笔资金",
    formula="公示存在，且天数（首尾两天都算）不少于规定；应在到达阶段后规定天数内公示",
    documents=(FIVE("第21条、任务69"), NOTICE_RULES),
    quote="资金使用、项目安排一律公开，广泛接受社会监督",
    defaults=NOTICE_DAYS + DUE_DAYS,
    rolls=False,
    changes=(
        (
            "0.2.0",
            "天数和期限以到达阶段那天的规定为准；期限可按工作日；网站公开只算入库公示和资金分配公告，可以长期公开",
        ),
    ),
    advice=("公告公示缺失或天数不足，群众无从监督", "补作公告公示并留存凭据"),
    tasks=(69,),
)
def notices(tables: Tables) -> Iterator[Finding]:
    """Every stage reached has a notice of enough days; until it is due, a missing one is pending. A late one passes."""
    for project in registered.projects(tables).values():
        if project.id not in money.with_money(tables):
            continue
        for stage, state in STAGE_STATES.items():
            reached = registered.reached(tables, project.id, state)
            if reached:
                yield _noticed(tables, "project", project, stage, reached, (project.id,))
        funds = sorted({lot.fund for lot in money.lots_by_project(tables).get(project.id, []) if lot.amount > 0})
        if funds:
            yield _noticed(tables, "project", project, ALLOCATION, _given(tables)[project.id], (project.id, *funds))
    for fund in registered.funds(tables).values():
        yield _fund(tables, fund)


@derived
def _given(tables: Tables) -> dict[str, date]:
    """The day on which each project, and each fund, was first allocated."""
    days: dict[str, date] = {}
    for leg in money.allocation_legs(tables):
        if leg.amount > 0:
            days.setdefault(leg.project, leg.date)
            days.setdefault(leg.fund, leg.date)
    return days


@derived
def _projects_of(tables: Tables) -> dict[str, set[str]]:
    projects: dict[str, set[str]] = defaultdict(set)
    for (project, fund), lots in money.lots(tables).items():
        if any(lot.amount > 0 for lot in lots):
            projects[fund].add(project)
    return projects


def _fund(tables: Tables, fund: Fund) -> Finding:
    """A fund needs an announcement of its own unless all its projects have one."""
    projects = _projects_of(tables).get(fund.id, set())
    if fund.id not in _given(tables) or not projects:
        return na(Subject("fund", fund.id, fund.name), "尚未分配", part=ALLOCATION, source=(fund.file, fund.line))
    since = _given(tables)[fund.id]
    own = _noticed(tables, "fund", fund, ALLOCATION, since, (fund.id,))
    parameter = tables.policy.in_force("notice-days", since, NOTICE_DAYS)
    days = [longest_notice(tables, project, ALLOCATION)[0] for project in projects]
    if own.status == PASS or parameter is None or not all(meets(one, parameter.op, parameter.value) for one in days):
        return own
    measured = Measured(min(days), 1, "day")
    return replace(own, status=PASS, message="资金的每个项目都有分配公告", measured=measured)


def _noticed(
    tables: Tables, kind: str, row: Fund | Project, stage: str, since: date, subjects: tuple[str, ...]
) -> Finding:
    """A stage that was reached on a day, which is the act: its notice stands long enough, and begins in time."""
    subject = Subject(kind, row.id, row.name)
    more: More = {"part": stage, "source": (row.file, row.line), "act": since}
    least = tables.policy.in_force("notice-days", since, NOTICE_DAYS)
    if least is None:
        return absent(tables, subject, "notice-days", since, NOTICE_DAYS, **more)
    days, line = max((longest_notice(tables, one, stage) for one in subjects), key=lambda found: found[0])
    if meets(days, least.op, least.value):
        more["lines"] = line
        said = f"{stage}长期公开" if days == FOREVER else f"{stage} {days} 天，{limit(least)}"
        return count(subject, days, least, said, **more)
    due = tables.policy.in_force("notice-due-days", since, DUE_DAYS)
    if due is None:
        return absent(tables, subject, "notice-due-days", since, DUE_DAYS, **more)
    try:
        last = last_day(since, due)
    except UnknownYearError as error:
        return undetermined(subject, str(error), **more)
    said = f"{stage} {days} 天" if days else f"没有{stage}"
    message = f"{said}，{limit(least)}，应在 {last} 前公示"
    more["lines"] = (*line, *registered.lines_of(tables, row.id, *(one for name, one in STAGE_STATES.items() if name == stage)))
    found = count(subject, days, least, message, still_open=tables.as_of <= last, due=last, **more)
    return replace(found, threshold=Threshold(least.op, least.value, (least, due)))


__plugins__ = ("check",)
check = plugin(__name__)
