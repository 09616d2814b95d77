"""Which of several columns a field is, where more than one could be it: told by words, by what is hidden, or asked."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from importers.reading.cells import Wrong, amount, squeezed
from importers.reading.given import Given, layout_id
from importers.reading.grid import Grid
from importers.reading.kinds import Kind, header_of

LOOKED_AT = 500  # rows in which columns are compared
_NOW = re.compile(r"本次|本批|此次|这次|本期|本笔")
_SO_FAR = re.compile(r"累计|已下达|已安排|已分配|已拨|已支|此前|上次|以前|上年|结转")
_MONEY = re.compile(r"投资|资金|(?:安排|下达|分配|补助|投入|指标)(?:金额|额度?|数)|(?:本次|本批)(?:安排|下达|分配)")
_REST = re.compile(r"(?:其中:?)?(?:其他|其它|自筹|社会|配套|地方配套|群众自筹|整合)(?:资金|投入|投资|财政资金)*(?:\(.*\))?")
_PART = re.compile(r"其中|自筹|配套|中央|省级|市级|县级|区级|乡镇|社会|群众|银行|东西|定点|债|其他|来源")


class Unclear(Exception):  # noqa: N818
    """Two columns fit, or the same headings stand twice, and nobody says which counts; the message names them."""


class Doubled(Unclear):
    """The same headings stand twice: a table printed in halves side by side."""


@dataclass
class Settled:
    """The columns of a table's fields, and what must be said of how they were chosen."""

    columns: dict[str, int]
    remarks: list[str] = field(default_factory=list)


def settle(
    grid: Grid, kind: Kind, headers: Sequence[str], matches: dict[str, list[int]], first: int, given: Given, own: dict[str, str]
) -> Settled:
    """Choose a column for each field among those that match it (best first); `first` is the first row below the header.

    `own` are headings whose meaning was said or is remembered.

    Raises Unclear.
    """
    found = Settled({name: columns[0] for name, columns in matches.items()})
    doubled = [name for name, columns in matches.items() if _doubled(grid, kind, headers, columns, name, first)]
    if doubled:
        names = "、".join(f"“{headers[found.columns[name]]}”" for name in doubled)
        raise Doubled(f"表头{names}出现了两次，像是左右两栏并排印的表：请改成一栏（后一栏接在前一栏下面）再导入")
    for name, columns in matches.items():
        found.columns[name] = _visible(grid, headers, found, columns)
    for name in kind.amounts:
        if name in found.columns and own.get(squeezed(headers[found.columns[name]])) != name:
            _amount(grid, kind, headers, matches, first, given, found, name)
    return found


def _doubled(grid: Grid, kind: Kind, headers: Sequence[str], columns: list[int], name: str, first: int) -> bool:
    if not kind.field(name).filled:
        return False
    same = [column for column in columns if headers[column] == headers[columns[0]]]
    return sum(any(_values(grid, column, first)) for column in same) > 1


def _visible(grid: Grid, headers: Sequence[str], found: Settled, columns: list[int]) -> int:
    """The best column that is not hidden; the best one where all are."""
    best = next((column for column in columns if column not in grid.scan.hidden_columns), columns[0])
    if best != columns[0]:
        found.remarks.append(f"隐藏的列“{headers[columns[0]]}”没有采用，采用看得见的“{headers[best]}”")
    elif best in grid.scan.hidden_columns:
        found.remarks.append(f"列“{headers[best]}”是隐藏的，已读入")
    return best


def _amount(
    grid: Grid,
    kind: Kind,
    headers: Sequence[str],
    matches: dict[str, list[int]],
    first: int,
    given: Given,
    found: Settled,
    name: str,
) -> None:
    """Choose the amount that counts among columns of money that differ."""
    chosen = found.columns[name]
    mine = _amounts(grid, chosen, first)
    rivals = [column for column in _rivals(grid, kind, headers, matches, found, name) if _differ(mine, _amounts(grid, column, first))]
    if not rivals:
        return
    best = _by_words(headers, [chosen, *rivals])
    if best is None:
        best = _whole(grid, headers, [chosen, *rivals], first)
    if best is None and squeezed(headers[chosen]) == squeezed(header_of(kind.id, name)):
        best = chosen
    if best is None:
        best = _answered(kind, headers, [chosen, *rivals], given, name)
    left = "、".join(f"“{headers[column]}”" for column in (chosen, *rivals) if column != best)
    found.remarks.append(f"“{headers[best]}”作为{header_of(kind.id, name)}，{left}没有采用")
    found.columns[name] = best


def _rivals(
    grid: Grid, kind: Kind, headers: Sequence[str], matches: dict[str, list[int]], found: Settled, name: str
) -> Iterator[int]:
    """Other visible columns that may be the amount: by their heading's meaning, or by words for money that nothing else took."""
    taken = set(found.columns.values())
    others = matches[name]
    for column, header in enumerate(headers):
        if column in grid.scan.hidden_columns or column == found.columns[name]:
            continue
        worded = column not in taken and bool(_MONEY.search(header)) and not _PART.search(header)
        if column in others or (kind.worded_amounts and worded):
            yield column


def _by_words(headers: Sequence[str], columns: list[int]) -> int | None:
    now = [column for column in columns if _NOW.search(headers[column])]
    if len(now) == 1:
        return now[0]
    left = [column for column in columns if not _SO_FAR.search(headers[column])]
    return left[0] if len(left) == 1 else None


def _whole(grid: Grid, headers: Sequence[str], columns: list[int], first: int) -> int | None:
    """The column that is in every row the sum of the other one and of 其他资金, 自筹资金 …: the whole beside its parts."""
    parts = [column for column, header in enumerate(headers) if _REST.fullmatch(squeezed(header)) and column not in columns]
    if len(columns) != 2 or not parts:
        return None
    values = {column: _amounts(grid, column, first) for column in (*columns, *parts)}
    for whole, part in (columns, columns[::-1]):
        rows = [[values[column][row] for column in (whole, part, *parts)] for row in range(len(values[whole]))]
        filled = [row for row in rows if row[0] is not None]
        if filled and all(row[0] == sum(one or 0 for one in row[1:]) for row in filled):
            return whole
    return None


def _answered(kind: Kind, headers: Sequence[str], columns: list[int], given: Given, name: str) -> int:
    """Ask which column counts, and remember it. Raises Unclear when nobody answers."""
    wanted, candidates = header_of(kind.id, name), [headers[column] for column in columns]
    both = "、".join(f"“{header}”" for header in candidates)
    answer = given.ask(f"{kind.title}里{both}都像{wanted}，哪一列才是", candidates)
    if answer is None:
        raise Unclear(f"{both}都像{wanted}，数字又不同，不能猜：请写明，如 --set {wanted}={candidates[0]}，或删去不用的列")
    given.learn(layout_id(headers), kind.id, candidates[answer], name)
    return columns[answer]


def _differ(one: list[int | None], other: list[int | None]) -> bool:
    """Whether a column of money says something else anywhere."""
    return any(two is not None and two != mine for mine, two in zip(one, other, strict=True))


def _values(grid: Grid, column: int, first: int) -> Iterator[Any]:
    return (row[column] for row in grid.rows[first : first + LOOKED_AT] if column < len(row))


def _amounts(grid: Grid, column: int, first: int) -> list[int | None]:
    return [_money(cell) for cell in _values(grid, column, first)]


def _money(cell: Any) -> int | None:
    parse: Callable[[Any], int] = amount
    try:
        return None if isinstance(cell, bool) or squeezed(cell) == "" else parse(cell)
    except Wrong:
        return None
