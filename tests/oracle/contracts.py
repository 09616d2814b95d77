"""The rules about contracts, operators, resolutions, numbers of payment, and facts that were changed afterwards."""

import datetime as dt
import hashlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

from .assets import group_of
from .book import comma, facts, ids, is_spending, reached, spoken_of, village_on
from .findings import finding, half_up_fen, verdict, worst, year_day
from .law import FISCAL, holds
from .money import first_allocated, net_allocated, spent
from .owed import RETENTION, allocated_to, first_payment, months_later, paid_by, settled_value

DAY = dt.timedelta(days=1)


def split_contract(case):
    """One payee's contracts in a village: below the limit each, above it together, within the days."""
    book, contracts = case.book, {}
    if "tender-limit" not in case.law.mentioned:
        return
    for posting in book.postings:
        payee, project = posting["txn"]["payee"], posting["project"]
        if payee and project and is_spending(posting["account"]) and posting["lines"] == [] and paid(posting["txn"]):
            entry = contracts.setdefault((payee, project), [posting["txn"]["date"], 0])
            entry[1] += posting["fen"]
    groups = {}
    for (payee, project), (day, amount) in contracts.items():
        if amount <= 0:
            continue
        for village in comma(facts(book, "project", project).get("village")):
            groups.setdefault((payee, village_on(book, village, day)), []).append((day, amount))
    for (payee, village), rows in groups.items():
        if len(rows) < 2:
            continue
        yield from split_status(case, payee, village, sorted(rows))


def paid(txn):
    return txn["has_quota"] or txn["has_bank"]


def split_status(case, payee, village, rows):
    statuses, most = [], 0
    for start, _ in rows:
        limit, missing = case.law.ask("split-contract", "tender-limit", start)
        days, unsaid = case.law.ask("split-contract", "split-days", start)
        if limit is None or days is None:
            statuses.append(missing or unsaid)
            continue
        near = [amount for day, amount in rows if day >= start and holds((day - start).days, days["op"], days["value"])]
        small = [amount for amount in near if amount < limit["value"] * 100]
        most = max(most, sum(small))
        statuses.append(verdict(len(small) < 2 or sum(small) <= limit["value"] * 100))
    if not most and set(statuses) <= {"pass"}:
        case.law.asked.clear()  # no contract below the limit
    elif statuses:
        yield finding("split-contract", "payee", payee, worst(statuses), part=village, numerator=most)


def competitive(book):
    for project in ids(book, "project"):
        about = facts(book, "project", project)
        if about.get("competitive") is True and about.get("operator") and first_allocated(book, project):
            yield project, about


def subsidy_of(book, project):
    """What a project was allocated of fiscal money, net."""
    return sum(a for (f, p), a in net_allocated(book).items() if p == project
               and facts(book, "fund", f).get("level") in FISCAL)  # fmt: skip


def equity_missing(case):
    """A competitive project whose fiscal subsidy reaches the limit has a grant."""
    book = case.book
    granted = {p for grant in ids(book, "equity") for p in comma(facts(book, "equity", grant).get("project"))}
    for project, _ in competitive(book):
        parameter, missing = case.law.ask("equity-missing", "equity-from", first_allocated(book, project))
        subsidy = subsidy_of(book, project)
        if parameter is None:
            yield finding("equity-missing", "project", project, missing)
        elif subsidy >= parameter["value"] * 100:
            yield finding("equity-missing", "project", project, verdict(project in granted))


def operator_once(case):
    """Competitive projects of an operator in a year, by their first allocation."""
    book, counts, early = case.book, {}, set()
    for project, about in competitive(book):
        if subsidy_of(book, project) <= 0:
            continue
        for operator in comma(about["operator"]):
            day = first_allocated(book, project)
            key = (operator, day.year)
            counts[key] = counts.get(key, 0) + 1
            if case.law.get("operator-once", day) is None:
                early.add(key)
    for (operator, year), count in counts.items():
        parameter, missing = case.law.ask("operator-once", "operator-once", year_day(book, year))
        if spoken_of(book, year):
            status = missing if parameter is None else verdict(holds(count, parameter["op"], parameter["value"]))
            status = "either" if (operator, year) in early else status  # chosen before anything was asked
            yield finding("operator-once", "operator", operator, status, period=year, unit="count", numerator=count)


def resolution(case):
    """A project from an amount on was decided with evidence before 年度计划."""
    book = case.book
    if "resolution-from" not in case.law.mentioned:
        return
    for project in ids(book, "project"):
        plan = reached(book, project, "年度计划")
        amount = allocated_to(book, project)
        if plan is None or amount <= 0:
            continue
        parameter, missing = case.law.ask("resolution", "resolution-from", plan)
        if parameter is None:
            yield finding("resolution", "project", project, missing)
        elif amount >= parameter["value"] * 100:
            ok = any(day <= plan and values[0] == project and proved(book, meta)
                     for day, values, meta in book.customs.get("resolution", []))  # fmt: skip
            yield finding("resolution", "project", project, verdict(ok))


def proved(book, meta):
    path = book.root / str(meta.get("evidence"))
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == meta.get("evidence-sha256")


def payment_number(case):
    """A payment of quota, returns too, has its number."""
    named = {}
    for txn in case.book.txns:
        moved = any(p["account"].endswith(":1已分配") for p in txn["postings"]) and not txn["only_quota"]
        if moved:
            named[txn["voucher"]] = named.get(txn["voucher"], False) or bool(txn["meta"].get("payment-no"))
    for voucher, number in named.items():
        yield finding("payment-number", "voucher", voucher, verdict(number))


# --- retention, cost of a unit, the county's own numbers -------------------------------------------------------------


def retention(case):
    """What is held on 质保金 from 验收 on for the months, and paid in the 30 days after.

    Where the bill by which it is withheld comes after 验收, the price itself is withheld until then.
    """
    book = case.book
    for project in ids(book, "project"):
        since, contract = reached(book, project, "验收"), facts(book, "project", project).get("contract")
        if not contract or since is None or "retention" not in case.law.mentioned:
            continue
        share, missing = case.law.ask("retention", "retention", since)
        months, unsaid = case.law.ask("retention", "retention-months", since)
        if share is None or months is None:
            yield finding("retention", "project", project, missing or unsaid)
            continue
        status, least = held_back(book, project, since, contract, share["value"], months["value"])
        short = max(half_up_fen(contract * share["value"]) - least, 0)
        yield finding("retention", "project", project, status, numerator=least, denominator=contract, shortfall=short)


def held_back(book, project, since, contract, share, months):
    required, end = half_up_fen(contract * share), months_later(since, int(months))
    moves = [(p["txn"]["date"], -p["fen"]) for p in book.postings
             if p["account"].startswith(RETENTION) and p["project"] == project]  # fmt: skip
    bill = min((day for day, _ in moves), default=None)
    before = paid_by(book, project, None if bill is None else max(bill, since))
    begin = since if before > contract - required or (bill and bill <= since) else bill
    if begin is None:
        return "pending", 0
    until = min(end - DAY, book.as_of)
    least = min(balance(moves, day) for day in [begin, *(d for d, _ in moves if begin < d <= until)])
    late = book.as_of > end + 30 * DAY and balance(moves, end + 30 * DAY) > 0
    due = book.as_of >= end and balance(moves, book.as_of) > 0
    return "fail" if least < required or late else "pending" if due else "pass", least


def balance(moves, day):
    return sum(amount for at, amount in moves if at <= day)


def unit_cost(case):
    """Cost a unit over the median of five peers or more, of the subtype and of the year or the year before."""
    book, built = case.book, {}
    for project in ids(book, "project"):
        about, first = facts(book, "project", project), first_allocated(book, project)
        members = sorted(group_of(book, project)[0])
        quantity = sum(Fraction(facts(book, "project", each).get("quantity") or 0) for each in members)
        cost = sum(cost_of(book, each) for each in members)
        if about.get("quantity") and about.get("subtype") and first and quantity > 0 and cost > 0:
            built[project] = (tuple(members), about["subtype"], first.year, Fraction(cost) / quantity)
    for project, (members, subtype, year, each) in built.items():
        peers = {m: cost for m, kind, at, cost in built.values()
                 if m != members and kind == subtype and at in (year, year - 1)}  # fmt: skip
        if len(peers) < 5:
            yield finding("unit-cost", "project", project, "na")
            continue
        parameter, missing = case.law.ask("unit-cost", "unit-cost-factor", year_day(book, year))
        value = each / median(sorted(peers.values()))
        status = missing if parameter is None else verdict(holds(value, parameter["op"], parameter["value"]))
        yield finding("unit-cost", "project", project, status, value=value, unit="tilt")


def cost_of(book, project):
    settled = settled_value(book, project)
    if settled is not None:
        return settled
    return sum(amount for (_, of), amount in spent(book).items() if of == project)


SHIPPED = {path.name for path in (Path(__file__).parents[2] / "ledgers" / "policies").glob("*.beancount")}
SPANS = {"split-days"}  # the longer, the more is found


def law_lowered(case):
    """A number of the book's own is not weaker than what it includes of the shipped, of the same name, scope and day."""
    for name, rows in case.law.rows.items():
        found = []
        for own in rows:
            above = [row for row in rows if row["file"] in SHIPPED and row["scope"] == own["scope"]
                     and row["effective"] <= own["effective"]]  # fmt: skip
            if own["file"] in SHIPPED or own["value"] is None or not above or above[-1]["value"] is None:
                continue
            less_is_weaker = above[-1]["op"] != "<=" or name in SPANS
            difference = own["value"] - above[-1]["value"]
            found.append(verdict(difference >= 0 if less_is_weaker else difference <= 0))
        if found:
            yield finding("law-lowered", "policy", name, worst(found))


# --- facts changed afterwards -----------------------------------------------------------------------------------------

KEYS = ("mode", "category", "labour-promised", "planned", "household-level", "settled")


def changed_after(case):
    """A project's facts that decide a verdict, changed after 年度计划 or after the first payment."""
    book = case.book
    yield from corrected_funds(book)
    for project in ids(book, "project"):
        plan, paid_on = reached(book, project, "年度计划"), first_payment(book, project)
        for key in KEYS:
            rows = [(day, meta[key], meta.get("approved")) for day, _, meta in book.history["project"][project]
                    if key in meta]  # fmt: skip
            late = [approved for (_, old, _), (day, new, approved) in pairwise(rows)
                    if old != new and after(day, plan, paid_on)]  # fmt: skip
            if late:
                yield finding("changed-after", "project", project, verdict(all(late)), part=key)


def after(day, *marks):
    return any(mark is not None and day > mark for mark in marks)


FUND_KEYS = ("level", "task", "source", "year")


def corrected_funds(book):
    """What a later directive corrects of a fund's document."""
    for fund in ids(book, "fund"):
        for key in FUND_KEYS:
            rows = [(meta[key], meta.get("approved")) for _, _, meta in book.history["fund"][fund] if key in meta]
            late = [approved for (old, _), (new, approved) in pairwise(rows) if old != new]
            if late:
                yield finding("changed-after", "fund", fund, verdict(all(late)), part=key)
