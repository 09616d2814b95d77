"""New, unchanged, resolved: by fingerprint, and never claimed of what was not looked at."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledgers.files.problems import Untrusted
from plugins.findings import Audit, Crash
from reports.check.baseline import CHANGED, MENDED, NEW, RESOLVED, UNCHANGED, UNJUDGED, WHOLE, Scope, compare
from reports.check.checked import Checked, as_json
from tests.reports.conftest import EXAMPLE
from xianjie.commands import cli

TITLE = "示例县衔接资金与资产台账"
FAILED = ("labour-share-work-relief", "XS2022-0001")


@pytest.fixture
def earlier(example: Checked, tmp_path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(as_json(example))
    return document


def compared(example: Checked, document: dict[str, Any], tmp_path: Path, scope: Scope = WHOLE) -> Any:
    path = tmp_path / "earlier.json"
    path.write_text(json.dumps(document), "utf-8")
    return compare(example.audit, scope, TITLE, path)


def found(document: dict[str, Any], rule: str = FAILED[0]) -> dict[str, Any]:
    return next(one for one in document["findings"] if (one["rule"], one["subject"]["id"]) == (rule, FAILED[1]))


def test_against_itself_everything_is_unchanged(example: Checked, earlier: dict[str, Any], tmp_path: Path) -> None:
    baseline = compared(example, earlier, tmp_path)
    problems = [one for one in example.audit.findings if one.status in ("fail", "undetermined")]
    assert baseline.summary == {NEW: 0, UNCHANGED: len(problems), RESOLVED: 0, MENDED: 0, CHANGED: 0, UNJUDGED: 0}
    assert set(baseline.states) == {one.fingerprint for one in problems}


def test_a_pass_that_fails_now_is_new(example: Checked, earlier: dict[str, Any], tmp_path: Path) -> None:
    one = found(earlier)
    one["status"] = "pass"
    baseline = compared(example, earlier, tmp_path)
    assert [print_ for print_, state in baseline.states.items() if state == NEW] == [one["fingerprint"]]


def test_a_subject_that_was_not_there_is_new(example: Checked, earlier: dict[str, Any], tmp_path: Path) -> None:
    one = found(earlier)
    earlier["findings"].remove(one)
    assert compared(example, earlier, tmp_path).states[one["fingerprint"]] == NEW


@pytest.mark.parametrize("status", ["fail", "undetermined"])
def test_a_problem_that_passes_now_is_resolved(
    example: Checked, earlier: dict[str, Any], tmp_path: Path, status: str
) -> None:
    one = found(earlier, "labour-share")
    assert one["status"] == "pass"
    one["status"] = status
    (resolved,) = compared(example, earlier, tmp_path).resolved
    assert (resolved.finding["rule"], resolved.now, resolved.now_name) == ("labour-share", "pass", "符合")
    assert resolved.how == MENDED


def test_a_base_or_a_standard_that_is_another_is_no_mending(
    example: Checked, earlier: dict[str, Any], tmp_path: Path
) -> None:
    one = found(earlier, "labour-share")
    one["status"] = "fail"
    one["measured"]["denominator"] = "500000.00"
    baseline = compared(example, earlier, tmp_path)
    assert [resolved.how for resolved in baseline.resolved] == [CHANGED]
    assert baseline.summary[RESOLVED] == baseline.summary[CHANGED] == 1
    assert "已消除 1（已整改 0、事实有变 1、不再判定 0）" in baseline.words
    one["measured"]["denominator"] = example_denominator(example)
    one["threshold"]["parameters"][0]["value"] = "0.5"
    assert [resolved.how for resolved in compared(example, earlier, tmp_path).resolved] == [CHANGED]


def example_denominator(example: Checked) -> str:
    finding = next(one for one in example.audit.findings if (one.rule, one.subject.id) == ("labour-share", FAILED[1]))
    assert finding.measured
    return finding.measured.text(finding.measured.denominator)


def test_a_problem_whose_subject_is_gone_is_resolved(example: Checked, earlier: dict[str, Any], tmp_path: Path) -> None:
    earlier["findings"].append(found(earlier) | {"fingerprint": "0" * 16})
    (resolved,) = compared(example, earlier, tmp_path).resolved
    assert (resolved.now, resolved.now_name, resolved.how) == ("", "不再判定", UNJUDGED)


def test_what_this_run_does_not_look_at_is_not_resolved(
    example: Checked, earlier: dict[str, Any], tmp_path: Path
) -> None:
    found(earlier, "labour-share")["status"] = "fail"
    assert compared(example, earlier, tmp_path, Scope(("notices",))).resolved == ()
    assert compared(example, earlier, tmp_path, Scope((), ("XS2022-0002",))).resolved == ()
    assert len(compared(example, earlier, tmp_path, Scope(("labour-share",), (FAILED[1],))).resolved) == 1


def test_what_the_earlier_run_did_not_look_at_is_not_new(
    example: Checked, earlier: dict[str, Any], tmp_path: Path
) -> None:
    earlier["scope"] = {"rules": ["notices"], "subjects": []}
    earlier["findings"] = []
    states = compared(example, earlier, tmp_path).states
    rules = {one.fingerprint: one.rule for one in example.audit.findings}
    assert {rules[fingerprint] for fingerprint in states} == {"notices"}


def test_a_crash_resolves_nothing(example: Checked, earlier: dict[str, Any], tmp_path: Path) -> None:
    kept = [one for one in example.audit.findings if one.rule != FAILED[0]]
    crashed = replace(example, audit=Audit(kept, [Crash(FAILED[0], "ValueError")], []))
    assert compared(crashed, earlier, tmp_path).resolved == ()
    fine = replace(example, audit=Audit(kept, [], []))
    assert [one.finding["rule"] for one in compared(fine, earlier, tmp_path).resolved] == [FAILED[0]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "无法读取"),
        ("[]", "内容不符"),
        ('{"schema": 1}', "内容不符"),
        ('{"schema": 2, "book": {}, "findings": []}', "内容不符"),
        ('{"schema": 1, "book": {"title": 1, "as_of": "", "digest": ""}, "findings": []}', "内容不符"),
        ('{"schema": 1, "book": {"title": "甲", "as_of": "", "digest": ""}, "findings": [{}]}', "内容不符"),
        ('{"schema": 1, "book": {"title": "别的县", "as_of": "", "digest": ""}, "findings": []}', "是另一本账簿的结果"),
    ],
)
def test_a_file_that_is_no_result_is_refused(example: Checked, tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, "utf-8")
    with pytest.raises(Untrusted, match=expected):
        compare(example.audit, WHOLE, TITLE, path)


def test_the_command_tells_what_was_mended_in_every_form(tmp_path: Path) -> None:
    book, before = tmp_path / "book", tmp_path / "before.json"
    shutil.copytree(EXAMPLE, book)
    run = CliRunner().invoke
    arguments = ["check", str(book), "--as-of", "2022-12-31"]
    assert run(cli, [*arguments, "--format", "json", "--output", str(before)]).exit_code == 1
    with (book / "registry" / "registry.beancount").open("a", encoding="utf-8") as registry:
        registry.write('2022-12-01 custom "inspection" "XS2022-0001"\n  by: "县财政局"\n  result: "合格"\n')
        registry.write('2022-04-02 custom "project" "XS2022-0001"\n  labour-promised: 62000.01 CNY\n')
        registry.write('2022-01-06 custom "village" "V106004"\n  town: "龙池镇"\n')
    arguments += ["--baseline", str(before)]
    table = run(cli, arguments).output
    assert "已整改　inspection　XS2022-0001 美翠村产业路　原不符合，现符合" in table
    assert "V106004　〔新增〕" in table
    document = json.loads(run(cli, [*arguments, "--format", "json"]).output)
    assert document["baseline"]["summary"][RESOLVED] == len(document["resolved"]) == 1
    states = {(one["rule"], one["subject"]["id"]): one.get("baseline") for one in document["findings"]}
    assert states["record", "V106004"] == NEW
    assert states[FAILED] == UNCHANGED
    assert states["labour-share", FAILED[1]] is None
    sarif = json.loads(run(cli, [*arguments, "--format", "sarif"]).output)
    absent = [one for one in sarif["runs"][0]["results"] if one.get("baselineState") == "absent"]
    assert [(one["ruleId"], one["properties"]["how"]) for one in absent] == [("inspection", MENDED)]
    assert [one["how"] for one in document["resolved"]] == [MENDED]
