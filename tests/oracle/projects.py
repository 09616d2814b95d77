"""The rules about projects and papers: library, notices, acceptance, evidence, vouchers, negative list, monitoring."""

import datetime as dt
import hashlib
import re

import chinese_calendar

from .book import comma, facts, ids, is_spending, reached
from .findings import finding, verdict
from .law import holds
from .money import lots, moves, projects_with_money

ELEMENTS = ["name", "category", "mode", "unit", "planned", "goal", "filed-by"]


def interest_linkage(case):
    book = case.book
    for project in ids(book, "project"):
        about = facts(book, "project", project)
        if about.get("category") == "产业发展" and about.get("operator"):
            ok = bool(about.get("linkage")) and bool(about.get("beneficiaries"))
            yield finding("interest-linkage", "project", project, verdict(ok))


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
        yield finding("project-library", "project", project, verdict(bool(complete) and in_time))


# --- notices --------------------------------------------------------------------------------------------------------


def longest_notice(book, subjects, stage):
    """Days of the longest notice of a stage on any of these subjects, both ends included; None without one."""
    days = [
        (meta["to"] - meta["from"]).days + 1
        for _, values, meta in book.customs.get("notice", [])
        if values[0] in subjects and values[1] == stage and "from" in meta and "to" in meta
    ]
    return max(days) if days else None


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
    parameter = case.law.get("notice-days", case.book.as_of)
    if parameter is not None and days is not None and holds(days, parameter["op"], parameter["value"]):
        return finding("notices", kind, subject, "pass", value=days, **more)
    due = case.law.get("notice-due-days", case.book.as_of)
    if parameter is None or due is None:
        return finding("notices", kind, subject, "undetermined", value=days or 0, **more)
    still_open = (case.book.as_of - since).days <= due["value"]
    return finding("notices", kind, subject, verdict(False, still_open), value=days or 0, **more)


def fund_notice(case, fund, projects, since):
    """A fund needs its own notice unless all its projects have one."""
    stage = "资金分配公告"
    own = notice(case, "fund", fund, stage, since, [fund])
    if own["status"] == "pass":
        return own
    each = [notice(case, "project", project, stage, since, [project])["status"] for project in projects]
    every = each and all(status == "pass" for status in each)
    return {**own, "status": "pass", "value": None} if every else own


# --- acceptance and after -------------------------------------------------------------------------------------------


def inspection(case):
    book = case.book
    inspected = {values[0] for _, values, _ in book.customs.get("inspection", [])}
    for project in ids(book, "project"):
        if reached(book, project, "验收") is not None:
            yield finding("inspection", "project", project, verdict(project in inspected))


def performance_review(case):
    """绩效自评 within the days after 验收, with a score; until then it may still come."""
    book = case.book
    for project in ids(book, "project"):
        since = reached(book, project, "验收")
        if since is None:
            continue
        parameter = case.law.get("performance-review-days", book.as_of)
        done = reached(book, project, "绩效自评")
        days = ((done or book.as_of) - since).days
        more = {"unit": "days", "value": days}
        if parameter is None:
            yield finding("performance-review", "project", project, "undetermined", **more)
            continue
        scored = facts(book, "project", project).get("score") is not None
        in_time = done is not None and holds(days, parameter["op"], parameter["value"])
        still_open = (book.as_of - since).days <= parameter["value"]
        yield finding("performance-review", "project", project, verdict(in_time and scored, still_open), **more)


def rectification_due(case, judged):
    """Not overdue; not 销号 while its rule still fails. Judged after everything else."""
    book, latest = case.book, {}
    for _, values, meta in book.customs.get("rectification", []):
        key = (values[0], values[1], meta.get("part"), text(meta.get("period")))
        latest.setdefault(key, {}).update(meta, state=values[2])
    for (rule, subject, part, period), row in latest.items():
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
    """Each series and year: 1..n without gap or repeat, and its reversals equal what they reverse."""
    book, series = case.book, {}
    for txn in book.txns:
        match = re.fullmatch(r"(?:(.+)-)?(\d{4})-(\d+)", str(txn["voucher"] or ""))
        if match:
            key = f"{match[1]}-{match[2]}" if match[1] else match[2]
            series.setdefault(key, []).append((int(match[3]), txn))
    for key, rows in sorted(series.items()):
        numbers = sorted(number for number, _ in rows)
        ok = numbers == list(range(1, len(numbers) + 1))
        statuses = [reversal_status(book, txn) for _, txn in rows if txn["reverses"]]
        status = "fail" if not ok or "fail" in statuses else "undetermined" if "undetermined" in statuses else "pass"
        yield finding("voucher", "year", key, status)


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
    """A transaction's expenses together, above the amount: a file that exists and matches its digest."""
    book = case.book
    parameter = case.law.get("evidence-above", book.as_of)
    for txn in book.txns:
        total = sum(p["fen"] for p in txn["postings"] if is_spending(p["account"]))
        if total <= 0:
            continue
        if parameter is None:
            yield finding("evidence", "voucher", txn["voucher"], "undetermined", value=None)
        elif total > parameter["value"] * 100:
            yield finding("evidence", "voucher", txn["voucher"], verdict(has_evidence(book, txn)))


def has_evidence(book, txn):
    metas = [txn["meta"]] + [p["meta"] for p in txn["postings"]]
    for meta in metas:
        if meta.get("evidence"):
            path = book.root / meta["evidence"]
            return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == meta.get("evidence-sha256")
    return False


def negative_list(case):
    """Each voucher with payments: no class, subtype or word that a `negative` in force forbids for its level."""
    book, statuses = case.book, {}
    for posting in book.postings:
        txn = posting["txn"]
        if is_spending(posting["account"]) and posting["fen"] > 0 and (txn["has_quota"] or txn["has_bank"]):
            statuses.setdefault(txn["voucher"], []).append(verdict(not forbidden(book, posting)))
    for key, found in statuses.items():
        yield finding("negative-list", "voucher", key, "fail" if "fail" in found else "pass")


def forbidden(book, posting):
    level = facts(book, "fund", posting["fund"]).get("level")
    subtype = facts(book, "project", posting["project"]).get("subtype")
    for date, values, meta in book.customs.get("negative", []):
        code, since = values[0], max(date, meta.get("issued") or date)
        if since > posting["txn"]["date"] or (meta.get("level") and level not in comma(meta["level"])):
            continue
        if re.fullmatch(r"\d+", code):
            if any(part.startswith(code) for part in posting["account"].split(":")[1:]):
                return True
        elif code == subtype or code in posting["txn"]["text"]:
            return True
    return False


# --- monitoring -----------------------------------------------------------------------------------------------------


def monitoring_deadline(case):
    """Each episode: 15 days from report to listing, a notice of 5 days, helper and plan in 10 working days."""
    for household, rows in case.book.households.items():
        watched = False
        for row in rows:
            if row["state"] == "监测户" and not watched:
                yield from episode(case.book, household, row)
            if row["state"] in ("监测户", "风险消除"):
                watched = row["state"] == "监测户"


def episode(book, household, row):
    more = {"unit": "days"}
    rule, kind = "monitoring-deadline", "household"
    if row["reported"] is None:
        yield finding(rule, kind, household, "undetermined", part="listed", **more)
    else:
        days = (row["date"] - row["reported"]).days
        yield finding(rule, kind, household, verdict(days <= 15), part="listed", value=days, **more)
    start, end = row["notice_from"], row["notice_to"]
    days = (end - start).days + 1 if start and end else 0
    yield finding(rule, kind, household, verdict(days >= 5), part="notice", value=days, **more)
    deadline = tenth_working_day(row["date"])
    for part, key in (("helper", "helper_assigned"), ("plan", "plan_made")):
        if deadline is None:
            status = "undetermined"
        else:
            status = verdict(row[key] is not None and row[key] <= deadline, row[key] is None and book.as_of <= deadline)
        yield finding(rule, kind, household, status, part=part, **more)


def tenth_working_day(day):
    """The last of the ten working days after a day; None where the official calendar does not know the year."""
    left = 10
    while left:
        day += dt.timedelta(days=1)
        try:
            left -= chinese_calendar.is_workday(day)
        except NotImplementedError:
            return None
    return day
