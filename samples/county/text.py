"""Directives, vouchers and roll lines of the county as the text of a book."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledgers.money import yuan
from samples.county.model import Directive, Household, Leg, Line, Money, ShareLine, Voucher

PAY_COLUMNS = ("roll", "household", "person", "amount", "days", "quantity", "paid_on", "result", "note")
SHARE_COLUMNS = ("roll", "household", "holder", "shares", "note")


def directive(one: Directive) -> str:
    """A `custom` directive as text."""
    head = " ".join([f"{one.day}", f'custom "{one.type}"', *(value(v) for v in one.values)])
    return "".join([head + "\n", *(f"  {key}: {value(v)}\n" for key, v in one.meta.items())])


def value(given: Any) -> str:
    """A value of a directive or of metadata as Beancount writes it."""
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    if isinstance(given, Money):
        return f"{yuan(given)} CNY"
    if isinstance(given, Fraction):
        return str(Decimal(given.numerator) / Decimal(given.denominator))
    if isinstance(given, int | Decimal | dt.date):
        return str(given)
    return f'"{given}"'


def voucher_text(
    voucher: Voucher, evidence: dict[str, str], lines_of: Callable[[Leg, str], list[str]], inline: bool = False
) -> str:
    """A transaction; `lines_of` makes the lines of a posting's roll; with `inline`, a pay list's lines are postings."""
    meta = {"voucher": voucher.number, **({"reverses": voucher.reverses.number} if voucher.reverses else {})}
    if pays_quota(voucher):
        meta["payment-no"] = payment_number(voucher)
    lines = [f'{voucher.day} * "{voucher.payee}" "{narration(voucher)}"']
    lines += _metadata(meta | voucher.meta | evidence, "  ")
    rolls = 0
    for leg in voucher.legs:
        if leg.roll and inline:
            lines += _inline(leg)
            continue
        lines.append(f"  {leg.account}  {_amount(leg)}")
        lines += _metadata(leg.meta, "    ")
        if leg.roll is not None or leg.register is not None:
            rolls += 1
            roll = f"{voucher.number}-{rolls}"
            lines += _metadata({"roll": roll, "roll-sha256": digest(lines_of(leg, roll))}, "    ")
    return "".join(f"{line}\n" for line in lines)


def pays_quota(voucher: Voucher) -> bool:
    """Whether allocated quota is paid out, or comes back: what the treasury gives a number of payment."""
    accounts = [leg.account for leg in voucher.legs]
    allocated = any(name.startswith("Assets:9001") and name.endswith(":1已分配") for name in accounts)
    return allocated and not all(name.startswith("Assets:9001") for name in accounts)


def payment_number(voucher: Voucher) -> str:
    """The treasury's number of a payment; what comes back bears the number of what it comes back from."""
    return "ZF" + "".join(filter(str.isdigit, (voucher.reverses or voucher).number))


def narration(voucher: Voucher) -> str:
    return f"冲销 {voucher.reverses.number}：{voucher.narration}" if voucher.reverses else voucher.narration


def _amount(leg: Leg) -> str:
    if leg.units:
        count, commodity, cost = leg.units
        return f"{count} {commodity} {{{yuan(cost)} CNY}}"
    return f"{yuan(leg.amount or 0)} CNY"


def _inline(leg: Leg) -> Iterator[str]:
    """A leg with a pay list as one posting for each of its lines."""
    for line in leg.roll or ():
        yield f"  {leg.account}  {yuan(line.amount)} CNY"
        own = {"household": line.household, "person": line.person, "days": line.days, "quantity": line.quantity}
        yield from _metadata(leg.meta | own, "    ")


def _metadata(meta: dict[str, Any], indent: str) -> Iterator[str]:
    return (f"{indent}{key}: {value(given)}" for key, given in meta.items() if given not in (None, ""))


def roll_lines(leg: Leg, roll: str, columns: Sequence[str]) -> list[str]:
    """The lines of a posting's roll in the columns of its month's file."""
    return [",".join(_cell(line, roll, name) for name in columns) for line in leg.roll or leg.register or ()]


def _cell(line: Line | ShareLine, roll: str, column: str) -> str:
    given = roll if column == "roll" else getattr(line, column, None)
    if column == "amount":
        return yuan(int(str(given)))
    if isinstance(given, Decimal):
        return f"{given.normalize():f}"
    return "" if given is None else str(given)


def digest(lines: Iterable[str]) -> str:
    """The `roll-sha256` of a roll's lines, each ended by one LF."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def household_rows(household: Household) -> Iterator[str]:
    """The rows of households.csv that a household's states are."""
    for state in household.states:
        cells = (
            household.id,
            state.day,
            state.state,
            household.village.id,
            state.people,
            state.monitor,
            state.reported,
            *(state.notice or (None, None)),
            state.helper,
            state.plan,
        )
        yield ",".join("" if cell is None else str(cell) for cell in cells)
