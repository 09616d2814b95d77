"""What is published, as plain tables: every face (page, workbook, PDF, CSV) shows these and computes nothing.

A cell is text, an amount in 分, a count, a date, None (nothing to say) or WITHHELD. Lines carry the place that they
belong to, so that the county's, a town's and a village's edition are the same lines, chosen by place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledgers.money import yuan, yuan_cn
from reports.formulas import is_formula

TEXT, MONEY, COUNT, DAYS, DATE = "text", "money", "count", "days", "date"
WITHHELD = "＊"
OTHERS = "其他（合并公开）"
FOLD = 5  # rows of projects of earlier years are put together on the county's paper from so many on
FOLDED = "以前年度的 {} 个项目，本年没有变动（逐个见网站）"
UNASSIGNED = "未对应项目"  # money of no project
COUNTY = ("", "")
WHOLE, TOWN, VILLAGE = "全县", "乡镇", "村"
Place = tuple[str, str]  # town, village id; ("龙池镇", ""): the whole town; ("", ""): the whole county


@dataclass(frozen=True)
class Field:
    """A column: its name in the data files, its heading, what its cells are, and its width in characters."""

    name: str
    title: str
    kind: str = TEXT
    width: int = 12
    summed: bool = True  # whether its amounts have a total; those that repeat others (settled, uses) have none
    note: str = ""  # what it is, for the data dictionary, where its heading does not say it


@dataclass(frozen=True)
class Line:
    """A row, the place it belongs to, and, where it is a sum over places, the only edition that shows it."""

    place: Place
    values: tuple[Any, ...]
    edition: str = ""
    old: bool = False  # nothing of it happened in the year: the county's paper puts such rows together


@dataclass(frozen=True)
class Shown:
    """Rows that add up: those that may be shown, the one of all others together, the total, and the columns left out."""

    rows: list[tuple[Any, ...]]
    others: tuple[Any, ...] | None
    total: tuple[Any, ...] | None
    dropped: set[int]

    @property
    def every(self) -> list[tuple[Any, ...]]:
        return [*self.rows, *([self.others] if self.others else [])]


@dataclass
class Table:
    """One table of the disclosure: its stage, what it shows, the rules and articles it answers, rows and totals."""

    name: str
    title: str
    about: str
    rules: tuple[str, ...]
    fields: tuple[Field, ...]
    lines: list[Line] = field(default_factory=list)
    totals: dict[Place, tuple[Any, ...]] = field(default_factory=dict)  # by place; cells as in a line
    tells: bool = False  # whether a row is worth reading without its amounts
    remark: str = ""  # what a reader would stumble over, explained where it stands

    def of(self, place: Place) -> list[Line]:
        """The lines of the edition of a place."""
        mine = edition(place)
        return [line for line in self.lines if line.edition in ("", mine) and within(line.place, place)]

    def shown(self, place: Place, *, folded: bool = False) -> "Shown":
        """The rows of the edition of a place so that they add up: what is withheld is one row, 其他（合并公开）.

        `folded`: projects of which nothing happened in the year are one row together, at the end.
        """
        old = [line for line in self.of(place) if folded and line.old and WITHHELD not in line.values]
        lines = [list(line.values) for line in self.of(place) if len(old) < FOLD or line not in old]
        lines += [self._folded(old)] if len(old) >= FOLD else []
        total = self.totals.get(place)
        money = [i for i, one in enumerate(self.fields) if one.kind == MONEY and one.summed]
        merged: dict[int, int] = {}
        dropped: set[int] = set()
        for i in money:
            if not any(line[i] == WITHHELD for line in lines):
                continue
            if total and isinstance(total[i], int):
                merged[i] = total[i] - sum(line[i] or 0 for line in lines if line[i] != WITHHELD)
            else:
                dropped.add(i)
        if dropped and dropped == set(money) and not self.tells:
            return Shown([], None, None, dropped)  # nothing of it may be told at this level
        kept = [line for line in lines if not self._all_withheld(line)]
        kept = [[None if i in dropped else value for i, value in enumerate(line)] for line in kept]
        merged = merged if any(merged.values()) else {}  # what a village's list leaves out is no part of its total
        others: list[Any] = [merged.get(i) for i in range(len(self.fields))]
        if merged:
            others[self._name] = OTHERS
        return Shown(
            [tuple(line) for line in kept], tuple(others) if merged else None, self._total(total, dropped), dropped
        )

    def _folded(self, old: list[Line]) -> list[Any]:
        """One row for many: how many projects they are, and the sums of their amounts."""
        cells: list[Any] = [None] * len(self.fields)
        for i, one in enumerate(self.fields):
            if one.kind == MONEY and one.summed:
                cells[i] = sum(line.values[i] or 0 for line in old)
        cells[self._name] = FOLDED.format(len(old))
        return cells

    @property
    def _name(self) -> int:
        """The column that says in words what a row is about."""
        return next((i for i, one in enumerate(self.fields) if one.name in ("name", "operator")), 0)

    def _all_withheld(self, line: list[Any]) -> bool:
        """Whether a row says nothing but that something is withheld."""
        amounts = [line[i] for i, one in enumerate(self.fields) if one.kind == MONEY and line[i] is not None]
        return bool(amounts) and all(one == WITHHELD for one in amounts) and not self.tells

    def _total(self, total: tuple[Any, ...] | None, dropped: set[int]) -> tuple[Any, ...] | None:
        if total is None:
            return None
        return tuple(None if i in dropped or value == WITHHELD else value for i, value in enumerate(total))


def edition(place: Place) -> str:
    return VILLAGE if place[1] else TOWN if place[0] else WHOLE


def within(place: Place, wider: Place) -> bool:
    return all(not want or have == want for have, want in zip(place, wider, strict=True))


def shown(value: Any, kind: str) -> str:
    """A cell as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind == MONEY:
        return yuan_cn(value)
    if kind == DAYS:
        return f"{value:g}"
    return f"{value:,}" if kind == COUNT else str(value)


def plain(value: Any, kind: str) -> str:
    """A cell as the data files hold it: yuan with two places, ISO dates; text that a spreadsheet would run is defused."""
    if value is None:
        return ""
    if value == WITHHELD:
        return "*"
    if isinstance(value, str):
        return f"'{value}" if is_formula(value) else value
    if kind == MONEY:
        return yuan(value)
    return f"{value:g}" if kind == DAYS else value.isoformat() if isinstance(value, date) else str(value)


def add_totals(table: Table, open_fields: Mapping[str, Any] = {}) -> None:
    """Totals of money and counts by town, village and county: sums of what is shown; withheld where a part is.

    `open_fields` maps a field to a function of the place that gives its total instead (or WITHHELD).
    """
    places = {COUNTY} | {place for line in table.lines for place in _wider(line.place)}
    for place in sorted(places):
        lines = table.of(place)
        cells = [_total(table.fields[i], [line.values[i] for line in lines]) for i in range(len(table.fields))]
        for i, one in enumerate(table.fields):
            if one.name in open_fields:
                cells[i] = open_fields[one.name](place)
        cells[0] = "合计"
        table.totals[place] = tuple(cells)


def _wider(place: Place) -> Iterator[Place]:
    yield (place[0], "")
    if place[1]:
        yield place


def _total(one: Field, values: list[Any]) -> Any:
    if one.kind != MONEY or not one.summed or all(value is None for value in values):
        return None
    if WITHHELD in values:
        return WITHHELD
    return sum(value or 0 for value in values)
