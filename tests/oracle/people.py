"""The rules about distributions to households and payments to people."""

from fractions import Fraction

from .book import comma, facts, income_year, is_monitored, is_priority, is_spending, of_village, status_on
from .findings import finding, tilt, verdict, worst, year_day, year_open

HOUSEHOLD_MONEY = "Expenses:9501收益分配:4入户分配"


def day_of(posting, line):
    """The day of payment: `paid_on` where known, else the voucher's (the original's, when it is a reversal)."""
    return line.get("paid_on") or posting["txn"]["when"]


def distributions(book, collective):
    """(village, income year) -> postings of 4入户分配, by the asset's village."""
    result = {}
    for posting in book.postings:
        if not posting["account"].startswith(HOUSEHOLD_MONEY):
            continue
        about = facts(book, "asset", posting["meta"].get("asset"))
        if collective and about.get("owner-kind", "村集体") != "村集体":
            continue
        result.setdefault((about.get("village"), income_year(posting)), []).append(posting)
    return result


def income_tilt(case):
    yield from village_tilt(case, "income-tilt", is_priority)


def monitored_tilt(case):
    yield from village_tilt(case, "monitored-tilt", is_monitored)


def village_tilt(case, rule, favours):
    book = case.book
    for (village, year), postings in distributions(book, collective=True).items():
        end = year_day(book, year)
        favoured_money = sum(
            line["fen"]
            for p in postings
            for line in p["lines"] or []
            if favours(book, line["household"], day_of(p, line))
        )
        money = (favoured_money, sum(posting["fen"] for posting in postings))
        if any(posting["lines"] is None for posting in postings):
            money = None
        favoured = sum(favours(book, h, end) for h in of_village(book, village, end))
        households = facts(book, "village", village, end).get("households")
        households = None if households is None else int(households)
        parameter = case.law.get("income-tilt", end)
        yield tilt(rule, "village", village, money, favoured, households, parameter, period=year)


def monitored_included(case):
    """Of the village's households monitored on any day of payment, those that received something in that year."""
    book = case.book
    for (village, year), postings in distributions(book, collective=False).items():
        more = {"period": year, "unit": "count"}
        received, watched = {}, set()
        for posting in postings:
            lines = posting["lines"] or []
            days = {day_of(posting, line) for line in lines} or {posting["txn"]["when"]}
            for day in days:
                watched |= {h for h in of_village(book, village, day) if is_monitored(book, h, day)}
            for line in lines:
                received[line["household"]] = received.get(line["household"], 0) + line["fen"]
        reached = {h for h in watched if received.get(h, 0) > 0}
        if not watched:
            yield finding("monitored-included", "village", village, "na", **more)
            continue
        if any(posting["lines"] is None for posting in postings):
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


def payment_mode(case):
    modes = ("以奖代补", "事后奖补", "劳务补助", "以工代赈")
    book = case.book
    for voucher, postings in by_voucher(paid_to_people(book)).items():
        statuses = []
        for posting in postings:
            mode = facts(book, "project", posting["project"]).get("mode")
            if not posting["meta"].get("benefit"):
                statuses.append("undetermined" if posting["project"] and mode is None else verdict(mode in modes))
        yield finding("payment-mode", "voucher", voucher, worst(statuses))


def subsidy_standard(case):
    """amount = quantity x standard, exactly, of the benefit as it stood on the day of payment."""
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
            statuses.setdefault(voucher, []).append(verdict(line["fen"] == line["quantity"] * per_unit))
    for voucher, found in statuses.items():
        yield finding("subsidy-standard", "voucher", voucher, worst(found))


def premium_subsidy(case):
    """Subsidy = 5 % of the premium (`quantity`, yuan); 农产品收益保险 is excluded by name."""
    book, statuses = case.book, {}
    parameter = case.law.get("premium-subsidy", book.as_of)
    for posting in book.postings:
        if posting["meta"].get("benefit") != "保费补助" or posting["lines"] == []:
            continue
        if posting["lines"] is None:
            statuses.setdefault(posting["txn"]["voucher"], []).append("undetermined")
            continue
        for line in posting["lines"]:
            if line["quantity"] is None:
                continue
            status = "undetermined"
            if parameter:
                status = verdict(line["fen"] == line["quantity"] * 100 * parameter["value"])
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
        lines += [(day_of(posting, line), posting, line, found) for line in posting["lines"]]
    sums = {}
    for day, posting, line, found in sorted(lines, key=lambda row: row[0]):
        benefit = posting["meta"]["benefit"]
        about = facts(book, "benefit", benefit, day)
        found.append(verdict(in_state(book, about, line, day)))
        found.append(verdict(under_cap(about, benefit, posting, line, sums)))
    for voucher, found in statuses.items():
        yield finding("recipient-eligible", "voucher", voucher, worst(found))


def in_state(book, about, line, day):
    allowed, status = comma(about.get("states")), status_on(book, line["household"], day)
    return status["base"] in allowed or (status["monitored"] and "监测户" in allowed)


def under_cap(about, benefit, posting, line, sums):
    """Is the sum so far of this household or person in this year or month within the cap?"""
    if about.get("cap") is None:
        return True
    unit, _, period = str(about.get("per") or "户·年").partition("·")
    day = day_of(posting, line)
    who = line["household"] if unit == "户" else (line["household"], line["person"])
    when = {"年": day.year, "月": (day.year, day.month)}.get(period)
    key = (benefit, who, when)
    sums[key] = sums.get(key, 0) + line["fen"]
    cap = about["cap"] if isinstance(about["cap"], int) else Fraction(about["cap"]) * 100
    return line["fen"] <= 0 or sums[key] <= cap


def post_scale(case):
    """Distinct persons paid under 公益岗位 in a calendar year, not fewer than in the year before."""
    book, people, unknown = case.book, {}, set()
    for posting in book.postings:
        if posting["meta"].get("benefit") != "公益岗位" or not posting["account"].startswith("Expenses:"):
            continue
        if posting["lines"] is None:
            unknown.add(posting["txn"]["when"].year)
            people.setdefault(posting["txn"]["when"].year, {})
        for line in posting["lines"] or []:
            year = day_of(posting, line).year
            key = (line["household"], line["person"])
            amounts = people.setdefault(year, {})
            amounts[key] = amounts.get(key, 0) + line["fen"]
    counts = {year: sum(amount > 0 for amount in amounts.values()) for year, amounts in people.items()}
    for year in [year + 1 for year, count in counts.items() if count and year < book.as_of.year]:
        counts.setdefault(year, 0)  # a year in which nobody is paid any more is judged as well
    for year in sorted(counts):
        if year - 1 not in people:
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
        for line in posting["lines"] or []:
            day = day_of(posting, line)
            key = (line["household"], line["person"], target, day.year, day.month, abs(line["fen"]))
            counts[key] = counts.get(key, 0) + (1 if line["fen"] > 0 else -1 if line["fen"] < 0 else 0)
    failing = {(key[0], f"{key[3]}-{key[4]:02d}") for key, count in counts.items() if count > 1}
    for household, month in sorted(failing):
        yield finding("duplicate-payment", "household", household, "fail", period=month)
