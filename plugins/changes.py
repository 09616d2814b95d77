"""事后改登：年度计划或第一次付款以后改动的关键事实；判定仍按原来的，改动逐项列明。"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from ledgers.facts import money, registered
from ledgers.money import yuan_cn
from ledgers.tables.directives import KEY_TITLES, Fund, Project
from ledgers.tables.tables import Tables, derived, mentions
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, WARNING, Finding, Subject
from plugins.rule import rule

# What decides a verdict of a project; of a fund that is what its document says.
OF_PROJECT = ("mode", "category", "household_level", "planned", "labour_promised", "settled")


@rule(
    "changed-after",
    title="事后改动关键事实",
    judges="项目在年度计划或第一次付款以后、资金在登记以后的每项关键事实改动（分项为属性）",
    formula="不改动；有批准文件（approved）的列明",
    basis="账簿约定：判定以事实发生时的登记为准",
    always=True,
    severity=WARNING,
    rolls=False,
    advice=("关键事实在事后改动，判定仍按原来的", "核对原批复；确需变更的补办批准文件并注明文号"),
    tasks=(70,),
)
def changed_after(tables: Tables) -> Iterator[Finding]:
    """Each decisive fact that was written differently after it mattered, with the value before; approved ones pass."""
    for name, rows in registered.project_mentions(tables).items():
        since = _mattered(tables, name)
        for column in OF_PROJECT:
            yield from _changed(Subject("project", name, rows[-1].name), rows, column, since)
    funds: dict[str, list[Fund]] = {}
    for row in mentions(tables, Fund):
        funds.setdefault(row.id, []).append(row)
    for name, found in funds.items():
        for column in registered.OF_DOCUMENT:
            yield from _changed(Subject("fund", name, found[-1].name), found, column, found[0].date)


def _mattered(tables: Tables, project: str) -> date | None:
    """年度计划, or the first payment where that came before."""
    days = (registered.reached(tables, project, "年度计划"), _first_payments(tables).get(project))
    return min((day for day in days if day), default=None)


@derived
def _first_payments(tables: Tables) -> dict[str, date]:
    days: dict[str, date] = {}
    for leg in money.payment_legs(tables):
        days[leg.project] = min(leg.date, days.get(leg.project, leg.date))
    return days


def _changed(
    subject: Subject, rows: Sequence[Project | Fund], column: str, since: date | None
) -> Iterator[Finding]:
    """The last change of a fact after a day on which it was known."""
    changes = [
        (before, row)
        for before, row in pairwise(rows)
        if since
        and row.date > since
        and getattr(before, column) not in (None, "")
        and getattr(row, column) != getattr(before, column)
    ]
    if not changes:
        return
    said = "；".join(
        f"{row.date} 由 {_shown(column, getattr(before, column))} 改为 {_shown(column, getattr(row, column))}"
        for before, row in changes
    )
    approved = [getattr(row, "approved", "") for _, row in changes]
    papers = "、".join(dict.fromkeys(paper for paper in approved if paper))
    yield Finding(
        subject,
        PASS if all(approved) else FAIL,
        f"{KEY_TITLES[column.replace('_', '-')]}{said}" + (f"，批准文件：{papers}" if papers else ""),
        part=column.replace("_", "-"),
        source=(changes[-1][1].file, changes[-1][1].line),
        lines=tuple((row.file, row.line) for _, row in changes),
        act=changes[-1][1].date,
    )


def _shown(column: str, value: object) -> str:
    """A value as a reader knows it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return str(value) if column == "year" else f"{yuan_cn(value)} 元"
    return f"“{value}”"


__plugins__ = ("check",)
check = plugin(__name__)
