"""Members of households over time: who a number of a list was on a day, who is gone, and faults of the file."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.facts.persons import person_codes, persons
from ledgers.files.problems import Untrusted
from ledgers.tables.tables import Tables, households
from tests.books import write_book

BOOK = """
2021-01-01 custom "village" "V1"
  town: "甲镇"
  name: "子村"
  kind: "脱贫村"
  households: 3
2022-07-05 * "发放"
  voucher: "2022-000001"
  Expenses:2130506社会发展:30305生活补助  600.00 CNY
    roll: "2022-000001-1"
    roll-sha256: "@2022-000001-1"
  Equity:3000期初余额  -600.00 CNY
"""
HOUSEHOLDS = "household,date,state,village\nH1,2021-01-01,脱贫户,V1\nH2,2021-01-01,一般户,V1\nH3,2021-01-01,脱贫户,V1\nH3,2022-08-10,销户,V1\n"
ROLL = """roll,household,person,amount,paid_on
2022-000001-1,H1,2,100.00,2022-04-30
2022-000001-1,H2,3,100.00,2022-06-30
2022-000001-1,H1,2,100.00,2022-06-30
2022-000001-1,H1,1,100.00,
2022-000001-1,H2,1,100.00,
2022-000001-1,H2,1,100.00,
"""
HEAD = "who,household,person,from,to,reason\n"
MEMBERS = f"""{HEAD}W1,H1,1,2021-01-01,2022-03-31,死亡
W2,H1,2,2021-01-01,2022-05-09,迁出
W2,H2,3,2022-05-10,,迁入
W3,H1,2,2022-06-01,,出生
W4,H3,1,,2022-02-28,迁出
W4,H3,1,2022-06-01,,迁入
"""


def tables(folder: Path, members: str = MEMBERS, as_of: date = date(2022, 12, 31), text: str = BOOK) -> Tables:
    files = {"registry/households.csv": HOUSEHOLDS, "rolls/2022/07.csv": ROLL, "registry/members.csv": members}
    return read(write_book(folder, text, files), as_of).tables


def test_a_person_stays_a_person(tmp_path: Path) -> None:
    known = persons(tables(tmp_path))
    assert [known.who("H1", "2", date(2022, month, 15)) for month in (4, 5, 6)] == ["W2", "W2", "W3"]
    assert known.who("H2", "3", date(2022, 6, 1)) == "W2"
    assert known.who("H2", "1", date(2022, 6, 1)) == ""
    assert [row.who for row in known.members("H1", date(2022, 5, 9))] == ["W2"]
    assert [row.who for row in known.members("H1", date(2022, 5, 10))] == []


def test_lines_of_one_person_have_one_number(tmp_path: Path) -> None:
    moved, joined, born, died, other, again = person_codes(tables(tmp_path)).tolist()
    assert moved == joined
    assert other == again
    assert len({moved, born, died, other}) == 4


def test_without_the_file_a_person_is_a_number_of_a_household(tmp_path: Path) -> None:
    codes = person_codes(tables(tmp_path, HEAD)).tolist()
    assert codes[0] == codes[2]
    assert len(set(codes)) == 4


@pytest.mark.parametrize(
    ("household", "person", "month", "reason"),
    [
        ("H1", "1", "2022-03", ""),
        ("H1", "1", "2022-04", "死亡"),
        ("H1", "2", "2022-05", ""),
        ("H3", "1", "2022-02", ""),
        ("H3", "1", "2022-03", "迁出"),
        ("H3", "1", "2022-05", "迁出"),
        ("H3", "1", "2022-06", ""),
        ("H2", "1", "2022-06", ""),
    ],
)
def test_who_is_gone(tmp_path: Path, household: str, person: str, month: str, reason: str) -> None:
    row = persons(tables(tmp_path)).gone(household, person, date.fromisoformat(f"{month}-01"))
    assert (row.left if row else "") == reason


def test_whoever_moved_is_not_gone(tmp_path: Path) -> None:
    members = f"{HEAD}W2,H1,2,2021-01-01,2022-05-09,分户\nW2,H2,3,2022-05-10,,分户\n"
    assert persons(tables(tmp_path, members)).gone("H1", "2", date(2022, 7, 1)) is None


def test_what_comes_later_is_not_known_yet(tmp_path: Path) -> None:
    rows = tables(tmp_path, as_of=date(2022, 5, 1)).members
    assert rows[["who", "to", "entered", "left"]].to_numpy().tolist() == [
        ["W4", date(2022, 2, 28), "", "迁出"],
        ["W1", date(2022, 3, 31), "", "死亡"],
        ["W2", None, "", ""],
    ]


def test_a_household_that_ended_is_in_no_village(tmp_path: Path) -> None:
    known = households(tables(tmp_path))
    assert known.of_village("V1", date(2022, 8, 9)) == ["H1", "H2", "H3"]
    assert known.of_village("V1", date(2022, 8, 10)) == ["H1", "H2"]
    assert known.priority("H3", date(2022, 8, 9))
    assert not known.priority("H3", date(2022, 8, 10))
    assert known.ended("H3", date(2022, 9, 1)) == date(2022, 8, 10)


def test_more_households_than_are_registered(tmp_path: Path) -> None:
    text = BOOK.replace("households: 3", "households: 2")
    assert "登记 2 户，农户名册中有 3 户" in [one.message for one in tables(tmp_path / "a", as_of=date(2022, 8, 9), text=text).issues]
    assert not tables(tmp_path / "b", as_of=date(2022, 8, 10), text=text).issues


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who,household,person,from,to\nW1,H1,1,,\n", "registry/members.csv：家庭成员名册缺少列 reason"),
        (f"{HEAD},H1,1,2021-01-01,,\n", "registry/members.csv:2：家庭成员名册这一行无法读取（缺少 who 或 household，或字段过多）"),
        (f"{HEAD}W1,H1,1,2021-01-01,,,,\n", "字段过多"),
        (f"{HEAD}W1,H1,1,2021/01/01,,\n", "from 的值“2021/01/01”应为日期（如 2022-03-05）"),
        (f"{HEAD}W1,H9,1,2021-01-01,,\n", "成员 W1 的户“H9”不在农户名册中"),
    ],
)
def test_a_file_that_cannot_be_believed(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(Untrusted) as refused:
        tables(tmp_path, text)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("W1,H1,1,2021-02-01,2021-01-31,迁出\n", "to（2021-01-31）早于 from（2021-02-01），这一行未被采用"),
        ("W1,H1,1,2021-01-01,,搬走\n", "原因“搬走”应为 出生、婚入、迁入、分户、迁出、死亡、更正 之一，这一行未被采用"),
        ("W1,H1,1,2021-01-01,2021-06-30,迁出\nW1,H2,1,2021-06-30,,迁入\n", "与第 2 行的时间重叠（W1）"),
        ("W1,H1,1,2021-01-01,,\nW2,H1,1,2021-06-30,,迁入\n", "与第 2 行的时间重叠（H1 1）"),
    ],
)
def test_rows_that_cannot_be(tmp_path: Path, rows: str, expected: str) -> None:
    assert [issue.message for issue in tables(tmp_path, HEAD + rows).issues] == [expected]
