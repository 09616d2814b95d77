"""The projects: what the plan says of each, and the states that it goes through."""

import datetime as dt
import random

from ledgers.files.text import Yuan
from samples.county.model import AS_OF, County, Project, days_after, weekday
from samples.county.names import STEMS
from samples.county.places import WHOLE_COUNTY
from samples.county.plan import Row

LINKAGE = "土地流转、就近务工、保底收购、股份分红"
PLANNED = (2, 22)  # day of the yearly plan


def add_projects(rng: random.Random, county: County) -> None:
    """Every project of the plan with its id, in order of appearance; the money comes later."""
    numbers: dict[int, int] = {}
    for row in county.plan.rows:
        numbers[row.year] = numbers.get(row.year, 0) + 1
        county.projects[row.key] = _project(rng, county, row, f"P{row.year}-{numbers[row.year]:04d}")


def _project(rng: random.Random, county: County, row: Row, name: str) -> Project:
    village = None if row.village is None else county.villages[row.village]
    place = f"{row.year}年" if village is None else village.name
    operator = f"示例{STEMS[int(name[-2:]) % 10]}{row.kind.operator}" if row.kind.operator else ""
    town = WHOLE_COUNTY if village is None else village.town
    project = Project(row.key, name, f"{place}{row.kind.title}", row.year, row.kind, village, town, operator)
    project.meta = _meta(project)
    project.states = _states(rng, row)
    return project


def _meta(project: Project) -> dict[str, object]:
    kind = project.kind
    place = {"village": project.village.id} if project.village else {"town": project.town}
    linked = {"operator": project.operator, "linkage": LINKAGE, "beneficiaries": "脱贫户、监测户及周边农户"}
    return {
        "name": project.name,
        "category": kind.category,
        "subtype": kind.subtype,
        "mode": kind.mode,
        **place,
        "unit": kind.unit,
        **(linked if project.operator else {}),
        "goal": kind.goal,
        "filed-by": "县乡村振兴局、县财政局、县发展改革委",
        "household-level": kind.household_level or None,
    }


def _states(rng: random.Random, row: Row) -> list[tuple[dt.date, str, dict[str, object]]]:
    """入库 before the year, the plan in February, work from spring to autumn, 验收, 移交, review."""
    listed = dt.date(row.year, 1, 5) if row.year == 2021 else dt.date(row.year - 1, 11, 8)
    started = weekday(dt.date(row.year, *_START.get(row.key[4:], (3, 28))))
    done = weekday(days_after(dt.date(row.year, *_DONE.get(row.key[4:], (9, 6))), rng.randrange(20)))
    if row.key[4:] == "x6":
        started = dt.date(row.year, 9, 6)
    accepted = weekday(days_after(done, rng.randrange(9, 16)))
    states: list[tuple[dt.date, str, dict[str, object]]] = [
        (weekday(days_after(listed, rng.randrange(5))), "入库", {}),
        (dt.date(row.year, *PLANNED), "年度计划", {}),
        (started, "开工", {}),
    ]
    if row.finished:
        reviewed = weekday(days_after(accepted, rng.randrange(60, 150)))
        states += [
            (done, "完工", {}),
            (accepted, "验收", {}),
            (weekday(days_after(accepted, rng.randrange(8, 25))), "移交", {}),
            (reviewed, "绩效自评", {"score": str(rng.randrange(84, 99))}),
        ]
    return [state for state in states if state[0] <= AS_OF]


# Month and day of 开工, and of 完工 at the earliest, where they are not the usual ones.
_START = dict.fromkeys(("x1", "x2", "x3", "x4", "x5"), (4, 1))
_START |= {
    "c5": (7, 6),
    "c9": (7, 6),
    "c15": (5, 10),
    "j3": (6, 8),
    "j4": (6, 8),
    "c6": (7, 6),
    "c7": (7, 6),
    "c8": (7, 6),
}
_START |= {"s1": (7, 6), "s3": (6, 8), "c12": (4, 14), "q1": (4, 14), "y1": (6, 8), "c13": (4, 6), "c14": (4, 6)}
_DONE = {
    "j1": (12, 26),
    "j2": (11, 16),
    "c6": (10, 20),
    "c7": (11, 25),
    "c8": (12, 19),
    "c10": (10, 14),
    "s1": (10, 28),
}
_DONE |= {"s3": (8, 18), "g": (12, 1), "c5": (10, 8), "c9": (10, 8), "x6": (11, 20), "j4": (10, 8), "y1": (10, 8)}


def declare_projects(county: County) -> None:
    """One directive for each state; the first carries everything that is known, the planned sum included."""
    for project in county.projects.values():
        first = True
        for day, state, extra in project.states:
            meta = {**(project.meta if first else {}), **extra}
            if first and "planned" not in meta:
                meta["planned"] = Yuan(project.allocated)
            file = "progress" if state in ("移交", "绩效自评") else "projects"
            given = {key.replace("-", "_"): value for key, value in meta.items()}
            county.declare(file, day, "project", project.id, state, **given)
            first = False
