"""A year of a clerk from an empty folder, by sheets and commands alone: seals between, a wrong sheet undone, corrections after a seal."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from tests.importers.county import identity
from xianjie.commands import cli

WANG, LI, SUN, ZHAO = ((name, identity(400 + n, f"19{70 + n}0101")) for n, name in enumerate(("王大江", "李小河", "孙明月", "赵长青")))
ROAD, TEA = "石桥村产业路", "石桥村茶叶加工厂"
CENTRAL, RELIEF = "示财农〔2024〕11号", "示财农〔2024〕12号"
UNIT = ["单位：万元"]


class Clerk:
    """A folder, a book in it, and what the commands say."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.book = folder / "我县"
        self.run("init", str(self.book), "--county", "我县", "--policy", "national")

    def run(self, *words: str, ends: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
        assert result.exit_code == ends, result.output
        return result

    def sheet(self, name: str, *rows: list[Any], merged: tuple[str, ...] = ()) -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        for one in merged:
            book.active.merge_cells(one)
        self.count += 1
        path = self.folder / f"{self.count:02d}{name}.xlsx"
        book.save(path)
        return path

    def form(self, kind: str, *rows: dict[str, Any]) -> Path:
        """A form of the book's, filled in as a clerk would."""
        self.count += 1
        path = self.folder / f"{self.count:02d}{kind}.xlsx"
        self.run("form", kind, "--book", str(self.book), "--output", str(path))
        book = load_workbook(path)
        sheet = book.worksheets[0]
        places = {str(cell.value).strip("*"): cell.column for cell in sheet[3]}
        for number, row in enumerate(rows, 5):
            for name, value in row.items():
                sheet.cell(number, places[name]).value = value
        book.save(path)
        return path

    def bring(self, *paths: Path, more: tuple[str, ...] = (), ends: int = 0) -> str:
        return self.run("import", str(self.book), *map(str, paths), "--yes", *more, ends=ends).output

    def seal(self, month: str) -> None:
        self.run("seal", str(self.book), month)

    def verdicts(self, day: str = "2024-12-31") -> dict[str, list[dict[str, Any]]]:
        result = CliRunner().invoke(cli, ["check", str(self.book), "--as-of", day, "--format", "json"], catch_exceptions=False)
        found: dict[str, list[dict[str, Any]]] = {}
        for finding in json.loads(result.output)["findings"]:
            found.setdefault(finding["rule"], []).append(finding)
        return found

    def last(self) -> str:
        return str(max(int(path.stem) for path in (self.book / "imports").glob("*.json")))


def villages(clerk: Clerk) -> Path:
    return clerk.sheet(
        "村表", ["我县行政村基本情况表"], ["填表日期：2024年1月5日"], ["序号", "乡镇名称", "行政村名称", "村类型", "总户数（户）", "集体经济薄弱村", "巩固任务重", "主导产业"],
        [1, "青龙镇", "石桥村", "脱贫村", 4, "是", "是", "茶叶"], [2, "青龙镇", "官舟村", "一般村", 200, "否", "否", "油茶"], ["合计", "", "", "", 204, "", "", ""],
    )  # fmt: skip


def funds(clerk: Clerk) -> Path:
    return clerk.sheet(
        "指标", ["2024年财政衔接推进乡村振兴补助资金指标表"], UNIT,
        ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "支出功能分类科目", "指标金额", "是否直达资金"],
        [2024, CENTRAL, "2024年中央衔接资金（巩固拓展）", "2024年1月10日", "中央", "巩固拓展脱贫攻坚成果和乡村振兴任务", "2130505", 60, "是"],
        [2024, RELIEF, "2024年中央衔接资金（以工代赈）", "2024-01-12", "中央", "以工代赈任务", "2130504", 40, "是"],
    )  # fmt: skip


def plan(clerk: Clerk, road: float = 40) -> Path:
    """The headings of 大冶市 2024, as published."""
    return clerk.sheet(
        "项目计划", ["我县2024年度巩固拓展脱贫攻坚成果和乡村振兴项目计划表"], ["单位：万元　编制日期：2024年2月20日"],
        ["序号", "部门", "乡镇", "村", "项目名称", "项目子类型", "建设内容", "计划投入资金", "资金来源", "", "", "", "实施期限", "预期绩效目标", "联农带农富农利益联结机制",
         "受益对象", "责任单位", "备案部门", "实施方式", "承诺劳务报酬", "入库"],
        [*[""] * 8, "中央衔接资金", "省级衔接资金", "省级财政资金", "其他资金", *[""] * 9],
        ["合计", *[""] * 6, road + 60, road + 60, "", "", "", *[""] * 9],
        [1, "县交通局", "青龙镇", "石桥村", ROAD, "产业路、资源路、旅游路", "硬化2公里", road, road, "", "", "", "2024年3月—2024年10月", "硬化2公里", "务工", "4户",
         "县交通局", "县农业农村局", "以工代赈", 12.4, "2024年1月20日"],
        [2, "县农业农村局", "青龙镇", "石桥村", TEA, "加工业", "厂房一座", 60, 60, "", "", "", "2024年3月—2024年10月", "新建厂房", "租金分红", "4户",
         "县农业农村局", "县农业农村局", "以奖代补", "", "2024年1月20日"],
        merged=("I3:L3", *(f"{letter}3:{letter}4" for letter in "ABCDEFGHMNOPQRSTU")),
    )  # fmt: skip


def allocation(clerk: Clerk, tea: float = 60) -> Path:
    """The headings of 德化县 2020, as published."""
    return clerk.sheet(
        "资金安排", ["我县2024年第一批衔接资金安排表"], ["分配日期：2024年2月25日", "", "", "", "单位：万元"], ["序号", "资金文号", "项目名称", "实施单位", "安排金额", "备注"],
        [1, RELIEF, ROAD, "县交通局", 40, ""], [2, CENTRAL, TEA, "县农业农村局", tea, ""], ["", "", "合计", "", 40 + tea, ""],
    )  # fmt: skip


def payments(clerk: Clerk, month: str, *rows: list[Any]) -> Path:
    header = ["指标文号", "支付凭证号", "资金名称", "预算单位", "项目名称", "支付金额", "用途", "收款人全称", "收款人账号", "支付日期", "支出功能分类科目", "部门支出经济分类"]
    return clerk.sheet(f"{month}支付", header, *rows)


def paid(number: str, project: str, amount: float, use: str, payee: str, day: str, *classes: str) -> list[Any]:
    relief = project == ROAD
    unit = "县交通局" if relief else "县农业农村局"
    return [RELIEF if relief else CENTRAL, number, "衔接资金", unit, project, amount, use, payee, "62170001", day, *classes]


def wages(clerk: Clerk, title: str, month: str, *people: tuple[tuple[str, str], float, str], column: str = "代发结果") -> Path:
    rows = [[n, *who, "青龙镇石桥村", days, 200, days * 200, f"62170000000000000{n}", told] for n, (who, days, told) in enumerate(people, 1)]
    total = sum(days * 200 for _, days, _ in people)
    return clerk.sheet(
        "劳务", [title], [f"项目名称：{ROAD}　发放期间：{month}　单位：元"],
        ["序号", "姓名", "身份证号码", "家庭住址", "出勤天数", "日工资", "实发工资", "银行卡号", column], *rows, ["合计", "", "", "", "", "", total, "", ""], ["填报单位：县交通局"],
    )  # fmt: skip


def roster(clerk: Clerk) -> Path:
    header = ["乡（镇）", "行政村", "户编号", "人编号", "姓名", "证件号码", "与户主关系", "人数", "户类型", "首次识别时间"]
    rows = [["青龙镇", "石桥村", f"50024100000000{n:02d}", f"50024100000000{n:02d}01", *who, "户主", 1, "脱贫户", "2016-01-01"] for n, who in enumerate((WANG, LI, SUN, ZHAO), 1)]
    return clerk.sheet("名单", header, *rows)


def first_half(clerk: Clerk) -> None:
    clerk.bring(villages(clerk), funds(clerk), roster(clerk))
    clerk.seal("2024-01")
    clerk.bring(plan(clerk))
    board = {"地点": "石桥村公开栏", "地点类别": "公开栏"}
    clerk.bring(
        clerk.form(
            "公告公示登记表",
            *({"对象": name, "环节": "入库公示", **board, "起": "2024-1-21", "止": "2024-2-5"} for name in (ROAD, TEA)),
            *({"对象": name, "环节": "年度计划公示", **board, "起": "2024-2-21", "止": "2024-3-5"} for name in (ROAD, TEA)),
        ),
        clerk.form("会议决议登记表", {"项目": ROAD, "类别": "四议两公开", "日期": "2024.1.15"}, {"项目": TEA, "类别": "四议两公开", "日期": "2024.1.15"}),
    )
    clerk.bring(allocation(clerk, tea=50))
    wrong = clerk.last()
    clerk.run("undo", str(clerk.book), wrong, "--yes")
    clerk.bring(allocation(clerk))
    clerk.bring(
        clerk.form(
            "公告公示登记表",
            *({"对象": name, "环节": "资金分配公告", "地点": "县政府网站", "地点类别": "网站", "起": "2024-2-26"} for name in (CENTRAL, RELIEF)),
        )
    )
    clerk.seal("2024-02")
    clerk.bring(
        clerk.form("合同台账", {"项目": ROAD, "合同编号": "HT-1", "承包方": "示例路桥有限公司", "合同金额": "276000.00", "签订日期": "2024-3-10"}),
        clerk.sheet("进度", ["2024年项目进度表"], ["序号", "项目名称", "开工时间", "完工时间", "验收时间"], [1, ROAD, "2024-3-15", "", ""], [2, TEA, "2024/3/20", "", ""]),
    )
    clerk.bring(payments(clerk, "5月", paid("ZF0001", TEA, 300000, "厂房补助第一次", "示例茶业有限公司", "2024-5-20", "2130505 生产发展", "31204 费用补贴"),
                         paid("ZF0002", ROAD, 200000, "工程进度款", "示例路桥有限公司", "2024-5-22", "2130504", "31005")))  # fmt: skip
    clerk.seal("2024-05")


def second_half(clerk: Clerk) -> None:
    """Wages with a payment that came back, then what follows the end of the works."""
    crew = ((WANG, 155.0, ""), (LI, 155.0, ""), (SUN, 155.0, ""), (ZHAO, 155.0, ""))
    months = "2024年6月-10月"
    clerk.bring(wages(clerk, "以工代赈劳务报酬发放表", months, *crew),
                payments(clerk, "10月", paid("ZF0003", ROAD, 124000, "6-10月劳务报酬", "示例农商行代发专户", "2024-10-28", "2130504", "30226 劳务费")))  # fmt: skip
    clerk.bring(wages(clerk, "以工代赈劳务报酬发放表", months, *((who, days, "失败" if who is LI else "成功") for who, days, _ in crew)))
    clerk.bring(payments(clerk, "11月", paid("ZF0003", ROAD, -31000, "退回", "示例农商行代发专户", "2024-11-2", "2130504", "30226 劳务费"),
                         paid("ZF0004", ROAD, 76000, "工程结算款", "示例路桥有限公司", "2024-11-5", "2130504", "31005"),
                         paid("ZF0005", TEA, 300000, "厂房补助第二次", "示例茶业有限公司", "2024-11-6", "2130505", "31204"),
                         paid("ZF0006", ROAD, 31000, "补发劳务报酬", "示例农商行代发专户", "2024-11-20", "2130504", "30226")))  # fmt: skip
    clerk.bring(wages(clerk, "以工代赈劳务报酬补发表", months, (LI, 155.0, "成功")))
    clerk.bring(
        clerk.sheet(
            "进度", ["2024年项目进度表"], ["项目名称", "开工时间", "完工时间", "验收时间"],
            [ROAD, "2024-3-15", "2024-10-20", "2024-10-30"], [TEA, "2024-3-20", "2024-10-10", "2024-10-30"],
        ),
        clerk.form(
            "项目检查记录表", *({"项目": name, "日期": "2024-10-30", "检查单位": "县农业农村局、县财政局", "结果": "合格"} for name in (ROAD, TEA)),
        ),
    )  # fmt: skip
    board = {"地点": "石桥村公开栏", "地点类别": "公开栏"}
    clerk.bring(
        clerk.form(
            "公告公示登记表",
            *({"对象": name, "环节": "完工公示", **board, "起": "2024-10-22", "止": "2024-11-5"} for name in (ROAD, TEA)),
            {"对象": ROAD, "环节": "劳务报酬公示", **board, "起": "2024-11-21", "止": "2024-12-5"},
        ),
        clerk.sheet(
            "资产", ["扶贫（衔接）项目资产台账"], UNIT,
            ["资产编号", "资产名称", "资产类别", "来源项目", "原值", "所有权人", "经营主体", "所在乡镇", "所在村", "管护责任人", "使用状态", "登记日期"],
            ["A2024-0001", "石桥村产业路", "公益性资产", ROAD, 40, "石桥村集体", "", "青龙镇", "石桥村", WANG[0], "在用", "2024-11-25"],
            ["A2024-0002", "石桥村茶叶加工厂", "经营性资产", TEA, 60, "石桥村股份经济合作联合社", "示例茶业有限公司", "青龙镇", "石桥村", SUN[0], "在用", "2024-11-25"],
        ),
    )  # fmt: skip
    (clerk.folder / "发票.pdf").write_bytes(b"%PDF-1.4 invoice")
    clerk.bring(clerk.form("附件清单", {"凭证号": "ZF0005", "文件名": "发票.pdf"}))
    clerk.seal("2024-11")


def december(clerk: Clerk) -> None:
    clerk.bring(
        clerk.form("经营合同台账", {"资产编号": "A2024-0002", "合同编号": "ZL-1", "经营方": "示例茶业有限公司", "起": "2024-12-1", "止": "2029-11-30", "年租金": "30000", "付租日": "12-10"}),
        clerk.sheet("流水", ["户名：青龙镇石桥村股份经济合作联合社　单位：元"], ["交易时间", "交易摘要", "交易金额", "借贷标志", "账户余额", "对方户名"],
                    ["2024-12-08 10:01:02", "2024年厂房租金", 30000, "贷", 30000, "示例茶业有限公司"], ["2024-12-20 09:00:00", "收益分配", 24000, "借", 6000, "批量代发"],
                    ["2024-12-21 09:00:00", "管护", 1000, "借", 5000, "示例物业有限公司"]),
    )  # fmt: skip
    shares = ((WANG, 1, 7000), (LI, 2, 6000), (SUN, 3, 6000), (ZHAO, 4, 5000))
    clerk.bring(
        clerk.sheet("收益分配", ["2024年收益分配表"], ["单位：元　分配日期：2024年12月20日　年度：2024"], ["村", "资产编号", "年度收益", "用途", "户编号", "户主", "分配金额"],
                    *(["石桥村", "A2024-0002", 29000, "入户分配", f"50024100000000{n:02d}", who[0], amount] for who, n, amount in shares),
                    ["石桥村", "A2024-0002", 29000, "公积公益金", "", "", 5000]),
        clerk.form("村级支出表", {"乡镇": "青龙镇", "村": "石桥村", "日期": "2024-12-21", "项目或资产": "A2024-0002", "用途": "管护费用", "金额": "1000", "收款方": "示例物业有限公司", "年度": "2024"}),
        clerk.form("公告公示登记表", {"对象": "石桥村", "环节": "收益分配公示", "地点": "石桥村公开栏", "地点类别": "公开栏", "起": "2024-12-10", "止": "2024-12-25"}),
        clerk.form("资产盘点表", {"资产编号": "A2024-0002", "盘点数": 1, "盘点人": "县国资中心", "日期": "2024-12-25"}),
        clerk.form("人员变动表", {"户编号": "5002410000000004", "姓名": ZHAO[0], "变动": "死亡", "日期": "2024-12-26"}),
    )  # fmt: skip
    (clerk.folder / "补交.pdf").write_bytes(b"%PDF late")
    clerk.bring(clerk.form("附件清单", {"凭证号": "ZF0001", "文件名": "补交.pdf"}))  # May is sealed: a later line


@pytest.mark.slow
def test_a_year_by_sheets_alone(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path)
    first_half(clerk)
    second_half(clerk)
    december(clerk)
    output = clerk.bring(plan(clerk, road=39))
    assert "封账" in output
    clerk.seal("2024-12")
    assert "与封账时一致" in clerk.run("verify", str(clerk.book)).output
    found = clerk.verdicts()
    wrong = {(rule, one["subject"]["name"]) for rule, all_of in found.items() for one in all_of if one["status"] == "fail"}
    # What is wrong with this year, and nothing else: 155 days in 153, three proofs that nobody sent, money that waited 44 days.
    assert {rule for rule, _ in wrong} == {"allocation-days", "changed-after", "evidence", "labour-days", "overpaid", "same-account"}
    assert {name for rule, name in wrong if rule == "evidence"} == {"6-10月劳务报酬", "工程结算款", "工程进度款"}
    status = {(rule, one["subject"]["name"]): one["status"] for rule, all_of in found.items() for one in all_of}
    passing = [("labour-share-work-relief", ROAD), ("labour-promised", ROAD), ("asset-income-due", "石桥村茶叶加工厂"), ("income-payer", "2024年厂房租金")]
    assert {status.get(one) for one in passing} == {"pass"}, [(one, status.get(one)) for one in passing]
    assert {one["status"] for one in found["returned-payment"]} == {"pass"}
    assert not [one for one in found["record"] if one["status"] != "pass"]
