"""总览: how much money there is and what became of it, the ratios that matter, what must be done and by whom."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from ledgers.facts import registered
from ledgers.money import percent
from plugins.findings import ERROR, FAIL, NA, PASS, PENDING, STATUSES, UNDETERMINED, WAIVED, YUAN, Finding
from plugins.rule import Rule
from reports import figures
from reports.desk import charts
from reports.desk.review import Review, at_risk, shown, status_name
from reports.desk.where import where
from reports.plan import Task
from reports.words import COMPARED

COLUMNS = (FAIL, UNDETERMINED, PENDING, WAIVED, PASS, NA)
SUMMED = ("labour-share-work-relief", "labour-share", "labour-promised")  # ratios of projects, shown added up
YEARLY = ("industry-share", "income-tilt", "management-fee", "equity-ratio", "input-stable", "industry-rising")
UNITS = 8  # units that are listed; the others stand on the page of what is to be done
SOONEST = 2  # acts of each
BARS = 6


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
    rate: Fraction | None
    finding: Finding | None
    svg: Markup


@dataclass(frozen=True)
class ToDo:
    """What one unit has to do, soonest first, and 分 that it comes to."""

    unit: str
    tasks: list[Task]

    @property
    def pending(self) -> list[Task]:
        return [task for task in self.tasks if task.finding.status == PENDING]

    @property
    def due(self) -> date | None:
        """The last day for the first of them; None when no act has one."""
        return min((task.due for task in self.tasks if task.due), default=None)

    @property
    def amount(self) -> int:
        return sum(task.amount or 0 for task in self.tasks)


@dataclass(frozen=True)
class MoneyLine:
    """Money of a year, or of a level of one, with how much of it was paid."""

    title: str
    year: int
    level: str
    money: figures.Money
    svg: Markup

    @property
    def rate(self) -> Fraction | None:
        return paid_share(self.money)


def view(_desk: Any, review: Review, _args: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the landing page shows."""
    years = sorted(
        {year for year, _ in figures.by_year_and_level(review.tables) if year <= review.as_of.year}, reverse=True
    )
    year = years[0] if years else review.as_of.year
    return {
        "year": year,
        "now": _of_year(review, year),
        "before": _of_year(review, year - 1) if year - 1 in years else None,
        "time": Fraction(review.as_of.timetuple().tm_yday, 365) if review.as_of.year == year else None,
        "lines": list(_money_lines(review, years[:3])),
        "trend": _trend(review),
        "bars": list(_bars(review, year))[:BARS],
        "units": (units := _units(review))[:UNITS],
        "more_units": len(units) - UNITS,
        "soonest": SOONEST,
        "summary": review.summary,
        "columns": COLUMNS,
        "rules": _worst_first(review),
        "silent": [rule for rule in review.rules.values() if not review.counts[rule.id]],
    }


def paid_share(money: figures.Money) -> Fraction | None:
    return Fraction(money.paid, money.amount) if money.amount else None


def _of_year(review: Review, year: int) -> figures.Money:
    parts = figures.by_year_and_level(review.tables).items()
    return figures.total(money for (one, _), money in parts if one == year)


def _money_lines(review: Review, years: list[int]) -> Iterator[MoneyLine]:
    """Each year, and below the latest its levels."""
    parts = figures.by_year_and_level(review.tables)
    widest = max((_of_year(review, year).amount for year in years), default=0)
    for number, year in enumerate(years):
        whole = _of_year(review, year)
        yield MoneyLine(f"{year}年", year, "", whole, charts.money_bar(whole, widest, f"{year}年"))
        if number == 0:
            for (one, level), money in parts.items():
                if one == year:
                    yield MoneyLine(level, year, level, money, charts.money_bar(money, widest, f"{year}年{level}"))


def _trend(review: Review) -> Markup:
    """Payments of the year, month by month, beside those of the two years before."""
    months = figures.paid_by_month(review.tables)
    shown_years = [year for year in sorted(months) if review.as_of.year - 3 < year <= review.as_of.year]
    return (
        charts.lines([(f"{year}年", months[year]) for year in shown_years], "各年累计支付")
        if shown_years
        else Markup("")
    )


def _units(review: Review) -> list[ToDo]:
    """By the unit that has to act: whose day comes first, then the most yuan."""
    units: dict[str, list[Task]] = defaultdict(list)
    for task in review.tasks:
        units[where(review.tables, task.finding).unit].append(task)
    found = [ToDo(unit, tasks) for unit, tasks in units.items()]
    return sorted(found, key=lambda one: (one.due or date.max, -one.amount, -len(one.tasks), one.unit))


def _worst_first(review: Review) -> list[Rule]:
    """Rules that judged something: what the law demands before advice, most failures first, then most yuan."""
    missing: dict[str, int] = defaultdict(int)
    for finding in review.to_do:
        missing[finding.rule] += at_risk(finding) or 0

    def key(rule: Rule) -> Any:
        counts = review.counts[rule.id]
        return not counts[FAIL], rule.severity != ERROR, -counts[FAIL], -missing[rule.id], rule.title

    return sorted((rule for rule in review.rules.values() if review.counts[rule.id]), key=key)


def fund_lines(review: Review) -> Iterator[FundLine]:
    """Every fund, the latest years first."""
    money = figures.by_fund(review.tables)
    for fund in sorted(registered.funds(review.tables).values(), key=lambda fund: (-(fund.year or 0), fund.id)):
        found = [one for one in review.of("fund", fund.id) if one.rule == "spending-progress"]
        finding = found[0] if found else None
        threshold = finding.threshold.value if finding and finding.threshold else None
        one = money[fund.id]
        done = paid_share(one)
        title = f"{fund.name}：已支付 {percent(done or Fraction(0))}" + (
            f"，应达到 {percent(threshold)}" if threshold is not None else ""
        )
        yield FundLine(fund, one, done, finding, charts.progress_bar(one.paid, one.amount, threshold, title))


def _bars(review: Review, year: int) -> Iterator[Bar]:
    """The ratios that matter: of projects added up, then of the year, or of the last one judged."""
    for rule in SUMMED:
        yield from _summed(review, rule)
    for rule in YEARLY:
        yield from _yearly(review, rule, year)


def _yearly(review: Review, rule: str, year: int) -> Iterator[Bar]:
    """The latest finding about a year that has a ratio, and no later year than is shown."""
    found = [one for one in review.by_rule.get(rule, ()) if one.subject.kind == "year" and one.subject.id <= str(year)]
    for finding in sorted(found, key=lambda one: (one.subject.id, one.part or ""), reverse=True):
        if bar := _bar(review, rule, finding):
            yield bar
            return


def _bar(review: Review, rule: str, finding: Finding) -> Bar | None:
    measured, threshold = finding.measured, finding.threshold
    if measured is None or measured.ratio is None or threshold is None or not threshold.value:
        return None
    numbers, good = shown(finding), finding.status == PASS
    title = f"{review.rules[rule].title} {finding.subject.name}：{numbers.value}，应{numbers.threshold}"
    svg = charts.ratio_bar(measured.ratio, threshold.value, threshold.op, good, title)
    label = f"{finding.subject.name} {finding.part or ''}".strip()
    return Bar(rule, label, numbers.value, numbers.threshold, finding.status, status_name(finding.status), svg)


def _summed(review: Review, rule: str) -> Iterator[Bar]:
    """A ratio of projects, all numerators over all denominators, against all that is required.

    Good only when every project is: a county's sum may pass where projects do not.
    """
    found = [
        one for one in review.by_rule.get(rule, ()) if one.measured and one.threshold and one.measured.unit == YUAN
    ]
    whole = sum(int(one.measured.denominator) for one in found if one.measured)
    if not whole:
        return
    value = Fraction(sum(int(one.measured.numerator) for one in found if one.measured), whole)
    required = Fraction(sum(one.threshold.required or 0 for one in found if one.threshold), whole)
    status, verdict = _worst(found)
    label = f"{len(found)} 个项目合计"
    title = f"{review.rules[rule].title} {label}：{percent(value)}，应不低于 {percent(required)}；{verdict}"
    svg = charts.ratio_bar(value, required, ">=", status in (PASS, NA), title)
    yield Bar(rule, label, percent(value), f"{COMPARED['>=']} {percent(required)}", status, verdict, svg)


def _worst(found: list[Finding]) -> tuple[str, str]:
    """The worst status among the projects, and how many have it: a sum passes no verdict on its parts."""
    status = min((one.status for one in found), key=STATUSES.index)
    count = sum(one.status == status for one in found)
    return status, f"{status_name(status)} {count} 个项目"
