"""Reads a book for the oracle: plain dicts, read once, nothing shared with the product.

Everything here is written from ledger.md alone. A book is cut at the as-of date when it is read; the one exception
is `mentioned`, the parameter names that occur anywhere.
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
    mentioned: set = field(default_factory=set)
    errors: list = field(default_factory=list)


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
        if isinstance(entry, data.Custom) and entry.type == "policy":
            book.mentioned.add(entry.values[0].value)
        if entry.date > as_of:
            continue
        if isinstance(entry, data.Custom):
            add_custom(book, entry)
        elif isinstance(entry, data.Transaction):
            add_transaction(book, entry, rolls)
    name_originals(book)
    book.households = read_households(root, as_of)
    return book


# --- registries -----------------------------------------------------------------------------------------------------


def add_custom(book, entry):
    values = [plain(item.value) for item in entry.values]
    meta = {key: plain(value) for key, value in entry.meta.items() if key not in ("filename", "lineno")}
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
        line.update(quantity=None, holder="", inline=True, note="")
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

    line = {key: row.get(key) or "" for key in ("household", "person", "holder", "note")}
    line.update(days=number("days"), quantity=number("quantity"), units=number("shares"), inline=False)
    line["fen"] = fen(Decimal(row["amount"])) if kind == "pay" else fen(Decimal(row["shares"]) * price)
    line["paid_on"] = dt.date.fromisoformat(row["paid_on"]) if row.get("paid_on") else None
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
    return result


def is_priority(book, household, day):
    status = status_on(book, household, day)
    return status["base"] == "脱贫户" or status["monitored"]


def is_monitored(book, household, day):
    return status_on(book, household, day)["monitored"]


def of_village(book, village, day):
    """Households that live in a village on a day."""
    return [key for key in book.households if status_on(book, key, day)["village"] == village]
