"""Households and their states by date: reading households.csv, and who is a priority household on a day.

Base state and monitoring are two tracks, each keeps its last row. A household is a priority household (脱贫户、监测户)
on a day when its base state is 脱贫户 or it is being monitored. 销户 ends it: from that day on it is in no village and no
priority household.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from ledgers.files.csvs import Row, register
from ledgers.files.problems import Problem, Untrusted
from ledgers.tables.directives import BASE_STATES, MONITOR_KINDS, MONITORING_STATES
from ledgers.tables.plausible import day_out_of_range
from ledgers.tables.registry import Issue
from ledgers.tables.schema import SCHEMAS, HouseholdState, frame_of_rows, records

FILE = "registry/households.csv"
_DATES = ("date", "reported", "notice_from", "notice_to", "helper_assigned", "plan_made")
COLUMNS = tuple(name for name in SCHEMAS["households"] if name not in ("file", "line"))
REQUIRED = COLUMNS[:4]
ENDED = "销户"
_DIGITS = 3  # of a household's people
_SAID = {"village": "行政村", "people": "人数", "base": "状态", "monitored": "监测状态", "monitor": "监测户类型"}


def read_households(
    root: Path, as_of: date, villages: set[str]
) -> tuple[pd.DataFrame, set[str], list[Problem], list[Issue]]:
    """The households table up to the as-of date, every id in the file, what makes it untrusted, what is incomplete.

    What a row says of days after the as-of date is not known yet and left out.
    """
    problems: list[Problem] = []
    issues: list[Issue] = []
    try:
        raw = lines(root)
    except Untrusted as error:
        return frame_of_rows("households", []), set(), error.problems, issues
    rows: list[dict[str, Any]] = []
    ids = set()
    for line, texts in raw:
        row = _row(line, texts, villages, problems, issues)
        ids.add(texts["household"])
        if row and row["date"] <= as_of:
            rows.append({k: None if k in _DATES and v and v > as_of else v for k, v in row.items()})
    rows.sort(key=lambda row: row["date"])
    return frame_of_rows("households", rows), ids, problems, [*issues, *_disagreeing(rows)]


def lines(root: Path) -> list[tuple[int, Row]]:
    """The rows of the register as they are written, each with the number of its line. Raises Untrusted."""
    return register(root, FILE, REQUIRED, "农户名册")


def _row(
    line: int, texts: dict[str, Any], villages: set[str], problems: list[Problem], issues: list[Issue]
) -> dict[str, Any] | None:
    name = texts["household"]
    row: dict[str, Any] = {column: (texts.get(column) or "") for column in COLUMNS} | {"file": FILE, "line": line}
    try:
        for column in _DATES:
            row[column] = _day(column, row[column]) if row[column] else None
        if row["people"] and not (row["people"].isascii() and row["people"].isdigit()):
            raise ValueError(f"people 的值“{row['people'][:20]}”应为人数")
        if len(row["people"]) > _DIGITS:
            raise ValueError(f"people 的值“{row['people'][:20]}”不可能是一户的人数")
        row["people"] = int(row["people"]) if row["people"] else None
        if not name or row["date"] is None or None in texts:
            raise ValueError("缺少户编号或日期，或字段过多")
    except ValueError as error:
        problems.append(Problem(FILE, line, f"农户名册这一行无法读取（{error}）"))
        return None
    if row["village"] not in villages:
        problems.append(Problem(FILE, line, f"户 {name} 的行政村“{row['village']}”没有登记"))
    if row["state"] not in BASE_STATES + MONITORING_STATES:
        issues.append(Issue("household", name, FILE, line, f"状态“{row['state']}”不在规定的范围内"))
    if row["state"] == "监测户" and row["monitor"] not in MONITOR_KINDS:
        issues.append(Issue("household", name, FILE, line, f"监测户类型“{row['monitor']}”不在规定的范围内"))
    return row


def _day(column: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} 的值“{text}”应为日期（如 2022-03-05）") from None
    if reason := day_out_of_range(day):
        raise ValueError(f"{column} 的{reason}")
    return day


def _disagreeing(rows: list[dict[str, Any]]) -> Iterator[Issue]:
    """Rows of one household and day that cannot both be: other base states, kinds of monitoring, villages or people."""
    seen: dict[tuple[str, date, str], tuple[Any, int]] = {}
    for row in rows:
        base = row["state"] in BASE_STATES
        said = {"village": row["village"], "people": row["people"], "base" if base else "monitored": row["state"]}
        said |= {} if base else {"monitor": row["monitor"]}
        for name, value in said.items():
            before, line = seen.setdefault((row["household"], row["date"], name), (value, row["line"]))
            if value not in (before, None, "") and before not in (None, ""):
                message = f"{_SAID[name]}与第 {line} 行同一天的登记不一致：这里是“{value}”，那里是“{before}”"
                yield Issue("household", row["household"], FILE, row["line"], message)


class Households:
    """Answers who was what on which day, from the households table.

    `mergers` says of each village that ceased since when it is part of which: its households went over with it.
    """

    def __init__(self, table: pd.DataFrame, mergers: Mapping[str, tuple[date, str]] = MappingProxyType({})) -> None:
        self._mergers = mergers
        self._base: dict[str, list[tuple[date, str]]] = {}
        self._monitoring: dict[str, list[tuple[date, str, str]]] = {}
        self._place: dict[str, list[tuple[date, str, int | None]]] = {}
        self._standing: dict[str, tuple[list[date], list[frozenset[str]]]] = {}
        self._members: dict[date, dict[str, list[str]]] = {}
        self.closed: set[str] = set()  # households that ended at some time
        self.lines: dict[str, tuple[str, int]] = {}
        for row in records(HouseholdState, table):
            self.lines.setdefault(row.household, (row.file, row.line))
            self._place.setdefault(row.household, []).append((row.date, row.village, row.people))
            if row.state in BASE_STATES:
                self._base.setdefault(row.household, []).append((row.date, row.state))
                if row.state == ENDED:
                    self.closed.add(row.household)
            elif row.state in MONITORING_STATES:
                self._monitoring.setdefault(row.household, []).append((row.date, row.state, row.monitor))

    def base(self, household: str, day: date) -> str:
        """The base state on that day, "" where none is known yet."""
        row = _on(self._base.get(household, []), day)
        return str(row[1]) if row else ""

    def ended(self, household: str, day: date) -> date | None:
        """Since when the household has ended (销户) on that day; None where it has not."""
        row = _on(self._base[household], day) if household in self.closed else None
        return row[0] if row and row[1] == ENDED else None

    def monitored(self, household: str, day: date) -> bool:
        """Whether the household is being monitored (监测户) on that day."""
        row = _on(self._monitoring.get(household, []), day)
        return bool(row) and row[1] == "监测户" and not self.ended(household, day)

    def monitor(self, household: str, day: date) -> str:
        """Why the household is being monitored on that day, by its last row (脱贫不稳定户 …); "" where none says."""
        row = _on(self._monitoring.get(household, []), day)
        return str(row[2]) if row else ""

    def states(self, household: str, day: date) -> frozenset[str]:
        """The base state on that day, and where the household is being monitored that and why."""
        if household not in self._standing:
            days = sorted({day for day, *_ in (*self._base.get(household, ()), *self._monitoring.get(household, ()))})
            self._standing[household] = days, [self._states_on(household, one) for one in days]
        days, states = self._standing[household]
        place = bisect_right(days, day)
        return states[place - 1] if place else frozenset()

    def _states_on(self, household: str, day: date) -> frozenset[str]:
        states = {self.base(household, day)} - {""}
        monitored = {"监测户", self.monitor(household, day)} if self.monitored(household, day) else set()
        return frozenset(states | monitored)

    def steady(self, household: str, day: date) -> str:
        """The state of a household that never had another, from that day on or before; "" where it changed or is unknown."""
        base = self._base.get(household, [])
        return base[0][1] if len(base) == 1 and base[0][0] <= day and household not in self._monitoring else ""

    def priority(self, household: str, day: date) -> bool:
        """Whether the household is 脱贫户 or being monitored on that day."""
        return self.base(household, day) == "脱贫户" or self.monitored(household, day)

    def village(self, household: str, day: date) -> str:
        """The id of the village that the household belongs to on that day, "" where none is known yet."""
        row = _on(self._place.get(household, []), day)
        return self._now(row[1], day) if row else ""

    def _now(self, village: str, day: date) -> str:
        seen: set[str] = set()
        while village in self._mergers and self._mergers[village][0] <= day and village not in seen:
            seen.add(village)
            village = self._mergers[village][1]
        return village

    def people(self, household: str, day: date) -> int | None:
        """Members of the household on that day, by the last row that gives them."""
        known = [row for row in self._place.get(household, []) if row[2] is not None]
        row = _on(known, day)
        return row[2] if row else None

    def of_village(self, village: str, day: date) -> list[str]:
        """All households that belong to the village on that day, those that have ended left out."""
        if day not in self._members:
            members: dict[str, list[str]] = {}
            for household, rows in self._place.items():
                row = rows[0] if len(rows) == 1 and rows[0][0] <= day else _on(rows, day)
                if not self.ended(household, day):
                    members.setdefault(self._now(row[1], day) if row else "", []).append(household)
            self._members[day] = members
        return self._members[day].get(village, [])


def _on(rows: list[Any], day: date) -> Any:
    """The last row dated on or before the day."""
    index = bisect_right(rows, day, key=lambda row: row[0])
    return rows[index - 1] if index else None
