"""The rules about equity grants."""

import datetime as dt
from fractions import Fraction

from .book import SHARES, facts, ids, income_year, is_priority, of_village
from .findings import ceiling, finding, ratio, tilt, verdict, year_day


def granted(book, grant):
    """The day of 量化."""
    days = [date for date, state, _ in book.history["equity"][grant] if state == "量化"]
    return min(days) if days else None


def register(book, grant):
    """(lines of the share register, 分 booked, can it be trusted); a posting without lines is a line of nobody."""
    lines, booked, trusted = [], 0, True
    for posting in book.postings:
        if not posting["account"].startswith(SHARES) or posting["commodity"] != grant:
            continue
        booked += posting["fen"]
        if posting["lines"] is None:
            trusted = False
        else:
            lines += posting["lines"] or [{"household": "", "holder": "", "fen": posting["fen"]}]
    return lines, booked, trusted


def is_farmer(line):
    """A line of a farmer or an ordinary member."""
    return line["holder"] == "成员" or (line["holder"] == "" and line["household"] != "")


def equity_ratio(case):
    for grant in ids(case.book, "equity"):
        day = granted(case.book, grant)
        if day is None:
            continue
        about = facts(case.book, "equity", grant)
        lines, _, trusted = register(case.book, grant)
        collective = sum(line["fen"] for line in lines if line["holder"] == "集体")
        leader = sum(line["fen"] for line in lines if line["holder"] == "理事长")
        farmers = sum(line["fen"] for line in lines if is_farmer(line))
        if about["operator-kind"] == "农业企业":
            parts = {"quantified": about["quantified"], "collective": collective, "farmers": farmers}
        else:
            parts = {"collective": collective, "leader": leader, "farmers": farmers}
        for part, money in parts.items():
            yield part_of_grant(case, grant, day, part, money, about, trusted or part == "quantified")


def part_of_grant(case, grant, day, part, money, about, trusted):
    parameter = None
    if about["subsidy"] != 0:
        parameter = case.law.get(f"equity-{part}", day, operator_kind=about["operator-kind"])
        if not trusted:
            return finding("equity-ratio", "equity", grant, "undetermined", part=part, denominator=about["subsidy"])
    return ratio("equity-ratio", "equity", grant, money, about["subsidy"], parameter, part=part)


def equity_tilt(case):
    """Farmers' shares; the leader's household is in neither share, of money or of households."""
    book = case.book
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is None:
            continue
        about = facts(book, "equity", grant)
        village = facts(book, "project", about["project"], day).get("village")
        lines, _, trusted = register(book, grant)
        leaders = {line["household"] for line in lines if line["holder"] == "理事长" and line["household"]}
        held = [line for line in lines if is_farmer(line) and line["household"] not in leaders]
        money = (sum(line["fen"] for line in held if is_priority(book, line["household"], day)),
                 sum(line["fen"] for line in held))  # fmt: skip
        residents = of_village(book, village, day)
        favoured = sum(is_priority(book, h, day) for h in residents if h not in leaders)
        households = about.get("base-households") or facts(book, "village", village, day).get("households")
        if households is not None:
            households = int(households) - sum(h in residents for h in leaders)
        parameter = case.law.get("equity-tilt", day)
        money = money if trusted else None
        if village is None and money != (0, 0):
            yield finding("equity-tilt", "equity", grant, "undetermined", unit="tilt")
            continue
        yield tilt("equity-tilt", "equity", grant, money, favoured, households, parameter)


def equity_register(case):
    """Units booked = quantified; every line has a holder or a household."""
    book = case.book
    for grant in ids(book, "equity"):
        if granted(book, grant) is None:
            continue
        quantified = facts(book, "equity", grant)["quantified"]
        lines, booked, trusted = register(book, grant)
        named = all(line["holder"] or line["household"] for line in lines)
        status = verdict(booked == quantified and named) if trusted else "undetermined"
        yield finding("equity-register", "equity", grant, status, numerator=booked, denominator=quantified)


def equity_area_tilt(case):
    """Calendar years of 量化: subsidies in priority areas against the areas' share of households."""
    book, years = case.book, {}
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is not None:
            years.setdefault(day.year, []).append(grant)
    for year, grants in sorted(years.items()):
        end = year_day(book, year)
        areas = {v: facts(book, "village", v, end) for v in ids(book, "village")}
        favoured_money = all_money = 0
        for grant in grants:
            about = facts(book, "equity", grant)
            village = facts(book, "project", about["project"], granted(book, grant)).get("village")
            all_money += about["subsidy"]
            favoured_money += about["subsidy"] if areas.get(village, {}).get("priority-area") is True else 0
        counts = [area.get("households") for area in areas.values()]
        households = None if None in counts else sum(int(count) for count in counts)
        priority = [area.get("households") for area in areas.values() if area.get("priority-area") is True]
        favoured = sum(int(count or 0) for count in priority)
        if None in priority and all_money:
            yield finding("equity-area-tilt", "year", str(year), "undetermined", unit="tilt")
            continue
        parameter = case.law.get("equity-area-tilt", end)
        money = (favoured_money, all_money)
        yield tilt("equity-area-tilt", "year", str(year), money, favoured, households, parameter)


def dividend_due(case):
    """first-due (default 31 December of the year after 量化), then yearly; quantified x rate each."""
    book = case.book
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is None:
            continue
        about = facts(book, "equity", grant)
        if about.get("dividend-rate") is None:
            yield finding("dividend-due", "equity", grant, "na")
            continue
        first = about.get("first-due") or dt.date(day.year + 1, 12, 31)
        for turn in range(int(about.get("years") or 1)):
            year = first.year + turn
            if dt.date(year, 1, 1) > book.as_of:
                break
            yield dividend(book, grant, about, year, first)


def dividend(book, grant, about, year, first):
    received = -sum(
        p["fen"]
        for p in book.postings
        if p["account"].startswith("Income:9401") and p["meta"].get("equity") == grant and income_year(p) == year
    )
    due = about["quantified"] * Fraction(about["dividend-rate"])
    last = (first - dt.timedelta(days=1)).replace(year=year) + dt.timedelta(days=1) if is_leap_day(first) else \
        first.replace(year=year)  # fmt: skip
    if due == 0:
        return finding("dividend-due", "equity", grant, "na", period=year)
    found = finding("dividend-due", "equity", grant, verdict(received >= due, book.as_of <= last), period=year)
    found.update(numerator=received, denominator=due, value=received / due)
    if received < due:
        found["shortfall"] = ceiling(due - received)
    return found


def is_leap_day(day):
    return (day.month, day.day) == (2, 29)
