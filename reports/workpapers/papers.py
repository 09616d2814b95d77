"""What the sheets of a workpaper share: an index number for every finding, a number for every parameter used."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date

from ledgers.policy import Parameter
from plugins.findings import ERROR, FAIL, Finding
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
    """The findings of one rule; `number` is the rule's place in this workpaper."""

    number: int
    rule: Rule
    papers: tuple[Paper, ...]

    @property
    def sheet(self) -> str:
        return self.rule.title


@dataclass
class Used:
    """A parameter that went into findings: its number, the days that selected it, the rules that used it."""

    number: str
    parameter: Parameter
    days: set[date] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Papers:
    """All findings by rule, rules without any, and the parameters used, in the order of their first use."""

    groups: tuple[Group, ...]
    silent: tuple[Rule, ...]
    used: dict[Parameter, Used]

    def numbers(self, finding: Finding) -> list[str]:
        """The numbers of the parameters that went into a finding."""
        applied = finding.threshold.parameters if finding.threshold else ()
        return list(dict.fromkeys(self.used[one.parameter].number for one in applied))


def index_of(finding: Finding) -> str:
    """The index number of what is judged: the same for the same rule, subject, part and period on every day."""
    digest = hashlib.sha256("\n".join(finding.key).encode()).digest()
    initials = "".join(word[0] for word in finding.rule.split("-")).upper()
    return f"{initials}-{base64.b32encode(digest).decode()[:_DIGITS]}"


def papers_of(checked: Checked) -> Papers:
    """Number the findings, families of rules together, the worst of each rule first."""
    found: dict[str, list[Finding]] = {}
    for finding in checked.audit.findings:
        found.setdefault(finding.rule, []).append(finding)
    rules = sorted(checked.rules.values(), key=lambda rule: (rule.family, rule.id))
    groups = []
    for number, rule in enumerate([rule for rule in rules if rule.id in found], start=1):
        papers = tuple(Paper(index_of(one), one) for one in found[rule.id])
        groups.append(Group(number, rule, papers))
    silent = tuple(rule for rule in rules if rule.id not in found and checked.scope == WHOLE)
    return Papers(tuple(groups), silent, _used(groups))


def _used(groups: list[Group]) -> dict[Parameter, Used]:
    used: dict[Parameter, Used] = {}
    for group in groups:
        for paper in group.papers:
            for applied in paper.finding.threshold.parameters if paper.finding.threshold else ():
                one = used.setdefault(applied.parameter, Used(f"P{len(used) + 1}", applied.parameter))
                one.days.add(applied.day)
                one.rules.add(group.rule.id)
    return used
