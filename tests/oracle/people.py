"""The rules about distributions to households and payments to people."""

import datetime as dt
from fractions import Fraction

from .book import (
    comma,
    days_of,
    ended,
    facts,
    for_period,
    income_year,
    is_monitored,
    is_priority,
    is_spending,
    of_village,
    paid_lines,
    spoken_of,
    status_on,
    village_on,
    who,
)
from .findings import finding, half_up_fen, tilt, verdict, worst, year_day, year_open
from .law import FIVE
from .money import as_allocated

HOUSEHOLD_MONEY = "Expenses:9501收益分配:4入户分配"


def day_of(posting, line):
    """The day of payment: `paid_on` where known, else the voucher's (the original's, when it is a reversal)."""
    return line.get("paid_on") or posting["txn"]["when"]


def village_of_income(book, asset, year):
    """The village of an asset's income of a year: where it lay at the year's end, for an earlier end on its last day."""
    village = facts(book, "asset", asset, dt.date(year, 12, 31)).get("village")
    if village is None:
        return None
    merged = ended(book, village)
    if merged is not None and (merged - dt.timedelta(days=1)).year == year:
        return village
    return village_on(book, village, dt.date(year, 12, 31))


def end_for(book, village, year):
    """The day as of which a village is judged for a year: its end, the as-of date, the village's own last day."""
    merged = ended(book, village)
    last = year_day(book, year)
    own = None if merged is None else merged - dt.timedelta(days=1)
    return min(last, own) if own is not None and own.year == year else last


def distributions(book, collective):
    """(village, income year) -> postings of 4入户分配, by the asset's village."""
    result = {}
    for posting in book.postings:
        if not posting["account"].startswith(HOUSEHOLD_MONEY):
            continue
        asset, year = posting["meta"].get("asset"), income_year(posting)
        if collective and facts(book, "asset", asset).get("owner-kind", "村集体") != "村集体":
            continue
        if spoken_of(book, year):
            village = village_of_income(book, asset, year)
            result.setdefault((village, year), []).append(posting)
    return result


def known(postings):
    """Does a roll that can be trusted stand behind every posting?"""
    return all(posting["lines"] for posting in postings)


def income_tilt(case):
    yield from village_tilt(case, "income-tilt", is_priority)


def monitored_tilt(case):
    yield from village_tilt(case, "monitored-tilt", is_monitored)


def village_tilt(case, rule, favours):
    book = case.book
    for (village, year), postings in distributions(book, collective=True).items():
        end = end_for(book, village, year)
        parameter, missing = case.law.ask(rule, "income-tilt", end)
        residents = of_village(book, village, end)
        households = facts(book, "village", village, end).get("households")
        households = None if households is None else int(households)
        favoured = sum(favours(book, h, end) for h in residents)
        if favoured and households is not None and len(residents) > households:
            yield finding(rule, "village", village, missing or "undetermined", unit="tilt", period=year)
            continue
        lines = [(p, line) for p in postings for line in paid_lines(p) or []]
        favoured_money = sum(line["fen"] for p, line in lines if favours(book, line["household"], day_of(p, line)))
        money = (favoured_money, sum(line["fen"] for _, line in lines)) if known(postings) else None
        yield tilt(rule, "village", village, money, favoured, households, parameter, missing=missing, period=year)


def monitored_included(case):
    """Of the village's households monitored on any day of payment, those that received something in that year."""
    book = case.book
    for (village, year), postings in distributions(book, collective=False).items():
        more = {"period": year, "unit": "count"}
        if end_for(book, village, year) < FIVE:
            yield finding("monitored-included", "village", village, "na", **more)
            continue
        received, watched = {}, set()
        for posting in postings:
            lines = paid_lines(posting) or []
            days = {day_of(posting, line) for line in lines} or {posting["txn"]["when"]}
            for day in days:
                watched |= {h for h in of_village(book, village, day) if is_monitored(book, h, day)}
            for line in lines:
                received[line["household"]] = received.get(line["household"], 0) + line["fen"]
        reached = {h for h in watched if received.get(h, 0) > 0}
        if not watched:
            yield finding("monitored-included", "village", village, "na", **more)
            continue
        if not known(postings):
            yield finding("monitored-included", "village", village, "undetermined", **more)
            continue
        yield finding("monitored-included", "village", village, verdict(reached == watched), numerator=len(reached),
                      denominator=len(watched), **more)  # fmt: skip


# --- payments -------------------------------------------------------------------------------------------------------


def by_voucher(postings):
    result = {}
    for posting in postings:
        result.setdefault(posting["txn"]["voucher"], []).append(posting)
    return result


def is_reclassification(txn):
    return not (txn["has_quota"] or txn["has_bank"])


def paid_to_people(book):
    """Expense postings with people behind them, without uses of asset income, returns and reclassifications."""
    return [
        p
        for p in book.postings
        if is_spending(p["account"])
        and p["lines"] != []
        and not p["txn"]["reverses"]
        and not is_reclassification(p["txn"])
    ]


def since_five(postings, status):
    """Nothing of the kind had been issued before 5号."""
    return "na" if postings[0]["txn"]["when"] < FIVE else status


def payment_mode(case):
    modes = ("以奖代补", "事后奖补", "劳务补助", "以工代赈")
    book = case.book
    for voucher, postings in by_voucher(paid_to_people(book)).items():
        statuses = []
        for posting in postings:
            mode = as_allocated(book, posting["project"]).get("mode") if posting["project"] else None
            if not posting["meta"].get("benefit"):
                statuses.append("undetermined" if posting["project"] and mode is None else verdict(mode in modes))
        yield finding("payment-mode", "voucher", voucher, since_five(postings, worst(statuses)))


def subsidy_standard(case):
    """amount = quantity x standard, rounded to the 分, of the benefit as it stood on the day of payment."""
    book, statuses = case.book, {}
    for posting in book.postings:
        benefit = posting["meta"].get("benefit")
        if not benefit or not posting["account"].startswith("Expenses:") or posting["lines"] == []:
            continue
        voucher = posting["txn"]["voucher"]
        if posting["lines"] is None:
            if facts(book, "benefit", benefit).get("standard") is not None:
                statuses.setdefault(voucher, []).append("undetermined")
            continue
        for line in posting["lines"]:
            standard = facts(book, "benefit", benefit, day_of(posting, line)).get("standard")
            if line["quantity"] is None or standard is None:
                continue
            # `standard` is an amount (already 分) or a plain number of yuan
            per_unit = standard if isinstance(standard, int) else Fraction(standard) * 100
            due = half_up_fen(abs(line["quantity"]) * per_unit)
            statuses.setdefault(voucher, []).append(verdict(abs(line["fen"]) == due))
    yield from by_day(book, "subsidy-standard", statuses)


def by_day(book, rule, statuses):
    for txn in book.txns:
        if txn["voucher"] in statuses:
            status = worst(statuses.pop(txn["voucher"]))
            yield finding(rule, "voucher", txn["voucher"], "na" if txn["when"] < FIVE else status)


def premium_subsidy(case):
    """Subsidy = 5 % of the premium (`quantity`, yuan); 农产品收益保险 is excluded by name."""
    book, statuses = case.book, {}
    for posting in book.postings:
        if posting["meta"].get("benefit") != "保费补助" or posting["lines"] == []:
            continue
        if posting["lines"] is None:
            statuses.setdefault(posting["txn"]["voucher"], []).append("undetermined")
            continue
        for line in posting["lines"]:
            if line["quantity"] is None:
                continue
            parameter, status = case.law.ask("premium-subsidy", "premium-subsidy", day_of(posting, line))
            if parameter:
                status = verdict(abs(line["fen"]) == half_up_fen(abs(line["quantity"]) * 100 * parameter["value"]))
            if "农产品收益保险" in posting["txn"]["text"] + line["note"]:
                status = "fail"
            statuses.setdefault(posting["txn"]["voucher"], []).append(status)
    for voucher, found in statuses.items():
        yield finding("premium-subsidy", "voucher", voucher, worst(found))


def recipient_eligible(case):
    """Each line in an allowed state that day and under the cap (in the order of payment), the level not forbidden."""
    book, statuses, lines = case.book, {}, []
    for posting in book.postings:
        benefit = posting["meta"].get("benefit")
        if not benefit or not posting["account"].startswith("Expenses:") or posting["lines"] == []:
            continue
        found = statuses.setdefault(posting["txn"]["voucher"], [])
        if posting["lines"] is None:
            found.append("undetermined")
            continue
        level = facts(book, "fund", posting["fund"]).get("level")
        about = facts(book, "benefit", benefit, posting["txn"]["when"])
        found.append(verdict(level not in comma(about.get("levels-forbidden"))))
        lines += [(day_of(posting, line), posting, line, found) for line in paid_lines(posting)]
    sums = {}
    for day, posting, line, found in sorted(lines, key=lambda row: row[0]):
        benefit = posting["meta"]["benefit"]
        about = facts(book, "benefit", benefit, day)
        if line["fen"] > 0:  # what is taken back is not paid to anybody
            found.append(verdict(in_state(book, about, posting, line)))
        found.append(verdict(under_cap(book, about, benefit, posting, line, sums)))
    yield from by_day(book, "recipient-eligible", statuses)


def in_state(book, about, posting, line):
    """Was the household in an allowed state on any day of the month that is paid for?"""
    allowed = comma(about.get("states"))
    first, last = days_of(for_period(posting, line))
    turns = {row["date"] for row in book.households.get(line["household"], []) if first < row["date"] <= last}
    states = [status_on(book, line["household"], day) for day in {first, *turns}]
    return any(s["base"] in allowed or (s["monitored"] and "监测户" in allowed) for s in states)


def under_cap(book, about, benefit, posting, line, sums):
    """Is the sum so far of this household or person in this year or month within the cap?"""
    if about.get("cap") is None:
        return True
    unit, _, span = str(about.get("per") or "户·年").partition("·")
    year, month = for_period(posting, line)
    when = (benefit, {"年": year, "月": (year, month)}.get(span))
    mine = line["household"] if unit == "户" else person_of(book, posting, line)
    nobody = unit == "人" and mine == (line["household"], "")
    sums.setdefault(when, {})[mine] = sums.get(when, {}).get(mine, 0) + line["fen"]
    cap = about["cap"] if isinstance(about["cap"], int) else Fraction(about["cap"]) * 100
    return line["fen"] <= 0 or so_far(book, sums[when], line["household"], mine, nobody, unit) <= cap


def so_far(book, sums, household, mine, nobody, unit):
    """What a person had; what was paid to nobody of the household in particular may have been paid to each of them."""
    if unit == "户":
        return sums[mine]
    anybody = sums.get((household, ""), 0)
    others = [total for person, total in sums.items() if person != (household, "") and lives_in(book, person, household)]
    return anybody + (max(others, default=0) if nobody else sums[mine])


def lives_in(book, person, household):
    """Did lists call somebody of this household so?"""
    if isinstance(person, tuple):
        return person[0] == household
    return any(row["who"] == person and row["household"] == household for row in book.members)


def person_of(book, posting, line):
    """Who a line pays; without a number, in a benefit per 人, the household's only member."""
    number = line["person"]
    if not number and str(facts(book, "benefit", posting["meta"].get("benefit")).get("per") or "").startswith("人"):
        number = only_member(book, line["household"], day_of(posting, line))
    return who(book, line["household"], number, day_of(posting, line))


def only_member(book, household, day):
    """The number of a household's only member on a day, else in the rolls; "" where there are several, or none."""
    known_there = {row["person"] for row in book.members if row["household"] == household
                   and row["from"] <= day and (row["to"] is None or row["to"] >= day)}  # fmt: skip
    lines = (line for p in book.postings for line in p["lines"] or [] if line["household"] == household)
    persons = known_there or {line["person"] for line in lines}
    persons -= {""}
    return persons.pop() if len(persons) == 1 else ""


def post_scale(case):
    """Distinct persons paid under 公益岗位 in a calendar year, not fewer than in the year before."""
    book, people, unknown = case.book, {}, set()
    for posting in book.postings:
        if posting["meta"].get("benefit") != "公益岗位" or not posting["account"].startswith("Expenses:"):
            continue
        if posting["lines"] is None:
            unknown.add(posting["txn"]["when"].year)
            people.setdefault(posting["txn"]["when"].year, {})
        for line in paid_lines(posting) or []:
            year = for_period(posting, line)[0]
            key = person_of(book, posting, line)
            amounts = people.setdefault(year, {})
            amounts[key] = amounts.get(key, 0) + line["fen"]
    counts = {year: sum(amount > 0 for amount in amounts.values()) for year, amounts in people.items()}
    for year in [year + 1 for year, count in counts.items() if count and year < book.as_of.year]:
        counts.setdefault(year, 0)  # a year in which nobody is paid any more is judged as well
    for year in sorted(year for year in counts if spoken_of(book, year)):
        nobody = not counts.get(year - 1) and year - 1 not in unknown
        if nobody or year_day(book, year) < FIVE:
            yield finding("post-scale", "year", str(year), "na", unit="count", numerator=counts[year])
            continue
        status = verdict(counts[year] >= counts[year - 1], year_open(book, year))
        status = "undetermined" if unknown & {year, year - 1} else status
        yield finding("post-scale", "year", str(year), status, unit="count", numerator=counts[year],
                      denominator=counts[year - 1])  # fmt: skip


def duplicate_payment(case):
    """Failures only: the same amount twice to one household, person, project or benefit, and month."""
    book, counts = case.book, {}
    for posting in book.postings:
        if not is_spending(posting["account"]) or is_reclassification(posting["txn"]):
            continue
        target = posting["meta"].get("benefit") or posting["project"]
        for line in paid_lines(posting) or []:
            per = str(facts(book, "benefit", posting["meta"].get("benefit")).get("per") or "")
            person = person_of(book, posting, line)
            nobody = per.startswith("人") and person == (line["household"], "")
            key = (target, for_period(posting, line), abs(line["fen"]))
            sign = 1 if line["fen"] > 0 else -1 if line["fen"] < 0 else 0
            counts.setdefault(key, []).append((person, sign, line["household"], nobody))
    failing = set()
    for (_, (year, month), _), rows in counts.items():
        for person, _, household, _ in rows:
            same = [row for row in rows if row[0] == person]
            same += [row for row in rows if row[3] and row[2] == household and row[0] != person]
            if sum(row[1] for row in same) > 1:
                failing.add((household, f"{year}-{month:02d}" if month else str(year)))
    for household, month in sorted(failing):
        yield finding("duplicate-payment", "household", household, "fail", period=month)
