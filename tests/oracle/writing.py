"""Writes a book as text: vouchers, rolls and registries of the random books."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path


def yuan(amount):
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def literal(value):
    """A metadata value as Beancount writes it; a tuple ('CNY', 分) is an amount."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, tuple):
        return f"{yuan(value[1])} CNY"
    if isinstance(value, dt.date | int | float):
        return str(value)
    return value.text if isinstance(value, Bare) else f'"{value}"'


@dataclass(frozen=True)
class Bare:
    """A value that stands unquoted: a decimal number."""

    text: str


@dataclass
class Leg:
    """A posting: 分, or units of a commodity at a cost; `lines` are the rows of its roll."""

    account: str
    fen: int = 0
    units: tuple | None = None  # (number, commodity, 分 per unit)
    meta: dict = field(default_factory=dict)
    lines: list | None = None
    damage: str | None = None  # how its roll is broken: missing, edited, digest

    def text(self):
        if self.units is None:
            return f"  {self.account}  {yuan(self.fen)} CNY"
        number, commodity, cost = self.units
        return f"  {self.account}  {number} {commodity} {{{yuan(cost)} CNY}}"


@dataclass
class Voucher:
    """A transaction; its number is given at the end, in the order of dates."""

    date: dt.date
    narration: str
    legs: list
    meta: dict = field(default_factory=dict)
    reverses: object = None  # a Voucher, or the text of a number that does not exist
    series: str = ""
    payee: str | None = None
    number: str | None = None
    unnumbered: bool = False


@dataclass
class Pen:
    """Everything of a book that is to be written."""

    customs: list = field(default_factory=list)  # (date, kind, values, meta)
    vouchers: list = field(default_factory=list)
    households: list = field(default_factory=list)  # rows
    accounts: set = field(default_factory=set)
    files: dict = field(default_factory=dict)  # evidence: path -> bytes
    skips: float = 0.0  # chance of a gap before a voucher
    repeats: float = 0.0  # chance of a number used twice
    line_end: str = "\n"  # of the rolls
    members: list = field(default_factory=list)  # rows
    includes: list = field(default_factory=list)  # further files of Beancount text
    through: int | None = None  # days after the last voucher that the book speaks of

    def custom(self, date, directive, /, *values, **meta):
        self.customs.append((date, directive, values, {hyphened(k): v for k, v in meta.items() if v is not None}))

    def voucher(self, date, narration, *legs, **more):
        voucher = Voucher(date, narration, list(legs), **more)
        self.vouchers.append(voucher)
        return voucher


ROLL_COLUMNS = ["roll", "household", "person", "amount", "days", "quantity", "paid_on", "result", "note", "for",
                "account"]  # fmt: skip
MEMBER_COLUMNS = ["who", "household", "person", "from", "to", "reason"]
SHARE_COLUMNS = ["roll", "household", "holder", "shares", "note"]
HOUSEHOLD_COLUMNS = ["household", "date", "state", "village", "people", "monitor", "reported", "notice_from",
                     "notice_to", "helper_assigned", "plan_made"]  # fmt: skip


def number_vouchers(pen, rng):
    counters = {}
    pen.vouchers.sort(key=lambda voucher: voucher.date)
    for voucher in pen.vouchers:
        if voucher.unnumbered:
            continue
        key = (voucher.series, voucher.date.year)
        step = 0 if rng.random() < pen.repeats and plain_and_final(pen, voucher) else 1 + (rng.random() < pen.skips)
        counters[key] = max(counters.get(key, 0) + step, 1)
        prefix = f"{voucher.series}-" if voucher.series else ""
        voucher.number = f"{prefix}{voucher.date.year}-{counters[key]:06d}"


def plain_and_final(pen, voucher):
    """May a voucher share its number? Not with a roll (named after it), with a payee, nor when it is reversed (by number)."""
    return voucher.payee is None and not any(leg.lines for leg in voucher.legs) and not any(v.reverses is voucher for v in pen.vouchers)


def write(pen, folder, rng):
    """Write the whole book into a folder."""
    root = Path(folder)
    (root / "registry").mkdir(parents=True, exist_ok=True)
    number_vouchers(pen, rng)
    if pen.through is not None:
        last = max(voucher.date for voucher in pen.vouchers) + dt.timedelta(days=pen.through)
        pen.custom(last, "through", last)
    months, rolls = {}, {}
    for voucher in pen.vouchers:
        months.setdefault((voucher.date.year, voucher.date.month), []).append(voucher_text(pen, voucher, rolls))
    for (year, month), texts in months.items():
        place(root / f"{year}" / f"{month:02d}.beancount", "\n".join(texts))
    for (year, name), lines in rolls.items():
        place(root / "rolls" / str(year) / name, "".join(line + pen.line_end for line in lines))
    for path, content in pen.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    place(root / "registry" / "registry.beancount", "\n".join(custom_text(*c) for c in pen.customs if c[1] != "policy"))
    place(root / "policy.beancount", "\n".join(custom_text(*c) for c in pen.customs if c[1] == "policy"))
    rows = [",".join(str(row.get(c, "") or "") for c in HOUSEHOLD_COLUMNS) for row in pen.households]
    place(root / "registry" / "households.csv", "\n".join([",".join(HOUSEHOLD_COLUMNS), *rows]) + "\n")
    if pen.members:
        rows = [",".join(str(row[c]) for c in MEMBER_COLUMNS) for row in pen.members]
        place(root / "registry" / "members.csv", "\n".join([",".join(MEMBER_COLUMNS), *rows]) + "\n")
    opens = [f"2018-01-01 open {account}" for account in sorted(pen.accounts)]
    place(root / "registry" / "accounts.beancount", "\n".join(opens) + "\n")
    includes = ["policy.beancount", "registry/*.beancount", *pen.includes] + [
        f"{y}/*.beancount" for y in sorted({y for y, _ in months})
    ]
    head = 'option "title" "随机账簿"\noption "operating_currency" "CNY"\n'
    place(root / "main.beancount", head + "".join(f'include "{name}"\n' for name in includes))


def place(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def custom_text(date, kind, values, meta):
    head = f'{date} custom "{kind}" ' + " ".join(literal(value) for value in values)
    return "\n".join([head, *(f"  {key}: {literal(value)}" for key, value in meta.items())]) + "\n"


def voucher_text(pen, voucher, rolls):
    payee = f'"{voucher.payee}" ' if voucher.payee else ""
    lines = [f'{voucher.date} * {payee}"{voucher.narration}"']
    meta = dict(voucher.meta)
    if voucher.number:
        meta = {"voucher": voucher.number, **meta}
    if voucher.reverses is not None:
        meta["reverses"] = getattr(voucher.reverses, "number", voucher.reverses)
    lines += [f"  {hyphened(key)}: {literal(value)}" for key, value in meta.items() if value is not None]
    for index, leg in enumerate(voucher.legs, 1):
        pen.accounts.add(leg.account)
        lines.append(leg.text())
        extra = dict(leg.meta)
        if leg.lines is not None:
            extra.update(add_roll(voucher, leg, f"{voucher.number}-{index}", rolls))
        lines += [f"    {hyphened(key)}: {literal(value)}" for key, value in extra.items()]
    return "\n".join(lines) + "\n"


def hyphened(key):
    """A metadata key as the book writes it."""
    return key.replace("_", "-")


def add_roll(voucher, leg, roll, rolls):
    """Append a roll's lines to its month's file; returns the posting's metadata."""
    shares = leg.units is not None
    columns = SHARE_COLUMNS if shares else ROLL_COLUMNS
    rows = [",".join(str(cell({**row, "roll": roll}, c)) for c in columns) for row in leg.lines]
    digest = hashlib.sha256("".join(row + "\n" for row in rows).encode()).hexdigest()
    name = f"{voucher.date.month:02d}{'-shares' if shares else ''}.csv"
    file = rolls.setdefault((voucher.date.year, name), [",".join(columns)])
    if leg.damage == "edited":
        rows[0] = rows[0] + "改"
    if leg.damage != "missing":
        file += rows
    return {"roll": roll, "roll-sha256": digest if leg.damage != "digest" else "0" * 64}


def cell(row, column):
    value = row.get(column, "")
    if column == "amount":
        return yuan(value)
    return "" if value is None else value
