"""收益与股权: what assets earned and who got it, by village; grants, who holds them, and the tilt."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from ledgers.facts import registered
from ledgers.money import percent
from plugins.findings import SHARE, Finding
from reports import figures
from reports.desk import charts
from reports.desk.paging import Paging
from reports.desk.review import Review


@dataclass(frozen=True)
class IncomeLine:
    """One village and income year."""

    earned: figures.Earned
    village: Any
    priority_share: str
    tilt: Finding | None
    svg: Markup


@dataclass(frozen=True)
class GrantLine:
    """One equity grant."""

    shares: figures.Shares
    village: Any
    findings: list[Finding]
    tilt: Finding | None
    svg: Markup


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """All villages with income, by year, and all grants; `village` or `year` narrow it."""
    lines = income_lines(review)
    years = sorted({line.earned.year for line in lines}, reverse=True)
    village, year = args.get("village", ""), args.get("year", "")
    chosen = [
        line
        for line in lines
        if (not village or line.earned.village == village) and (not year or str(line.earned.year) == year)
    ]
    return {
        "paging": Paging(chosen, args),
        "years": years,
        "year": year,
        "uses": figures.USES,
        "received": sum(line.earned.received for line in chosen),
        "to_households": sum(line.earned.to_households for line in chosen),
        "to_priority": sum(line.earned.to_priority for line in chosen),
        "grants": grant_lines(review),
    }


def income_lines(review: Review, village: str | None = None) -> list[IncomeLine]:
    """Income by village and year, of one village where it is given."""
    villages, found = registered.villages(review.tables), []
    for (name, year), earned in figures.income_by_village(review.tables).items():
        if village is None or name == village:
            tilts = [one for one in review.of("village", name) if one.rule == "income-tilt" and one.period == str(year)]
            share = Fraction(earned.to_priority, earned.to_households) if earned.to_households else None
            found.append(
                IncomeLine(
                    earned,
                    villages.get(name),
                    percent(share) if share is not None else "",
                    tilts[0] if tilts else None,
                    _pair(tilts[0] if tilts else None),
                )
            )
    return found


def grant_lines(review: Review, village: str | None = None) -> list[GrantLine]:
    """Equity grants, of one village where it is given."""
    villages, found = registered.villages(review.tables), []
    for name, shares in figures.shares_by_grant(review.tables).items():
        if village is None or shares.village == village:
            findings = review.of("equity", name)
            tilt = next((one for one in findings if one.rule == "equity-tilt"), None)
            found.append(GrantLine(shares, villages.get(shares.village), findings, tilt, _pair(tilt)))
    return found


def _pair(finding: Finding | None) -> Markup:
    """The favoured share of money above the favoured share of households."""
    measured = finding.measured if finding else None
    if measured is None or measured.unit != SHARE:
        return Markup("")
    money, people = Fraction(measured.numerator), Fraction(measured.denominator)
    return charts.pair_bars(
        ("money", money), ("people", people), f"优先户：金额占 {percent(money)}，户数占 {percent(people)}"
    )
