"""Days and periods as texts: times of day cut off, what is no date refused, and what pay lists say of both."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.tables import times
from ledgers.tables.tables import Tables
from tests.books import write_book

VOUCHER = """
2021-01-01 custom "village" "V1"
  town: "甲镇"
  name: "子村"
  kind: "脱贫村"
  households: 10
2022-07-05 * "发放"
  voucher: "2022-000001"
  Expenses:2130506社会发展:30305生活补助  300.00 CNY
    roll: "2022-000001-1"
    roll-sha256: "@2022-000001-1"
  Equity:3000期初余额  -300.00 CNY
"""
HOUSEHOLDS = "household,date,state,village\nH1,2021-01-01,脱贫户,V1\n"
ROLL = "roll,household,person,amount,paid_on,for,account\n2022-000001-1,H1,1,100.00,{paid_on},{period},T1\n2022-000001-1,H1,1,200.00,,,\n"


def tables(folder: Path, text: str = VOUCHER, paid_on: str = "", period: str = "") -> Tables:
    files = {"registry/households.csv": HOUSEHOLDS, "rolls/2022/07.csv": ROLL.format(paid_on=paid_on, period=period)}
    return read(write_book(folder, text, files), date(2022, 12, 31)).tables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022", "2022"),
        ("2022-06", "2022-06"),
        (" 2022-06 ", "2022-06"),
        ("2022-06-30", "2022-06"),
        ("2022-06-30 00:00:00", "2022-06"),
        ("2022-06..2022-08", "2022-06..2022-08"),
        ("2022-06-01..2022-08-31 23:59", "2022-06..2022-08"),
        ("2022-06..2022-06", "2022-06"),
    ],
)
def test_a_period_is_written_in_one_way(text: str, expected: str) -> None:
    assert times.period(text) == expected


@pytest.mark.parametrize("text", ["", "6月", "2022-13", "2022-6", "2022-02-30", "2022-08..2022-06", "2022..2023", "2022-06..", "22", "２０２２"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whoever reads the column words the message
        times.period(text)


def test_months_of_a_period() -> None:
    assert times.months("2022") == (2022 * 12 + 1, 2022 * 12 + 12)
    assert times.months("2022-12") == (2022 * 12 + 12, 2022 * 12 + 12)
    assert times.months("2022-12..2023-01") == (2022 * 12 + 12, 2023 * 12 + 1)


def test_lines_say_their_day_period_and_account(tmp_path: Path) -> None:
    lines = tables(tmp_path, paid_on="2022-07-04 09:30:00", period="2022-06").payments
    assert lines[["date", "for_", "account"]].to_numpy().tolist() == [
        [date(2022, 7, 4), "2022-06", "T1"],
        [date(2022, 7, 5), "", ""],
    ]


@pytest.mark.parametrize(("name", "text"), [("paid_on", "2022-07-04 上午"), ("paid_on", "2022/07/04"), ("period", "六月"), ("period", "2022-00")])
def test_what_cannot_be_read_makes_the_roll_untrusted(tmp_path: Path, name: str, text: str) -> None:
    found = tables(tmp_path, **{name: text})
    assert list(found.broken.values()) == [
        f"rolls/2022/07.csv 清册 2022-000001-1：第 2 行的 {'for' if name == 'period' else name} 无法读取：“{text}”"
    ]


def test_a_posting_says_what_its_lines_do_not_and_a_reversal_what_it_reverses(tmp_path: Path) -> None:
    text = VOUCHER.replace('  voucher: "2022-000001"', '  voucher: "2022-000001"\n  for: "2022-05"')
    text += """
2022-08-01 * "冲销"
  voucher: "2022-000002"
  reverses: "2022-000001"
  Expenses:2130506社会发展:30305生活补助  -50.00 CNY
    household: "H1"
  Equity:3000期初余额  50.00 CNY
"""
    lines = tables(tmp_path, text, period="2022-06").payments
    assert lines["for_"].tolist() == ["2022-06", "2022-05", "2022-05"]


def test_a_period_of_a_posting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    text = VOUCHER.replace('    roll: "2022', '    for: "上月"\n    roll: "2022')
    found = tables(tmp_path, text)
    assert [issue.message for issue in found.issues if "for" in issue.message] == [
        "for 的值“上月”应为月份（2022-06）、年份（2022）或起止月份（2022-06..2022-08）"
    ]
