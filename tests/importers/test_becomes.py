"""What each sheet becomes in the book: ids, dates, accounts, states, rolls."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.importers import dirty
from tests.importers.county import (
    CENTRAL,
    CITY,
    OUTSIDER,
    PEOPLE,
    RELIEF,
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
from tests.importers.helpers import Desk
from tests.importers.test_refused import doubled, edited

D = Decimal


def block(text: str, pattern: str) -> str:
    """The block of Beancount text (up to the next blank line) whose head matches."""
    match = re.search(rf"^{pattern}.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, pattern
    return match.group().strip()


def registry(desk: Desk) -> str:
    return re.sub(r"^;;.*\n", "", desk.text("registry/*.beancount"), flags=re.MULTILINE)


# -- villages and places -------------------------------------------------------------------------------------------------


def test_a_village_is_town_and_name_with_the_towns_digits(county: Desk) -> None:
    assert block(registry(county), '2022-01-01 custom "village" "V115001"') == (
        '2022-01-01 custom "village" "V115001"\n  town: "溪口镇"\n  name: "白水村"\n  kind: "一般村"\n  households: 150\n'
        "  weak-collective: FALSE\n  priority-area: FALSE"
    )


def test_town_digits_run_from_001_without_codes(desk: Desk) -> None:
    paper = villages()
    last = paper.column("乡镇代码")
    desk.take(replace(paper, header=paper.header[:last], rows=[row[:last] for row in paper.rows]))
    assert re.findall(r'custom "village" "(V\d+)"', registry(desk)) == ["V001001", "V001002", "V002001"]


def test_village_facts_of_a_later_year_are_dated(county: Desk) -> None:
    paper = edited(dirty.titled(replace(villages(), above=[["示例县2023年行政村基本情况表"]])), 0, 总户数=118)
    county.take(paper)
    assert block(registry(county), '2023-01-01 custom "village" "V106001"') == (
        '2023-01-01 custom "village" "V106001"\n  households: 118'
    )


def test_villages_of_a_plan_are_entered_in_order(desk: Desk) -> None:
    desk.take(plan())
    assert re.findall(r'"(V\d+)"\n  town: "(\S+)"\n  name: "(\S+)"', registry(desk)) == [
        ("V001001", "龙池镇", "美翠村"),
        ("V002001", "溪口镇", "白水村"),
    ]


def test_no_village_means_the_town_or_the_county(desk: Desk) -> None:
    paper = edited(edited(plan(), 0, 乡镇="—", 村="—"), 1, 村="—")
    desk.take(paper)
    assert 'town: "县级"' in block(registry(desk), '2022-03-01 custom "project" "P2022-0001"|.*"P2022-0001"')
    assert 'town: "龙池镇"' in block(registry(desk), '2022-03-01 custom "project" "P2022-0002"')


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("龙池镇美翠村3组", 'village: "V106001"'),
        ("示例县溪口镇白水村", 'village: "V115001"'),
        ("溪口镇", 'town: "溪口镇"'),
        ("龙池镇美翠村、白水村", 'town: "龙池镇"'),
        ("龙池镇等12个村", 'town: "龙池镇"'),
        ("全县", 'town: "县级"'),
    ],
)
def test_the_site_where_town_and_village_have_no_columns(desk: Desk, place: str, where: str) -> None:
    paper = plan()
    town = paper.column("乡镇")
    rows = [[*row[:town], place, *row[town + 2 :]] for row in paper.rows[:1]]
    desk.take(villages(), replace(paper, header=[*paper.header[:town], "实施地点", *paper.header[town + 2 :]], rows=rows))
    assert where in block(registry(desk), '2022-03-01 custom "project" "P2022-0001"')


def test_a_plan_that_does_not_say_where_is_refused(desk: Desk) -> None:
    paper = plan()
    town = paper.column("乡镇")
    cut = replace(paper, header=[*paper.header[:town], *paper.header[town + 2 :]], rows=[[*r[:town], *r[town + 2 :]] for r in paper.rows])
    assert "缺少“乡镇”" in desk.refuse(cut)


# -- funds ---------------------------------------------------------------------------------------------------------------


def test_a_fund_and_its_quota(county: Desk) -> None:
    assert block(registry(county), '2022-01-10 custom "fund" "F2022-02"') == (
        '2022-01-10 custom "fund" "F2022-02" 400000.00 CNY\n  name: "2022年中央财政以工代赈资金"\n  level: "中央"\n  task: "以工代赈"\n'
        f'  year: 2022\n  doc-no: "{RELIEF}"\n  direct: TRUE'
    )
    assert "  Assets:9001指标:F2022-02:0待分配  400000.00 CNY\n  Income:4001财政拨款收入:1中央  -400000.00 CNY" in county.text("2022/01.beancount")


def test_rows_of_one_fund_add_up(desk: Desk) -> None:
    desk.take(doubled(funds(), 0, 支出功能分类科目="2130505", 指标金额=D("0.01")))
    assert 'custom "fund" "F2022-01" 1000000.01 CNY' in registry(desk)
    assert len(re.findall('custom "fund"', registry(desk))) == 3


def test_a_reduction_takes_quota_back(county: Desk) -> None:
    paper = edited(replace(funds(), rows=funds().rows[2:]), 0, 指标文标题="调减2022年市级衔接资金", 发文时间=date(2022, 12, 20), 指标金额=D("-0.50"))
    changes = county.take(paper)
    assert ("新增", "指标调减") in changes.summary
    text = block(county.text("2022/12.beancount"), "2022-12-20 .*调减")
    assert "  Equity:3104上缴收回  0.50 CNY\n  Assets:9001指标:F2022-03:0待分配  -0.50 CNY" in text
    assert 'custom "fund" "F2022-03" 300000.50 CNY' in registry(county)


def test_what_is_given_and_what_is_taken_back_may_stand_in_one_row(desk: Desk) -> None:
    """A reduction names a fund of the book, so on the day of its document too."""
    paper = funds()
    desk.take(replace(paper, header=[*paper.header, "调减金额"], rows=[[*row, D(5) if n == 2 else ""] for n, row in enumerate(paper.rows)]))
    assert 'custom "fund" "F2022-03" 300000.50 CNY' in registry(desk)
    text = block(desk.text("2022/02.beancount"), "2022-02-15 .*\\n.*\\n.*调减")
    assert "  Equity:3104上缴收回  5.00 CNY\n  Assets:9001指标:F2022-03:0待分配  -5.00 CNY" in text


def test_levels_and_their_income(desk: Desk) -> None:
    names = ["中央", "省级", "市级", "县级", "鲁渝协作", "中央单位定点帮扶", "社会捐赠", "自筹资金"]
    row = funds().rows[0]
    rows = [[*row[:1], f"示文〔2022〕{n}号", *row[2:4], name, *row[5:]] for n, name in enumerate(names, 1)]
    desk.take(replace(funds(), rows=rows))
    income = re.findall(r"(Income:\S+)", desk.text("2022/01.beancount"))
    assert [name.split(":")[2][0] for name in income] == ["1", "2", "3", "4", "5", "8", "6", "7"]


# -- plan ----------------------------------------------------------------------------------------------------------------


def test_a_plan_row_is_a_project_in_its_year(county: Desk) -> None:
    assert block(registry(county), '2022-03-01 custom "project" "P2022-0001"') == (
        '2022-03-01 custom "project" "P2022-0001" "年度计划"\n  name: "美翠村产业路"\n  category: "乡村建设行动"\n  mode: "以工代赈"\n'
        '  village: "V106001"\n  unit: "县交通局"\n  planned: 400000.00 CNY\n  subtype: "产业路资源路旅游路"\n  linkage: "务工"\n'
        '  goal: "硬化2公里"\n  code: "XS-001"\n  labour-promised: 62000.00 CNY'
    )
    assert '2022-04-01 custom "project" "P2022-0001" "开工"' in registry(county)


def test_the_first_state_carries_what_is_said(desk: Desk) -> None:
    """入库 comes before 年度计划: required keys stand at the first mention."""
    paper = plan()
    paper = replace(paper, header=[*paper.header, "入库时间"], rows=[[*row, "2021年11月20日"] for row in paper.rows])
    desk.take(paper)
    assert block(registry(desk), '2021-11-20 custom "project" "P2022-0003" "入库"').count("\n") > 5
    assert block(registry(desk), '2022-03-01 custom "project" "P2022-0003" "年度计划"').count("\n") == 0


def test_subtype_alone_gives_the_category(desk: Desk) -> None:
    paper = plan()
    rows = [list(row) for row in paper.rows]
    for row, subtype in zip(rows, ("产业路资源路旅游路", "加工业", "产业发展-种植业基地"), strict=True):
        row[paper.column("项目类别")] = ""
        row[paper.column("项目子类型")] = subtype
    desk.take(replace(paper, rows=rows))
    found = re.findall(r'  category: "(\S+)"(?:\n.*)*?\n  subtype: "(\S+)"', registry(desk))
    assert found == [("乡村建设行动", "产业路资源路旅游路"), ("产业发展", "加工业"), ("产业发展", "种植业基地")]


def test_a_plan_without_a_date_needs_one(desk: Desk) -> None:
    paper = replace(plan(), above=[["示例县2022年项目计划表"]])
    assert "表里没有编制日期：请在表上注明，或用 --date 给出" in desk.refuse(paper)
    desk.take(paper, day=date(2022, 3, 9))
    assert '2022-03-09 custom "project" "P2022-0001" "年度计划"' in registry(desk)


def test_a_person_who_runs_a_project_is_not_named(desk: Desk) -> None:
    paper = plan()
    header = [*paper.header, "实施主体", "受益对象"]
    desk.take(replace(paper, header=header, rows=[[*row, "戊无名", "20户，联系电话13912345678"] for row in paper.rows]))
    assert '  operator: "个人"' in registry(desk)
    assert '  beneficiaries: "20户，联系电话＊＊＊"' in registry(desk)


def test_a_new_code_in_a_plan_is_a_new_project(county: Desk) -> None:
    paper = replace(edited(plan(), 0, 项目编号="XS-009"), rows=edited(plan(), 0, 项目编号="XS-009").rows[:1])
    county.take(replace(paper, above=[["示例县2022年第二批项目计划表"], ["编制日期：2022年9月1日"]]))
    assert 'custom "project" "P2022-0004" "开工"\n  name: "美翠村产业路"' in registry(county)


def test_a_code_that_arrives_later_is_added(desk: Desk) -> None:
    desk.take(funds(), edited(plan(), 0, 项目编号=""))
    assert "XS-001" not in registry(desk)
    desk.take(allocation())
    assert 'code: "XS-001"' in block(registry(desk), '2022-03-01 custom "project" "P2022-0001"')


# -- allocation ----------------------------------------------------------------------------------------------------------


def test_an_allocation_is_a_voucher_per_fund(county: Desk) -> None:
    assert block(county.text("2022/03.beancount"), "2022-03-05") == (
        '2022-03-05 * "县财政局" "分配到项目（第一批）"\n  voucher: "2022-000004"\n  import-id: "分配:2022:第一批:0:第一批:F2022-01:1"\n'
        '  Assets:9001指标:F2022-01:1已分配  600000.00 CNY\n    project: "P2022-0002"\n'
        "  Assets:9001指标:F2022-01:0待分配  -600000.00 CNY"
    )


def test_an_allocation_without_a_date_is_not_booked(desk: Desk) -> None:
    """The day of the document is not the day of the allocation: whoever brings the sheet must say it."""
    paper = replace(allocation(), header=allocation().header[:-1], rows=[row[:-1] for row in allocation().rows], dates=())
    desk.take(funds(), plan())
    assert "表里没有分配日期" in desk.refuse(paper)
    desk.take(paper, day=date(2022, 3, 9))
    assert set(re.findall(r'^(\S+) \* "县财政局"', desk.text("2022/*.beancount"), re.MULTILINE)) == {"2022-03-09"}


def test_more_than_the_quota_is_warned_of(desk: Desk) -> None:
    changes = desk.take(funds(), plan(), edited(allocation(), 1, 分配金额=D("400000.01")))
    assert any("分配的比到位的指标多 0.01 元" in warning for warning in changes.warnings)


# -- treasury ------------------------------------------------------------------------------------------------------------


def test_a_treasury_line_is_a_voucher(county: Desk) -> None:
    assert block(county.text("2022/11.beancount"), "2022-11-25") == (
        '2022-11-25 * "示例建筑有限公司" "工程款"\n  voucher: "2022-000008"\n  payment-no: "ZF0002"\n  fund: "F2022-02"\n'
        f'  project: "P2022-0001"\n  import-id: "支付:{RELIEF}:ZF0002"\n'
        "  Expenses:2130504农村基础设施建设:31005基础设施建设  340100.00 CNY\n  Assets:9001指标:F2022-02:1已分配  -340100.00 CNY"
    )


def test_a_person_as_payee_becomes_the_household(county: Desk) -> None:
    paper = edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0100", 收款方账户名称="甲大山", 金额=D("800.00"))
    county.take(paper)
    text = block(county.text("2022/12.beancount"), '2022-12-02 \\* "农户"')
    assert '10个人农业生产补贴  800.00 CNY\n    household: "H106001-001"' in text
    assert "甲大山" not in county.text("**/*.beancount")


def test_two_of_a_name_are_asked_about(county: Desk) -> None:
    twin = edited(replace(roster(), rows=roster().rows[3:]), 0, 姓名="甲大山", 证件号码=identity(77), 户编号="5002410000000077", 人编号="")
    county.take(twin)
    paper = edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0100", 收款方账户名称="甲大山", 金额=D("800.00"))
    said = county.refuse(paper)
    assert "H106001-001 第 1 人" in said
    assert "H106001-005 第 1 人" in said
    assert "甲大山" not in said


def test_an_unknown_person_is_never_named(county: Desk) -> None:
    paper = edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0100", 收款方账户名称="戊无名", 用途="补发戊无名补贴")
    changes = county.take(paper)
    assert "戊无名" not in county.text("**/*")
    assert '"个人" "补发＊＊＊补贴"' in county.text("2022/12.beancount")
    assert any("收款人像是个人，但不在任何名单中" in warning for warning in changes.warnings)


def test_a_village_collective_as_payee_is_a_hand_over(county: Desk) -> None:
    paper = edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0100", 收款方账户名称="溪口镇白水村股份经济合作联合社")
    county.take(paper)
    text = block(county.text("2022/12.beancount"), "2022-12-02 .*白水村股份")
    assert "  Assets:1002银行存款:V115001白水村  9000.50 CNY\n  Assets:9001指标:F2022-03:1已分配  -9000.50 CNY" in text


def test_one_payment_number_under_two_documents_is_two_vouchers(desk: Desk) -> None:
    paper = edited(treasury(), 2, 支付凭证号="ZF0001")
    desk.take(funds(), plan(), allocation(), paper)
    assert len(re.findall('payment-no: "ZF0001"', desk.text("2022/*.beancount"))) == 2


def test_the_fund_is_the_one_allocated_to_the_project(desk: Desk) -> None:
    """Two funds of one document; the project was given only one."""
    two = doubled(funds(), 0, 任务="少数民族发展", 指标文标题="少数民族发展资金")
    desk.take(two, plan(), edited(allocation(), 0, 任务="少数民族发展"), treasury())
    text = block(desk.text("2022/11.beancount"), "2022-11-28")
    assert 'fund: "F2022-04"' in text


def test_two_funds_that_fit_are_refused(desk: Desk) -> None:
    two = doubled(funds(), 0, 任务="少数民族发展", 指标文标题="少数民族发展资金")
    both = doubled(edited(allocation(), 0, 分配金额=D(1)), 0, 任务="少数民族发展", 分配金额=D(2))
    desk.take(two, plan(), both)
    assert re.search(r"有几笔资金分配给了这个项目.*F2022-01.*F2022-04", desk.refuse(treasury()))


def test_paid_before_it_was_allocated(desk: Desk) -> None:
    changes = desk.take(funds(), plan(), treasury())
    assert any("尚未分配给" in warning for warning in changes.warnings)
    assert "9001指标:F2022-02:1已分配  -340100.00" in desk.text("2022/11.beancount")


RETURN = {"金额": D("-340100.00"), "支付凭证号": "TH0001", "付款日期": date(2022, 12, 15)}


def test_a_return_reverses_its_payment(county: Desk) -> None:
    county.take(edited(replace(treasury(), rows=treasury().rows[1:2]), 0, **RETURN))
    text = block(county.text("2022/12.beancount"), "2022-12-15")
    assert '  reverses: "2022-000008"' in text
    assert '  payment-no: "TH0001"' in text
    assert "31005基础设施建设  -340100.00 CNY\n  Assets:9001指标:F2022-02:1已分配  340100.00 CNY" in text


def test_what_came_back_may_come_back_on_the_day_it_was_paid(county: Desk) -> None:
    """… and never is what was paid only later."""
    payment = treasury().rows[1]
    day = payment[treasury().column("付款日期")]
    later = edited(replace(treasury(), rows=[payment]), 0, 支付凭证号="ZF0099", 付款日期=date(2022, 12, 20))
    county.take(later)
    county.take(edited(replace(treasury(), rows=[payment]), 0, **{**RETURN, "付款日期": day}))
    assert f"{day} * " in block(county.text(), f"{day} .*\\n.*\\n  reverses")


def test_a_returned_payment_of_a_list_returns_its_lines(county: Desk) -> None:
    county.take(edited(replace(treasury(), rows=treasury().rows[:1]), 0, 金额=D("-59900.00"), 支付凭证号="TH0001", 付款日期=date(2022, 9, 20)))
    text = block(county.text("2022/09.beancount"), "2022-09-20")
    roll = re.search(r'roll: "(\S+)"', text)
    assert roll
    lines = [line for line in county.lines("rolls/2022/09.csv") if line.startswith(roll.group(1))]
    assert [line.split(",")[3:5] for line in lines] == [["-20000.00", "-100"], ["-10000.00", "-50"], ["-29900.00", "-149.5"]]


def test_part_of_a_payment_returned_is_a_negative_voucher(county: Desk) -> None:
    county.take(edited(replace(treasury(), rows=treasury().rows[1:2]), 0, **{**RETURN, "金额": D("-100.00")}))
    text = block(county.text("2022/12.beancount"), "2022-12-15")
    assert "reverses" not in text
    assert "31005基础设施建设  -100.00 CNY" in text


def test_a_return_belongs_to_the_document_that_it_names(desk: Desk) -> None:
    """Two payments of one amount to one payee out of two documents: the line says which of them came back."""
    desk.take(*(make() for make in BEFORE))
    more = edited(replace(allocation(), rows=allocation().rows[:1]), 0, 批次="第二批", 文号=CITY, 任务="巩固拓展", 分配金额=D(500))
    paper = treasury()
    plant = paper.rows[2]
    one = [plant[0], "ZF21", *plant[2:5], D(500), *plant[6:]]
    two = [CITY, "ZF22", *one[2:]]
    back = [CITY, "TH22", *plant[2:5], D(-500), "退回", *plant[7:9], date(2022, 12, 20), *plant[10:]]
    desk.take(more, replace(paper, rows=[one, two]))
    desk.take(replace(paper, rows=[back]))
    paid = next(v for v in desk.text().split("\n\n") if '"ZF22"' in v)
    number = re.search(r'voucher: "(\S+)"', paid)
    assert number
    assert f'reverses: "{number.group(1)}"' in desk.text("2022/12.beancount")


def test_two_payments_that_fit_a_return_are_refused(desk: Desk) -> None:
    same = doubled(edited(treasury(), 1, 金额=D("100.00")), 1, 支付凭证号="ZF0009", 金额=D("100.00"))
    desk.take(funds(), plan(), allocation(), same)
    back = edited(replace(treasury(), rows=treasury().rows[1:2]), 0, **{**RETURN, "金额": D("-100.00")})
    assert re.search(r"找不到唯一的一笔原支付.*2022-000008.*2022-000011", desk.refuse(back))


def test_account_names_however_written(desk: Desk) -> None:
    paper = edited(edited(treasury(), 1, 支出功能科目="农村基础设施建设", 部门支出经济分类="31005-基础设施建设"), 2, 支出功能科目="2130505生产发展")
    desk.take(funds(), plan(), allocation(), paper)
    text = desk.text("2022/11.beancount")
    assert "Expenses:2130504农村基础设施建设:31005基础设施建设  340100.00" in text
    assert "Expenses:2130505生产发展:31204费用补贴  600000.00" in text


def test_phones_and_numbers_in_free_text_are_masked_and_counted(county: Desk) -> None:
    number = PEOPLE["丙文"][0]
    purpose = f"付丙文{number}种植补助，电话13912345678，卡6217 0000 0000 0000 001"
    paper = edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0100", 用途=purpose, 金额=D("1.00"))
    changes = county.take(paper)
    assert '"付＊＊＊＊＊＊种植补助，电话＊＊＊，卡＊＊＊"' in county.text("2022/12.beancount")
    assert any("有 4 处姓名、电话、证号或账号，已写作＊＊＊" in warning for warning in changes.warnings)
    assert number not in "".join(changes.warnings)


# -- roster --------------------------------------------------------------------------------------------------------------


def test_households_and_their_states(county: Desk) -> None:
    assert county.lines("registry/households.csv") == [
        "household,date,state,village,people,monitor,reported,notice_from,notice_to,helper_assigned,plan_made",
        "H106001-001,2021-01-01,脱贫户,V106001,2,,,,,,",
        "H106001-001,2022-06-10,监测户,V106001,2,突发严重困难户,2022-05-30,2022-06-02,2022-06-08,2022-06-16,",
        "H106001-002,2021-01-01,脱贫户,V106001,1,,,,,,",
        "H106001-003,2021-01-01,一般户,V106001,1,,,,,,",
        "H106001-004,2021-01-01,一般户,V106001,1,,,,,,",
    ]


def monitored(first: object = "", gone: object = "", **cells: object) -> dirty.Paper:
    paper = replace(roster(), rows=roster().rows[:2])
    change = {"首次识别时间": first, "风险消除时间": gone, "风险是否消除": "是" if gone else "否", **cells}
    return edited(edited(paper, 0, **change), 1, **change)


def test_first_day_and_end_of_monitoring(county: Desk) -> None:
    county.take(monitored(date(2014, 5, 1), date(2022, 12, 1)))
    rows = [line.split(",")[1:3] for line in county.lines("registry/households.csv") if line.startswith("H106001-001")]
    assert rows == [["2014-05-01", "脱贫户"], ["2022-06-10", "监测户"], ["2022-12-01", "风险消除"]]


def test_a_household_may_be_listed_and_released_on_one_day(county: Desk) -> None:
    county.take(monitored("", date(2022, 6, 10)))
    rows = [line.split(",")[1:3] for line in county.lines("registry/households.csv") if line.startswith("H106001-001")]
    assert rows == [["2021-01-01", "脱贫户"], ["2022-06-10", "监测户"], ["2022-06-10", "风险消除"]]


def test_listed_again_on_the_day_of_release_is_no_second_time(county: Desk) -> None:
    county.take(monitored("", date(2022, 12, 1)))
    county.take(monitored("", "", 风险识别时间=date(2022, 12, 1), 公示起止="", 申报时间="", 帮扶落实时间=""))
    rows = [line.split(",")[1:3] for line in county.lines("registry/households.csv") if line.startswith("H106001-001")]
    assert rows == [["2021-01-01", "脱贫户"], ["2022-12-01", "监测户"]]


def test_a_second_time_of_being_monitored(county: Desk) -> None:
    county.take(monitored("", date(2022, 12, 1)))
    county.take(monitored("", "", 风险识别时间=date(2023, 2, 1), 公示起止="", 申报时间="", 帮扶落实时间=""))
    rows = [line.split(",")[1:3] for line in county.lines("registry/households.csv") if line.startswith("H106001-001")]
    assert rows == [["2021-01-01", "脱贫户"], ["2022-06-10", "监测户"], ["2022-12-01", "风险消除"], ["2023-02-01", "监测户"]]


def test_a_corrected_day_of_listing_is_no_second_time(county: Desk) -> None:
    county.take(monitored("", "", 风险识别时间=date(2022, 6, 12)))
    rows = [line.split(",")[1:3] for line in county.lines("registry/households.csv") if line.startswith("H106001-001")]
    assert rows == [["2021-01-01", "脱贫户"], ["2022-06-12", "监测户"]]


def test_notice_in_two_columns(desk: Desk) -> None:
    paper = roster()
    at = paper.column("公示起止")
    header = [*paper.header[:at], "公示开始时间", "公示结束时间", *paper.header[at + 1 :]]
    rows = [[*row[:at], date(2022, 6, 2) if row[at] else "", date(2022, 6, 8) if row[at] else "", *row[at + 1 :]] for row in paper.rows]
    desk.take(villages(), replace(paper, header=header, rows=rows))
    assert "突发严重困难户,2022-05-30,2022-06-02,2022-06-08,2022-06-16," in desk.read("registry/households.csv")


# -- pay lists -----------------------------------------------------------------------------------------------------------


def test_a_labour_list_is_the_roll_of_its_treasury_line(county: Desk) -> None:
    text = block(county.text("2022/09.beancount"), "2022-09-05")
    assert '30226劳务费  59900.00 CNY\n    pay-list: "劳务:P2022-0001:2022-08:0"\n    roll: "2022-000007-1"\n    roll-sha256: "' in text
    lines = county.lines("rolls/2022/09.csv")
    assert [line.rpartition(",")[0] for line in lines] == [
        "roll,household,person,amount,days,quantity,paid_on,result,note,for",
        "2022-000007-1,H106001-001,1,20000.00,100,,,,,2022-08",
        "2022-000007-1,H106001-001,2,10000.00,50,,,,,2022-08",
        "2022-000007-1,H106001-004,1,29900.00,149.5,,,,,2022-08",
    ]
    tokens = {line.rpartition(",")[2] for line in lines[1:]}
    assert len(tokens) == 3
    assert all(re.fullmatch("[a-p]{16}", token) for token in tokens)


def test_a_benefit_list_by_household_and_by_person(county: Desk) -> None:
    assert county.lines("rolls/2022/12.csv")[1:3] == [
        "2022-000010-1,H106001-002,,5000.50,,,,,,2022-11,",
        "2022-000010-1,H106001-003,1,4000.00,,,,,,2022-11,",
    ]


def test_someone_in_no_list_is_a_household_of_one(desk: Desk) -> None:
    changes = desk.take(villages(), funds(), plan(), allocation(), treasury(), labour())
    assert any("3 人不在任何名单中，各记为本村的一户一般户" in warning for warning in changes.warnings)
    assert [line.split(",")[2] for line in desk.lines("registry/households.csv")[1:]] == ["一般户"] * 3


def test_a_worker_class_that_contradicts_the_list_is_a_warning(desk: Desk) -> None:
    changes = desk.take(villages(), funds(), plan(), allocation(), roster(), treasury(), edited(labour(), 0, 人员类别="一般户"))
    assert any("1 行人员类别与名单不一致，以名单为准（第 4 行）" in warning for warning in changes.warnings)


def test_labour_of_another_class_goes_to_the_leaf(desk: Desk) -> None:
    """用途 speaks of 劳务: the list makes it labour, below its own class."""
    paper = edited(treasury(), 0, 部门支出经济分类="31005 基础设施建设")
    desk.take(villages(), funds(), plan(), allocation(), roster(), paper, labour())
    assert "Expenses:2130504农村基础设施建设:31005基础设施建设:1劳务报酬  59900.00 CNY" in desk.text("2022/09.beancount")


def test_a_list_without_money_waits(desk: Desk) -> None:
    changes = desk.take(villages(), funds(), plan(), allocation(), roster(), labour())
    assert changes.waiting == ["劳务:P2022-0001:2022-08:0：3 人，59,900.00 元，等待国库支付"]
    assert len(desk.lines("pending/lists.csv")) == 4
    assert not list(desk.book.glob("rolls/*/*.csv"))
    changes = desk.take(treasury())
    assert not changes.waiting
    assert not (desk.book / "pending/lists.csv").exists()
    assert len(desk.lines("rolls/2022/09.csv")) == 4


def test_lists_of_equal_totals_go_to_the_earliest_payment_in_or_after_their_time(desk: Desk) -> None:
    two = doubled(treasury(), 0, 支付凭证号="ZF0005", 付款日期=date(2022, 10, 8))
    september = replace(labour(), above=[["劳务报酬发放表"], ["项目名称：美翠村产业路　　发放期间：2022年9月"]])
    desk.take(villages(), funds(), plan(), allocation(), roster(), september)
    desk.take(two)
    desk.take(labour())
    assert "2022-08:0" in block(desk.text("2022/09.beancount"), "2022-09-05")
    assert "2022-09:0" in block(desk.text("2022/10.beancount"), "2022-10-08")


def by_contractor(paper: dirty.Paper | None = None) -> dirty.Paper:
    return replace(paper or labour(), below=[["本表劳务报酬由施工单位支付。"]])


def contract(*amounts: tuple[str, date], paper: dirty.Paper | None = None) -> dirty.Paper:
    paper = paper or treasury()
    row = paper.rows[1]
    rows = [[row[0], f"HT{n}", *row[2:5], D(amount), *row[6:9], day, *row[10:]] for n, (amount, day) in enumerate(amounts, 1)]
    return replace(paper, rows=rows)


BEFORE = (villages, funds, plan, allocation, roster)


def test_a_corrected_list_that_the_contractor_did_not_pay_moves_nothing(desk: Desk) -> None:
    """The first version said 由施工单位支付, the corrected one does not: what was moved goes back, the treasury's line has the list."""
    desk.take(*(make() for make in BEFORE), by_contractor())
    desk.take(treasury())
    assert "moved-from" in desk.text()
    desk.take(labour())
    moved = [D(amount) for amount in re.findall(r":1劳务报酬  (-?[\d.]+) CNY", desk.text())]
    assert moved
    assert sum(moved) == 0
    assert 'pay-list: "劳务:P2022-0001:2022-08:0"' in block(desk.text("2022/09.beancount"), "2022-09-05")
    before = desk.state()
    desk.take(treasury())
    assert desk.state() == before


def test_wages_that_the_contractor_paid_are_moved_out_of_the_price(desk: Desk) -> None:
    desk.take(*(make() for make in BEFORE), contract(("340100.00", date(2022, 8, 10))), by_contractor())
    text = block(desk.text("2022/08.beancount"), "2022-08-31")
    assert "31005基础设施建设:1劳务报酬  59900.00 CNY\n    pay-list:" in text
    assert "  Expenses:2130504农村基础设施建设:31005基础设施建设  -59900.00 CNY" in text
    assert '  fund: "F2022-02"\n  project: "P2022-0001"' in text
    assert "9001" not in text


def test_the_move_is_dated_by_the_payment_when_it_came_later(desk: Desk) -> None:
    desk.take(*(make() for make in BEFORE), contract(("340100.00", date(2022, 11, 25))), by_contractor())
    assert "1劳务报酬  59900.00" in block(desk.text("2022/11.beancount"), "2022-11-25 .*由施工单位")


def test_wages_are_taken_from_the_oldest_payments_first(desk: Desk) -> None:
    paid = contract(("25000.00", date(2022, 8, 10)), ("300000.00", date(2022, 9, 10)))
    desk.take(*(make() for make in BEFORE), paid, by_contractor())
    first = block(desk.text("2022/08.beancount"), "2022-08-31")
    second = block(desk.text("2022/09.beancount"), "2022-09-10 .*由施工单位")
    assert "1劳务报酬  25000.00 CNY" in first
    assert "1劳务报酬  34900.00 CNY" in second
    lines = [line.split(",")[1:5] for month in ("08", "09") for line in desk.lines(f"rolls/2022/{month}.csv")[1:]]
    assert lines == [
        ["H106001-001", "1", "20000.00", "100"],
        ["H106001-001", "2", "5000.00", "25"],
        ["H106001-001", "2", "5000.00", "25"],
        ["H106001-004", "1", "29900.00", "149.5"],
    ]


def test_wages_larger_than_the_contract_are_refused(desk: Desk) -> None:
    desk.take(*(make() for make in BEFORE), contract(("59899.99", date(2022, 8, 10))))
    said = desk.refuse(by_contractor())
    assert "由施工单位支付的劳务报酬 59,900.00 元，大于工程款：该项目的工程款还有 59,899.99 元" in said


def test_wages_of_a_contract_not_yet_paid_wait(desk: Desk) -> None:
    changes = desk.take(*(make() for make in BEFORE), by_contractor())
    assert changes.waiting == ["劳务:P2022-0001:2022-08:0：3 人，59,900.00 元，等待工程款"]
    desk.take(contract(("340100.00", date(2022, 11, 25))))
    assert "1劳务报酬  59900.00" in desk.text("2022/11.beancount")


# -- assets, shares, income ----------------------------------------------------------------------------------------------


def test_assets(county: Desk) -> None:
    old = block(registry(county), '2021-06-01 custom "asset" "A2021-0001" "登记"')
    assert '  origin: "历史"' in old
    assert '  caretaker: "H106001-002"' in old
    assert "乙秀英" not in county.text("**/*.beancount")
    assert '2021-06-01 custom "asset" "A2021-0001" "运营"' in registry(county)
    text = block(county.text("2021/06.beancount"), "2021-06-01")
    assert "  Assets:9102经营性资产:V106001美翠村  1 A2021-0001 {400000.00 CNY}\n  Equity:3000期初余额  -400000.00 CNY" in text
    formed = block(registry(county), '2022-12-10 custom "asset" "A2022-0001" "登记"')
    assert '  project: "P2022-0001"' in formed
    assert "Equity:9301资产基金  -400000.00 CNY" in block(county.text("2022/12.beancount"), "2022-12-10")


def test_an_assets_new_state_is_dated(county: Desk) -> None:
    paper = replace(edited(assets(), 0, 状态="闲置"), above=[["资产台账"], ["填表日期：2023年1月31日"]])
    county.take(paper)
    assert '2023-01-31 custom "asset" "A2021-0001" "闲置"' in registry(county)


def test_a_disposed_asset_leaves_the_book(county: Desk) -> None:
    county.take(replace(edited(assets(), 0, 状态="已处置"), above=[["资产台账"], ["填表日期：2023年1月31日"]]))
    text = block(county.text("2023/01.beancount"), "2023-01-31")
    assert "  Equity:9301资产基金  400000.00 CNY\n  Assets:9102经营性资产:V106001美翠村  -1 A2021-0001 {400000.00 CNY}" in text


def test_two_caretakers_of_a_name_are_refused(county: Desk) -> None:
    twin = edited(replace(roster(), rows=roster().rows[3:]), 0, 姓名="乙秀英", 证件号码=identity(78), 户编号="5002410000000078", 人编号="")
    county.take(twin)
    said = county.refuse(edited(assets(), 0, 资产编号="ZC-10"))
    assert "管护责任人本村有 2 人同名" in said
    assert "乙秀英" not in said


def test_shares(county: Desk) -> None:
    grant = block(registry(county), '2022-12-01 custom "equity" "GQ2022-0001" "量化"')
    assert '  subsidy: 600000.00 CNY\n  quantified: 300000.00 CNY\n  dividend-rate: 0.05\n  first-due: 2023-12-31\n  years: 5' in grant
    text = block(county.text("2022/12.beancount"), "2022-12-01")
    assert "  Assets:9104股权:V106001美翠村  300000 GQ2022-0001 {1.00 CNY}" in text
    assert county.lines("rolls/2022/12-shares.csv")[1:] == [
        "2022-000012-1,,集体,60000,",
        "2022-000012-1,H106001-001,,150000,",
        "2022-000012-1,H106001-002,,60000,",
        "2022-000012-1,H106001-003,,30000,",
    ]


def test_the_leader_of_a_cooperative(county: Desk) -> None:
    paper = edited(equity(), 1, 持股主体="理事长")
    rows = [[*row[:2], "美翠种植专业合作社", "合作社", *row[4:]] for row in paper.rows]
    county.take(replace(paper, rows=rows))
    assert "H106001-001,理事长,150000," in county.read("rolls/2022/12-shares.csv")
    assert 'operator-kind: "农民合作社"' in registry(county)


def test_the_price_of_a_share(county: Desk) -> None:
    rows = [[*row[:2], "另一有限公司", *row[3:9], row[9] / 100, *row[10:]] for row in equity().rows]
    county.take(replace(equity(), rows=rows))
    assert "3000 GQ2022-0002 {100.00 CNY}" in county.text("2022/12.beancount")


def test_a_day_above_the_table_is_not_the_year_of_the_project(county: Desk) -> None:
    """量化日期：2023年… names no budget year, and shares of a plan of last year are quantified in a title's 2023年."""
    rows = [["", *row[1:2], "另一有限公司", *row[3:]] for row in equity().rows]
    for above in ([["股权量化清单"], ["量化日期：2023年6月16日"]], [["示例县2023年股权量化清单"], ["量化日期：2023年6月16日"]]):
        county.take(replace(equity(), rows=rows, above=above))
        assert '2023-06-16 custom "equity" "GQ2023-0001" "量化"\n  project: "P2022-0002"' in registry(county)


def test_distribution(county: Desk) -> None:
    text = block(county.text("2022/12.beancount"), "2022-12-28")
    assert '  asset: "A2021-0001"\n  income-year: 2022' in text
    assert "  Expenses:9501收益分配:6公积公益金  6000.00 CNY\n  Expenses:9501收益分配:5管护费用  6000.00 CNY" in text
    assert "  Equity:9303公积公益金  -6000.00 CNY\n  Assets:1002银行存款:V106001美翠村  -30000.00 CNY" in text
    assert [line.split(",")[1:4:2] for line in county.lines("rolls/2022/12.csv")[3:]] == [
        ["H106001-001", "12000.00"],
        ["H106001-002", "9000.00"],
        ["H106001-003", "3000.00"],
    ]


def test_bank_income_opening_and_balance(county: Desk) -> None:
    text = county.text("2022/12.beancount")
    rent = block(text, '2022-12-20 .*"2022年冷库租金"')
    assert '  asset: "A2021-0001"\n  income-year: 2022' in rent
    assert "Income:9401资产收益:1租金  -36000.00 CNY" in rent
    interest = block(text, '2022-12-21 .*"利息"')
    assert "asset" not in interest
    assert "Income:9401资产收益:3经营  -12.34 CNY" in interest
    opening = block(text, '2022-12-20 .*"期初"')
    assert "1002银行存款:V106001美翠村  1500.00 CNY\n  Equity:3000期初余额  -1500.00 CNY" in opening
    assert "2022-12-29 balance Assets:1002银行存款:V106001美翠村  7512.34 CNY" in text


def test_a_dividend_belongs_to_the_grant(county: Desk) -> None:
    row = [date(2023, 1, 5), "2023年股权分红", "", D("15000.00"), D("22512.34"), "美翠茶业有限公司"]
    county.take(replace(bank(), rows=[*bank().rows, row]))
    text = block(county.text("2023/01.beancount"), "2023-01-05")
    assert '  equity: "GQ2022-0001"\n  income-year: 2023' in text
    assert "Income:9401资产收益:2分红  -15000.00 CNY" in text


def test_a_payment_without_its_distribution_waits(desk: Desk) -> None:
    changes = desk.take(villages(), plan(), roster(), assets(), bank())
    assert any("V106001 银行流水有 1 笔、30,000.00 元支出还没有对应的收益分配（2022-12-28 等）" in waits for waits in changes.waiting)
    assert " balance " not in desk.text("2022/12.beancount")
    changes = desk.take(distribution())
    assert not changes.waiting
    assert "2022-12-29 balance Assets:1002银行存款:V106001美翠村  7512.34 CNY" in desk.text("2022/12.beancount")


def test_a_statement_printed_backwards(county: Desk) -> None:
    before = county.state()
    county.take(replace(bank(), rows=bank().rows[::-1]))
    after = {name: digest for name, digest in county.state().items() if not name.endswith("imports.csv")}
    assert after == {name: digest for name, digest in before.items() if not name.endswith("imports.csv")}


def test_a_statement_again_is_no_further_lines_where_its_days_come_to_nothing(county: Desk) -> None:
    first = [[date(2022, 12, 19), what, out, into, D(left), ""] for what, out, into, left in (("存入", "", D("9.00"), "1509.00"), ("退回", D("9.00"), "", "1500.00"))]
    last = [[date(2022, 12, 29), what, out, into, D(left), ""] for what, out, into, left in (("存入", "", D("7.00"), "7519.34"), ("退回", D("7.00"), "", "7512.34"))]
    paper = replace(bank(), rows=[*first, *bank().rows, *last])
    county.take(paper)
    assert len(county.lines("bank/V106001.csv")) == 1 + 7
    assert "2022-12-29 balance" not in county.text("2022/12.beancount"), "the book does not know yet what was paid back"
    county.take(edited(paper, 3, 摘要="结息"))
    assert [line.split(",")[3] for line in county.lines("bank/V106001.csv")[1:]] == [str(row[4]) for row in paper.rows]


def test_a_gap_between_statements_is_refused(county: Desk) -> None:
    row = [date(2023, 1, 5), "租金", "", D("1.00"), D("9999.00"), ""]
    said = county.refuse(replace(bank(), rows=[row]))
    assert "与已导入的流水接不上" in said
    assert "期末余额 7,512.34 元" in said


def test_an_earlier_statement_moves_the_opening(county: Desk) -> None:
    row = [date(2022, 11, 1), "利息", "", D("500.00"), D("1500.00"), ""]
    county.take(replace(bank(), rows=[row]))
    opening = block(county.text("2022/*.beancount"), '2022-11-01 .*"期初"')
    assert "1000.00 CNY" in opening
    assert '"期初"' not in county.text("2022/12.beancount")


def test_money_handed_over_arrives_once(county: Desk) -> None:
    """The treasury's payment to the collective and its arrival on the statement are one thing."""
    pay = edited(replace(treasury(), rows=treasury().rows[2:3]), 0, 支付凭证号="ZF0200", 金额=D("5000.00"), 付款日期=date(2022, 12, 29),
                 收款方账户名称="美翠村股份经济合作联合社")
    row = [date(2022, 12, 30), "拨款", "", D("5000.00"), D("12512.34"), "示例县财政局零余额账户"]
    county.take(replace(bank(), rows=[*bank().rows, row]))
    assert "5000.00" not in county.text("2022/12.beancount")
    changes = county.take(pay)
    assert not changes.waiting
    assert county.text("2022/12.beancount").count("1002银行存款:V106001美翠村  5000.00 CNY") == 1


@pytest.mark.parametrize("kind", [CENTRAL, RELIEF, CITY])
def test_every_document_is_in_the_book(county: Desk, kind: str) -> None:
    assert f'doc-no: "{kind}"' in registry(county)


def test_no_name_and_no_number_of_anybody_is_in_the_book(county: Desk) -> None:
    everything = b"\n".join(path.read_bytes() for path in county.book.rglob("*") if path.is_file()).decode()
    secrets = [*PEOPLE, OUTSIDER[0], OUTSIDER[1]]
    secrets += [part for person in PEOPLE.values() for part in person[:3]]
    secrets += ["13900000000", "13900000001", "62170000000000", "622848000000000000"]
    assert not [secret for secret in secrets if secret in everything]


def test_the_sheets_of_benefits_need_no_project_when_the_benefit_is_known(desk: Desk) -> None:
    registry_file = desk.book / "registry/benefits.beancount"
    benefit = '2021-01-01 custom "benefit" "种植补助"\n  states: "脱贫户,监测户,一般户"\n'
    registry_file.write_text(registry_file.read_text("utf-8") + benefit, "utf-8")
    paper = replace(benefits(), above=[["惠企利民补贴发放表"], ["补贴名称：种植补助"]])
    desk.take(*(make() for make in BEFORE), paper)
    assert "一卡通:种植补助:2022-11:0" in desk.read("pending/lists.csv")
    desk.take(treasury())
    text = block(desk.text("2022/12.beancount"), "2022-12-02")
    assert '    benefit: "种植补助"\n    pay-list: "一卡通:种植补助:2022-11:0"' in text


def test_of_two_assets_of_one_operator_the_summary_names_the_one_that_earned(county: Desk) -> None:
    row = ["ZC-03", "美翠村烘干房", "经营性", "", D("90000.00"), "美翠村股份经济合作联合社", "美翠茶业有限公司", "美翠村", "", "在用", date(2021, 6, 1)]
    county.take(replace(assets(), rows=[*assets().rows, row]))
    rent = [date(2023, 1, 5), "2023年美翠村烘干房租金", "", D("100.00"), D("7612.34"), "美翠茶业有限公司"]
    county.take(replace(bank(), rows=[*bank().rows, rent]))
    registered = county.text("registry/*.beancount")
    id = re.search(r'custom "asset" "(A2021-\d+)" "登记"\n(?:  .*\n)*?  name: "美翠村烘干房"', registered)
    assert id
    assert f'  asset: "{id[1]}"\n  income-year: 2023' in block(county.text("2023/01.beancount"), "2023-01-05")
    unnamed = [date(2023, 1, 6), "租金", "", D("50.00"), D("7662.34"), "美翠茶业有限公司"]
    said = county.refuse(replace(bank(), rows=[*bank().rows, rent, unnamed]))
    assert "2023-01-06 的收入 50.00 元属于哪一项" in said
    assert "2023-01-05" not in said
