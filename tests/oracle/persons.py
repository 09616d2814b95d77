"""The rules about persons over all rolls: days, benefits, accounts, who is gone, what the bank returned."""

import calendar
import datetime as dt

from .book import closed, comma, facts, for_period, gone, is_spending, paid_lines
from .findings import RANK, finding, verdict, worst
from .labour import labour
from .law import holds
from .people import day_of, lives_in, person_of


def subject(person):
    """Who, else the household."""
    return person if isinstance(person, str) else person[0]


def labour_days(case):
    """Days of a person over all rolls within those of the month, or of the months that the roll names."""
    book, sums = case.book, {}
    for posting, how in labour(book):
        for line in paid_lines(posting) or [] if how == "backed" else []:
            if line["days"] is None:
                continue
            said = str(line.get("for") or posting["meta"].get("for") or "")
            months = span(said) if ".." in said else (for_period(posting, line),)
            key = (person_of(book, posting, line), months)
            rows = sums.setdefault(key, [])
            rows.append((line["days"] if line["fen"] >= 0 else -line["days"], posting["txn"]["voucher"], bool(said)))
    found = {}
    for (person, months), rows in sums.items():
        if any(month is None for _, month in months):
            continue
        days, limit = sum(row[0] for row in rows), sum(calendar.monthrange(*month)[1] for month in months)
        clear = len({row[1] for row in rows}) > 1 or all(row[2] for row in rows)
        status = "pass" if days <= limit else "fail" if clear else "undetermined"
        period = "..".join(f"{y}-{m:02d}" for y, m in (months[0], months[-1])[: len(months)])
        found.setdefault((subject(person), period), []).append((status, -days, limit))
    for (who, period), judged in found.items():
        status, days, limit = min(judged, key=lambda row: (RANK.index(row[0]), row[1]))
        yield finding("labour-days", "person", who, status, period=period, unit="days", numerator=-days,
                      denominator=limit)  # fmt: skip


def span(text):
    first, last = (dt.date.fromisoformat(part + "-01") for part in text.split(".."))
    count = last.year * 12 + last.month - first.year * 12 - first.month
    months = (first.year * 12 + first.month - 1 + turn for turn in range(count + 1))
    return tuple((month // 12, month % 12 + 1) for month in months)


def benefit_lines(book):
    for posting in book.postings:
        if posting["meta"].get("benefit") and posting["account"].startswith("Expenses:"):
            for line in paid_lines(posting) or []:
                yield posting, line


def said_by(book, benefit, year, month):
    """What a benefit's directives say by the end of a month."""
    return facts(book, "benefit", benefit, dt.date(year, month, calendar.monthrange(year, month)[1]) if month else None)


def benefit_exclusive(case):
    """No two benefits that exclude each other in one month of one person."""
    book, held = case.book, {}
    for posting, line in benefit_lines(book):
        key = (person_of(book, posting, line), for_period(posting, line))
        sums = held.setdefault(key, {})
        benefit = posting["meta"]["benefit"]
        sums[benefit] = sums.get(benefit, 0) + line["fen"]
    found = {}
    for (person, (year, month)), sums in held.items():
        names = {name for name, amount in sums.items() if amount > 0}
        if isinstance(person, str) or person[1]:  # what names nobody may be anybody's of the household
            homes = {row["household"] for row in book.members if row["who"] == person} or {person[0]}
            for home in homes:
                names |= {name for name, amount in held.get(((home, ""), (year, month)), {}).items() if amount > 0}
        else:
            names |= {name for (other, when), found in held.items() for name, amount in found.items()
                      if amount > 0 and when == (year, month) and lives_in(book, other, person[0])}  # fmt: skip
        clash = any(other in names for name in names for other in comma(said_by(book, name, year, month).get("excludes")))
        if month is not None:
            found.setdefault((subject(person), f"{year}-{month:02d}"), []).append(verdict(not clash))
    for (who, period), statuses in found.items():
        yield finding("benefit-exclusive", "person", who, worst(statuses), period=period)


def same_account(case):
    """One account serves one household."""
    households = {}
    for posting in case.book.postings:
        for line in paid_lines(posting) or []:
            if line["account"]:
                households.setdefault(line["account"], set()).add(line["household"])
    for token, served in households.items():
        yield finding("same-account", "account", token, verdict(len(served) == 1))


def recipient_alive(case):
    """Whoever is dead or gone is paid for the month in which that was, and not for the next; households likewise."""
    book, statuses = case.book, {}
    paid = [(p, line) for p in book.postings if p["account"].startswith("Expenses:") for line in paid_lines(p) or []]
    back = {(p["txn"]["reverses"], line["household"], line["person"], -line["fen"])
            for p, line in paid if p["txn"]["reverses"]}  # fmt: skip
    for posting in book.postings:
        if not posting["account"].startswith("Expenses:") or not posting["lines"] or posting["txn"]["reverses"]:
            continue
        for line in paid_lines(posting):
            if (posting["txn"]["voucher"], line["household"], line["person"], line["fen"]) in back:
                statuses.setdefault(posting["txn"]["voucher"], []).append("pass")  # taken back
                continue
            year, month = for_period(posting, line)
            ends = [closed(book, line["household"]), gone(book, person_of(book, posting, line))]
            late = any(end is not None and (year, month or 1) > (end.year, end.month) for end in ends)
            statuses.setdefault(posting["txn"]["voucher"], []).append(verdict(not late))
    for voucher, found in statuses.items():
        yield finding("recipient-alive", "voucher", voucher, worst(found))


def returned_payment(case):
    """What the bank returned is paid again or handed back within the days."""
    book, statuses = case.book, {}
    for posting in book.postings:
        for line in posting["lines"] or []:
            if line["result"] == "退票" and line["fen"] > 0:
                status = returned_status(case, posting, line)
                statuses.setdefault(posting["txn"]["voucher"], []).append(status)
    for voucher, found in statuses.items():
        yield finding("returned-payment", "voucher", voucher, worst(found))


def returned_status(case, posting, line):
    book, since = case.book, day_of(posting, line)
    parameter = case.law.get("returned-days", since)
    if parameter is None:
        return "undetermined"
    if line.get("reversed") or paid_again(book, posting, line):
        return "pass"
    return verdict(False, holds((book.as_of - since).days, parameter["op"], parameter["value"]))


def paid_again(book, posting, line):
    person, target = person_of(book, posting, line), posting["meta"].get("benefit") or posting["project"]
    for other in book.postings:
        if other["txn"]["date"] < posting["txn"]["date"] or other is posting or not is_spending(other["account"]):
            continue
        if (other["meta"].get("benefit") or other["project"]) == target:
            for again in paid_lines(other) or []:
                same = (person_of(book, other, again), for_period(other, again)) == (person, for_period(posting, line))
                if same and again["fen"] == line["fen"]:
                    return True
    return False


def evidence_reused(case):
    """One digest of evidence or of a roll under one voucher only, unless all of them say so."""
    vouchers = {}
    for txn in case.book.txns:
        for meta in [txn["meta"], *(p["meta"] for p in txn["postings"])]:
            for key in ("evidence-sha256", "roll-sha256"):
                if meta.get(key):
                    vouchers.setdefault(meta[key], {})[txn["voucher"]] = bool(txn["meta"].get("shared-with"))
    for digest, users in vouchers.items():
        ok = len(users) == 1 or all(users.values())
        yield finding("evidence-reused", "evidence", digest[:12], verdict(ok))
