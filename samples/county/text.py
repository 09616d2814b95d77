"""Directives, vouchers and roll lines of the county as the text of a book."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from ledgers.files.text import directive_text, money_text, posting_text, roll_line, transaction_text, units_text
from ledgers.money import exact, yuan
from ledgers.people import Identities
from ledgers.tables.rolls import digest
from samples.county.model import KEY, Directive, Household, Leg, Line, ShareLine, Voucher

_IDENTITIES = Identities(KEY)


def directive(one: Directive) -> str:
    """A `custom` directive as text."""
    return directive_text(one.day, one.type, one.values, one.meta.items())


def voucher_text(
    voucher: Voucher, evidence: dict[str, str], lines_of: Callable[[Leg, str], list[str]], inline: bool = False
) -> str:
    """A transaction; `lines_of` makes the lines of a posting's roll; with `inline`, a pay list's lines are postings."""
    meta = {"voucher": voucher.number, **({"reverses": voucher.reverses.number} if voucher.reverses else {})}
    if pays_quota(voucher):
        meta["payment-no"] = payment_number(voucher)
    postings = list(_postings(voucher, lines_of, inline))
    said = _known(meta | voucher.meta | evidence)
    return transaction_text(voucher.day, "*", voucher.payee, narration(voucher), said, postings)


def _postings(voucher: Voucher, lines_of: Callable[[Leg, str], list[str]], inline: bool) -> Iterator[str]:
    rolls = 0
    for leg in voucher.legs:
        if leg.roll and inline and leg.account.startswith("Expenses:"):  # no posting elsewhere is somebody's payment
            yield from _inline(leg)
            continue
        meta = dict(_known(leg.meta))
        if leg.roll is not None or leg.register is not None:
            rolls += 1
            roll = f"{voucher.number}-{rolls}"
            meta |= {"roll": roll, "roll-sha256": digest(lines_of(leg, roll))}
        yield posting_text(leg.account, _amount(leg), meta.items())


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
        return units_text(Decimal(count), commodity, Decimal(cost).scaleb(-2))
    return money_text(leg.amount or 0)


def _inline(leg: Leg) -> Iterator[str]:
    """A leg with a pay list as one posting for each of its lines."""
    for line in leg.roll or ():
        own = {"household": line.household, "person": line.person, "days": line.days, "quantity": line.quantity, "for": line.for_}
        yield posting_text(leg.account, money_text(line.amount), _known(leg.meta | own))


def _known(meta: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, given) for key, given in meta.items() if given not in (None, "")]


def roll_lines(leg: Leg, roll: str, columns: Sequence[str]) -> list[str]:
    """The lines of a posting's roll in the columns of its month's file."""
    return [roll_line(columns, {"roll": roll, **_cells(line)}) for line in leg.roll or leg.register or ()]


def _cells(line: Line | ShareLine) -> dict[str, str]:
    cells = {one.name.rstrip("_"): _cell(getattr(line, one.name)) for one in fields(line)}
    if isinstance(line, Line):
        cells |= {"amount": yuan(line.amount), "account": token_of(line.account) if line.account else ""}
    return cells


def token_of(account: str) -> str:
    """What a book has for the number of an account."""
    return _IDENTITIES.account(account)


def _cell(given: Any) -> str:
    return exact(given) if isinstance(given, Decimal) else "" if given is None else str(given)


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
