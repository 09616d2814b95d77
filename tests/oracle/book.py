"""Reads a book for the oracle: plain dicts, read once, nothing shared with the product.

Everything here is written from the definitions of the ledger alone. A book is cut at the as-of date when it is read;
the exceptions are `mentioned` (parameter names that occur anywhere), `numbers` (of vouchers) and `through` (how far the
book goes).
"""

import csv
import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from beancount import loader
from beancount.core import data
from beancount.core.amount import Amount

MAIN_STATES = ["谋划", "入库", "年度计划", "开工", "完工", "验收", "移交", "绩效自评", "归档"]
HOUSEHOLD_DATES = ["reported", "notice_from", "notice_to", "helper_assigned", "plan_made"]
QUOTA = "Assets:9001指标:"
BANK = "Assets:1002银行存款:"
SHARES = "Assets:9104股权:"
USES = "Expenses:9501"


@dataclass
class Book:
    """A book as of one day."""

    root: Path
    as_of: dt.date
    txns: list = field(default_factory=list)
    postings: list = field(default_factory=list)
    history: dict = field(default_factory=dict)  # kind -> id -> [(date, state, metadata)]
    customs: dict = field(default_factory=dict)  # kind -> [(date, values, metadata)]
    households: dict = field(default_factory=dict)  # id -> rows by date
    members: list = field(default_factory=list)  # rows of members.csv by their day
    mentioned: set = field(default_factory=set)
    numbers: set = field(default_factory=set)  # of all vouchers, whatever their date
    through: dt.date = dt.date.min  # the last day that the book speaks of
    errors: list = field(default_factory=list)
    cache: dict = field(default_factory=dict)  # what is asked again and again


def fen(value):
    """Yuan (Decimal) to whole 分; anything finer is an error of the book."""
    exact = Fraction(value) * 100
    if exact.denominator != 1:
        raise ValueError(f"{value} is finer than 分")
    return int(exact)


def load(folder, as_of):
    """Read a book's folder, uncached, as of a day."""
    root = Path(folder)
    entries, errors, _ = loader._uncached_load_file(str(root / "main.beancount"), None, None, None)
    book = Book(root, as_of, errors=errors)
    rolls = read_rolls(root)
    for entry in entries:
        look_ahead(book, entry)
        if entry.date > as_of:
            continue
        if isinstance(entry, data.Custom):
            add_custom(book, entry)
        elif isinstance(entry, data.Transaction):
            add_transaction(book, entry, rolls)
    name_originals(book)
    hand_in(book)
    mark_reversals_of_returned(book)
    book.households = read_households(root, as_of)
    book.members = read_members(root, as_of)
    return book


def hand_in(book):
    """Evidence that came after the seal is that of a voucher which has none; the first that came counts."""
    for _, (voucher,), meta in book.customs.get("attachment", []):
        for txn in book.txns:
            if txn["voucher"] == voucher and not any(one.get("evidence") for one in [txn["meta"], *(p["meta"] for p in txn["postings"])]):
                txn["meta"].update({key: meta[key] for key in ("evidence", "evidence-sha256", "shared-with") if key in meta})


def look_ahead(book, entry):
    """What is read of the whole book: names of parameters, numbers of vouchers, how far it goes."""
    if isinstance(entry, data.Custom) and entry.type == "policy":
        book.mentioned.add(entry.values[0].value)
    if isinstance(entry, data.Custom) and entry.type == "through":
        book.through = max(book.through, entry.values[0].value)
    if isinstance(entry, data.Transaction):
        book.numbers.add(entry.meta.get("voucher"))
        book.through = max(book.through, end_of_month(entry.date))


def end_of_month(day):
    following = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def spoken_of(book, year):
    """Has a year begun, on the as-of date and in the book?"""
    return dt.date(year, 1, 1) <= min(book.as_of, book.through)


# --- registries -----------------------------------------------------------------------------------------------------


def add_custom(book, entry):
    values = [plain(item.value) for item in entry.values or []]
    meta = {key: plain(value) for key, value in entry.meta.items() if key not in ("filename", "lineno")}
    meta["@file"] = Path(entry.meta["filename"]).name
    book.customs.setdefault(entry.type, []).append((entry.date, values, meta))
    if entry.type in ("fund", "project", "village", "asset", "equity", "benefit"):
        state = values[1] if len(values) > 1 else None
        book.history.setdefault(entry.type, {}).setdefault(values[0], []).append((entry.date, state, meta))


def plain(value):
    """An amount is the number of 分 in it; everything else stays what Beancount says."""
    return fen(value.number) if isinstance(value, Amount) else value


def ids(book, kind):
    return list(book.history.get(kind, {}))


def facts(book, kind, key, day=None):
    """Metadata of a registered thing as it stands on a day (default: the as-of date); later values override."""
    result = {}
    for date, _, meta in book.history.get(kind, {}).get(key, []):
        if date <= (day or book.as_of):
            result.update(meta)
    return result


def village_on(book, village, day):
    """The village that a village is on a day: itself, or whatever it was merged into by then."""
    seen = set()
    while village not in seen:
        seen.add(village)
        for date, state, meta in book.history.get("village", {}).get(village, []):
            if state == "撤并" and date <= min(day, book.as_of):
                village = meta["into"]
                break
    return village


def ended(book, village):
    """The day on which a village was merged into another; None while it stands."""
    days = [date for date, state, _ in book.history.get("village", {}).get(village, []) if state == "撤并"]
    return min(days) if days else None


def registered(book, fund):
    """A fund's registered amount in 分: the last one stated."""
    return book.history["fund"][fund][-1][1]


def reached(book, project, state):
    """The day on which a project reached a main state, with it or any later main state; None when it has not."""
    index = MAIN_STATES.index(state)
    days = [
        date
        for date, value, _ in book.history["project"].get(project, [])
        if value in MAIN_STATES and MAIN_STATES.index(value) >= index
    ]
    return min(days) if days else None


def last_state(book, kind, key):
    return book.history[kind][key][-1][1]


def comma(value):
    """A list in metadata is comma separated (the Chinese comma and 、 are read too)."""
    text = str(value or "").replace("，", ",").replace("、", ",")
    return [part.strip() for part in text.split(",") if part.strip()]


# --- transactions ---------------------------------------------------------------------------------------------------


def add_transaction(book, entry, rolls):
    txn = {
        "date": entry.date,
        "when": entry.date,  # a reversal nets in the month of its original: see name_originals
        "meta": {key: plain(value) for key, value in entry.meta.items()},
        "text": f"{entry.payee or ''} {entry.narration or ''}",
        "payee": entry.payee or "",
        "postings": [],
    }
    txn["voucher"] = txn["meta"].get("voucher")
    txn["reverses"] = txn["meta"].get("reverses")
    for posting in entry.postings:
        txn["postings"].append(read_posting(txn, posting, rolls))
    txn["only_quota"] = all(p["account"].startswith(QUOTA) for p in txn["postings"])
    txn["has_quota"] = any(p["account"].startswith(QUOTA) for p in txn["postings"])
    txn["has_bank"] = any(p["account"].startswith(BANK) for p in txn["postings"])
    book.txns.append(txn)
    book.postings.extend(txn["postings"])


def read_posting(txn, posting, rolls):
    own = {k: plain(v) for k, v in (posting.meta or {}).items() if not k.startswith("__")}
    meta = {**txn["meta"], **own}
    account = posting.account
    money = posting.units.currency == "CNY"
    price = Decimal(1) if money else (posting.cost.number if posting.cost else Decimal(0))
    result = {
        "txn": txn,
        "account": account,
        "units": posting.units.number,
        "commodity": posting.units.currency,
        "price": price,
        "fen": fen(posting.units.number * price),
        "meta": meta,
        "project": meta.get("project"),
        "fund": account.split(":")[2] if account.startswith(QUOTA) else meta.get("fund"),
        "roll": own.get("roll"),
    }
    result["lines"] = posting_lines(result, own, rolls)
    return result


def posting_lines(posting, own, rolls):
    """The people behind a posting: a list; None when it names a roll that cannot be trusted; [] when there is none."""
    if "roll" in own:
        return trusted_lines(posting, own, rolls)
    if "household" in posting["meta"] and posting["account"].startswith(("Expenses:", SHARES)):
        line = {"household": posting["meta"]["household"], "person": str(posting["meta"].get("person") or "")}
        days = posting["meta"].get("days")
        line["days"] = None if days is None else Fraction(days)
        line["fen"] = posting["fen"]
        line["units"] = Fraction(posting["units"])
        line.update(quantity=None, holder="", inline=True, note="", result="", account="")
        line["for"] = ""
        return [line]
    return []


def name_originals(book):
    """A reversal counts in the month of what it reverses."""
    by_voucher = {txn["voucher"]: txn for txn in book.txns}
    for txn in book.txns:
        seen = set()
        origin = txn
        while origin.get("reverses") in by_voucher and origin["voucher"] not in seen:
            seen.add(origin["voucher"])
            origin = by_voucher[origin["reverses"]]
        txn["when"] = origin["date"]
        if origin is not txn:
            name_periods(txn, origin)
            take_back(txn, origin)


def take_back(txn, origin):
    """The lines of a reversal count in the month of the lines that they take back, whenever the bank did it."""
    given = [line for p in origin["postings"] for line in p["lines"] or [] if "fen" in line]
    for line in (line for p in txn["postings"] for line in p["lines"] or [] if "fen" in line):
        alike = [each for each in given if (each["household"], each["person"]) == (line["household"], line["person"])]
        alike.sort(key=lambda each: each["fen"] != -line["fen"])
        if alike:
            line["paid_on"], line["for"] = alike[0].get("paid_on"), alike[0].get("for")


def name_periods(txn, origin):
    """A reversal that names no period takes back what its original was for."""
    said = {p["account"]: p["meta"]["for"] for p in origin["postings"] if p["meta"].get("for")}
    for posting in txn["postings"]:
        if posting["account"] in said:
            posting["meta"].setdefault("for", said[posting["account"]])


def for_period(posting, line):
    """(year, month or None) that a line pays for: what the line or the posting says, else the month of payment."""
    said = str(line.get("for") or posting["meta"].get("for") or "")
    if said:
        return int(said[:4]), int(said[5:7]) if len(said) >= 7 else None
    day = line.get("paid_on") or posting["txn"]["when"]
    return day.year, day.month


def days_of(period):
    """First and last day of a month, or of a year."""
    year, month = period
    last = dt.date(year, 12, 31) if month is None else end_of_month(dt.date(year, month, 1))
    return dt.date(year, month or 1, 1), last


def paid_lines(posting):
    """The lines that reached somebody: without those that the bank returned, and without the reversal of such a one."""
    if posting["lines"] is None:
        return None
    return [line for line in posting["lines"] if not (is_returned(line) or line.get("of_returned"))]


def is_returned(line):
    """A payment that the bank returned; the line of its reversal says the same of a negative amount."""
    return line["result"] == "退票" and line["fen"] > 0


def mark_reversals_of_returned(book):
    """A line that the bank returned and that is also reversed is taken off once."""
    for txn in book.txns:
        origins = [p for t in book.txns if txn["reverses"] and t["voucher"] == txn["reverses"] for p in t["postings"]]
        returned = [line for p in origins for line in p["lines"] or [] if is_returned(line)]
        for line in (line for p in txn["postings"] for line in p["lines"] or []):
            for original in returned:
                same = all(line[key] == original[key] for key in ("household", "person"))
                if same and line["fen"] == -original["fen"]:
                    line["of_returned"], original["reversed"] = True, True
                    returned.remove(original)
                    break


def is_labour_account(account):
    parts = account.split(":")
    return parts[0] == "Expenses" and (parts[-1] == "1劳务报酬" or any(p.startswith("30226") for p in parts[1:]))


def is_spending(account):
    """An expense, other than the use of asset income."""
    return account.startswith("Expenses:") and not account.startswith(USES)


def income_year(posting):
    """The income year: `income-year`, or else the voucher's."""
    year = posting["meta"].get("income-year")
    return int(year) if year is not None else posting["txn"]["when"].year


# --- rolls ----------------------------------------------------------------------------------------------------------


def read_rolls(root):
    """roll id -> {kind, header, raw lines, rows}, of all pay lists and share registers of a book."""
    rolls = {}
    for path in sorted((root / "rolls").glob("*/*.csv")):
        kind = "shares" if path.name.endswith("-shares.csv") else "pay"
        lines = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
        header = next(csv.reader([lines[0]]))
        for line in lines[1:]:
            if not line:
                continue
            row = dict(zip(header, next(csv.reader([line])), strict=False))
            roll = rolls.setdefault((kind, row["roll"]), {"raw": [], "rows": []})
            roll["raw"].append(line)
            roll["rows"].append(row)
    return rolls


def trusted_lines(posting, own, rolls):
    kind = "shares" if posting["account"].startswith(SHARES) else "pay"
    roll = rolls.get((kind, own["roll"]))
    if roll is None:
        return None
    digest = hashlib.sha256("".join(line + "\n" for line in roll["raw"]).encode()).hexdigest()
    if digest != own.get("roll-sha256"):
        return None
    lines = [read_line(row, kind, posting["price"]) for row in roll["rows"]]
    if kind == "pay":
        return lines if sum(line["fen"] for line in lines) == posting["fen"] else None
    return lines if sum(line["units"] for line in lines) == posting["units"] else None


def read_line(row, kind, price):
    def number(key):
        return Fraction(row[key]) if row.get(key) else None

    line = {key: row.get(key) or "" for key in ("household", "person", "holder", "note", "result", "for", "account")}
    line.update(days=number("days"), quantity=number("quantity"), units=number("shares"), inline=False)
    line["fen"] = fen(Decimal(row["amount"])) if kind == "pay" else fen(Decimal(row["shares"]) * price)
    line["paid_on"] = dt.date.fromisoformat(row["paid_on"][:10]) if row.get("paid_on") else None
    return line


# --- households -----------------------------------------------------------------------------------------------------


def read_households(root, as_of):
    """id -> rows by date; a date after the as-of date is unknown."""
    households = {}
    with open(root / "registry" / "households.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row["date"] = dt.date.fromisoformat(row["date"])
            for key in HOUSEHOLD_DATES:
                value = dt.date.fromisoformat(row[key]) if row.get(key) else None
                row[key] = value if value is not None and value <= as_of else None
            if row["date"] <= as_of:
                households.setdefault(row["household"], []).append(row)
    for rows in households.values():
        rows.sort(key=lambda row: row["date"])
    return households


def status_on(book, household, day):
    """{base, monitored, village} of a household on a day: base state and monitoring each keep their last row."""
    result = {"base": None, "monitored": False, "village": None}
    for row in book.households.get(household, []):
        if row["date"] > day:
            break
        result["village"] = row["village"]
        if row["state"] in ("监测户", "风险消除"):
            result["monitored"] = row["state"] == "监测户"
        else:
            result["base"] = row["state"]
        if row["state"] == "销户":
            result["monitored"] = False
    result["village"] = village_on(book, result["village"], day) if result["village"] else None
    return result


def closed(book, household):
    """The day on which a household ended; None while it lasts."""
    days = [row["date"] for row in book.households.get(household, []) if row["state"] == "销户"]
    return min(days) if days else None


def is_priority(book, household, day):
    status = status_on(book, household, day)
    return status["base"] == "脱贫户" or status["monitored"]


def is_monitored(book, household, day):
    return status_on(book, household, day)["monitored"]


def of_village(book, village, day):
    """Households that live in a village on a day."""
    states = ((key, status_on(book, key, day)) for key in book.households)
    return [key for key, state in states if state["village"] == village and state["base"] != "销户"]


# --- persons ----------------------------------------------------------------------------------------------------------


def read_members(root, as_of):
    """Rows of members.csv that had begun; what lies after the as-of date is unknown."""
    path = root / "registry" / "members.csv"
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["from"] = dt.date.fromisoformat(row["from"][:10])
        to = dt.date.fromisoformat(row["to"][:10]) if row.get("to") else None
        row["to"] = to if to is not None and to <= as_of else None
    return sorted((row for row in rows if row["from"] <= as_of), key=lambda row: row["from"])


def who(book, household, person, day):
    """The permanent person behind a household's number on a day; household and number where nobody is known."""
    for row in book.members:
        mine = (row["household"], row["person"]) == (household, str(person))
        if mine and row["from"] <= day and (row["to"] is None or row["to"] >= day):
            return row["who"]
    past = [row for row in book.members if (row["household"], row["person"]) == (household, str(person))]
    return past[-1]["who"] if past else (household, str(person))


def gone(book, person):
    """The day from which somebody is dead or moved away: their last row ended and no other is open; else None."""
    rows = [row for row in book.members if row["who"] == person]
    if not rows or any(row["to"] is None for row in rows):
        return None
    return max(row["to"] for row in rows)
