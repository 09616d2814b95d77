"""Workbooks are safe and steady: no formula from data, numbers as numbers, ids as text, A4, identical bytes."""

import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from reports.workbook import COUNT, DATE, LONG, MONEY, NUMBER, RATIO, Cell, Column, Formula, Row, Workbook, shortened

DAY = date(2022, 12, 31)
COLUMNS = (
    Column("编号", 20),
    Column("说明", 20, LONG),
    Column("金额", 14, MONEY, "资金"),
    Column("分母", 14, MONEY, "资金"),
    Column("比值", 10, RATIO),
    Column("日期", 12, DATE),
    Column("件数", 8, COUNT),
)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1")', "{=1+1}", "\t=1", "http://127.0.0.1/")


def made(rows: list[Row]) -> bytes:
    book = Workbook("测试", DAY)
    sheet = book.sheet("表", [column.width for column in COLUMNS])
    sheet.title("标题")
    sheet.table(COLUMNS, rows)
    return book.content()


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_book_never_becomes_a_formula_or_a_link(text: str) -> None:
    sheet = opened(made([Row((text, text, 1, 1, None, DAY, 1))]))["表"]
    for place in ("A4", "B4"):
        assert sheet[place].value == text
        assert sheet[place].data_type == "s"
        assert sheet[place].hyperlink is None


def test_values_keep_their_kinds() -> None:
    row = Row(("500000000000000001", "", 5990001, 40000000, Formula("=C{row}/D{row}", Fraction(1, 2)), DAY, 3))
    sheet = opened(made([row]))["表"]
    assert sheet["A4"].value == "500000000000000001"
    assert sheet["A4"].number_format == "@"
    assert (sheet["C4"].value, sheet["C4"].number_format) == (59900.01, "#,##0.00_ ")
    assert sheet["E4"].value == "=C4/D4"
    assert sheet["F4"].value.date() == DAY
    assert sheet["G4"].value == 3
    assert sheet["B4"].value is None


def test_a_formula_carries_our_value_and_its_own_row() -> None:
    rows = [Row(("", "", 100, 300, Formula("=C{row}/D{row}", Fraction(1, 3)), None, None))] * 2
    content = made(rows)
    assert [opened(content)["表"][f"E{n}"].value for n in (4, 5)] == ["=C4/D4", "=C5/D5"]
    stored = openpyxl.load_workbook(BytesIO(content), data_only=True)["表"]
    assert stored["E5"].value == pytest.approx(1 / 3)


def test_a_cell_may_be_of_another_kind_than_its_column() -> None:
    sheet = opened(made([Row(("", "", Cell(Decimal("12.5"), NUMBER), Cell(7, COUNT), None, None, None))]))["表"]
    assert (sheet["C4"].value, sheet["D4"].value) == (12.5, 7)


def test_prints_on_a4_landscape_with_its_header_on_every_page() -> None:
    sheet = opened(made([]))["表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.freeze_panes == "A4"
    assert sheet.print_title_rows == "$2:$3"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize(("columns", "paper"), [(13, 9), (14, 8), (19, 8)])
def test_what_a4_cannot_hold_legibly_is_set_for_a3(columns: int, paper: int) -> None:
    book = Workbook("测试", DAY)
    book.sheet("表", [12] * columns)
    assert opened(book.content())["表"].page_setup.paperSize == paper


def test_what_a3_cannot_hold_goes_over_several_pages_and_repeats_its_first_columns() -> None:
    book = Workbook("测试", DAY)
    book.sheet("表", [12] * 20)
    sheet = opened(book.content())["表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.scale) == (8, 90)
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_cols == "$A:$F"


@pytest.mark.parametrize(("widths", "room"), [([18, 20, 20, 20], 60), ([8, 8, 12, 30, 13, 20], 75), ([30, 12], 12)])
def test_what_stands_left_leaves_the_rest_of_the_line_to_what_stands_right(widths: list[float], room: int) -> None:
    book = Workbook("测试", DAY)
    book.sheet("表", widths).sides("编制单位：", "某县")
    sheet = opened(book.content())["表"]
    right = next(cell.column - 1 for cell in sheet[1] if cell.value == "某县")
    assert sum(widths[:right]) >= len("编制单位：") * 2
    assert sum(widths[right:]) >= room


@pytest.mark.parametrize(("width", "orientation"), [(20, "portrait"), (40, "landscape")])
def test_an_upright_page_is_upright_where_it_is_wide_enough(width: int, orientation: str) -> None:
    book = Workbook("测试", DAY)
    book.sheet("表", [width] * 4, portrait=True)
    assert opened(book.content())["表"].page_setup.orientation == orientation


def test_identical_input_gives_identical_bytes_without_a_trace_of_when_or_who() -> None:
    rows = [Row(("甲", "乙", 1, 2, None, DAY, 3))]
    content = made(rows)
    assert content == made(rows)
    with zipfile.ZipFile(BytesIO(content)) as parts:
        core = parts.read("docProps/core.xml").decode()
        assert {info.date_time[0] for info in parts.infolist()} == {1980}
    assert "2022-12-31T00:00:00Z" in core


def test_names_of_sheets_are_made_valid_and_unique() -> None:
    book = Workbook("测试", DAY)
    names = [book.sheet(name, [10]).name for name in ("甲[1]:*?/\\'乙", "长" * 40, "长" * 40, "", "")]
    assert names == ["甲 1 乙", "长" * 31, f"{'长' * 29} 2", "表", "表 2"]
    opened(book.content())


def test_text_that_no_cell_can_hold_is_cut_and_says_so() -> None:
    text = shortened("长" * 40_000)
    assert len(text) == 32_000
    assert text.endswith("……（过长，已截断）")
    assert shortened("短") == "短"
    assert opened(made([Row(("", "长" * 40_000, 1, 1, None, DAY, 1))]))["表"]["B4"].value == text


def test_long_text_gets_the_height_that_it_needs() -> None:
    sheet = opened(made([Row(("", "很长的说明" * 20, 1, 1, None, DAY, 1)), Row(("", "短", 1, 1, None, DAY, 1))]))["表"]
    assert sheet.row_dimensions[4].height > 5 * sheet.row_dimensions[5].height


def test_a_number_wider_than_its_column_widens_it() -> None:
    columns = (Column("金额", 8, MONEY), Column("比值", 5, RATIO), Column("件数", 4, COUNT), Column("金额", 30, MONEY))
    book = Workbook("测试", DAY)
    sheet = book.sheet("表", [column.width for column in columns])
    sheet.table(columns, [Row((123_456_789_012, Formula("=1", Fraction(1000238, 10**6)), 1_000_000, 1))])
    widths = opened(book.content())["表"].column_dimensions
    assert widths["A"].width > len("1,234,567,890.12") + 1
    assert widths["B"].width > len("100.02%") + 1
    assert widths["C"].width > len("1,000,000") + 1
    assert 30 <= widths["D"].width < 31


def test_rows_that_stay_together_are_not_parted_by_the_end_of_a_page() -> None:
    """Whatever stands before: a page ends before a block that it cannot hold, and never within one."""
    for before in range(20, 45):
        book = Workbook("测试", DAY)
        sheet = book.sheet("表", [12] * 4, portrait=True)
        sheet.skip(before)
        sheet.table([Column("编号", 12)] * 4, [Row(("甲",) * 4)] * 30, freeze=False)
        sheet.together(before, before + 4)
        sheet.together(before + 27, before + 30)
        found = opened(book.content())["表"]
        ends = {one.id for one in found.row_breaks.brk}
        assert not ends & {before + n for n in (1, 2, 3, 4, 28, 29, 30)}, before
        heights = {number: one.height or 15 for number, one in found.row_dimensions.items()}
        filled = 0.0
        for row in range(1, before + 32):
            filled = (0 if row - 1 in ends else filled) + heights.get(row, 15)
            assert filled <= 842 - 72 * 1.1, (before, row)


def test_a_title_that_is_wider_than_its_columns_takes_more_lines() -> None:
    book = Workbook("测试", DAY)
    sheet = book.sheet("表", [10, 10])
    sheet.title("补助名单：2023年政策性农业保险保费补贴·保费补助")
    found = opened(book.content())["表"]
    assert found["A1"].alignment.wrap_text
    assert found.row_dimensions[1].height > 90
