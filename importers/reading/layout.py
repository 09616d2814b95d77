"""Finding the table in a grid: which sheet it is, where its header stands, which column is which field.

Headers are matched by meaning through the aliases of headers.csv. A header may take up to three rows with merged cells;
above it stand a title, a unit line and head entries such as `编制日期：2022年3月1日`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Any

from importers.reading.cells import squeezed
from importers.reading.faults import Fault
from importers.reading.grid import Grid, cells
from importers.reading.kinds import KINDS, Kind, aliases, header_of

DEPTH = 3  # rows that a header may take
SEARCHED = 60  # rows in which a header is looked for
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_UNIT_BEHIND = re.compile(r"[/:,、]?万?元\Z")
_UNIT_IN_HEADER = re.compile(r"[(\[【〔][^)\]】〕]{0,8}?(亿元|万元|千元|百元|元)[)\]】〕/]|[/:,、]?(万元|元)\Z")
_UNIT = re.compile(
    r"单位\s*[:：]?\s*(?:人民币)?\s*(?:[^\s、,，/]{1,4}[、,，/]){0,4}(亿元|万元|千元|百元|元)(?!(?!人民币)[\u4e00-\u9fff])|[(（【]\s*(万元|元)\s*[)）】]"
    r"|(?:^|　)(亿元|万元|元)(?=　|$)",
    re.MULTILINE,
)
_UNIT_CELL = re.compile(r"[(\[【]?(?:单位:)?(?:人民币)?(亿元|万元|千元|百元|元|元/天|户|人|个|天|股|%|亩|公里|平方米)[)\]】]?")
_FACTORS = {"元": 1, "百元": 100, "千元": 1000, "万元": 10_000, "亿元": 100_000_000}
_LABEL_AHEAD = re.compile(r"\s{2,}|[\u3000]+|\s+(?=\S{2,8}[:：])|[;；]|[,，、(（](?=[^\s,，、()（）:：]{2,8}[:：])")


class NotRecognised(Exception):  # noqa: N818
    """The grid is no sheet that can be imported; carries the fault that says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass
class Layout:
    """Where the table of a sheet stands and what its columns mean."""

    kind: Kind
    first: int  # rows of the header
    last: int
    columns: dict[str, int]  # field -> column
    headers: list[str]  # text of each column's header, for messages
    parts: list[set[str]]  # texts in each column of the header, to know it again where a page repeats it
    units: dict[int, int]  # column -> yuan per unit, where its header names one
    unit: int  # yuan per unit of the sheet
    head: dict[str, tuple[Any, int, int]] = field(default_factory=dict)  # field -> raw value, row, column
    title: str = ""  # everything written above the table

    def header(self, name: str) -> str:
        column = self.columns.get(name)
        return self.headers[column] if column is not None else header_of(self.kind.id, name)


@dataclass(frozen=True)
class _Candidate:
    kind: Kind
    first: int
    depth: int
    columns: dict[str, int]
    missing: tuple[str, ...]

    @property
    def score(self) -> tuple[bool, int, int, int]:
        return not self.missing, len(self.columns), -self.depth, -self.first


def find(grid: Grid) -> Layout:
    """The layout of a grid. Raises NotRecognised, naming the nearest sheet and what is missing for it."""
    candidates = list(_candidates(grid))
    fitting = [candidate for candidate in candidates if not candidate.missing]
    if not fitting:
        raise NotRecognised(_no_sheet(grid, candidates))
    best = max(fitting, key=lambda candidate: candidate.score)
    rivals = {c.kind.id for c in fitting if c.score[1] == best.score[1]}
    if len(rivals) > 1:
        best = _by_title(grid, [c for c in fitting if c.score[1] == best.score[1]])
    return _layout(grid, best)


def _candidates(grid: Grid) -> Iterator[_Candidate]:
    known = {alias for kind in KINDS for alias in aliases(kind)}
    for first in range(min(SEARCHED, len(grid.rows))):
        texts = [text for _, cell in cells(grid.rows[first]) if isinstance(cell, str) for text in _spellings(cell)]
        if not any(text in known for text in texts):
            continue
        for depth in range(1, DEPTH + 1):
            if first + depth > len(grid.rows):
                break
            stacks = _stacks(grid, first, depth)
            for kind in KINDS.values():
                columns = _columns(kind, stacks)
                if len(columns) > 1:
                    head = _head(grid, kind, first)
                    yield _Candidate(kind, first, depth, columns, _missing(kind, {*columns, *head}))


def _stacks(grid: Grid, first: int, depth: int) -> list[list[str]]:
    """For each column the texts of its header from top to bottom; a merged text counts for every column under it."""
    rows = [list(row) for row in grid.rows[first : first + depth]]
    for top, left, bottom, right in grid.merged:
        if top < first or top >= first + depth:
            continue
        for row in range(top, min(bottom, first + depth - 1) + 1):
            rows[row - first][left : right + 1] = [grid.rows[top][left]] * (right - left + 1)
    for upper, lower in pairwise(rows):
        for column in range(1, len(upper)):
            if upper[column] == "" and lower[column] != "" and lower[column - 1] != "":
                upper[column] = upper[column - 1]
    return [list(dict.fromkeys(str(cell) for cell in stack if squeezed(cell))) for stack in zip(*rows, strict=True)]


@lru_cache(maxsize=4096)
def _spellings(text: str) -> tuple[str, ...]:
    """A header as it may stand among the aliases: as written, without its brackets, its 其中, its unit."""
    written = squeezed(text).strip(":*")
    bare = written.translate(str.maketrans("", "", "()[]【】〔〕"))
    shorter = _BRACKETS.sub("", written), bare, written.removeprefix("其中:"), _UNIT_BEHIND.sub("", written)
    return tuple(dict.fromkeys([written, *shorter]))


def _columns(kind: Kind, stacks: Sequence[list[str]]) -> dict[str, int]:
    """Field -> column. Where several columns fit a field, the earlier alias wins, then the leftmost column."""
    known = aliases(kind.id)
    best: dict[str, tuple[int, int]] = {}
    for column, stack in enumerate(stacks):
        wordings = [*reversed(stack), "".join(stack)] if len(stack) > 1 else stack
        matches = (known[text] for wording in wordings[:1] + wordings[-1:] for text in _spellings(wording) if text in known)
        if match := next(matches, None):
            name, rank = match
            best[name] = min(best.get(name, (rank, column)), (rank, column))
    return {name: column for name, (_, column) in best.items()}


def _missing(kind: Kind, present: set[str]) -> tuple[str, ...]:
    return tuple(need for need in kind.needs if not present.intersection(need.split("|")))


def _by_title(grid: Grid, rivals: list[_Candidate]) -> _Candidate:
    """Two sheets fit equally: the one that the title names, else the one that the fewest other columns are left over."""
    title = squeezed(_above(grid, rivals[0].first))
    named = [rival for rival in rivals if any(word in title for word in (rival.kind.title, rival.kind.title[:-1]))]
    return max(named or rivals, key=lambda candidate: (len(candidate.kind.needs), candidate.score))


def _layout(grid: Grid, best: _Candidate) -> Layout:
    last = best.first + best.depth - 1
    stacks = _stacks(grid, best.first, best.depth)
    units = {
        column: _FACTORS[match.group(1) or match.group(2)]
        for column, stack in enumerate(stacks)
        for text in stack
        if (match := _UNIT_IN_HEADER.search(squeezed(text)))
    }
    if below := _units_below(grid, last + 1):
        last += 1
        units |= {column: _FACTORS[unit] for column, unit in below.items() if unit in _FACTORS}
    title = _above(grid, best.first)
    unit = next((_FACTORS[a or b or c] for a, b, c in _UNIT.findall(title)), 1)
    headers = ["".join(squeezed(text) for text in stack[-1:]) for stack in stacks]
    parts = [{squeezed(text).strip(":*") for text in stack} for stack in stacks]
    head = _head(grid, best.kind, best.first)
    return Layout(best.kind, best.first, last, best.columns, headers, parts, units, unit, head, title)


def _units_below(grid: Grid, row: int) -> dict[int, str]:
    """Column -> unit, where the line under the header says nothing but units."""
    filled = [(column, squeezed(cell)) for column, cell in cells(grid.rows[row])] if row < len(grid.rows) else []
    found = {column: match.group(1) for column, text in filled if (match := _UNIT_CELL.fullmatch(text))}
    return found if len(found) == len(filled) else {}


def _above(grid: Grid, first: int) -> str:
    return "\n".join("　".join(str(cell) for _, cell in cells(row)) for row in grid.rows[:first])


def _head(grid: Grid, kind: Kind, first: int) -> dict[str, tuple[Any, int, int]]:
    return head_entries(grid, kind, range(first))


def head_entries(grid: Grid, kind: Kind, rows: Sequence[int]) -> dict[str, tuple[Any, int, int]]:
    """`标签：值` entries of fields that may stand outside the table: field -> raw value, row, column."""
    labels = {alias: name for alias, (name, _) in aliases(kind.id).items() if kind.field(name).head}
    found: dict[str, tuple[Any, int, int]] = {}
    for row in rows:
        filled = list(cells(grid.rows[row]))
        for position, (column, cell) in enumerate(filled):
            following = filled[position + 1][1] if position + 1 < len(filled) else ""
            for name, value in _entries(cell, following, labels):
                if value != "":
                    found.setdefault(name, (value, row, column))
    return found


def _entries(cell: Any, following: Any, labels: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """What one cell says: several entries in a line, or a label whose value is in the next cell."""
    if not isinstance(cell, str):
        return
    for piece in _LABEL_AHEAD.split(cell):
        label, colon, value = re.sub(r"\s+", "", piece).partition("：") if "：" in piece else piece.partition(":")
        name = labels.get(squeezed(label).strip(":"))
        if name:
            value = value.strip()
            value = value[:-1] if value[-1:] in (")", "）") and not re.search("[(（]", value) else value
            yield name, value if colon and value else following


def _no_sheet(grid: Grid, candidates: list[_Candidate]) -> Fault:
    """Nothing fits: say which sheet came nearest, which headers it wants, and which found ones look like them."""
    where = (grid.file, grid.sheet)
    nearest = max(candidates, key=lambda candidate: _nearness(grid, candidate), default=None)
    if nearest is None or len(nearest.missing) > len(nearest.kind.needs) * 2 / 3:
        titles = "、".join(kind.title for kind in KINDS.values())
        return Fault(*where, -1, -1, "", f"没有找到可以认出的表头。可导入的表：{titles}（各表的表头见 docs/sheets.md）")
    stacks = _stacks(grid, nearest.first, nearest.depth)
    taken = set(nearest.columns.values())
    left = [squeezed(stack[-1]) for column, stack in enumerate(stacks) if stack and column not in taken]
    others = [header for header in left if header != "序号"]
    wants = "；".join(_wanted(nearest.kind, need, others) for need in nearest.missing)
    expected = "、".join("或".join(header_of(nearest.kind.id, name) for name in need.split("|")) for need in nearest.kind.needs)
    message = f"表头最像{nearest.kind.title}（必须有：{expected}），但{wants}。没有认出的表头：{'、'.join(others[:20]) or '（无）'}"
    return Fault(*where, nearest.first, -1, "", message)


def _nearness(grid: Grid, candidate: _Candidate) -> float:
    """How much of what a sheet needs is there, how much of what is there it knows, and whether the title names it."""
    needs, headers = len(candidate.kind.needs), sum(map(bool, _stacks(grid, candidate.first, candidate.depth)))
    named = candidate.kind.title[:-1] in squeezed(_above(grid, candidate.first))
    return (needs - len(candidate.missing)) / needs + len(candidate.columns) / headers + named - candidate.depth / 100


def _wanted(kind: Kind, need: str, found: list[str]) -> str:
    """A header that is missing, and the found one that comes nearest to any of its names."""
    fields = need.split("|")
    expected = "或".join(f"“{header_of(kind.id, name)}”" for name in fields)
    names = [alias for alias, (name, _) in aliases(kind.id).items() if name in fields]
    ranked = sorted(((_likeness(header, name), header) for header in found for name in names), reverse=True)
    near = f"（最接近的是“{ranked[0][1]}”）" if ranked and ranked[0][0] > 0.4 else ""
    return f"缺少{expected}{near}"


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
