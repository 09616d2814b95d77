"""What is new, unchanged and resolved against an earlier run, by fingerprint.

Only problems live such a life: findings that failed or could not be determined. What the earlier run did not look at is
never called new, and what this run does not look at, or could not judge for a crash, is never called resolved.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem, Untrusted
from plugins.findings import FAIL, NA, STATUS_NAMES, UNDETERMINED, Audit, Finding, plain

NEW, UNCHANGED, RESOLVED = "new", "unchanged", "resolved"
STATE_NAMES = {NEW: "新增", UNCHANGED: "未变", RESOLVED: "已消除"}
# What made a problem go: it was mended; what it is judged against was changed; nobody judges it any more.
MENDED, CHANGED, UNJUDGED = "mended", "changed", "unjudged"
HOW_NAMES = {MENDED: "已整改", CHANGED: "事实有变", UNJUDGED: "不再判定"}
PROBLEMS = (FAIL, UNDETERMINED)
_EXPECTED = "基线应为 xianjie check --format json 的结果"


@dataclass(frozen=True)
class Scope:
    """Which rules and subjects a run was asked for; empty means all."""

    rules: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()  # the texts that these subjects were asked for by

    def holds_rule(self, rule: str) -> bool:
        return not self.rules or rule in self.rules

    def holds(self, rule: str, subject: str) -> bool:
        return self.holds_rule(rule) and (not self.subjects or subject in self.subjects)


WHOLE = Scope()


@dataclass(frozen=True)
class Resolved:
    """A problem of the earlier run, as its JSON has it, what is said of the same thing now ("" when nothing is), and how it went."""

    finding: dict[str, Any]
    now: str
    how: str

    @property
    def now_name(self) -> str:
        return STATUS_NAMES[self.now] if self.now else "不再判定"


@dataclass(frozen=True)
class Baseline:
    """The comparison with one earlier run."""

    as_of: str
    digest: str
    states: dict[str, str]  # fingerprint of a problem -> new or unchanged
    resolved: tuple[Resolved, ...]

    @property
    def summary(self) -> dict[str, int]:
        counts = Counter(self.states.values())
        return {NEW: counts[NEW], UNCHANGED: counts[UNCHANGED], RESOLVED: len(self.resolved)} | self.ways

    @property
    def ways(self) -> dict[str, int]:
        """How many of the resolved went in which way; they add up to the resolved."""
        counts = Counter(one.how for one in self.resolved)
        return {how: counts[how] for how in HOW_NAMES}

    @property
    def words(self) -> str:
        counts = "　".join(f"{name} {self.summary[state]}" for state, name in STATE_NAMES.items())
        ways = "、".join(f"{HOW_NAMES[how]} {count}" for how, count in self.ways.items())
        return f"与截至 {self.as_of} 的结果（账簿摘要 {self.digest[:23]}…）比较：{counts}（{ways}）"


def compare(audit: Audit, scope: Scope, title: str, path: Path) -> Baseline:
    """Compare an audit with the JSON of an earlier run of the same book; Untrusted when the file is no such thing."""
    earlier = _read(path, title)
    asked = earlier.get("scope") or {}
    before_scope = Scope(tuple(asked.get("rules", ())), tuple(asked.get("subjects", ())))
    crashed = {crash.rule for crash in audit.crashes}
    now = {finding.fingerprint: finding for finding in audit.findings}
    before = {one["fingerprint"]: one for one in earlier["findings"] if one["status"] in PROBLEMS}
    states = {
        fingerprint: UNCHANGED if fingerprint in before else NEW
        for fingerprint, finding in now.items()
        if finding.status in PROBLEMS and before_scope.holds(finding.rule, finding.subject.id)
    }
    rewritten = {finding.subject.id for finding in audit.stated if (finding.rule, finding.status) == (CHANGES, FAIL)}
    resolved = [
        Resolved(one, now[fingerprint].status if fingerprint in now else "", _how(one, now.get(fingerprint), rewritten))
        for fingerprint, one in before.items()
        if scope.holds(one["rule"], one["subject"]["id"])
        and one["rule"] not in crashed
        and (fingerprint not in now or now[fingerprint].status not in PROBLEMS)
    ]
    return Baseline(earlier["book"]["as_of"], earlier["book"]["digest"], states, tuple(resolved))


CHANGES = "changed-after"
BASE_IS_MENDED = frozenset({"leftover", "stocktake"})  # what mends them changes what they are held against


def _how(before: dict[str, Any], now: Finding | None, rewritten: set[str]) -> str:
    """Mended, where what is judged reached the same standard on the same base; else its facts are others than they were."""
    if now is None or now.status == NA:
        return UNJUDGED
    bases = zip(_base(before), _base(plain(now, [])), strict=True)
    same = all(then == today for then, today in bases if then and today)
    touched = now.measured is not None and now.subject.id in rewritten
    return MENDED if same and not touched else CHANGED


def _base(finding: dict[str, Any]) -> tuple[Any, ...]:
    """What the measure of a finding is held against: its denominator, and the parameters in force for it."""
    measured, threshold = finding.get("measured") or {}, finding.get("threshold") or {}
    parameters = [(one["policy"], one["value"], one["effective"]) for one in threshold.get("parameters", ())]
    return None if finding["rule"] in BASE_IS_MENDED else measured.get("denominator"), parameters


def _read(path: Path, title: str) -> dict[str, Any]:
    try:
        earlier = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _refused(path, f"无法读取（{error}），{_EXPECTED}") from None
    if not isinstance(earlier, dict) or earlier.get("schema") != 1 or not _complete(earlier):
        raise _refused(path, f"内容不符，{_EXPECTED}")
    if earlier["book"]["title"] != title:
        raise _refused(path, f"是另一本账簿的结果：应为“{title}”，实为“{earlier['book']['title']}”")
    result: dict[str, Any] = earlier
    return result


def _complete(earlier: dict[str, Any]) -> bool:
    try:
        book = (earlier["book"]["title"], earlier["book"]["as_of"], earlier["book"]["digest"])
        texts: Iterable[Any] = [
            *book,
            *(one[key] for one in earlier["findings"] for key in ("rule", "status", "message", "fingerprint")),
            *(one["subject"][key] for one in earlier["findings"] for key in ("id", "name")),
        ]
        return all(isinstance(text, str) for text in texts)
    except (KeyError, TypeError):
        return False


def _refused(path: Path, message: str) -> Untrusted:
    return Untrusted([Problem(path.name, 0, message)])
