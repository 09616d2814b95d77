"""Taking an import back: the book that was there before, also when others came later; what is sealed is reversed."""

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.history import undo
from ledgers.book import read
from tests.books import few
from tests.importers.county import ALL, CITY, TODAY, allocation, funds, labour, plan, roster, treasury
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited
from tests.importers.test_year import allocated, balances, broken, sealed


def state(desk: Desk) -> dict[str, str]:
    """The book's own files, but for the check value of the people's key, who stay known."""
    kept = {name: digest for name, digest in desk.state().items() if name.startswith(str(desk.book) + "/")}
    return {name: digest for name, digest in kept.items() if not name.endswith("identities.check")}


def last(desk: Desk) -> int:
    return max(int(path.stem) for path in (desk.book / "imports").glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL)
def test_each_kind_undone_leaves_the_book_that_was_there(desk: Desk, kind: str) -> None:
    earlier = list(ALL)[: list(ALL).index(kind)]
    if earlier:
        desk.take(*(ALL[name]() for name in earlier))
    before = state(desk)
    desk.take(ALL[kind]())
    found = undo(desk.book, last(desk), TODAY)
    assert not found.refused
    assert state(desk) == before
    assert not undo(desk.book, 99, TODAY).files


@pytest.mark.parametrize("kind", few(sorted(ALL, key=lambda kind: kind not in ("plan", "roster", "labour", "bank")), 4))
def test_each_kind_undone_and_imported_again_is_the_book_of_one_import(desk: Desk, kind: str) -> None:
    """People stay known when an import is taken back; what it registered of them is registered again."""
    desk.take(*(make() for name, make in list(ALL.items())[: list(ALL).index(kind) + 1] if name != kind))
    desk.take(ALL[kind]())
    once = {name: digest for name, digest in state(desk).items() if "/imports" not in name}
    assert not undo(desk.book, last(desk), TODAY).refused
    desk.take(ALL[kind]())
    assert {name: digest for name, digest in state(desk).items() if "/imports" not in name} == once
    assert not read(desk.book).tables.broken


CORRECTIONS: dict[str, Callable[[], Paper]] = {
    "allocation": lambda: edited(allocation(), 0, 分配金额=Decimal("500000.00")),
    "plan": lambda: edited(plan(), 0, 计划投入资金=Decimal("400000.01")),
    "payment": lambda: edited(treasury(), 1, 用途="尾款"),
    "household": lambda: edited(edited(roster(), 0, 户类型="一般农户"), 1, 户类型="一般农户"),
    "fund": lambda: edited(funds(), 0, 指标金额=Decimal("1000001.00")),
    "wages": lambda: edited(edited(labour(), 0, 实发金额=Decimal("19000.00")), 1, 实发金额=Decimal("11000.00")),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_wrong_correction_undone_and_the_right_sheet_again(county: Desk, name: str) -> None:
    before = state(county)
    county.take(CORRECTIONS[name]())
    assert state(county) != before
    assert not undo(county.book, last(county), TODAY).refused
    assert state(county) == before


@pytest.mark.parametrize("seed", few(range(4)))
def test_random_imports_undone_in_the_other_order(county: Desk, seed: int) -> None:
    states = []
    names = random.Random(seed).sample(list(CORRECTIONS), 4)
    for name in names:
        states.append(state(county))
        county.take(CORRECTIONS[name]())
    for before in reversed(states):
        assert not undo(county.book, last(county), TODAY).refused
        assert state(county) == before


def test_one_in_the_middle(county: Desk) -> None:
    county.take(CORRECTIONS["plan"]())
    number = last(county)
    county.take(CORRECTIONS["household"]())
    after = county.read("registry/households.csv")
    assert not undo(county.book, number, TODAY).refused
    assert "400000.01" not in county.text("registry/*.beancount")
    assert county.read("registry/households.csv") == after, "what came later stays"


def test_what_a_later_import_changed_again_must_be_undone_first(county: Desk) -> None:
    county.take(CORRECTIONS["plan"]())
    number = last(county)
    county.take(edited(plan(), 0, 计划投入资金=Decimal("400000.02")))
    before = state(county)
    found = undo(county.book, number, TODAY)
    assert f"请先撤销第 {number + 1} 次导入" in "".join(found.refused)
    assert state(county) == before


def test_what_others_use_cannot_go(desk: Desk) -> None:
    desk.take(ALL["villages"](), ALL["funds"]())
    desk.take(ALL["plan"]())
    desk.take(ALL["allocation"]())
    said = undo(desk.book, 2, TODAY).refused
    assert any("P2022-0001" in line and "请先撤销" in line for line in said)


def test_vouchers_that_others_follow_are_reversed(desk: Desk) -> None:
    desk.take(ALL["villages"](), ALL["funds"](), ALL["plan"]())
    desk.take(allocated(("示财农〔2022〕8号", "白水村到户产业补助", 3)))
    number = last(desk)
    desk.take(allocated(("示财农〔2022〕8号", "白水村到户产业补助", 4), day="2022年10月1日"))
    found = undo(desk.book, number, TODAY)
    assert any("冲销凭证" in line for line in found.said)
    assert balances(desk) == {"P2022-0003": 4}
    assert not read(desk.book, TODAY).tables.problems


def test_in_a_sealed_month_it_reverses(county: Desk) -> None:
    county.take(replace(treasury(), rows=[edited(treasury(), 0, 支付凭证号="99001").rows[0]]))
    number = last(county)
    sealed(county, date(2022, 12, 31))
    found = undo(county.book, number, TODAY)
    assert not found.refused, found.refused
    assert any("冲销凭证" in line for line in found.said)
    assert not broken(county)
    assert "2023-01-01" in county.text("2023/01.beancount")


def test_the_commands(county: Desk) -> None:
    county.take(CORRECTIONS["plan"]())
    number = last(county)
    for words, expected in (
        (["imports", county.book], f"第 {number} 次"),
        (["undo", county.book, number, "--dry-run"], "没有写入"),
        (["undo", county.book, number, "--yes"], "已撤销"),
    ):
        command = [sys.executable, "-c", "from xianjie.commands import main; main()", *map(str, words)]
        said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert said.returncode == 0, said.stderr
        assert expected in said.stdout


def test_a_month_file_that_was_imported_and_is_gone_is_named(county: Desk) -> None:
    def missing() -> list[str]:
        issues = read(county.book, TODAY).tables.issues
        return [issue.file for issue in issues if "现在账簿里没有它" in issue.message]

    assert missing() == []
    months = sorted((county.book / "2022").glob("*.beancount"))
    months[-1].rename(months[-1].with_suffix(".txt"))
    assert missing() == [months[-1].relative_to(county.book).as_posix()]


def test_a_month_written_by_hand_that_stood_there_at_an_import_and_is_gone_is_named(county: Desk) -> None:
    """Whatever was imported before and after: a month that an import made, and that went when it was taken back, is no loss."""
    def missing() -> list[str]:
        issues = read(county.book, TODAY).tables.issues
        return [f"{issue.file} {issue.message[:14]}" for issue in issues if "现在账簿里没有它" in issue.message]

    by_hand = county.book / "2023/07.beancount"
    assert not by_hand.exists()
    by_hand.write_text(";; 手工凭证\n", "utf-8")
    county.take(CORRECTIONS["plan"]())
    number = last(county)
    assert missing() == []
    by_hand.unlink()
    assert missing() == [f"2023/07.beancount 第 {number} 次导入时账簿里有这个"]
    assert undo(county.book, number, TODAY).files
    assert missing() == []


def varied(chance: random.Random, paper: Paper) -> Paper:
    """A paper that says something else: amounts, days, words changed, rows left out."""
    rows = [list(row) for row in paper.rows]
    if len(rows) > 1 and chance.random() < 0.3:
        del rows[chance.randrange(len(rows))]
    for _ in range(chance.randint(0, 3)):
        row = chance.choice(rows)
        place = chance.randrange(len(row))
        cell = row[place]
        if isinstance(cell, Decimal):
            row[place] = cell + Decimal(chance.randint(1, 900)) / 100
        elif isinstance(cell, date):
            row[place] = cell + timedelta(chance.randint(1, 20))
        elif isinstance(cell, str) and paper.header[place] in ("用途", "摘要", "项目名称", "备注", "建设内容", "责任单位", "主导产业", "资产名称"):
            row[place] = cell + chance.choice("甲乙丙")
    return replace(paper, rows=rows)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_whatever_was_imported_is_taken_back_to_the_byte(county: Desk, seed: int) -> None:
    chance = random.Random(seed)
    before = state(county)
    taken = county.bring(*(varied(chance, ALL[kind]()) for kind in chance.sample(list(ALL), chance.randint(1, 2))))
    if not taken.files:
        assert state(county) == before
        return
    found = undo(county.book, last(county), TODAY)
    assert not found.refused, (seed, found.refused)
    assert state(county) == before, seed


LINES = {
    "notices": Paper(["对象", "环节", "地点", "起", "止"], [["美翠村产业路", "年度计划公示", "美翠村公开栏", "2022-03-05", "2022-03-15"]]),
    "inspections": Paper(["项目名称", "检查日期", "检查单位", "检查结果"], [["美翠村产业路", "2022-10-05", "县农业农村委", "合格"]]),
    "stocktake": Paper(["资产编号", "盘点数", "盘点人", "盘点日期"], [["ZC001", 1, "县财政局", "2022-12-20"]]),
    "vouchers": Paper(
        ["凭证号", "日期", "摘要", "科目", "借方金额", "贷方金额", "资金文号", "项目名称"],
        [["1", "2022-12-01", "预付", "预付账款", 100, None, CITY, "白水村到户产业补助"], ["1", "2022-12-01", "预付", "已分配", None, 100, CITY, "白水村到户产业补助"]],
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_lines_about_something_registered_are_taken_back(county: Desk, name: str) -> None:
    before = state(county)
    paper = LINES[name]
    if name == "stocktake":
        code = next(cell for cell in ALL["assets"]().rows[0] if isinstance(cell, str))
        paper = replace(paper, rows=[[code, *paper.rows[0][1:]]])
    county.take(paper)
    found = undo(county.book, last(county), TODAY)
    assert not found.refused, found.refused
    assert state(county) == before


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_one_of_many_taken_back_and_then_the_others(county: Desk, seed: int) -> None:
    """One among later imports goes, or why not is said and nothing changes; with the others too the book is what it was."""
    chance = random.Random(seed)
    before = state(county)
    first = last(county)
    papers = [CORRECTIONS[name]() for name in chance.sample(list(CORRECTIONS), 3)] + [LINES["notices"], LINES["inspections"], LINES["vouchers"]]
    chance.shuffle(papers)
    for paper in papers:
        county.bring(paper)
    left = sorted(int(path.stem) for path in (county.book / "imports").glob("*.json") if int(path.stem) > first)
    middle = chance.choice(left[:-1])
    now = state(county)
    found = undo(county.book, middle, TODAY)
    assert bool(found.refused) == (state(county) == now)
    assert not read(county.book, TODAY).tables.problems
    reversed_ = any("冲销" in line for line in found.said)
    for number in reversed([number for number in left if found.refused or number != middle]):
        again = undo(county.book, number, TODAY)
        assert not again.refused, (seed, number, again.refused)
        reversed_ = reversed_ or any("冲销" in line for line in again.said)
    assert reversed_ or state(county) == before, seed
