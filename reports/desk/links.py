"""Where a number leads: to our pages, to the journal with time and filter, to the line of the book."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from fava.application import url_for

_PLAIN = re.compile(r"[A-Za-z0-9-]+")
NOTHING = {"account": "", "filter": ""}  # a filter of the reader's would hide what the number is made of


def to(page: str, **values: Any) -> str:
    """One of our pages; the time filter stays."""
    given = {key: str(value) for key, value in values.items() if value not in (None, "")}
    return url_for("extension_report", extension_name="Desk", page=page, **given)


def journal(time: str, filter: str) -> str:
    return url_for("report", report_name="journal", **(NOTHING | {"time": time, "filter": filter}))


def _exactly(key: str, value: str) -> str:
    """A filter for a transaction or a posting that carries the key."""
    pattern = value if _PLAIN.fullmatch(value) else re.escape(value)
    return f'{key}:"^{pattern}$", any({key}:"^{pattern}$")'


def voucher(day: date, number: str) -> str:
    """The journal, with this voucher alone."""
    return journal(day.isoformat(), _exactly("voucher", number))


def vouchers(key: str, name: str, days: Iterable[date]) -> str:
    """The journal from the first to the last of the days, with what carries the key."""
    found = sorted(days)
    time = f"{found[0]:%Y-%m} - {found[-1]:%Y-%m}" if found else ""
    return journal(time, _exactly(key, name))


def line(file: str, number: int) -> str:
    return to("source", file=file, line=number)


def style() -> str:
    """Our style sheet (Fava's url_for cannot name an endpoint below an extension)."""
    return url_for("extension_report", extension_name="Desk").partition("?")[0] + "desk.css"
