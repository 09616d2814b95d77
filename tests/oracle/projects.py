"""The rules about projects and papers: library, notices, acceptance, evidence, vouchers, negative list, monitoring."""

import datetime as dt
import hashlib
import re

import chinese_calendar

from .book import comma, facts, ids, is_spending, reached
from .findings import finding, verdict, worst
from .law import FISCAL, FIVE, NINETEEN, holds
from .money import as_allocated, lots, moves, projects_with_money

SAYS_NOTHING = ["", "无", "没有", "暂无", "待定", "未定", "不详", "/", "-", "—", "——"]
ELEMENTS = ["name", "category", "mode", "unit", "planned", "goal", "filed-by"]


def interest_linkage(case):
    book = case.book
    for project in ids(book, "project"):
        about = as_allocated(book, project)
        if about.get("category") == "产业发展" and about.get("operator"):
            ok = all(str(about.get(key) or "").strip() not in SAYS_NOTHING for key in ("linkage", "beneficiaries"))
            yield finding("interest-linkage", "project", project, planned_since(book, project, verdict(ok)))


def planned_since(book, project, status):
    """The act is 年度计划: na where it came before anything had been issued."""
    plan = reached(book, project, "年度计划")
    return "na" if (plan or book.as_of) < FIVE else status


def project_library(case):
    """Bold keys, goal and filed-by; 入库 (stated, not implied by a later state) on or before 年度计划."""
    book = case.book
    for project in projects_with_money(book):
        about = facts(book, "project", project)
        complete = all(about.get(key) not in (None, "") for key in ELEMENTS) and (
            about.get("village") or about.get("town")
        )
        entered = [date for date, state, _ in book.history["project"][project] if state == "入库"]
        plan = reached(book, project, "年度计划")
        in_time = bool(entered) and (plan is None or min(entered) <= plan)
        status = planned_since(book, project, verdict(bool(complete) and in_time))
        yield finding("project-library", "project", project, status)


# --- notices --------------------------------------------------------------------------------------------------------


def longest_notice(book, subjects, stage):
    """Days of the longest notice of a stage on any of these subjects, both ends included; None without one.

    A portal's notice counts for 入库公示 and 资金分配公告 alone; without an end it stands for ever.
    """
    days = []
    for _, values, meta in book.customs.get("notice", []):
        portal = meta.get("place-kind") == "网站"
        if values[0] not in subjects or values[1] != stage or (portal and stage not in ON_PORTALS):
            continue
        if "from" in meta and "to" in meta:
            days.append((meta["to"] - meta["from"]).days + 1)
        elif "from" in meta and portal:
            days.append(10**6)
    return max(days) if days else None


ON_PORTALS = ("入库公示", "资金分配公告")


def notices(case):
    book = case.book
    first, standing = first_allocations(book)
    for project in projects_with_money(book):
        for stage, state in (("入库公示", "入库"), ("年度计划公示", "年度计划"), ("完工公示", "完工")):
            since = reached(book, project, state)
            if since is not None:
                yield notice(case, "project", project, stage, since, [project])
        funds = [fund for (fund, owner) in standing if owner == project]
        if funds:
            since = min(day for (_, owner), day in first.items() if owner == project)
            yield notice(case, "project", project, "资金分配公告", since, [project, *funds])
    for fund in ids(book, "fund"):
        projects = [owner for (of, owner) in standing if of == fund]
        if any(of == fund and sum(amount for _, amount in parts) > 0 for (of, _), parts in lots(book).items()):
            since = min(day for (of, _), day in first.items() if of == fund)
            yield fund_notice(case, fund, projects, since)


def first_allocations(book):
    """({(fund, project): the day on which it was first given money}, [those that still have it, net])."""
    first = {}
    for move in moves(book):
        if move["what"] == "allocate":
            first.setdefault((move["fund"], move["project"]), move["day"])
    held = lots(book)
    return first, [key for key in first if any(amount > 0 for _, amount in held.get(key, []))]


def notice(case, kind, subject, stage, since, places):
    more = {"part": stage, "unit": "days"}
    days = longest_notice(case.book, places, stage)
    names = ("notice-days", "notice-due-days")
    said = any(name in case.law.mentioned and case.law.get(name, since) for name in names)
    if not said and not case.law.issued("notices", since):
        return finding("notices", kind, subject, "na", value=days or 0, **more)
    parameter, due = (case.law.get(name, since) for name in names)
    missing, unsaid = ("na" if case.law.silent(name, since, None) else "undetermined" for name in names)
    if parameter is not None and days is not None and holds(days, parameter["op"], parameter["value"]):
        case.law.asked = {use for use in case.law.asked if use[0] != "notice-due-days"}  # it was not needed
        return finding("notices", kind, subject, "pass", value=days, **more)
    if parameter is None or due is None:
        return finding("notices", kind, subject, missing or unsaid, value=days or 0, **more)
    last = last_day(since, due)
    status = "undetermined" if last is None else verdict(False, case.book.as_of <= last)
    return finding("notices", kind, subject, status, value=days or 0, **more)


def last_day(since, due):
    """The last day of a deadline of days or of working days."""
    if due["unit"] == "工作日":
        return working_day(since, int(due["value"]))
    return since + dt.timedelta(days=int(due["value"]))


def fund_notice(case, fund, projects, since):
    """A fund needs its own notice unless all its projects have one."""
    stage = "资金分配公告"
    own = notice(case, "fund", fund, stage, since, [fund])
    if own["status"] == "pass":
        return own
    asked = set(case.law.asked)
    each = [notice(case, "project", project, stage, since, [project])["status"] for project in projects]
    case.law.asked |= asked
    every = each and all(status == "pass" for status in each)
    return {**own, "status": "pass", "value": None} if every else own


# --- acceptance and after -------------------------------------------------------------------------------------------


def inspection(case):
    book = case.book
    inspected = {values[0] for _, values, _ in book.customs.get("inspection", [])}
    for project in ids(book, "project"):
        if reached(book, project, "验收") is not None:
            status = "na" if reached(book, project, "验收") < FIVE else verdict(project in inspected)
            yield finding("inspection", "project", project, status)


def performance_review(case):
    """绩效自评 within the days after 验收, with a score; until then it may still come."""
    book = case.book
    for project in ids(book, "project"):
        since = reached(book, project, "验收")
        if since is None:
            continue
        parameter, missing = case.law.ask("performance-review", "performance-review-days", since)
        done = reached(book, project, "绩效自评")
        days = ((done or book.as_of) - since).days
        more = {"unit": "days", "value": days}
        if parameter is None:
            yield finding("performance-review", "project", project, missing, **more)
            continue
        scored = facts(book, "project", project).get("score") is not None
        in_time = done is not None and holds(days, parameter["op"], parameter["value"])
        still_open = (book.as_of - since).days <= parameter["value"]
        if done is not None and not scored:
            more["value"] = None  # the days say nothing of what is missing
        yield finding("performance-review", "project", project, verdict(in_time and scored, still_open), **more)


def rectification_due(case, judged):
    """Not overdue; not 销号 while its rule still fails. Judged after everything else."""
    book, latest = case.book, {}
    if book.as_of < FIVE:
        return
    for _, values, meta in book.customs.get("rectification", []):
        key = (values[0], values[1], meta.get("part"), text(meta.get("period")))
        latest.setdefault(key, {}).update(meta, state=values[2])
    for (rule, subject, part, period), row in latest.items():
        if str(period).isdigit() and int(period) > book.as_of.year:
            continue  # a year that has not begun
        failing = [
            f
            for f in judged
            if f["rule"] == rule
            and f["subject"] == subject
            and f["status"] == "fail"
            and part in (None, f["part"])
            and period in (None, f["period"])
        ]
        in_time = row.get("due") is None or book.as_of <= row["due"]
        status = verdict(not failing) if row["state"] == "销号" else verdict(False, in_time)
        yield finding("rectification-due", "rectification", subject, status, part=rule, period=period)


def text(value):
    return None if value is None else str(value)


# --- vouchers and payments ------------------------------------------------------------------------------------------


def voucher(case):
    """Each series and year of dates: numbers without gap (in the whole book) or repeat; reversals equal what they reverse."""
    book, series = case.book, {}
    for txn in book.txns:
        match = NUMBER.fullmatch(str(txn["voucher"] or ""))
        if match:
            series.setdefault((match[1], txn["date"].year), []).append((int(match[2]), int(match[3]), txn))
    for (prefix, year), rows in sorted(series.items(), key=str):
        strays = [txn for said, _, txn in rows if said != year and not (said == year - 1 and txn["date"].month == 1)]
        own = sorted(number for said, number, _ in rows if said == year)
        name = f"{prefix}-{year}" if prefix else str(year)
        missing = set(range(1, max(own, default=0) + 1)) - numbers_of(book, prefix, year)
        statuses = [reversal_status(book, txn) for _, _, txn in rows if txn["reverses"]]
        ok = not strays and not missing and len(set(own)) == len(own)
        status = "fail" if not ok or "fail" in statuses else "undetermined" if "undetermined" in statuses else "pass"
        yield finding("voucher", "year", name, status)


NUMBER = re.compile(r"(?:(.+)-)?(\d{4})-(\d+)")


def numbers_of(book, prefix, year):
    """The numbers of a series and year that the whole book has, whatever their date."""
    matches = (NUMBER.fullmatch(str(number or "")) for number in book.numbers)
    return {int(m[3]) for m in matches if m and (m[1], int(m[2])) == (prefix, year)}


def reversal_status(book, txn):
    """Each posting opposite to, and with earlier reversals no larger than, the reversed one; its roll lines occur there."""
    originals = [p for t in book.txns if t["voucher"] == txn["reverses"] and t is not txn for p in t["postings"]]
    until = book.txns.index(txn) + 1
    back = [p for t in book.txns[:until] if t["reverses"] == txn["reverses"] for p in t["postings"]]
    statuses = []
    for posting in txn["postings"]:
        mine, theirs = [p for p in back if same(p, posting)], [p for p in originals if same(p, posting)]
        returned, booked = sum(p["fen"] for p in mine), sum(p["fen"] for p in theirs)
        fits = theirs and posting["fen"] * booked <= 0 and abs(returned) <= abs(booked)
        if not fits:
            return "fail"
        if any(p["lines"] is None for p in mine + theirs):
            statuses.append("undetermined")
        elif not lines_occur([x for p in mine for x in p["lines"]], [x for p in theirs for x in p["lines"]]):
            return "fail"
    return "undetermined" if statuses else "pass"


def same(left, right):
    return all(left[key] == right[key] for key in ("account", "fund", "project", "commodity"))


def lines_occur(lines, originals):
    there = [(line["household"], line["person"], line["fen"]) for line in originals]
    for line in lines:
        key = (line["household"], line["person"], -line["fen"])
        if key not in there:
            return False
        there.remove(key)
    return True


def evidence(case):
    """A transaction's expenses and prepayments together, above the amount: a file that exists and matches its digest."""
    book = case.book
    for txn in book.txns:
        total = sum(p["fen"] for p in txn["postings"] if is_spending(p["account"]) or p["account"].startswith(ADVANCE))
        if total <= 0:
            continue
        parameter = case.law.get("evidence-above", txn["date"])
        if parameter is None:
            yield finding("evidence", "voucher", txn["voucher"], "undetermined", value=None)
        elif total > parameter["value"] * 100:
            yield finding("evidence", "voucher", txn["voucher"], verdict(has_evidence(book, txn)))
        else:
            case.law.asked.clear()  # nothing is said of it


ADVANCE = "Assets:1214"


def has_evidence(book, txn):
    metas = [txn["meta"]] + [p["meta"] for p in txn["postings"]]
    for meta in metas:
        if meta.get("evidence"):
            path = book.root / meta["evidence"]
            return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == meta.get("evidence-sha256")
    return False


def negative_list(case):
    """Each voucher with expenses: no class, subtype or word that a `negative` in force forbids; fiscal money alone."""
    book, statuses = case.book, {}
    for posting in book.postings:
        if is_spending(posting["account"]) and posting["fen"] > 0:
            statuses.setdefault(posting["txn"]["voucher"], []).append(listed(book, posting))
    for key, found in statuses.items():
        yield finding("negative-list", "voucher", key, worst(found))


def listed(book, posting):
    level = facts(book, "fund", posting["fund"]).get("level") if posting["fund"] else None
    if level not in FISCAL and level is not None:
        return "na"
    bans = [row for row in book.customs.get("negative", []) if since(row) <= posting["txn"]["date"]]
    if posting["txn"]["date"] < NINETEEN and not bans:
        return "na"
    return verdict(not forbidden(book, posting, level, bans))


def since(row):
    return max(row[0], row[2].get("issued") or row[0])


def forbidden(book, posting, level, bans):
    subtype = facts(book, "project", posting["project"]).get("subtype") if posting["project"] else None
    for _, values, meta in bans:
        code = values[0]
        if meta.get("level") and level not in comma(meta["level"]):
            continue
        if any(word in posting["txn"]["text"] or word in (subtype or "") for word in comma(meta.get("except"))):
            continue
        if re.fullmatch(r"\d+", code):
            if any(part.startswith(code) for part in posting["account"].split(":")[1:]):
                return True
        elif code in (subtype or "") or code in posting["txn"]["text"]:
            return True
    return False


# --- monitoring -----------------------------------------------------------------------------------------------------


def monitoring_deadline(case):
    """Each episode: days from report to listing, a notice of enough days, helper and plan within working days."""
    for household, rows in case.book.households.items():
        watched = False
        for row in rows:
            if row["state"] == "监测户" and not watched:
                yield from episode(case, household, row)
            if row["state"] in ("监测户", "风险消除", "销户"):
                watched = row["state"] == "监测户"


def episode(case, household, row):
    for part, judged in (("listed", listing), ("notice", village_notice), ("helper", helper), ("plan", plan)):
        status, days = judged(case, row)
        yield finding("monitoring-deadline", "household", household, status, part=part, value=days, unit="days")


def limit(case, part, day):
    return case.law.ask("monitoring-deadline", f"monitoring-{part}-days", day)


def listing(case, row):
    parameter, missing = limit(case, "listed", row["reported"] or row["date"])
    if parameter is None:
        return missing, None
    if row["reported"] is None or row["reported"] > row["date"]:
        return "undetermined", None
    days = (row["date"] - row["reported"]).days
    return verdict(holds(days, parameter["op"], parameter["value"])), days


def village_notice(case, row):
    """The village's notice is part of how a household is found: it must be over by the day of listing."""
    start, end = row["notice_from"], row["notice_to"]
    parameter, missing = limit(case, "notice", start or row["date"])
    if parameter is None:
        return missing, None
    if start and end and end < start:
        return "undetermined", None
    days = (end - start).days + 1 if start and end else 0
    late = end is not None and end > row["date"]
    return verdict(holds(days, parameter["op"], parameter["value"]) and not late), days


def helper(case, row):
    return in_working_days(case, row, "helper", row["helper_assigned"])


def plan(case, row):
    return in_working_days(case, row, "plan", row["plan_made"])


def in_working_days(case, row, part, done):
    parameter, missing = limit(case, part, row["date"])
    if parameter is None:
        return missing, None
    deadline = working_day(row["date"], int(parameter["value"]))
    if deadline is None or (done is not None and done < row["date"]):
        return "undetermined", None
    return verdict(done is not None and done <= deadline, done is None and case.book.as_of <= deadline), None


def working_day(day, count):
    """The last of so many working days after a day; None where the official calendar does not know the year."""
    while count:
        day += dt.timedelta(days=1)
        try:
            count -= chinese_calendar.is_workday(day)
        except NotImplementedError:
            return None
    return day
