"""How money moves (allocation, payment, villages), and the rules about funds."""

import datetime as dt
from fractions import Fraction

from .book import BANK, QUOTA, facts, ids, is_spending, reached, registered, spoken_of, village_on
from .findings import finding, ratio, verdict, worst
from .law import FISCAL, FIVE, holds


def moves(book):
    """Every quota leg as {day, fund, project, what, fen}: arrive, allocate, pay (positive = more of it)."""
    for posting in book.postings:
        if not posting["account"].startswith(QUOTA):
            continue
        txn, allocated = posting["txn"], posting["account"].endswith(":1已分配")
        what = "allocate" if txn["only_quota"] else "pay" if allocated else "arrive"
        if allocated or not txn["only_quota"]:
            amount = -posting["fen"] if what == "pay" else posting["fen"]
            yield {"day": txn["date"], "fund": posting["fund"], "project": posting["project"], "what": what,
                   "fen": amount, "txn": txn}  # fmt: skip


def lots(book):
    """(fund, project) -> [[day, 分]]: a negative leg takes back its fund's latest lots of that project."""
    result = {}
    for move in moves(book):
        if move["what"] != "allocate":
            continue
        stack = result.setdefault((move["fund"], move["project"]), [])
        rest = move["fen"]
        while rest < 0 and stack and stack[-1][1] > 0:
            taken = min(stack[-1][1], -rest)
            stack[-1][1] -= taken
            rest += taken
            if stack[-1][1] == 0:
                stack.pop()
        if rest:
            stack.append([move["day"], rest])
    return result


def net_allocated(book):
    """(fund, project) -> 分, net of moves and returns."""
    result = {}
    for move in moves(book):
        if move["what"] == "allocate":
            key = (move["fund"], move["project"])
            result[key] = result.get(key, 0) + move["fen"]
    return result


def spent(book, until=None):
    """(fund, project) -> 分 of expenses, without the uses of asset income, less what came back (2103, in its month)."""
    result = {}
    for posting in book.postings:
        if until is not None and posting["txn"]["date"] > until:
            continue
        if is_spending(posting["account"]) or is_recovery(posting):
            key = (posting["fund"], posting["project"])
            result[key] = result.get(key, 0) + posting["fen"]
    return result


RECOVERED = "Liabilities:2103"


def is_recovery(posting):
    """Money that came back and is owed to the treasury; handing it over is no spending."""
    return posting["account"].startswith(RECOVERED) and (posting["fen"] < 0 or bool(posting["txn"]["reverses"]))


def first_allocated(book, project):
    """The day on which money was first allocated to a project; None without any."""
    days = [move["day"] for move in moves(book) if move["what"] == "allocate" and move["project"] == project
            and move["fen"] > 0]  # fmt: skip
    return min(days) if days else None


def as_allocated(book, project):
    """A project's facts with mode, category and household-level as they stood when money was first allocated.

    A mode or category that nobody had said by then is the first that was said after it.
    """
    now, day = facts(book, "project", project), first_allocated(book, project)
    if day is None:
        return now
    then = facts(book, "project", project, day)
    for _, _, meta in book.history["project"].get(project, []):
        then = {key: meta[key] for key in ("mode", "category") if key in meta} | then
    kept = {key: then[key] for key in ("mode", "category", "household-level") if key in then}
    return {key: value for key, value in now.items() if key not in ("mode", "category", "household-level")} | kept


def touched_projects(book):
    """(fund, project) pairs that money ever touched: allocated, paid, or in a village's account."""
    pairs = {(m["fund"], m["project"]) for m in moves(book) if m["what"] != "arrive" and m["project"]}
    for posting in book.postings:
        village = posting["account"].startswith(BANK) or (
            is_spending(posting["account"]) and by_village(posting["txn"])
        )
        if village and posting["project"] and posting["fund"]:
            pairs.add((posting["fund"], posting["project"]))
    return sorted(pairs)


def projects_with_money(book):
    """Projects with money, net: an allocation that stands, a payment, or money in a village's account."""
    sums = {}
    for move in moves(book):
        if move["project"] and move["what"] != "arrive":
            key = (move["project"], move["fund"], move["what"])
            sums[key] = sums.get(key, 0) + move["fen"]
    return sorted({project for (project, _, _), amount in sums.items() if amount})


# --- fund-trace -----------------------------------------------------------------------------------------------------


def fund_trace(case):
    book = case.book
    for fund in ids(book, "fund"):
        yield trace_fund(book, fund)
    for fund, project in touched_projects(book):
        yield trace_pair(book, fund, project)


def trace_fund(book, fund):
    """arrived = registered - taken back on the as-of date; allocated <= arrived, paid <= allocated on every day.

    `arrived` here is net of what was taken back, so that both sides of the equation are.
    """
    days = {}
    for move in moves(book):
        if move["fund"] == fund:
            day = days.setdefault(move["day"], {"arrive": 0, "allocate": 0, "pay": 0})
            day[move["what"]] += move["fen"]
    total = {"arrive": 0, "allocate": 0, "pay": 0}
    ok = True
    for day in sorted(days):
        total = {what: total[what] + days[day][what] for what in total}
        ok = ok and total["pay"] <= total["allocate"] <= total["arrive"]
    taken = taken_back(book, fund)
    due = registered(book, fund) - taken
    handed, used, held = village_money(book, fund, None)
    ok = ok and handed == used + held and held >= 0
    return finding("fund-trace", "fund", fund, verdict(ok and total["arrive"] == due),
                   numerator=total["arrive"], denominator=due)  # fmt: skip


def taken_back(book, fund):
    """What the level above took back, 分: legs on 3104 of transactions that touch the fund's quota."""
    return -sum(
        move["fen"]
        for move in moves(book)
        if move["fund"] == fund
        and move["what"] == "arrive"
        and any(p["account"].startswith("Equity:3104") for p in move["txn"]["postings"])
    )


def trace_pair(book, fund, project):
    """paid <= allocated on every day; handed to villages = spent from there + still held (as of the date)."""
    days = {}
    for move in moves(book):
        if move["fund"] == fund and move["project"] == project and move["what"] != "arrive":
            sign = 1 if move["what"] == "allocate" else -1
            days[move["day"]] = days.get(move["day"], 0) + sign * move["fen"]
    left, ok = 0, True
    for day in sorted(days):
        left += days[day]
        ok = ok and left >= 0
    handed, used, held = village_money(book, fund, project)
    return finding("fund-trace", "fund", fund, verdict(ok and handed == used + held and held >= 0), part=project)


def by_village(txn):
    """Paid out of a village's account."""
    return txn["has_bank"] and not txn["has_quota"]


def village_money(book, fund, project):
    """(handed over, spent from there, still held) of a fund and project (None: of all its projects), 分."""
    handed = used = held = 0
    for posting in book.postings:
        if posting["fund"] != fund or not posting["project"] or project not in (None, posting["project"]):
            continue
        txn = posting["txn"]
        if posting["account"].startswith(BANK):
            held += posting["fen"]
            handed += posting["fen"] if txn["has_quota"] else 0
        elif posting["account"].startswith(RECOVERED) and txn["has_bank"]:
            held += posting["fen"]  # owed to the treasury: no project's money any more
        elif is_spending(posting["account"]) and by_village(txn):
            used += posting["fen"]
    return handed, used, held


# --- idle-in-village ------------------------------------------------------------------------------------------------


def idle_in_village(case):
    """What still lies in a village's accounts, first in first out; the oldest 分 counts.

    Money keeps its age when it moves between accounts of one village or goes on into its successor.
    """
    book, held = case.book, {}
    for txn in book.txns:
        hand_over(book, held, txn["date"])
        for (project, village), amount in bank_changes(book, txn).items():
            lots = held.setdefault((project, village), [])
            lots += [[txn["date"], amount]] if amount > 0 else []
            use_up(lots, -amount)
    hand_over(book, held, book.as_of)
    for project in sorted({project for project, _ in held}):
        days = [(book.as_of - day).days for (of, _), lots in held.items() if of == project for day, left in lots if left]
        if days:
            parameter, missing = case.law.ask("idle-in-village", "idle-days", book.as_of)
            yield count_days("idle-in-village", "project", project, max(days), parameter, missing=missing)


def hand_over(book, held, day):
    """What lies with a village that has ceased by this day lies with its successor, as old as it was."""
    for project, village in list(held):
        successor = village_on(book, village, day)
        if successor != village:
            held[project, successor] = sorted(held.get((project, successor), []) + held.pop((project, village)))


def use_up(lots, amount):
    """Take an amount from the oldest lots."""
    for lot in lots if amount > 0 else []:
        taken = min(amount, lot[1])
        lot[1], amount = lot[1] - taken, amount - taken


def bank_changes(book, txn):
    """(project, village) -> net 分 that a transaction moves into the village's accounts."""
    result = {}
    for posting in txn["postings"]:
        if posting["account"].startswith(BANK) and posting["project"]:
            key = (posting["project"], bank_village(book, posting["account"], txn["date"]))
            result[key] = result.get(key, 0) + posting["fen"]
    return {key: amount for key, amount in result.items() if amount}


def bank_village(book, account, day):
    """The village of an account, or its successor by a day; a town's account by its name."""
    name = account.split(":")[2]
    known = [village for village in ids(book, "village") if name.startswith(village)]
    return village_on(book, max(known, key=len), day) if known else name


def count_days(rule, kind, subject, days, parameter, still_open=False, missing="undetermined", **more):
    """A number of days against a limit."""
    more["unit"] = "days"
    if parameter is None:
        return finding(rule, kind, subject, missing, value=days, **more)
    ok = holds(days, parameter["op"], parameter["value"])
    return finding(rule, kind, subject, verdict(ok, still_open), value=days, **more)


# --- fund-task, management-fee, allocation-days, spending-progress, carry-over --------------------------------------


def fund_task(case):
    """Each allocation that still stands, net of moves and returns: task against mode, 年度计划 reached on its day."""
    book = case.book
    pairs = {key: [day for day, amount in parts if amount > 0 and day >= FIVE] for key, parts in lots(book).items()
             if key[1]}  # fmt: skip
    for (fund, project), days in sorted(pairs.items()):
        if not days:
            yield finding("fund-task", "fund", fund, "na", part=project)
            continue
        task, about = facts(book, "fund", fund).get("task"), as_allocated(book, project)
        plan = reached(book, project, "年度计划")
        statuses = [verdict(plan is not None and plan <= min(days)), *task_statuses(task, about)]
        yield finding("fund-task", "fund", fund, worst(statuses), part=project)


def task_statuses(task, about):
    """Does the money's task fit the project's mode and category? Undetermined where one of them is not said."""
    mode, category = about.get("mode"), about.get("category")
    if task is None:
        yield "undetermined"
    if task == "以工代赈":
        yield "undetermined" if mode is None else verdict(mode == "以工代赈")
    if task in ("以工代赈", "欠发达国有农场", "欠发达国有林场"):
        yield "undetermined" if category is None else verdict(category != "项目管理费")


def fund_year(book, fund):
    return int(facts(book, "fund", fund)["year"])


def fund_years(book):
    """The fund years that have begun: judged from 1 January on."""
    years = {fund_year(book, fund) for fund in ids(book, "fund")}
    return sorted(year for year in years if spoken_of(book, year))


def management_fee(case):
    book, allocated = case.book, net_allocated(case.book)
    for year in fund_years(book):
        for level in sorted(
            {facts(book, "fund", f).get("level") for f in ids(book, "fund") if fund_year(book, f) == year}
        ):
            day = min(dt.date(year, 12, 31), book.as_of)
            parameter, missing = case.law.ask("management-fee", "management-fee", day, level=level)
            if level not in FISCAL:
                yield finding("management-fee", "level", level, "na", period=year)
                continue
            out = parameter["exclude"] if parameter else []
            funds = [
                f
                for f in ids(book, "fund")
                if fund_year(book, f) == year
                and facts(book, "fund", f).get("level") == level
                and facts(book, "fund", f).get("task") not in out
            ]
            base = sum(registered(book, f) for f in funds)
            fee = sum(
                amount
                for (f, project), amount in allocated.items()
                if f in funds and as_allocated(book, project).get("category") == "项目管理费"
            )
            yield ratio("management-fee", "level", level, fee, base, parameter, missing=missing, period=year)


def first_day(book, fund):
    return book.history["fund"][fund][0][0]


def allocation_days(case):
    """From each arrival until its last 分 is allocated, each against the parameter of its own day; the worst counts."""
    book = case.book
    for fund in ids(book, "fund"):
        arrivals, given = arrivals_and_allocations(book, fund)
        if not arrivals:
            continue
        if facts(book, "fund", fund).get("level") not in FISCAL:
            yield finding("allocation-days", "fund", fund, "na")
            continue
        judged = [wait_status(case, day, *wait(book, (day, mark), given)) for day, mark in cumulative(arrivals)]
        status = worst([status for status, _ in judged])
        days = max(days for state, days in judged if state == status)
        yield finding("allocation-days", "fund", fund, status, unit="days", value=days)


def wait_status(case, arrived, days, done):
    parameter, missing = case.law.ask("allocation-days", "allocation-days", arrived)
    if parameter is None:
        return missing, days
    ok = holds(days, parameter["op"], parameter["value"])
    return verdict(ok and done, ok), days


def arrivals_and_allocations(book, fund):
    """([day, 分] of each arrival, shortened; [(day, cumulative 分 allocated)]), by transaction."""
    arrivals, given, total = [], [], 0
    for txn in book.txns:
        legs = [p for p in txn["postings"] if p["account"].startswith(QUOTA) and p["fund"] == fund]
        if txn["only_quota"]:
            change = sum(p["fen"] for p in legs if p["account"].endswith(":1已分配"))
            if change > 0:
                total += change
                given.append((txn["date"], total))
            elif change < 0:
                shorten(arrivals, -change)
        else:
            change = sum(p["fen"] for p in legs if p["account"].endswith(":0待分配"))
            if change > 0:
                arrivals.append([txn["date"], change])
            elif change < 0:
                shorten(arrivals, -change)
    return [arrival for arrival in arrivals if arrival[1] > 0], given


def shorten(arrivals, amount):
    for arrival in reversed(arrivals):
        cut = min(arrival[1], amount)
        arrival[1] -= cut
        amount -= cut


def cumulative(arrivals):
    total = 0
    for day, amount in arrivals:
        total += amount
        yield day, total


def wait(book, arrival, given):
    """(days until an arrival was wholly allocated or until now, is it)."""
    day, mark = arrival
    for given_day, total in given:
        if total >= mark:
            return max((given_day - day).days, 0), True
    return (book.as_of - day).days, False


def spending_progress(case):
    """Paid, or handed back, over the amount, against the share of the fund's time that is over."""
    book = case.book
    for fund in ids(book, "fund"):
        arrived = [m["day"] for m in moves(book) if m["fund"] == fund and m["what"] == "arrive" and m["fen"] > 0]
        last_month = arrived and (min(arrived).year, min(arrived).month) == (fund_year(book, fund), 12)
        share = time_over(book, min(arrived), fund_year(book, fund)) if arrived and not last_month else 0
        paid = sum(m["fen"] for m in moves(book) if m["fund"] == fund and m["what"] == "pay") + taken_back(book, fund)
        amount = registered(book, fund)
        if amount * share == 0:
            yield finding("spending-progress", "fund", fund, "na", numerator=paid, denominator=amount)
            continue
        day, scope = first_day(book, fund), fund_scope(book, fund)
        parameter, missing = case.law.ask("spending-progress", "spending-progress", day, **scope)
        if parameter:
            parameter = {**parameter, "value": parameter["value"] * share}
        yield ratio("spending-progress", "fund", fund, paid, amount, parameter, missing=missing)


def fund_scope(book, fund):
    about = facts(book, "fund", fund)
    return {key: about.get(key) for key in ("level", "task", "source")}


def time_over(book, arrival, year):
    """Full months ended from the month of arrival on, over the months from it to December of the fund's year."""
    start = arrival.year * 12 + arrival.month - 1
    tomorrow = book.as_of + dt.timedelta(days=1)
    ended = max(tomorrow.year * 12 + tomorrow.month - 1 - start, 0)
    months = year * 12 + 12 - start
    if ended == 0:
        return Fraction(0)
    return Fraction(1) if months <= 0 else min(Fraction(ended, months), Fraction(1))


def carry_over(case):
    """Unspent on 31 December of year + 1: quota left plus what villages still hold of it."""
    book = case.book
    for fund in ids(book, "fund"):
        last = dt.date(fund_year(book, fund) + 1, 12, 31)
        if facts(book, "fund", fund).get("level") not in FISCAL:
            yield finding("carry-over", "fund", fund, "na")
            continue
        left = 0
        for posting in book.postings:
            quota = posting["account"].startswith(QUOTA)
            bank = posting["account"].startswith(BANK) and posting["project"]
            if posting["fund"] == fund and (quota or bank) and posting["txn"]["date"] <= last:
                left += posting["fen"]
        still_open = book.as_of < last  # 31 December itself is over
        yield finding("carry-over", "fund", fund, verdict(left <= 0, still_open), numerator=left,
                      denominator=registered(book, fund), shortfall=left if left > 0 else None)  # fmt: skip
