"""Sheets as offices send them: a clean table, every kind of dirt as a function of it, and writers for .xlsx, .xls, CSV."""

import csv
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Formula:
    """A formula, with the value that Excel has cached for it (None: never calculated)."""

    text: str
    cached: Any = None


@dataclass(frozen=True)
class Paper:
    """A sheet before it is written. `amounts` and `dates` name columns by header; amounts are Decimals of yuan."""

    header: list[str]
    rows: list[list[Any]]
    amounts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # columns that must be kept as text
    counts: tuple[str, ...] = ()  # columns that totals add up besides the amounts
    above: list[list[Any]] = field(default_factory=list)
    below: list[list[Any]] = field(default_factory=list)
    top: list[str] | None = None  # a first header row, whose texts span what follows them
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # in rows of the table, 0 the first row below the header
    hidden: list[int] = field(default_factory=list)  # likewise
    title: str = "Sheet1"

    def column(self, name: str) -> int:
        return self.header.index(name)

    def mapped(self, names: Iterable[str], change: Callable[[Any], Any]) -> "Paper":
        columns = {self.column(name) for name in names if name in self.header}
        rows = [[change(c) if n in columns and c not in ("", None) else c for n, c in enumerate(row)] for row in self.rows]
        return replace(self, rows=rows)

    def grid(self) -> list[list[Any]]:
        return [*self.above, *([self.top] if self.top else []), self.header, *self.rows, *self.below]

    @property
    def first(self) -> int:
        """The row (from 0) of the first row below the header."""
        return len(self.above) + bool(self.top) + 1


# -- dirt ----------------------------------------------------------------------------------------------------------------


def titled(paper: Paper, *lines: str) -> Paper:
    return replace(paper, above=[*[[line] for line in lines], *paper.above])


def in_wan(paper: Paper) -> Paper:
    """Amounts in 万元, said by a unit line."""
    plain = [name for name in paper.amounts if "元" not in name]
    return titled(paper.mapped(plain, lambda amount: amount / 10000), "单位：万元")


def wan_in_header(paper: Paper) -> Paper:
    paper = paper.mapped(paper.amounts, lambda amount: amount / 10000)
    header = [f"{h.removesuffix('(元)')}（万元）" if h in paper.amounts else h for h in paper.header]
    return replace(paper, header=header, amounts=())


def as_text(paper: Paper) -> Paper:
    return paper.mapped(paper.amounts, lambda amount: f"{amount:,.2f}")


def yuan_behind(paper: Paper) -> Paper:
    return paper.mapped(paper.amounts, lambda amount: f"{amount:,.2f}元")


def full_width(paper: Paper) -> Paper:
    return paper.mapped(paper.amounts, lambda amount: wide(f"{amount:,.2f}"))


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


DATE_STYLES: dict[str, Callable[[date], Any]] = {
    "characters": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "dots": lambda day: f"{day.year}.{day.month}.{day.day}",
    "strokes": lambda day: f"{day.year}/{day.month:02d}/{day.day:02d}",
    "iso": lambda day: day.isoformat(),
    "serial": lambda day: (day - EPOCH).days,
    "compact": lambda day: f"{day:%Y%m%d}",
    "wide": lambda day: wide(f"{day.year}-{day.month}-{day.day}"),
}


def dated(paper: Paper, style: str) -> Paper:
    return paper.mapped(paper.dates, DATE_STYLES[style])


def total_row(paper: Paper, rows: list[list[Any]], label: str = "合计") -> list[Any]:
    row: list[Any] = [""] * len(paper.header)
    row[next(n for n, name in enumerate(paper.header) if name not in (*paper.amounts, *paper.counts))] = label
    for name in (*paper.amounts, *paper.counts):
        column = paper.column(name)
        row[column] = sum((Decimal(str(r[column])) for r in rows if r[column] not in ("", None)), Decimal(0))
    return row


def total_below(paper: Paper) -> Paper:
    return replace(paper, rows=[*paper.rows, total_row(paper, paper.rows)])


def total_above(paper: Paper) -> Paper:
    return replace(paper, rows=[total_row(paper, paper.rows, "合　　计"), *paper.rows])


def subtotals(paper: Paper, size: int = 2) -> Paper:
    rows: list[list[Any]] = []
    for start in range(0, len(paper.rows), size):
        part = paper.rows[start : start + size]
        rows += [*part, total_row(paper, part, "小计")]
    return replace(paper, rows=[*rows, total_row(paper, paper.rows)])


def printed_pages(paper: Paper, size: int = 2) -> Paper:
    """The header and the title again on each page."""
    rows: list[list[Any]] = []
    for start in range(0, len(paper.rows), size):
        if start:
            rows += [*([paper.above[0]] if paper.above else []), list(paper.header)]
        rows += paper.rows[start : start + size]
    return replace(paper, rows=rows)


def blank_lines(paper: Paper) -> Paper:
    empty: list[Any] = [""] * len(paper.header)
    return replace(paper, rows=[r for row in paper.rows for r in (row, empty)])


def noted(paper: Paper) -> Paper:
    return replace(paper, below=[["注：本表数据截至填报日。"], ["制表人：　　　　审核人：　　　　单位（盖章）"]])


def shuffled(paper: Paper, seed: int = 1) -> Paper:
    order = list(range(len(paper.header)))
    random.Random(seed).shuffle(order)
    return replace(paper, header=[paper.header[n] for n in order], rows=[[row[n] for n in order] for row in paper.rows])


def extra_columns(paper: Paper) -> Paper:
    rows = [[n, *row, "略"] for n, row in enumerate(paper.rows, 1)]
    return replace(paper, header=["顺序", *paper.header, "经办人签字"], rows=rows)


def renamed(paper: Paper, names: dict[str, str]) -> Paper:
    """Headers as another office calls them."""

    def new(old: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in old)

    return replace(
        paper,
        header=list(new(tuple(paper.header))),
        amounts=new(paper.amounts),
        dates=new(paper.dates),
        texts=new(paper.texts),
        counts=new(paper.counts),
    )


def spaced_headers(paper: Paper) -> Paper:
    return replace(paper, header=["\n".join([h[:2], h[2:]]) if len(h) > 3 else "　".join(h) for h in paper.header])


def two_rows(paper: Paper, names: list[str], over: str) -> Paper:
    """A header of two rows: `over` spans the named columns (they must stand together), the others are merged down."""
    top = [over if h in names else h for h in paper.header]
    below = [h if h in names else "" for h in paper.header]
    first = paper.column(names[0])
    top = [t if n == first or h not in names else "" for n, (t, h) in enumerate(zip(top, paper.header, strict=True))]
    merges = [(-2, first, -2, first + len(names) - 1)]
    merges += [(-2, n, -1, n) for n, h in enumerate(paper.header) if h not in names]
    return replace(paper, top=top, header=below, merges=[*paper.merges, *merges], amounts=(), dates=(), counts=())


def hidden_rows(paper: Paper) -> Paper:
    return replace(paper, hidden=[0])


# -- writers -------------------------------------------------------------------------------------------------------------


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def to_xlsx(path: Path, *papers: Paper, hidden_sheets: Iterable[Paper] = ()) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for paper in (*papers, *hidden_sheets):
        sheet = workbook.create_sheet(paper.title)
        if paper in hidden_sheets:
            sheet.sheet_state = "hidden"
        for row, cells in enumerate(paper.grid(), 1):
            for column, value in enumerate(cells, 1):
                if value not in ("", None):
                    _put(sheet.cell(row, column), value)
        for top, left, bottom, right in paper.merges:
            f = paper.first
            sheet.merge_cells(start_row=f + top + 1, start_column=left + 1, end_row=f + bottom + 1, end_column=right + 1)
        for number in paper.hidden:
            sheet.row_dimensions[paper.first + number + 1].hidden = True
    workbook.save(path)
    return cached(path, papers)


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, Formula):
        cell.value = value.text
    elif isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = _cell(value)


def cached(path: Path, papers: Iterable[Paper]) -> Path:
    """Give formulas the values that Excel would have saved: openpyxl writes none."""
    formulas = [c for paper in papers for row in paper.grid() for c in row if isinstance(c, Formula) and c.cached is not None]
    if formulas:
        import zipfile

        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        for name in parts:
            if name.startswith("xl/worksheets/"):
                text = parts[name].decode()
                for formula in formulas:
                    old = f"<f>{formula.text.removeprefix('=')}</f>"
                    text = text.replace(f"{old}<v></v>", f"{old}<v>{formula.cached}</v>").replace(f"{old}<v />", f"{old}<v>{formula.cached}</v>")
                parts[name] = text.encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    return path


def to_xls(path: Path, *papers: Paper) -> Path:
    workbook = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for paper in papers:
        sheet = workbook.add_sheet(paper.title)
        for row, cells in enumerate(paper.grid()):
            for column, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write(row, column, value, day)
                elif value not in ("", None):
                    sheet.write(row, column, _cell(value))
        for number in paper.hidden:
            sheet.row(paper.first + number).hidden = True
    workbook.save(str(path))
    return path


def to_csv(path: Path, paper: Paper, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    for row in paper.grid():
        writer.writerow([_csv_text(value) for value in row])
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def _csv_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
