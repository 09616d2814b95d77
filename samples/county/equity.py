"""Subsidies turned into shares: registers, dividends, and what of them reaches the holders."""

import datetime as dt
import random
from fractions import Fraction
from typing import Any

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county.model import County, Leg, Line, Project, ShareLine
from samples.county.payments import bank_of
from samples.county.plan import Grant

RATE = Fraction(1, 20)
YEARS_DUE = 5


def grant_all(rng: random.Random, county: County) -> None:
    """Register and book every grant, its dividends, and their distribution to the holders."""
    numbers: dict[int, int] = {}
    for grant in county.plan.grants:
        year = grant.day.year
        numbers[year] = numbers.get(year, 0) + 1
        _grant(rng, county, grant, f"GQ{year}-{numbers[year]:04d}")


def _grant(rng: random.Random, county: County, grant: Grant, name: str) -> None:
    project = county.projects[grant.project]
    assert project.village
    subsidy = project.allocated // 100  # yuan, one share each
    register = _register(rng, county, grant, project, subsidy)
    quantified = sum(line.shares for line in register)
    county.declare(
        "equity",
        grant.day,
        "equity",
        name,
        "量化",
        project=project.id,
        operator=project.operator,
        operator_kind=project.kind.operator_kind,
        subsidy=Yuan(subsidy * 100),
        quantified=Yuan(quantified * 100),
        dividend_rate=RATE,
        first_due=grant.first_due,
        years=YEARS_DUE,
    )
    account = chart.shares(project.village.id, project.village.name)
    legs = Leg(account, units=(quantified, name, 1_00), register=register), Leg(chart.EQUITY_FUND, -quantified * 100)
    meta = {"project": project.id, "equity": name}
    county.book(grant.day, project.operator, "股权量化", *legs, sheet="equity", **meta)
    for year in range(grant.first_due.year, 2024):
        _dividend(county, project, name, dt.date(year, 12, 15), register)


def _register(rng: random.Random, county: County, grant: Grant, project: Project, subsidy: int) -> list[ShareLine]:
    """集体 first, then the leader of a cooperative, then the households: priority ones hold more, unless it is even."""
    assert project.village
    members = county.of_village(project.village)
    lines = [ShareLine("", "集体", subsidy * grant.collective // 1000)]
    if grant.cooperative:
        leader = next(h for h in members if not h.priority(grant.day))
        lines.append(ShareLine(leader.id, "理事长", subsidy * grant.leader // 1000))
        members = [h for h in members if h is not leader]
    elif not grant.even:
        members = [h for h in members if h.priority(grant.day) or rng.random() < 0.7]
    weights = [1 if grant.even else 3 if h.priority(grant.day) else 2 for h in members]
    holder = "成员" if grant.cooperative else ""
    whole = subsidy * grant.farmers // 1000
    if grant.even:
        whole += -whole % len(members)
    return lines + [ShareLine(h.id, holder, n) for h, n in zip(members, split(whole, weights), strict=True)]


def split(amount: int, weights: list[int]) -> list[int]:
    """Whole parts by weight; what rounding leaves goes to the first ones that have a weight, one each."""
    total = sum(weights)
    parts = [amount * weight // total for weight in weights]
    left = amount - sum(parts)
    for index in [i for i, weight in enumerate(weights) if weight][:left]:
        parts[index] += 1
    return parts


def _dividend(county: County, project: Project, name: str, day: dt.date, register: list[ShareLine]) -> None:
    """The operator pays the village; the households' part goes on to them, the collective's stays."""
    assert project.village
    total = -(-sum(line.shares for line in register) * 100 * RATE // 1)
    bank = bank_of(project.village)
    legs = Leg(bank, int(total)), Leg(chart.EARNINGS["分红"], -int(total))
    meta: dict[str, Any] = {"equity": name, "income_year": day.year}
    county.book(day, project.operator, f"{project.name}{day.year}年分红", *legs, sheet="bank", **meta)
    lines = [Line(s.household, int(s.shares * 100 * RATE)) for s in register if s.household]
    paid = sum(line.amount for line in lines)
    legs = Leg(chart.USES["入户分配"], paid, roll=lines), Leg(bank, -paid)
    text = f"{project.name}{day.year}年分红入户"
    county.book(day + dt.timedelta(days=7), project.village.collective, text, *legs, **meta)
