"""The rules about what villages earn from assets and what becomes of it."""

import datetime as dt
from fractions import Fraction

from .assets import sold
from .book import BANK, comma, facts, ids, income_year, paid_lines, spoken_of, village_on
from .findings import finding, half_up_fen, ratio, verdict, worst, year_day
from .law import FIFTY_ONE
from .money import bank_village
from .people import HOUSEHOLD_MONEY, village_of_income

INCOME, PROCEEDS = "Income:9401", ":4处置"


def receipts(book, asset):
    return [p for p in book.postings if p["account"].startswith(INCOME) and p["meta"].get("asset") == asset]


def partners(book, asset, day=None):
    about = facts(book, "asset", asset, day)
    return {name for key in ("operator", "party") for name in comma(about.get(key))}


# --- what is owed -----------------------------------------------------------------------------------------------------


def asset_income_due(case):
    """Each due year of an asset's rent by itself, received of its party or operator."""
    book = case.book
    for asset in ids(book, "asset"):
        about = facts(book, "asset", asset)
        if about.get("rent") is None or not about.get("rent-due") or not about.get("from"):
            continue
        years, out = due_years(book, about), sold(book, asset)
        got = received(book, asset, years)
        for year, (day, due) in years.items():
            if spoken_of(book, year) and due:
                if out is not None and out.year <= year:  # nothing says until when what was sold owes its rent
                    yield finding("asset-income-due", "asset", asset, "either", period=year)
                    continue
                short = due - got[year]
                yield finding("asset-income-due", "asset", asset, verdict(short <= 0, book.as_of <= day), period=year,
                              numerator=got[year], denominator=due, shortfall=max(short, 0))  # fmt: skip


def due_years(book, about):
    """{year: (due day, 分)}; a first or last year that is covered in part is due by days."""
    month, day = map(int, about["rent-due"].split("-"))
    start, end = about["from"], about.get("to") or dt.date(book.as_of.year, 12, 31)
    result = {}
    for year in range(start.year, end.year + 1):
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        covered = (min(end, last) - max(start, first)).days + 1
        due = half_up_fen(Fraction(about["rent"] * covered, (last - first).days + 1))
        due_day = dt.date(year, 3, 1) - dt.timedelta(days=1) if (month, day) == (2, 29) else dt.date(year, month, day)
        result[year] = (min(max(due_day, start), end), due)  # nothing is due before the contract, or after it
    return result


def received(book, asset, years):
    """{year: 分}: by `income-year`; without one for the oldest due first."""
    got, free = dict.fromkeys(years, 0), 0
    for posting in receipts(book, asset):
        payer = posting["meta"].get("payer")
        if posting["account"].endswith(PROCEEDS) or (payer and payer not in partners(book, asset)):
            continue
        if posting["meta"].get("income-year") is None:
            free -= posting["fen"]
        elif income_year(posting) in got:
            got[income_year(posting)] -= posting["fen"]
    for year in sorted(years):
        part = max(min(free, years[year][1] - got[year]), 0)
        got[year], free = got[year] + part, free - part
    return got


def principal_due(case):
    book = case.book
    for asset in ids(book, "asset"):
        about = facts(book, "asset", asset)
        if about.get("principal-due") is None or not about.get("principal"):
            continue
        if not spoken_of(book, about["principal-due"].year):
            continue
        back = -sum(p["fen"] for p in receipts(book, asset) if p["account"].endswith(PROCEEDS))
        short = about["principal"] - back
        yield finding("principal-due", "asset", asset, verdict(short <= 0, book.as_of <= about["principal-due"]),
                      numerator=back, denominator=about["principal"], shortfall=max(short, 0))  # fmt: skip


def income_payer(case):
    """A receipt was paid by the asset's operator or party; who paid it is unknown where nobody says so."""
    book, statuses = case.book, {}
    for asset in ids(book, "asset"):
        for posting in receipts(book, asset):
            payer = posting["meta"].get("payer")
            names = partners(book, asset, posting["txn"]["date"])
            if names and not posting["account"].endswith(PROCEEDS):
                status = verdict(payer in names) if payer else "undetermined"
                statuses.setdefault(posting["txn"]["voucher"], []).append(status)
    for voucher, found in statuses.items():
        yield finding("income-payer", "voucher", voucher, worst(found))


# --- what becomes of it -----------------------------------------------------------------------------------------------


def sums_of_villages(book):
    """(village, income year) -> [income, uses] of what the villages own: rents, dividends, operations; their uses."""
    result = {}
    for posting in book.postings:
        asset, account = posting["meta"].get("asset"), posting["account"]
        income = account.startswith(INCOME) and not account.endswith(PROCEEDS)
        if not asset or not (income or account.startswith("Expenses:9501")):
            continue
        if facts(book, "asset", asset).get("owner-kind", "村集体") == "村集体":
            year = income_year(posting)
            key = (village_of_income(book, asset, year), year)
            sums = result.setdefault(key, [0, 0])
            sums[0 if income else 1] += -posting["fen"] if income else posting["fen"]
    return result


def income_undistributed(case):
    """What came in of an income year is distributed or kept back by the day; later it passes too."""
    book = case.book
    for (village, year), (income, uses) in sums_of_villages(book).items():
        day = year_day(book, year)
        if village is None or not spoken_of(book, year) or income <= 0 or day < FIFTY_ONE:
            continue
        parameter, missing = case.law.ask("income-undistributed", "income-distributed-by", day)
        if parameter is None:
            yield finding("income-undistributed", "village", village, missing, period=year)
            continue
        month, last = divmod(int(parameter["value"]), 100)
        due = dt.date(year + 1, month, last)
        yield ratio("income-undistributed", "village", village, uses, income, {"value": Fraction(1), "op": ">="},
                    book.as_of <= due, period=year)  # fmt: skip


def income_covered(case):
    """Uses of an income year within its income; the village's bank without project never below zero in that year."""
    book, overdrawn = case.book, overdrafts(case.book)
    sums = sums_of_villages(book)
    gone = {p["meta"].get("asset") for p in book.postings if p["account"].endswith(PROCEEDS)}
    of_proceeds = {
        (village_of_income(book, p["meta"]["asset"], income_year(p)), income_year(p))
        for p in book.postings
        if p["account"].startswith("Expenses:9501") and p["meta"].get("asset") in gone
    }
    for village, year in sorted(set(sums) | overdrawn, key=str):
        income, uses = sums.get((village, year), (0, 0))
        if spoken_of(book, year) and village is not None:
            over = max(uses - income, 0)
            if (village, year) in of_proceeds:  # the definitions do not say which uses are of what was sold
                yield finding("income-covered", "village", village, "either", period=year)
                continue
            yield finding("income-covered", "village", village, verdict(not over and (village, year) not in overdrawn),
                          period=year, numerator=uses, denominator=income, shortfall=over)  # fmt: skip


def overdrafts(book):
    """(village, year) in which a village's money without project was below zero at the end of some day."""
    balances, result, days = {}, set(), {}
    for posting in book.postings:
        if posting["account"].startswith(BANK) and not posting["project"]:
            days.setdefault(posting["txn"]["date"], []).append(posting)
    for day, postings in sorted(days.items()):
        for village in list(balances):  # a successor takes over what its predecessor had
            successor = village_on(book, village, day)
            if successor != village:
                balances[successor] = balances.get(successor, 0) + balances.pop(village)
        for posting in postings:
            village = bank_village(book, posting["account"], day)
            balances[village] = balances.get(village, 0) + posting["fen"]
        result |= {(village, day.year) for village, left in balances.items() if left < 0}
    return result


def income_flat(case):
    """A distribution to five households or more is not the same for every household, nor for every person."""
    book, vouchers = case.book, {}
    for posting in book.postings:
        if posting["account"].startswith(HOUSEHOLD_MONEY) and not posting["txn"]["reverses"]:
            vouchers.setdefault(posting["txn"]["voucher"], []).append(posting)
    for voucher, postings in vouchers.items():
        day, sums = postings[0]["txn"]["date"], {}
        if day >= FIFTY_ONE and not all(p["lines"] for p in postings):
            yield finding("income-flat", "voucher", voucher, "undetermined")
            continue
        for line in (line for p in postings for line in paid_lines(p)):
            sums[line["household"]] = sums.get(line["household"], 0) + line["fen"]
        if len(sums) < 5 or day < FIFTY_ONE:
            continue
        people = [people_of(book, household, day) for household in sums]
        same = len(set(sums.values())) == 1
        heads = (
            None
            if None in people or 0 in people
            else {Fraction(s, n) for s, n in zip(sums.values(), people, strict=True)}
        )
        status = "fail" if same else "undetermined" if heads is None else verdict(len(heads) > 1)
        yield finding("income-flat", "voucher", voucher, status)


def people_of(book, household, day):
    rows = [row for row in book.households.get(household, []) if row["date"] <= day and row.get("people")]
    return int(rows[-1]["people"]) if rows else None


def stocktake(case):
    """What was counted is what was booked on that day."""
    book = case.book
    for date, values, meta in book.customs.get("stocktake", []):
        booked = sum(p["units"] for p in book.postings if p["commodity"] == values[0] and p["txn"]["date"] <= date)
        counted = meta.get("counted")
        yield finding("stocktake", "asset", values[0], verdict(counted == booked), unit="count", period=date,
                      numerator=counted, denominator=booked)  # fmt: skip
