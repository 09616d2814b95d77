"""The rules about labour remuneration."""

from fractions import Fraction

from .book import facts, ids, is_labour_account, last_state, paid_lines, reached, spoken_of
from .findings import finding, ratio, verdict, year_day, year_open
from .law import FIVE, UPPER, holds
from .money import as_allocated, first_day, lots, spent
from .owed import ADVANCE, OWED, is_outlay, lots_on, paid_by

UNTRUSTED = object()


def labour(book):
    """[(posting, 'backed' | 'unbacked' | 'broken')] of every labour account."""
    result = []
    for posting in book.postings:
        if not is_labour_account(posting["account"]):
            continue
        lines = posting["lines"]
        if lines is None:
            result.append((posting, "broken"))
        elif (lines and (posting["roll"] or lines[0]["days"] is not None)) or takes_back(posting, result):
            result.append((posting, "backed"))
        else:
            result.append((posting, "unbacked"))
    return result


def takes_back(posting, earlier):
    """A reversal of labour takes it back, though it names nobody."""
    key = (posting["txn"]["reverses"], posting["account"], posting["project"])
    return key[0] and any(how == "backed" and (p["txn"]["voucher"], p["account"], p["project"]) == key
                          for p, how in earlier)  # fmt: skip


def labour_payments(book):
    """[{day, project, fund, fen}]: labour that has been paid; fen is None where a roll cannot be trusted.

    It counts when money has left (the quota, or a village's account), when what was owed is settled, and out of a
    contractor's price up to what that contractor was paid on that project, net of what it handed back.
    """
    if book.cache.get("labour") is None:
        rows = [*at_once(book), *reclassified(book)]
        # Labour of no project is a matter of `record`; a reversal belongs to what it reverses.
        book.cache["labour"] = [row for row in rows if row["project"] or (row["fen"] or 0) < 0]
    return book.cache["labour"]


def amount_of(posting, how):
    """What of a labour posting reached people, 分; None where nobody can tell."""
    if how == "broken":
        return None
    return posting["fen"] - sum(x["fen"] for x in posting["lines"]) + sum(x["fen"] for x in paid_lines(posting))


def sides(txn):
    """(paid, owed, taken out of a price or a prepayment) of a transaction's other side, 分."""
    postings = txn["postings"]
    paid = -sum(p["fen"] for p in postings if is_outlay(p))
    owed = -sum(p["fen"] for p in postings if p["account"].startswith(OWED))
    taken = -sum(p["fen"] for p in postings if p["account"].startswith(ADVANCE) or is_price(p))
    return paid, owed, taken


def is_price(posting):
    """An expense that labour is taken out of; of a reversal the other way round."""
    back = posting["fen"] > 0 if posting["txn"]["reverses"] else posting["fen"] < 0
    return back and posting["account"].startswith("Expenses:") and not is_labour_account(posting["account"])


def entry(posting, day, fen):
    return {"day": day, "project": posting["project"], "fund": posting["fund"], "fen": fen}


def at_once(book):
    """Paid with the voucher, or as what it left owing is settled; of a voucher that is partly owed, in proportion."""
    debts = [lot | {"project": key[1]} for key, lots in lots_on(book, OWED).items() for lot in lots]
    for posting, how in labour(book):
        paid, owed, taken = sides(posting["txn"])
        whole, amount = paid + owed + taken, amount_of(posting, how)
        if how == "unbacked" or whole == 0 or never_counted(book, posting["txn"]):
            continue
        if paid:
            yield entry(posting, posting["txn"]["when"], amount and amount * Fraction(paid, whole))
        for lot in debts:
            if lot["txn"] is posting["txn"] and owed > 0:
                for day, part in lot["paid"]:
                    yield entry(posting, day, amount and amount * Fraction(part, whole))


def never_counted(book, txn):
    """A reversal of what was no labour, for want of a roster, takes none back."""
    found = [how for posting, how in labour(book) if txn["reverses"] and posting["txn"]["voucher"] == txn["reverses"]]
    return bool(found) and all(how == "unbacked" for how in found)


def reclassified(book):
    """Out of a contractor's price or prepayment, up to what it was paid; the latest reclassification loses first."""
    rows, left = [], {}
    for posting, how in labour(book):
        paid, owed, taken = sides(posting["txn"])
        amount = amount_of(posting, how)
        if how == "unbacked" or not taken:
            continue
        part = amount and amount * Fraction(taken, paid + owed + taken)
        original = [row for row in rows if posting["txn"]["reverses"] == row["voucher"] and posting["txn"]["reverses"]]
        if original and part:
            original[-1]["fen"] = original[-1]["fen"] and original[-1]["fen"] + part
        else:
            rows.append(entry(posting, posting["txn"]["when"], part) | {"voucher": posting["txn"]["voucher"],
                                                                        "payee": posting["txn"]["payee"]})  # fmt: skip
    for row in rows:
        key = (row["payee"], row["project"])
        if key not in left:
            left[key] = contractor_paid(book, *key)
        if row["fen"] is not None:
            row["fen"] = max(min(row["fen"], left[key]), 0)
            left[key] -= row["fen"]
    return rows


def contractor_paid(book, payee, project):
    """What a contractor was paid on a project, net of returns, without wages that were paid directly."""
    wages = 0
    for posting, how in labour(book):
        txn = posting["txn"]
        if how != "unbacked" and (txn["payee"], posting["project"]) == (payee, project):
            paid, owed, taken = sides(txn)
            wages += Fraction(posting["fen"] * paid, paid + owed + taken) if paid else 0
    return paid_by(book, project, payee=payee) - wages


def paid_labour(book, project, without=()):
    """Labour paid by a project in 分; None when a roll behind it cannot be trusted."""
    rows = [row for row in labour_payments(book) if row["project"] == project and row["fund"] not in without]
    return None if any(row["fen"] is None for row in rows) else sum(row["fen"] for row in rows)


def not_accepted(book, project):
    """Short of its mark, may it still become a pass? Until 验收; never once 终止 or 退库 ended the project."""
    return reached(book, project, "验收") is None and last_state(book, "project", project) not in ("终止", "退库")


def stopped(book, project):
    return last_state(book, "project", project) == "终止"


def labour_share(case):
    for project in ids(case.book, "project"):
        if as_allocated(case.book, project).get("mode") == "以工代赈":
            yield share(case, "labour-share", project, lambda fund: fund.get("level") in UPPER)


def labour_share_work_relief(case):
    def special(fund):
        return fund.get("task") == "以工代赈" and fund.get("level") in UPPER

    book = case.book
    given = {p for (f, p), parts in lots(book).items() if parts and special(facts(book, "fund", f))}
    for project in ids(book, "project"):
        if project in given:
            yield share(case, "labour-share-work-relief", project, special)


def share(case, rule, project, chosen):
    """required = sum of lots x the rate in force on each lot's own day; base = sum of lots (spent, when 终止).

    Money of which nothing was asked on its day, or nothing of its level, is in neither.
    """
    book = case.book
    base, required = 0, Fraction(0)
    counted, excluded, left, unknown, op = set(), set(), set(), False, ">="
    for (fund, owner), parts in lots(book).items():
        about = facts(book, "fund", fund)
        if owner != project or not chosen(about):
            continue
        for day, amount in parts:
            before = set(case.law.asked)
            parameter, missing = rate(case, rule, fund, about, day)
            if missing == "na" or (parameter and about.get("task") in parameter["exclude"]):
                case.law.unsure |= case.law.asked - before  # it only said that this money does not count
                case.law.asked = before
                excluded.update([fund] if parameter else [])
                left.add(fund)
                continue
            counted.add(fund)
            base += amount
            unknown = unknown or parameter is None
            required += amount * parameter["value"] if parameter else 0
            op = parameter["op"] if parameter else op
    numerator = paid_labour(book, project, excluded - counted)
    if stopped(book, project):
        used = sum(a for (f, p), a in spent(book).items()
                   if p == project and f not in left - counted and chosen(facts(book, "fund", f)))  # fmt: skip
        unknown = unknown or (base == 0 and used != 0)
        required, base = (required * used / base if base else Fraction(0)), used
    return labour_ratio(book, rule, project, numerator, base, required, op, unknown)


def rate(case, rule, fund, about, day):
    """What the document of the batch asks, else the parameter; for 中央预算内投资 by the day of that document."""
    if rule == "labour-share-work-relief" and about.get("labour-share") is not None:
        return {"value": Fraction(about["labour-share"]), "op": ">=", "exclude": []}, None
    if about.get("source") == "中央预算内投资":
        day = first_day(case.book, fund)
    return case.law.ask(rule, rule, day, **{key: about.get(key) for key in ("level", "task", "source")})


def labour_ratio(book, rule, project, numerator, base, required, op, unknown):
    if base <= 0:
        return finding(rule, "project", project, "na", numerator=numerator, denominator=base)
    if numerator is None or unknown:
        return finding(rule, "project", project, "undetermined", numerator=numerator, denominator=base)
    parameter = {"value": required / base, "op": op}
    return ratio(rule, "project", project, numerator, base, parameter, not_accepted(book, project))


def labour_promised(case):
    """The approval's own figure; a 终止 project keeps the whole promise, na when it spent nothing."""
    book = case.book
    for project in ids(book, "project"):
        promised = promise(book, project)
        if promised is None:
            continue
        numerator = paid_labour(book, project)
        if stopped(book, project) and not any(a for (_, p), a in spent(book).items() if p == project):
            yield finding("labour-promised", "project", project, "na", numerator=numerator, denominator=promised)
        else:
            yield labour_ratio(book, "labour-promised", project, numerator, promised, Fraction(promised), ">=", False)


def promise(book, project):
    """The highest promise there ever was, unless a later lower one carries its approval."""
    highest = None
    for _, _, meta in book.history["project"][project]:
        value = meta.get("labour-promised")
        if value is not None and (highest is None or value > highest or meta.get("approved")):
            highest = value
    return highest


def labour_roster(case):
    """Each voucher with labour postings: its worst posting."""
    vouchers = {}
    for posting, how in labour(case.book):
        status = roster_status(case.book, posting, how)
        vouchers.setdefault(posting["txn"]["voucher"], []).append(status)
    for voucher, statuses in vouchers.items():
        status = next(s for s in ("fail", "undetermined", "pass", "na") if s in statuses)
        yield finding("labour-roster", "voucher", voucher, status)


def roster_status(book, posting, how):
    if how == "backed" and not posting["roll"] and all(line["days"] is None for line in posting["lines"]):
        how = "unbacked"  # a reversal that says nothing of people
    if how != "backed":
        # Unbacked 30226 may be an expert's fee, but not on a project of mode 以工代赈.
        mode = as_allocated(book, posting["project"]).get("mode") if posting["project"] else None
        experts = not posting["account"].endswith(":1劳务报酬") and mode != "以工代赈"
        return "undetermined" if how == "broken" else "na" if experts else "fail"
    lines = posting["lines"]
    people = [(line["household"], line["person"]) for line in lines]
    complete = all(line["household"] and line["days"] is not None for line in lines)
    return verdict(complete and len(set(people)) == len(people))


def labour_notice(case):
    """Each project that paid labour: a 劳务报酬公示 of enough days; pending until 验收."""
    book = case.book
    for project in ids(book, "project"):
        mine = [row for row in labour_payments(book) if row["project"] == project]
        by_day = {}
        for row in mine:
            by_day[row["day"]] = by_day.get(row["day"], 0) + (1 if row["fen"] is None else row["fen"])
        if sum(by_day.values()) <= 0:
            continue
        first = min(day for day, amount in by_day.items() if amount > 0)
        parameter, missing = case.law.ask("labour-notice", "notice-days-labour", first)
        days = case.longest_notice([project], "劳务报酬公示")
        if parameter is None:
            yield finding("labour-notice", "project", project, missing, unit="days", value=days)
            continue
        ok = days is not None and holds(days, parameter["op"], parameter["value"])
        yield finding("labour-notice", "project", project, verdict(ok, not_accepted(book, project)),
                      unit="days", value=days or 0)  # fmt: skip


def labour_share_year(case):
    """All projects, calendar years; a year compares with the one before it; reversals net in their original's."""
    book = case.book
    paid, given = {}, {}
    for row in labour_payments(book):
        year = row["day"].year
        if row["fen"] is None or paid.get(year) is UNTRUSTED:
            paid[year] = UNTRUSTED
        else:
            paid[year] = paid.get(year, 0) + row["fen"]
    for (fund, _), parts in lots(book).items():
        if facts(book, "fund", fund).get("level") in UPPER:
            for day, amount in parts:
                given[day.year] = given.get(day.year, 0) + amount
    for year in sorted(set(paid) | set(given)):
        if spoken_of(book, year):
            yield year_against_last(book, "labour-share-year", year, paid, given)


def year_against_last(book, rule, year, top, bottom):
    """Not falling: this year's ratio against the preceding year's; na without either."""
    num, den, before, base = top.get(year, 0), bottom.get(year, 0), top.get(year - 1, 0), bottom.get(year - 1, 0)
    shown = {"numerator": None if num is UNTRUSTED else num, "denominator": den}
    if den == 0 or base == 0 or year_day(book, year) < FIVE:
        return finding(rule, "year", str(year), "na", **shown)
    if UNTRUSTED in (num, before):
        return finding(rule, "year", str(year), "undetermined", **shown)
    ok = Fraction(num, den) >= Fraction(before, base)
    return finding(rule, "year", str(year), verdict(ok, year_open(book, year)), value=Fraction(num, den), **shown)
