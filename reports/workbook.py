"""Workbooks that an office can open, print and recompute: one way to write them, used by every face.

A number is a number, an id is text, and no text of a book can become a live formula: only `Formula`, whose words are
our own, is one. Formulas carry the value that we computed, for readers that do not recalculate. Identical input gives
identical bytes. Printed, nothing is smaller than 9 pt: a sheet is set for A4, for A3 where it needs it, and one that is
wider still goes over several pages; the header is frozen and repeated. The rows of tables are written as a stream
(`packing`), so that a workbook may be far larger than what is in memory.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from itertools import accumulate, groupby
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ledgers.money import cut, yuan
from reports import packing
from reports.width import width

TEXT, LONG, MONEY, COUNT, NUMBER, RATIO, DATE = "text", "long", "money", "count", "number", "ratio", "date"
EXACT = "exact"  # a ratio that others are worked out of: not cut
PLAIN, GROUP, SUBTOTAL, TOTAL, BAD = "", "group", "subtotal", "total", "bad"
SUMMING = (GROUP, SUBTOTAL, TOTAL)
FONT = "宋体"
COLOURS = ("#2F5D8A", "#8FB0CF", "#C58A3A", "#6B8E5A")
MAX_HEIGHT = 400  # points; Excel allows 409
POINTS = 10  # of what stands in a cell
LEAST = 9  # as printed
TITLE = 16
PAPERS = ((9, 842), (8, 1191))  # how a workbook names A4 and A3, and their long sides in points
SHORT = 595  # the short side of A4
CHART, GAP = (520, 460), 20  # pixels of the smallest chart, and between it and its table
HALF = 6.67  # pixels of a letter; a Chinese character is two
MARGIN = 0.4  # inches, left and right
ENDS = (0.5, 0.6)  # inches, top and bottom
SAFE = 0.96  # of a page: programs do not agree on the height of a row
CELL_LIMIT = 32_000  # Excel's own limit is 32,767 characters
ROW_LIMIT = 1_048_576
DRAWN = 500  # rows of a table that a chart can show
ROW = 15.0  # points of a row whose height nobody sets
FIRST_DAY = date(1899, 12, 30)  # from which workbooks count days
_CUT = "……（过长，已截断）"
_BAD_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_KINDS: dict[str, dict[str, Any]] = {
    TEXT: {"num_format": "@", "text_wrap": True},
    LONG: {"num_format": "@", "text_wrap": True},
    MONEY: {"num_format": "#,##0.00_ ", "align": "right"},
    COUNT: {"num_format": "#,##0;-#,##0;–", "align": "right"},
    NUMBER: {"num_format": "#,##0.######", "align": "right"},
    RATIO: {"num_format": "0.00%", "align": "right"},
    EXACT: {"num_format": "0.00##%", "align": "right"},
    DATE: {"num_format": "yyyy-mm-dd", "align": "center"},
}
_SHOWN = {MONEY: "{:,.2f}", RATIO: "{:.2%}", EXACT: "{:.4%}", COUNT: "{:,.0f}"}  # as long as Excel can show them
_LEVELS: dict[str, dict[str, Any]] = {
    PLAIN: {},
    GROUP: {"bold": True, "bg_color": "#EEF2F6"},
    SUBTOTAL: {"bold": True, "bg_color": "#F5F5F5"},
    TOTAL: {"bold": True, "bg_color": "#E3E8EE"},
    BAD: {"bg_color": "#FBECEA"},
}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": TITLE, "align": "center", "text_wrap": True},
    "heading": {"bold": True, "font_size": 12},
    "note": {"text_wrap": True, "font_color": "#444444"},
    "left": {},
    "right": {"align": "right"},
    "header": {"bold": True, "align": "center", "text_wrap": True, "border": 1, "bg_color": "#DCE4EC"},
    "label": {"bold": True, "text_wrap": True, "border": 1, "bg_color": "#EEF2F6"},
    "field": {"num_format": "@", "text_wrap": True, "border": 1, "valign": "top"},
}


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the header above it that it shares with its neighbours, its width and kind."""

    title: str
    width: float = 12
    kind: str = TEXT
    group: str = ""


@dataclass(frozen=True)
class Formula:
    """A live formula in our own words, `{row}` standing for its own row, and the value that it must come to."""

    text: str
    value: Any


@dataclass(frozen=True)
class Cell:
    """A value of another kind than its column's."""

    value: Any
    kind: str


@dataclass(frozen=True)
class Row:
    """The values of a row (money in 分), and what kind of row it is: plain, a heading, a subtotal, a total, a bad one."""

    values: tuple[Any, ...]
    level: str = PLAIN


@dataclass(frozen=True)
class Area:
    """Where a table's rows lie: sheet, and first and last row counted from 1 (last < first when it has none)."""

    sheet: str
    first: int
    last: int

    def range(self, column: int) -> str:
        """One column of the rows as an absolute reference."""
        letter = xl_col_to_name(column)
        return f"'{self.sheet}'!${letter}${self.first}:${letter}${self.last}"


class Workbook:
    """A workbook in the making; `content` or `pieces` closes it."""

    def __init__(
        self, title: str, day: date, points: float = POINTS, least: float = LEAST, slack: float = 1, nought: str = ""
    ) -> None:
        """`points` is the size of what stands in a cell, `least` the smallest that it is printed in, where columns are
        up to `slack` times as wide as in our font: a machine without it takes another. `nought`: how no money is shown,
        where not as 0.00.
        """
        self._buffer = BytesIO()
        self.points, self.least, self.slack, self.nought = points, least, slack, nought
        font = {"font_name": FONT, "font_size": points, "valign": "vcenter"}
        self._book = xlsxwriter.Workbook(
            self._buffer, {"in_memory": True, "default_format_properties": font, "strings_to_urls": False}
        )
        self._book.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})
        self._formats: dict[Any, Any] = {}
        self._styles: dict[str, _Styles] = {}
        self._names: set[str] = set()
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, widths: Sequence[float], *, portrait: bool = False, foot: str = "") -> "Sheet":
        """A new sheet; its name is made valid and unique. `foot` stands below the number of each page."""
        name = self._free_name(name)
        worksheet = self._book.add_worksheet(name)
        worksheet.set_margins(left=MARGIN, right=MARGIN, top=ENDS[0], bottom=ENDS[1])
        worksheet.set_footer(f"&C第 &P 页，共 &N 页{foot}")
        worksheet.hide_gridlines(2)
        for number, size in enumerate(widths):
            worksheet.set_column(number, number, size)
        self._sheets.append(Sheet(self, worksheet, list(widths), portrait))
        return self._sheets[-1]

    def content(self) -> bytes:
        """The finished workbook."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The finished workbook piece by piece: it is never in memory whole."""
        for sheet in self._sheets:
            sheet.set_page()
        self._book.close()
        return packing.joined(self._buffer, [sheet.packed for sheet in self._sheets])

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def styles(self, level: str) -> dict[str, int]:
        """How the cells of such a row look, by their kind, as numbers of the workbook's formats."""
        if level not in self._styles:
            self._styles[level] = _Styles(self, level)
        return self._styles[level]

    def chart(self, kind: dict[str, str]) -> Any:
        return self._book.add_chart(kind)

    def _free_name(self, name: str) -> str:
        base = " ".join(name.translate(_BAD_IN_NAME).split())[:31] or "表"
        free, number = base, 1
        while free.lower() in self._names:
            number += 1
            free = f"{base[: 30 - len(str(number))]} {number}"
        self._names.add(free.lower())
        return free


class _Styles(dict[str, int]):
    """Numbers of formats by the kind of a cell, for rows of one level."""

    def __init__(self, book: Workbook, level: str) -> None:
        super().__init__()
        self._book, self._level = book, level

    def __missing__(self, kind: str) -> int:
        properties = {**_KINDS[kind], **_LEVELS[self._level], "border": 1}
        if kind == MONEY and self._book.nought:
            shown = properties["num_format"]
            properties["num_format"] = f'{shown};-{shown};"{self._book.nought}"'
        if self._level in SUMMING:  # a label runs on over the blank cells beside it
            properties.pop("text_wrap", None)
        self[kind] = self._book.format(**properties)._get_xf_index()
        return self[kind]


class Sheet:
    """One sheet, written from top to bottom; `row` is the next row, counted from 0."""

    def __init__(self, book: Workbook, worksheet: Any, widths: list[float], portrait: bool) -> None:
        self.book = book
        self.worksheet = worksheet
        self.widths = widths
        self.row = 0
        self._portrait = portrait
        self._beside = 0  # pixels of what stands to the right of the columns
        self.packed: list[packing.Packed] = []
        self._breaks: list[int] = []
        self._heights = array("f")  # of rows, in points
        self._drawn: dict[int, list[Any]] = {}  # the first rows of tables, for charts
        self._together: list[tuple[int, int]] = []
        self._repeated = 0.0  # points of the rows that every page begins with

    @property
    def name(self) -> str:
        return str(self.worksheet.get_name())

    def title(self, text: str) -> None:
        """A heading over the whole width, in as many lines as it needs."""
        self._across(text, "title", 6 + 22 * self._lines(text, sum(self.widths), TITLE))

    def heading(self, text: str) -> None:
        self._across(text, "heading", 22)

    def note(self, text: str) -> None:
        """A paragraph over the whole width, as high as it needs."""
        self._across(text, "note", self.height(text, sum(self.widths)))

    def right(self, text: str) -> None:
        """A line at the right edge, such as the unit."""
        self._across(text, "right", 16)

    def sides(self, left: str, right: str) -> None:
        """A line with something at either edge; what stands left gets no more columns than it needs."""
        reach = list(accumulate(self.widths[:-1]))
        middle = min(bisect_right(reach, width(left)) + 1, max(1, len(reach)))
        for first, last, text, style in ((0, middle - 1, left, "left"), (middle, len(self.widths) - 1, right, "right")):
            self._merge(self.row, first, text, self.book.format(**_STYLES[style]), last)
        self.row += 1

    def set_page(self) -> None:
        """The smallest paper on which the sheet is legible; where none is wide enough, as many pages as it needs."""
        need = sum(map(pixels, self.widths)) * self.book.slack + self._beside
        papers = [(PAPERS[0][0], SHORT, True)] * self._portrait + [(*paper, False) for paper in PAPERS]
        for paper, side, portrait in papers:
            self.worksheet.set_paper(paper)
            if not portrait:
                self.worksheet.set_landscape()
            if need <= self._room(side):
                self.worksheet.fit_to_pages(1, 0)
                other = side * 2**0.5 if portrait else side / 2**0.5
                scale = min(1.0, (side - 144 * MARGIN) / 0.75 / need)
                self._break((other - 72 * sum(ENDS)) / scale * SAFE)
                return
        self.worksheet.set_print_scale(int(100 * self.book.least / self.book.points))
        self._repeat_columns(self._room(PAPERS[-1][1]) / 3)

    def _room(self, side: int) -> float:
        """Pixels that a page of so many points across holds while nothing is smaller than the least."""
        return (side - 144 * MARGIN) / 0.75 * self.book.points / self.book.least

    def together(self, first: int, last: int) -> None:
        """Rows (counted from 0) that stand on one page, if one holds them."""
        self._together.append((first, last))

    def _break(self, room: float) -> None:
        """End pages of so many points before what is to stay together."""
        if not self._together:
            return
        starts: dict[int, int] = {}
        for first, last in sorted(self._together):
            if first not in starts or self._repeated + sum(map(self._high, range(first, last + 1))) <= room:
                starts[first] = last
        filled, breaks = 0.0, set(self._breaks)
        for row in range(self.row):
            block = sum(self._high(one) for one in range(row, starts.get(row, row) + 1))
            if row in self._breaks:
                filled = self._repeated
            elif filled + block > room and (block + self._repeated <= room or row not in starts) and row:
                filled = self._repeated
                breaks.add(row)
            filled += self._high(row)
        self.worksheet.set_h_pagebreaks(sorted(breaks))

    def _high(self, row: int) -> float:
        return self._heights[row] if row < len(self._heights) else ROW

    def _set_row(self, row: int, height: float) -> None:
        self._note_height(row, height)
        self.worksheet.set_row(row, height)

    def _note_height(self, row: int, height: float) -> None:
        self._heights.extend([ROW] * (row + 1 - len(self._heights)))
        self._heights[row] = height

    def _repeat_columns(self, room: float) -> None:
        """The first columns say on every page what a row is of."""
        number = bisect_right(list(accumulate(map(pixels, self.widths))), room)
        if number:
            self.worksheet.repeat_columns(0, number - 1)

    def skip(self, rows: int = 1) -> None:
        self.row += rows

    def table(self, columns: Sequence[Column], rows: Iterable[Row], *, freeze: bool = True) -> Area:
        """A table with its header; with `freeze` the header stays in sight and on every printed page."""
        top = self.row
        self._header(columns)
        if freeze:
            self.worksheet.freeze_panes(self.row, 0)
            self.worksheet.repeat_rows(top, self.row - 1)
            self._repeated = sum(map(self._high, range(top, self.row)))
        return self.rows(columns, rows)

    def rows(self, columns: Sequence[Column], rows: Iterable[Row]) -> Area:
        """Further rows below a table, without a header of their own."""
        first = self.row
        kept = packing.Packed(first, len(columns))
        self.packed.append(kept)
        gauges = [
            _Gauge(xl_col_to_name(number), column, self.book.points) for number, column in enumerate(columns)
        ]
        for row in rows:
            if self.row >= ROW_LIMIT:
                raise ValueError(f"工作表“{self.name}”超过 {ROW_LIMIT} 行，请缩小范围")
            kept.add(self._fit(gauges, row), self._cells(gauges, row))
            if self.row < first + DRAWN:
                self._drawn[self.row] = [_drawn(column.kind, value) for column, value in zip(columns, row.values, strict=True)]
            self.row += 1
        kept.end()
        self._widen(gauges)
        return Area(self.name, first + 1, self.row)

    def filter(self, area: Area, columns: int) -> None:
        """Drop-down filters over the header of a table."""
        if area.last >= area.first:
            self.worksheet.autofilter(area.first - 2, 0, area.last - 1, columns - 1)

    def form(self, label: str, value: str, lines: int = 1) -> None:
        """A line of a form: a label in the first column, and text, or space for it, across the others."""
        height = max(self.height(value, sum(self.widths[1:])), 18.0 * lines)
        self._set_row(self.row, height)
        self.worksheet.write_string(self.row, 0, label, self.book.format(**_STYLES["label"]))
        self._merge(self.row, 1, value, self.book.format(**_STYLES["field"]))
        self.row += 1

    def pairs(self, *pairs: tuple[str, str], lines: int = 1) -> None:
        """A line of a form with several labels, each followed by its text, one column each."""
        self._set_row(self.row, 18.0 * lines)
        for number, (label, value) in enumerate(pairs):
            self.worksheet.write_string(self.row, 2 * number, label, self.book.format(**_STYLES["label"]))
            self.worksheet.write_string(self.row, 2 * number + 1, value, self.book.format(**_STYLES["field"]))
        self.row += 1

    def page_break(self) -> None:
        """What follows starts on a new printed page."""
        self._breaks.append(self.row)
        self.worksheet.set_h_pagebreaks(self._breaks)

    def chart(
        self,
        kind: dict[str, str],
        title: str,
        area: Area,
        categories: int,
        series: dict[str, int],
        number: str = "#,##0",
    ) -> None:
        """A chart of some columns of a table, beside it; both are printed on one page."""
        chart = self.book.chart(kind)
        for name, column in series.items():
            fill = {"color": COLOURS[len(chart.series) % len(COLOURS)]}
            places = {"categories": f"={area.range(categories)}", "values": f"={area.range(column)}"}
            data = {"categories_data": self._data(area, categories), "values_data": self._data(area, column)}
            chart.add_series({"name": name, **places, **data, "gap": 60, "fill": fill})
        chart.set_title({"name": title, "name_font": {"size": 12, "name": FONT}, "overlay": False})
        chart.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
        grid = {"visible": True, "line": {"color": "#DDDDDD"}}
        names, values = chart.set_x_axis, chart.set_y_axis
        if kind["type"] == "bar":  # lying bars have their names on the y axis
            names, values = values, names
        names({"reverse": kind["type"] == "bar", "num_font": {"size": 9}, "major_gridlines": {"visible": False}})
        values({"num_format": number, "major_gridlines": grid, "label_position": "low"})
        room = int(self._room(PAPERS[0][1]) - sum(map(pixels, self.widths))) - 2 * GAP
        chart.set_size({"width": max(CHART[0], room), "height": CHART[1]})
        self.worksheet.insert_chart(area.first - 2, len(self.widths), chart, {"x_offset": GAP})
        self._beside = max(CHART[0], room) + 2 * GAP

    def _data(self, area: Area, column: int) -> list[Any]:
        """What a chart shows before anybody works it out again."""
        return [self._drawn[row][column] for row in range(area.first - 1, min(area.last, area.first - 1 + DRAWN))]

    def height(self, text: str, cells: float) -> float:
        """Points that a wrapped text needs in so many cells."""
        return 4 + 1.35 * self.book.points * self._lines(text, cells)

    def _lines(self, text: str, cells: float, points: float = 0) -> int:
        return sum(_lines(line, cells, points or self.book.points) for line in text.split("\n"))

    def _widen(self, gauges: "Sequence[_Gauge]") -> None:
        """A number that is wider than its column would be shown as ###."""
        for number, gauge in enumerate(gauges):
            if gauge.need > self.widths[number]:
                self.widths[number] = gauge.need
                self.worksheet.set_column(number, number, gauge.need)

    def _fit(self, gauges: "Sequence[_Gauge]", row: Row) -> float:
        """Rows with wrapped text get their height from us: not every program works it out when it opens a file."""
        lines = 1
        if row.level not in SUMMING:
            for gauge, value in zip(gauges, row.values, strict=True):
                text = value.value if isinstance(value, Cell) else value
                if isinstance(text, str):
                    lines = max(lines, gauge.lines(text))
        height = min(MAX_HEIGHT, max(4 + 1.35 * self.book.points * lines, 1.75 * self.book.points))
        self._note_height(self.row, height)
        return height

    def _across(self, text: str, style: str, height: float) -> None:
        self._set_row(self.row, height)
        self._merge(self.row, 0, text, self.book.format(**_STYLES[style]))
        self.row += 1

    def _merge(self, row: int, first: int, text: str, style: Any, last: int | None = None) -> None:
        last = len(self.widths) - 1 if last is None else last
        if last > first:
            self.worksheet.merge_range(row, first, row, last, "", style)
        self.worksheet.write_string(row, first, shortened(text), style)

    def _header(self, columns: Sequence[Column]) -> None:
        style = self.book.format(**_STYLES["header"])
        grouped = any(column.group for column in columns)
        deep = self.row + 1 if grouped else self.row
        for number, column in enumerate(columns):
            if grouped and not column.group:
                self.worksheet.merge_range(self.row, number, deep, number, column.title, style)
            else:
                self.worksheet.write_string(deep, number, column.title, style)
        for group, members in groupby(enumerate(columns), key=lambda item: item[1].group):
            numbers = [number for number, _ in members]
            if group and len(numbers) > 1:
                self.worksheet.merge_range(self.row, numbers[0], self.row, numbers[-1], group, style)
            elif group:
                self.worksheet.write_string(self.row, numbers[0], group, style)
        lines = max(self._lines(column.title, column.width) for column in columns)
        self._set_row(deep, 8 + 1.3 * self.book.points * lines)
        self.row = deep + 1

    def _cells(self, gauges: "Sequence[_Gauge]", row: Row) -> list[str]:
        """The cells of a row as a workbook holds them."""
        styles, at, cells = self.book.styles(row.level), self.row + 1, []
        for gauge, value in zip(gauges, row.values, strict=True):
            place = f"{gauge.letter}{at}"
            if value is None:
                cells.append(packing.blank(place, styles[gauge.kind]))
            elif isinstance(value, str):
                style = styles[gauge.texts]
                cells.append(packing.text(place, style, shortened(value)) if value else packing.blank(place, style))
            else:
                cells.append(self._number(place, gauge, styles, value))
        return cells

    def _number(self, place: str, gauge: "_Gauge", styles: dict[str, int], value: Any) -> str:
        """A cell of what is no text, or of another kind than its column's."""
        kind = gauge.kind
        if isinstance(value, Cell):
            value, kind = value.value, value.kind
        if value is None or value == "":
            return packing.blank(place, styles[kind])
        if isinstance(value, str):
            return packing.text(place, styles[TEXT], shortened(value))
        if isinstance(value, Formula):
            gauge.measure(value.value, kind)
            words = value.text.format(row=self.row + 1).removeprefix("=")
            return packing.formula(place, styles[kind], words, number_of(value.value, kind))
        gauge.measure(value, kind)
        return packing.number(place, styles[kind], _digits(value, kind))


class _Gauge:
    """What a column of a table can show, and how wide its numbers turned out to be."""

    def __init__(self, letter: str, column: Column, points: float) -> None:
        self.letter, self.kind = letter, column.kind
        self.texts = LONG if column.kind == LONG else TEXT  # the kind of its texts
        self.need = 0.0
        self._least: Any = 0  # between these two every number is known to be no wider
        self._most: Any = 0
        self._room = _room(column.width, points)
        self._surely = self._room // 2  # characters that are one line, whatever they are

    def lines(self, text: str) -> int:
        """Lines that a text is wrapped into."""
        if len(text) <= self._surely and "\n" not in text:
            return 1
        return sum(-(-max(1, width(line)) // self._room) for line in text.split("\n"))

    def measure(self, value: Any, kind: str) -> None:
        if kind not in _SHOWN or value is None or isinstance(value, str) or self._least <= value <= self._most:
            return
        self._least, self._most = min(self._least, value), max(self._most, value)
        self.need = max(self.need, len(_SHOWN[kind].format(float(number_of(value, kind)))) + 1.5)


def pixels(cells: float) -> int:
    """A column's width on the screen, of which 96 are an inch."""
    return int(cells * 7 + 5)


def _lines(text: str, cells: float, points: float = POINTS) -> int:
    """Lines of a paragraph wrapped in a column, in letters of so many points."""
    return max(1, -(-width(text) // _room(cells, points)))


def _room(cells: float, points: float) -> int:
    """Letters of so many points that fit into a column."""
    return max(1, int(cells * 7 / (HALF * points / POINTS)))


def _drawn(kind: str, value: Any) -> Any:
    """A value as a chart shows it."""
    if isinstance(value, Cell):
        value, kind = value.value, value.kind
    return number_of(value.value if isinstance(value, Formula) else value, kind) if value is not None else None


def _digits(value: Any, kind: str) -> str:
    """A value as the digits of a cell: yuan, days since 1899, a share as a percentage shows it, or the number itself."""
    if kind == MONEY:
        return yuan(int(value))
    if kind == DATE:
        return str((date(value.year, value.month, value.day) - FIRST_DAY).days)
    if kind == RATIO and isinstance(value, Fraction | Decimal):
        value = cut(Fraction(value))
    return packing.digits(number_of(value, kind))


def number_of(value: Any, kind: str) -> Any:
    """A value as a workbook holds it: 分 become yuan, exact fractions the nearest number."""
    if isinstance(value, str):
        return value
    if kind == MONEY:
        return Decimal(int(value)) / 100
    return float(value) if isinstance(value, Fraction) else value


def shortened(text: str) -> str:
    """The text as far as a cell can hold it, saying so where it was cut."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(_CUT)] + _CUT
