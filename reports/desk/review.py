"""A judged book as of a day, indexed for the pages: what the rules found, by rule and by subject."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from fava.util.date import parse_date

from ledgers.facts import registered
from ledgers.money import decimal, percent, yuan_cn
from ledgers.tables.tables import Tables
from plugins import catalogue
from plugins.audit import audit, places
from plugins.findings import (
    ERROR,
    FAIL,
    PENDING,
    SEVERITY_NAMES,
    SHARE,
    STATUS_NAMES,
    STATUSES,
    UNDETERMINED,
    YUAN,
    Audit,
    Finding,
    Place,
)
from plugins.judging import plain_number
from plugins.rule import Rule
from reports import figures
from reports.desk.listing import Memory
from reports.plan import Task, tasks_of
from reports.words import COMPARED

MARKS = dict(zip(STATUSES, "✗?…⊘✓–", strict=True))  # beside the word and the colour
UNITS = {"day": "天", "household": "户", "person": "人", "count": "个", "project": "个", "village": "个"}
TO_DO = (FAIL, UNDETERMINED, PENDING)
PERSONAL = frozenset({"household", "person", "account"})  # kinds of subjects that auditors alone see one by one


def as_of(time: str, today: date) -> date:
    """The as-of day of Fava's time filter: its last day, today at the latest, today without one; ValueError for no time."""
    if not time:
        return today
    end = parse_date(time)[1]
    if end is None:
        raise ValueError(time)
    return min(end - timedelta(days=1), today)


def begin_of(time: str) -> date:
    """The first day of Fava's time filter; ValueError for no time."""
    begin = parse_date(time)[0]
    if begin is None:
        raise ValueError(time)
    return begin


@dataclass(frozen=True)
class Shown:
    """The numbers of a finding as a reader sees them; "" where there are none."""

    numerator: str = ""
    denominator: str = ""
    value: str = ""
    threshold: str = ""
    shortfall: str = ""


class Review:
    """What the rules say of a book as of a day, and where each number comes from."""

    def __init__(self, tables: Tables, judged: Audit | None = None) -> None:
        self.tables = tables
        self.rules: dict[str, Rule] = dict(catalogue())
        self.audit: Audit = audit(tables, self.rules.values()) if judged is None else judged
        self.lists: Memory = {}  # what the pages' lists have worked out
        self._found: dict[tuple[str, str], list[Finding]] = {}
        self.personal: dict[str, Counter[str]] = {}  # findings about households that are left out, by rule and status

    @property
    def as_of(self) -> date:
        return self.tables.as_of

    @cached_property
    def without_people(self) -> "Review":
        """The same for who may not see households: what is found about one of them is counted, not told."""
        told = [finding for finding in self.audit.findings if finding.subject.kind not in PERSONAL]
        left = _grouped(
            (finding for finding in self.audit.findings if finding.subject.kind in PERSONAL), lambda one: one.rule
        )
        other = Review(self.tables, Audit(told, self.audit.crashes, self.audit.untrusted))
        other.personal = {rule: Counter(one.status for one in findings) for rule, findings in left.items()}
        return other

    @cached_property
    def by_rule(self) -> dict[str, list[Finding]]:
        return _grouped(self.audit.findings, lambda finding: finding.rule)

    @cached_property
    def by_subject(self) -> dict[tuple[str, str], list[Finding]]:
        return _grouped(self.audit.findings, lambda finding: (finding.subject.kind, finding.subject.id))

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """Findings of each rule by status; rules that found nothing are there too."""
        found = {rule: Counter(self.audit.counts.get(rule, ())) for rule in self.rules}
        for rule, counts in self.personal.items():
            found[rule] += counts
        return found

    @property
    def summary(self) -> dict[str, int]:
        """Findings by status, those about households among them."""
        return {status: sum(counts[status] for counts in self.counts.values()) for status in STATUSES}

    def of(self, kind: str, *ids: str) -> list[Finding]:
        """What was found about these subjects, failures first."""
        found = [finding for one in ids for finding in self.by_subject.get((kind, one), ())]
        return sorted(found, key=lambda finding: STATUSES.index(finding.status))

    def of_project(self, project: str) -> list[Finding]:
        """About a project, and about its grants and assets; and what is wrong with its vouchers."""
        return self._remembered("project", project, self._of_project)

    def of_village(self, village: str) -> list[Finding]:
        """About a village, and about its projects, assets and grants, each finding once."""
        return self._remembered("village", village, self._of_village)

    def _remembered(self, kind: str, name: str, look: Callable[[str], list[Finding]]) -> list[Finding]:
        """Lists ask for the same again and again: what was found stays as long as the review."""
        if (kind, name) not in self._found:
            self._found[kind, name] = look(name)
        return self._found[kind, name]

    def _of_project(self, project: str) -> list[Finding]:
        grants = [one.row.id for one in figures.shares_by_grant(self.tables).values() if one.row.project == project]
        found = self.of("project", project) + self.of("equity", *grants) + self.of("asset", *self.assets_of(project))
        vouchers = self.of("voucher", *self._vouchers_by_project.get(project, ()))
        return found + [one for one in vouchers if one.status in TO_DO]

    def assets_of(self, project: str) -> list[str]:
        return [asset.id for asset in registered.assets(self.tables).values() if project in (asset.project or ())]

    def _of_village(self, village: str) -> list[Finding]:
        projects = [one.id for one in registered.projects(self.tables).values() if one.village == village]
        assets = [one.id for one in registered.assets(self.tables).values() if one.village == village]
        grants = [one.row.id for one in figures.shares_by_grant(self.tables).values() if one.village == village]
        found = self.of("village", village) + [one for name in projects for one in self.of_project(name)]
        found += self.of("asset", *assets) + self.of("equity", *grants)
        return sorted({one.key: one for one in found}.values(), key=lambda one: STATUSES.index(one.status))

    @cached_property
    def _vouchers_by_project(self) -> dict[str, list[str]]:
        table = self.tables.postings
        pairs = dict.fromkeys(zip(table["project"].tolist(), table["voucher"].tolist(), strict=True))
        found: dict[str, list[str]] = defaultdict(list)
        for project, voucher in pairs:
            found[project or ""].append(voucher)
        return found

    @cached_property
    def to_do(self) -> list[Finding]:
        """What needs action, most yuan at risk first, then what the document demands before what is advised."""
        found = [finding for finding in self.audit.findings if finding.status in TO_DO]
        return sorted(
            found,
            key=lambda one: (TO_DO.index(one.status), -(at_risk(one) or 0), one.severity != ERROR, one.key),
        )

    @cached_property
    def tasks(self) -> list[Task]:
        """The smallest act for each subject that fails or is pending, the soonest due first."""
        return tasks_of(self.tables, self.rules, self.audit.stated)

    def places(self, finding: Finding) -> list[Place]:
        return places(self.tables, finding)

    def postings(self, **columns: Any) -> Any:
        """Rows of the table `postings` in which every named column has the value."""
        table = self.tables.postings
        for name, value in columns.items():
            table = table[table[name] == value]
        return table


def at_risk(finding: Finding) -> int | None:
    """分 that are missing or too much, where the finding is about money."""
    return finding.shortfall if finding.measured is None or finding.measured.unit == YUAN else None


def shown(finding: Finding) -> Shown:
    """The numbers of a finding in the units that a reader knows."""
    measured, threshold = finding.measured, finding.threshold
    if measured is None:
        return Shown()
    target = threshold.value if threshold else None
    ratio = measured.ratio
    operator = f"{COMPARED.get(threshold.op, '')} " if threshold else ""
    render = _ratio_of(measured.unit, most=threshold is not None and threshold.op == "<=")
    limit = _days if threshold and any(one.parameter.name.endswith("-days") for one in threshold.parameters) else render
    return Shown(
        numerator=_side(measured.numerator, measured.unit),
        denominator=_side(measured.denominator, measured.unit) if measured.unit != "day" else "",
        value=render(ratio) if ratio is not None else "",
        threshold=f"{operator}{limit(target)}" if target is not None else "",
        shortfall=yuan_cn(finding.shortfall) if finding.shortfall else "",
    )


def _side(value: Fraction | int, unit: str) -> str:
    if unit == YUAN:
        return yuan_cn(int(value))
    if unit == SHARE:
        return percent(Fraction(value))
    return f"{decimal(Fraction(value))} {UNITS.get(unit, '')}".strip()


def _ratio_of(unit: str, most: bool) -> Any:
    """How a ratio is written; of one that must not be exceeded the rest counts, so that it never looks as if it fitted."""
    if unit == "day":
        return _days
    if unit == SHARE:
        return lambda value: plain_number(Fraction(value))
    return lambda value: percent(Fraction(value), up=most)


def _days(value: Fraction) -> str:
    return f"{decimal(Fraction(value))} 天"


def status_name(status: str) -> str:
    return f"{MARKS[status]} {STATUS_NAMES[status]}"


def severity_name(severity: str) -> str:
    return SEVERITY_NAMES[severity]


def _grouped(findings: Iterable[Finding], key: Any) -> dict[Any, list[Finding]]:
    groups: dict[Any, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[key(finding)].append(finding)
    return groups
