"""The oracle: judges a book by every rule of the catalogue, slowly and obviously.

Written from the definitions alone, without a look at the product. `judge(folder, day)` gives a list of dicts:
rule, kind and subject, part, period, status, numerator, denominator, value, shortfall, required (decimal strings).
`record` and `sealed-period` are not judged here: they are about form, not about formulas.
"""

import datetime as dt
import json
import sys
from dataclasses import dataclass
from inspect import isfunction, signature

from . import assets, contracts, equity, labour, money, owed, people, persons, projects, rents, years
from .book import Book, load
from .findings import finding as make
from .findings import verdict, written
from .law import Law, read_law

UNJUDGED = ("record", "sealed-period")
NEVER_WAIVED = ("record", "voucher", "fund-trace", "sealed-period")
_FAMILIES = (labour, years, equity, people, assets, money, projects, rents, owed, contracts, persons)


def _rules(family):
    """The rules of a module: its functions of the case alone."""
    own = (one for one in vars(family).values() if isfunction(one) and one.__module__ == family.__name__)
    return [one for one in own if one.__name__[0] != "_" and [*signature(one).parameters] == ["case"]]


RULES = [rule for family in _FAMILIES for rule in _rules(family)]


@dataclass
class Case:
    """What every rule gets: the book as of a day, and the law."""

    book: Book
    law: Law

    def longest_notice(self, subjects, stage):
        return projects.longest_notice(self.book, subjects, stage)


def judge(folder, as_of):
    """All findings of a book's folder as of a day."""
    book = load(folder, as_of)
    case = Case(book, read_law(book))
    found = [finding for rule in RULES for finding in judged(case, rule)]
    found = [waive(book, finding) for finding in found]
    found += [waive(book, finding) for finding in projects.rectification_due(case, found)]
    found += [waive(book, finding) for finding in policy_stale(case)]
    return [written(finding) for finding in found]


def judged(case, rule):
    """A rule's findings; the parameters asked for count as used where a verdict was reached with them."""
    for finding in rule(case):
        if finding["status"] != "na":
            heap = case.law.unsure if finding["status"] in ("undetermined", "either") else case.law.used
            heap |= case.law.asked
        case.law.asked.clear()
        yield finding
    case.law.asked.clear()


def policy_stale(case):
    """Each parameter (by name) that was used and carries `verified-until`: no use after it, on the day of use.

    Whether a parameter was used for a finding that stayed undetermined is open: both answers are let pass (`either`).
    """
    strict, loose = stale(case.law.used), stale(case.law.used | case.law.unsure)
    for name, late in sorted(loose.items()):
        status = verdict(not late) if strict.get(name) == late else "either"
        yield make("policy-stale", "policy", name, status)


def stale(uses):
    late = {}
    for name, _, verified, day in uses:
        if verified is not None:
            late[name] = late.get(name, False) or day > verified
    return late


def waive(book, finding):
    """A failing finding that a waiver in force accepts, up to its limit."""
    if finding["status"] != "fail" or finding["rule"] in NEVER_WAIVED:
        return finding
    for _, values, meta in book.customs.get("waiver", []):
        if (values[0], values[1]) != (finding["rule"], finding["subject"]):
            continue
        if meta.get("part", finding["part"]) != finding["part"]:
            continue
        if str(meta.get("period", finding["period"])) != str(finding["period"]):
            continue
        limit, shortfall = meta.get("limit"), finding["shortfall"]
        within = limit is None or shortfall is None or shortfall <= limit
        if within and book.as_of <= meta["until"]:
            return {**finding, "status": "waived"}
    return finding


if __name__ == "__main__":
    json.dump(judge(sys.argv[1], dt.date.fromisoformat(sys.argv[2])), sys.stdout, ensure_ascii=False, indent=1)
