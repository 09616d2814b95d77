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

_PIECE = 2**18


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


def _head(checked: Checked) -> dict[str, Any]:
    """The JSON document that interfaces promise, without its findings."""
    return {
        "schema": 1,
        "book": about(checked.book),
        "untrusted": [asdict(problem) for problem in checked.audit.untrusted]
        + [{"file": "", "line": 0, "message": crashed(crash.rule, crash.error)} for crash in checked.audit.crashes],
        "summary": checked.audit.summary,
        "scope": {"rules": list(checked.scope.rules), "subjects": list(checked.scope.asked or checked.scope.subjects)},
        **(_compared(checked.baseline) if checked.baseline else {}),
        "waivers": [plain_waiver(one) for one in waivers(checked.book.tables, checked.audit, checked.scope)],
    }


def _compared(baseline: Baseline) -> dict[str, Any]:
    """With which run this one was compared, and the problems that are no more."""
    return {
        "baseline": {"as_of": baseline.as_of, "digest": baseline.digest, "summary": baseline.summary},
        "resolved": [_plain_resolved(one) for one in baseline.resolved],
    }


def _plain_resolved(resolved: Resolved) -> dict[str, Any]:
    keys = ("rule", "subject", "part", "period", "status", "message", "fingerprint")
    return {key: resolved.finding.get(key) for key in keys} | {"now": resolved.now or None, "how": resolved.how}


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
    for finding in checked.audit.each():
        state = checked.state_of(finding)
        yield plain(finding, places(checked.book.tables, finding)) | ({"baseline": state} if state else {})


def unjudged(main: str, as_of: date) -> dict[str, Any]:
    """What is known of a book that could not be judged."""
    return {"title": None, "main": main, "as_of": as_of.isoformat(), "digest": None, "version": ledgers.__version__}


def unjudged_json(main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """The document of a book that could not be judged: why, and no finding."""
    said = [asdict(problem) for problem in problems]
    head = {"schema": 1, "book": unjudged(main, as_of), "untrusted": said, "summary": Audit().summary}
    return b"".join(_written(head, ()))


def as_json(checked: Checked) -> bytes:
    """The document as UTF-8 text."""
    return b"".join(json_pieces(checked))


def json_pieces(checked: Checked) -> Iterator[bytes]:
    """The same piece by piece: a large book's findings are never all in memory."""
    return _written(_head(checked), _plain(checked))


def _written(head: dict[str, Any], findings: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One finding a line."""
    begun = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return in_pieces(f'{begun},\n "findings": [\n', findings, "\n]}\n")


def in_pieces(begin: str, items: Iterable[dict[str, Any]], end: str) -> Iterator[bytes]:
    """A JSON text whose array has one item a line, in pieces of about `_PIECE` characters, none of which cuts a character."""
    held, size, written = [begin], 0, json.JSONEncoder(ensure_ascii=False).encode
    for number, item in enumerate(items):
        line = (",\n" if number else "") + written(item)
        held.append(line)
        size += len(line)
        if size > _PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join([*held, end]).encode()
