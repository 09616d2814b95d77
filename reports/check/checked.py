"""A checked book: what every face of the audit is made from."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import ledgers
import plugins
from ledgers.book import Book
from ledgers.files.problems import Problem
from plugins.audit import places
from plugins.findings import Audit, Finding, plain
from plugins.rule import Rule
from reports.check.baseline import WHOLE, Baseline, Resolved, Scope
from reports.check.waivers import plain_waiver, waivers


@dataclass(frozen=True)
class Checked:
    """A book, what the rules say of it, the rules, what was asked for, and the comparison with an earlier run."""

    book: Book
    audit: Audit
    rules: dict[str, Rule]
    scope: Scope = WHOLE
    baseline: Baseline | None = None

    def rule_of(self, finding: Finding) -> Rule:
        return self.rules[finding.rule]

    def state_of(self, finding: Finding) -> str:
        """Whether a problem is new or unchanged since the baseline; "" where that cannot be said."""
        return self.baseline.states.get(finding.fingerprint, "") if self.baseline else ""


@cache
def rules_digest() -> str:
    """SHA-256 over the code that judged: the rules, and what they stand on."""
    total = hashlib.sha256()
    for package in (ledgers, plugins):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            total.update(
                f"{path.relative_to(folder.parent)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
            )
    return f"sha256:{total.hexdigest()}"


def document(checked: Checked) -> dict[str, Any]:
    """The audit as the JSON document that interfaces promise."""
    return {
        "schema": 1,
        "book": about(checked.book),
        "untrusted": [asdict(problem) for problem in checked.audit.untrusted]
        + [{"file": "", "line": 0, "message": crashed(crash.rule, crash.error)} for crash in checked.audit.crashes],
        "summary": checked.audit.summary,
        "scope": {"rules": list(checked.scope.rules), "subjects": list(checked.scope.asked or checked.scope.subjects)},
        **(_compared(checked.baseline) if checked.baseline else {}),
        "waivers": [plain_waiver(one) for one in waivers(checked.book.tables, checked.audit, checked.scope)],
        "findings": list(_plain(checked)),
    }


def _compared(baseline: Baseline) -> dict[str, Any]:
    """With which run this one was compared, and the problems that are no more."""
    return {
        "baseline": {"as_of": baseline.as_of, "digest": baseline.digest, "summary": baseline.summary},
        "resolved": [_plain_resolved(one) for one in baseline.resolved],
    }


def _plain_resolved(resolved: Resolved) -> dict[str, Any]:
    keys = ("rule", "subject", "part", "period", "status", "message", "fingerprint")
    return {key: resolved.finding.get(key) for key in keys} | {"now": resolved.now or None}


def about(book: Book) -> dict[str, Any]:
    """What was judged, when, and by which rules."""
    return {
        "title": book.tables.title,
        "main": book.main.name,
        "as_of": book.tables.as_of.isoformat(),
        "through": book.tables.span.through.isoformat(),
        "digest": book.digest,
        "version": ledgers.__version__,
        "rules": rules_digest(),
    }


def crashed(rule: str, error: str) -> str:
    """What is said of a rule that could not be run to its end."""
    return f"规则 {rule} 运行出错，没有得出结论（{error}）"


def _plain(checked: Checked) -> Iterator[dict[str, Any]]:
    for finding in checked.audit.findings:
        state = checked.state_of(finding)
        yield plain(finding, places(checked.book.tables, finding)) | ({"baseline": state} if state else {})


def unjudged(main: str, as_of: date) -> dict[str, Any]:
    """What is known of a book that could not be judged."""
    return {"title": None, "main": main, "as_of": as_of.isoformat(), "digest": None, "version": ledgers.__version__}


def unjudged_json(main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """The document of a book that could not be judged: why, and no finding."""
    said = [asdict(problem) for problem in problems]
    return _written({"schema": 1, "book": unjudged(main, as_of), "untrusted": said, "summary": Audit().summary, "findings": []})


def as_json(checked: Checked) -> bytes:
    """The document as UTF-8 text."""
    return _written(document(checked))


def _written(whole: dict[str, Any]) -> bytes:
    """One finding a line."""
    findings = whole.pop("findings")
    head = json.dumps(whole, ensure_ascii=False, indent=1)
    lines = ",\n".join(json.dumps(finding, ensure_ascii=False) for finding in findings)
    return f'{head[:-2]},\n "findings": [\n{lines}\n]}}\n'.encode()
