"""The bureau's workbooks: totals are the book's, subtotals are live and count nothing twice."""

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from ledgers.facts import money, registered
from ledgers.money import fen
from plugins.labour import labour_share
from reports.check.checked import Checked
from reports.registers import grouping
from reports.registers.all import workbooks
from reports.registers.grouping import Field, Ratio
from reports.workbook import COUNT, MONEY, RATIO, Column, Workbook
from tests.reports.conftest import EXAMPLE, EXAMPLE_DAY
from xianjie.commands import cli

NAMES = ("资金支出进度表", "项目明细台账", "以工代赈劳务报酬台账", "股权登记簿", "扶贫项目资产台账", "资产收益分配表")
TABLE: grouping.Table[tuple[Any, ...]] = grouping.Table(
    (
        Field("town", Column("乡镇"), lambda line: line[0]),
        Field("village", Column("村"), lambda line: line[1]),
        Field("number", Column("件数", 8, COUNT), lambda line: line[2]),
        Field("whole", Column("甲", 9, MONEY), lambda line: line[3]),
        Field("part", Column("乙", 9, MONEY), lambda line: line[4]),
        Field("ratio", Column("比", 9, RATIO), Ratio("part", "whole")),
    )
)
LINES = [
    ("甲镇", "一村", 1, 300, 100),
    ("甲镇", "一村", 1, 300, 200),
    ("甲镇", "二村", 1, 0, 0),
    ("乙镇", "三村", 1, 700, 7),
]


@pytest.fixture(scope="module")
def books(sample: Checked) -> dict[str, bytes]:
    return dict(workbooks(sample.book.tables))


def grouped(lines: list[Any]) -> bytes:
    book = Workbook("测试", EXAMPLE_DAY)
    grouping.write(book.sheet("表", [10] * 6), TABLE, lines)
    return book.content()


def rows_of(content: bytes, number: int = 0) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(number).to_python(skip_empty_area=False)


def total_of(content: bytes, header: str, number: int = 0, label: str = "合计") -> int:
    """The total of a column in 分."""
    rows = rows_of(content, number)
    return fen(f"{next(row for row in rows if row[0] == label)[place_of(rows, header)]:.2f}")


def place_of(rows: list[list[Any]], header: str) -> int:
    """Where the first column of this name stands: others may be added before it."""
    return next(row.index(header) for row in rows if header in row)


def by_id(rows: list[list[Any]], header: str) -> dict[str, list[Any]]:
    """The rows by what stands below a header."""
    place = place_of(rows, header)
    return {str(row[place]): row for row in rows}


def test_subtotals_by_town_and_by_village_of_several() -> None:
    rows = rows_of(grouped(LINES))
    assert [row[0] or row[1] for row in rows[1:]] == [
        "甲镇", "甲镇", "一村小计", "甲镇", "甲镇小计", "乙镇", "乙镇小计", "合计",
    ]  # fmt: skip
    assert rows[3][2:] == [2, 6.0, 3.0, 0.5]
    assert rows[5][2:] == [3, 6.0, 3.0, 0.5]
    assert rows[8][2:] == [4, 13.0, 3.07, 0.2361]


def test_subtotals_are_live_and_count_nothing_twice() -> None:
    sheet = openpyxl.load_workbook(BytesIO(grouped(LINES)))["表"]
    assert [sheet[f"D{row}"].value for row in (4, 6, 8, 9)] == [
        "=SUBTOTAL(9,D2:D3)", "=SUBTOTAL(9,D2:D5)", "=SUBTOTAL(9,D7:D7)", "=SUBTOTAL(9,D2:D8)",
    ]  # fmt: skip
    assert sheet["F5"].value == '=IF(D5=0,"",ROUNDDOWN(E5/D5,4))'


def test_nothing_to_show_is_a_total_of_nothing() -> None:
    assert rows_of(grouped([]))[1][:4] == ["合计", "", 0, 0]


def test_the_six_workbooks(books: dict[str, bytes]) -> None:
    assert tuple(books) == tuple(f"{name}.xlsx" for name in NAMES)
    for content in books.values():
        book = openpyxl.load_workbook(BytesIO(content))
        assert sum(len(sheet._charts) for sheet in book) == 1
        for sheet in book:
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.freeze_panes
            assert sheet.print_title_rows
            assert sheet.auto_filter.ref


def test_every_sheet_has_its_unit_its_seal_and_who_signs_it(books: dict[str, bytes]) -> None:
    for content in books.values():
        for number in range(len(openpyxl.load_workbook(BytesIO(content)).sheetnames)):
            rows = ["".join(map(str, row)) for row in rows_of(content, number)]
            assert rows[1].startswith("编制单位（公章）：")
            assert rows[1].endswith("单位：元")
            assert all(word in rows[-1] for word in ("负责人：", "审核：", "制表：", "日期："))


def test_printed_on_a4_or_a3_nothing_is_smaller_than_nine_points(books: dict[str, bytes]) -> None:
    sides, used = {9: 842, 8: 1191}, set()
    for content in books.values():
        for sheet in openpyxl.load_workbook(BytesIO(content)):
            wide = [(one.max - one.min + 1) * int(one.width * 7) for one in sheet.column_dimensions.values()]
            need = 0.75 * sum(wide)
            room = sides[sheet.page_setup.paperSize] - 72 * (sheet.page_margins.left + sheet.page_margins.right)
            assert room / need * sheet["A5"].font.size >= 9
            used.add(sheet.page_setup.paperSize)
    assert used == set(sides)


def test_a_filter_hides_rows_and_never_the_total(books: dict[str, bytes]) -> None:
    for content in books.values():
        for sheet in openpyxl.load_workbook(BytesIO(content)):
            last = int(sheet.auto_filter.ref.split(":")[1].strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            assert sheet[f"A{last + 1}"].value == "合计"


def test_a_column_may_stand_anywhere() -> None:
    moved = grouping.Table((*TABLE.fields[:2], TABLE.fields[5], TABLE.fields[4], TABLE.fields[3], TABLE.fields[2]))
    book = Workbook("测试", EXAMPLE_DAY)
    grouping.write(book.sheet("表", [10] * 6), moved, LINES)
    assert rows_of(book.content())[8][2:] == [0.2361, 3.07, 13.0, 4]


def test_what_no_line_knows_has_no_sum() -> None:
    rows = rows_of(grouped([("甲镇", "一村", 1, None, 100), ("乙镇", "二村", 1, 300, None)]))
    assert rows[2][2:] == [1, "", 1.0, ""]
    assert rows[5][2:] == [2, 3.0, 1.0, 0.3333]


def test_the_same_book_gives_the_same_bytes(example: Checked) -> None:
    assert dict(workbooks(example.book.tables)) == dict(workbooks(example.book.tables))


def test_funds_and_places_add_up_to_the_book(sample: Checked, books: dict[str, bytes]) -> None:
    tables, content = sample.book.tables, books["资金支出进度表.xlsx"]
    paid = -sum(leg.amount for leg in money.payment_legs(tables))
    allocated = sum(leg.amount for leg in money.allocation_legs(tables))
    assert total_of(content, "指标金额") == sum(fund.amount for fund in registered.funds(tables).values())
    for number in (0, 1, 2):
        assert (total_of(content, "已支付", number), total_of(content, "已分配", number)) == (paid, allocated)


def test_projects_add_up_whatever_they_are_grouped_by(sample: Checked, books: dict[str, bytes]) -> None:
    tables, content = sample.book.tables, books["项目明细台账.xlsx"]
    paid = -sum(leg.amount for leg in money.payment_legs(tables))
    assert [total_of(content, "已支付", number) for number in (0, 1)] == [paid, paid]
    rows = rows_of(content)
    assert {id for id in by_id(rows, "项目编号") if id.startswith("P")} == set(registered.projects(tables))
    assert sum(total_of(content, source) for source in ("中央", "省市级", "县级", "其他")) == total_of(content, "合计")


def test_labour_is_what_the_rule_counts(sample: Checked, books: dict[str, bytes]) -> None:
    tables, content = sample.book.tables, books["以工代赈劳务报酬台账.xlsx"]
    labour = sum(leg.amount for leg in money.labour_legs(tables))
    assert total_of(content, "已发劳务报酬") == labour
    assert total_of(content, "已发金额", 1) == labour
    rows = rows_of(content)
    lines, higher, done = by_id(rows, "项目编号"), place_of(rows, "市级及以上资金"), place_of(rows, "已发劳务报酬")
    for finding in labour_share(tables):
        if finding.measured and not registered.ended(tables, finding.subject.id):
            row = lines[finding.subject.id]
            assert fen(f"{row[higher]:.2f}") == finding.measured.denominator
            assert fen(f"{row[done]:.2f}") == finding.measured.numerator


def test_unpaid_is_what_was_neither_taken_back_nor_paid(sample: Checked, books: dict[str, bytes]) -> None:
    table = sample.book.tables.postings
    taken_back = int(table.loc[table["account"].str.startswith("Equity:3104"), "amount"].sum())
    assert taken_back > 0
    total = {name: total_of(books["资金支出进度表.xlsx"], name) for name in ("指标金额", "已支付", "未支付")}
    assert total["未支付"] == total["指标金额"] - taken_back - total["已支付"]


def test_sources_of_projects_are_the_levels_of_their_funds(sample: Checked, books: dict[str, bytes]) -> None:
    tables, sums = sample.book.tables, dict[str, int]()
    named = {"中央": "中央", "省级": "省市级", "市级": "省市级", "县级": "县级"}
    for leg in money.allocation_legs(tables):
        source = named.get(registered.funds(tables)[leg.fund].level, "其他")
        sums[source] = sums.get(source, 0) + leg.amount
    assert {name: total_of(books["项目明细台账.xlsx"], name) for name in sums} == sums
    assert len(sums) == 4


def test_special_money_is_that_of_the_task(sample: Checked, books: dict[str, bytes]) -> None:
    tables, content = sample.book.tables, books["以工代赈劳务报酬台账.xlsx"]
    listed = by_id(rows_of(content), "项目编号")
    legs = [leg for leg in money.allocation_legs(tables) if leg.project in listed]
    higher = [(leg.amount, fund) for leg in legs if (fund := registered.funds(tables)[leg.fund]).level in money.HIGHER]
    assert total_of(content, "市级及以上资金") == sum(amount for amount, _ in higher)
    special = sum(amount for amount, fund in higher if fund.task == "以工代赈")
    assert total_of(content, "其中以工代赈专项") == special < sum(amount for amount, _ in higher)


def test_what_a_chart_shows_adds_up_to_the_register(books: dict[str, bytes]) -> None:
    content = books["股权登记簿.xlsx"]
    parts = [total_of(content, name, 2) for name in ("集体", "其他农户（成员）", "脱贫户、监测户")]
    assert sum(parts) == total_of(content, "集体") + total_of(content, "农户（成员）")
    assert parts[2] == total_of(content, "其中脱贫户、监测户")


def test_what_is_left_of_income_is_what_was_not_used(books: dict[str, bytes]) -> None:
    content = books["资产收益分配表.xlsx"]
    left = total_of(content, "结余")
    assert left == total_of(content, "收益") - total_of(content, "合计") > 0


def test_shares_are_those_of_the_register(sample: Checked, books: dict[str, bytes]) -> None:
    content, shares = books["股权登记簿.xlsx"], sample.book.tables.shares
    assert total_of(content, "股额", 1) == shares["amount"].sum()
    rows = rows_of(content, 1)
    id, holder, status = (place_of(rows, header) for header in ("股权编号", "持股人", "量化日身份"))
    holders = [row for row in rows if str(row[id]).startswith("GQ") and row[holder]]
    assert len(holders) == len(shares) > 100
    assert {row[status] for row in holders} >= {"脱贫户", "一般户", "脱贫户、监测户"}


def test_assets_are_worth_what_the_book_says(sample: Checked, books: dict[str, bytes]) -> None:
    table, content = sample.book.tables.postings, books["扶贫项目资产台账.xlsx"]
    assert total_of(content, "原值") == table.loc[table["kind"] == "asset", "amount"].sum()
    parts = [total_of(content, f"{name}资产", 1) for name in ("公益性", "经营性", "到户类")]
    assert sum(parts) == total_of(content, "原值")


def test_income_and_its_uses_are_all_there(sample: Checked, books: dict[str, bytes]) -> None:
    table, content = sample.book.tables.postings, books["资产收益分配表.xlsx"]
    assert total_of(content, "收益") == -table.loc[table["kind"] == "asset income", "amount"].sum()
    used = table.loc[table["kind"] == "distribution", "amount"].sum()
    assert total_of(content, "合计") == used
    assert total_of(content, "使用", 1) == used


def test_the_command_writes_all_six_and_leaves_other_files_alone(tmp_path: Path) -> None:
    folder = tmp_path / "台账" / "2022"
    folder.mkdir(parents=True)
    (folder / "别的.txt").write_text("留着", "utf-8")
    (folder / "股权登记簿.xlsx").write_bytes(b"old")
    arguments = ["report", str(EXAMPLE), "-o", str(folder), "--as-of", "2022-12-31"]
    run = CliRunner().invoke(cli, arguments)
    assert (run.exit_code, run.output.count("已写入")) == (0, 6)
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{name}.xlsx" for name in NAMES] + ["别的.txt"])
    assert (folder / "股权登记簿.xlsx").read_bytes()[:2] == b"PK"


def test_what_cannot_be_written_says_so_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    arguments = ["report", str(EXAMPLE), "-o", str(tmp_path / "file" / "sub"), "--as-of", "2022-12-31"]
    run = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert "（上级不是文件夹）" in str(run.exception)
    assert "没有改动任何文件" in str(run.exception)


@pytest.mark.parametrize(("part", "shown"), [(149_975, 0.1499), (150_000, 0.15), (689_922, 0.6899), (-149_975, -0.15)])
def test_a_percentage_has_two_places_and_a_miss_never_reads_like_a_hit(part: int, shown: float) -> None:
    book = openpyxl.load_workbook(BytesIO(grouped([("甲镇", "一村", 1, 1_000_000, part)])), data_only=True)
    assert (book["表"]["F2"].value, book["表"]["F2"].number_format) == (shown, "0.00%")
