"""Tables printed in two or three halves side by side to save paper: the same headings twice. Made one table again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from importers.reading.cells import squeezed
from importers.reading.grid import Grid, blank

_TOTALS = ("合计", "总计", "小计", "共计")
Places = list[tuple[int, int]]  # of each row of the one table: the row and the column from which it was taken


def period_of(stacks: Sequence[Sequence[str]]) -> int:
    """How many columns a half has, 0 where the headings are not wholly the same in each."""
    headings = ["\n".join(map(squeezed, stack)) for stack in stacks]
    while headings and not headings[-1]:
        headings.pop()
    for width in range(2, len(headings) // 2 + 2):
        halves = [_stripped(headings[start : start + width]) for start in range(0, len(headings), width)]
        if len(halves) > 1 and len(halves[0]) > 1 and all(half == halves[0] for half in halves):
            return width
    return 0


def _stripped(headings: list[str]) -> list[str]:
    while headings and not headings[-1]:
        headings = headings[:-1]
    return headings


def one_below_the_other(grid: Grid, top: int, first: int, width: int) -> tuple[Grid, Places]:
    """The grid with its right halves below the left one, and where each of its rows stood.

    `top` is the first row of the headings, `first` the first row below them.
    """
    rows = [list(row) for row in grid.rows[:top]] + [row[:width] for row in grid.rows[top:first]]
    places: Places = [(number, 0) for number in range(first)]
    totals: list[tuple[list[Any], tuple[int, int]]] = []
    for start in range(0, max(map(len, grid.rows), default=0), width):
        for number in range(first, len(grid.rows)):
            row = grid.rows[number]
            part = _padded(row[start : start + width], width)
            if label := _label(row):
                if blank([cell for cell in part if not _is_total(cell)]):
                    continue
                part = part if any(_is_total(cell) for cell in part) else [label, *part[1:]]
                if _summed(row, width) == 1:  # of all halves together
                    totals.append((part, (number, start)))
                    continue
            rows.append(part)
            places.append((number, start))
    rows += [part for part, _ in totals]
    places += [place for _, place in totals]
    full = max(map(len, rows), default=0)
    where = {place: number for number, place in enumerate(places)}
    merged, scan = _merged(grid, top, first, width, where), _scan(grid, first, width, where)
    return replace(grid, rows=[_padded(row, full) for row in rows], merged=merged, scan=scan), places


def _padded(row: list[Any], width: int) -> list[Any]:
    return list(row) + [""] * (width - len(row))


def _is_total(cell: Any) -> bool:
    return isinstance(cell, str) and squeezed(cell).strip(":").endswith(_TOTALS)


def _summed(row: list[Any], width: int) -> int:
    """In how many halves a row of totals says something."""
    halves = (row[start : start + width] for start in range(0, len(row), width))
    return sum(not blank([cell for cell in half if not _is_total(cell)]) for half in halves)


def _label(row: list[Any]) -> str:
    """The word for a total that a row has in any of its halves."""
    return next((cell for cell in row if _is_total(cell)), "")


def _merged(grid: Grid, head: int, first: int, width: int, where: dict[tuple[int, int], int]) -> list[tuple[int, int, int, int]]:
    """The merged ranges where their cells now stand: those of the head as they were, those within a half below."""
    found = [one for one in grid.merged if one[2] < head or (one[2] < first and one[3] < width)]
    for top, left, bottom, right in grid.merged:
        start = left // width * width
        rows = [where.get((number, start)) for number in range(top, bottom + 1)]
        if top >= first and None not in rows and right < start + width:
            found.append((rows[0] or 0, left - start, rows[-1] or 0, right - start))
    return found


def _scan(grid: Grid, first: int, width: int, where: dict[tuple[int, int], int]) -> Any:
    """What the cells do not tell, where they now stand."""

    def moved(cells: set[tuple[int, int]]) -> set[tuple[int, int]]:
        found = set()
        for row, column in cells:
            start = column // width * width if row >= first else 0
            if (row, start) in where:
                found.add((where[row, start], column - start))
        return found

    hidden = [number for (row, _), number in where.items() if row in set(grid.scan.hidden)]
    scan = grid.scan
    return replace(scan, hidden=sorted(hidden), uncached=moved(scan.uncached), errors=moved(scan.errors), hidden_columns=set())
