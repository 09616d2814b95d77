"""Tables in which two readings fit: told by words, asked, or refused; never one of them in silence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from importers.headings import FILE
from importers.reading.cells import capitals
from importers.reading.given import Given
from importers.reading.sheet import Sheet, read_path
from importers.run import import_files
from tests.importers.county import ALL, CITY, TODAY, labour
from tests.importers.dirty import Paper, to_xlsx
from tests.importers.helpers import Desk

ABOVE = [["2022年资金分配表（第二批）"], ["单位：万元　分配日期：2022年6月10日"]]


def table(header: Sequence[str], *rows: Sequence[object], above: list[list[object]] | None = None, below: str = "") -> Paper:
    return Paper(list(header), [list(row) for row in rows], above=ABOVE if above is None else above, below=[[below]] if below else [])


def read(folder: Path, paper: Paper, given: Given | None = None) -> Sheet | str:
    """The sheet of a paper, or why it is none."""
    sheets, faults, _ = read_path(to_xlsx(folder / "表.xlsx", paper), TODAY, given=given)
    if faults:
        return "\n".join(map(str, faults))
    return "\n".join(map(str, sheets[0].faults)) if sheets[0].faults else sheets[0]


def amounts(folder: Path, paper: Paper, given: Given | None = None) -> list[int] | str:
    sheet = read(folder, paper, given)
    return sheet if isinstance(sheet, str) else [getattr(row, sheet.kind.amounts[0]) for row in sheet.rows]


def answer(wanted: str) -> Given:
    """Somebody at the terminal who always means one heading."""
    return Given(ask=lambda question, candidates: next((n for n, text in enumerate(candidates) if text == wanted), None))


# -- two amounts ---------------------------------------------------------------------------------------------------------

ROW = (CITY, "美翠村产业路")
TOLD = {
    "this time, by its word": (("安排资金", "已下达资金", "本次下达资金"), (100, 40, 60), 600_000_00),
    "this batch beside the whole": (("资金额度", "本批安排资金"), (100, 60), 600_000_00),
    "a word for this time on a heading that nobody knows": (("资金额度", "本次安排数"), (100, 60), 600_000_00),
    "what was given so far does not count": (("累计下达资金", "下达资金"), (100, 60), 600_000_00),
    "the same twice": (("安排资金", "下达资金"), (60, 60), 600_000_00),
    "the plain name, whatever stands beside it": (("项目总投资", "分配金额"), (100, 60), 600_000_00),
    "parts are not the whole": (("安排资金", "其中：中央资金", "自筹资金"), (60, 40, 20), 600_000_00),
}


@pytest.mark.parametrize("name", TOLD)
def test_amounts_told_by_words(tmp_path: Path, name: str) -> None:
    headers, values, fen = TOLD[name]
    assert amounts(tmp_path, table(("文号", "项目名称", *headers), (*ROW, *values))) == [fen]


UNCLEAR = [(("安排资金", "下达资金"), (100, 60)), (("资金额度", "财政资金"), (100, 60)), (("补助资金", "投资规模"), (60, 100))]


@pytest.mark.parametrize(("headers", "values"), UNCLEAR)
def test_amounts_that_nothing_tells_apart_are_asked(tmp_path: Path, headers: tuple[str, str], values: tuple[int, int]) -> None:
    paper = table(("文号", "项目名称", *headers), (*ROW, *values))
    refused = amounts(tmp_path, paper)
    assert isinstance(refused, str)
    assert all(f"“{header}”" in refused for header in headers)
    assert "--set 分配金额=" in refused
    for header, value in zip(headers, values, strict=True):
        assert amounts(tmp_path, paper, answer(header)) == [value * 10_000_00]
        assert amounts(tmp_path, paper, Given({"分配金额": header})) == [value * 10_000_00]


def test_the_whole_cost_of_a_project_and_what_the_state_gives(tmp_path: Path) -> None:
    header = ("项目名称", "项目类别", "乡镇", "村", "总投资", "财政衔接资金规模", "责任单位")
    paper = table(header, ("新桥", "乡村建设行动", "龙池镇", "美翠村", 100, 60, "县交通局"))
    assert "“总投资”、“财政衔接资金规模”都像计划投入资金" in str(read(tmp_path, paper))
    assert amounts(tmp_path, paper, Given({"计划投入资金": "总投资"})) == [1_000_000_00]


# -- printed side by side ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [(), ("",)])
def test_two_halves_side_by_side(tmp_path: Path, gap: tuple[str, ...]) -> None:
    half = ("文号", "项目名称", "分配金额")
    paper = table((*half, *gap, *half), (*ROW, 50, *gap, CITY, "另一项目", 70), (*ROW, 30, *gap, "", "", ""))
    assert amounts(tmp_path, paper) == [500_000_00, 300_000_00, 700_000_00]
    total = ("合计", "", 80, *gap, "", "", 70)
    assert amounts(tmp_path, table(paper.header, *paper.rows, total)) == [500_000_00, 300_000_00, 700_000_00]
    assert amounts(tmp_path, table(paper.header, *paper.rows, ("合计", "", "", *gap, "", "", 150))) == [500_000_00, 300_000_00, 700_000_00]
    assert "合计与明细不符" in str(read(tmp_path, table(paper.header, *paper.rows, ("合计", "", "", *gap, "", "", 151))))
    wrong = table(paper.header, (*ROW, 50, *gap, CITY, "另一项目", "七十"))
    assert f"第 4 行 {'F' if not gap else 'G'} 列“分配金额”：应为金额" in str(read(tmp_path, wrong))


def test_two_halves_that_are_not_alike_are_refused(tmp_path: Path) -> None:
    paper = table(("文号", "项目名称", "分配金额", "文号", "备注", "项目名称", "分配金额"), (*ROW, 50, CITY, "", "另一项目", 70))
    assert "出现了两次，像是左右两栏" in str(read(tmp_path, paper))


def test_two_halves_of_a_pay_list(tmp_path: Path) -> None:
    paper = labour()
    halves = replace(paper, header=paper.header * 2, rows=[[*paper.rows[0], *paper.rows[2]], [*paper.rows[1], *[""] * len(paper.header)]])
    sheet = read(tmp_path, replace(halves, amounts=(), texts=()))
    assert isinstance(sheet, Sheet)
    assert [row.name for row in sheet.rows] == [row[1] for row in paper.rows]
    assert any("接成一栏" in remark for remark in sheet.remarks)


def test_a_heading_twice_over_an_empty_column_is_one(tmp_path: Path) -> None:
    assert amounts(tmp_path, table(("文号", "项目名称", "项目名称", "分配金额"), (*ROW, "", 50))) == [500_000_00]


# -- what is hidden ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["C", "D"])
def test_a_hidden_column_gives_way_to_a_visible_one(tmp_path: Path, hidden: str) -> None:
    path = to_xlsx(tmp_path / "表.xlsx", table(("文号", "项目名称", "分配金额", "下达资金"), (*ROW, 100, 60)))
    book = openpyxl.load_workbook(path)
    book.active.column_dimensions[hidden].hidden = True
    book.save(path)
    (sheet,), _, _ = read_path(path, TODAY)
    assert [row.amount for row in sheet.rows] == [{"C": 600_000_00, "D": 1_000_000_00}[hidden]]
    assert ("隐藏的列“分配金额”没有采用" in "".join(sheet.remarks)) == (hidden == "C")


# -- tables that only look like it ---------------------------------------------------------------------------------------

OTHERS = [
    ("2022年衔接资金支出进度表", ("指标文号", "项目名称", "下达金额", "已支出金额", "支出进度", "结余")),
    ("2022年衔接资金拨付台账", ("文号", "项目名称", "拨付金额", "拨付日期", "收款单位")),
    ("2022年结余资金收回表", ("文号", "项目名称", "下达金额", "结余金额", "收回金额")),
    ("资金支付进度情况", ("文号", "项目名称", "下达金额", "备注")),
    ("支付明细", ("指标文号", "支付凭证号", "项目名称", "金额", "收款方账户名称", "付款日期")),
]


@pytest.mark.parametrize(("title", "header"), OTHERS)
def test_progress_payments_and_leftovers_are_no_allocation(tmp_path: Path, title: str, header: tuple[str, ...]) -> None:
    values = [100 if "金额" in name or name == "结余" else "2022-06-02" if "日期" in name else "20%" for name in header[2:]]
    said = str(read(tmp_path, table(header, (*ROW, *values), above=[[title], ["单位：万元"]])))
    assert "不像资金分配表" in said or "缺少" in said


def test_it_is_one_all_the_same_when_it_is_said(tmp_path: Path) -> None:
    paper = table(("文号", "项目名称", "下达金额", "结余"), (*ROW, 100, 0))
    assert amounts(tmp_path, paper, Given(kind="资金分配表")) == [1_000_000_00]


# -- the unit ------------------------------------------------------------------------------------------------------------

PLAIN = [["2022年项目计划表"], ["编制日期：2022年6月10日"]]
HEADER = ("文号", "项目名称", "分配金额")


def planned_at(value: object, above: list[list[object]] | None = None, below: str = "") -> Paper:
    header = ("项目名称", "项目类别", "乡镇", "村", "总投资", "责任单位")
    return table(header, ("新桥", "乡村建设行动", "龙池镇", "美翠村", value, "县交通局"), above=above or PLAIN, below=below)


@pytest.mark.parametrize("below", ["注：本表金额单位：万元", "说明：1.单位：万元；2.以文件为准", "金额单位：人民币万元"])
def test_the_unit_below_the_table(tmp_path: Path, below: str) -> None:
    assert amounts(tmp_path, planned_at(60, below=below)) == [600_000_00]


@pytest.mark.parametrize(("value", "said"), [(60, True), (9999, True), (Decimal("9999.99"), True), (10_000, False)])
def test_no_unit_and_sums_too_small_for_yuan(tmp_path: Path, value: object, said: bool) -> None:
    found = amounts(tmp_path, planned_at(value))
    assert isinstance(found, str) == said
    assert ("没有写金额单位" in str(found)) == said


def test_the_unit_that_is_said(tmp_path: Path) -> None:
    assert amounts(tmp_path, planned_at(60), Given(unit=10_000)) == [600_000_00]
    assert amounts(tmp_path, planned_at(60), answer("元")) == [60_00]
    assert amounts(tmp_path, planned_at("60万元")) == [600_000_00], "each cell names its own"


# -- tabs that sum up others ---------------------------------------------------------------------------------------------


def tabs(folder: Path, *papers: tuple[str, list[tuple[object, ...]]]) -> Path:
    titled = [replace(table(HEADER, *rows), title=title) for title, rows in papers]
    return to_xlsx(folder / "表.xlsx", *titled)


ONE, TWO = (CITY, "美翠村产业路", 20), (CITY, "美翠村茶叶加工厂", 30)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
@pytest.mark.parametrize("whole", ["汇总", "全县", "Sheet3"])
def test_a_tab_that_sums_up_the_others_is_not_read_again(tmp_path: Path, order: tuple[int, ...], whole: str) -> None:
    papers = [("龙池镇", [ONE]), ("平凯街道", [TWO]), (whole, [ONE, TWO])]
    sheets, faults, remarks = read_path(tabs(tmp_path, *(papers[n] for n in order)), TODAY)
    assert not faults
    assert {sheet.tab for sheet in sheets} == {"龙池镇", "平凯街道"}
    assert any(whole in remark and "汇总" in remark for remark in remarks)


def test_a_sum_by_project_is_one_too(tmp_path: Path) -> None:
    path = tabs(tmp_path, ("一批", [ONE]), ("二批", [(CITY, "美翠村产业路", 15)]), ("汇总", [(CITY, "美翠村产业路", 35)]))
    assert {sheet.tab for sheet in read_path(path, TODAY)[0]} == {"一批", "二批"}


def test_a_sum_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tabs(tmp_path, ("龙池镇", [ONE]), ("汇总", [ONE, TWO]))
    assert "汇总" in " ".join(str(fault) for sheet in read_path(path, TODAY)[0] for fault in sheet.faults)


def test_a_row_in_two_tabs_is_refused(tmp_path: Path) -> None:
    path = tabs(tmp_path, ("龙池镇", [ONE]), ("平凯街道", [ONE, TWO]))
    faults = [str(fault) for sheet in read_path(path, TODAY)[0] for fault in sheet.faults]
    assert any("会重复入账" in fault for fault in faults)


# -- headings that only this county has ----------------------------------------------------------------------------------


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """A book with funds and projects."""
    desk.take(ALL["villages"](), ALL["funds"](), ALL["plan"]())
    return desk


def own(rows: int = 1) -> Paper:
    return table(("文件", "工程", "给付数"), *[(CITY, "美翠村产业路", 10 + n) for n in range(rows)])


def test_a_heading_is_asked_once_and_remembered_for_the_layout(planned: Desk) -> None:
    asked: list[str] = []

    def ask(question: str, candidates: Sequence[str]) -> int | None:
        asked.append(question)
        wanted = {"文号": "文件", "项目名称或项目编号": "工程", "分配金额": "给付数"}
        return next((candidates.index(name) for label, name in wanted.items() if f"“{label}”" in question), None)

    file = to_xlsx(planned.folder / "本县.xlsx", own())
    changes = import_files(planned.book, [file], TODAY, given=Given(kind="资金分配表"), ask=ask)
    assert not changes.refused, changes.faults
    assert len(asked) == 2 or len(asked) == 3
    assert "资金分配表,给付数,分配金额" in planned.read(FILE)
    again = to_xlsx(planned.folder / "又一份.xlsx", replace(own(), rows=[[CITY, "美翠村茶叶加工厂", 15]], above=[["第三批"], ["分配日期：2022年7月1日　单位：万元"]]))
    changes = import_files(planned.book, [again], TODAY)
    assert not changes.refused, [str(fault) for fault in changes.faults]


def test_a_heading_of_the_county_written_by_hand(planned: Desk) -> None:
    (planned.book / FILE).write_text("layout,kind,heading,field\n,资金分配表,文件,文号\n,资金分配表,工程,项目名称\n,资金分配表,给付数,分配金额\n", "utf-8")
    planned.take(own())
    assert "100000.00 CNY" in planned.text()


@pytest.mark.parametrize("line", [",没有的表,文件,文号", ",资金分配表,文件,没有的列", ",资金分配表,文件"])
def test_a_line_of_headings_that_says_nothing_is_named(planned: Desk, line: str) -> None:
    from ledgers.files.problems import Untrusted

    (planned.book / FILE).write_text(f"layout,kind,heading,field\n{line}\n", "utf-8")
    with pytest.raises(Untrusted, match=r"headings\.csv"):
        planned.bring(own())


def test_facts_given_for_one_run(planned: Desk) -> None:
    paper = table(("项目名称", "建设地点", "建设内容", "投资规模", "责任单位"), ("美翠村产业路", "龙池镇美翠村", "路", 60, "县交通局"), above=[["资金分配表"]])
    changes = planned.bring(paper)
    assert "--set 文号=" in str(changes.faults[0])
    given = Given({"文号": CITY}, unit=10_000, kind="资金分配表")
    planned.take(paper, day=date(2022, 6, 10), given=given)
    assert "600000.00 CNY" in planned.text()
    assert not (planned.book / FILE).exists(), "what was said for one run is not remembered"


@pytest.mark.parametrize(("value", "refused"), [(30, True), (31, False)])
def test_an_allocation_ten_thousand_times_off_its_fund(planned: Desk, value: int, refused: bool) -> None:
    """The fund has 300,000.50 yuan: 30 may be 万元, 31 may not."""
    paper = table(HEADER, (*ROW, value), above=[["2022年资金分配表"], ["分配日期：2022年6月10日"]])
    changes = planned.bring(paper)
    assert changes.refused == refused
    assert ("与资金相差万倍" in str(changes.faults)) == refused


# -- what is not paid, totals in words, wholes beside parts ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "amount", "booked"),
    [("已支付", "100", True), ("已作废", "100", False), ("待支付", "100", False), ("已退回", "100", None), ("流转中", "100", None), ("", "100", True)],
)
def test_a_payment_counts_only_when_its_status_says_that_it_was_paid(county: Desk, status: str, amount: str, booked: bool | None) -> None:
    header = [*ALL["treasury"]().header, "支付状态"]
    row = [CITY, "ZF0900", "", "县农业农村委", "白水村到户产业补助", amount, "补助", "美翠茶业有限公司", "1", "2022-11-28", "2130505", "31204", status]
    path = to_xlsx(county.book.parent / "支付.xlsx", table(header, row, above=[["国库集中支付导出"]]))
    changes = import_files(county.book, [path], TODAY)
    assert bool(changes.faults) == (booked is None)
    assert any(what == "支付" for _, what, _ in changes.changes) == bool(booked)
    assert any("作废或未支付" in warning for warning in changes.warnings) == (booked is False)


@pytest.mark.parametrize(
    ("below", "fits"),
    [
        ("合计人民币（大写）：伍万玖仟玖佰元整", True),
        ("合计（大写）：伍万玖仟玖佰零壹元整", False),
        ("大写：陆万元整", False),
        ("注：每人每天贰佰元整", True),
    ],
)
def test_a_total_in_capitals_is_that_of_the_rows(tmp_path: Path, below: str, fits: bool) -> None:
    found = read(tmp_path, replace(labour(), below=[[below]]))
    assert isinstance(found, Sheet) == fits, found
    assert fits or "大写" in str(found)


@pytest.mark.parametrize(
    ("written", "fen"),
    [("壹仟伍佰元整", 150000), ("壹拾万零叁佰元伍角陆分", 10030056), ("拾贰万元", 12000000), ("贰亿叁仟万元整", 23000000000), ("伍元零叁分", 503), ("无", None)],
)
def test_capital_numerals(written: str, fen: int | None) -> None:
    assert capitals(written) == fen


def test_a_whole_beside_its_parts_is_the_amount(tmp_path: Path) -> None:
    header = ["项目名称", "项目类别", "实施地点", "责任单位", "项目预算总投资", "财政衔接资金", "其他资金"]
    above: list[list[object]] = [["2022年项目计划表"], ["单位：万元　编制日期：2022年3月1日"]]
    about = ("美翠村茶园", "产业发展", "龙池镇美翠村", "县林业局")
    assert amounts(tmp_path, table(header, [*about, 80, 60, 20], above=above)) == [80_000_000]
    assert "不能猜" in str(amounts(tmp_path, table(header, [*about, 80, 60, 10], above=above)))


def test_a_planned_day_is_no_state(tmp_path: Path) -> None:
    header = ["项目名称", "项目类别", "实施地点", "责任单位", "计划总投资", "计划开工时间", "计划完工时间"]
    row = ["美翠村茶园", "产业发展", "龙池镇美翠村", "县林业局", 80, "2022年3月", "2022年11月"]
    sheet = read(tmp_path, table(header, row, above=[["2022年项目计划表"], ["单位：万元　编制日期：2022年3月1日"]]))
    assert isinstance(sheet, Sheet)
    assert (sheet.rows[0].started_on, sheet.rows[0].finished_on) == (None, None)


def test_a_wage_a_day_and_town_and_village_in_one_cell(tmp_path: Path, desk: Desk) -> None:
    paper = labour()
    column = paper.header.index("日工资标准")
    rows = [[*row[:column], "200元/天", *row[column + 1 :]] for row in paper.rows]
    sheet = read(tmp_path, replace(paper, rows=rows))
    assert isinstance(sheet, Sheet)
    assert {row.daily for row in sheet.rows} == {20000}
    listed = table(["乡镇村", "村类别", "户数"], ["龙池镇美翠村", "已脱贫村", "120户"], above=[["2022年行政村名录"]])
    desk.take(listed)
    assert 'town: "龙池镇"\n  name: "美翠村"' in desk.text("registry/villages.beancount")
