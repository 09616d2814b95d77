"""What is registered, as of a day: funds, projects and their states, villages, assets."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.seals.canonical import seal_ends
from ledgers.tables.directives import ENDED_STATES, MAIN_STATES, Asset, Fund, Project, Village
from ledgers.tables.tables import Tables, derived, mentions, mergers, on


@dataclass(frozen=True)
class Stage:
    """A project's state, dated."""

    state: str
    date: date
    file: str
    line: int


OF_DOCUMENT = ("level", "task", "source", "year")


@derived
def funds(tables: Tables) -> dict[str, Fund]:
    """Funds by id, as of the date.

    Level, task, source and year are those of the fund's document: a later directive corrects them from its first day on,
    unless a period in which the fund was known had been sealed by then.
    """
    found = on(tables, Fund, tables.as_of)
    ends = seal_ends(tables)
    return {name: _as_sealed(tables, fund, ends) for name, fund in found.items()} if ends else found


def _as_sealed(tables: Tables, fund: Fund, ends: list[date]) -> Fund:
    """A fund with the facts of its document as the first seal over them has them."""
    end = next((end for end in ends if end >= first_mentions(tables)[fund.id]), None)
    sealed = on(tables, Fund, end).get(fund.id) if end and end <= tables.as_of else None
    return fund._replace(**{name: getattr(sealed, name) for name in OF_DOCUMENT}) if sealed else fund


@derived
def first_mentions(tables: Tables) -> dict[str, date]:
    """The day of each fund's first directive: it selects the parameters of rules about a fund."""
    return {row.id: row.date for row in reversed(mentions(tables, Fund))}


@derived
def projects(tables: Tables) -> dict[str, Project]:
    """Each project as of the date; what decides a verdict as it stood when it mattered, whatever was written later.

    Mode, category and household-level are those of the first allocation, `planned` that of 年度计划, `settled` the first
    after 验收, the promise the highest that there ever was unless a lower one was approved.
    """
    return {name: _decisive(tables, rows) for name, rows in project_mentions(tables).items()}


@derived
def project_mentions(tables: Tables) -> dict[str, list[Project]]:
    """Every directive about each project, in order, each with what earlier ones say."""
    rows: dict[str, list[Project]] = defaultdict(list)
    for row in mentions(tables, Project):
        rows[row.id].append(row)
    return rows


@derived
def first_allocations(tables: Tables) -> dict[str, date]:
    """The day on which each project was first allocated money."""
    table = tables.postings
    given = table[["project", "date"]][(table["kind"] == "allocated") & table["quota_only"] & (table["amount"] > 0)]
    days: dict[str, date] = {}
    for name, day in zip(given["project"].tolist(), given["date"].tolist(), strict=True):
        days[name] = min(day, days.get(name, day))
    return days


def _decisive(tables: Tables, rows: list[Project]) -> Project:
    name, last = rows[-1].id, rows[-1]
    given = _since(rows, first_allocations(tables).get(name))
    return last._replace(
        mode=_known(given, "mode"),
        category=_known(given, "category"),
        household_level=given[0].household_level,  # what nobody said then was none
        planned=_known(_since(rows, reached(tables, name, "年度计划")), "planned"),
        settled=settled(tables, name),
        labour_promised=_promised(rows),
    )


def _since(rows: list[Project], day: date | None) -> list[Project]:
    """The row that stood at the end of a day and those after it; without a day the last one."""
    if day is None:
        return rows[-1:]
    standing = [place for place, row in enumerate(rows) if row.date <= day]
    return rows[standing[-1] if standing else 0 :]


def _known(rows: list[Project], column: str) -> Any:
    """The value of the first of these rows, or the next that gives one."""
    values = [getattr(row, column) for row in rows]
    return next((value for value in values if value not in (None, "")), values[0])


def _promised(rows: list[Project]) -> int | None:
    promise: int | None = None
    for row in rows:
        if row.labour_promised is not None and (promise is None or row.approved or row.labour_promised > promise):
            promise = row.labour_promised
    return promise


@derived
def villages(tables: Tables) -> dict[str, Village]:
    """Villages by id, as of the date."""
    return on(tables, Village, tables.as_of)


def village_on(tables: Tables, village: str, day: date) -> str:
    """The id under which a village goes on a day: its own, or that of the village it was merged into by then."""
    seen: set[str] = set()
    while village not in seen and village in mergers(tables) and mergers(tables)[village][0] <= day:
        seen.add(village)
        village = mergers(tables)[village][1]
    return village


def villages_of(tables: Tables, project: Project, day: date) -> tuple[str, ...]:
    """The villages of a project on a day (comma separated in the book); () where it has none."""
    names = (name.strip() for name in re.split("[,，、]", project.village))
    return tuple(dict.fromkeys(village_on(tables, name, day) for name in names if name))


@derived
def assets(tables: Tables) -> dict[str, Asset]:
    """Assets by id, as of the date."""
    return on(tables, Asset, tables.as_of)


@derived
def project_states(tables: Tables) -> dict[str, list[Stage]]:
    """Each project's states in order; a mention without a state changes none."""
    stages: dict[str, list[Stage]] = defaultdict(list)
    for row in mentions(tables, Project):
        if row.state and (not stages[row.id] or stages[row.id][-1].state != row.state):
            stages[row.id].append(Stage(row.state, row.date, row.file, row.line))
    return stages


def reached(tables: Tables, project: str, state: str) -> date | None:
    """The day on which a project reached a main state, with it or a later one; None while it has not."""
    enough = MAIN_STATES[MAIN_STATES.index(state) :]
    return min((stage.date for stage in project_states(tables).get(project, []) if stage.state in enough), default=None)


def lines_of(tables: Tables, project: str, *states: str) -> tuple[tuple[str, int], ...]:
    """(file, line) of the directives by which a project reached each of these states, as far as it has."""
    days = {reached(tables, project, state) for state in states}
    return tuple((one.file, one.line) for one in project_states(tables).get(project, []) if one.date in days)


def ended(tables: Tables, project: str, state: str = "") -> bool:
    """Whether the project ended (终止, 退库), or ended in the given one of the two."""
    stages = project_states(tables).get(project, [])
    return bool(stages) and stages[-1].state in ((state,) if state else ENDED_STATES)


def settled(tables: Tables, project: str) -> int | None:
    """The final account (决算) of a project in 分: the first that was said from 验收 on, else the last before; None without."""
    since = reached(tables, project, "验收")
    said = [row for row in project_mentions(tables).get(project, []) if "settled" in row.said]
    after = [row.settled for row in said if since and row.date >= since]
    return after[0] if after else said[-1].settled if said else None


@derived
def _sharing(tables: Tables) -> dict[str, frozenset[str]]:
    """Projects that share assets, directly or through others, by project."""
    groups: dict[str, frozenset[str]] = {}
    for asset in assets(tables).values():
        joined = frozenset().union(*(groups.get(name, frozenset((name,))) for name in asset.project))
        groups |= dict.fromkeys(joined, joined)
    return groups


def together(tables: Tables, project: str) -> frozenset[str]:
    """A project and all registered ones that share assets with it, directly or through others."""
    return frozenset(_sharing(tables).get(project, frozenset()) & projects(tables).keys()) | {project}
