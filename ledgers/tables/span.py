"""How far a book goes: from its first voucher to the end of the last month with one, or a later day that it vouches for."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from beancount.core.data import Custom, Transaction


class Span(NamedTuple):
    """The first and the last day of which a book speaks."""

    first: date
    through: date


def span_of(entries: Iterable[Any]) -> Span:
    """From entries of any date. A book without vouchers goes from its first directive to the month of its last."""
    days, vouchers, said = [], [], []
    for entry in entries:
        days.append(entry.date)
        if isinstance(entry, Transaction):
            vouchers.append(entry.date)
        elif isinstance(entry, Custom) and entry.type == "through" and isinstance(entry.values[0].value, date):
            said.append(entry.values[0].value)
    known = vouchers or days or [date.min]
    return Span(min(known), max([_month_end(max(known)), *said]))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def said_of(as_of: date, span: Span) -> str:
    """Where the book ends, and what that means for a later day, in a sentence."""
    ends = f"账簿记到 {span.through} 为止"
    later = f"；截至 {as_of} 的判定假定此后没有发生任何事，{span.through.year} 年以后的年度不判"
    return ends + (later if as_of > span.through else "")
