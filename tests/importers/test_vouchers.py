"""手工凭证表: vouchers that no other sheet says, whole or not at all."""

from datetime import date
from decimal import Decimal

import pytest

from importers.history import undo
from ledgers.book import read
from tests.importers.county import CENTRAL, TODAY
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_undo import last, state
from tests.importers.test_year import sealed

PLANT, ASSET = "美翠村茶叶加工厂", "ZC001"
HEADER = [
    *("凭证号", "日期", "摘要", "对方", "科目", "借方金额", "贷方金额", "资金文号", "项目名称", "资产编号", "村", "乡镇"),
    *("支出功能科目", "部门支出经济分类", "户编号", "人编号", "出勤天数", "冲销凭证号"),
]
Row = dict[str, object]


def sheet(*rows: Row) -> Paper:
    return Paper(HEADER, [[row.get(name) for name in HEADER] for row in rows], above=[["2022年手工凭证表"], ["单位：元"]], texts=("户编号", "人编号"))


def row(number: str, account: str, debit: object = None, credit: object = None, **more: object) -> Row:
    about: Row = {"凭证号": number, "日期": "2022-12-01", "摘要": "手工", "科目": account, "借方金额": debit, "贷方金额": credit}
    return {**about, **more}


OF_PLANT = {"资金文号": CENTRAL, "项目名称": PLANT}
RETAINED = sheet(
    row("1", "支出", 1000, 支出功能科目="2130505", 部门支出经济分类="31204", **OF_PLANT),
    row("1", "质保金", None, 100, **OF_PLANT),
    row("1", "已分配", None, 900, **OF_PLANT),
)


def legs(desk: Desk) -> set[tuple[str, Decimal]]:
    """The postings of the vouchers that such sheets booked."""
    tables = read(desk.book, TODAY).tables
    mine = tables.postings[tables.postings["narration"].str.contains("手工")]
    return {(account, Decimal(int(amount)) / 100) for account, amount in zip(mine["account"], mine["amount"], strict=True)}


def test_money_retained(county: Desk) -> None:
    county.take(RETAINED)
    expense = "Expenses:2130505生产发展:31204费用补贴"
    assert legs(county) == {(expense, 1000), ("Liabilities:2302应付账款:1质保金", -100), ("Assets:9001指标:F2022-01:1已分配", -900)}
    text = county.text("2022/12.beancount")
    assert 'project: "P2022-0002"' in text
    before = state(county)
    county.take(RETAINED)
    assert state(county) == before, "again changes no byte"


def test_a_voucher_reversed_by_the_number_of_its_sheet(county: Desk) -> None:
    county.take(RETAINED)
    county.take(sheet({"凭证号": "9", "日期": "2022-12-05", "摘要": "记错", "冲销凭证号": "1"}))
    assert 'reverses: "' in county.text("2022/12.beancount")
    assert "已由" in county.refuse(sheet({"凭证号": "10", "日期": "2022-12-06", "摘要": "再冲", "冲销凭证号": "1"}))


def test_undone_to_the_byte_and_reversed_where_it_is_sealed(county: Desk) -> None:
    before = state(county)
    county.take(RETAINED)
    assert undo(county.book, last(county), TODAY).files
    assert state(county) == before
    county.take(RETAINED)
    sealed(county, date(2022, 12, 31))
    found = undo(county.book, last(county), TODAY)
    assert found.files
    assert "冲销" in "".join(found.said)
    assert 'reverses: "' in county.text("2023/01.beancount")


def test_in_a_sealed_month_it_is_booked_on_the_first_open_day(county: Desk) -> None:
    sealed(county, date(2022, 12, 31))
    county.take(RETAINED)
    assert "original-date: 2022-12-01" in county.text("2023/01.beancount")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("1", "预付账款", 100, **OF_PLANT), row("1", "已分配", None, 90, **OF_PLANT)], "借贷不平"),
        ([row("1", "公积公益金", 100), row("1", "应付账款", None, 100)], "9303公积公益金"),
        ([row("1", "往来款", 100), row("1", "应付账款", None, 100)], "不认识"),
        ([row("1", "已分配", 100), row("1", "应付账款", None, 100)], "文号"),
        ([row("1", "银行存款", 100), row("1", "应付账款", None, 100)], "哪个村"),
        ([row("1", "预付账款", 100, 100)], "只写一个"),
        ([row("1", "预付账款", 100), row("1", "应付账款", None, 100, 日期="2022-12-02")], "日期应当相同"),
        ([row("1", "预付账款", 100, 资金文号="无此文号"), row("1", "应付账款", None, 100)], "不在账簿里"),
        ([{"凭证号": "1", "日期": "2022-12-01", "摘要": "x", "冲销凭证号": "2022-999999"}], "不能冲销"),
    ],
)
def test_refused(county: Desk, rows: list[Row], said: str) -> None:
    before = county.state()
    assert said in county.refuse(sheet(*rows))
    assert county.state() == before


@pytest.mark.parametrize("account", ["1214", "1214预付账款", "预付账款", "Assets:1214预付账款"])
def test_accounts_by_name_and_code(county: Desk, account: str) -> None:
    county.take(sheet(row("1", account, 100, **OF_PLANT), row("1", "应付账款", None, 100)))
    assert ("Assets:1214预付账款", 100) in legs(county)


def test_a_number_of_the_books_form_is_kept(county: Desk) -> None:
    county.take(sheet(row("SG-2022-000001", "预付账款", 100, **OF_PLANT), row("SG-2022-000001", "9303公积公益金", None, 100)))
    assert 'voucher: "SG-2022-000001"' in county.text("2022/12.beancount")
    assert ("Equity:9303公积公益金", -100) in legs(county)
