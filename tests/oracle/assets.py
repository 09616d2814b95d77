"""The rules about assets and their income."""

from .book import comma, facts, ids, income_year, is_priority, is_spending, reached, spoken_of, village_on
from .findings import finding, ratio, verdict, worst, year_day, year_open
from .law import FIFTY_ONE, FIVE, holds
from .money import spent
from .owed import months_later, settled_value

CLASSES = ("Assets:9101公益性资产:", "Assets:9102经营性资产:", "Assets:9103到户类资产:")
USEFUL = ("1公益岗位", "2小型公益事业", "3奖励补助", "4入户分配", "5管护费用")


def uses(book):
    """Postings of 9501收益分配 with an asset."""
    return [p for p in book.postings if p["account"].startswith("Expenses:9501") and p["meta"].get("asset")]


def income_use(case):
    """The five useful uses over all uses, 公积公益金 kept back included."""
    book, sums = case.book, {}
    for posting in uses(book):
        key = (posting["meta"]["asset"], income_year(posting))
        good, everything = sums.get(key, (0, 0))
        useful = posting["account"].split(":")[2] in USEFUL
        sums[key] = (good + posting["fen"] * useful, everything + posting["fen"])
    for (asset, year), (good, everything) in sums.items():
        if not spoken_of(book, year):
            continue
        parameter, missing = case.law.ask("income-use", "income-use", year_day(book, year))
        yield ratio("income-use", "asset", asset, good, everything, parameter, missing=missing, period=year)


# --- registration ---------------------------------------------------------------------------------------------------


def sources(book, asset):
    return comma(facts(book, "asset", asset).get("project"))


def cost(book, asset, until=None):
    """Registered cost: units booked in, less bookings that were reversed; a disposal does not undo a registration."""
    return sum(
        p["fen"]
        for p in book.postings
        if (until is None or p["txn"]["date"] <= until)
        and p["account"].startswith(CLASSES)
        and p["commodity"] == asset
        and (p["units"] > 0 or p["txn"]["reverses"])
    )


def asset_register(case):
    book = case.book
    built = {}
    for p in book.postings:
        if is_spending(p["account"]) and builds(p["account"]):
            built[p["project"]] = built.get(p["project"], 0) + p["fen"]
    builders = {project for project, net in built.items() if net > 0}
    named = {project for asset in ids(book, "asset") for project in sources(book, asset)}
    for project in ids(book, "project"):
        since = reached(book, project, "验收")
        if since is not None and project in builders | named:
            yield register_status(case, project, since)


def builds(account):
    return any(part.startswith(("309", "310")) for part in account.split(":")[1:])


def group_of(book, project):
    """(projects, assets) that hang together with a project by the assets they share."""
    projects, assets = {project}, set()
    while True:
        more_assets = {a for a in ids(book, "asset") if projects & set(sources(book, a))}
        more_projects = projects | {p for a in more_assets for p in sources(book, a)}
        if more_assets == assets and more_projects == projects:
            return projects, assets
        projects, assets = more_projects, more_assets


def register_status(case, project, since):
    book = case.book
    projects, assets = group_of(book, project)
    booked, due = sum(cost(book, a) for a in assets), 0
    used = spent(book)
    for member in projects:
        about = facts(book, "project", member)
        settled = settled_value(book, member)
        if settled is None:
            settled = sum(amount for (_, p), amount in used.items() if p == member)
        due += settled - (about.get("no-asset") or 0)
    parameter, missing = case.law.ask("asset-register", "asset-register-days", since)
    first = [date for a in assets for date, state, _ in book.history["asset"][a] if state == "登记"]
    numbers = {"numerator": booked, "denominator": due}
    if parameter is None:
        return finding("asset-register", "project", project, missing, **numbers)
    still_open = (book.as_of - since).days <= parameter["value"]
    days = (min(first) - since).days if first else None
    in_time = days is not None and holds(days, parameter["op"], parameter["value"])
    status = worst([verdict(in_time, still_open), verdict(booked == due, still_open)])
    return finding("asset-register", "project", project, status, **numbers)


# --- years of an asset ----------------------------------------------------------------------------------------------


def asset_years(book, asset):
    """Years from the book's first voucher or the registration, whichever is later."""
    begin = min((txn["date"] for txn in book.txns), default=None)
    entered = book.history["asset"][asset][0][0]
    last = min(book.as_of, book.through).year
    return range(max(begin, entered).year, last + 1) if begin else range(0)


def sold(book, asset):
    """The day on which the whole of an asset was disposed of: no unit is left, or its state says so."""
    days = [date for date, state, _ in book.history["asset"][asset] if state == "处置"]
    left, out = 0, None
    for p in book.postings:
        if p["account"].startswith(CLASSES) and p["commodity"] == asset:
            left += p["units"]
            out = p["txn"]["date"] if left <= 0 else None
    return min([*days, *([out] if out else [])], default=None)


def state_of(book, asset, day):
    states = [state for date, state, _ in book.history["asset"][asset] if date <= day]
    return states[-1] if states else None


def asset_upkeep(case):
    """Each 公益性 asset and year: a caretaker, or 管护费用 spent."""
    book = case.book
    for asset in ids(book, "asset"):
        if facts(book, "asset", asset).get("class") != "公益性":
            continue
        gone = sold(book, asset)
        for year in asset_years(book, asset):
            if gone is not None and gone <= year_day(book, year):
                continue  # nothing left to keep up
            paid = sum(
                p["fen"]
                for p in uses(book)
                if p["meta"]["asset"] == asset and ":5管护费用" in p["account"] and p["txn"]["when"].year == year
            )
            ok = bool(facts(book, "asset", asset, year_day(book, year)).get("caretaker")) or paid > 0
            status = verdict(ok, year_open(book, year)) if year_day(book, year) >= FIVE else "na"
            yield finding("asset-upkeep", "asset", asset, status, period=year)


def earned(book, asset, year):
    """What an asset earned in an income year, without the proceeds of its disposal."""
    return -sum(
        p["fen"]
        for p in book.postings
        if p["account"].startswith("Income:9401")
        and p["meta"].get("asset") == asset
        and income_year(p) == year
        and not p["account"].endswith(":4处置")
    )


def asset_idle(case):
    """Each 经营性 asset and year: it earned, or it stands 闲置 with a plan and not for too long."""
    book = case.book
    for asset in ids(book, "asset"):
        if facts(book, "asset", asset).get("class") != "经营性":
            continue
        gone = sold(book, asset)
        for year in asset_years(book, asset):
            if gone is None or year < gone.year:
                yield finding("asset-idle", "asset", asset, idle_status(case, asset, year), period=year)


def idle_status(case, asset, year):
    book, day = case.book, year_day(case.book, year)
    if day < FIFTY_ONE:
        return "na"
    if earned(book, asset, year) > 0:
        return "pass"
    if state_of(book, asset, day) != "闲置":
        return "pending" if year_open(book, year) else "fail"
    start, end = idle_time(book, asset, day)
    if not facts(book, "asset", asset, day).get("plan"):
        return "pending" if year_open(book, year) else "fail"
    parameter, missing = case.law.ask("asset-idle", "idle-months", book.as_of)
    if year_open(book, year):
        return "pending"
    if parameter is None:
        return missing
    return verdict(end <= months_later(start, int(parameter["value"])))


def idle_time(book, asset, day):
    """(since when an asset that stood idle on a day had been so, until when, or the as-of date)."""
    rows, start = book.history["asset"][asset], None
    for date, state, _ in rows:
        if date <= day:
            start = (start or date) if state == "闲置" else None
    later = [date for date, state, _ in rows if date > day and state != "闲置"]
    return start, min(later, default=book.as_of)


def asset_yield(case):
    """Each 经营性 asset and year: income over cost; without a number there is no verdict."""
    book = case.book
    for asset in ids(book, "asset"):
        if facts(book, "asset", asset).get("class") != "经营性":
            continue
        gone = sold(book, asset)
        for year in asset_years(book, asset):
            if gone is not None and year >= gone.year:
                continue
            parameter, missing = case.law.ask("asset-yield", "asset-yield", year_day(book, year))
            yield ratio("asset-yield", "asset", asset, earned(book, asset, year), cost(book, asset, year_day(book, year)), parameter,
                        year_open(book, year), missing=missing, period=year)  # fmt: skip


def caretaker_priority(case):
    """Distinct caretakers over a village's assets that are priority households, over all of them."""
    book, caretakers = case.book, {}
    for asset in ids(book, "asset"):
        about = facts(book, "asset", asset)
        if sold(book, asset) is not None:
            continue  # no asset of the village any more
        village = village_on(book, about["village"], book.as_of) if about.get("village") else None
        caretakers.setdefault(village, set()).update(comma(about.get("caretaker")))
    for village in ids(book, "village"):
        people = caretakers.get(village, set())
        favoured = sum(is_priority(book, h, book.as_of) for h in people)
        parameter, missing = case.law.ask("caretaker-priority", "caretaker-priority", book.as_of)
        yield ratio("caretaker-priority", "village", village, favoured, len(people), parameter, unit="count",
                    missing=missing)  # fmt: skip


def disposals(book, asset):
    """The days on which units of an asset, or a part of one, went out; else the day of its state."""
    out = [p["txn"]["date"] for p in book.postings if p["account"].startswith(CLASSES) and p["commodity"] == asset
           and p["units"] < 0 and not p["txn"]["reverses"]]  # fmt: skip
    said = [date for date, state, _ in book.history["asset"][asset] if state == "处置"]
    return sorted(out + said)


def asset_disposal(case):
    """Each disposal of a collective asset: its proceeds were reinvested or distributed (uses of the asset's money)."""
    book = case.book
    for asset in ids(book, "asset"):
        days = disposals(book, asset)
        if not days or facts(book, "asset", asset).get("owner-kind", "村集体") != "村集体":
            continue
        proceeds = -sum(
            p["fen"] for p in book.postings if p["account"].endswith(":4处置") and p["meta"].get("asset") == asset
        )
        used = sum(
            p["fen"]
            for p in book.postings
            if p["account"].startswith("Expenses:")
            and p["meta"].get("asset") == asset
            and p["txn"]["when"] >= days[0]
            and ":6公积公益金" not in p["account"]
        )  # what is kept back is neither reinvested nor distributed
        if proceeds == 0 or days[0] < FIFTY_ONE:
            yield finding("asset-disposal", "asset", asset, "na")
            continue
        numbers = {"numerator": used, "denominator": proceeds, "shortfall": max(proceeds - used, 0)}
        yield finding("asset-disposal", "asset", asset, verdict(used >= proceeds), **numbers)
