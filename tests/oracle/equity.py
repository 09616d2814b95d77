"""The rules about equity grants."""

import datetime as dt
from fractions import Fraction

from .book import SHARES, comma, ended, facts, ids, income_year, is_priority, of_village, spoken_of, village_on
from .findings import ceiling, finding, half_up_fen, ratio, tilt, verdict, year_day
from .law import FIVE


def granted(book, grant):
    """The day of 量化."""
    days = [date for date, state, _ in book.history["equity"][grant] if state == "量化"]
    return min(days) if days else None


def days_judged(book, grant):
    """[(day, period)]: 量化, and each 变更, which is judged anew on its day with its own holders."""
    changes = sorted({date for date, state, _ in book.history["equity"][grant] if state == "变更"})
    return [(granted(book, grant), None), *((day, str(day)) for day in changes)]


def register(book, grant, until=None):
    """(lines of the share register, 分 booked, is there one that can be trusted) by the end of a day."""
    lines, booked, trusted, found = [], 0, True, False
    for posting in book.postings:
        if not posting["account"].startswith(SHARES) or posting["commodity"] != grant:
            continue
        if until is not None and posting["txn"]["date"] > until:
            continue
        booked, found = booked + posting["fen"], True
        if posting["lines"] is None:
            trusted = False
        else:
            lines += posting["lines"] or [{"household": "", "holder": "", "fen": posting["fen"], "unbacked": True}]
    known = found and trusted and not any(line.get("unbacked") for line in lines)
    return lines, booked, trusted, known


def is_farmer(line):
    """A line of a farmer or an ordinary member."""
    return line["holder"] == "成员" or (line["holder"] == "" and line["household"] != "")


def equity_ratio(case):
    for grant in ids(case.book, "equity"):
        if granted(case.book, grant) is not None:
            for day, period in days_judged(case.book, grant):
                yield from ratios_on(case, grant, day, period)


def ratios_on(case, grant, day, period):
    about = facts(case.book, "equity", grant, day)
    lines, _, _, known = register(case.book, grant, day)
    collective = sum(line["fen"] for line in lines if line["holder"] == "集体")
    leader = sum(line["fen"] for line in lines if line["holder"] == "理事长")
    farmers = sum(line["fen"] for line in lines if is_farmer(line))
    if about["operator-kind"] == "农业企业":
        parts = {"quantified": about["quantified"], "collective": collective, "farmers": farmers}
    else:
        parts = {"collective": collective, "leader": leader, "farmers": farmers}
    for part, money in parts.items():
        parameter, missing = None, "na"
        if about["subsidy"] != 0:
            kind = about["operator-kind"]
            parameter, missing = case.law.ask("equity-ratio", f"equity-{part}", day, operator_kind=kind)
            if not known and part != "quantified":
                parameter, missing = None, "na" if missing == "na" else "undetermined"
        yield ratio("equity-ratio", "equity", grant, money, about["subsidy"], parameter, missing=missing, part=part,
                    period=period)  # fmt: skip


def equity_tilt(case):
    """Farmers' shares; the leader's household is in neither share, of money or of households."""
    book = case.book
    for grant in ids(book, "equity"):
        if granted(book, grant) is not None:
            for day, period in days_judged(book, grant):
                yield tilt_on(case, grant, day, period)


def tilt_on(case, grant, day, period):
    book, about = case.book, facts(case.book, "equity", grant, day)
    named = comma(facts(book, "project", about["project"], day).get("village"))
    places = [village_on(book, village, day) for village in named]
    lines, _, _, known = register(book, grant, day)
    leaders = {line["household"] for line in lines if line["holder"] == "理事长" and line["household"]}
    held = [line for line in lines if is_farmer(line) and line["household"] not in leaders]
    money = (sum(line["fen"] for line in held if is_priority(book, line["household"], day)),
             sum(line["fen"] for line in held))  # fmt: skip
    residents = [h for village in places for h in of_village(book, village, day)]
    favoured = sum(is_priority(book, h, day) for h in residents if h not in leaders)
    counts = [facts(book, "village", village, day).get("households") for village in places]
    households = None if None in counts or not counts else sum(int(count) for count in counts)
    stale = households is not None and len(residents) > households
    households = about.get("base-households") or households
    if households is not None:
        households = int(households) - sum(h in residents for h in leaders)
    parameter, missing = case.law.ask("equity-tilt", "equity-tilt", day)
    money = money if known else None
    if (not places and money != (0, 0)) or (favoured and stale and not about.get("base-households")):
        return finding("equity-tilt", "equity", grant, missing or "undetermined", unit="tilt", period=period)
    return tilt("equity-tilt", "equity", grant, money, favoured, households, parameter, missing=missing, period=period)


def equity_register(case):
    """Units booked = what is still quantified; every line has a holder or a household; without a register it fails."""
    book = case.book
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is None:
            continue
        if day < FIVE:
            yield finding("equity-register", "equity", grant, "na")
            continue
        quantified = facts(book, "equity", grant)["quantified"] - taken_out(book, grant)
        lines, booked, trusted, _ = register(book, grant)
        named = all(line["holder"] or line["household"] for line in lines)
        status = verdict(booked == quantified and named) if trusted else "undetermined"
        yield finding("equity-register", "equity", grant, status, numerator=booked, denominator=quantified)


def taken_out(book, grant):
    """What 退出 and 收回 booked out on their days, 分; 期满 takes nothing out."""
    days = {date for date, state, _ in book.history["equity"][grant] if state in ("退出", "收回")}
    net = sum(p["fen"] for p in book.postings if p["account"].startswith(SHARES) and p["commodity"] == grant
              and p["txn"]["date"] in days and p["txn"]["date"] != granted(book, grant))  # fmt: skip
    return max(-net, 0)


def equity_area_tilt(case):
    """Calendar years of 量化: subsidies in priority areas against the areas' share of households."""
    book, years = case.book, {}
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is not None:
            years.setdefault(day.year, []).append(grant)
    for year, grants in sorted(years.items()):
        end = year_day(book, year)
        standing = [v for v in ids(book, "village") if ended(book, v) is None or ended(book, v) > end]
        areas = {v: facts(book, "village", v, end) for v in standing if book.history["village"][v][0][0] <= end}
        favoured_money = all_money = 0
        for grant in grants:
            day = granted(book, grant)
            about = facts(book, "equity", grant, day)
            village = village_on(book, facts(book, "project", about["project"], day).get("village"), end)
            all_money += about["subsidy"]
            favoured_money += about["subsidy"] if areas.get(village, {}).get("priority-area") is True else 0
        counts = [area.get("households") for area in areas.values()]
        households = None if None in counts else sum(int(count) for count in counts)
        priority = [area.get("households") for area in areas.values() if area.get("priority-area") is True]
        favoured = sum(int(count or 0) for count in priority)
        if None in priority and all_money:
            _, missing = case.law.ask("equity-area-tilt", "equity-area-tilt", end)
            yield finding("equity-area-tilt", "year", str(year), missing or "undetermined", unit="tilt")
            continue
        parameter, missing = case.law.ask("equity-area-tilt", "equity-area-tilt", end)
        money = (favoured_money, all_money)
        found = tilt("equity-area-tilt", "year", str(year), money, favoured, households, parameter, missing=missing)
        merged = any(day and day.year == year for day in (ended(book, v) for v in ids(book, "village")))
        yield {**found, "status": "either"} if merged else found


def dividend_due(case):
    """first-due (default 31 December of the year after 量化), then yearly; quantified x rate each, until it ends."""
    book = case.book
    for grant in ids(book, "equity"):
        day = granted(book, grant)
        if day is None:
            continue
        about = facts(book, "equity", grant)
        if about.get("dividend-rate") is None:
            yield finding("dividend-due", "equity", grant, "na")
            continue
        for year, amount, last in dues(book, grant, about, day):
            if spoken_of(book, year):
                yield dividend(book, grant, year, amount, last)


def end_of_grant(book, grant):
    days = [date for date, state, _ in book.history["equity"][grant] if state in ("退出", "收回", "期满")]
    return min(days) if days else None


def dues(book, grant, about, day):
    """[(income year, 分 due or None where nothing says how much, due day)] of a grant."""
    first = about.get("first-due") or dt.date(day.year + 1, 12, 31)
    whole, end = about["quantified"] * Fraction(about["dividend-rate"]), end_of_grant(book, grant)
    days = [in_year(first, first.year + turn) for turn in range(int(about.get("years") or 1))]
    result = [(due.year, half_up_fen(whole), due) for due in days if end is None or due < end]
    if end is not None and end <= days[-1]:
        before = [due for due in days if due < end]
        if not before or before[-1].year == end.year:
            return [row for row in result if row[0] != end.year] + [(end.year, None, end)]
        following = in_year(first, before[-1].year + 1)
        part = Fraction((end - before[-1]).days - 1, (following - before[-1]).days)
        result.append((end.year, half_up_fen(whole * part), end))
    return result


def in_year(first, year):
    """The due day of a year: 29 February is the last day of February."""
    return dt.date(year, 3, 1) - dt.timedelta(days=1) if is_leap_day(first) else first.replace(year=year)


def dividend(book, grant, year, due, last):
    received = -sum(
        p["fen"]
        for p in book.postings
        if p["account"].startswith("Income:9401") and p["meta"].get("equity") == grant and income_year(p) == year
    )
    if not due:
        return finding("dividend-due", "equity", grant, "na" if due == 0 else "either", period=year)
    found = finding("dividend-due", "equity", grant, verdict(received >= due, book.as_of <= last), period=year)
    found.update(numerator=received, denominator=due, value=Fraction(received) / due)
    if received < due:
        found["shortfall"] = ceiling(due - received)
    return found


def is_leap_day(day):
    return (day.month, day.day) == (2, 29)
