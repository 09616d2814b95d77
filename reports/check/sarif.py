"""The audit as SARIF 2.1.0, for programs that collect findings of many tools."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any
from urllib.parse import quote

import ledgers
from ledgers.files.problems import Problem
from plugins.audit import places
from plugins.findings import FAIL, NA, PASS, PENDING, STATUS_NAMES, UNDETERMINED, WAIVED, Finding, plain
from plugins.rule import Rule
from reports.check.checked import Checked, about, crashed, in_pieces, unjudged
from reports.check.waivers import plain_waiver, waivers
from reports.rulebook.pages import page

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS = {
    PASS: "pass",
    FAIL: "fail",
    PENDING: "open",
    NA: "notApplicable",
    UNDETERMINED: "review",
    WAIVED: "fail",  # and suppressed
}
INFORMATION = "urn:x-xianjie:docs"  # there is no public page of the project: docs/ comes along with it
_RESULTS = "\0results"  # stands where the results come
ROOT = "BOOK"  # the book's folder


def as_sarif(checked: Checked) -> bytes:
    """The whole log as UTF-8 JSON."""
    return b"".join(sarif_pieces(checked))


def sarif_pieces(checked: Checked) -> Iterator[bytes]:
    """The same piece by piece, one result a line."""
    rules = sorted(checked.rules.values(), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    audit = checked.audit
    notes = [_note(crashed(one.rule, one.error)) for one in audit.crashes]
    return _log(
        rules,
        _invocation(audit.exit_status, [*notes, *map(_problem, audit.untrusted)]),
        chain(_results(checked, index), _resolved(checked, index)),
        {**about(checked.book), "waivers": _waivers(checked)},
    )


def unjudged_sarif(main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """The log of a book that could not be judged: it failed, why and where, and no result."""
    notes = list(map(_problem, problems))
    return b"".join(_log([], _invocation(2, notes), [], unjudged(main, as_of)))


def _log(
    rules: Iterable[Rule], invocation: dict[str, Any], results: Iterable[dict[str, Any]], properties: dict[str, Any]
) -> Iterator[bytes]:
    driver = {
        "name": "xianjie",
        "fullName": "衔接账",
        "version": ledgers.__version__,
        "informationUri": INFORMATION,
        "language": "zh-CN",
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "language": "zh-CN",
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "账簿文件夹"}}},
        "invocations": [invocation],
        "results": [_RESULTS],
        "properties": properties,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    begin, end = json.dumps(log, ensure_ascii=False, indent=1).split(json.dumps(_RESULTS))
    return in_pieces(begin, results, f"{end}\n")


def _waivers(checked: Checked) -> list[dict[str, Any]]:
    return [plain_waiver(one) for one in waivers(checked.book.tables, checked.audit, checked.scope)]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        **({"name": _pascal(rule.id)} if "-" in rule.id else {}),  # a name that is the id again is a fault to validators
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.judges}：{rule.formula}。依据：{rule.basis}"},
        "help": {"text": f"{rule.title}。{rule.formula}。依据：{rule.basis}", "markdown": page(rule)},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"basis": rule.basis, "parameters": list(rule.policy_names)},
    }


def _pascal(id: str) -> str:
    return "".join(part.capitalize() for part in id.split("-"))


def _note(text: str) -> dict[str, Any]:
    return {"level": "error", "message": {"text": text}}


def _problem(problem: Problem) -> dict[str, Any]:
    return {**_note(problem.message), "locations": [{"physicalLocation": _physical(problem.file, problem.line)}]}


def _invocation(status: int, notes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "executionSuccessful": not notes,
        "exitCode": status,
        **({"toolExecutionNotifications": notes} if notes else {}),
    }


def _results(checked: Checked, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    for finding in checked.audit.each():
        kind = KINDS[finding.status]
        evidence = places(checked.book.tables, finding)
        yield {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "kind": kind,
            "level": finding.severity if kind == "fail" else "none",
            "message": {"text": finding.message},
            "locations": [_location(finding)],
            "relatedLocations": _related((place.file, place.line) for place in evidence),
            "partialFingerprints": {"xianjie/v1": finding.fingerprint},
            **_suppressed(finding),
            **_state(checked, finding),
            "properties": _properties(finding),
        }


def _location(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    logical = {"kind": subject.kind, "fullyQualifiedName": f"{subject.kind}/{subject.id}", "name": subject.id}
    return {"physicalLocation": _physical(*finding.source), "logicalLocations": [logical]}


def _physical(file: str, line: int) -> dict[str, Any]:
    """A line of a file; what is about a whole file is shown at its beginning, as a place must have a region."""
    return {"artifactLocation": {"uri": quote(file), "uriBaseId": ROOT}, "region": {"startLine": max(line, 1)}}


def _related(found: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"id": number, "physicalLocation": _physical(*place)} for number, place in enumerate(found)]


def _suppressed(finding: Finding) -> dict[str, Any]:
    """A waiver is a suppression kept outside the judged text; none is said by an empty list."""
    if not finding.waiver:
        return {"suppressions": []}
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": finding.waiver}]}


def _state(checked: Checked, finding: Finding) -> dict[str, str]:
    """A problem is new or unchanged; what is none, or was not looked at before, has no state."""
    state = checked.state_of(finding)
    return {"baselineState": state} if state else {}


def _properties(finding: Finding) -> dict[str, Any]:
    whole = plain(finding, [])
    named = {key: whole[key] for key in ("status", "subject", "part", "period", "measured", "threshold", "shortfall")}
    return named | {"statusName": STATUS_NAMES[finding.status]}


def _resolved(checked: Checked, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Problems of the earlier run that are no more: absent."""
    for resolved in checked.baseline.resolved if checked.baseline else ():
        before = resolved.finding
        kind = KINDS[before["status"]]
        yield {
            "ruleId": before["rule"],
            **({"ruleIndex": index[before["rule"]]} if before["rule"] in index else {}),
            "kind": kind,
            "level": before.get("severity", "error") if kind == "fail" else "none",
            "message": {"text": before["message"]},
            "partialFingerprints": {"xianjie/v1": before["fingerprint"]},
            "suppressions": [],
            "baselineState": "absent",
            "properties": {"status": before["status"], "now": resolved.now or None, "nowName": resolved.now_name, "how": resolved.how},
        }
