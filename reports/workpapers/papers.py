"""What the sheets of a workpaper share: an index number for every finding, a number for every parameter used.

What passes is most of a large county: it is made rule by rule, when its sheet is written, and not kept.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from ledgers.policy import Parameter
from plugins.findings import ERROR, FAIL, Audit, Finding, interest
from plugins.rule import Rule
from reports.check.baseline import WHOLE
from reports.check.checked import Checked
from reports.words import detail

# Findings about the book as a tool, not about what a unit did: they get a line on a list, no 取证单.
TOOL_RULES = frozenset({"law-lowered", "policy-stale", "record", "sealed-period", "voucher", "changed-after"})
_DIGITS = 6  # of an index number, 30 bits: two findings of one rule meet once in thousands of workpapers


@dataclass(frozen=True)
class Paper:
    """One finding and its index number, by which all sheets refer to it."""

    index: str
    finding: Finding

    @property
    def detail(self) -> str:
        return detail(self.finding.part, self.finding.period)

    @property
    def has_form(self) -> bool:
        """Whether the audited unit is asked to confirm it on a form of its own."""
        finding = self.finding
        return finding.status == FAIL and finding.severity == ERROR and finding.rule not in TOOL_RULES


@dataclass(frozen=True)
class Group:
    """The findings of one rule; `number` is the rule's place in this workpaper. `stated` are those that are kept."""

    number: int
    rule: Rule
    stated: tuple[Paper, ...]
    counts: Counter[str]  # by status, of all
    audit: Audit = field(repr=False)

    @property
    def sheet(self) -> str:
        return self.rule.title

    @property
    def failed(self) -> list[Paper]:
        return [paper for paper in self.stated if paper.finding.status == FAIL]

    @property
    def papers(self) -> list[Paper]:
        """All of them, the worst first; those that pass are made anew each time."""
        return [Paper(index_of(one), one) for one in sorted(self.audit.of_rules({self.rule.id}), key=interest)]


@dataclass
class Used:
    """A parameter that went into findings: its number, the days that selected it, the rules that used it."""

    place: int
    parameter: Parameter
    days: set[date] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)

    @property
    def number(self) -> str:
        return f"P{self.place}"


@dataclass(frozen=True)
class Papers:
    """All findings by rule, rules without any, and the parameters used so far, in the order of their first use."""

    groups: tuple[Group, ...]
    silent: tuple[Rule, ...]
    used: dict[Parameter, Used] = field(default_factory=dict)

    def numbers(self, finding: Finding) -> list[str]:
        """The numbers of the parameters that went into a finding."""
        return list(dict.fromkeys(one.number for one in self.uses(finding)))

    def uses(self, finding: Finding) -> list[Used]:
        """The parameters that went into a finding, numbered as they first turn up."""
        return [
            self._used(applied.parameter, applied.day, finding.rule)
            for applied in (finding.threshold.parameters if finding.threshold else ())
        ]

    def of_rule(self, papers: Iterable[Paper]) -> list[Used]:
        """The parameters that went into the findings of one rule, by number."""
        found = {one.number: one for paper in papers for one in self.uses(paper.finding)}
        return sorted(found.values(), key=lambda one: one.place)

    def _used(self, parameter: Parameter, day: date, rule: str) -> Used:
        one = self.used.get(parameter)
        if one is None:
            one = self.used[parameter] = Used(len(self.used) + 1, parameter)
        one.days.add(day)
        one.rules.add(rule)
        return one


def index_of(finding: Finding) -> str:
    """The index number of what is judged: the same for the same rule, subject, part and period on every day."""
    digest = hashlib.sha256("\n".join(finding.key).encode()).digest()
    return initials(finding.rule) + base64.b32encode(digest[:5]).decode()[:_DIGITS]


@cache
def initials(rule: str) -> str:
    """What the index numbers of a rule begin with."""
    return "".join(word[0] for word in rule.split("-")).upper() + "-"


def papers_of(checked: Checked) -> Papers:
    """Number the findings, families of rules together."""
    audit = checked.audit
    stated: dict[str, list[Finding]] = {}
    for finding in sorted(audit.stated, key=interest):
        stated.setdefault(finding.rule, []).append(finding)
    rules = sorted(checked.rules.values(), key=lambda rule: (rule.family, rule.id))
    groups = []
    for number, rule in enumerate([rule for rule in rules if rule.id in audit.counts], start=1):
        papers = tuple(Paper(index_of(one), one) for one in stated.get(rule.id, ()))
        groups.append(Group(number, rule, papers, audit.counts[rule.id], audit))
    silent = tuple(rule for rule in rules if rule.id not in audit.counts and checked.scope == WHOLE)
    return Papers(tuple(groups), silent)
