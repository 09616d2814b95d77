"""Several tables in one tab, one below the other, and tables in traditional characters: each made a grid of its own."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

from importers.reading.cells import squeezed
from importers.reading.grid import Grid, blank, cells
from importers.reading.kinds import KINDS, aliases

MOST = 200  # tables of a tab
_HEADINGS_IN = 60  # rows that may hold the first heading
_TRADITIONAL = re.compile("[號項額單資鄉鎮戶證財級類賬帳發實應銀補貼購買數經營權責變動參標準檢結產態評審說開萬際龍門農業縣區]")
_LABEL = re.compile(r"([^\s:：,，;；()（）]{2,10})[:：]\s*([^\s\u3000:：]+)")
_TABLE = re.compile(r"附?[表件][一二三四五六七八九十\d]+")


def apart(grid: Grid) -> Iterator[tuple[Grid, int]]:
    """The tables of a tab and the row at which each begins; a heading that a page only prints again begins none."""
    grid = _simplified(grid)
    starts = [0]
    headings = list(_headings(grid))[:MOST]
    for before, (number, texts) in pairwise(headings):
        top = _top(grid, number, before[0])
        if texts != before[1] or _differ(_said(grid, starts[-1], before[0]), _said(grid, top, number)):
            starts.append(top)
    if len(starts) == 1:
        yield grid, 0
        return
    for start, end in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        yield _part(grid, start, end), start


@cache
def _known() -> frozenset[str]:
    return frozenset(alias for kind in KINDS for alias in aliases(kind))


def _headings(grid: Grid) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are headings of a table: words alone, three or more, most of them known, below nothing but a few words."""
    rows = grid.rows
    for number, row in enumerate(rows):
        if number and len(rows[number - 1]) - rows[number - 1].count("") > 4:
            continue
        filled = [cell for _, cell in cells(row)]
        if len(filled) < 3 or not all(isinstance(cell, str) for cell in filled):
            continue
        texts = tuple(squeezed(cell).strip(":*") for cell in filled)
        if sum(text in _known() for text in texts) * 2 > len(texts):
            yield number, texts


def _top(grid: Grid, heading: int, last: int) -> int:
    """The first row of the words right above a heading."""
    top = heading
    while top - 1 > last and not blank(grid.rows[top - 1]) and _is_words(grid.rows[top - 1]):
        top -= 1
    return top


def _is_words(row: list[Any]) -> bool:
    filled = [cell for _, cell in cells(row)]
    return len(filled) <= 4 and all(isinstance(cell, str) for cell in filled) and "计" not in squeezed(filled[0])[-2:]


def _said(grid: Grid, top: int, heading: int) -> dict[str, str]:
    """What the words above a table say of it: 项目名称：…, 户名：…, and which table it is (表二 …)."""
    texts = [str(cell) for row in grid.rows[top:heading] for _, cell in cells(row)]
    found = {squeezed(label): squeezed(value) for text in texts for label, value in _LABEL.findall(text)}
    marks = [match.group() for text in texts if (match := _TABLE.match(squeezed(text)))]
    return found | ({"表": marks[-1]} if marks else {})


def _differ(one: dict[str, str], two: dict[str, str]) -> bool:
    """Whether a table's words say another thing than those of the table before it; what they leave out is the same."""
    return any(one[label] != value if label in one else label in _known() for label, value in two.items())


def _part(grid: Grid, start: int, end: int) -> Grid:
    """The rows of a grid from one to another, with what is known of them."""

    def moved(found: set[tuple[int, int]]) -> set[tuple[int, int]]:
        return {(row - start, column) for row, column in found if start <= row < end}

    scan = grid.scan
    hidden = [row - start for row in scan.hidden if start <= row < end]
    about = replace(scan, hidden=hidden, uncached=moved(scan.uncached), errors=moved(scan.errors))
    merged = [(top - start, left, bottom - start, right) for top, left, bottom, right in grid.merged if start <= top and bottom < end]
    return replace(grid, rows=grid.rows[start:end], merged=merged, scan=about)


def _simplified(grid: Grid) -> Grid:
    """The grid in simplified characters, where its headings are in traditional ones."""
    head = [cell for row in grid.rows[:_HEADINGS_IN] for cell in row if isinstance(cell, str)]
    if not any(map(_TRADITIONAL.search, head)):
        return grid
    from opencc import OpenCC  # takes a while, and is hardly ever wanted

    convert = cache(OpenCC("t2s").convert)
    if not any(squeezed(convert(cell)).strip(":*") in _known() and convert(cell) != cell for cell in head):
        return grid
    return replace(grid, rows=[[convert(cell) if isinstance(cell, str) else cell for cell in row] for row in grid.rows])
