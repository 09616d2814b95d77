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
from importers.reading.columns import Doubled, Unclear, settle
from importers.reading.faults import Fault
from importers.reading.given import Given, layout_id
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
FACTORS = {"元": 1, "百元": 100, "千元": 1000, "万元": 10_000, "亿元": 100_000_000}
_LABEL_AHEAD = re.compile(r"\s{2,}|[\u3000]+|\s+(?=\S{2,8}[:：])|[;；]|[,，、(（](?=[^\s,，、()（）:：]{2,8}[:：])")


class NotRecognised(Exception):  # noqa: N818
    """The grid is no sheet that can be imported; carries the fault that says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.doubled: tuple[int, int, list[list[str]]] | None = None  # rows of the headings, and these by column


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
    unit: int  # yuan per unit of the sheet, 0 where nothing says it
    head: dict[str, tuple[Any, int, int]] = field(default_factory=dict)  # field -> raw value, row, column
    title: str = ""  # everything written above the table
    remarks: list[str] = field(default_factory=list)  # how columns were chosen

    def header(self, name: str) -> str:
        column = self.columns.get(name)
        return self.headers[column] if column is not None else header_of(self.kind.id, name)


@dataclass(frozen=True)
class _Candidate:
    kind: Kind
    first: int
    depth: int
    matches: dict[str, list[int]]  # field -> columns that fit it, the best first
    missing: tuple[str, ...]

    @property
    def columns(self) -> dict[str, int]:
        return {name: columns[0] for name, columns in self.matches.items()}

    @property
    def score(self) -> tuple[bool, int, int, int]:
        return not self.missing, len(self.matches), -self.depth, -self.first


def find(grid: Grid, given: Given | None = None) -> Layout:
    """The layout of a grid. Raises NotRecognised, naming the nearest sheet and what is missing for it."""
    given = given or Given()
    candidates = list(_candidates(grid, given))
    fitting = [candidate for candidate in candidates if not candidate.missing]
    if not fitting:
        nearest = _nearest(grid, candidates, bool(given.kind))
        answered = _answered(grid, nearest, given) if nearest else None
        if answered is None:
            raise NotRecognised(_no_sheet(grid, nearest))
        fitting = [answered]
    best = max(fitting, key=lambda candidate: candidate.score)
    rivals = {c.kind.id for c in fitting if c.score[1] == best.score[1]}
    if len(rivals) > 1:
        best = _by_title(grid, [c for c in fitting if c.score[1] == best.score[1]])
    _must_be_like(grid, best, given)
    try:
        return _layout(grid, best, given)
    except Unclear as error:
        refused = NotRecognised(Fault(grid.file, grid.sheet, best.first + best.depth - 1, -1, "", str(error)))
        if isinstance(error, Doubled):
            refused.doubled = best.first, best.first + best.depth, _stacks(grid, best.first, best.depth)
        raise refused from None


def kind_named(name: str) -> Kind | None:
    """The kind of a title, a part of it or an id: 资金分配表, 分配表, allocation."""
    wanted = squeezed(name)
    exact = [kind for kind in KINDS.values() if wanted in (kind.id, squeezed(kind.title))]
    worded = [kind for kind in KINDS.values() if wanted and wanted in squeezed(kind.title)]
    found = exact or worded
    return found[0] if len(found) == 1 else None


def _candidates(grid: Grid, given: Given) -> Iterator[_Candidate]:
    named = kind_named(given.kind) if given.kind else None
    kinds = [named] if named else list(KINDS.values())
    known = {alias for kind in kinds for alias in aliases(kind.id)} | {one.heading for one in given.headings} | _meant(given)
    for first in range(min(SEARCHED, len(grid.rows))):
        texts = [text for _, cell in cells(grid.rows[first]) if isinstance(cell, str) for text in _spellings(cell)]
        if not any(text in known for text in texts) and not (named and len(texts) > 1):
            continue
        for depth in range(1, DEPTH + 1):
            if first + depth > len(grid.rows):
                break
            stacks = _stacks(grid, first, depth)
            for kind in kinds:
                own = _own_headings(kind, stacks, given)
                matches = _matches(kind, stacks, own)
                if len(matches) > 1 or named:
                    present = {*matches, *_head(grid, kind, first), *_said(kind, given)}
                    yield _Candidate(kind, first, depth, matches, _missing(kind, present))


def _meant(given: Given) -> set[str]:
    return {squeezed(value) for value in given.values.values()}


def _own_headings(kind: Kind, stacks: Sequence[list[str]], given: Given) -> dict[str, str]:
    """Headings of this sheet whose meaning was given for this run or is remembered: heading -> field."""
    headers = _headers(stacks)
    names = aliases(kind.id)
    meant = {squeezed(value): names[squeezed(label)][0] for label, value in given.values.items() if squeezed(label) in names}
    return given.known(kind.id, layout_id(headers)) | {text: name for text, name in meant.items() if text in headers}


def _said(kind: Kind, given: Given) -> dict[str, str]:
    """Fields whose value was given for this run."""
    names = aliases(kind.id)
    return {names[squeezed(label)][0]: value for label, value in given.values.items() if squeezed(label) in names}


def _headers(stacks: Sequence[list[str]]) -> list[str]:
    return ["".join(squeezed(text) for text in stack[-1:]) for stack in stacks]


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


def _matches(kind: Kind, stacks: Sequence[list[str]], own: dict[str, str]) -> dict[str, list[int]]:
    """Field -> the columns that fit it: the earlier alias first, then the leftmost; what is known of this layout before all."""
    known = aliases(kind.id)
    found: dict[str, list[tuple[int, int]]] = {}
    for column, stack in enumerate(stacks):
        if stack and squeezed(stack[-1]) in own:
            if name := own[squeezed(stack[-1])]:
                found.setdefault(name, []).append((-1, column))
            continue
        wordings = [*reversed(stack), "".join(stack)] if len(stack) > 1 else stack
        matches = (known[text] for wording in wordings[:1] + wordings[-1:] for text in _spellings(wording) if text in known)
        if match := next(matches, None):
            found.setdefault(match[0], []).append((match[1], column))
    return {name: [column for _, column in sorted(places)] for name, places in found.items()}


def _missing(kind: Kind, present: set[str]) -> tuple[str, ...]:
    return tuple(need for need in kind.needs if not present.intersection(need.split("|")))


def _by_title(grid: Grid, rivals: list[_Candidate]) -> _Candidate:
    """Two sheets fit equally: the one that the title names, else the one that the fewest other columns are left over."""
    title = squeezed(_above(grid, rivals[0].first))
    named = [rival for rival in rivals if any(word in title for word in (rival.kind.title, rival.kind.title[:-1]))]
    return max(named or rivals, key=lambda candidate: (len(candidate.kind.needs), candidate.score))


def _must_be_like(grid: Grid, best: _Candidate, given: Given) -> None:
    """Raise NotRecognised for a table that has what the kind needs and is another one all the same."""
    kind = best.kind
    if not kind.unlike or given.kind:
        return
    headers = _headers(_stacks(grid, best.first, best.depth))
    title = squeezed(_above(grid, best.first))
    other = next((text for text in headers if re.search(kind.unlike, text)), "")
    if not other and kind.title[-3:] not in title:
        match = re.search(kind.unlike, title)
        other = match.group() if match else ""
    if other:
        message = f"有“{other}”，不像{kind.title}，没有读入：只是看进度的表不用导入；确是{kind.title}的，加 --kind {kind.title}"
        raise NotRecognised(Fault(grid.file, grid.sheet, best.first, -1, "", message))


def _layout(grid: Grid, best: _Candidate, given: Given) -> Layout:
    last = best.first + best.depth - 1
    stacks = _stacks(grid, best.first, best.depth)
    units = {
        column: FACTORS[match.group(1) or match.group(2)]
        for column, stack in enumerate(stacks)
        for text in stack
        if (match := _UNIT_IN_HEADER.search(squeezed(text)))
    }
    if below := _units_below(grid, last + 1):
        last += 1
        units |= {column: FACTORS[unit] for column, unit in below.items() if unit in FACTORS}
    title = _above(grid, best.first)
    unit = given.unit or unit_in(title)
    headers = _headers(stacks)
    settled = settle(grid, best.kind, headers, best.matches, last + 1, given, _own_headings(best.kind, stacks, given))
    parts = [{squeezed(text).strip(":*") for text in stack} for stack in stacks]
    head = _head(grid, best.kind, best.first)
    head |= {name: (value, -1, -1) for name, value in _said(best.kind, given).items() if squeezed(value) not in headers}
    title = f"{given.year}年\n{title}" if given.year else title
    return Layout(
        best.kind, best.first, last, settled.columns, headers, parts, units, unit, head, title, settled.remarks
    )


def unit_in(text: str) -> int:
    """Yuan per unit that a text names (`单位：万元`), 0 when it names none."""
    return next((FACTORS[a or b or c] for a, b, c in _UNIT.findall(text)), 0)


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


def _nearest(grid: Grid, candidates: list[_Candidate], named: bool) -> _Candidate | None:
    """The sheet that comes nearest, None where none has a third of what it needs."""
    nearest = max(candidates, key=lambda candidate: _nearness(grid, candidate), default=None)
    return nearest if nearest and (named or len(nearest.missing) <= len(nearest.kind.needs) * 2 / 3) else None


def _left_over(grid: Grid, nearest: _Candidate) -> list[tuple[int, str]]:
    """Columns that no field took, with their headings."""
    taken = set(nearest.columns.values())
    headers = enumerate(_headers(_stacks(grid, nearest.first, nearest.depth)))
    return [(column, header) for column, header in headers if header and column not in taken and header != "序号"]


def _answered(grid: Grid, nearest: _Candidate, given: Given) -> _Candidate | None:
    """The nearest sheet with its missing fields, as whoever is there says which column they are; None without an answer."""
    kind, matches, left = nearest.kind, dict(nearest.matches), _left_over(grid, nearest)
    layout = layout_id(_headers(_stacks(grid, nearest.first, nearest.depth)))
    for need in nearest.missing:
        wanted = "或".join(header_of(kind.id, name) for name in need.split("|"))
        answer = given.ask(f"{grid.file}：像{kind.title}，哪一列是“{wanted}”", [header for _, header in left]) if left else None
        if answer is None:
            return None
        column, header = left.pop(answer)
        matches[need.split("|")[0]] = [column]
        given.learn(layout, kind.id, header, need.split("|")[0])
    return _Candidate(kind, nearest.first, nearest.depth, matches, ())


def _no_sheet(grid: Grid, nearest: _Candidate | None) -> Fault:
    """Nothing fits: say which sheet came nearest, which headers it wants, and which found ones look like them."""
    where = (grid.file, grid.sheet)
    if nearest is None:
        titles = "、".join(kind.title for kind in KINDS.values())
        advice = "请核对表头，或用 --kind 写明是哪一种表（xianjie form 表名 可写出空白表样）"
        return Fault(*where, -1, -1, "", f"没有找到可以认出的表头。可导入的表：{titles}。{advice}")
    others = [header for _, header in _left_over(grid, nearest)]
    wants = "；".join(_wanted(nearest.kind, need, others) for need in nearest.missing)
    expected = "、".join("或".join(header_of(nearest.kind.id, name) for name in need.split("|")) for need in nearest.kind.needs)
    first = header_of(nearest.kind.id, nearest.missing[0].split("|")[0])
    unknown = f"没有认出的表头：{'、'.join(others[:20]) or '（无）'}"
    advice = f"可以写明，如 --set {first}=值，或 --set {first}=表里的列名"
    message = f"表头最像{nearest.kind.title}（必须有：{expected}），但{wants}。{unknown}。{advice}"
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
