"""Equity grants: what was quantified on which day, who holds it, and what was received of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived, on


@dataclass(frozen=True)
class Grant:
    """One equity grant: its registered facts, the day of 量化, and the lines of its register."""

    row: Any
    day: date
    lines: list[Any]
    postings: tuple[int, ...]

    @property
    def source(self) -> tuple[str, int]:
        return (self.row.file, self.row.line)

    @property
    def leaders(self) -> set[str]:
        return {line.household for line in self.lines if line.holder == "理事长" and line.household}

    def of(self, part: str) -> list[Any]:
        """The lines of a part of the holders; what is nobody's is no farmer's."""
        holders = {"collective": ("集体",), "leader": ("理事长",), "farmers": ("", "成员")}[part]
        return [line for line in self.lines if line.holder in holders and (line.holder or line.household)]

    def held_by(self, part: str) -> int:
        """分 held by a part of the holders."""
        return sum(line.amount for line in self.of(part))


@derived
def grants(tables: Tables) -> list[Grant]:
    """Every grant that was quantified by the as-of date."""
    table = tables.postings
    legs = table[table["kind"] == "shares"]  # units of the grant's commodity
    of_grant = dict(zip(legs.index.tolist(), legs["commodity"].tolist(), strict=True))
    lines: dict[str, list[Any]] = defaultdict(list)
    for line in records(tables.shares):
        lines[of_grant.get(line.posting, "")].append(line)
    days = {row.id: row.date for row in reversed(list(records(tables.equity))) if row.state == "量化"}
    return [
        Grant(
            row, days.get(row.id, row.date), lines[row.id], tuple(i for i, grant in of_grant.items() if grant == row.id)
        )
        for row in on(tables, "equity", tables.as_of).values()
    ]


def village_of(tables: Tables, grant: Grant) -> str:
    """The village that the grant's project had on the day of 量化; of a project registered later, its latest."""
    name = grant.row.project or ""
    project = on(tables, "projects", grant.day).get(name) or on(tables, "projects", tables.as_of).get(name)
    return (project.village or "") if project else ""


@derived
def dividends(tables: Tables) -> dict[tuple[str, int], list[Any]]:
    """Legs of dividends received, by grant and income year; an amount received is negative (income)."""
    table = tables.postings
    income = table[(table["kind"] == "asset income") & (table["equity"] != "")]
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for leg in records(income):
        found[leg.equity, leg.income_year].append(leg)
    return found
