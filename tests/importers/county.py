"""A mini county in clean sheets: every kind, consistent with each other. All people are invented, ID numbers computed."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from ledgers import chart
from tests.importers.dirty import Paper
from xianjie.init import blank_book

TODAY = date(2023, 6, 30)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CENTRAL, RELIEF, CITY = "示财农〔2021〕134号", "示财农〔2021〕135号", "示财农〔2022〕8号"


def identity(number: int, born: str = "19700101") -> str:
    """A valid ID number of nobody: the check digit computed, the order code from a running number."""
    body = f"500241{born}{number % 1000:03d}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def new_book(folder: Path, name: str = "book") -> Path:
    """An empty book as `xianjie init` makes it."""
    book = folder / name
    book.mkdir(parents=True)
    blank_book(book, "示例县衔接资金与资产台账", "national", date(2023, 6, 1))
    return book


def villages() -> Paper:
    return Paper(
        ["乡镇", "行政村", "村类型", "总户数", "集体经济薄弱村", "巩固任务重", "主导产业", "乡镇代码"],
        [
            ["龙池镇", "美翠村", "脱贫村", 120, "是", "是", "加工业", "500241106"],
            ["龙池镇", "白水村", "一般村", 200, "否", "否", "", "500241106"],
            ["溪口镇", "白水村", "一般村", 150, "否", "否", "", "500241115"],
        ],
        above=[["示例县2022年行政村基本情况表"]],
        texts=("乡镇代码",),
        counts=("总户数",),
    )


def funds() -> Paper:
    header = ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "支出功能分类科目", "指标金额", "是否直达资金"]
    return Paper(
        header,
        [
            [2022, CENTRAL, "2022年中央财政衔接资金（巩固拓展任务）", date(2022, 1, 10), "中央", "巩固拓展", "21305", Decimal("1000000.00"), "是"],
            [2022, RELIEF, "2022年中央财政以工代赈资金", date(2022, 1, 10), "中央", "以工代赈", "21305", Decimal("400000.00"), "是"],
            [2022, CITY, "2022年市级衔接资金", date(2022, 2, 15), "市级", "巩固拓展", "21305", Decimal("300000.50"), "否"],
        ],
        amounts=("指标金额",),
        dates=("发文时间",),
    )


def plan() -> Paper:
    header = [
        *("序号", "部门", "乡镇", "村", "项目名称", "项目类别", "项目子类型", "建设内容", "计划投入资金"),
        *("中央衔接资金", "市级衔接资金", "实施期限", "预期绩效目标", "联农带农利益联结机制", "责任单位", "责任人", "备注"),
        *("实施方式", "项目编号", "承诺劳务报酬", "开工"),
    ]
    return Paper(
        header,
        [
            [1, "县交通局", "龙池镇", "美翠村", "美翠村产业路", "乡村建设行动", "产业路资源路旅游路", "硬化2公里", Decimal("400000.00"), Decimal("400000.00"), "",
             "2022年3-10月", "硬化2公里", "务工", "县交通局", "", "", "以工代赈", "XS-001", Decimal("62000.00"), date(2022, 4, 1)],
            [2, "县农业农村委", "龙池镇", "美翠村", "美翠村茶叶加工厂", "产业发展", "加工业", "厂房一座", Decimal("600000.00"), Decimal("600000.00"), "",
             "2022年3-10月", "新建厂房", "股权分红", "县农业农村委", "", "", "以奖代补", "XS-002", "", ""],
            [3, "县农业农村委", "溪口镇", "白水村", "白水村到户产业补助", "产业发展", "种植业基地", "种植补助", Decimal("300000.50"), "", Decimal("300000.50"),
             "2022年", "种植500亩", "到户", "县农业农村委", "", "", "事后奖补", "XS-003", "", ""],
        ],
        amounts=("计划投入资金", "中央衔接资金", "市级衔接资金", "承诺劳务报酬"),
        dates=("开工",),
        above=[["示例县2022年第一批衔接资金项目计划表"], ["编制日期：2022年3月1日"]],
    )


def allocation() -> Paper:
    return Paper(
        ["批次", "文号", "资金名称", "任务", "项目编号", "项目名称", "实施单位", "分配金额", "分配日期"],
        [
            ["第一批", CENTRAL, "中央衔接资金", "巩固拓展", "XS-002", "美翠村茶叶加工厂", "县农业农村委", Decimal("600000.00"), date(2022, 3, 5)],
            ["第一批", RELIEF, "中央以工代赈资金", "以工代赈", "XS-001", "美翠村产业路", "县交通局", Decimal("400000.00"), date(2022, 3, 5)],
            ["第一批", CITY, "市级衔接资金", "巩固拓展", "", "白水村到户产业补助", "县农业农村委", Decimal("300000.50"), date(2022, 3, 5)],
        ],
        amounts=("分配金额",),
        dates=("分配日期",),
    )


def treasury() -> Paper:
    header = [
        *("指标文号", "支付凭证号", "资金名称", "预算单位", "项目名称", "金额", "用途", "收款方账户名称", "收款方账号"),
        *("付款日期", "支出功能科目", "部门支出经济分类"),
    ]
    road, plant, aid = "美翠村产业路", "美翠村茶叶加工厂", "白水村到户产业补助"
    return Paper(
        header,
        [
            [RELIEF, "ZF0001", "以工代赈", "县交通局", road, Decimal("59900.00"), "8月劳务报酬", "示例县农商行代发专户", "6217000000000000001",
             date(2022, 9, 5), "2130504 农村基础设施建设", "30226 劳务费"],
            [RELIEF, "ZF0002", "以工代赈", "县交通局", road, Decimal("340100.00"), "工程款", "示例建筑有限公司", "6217000000000000002",
             date(2022, 11, 25), "2130504", "31005"],
            [CENTRAL, "ZF0003", "衔接资金", "县农业农村委", plant, Decimal("600000.00"), "厂房补助", "美翠茶业有限公司", "6217000000000000003",
             date(2022, 11, 28), "2130505 生产发展", "31204 费用补贴"],
            [CITY, "ZF0004", "市级", "县农业农村委", aid, Decimal("9000.50"), "种植补助", "示例县农商行代发专户", "6217000000000000001",
             date(2022, 12, 2), "2130505 生产发展", "30310 个人农业生产补贴"],
        ],
        amounts=("金额",),
        dates=("付款日期",),
        texts=("支付凭证号", "收款方账号"),
    )


PEOPLE = {
    # name: (ID number, 户编号, 人编号, relation)
    "甲大山": (identity(1), "5002410000000001", "500241000000000101", "户主"),
    "甲小山": (identity(2, "19990203"), "5002410000000001", "500241000000000102", "之子"),
    "乙秀英": (identity(3), "5002410000000002", "500241000000000201", "户主"),
    "丙文": (identity(4, "19880808"), "5002410000000003", "500241000000000301", "户主"),
}
OUTSIDER = ("丁路人", identity(9, "19750505"))


def roster() -> Paper:
    header = [
        *("乡(镇)", "行政村", "户编号", "人编号", "姓名", "证件号码", "与户主关系", "户类型", "监测对象类型", "风险是否消除"),
        *("风险识别时间", "风险消除时间", "首次识别时间", "申报时间", "公示起止", "帮扶落实时间"),
    ]
    monitored = ["突发严重困难户", "否", date(2022, 6, 10), "", date(2014, 5, 1), date(2022, 5, 30), "2022.6.2-2022.6.8", date(2022, 6, 16)]
    first = [*monitored[:4], "", *monitored[5:]]
    place = ["龙池镇", "美翠村"]

    def person(name: str, kind: str, rest: list[object]) -> list[object]:
        number, household, code, relation = PEOPLE[name]
        return [*place, household, code, name, number, relation, kind, *rest]

    none = [""] * 8
    return Paper(
        header,
        [
            person("甲大山", "脱贫户", first),
            person("甲小山", "脱贫户", first),
            person("乙秀英", "脱贫户", none),
            person("丙文", "一般农户", none),
        ],
        dates=("风险识别时间", "风险消除时间", "首次识别时间", "申报时间", "帮扶落实时间"),
        texts=("户编号", "人编号", "证件号码"),
    )


def labour() -> Paper:
    header = ["序号", "姓名", "身份证号", "家庭住址", "人员类别", "工种", "出勤天数", "日工资标准", "应发金额", "实发金额", "银行账号", "联系电话"]

    def worker(number: int, name: str, id: str, kind: str, days: Decimal, pay: Decimal) -> list[object]:
        return [number, name, id, "龙池镇美翠村2组", kind, "普工", days, Decimal(200), pay, pay, f"62170000000000{number:05d}", "13900000000"]

    return Paper(
        header,
        [
            worker(1, "甲大山", PEOPLE["甲大山"][0], "监测户", Decimal(100), Decimal("20000.00")),
            worker(2, "甲小山", PEOPLE["甲小山"][0], "脱贫户", Decimal(50), Decimal("10000.00")),
            worker(3, *OUTSIDER, "一般户", Decimal("149.5"), Decimal("29900.00")),
        ],
        amounts=("日工资标准", "应发金额", "实发金额"),
        above=[["以工代赈项目劳务报酬发放表"], ["项目名称：美翠村产业路　　发放期间：2022年8月"]],
        texts=("身份证号", "银行账号", "联系电话"),
        counts=("出勤天数",),
    )


def benefits() -> Paper:
    header = ["街道(乡镇)名称", "村名称", "姓名", "证件号码", "按户按人补助标识", "应发金额(元)", "实发金额(元)", "发放月份", "备注"]
    return Paper(
        header,
        [
            ["龙池镇", "美翠村", "乙秀英", PEOPLE["乙秀英"][0], "按户", Decimal("5000.50"), Decimal("5000.50"), "2022-11", ""],
            ["龙池镇", "美翠村", "丙文", PEOPLE["丙文"][0], "按人", Decimal("4000.00"), Decimal("4000.00"), "2022-11", "电话13900000001"],
        ],
        amounts=("应发金额(元)", "实发金额(元)"),
        above=[["惠企利民补贴发放表"], ["项目名称：白水村到户产业补助"]],
        texts=("证件号码",),
    )


def assets() -> Paper:
    header = ["资产编号", "资产名称", "资产类别", "来源项目", "原值", "所有权人", "经营主体", "所在村", "管护责任人", "状态", "登记日期"]
    owner = "美翠村股份经济合作联合社"
    return Paper(
        header,
        [
            ["ZC-01", "美翠村冷库", "经营性", "", Decimal("400000.00"), owner, "美翠茶业有限公司", "美翠村", "乙秀英", "在用", date(2021, 6, 1)],
            ["ZC-02", "美翠村产业路", "公益性", "美翠村产业路", Decimal("400000.00"), owner, "", "美翠村", "甲大山", "登记", date(2022, 12, 10)],
        ],
        amounts=("原值",),
        dates=("登记日期",),
    )


def equity() -> Paper:
    header = [
        *("项目编号", "项目名称", "实施主体", "主体类型", "财政补助总额", "量化金额", "持股主体", "户编号", "户类型", "股数", "股额"),
        *("分红率", "起止年"),
    ]
    common = ["XS-002", "美翠村茶叶加工厂", "美翠茶业有限公司", "农业企业", Decimal("600000.00"), Decimal("300000.00")]
    rest = [Decimal("0.05"), "2023-2027"]
    codes = {name: person[1] for name, person in PEOPLE.items()}
    return Paper(
        header,
        [
            [*common, "美翠村股份经济合作联合社（集体）", "", "", 60000, Decimal("60000.00"), *rest],
            [*common, "农户", codes["甲大山"], "监测户", 150000, Decimal("150000.00"), *rest],
            [*common, "农户", codes["乙秀英"], "脱贫户", 60000, Decimal("60000.00"), *rest],
            [*common, "农户", codes["丙文"], "一般户", 30000, Decimal("30000.00"), *rest],
        ],
        amounts=("财政补助总额", "量化金额", "股额"),
        above=[["股权量化清单"], ["量化日期：2022年12月1日"]],
        texts=("户编号",),
        counts=("股数",),
    )


def distribution() -> Paper:
    codes = {name: person[1] for name, person in PEOPLE.items()}
    return Paper(
        ["村", "资产编号", "年度收益", "用途", "户编号", "户主", "分配金额"],
        [
            ["美翠村", "ZC-01", Decimal("36000.00"), "公积公益金", "", "", Decimal("6000.00")],
            ["美翠村", "ZC-01", Decimal("36000.00"), "管护费", "", "", Decimal("6000.00")],
            ["美翠村", "ZC-01", Decimal("36000.00"), "入户分配", codes["甲大山"], "甲大山", Decimal("12000.00")],
            ["美翠村", "ZC-01", Decimal("36000.00"), "入户分配", codes["乙秀英"], "乙秀英", Decimal("9000.00")],
            ["美翠村", "ZC-01", Decimal("36000.00"), "入户分配", codes["丙文"], "丙文", Decimal("3000.00")],
        ],
        amounts=("年度收益", "分配金额"),
        above=[["2022年度扶贫项目资产收益分配表"], ["分配日期：2022年12月28日　　年度：2022"]],
        texts=("户编号",),
    )


def bank() -> Paper:
    return Paper(
        ["交易日期", "摘要", "借方金额", "贷方金额", "余额", "对方户名"],
        [
            [date(2022, 12, 20), "2022年冷库租金", "", Decimal("36000.00"), Decimal("37500.00"), "美翠茶业有限公司"],
            [date(2022, 12, 21), "利息", "", Decimal("12.34"), Decimal("37512.34"), ""],
            [date(2022, 12, 28), "冷库收益分配", Decimal("30000.00"), "", Decimal("7512.34"), "代发"],
        ],
        amounts=("借方金额", "贷方金额", "余额"),
        dates=("交易日期",),
        above=[["账户交易明细"], ["户名：龙池镇美翠村股份经济合作联合社　　账号：622848000000000000"]],
    )


ALL = {
    "villages": villages,
    "funds": funds,
    "plan": plan,
    "allocation": allocation,
    "roster": roster,
    "treasury": treasury,
    "labour": labour,
    "benefits": benefits,
    "assets": assets,
    "equity": equity,
    "distribution": distribution,
    "bank": bank,
}
ACCOUNT = chart.bank("V106001", "美翠村")
