"""Facts that only Beancount text could hold before: each has a sheet, and a form of it that `xianjie form` writes."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from importers.reading.kinds import KINDS
from importers.reading.sheet import read_path
from ledgers.book import read
from tests.importers.county import TODAY
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from xianjie.form import form

SHEETS: dict[str, tuple[list[str], list[list[object]], str]] = {
    "progress": (
        ["项目编号", "项目名称", "状态", "日期"], [["XS-002", "美翠村茶叶加工厂", "验收", "2022.10.30"]],
        '2022-10-30 custom "project" "P2022-0002" "验收"',
    ),
    "notices": (
        ["对象", "环节", "地点", "地点类别", "起", "止"], [["XS-002", "年度计划公示", "美翠村公开栏", "公开栏", "2022-03-03", "2022-03-15"]],
        '2022-03-03 custom "notice" "P2022-0002" "年度计划公示"',
    ),
    "inspections": (
        ["项目", "日期", "检查单位", "结果"], [["美翠村产业路", "2022-09-01", "县乡村振兴局", "合格"]],
        '2022-09-01 custom "inspection" "P2022-0001"\n  by: "县乡村振兴局"\n  result: "合格"',
    ),
    "rectifications": (
        ["规则", "对象", "状态", "日期", "责任单位", "登记单位", "期限"],
        [["allocation-days", "示财农〔2022〕8号", "整改中", "2022-12-01", "县财政局", "县审计局", "2023-12-31"]],
        '2022-12-01 custom "rectification" "allocation-days" "F2022-03" "整改中"\n  by: "县审计局"\n  due: 2023-12-31\n  unit: "县财政局"',
    ),
    "waivers": (
        ["规则", "对象", "理由", "批准人", "批准日期", "截止", "限额"],
        [["labour-promised", "XS-001", "雨季停工", "县领导小组", "2022-12-01", "2023-12-31", 5000]],
        '2022-12-01 custom "waiver" "labour-promised" "P2022-0001"',
    ),
    "standards": (
        ["补助名称", "适用户类型", "起日", "限额"], [["养蜂补助", "脱贫户", "2022-01-01", 3000]],
        '2022-01-01 custom "benefit" "养蜂补助"',
    ),
    "contracts": (
        ["项目", "合同编号", "承包方", "合同金额", "签订日期"], [["美翠村产业路", "HT-1", "示例路桥有限公司", 390000, "2022-03-20"]],
        "  contract: 390000.00 CNY",
    ),
    "leases": (
        ["资产编号", "合同编号", "经营方", "起", "止", "年租金", "付租日"],
        [["ZC-1", "ZL-1", "示例茶业有限公司", "2022-12-01", "2027-11-30", 20000, "12-31"]],
        '  rent: 20000.00 CNY',
    ),
    "firms": (
        ["单位名称", "统一社会信用代码", "法定代表人", "登记日期"], [["示例建筑有限公司", "91500241MA5UABC12U", "", "2022-01-05"]],
        '2022-01-05 custom "firm" "示例建筑有限公司"\n  uscc: "91500241MA5UABC12U"',
    ),
    "stocktake": (
        ["资产编号", "盘点数", "盘点人", "日期"], [["ZC-1", 100, "县国资中心", "2022-12-20"]],
        '2022-12-20 custom "stocktake"',
    ),
    "resolutions": (
        ["项目", "类别", "日期"], [["美翠村产业路", "四议两公开", "2022-02-01"]],
        '2022-02-01 custom "resolution" "P2022-0001" "四议两公开"',
    ),
    "places": (
        ["乡镇", "村", "变动", "日期", "新名称或并入村"], [["溪口镇", "白水村", "更名", "2022-12-01", "清水村"]],
        '2022-12-01 custom "village" "V115001" "更名"\n  name: "清水村"',
    ),
    "policy": (
        ["参数", "数值", "比较", "生效日期", "印发日期", "依据", "怎样得知"],
        [["returned-days", 60, "<=", "2022-01-01", "2022-01-01", "示财农〔2022〕1号", "原文"]],
        '2022-01-01 custom "policy" "returned-days" 60',
    ),
    "negatives": (
        ["禁止支出", "生效日期", "印发日期", "依据", "级次", "除外"],
        [["购买酒水", "2022-03-01", "2022-02-20", "示财农〔2022〕3号", "中央", "招待所"]],
        '2022-03-01 custom "negative" "购买酒水"\n  basis: "示财农〔2022〕3号"\n  issued: 2022-02-20\n  level: "中央"\n  except: "招待所"',
    ),
    "through": (["账簿截止日", "确认单位"], [["2022-12-31", "县财政局"]], '2022-12-31 custom "through" 2022-12-31\n  by: "县财政局"'),
}  # fmt: skip


_TERMS = ["项目", "合同编号", "承包方", "合同金额", "签订日期", "信用代码", "质保金比例", "质保期"]
_FIRM = "91500241MA5UABC12U"


def _contracts(*rows: list[object]) -> Paper:
    return Paper(_TERMS, list(rows), above=[["合同台账"], ["单位：元"]])


def test_a_contract_says_its_retention_and_whose_code_it_is(county: Desk) -> None:
    paper = _contracts(["美翠村产业路", "HT-1", "示例路桥有限公司", 390000, "2022-03-20", _FIRM, "3%", "2年"])
    county.take(paper)
    registry = county.text("registry/*.beancount")
    for line in ("  contract: 390000.00 CNY\n", "  retention: 0.03\n", "  retention-months: 24\n"):
        assert line in registry
    assert f'2022-03-20 custom "firm" "示例路桥有限公司"\n  uscc: "{_FIRM}"' in registry
    assert not read(county.book, TODAY).tables.problems
    assert not county.take(paper).files


def test_two_contracts_of_a_project_are_its_price_together(county: Desk) -> None:
    county.take(
        _contracts(
            ["美翠村产业路", "HT-1", "示例路桥有限公司", 380000, "2022-03-20", "", "3%", 24],
            ["美翠村产业路", "HT-2", "示例监理有限公司", 10000, "2022-03-20", "", "", ""],
        )
    )
    assert "  contract: 390000.00 CNY" in county.text("registry/*.beancount")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (["美翠村产业路", "HT-1", "示例路桥有限公司", 1, "2022-03-20", "", "", ""], "合同编号“HT-1”重复"),
        (["美翠村产业路", "HT-2", "示例路桥有限公司", 1, "2022-03-20", "", "5%", ""], "一个项目只有一个质保金比例"),
        (["美翠村产业路", "HT-2", "示例路桥有限公司", 1, "2022-03-20", "91500241MA5UABC12X", "", ""], "校验位"),
        (["美翠村产业路", "HT-2", "示例路桥有限公司", 1, "2022-03-20", "", "", "一阵子"], "月数"),
    ],
)
def test_contracts_that_contradict_one_another_are_refused(county: Desk, second: list[object], said: str) -> None:
    first = ["美翠村产业路", "HT-1", "示例路桥有限公司", 390000, "2022-03-20", _FIRM, "3%", 24]
    assert said in county.refuse(_contracts(first, second))


def test_a_parameter_ends_and_says_whom_it_leaves_out(county: Desk) -> None:
    header = ["参数", "数值", "比较", "生效日期", "印发日期", "依据", "不含任务", "按任务分别判断", "追溯"]
    rows: list[list[object]] = [
        ["industry-share", "60%", "不低于", "2022-06-01", "2022-06-10", "示财农〔2022〕5号", "以工代赈", "是", "自6月1日起执行"],
        ["returned-days", "废止", "", "2022-07-01", "2022-06-10", "示财农〔2022〕5号", "", "", ""],
    ]
    county.take(Paper(header, rows, above=[["政策参数表"]]))
    text = county.text("registry/*.beancount")
    assert '2022-06-01 custom "policy" "industry-share" 0.6\n' in text
    assert 'exclude-task: "以工代赈"' in text
    assert "by-task: TRUE" in text
    assert 'retroactive: "自6月1日起执行"' in text
    assert '2022-07-01 custom "policy" "returned-days" "终止"' in text
    assert not read(county.book, TODAY).tables.problems


def test_a_village_says_how_many_informants_it_has(county: Desk) -> None:
    county.take(Paper(["乡镇", "行政村", "村类型", "总户数", "监测信息员", "填表日期"],
                      [["溪口镇", "白水村", "脱贫村", 300, 2, "2022-12-01"]], above=[["行政村基本情况表"]]))  # fmt: skip
    assert 'informants: "2"' in county.text("registry/villages.beancount")


def asset_code(county: Desk) -> str:
    from tests.importers.county import assets

    paper = assets()
    return str(paper.rows[0][paper.column("资产编号")])


def sheet(county: Desk, kind: str) -> Paper:
    header, rows, _ = SHEETS[kind]
    known = asset_code(county)
    rows = [[known if cell == "ZC-1" else cell for cell in row] for row in rows]
    return Paper(header, rows, above=[[KINDS[kind].title], ["单位：元"]])


@pytest.mark.parametrize("kind", SHEETS)
def test_each_sheet_becomes_its_line(county: Desk, kind: str) -> None:
    changes = county.take(sheet(county, kind))
    assert KINDS[kind].title in changes.read[0]
    assert SHEETS[kind][2] in county.text("registry/*.beancount") + county.text("policy/*.beancount")
    assert not read(county.book, TODAY).tables.problems
    assert not county.take(sheet(county, kind)).files, "the same sheet again changes nothing"


def test_who_has_to_mend_it_registers_it_where_nobody_else_is_named(county: Desk) -> None:
    header = ["规则", "对象", "状态", "日期", "责任单位"]
    county.take(Paper(header, [["allocation-days", "示财农〔2022〕8号", "发现", "2022-12-01", "县财政局"]], above=[["整改台账"], ["单位：元"]]))
    assert 'by: "县财政局"\n  unit: "县财政局"' in county.text("registry/rectifications.beancount")


@pytest.mark.parametrize("kind", [kind for kind in SHEETS if kind not in ("standards", "policy", "negatives", "through", "places", "firms")])
def test_whose_it_is_must_be_known(county: Desk, kind: str) -> None:
    header, rows, _ = SHEETS[kind]
    names = {"项目编号": "XS-999", "项目名称": "没有的", "项目": "没有的", "对象": "没有的", "资产编号": "没有的"}
    rows = [[names.get(name, cell) for name, cell in zip(header, row, strict=True)] for row in rows]
    assert "账簿里" in county.refuse(Paper(header, rows, above=[[KINDS[kind].title], ["单位：元"]]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_known_and_its_example_is_no_data(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "表.xlsx"
    result = CliRunner().invoke(form, [KINDS[kind].title, "--output", str(path)])
    assert result.exit_code == 0, result.output
    sheets, faults, _ = read_path(path, TODAY)
    assert not faults
    assert [one.kind.id for one in sheets] == [kind]
    assert [fault.message for fault in sheets[0].faults] == ["表头下面没有数据"]


def test_a_form_offers_what_the_book_has(county: Desk, tmp_path: Path) -> None:
    path = tmp_path / "公示.xlsx"
    result = CliRunner().invoke(form, ["公告公示登记表", "--book", str(county.book), "--output", str(path)])
    assert result.exit_code == 0, result.output
    book = load_workbook(path)
    sheet, options = book.worksheets
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    offered = [cell.value for cell in options["A"] if cell.value]
    assert rules["B4"].formula1 == f"选项!$A$1:$A${len(offered)}"
    assert {"美翠村产业路", "示财农〔2022〕8号", "美翠村"} <= set(offered)
    assert rules["C4"].errorStyle == "stop"
    assert rules["B4"].errorStyle == "warning"
    assert sheet.protection.sheet and sheet["A3"].protection.locked and not sheet["B5"].protection.locked  # noqa: PT018
    for column, text in enumerate(("1", "美翠村产业路", "完工公示", "美翠村公开栏", "公开栏", "2022.11.1", "2022.11.15"), 1):
        sheet.cell(5, column).value = text
    book.save(path)
    changes = county.take(path)
    assert not changes.remarks
    assert '2022-11-01 custom "notice" "P2022-0001" "完工公示"' in county.text("registry/*.beancount")


def test_days_that_stand_in_one_cell(county: Desk) -> None:
    header = ["公示对象", "公示环节", "公示地点", "公示时间"]
    rows: list[list[object]] = [["XS-002", "完工公示", "美翠村公开栏", "2022年11月1日至11月15日"], ["XS-002", "入库公示", "县政府网站", "2022.3.1起长期公开"]]
    county.take(Paper(header, rows, above=[["公告公示登记表"]]))
    text = county.text("registry/*.beancount")
    assert 'custom "notice" "P2022-0002" "完工公示"\n  place: "美翠村公开栏"\n  from: 2022-11-01\n  to: 2022-11-15\n' in text
    assert 'custom "notice" "P2022-0002" "入库公示"\n  place: "县政府网站"\n  from: 2022-03-01\n\n' in text + "\n"
    assert "应为" in county.refuse(Paper(header, [["XS-002", "完工公示", "公开栏", "十来天"]], above=[["公告公示登记表"]]))


def test_days_of_states_in_columns(county: Desk) -> None:
    paper = Paper(["项目编号", "项目名称", "完工时间", "验收时间", "绩效自评时间", "得分"], [["XS-002", "", "2022.10.1", "2022.10.30", "2023-01-05", "95"]])
    county.take(paper)
    text = county.text("registry/*.beancount")
    assert '2022-10-30 custom "project" "P2022-0002" "验收"' in text
    assert '2023-01-05 custom "project" "P2022-0002" "绩效自评"\n  score: "95"' in text
    assert not county.bring(paper).files
