"""What must be refused is refused whole, each fault named with file, sheet, row and column, all of them in one run."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgers.files.problems import Untrusted
from tests.importers import dirty
from tests.importers.county import (
    ALL,
    PEOPLE,
    allocation,
    assets,
    bank,
    benefits,
    distribution,
    equity,
    funds,
    identity,
    labour,
    plan,
    roster,
    treasury,
    villages,
)
from tests.importers.dirty import Formula, Paper, to_csv, to_xls, to_xlsx
from tests.importers.helpers import Desk, faults_of

PERSONAL = [value for person in PEOPLE.values() for value in person[:1]]


def edited(paper: Paper, row: int, **cells: Any) -> Paper:
    """A paper with some cells of a row changed (by header)."""
    rows = [list(r) for r in paper.rows]
    for name, value in cells.items():
        rows[row][paper.column(name)] = value
    return replace(paper, rows=rows)


def doubled(paper: Paper, row: int, **cells: Any) -> Paper:
    """A paper with a row repeated at the end, some cells changed."""
    return edited(replace(paper, rows=[*paper.rows, paper.rows[row]]), len(paper.rows), **cells)


def wrong_check_digit(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")


# What is wrong with the sheet alone: paper, where the fault must be named (row, column letters), what it must say.
ALONE: dict[str, tuple[Callable[[], Paper], str]] = {
    "total does not match": (
        lambda: edited(dirty.total_below(funds()), 3, 指标金额=Decimal("1700000.00")),
        r"第 5 行 H 列“指标金额”：合计与明细不符：合计为 1,700,000.00 元，各行相加为 1,700,000.50 元",
    ),
    "total is one cent off": (
        lambda: edited(dirty.total_below(funds()), 3, 指标金额=Decimal("1700000.51")),
        r"第 5 行 H 列“指标金额”：合计与明细不符",
    ),
    "subtotal does not match": (
        lambda: edited(dirty.subtotals(treasury()), 2, 金额=Decimal("1.00")),
        r"第 4 行 F 列“金额”：合计与明细不符",
    ),
    "total of days": (
        lambda: edited(dirty.total_below(labour()), 3, 出勤天数=Decimal(300)),
        r"第 7 行 G 列“出勤天数”：合计与明细不符：合计为 300，各行相加为 299.5",
    ),
    "rounded household code": (lambda: edited(roster(), 1, 户编号=5.00241e15), r"第 3 行 C 列“户编号”：应为以文本保存的编号"),
    "household code in scientific text": (lambda: edited(roster(), 1, 户编号="5.00241E+15"), r"第 3 行 C 列“户编号”：.*位数已丢失"),
    "rounded id number": (lambda: edited(labour(), 0, 身份证号=5.00241197001010e17), r"第 4 行 C 列“身份证号”：.*位数已丢失"),
    "rounded account": (lambda: edited(labour(), 0, 银行账号=6.217e18), r"第 4 行 K 列“银行账号”：.*位数已丢失"),
    "id number as excel shows it": (lambda: edited(labour(), 0, 身份证号="1.10101E+17"), r"第 4 行 C 列“身份证号”：.*位数已丢失"),
    "wrong check digit": (
        lambda: edited(labour(), 1, 身份证号=wrong_check_digit(PEOPLE["甲小山"][0])),
        r"第 5 行 C 列“身份证号”：应为 ?18 位身份证号，实为校验位不符的号码",
    ),
    "id number of 17 digits": (lambda: edited(labour(), 1, 身份证号=PEOPLE["甲小山"][0][:17]), r"第 5 行 C 列.*实为 17 位"),
    "impossible birthday": (lambda: edited(labour(), 1, 身份证号=identity(5, "19990230")), r"第 5 行 C 列.*出生日期不存在"),
    "birthday in the future": (lambda: edited(labour(), 1, 身份证号=identity(5, "20990203")), r"第 5 行 C 列.*出生日期"),
    "three decimals": (lambda: edited(funds(), 0, 指标金额=Decimal("1000000.005")), r"第 2 行 H 列“指标金额”：应为最多两位小数"),
    "three decimals after the unit": (
        lambda: edited(dirty.in_wan(funds()), 0, 指标金额=Decimal("100.1234567")),
        r"第 3 行 H 列“指标金额”：应为最多两位小数.*“100.1234567”",
    ),
    "negative allocation": (lambda: edited(allocation(), 1, 分配金额=Decimal("-5.00")), r"第 3 行 H 列“分配金额”：应为不小于零的数，实为-5.00"),
    "negative plan in brackets": (lambda: edited(plan(), 0, 计划投入资金="(400,000.00)"), r"第 4 行 I 列.*不小于零"),
    "impossible date": (lambda: edited(funds(), 0, 发文时间="2022年2月30日"), r"第 2 行 D 列“发文时间”：应为日期.*“2022年2月30日”"),
    "date after today": (lambda: edited(funds(), 0, 发文时间=date(2023, 7, 1)), r"第 2 行 D 列“发文时间”：应为今天（2023-06-30）或以前"),
    "no year": (lambda: edited(funds(), 0, 发文时间="5月20日"), r"第 2 行 D 列“发文时间”：应为日期"),
    "unknown level": (lambda: edited(funds(), 0, 预算级次="乡级"), r"第 2 行 E 列“预算级次”：应为中央、省级.*实为“乡级”"),
    "unknown task": (lambda: edited(funds(), 2, 任务="乡村旅游"), r"第 4 行 F 列“任务”：应为巩固拓展"),
    "unknown use": (lambda: edited(distribution(), 1, 用途="团建"), r"第 5 行 D 列“用途”：应为公益岗位.*实为“团建”"),
    "amount that is none": (lambda: edited(funds(), 1, 指标金额="约四十万"), r"第 3 行 H 列“指标金额”：应为金额，实为“约四十万”"),
    "amount in scientific text": (lambda: edited(funds(), 1, 指标金额="1.5587E+08"), r"第 3 行 H 列“指标金额”：应为金额"),
    "quarter days": (lambda: edited(labour(), 0, 出勤天数=Decimal("99.75")), r"第 4 行 G 列“出勤天数”：应为整天或半天"),
    "merged amount": (
        lambda: replace(edited(funds(), 1, 指标金额=""), merges=[(0, 7, 1, 7)]),
        r"第 2 行 H 列“指标金额”：金额不能写在合并的单元格里",
    ),
    "formula never calculated": (lambda: edited(funds(), 1, 指标金额=Formula("=1+1")), r"第 3 行 H 列“指标金额”：公式没有保存计算结果"),
    "total never calculated": (
        lambda: edited(dirty.total_below(funds()), 3, 指标金额=Formula("=SUM(H2:H4)")),
        r"第 5 行 H 列“指标金额”：公式没有保存计算结果",
    ),
    "empty required cell": (lambda: edited(funds(), 1, 本级指标文号=""), r"第 3 行 B 列“本级指标文号”：不能空着"),
    "a row that lost its rest": (
        lambda: edited(replace(labour(), rows=[*labour().rows[:1], [""] * 12, *labour().rows[1:]]), 1, 序号=9, 姓名="某某"),
        r"第 5 行 A 列“序号”：看不出这一行是数据还是说明",
    ),
    "nothing below the header": (lambda: replace(funds(), rows=[]), r"表头下面没有数据"),
}


@pytest.mark.parametrize("name", ALONE)
def test_wrong_by_itself(tmp_path: Path, name: str) -> None:
    make, message = ALONE[name]
    faults = faults_of(to_xlsx(tmp_path / "表.xlsx", make()))
    assert any(re.search(message, fault) for fault in faults), faults
    assert all(fault.startswith("表.xlsx〔Sheet1〕 第 ") for fault in faults)
    assert not any(number in fault for fault in faults for number in PERSONAL)


def test_error_values_are_refused(tmp_path: Path) -> None:
    import openpyxl

    path = to_xlsx(tmp_path / "表.xlsx", funds())
    workbook = openpyxl.load_workbook(path)
    workbook.active["H3"] = "#REF!"
    workbook.active["H3"].data_type = "e"
    workbook.save(path)
    assert any("第 3 行 H 列“指标金额”：公式出错" in fault for fault in faults_of(path))


def test_all_faults_of_all_files_in_one_run(desk: Desk) -> None:
    one = edited(edited(funds(), 0, 预算级次="乡级"), 1, 指标金额="约四十万")
    two = edited(edited(plan(), 0, 项目类别="修庙", 项目子类型=""), 1, 计划投入资金="很多")
    said = desk.refuse(one, two)
    for wanted in ("“乡级”", "“约四十万”", "“修庙”", "“很多”"):
        assert wanted in said
    assert len(said.splitlines()) == 4


def test_sums_rows_and_unknown_projects_together(county: Desk) -> None:
    """A wrong total, a bad cell and an unknown project of one sheet are all named."""
    paper = edited(dirty.total_below(allocation()), 0, 项目名称="没有的项目", 项目编号="")
    said = county.refuse(edited(edited(paper, 1, 文号=""), 3, 分配金额=Decimal(1)))
    assert "没有的项目" in said
    assert "第 3 行 B 列“文号”：不能空着" in said
    assert "第 5 行 H 列“分配金额”：合计与明细不符：合计为 1.00 元，各行相加为 1,300,000.50 元" in said


def test_all_faults_of_one_row(county: Desk) -> None:
    """A bad cell hides neither what else its row refers to in vain nor that the row stands there twice."""
    paid = edited(treasury(), 1, 金额="12.345", 项目名称="没有的项目", 指标文号="无此文〔2022〕1号")
    held = edited(equity(), 1, 股数="多", 户编号="5002410000009999", 项目编号="XS-999", 项目名称="")
    used = edited(distribution(), 2, 用途="请客", 资产编号="ZC-99", 户编号="5002410000009999")
    owned = edited(doubled(assets(), 0, 资产类别="国有"), 1, 原值="贵", 来源项目="没有的项目")
    for paper, wanted in (
        (paid, ("第 3 行 A 列“指标文号”：文号", "第 3 行 E 列“项目名称”：账簿里没有项目“没有的项目”", "第 3 行 F 列“金额”：应为最多两位小数")),
        (held, ("第 5 行 A 列“项目编号”：账簿里没有项目编号“XS-999”", "第 5 行 H 列“户编号”：账簿里没有这个户编号", "第 5 行 J 列“股数”")),
        (used, ("第 6 行 B 列“资产编号”：", "第 6 行 D 列“用途”：", "第 6 行 E 列“户编号”：")),
        (owned, ("第 3 行 E 列“原值”：", "第 3 行 D 列“来源项目”：账簿里没有项目", "第 4 行 C 列“资产类别”：", "第 4 行 A 列“资产编号”：与第 2 行重复")),
    ):
        said = county.refuse(paper)
        for text in wanted:
            assert said.count(text) == 1, said


def test_the_project_of_a_pay_list_is_sought_where_it_is_written(county: Desk) -> None:
    said = county.refuse(replace(labour(), above=[["劳务报酬发放表"], ["发放期间：2022年8月", "", "项目名称：美翠村产业"]]))
    assert "第 2 行 C 列“项目名称”：账簿里没有 2022 年项目“美翠村产业”（名称最接近的是 P2022-0001“美翠村产业路”" in said


def test_an_unreadable_head_is_said_once(county: Desk) -> None:
    said = county.refuse(replace(labour(), above=[["劳务报酬发放表"], ["项目名称：美翠村产业路　　发放期间：去年夏天"]]))
    assert said.splitlines() == ["表13.xlsx〔Sheet1〕 第 2 行 A 列“发放期间”：应为发放月份或期间（如 2022年8月），实为“去年夏天”"]


def test_an_unknown_header_names_what_is_expected_and_what_comes_nearest(desk: Desk) -> None:
    said = desk.refuse(dirty.renamed(labour(), {"实发金额": "实发数目", "出勤天数": "上班"}))
    assert "表头最像劳务报酬发放表（必须有：姓名、身份证号、出勤天数、实发金额）" in said
    assert "缺少“实发金额”（最接近的是“实发数目”）" in said
    assert "没有认出的表头：上班、实发数目" in said


# What is wrong with a sheet in view of the book: the sheet, and what must be said.
IN_THE_BOOK: dict[str, tuple[Callable[[], Paper], str]] = {
    "unknown document": (lambda: edited(allocation(), 0, 文号="无此文〔2022〕1号"), r"第 2 行 B 列“文号”：文号“无此文〔2022〕1号”不在账簿里"),
    "unknown project": (lambda: edited(treasury(), 1, 项目名称="没有的项目"), r"第 3 行 E 列“项目名称”：账簿里没有 2022 年项目“没有的项目”"),
    "unknown asset": (lambda: edited(distribution(), 0, 资产编号="ZC-99"), r"第 4 行 B 列“资产编号”：资产编号“ZC-99”不在账簿里"),
    "unknown household": (lambda: edited(equity(), 1, 户编号="5002410000009999"), r"第 5 行 H 列“户编号”：账簿里没有这个户编号"),
    "code and name disagree": (
        lambda: edited(allocation(), 0, 项目名称="美翠村产业路"),
        r"第 2 行 F 列“项目名称”：项目编号与项目名称对不上：编号“XS-002”.*P2022-0002“美翠村茶叶加工厂”.*P2022-0001“美翠村产业路”",
    ),
    "allocated before the document": (lambda: edited(allocation(), 2, 分配日期=date(2022, 2, 14)), r"第 4 行 I 列“分配日期”：.*早于该资金的发文时间 2022-02-15"),
    "paid before the document": (lambda: edited(treasury(), 3, 付款日期=date(2022, 2, 14)), r"第 5 行 J 列“付款日期”：.*早于该资金的发文时间"),
    "risk gone before it came": (
        lambda: edited(edited(roster(), 0, 风险是否消除="是", 风险消除时间=date(2022, 6, 9)), 1, 风险是否消除="是", 风险消除时间=date(2022, 6, 9)),
        r"第 2 行 L 列“风险消除时间”：风险消除时间 2022-06-09 早于风险识别时间 2022-06-10",
    ),
    "risk gone without a day": (lambda: edited(edited(roster(), 0, 风险是否消除="是"), 1, 风险是否消除="是"), r"风险已消除，缺少风险消除时间"),
    "rows of a household disagree": (lambda: edited(roster(), 1, 户类型="一般农户"), r"第 3 行 H 列“户类型”：同一户的几行写得不一样"),
    "village name alone fits two towns": (lambda: edited(roster(), 3, **{"乡(镇)": "", "行政村": "白水村"}), r"第 5 行 B 列“行政村”：.*V106002 龙池镇白水村；V115001 溪口镇白水村"),
    "person twice in a list": (lambda: edited(roster(), 3, 证件号码=PEOPLE["甲大山"][0]), r"第 5 行 F 列“证件号码”：与第 2 行是同一个人"),
    "person twice in a pay list": (lambda: edited(labour(), 2, 身份证号=PEOPLE["甲大山"][0]), r"第 6 行 C 列“身份证号”：与第 4 行是同一个人"),
    "payment number twice": (lambda: doubled(treasury(), 0, 金额=Decimal(1)), r"第 6 行 B 列“支付凭证号”：与第 2 行的支付凭证号重复"),
    "asset number twice": (lambda: doubled(assets(), 0), r"第 4 行 A 列“资产编号”：与第 2 行的资产编号重复"),
    "village twice": (lambda: doubled(villages(), 0), r"第 6 行 B 列“行政村”：与第 3 行是同一个村"),
    "caretaker of no list": (lambda: edited(assets(), 0, 管护责任人="戊无名"), r"第 2 行 I 列“管护责任人”：管护责任人不在本村的名单中"),
    "holder who is nobody": (lambda: edited(equity(), 3, 户编号="", 持股主体="某大户"), r"第 7 行 H 列“户编号”：没有户编号，持股主体又不是村集体"),
    "two prices in a grant": (lambda: edited(equity(), 3, 股额=Decimal("60000.00")), r"第 7 行 K 列“股额”：同一次量化里每股价格不同"),
    "shares that do not divide": (lambda: edited(equity(), 1, 股额=Decimal("150000.01")), r"第 5 行 K 列“股额”：.*每股不是整分"),
    "uses do not sum to the income": (lambda: edited(distribution(), 0, 分配金额=Decimal("6000.01")), r"第 4 行 C 列“年度收益”：年度收益 36,000.00 元，各项用途合计 36,000.01 元"),
    "balance does not follow": (lambda: edited(bank(), 1, 余额=Decimal("37512.35")), r"第 5 行 E 列“余额”：余额接不上：按上一行推算应为 37,512.34 元，实为 37,512.35 元"),
    "return without a payment": (lambda: edited(treasury(), 3, 金额=Decimal("-9000.51"), 支付凭证号="TH01"), r"第 5 行 F 列“金额”：退回 9,000.51 元找不到唯一的一笔原支付"),
    "reduction of no fund": (lambda: edited(funds(), 2, 本级指标文号="无此文〔2022〕1号", 指标金额=Decimal(-5)), r"第 4 行 B 列.*调减的资金“无此文〔2022〕1号”.*不在账簿里"),
    "class of the government's economic classification": (
        lambda: edited(treasury(), 1, 部门支出经济分类="50302基础设施建设"),
        r"第 3 行 L 列“部门支出经济分类”：应为部门支出经济分类（3 开头.*是政府支出经济分类",
    ),
    "unknown account code": (lambda: edited(treasury(), 1, 支出功能科目="2139999"), r"第 3 行 K 列“支出功能科目”：不认识的科目“2139999”"),
    "no owner of the account": (lambda: replace(bank(), above=[["账户交易明细"]]), r"没有写户名：应在表头上方注明"),
    "owner of no village": (lambda: replace(bank(), above=[["账户交易明细"], ["户名：某某乡合作社"]]), r"户名看不出是哪个村的账户"),
    "money in and out in one line": (lambda: edited(bank(), 1, 借方金额=Decimal("12.34")), r"第 5 行 C 列“借方金额”：借方金额和贷方金额应有且只有一个"),
    "neither money in nor out": (lambda: edited(bank(), 1, 贷方金额=""), r"第 5 行 C 列“借方金额”：借方金额和贷方金额应有且只有一个"),
    "grant to nobody": (lambda: edited(equity(), 1, 实施主体=""), r"第 5 行 C 列“实施主体”：不能空着"),
    "grant to a person": (lambda: edited(equity(), 1, 实施主体="甲大山"), r"第 5 行 C 列“实施主体”：实施主体应为企业或合作社"),
    "rows of a grant disagree": (lambda: edited(equity(), 2, 量化金额=Decimal("300000.01")), r"第 6 行 F 列“量化金额”：同一项目、同一实施主体的几行写得不一样"),
    "grant without its subsidy": (lambda: replace(equity(), rows=[[*row[:4], "", *row[5:]] for row in equity().rows]), r"第 4 行 E 列“财政补助总额”：不能空着"),
    "household twice in a grant": (lambda: edited(equity(), 3, 户编号=PEOPLE["乙秀英"][1]), r"第 7 行 H 列“户编号”：与第 6 行是同一户"),
    "operator of no kind": (
        lambda: replace(equity(), rows=[[*row[:2], "示例茶场", "", *row[4:]] for row in equity().rows]),
        r"第 4 行 D 列“主体类型”：不能空着：应为农业企业或农民合作社",
    ),
    "income of an asset written in two ways": (lambda: edited(distribution(), 1, 年度收益=Decimal("36000.01")), r"第 8 行 C 列“年度收益”：同一资产的几行年度收益写得不一样"),
    "to households, but to none": (lambda: edited(distribution(), 4, 户编号=""), r"第 8 行 E 列“户编号”：入户分配必须写户编号"),
    "household twice in a distribution": (lambda: edited(distribution(), 4, 户编号=PEOPLE["乙秀英"][1]), r"第 8 行 E 列“户编号”：与第 7 行是同一户"),
    "distribution to an unknown household": (lambda: edited(distribution(), 4, 户编号="5002410000009999"), r"第 8 行 E 列“户编号”：账簿里没有这个户编号"),
    "asset of another village": (lambda: edited(distribution(), 1, 村="白水村"), r"第 5 行 A 列“村”：资产 A2021-0001 登记在 .*美翠村，这里写的是“白水村”"),
    "days of one document": (
        lambda: doubled(funds(), 0, 发文时间=date(2022, 1, 11)),
        r"第 5 行 D 列“发文时间”：同一文号、级次、任务的几行发文时间不同",
    ),
    "fund without an amount": (lambda: edited(funds(), 0, 指标金额=""), r"第 2 行 H 列“指标金额”：不能空着"),
    "reduction before the document": (
        lambda: doubled(funds(), 2, 指标金额=Decimal("-5.00"), 发文时间=date(2022, 2, 14)),
        r"第 5 行 D 列“发文时间”：调减日期早于该资金的发文时间 2022-02-15",
    ),
    "monitored without a day": (lambda: edited(edited(roster(), 0, 风险识别时间=""), 1, 风险识别时间=""), r"有监测对象类型，缺少风险识别时间"),
    "a day of a risk without its kind": (lambda: edited(roster(), 2, 风险识别时间=date(2022, 6, 10)), r"第 4 行 I 列“监测对象类型”：有风险识别时间，缺少监测对象类型"),
    "risk gone that never came": (lambda: edited(roster(), 2, 风险消除时间=date(2022, 6, 10)), r"第 4 行 K 列“风险识别时间”：有风险消除时间，缺少风险识别时间"),
    "risk gone and not gone": (
        lambda: edited(edited(roster(), 0, 风险消除时间=date(2022, 6, 11)), 1, 风险消除时间=date(2022, 6, 11)),
        r"风险是否消除写“否”，却有风险消除时间",
    ),
    "notice that is no period": (lambda: edited(edited(roster(), 0, 公示起止="已公示"), 1, 公示起止="已公示"), r"第 2 行 O 列“公示起止”"),
    "pay list of no project": (lambda: replace(labour(), above=[["劳务报酬发放表"], ["发放期间：2022年8月"]]), r"没有写项目名称"),
    "pay list of no month": (lambda: replace(labour(), above=[["劳务报酬发放表"], ["项目名称：美翠村产业路"]]), r"没有写发放的月份或期间"),
    "project without a unit": (lambda: edited(edited(plan(), 0, 责任单位=""), 0, 部门=""), r"第 4 行 .*不能空着"),
    "project code twice": (lambda: edited(plan(), 2, 项目编号="XS-001"), r"第 6 行 S 列“项目编号”：项目编号与第 4 行重复"),
    "payment of nothing": (lambda: edited(treasury(), 0, 金额=Decimal(0)), r"第 2 行 F 列“金额”：金额不能为零"),
    "payment of an unknown document": (lambda: edited(treasury(), 0, 指标文号="无此文〔2022〕1号"), r"第 2 行 A 列“指标文号”：文号“无此文〔2022〕1号”不在账簿里"),
    "same name and place twice without code": (
        lambda: edited(doubled(plan(), 0), 0, 项目编号=""),
        r"项目",
    ),
}


@pytest.mark.parametrize("name", [name for name in IN_THE_BOOK if name != "same name and place twice without code"])
def test_wrong_in_view_of_the_book(county: Desk, name: str) -> None:
    make, message = IN_THE_BOOK[name]
    said = county.refuse(make())
    assert re.search(message, said), said
    assert not any(number in said for number in PERSONAL)
    assert not any(person in said for person in PEOPLE)


def test_two_rows_of_one_project_without_code(desk: Desk) -> None:
    paper = edited(doubled(plan(), 0, 项目编号=""), 0, 项目编号="")
    assert "与第 4 行同名、同地点" in desk.refuse(paper)


def test_same_name_in_two_villages_is_two_projects_and_ambiguous_by_name(desk: Desk) -> None:
    one = edited(plan(), 0, 项目名称="产业路", 项目编号="")
    both = doubled(one, 0, 村="白水村", 项目编号="")
    desk.take(funds(), both)
    said = desk.refuse(edited(allocation(), 1, 项目名称="产业路", 项目编号=""))
    assert re.search(r"名称“产业路”有 2 个项目.*P2022-0001.*P2022-0004", said)


def test_a_name_that_fits_two_is_answered_by_whoever_can(desk: Desk) -> None:
    one = edited(plan(), 0, 项目名称="产业路", 项目编号="")
    desk.take(funds(), doubled(one, 0, 村="白水村", 项目编号=""))
    asked = []

    def ask(question: str, candidates: Any) -> int:
        asked.append((question, list(candidates)))
        return 1

    desk.take(edited(allocation(), 1, 项目名称="产业路", 项目编号=""), ask=ask)
    assert len(asked) == 1
    assert "P2022-0004" in asked[0][1][1]
    assert 'project: "P2022-0004"' in desk.text()


def test_a_refused_file_stops_those_that_depend_on_it_and_no_others(desk: Desk) -> None:
    changes = desk.bring(funds(), edited(plan(), 0, 计划投入资金="很多"), allocation(), villages())
    assert changes.refused
    assert list(changes.stopped) == ["表3.xlsx"]
    assert changes.stopped["表3.xlsx"] == "表2.xlsx"
    assert 'custom "fund" "F2022-01"' in desk.text("registry/*.beancount")
    assert 'custom "village" "V106001"' in desk.text("registry/*.beancount")
    assert 'custom "project"' not in re.sub(r"^;;.*", "", desk.read("registry/projects.beancount"), flags=re.MULTILINE)
    assert "分配到项目" not in desk.text("2022/*.beancount")


def test_a_workbook_counts_whole_or_not_at_all(desk: Desk, tmp_path: Path) -> None:
    """Three sheets in one workbook, the last of them wrong: none is written."""
    pages = [replace(p, title=t) for t, p in (("指标", funds()), ("计划", plan()), ("分配", edited(allocation(), 0, 文号="无此文〔2022〕1号")))]
    said = desk.refuse(to_xlsx(tmp_path / "三表.xlsx", *pages))
    assert "三表.xlsx〔分配〕 第 2 行" in said
    changes = desk.bring(to_xlsx(tmp_path / "三表.xlsx", *pages), villages())
    assert changes.refused
    assert 'custom "village"' in desk.text("registry/*.beancount")
    assert 'custom "fund" "F2022-01" 1000000.00 CNY\n  name: "2022年中央财政衔接资金（' not in desk.text("registry/*.beancount")


def test_unknown_headers_are_answered_with_the_nearest(tmp_path: Path) -> None:
    paper = dirty.renamed(plan(), {"计划投入资金": "计划总的投入资金数", "项目类别": "类型种别", "项目子类型": "子种别"})
    faults = faults_of(to_xlsx(tmp_path / "表.xlsx", paper))
    assert len(faults) == 1
    assert "表头最像项目计划表" in faults[0]
    assert "缺少“计划投入资金”（最接近的是“计划总的投入资金数”）" in faults[0]
    assert "“项目类别”" in faults[0]
    assert "没有认出的表头" in faults[0]


def test_a_table_of_something_else(tmp_path: Path) -> None:
    paper = Paper(["菜名", "价格"], [["回锅肉", 28]])
    faults = faults_of(to_xlsx(tmp_path / "菜单.xlsx", paper))
    assert len(faults) == 1
    assert "没有找到可以认出的表头" in faults[0]
    assert all(title in faults[0] for title in ("资金指标表", "农商行流水"))


def test_every_kind_can_be_wrong_in_old_excel_and_csv_too(tmp_path: Path) -> None:
    wrong = edited(benefits(), 1, 证件号码=wrong_check_digit(PEOPLE["丙文"][0]))
    for path in (to_xls(tmp_path / "表.xls", wrong), to_csv(tmp_path / "表.csv", wrong)):
        assert any("第 5 行 D 列“证件号码”：" in fault and "校验位不符" in fault for fault in faults_of(path))


def test_the_mini_county_itself_is_clean(desk: Desk) -> None:
    desk.take(*(make() for make in ALL.values()))


@pytest.mark.parametrize(("encoding", "said"), [("utf-8-sig", "BOM"), ("gb18030", "不是 UTF-8")])
@pytest.mark.parametrize("name", ["registry/households.csv", "registry/members.csv"])
def test_a_book_whose_register_was_saved_in_another_encoding(desk: Desk, name: str, encoding: str, said: str) -> None:
    head = "household,date,village,status\n" if "households" in name else "who,household,person,from,to,reason\n"
    (desk.book / name).write_text(f"{head}户\n", encoding)
    before = desk.state()
    with pytest.raises(Untrusted, match=f"{name}：.*{said}"):
        desk.bring(villages())
    assert desk.state() == before
