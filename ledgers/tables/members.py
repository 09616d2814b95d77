"""Who was a member of which household when: registry/members.csv, one row for each time.

A person stays a person: `who` is a permanent pseudonym, `household` and `person` are the numbers under which lists know
them at the time. `reason` is that of `to` where there is one, else of `from`; `entered` may give that of `from` besides.
"""

from collections.abc import Collection
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from ledgers.files.csvs import Row, register
from ledgers.files.problems import Problem, Untrusted
from ledgers.tables import times
from ledgers.tables.directives import MEMBER_REASONS
from ledgers.tables.registry import Issue
from ledgers.tables.schema import frame_of_rows

FILE = "registry/members.csv"
REQUIRED = ("who", "household", "person", "from", "to", "reason")


def lines(root: Path) -> list[tuple[int, Row]]:
    """The rows of the register as they are written, each with the number of its line. Raises Untrusted."""
    return register(root, FILE, REQUIRED, "家庭成员名册")


def read_members(
    root: Path, as_of: date, households: Collection[str]
) -> tuple[pd.DataFrame, list[Problem], list[Issue]]:
    """The table `members` as of a day, what makes the book untrusted, and what is incomplete.

    Whoever entered later is not known yet, and whoever left later is still there. Impossible rows are issues and left
    out, so that one wrong date silences nobody else.
    """
    problems: list[Problem] = []
    issues: list[Issue] = []
    try:
        raw = lines(root)
    except Untrusted as error:
        return frame_of_rows("members", []), error.problems, []
    rows = []
    for line, texts in raw:
        try:
            row = _row(texts) | {"file": FILE, "line": line}
        except ValueError as error:
            problems.append(Problem(FILE, line, f"家庭成员名册这一行无法读取（{error}）"))
            continue
        if row["household"] not in households:
            problems.append(Problem(FILE, line, f"成员 {row['who']} 的户“{row['household']}”不在农户名册中"))
        if fault := _fault(row):
            issues.append(Issue("member", row["who"], FILE, line, fault))
        elif row["from_"] is None or row["from_"] <= as_of:
            rows.append(row if row["to"] is None or row["to"] <= as_of else row | {"to": None, "left": ""})
    rows.sort(key=lambda row: row["from_"] or date.min)
    issues += [*_overlaps(rows, ("who",)), *_overlaps(rows, ("household", "person"))]
    return frame_of_rows("members", rows), problems, issues


def _row(texts: Row) -> dict[str, Any]:
    who, household, person = (texts[name].strip() for name in REQUIRED[:3])
    if not who or not household or None in texts:
        raise ValueError("缺少 who 或 household，或字段过多")
    start, end = (_day(name, texts[name]) for name in ("from", "to"))
    reason, entered = texts["reason"].strip(), (texts.get("entered") or "").strip()
    return {
        "who": who,
        "household": household,
        "person": person,
        "from_": start,
        "to": end,
        "entered": entered or ("" if end else reason),
        "left": reason if end else "",
    }


def _day(column: str, text: str) -> date | None:
    try:
        return times.day(text) if text.strip() else None
    except ValueError:
        raise ValueError(f"{column} 的值“{text}”应为日期（如 2022-03-05）") from None


def _fault(row: dict[str, Any]) -> str:
    """Why a row that can be read cannot be, "" where it can."""
    if row["from_"] and row["to"] and row["to"] < row["from_"]:
        return f"to（{row['to']}）早于 from（{row['from_']}），这一行未被采用"
    wrong = [reason for reason in (row["entered"], row["left"]) if reason and reason not in MEMBER_REASONS]
    return f"原因“{wrong[0]}”应为 {'、'.join(MEMBER_REASONS)} 之一，这一行未被采用" if wrong else ""


def _overlaps(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[Issue]:
    """Rows that say two things of one person, or of one number of a household, on the same day."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return [
        Issue("member", later["who"], FILE, later["line"], f"与第 {row['line']} 行的时间重叠（{' '.join(key)}）")
        for key, group in groups.items()
        for row, later in pairwise(group)
        if row["to"] is None or row["to"] >= (later["from_"] or date.min)
    ]
