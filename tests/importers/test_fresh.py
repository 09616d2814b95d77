"""Sheets as other counties' offices send them, each with the rows that it must give: what was expected was written first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from importers.reading.sheet import read_path
from tests.importers.county import TODAY, identity

A, B, C = identity(301), identity(302, "19881212"), identity(303, "19650101")


@dataclass
class Case:
    """Cells as they stand, merged ranges, hidden rows; which kind it is, some fields of each row."""

    kind: str
    cells: list[list[Any]]
    fields: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    merged: tuple[str, ...] = ()
    hidden: tuple[int, ...] = ()
    head: dict[str, Any] = field(default_factory=dict)


def spaced(number: str) -> str:
    return f" {number[:6]} {number[6:14]} {number[14:]}　"


CASES: dict[str, Case] = {
    "notices under a heading of two rows": Case(
        "notices",
        [
            ["2022年度项目公告公示情况登记表"], ["填报单位：县农业农村局", "", "", "", "", "填报日期：2022年12月1日"],
            ["序号", "公示对象", "公示环节", "公示地点", "公示时间", ""], ["", "", "", "", "开始日期", "结束日期"],
            [1, "官舟村油茶基地", "完工公示", "官舟村公开栏", "2022.11.1", "2022.11.15"], [2, "官舟村油茶基地", "入库公示", "县政府网站", "2022年3月1日", "—"],
            ["注：网站公示长期公开。"],
        ],
        ("subject", "stage", "place", "from_", "to"),
        [
            ("官舟村油茶基地", "完工公示", "官舟村公开栏", date(2022, 11, 1), date(2022, 11, 15)),
            ("官舟村油茶基地", "入库公示", "县政府网站", date(2022, 3, 1), None),
        ],
        merged=("A1:F1", "E3:F3", "A3:A4", "B3:B4", "C3:C4", "D3:D4"),
    ),
    "contracts in ten thousands with subtotals": Case(
        "contracts",
        [
            ["县乡村振兴项目合同台账（单位：万元）"], ["序号", "项目名称", "合同编号", "中标单位", "合同金额", "签订日期"],
            [1, "通组公路", "HT2022-01", "示例路桥有限公司", "１２０．５", 44652], [2, "人饮工程", "HT2022-02", "示例水利有限公司", " 30 ", "2022-5-6"],
            ["合计", "", "", "", 150.5, ""],
        ],
        ("name", "number", "party", "amount", "date"),
        [
            ("通组公路", "HT2022-01", "示例路桥有限公司", 120_500_000, date(2022, 4, 1)),
            ("人饮工程", "HT2022-02", "示例水利有限公司", 30_000_000, date(2022, 5, 6)),
        ],
    ),
    "spending of villages with totals by village": Case(
        "spending",
        [
            ["2022年村级资金支出明细表"], ["单位：元"], ["村", "支出日期", "项目或资产", "支出用途", "支出金额", "收款单位", "收益年度"],
            ["甲村", "2022/6/2 10:30:00", "甲村冷库", "管护费用", "1,200.00元", "示例物业公司", "2021年度"], ["", "2022/6/3", "甲村冷库", "公益岗位", 300, "", 2021],
            ["甲村小计", "", "", "", 1500, "", ""], ["乙村", "2022-07-01", "乙村产业路", "材料费", 9.9, "示例建材店", ""], ["乙村小计", "", "", "", 9.9, "", ""],
            ["总计", "", "", "", 1509.9, "", ""],
        ],
        ("village", "date", "subject", "use", "amount", "year"),
        [
            ("甲村", date(2022, 6, 2), "甲村冷库", "管护费用", 120_000, 2021), ("甲村", date(2022, 6, 3), "甲村冷库", "公益岗位", 30_000, 2021),
            ("乙村", date(2022, 7, 1), "乙村产业路", "材料费", 990, None),
        ],
        merged=("A1:G1", "A4:A5"),
    ),
    "people who came and went": Case(
        "members",
        [
            ["防返贫监测对象家庭成员变更情况表"], ["户编号", "人编号", "姓名", "证件号码", "变更类型", "变更日期", "备注"],
            ["'5002410000000001", "", "张　三", spaced(A), "自然死亡", "2022年7月", ""], ["5002410000000001", "", "李四", B.lower(), "婚嫁迁出", "20220801", "嫁到外县"],
        ],
        ("household", "name", "identity", "change", "date"),
        [("5002410000000001", "张三", A, "死亡", date(2022, 7, 1)), ("5002410000000001", "李四", B, "迁出", date(2022, 8, 1))],
    ),
    "wages with the bank's answer and a section line": Case(
        "labour",
        [
            ["以工代赈项目劳务报酬发放表", "", "", "", "", "", ""], ["项目名称：通组公路", "", "", "发放月份：2022年8月", "", "单位：元", ""],
            ["序号", "姓名", "身份证号码", "出勤（天）", "工价（元/天）", "实发工资（元）", "代发结果"], ["一、甲村", "", "", "", "", "", ""],
            [1, "王 五", spaced(A), "２０．５", 120, 2460, "交易成功"], [2, "赵六", B, 10, 120, "1200.00", "账号错误"], ["合计（大写）：叁仟陆佰陆拾元整", "", "", 30.5, "", 3660, ""],
            ["制表人：　　　审核人：　　　　2022年9月5日"],
        ],
        ("name", "identity", "days", "paid", "result"),
        [("王五", A, Decimal("20.5"), 246_000, "成功"), ("赵六", B, Decimal(10), 120_000, "退票")],
        merged=("A1:G1", "A4:G4"),
    ),
    "a subsidy for land without a month": Case(
        "benefits",
        [
            ["龙池镇甲村2022年耕地地力保护补贴面积及资金发放清册"], ["补贴名称：耕地地力保护补贴　行政村：甲村"],
            ["序号", "户主姓名", "身份证号码", "补贴面积（亩）", "补贴标准（元/亩）", "补贴金额（元）", "一卡通账号", "联系电话"],
            [1, "王五", A, 3.5, 100, 350, "6217000000000000001", 13900000000], [2, "赵六", B, "2", "100", "200.0", "6217000000000000002", ""], ["合计", "", "", 5.5, "", 550, "", ""],
        ],
        ("name", "identity", "quantity", "paid", "account", "village"),
        [("王五", A, Decimal("3.5"), 35_000, "6217000000000000001", "甲村"), ("赵六", B, Decimal(2), 20_000, "6217000000000000002", "甲村")],
    ),
    "traditional characters": Case(
        "allocation",
        [
            ["2022年銜接資金分配表"], ["單位：萬元　分配日期：2022年6月10日"], ["文號", "項目名稱", "實施單位", "分配金額", "備註"],
            ["示財農〔2022〕26號", "官舟村油茶基地", "縣農業農村局", 50, ""], ["合計", "", "", 50, ""],
        ],
        ("name", "amount", "date"),
        [("官舟村油茶基地", 50_000_000, date(2022, 6, 10))],
    ),
    "two tables in one tab": Case(
        "allocation",
        [
            ["表一：2022年衔接资金分配表"], ["单位：万元　分配日期：2022年6月10日"], ["文号", "项目名称", "分配金额"], ["示财农〔2022〕26号", "甲项目", 50], ["合计", "", 50], ["", "", ""],
            ["表二：联系方式"], ["单位", "联系人", "电话"], ["县财政局", "某某", "023-76660000"],
        ],
        ("name", "amount"),
        [("甲项目", 50_000_000)],
    ),
    "hidden rows and numbers as text with spaces": Case(
        "funds",
        [
            ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "指标金额", "是否直达资金"],
            ["2022", "示财农[2022]26号", "中央衔接资金", "2022-03-01 00:00:00", "中央财政", "巩固拓展脱贫攻坚成果和乡村振兴任务", " 1 200 000.00 ", "是"],
            ["2022", "示财农【2022】27号", "市级衔接资金", "2022/3/2", "市级", "以工代赈任务", "300,000", "否"],
        ],
        ("document", "date", "level", "task", "amount"),
        [
            ("示财农〔2022〕26号", date(2022, 3, 1), "中央", "巩固拓展", 120_000_000),
            ("示财农〔2022〕27号", date(2022, 3, 2), "市级", "以工代赈", 30_000_000),
        ],
        hidden=(3,),
    ),
    "money in yuan beside a unit line in ten thousands": Case(
        "plan",
        [
            ["2022年项目计划表"], ["单位：万元　编制日期：2022年3月1日"],
            ["序号", "乡镇", "村", "项目名称", "项目类别", "建设内容", "计划投入资金", "承诺劳务报酬（元）", "责任单位", "实施方式"],
            [1, "龙池镇", "甲村", "通组公路", "乡村建设", "硬化2公里", 40, 62000, "县交通局", "以工代赈"], ["", "合计", "", "", "", "", 40, 62000, "", ""],
        ],
        ("name", "planned", "promised", "mode"),
        [("通组公路", 40_000_000, 6_200_000, "以工代赈")],
    ),
    "a list of households with merged cells by household": Case(
        "roster",
        [
            ["防止返贫监测对象信息表"], ["数据截止日期：2022年12月31日"],
            ["序号", "乡（镇）", "行政村", "户编号", "人编号", "姓名", "证件号码", "与户主关系", "户类型", "监测对象类型", "风险是否消除", "风险识别时间", "风险消除时间"],
            [1, "龙池镇", "甲村", "5002410000000001", "500241000000000101", "王五", A, "户主", "脱贫户", "脱贫不稳定户", "否", "2022-05", ""],
            ["", "", "", "", "500241000000000102", "王小五", B, "之子", "脱贫户", "脱贫不稳定户", "否", "2022-05", ""],
        ],
        ("household", "name", "type", "monitor", "eliminated"),
        [("5002410000000001", "王五", "脱贫户", "脱贫不稳定户", False), ("5002410000000001", "王小五", "脱贫户", "脱贫不稳定户", False)],
        merged=("A4:A5", "B4:B5", "C4:C5", "D4:D5"),
    ),
    "a statement with a total of the month between": Case(
        "bank",
        [
            ["示例农村商业银行对账单"], ["户名：甲村股份经济合作联合社　账号：50024100000000001"], ["交易时间", "摘要", "收入金额", "支出金额", "账户余额", "对方名称"],
            ["", "上年结转", "", "", "100.00", ""], ["2022-01-05 09:00:01", "租金", "20,000.00", "", "20,100.00", "示例茶业有限公司"],
            ["", "本月合计", "20,000.00", "", "", ""], ["20220208", "手续费", "", "5.00", "20,095.00", ""],
        ],
        ("date", "credit", "debit", "balance", "other"),
        [(date(2022, 1, 5), 2_000_000, None, 2_010_000, "示例茶业有限公司"), (date(2022, 2, 8), None, 500, 2_009_500, "")],
    ),
    "assets with a line of units and the class in brackets": Case(
        "assets",
        [
            ["扶贫（衔接）项目资产台账"], ["资产编号", "资产名称", "资产类别", "来源项目", "原值", "所有权人", "经营主体", "所在村", "管护责任人", "目前状态", "登记时间"],
            ["", "", "", "", "（万元）", "", "", "", "", "", ""], ["ZC-01", "冷库", "经营性资产", "甲村冷库", 60, "甲村集体", "示例公司", "甲村", "王五", "使用中", "2022年12月"],
        ],
        ("code", "asset_class", "cost", "state", "date"),
        [("ZC-01", "经营性", 60_000_000, "运营", date(2022, 12, 1))],
    ),
    "checks with who checked in the head": Case(
        "inspections",
        [["项目检查记录表"], ["检查单位：县乡村振兴局　检查日期：2022年9月1日"], ["序号", "项目名称", "检查结果"], [1, "通组公路", "合格"], [2, "人饮工程", "整改后合格"]],
        ("name", "date", "by", "result"),
        [("通组公路", date(2022, 9, 1), "县乡村振兴局", "合格"), ("人饮工程", date(2022, 9, 1), "县乡村振兴局", "整改后合格")],
    ),
    "progress as columns of days": Case(
        "progress",
        [
            ["2022年项目建设进度表"], ["序号", "项目编号", "项目名称", "开工时间", "完工时间", "验收时间"], [1, "XS-001", "通组公路", "2022.4.1", "2022.9.30", "2022年10月20日"],
            [2, "XS-002", "人饮工程", "2022.5.1", "", ""],
        ],
        ("code", "started_on", "finished_on", "accepted_on"),
        [("XS-001", date(2022, 4, 1), date(2022, 9, 30), date(2022, 10, 20)), ("XS-002", date(2022, 5, 1), None, None)],
    ),
}  # fmt: skip


def write(path: Path, case: Case) -> Path:
    book = Workbook()
    sheet = book.active
    for row in case.cells:
        sheet.append(row)
    for one in case.merged:
        sheet.merge_cells(one)
    for number in case.hidden:
        sheet.row_dimensions[number].hidden = True
    book.save(path)
    return path


def values(rows: Iterable[Any], fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, name) for name in fields) for row in rows]


@pytest.mark.parametrize("name", CASES)
def test_a_sheet_gives_its_rows(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    sheets, faults, _ = read_path(write(tmp_path / "表.xlsx", case), TODAY)
    assert not faults, [str(fault) for fault in faults]
    (sheet,) = sheets
    assert sheet.kind.id == case.kind
    assert not sheet.faults, [str(fault) for fault in sheet.faults]
    assert values(sheet.rows, case.fields) == case.rows


def wages(project: str, *people: tuple[str, str]) -> list[list[Any]]:
    rows: list[list[Any]] = [["劳务报酬发放表"], [f"项目名称：{project}　发放期间：2022年8月　单位：元"], ["序号", "姓名", "身份证号", "出勤天数", "实发金额"]]
    return [*rows, *([n, *who, 10, 1000] for n, who in enumerate(people, 1)), ["合计", "", "", 10 * len(people), 1000 * len(people)]]


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_lists_of_two_projects_in_one_tab_are_two_lists(tmp_path: Path, gap: int) -> None:
    cells = [*wages("甲路", ("王五", A), ("赵六", B)), *[[""]] * gap, *wages("乙路", ("孙七", C))]
    sheets, faults, _ = read_path(write(tmp_path / "表.xlsx", Case("labour", cells, (), [])), TODAY)
    assert not faults
    assert [(sheet.head["project"], [row.name for row in sheet.rows]) for sheet in sheets] == [("甲路", ["王五", "赵六"]), ("乙路", ["孙七"])]
    wrong = [*cells[:-1], ["合计", "", "", 10, 999]]
    sheets, _, _ = read_path(write(tmp_path / "表.xlsx", Case("labour", wrong, (), [])), TODAY)
    assert [fault.row for sheet in sheets for fault in sheet.faults] == [len(cells) - 1]


def test_a_list_printed_on_two_pages_is_one_list(tmp_path: Path) -> None:
    first, second = wages("甲路", ("王五", A)), wages("甲路", ("赵六", B))
    pages = [*first[:-1], ["第1页　共2页"], *second[:-1], ["合计", "", "", 20, 2000]]
    (sheet,), faults, _ = read_path(write(tmp_path / "表.xlsx", Case("labour", pages, (), [])), TODAY)
    assert not faults
    assert not sheet.faults
    assert [row.name for row in sheet.rows] == ["王五", "赵六"]
