"""Tables with subtotals: rows by group, each group and the whole summed by live formulas that do not count twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from reports.workbook import COUNT, MONEY, PLAIN, SUBTOTAL, TOTAL, Area, Column, Formula, Row, Sheet

Line = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """What a grouped table shows.

    `groups` leading columns group the rows, widest first; `ratios` maps a column to those of its numerator and
    denominator. Money and counts are summed, except the columns in `unsummed`.
    """

    columns: tuple[Column, ...]
    groups: int = 2
    ratios: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    unsummed: frozenset[int] = frozenset()

    @property
    def summed(self) -> list[int]:
        """Numbers of the columns that add up."""
        return [
            number
            for number, column in enumerate(self.columns)
            if column.kind in (MONEY, COUNT) and number not in self.unsummed
        ]


def write(sheet: Sheet, table: Table, lines: Sequence[Line]) -> Area:
    """Write lines that are sorted by their groups: a subtotal after every town and every group of several, a total."""
    first = sheet.row + (3 if any(column.group for column in table.columns) else 2)
    rows: list[Row] = []
    _add(table, lines, 0, first, rows)
    rows.append(_sum(table, lines, ("合计", 0), (first, first + len(rows) - 1), TOTAL))
    return sheet.table(table.columns, rows)


def _add(table: Table, lines: Sequence[Line], depth: int, first: int, rows: list[Row]) -> None:
    if depth == table.groups:
        rows += [Row(_with_ratios(table, list(line)), PLAIN) for line in lines]
        return
    for name, members in groupby(lines, key=lambda line: line[depth]):
        group, start = list(members), first + len(rows)
        _add(table, group, depth + 1, first, rows)
        if depth == 0 or len(group) > 1:
            rows.append(_sum(table, group, (f"{name}小计", depth), (start, first + len(rows) - 1), SUBTOTAL))


def _sum(table: Table, group: Sequence[Line], label: tuple[str, int], area: tuple[int, int], level: str) -> Row:
    """A row that sums an area; SUBTOTAL leaves out the subtotals within it."""
    values: list[Any] = [""] * len(table.columns)
    values[label[1]] = label[0]
    for column in table.summed:
        total = sum(line[column] or 0 for line in group)
        letter = xl_col_to_name(column)
        values[column] = Formula(f"=SUBTOTAL(9,{letter}{area[0]}:{letter}{area[1]})", total) if group else 0
    return Row(_with_ratios(table, values), level)


def _with_ratios(table: Table, values: list[Any]) -> Line:
    """The values with their ratios as live formulas; "" where there is nothing to divide by."""
    for column, (numerator, denominator) in table.ratios.items():
        above, below = (_plain(values[number]) for number in (numerator, denominator))
        letters = [xl_col_to_name(number) for number in (numerator, denominator)]
        words = f'=IF({letters[1]}{{row}}=0,"",{letters[0]}{{row}}/{letters[1]}{{row}})'
        values[column] = Formula(words, Fraction(above, below) if below else "")
    return tuple(values)


def _plain(value: Any) -> int:
    return int((value.value if isinstance(value, Formula) else value) or 0)
