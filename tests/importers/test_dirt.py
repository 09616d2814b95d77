"""Whatever dress a sheet comes in, it says the same: every kind of dirt, alone and combined, on every sheet it can be on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.reading.cells import squeezed
from importers.reading.kinds import aliases
from importers.reading.layout import find
from importers.reading.sheet import read_sheet
from tests.books import few
from tests.importers import dirty
from tests.importers.county import (
    ALL,
    PEOPLE,
    TODAY,
    allocation,
    bank,
    benefits,
    equity,
    funds,
    labour,
    plan,
    roster,
    treasury,
    villages,
)
from tests.importers.dirty import DATE_STYLES, Formula, Paper, to_csv, to_xls, to_xlsx
from tests.importers.helpers import grid_of, rows_of, sheet_of

DIRT: dict[str, Callable[[Paper], Paper]] = {
    "title": lambda paper: dirty.titled(paper, "某某县某某表（续）", "单位：元　　填报单位：县财政局"),
    "plain title": lambda paper: dirty.titled(paper, "某某县某某表（续）"),
    "wan": dirty.in_wan,
    "wan in header": dirty.wan_in_header,
    "text amounts": dirty.as_text,
    "yuan behind": dirty.yuan_behind,
    "full width": dirty.full_width,
    "total below": dirty.total_below,
    "total above": dirty.total_above,
    "subtotals": dirty.subtotals,
    "printed pages": dirty.printed_pages,
    "blank lines": dirty.blank_lines,
    "notes": dirty.noted,
    "column order": dirty.shuffled,
    "extra columns": dirty.extra_columns,
    "spaced headers": dirty.spaced_headers,
    "hidden rows": dirty.hidden_rows,
    **{f"dates {style}": (lambda paper, style=style: dirty.dated(paper, style)) for style in DATE_STYLES},
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    folder = tmp_path_factory.mktemp("clean")
    return {kind: rows_of(to_xlsx(folder / f"{kind}.xlsx", make())) for kind, make in ALL.items()}


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_of_dirt(clean: dict[str, object], kind: str) -> None:
    for name, dirt in DIRT.items():
        sheet = read_sheet(grid_of(dirt(ALL[kind]())), TODAY)
        assert not sheet.faults, name
        assert [row[1:] for row in sheet.rows] == clean[kind], name


@pytest.mark.parametrize("kind", few(ALL))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_dirt_combined(tmp_path: Path, clean: dict[str, object], kind: str, data: st.DataObject) -> None:
    """Any writing of the values, then any order of columns, then any dress around them."""
    paper = ALL[kind]()
    amounts = data.draw(st.sampled_from(("", "text amounts", "yuan behind", "full width", "wan")))
    dates = data.draw(st.sampled_from(("", *(f"dates {style}" for style in DATE_STYLES))))
    shape = data.draw(st.lists(st.sampled_from(("column order", "extra columns")), unique=True))
    totals = data.draw(st.sampled_from(("", "total below", "subtotals", "total above")))
    dress = data.draw(st.lists(st.sampled_from(("printed pages", "blank lines", "notes", "plain title")), unique=True))
    if totals and amounts in ("text amounts", "yuan behind", "full width"):
        steps = [*shape, dates, totals, amounts, *dress]
    else:
        steps = [amounts, *shape, dates, totals, *dress]
    for step in steps:
        if step:
            paper = DIRT[step](paper)
    suffix = data.draw(st.sampled_from((".xlsx", ".csv", ".xls")))
    path = tmp_path / f"sheet{suffix}"
    if suffix == ".csv":
        to_csv(path, paper, data.draw(st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16"))), data.draw(st.sampled_from(",\t;")))
    else:
        (to_xlsx if suffix == ".xlsx" else to_xls)(path, replace(paper, merges=[]))
    assert rows_of(path) == clean[kind], steps


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv(tmp_path: Path, clean: dict[str, object], encoding: str) -> None:
    for kind in ALL:
        assert rows_of(to_csv(tmp_path / "sheet.csv", ALL[kind](), encoding)) == clean[kind], kind


@pytest.mark.parametrize("name", ["sheet.xls", "sheet.xlsx"])
def test_old_excel_also_under_the_new_name(tmp_path: Path, clean: dict[str, object], name: str) -> None:
    for kind in ALL:
        assert rows_of(to_xls(tmp_path / name, ALL[kind]())) == clean[kind], kind


def test_hidden_rows_are_data_and_mentioned(tmp_path: Path) -> None:
    for path in (to_xlsx(tmp_path / "a.xlsx", dirty.hidden_rows(funds())), to_xls(tmp_path / "a.xls", dirty.hidden_rows(funds()))):
        sheet = sheet_of(path)
        assert len(sheet.rows) == 3
        assert any("1 个隐藏的行（第 2 行），已作为数据读入" in remark for remark in sheet.remarks)


def test_hidden_sheets_are_not_read_and_mentioned(tmp_path: Path) -> None:
    from importers.reading.sheet import read_path

    secret = replace(plan(), title="旧表")
    sheets, faults, remarks = read_path(to_xlsx(tmp_path / "a.xlsx", funds(), hidden_sheets=[secret]), TODAY)
    assert [sheet.kind.id for sheet in sheets] == ["funds"]
    assert not faults
    assert any("隐藏的工作表“旧表”没有读取" in remark for remark in remarks)


def test_other_tabs_are_skipped_and_mentioned(tmp_path: Path) -> None:
    from importers.reading.sheet import read_path

    cover = Paper(["填表说明"], [["本表由县财政局填报"]], title="说明")
    sheets, faults, remarks = read_path(to_xlsx(tmp_path / "a.xlsx", cover, funds()), TODAY)
    assert [sheet.kind.id for sheet in sheets] == ["funds"]
    assert not faults
    assert any("“说明”" in remark for remark in remarks)


def test_header_of_two_rows_with_merged_cells(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = dirty.two_rows(plan(), ["中央衔接资金", "市级衔接资金"], "资金来源")
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", paper)) == clean["plan"]


def test_header_of_two_rows_without_merge_information(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = dirty.two_rows(plan(), ["中央衔接资金", "市级衔接资金"], "资金来源")
    assert rows_of(to_csv(tmp_path / "a.csv", paper)) == clean["plan"]


def test_numbering_line_below_the_header(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = funds()
    numbered = replace(paper, rows=[["甲", "乙", *range(1, len(paper.header) - 1)], *paper.rows])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", numbered)) == clean["funds"]


def test_section_lines_with_their_sums(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = plan()
    one = dirty.total_row(paper, paper.rows[:1], "一、乡村建设行动")
    two = dirty.total_row(paper, paper.rows[1:], "（二）产业发展")
    sections = replace(paper, rows=[one, paper.rows[0], two, *paper.rows[1:]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", sections)) == clean["plan"]


def test_merged_text_holds_for_its_rows(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = plan()
    town = paper.column("乡镇")
    rows = [list(row) for row in paper.rows]
    rows[1][town] = ""
    merged = replace(paper, rows=rows, merges=[(0, town, 1, town)])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", merged)) == clean["plan"]


def test_a_project_called_total_is_a_project(tmp_path: Path) -> None:
    paper = plan()
    rows = [list(row) for row in paper.rows]
    rows[1][paper.column("项目名称")] = "公告其余各项合计"
    named = dirty.total_below(replace(paper, rows=rows))
    assert [row[6] for row in rows_of(to_xlsx(tmp_path / "a.xlsx", named))] == ["美翠村产业路", "公告其余各项合计", "白水村到户产业补助"]


def test_formulas_count_by_their_cached_value(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = labour()
    paid = paper.column("实发金额")
    rows = [list(row) for row in paper.rows]
    for number, row in enumerate(rows):
        row[paid] = Formula(f"=G{number + 4}*H{number + 4}", row[paid])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=rows))) == clean["labour"]


def test_head_in_neighbouring_cells_and_below(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = equity()
    beside = replace(paper, above=[["股权量化清单"], ["量化日期：", "", date(2022, 12, 1)]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", beside)) == clean["equity"]
    below = replace(paper, above=[["股权量化清单"]], below=[["制表人：", "", "量化日期：2022年12月1日"]])
    assert rows_of(to_xlsx(tmp_path / "b.xlsx", below)) == clean["equity"]


@pytest.mark.parametrize(
    ("paper", "names"),
    [
        (funds(), {"本级指标文号": "文号", "指标文标题": "资金名称", "发文时间": "下达日期", "指标金额": "下达金额", "预算级次": "资金级次"}),
        (plan(), {"计划投入资金": "总投资", "责任单位": "实施单位", "村": "行政村", "实施方式": "建设方式", "预期绩效目标": "绩效目标"}),
        (allocation(), {"文号": "指标文号", "分配金额": "安排资金", "实施单位": "项目单位"}),
        (treasury(), {"指标文号": "本级指标文号", "金额": "支付金额", "收款方账户名称": "收款人全称", "部门支出经济分类": "经济分类"}),
        (labour(), {"身份证号": "身份证号码", "出勤天数": "务工天数", "实发金额": "实发工资", "家庭住址": "家庭住址(村组)"}),
        (roster(), {"乡(镇)": "乡镇", "监测对象类型": "易返贫致贫户（监测对象）类型", "证件号码": "公民身份号码"}),
        (bank(), {"借方金额": "支出", "贷方金额": "收入", "交易日期": "记账日期", "对方户名": "对方名称"}),
        (benefits(), {"街道(乡镇)名称": "乡镇", "村名称": "村（社区）", "实发金额(元)": "实发金额"}),
    ],
    ids=lambda value: value.header[0] if isinstance(value, Paper) else "",
)
def test_headers_under_other_names(tmp_path: Path, paper: Paper, names: dict[str, str]) -> None:
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", dirty.renamed(paper, names))) == rows_of(to_xlsx(tmp_path / "b.xlsx", paper))


@pytest.mark.parametrize("kind", ALL)
def test_every_header_that_any_office_uses(kind: str) -> None:
    """Each line of headers.csv by itself: the column under this name is the same column, and the sheet the same sheet."""
    paper = ALL[kind]()
    for column, header in enumerate(paper.header):
        name, _ = aliases(kind).get(squeezed(header), ("", 0))
        for alias in (alias for alias, (field, _) in aliases(kind).items() if field == name):
            names = [alias if n == column else other for n, other in enumerate(paper.header)]
            layout = find(grid_of(replace(paper, header=names, rows=paper.rows[:1])))
            assert (layout.kind.id, layout.columns[name]) == (kind, column), alias


def test_marks_without_a_no(tmp_path: Path) -> None:
    """Where an office only ticks what holds, an empty cell says no; where it writes 否 too, empty says nothing."""
    ticked = villages().mapped(["集体经济薄弱村", "巩固任务重"], lambda said: "√" if said == "是" else "")
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", ticked)) == rows_of(to_xlsx(tmp_path / "b.xlsx", villages()))
    rows = [[*row[:4], cell, *row[5:]] for row, cell in zip(villages().rows, ("√", "否", ""), strict=True)]
    assert [row[4] for row in rows_of(to_xlsx(tmp_path / "c.xlsx", replace(villages(), rows=rows)))] == [True, False, None]


def test_a_total_in_words_and_figures(tmp_path: Path, clean: dict[str, object]) -> None:
    total = ["合计（大写）", "伍万玖仟玖佰元整", *[""] * 7, "59,900.00", "", ""]
    paper = labour()
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=[*paper.rows, total]))) == clean["labour"]
    wrong = replace(paper, rows=[*paper.rows, [*total[:9], "59,900.01", "", ""]])
    assert "合计与明细不符" in "".join(map(str, sheet_of(to_xlsx(tmp_path / "b.xlsx", wrong)).faults))


def test_signatures_under_any_columns(tmp_path: Path, clean: dict[str, object]) -> None:
    signed = replace(labour(), below=[["制表：", "", "审核：", "", "", "", "负责人：", "", "", "", "日期：2022年9月1日"], ["填表人：王某", "", "电话："]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", signed)) == clean["labour"]


def test_numbers_that_excel_keeps_imprecisely(tmp_path: Path) -> None:
    """0.1 + 0.2 as Excel stores it is thirty 分 hundredths: fifteen digits count, not the float."""
    paper = funds()
    rows = [list(row) for row in paper.rows]
    rows[0][paper.column("指标金额")] = 0.1 + 0.2
    rows[1][paper.column("指标金额")] = 733.83 * 10000
    found = rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=rows)))
    assert [row[8] for row in found[:2]] == [30, 733830000]


def test_id_numbers_however_typed(tmp_path: Path) -> None:
    paper = roster()
    number = PEOPLE["甲大山"][0]
    spaced = f" {number[:6]} {number[6:14]}　{number[14:]}"
    rows = [list(row) for row in paper.rows]
    rows[0][paper.column("证件号码")] = dirty.wide(spaced.replace(" ", ""))
    rows[1][paper.column("证件号码")] = "'" + PEOPLE["甲小山"][0].lower()
    rows[2][paper.column("证件号码")] = spaced.replace(number, PEOPLE["乙秀英"][0]) if number in spaced else PEOPLE["乙秀英"][0]
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=rows))) == rows_of(to_xlsx(tmp_path / "b.xlsx", paper))


def test_datetimes_and_dates_are_the_same_day(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = funds().mapped(["发文时间"], lambda day: datetime(day.year, day.month, day.day, 15, 30))
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", paper)) == clean["funds"]


def test_half_days(tmp_path: Path) -> None:
    rows = rows_of(to_xlsx(tmp_path / "a.xlsx", labour()))
    assert [row[11] for row in rows] == [Decimal(100), Decimal(50), Decimal("149.5")]


UNIT_LINES = ["填报单位：元谋县财政局　单位：万元", "编制单位：广元市　单位：公里、户、万元", "单位：万元人民币", "金额单位：人民币万元", "（单位：万元）", "单位:万元、公里", "货币单位：人民币（万元）", "万元"]


@pytest.mark.parametrize("line", UNIT_LINES)
def test_unit_lines(tmp_path: Path, clean: dict[str, object], line: str) -> None:
    paper = funds().mapped(["指标金额"], lambda amount: amount / 10000)
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, above=[["指标表"], ["", "", "", "", "", line]]))) == clean["funds"]


@pytest.mark.parametrize("unit", ["（万元）", "万元", "(单位：万元)"])
def test_a_unit_in_a_line_of_its_own_below_the_header(tmp_path: Path, clean: dict[str, object], unit: str) -> None:
    paper = funds().mapped(["指标金额"], lambda amount: amount / 10000)
    line = [unit if name == "指标金额" else "" for name in paper.header]
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=[line, *paper.rows]))) == clean["funds"]
    merges = [(-2, n, -1, n) for n, name in enumerate(paper.header) if name != "指标金额"]
    two = replace(paper, top=paper.header, header=line, merges=merges, amounts=(), dates=())
    assert rows_of(to_xlsx(tmp_path / "b.xlsx", two)) == clean["funds"]


@pytest.mark.parametrize("header", ["指标金额/万元", "指标金额万元", "指标金额（人民币万元）", "指标金额\n(万元)", "指标金额〔万元〕", "指标金额：万元", "指标金额（单位万元）"])
def test_units_in_a_header(tmp_path: Path, clean: dict[str, object], header: str) -> None:
    paper = dirty.renamed(funds().mapped(["指标金额"], lambda amount: amount / 10000), {"指标金额": header})
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", paper)) == clean["funds"]
    assert rows_of(to_xlsx(tmp_path / "b.xlsx", dirty.titled(paper, "单位：元"))) == clean["funds"]


@pytest.mark.parametrize("label", ["合计：3项", "合计3人", "合计（元）", "合计(3个)", "总 计：", "全县合计", "Σ", "Total", "共3笔", "一、合计"])
def test_totals_by_any_name(tmp_path: Path, clean: dict[str, object], label: str) -> None:
    paper = dirty.total_below(funds())
    rows = [*paper.rows[:-1], [label, *paper.rows[-1][1:]]]
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(paper, rows=rows))) == clean["funds"]


@pytest.mark.parametrize("style", ["%Y . %m . %d", "%Y年%m月%d号", "%Y/%m/%d 0:00", "%Y，%m，%d", "%Y、%m、%d", "%Y—%m—%d", "%Y\\%m\\%d"])
def test_dates_as_people_type_them(tmp_path: Path, clean: dict[str, object], style: str) -> None:
    paper = funds().mapped(["发文时间"], lambda day: day.strftime(style))
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", paper)) == clean["funds"]


@pytest.mark.parametrize(
    "line",
    [
        "项目名称：美翠村产业路；发放期间：2022年8月；单位：元",
        "项目名称：美翠村产业路，发放期间：2022年8月",
        "项目名称：美翠村产业路（发放期间：2022年8月）",
        "项目名称：美翠村产业路 发放期间：2022年08月01日—08月31日",
    ],
)
def test_several_entries_in_a_line(tmp_path: Path, clean: dict[str, object], line: str) -> None:
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", replace(labour(), above=[["发放表"], [line]]))) == clean["labour"]


def test_brackets_that_belong_to_a_name_stay(tmp_path: Path) -> None:
    paper = replace(labour(), above=[["项目名称：产业路（一期）　　发放期间：2022年8月"]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", paper))[0][0] == "产业路（一期）"


def test_sections_numbered_in_a_column_of_their_own(tmp_path: Path, clean: dict[str, object]) -> None:
    """一 | 产业发展 | 200: the numeral under 序号, the section's name under 项目名称, its sum under the amounts."""
    paper = plan()

    def section(numeral: str, name: str, rows: list[list[object]]) -> list[object]:
        row = dirty.total_row(paper, rows, numeral)
        row[paper.column("项目名称")] = name
        return row

    one, two = section("一", "乡村建设行动", paper.rows[:1]), section("（二）", "产业发展", paper.rows[1:])
    sections = replace(paper, rows=[section("", "合计", paper.rows), one, paper.rows[0], two, *paper.rows[1:]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", sections)) == clean["plan"]
    two[paper.column("计划投入资金")] = Decimal(1)
    assert "合计与明细不符" in "".join(map(str, sheet_of(to_xlsx(tmp_path / "b.xlsx", sections)).faults))


def test_a_tab_without_data_is_skipped_beside_others(tmp_path: Path, clean: dict[str, object]) -> None:
    from importers.reading.sheet import read_path

    form = replace(funds(), rows=[], title="空表")
    sheets, faults, remarks = read_path(to_xlsx(tmp_path / "a.xlsx", funds(), form), TODAY)
    assert [[row[1:] for row in sheet.rows] for sheet in sheets] == [clean["funds"]]
    assert not faults
    assert remarks == ["a.xlsx〔空表〕：只有表头，没有数据"]


def test_rows_numbered_in_characters_are_rows(tmp_path: Path, clean: dict[str, object]) -> None:
    paper = equity()
    kept = [paper.column(name) for name in ("持股主体", "户编号", "户类型", "股数", "股额")]
    rows = [[numeral, *(row[n] for n in kept)] for numeral, row in zip("一二三四", paper.rows, strict=True)]
    above = [["项目名称：美翠村茶叶加工厂　　实施主体：美翠茶业有限公司　　财政补助总额：600000　　量化金额：300000"], *paper.above]
    short = replace(paper, header=["序号", *(paper.header[n] for n in kept)], rows=rows, above=above)
    assert [row[6:12] for row in rows_of(to_xlsx(tmp_path / "a.xlsx", short))] == [row[6:12] for row in clean["equity"]]  # type: ignore[index,attr-defined]


@pytest.mark.parametrize("kind", ALL)
def test_a_header_printed_again_a_little_differently(clean: dict[str, object], kind: str) -> None:
    paper = ALL[kind]()
    again = [f"*{name[:1]} {name[1:]}" for name in paper.header]
    sheet = read_sheet(grid_of(replace(paper, rows=[*paper.rows[:1], again, *paper.rows[1:]])), TODAY)
    assert not sheet.faults
    assert [row[1:] for row in sheet.rows] == clean[kind]


def test_signatures_where_an_amount_and_a_date_would_stand(tmp_path: Path, clean: dict[str, object]) -> None:
    signed = replace(bank(), below=[["审核人（签字）：", "", "", "", "填表时间：2023年1月3日"], ["联系电话：023-76660001"]])
    assert rows_of(to_xlsx(tmp_path / "a.xlsx", signed)) == clean["bank"]
