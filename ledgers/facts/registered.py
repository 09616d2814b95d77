"""What is registered, as of a day: funds, projects and their states, villages, assets."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from ledgers.tables.directives import ENDED_STATES, MAIN_STATES, Asset, Fund, Project, Village
from ledgers.tables.tables import Tables, derived, mentions, on


@dataclass(frozen=True)
class Stage:
    """A project's state, dated."""

    state: str
    date: date
    file: str
    line: int


@derived
def funds(tables: Tables) -> dict[str, Fund]:
    """Each fund as of the date."""
    return on(tables, Fund, tables.as_of)


@derived
def first_mentions(tables: Tables) -> dict[str, date]:
    """The day of each fund's first directive: it selects the parameters of rules about a fund."""
    return {row.id: row.date for row in reversed(mentions(tables, Fund))}


@derived
def projects(tables: Tables) -> dict[str, Project]:
    """Each project as of the date."""
    return on(tables, Project, tables.as_of)


@derived
def villages(tables: Tables) -> dict[str, Village]:
    return on(tables, Village, tables.as_of)


@derived
def assets(tables: Tables) -> dict[str, Asset]:
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


def ended(tables: Tables, project: str, state: str = "") -> bool:
    """Whether the project ended (终止, 退库), or ended in the given one of the two."""
    stages = project_states(tables).get(project, [])
    return bool(stages) and stages[-1].state in ((state,) if state else ENDED_STATES)
