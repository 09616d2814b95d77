"""The rules about fund years: shares of industry money, villages that received money, levels of input."""

from fractions import Fraction

from .book import facts, ids, registered
from .findings import finding, ratio, verdict, year_day, year_open
from .labour import year_against_last
from .law import FISCAL, UPPER, holds
from .money import fund_year, fund_years, net_allocated

TRANSITION = range(2021, 2026)


def funds_of(book, year, levels=None, without=()):
    return [
        fund
        for fund in ids(book, "fund")
        if fund_year(book, fund) == year
        and (levels is None or facts(book, "fund", fund).get("level") in levels)
        and facts(book, "fund", fund).get("task") not in without
    ]


def allocated_to(book, funds, wanted):
    """Net money of these funds allocated to projects that are wanted (a predicate on a project's facts)."""
    return sum(
        amount
        for (fund, project), amount in net_allocated(book).items()
        if fund in funds and project and wanted(facts(book, "project", project))
    )


def is_industry(project):
    return project.get("category") == "产业发展"


def share_of_year(case, rule, year, levels):
    """(industry money, all money, parameter) of a fund year."""
    scope = {"level": levels[0]} if len(levels) == 1 else {}
    parameter = case.law.get(rule, year_day(case.book, year), **scope)
    funds = funds_of(case.book, year, levels, parameter["exclude"] if parameter else ())
    base = sum(registered(case.book, fund) for fund in funds)
    return allocated_to(case.book, funds, is_industry), base, parameter


def industry_share(case):
    yield from industry(case, "industry-share", ["中央"])


def industry_share_municipal(case):
    yield from industry(case, "industry-share-municipal", UPPER)


def industry(case, rule, levels):
    for year in fund_years(case.book):
        num, den, parameter = share_of_year(case, rule, year, levels)
        yield ratio(rule, "year", str(year), num, den, parameter, year_open(case.book, year))


def industry_rising(case):
    """This year's industry-share minus last year's; numbers are the later year's."""
    book = case.book
    for year in fund_years(book):
        num, den, _ = share_of_year(case, "industry-share", year, ["中央"])
        before, base, _ = share_of_year(case, "industry-share", year - 1, ["中央"])
        if den == 0 or base == 0:
            yield finding("industry-rising", "year", str(year), "na", numerator=num, denominator=den)
            continue
        parameter = case.law.get("industry-rising", year_day(book, year))
        numbers = {"numerator": num, "denominator": den, "value": Fraction(num, den)}
        if parameter is None:
            yield finding("industry-rising", "year", str(year), "undetermined", **numbers)
            continue
        ok = holds(Fraction(num, den) - Fraction(before, base), parameter["op"], parameter["value"])
        yield finding("industry-rising", "year", str(year), verdict(ok, year_open(book, year)), **numbers)


def household_industry(case):
    """Industry money (all levels) of household-level projects over industry money; not falling."""
    book, top, bottom = case.book, {}, {}
    for year in fund_years(book):
        funds = funds_of(book, year)
        bottom[year] = allocated_to(book, funds, is_industry)
        top[year] = allocated_to(book, funds, lambda p: is_industry(p) and p.get("household-level") is True)
    for year in bottom:
        yield year_against_last(book, "household-industry", year, top, bottom)


def leading_industry(case):
    """脱贫村 with money of the year for a project of their leading industry, over all 脱贫村; not falling."""

    def leads(village, project):
        return is_industry(project) and project.get("subtype") == village.get("leading-industry")

    yield from villages(case, "leading-industry", lambda v: v.get("kind") == "脱贫村", leads)


def weak_collective(case):
    yield from villages(case, "weak-collective", lambda v: v.get("weak-collective") is True, lambda v, p: True)


def villages(case, rule, chosen, fits):
    book = case.book
    all_of_them = [v for v in ids(book, "village") if chosen(facts(book, "village", v))]
    top, bottom = {}, {}
    for year in fund_years(book):
        funds, bottom[year] = funds_of(book, year), len(all_of_them)
        top[year] = sum(
            allocated_to(book, funds, lambda p, v=v: p.get("village") == v and fits(facts(book, "village", v), p)) > 0
            for v in all_of_them
        )
    for year in fund_years(book):
        if year - 1 not in bottom:
            bottom[year - 1] = 0
        found = year_against_last(book, rule, year, top, bottom)
        yield {**found, "unit": "count"}


def input_stable(case):
    """Registered money of each fiscal level against the year before, in the years of the transition period."""
    book = case.book
    for year in TRANSITION:
        if year > book.as_of.year:
            break
        for level in FISCAL:
            now = sum(registered(book, f) for f in funds_of(book, year, [level]))
            before = sum(registered(book, f) for f in funds_of(book, year - 1, [level]))
            if now == before == 0:
                continue
            parameter = case.law.get("input-stable", year_day(book, year), level=level)
            yield ratio("input-stable", "year", str(year), now, before, parameter, year_open(book, year), part=level)
