"""Cases as data: every rule's pass, fail, exact threshold, one 分 or day off, not applicable, no parameter in force.

A file of `cases/` has a `base` book (Beancount text), `files` beside it, and cases: `replace` (pairs of old and new text
in base and files), `add` (further text), `as_of`, and `expect`: findings by subject (and part, period), each with the
values that must hold; a value "absent" says that there must be no such finding.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ledgers.book import read
from ledgers.policy import Policy
from ledgers.tables.directives import Asset, Equity, Fund, Project, Village
from ledgers.tables.tables import Tables, latest
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import plain
from plugins.rule import Rule
from tests.books import write_book

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.toml"))
# What may be said where a parameter is missing: of what no parameter is needed for.
WITHOUT_PARAMETER = {
    "asset-idle": {"pass", "fail", "pending"},  # 有收益、没有登记闲置、没有计划
    "premium-subsidy": {"fail"},  # 农产品收益保险不补
}


def cases() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every case: its name, the content of its file, and the case itself."""
    for path in FILES:
        content = tomllib.loads(path.read_text("utf-8"))
        for case in content["case"]:
            yield f"{path.stem}: {case['name']}", content, case


def _replaced(text: str, pairs: list[list[str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def read_case(folder: Path, content: dict[str, Any], case: dict[str, Any]) -> Tables:
    """The tables of a case's book, which is written into a folder."""
    pairs = case.get("replace", [])
    base = content["base"] + "".join(f"{value}" for value in content.get("files", {}).values())
    assert all(old in base for old, _ in pairs), "a replacement that replaces nothing"
    files = {name: _replaced(text, pairs) for name, text in (content.get("files", {}) | case.get("files", {})).items()}
    day = date.fromisoformat(case.get("as_of", content.get("as_of", "2022-12-31")))
    through = f'\n{day} custom "through" {day}\n' if case.get("through", True) else ""  # nothing more has happened
    book = write_book(folder, _replaced(content["base"], pairs) + "\n" + case.get("add", "") + through, files)
    return read(book, day).tables


def judge_case(tables: Tables, content: dict[str, Any], case: dict[str, Any]) -> None:
    """AssertionError where the rules do not find what the case expects, or not the same in other ways of asking."""
    rule = catalogue()[case.get("rule", content["rule"])]
    _expected(_found(tables, rule), case)
    _expected(_found(replace(tables, derived={}, policy=_without_op(tables.policy)), rule), case)
    if rule.policy_names and not rule.follows:
        with mock.patch.object(Policy, "in_force", return_value=None):
            found = _found(replace(tables, derived={}), rule)
        said = {finding["status"] for finding in found.values()}
        assert said <= {"na", "undetermined"} | WITHOUT_PARAMETER.get(rule.id, set()), "judged without a parameter"


def _found(tables: Tables, rule: Rule) -> dict[Any, dict[str, Any]]:
    result = audit(tables, catalogue().values(), [rule.id])
    assert not result.crashes
    bulk = [passes for several in result.passes.values() for passes in several]
    assert all({one.status for one in passes.make()} <= {passes.status} for passes in bulk), "counted as it is found"
    assert Counter(one.status for one in result.findings) == +Counter(result.summary), "counted as it is found"
    names = _names(tables)
    for one in result.findings:
        if rule.id == "record" and one.status != "pass":
            continue
        assert one.subject.name == names.get((one.subject.kind, one.subject.id), one.subject.name)
    return {
        (one.subject.id, one.part, one.period): plain(one, []) | {"lines": len(one.lines)} for one in result.findings
    }


def _names(tables: Tables) -> dict[tuple[str, str], str]:
    """What a finding must call each subject: its name in the registry; a grant has none and is called by its operator."""
    named: dict[str, type[Any]] = {"project": Project, "fund": Fund, "village": Village, "asset": Asset}
    names = {(kind, key): row.name for kind, registry in named.items() for key, row in latest(tables, registry).items()}
    return names | {("equity", key): row.operator for key, row in latest(tables, Equity).items()}


def _without_op(policy: Policy) -> Policy:
    """The same law without the `op` of what is compared as the catalogue's default is."""
    usual = {one.name: one.op for rule in catalogue().values() for one in rule.defaults}
    plain = (replace(one, op="") if one.op == usual.get(one.name, ">=") else one for one in policy.parameters)
    return Policy(plain, policy.mentioned)


def _expected(findings: dict[Any, dict[str, Any]], case: dict[str, Any]) -> None:
    for expected in case["expect"]:
        key = (expected["subject"], expected.get("part"), expected.get("period"))
        if expected["status"] == "absent":
            assert key not in findings
            continue
        assert key in findings, sorted(findings)
        assert _chosen(findings[key], expected) == expected


@pytest.mark.parametrize(("content", "case"), [pytest.param(*rest, id=name) for name, *rest in cases()])
def test_case(tmp_path: Path, content: dict[str, Any], case: dict[str, Any]) -> None:
    judge_case(read_case(tmp_path / "book", content, case), content, case)


def _chosen(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What the case asks of the finding, from wherever the finding has it."""
    measured, threshold = found["measured"] or {}, found["threshold"] or {}
    flat = found | measured | {f"threshold_{name}": value for name, value in threshold.items()}
    flat |= {"subject": found["subject"]["id"], "name": found["subject"]["name"], "bases": [one["basis"] for one in threshold.get("parameters", [])]}
    return {
        name: (expected[name] if name == "says" and expected[name] in found["message"] else flat.get(name))
        for name in expected
    }


def test_every_rule_has_cases() -> None:
    """A rule without a passing and a failing case is not tested."""
    seen: dict[str, set[str]] = {}
    for path in FILES:
        content = tomllib.loads(path.read_text("utf-8"))
        for case in content["case"]:
            rule = case.get("rule", content["rule"])
            seen.setdefault(rule, set()).update(one["status"] for one in case["expect"])
    missing = {name for name in catalogue() if not {"pass", "fail"} <= seen.get(name, set())}
    told_elsewhere = {"duplicate-payment", "sealed-period"}  # failures only; tests/seals
    assert missing <= told_elsewhere, f"without a pass and a fail: {sorted(missing)}"
