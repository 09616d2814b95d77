"""A clerk's year: corrections mean what they say, money keeps its days, what is sealed stays sealed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from importers.reading.title import paid_by_contractor
from ledgers.book import read
from ledgers.people import open_identities
from ledgers.seals.seal import Seal, directive, manifest, manifest_file, root_of, verified
from tests.importers.county import ALL, CENTRAL, CITY, RELIEF, TODAY, bank, identity, labour, plan, roster, treasury
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited

FACTORY, ROAD, GRANT = "美翠村茶叶加工厂", "美翠村产业路", "白水村到户产业补助"


def allocated(*rows: tuple[object, ...], day: str = "2022年3月5日", title: str = "2022年资金分配表") -> Paper:
    header = ["批次", "文号", "项目名称", "分配金额"] if rows and len(rows[0]) == 4 else ["文号", "项目名称", "分配金额"]
    return Paper(header, [list(row) for row in rows], above=[[title], [f"单位：万元　分配日期：{day}"]])


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk.take(ALL["villages"](), ALL["funds"](), ALL["plan"]())
    return desk


def balances(desk: Desk) -> dict[str, Decimal]:
    """Project -> what is allocated to it, net."""
    from importers.draft.opening import open_book
    from importers.finding.spending import allocated_net
    from tests.importers.county import TODAY

    draft, _ = open_book(desk.book / "main.beancount", TODAY)
    found: dict[str, Decimal] = {}
    for (_, project), fen in allocated_net(draft).items():
        found[project] = found.get(project, Decimal(0)) + Decimal(fen) / 10_000_00
    return {project: amount for project, amount in found.items() if amount}


# -- another allocation, a corrected one, some rows of it, an adjustment --------------------------------------------------


def test_another_day_without_a_batch_adds(planned: Desk) -> None:
    planned.take(allocated((CITY, FACTORY, 2), (CITY, GRANT, 3)))
    planned.take(allocated((CITY, GRANT, 4), (CITY, ROAD, 1), day="2022年10月1日"))
    assert balances(planned) == {"P2022-0002": 2, "P2022-0003": 7, "P2022-0001": 1}


def test_the_same_day_again_is_a_correction(planned: Desk) -> None:
    planned.take(allocated((CITY, FACTORY, 2), (CITY, GRANT, 3)))
    planned.take(allocated((CITY, FACTORY, 5), (CITY, GRANT, 3)))
    assert balances(planned) == {"P2022-0002": 5, "P2022-0003": 3}


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([("第一批", CENTRAL, FACTORY, 55)], {"P2022-0002": 55, "P2022-0001": 40, "P2022-0003": 30}),
        ([("第一批", CENTRAL, FACTORY, 55), ("第一批", RELIEF, ROAD, 40)], {"P2022-0002": 55, "P2022-0001": 40}),
    ],
    ids=["one of three changes only itself", "two of three are the whole sheet anew"],
)
def test_a_sheet_with_some_of_the_rows(planned: Desk, rows: list[tuple[object, ...]], left: dict[str, int]) -> None:
    planned.take(allocated(("第一批", CENTRAL, FACTORY, 60), ("第一批", RELIEF, ROAD, 40), ("第一批", CITY, GRANT, 30)))
    changes = planned.take(allocated(*rows))
    assert balances(planned) == left
    assert ("只更正这几项" in "".join(changes.warnings)) == (len(rows) == 1)


def test_half_of_the_rows_are_the_whole_sheet_anew(planned: Desk) -> None:
    planned.take(allocated(("第一批", CENTRAL, FACTORY, 60), ("第一批", CITY, GRANT, 30)))
    planned.take(allocated(("第一批", CENTRAL, FACTORY, 55)))
    assert balances(planned) == {"P2022-0002": 55}


def test_a_sheet_dated_the_day_of_the_first_payment_is_a_correction(county: Desk) -> None:
    rows = ("第一批", CENTRAL, FACTORY, 60), ("第一批", RELIEF, ROAD, 40), ("第一批", CITY, GRANT, Decimal("30.00005"))
    county.take(allocated(*rows, day="2022年9月5日"))
    assert "分配" not in county.text("2022/03.beancount")
    assert balances(county) == {"P2022-0002": 60, "P2022-0001": 40, "P2022-0003": Decimal("30.00005")}


@pytest.mark.parametrize(("yuan", "asked"), [(50, False), (31, False), (30, True)])
def test_the_unit_is_asked_where_the_fund_is_ten_thousand_times_larger(planned: Desk, yuan: int, asked: bool) -> None:
    paper = replace(allocated((CITY, GRANT, yuan)), above=[["2022年资金分配表"], ["分配日期：2022年3月5日"]])
    if asked:
        assert "相差万倍" in planned.refuse(paper)
    else:
        planned.take(paper)
        assert balances(planned) == {"P2022-0003": Decimal(yuan) / 10_000}


@pytest.mark.parametrize("title", ["2022年资金分配表（调整后）", "2022年资金分配表"])
def test_money_moved_after_payments_is_an_event_of_its_day(county: Desk, title: str) -> None:
    before = county.text("2022/03.beancount")
    paper = allocated(("第一批", CENTRAL, FACTORY, 65), ("第一批", RELIEF, ROAD, 40), ("第一批", CITY, GRANT, Decimal("25.00005")), day="2022年11月30日", title=title)
    county.take(paper)
    assert county.text("2022/03.beancount") == before, "what was allocated in March stays"
    assert "5.00" not in before
    assert balances(county) == {"P2022-0002": 65, "P2022-0001": 40, "P2022-0003": Decimal("25.00005")}


def test_negative_rows_move_money_on_their_day(county: Desk) -> None:
    before = county.text("2022/03.beancount")
    county.take(allocated((CENTRAL, FACTORY, -3), (CENTRAL, ROAD, 3), day="2022年11月30日", title="2022年资金调剂表"))
    assert balances(county)["P2022-0002"] == 57
    assert county.text("2022/03.beancount") == before


def test_no_date_no_booking(planned: Desk) -> None:
    paper = replace(allocated((CITY, GRANT, 3)), above=[["2022年资金分配表"], ["单位：万元"]])
    assert "表里没有分配日期" in planned.refuse(paper)
    planned.take(paper, day=date(2022, 6, 1))
    assert "2022-06-01" in planned.text("2022/06.beancount")


# -- carried over --------------------------------------------------------------------------------------------------------

CARRIED = "示财农〔2023〕3号"


def test_carried_over_money_finds_the_project_of_the_year_before(county: Desk) -> None:
    header = ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "支出功能分类科目", "指标金额"]
    funds = Paper(header, [[2023, CARRIED, "2022年结转中央财政衔接资金", "2023-01-15", "中央", "巩固拓展", "21305", Decimal("180000.00")]])
    county.take(funds)
    county.take(allocated(("结转", CARRIED, FACTORY, 18), day="2023年1月20日", title="2023年资金分配表"))
    row = dict(zip(treasury().header, treasury().rows[0], strict=True)) | {
        "指标文号": CARRIED, "支付凭证号": "9001", "项目名称": FACTORY, "金额": Decimal("50000.00"), "付款日期": date(2023, 3, 2),
    }  # fmt: skip
    row |= {name: "" for name in ("项目编号", "资金名称") if name in row}
    county.take(Paper(treasury().header, [list(row.values())], texts=treasury().texts))
    assert 'project: "P2022-0002"' in county.text("2023/03.beancount")
    assert "P2023-" not in county.text("registry/*.beancount")


def test_ordinary_money_of_a_new_year_does_not(county: Desk) -> None:
    header = ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "支出功能分类科目", "指标金额"]
    county.take(Paper(header, [[2023, CARRIED, "2023年中央财政衔接资金", "2023-01-15", "中央", "巩固拓展", "21305", Decimal("180000.00")]]))
    said = county.refuse(allocated(("第一批", CARRIED, FACTORY, 18), day="2023年1月20日", title="2023年资金分配表"))
    assert "写明项目编号 XS-002" in said


# -- the treasury's export ------------------------------------------------------------------------------------------------


def paid(*rows: dict[str, object]) -> Paper:
    header = treasury().header
    first = dict(zip(header, treasury().rows[1], strict=True))
    return Paper(header, [list((first | row).values()) for row in rows], texts=treasury().texts)


def test_returned_and_paid_again_in_one_export(county: Desk) -> None:
    first = dict(zip(treasury().header, treasury().rows[1], strict=True))
    amount = Decimal(str(first["金额"]))
    again = paid({"支付凭证号": "7701", "金额": -amount, "付款日期": date(2022, 12, 25)}, {"支付凭证号": "7702", "付款日期": date(2022, 12, 26)})
    changes = county.take(again)
    assert changes.summary[("新增", "支付")] == 1
    assert changes.summary[("新增", "冲销凭证")] == 1


@pytest.mark.parametrize(("change", "refused"), [({}, False), ({"金额": Decimal("1.00")}, True)])
def test_a_number_that_lost_its_zeros(county: Desk, change: dict[str, object], refused: bool) -> None:
    county.take(paid({"支付凭证号": "0000771", "付款日期": date(2022, 12, 25)}))
    before = county.text("2022/*.beancount")
    changes = county.bring(paid({"支付凭证号": "771", "付款日期": date(2022, 12, 25)} | change))
    assert changes.refused == refused
    assert county.text("2022/*.beancount") == before
    assert "丢了前面的零" in "".join([*map(str, changes.faults), *changes.warnings])


# -- who paid ------------------------------------------------------------------------------------------------------------

WORDS = {
    "由施工单位支付": True,
    "本表工资由施工单位从工程款中支付": True,
    "（由承包人代发）": True,
    "民工工资由中标单位垫付": True,
    "劳务报酬从工程款中列支": True,
    "施工单位：某路桥公司　发放期间：2022年8月": False,
    "施工单位支付：否": False,
    "由县财政局直接支付": False,
    "施工单位：某公司\n发放人：甲": False,
}


@pytest.mark.parametrize("words", WORDS)
def test_wages_that_the_contractor_paid(words: str) -> None:
    assert paid_by_contractor(f"劳务报酬发放表\n{words}") == WORDS[words]


# -- villages and people -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["美粹村", "美翠社区", "美翠村民小组", "没有的村"])
def test_a_village_is_not_made_of_a_typing_error(planned: Desk, written: str) -> None:
    said = planned.refuse(edited(plan(), 1, 村=written, 项目编号="XS-900", 项目名称="新厂"))
    assert f"龙池镇没有“{written}”" in said
    assert "美翠村" in said


@pytest.mark.parametrize("written", ["龙池镇美翠村", "美翠村委会", "美翠", "美翠村村民委员会"])
def test_a_village_in_other_words_is_the_same(planned: Desk, written: str) -> None:
    changes = planned.take(edited(plan(), 1, 村=written, 项目编号="XS-900", 项目名称="新厂"))
    assert ("新增", "行政村") not in changes.summary
    assert 'village: "V106001"' in planned.text("registry/project*.beancount")


def test_a_town_without_its_last_word(planned: Desk) -> None:
    planned.take(edited(plan(), 1, 乡镇="龙池", 项目编号="XS-900", 项目名称="新厂"))
    assert "V" + "001" not in planned.text("registry/village*.beancount")


def test_two_villages_in_a_cell_are_none(planned: Desk) -> None:
    planned.take(edited(plan(), 1, 村="美翠村和白水村", 项目编号="XS-900", 项目名称="新厂"))
    assert "美翠村和白水村" not in planned.text("registry/village*.beancount")


def test_a_changed_id_number_asks(county: Desk) -> None:
    changed = edited(roster(), 0, 证件号码=identity(777, "19810203"))
    said = county.refuse(changed)
    assert "证件号码与以前的不同" in said
    county.take(changed, ask=lambda question, candidates: 0)
    store = open_identities(county.book)
    places = [(person.household, person.person) for person in store.people.values()]
    assert len(places) == len(set(places)), "nobody twice"


def test_a_list_that_lost_people_asks(county: Desk) -> None:
    paper = labour()
    said = county.refuse(replace(paper, rows=paper.rows[:1]))
    assert "这张少了" in said


# -- statements ----------------------------------------------------------------------------------------------------------


def statement(header: list[str], *rows: list[object]) -> Paper:
    return Paper(header, [list(row) for row in rows], above=bank().above)


SHAPES: dict[str, tuple[list[str], list[list[object]]]] = {
    "one amount with a sign": (["交易日期", "摘要", "交易金额"], [["2023-01-05", "利息", 10], ["2023-01-06", "办公费", -4]]),
    "an amount and 借贷": (["交易日期", "摘要", "借贷标志", "发生额"], [["2023-01-05", "利息", "贷", 10], ["2023-01-06", "办公费", "借", 4]]),
    "an amount and Cr/Dr": (["交易日期", "摘要", "借贷", "金额"], [["2023-01-05", "利息", "Cr", 10], ["2023-01-06", "办公费", " Dr", 4]]),
    "income and spending": (["交易日期", "摘要", "收入", "支出"], [["2023-01-05", "利息", 10, ""], ["2023-01-06", "办公费", "", 4]]),
    "an amount and 收支": (["交易日期", "摘要", "收/支", "金额"], [["2023-01-05", "利息", "收入", 10], ["2023-01-06", "办公费", "支出", 4]]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_statement_in_any_shape(county: Desk, name: str) -> None:
    header, rows = SHAPES[name]
    last = Decimal(county.lines("bank/V106001.csv")[-1].split(",")[3])
    full = [[*row, last + 10 if n == 0 else last + 6] for n, row in enumerate(rows)]
    county.take(statement([*header, "余额"], *full))
    assert county.lines("bank/V106001.csv")[-2:] == [
        f"2023-01-05,0.00,10.00,{last + 10:.2f},利息,",
        f"2023-01-06,4.00,0.00,{last + 6:.2f},办公费,",
    ]


def test_lines_carried_forward_and_a_red_reversal(county: Desk) -> None:
    last = Decimal(county.lines("bank/V106001.csv")[-1].split(",")[3])
    rows: list[list[object]] = [
        ["", "承前页", "", "", last],
        ["2023-01-05", "利息", "", 10, last + 10],
        ["2023-01-06", "办公费", 4, "", last + 6],
        ["2023-01-07", "冲正", -4, "", last + 10],
        ["", "本月合计", 0, 10, last + 10],
        ["", "过次页", "", "", last + 10],
    ]
    changes = county.take(statement(["交易日期", "摘要", "借方金额", "贷方金额", "余额"], *rows))
    assert len(county.lines("bank/V106001.csv")[-3:]) == 3
    assert not any("4.00" in one for one in changes.waiting)


# -- after a seal ---------------------------------------------------------------------------------------------------------

ORDINARY = {
    "a household's kind": lambda: edited(edited(roster(), 0, 户类型="一般农户"), 1, 户类型="一般农户"),
    "a project's name": lambda: edited(plan(), 1, 项目名称="美翠村茶叶加工厂（一期）"),
    "a project's plan": lambda: edited(plan(), 1, 计划投入资金=Decimal("600001.00"), 中央衔接资金=Decimal("600001.00")),
    "a plan of another day": lambda: replace(plan(), above=[["示例县2022年第一批衔接资金项目计划表"], ["编制日期：2023年1月9日"]]),
    "a village's households": lambda: edited(ALL["villages"](), 0, 总户数=118),
    "a fund's amount": lambda: edited(ALL["funds"](), 0, 指标金额=Decimal("1000001.00")),
    "an asset's operator": lambda: edited(ALL["assets"](), 0, 经营主体="某某公司"),
    "a payment's purpose": lambda: edited(treasury(), 1, 用途="尾款"),
    "an allocation": lambda: edited(ALL["allocation"](), 0, 分配金额=Decimal("500000.00")),
}


def sealed(desk: Desk, end: date) -> None:
    """Seal the book up to a day."""
    tables = read(desk.book, TODAY).tables
    seal = Seal(end, "", "", None, date(2023, 1, 5), "main.beancount", 0)
    content = manifest(tables, seal)
    path = desk.book / manifest_file(end)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    (desk.book / "registry/seals.beancount").write_text(directive(replace(seal, root=root_of(content))), "utf-8")
    assert not broken(desk)


def broken(desk: Desk) -> list[str]:
    return [str(change) for seal in verified(read(desk.book, TODAY).tables) for change in seal.changes]


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_import_never_breaks_a_seal(county: Desk, name: str) -> None:
    sealed(county, date(2022, 12, 31))
    changes = county.bring(ORDINARY[name]())
    assert not changes.refused, [str(fault) for fault in changes.faults]
    assert changes.files, "the change is booked all the same"
    assert not broken(county)
    assert not county.bring(ORDINARY[name]()).files, "the same sheet again changes nothing"


def test_people_that_arrive_after_a_seal(county: Desk) -> None:
    sealed(county, date(2022, 12, 31))
    more = edited(roster(), 0, 证件号码=identity(778, "20010203"), 姓名="甲新", 人编号="99")
    county.take(replace(roster(), rows=[*roster().rows, more.rows[0]]))
    assert not broken(county)
