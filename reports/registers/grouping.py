"""Registers: columns that have a name and a source, rows by group, each group and the whole summed by live formulas.

A column is declared once: its name, how it looks, and where its value comes from. Sums, ratios, groups and charts ask
for columns by name, so that a new one may stand anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Any, Generic, TypeVar

from xlsxwriter.utility import xl_col_to_name

from ledgers.money import cut
from ledgers.tables.span import said_of
from ledgers.tables.tables import Tables
from reports.workbook import COUNT, MONEY, PLAIN, SUBTOTAL, TOTAL, Area, Column, Formula, Row, Sheet, Workbook

Line = TypeVar("Line")
UNIT = "编制单位（公章）："
SIGNED = "　　".join(f"{who}：{'　' * 5}" for who in ("负责人", "审核", "制表")) + "　　日期：　　　　年　　月　　日"


@dataclass(frozen=True)
class Ratio:
    """One column of the same row divided by another, both by name."""

    above: str
    below: str


@dataclass(frozen=True)
class Field(Generic[Line]):
    """A column by name: how it looks, and its value, taken from the line or worked out of two other columns."""

    name: str
    column: Column
    of: Callable[[Line], Any] | Ratio


@dataclass(frozen=True)
class Table(Generic[Line]):
    """What a grouped table shows: its columns from left to right, and how many of the first group the rows.

    Money and counts are summed.
    """

    fields: tuple[Field[Line], ...]
    groups: int = 2

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Where each column stands, counted from 0."""
        return {field.name: number for number, field in enumerate(self.fields)}

    @property
    def columns(self) -> list[Column]:
        return [field.column for field in self.fields]

    @property
    def ratios(self) -> Iterator[tuple[int, int, int]]:
        """Each ratio's own column and those that it divides."""
        for number, field in enumerate(self.fields):
            if isinstance(field.of, Ratio):
                yield number, self.numbers[field.of.above], self.numbers[field.of.below]

    def values(self, line: Line) -> list[Any]:
        """A line's values, without its ratios."""
        return [None if isinstance(field.of, Ratio) else field.of(line) for field in self.fields]


@dataclass(frozen=True)
class Gathered(Generic[Line]):
    """Lines that are one row of a summary."""

    name: str
    lines: list[Line]

    def sum(self, of: Callable[[Line], int]) -> int:
        return sum(map(of, self.lines))


def gathered(lines: Iterable[Line], name: Callable[[Line], str]) -> list[Gathered[Line]]:
    """The lines by name, in the order in which the names first stand."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(name(line), []).append(line)
    return [Gathered(*pair) for pair in found.items()]


@dataclass(frozen=True)
class Chart:
    """How a table is drawn: its caption, the columns that are its series, whether they lie or are stacked."""

    caption: str
    series: tuple[str, ...]
    kind: str = "column"
    stacked: bool = False


@dataclass(frozen=True)
class Page(Generic[Line]):
    """A sheet of a register: its name and title, its table, what is said above it, and how it is drawn beside it."""

    name: str
    title: str
    table: Table[Line]
    note: str = ""
    chart: Chart | None = None

    def write(self, book: Workbook, tables: Tables, lines: Sequence[Line]) -> None:
        """The lines, sorted by their groups, below the head and above who signs them."""
        sheet = book.sheet(self.name, [column.width for column in self.table.columns])
        sheet.title(self.title)
        sheet.sides(UNIT, f"{tables.title}　截至 {tables.as_of}　单位：元")
        sheet.note("。".join(filter(None, [said_of(tables.as_of, tables.span), self.note])))
        area = write(sheet, self.table, lines)
        sheet.skip()
        sheet.note(SIGNED)
        if self.chart:
            self._draw(sheet, area, self.chart)

    def _draw(self, sheet: Sheet, area: Area, chart: Chart) -> None:
        kind = {"type": chart.kind} | ({"subtype": "stacked"} if chart.stacked else {})
        numbers = [self.table.numbers[name] for name in chart.series]
        sheet.chart(kind, chart.caption, area, 0, {self.table.columns[number].title: number for number in numbers})


def write(sheet: Sheet, table: Table[Line], lines: Sequence[Line]) -> Area:
    """Write lines that are sorted by their groups: a subtotal after every town and every group of several, a total.

    The area is that of the rows without the total, which would dwarf the others in a chart and stays under a filter.
    """
    first = sheet.row + (3 if any(column.group for column in table.columns) else 2)
    rows: list[Row] = []
    values = [table.values(line) for line in lines]
    _add(table, values, 0, first, rows)
    rows.append(_sum(table, values, ("合计", 0), (first, first + len(rows) - 1), TOTAL))
    area = sheet.table(table.columns, rows)
    shown = Area(area.sheet, area.first, area.last - 1)
    sheet.filter(shown, len(table.columns))
    return shown


def _add(table: Table[Any], lines: Sequence[list[Any]], depth: int, first: int, rows: list[Row]) -> None:
    if depth == table.groups:
        rows += [Row(_with_ratios(table, line), PLAIN) for line in lines]
        return
    for name, members in groupby(lines, key=lambda line: line[depth]):
        group, start = list(members), first + len(rows)
        _add(table, group, depth + 1, first, rows)
        if depth == 0 or (name and len(group) > 1):
            rows.append(_sum(table, group, (f"{name}小计", depth), (start, first + len(rows) - 1), SUBTOTAL))


def _sum(
    table: Table[Any], group: Sequence[list[Any]], label: tuple[str, int], area: tuple[int, int], level: str
) -> Row:
    """A row that sums an area; SUBTOTAL leaves out the subtotals within it. What no line knows has no sum."""
    values: list[Any] = [""] * len(table.fields)
    values[label[1]] = label[0]
    for number, column in enumerate(table.columns):
        known = [line[number] for line in group if line[number] is not None]
        if column.kind in (MONEY, COUNT) and (known or not group):
            total = sum(known)
            letter = xl_col_to_name(number)
            values[number] = Formula(f"=SUBTOTAL(9,{letter}{area[0]}:{letter}{area[1]})", total) if group else 0
    return Row(_with_ratios(table, values), level)


def _with_ratios(table: Table[Any], values: list[Any]) -> tuple[Any, ...]:
    """The values with their ratios as live formulas, cut as every percentage is; "" where there is nothing to divide by."""
    for number, *parts in table.ratios:
        above, below = (_plain(values[part]) for part in parts)
        letters = [xl_col_to_name(part) for part in parts]
        down = "ROUNDDOWN" if above * below >= 0 else "ROUNDUP"  # both are named for what they do to the amount
        words = f'=IF({letters[1]}{{row}}=0,"",{down}({letters[0]}{{row}}/{letters[1]}{{row}},4))'
        values[number] = Formula(words, cut(Fraction(above, below)) if below else "")
    return tuple(values)


def _plain(value: Any) -> int:
    return int((value.value if isinstance(value, Formula) else value) or 0)
