"""总览: verdicts by rule, funds against time, the ratios that matter against their thresholds, what needs action now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from ledgers.facts import registered
from ledgers.money import percent
from plugins.findings import ERROR, FAIL, NA, PASS, PENDING, STATUSES, UNDETERMINED, WAIVED, YUAN, Finding
from reports import figures
from reports.desk import charts
from reports.desk.review import Review, shown, status_name

ACTIONS = 15
COLUMNS = (FAIL, UNDETERMINED, PENDING, WAIVED, PASS, NA)
SUMMED = ("labour-share", "labour-share-work-relief", "labour-promised")  # ratios of projects, shown added up


@dataclass(frozen=True)
class Bar:
    """One ratio against its threshold."""

    rule: str
    label: str
    value: str
    threshold: str
    status: str
    verdict: str
    svg: Markup


@dataclass(frozen=True)
class FundLine:
    """One fund: its money, and how far it is against its time."""

    row: Any
    money: figures.Money
    progress: str
    time: str
    finding: Finding | None
    svg: Markup


def view(_desk: Any, review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the landing page shows."""
    rules = sorted(review.rules.values(), key=lambda rule: (-review.counts[rule.id][FAIL], rule.severity != ERROR))
    year = max((fund.year for fund in registered.funds(review.tables).values() if fund.year), default=review.as_of.year)
    year = min(year, review.as_of.year)
    return {
        "summary": review.summary,
        "columns": COLUMNS,
        "statuses": STATUSES,
        "rules": [rule for rule in rules if review.counts[rule.id]],
        "silent": [rule for rule in rules if not review.counts[rule.id]],
        "bars": list(_bars(review, year)),
        "year": year,
        "funds": [line for line in fund_lines(review) if (line.row.year or 0) >= year - 1],
        "actions": review.to_do[:ACTIONS],
        "actions_total": len(review.to_do),
    }


def fund_lines(review: Review) -> Iterator[FundLine]:
    """Every fund, the latest years first."""
    money = figures.by_fund(review.tables)
    for fund in sorted(registered.funds(review.tables).values(), key=lambda fund: (-(fund.year or 0), fund.id)):
        found = [one for one in review.of("fund", fund.id) if one.rule == "spending-progress"]
        finding = found[0] if found else None
        threshold = finding.threshold.value if finding and finding.threshold else None
        one = money[fund.id]
        done = Fraction(one.paid, one.amount) if one.amount else Fraction(0)
        title = f"{fund.name}：已支付 {percent(done)}" + (
            f"，应达到 {percent(threshold)}" if threshold is not None else ""
        )
        svg = charts.progress_bar(one.paid, one.amount, threshold, title)
        yield FundLine(fund, one, percent(done), percent(threshold) if threshold is not None else "", finding, svg)


def _bars(review: Review, year: int) -> Iterator[Bar]:
    for rule in SUMMED:
        yield from _summed(review, rule)
    for rule, findings in review.by_rule.items():
        for finding in sorted(findings, key=lambda one: one.subject.id, reverse=True):
            if finding.subject.kind == "year" and finding.subject.id in (str(year), str(year - 1)):
                yield from _bar(review, rule, finding)


def _bar(review: Review, rule: str, finding: Finding) -> Iterator[Bar]:
    measured, threshold = finding.measured, finding.threshold
    if measured is None or measured.ratio is None or threshold is None or measured.unit == "person":
        return
    numbers, good = shown(finding), finding.status == PASS
    title = f"{review.rules[rule].title} {finding.subject.name}：{numbers.value}，应 {numbers.threshold}"
    svg = charts.ratio_bar(measured.ratio, threshold.value, threshold.op, good, title)
    label = f"{finding.subject.name} {finding.part or ''}".strip()
    yield Bar(rule, label, numbers.value, numbers.threshold, finding.status, status_name(finding.status), svg)


def _summed(review: Review, rule: str) -> Iterator[Bar]:
    """A ratio of projects, all numerators over all denominators, against all that is required."""
    found = [
        one for one in review.by_rule.get(rule, ()) if one.measured and one.threshold and one.measured.unit == YUAN
    ]
    whole = sum(int(one.measured.denominator) for one in found if one.measured)
    if not whole:
        return
    value = Fraction(sum(int(one.measured.numerator) for one in found if one.measured), whole)
    required = Fraction(sum(one.threshold.required or 0 for one in found if one.threshold), whole)
    good = value >= required
    label = f"{len(found)} 个项目合计"
    title = f"{review.rules[rule].title} {label}：{percent(value)}，应 ≥ {percent(required)}"
    svg = charts.ratio_bar(value, required, ">=", good, title)
    yield Bar(rule, label, percent(value), f"≥ {percent(required)}", *_worst(found), svg)


def _worst(found: list[Finding]) -> tuple[str, str]:
    """The worst status among the projects, and how many have it: a sum passes no verdict on its parts."""
    status = min((one.status for one in found), key=STATUSES.index)
    count = sum(one.status == status for one in found)
    return status, f"{status_name(status)} {count} 个项目"
