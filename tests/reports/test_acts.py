"""Every act that the plan names an amount for mends its subject when it is done, on the last day; for one 分 less it does not.

The acts of `acts.toml` are done in books of the rules' own cases, as planned vouchers and states (`--with`) are.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from importers.supposing import suppose
from ledgers.book import read
from ledgers.money import yuan
from ledgers.tables.tables import Tables
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import FAIL, PASS, PENDING
from reports import plan
from reports.plan import Task
from tests.audit.test_planted import lay
from tests.reports.test_plan import MENDING
from tests.rules.test_cases import cases, read_case

ACTS = tomllib.loads((Path(__file__).parent / "acts.toml").read_text("utf-8"))["act"]
ABSENT = "absent"  # of what is open nothing is left to be judged
CASES = {name: (content, case) for name, content, case in cases()}


def verdict(tables: Tables, act: dict[str, Any], period: str | None = None) -> tuple[str, Task | None]:
    """The status of what is to be mended, and what the plan asks for of it and of what it was before."""
    rules = catalogue()
    about = (act["subject"], act.get("part"), period or act.get("period"))
    found = audit(tables, rules.values(), [act["rule"]]).findings
    own = [one for one in found if (one.subject.id, one.part, one.period) == about]
    asked = plan.tasks_of(tables, rules, [one for one in found if (one.subject.id, one.part) == about[:2]])
    return own[0].status if own else ABSENT, next(iter(asked), None)


def done(book: Path, act: dict[str, Any], amount: int, day: date) -> tuple[str, Task | None]:
    """What is found on a day when the act is done for an amount in 分."""
    file = book.parent / "打算.beancount"
    file.write_text(act["done"].format(gap=yuan(amount), day=day, sum=yuan(49999999 + amount)), "utf-8")
    supposed = suppose(book / "main.beancount", [file], day)
    with supposed.reading():
        return verdict(read(book, day).tables, act, act.get("mended"))


@pytest.mark.parametrize("act", ACTS, ids=[f"{one['rule']}: {one['case']}" for one in ACTS])
def test_what_the_plan_asks_for_mends_and_a_fen_less_does_not(tmp_path: Path, act: dict[str, Any]) -> None:
    content, case = CASES[act["case"]]
    changed = {name: act[name] for name in ("as_of", "replace") if name in act}
    tables = read_case(tmp_path / "book", content, case | changed)
    status, task = verdict(tables, act)
    assert status in (FAIL, PENDING)
    assert task is not None
    assert task.amount
    day = task.due or tables.as_of
    assert done(tmp_path / "book", act, task.amount, day) == (ABSENT if act.get("gone") else PASS, None)
    status, left = done(tmp_path / "book", act, task.amount - 1, day)
    assert status in (FAIL, PENDING)
    assert left is not None
    assert left.amount == 1


def test_every_act_is_tried() -> None:
    rules = catalogue().values()
    asked = {(rule.id, part) for rule in rules for part, _ in (*rule.part_acts, *[("", "")] * bool(rule.act))}
    tried = {(one["rule"], part) for one in ACTS for part in ("", one.get("part", ""))} | {
        (rule, "") for rule, *_ in MENDING
    }
    assert asked <= tried


def test_what_was_done_too_late_is_no_task_though_it_stays_a_failure(tmp_path: Path) -> None:
    content, case = CASES["funds: 结转：次年 12 月 31 日没有用完"]
    read_case(tmp_path / "book", content, case)
    act = next(one for one in ACTS if one["rule"] == "carry-over")
    assert done(tmp_path / "book", act, 55_000_000, date(2024, 6, 30)) == (FAIL, None)
    status, left = done(tmp_path / "book", act, 54_999_999, date(2024, 6, 30))
    assert status == FAIL
    assert left is not None
    assert left.amount == 1


def test_wages_that_are_owed_are_among_the_labour_that_is_lacking(tmp_path: Path) -> None:
    lay(tmp_path / "book", "findings")
    of_project = [one for one in _tasks(tmp_path / "book") if one.finding.subject.id == "PY"]
    (lacking,) = [one for one in of_project if one.kind == plan.LABOUR]
    assert "其中拖欠的工资 6,000.00 元" in lacking.text
    assert [one.rule for one in lacking.within] == ["arrears"]
    assert lacking.amount
    assert not any(one.finding.rule == "arrears" for one in of_project)
    for less, left in ((0, None), (1, 1)):
        file = tmp_path / "打算.beancount"
        file.write_text(WAGES.format(rest=yuan(lacking.amount - 600_000 - less)), "utf-8")
        with suppose(tmp_path / "book" / "main.beancount", [file], date(2025, 12, 31)).reading():
            then = [one for one in _tasks(tmp_path / "book") if one.finding.subject.id == "PY"]
        assert [one.amount for one in then if one.kind == plan.LABOUR] == ([left] if left else [])
        assert not any(one.finding.rule == "arrears" for one in then)


WAGES = """
2025-12-31 * "丑村务工人员" "补发"
  voucher: "2025-000900"
  fund: "YG"
  project: "PY"
  Liabilities:2302应付账款:2工资  6000.00 CNY
  Expenses:2130504农村基础设施建设:30226劳务费  {rest} CNY
    household: "H1"
    person: 1
    days: 5
  Assets:9001指标:YG:1已分配
"""


def _tasks(book: Path) -> list[Task]:
    tables, rules = read(book, date(2025, 12, 31)).tables, catalogue()
    wanted = [one for one in rules if one.startswith("labour-") or one == "arrears"]
    return plan.tasks_of(tables, rules, audit(tables, rules.values(), wanted).stated)
