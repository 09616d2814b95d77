"""The rules about fund years: shares of industry money, villages that received money, levels of input."""

from fractions import Fraction

from .book import comma, ended, facts, ids, registered, spoken_of, village_on
from .findings import finding, ratio, verdict, year_day, year_open
from .labour import year_against_last
from .law import FISCAL, UPPER, holds
from .money import as_allocated, fund_year, fund_years, net_allocated

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
        if fund in funds and project and wanted(as_allocated(book, project))
    )


def is_industry(project):
    return project.get("category") == "产业发展"


def share_of_year(case, rule, year, levels, task=None):
    """(industry money, all money, parameter, what is said without one) of a fund year."""
    scope = {"level": levels[0]} if len(levels) == 1 else {}
    parameter, missing = case.law.ask(rule, rule, year_day(case.book, year), **scope, task=task)
    funds = funds_of(case.book, year, levels, parameter["exclude"] if parameter else ())
    funds = [fund for fund in funds if task is None or facts(case.book, "fund", fund).get("task") == task]
    base = sum(registered(case.book, fund) for fund in funds)
    return allocated_to(case.book, funds, is_industry), base, parameter, missing


def industry_share(case):
    """Of central money, and of 省级 and 市级 where a parameter names them; each task by itself where it says so."""
    for year in fund_years(case.book):
        for level in ("中央", "省级", "市级"):
            yield from share_of_level(case, year, level)


def share_of_level(case, year, level):
    book, own = case.book, level != "中央"
    num, den, parameter, missing = share_of_year(case, "industry-share", year, [level])
    if own and (parameter is None or level not in parameter["scope"].get("level", [])):
        yield finding("industry-share", "year", str(year), "na", part=level)  # nobody asks it of this level
        return
    if parameter is None or not parameter["by-task"]:
        yield ratio("industry-share", "year", str(year), num, den, parameter, year_open(book, year), missing=missing,
                    part=level if own else None)  # fmt: skip
        return
    tasks = {facts(book, "fund", f).get("task") for f in funds_of(book, year, [level], parameter["exclude"])}
    for task in sorted(task for task in tasks if task):
        num, den, parameter, missing = share_of_year(case, "industry-share", year, [level], task)
        yield ratio("industry-share", "year", str(year), num, den, parameter, year_open(book, year), missing=missing,
                    part=f"{level}·{task}" if own else task)  # fmt: skip


def industry_share_municipal(case):
    for year in fund_years(case.book):
        num, den, parameter, missing = share_of_year(case, "industry-share-municipal", year, UPPER)
        yield ratio("industry-share-municipal", "year", str(year), num, den, parameter, year_open(case.book, year),
                    missing=missing)  # fmt: skip


def industry_rising(case):
    """This year's industry-share minus last year's; numbers are the later year's."""
    book = case.book
    for year in fund_years(book):
        num, den, _, _ = share_of_year(case, "industry-share", year, ["中央"])
        before, base, _, _ = share_of_year(case, "industry-share", year - 1, ["中央"])
        if den == 0 or base == 0:
            yield finding("industry-rising", "year", str(year), "na", numerator=num, denominator=den)
            continue
        parameter, missing = case.law.ask("industry-rising", "industry-rising", year_day(book, year))
        numbers = {"numerator": num, "denominator": den, "value": Fraction(num, den)}
        if parameter is None:
            yield finding("industry-rising", "year", str(year), missing, **numbers)
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
    """Villages of a year by what they were at its end; a project counts in each of its villages."""
    book, top, bottom = case.book, {}, {}
    for year in fund_years(book):
        day = year_day(book, year)
        standing = [v for v in ids(book, "village") if ended(book, v) is None or ended(book, v).year > year]
        about = {v: facts(book, "village", v, day) for v in standing}
        wanted = [v for v in standing if book.history["village"][v][0][0] <= day and chosen(about[v])]
        funds, bottom[year] = funds_of(book, year), len(wanted)
        top[year] = sum(
            allocated_to(book, funds, lambda p, v=v, d=day, a=about[v]: v in places(book, p, d) and fits(a, p)) > 0
            for v in wanted
        )
    for year in fund_years(book):
        bottom.setdefault(year - 1, 0)
        found = year_against_last(book, rule, year, top, bottom)
        merged = any(day and day.year in (year, year - 1) for day in (ended(book, v) for v in ids(book, "village")))
        yield {**found, "unit": "count", "status": "either" if merged else found["status"]}


def places(book, project, day):
    """The villages of a project on a day."""
    return [village_on(book, village, day) for village in comma(project.get("village"))]


def input_stable(case):
    """Registered money of each fiscal level against the year before; after the transition period where it is said."""
    book = case.book
    for year in sorted({fund_year(book, f) + more for f in ids(book, "fund") for more in (0, 1)} | set(TRANSITION)):
        if not spoken_of(book, year) or year < TRANSITION[0]:
            continue
        for level in FISCAL:
            now = sum(registered(book, f) for f in funds_of(book, year, [level]))
            before = sum(registered(book, f) for f in funds_of(book, year - 1, [level]))
            if now == before == 0:
                continue
            parameter, missing = case.law.ask("input-stable", "input-stable", year_day(book, year), level=level)
            found = ratio("input-stable", "year", str(year), now, before, parameter, year_open(book, year),
                          missing=missing, part=level)  # fmt: skip
            yield {**found, "status": "either"} if year not in TRANSITION else found
