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
STOCK = '2022-12-05 custom "stocktake" "A2019-0001"\n  by: "甲"\n'
ASSET = '2022-12-05 custom "asset" "A2019-0001" "运营"\n'
WAIVER = '2022-12-05 custom "waiver" "notices" "XS2022-0001"\n  reason: "甲"\n  by: "乙"\n'
TWICE = r"与 registry/registry.beancount:\d+ 同一天的登记不一致"
CASES += [
    ("不是数的分", f'{PROJECT}  score: "nan"\n', "score 不能是 NaN"),
    ("无穷的分", f'{PROJECT}  score: "-inf"\n', "score 不能是 -Infinity"),
    ("负的盘点数", f"{STOCK}  counted: -1\n", "counted 不能是 -1"),
    ("合同颠倒", f"{ASSET}  from: 2022-05-02\n  to: 2022-05-01\n", "合同的起止日期颠倒"),
    ("豁免早已到期", f"{WAIVER}  until: 2022-12-04\n", "期限 2022-12-04 早于登记日 2022-12-05"),
    ("登记日在2202年", PROJECT.replace("2022", "2202", 1), "日期不能是 2202-11-05"),
    ("登记日在202年", PROJECT.replace("2022", "0202", 1), "日期不能是 0202-11-05"),
    ("两个盘点数", f"{STOCK}  counted: 1\n\n{STOCK}  counted: 2\n", f"counted {TWICE}"),
    ("两个公示期", f"{NOTICE}  from: 2022-11-10\n  to: 2022-11-20\n\n{NOTICE}  from: 2022-11-10\n  to: 2022-11-21\n", f"to {TWICE}"),
    ("两个豁免期", f"{WAIVER}  until: 2022-12-31\n\n{WAIVER}  until: 2023-12-31\n", f"until {TWICE}"),
    ("两个金额", f"{PROJECT}  settled: 1.00\n\n{PROJECT}  settled: 2.00\n", f"settled {TWICE}：这里是“2.00 元”，那里是“1.00 元”"),
]  # fmt: skip
FINE = [
    f"{STOCK}  counted: 0\n",
    f"{ASSET}  from: 2022-05-01\n  to: 2022-05-01\n",
    f"{WAIVER}  until: 2022-12-05\n",
    f'{NOTICE}  from: 2022-11-10\n  to: 2022-11-20\n\n{NOTICE.replace("公开栏", "网站")}  from: 2022-11-10\n  to: 2022-11-21\n',
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
    ("name", "value"), [("idle-days", "-1"), ("notice-days", "1.5"), ("labour-share", "15"), ("unit-cost-factor", "-1"), ("industry-rising", "-5"), ("idle-days", "36601"), ("idle-months", "99999999999"), ("labour-share", "-1.1"), ("tender-limit", "9" * 39)]
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


@pytest.mark.parametrize("value", ["1900-01-01", "2999-01-01"])
def test_no_household_is_of_another_age(tmp_path: Path, value: str) -> None:
    book = make(tmp_path / "book")
    with (book / "registry/households.csv").open("a", encoding="utf-8") as file:
        file.write(f"H106003-777,{value},脱贫户,V106003,4,,,,,,\n")
    with pytest.raises(Untrusted, match=f"日期不能是 {value}"):
        read(book, DAY)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("脱贫户,V106003,4,", "一般户,V106003,4,", "状态"),
        ("脱贫户,V106003,4,", "脱贫户,V106003,5,", "人数"),
        ("监测户,V106003,4,突发严重困难户", "监测户,V106003,4,边缘易致贫户", "监测户类型"),
        ("脱贫户,V106003,4,", "监测户,V106003,,突发严重困难户", ""),
    ],
)
def test_a_household_of_which_two_rows_of_one_day_differ(tmp_path: Path, first: str, second: str, what: str) -> None:
    book = make(tmp_path / "book")
    with (book / "registry/households.csv").open("a", encoding="utf-8") as file:
        file.write("".join(f"H106003-777,2022-01-01,{row},,,,,\n" for row in (first, second)))
    found = [one for one in read(book, DAY).tables.issues if "同一天" in one.message]
    assert [(one.line, one.message.partition("与")[0]) for one in found] == ([(7, what)] if what else [])


@pytest.mark.parametrize(("key", "value"), [("days", "99999"), ("for", '"1900-01"'), ("for", '"2999"')])
def test_a_voucher_of_another_age(tmp_path: Path, key: str, value: str) -> None:
    voucher = f"""2202-09-05 * "甲" "乙"
  voucher: "2022-000099"
  Assets:9001指标:ZY2022-01:0待分配  1.00 CNY
  Income:4001财政拨款收入:1中央
2022-09-05 * "甲" "乙"
  voucher: "2022-000098"
  Assets:9001指标:ZY2022-01:0待分配  1.00 CNY
    {key}: {value}
  Income:4001财政拨款收入:1中央
"""
    found = issues(tmp_path, voucher)
    assert any("日期不能是 2202-09-05" in one for one in found)
    assert any(f"{key} 的值" in one for one in found)
