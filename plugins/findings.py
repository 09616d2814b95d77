"""Findings: what a rule says about one subject, with every number that went into it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple, TypedDict

from ledgers.money import decimal, yuan
from ledgers.policy import Applied, Document

PASS, FAIL, PENDING, NA, UNDETERMINED, WAIVED = "pass", "fail", "pending", "na", "undetermined", "waived"
STATUSES = (FAIL, UNDETERMINED, PENDING, WAIVED, PASS, NA)  # in the order of a reader's interest
_SUMMARY = (PASS, FAIL, PENDING, NA, UNDETERMINED, WAIVED)
STATUS_NAMES = {
    PASS: "符合",
    FAIL: "不符合",
    PENDING: "尚可补足",
    NA: "不适用",
    UNDETERMINED: "无法判定",
    WAIVED: "已豁免",
}
ERROR, WARNING = "error", "warning"
SEVERITY_NAMES = {ERROR: "必须", WARNING: "提示"}
YUAN = "CNY"  # numerators and denominators in 分
SHARE = "share"  # numerators and denominators are themselves shares, shown to six places


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: a project, fund, village, grant, asset, household, voucher, year …"""

    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """The two sides of a ratio; in 分 when the unit is CNY, else plain counts or shares. `value` is the exact ratio."""

    numerator: Fraction | int
    denominator: Fraction | int
    unit: str = YUAN
    value: Fraction | None = None

    @property
    def ratio(self) -> Fraction | None:
        """Numerator ÷ denominator, exactly; None where there is nothing to divide by."""
        if self.value is not None:
            return self.value
        return Fraction(self.numerator) / self.denominator if self.denominator else None

    def text(self, side: Fraction | int) -> str:
        if self.unit != YUAN:
            return f"{side:d}" if isinstance(side, int) else decimal(Fraction(side))
        return yuan(side if isinstance(side, int) else round(side))


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the measure is held against: `value` as a ratio or count, `required` in 分 where the measure is money."""

    op: str
    value: Fraction | None
    parameters: tuple[Applied, ...] = ()
    required: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict. `evidence` are rows of the table `postings`, `lines` further (file, line) of the book.

    `act` is the day of what is judged, which says what had been issued by then; None is the as-of date.
    """

    subject: Subject
    status: str
    message: str
    measured: Measured | None = None
    threshold: Threshold | None = None
    shortfall: int | None = None  # 分
    part: str | None = None
    period: str | None = None
    source: tuple[str, int] = ("main.beancount", 0)
    evidence: tuple[int, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    act: date | None = None
    rule: str = ""  # from here on what the audit says of it
    severity: str = ERROR
    cites: tuple[Document, ...] = ()  # what had been issued on the day of the act
    waiver: str = ""  # why and until when the finding is accepted
    due: date | None = None  # the last day on which what is pending can still be mended

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What tells the finding from all others of a book: rule, kind and id of the subject, part, period."""
        return (self.rule, self.subject.kind, self.subject.id, self.part or "", self.period or "")

    @property
    def fingerprint(self) -> str:
        """Stable over time: what is judged, not what was found."""
        return hashlib.sha256("\n".join(self.key).encode()).hexdigest()[:16]

    @property
    def blocking(self) -> bool:
        """Whether the audit's exit status tells of it."""
        return self.severity == ERROR and self.status in (FAIL, UNDETERMINED)


class More(TypedDict, total=False):
    """What a rule adds to a finding beside subject, verdict, message and measure; as in `Finding`."""

    part: str | None
    period: str | None
    source: tuple[str, int]
    evidence: tuple[int, ...]
    lines: tuple[tuple[str, int], ...]
    act: date | None


@dataclass(frozen=True)
class Passes:
    """Findings of one status, each made only when somebody asks: most vouchers of a county.

    They pass, or nothing had been issued yet on the day of their act (`na`).
    """

    count: int
    make: Callable[[], Iterable[Finding]]
    status: str = PASS


class Place(NamedTuple):
    """A line of the book that a number comes from."""

    file: str
    line: int


@dataclass
class Crash:
    """A rule that could not be run to its end: never a silent pass."""

    rule: str
    error: str


@dataclass
class Audit:
    """What the rules say of a book as of a day. `stated` are all findings but those that rules left in `passes`."""

    stated: list[Finding] = field(default_factory=list)  # in the order of a reader's interest
    crashes: list[Crash] = field(default_factory=list)
    untrusted: list[Any] = field(default_factory=list)  # Problems: broken rolls, or all that stops the judging
    passes: dict[str, tuple[Passes, ...]] = field(default_factory=dict)  # by rule

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding, in the order of a reader's interest."""
        found = [*self.stated, *self._made(self.passes)]
        return sorted(found, key=interest)

    def each(self) -> Iterator[Finding]:
        """Every finding in that order, those that rules left in `passes` made one after the other and not kept."""
        stated = {key: list(group) for key, group in groupby(sorted(self.stated, key=interest), key=interest)}
        left = [(STATUSES.index(one.status), rule, one) for rule, several in self.passes.items() for one in several]
        for key in sorted({*stated, *((place, rule) for place, rule, _ in left)}):
            yield from stated.get(key, ())
            for place, rule, one in left:
                if (place, rule) == key:
                    yield from one.make()

    def of_rules(self, rules: Collection[str]) -> list[Finding]:
        """Every finding of some rules, in no order."""
        stated = [finding for finding in self.stated if finding.rule in rules]
        return [*stated, *self._made(rules)]

    def _made(self, rules: Iterable[str]) -> Iterable[Finding]:
        return (one for rule in rules for passes in self.passes.get(rule, ()) for one in passes.make())

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """How many findings of each status each rule has."""
        counts: dict[str, Counter[str]] = {}
        for finding in self.stated:
            counts.setdefault(finding.rule, Counter())[finding.status] += 1
        for rule, several in self.passes.items():
            for passes in several:
                counts.setdefault(rule, Counter())[passes.status] += passes.count
        return counts

    @property
    def summary(self) -> dict[str, int]:
        return {status: sum(count[status] for count in self.counts.values()) for status in _SUMMARY}

    @property
    def exit_status(self) -> int:
        """0 nothing of severity error failed or stayed undetermined, 1 something did, 2 not to be trusted."""
        if self.untrusted or self.crashes:
            return 2
        return int(any(finding.blocking for finding in self.stated))


def interest(finding: Finding) -> tuple[int, str]:
    """The key by which findings are sorted: failures first, rule by rule."""
    return STATUSES.index(finding.status), finding.rule


def plain(finding: Finding, places: list[Place]) -> dict[str, Any]:
    """The finding as interfaces promise it: numbers as decimal strings, lines of evidence resolved."""
    source = {"file": finding.source[0], "line": finding.source[1]}
    return {
        "rule": finding.rule,
        "status": finding.status,
        "severity": finding.severity,
        "subject": {"kind": finding.subject.kind, "id": finding.subject.id, "name": finding.subject.name},
        "period": finding.period,
        "part": finding.part,
        "measured": _plain_measured(finding.measured),
        "threshold": _plain_threshold(finding.threshold),
        "shortfall": yuan(finding.shortfall) if finding.shortfall is not None else None,
        "message": finding.message,
        "source": source,
        "evidence": [{"file": place.file, "line": place.line} for place in places],
        "fingerprint": finding.fingerprint,
        "cites": [{"document": one.title, "issued": one.issued.isoformat()} for one in finding.cites],
        **({"waiver": finding.waiver} if finding.waiver else {}),
    }


def _plain_measured(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    ratio = measured.ratio
    return {
        "numerator": measured.text(measured.numerator),
        "denominator": measured.text(measured.denominator),
        "value": decimal(ratio) if ratio is not None else None,
        "unit": measured.unit,
    }


def _plain_threshold(threshold: Threshold | None) -> dict[str, Any] | None:
    if threshold is None:
        return None
    return {
        "op": threshold.op,
        "value": decimal(threshold.value) if threshold.value is not None else None,
        "required": yuan(threshold.required) if threshold.required is not None else None,
        "parameters": [_plain_applied(applied) for applied in threshold.parameters],
    }


def _plain_applied(applied: Applied) -> dict[str, Any]:
    parameter = applied.parameter
    result: dict[str, Any] = {
        "policy": parameter.name,
        "value": decimal(parameter.value) if parameter.value is not None else None,
        "basis": parameter.basis,
        "effective": parameter.effective.isoformat(),
        "applied_on": applied.day.isoformat(),
    }
    for key, text in (("quote", parameter.quote), ("reading", parameter.reading)):
        if text:
            result[key] = text
    if parameter.verified_until:
        result["verified_until"] = parameter.verified_until.isoformat()
    if parameter.scope:
        result["scope"] = {key: list(values) for key, values in parameter.scope}
    return result
