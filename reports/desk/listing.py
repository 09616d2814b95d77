"""Lists that work: filtered by what their columns hold, searched, sorted, in pages, with sums, saved as shown.

A page gives rows and columns; what was asked for stands in the address. All lists of the desk are of this one kind.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.money import percent, yuan_cn
from plugins.findings import STATUS_NAMES, STATUSES
from reports.desk.paging import Paging

TEXT, LONG, MONEY, YUAN, COUNT, RATIO, DATE = "text", "long", "money", "yuan", "count", "ratio", "date"
STATUS, CHART, PLACE = "status", "chart", "place"
NUMBERS = (MONEY, YUAN, COUNT, RATIO)
SIZE = 50
MOST_CHOICES = 80  # values of a filter
NONE = "（无）"


@dataclass(frozen=True)
class Column:
    """A column: its key in the address, its title, what it shows of a row, and where that leads.

    MONEY is 分 shown in 万元 (YUAN: in 元), RATIO a Fraction, STATUS a verdict, LONG a text that needs room, PLACE a file
    and line shown as a link alone; None shows nothing. A `facet` can be
    filtered by its values; an `extra` is filtered and saved but not shown; `small` is left out on a phone.
    """

    key: str
    title: str
    get: Callable[[Any], Any]
    kind: str = TEXT
    link: Callable[[Any], str] | None = None
    facet: bool = False
    extra: bool = False
    small: bool = False
    total: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Choice:
    """One value of a filter, and how many rows have it."""

    value: str
    title: str
    count: int
    chosen: bool


class _Held:
    """Rows and what the columns say of them, worked out once: a county's lists are long, and asked for again and again."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = list(rows)
        self._values: dict[str, list[Any]] = {}
        self._texts: dict[str, list[str]] = {}

    def of(self, column: Column) -> list[Any]:
        if column.key not in self._values:
            self._values[column.key] = [column.get(row) for row in self.rows]
        return self._values[column.key]

    def texts(self, column: Column) -> list[str]:
        """The values as they stand in the address of a filter."""
        if column.key not in self._texts:
            self._texts[column.key] = [key_text(value) for value in self.of(column)]
        return self._texts[column.key]


Memory = dict[str, _Held]  # by the name of the list


class Listing:
    """The rows that were asked for, in the order that was asked for.

    With a `memory`, which belongs to one judged book, rows are taken from there by the list's name if it is known.
    """

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Any] | Callable[[], Iterable[Any]],
        args: Mapping[str, str],
        *,
        sort: str = "",
        keep: Sequence[str] = ("id",),
        size: int = SIZE,
        memory: Memory | None = None,
    ) -> None:
        self.name, self.columns = name, columns
        self.kept = {key: args[key] for key in keep if args.get(key)}
        self.words = args.get("q", "").strip()[:60]
        self._args = args
        known = memory is not None and name in memory
        self._held = memory[name] if memory is not None and known else _Held(rows() if callable(rows) else rows)
        if memory is not None:
            memory[name] = self._held
        self.whole = len(self._held.rows)
        self.facets = [(one, self._choices(one)) for one in columns if one.facet]
        self.sort = args.get("sort", "") or sort
        self._places = self._sorted(self._wanted())
        self.rows = [self._held.rows[place] for place in self._places]
        self.paging = Paging(self.rows, args, size)

    @property
    def shown(self) -> list[Column]:
        """Columns that are not extra, without those that say nothing of any row."""
        return [one for one in self.columns if not one.extra and (one.kind == CHART or self._says(one))]

    def _says(self, column: Column) -> bool:
        return not self.whole or any(column.get(row) not in (None, "") for row in self._held.rows)

    @property
    def given(self) -> dict[str, str]:
        """What was asked for, to be kept in links."""
        asked = {one.key: self._args[one.key] for one, _ in self.facets if self._args.get(one.key)}
        return {**self.kept, **asked, **({"q": self.words} if self.words else {}), **self._sorting()}

    def _sorting(self) -> dict[str, str]:
        return {"sort": self._args["sort"]} if self._args.get("sort") else {}

    def by(self, column: Column) -> str:
        """The order that a click on the column's head asks for: numbers and dates the other way round first."""
        first, second = (
            (f"-{column.key}", column.key) if column.numeric or column.kind == DATE else (column.key, f"-{column.key}")
        )
        return second if self.sort == first else first

    def direction(self, column: Column) -> str:
        return {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "none")

    @property
    def totals(self) -> dict[str, int]:
        """Sums of the columns that have one, over all rows that fit."""
        return {one.key: self._sum(self._held.of(one)) for one in self.columns if one.total}

    def _sum(self, values: list[Any]) -> int:
        return sum(values[place] or 0 for place in self._places)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Titles and plain values of every row that fits, for a file; 分 and shares stay numbers."""
        columns = [one for one in self.columns if one.kind != CHART]
        return [one.title for one in columns], [[_kept(one, row) for one in columns] for row in self.rows]

    def _choices(self, column: Column) -> list[Choice]:
        counts = Counter(self._held.texts(column))
        order = sorted(counts, key=lambda value: (STATUSES.index(value), "") if value in STATUSES else (9, value))
        chosen = self._args.get(column.key, "")
        return [Choice(one, word(column, one), counts[one], one == chosen) for one in order[:MOST_CHOICES]]

    def _wanted(self) -> list[int]:
        """Places of the rows that fit every filter and hold every word."""
        places = list(range(self.whole))
        for column, _ in self.facets:
            if wanted := self._args.get(column.key, ""):
                texts = self._held.texts(column)
                places = [place for place in places if texts[place] == wanted]
        if self.words:
            searched = [self._held.texts(one) for one in self.columns if one.kind in (TEXT, LONG, DATE)]
            parts = self.words.lower().split()
            places = [place for place in places if _has(parts, (texts[place] for texts in searched))]
        return places

    def _sorted(self, places: list[int]) -> list[int]:
        column = next((one for one in self.columns if one.key == self.sort.removeprefix("-")), None)
        if column is None:
            return places
        values = self._held.of(column)
        known = [place for place in places if values[place] not in (None, "")]
        blank = [place for place in places if values[place] in (None, "")]
        turned = self.sort.startswith("-")
        return [*sorted(known, key=lambda place: _order(column, values[place]), reverse=turned), *blank]


def _has(parts: list[str], texts: Iterable[str]) -> bool:
    text = " ".join(texts).lower()
    return all(part in text for part in parts)


def _order(column: Column, value: Any) -> Any:
    return STATUSES.index(value) if column.kind == STATUS else value


def key_text(value: Any) -> str:
    """A value as it stands in the address of a filter."""
    return NONE if value in (None, "") else str(value)


def word(column: Column, value: str) -> str:
    return STATUS_NAMES.get(value, value) if column.kind == STATUS else value


def _kept(column: Column, row: Any) -> Any:
    value = column.get(row)
    return STATUS_NAMES.get(value, value) if column.kind == STATUS else value


def in_words(column: Column, value: Any, yuan: bool) -> str:
    """A value as a reader sees it."""
    if value is None:
        return ""
    if column.kind in (MONEY, YUAN):
        return yuan_cn(value) if yuan or column.kind == YUAN else wan(value)
    if column.kind == RATIO:
        return percent(value)
    if column.kind == COUNT:
        return f"{value:,}" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value)


def wan(amount: int) -> str:
    """分 in 万元 with two decimals, half up; what is not nothing never looks like nothing."""
    hundredths = (abs(amount) + 5_000) // 10_000
    if amount and not hundredths:
        return "<0.01" if amount > 0 else ">-0.01"
    return f"{'-' if amount < 0 else ''}{hundredths // 100:,}.{hundredths % 100:02d}"
