"""Importing again, corrected versions, sealed periods, and any order of arrival."""

import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from importers.draft.opening import open_book
from ledgers.files.side_files import PayLine
from tests.books import few
from tests.importers import dirty
from tests.importers.county import (
    ALL,
    PEOPLE,
    TODAY,
    allocation,
    assets,
    bank,
    benefits,
    distribution,
    equity,
    funds,
    identity,
    labour,
    new_book,
    plan,
    roster,
    treasury,
    villages,
)
from tests.importers.dirty import Paper, to_csv, to_xls
from tests.importers.helpers import Desk
from tests.importers.test_becomes import BEFORE, block, by_contractor, contract, registry
from tests.importers.test_refused import edited

D = Decimal


# -- again ---------------------------------------------------------------------------------------------------------------


def test_everything_again_changes_no_byte(county: Desk) -> None:
    before = county.state()
    changes = county.take(*(make() for make in ALL.values()))
    assert not changes.files
    assert not changes.changes
    assert county.state() == before
    assert all("没有变化" in line for line in changes.read)


@pytest.mark.parametrize("kind", ALL)
def test_each_sheet_alone_again_in_another_dress(county: Desk, tmp_path: Path, kind: str) -> None:
    before = county.state()
    paper = ALL[kind]()
    county.take(dirty.noted(dirty.shuffled(dirty.total_below(paper))))
    county.take(to_csv(tmp_path / "a.csv", paper, "gb18030"))
    county.take(to_xls(tmp_path / "a.xls", dirty.dated(paper, "dots")))
    assert county.state() == before


def test_an_overlapping_export_adds_only_what_is_new(county: Desk) -> None:
    paper = treasury()
    new = edited(replace(paper, rows=[paper.rows[3]]), 0, 支付凭证号="ZF0050", 金额=D("1.00"))
    changes = county.take(replace(paper, rows=[*paper.rows, *new.rows]))
    assert [change[:2] for change in changes.changes] == [("新增", "支付")]
    assert "2022-000017" in changes.changes[0][2]


def test_vouchers_are_numbered_without_gaps_across_imports(county: Desk) -> None:
    county.take(edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0050", 金额=D("1.00")))
    county.take(edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0051", 金额=D("1.00"), 付款日期=date(2023, 1, 9)))
    numbers = re.findall(r'^  voucher: "(\S+)"', county.text("20*/*.beancount"), re.MULTILINE)
    assert sorted(numbers) == ["2021-000001", *(f"2022-{n:06d}" for n in range(1, 18)), "2023-000001"]


def test_what_someone_added_by_hand_stays(county: Desk) -> None:
    """A clerk completes what the sheet does not say; neither the same sheet nor a corrected one takes it away."""
    path = county.book / "registry/projects.beancount"
    path.write_text(path.read_text("utf-8").replace('  name: "美翠村产业路"\n', '  name: "美翠村产业路"\n  filed-by: "县发展改革委"\n'), "utf-8")
    before = county.state()
    county.take(plan())
    assert county.state() == before
    county.take(edited(plan(), 0, 计划投入资金=D("400000.01")))
    text = block(registry(county), '2022-03-01 custom "project" "P2022-0001"')
    assert '  filed-by: "县发展改革委"' in text
    assert "  planned: 400000.01 CNY" in text


# -- corrected -----------------------------------------------------------------------------------------------------------


def test_a_corrected_line_keeps_its_number(county: Desk) -> None:
    old = block(county.text("2022/11.beancount"), "2022-11-25")
    changes = county.take(edited(treasury(), 1, 金额=D("340000.00")))
    new = block(county.text("2022/11.beancount"), "2022-11-25")
    assert new == old.replace("340100.00", "340000.00")
    assert changes.changes == [("更正", "支付", "2022-000008 金额 340,100.00 → 340,000.00")]


def test_a_corrected_date_moves_the_voucher_to_its_month(county: Desk) -> None:
    county.take(edited(treasury(), 1, 付款日期=date(2022, 10, 25)))
    assert "2022-000008" not in county.text("2022/11.beancount")
    assert 'voucher: "2022-000008"' in county.text("2022/10.beancount")


def test_a_corrected_list_replaces_its_roll(county: Desk) -> None:
    paper = edited(edited(labour(), 0, 实发金额=D("19000.00")), 1, 实发金额=D("11000.00"))
    changes = county.take(paper)
    assert [line.split(",")[3] for line in county.lines("rolls/2022/09.csv")[1:]] == ["19000.00", "11000.00", "29900.00"]
    said = "3 人 59,900.00 元 → 3 人，59,900.00 元（H106001-001 第 1 人 20,000.00（100 天） → 19,000.00（100 天），H106001-001 第 2 人 10,000.00"
    assert any(said in text for _, _, text in changes.changes)
    old = county.take(labour())
    assert not old.files
    assert "已被后来导入的更正版本取代" in old.read[0]
    assert len(county.lines("rolls/2022/09.csv")) == 4


def test_a_corrected_list_whose_total_is_no_longer_paid_waits_again(county: Desk) -> None:
    changes = county.take(edited(labour(), 0, 实发金额=D("19000.00")))
    assert "劳务:P2022-0001:2022-08:0：3 人，58,900.00 元，等待国库支付" in changes.waiting
    text = block(county.text("2022/09.beancount"), "2022-09-05")
    assert "roll" not in text
    assert not (county.book / "rolls/2022/09.csv").exists()


def test_a_corrected_payment_gives_its_list_back(county: Desk) -> None:
    changes = county.take(edited(treasury(), 0, 金额=D("60000.00")))
    assert any(waits.startswith("劳务:P2022-0001:2022-08:0") for waits in changes.waiting)
    assert "roll" not in block(county.text("2022/09.beancount"), "2022-09-05")
    again = edited(treasury(), 0, 用途="八月劳务报酬")
    changes = county.take(again)
    assert not changes.waiting
    assert 'roll: "2022-000007-1"' in block(county.text("2022/09.beancount"), "2022-09-05")
    assert len(county.lines("rolls/2022/09.csv")) == 4


def test_a_new_purpose_leaves_the_list_where_it_is(county: Desk) -> None:
    roll = county.read("rolls/2022/09.csv")
    county.take(edited(treasury(), 0, 用途="八月劳务报酬"))
    text = block(county.text("2022/09.beancount"), "2022-09-05")
    assert '"八月劳务报酬"' in text
    assert 'roll: "2022-000007-1"' in text
    assert county.read("rolls/2022/09.csv") == roll


def test_another_team_of_the_same_month_is_another_list(county: Desk) -> None:
    paper = edited(replace(labour(), rows=labour().rows[:1]), 0, 姓名="己外人", 身份证号=identity(200), 人员类别="一般户")
    changes = county.take(paper)
    assert "劳务:P2022-0001:2022-08:1：1 人，20,000.00 元，等待国库支付" in changes.waiting
    assert len(county.lines("rolls/2022/09.csv")) == 4


def test_a_corrected_allocation_moves_the_money(county: Desk) -> None:
    county.take(edited(allocation(), 0, 分配金额=D("500000.00")))
    text = block(county.text("2022/03.beancount"), "2022-03-05")
    assert 'voucher: "2022-000004"' in text
    assert "1已分配  500000.00" in text


def test_an_allocation_row_that_is_gone_is_reversed(county: Desk) -> None:
    county.take(replace(allocation(), rows=allocation().rows[:2]))
    text = county.text("2022/03.beancount")
    assert 'reverses: "2022-000006"' in text


def test_another_batch_adds(county: Desk) -> None:
    paper = edited(replace(allocation(), rows=allocation().rows[:1]), 0, 批次="第二批", 分配金额=D("100.00"))
    changes = county.take(paper)
    assert changes.summary == {("新增", "资金分配"): 1}


def test_a_wholly_different_plan_of_the_same_year_is_another_part(county: Desk) -> None:
    paper = edited(replace(plan(), rows=plan().rows[:1]), 0, 项目名称="另一镇的路", 项目编号="XS-100")
    changes = county.take(paper)
    assert ("删除", "项目") not in changes.summary
    assert ("新增", "项目") in changes.summary


def test_a_project_that_a_corrected_plan_drops(desk: Desk) -> None:
    desk.take(villages(), plan())
    changes = desk.take(replace(plan(), rows=plan().rows[:2]))
    assert changes.summary == {("删除", "项目"): 1}
    assert "P2022-0003" not in registry(desk)
    desk.take(edited(replace(plan(), rows=plan().rows[:2]), 1, 项目名称="新项目", 项目编号="XS-050"))
    assert "P2022-0004" in registry(desk), "an id is never given twice"


def test_a_project_with_money_cannot_be_dropped(county: Desk) -> None:
    assert "更正后的计划里没有 P2022-0003" in county.refuse(replace(plan(), rows=plan().rows[:2]))


def test_a_superseded_version_changes_nothing_and_says_so(county: Desk) -> None:
    for original, corrected in (
        (plan(), edited(plan(), 0, 计划投入资金=D("400000.01"))),
        (allocation(), edited(allocation(), 0, 分配金额=D("500000.00"))),
    ):
        county.take(corrected)
        before = county.state()
        changes = county.take(original)
        assert county.state() == before
        assert "已被后来导入的更正版本取代，没有改动" in changes.read[0]


def test_an_old_list_or_export_changes_nothing(county: Desk) -> None:
    county.take(edited(treasury(), 1, 金额=D("340000.00")))
    county.take(edited(edited(roster(), 0, 户类型="一般农户"), 1, 户类型="一般农户"))
    county.take(edited(edited(labour(), 0, 实发金额=D("19000.00")), 1, 实发金额=D("11000.00")))
    before = county.state()
    for paper in (treasury(), roster(), labour()):
        changes = county.take(paper)
        assert re.search("取代，没有改动|以前导入过，没有改动", changes.read[0])
    assert county.state() == before


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        (edited(villages(), 0, 总户数=118), "V106001 美翠村：总户数 “120” → “118”"),
        (edited(plan(), 0, 计划投入资金=D("400000.01")), "P2022-0001 美翠村产业路：计划投入资金 400,000.00 元 → 400,000.01 元"),
        (edited(treasury(), 1, 用途="尾款"), "2022-000008 摘要 “工程款” → “尾款”"),
        (edited(assets(), 0, 原值=D("410000.00")), "2021-000001 金额 400,000.00 → 410,000.00"),
        (edited(edited(equity(), 1, 股数=140000, 股额=D(140000)), 2, 股数=70000, 股额=D(70000)),
         "H106001-001 150000 股 → 140000 股，H106001-002 60000 股 → 70000 股"),
        (edited(edited(distribution(), 0, 分配金额=D(5000)), 1, 分配金额=D(7000)),
         "公积公益金 6,000.00 → 5,000.00，管护费用 6,000.00 → 7,000.00"),
    ],
    ids=["villages", "plan", "treasury", "assets", "equity", "distribution"],
)  # fmt: skip
def test_a_corrected_version_shows_what_differs(county: Desk, paper: Paper, said: str) -> None:
    assert any(said in text for verb, _, text in county.take(paper).changes if verb == "更正")


def test_the_same_people_and_pay_in_another_month_are_another_list(county: Desk) -> None:
    """Only the title tells the months apart."""
    paper = replace(labour(), above=[["2022年9月劳务报酬发放表"], ["项目名称：美翠村产业路"]])
    assert county.take(paper).waiting
    changes = county.take(replace(paper, above=[["2022年10月劳务报酬发放表"], ["项目名称：美翠村产业路"]]))
    assert [text.split("：")[0] for text in changes.waiting] == ["劳务:P2022-0001:2022-09:0", "劳务:P2022-0001:2022-10:0"]


def test_a_state_without_its_day_is_remarked(county: Desk) -> None:
    changes = county.take(edited(assets(), 0, 状态="闲置"))
    assert any("由“运营”变为“闲置”，没有写状态日期，只能记在 2021-06-01" in text for text in changes.warnings)
    changes = county.take(edited(assets(), 0, 状态="处置"), day=date(2023, 3, 1))
    assert not any("没有写状态日期" in text for text in changes.warnings)
    assert '2023-03-01 custom "asset" "A2021-0001" "处置"' in registry(county)


def test_corrected_funds_assets_and_grants(county: Desk) -> None:
    county.take(edited(funds(), 0, 指标金额=D("1000000.50")), edited(assets(), 0, 原值=D("410000.00")))
    assert 'custom "fund" "F2022-01" 1000000.50 CNY' in registry(county)
    assert "0待分配  1000000.50 CNY" in county.text("2022/01.beancount")
    assert "{410000.00 CNY}" in county.text("2021/06.beancount")
    rows = edited(edited(equity(), 1, 股数=140000, 股额=D("140000.00")), 2, 股数=70000, 股额=D("70000.00"))
    county.take(rows)
    assert "2022-000012-1,H106001-001,,140000," in county.read("rolls/2022/12-shares.csv")
    assert registry(county).count('custom "equity"') == 1


# -- sealed --------------------------------------------------------------------------------------------------------------


def seal(desk: Desk, end: str) -> None:
    path = desk.book / "registry/seals.beancount"
    path.write_text(f'2023-01-05 custom "seal" "{end}" "{"0" * 64}"\n', "utf-8")


def test_a_correction_of_a_sealed_voucher_is_reversed_and_booked_anew(county: Desk) -> None:
    seal(county, "2022-11-30")
    before = county.text("2022/11.beancount")
    changes = county.take(edited(treasury(), 1, 金额=D("340000.00")))
    assert ("更正", "支付", "2022-000008 金额 340,100.00 → 340,000.00（已封账，冲销后重记）") in changes.changes
    assert county.text("2022/11.beancount") == before
    text = county.text("2022/12.beancount")
    reversal = block(text, "2022-12-01 .*冲销 2022-000008")
    assert '  reverses: "2022-000008"' in reversal
    anew = block(text, '2022-12-01 \\* "示例建筑有限公司" "工程款"')
    assert "340000.00 CNY" in anew
    assert "  original-date: 2022-11-25" in anew
    again = county.state()
    county.take(replace(edited(treasury(), 1, 金额=D("340000.00")), rows=edited(treasury(), 1, 金额=D("340000.00")).rows[1:2]))
    changed = {name for name, digest in county.state().items() if again.get(name) != digest}
    assert not changed, "an overlapping export of the corrected line changes nothing more"


def test_what_comes_late_is_booked_on_the_first_open_day(county: Desk) -> None:
    seal(county, "2022-12-31")
    changes = county.take(edited(replace(treasury(), rows=treasury().rows[3:]), 0, 支付凭证号="ZF0050", 金额=D("1.00")))
    assert "  original-date: 2022-12-02" in block(county.text("2023/01.beancount"), "2023-01-01")
    assert any("2022-12-02 所在期间已封账，记在封账后的第一天 2023-01-01" in warning for warning in changes.warnings)


def test_a_list_for_a_sealed_payment_books_it_anew(desk: Desk) -> None:
    desk.take(*(make() for make in BEFORE), treasury())
    seal(desk, "2022-09-30")
    before = desk.text("2022/09.beancount")
    desk.take(labour())
    assert desk.text("2022/09.beancount") == before
    text = desk.text("2022/10.beancount")
    assert 'reverses: "2022-000007"' in text
    assert re.search(r'pay-list: "劳务:P2022-0001:2022-08:0"\n    roll: "2022-000012-1"', text)


def test_a_merged_household_keeps_its_old_id_under_a_seal(desk: Desk) -> None:
    """Payments that a seal covers stay under the old id, which gets the states of the household that it belongs to."""
    desk.take(villages(), funds(), plan(), allocation(), treasury(), labour())
    seal(desk, "2022-09-30")
    desk.take(roster())
    assert "2022-000007-1,H106001-002,1,10000.00" in desk.read("rolls/2022/09.csv")
    rows = [line.split(",")[:3] for line in desk.lines("registry/households.csv") if line.startswith("H106001-002")]
    assert rows[0] == ["H106001-002", "2021-01-01", "一般户"], "what is sealed stays"
    assert {tuple(row[1:]) for row in rows[1:]} == {("2022-10-01", "脱贫户"), ("2022-10-01", "监测户")}


# -- any order -----------------------------------------------------------------------------------------------------------


def canonical(book: Path) -> dict[str, Any]:
    """What a book says, without what depends on the order of arrival: voucher numbers, running ids, places in files."""
    draft, _ = open_book(book / "main.beancount", TODAY)
    store = draft.load_people()
    names = {(p.household, str(p.person)): p.name for p in store.people.values()}
    families = {h: "+".join(sorted(n for (one, _), n in names.items() if one == h)) for h, _ in names}
    village = {id: f"{f['town']}{f['name']}" for id in draft.ids("village") if (f := draft.facts("village", id))}

    def told(value: Any) -> Any:
        text = str(value)
        for id, name in (*village.items(), *families.items()):
            text = text.replace(id, name)
        return text

    def line(one: Any) -> Any:
        if isinstance(one, PayLine):
            return (names.get((one.household, one.person), families[one.household]), one.amount, one.days, one.note)
        return (families.get(one.household, ""), one.holder, one.shares)

    vouchers = {}
    for import_id, number in draft.imported.items():
        if number:
            voucher = draft.vouchers[number]
            legs = [
                (
                    told(leg.account),
                    leg.number,
                    leg.currency,
                    sorted(told(pair) for pair in leg.meta if not pair[0].startswith("roll")),
                    sorted(map(line, draft.lines(voucher, leg) or ()), key=str),
                )
                for leg in voucher.legs
            ]
            ignored = ("moved-from",)
            meta = sorted(told(pair) for pair in voucher.meta if pair[0] not in ignored)
            vouchers[told(import_id)] = (voucher.day, voucher.payee, voucher.narration, legs, meta)
    states = {families[h]: [told(state[1:]) for state in rows] for h, rows in draft.states.items() if rows}
    balances = {(day, told(account)): amount for (day, account), amount in draft.balances.items()}
    facts = {
        (kind, told(id)): sorted(told(pair) for pair in draft.facts(kind, id).items())
        for kind in ("village", "fund", "project", "asset", "equity")
        for id in draft.ids(kind)
    }
    return {"vouchers": vouchers, "states": states, "balances": balances, "facts": facts, "waiting": sorted(draft.waiting)}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    desk = Desk(new_book(tmp_path_factory.mktemp("expected")))
    desk.take(*(make() for make in ALL.values()))
    return canonical(desk.book)


NEEDS = {
    "allocation": {"funds", "plan"},
    "treasury": {"funds", "plan"},
    "labour": {"plan"},
    "benefits": {"plan", "roster"},
    "equity": {"plan", "roster"},
    "distribution": {"assets", "roster"},
    "assets": {"plan", "roster"},
    "bank": {"villages"},
    "roster": {"villages"},
    "plan": {"villages", "funds"},
}


def orders(count: int) -> list[list[str]]:
    """Random orders in which no sheet names what no earlier one has brought."""
    found = []
    for seed in range(count):
        rest = list(ALL)
        random.Random(seed).shuffle(rest)
        order: list[str] = []
        while rest:
            order.append(next(kind for kind in rest if NEEDS.get(kind, set()) <= set(order)))
            rest.remove(order[-1])
        found.append(order)
    return found


@pytest.mark.parametrize("order", few(orders(6)), ids=lambda order: "-".join(kind[:3] for kind in order))
def test_order_of_arrival_does_not_matter(desk: Desk, expected: dict[str, Any], order: list[str]) -> None:
    for kind in order:
        desk.take(ALL[kind]())
    found = canonical(desk.book)
    for part in expected:
        assert found[part] == expected[part]


def test_a_list_before_the_roster_is_joined_to_its_households(desk: Desk) -> None:
    """Two members of one household, first known from a pay list as two households of one."""
    desk.take(villages(), funds(), plan(), allocation(), treasury(), labour())
    assert len(desk.lines("registry/households.csv")) == 4
    changes = desk.take(roster())
    rows = [line.split(",")[0] for line in desk.lines("registry/households.csv")[1:]]
    assert rows == ["H106001-001", "H106001-001", "H106001-003", "H106001-004", "H106001-005"]
    assert [line.split(",")[1:4] for line in desk.lines("rolls/2022/09.csv")[1:]] == [
        ["H106001-001", "1", "20000.00"],
        ["H106001-001", "2", "10000.00"],
        ["H106001-003", "1", "29900.00"],
    ]
    assert any("H106001-002 并入 H106001-001（第 2 人）" in text for _, _, text in changes.changes)


@pytest.mark.parametrize("order", few([(2, 1, 0), (0, 2, 1), (0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 0, 1)]))
def test_contract_labour_in_any_order(desk: Desk, order: tuple[int, ...]) -> None:
    """Two lists and the contract's payments: each list gets the oldest money, whichever came first."""
    september = replace(labour(), above=[["劳务报酬发放表"], ["项目名称：美翠村产业路　　发放期间：2022年9月"]])
    papers = [
        by_contractor(),
        by_contractor(september),
        contract(("70000.00", date(2022, 9, 10)), ("200000.00", date(2022, 10, 10))),
    ]
    desk.take(*(make() for make in BEFORE))
    for number in order:
        desk.take(papers[number])
    moves = {}
    for path in sorted(desk.book.glob("2022/*.beancount")):
        for text in path.read_text("utf-8").split("\n\n"):
            if match := re.search(r"1劳务报酬  (\S+) CNY\n    pay-list: \"劳务:P2022-0001:(\S+):0\"", text):
                moves[match.group(2), text.strip()[:10]] = match.group(1)
    assert moves == {
        ("2022-08", "2022-09-10"): "59900.00",
        ("2022-09", "2022-09-30"): "10100.00",
        ("2022-09", "2022-10-10"): "49800.00",
    }


def test_all_at_once_or_one_by_one_in_the_given_order(tmp_path: Path, expected: dict[str, Any]) -> None:
    desk = Desk(new_book(tmp_path, "again"))
    papers: list[Paper] = [make() for make in ALL.values()]
    random.Random(7).shuffle(papers)
    desk.take(*papers)
    assert canonical(desk.book) == expected


def test_the_same_person_through_three_sheets_is_one_member(desk: Desk) -> None:
    """15 digits in one, 18 with a lower-case x in another, spaces in the third."""
    number = next(n for n in (identity(k, "19560101") for k in range(1000)) if n.endswith("X"))
    short = number[:6] + number[8:17]
    list_paper = edited(replace(roster(), rows=roster().rows[2:3]), 0, 证件号码=short)
    pay_paper = edited(replace(labour(), rows=labour().rows[:1]), 0, 姓名="乙秀英", 身份证号=number.lower(), 人员类别="脱贫户")
    card = edited(replace(benefits(), rows=benefits().rows[:1]), 0, 证件号码=f"{number[:6]} {number[6:14]} {number[14:]}")
    desk.take(villages(), plan(), list_paper, pay_paper, card)
    households = {line.split(",")[7] for line in desk.lines("pending/lists.csv")[1:]}
    assert households == {"H106001-001"}


def test_people_are_not_mixed_up_between_books(tmp_path: Path) -> None:
    one, two = Desk(new_book(tmp_path / "a")), Desk(new_book(tmp_path / "b"))
    for desk in (one, two):
        desk.take(villages(), roster())
    keys = [(desk.book.parent / "book.identities.key").read_text() for desk in (one, two)]
    assert keys[0] != keys[1]


def test_members_who_change_households(county: Desk) -> None:
    """甲小山 moves to 丙文's household: his old place stays his for what was paid before."""
    number, _, code, _ = PEOPLE["甲小山"]
    row = [*roster().rows[3][:2], PEOPLE["丙文"][1], code, "甲小山", number, "女婿", "一般农户", *[""] * 8]
    county.take(replace(roster(), rows=[roster().rows[3], row]))
    assert [line.split(",")[1:3] for line in county.lines("rolls/2022/09.csv")[1:3]] == [["H106001-001", "1"], ["H106001-001", "2"]]
    draft, _ = open_book(county.book / "main.beancount", TODAY)
    store = draft.load_people()
    assert [(p.person, p.name) for p in store.members("H106001-001")] == [(1, "甲大山"), (2, "甲小山")]
    assert [(p.person, p.name) for p in store.members("H106001-003")] == [(1, "丙文"), (2, "甲小山")]


def test_distribution_before_and_after_the_bank(desk: Desk) -> None:
    desk.take(villages(), plan(), roster(), assets(), distribution())
    assert "Assets:1002银行存款:V106001美翠村  -30000.00" in desk.text("2022/12.beancount")
    desk.take(bank())
    assert "2022-12-29 balance Assets:1002银行存款:V106001美翠村  7512.34 CNY" in desk.text("2022/12.beancount")
