"""Values that cannot be are named by `record`, with file and line, and are not judged as if they were meant."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.files.problems import Untrusted
from tests.books import write_book
from tests.seals.books import make

DAY = date(2023, 12, 31)
FUND = '2022-02-01 custom "fund" "NEW-1" 100.00 CNY\n  name: "新"\n  level: "中央"\n  task: "巩固拓展"\n  doc-no: "x"\n'
PROJECT = '2022-11-05 custom "project" "XS2022-0001"\n'
NOTICE = '2022-11-05 custom "notice" "XS2022-0001" "完工公示"\n  place: "公开栏"\n'
CASES = [
    ("年度差三年", f"{FUND}  year: 2025\n", "year 不能是 2025：应为 2020 至 2024"),
    ("年度多一位", f"{FUND}  year: 20222\n", "year 不能是 20222"),
    ("负的指标", FUND.replace("100.00", "-100.00") + "  year: 2022\n", "amount 不能是 -100.00 元"),
    ("负的结算", f"{PROJECT}  settled: -0.01\n", "settled 不能是 -0.01 元：应为 0 至"),
    ("过大的计划", f"{PROJECT}  planned: 100000000000.01\n", "planned 不能是"),
    ("负分", f'{PROJECT}  score: "-5"\n', "score 不能是 -5：应为 0 至 100"),
    ("九百分", f"{PROJECT}  score: 100.01\n", "score 不能是 100.01"),
    ("负的户数", '2022-11-05 custom "village" "V106003"\n  households: -1\n', "households 不能是 -1"),
    ("户数多两位", '2022-11-05 custom "village" "V106003"\n  households: 20001\n', "households 不能是 20001"),
    ("公示颠倒", f"{NOTICE}  from: 2022-11-10\n  to: 2022-11-09\n", "公示的起止日期颠倒：从 2022-11-10 到 2022-11-09"),
    ("公示到 2099", f"{NOTICE}  from: 2022-11-10\n  to: 2099-11-10\n", "日期可能有误"),
    ("年份写错", f"{NOTICE}  from: 0202-11-10\n  to: 2022-11-10\n", "from 不能是 0202-11-10：应为 1949-10-01 至"),
    (
        "同一天两处不一致",
        f'{PROJECT}  mode: "招标"\n\n{PROJECT}  mode: "村民自建"\n',
        r"mode 与 registry/registry.beancount:\d+ 同一天的登记不一致：这里是“村民自建”，那里是“招标”",
    ),
]  # fmt: skip
FINE = [
    f"{FUND}  year: 2024\n",
    f"{PROJECT}  settled: 0.00\n  score: 100\n",
    f'{PROJECT}  score: "优"\n',
    f"{NOTICE}  from: 2022-11-10\n  to: 2022-11-10\n",
    f'{PROJECT}  mode: "招标"\n\n{PROJECT}  mode: "招标"\n  score: 0\n',
]  # fmt: skip


def issues(folder: Path, text: str) -> list[str]:
    book = make(folder / "book")
    with (book / "registry/registry.beancount").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
    before = make(folder / "before")
    known = {issue.message for issue in read(before, DAY).tables.issues}
    return [f"{one.file}:{one.line} {one.message}" for one in read(book, DAY).tables.issues if one.message not in known]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_cannot_be_is_named(tmp_path: Path, text: str, expected: str) -> None:
    import re

    assert any(re.search(rf"registry/registry\.beancount:\d+ .*{expected}", one) for one in issues(tmp_path, text))


@pytest.mark.parametrize("text", FINE)
def test_what_can_be_is_not(tmp_path: Path, text: str) -> None:
    assert issues(tmp_path, text) == []


def test_two_files_that_disagree(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    (book / "registry/more.beancount").write_text(f'{PROJECT}  mode: "招标"\n', "utf-8")
    (book / "registry/other.beancount").write_text(f'\n\n\n\n{PROJECT}  mode: "村民自建"\n', "utf-8")
    found = [str(one.message) for one in read(book, DAY).tables.issues if "不一致" in one.message]
    assert found == ["mode 与 registry/more.beancount:1 同一天的登记不一致：这里是“村民自建”，那里是“招标”"]


@pytest.mark.parametrize(
    ("name", "value"), [("idle-days", "-1"), ("idle-days", "36601"), ("idle-months", "99999999999"), ("labour-share", "-1.1"), ("tender-limit", "9" * 39)]
)
def test_a_parameter_that_cannot_be_makes_the_book_untrustworthy(tmp_path: Path, name: str, value: str) -> None:
    text = f'2022-01-01 custom "policy" "{name}" {value}\n  issued: 2022-01-01\n  basis: "甲"\n'
    with pytest.raises(Untrusted, match=rf"政策参数 {name} 的值不能是"):
        read(write_book(tmp_path / "book", text), date(2022, 12, 31))


def test_a_household_has_no_thousand_people(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    with (book / "registry/households.csv").open("a", encoding="utf-8") as file:
        file.write(f"H106003-777,2022-01-01,脱贫户,V106003,{'9' * 400},,,,,,\n")
    with pytest.raises(Untrusted, match="不可能是一户的人数"):
        read(book, DAY)
