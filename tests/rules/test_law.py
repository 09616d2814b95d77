"""The law of the act: what had been issued on the day of what is judged, and what a finding may cite."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ledgers.book import read
from ledgers.policy import Applied, Document, Parameter, Policy, default
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import Finding, Passes, Subject, Threshold
from plugins.judging import absent, count
from plugins.law import bound, cited
from plugins.rule import Rule
from tests.books import write_book

DAY = date(2022, 5, 20)
BEFORE = DAY - timedelta(days=1)
DOCUMENT = Document("某号文", DAY)
YEAR = Subject("year", "2022")


def _rule(**about: Any) -> Rule:
    return Rule("r", "某规则", "", "", **{"documents": (DOCUMENT,), "judge": lambda _: (), "advice": ("", ""), "tasks": ()} | about)


def _policy(*parameters: Parameter) -> Any:
    return SimpleNamespace(policy=Policy(parameters, [one.name for one in parameters]))


def _parameter(day: date, value: str | None = "1", **about: Any) -> Parameter:
    return Parameter("p", Fraction(value) if value else None, day, ">=", issued=day, file="policy.beancount", **about)


@pytest.mark.parametrize(
    ("day", "about", "parameters", "binds"),
    [
        (DAY, {}, (), True),
        (BEFORE, {}, (), False),
        (BEFORE, {"always": True}, (), True),
        (BEFORE, {}, (Applied(_parameter(date(2022, 1, 1)), BEFORE),), True),  # the county had written it before
        (BEFORE, {}, (Applied(default("p", ">=", "1"), BEFORE),), False),  # a default rests on no document
        (BEFORE, {"documents": (), "defaults": (default("q", ">=", "1"),)}, (), True),
        (BEFORE, {"documents": (), "parameters": ("p",)}, (), False),  # it rests on its parameters alone, and the first comes later
        (DAY, {"documents": (), "parameters": ("p",)}, (), True),  # it may have ended since: that is not known, not never asked
        (DAY, {"documents": (), "parameters": ("q",)}, (), False),  # nobody ever asked
    ],
)
def test_nothing_binds_before_it_was_issued(day: date, about: dict[str, Any], parameters: tuple[Applied, ...], binds: bool) -> None:
    tables = _policy(_parameter(DAY))
    assert bound(tables, _rule(**about), day, parameters) is binds


def test_only_what_had_been_issued_is_cited() -> None:
    rule = _rule(documents=(DOCUMENT, Document("后来的文件", date(2023, 1, 1))))
    written = Applied(_parameter(date(2022, 1, 1), basis="县里的通知"), DAY)
    assert [one.title for one in cited(rule, DAY, (written,))] == ["某号文", "县里的通知"]
    assert [one.title for one in cited(rule, BEFORE, (Applied(default("p", ">=", "1"), BEFORE),))] == []


def test_the_audit_says_so(tmp_path: Path) -> None:
    """A finding of an act before its document is not applicable, whatever the rule said, and cites nothing."""
    threshold = Threshold(">=", Fraction(1), (Applied(default("p", ">=", "1"), BEFORE),))

    def judge(_: Any) -> Iterable[Finding | Passes]:
        yield Finding(YEAR, "fail", "短缺", threshold=threshold, shortfall=5, act=BEFORE)
        yield Finding(replace(YEAR, id="2023"), "fail", "短缺", threshold=threshold, shortfall=5, act=DAY)
        yield Passes(1, lambda: [Finding(replace(YEAR, id="2021"), "pass", "好", act=BEFORE)], status="na")

    tables = read(write_book(tmp_path / "book", '2023-12-31 custom "through" 2023-12-31\n'), date(2023, 12, 31)).tables
    result = audit(tables, [_rule(judge=judge)])
    found = {one.subject.id: one for one in result.findings}
    assert {name: one.status for name, one in found.items()} == {"2022": "na", "2023": "fail", "2021": "na"}
    assert (found["2022"].shortfall, found["2022"].threshold, found["2022"].cites) == (None, None, ())
    assert "当时尚无此项规定" in found["2022"].message
    assert found["2023"].cites == (DOCUMENT,)
    assert result.summary["na"] == 2


@pytest.mark.parametrize(
    ("parameters", "level", "status", "says"),
    [
        ((_parameter(DAY),), "", "undetermined", "没有有效的参数"),  # not yet in force
        ((_parameter(BEFORE - timedelta(1)), _parameter(BEFORE, None, reading="改由省里定")), "", "na", "改由省里定"),
        ((_parameter(BEFORE - timedelta(1)), _parameter(BEFORE, None)), "", "undetermined", "没有有效的参数"),
        ((_parameter(BEFORE, scope=(("level", ("中央",)),)),), "市级", "na", "没有对市级资金作出规定"),
        ((_parameter(BEFORE, scope=(("source", ("社会",)),)),), "市级", "undetermined", "没有有效的参数"),
        ((_parameter(DAY, scope=(("level", ("中央",)),)),), "市级", "undetermined", "没有有效的参数"),
    ],
)
def test_why_no_parameter_is_in_force(parameters: tuple[Parameter, ...], level: str, status: str, says: str) -> None:
    tables = _policy(*parameters)
    found = absent(tables, YEAR, "p", BEFORE, scope={"level": level} if level else None)
    assert (found.status, says in found.message) == (status, True), found.message
    assert tables.policy.in_force("p", BEFORE, level=level) is None


@pytest.mark.parametrize(
    ("number", "op", "still_open", "done", "status"),
    [
        (7, ">=", False, True, "pass"), (7, ">", False, True, "fail"), (7, ">", True, True, "pending"),
        (7, "<=", False, True, "pass"), (7, "<=", False, False, "pending"), (8, "<=", False, False, "fail"),
    ],
)  # fmt: skip
def test_a_count_is_held_against_its_parameter(number: int, op: str, still_open: bool, done: bool, status: str) -> None:
    parameter = Applied(Parameter("p", Fraction(7), DAY, op), DAY)
    assert count(YEAR, number, parameter, "", still_open=still_open, done=done).status == status


def test_every_rule_says_what_it_rests_on() -> None:
    for rule in catalogue().values():
        assert rule.basis, rule.id
        assert rule.documents or rule.always or rule.policy_names, f"{rule.id} could never be judged, or always is unsaid"
