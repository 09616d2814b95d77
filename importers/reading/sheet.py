"""A sheet as typed rows: data told from totals, notes, repeated headers and blank lines, every cell read by its type.

Nothing is dropped in silence: a row is data, a total that must match, a header printed again, or words that name no
amount; anything else is a fault. All faults of a sheet are collected, each with its row and column.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from importers.reading import cells
from importers.reading.cells import NOTHING, PARSERS, TICKS, Wrong, shown, squeezed
from importers.reading.confined import read_confined
from importers.reading.container import Refused, column_letters
from importers.reading.faults import Fault
from importers.reading.given import Given
from importers.reading.grid import File, Grid, blank
from importers.reading.grid import cells as filled_cells
from importers.reading.halves import Places, one_below_the_other, period_of
from importers.reading.kinds import Field, Kind, aliases, closed_list, header_of, terms
from importers.reading.layout import Layout, NotRecognised, find, head_entries, unit_in
from importers.reading.stacked import apart
from importers.reading.title import title_year
from ledgers.money import yuan_cn
from ledgers.personal.find import MASK, without_numbers

_TOTAL = re.compile(
    r"(.{0,20}?)(合计|总计|小计|共计|累计|总和|本页计|总额|[Σ∑]|(?i:total)|共(?=\d))(?:金额|数|户|人)?:?"
    r"(?:\(?(?:[大小]写|人民币|万?元|\d+[^\d\W]{0,2})\)?:?){0,3}(?:万元|元)?(?:[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]+)?"
)
_CAPITALS = re.compile(r"大写|[零壹贰叁肆伍陆柒捌玖拾佰仟]{3,}")
_IN_WORDS = re.compile(r"[合总共]计|大写|人民币")
_FIGURE = re.compile(r"[-(]?[\d,.]+[Xx)]?(?:元|万元|天|工)?")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}[、.:,].*|\([一二三四五六七八九十]{1,3}\).*")
_SECTION_MARKS = set("一二三四五六七八九十(（")
_NUMERAL = re.compile(r"\(?[一二三四五六七八九十]{1,3}\)?[、.:]?")
_NOTE = re.compile(
    r"\*|注|备注|说明|附|填[表报]|制表|审[核批]|复核|主管|分管|负责人|经办|领导|单位|编制|日期|报送|联系|监督|签|盖章|打印|第.{0,4}页|共.{0,4}页|本表|以上|以下|人民币|大写"
)
_LABEL = re.compile(rf"(?:{_NOTE.pattern})[^:]{{0,8}}:")  # 制表： 审核： 负责人：
_VALUE = re.compile(r"[\d,.年月日/:-]+(?:元|万元)?")
_NUMBERING = re.compile(r"[甲乙丙丁戊己]|[(（]?\d{1,2}[)）]?(?:=.*)?|[①-⑳]|[A-Z]")
EMPTY = "不能空着"
OPTIONS = "选项"  # the hidden sheet of a form, with what may be chosen
_DITTO = {"〃", "″", "同上", "”", "“"}
_SUMMABLE = {"amount", "count", "days", "number"}
SMALL = 10_000  # yuan: no project, no fund and no allocation is as small as that
_TEXTS = {"text", "name", "code", "document", "account"}
_ALIKE = (str, float, date)  # cells that mean the same wherever they stand again in a column
_QUICK = {"identity", "name", "code", "secret", "account"}  # hardly ever the same twice: remembering them costs more than it saves
_KEPT = {"name", "code", "account"}


Tick = Callable[[float], None]  # which part of the work is done


def _silent(part: float) -> None:
    return None


@dataclass
class Sheet:
    """One recognised sheet: its rows (named tuples: `line` from 0, then the fields), what stands around them, faults."""

    kind: Kind
    file: str
    tab: str
    layout: Layout
    rows: list[Any]
    head: dict[str, Any]  # fields read from above or below the table
    title: str
    notes: str
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unit_said: bool = False
    sha256: str = ""  # of the file
    places: Places = field(default_factory=list)  # where its rows stood, if halves side by side were made one table
    contents: dict[str, bytes] = field(default_factory=dict)  # of files that its rows name, by digest
    broken: list[Any] = field(default_factory=list)  # rows with a fault; FAULTY where it is

    def fault(self, line: int, name: str, message: str) -> None:
        """Something is wrong with a field of a row, or of the head where the row has it from there (line -1: the sheet)."""
        column = self.layout.columns.get(name, -1) if line >= 0 else -1
        if column < 0 and name in self.layout.head:
            _, line, column = self.layout.head[name]
        self.fault_at(line, column, self.layout.header(name) if name else "", message)

    def fault_at(self, line: int, column: int, header: str, message: str) -> None:
        """Something is wrong with a cell."""
        if self.places and line >= 0:
            line, start = self.places[line]
            column += start if column >= 0 else 0
        self.faults.append(Fault(self.file, self.tab, line, column, header, message))

    @property
    def words(self) -> str:
        """Everything that stands above and below the table."""
        return f"{self.title}\n{self.notes}"

    @property
    def taken(self) -> str:
        """Which column was taken for what where the names differ, which were left, and the unit of money."""
        used = {column: name for name, column in self.layout.columns.items()}
        named = [(header, header_of(self.kind.id, used[n])) for n, header in enumerate(self.layout.headers) if n in used]
        other = [f"“{header}”作为{name}" for header, name in named if squeezed(header).strip("*") != squeezed(name)]
        left = [header for n, header in enumerate(self.layout.headers) if n not in used and header and header != "序号"]
        unit = {1: "元", 100: "百元", 1000: "千元", 10_000: "万元", 100_000_000: "亿元"}[self.layout.unit]
        said = [*other, *([f"没有用到的列：{'、'.join(left)}"] if left else [])]
        said += [f"金额单位：{unit}"] if any(one.type == "amount" for one in self.kind.fields) else []
        return "；".join(said)

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Every column that has a heading: its letters, the heading, and what it was taken for ("" where it is not used)."""
        used = {column: header_of(self.kind.id, name) for name, column in self.layout.columns.items()}
        return [(column_letters(n), header, used.get(n, "")) for n, header in enumerate(self.layout.headers) if header]

    @property
    def label(self) -> str:
        return f"{self.file}〔{self.tab}〕" if self.tab else self.file


def row_type(kind: Kind) -> Any:
    return _row_type(kind.id, tuple(field.name for field in kind.fields))


@cache
def _row_type(name: str, fields: tuple[str, ...]) -> Any:
    return namedtuple(f"{name.capitalize()}Row", ("line", *fields))


def read_sheets(
    file: File, today: date, tick: Tick = _silent, given: Given | None = None
) -> tuple[list[Sheet], list[Fault], list[str]]:
    """Every sheet of a file that can be recognised, the faults where none can, and remarks.

    Tabs without a table (a cover, instructions) are skipped with a remark as long as one tab is a sheet.
    """
    remarks = [*file.remarks, *(f"{file.name}：隐藏的工作表“{name}”没有读取" for name in file.hidden if name != OPTIONS)]
    sheets, faults, skipped = [], [], []
    for grid in file.grids:
        if not any(not blank(row) for row in grid.rows):
            continue
        for part, start in apart(grid):
            try:
                sheets.append(read_sheet(part, today, tick, given, start))
            except NotRecognised as error:
                where = f"“{grid.sheet}”" + (f"第 {start + 1} 行起" if start else "")
                faults.append(replace(error.fault, row=error.fault.row + start) if error.fault.row >= 0 else error.fault)
                skipped.append(f"{file.name}：工作表{where}没有读取：{error.fault.message.partition('。')[0]}")
    empty = [sheet for sheet in sheets if not sheet.rows and not sheet.faults]
    if len(empty) < len(sheets):
        skipped += [f"{sheet.label}：只有表头，没有数据" for sheet in empty]
        sheets = [sheet for sheet in sheets if sheet not in empty]
    sheets = without_summaries(sheets, skipped)
    for sheet in sheets:
        sheet.sha256 = file.sha256
    for sheet in empty if len(empty) == len(sheets) else ():
        sheet.faults.append(Fault(sheet.file, sheet.tab, sheet.layout.last + 1, -1, "", "表头下面没有数据"))
    if not sheets and not faults:
        faults = [Fault(file.name, "", -1, -1, "", "没有可见的内容（隐藏的工作表不读取）" if file.hidden else "没有内容")]
    return (sheets, [], remarks + skipped) if sheets else ([], faults, remarks)


_SUMMARY = re.compile(r"汇总|合计|总表|总计|全县|全部")


def without_summaries(sheets: list[Sheet], remarks: list[str]) -> list[Sheet]:
    """The sheets of a workbook without the tab that sums up the others; rows that stand in two tabs are faults."""
    for kind in {sheet.kind.id: sheet.kind for sheet in sheets if sheet.kind.amounts}.values():
        group = [sheet for sheet in sheets if sheet.kind is kind]
        for sheet in group if len(group) > 1 else ():
            others = [row for other in group if other is not sheet for row in other.rows]
            if _sums_up(sheet, others, len(group)):
                remarks.append(f"{sheet.label}：是其他各工作表的汇总，没有重复读入")
                sheets = [one for one in sheets if one is not sheet]
                break
            if _SUMMARY.search(sheet.tab):
                sheet.fault(-1, "", "像是其他各工作表的汇总，合计又不相等：请核对，或把汇总表另存，只留要入账的工作表")
        else:
            if len(group) > 1:
                _say_doubles(group)
    return sheets


def _sums_up(sheet: Sheet, others: list[Any], tabs: int) -> bool:
    """Whether a tab says what the others say together: row by row, or by its name and its total."""
    if sorted(map(repr, (row[1:] for row in sheet.rows))) == sorted(map(repr, (row[1:] for row in others))):
        return tabs > 2 or bool(_SUMMARY.search(sheet.tab))
    main = sheet.kind.amounts[0]
    totals = [sum(value for row in rows if isinstance(value := getattr(row, main), int)) for rows in (sheet.rows, others)]
    return bool(_SUMMARY.search(sheet.tab)) and totals[0] == totals[1] > 0


def _say_doubles(group: list[Sheet]) -> None:
    """A row that stands in two tabs would be booked twice."""
    seen: dict[str, tuple[Sheet, int]] = {}
    for sheet in group:
        for row in sheet.rows:
            other, line = seen.setdefault(repr((sheet.title, row[1:])), (sheet, row.line))
            if other is not sheet:
                sheet.fault(row.line, "", f"与工作表“{other.tab}”第 {line + 1} 行完全相同，会重复入账：请只留一处")


def read_sheet(grid: Grid, today: date, tick: Tick = _silent, given: Given | None = None, start: int = 0) -> Sheet:
    """Read the table of one grid; a date after today is a fault. `start` is its first row's in the tab. Raises NotRecognised."""
    given = given or Given()
    here = [(number + start, 0) for number in range(len(grid.rows))] if start else []
    try:
        return _Reader(grid, find(grid, given), today, tick, given, here).read()
    except NotRecognised as error:
        width = period_of(error.doubled[2]) if error.doubled else 0
        if not error.doubled or not width:
            raise
        whole, places = one_below_the_other(grid, *error.doubled[:2], width)
    layout = find(whole, given)
    layout.remarks.append("左右并排印的几栏已接成一栏读入")
    return _Reader(whole, layout, today, tick, given, [(row + start, column) for row, column in places]).read()


class _Reader:
    """Reads one grid by its layout."""

    def __init__(
        self, grid: Grid, layout: Layout, today: date, tick: Tick, given: Given, places: Places | None = None
    ) -> None:
        self.grid, self.given = grid, given
        self.tick = tick
        self.today = today
        self.layout = layout
        self.numbered = False  # whether rows have numbers: then 一 is a section's
        self.masked: set[str] = set()  # headers of words with numbers of people among them
        self.kind = layout.kind
        self.fields = {name: self.kind.field(name) for name in layout.columns}
        free = self.kind.negative_if and re.search(self.kind.negative_if, squeezed(layout.title))
        self.negative = {one.name for one in self.kind.fields} if free else set(self.kind.negative)
        self.sure = self._required()
        self.sheet = Sheet(self.kind, grid.file, grid.sheet, layout, [], {}, layout.title, "", places=places or [])

    def _required(self) -> list[tuple[int, dict[str, bool] | None]]:
        """Columns that every row fills, and what was found of their texts: header or not (names need not be looked at).

        None where only amounts are required: they may be a total's.
        """
        filled = [(self.fields[name], column) for name, column in self.layout.columns.items() if self.fields[name].filled]
        looked_at = [one for one, _ in filled if one.type != "name"]
        if all(one.summed for one, _ in filled):
            return []
        return [(column, {} if one in looked_at else None) for one, column in filled]

    def read(self) -> Sheet:
        first = self.layout.last + 1
        rows = self._filled(first)
        data, totals, words = self._classified(rows, first)
        self.sheet.notes = "\n".join("　".join(str(cell) for _, cell in filled_cells(rows[row])) for row in words)
        self._settle_unit(rows, data)
        columns = self._columns(rows, data)
        self._check_totals(rows, data, totals, columns)
        self._check_capitals(rows, [*totals, *words], columns)
        self._check_values_exist()
        self._head(words)
        self._complete(data, columns)
        self._keep(data, columns)
        self._remark(data, words)
        return self.sheet

    def _complete(self, data: list[int], columns: dict[str, list[Any]]) -> None:
        """What the head says counts for every row that does not say otherwise; then nothing required may be empty."""
        for name, value in self.sheet.head.items():
            given = columns.get(name) or [None] * len(data)
            columns[name] = [value if cell in ("", None) else cell for cell in given]
        for one in self.kind.fields:
            if one.filled and one.name in columns:
                never = {row for row, column in self.grid.scan.uncached if column == self.layout.columns.get(one.name)}
                for number, value in zip(data, columns[one.name], strict=True):
                    if value in ("", None) and number not in never:
                        self.sheet.fault(number, one.name, EMPTY)

    def _keep(self, data: list[int], columns: dict[str, list[Any]]) -> None:
        """The rows without a fault of their own; with one the sheet is refused anyway."""
        blanks = {one.name: "" if one.type in _TEXTS else None for one in self.kind.fields}
        values = [columns.get(one.name) or [blanks[one.name]] * len(data) for one in self.kind.fields]
        rows = list(map(row_type(self.kind)._make, zip(data, *values, strict=True)))
        bad = {fault.row for fault in self.sheet.faults}
        stood = {number: number if not self.sheet.places else self.sheet.places[number][0] for number in data}
        self.sheet.broken = [row for row in rows if stood[row.line] in bad or FAULTY in row] if bad else []  # 同上 repeats a fault
        lost = {row.line for row in self.sheet.broken}
        self.sheet.rows = [row for row in rows if row.line not in lost] if lost else rows

    # -- the unit of money ---------------------------------------------------------------------------------------------

    def _settle_unit(self, rows: list[list[Any]], data: list[int]) -> None:
        """The unit that stands above or below the table; where none does, yuan, unless the sums are too small for that."""
        self.layout.unit = self.layout.unit or unit_in(self.sheet.notes)
        own = {self.layout.columns[name] for name in self.kind.amounts if name in self.layout.columns}
        self.sheet.unit_said = bool(self.layout.unit) or bool(own & self.layout.units.keys())
        self.layout.unit = self.layout.unit or 1
        main = next((name for name in self.kind.amounts if name in self.layout.columns), None)
        if self.sheet.unit_said or not self.kind.large or main is None:
            return
        found = [_plain_yuan(rows[number][self.layout.columns[main]]) for number in data]
        if not found or None in found or not all(0 <= value < SMALL for value in filter(None, found)):
            return
        answer = self.given.ask(f"{self.sheet.label} 没有写金额单位，最大的一笔是 {max(filter(None, found))}，单位是", ["元", "万元"])
        if answer is None:
            message = "没有写金额单位，按元计各笔都不到一万元，多半是万元：请在表上写明“单位：万元”（或元），或用 --unit 给出"
            self.sheet.fault(data[0], main, message)
        else:
            self.layout.unit = (1, 10_000)[answer]

    # -- merged cells -------------------------------------------------------------------------------------------------

    def _filled(self, first: int) -> list[list[Any]]:
        """The rows with merged text repeated; a merged amount is a fault, for no one can say whose it is."""
        rows = list(self.grid.rows)
        by_column = {column: name for name, column in self.layout.columns.items()}
        for top, left, bottom, right in self.grid.merged:
            if top < first or top >= len(rows) or rows[top][left] == "" or _is_total_text(rows[top][left]):
                continue
            mapped = [by_column[column] for column in range(left, right + 1) if column in by_column]
            if bottom == top and isinstance(rows[top][left], str) and not _FIGURE.fullmatch(squeezed(rows[top][left])):
                continue  # a line of words
            amounts = [name for name in mapped if self.fields[name].summed]
            if amounts and (bottom > top or len(mapped) > 1):
                self.sheet.fault(top, amounts[0], "金额不能写在合并的单元格里：分不清是哪一行的，请拆开逐行填写")
                continue
            if len(mapped) == len(by_column) or bottom == top:
                continue
            for row in range(top + 1, min(bottom + 1, len(rows))):
                rows[row] = list(rows[row])
                rows[row][left] = rows[top][left]
        return rows

    # -- what a row is ------------------------------------------------------------------------------------------------

    def _classified(self, rows: list[list[Any]], first: int) -> tuple[list[int], list[int], list[int]]:
        """Numbers of the rows that are data, totals and words."""
        data: list[int] = []
        totals: list[int] = []
        words: list[int] = []
        left = next((column for column, header in enumerate(self.layout.headers) if header), 0)
        self.numbered = any(squeezed(cells.plain(row[left])).isdigit() for row in rows[first : first + 100])
        for number in range(first, len(rows)):
            row = rows[number]
            if number > first and str(row[left])[:1] not in _SECTION_MARKS and self._surely_data(row):
                data.append(number)
                continue
            if blank(self.grid.rows[number]):
                continue
            texts = [(column, squeezed(cells.plain(cell))) for column, cell in filled_cells(row)]
            if self._repeated_header(texts) or (number == first and _numbering(texts)):
                continue
            if texts[0][1].startswith("(示例"):
                continue  # of a form
            if self.kind.passed_over and any(_PASSED(self.kind.passed_over).fullmatch(text) for _, text in texts):
                continue
            if self._is_total(row, texts):
                totals.append(number)
            elif self._is_words(row, texts):
                words.append(number)
            else:
                data.append(number)
        for number in words:
            if self._unclear(number, amid=bool(data) and number < data[-1]):
                column = next(filled_cells(rows[number]))[0]
                message = "看不出这一行是数据还是说明：是数据请补全，不是请删去"
                header = self.layout.headers[column]
                self.sheet.fault_at(number, column, header, message)
        return data, totals, words

    def _repeated_header(self, texts: list[tuple[int, str]]) -> bool:
        again = sum(self._is_header(column, text) for column, text in texts)
        return again == len(texts) or (again >= 2 and again * 2 > len(texts))

    def _is_header(self, column: int, text: str) -> bool:
        """Whether a text is the column's header again, in these words or in others for the same field."""
        name, _ = aliases(self.kind.id).get(text.strip(":*"), ("", 0))
        return text.strip(":*") in self.layout.parts[column] or self.layout.columns.get(name) == column

    def _surely_data(self, row: list[Any]) -> bool:
        """Whether all required cells are filled with what can be no total, no note and no header printed again."""
        for column, headers in self.sure:
            cell = row[column]
            if isinstance(cell, str):
                if not cell or "计" in cell or "总" in cell or cell[-1] in ":：" or cell.isspace():
                    return False
                if headers is not None and not cell.isascii():
                    if cell not in headers:
                        headers[cell] = self._is_header(column, squeezed(cell))
                    if headers[cell]:
                        return False
            elif cell is None:
                return False
        return bool(self.sure)

    def _is_total(self, row: list[Any], texts: list[tuple[int, str]]) -> bool:
        """合计, 小计 and their like; a project that is called 某某合计 has the other cells of a project."""
        for column, text in texts:
            match = _TOTAL.fullmatch(text)
            if match and not match.group(1):
                return True
            if match and not self._says_more(row, column):
                return True
            if _SECTION.fullmatch(text) and column == texts[0][0] and not self._says_more(row, column):
                return any(self._is_summed(place) for place, _ in texts)
        if self.numbered and len(texts) > 1 and _NUMERAL.fullmatch(texts[0][1]) and not self._says_more(row, texts[1][0]):
            return any(self._is_summed(place) for place, _ in texts[1:])  # 一 | 产业发展 | 200
        return False

    def _says_more(self, row: list[Any], label: int) -> bool:
        """Whether required words (not amounts) stand in the row beside its label."""
        return any(
            row[column] != "" and column != label
            for name, column in self.layout.columns.items()
            if self.fields[name].filled and not self.fields[name].summed
        ) or any(
            isinstance(row[column], str) and squeezed(row[column]) not in NOTHING and column not in (label, label + 1)
            for name, column in self.layout.columns.items()
            if self.fields[name].type == "text"
        )

    def _is_summed(self, column: int) -> bool:
        return any(place == column and self.fields[name].summed for name, place in self.layout.columns.items())

    def _is_words(self, row: list[Any], texts: list[tuple[int, str]]) -> bool:
        """Notes, signatures, page numbers, section titles: no amount, id or date, and no second required cell."""
        required, mapped = 0, 0
        if len(texts) <= 4 and any(_CAPITALS.search(text) for _, text in texts):
            return True
        if (len(texts) <= 2 and _NOTE.match(texts[0][1])) or (len(texts) == 1 and not _VALUE.fullmatch(texts[0][1])):
            return True
        if _LABEL.match(texts[0][1]) and not any(_FIGURE.fullmatch(text) for _, text in texts):
            return True
        for name, column in self.layout.columns.items():
            if squeezed(row[column]) in NOTHING:
                continue
            if self.fields[name].summed or self.fields[name].type in ("identity", "date"):
                return False
            required += self.fields[name].filled
            mapped += 1
        return required < 2 and not (texts[0][1].isdigit() and mapped > 1)

    def _unclear(self, number: int, amid: bool) -> bool:
        """A row without amounts that is no plain note: perhaps data that lost its rest."""
        filled = list(filled_cells(self.grid.rows[number]))
        first = squeezed(filled[0][1])
        across = any(top <= number <= bottom and right > left + 1 for top, left, bottom, right in self.grid.merged)
        if across or _NOTE.match(first) or _SECTION.fullmatch(first) or first in squeezed(self.layout.title):
            return False
        required = {place for name, place in self.layout.columns.items() if self.fields[name].filled}
        return any(column in required for column, _ in filled) and (amid or len(filled) > 1)

    # -- values -------------------------------------------------------------------------------------------------------

    def _columns(self, rows: list[list[Any]], data: list[int]) -> dict[str, list[Any]]:
        columns = {}
        for count, (name, column) in enumerate(self.layout.columns.items()):
            self.tick(count / len(self.layout.columns))
            raw = [rows[number][column] for number in data]
            values = self._column(self.fields[name], column, raw, data)
            ticked = self.fields[name].type == "flag" and {squeezed(cell) for cell in raw} - NOTHING
            columns[name] = [bool(value) for value in values] if ticked and ticked <= TICKS else values
        return columns

    def _column(self, one: Field, column: int, raw: list[Any], data: Sequence[int]) -> list[Any]:
        """The cells of a column, read by its type; None (or "") where nothing stands."""
        parse = self._parser(one, column)
        empty: Any = "" if one.type in _TEXTS else None
        known: dict[Any, Any] = {"": empty}  # texts, floats, days: True is no 1.0
        quick, free = one.type in _QUICK, one.type not in ("date", "amount", "wage", "number")
        kept = one.type in _KEPT  # what such a cell says is the cell itself
        values: list[Any] = []
        for position, cell in enumerate(raw):
            if quick and isinstance(cell, str) and len(cell) > 3 and cell.isascii() and cell.isalnum():
                if kept:
                    values.append(cell)
                    continue
            elif isinstance(cell, str):
                if cell in known:
                    values.append(known[cell])
                    continue
                if (stripped := cell.strip()) in NOTHING or not stripped:
                    known[cell] = empty
                    values.append(empty)
                    continue
                if stripped in _DITTO and values:
                    values.append(values[-1])
                    continue
            elif cell.__class__ in _ALIKE and cell in known:
                values.append(known[cell])
                continue
            try:
                value = parse(cell) if free else self._possible(one, parse(cell))
            except Wrong as error:
                self.sheet.fault(data[position], one.name, str(error))
                value = FAULTY
            if not quick and value is not FAULTY and cell.__class__ in _ALIKE:
                known[cell] = value
            values.append(value)
        return values

    def _possible(self, one: Field, value: Any) -> Any:
        """Wrong for a date after today and for an amount below zero where none can be."""
        if one.type == "date" and value > self.today:
            raise Wrong(f"今天（{self.today}）或以前的日期", f"{value}")
        if one.type in ("amount", "wage", "number") and value < 0 and one.name not in self.negative:
            raise Wrong("不小于零的数", f"{value if one.type == 'number' else yuan_cn(value)}")
        return value

    def _parser(self, one: Field, column: int) -> Callable[[Any], Any]:
        unit = self.given.unit or self.layout.units.get(column, self.layout.unit)
        if one.type == "amount":
            return lambda cell: cells.amount(cell, unit)
        if one.type == "wage":
            return lambda cell: cells.wage(cell, unit)
        if one.type == "date":
            return lambda cell: cells.day(cell, self.grid.date1904)
        if one.type == "period":
            return lambda cell: cells.period(cell, title_year(self.sheet.title))
        if one.type.startswith("term:"):
            return term_parser(one.type.removeprefix("term:"))
        if one.type in ("text", "name") and not one.free:
            return lambda cell: self._worded(one, cell)
        return PARSERS[one.type]

    def _worded(self, one: Field, cell: Any) -> Any:
        """Words without the phones, ID numbers and accounts that somebody put among them."""
        parse = PARSERS[one.type]
        if isinstance(cell, str) and cell.isalpha():
            return parse(cell)
        said = cell if isinstance(cell, str) else parse(cell)
        bare = without_numbers(said)
        if MASK in bare and MASK not in said:
            self.masked.add(self.layout.header(one.name))
        return parse(bare)

    def _head(self, notes: list[int]) -> None:
        """Head entries above the table, else below it, read by their types."""
        below = head_entries(self.grid, self.kind, notes)
        for name, (raw, row, column) in {**below, **self.layout.head}.items():
            if isinstance(raw, str) and raw.strip() in NOTHING:
                continue
            try:
                one = self.kind.field(name)
                self.sheet.head[name] = self._possible(one, self._parser(one, -1)(raw))
            except Wrong as error:
                header = self.layout.header(name)
                self.sheet.fault_at(row, column, header, str(error))

    # -- totals -------------------------------------------------------------------------------------------------------

    def _check_totals(self, rows: list[list[Any]], data: list[int], totals: list[int], columns: dict[str, list[Any]]) -> None:
        if not data:
            return
        plain = [number for number in totals if not _partial(rows[number])]
        for number in totals:
            whole = number in plain and len(plain) == 1
            spans = [range(len(data))] if whole else list(_spans(number, data, totals))
            said = self._said(rows[number], number)
            said = {name: value for name, value in said.items() if not any(v is FAULTY for v in columns[name])}
            if any(all(_sum(columns[name], span) == value for name, value in said.items()) for span in spans):
                continue
            name, value = next((name, value) for name, value in said.items() if _sum(columns[name], spans[0]) != value)
            found = _sum(columns[name], spans[0])
            self.sheet.fault(number, name, f"合计与明细不符：合计为 {self._text(name, value)}，各行相加为 {self._text(name, found)}")

    def _check_capitals(self, rows: list[list[Any]], numbers: list[int], columns: dict[str, list[Any]]) -> None:
        """A total in capital numerals is that of one of the columns of money."""
        sums = {name: _sum(columns[name], range(len(columns[name]))) for name in columns if self._is_money(name, columns[name])}
        for number in numbers if sums else ():
            said = [squeezed(cell) for _, cell in filled_cells(rows[number])]
            found = cells.capitals("".join(said)) if _IN_WORDS.search(said[0]) else None
            if found is not None and found not in sums.values():
                name = next((name for name in self.kind.amounts if name in sums), next(iter(sums)))
                message = f"大写的合计与明细不符：大写为 {yuan_cn(found)} 元，各行相加为 {yuan_cn(sums[name])} 元"
                self.sheet.fault(number, name, message)

    def _is_money(self, name: str, values: list[Any]) -> bool:
        one = self.fields.get(name)
        return one is not None and one.summed and one.type == "amount" and bool(values) and FAULTY not in values

    def _said(self, row: list[Any], number: int) -> dict[str, int]:
        """What a total row claims, by field."""
        said = {}
        for name, column in self.layout.columns.items():
            one = self.fields[name]
            if not one.summed or one.type not in _SUMMABLE or squeezed(row[column]) in NOTHING:
                continue
            try:
                said[name] = self._parser(one, column)(row[column])
            except Wrong as error:
                if not _TOTAL.fullmatch(squeezed(row[column])) and not _CAPITALS.search(squeezed(row[column])):
                    self.sheet.fault(number, name, str(error))
        return said

    def _text(self, name: str, value: Any) -> str:
        return f"{yuan_cn(value)} 元" if self.fields[name].type == "amount" else str(value)

    # -- what the reader cannot see -----------------------------------------------------------------------------------

    def _check_values_exist(self) -> None:
        """Formulas that were never calculated and error values, wherever they would have counted."""
        mapped = {column: name for name, column in self.layout.columns.items()}
        scan = self.grid.scan
        for row, column in sorted(scan.uncached | scan.errors):
            if row > self.layout.last and column not in mapped:
                continue
            header = self.layout.headers[column] if column < len(self.layout.headers) and row > self.layout.last else ""
            never = (row, column) in scan.uncached
            message = "公式没有保存计算结果：请用 Excel 打开、重新计算并保存" if never else "公式出错（如 #REF!）"
            self.sheet.fault_at(row, column, header, message)

    def _remark(self, data: list[int], notes: list[int]) -> None:
        self.sheet.remarks += [f"{self.sheet.label}：{remark}" for remark in self.layout.remarks]
        hidden = sorted(set(self.grid.scan.hidden) & set(data))
        if hidden:
            numbers = "、".join(str(number + 1) for number in hidden[:10]) + (" 等" if len(hidden) > 10 else "")
            self.sheet.remarks.append(f"{self.sheet.label}：有 {len(hidden)} 个隐藏的行（第 {numbers} 行），已作为数据读入")
        if self.masked:
            names = "、".join(sorted(self.masked))
            self.sheet.remarks.append(f"{self.sheet.label}：“{names}”里有电话、证号或账号，没有写入账簿")
        amid = [number for number in notes if data and number < data[-1]]
        if amid:
            numbers = "、".join(str(number + 1) for number in amid[:10])
            self.sheet.remarks.append(f"{self.sheet.label}：第 {numbers} 行是文字说明，没有读入")


_PASSED = cache(re.compile)


def _plain_yuan(cell: Any) -> float | None:
    """A number that names no unit of its own; None for a text that does, or that is no number."""
    if isinstance(cell, str):
        written = squeezed(cell).replace(",", "")
        return float(written) if re.fullmatch(r"-?\d+(\.\d+)?", written) else 0.0 if not written else None
    return float(cell) if isinstance(cell, int | float) else None


FAULTY: Any = type("Faulty", (), {"__bool__": lambda self: False, "__repr__": lambda self: "有误"})()


def term_parser(name: str) -> Callable[[Any], Any]:
    known = terms(name)

    def parse(cell: Any) -> str:
        try:
            return known[squeezed(cells.plain(cell))]
        except KeyError:
            raise Wrong("、".join(closed_list(name)) + " 之一", shown(cell)) from None

    return parse


def _is_total_text(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_TOTAL.fullmatch(squeezed(cell)))


def _partial(row: list[Any]) -> bool:
    """A 小计, or the total of a part that it names (龙池镇合计), or a section's line."""
    for _, cell in filled_cells(row):
        text = squeezed(cell)
        if match := _TOTAL.fullmatch(text):
            return match.group(2) in ("小计", "累计", "本页计") or bool(match.group(1))
        if _SECTION.fullmatch(text) or _NUMERAL.fullmatch(text):
            return True
    return False


def _spans(number: int, data: list[int], totals: list[int]) -> Iterable[range]:
    """The rows that a partial total may add up: bounded by totals, ending right above it or starting right below it."""
    above = sum(row < number for row in data)
    starts = sorted({0, *(sum(row < total for row in data) for total in totals if total < number)}, reverse=True)
    ends = sorted({len(data), *(sum(row < total for row in data) for total in totals if total > number)})
    yield from (range(start, above) for start in starts if start < above)
    yield from (range(above, end) for end in ends if end > above)
    yield range(len(data))


def _sum(values: list[Any], span: range) -> Any:
    return sum(values[position] or 0 for position in span)


def _numbering(texts: list[tuple[int, str]]) -> bool:
    """The line under a header that numbers its columns: 甲 乙 1 2 3."""
    numbers = [int(text.strip("()")) for _, text in texts if text.strip("()").isdigit()]
    in_order = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return len(texts) > 2 and in_order and all(_NUMBERING.fullmatch(text) for _, text in texts)


def refused(name: str, error: Refused) -> Fault:
    return Fault(name, "", -1, -1, "", str(error))


def read_path(
    path: Path, today: date, name: str | None = None, tick: Tick = _silent, given: Given | None = None
) -> tuple[list[Sheet], list[Fault], list[str]]:
    """Sheets, faults and remarks of a file on disk; a file that cannot be opened is one fault."""
    shown_name = name or path.name
    try:
        return read_sheets(read_confined(path, shown_name), today, tick, given)
    except Refused as error:
        return [], [refused(shown_name, error)], []
