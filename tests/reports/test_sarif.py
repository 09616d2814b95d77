"""SARIF 2.1.0: valid by the published schema, with the whole life cycle of a finding.

The schema is OASIS' own (github.com/oasis-tcs/sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json), unchanged.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ledgers.files.problems import Problem
from plugins.findings import Audit, Crash
from reports.check.baseline import WHOLE, compare
from reports.check.checked import Checked, as_json
from reports.check.sarif import as_sarif, unjudged_sarif

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA, format_checker=jsonschema.FormatChecker())


def run_of(checked: Checked) -> dict[str, Any]:
    log = json.loads(as_sarif(checked))
    VALIDATOR.validate(log)
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.fixture(scope="module")
def run(sample: Checked) -> dict[str, Any]:
    return run_of(sample)


def test_the_schema_itself_bites(example: Checked) -> None:
    log = json.loads(as_sarif(example))
    log["runs"][0]["results"][0]["kind"] = "broken"
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(log)


def test_the_sample_county_is_valid_and_complete(sample: Checked, run: dict[str, Any]) -> None:
    statuses = Counter(one.status for one in sample.audit.findings)
    kinds = Counter(one["kind"] for one in run["results"])
    assert kinds == {
        "pass": statuses["pass"],
        "fail": statuses["fail"] + statuses["waived"],
        "open": statuses["pending"],
        "notApplicable": statuses["na"],
        "review": statuses["undetermined"],
    }
    suppressed = [one for one in run["results"] if one["suppressions"]]
    assert [one["properties"]["status"] for one in suppressed] == ["waived"] * statuses["waived"]
    assert suppressed
    assert all(one["suppressions"][0]["justification"] for one in suppressed)


def test_only_a_failure_has_a_level(run: dict[str, Any]) -> None:
    for one in run["results"]:
        assert (one["level"] != "none") == (one["kind"] == "fail")
        assert one["level"] in ("error", "warning", "none")


def test_rules_have_help_and_results_point_at_them(example: Checked) -> None:
    run = run_of(example)
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == set(example.rules)
    assert all(rule["help"]["text"] and "## 参数" in rule["help"]["markdown"] for rule in rules)
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]


def test_fingerprints_and_places_are_those_of_the_json(example: Checked) -> None:
    found = {one["fingerprint"]: one for one in json.loads(as_json(example))["findings"]}
    results = run_of(example)["results"]
    assert len(results) == len(found)
    for one in results:
        same = found[one["partialFingerprints"]["xianjie/v1"]]
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == same["source"]["file"]
        assert place["region"]["startLine"] == max(same["source"]["line"], 1)
        assert [r["physicalLocation"]["artifactLocation"]["uri"] for r in one["relatedLocations"]] == [
            place["file"] for place in same["evidence"]
        ]


def test_a_crash_and_a_broken_roll_are_no_success(example: Checked) -> None:
    problem = Problem("rolls/2022/八月.csv", 3, "清册不符")
    audit = Audit(example.audit.findings, [Crash("notices", "ValueError: x")], [problem])
    (invocation,) = run_of(replace(example, audit=audit))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert "规则 notices 运行出错" in texts[0]
    assert texts[1] == "清册不符"
    place = invocation["toolExecutionNotifications"][1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rolls/2022/%E5%85%AB%E6%9C%88.csv"
    (fine,) = run_of(example)["invocations"]
    assert fine["executionSuccessful"] is True


def test_nothing_that_microsofts_validator_warns_of(run: dict[str, Any]) -> None:
    """SARIF1001, 2005, 2017 and relative addresses, as Sarif.Multitool 5.7 sees them (docs/evidence.md)."""
    driver = run["tool"]["driver"]
    assert driver["informationUri"]
    assert not [rule for rule in driver["rules"] if rule.get("name", "").lower() == rule["id"].lower()]
    assert all(rule["defaultConfiguration"]["level"] in ("error", "warning") for rule in driver["rules"])
    for one in run["results"]:
        for place in (*one["locations"], *one["relatedLocations"]):
            assert place["physicalLocation"]["region"]["startLine"] >= 1
            address = place["physicalLocation"]["artifactLocation"]
            assert address["uriBaseId"] in run["originalUriBaseIds"]
            assert not address["uri"].startswith(("/", "..", "file:"))


def test_baseline_states(example: Checked, tmp_path: Path) -> None:
    document = json.loads(as_json(example))
    changed = next(one for one in document["findings"] if one["rule"] == "labour-share")
    changed["status"] = "fail"
    path = tmp_path / "before.json"
    path.write_text(json.dumps(document), "utf-8")
    baseline = compare(example.audit, WHOLE, example.book.tables.title, path)
    results = run_of(replace(example, baseline=baseline))["results"]
    states = Counter(one.get("baselineState") for one in results if one["kind"] in ("fail", "review"))
    problems = sum(one.status in ("fail", "undetermined") for one in example.audit.findings)
    assert states == {"unchanged": problems, "absent": 1}
    assert not [one for one in results if one["kind"] == "pass" and "baselineState" in one]


def test_a_book_that_is_not_judged_is_a_run_that_failed() -> None:
    problems = [Problem("2022/12.beancount", 17, "余额不符"), Problem("main.beancount", 0, "含有空字符")]
    log = json.loads(unjudged_sarif("main.beancount", date(2022, 12, 31), problems))
    VALIDATOR.validate(log)
    run = log["runs"][0]
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    assert run["results"] == []
    told = [
        (note["message"]["text"], note["locations"][0]["physicalLocation"]) for note in invocation["toolExecutionNotifications"]
    ]
    assert [text for text, _ in told] == ["余额不符", "含有空字符"]
    assert told[0][1] == {"artifactLocation": {"uri": "2022/12.beancount", "uriBaseId": "BOOK"}, "region": {"startLine": 17}}
