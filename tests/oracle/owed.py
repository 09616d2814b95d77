"""What is open on 2103, 1214 and 2302: lots by account and project, settled first in first out; and the rules on it."""

import re
from fractions import Fraction

from .book import BANK, QUOTA, end_of_month, facts, ids, is_labour_account, reached
from .findings import finding, verdict, worst
from .law import holds

RECOVERED, ADVANCE, OWED = "Liabilities:2103", "Assets:1214", "Liabilities:2302"
RETENTION = "Liabilities:2302应付账款:1质保金"


def lots_on(book, prefix):
    """(account, project) -> lots {day, whole, left, txn, paid: [(day, 分)]}, settled first in first out.

    A reversal takes back from the lots of what it reverses, as if that had been smaller from the start.
    """
    sign, result = 1 if prefix.startswith("Assets") else -1, {}
    for posting in book.postings:
        if not posting["account"].startswith(prefix):
            continue
        entries = result.setdefault((posting["account"], posting["project"] or owner(posting["txn"])), [])
        amount, txn = sign * posting["fen"], posting["txn"]
        mine = [lot for lot in entries if txn["reverses"] and lot["txn"]["voucher"] == txn["reverses"]]
        if amount < 0 and mine:
            shrink(mine, -amount)
        elif amount > 0:
            entries.append({"day": txn["date"], "whole": amount, "left": amount, "txn": txn, "paid": []})
        else:
            settle(entries, txn["date"], -amount)
    return result


def owner(txn):
    """Whose money without a project is: the village of the bank account, else the county."""
    banks = [p["account"].split(":")[2] for p in txn["postings"] if p["account"].startswith(BANK)]
    return "@" + (re.match(r"[A-Za-z0-9-]*", banks[0]).group() if banks else "")


def shrink(entries, amount):
    for lot in entries:
        part = min(lot["left"], amount)
        lot["whole"], lot["left"], amount = lot["whole"] - part, lot["left"] - part, amount - part


def settle(entries, day, amount):
    for lot in entries:
        part = min(lot["left"], amount)
        if part:
            lot["left"], amount = lot["left"] - part, amount - part
            lot["paid"].append((day, part))


def payable(book, project):
    """What a project owes, 分."""
    return sum(
        lot["left"] for (_, owner), entries in lots_on(book, OWED).items() if owner == project for lot in entries
    )


def is_outlay(posting):
    return posting["account"].startswith((QUOTA, BANK))


# --- how old it is --------------------------------------------------------------------------------------------------


def recovered_held(case):
    yield from aged(case, "recovered-held", RECOVERED, lambda lot: "recovered-held-days")


def advance_open(case):
    yield from aged(case, "advance-open", ADVANCE, lambda lot: "advance-open-days")


def arrears(case):
    """Wages have a shorter time; retention is left alone until it falls due."""
    yield from aged(case, "arrears", OWED, lambda lot: "arrears-wages-days" if is_wages(lot) else "arrears-days")


def is_wages(lot):
    return any(is_labour_account(p["account"]) for p in lot["txn"]["postings"])


def aged(case, rule, prefix, name_of):
    book = case.book
    for (account, project), entries in lots_on(book, prefix).items():
        held = [lot for lot in entries if lot["left"] > 0 and not (account == RETENTION and rule == "arrears")]
        if held:
            statuses = [age_status(case, rule, name_of(lot), lot) for lot in held]
            subject = project[1:] or "县级" if project.startswith("@") else project
            late = sum(lot["left"] for lot, status in zip(held, statuses, strict=True) if status == "fail")
            yield finding(rule, "project", subject, worst(statuses), part=account, shortfall=late or None)


def age_status(case, rule, name, lot):
    parameter, missing = case.law.ask(rule, name, case.book.as_of)
    if parameter is None:
        return missing
    return verdict(holds((case.book.as_of - lot["day"]).days, parameter["op"], parameter["value"]))


# --- what projects paid, owe and keep ---------------------------------------------------------------------------------


def paid_by(book, project, until=None, payee=None):
    """Money that left a project to others, net of what came back, 分."""
    total = 0
    for txn in book.txns:
        if txn["only_quota"] or (until is not None and txn["date"] >= until):
            continue
        if payee is not None and txn["payee"] != payee:
            continue
        if any(p["account"].startswith(RECOVERED) and p["fen"] > 0 for p in txn["postings"]) and not txn["reverses"]:
            continue  # what had come back is handed on to the treasury
        total -= sum(p["fen"] for p in txn["postings"] if is_outlay(p) and p["project"] == project)
    return total


def settled_value(book, project):
    """The settlement: the first one stated on or after 验收, else the last before it."""
    since = reached(book, project, "验收")
    said = [(day, meta["settled"]) for day, _, meta in book.history["project"][project] if "settled" in meta]
    after = [value for day, value in said if since is not None and day >= since]
    return after[0] if after else said[-1][1] if said else None


def allocated_to(book, project):
    return sum(p["fen"] for p in book.postings if p["txn"]["only_quota"] and p["account"].endswith(":1已分配")
               and p["project"] == project)  # fmt: skip


def overpaid(case):
    """Net paid and payable within the settlement, else the contract, else what was allocated."""
    book = case.book
    for project in ids(book, "project"):
        paid = paid_by(book, project)
        if paid <= 0:
            continue
        limit = settled_value(book, project)
        if limit is None:
            limit = facts(book, "project", project).get("contract")
        if limit is None:
            limit = allocated_to(book, project)
        total = paid + payable(book, project)
        yield finding("overpaid", "project", project, verdict(total <= limit), numerator=total, denominator=limit,
                      shortfall=total - limit if total > limit else None)  # fmt: skip


def paid_ahead(case):
    """Paid before 开工, and before 验收, against the contract; the half without a value is not judged."""
    book = case.book
    for project in ids(book, "project"):
        contract = facts(book, "project", project).get("contract")
        if not contract or first_payment(book, project) is None:
            continue
        begun = reached(book, project, "开工")
        statuses, over = [], 0
        for name, state in (("prepayment", "开工"), ("before-acceptance", "验收")):
            until = reached(book, project, state)
            amount = paid_by(book, project, until)
            day = begun or first_payment(book, project)
            parameter = case.law.get(name, day) if day else None
            if parameter is not None:
                statuses.append(verdict(holds(Fraction(amount, contract), parameter["op"], parameter["value"])))
                over = max(over, amount - contract * parameter["value"])
        if statuses:
            yield finding("paid-ahead", "project", project, worst(statuses), shortfall=-(-over // 1))


def first_payment(book, project):
    days = [p["txn"]["date"] for p in book.postings if is_outlay(p) and p["project"] == project and p["fen"] < 0
            and not p["txn"]["only_quota"]]  # fmt: skip
    return min(days) if days else None


def leftover(case):
    """Past 验收: what was allocated and neither spent nor owed is handed back or moved in time; later it passes too."""
    book = case.book
    for project in ids(book, "project"):
        since = reached(book, project, "验收")
        if since is None or (first_payment(book, project) is None and allocated_to(book, project) == 0):
            continue
        left = allocated_to(book, project) - paid_by(book, project) - payable(book, project)
        parameter, missing = case.law.ask("leftover", "leftover-days", since)
        if parameter is None:
            yield finding("leftover", "project", project, missing)
            continue
        open_still = (book.as_of - since).days <= parameter["value"]
        yield finding("leftover", "project", project, verdict(left <= 0, open_still), shortfall=max(left, 0))


def acceptance_due(case):
    book = case.book
    for project in ids(book, "project"):
        since, done = reached(book, project, "完工"), reached(book, project, "验收")
        if since is None:
            continue
        parameter, missing = case.law.ask("acceptance-due", "acceptance-days", since)
        if parameter is None:
            yield finding("acceptance-due", "project", project, missing)
            continue
        days = ((done or book.as_of) - since).days
        in_time = holds(days, parameter["op"], parameter["value"])
        yield finding("acceptance-due", "project", project, verdict(in_time and done is not None, in_time))


def months_later(day, months):
    """The same day so many months on; the last of its month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = day.replace(year=year, month=month + 1, day=1)
    return first.replace(day=min(day.day, end_of_month(first).day))
