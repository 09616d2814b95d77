"""What the sheets of a workpaper share: an index number for every finding, a number for every parameter used."""

from dataclasses import dataclass, field
from datetime import date

from ledgers.policy import Parameter
from plugins.findings import Finding
from plugins.rule import Rule
from reports.check.checked import Checked
from reports.words import detail


@dataclass(frozen=True)
class Paper:
    """One finding and its index number, rule-sequence, by which all sheets refer to it."""

    index: str
    finding: Finding

    @property
    def detail(self) -> str:
        return detail(self.finding.part, self.finding.period)


@dataclass(frozen=True)
class Group:
    """The findings of one rule; `number` is the rule's number in this workpaper."""

    number: int
    rule: Rule
    papers: tuple[Paper, ...]

    @property
    def sheet(self) -> str:
        return f"{self.number:02d} {self.rule.title}"


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


def papers_of(checked: Checked) -> Papers:
    """Number the findings, families of rules together, the worst of each rule first."""
    found: dict[str, list[Finding]] = {}
    for finding in checked.audit.findings:
        found.setdefault(finding.rule, []).append(finding)
    rules = sorted(checked.rules.values(), key=lambda rule: (rule.family, rule.id))
    groups = []
    for number, rule in enumerate([rule for rule in rules if rule.id in found], start=1):
        papers = tuple(Paper(f"{number:02d}-{place:04d}", one) for place, one in enumerate(found[rule.id], start=1))
        groups.append(Group(number, rule, papers))
    silent = tuple(rule for rule in rules if rule.id not in found and checked.scope.holds_rule(rule.id))
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
