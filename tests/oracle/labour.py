"""The rules about labour remuneration."""

from fractions import Fraction

from .book import facts, ids, is_labour_account, last_state, reached
from .findings import finding, ratio, verdict, year_open
from .law import UPPER
from .money import lots, spent

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
        elif lines and (posting["roll"] or lines[0]["days"] is not None):
            result.append((posting, "backed"))
        else:
            result.append((posting, "unbacked"))
    return result


def paid_labour(book, project, without=()):
    """Labour paid by a project in 分; None when a roll behind it cannot be trusted."""
    total = 0
    for posting, how in labour(book):
        if posting["project"] != project or posting["fund"] in without:
            continue
        if how == "broken":
            return None
        total += posting["fen"] if how == "backed" else 0
    return total


def not_accepted(book, project):
    """Short of its mark, may it still become a pass? Until 验收; never once 终止 or 退库 ended the project."""
    return reached(book, project, "验收") is None and last_state(book, "project", project) not in ("终止", "退库")


def stopped(book, project):
    return last_state(book, "project", project) == "终止"


def labour_share(case):
    for project in ids(case.book, "project"):
        if facts(case.book, "project", project).get("mode") == "以工代赈":
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
    """required = sum of lots x the rate in force on each lot's own day; base = sum of lots (spent, when 终止)."""
    book = case.book
    base, required = 0, Fraction(0)
    counted, excluded, unknown, op = set(), set(), False, ">="
    for (fund, owner), parts in lots(book).items():
        about = facts(book, "fund", fund)
        if owner != project or not chosen(about):
            continue
        for day, amount in parts:
            scope = {key: about.get(key) for key in ("level", "task", "source")}
            before = set(case.law.asked)
            parameter = case.law.get(rule, day, **scope)
            if parameter and about.get("task") in parameter["exclude"]:
                case.law.unsure |= case.law.asked - before  # it only said that this money does not count
                case.law.asked = before
                excluded.add(fund)
                continue
            counted.add(fund)
            base += amount
            unknown = unknown or parameter is None
            required += amount * parameter["value"] if parameter else 0
            op = parameter["op"] if parameter else op
    numerator = paid_labour(book, project, excluded - counted)
    if stopped(book, project):
        used = sum(a for (f, p), a in spent(book).items() if p == project and chosen(facts(book, "fund", f))
                   and f not in excluded - counted)  # fmt: skip
        unknown = unknown or (base == 0 and used != 0)
        required, base = (required * used / base if base else Fraction(0)), used
    return labour_ratio(book, rule, project, numerator, base, required, op, unknown)


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
        promised = facts(book, "project", project).get("labour-promised")
        if promised is None:
            continue
        numerator = paid_labour(book, project)
        if stopped(book, project) and not any(a for (_, p), a in spent(book).items() if p == project):
            yield finding("labour-promised", "project", project, "na", numerator=numerator, denominator=promised)
        else:
            yield labour_ratio(book, "labour-promised", project, numerator, promised, Fraction(promised), ">=", False)


def labour_roster(case):
    """Each voucher with labour postings: its worst posting."""
    vouchers = {}
    for posting, how in labour(case.book):
        vouchers.setdefault(posting["txn"]["voucher"], []).append(roster_status(posting, how))
    for voucher, statuses in vouchers.items():
        status = next(s for s in ("fail", "undetermined", "pass", "na") if s in statuses)
        yield finding("labour-roster", "voucher", voucher, status)


def roster_status(posting, how):
    if how != "backed":
        # Unbacked 30226 "may be an expert's fee" (ledger.md): it is named, but it is no labour posting that fails.
        experts = not posting["account"].endswith(":1劳务报酬")
        return "undetermined" if how == "broken" else "na" if experts else "fail"
    lines = posting["lines"]
    people = [(line["household"], line["person"]) for line in lines]
    complete = all(line["household"] and line["days"] is not None for line in lines)
    return verdict(complete and len(set(people)) == len(people))


def labour_notice(case):
    """Each project that paid labour: a 劳务报酬公示 of enough days; pending until 验收."""
    book = case.book
    for project in ids(book, "project"):
        if sum(p["fen"] for p, how in labour(book) if p["project"] == project and how != "unbacked") <= 0:
            continue
        parameter = case.law.get("notice-days-labour", book.as_of)
        days = case.longest_notice([project], "劳务报酬公示")
        if parameter is None:
            yield finding("labour-notice", "project", project, "undetermined", unit="days", value=days)
            continue
        ok = days is not None and days >= parameter["value"]
        yield finding("labour-notice", "project", project, verdict(ok, not_accepted(book, project)),
                      unit="days", value=days or 0)  # fmt: skip


def labour_share_year(case):
    """All projects, calendar years; a year compares with the one before it; reversals net in their original's."""
    book = case.book
    paid, given = {}, {}
    for posting, how in labour(book):
        year = posting["txn"]["when"].year
        if how == "broken" or paid.get(year) is UNTRUSTED:
            paid[year] = UNTRUSTED
        elif how == "backed":
            paid[year] = paid.get(year, 0) + posting["fen"]
    for (fund, _), parts in lots(book).items():
        if facts(book, "fund", fund).get("level") in UPPER:
            for day, amount in parts:
                given[day.year] = given.get(day.year, 0) + amount
    for year in sorted(set(paid) | set(given)):
        yield year_against_last(book, "labour-share-year", year, paid, given)


def year_against_last(book, rule, year, top, bottom):
    """Not falling: this year's ratio against the preceding year's; na without either."""
    num, den, before, base = top.get(year, 0), bottom.get(year, 0), top.get(year - 1, 0), bottom.get(year - 1, 0)
    shown = {"numerator": None if num is UNTRUSTED else num, "denominator": den}
    if den == 0 or base == 0:
        return finding(rule, "year", str(year), "na", **shown)
    if UNTRUSTED in (num, before):
        return finding(rule, "year", str(year), "undetermined", **shown)
    ok = Fraction(num, den) >= Fraction(before, base)
    return finding(rule, "year", str(year), verdict(ok, year_open(book, year)), value=Fraction(num, den), **shown)
