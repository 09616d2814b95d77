"""Registers as offices really keep them: their own headings, messy cells. Each is read right, or refused with nothing changed."""

import pytest

from ledgers.book import read
from tests.importers.county import TODAY
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_registered import asset_code

Rows = list[list[object]]

READ: dict[str, tuple[str, list[str], Rows, list[str]]] = {
    "progress": (
        "2022年衔接资金项目进度统计表（截至11月底）",
        ["序号", "项目名称", "建设进度", "开工日期", "竣工日期", "验收时间", "备注"],
        [[1, "美翠村产业路 ", "已完工", "2022.3.20", "2022年9月10日", "", ""], [2, "美翠村茶叶加工厂", "建设中", "2022/4/1", "—", "/", "停工"]],
        ['2022-09-10 custom "project" "P2022-0001" "完工"', '2022-04-01 custom "project" "P2022-0002" "开工"'],
    ),
    "notices": (
        "公示公告情况登记表",
        ["序号", "公示对象", "公示环节", "公示地点", "公示方式", "公示时间", "网址"],
        [
            [1, "美翠村产业路", "竣工公示", "美翠村村务公开栏", "张贴", "2022.11.1—2022.11.15", "无"],
            [2, "示财农[2022]8号", "资金分配公告", "县政府网", "网站", "2022年3月6日至长期", "http://example.gov.cn/a"],
        ],
        ['2022-11-01 custom "notice" "P2022-0001" "完工公示"', "  to: 2022-11-15", '2022-03-06 custom "notice" "F2022-03" "资金分配公告"'],
    ),
    "rectifications": (
        "问题整改销号台账",
        ["序号", "问题规则", "项目", "整改状态", "销号时间", "责任单位", "整改期限"],
        [[1, "allocation-days", "示财农〔2022〕8号", "已销号", "2022-12-05", "县财政局", "2022.12.31"]],
        ['2022-12-05 custom "rectification" "allocation-days" "F2022-03" "销号"', "  due: 2022-12-31"],
    ),
    "waivers": (
        "豁免审批单",
        ["规则编号", "项目", "豁免理由", "审批人", "审批日期", "有效期至", "金额上限（万元）"],
        [["labour-promised", "XS-001", "雨季停工", "县领导小组会议", "2022-12-1", "2023.12.31", "0.5"]],
        ['2022-12-01 custom "waiver" "labour-promised" "P2022-0001"', "  limit: 5000.00 CNY"],
    ),
    "contracts": (
        "政府采购合同备案表（衔接资金项目）",
        ["序号", "项目名称", "合同号", "乙方", "合同价（万元）", "签订时间", "统一社会信用代码", "质保金比例（%）", "缺陷责任期"],
        [[1, "美翠村产业路", "2022-001", "示例路桥有限公司", "39", "2022.3.20", "91500241MA5UABC12U", "3", "一年"], ["合计", "", "", "", "39"]],
        ["  contract: 390000.00 CNY", "  retention: 0.03", "  retention-months: 12", '  uscc: "91500241MA5UABC12U"'],
    ),
    "leases": (
        "村集体经营性资产出租合同台账",
        ["资产编号", "合同编号", "承租方", "租赁期限", "年租金（万元）", "租金支付时间"],
        [["资产", "ZL-1", "示例茶业有限公司", "2022.12.1-2027.11.30", "2", "每年12月31日前"]],
        ["  rent: 20000.00 CNY", '  rent-due: "12-31"', "  to: 2027-11-30"],
    ),
    "places": (
        "行政区划调整情况表",
        ["乡镇", "原村名", "调整类型", "调整时间", "现村名", "批复文号"],
        [["溪口镇", "白水村", "更名", "2022.12.1", "清水村", "示府〔2022〕9号"]],
        ['2022-12-01 custom "village" "V115001" "更名"\n  name: "清水村"'],
    ),
    "stocktake": (
        "2022年度扶贫资产清查盘点表",
        ["资产编号", "资产名称", "账面数", "实盘数", "盘点人员", "盘点日期"],
        [["资产", "", "2", "1", "县国资中心", "2022.12.20"]],
        ['2022-12-20 custom "stocktake"', "  counted: 1\n"],
    ),
    "resolutions": (
        "项目决议情况",
        ["项目名称", "会议类型", "会议时间", "佐证材料"],
        [["美翠村产业路", "四议两公开会议", "2022.2.1", ""], ["美翠村茶叶加工厂", "村民大会", "2022.2.1", ""]],
        ['2022-02-01 custom "resolution" "P2022-0002" "四议两公开"'],
    ),
    "policy": (
        "政策参数调整表",
        ["指标名称", "标准", "比较关系", "执行日期", "印发时间", "政策依据"],
        [["labour-share", "15%", "不低于", "2023.1.1", "2022年12月20日", "示财农〔2022〕30号"]],
        ['2023-01-01 custom "policy" "labour-share" 0.15\n  basis: "示财农〔2022〕30号"\n  issued: 2022-12-20\n  op: ">="'],
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[str, list[str], Rows, str]] = {
    "half a day": (
        "项目监督检查台账",
        ["检查时间", "被检查项目", "检查组", "检查结论"],
        [["2022.9.1上午", "美翠村产业路", "县乡村振兴局、县财政局", "基本合格"]],
        "应为日期（如 2022-05-20），实为“2022.9.1上午”",
    ),
    "a standard with its counter": (
        "产业到户补助标准一览表",
        ["补助项目", "补助对象", "补助标准（元）", "封顶（元）", "执行时间"],
        [["养蜂补助", "脱贫户、监测户", "500元/群", "3000", "2022年1月1日"]],
        "实为“500元/群”",
    ),
    "two months after a year": (
        "村集体经营性资产出租合同台账",
        ["资产编号", "合同编号", "承租方", "租赁期限", "租金支付时间"],
        [["资产", "ZL-1", "示例茶业有限公司", "2022.12.1-2027.11.30", "次年2月底前"]],
        "应为每年的哪一天",
    ),
    "a person whom nobody knows": (
        "户籍人员增减变动表",
        ["户编号", "户主姓名", "变动人姓名", "变动原因", "变动时间"],
        [["没有的户", "张某", "李某", "死亡", "2022-12-1"]],
        "户编号",
    ),
    "spending of a village that is not there": (
        "2022年收支明细",
        ["村名", "支出日期", "支出事项", "所属项目", "金额"],
        [["没有的村", "2022-12-10", "维修水渠", "美翠村产业路", "1,200.50元"]],
        "没有的村",
    ),
    "a paper that is not beside its list": (
        "凭证附件对应表",
        ["凭证编号", "附件名称"],
        [["2022-000001", "没有的.pdf"]],
        "找不到附件“没有的.pdf”",
    ),
}


def _paper(county: Desk, title: str, header: list[str], rows: Rows) -> Paper:
    code = asset_code(county)
    return Paper(header, [[code if cell == "资产" else cell for cell in row] for row in rows], above=[[title], ["单位：元"]])


@pytest.mark.parametrize("kind", READ)
def test_a_register_of_an_office_is_read(county: Desk, kind: str) -> None:
    title, header, rows, lines = READ[kind]
    county.take(_paper(county, title, header, rows))
    text = county.text("registry/*.beancount")
    for line in lines:
        assert line in text
    assert not read(county.book, TODAY).tables.problems


@pytest.mark.parametrize("case", REFUSED)
def test_what_it_cannot_mean_is_refused_with_nothing_changed(county: Desk, case: str) -> None:
    title, header, rows, said = REFUSED[case]
    assert said in county.refuse(_paper(county, title, header, rows))


def test_a_parameter_that_the_book_never_had_is_pointed_out(county: Desk) -> None:
    header = ["参数", "数值", "比较", "生效日期", "印发日期", "依据"]
    rows: Rows = [["labour-shares", "15%", "不低于", "2023.1.1", "2022.12.20", "示财农〔2022〕30号"]]
    changes = county.take(_paper(county, "政策参数表", header, rows))
    assert any("labour-shares" in warning for warning in changes.warnings)
