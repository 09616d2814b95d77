"""Beancount text, written here and nowhere else: values, metadata, directives, transactions; and the lines of rolls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledgers.money import exact, yuan

PAY_COLUMNS = ("roll", "household", "person", "amount", "days", "quantity", "paid_on", "result", "note", "for", "account")
SHARE_COLUMNS = ("roll", "household", "holder", "shares", "note")
Meta = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Yuan:
    """Money as a value of a directive or of metadata, in 分."""

    fen: int


def value_text(given: Any) -> str:
    """A value of a directive or of metadata: text in quotes on one line, money with its currency, numbers in full."""
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    if isinstance(given, Yuan):
        return f"{yuan(given.fen)} CNY"
    if isinstance(given, Fraction):
        given = Decimal(given.numerator) / Decimal(given.denominator)
    if isinstance(given, Decimal):
        return exact(given)
    if isinstance(given, int | date):
        return str(given)
    escaped = str(given).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def metadata_text(meta: Meta, indent: str = "  ") -> str:
    """Lines of metadata, each ended by a line end; None is left out."""
    return "".join(f"{indent}{key}: {value_text(given)}\n" for key, given in meta if given is not None)


def directive_text(day: date, type: str, values: Iterable[Any], meta: Meta = ()) -> str:
    """A `custom` directive with its metadata, ended by a line end."""
    return " ".join([f'{day} custom "{type}"', *map(value_text, values)]) + "\n" + metadata_text(meta)


def transaction_text(day: date, flag: str, payee: str, narration: str, meta: Meta, postings: Iterable[str]) -> str:
    """A transaction with its metadata and postings (as `posting_text` writes them)."""
    return f"{day} {flag} {value_text(payee)} {value_text(narration)}\n" + metadata_text(meta) + "".join(postings)


def posting_text(account: str, amount: str, meta: Meta = ()) -> str:
    """A posting and its metadata; the amount as `money_text` or `units_text` writes it."""
    return f"  {account}  {amount}\n" + metadata_text(meta, "    ")


def money_text(fen: int) -> str:
    """分 as an amount: 5990000 -> 59900.00 CNY."""
    return f"{yuan(fen)} CNY"


def units_text(number: Decimal, commodity: str, cost: Decimal) -> str:
    """Units of a commodity at a cost in yuan for each."""
    each = f"{cost:.2f}" if cost == cost.quantize(Decimal("0.01")) else exact(cost)
    return f"{exact(number)} {commodity} {{{each} CNY}}"


def roll_line(header: Sequence[str], cells: Mapping[str, str]) -> str:
    """A line of a roll in the columns of its file, without its line end; what it does not know is empty."""
    return ",".join(_cell(cells.get(name, "")) for name in header)


def _cell(text: str) -> str:
    text = text.replace("\n", " ").replace("\r", " ")
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
