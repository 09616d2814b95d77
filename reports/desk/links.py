"""Where a number leads: to our pages, to the journal with time and filter, to the line of the book."""

from typing import Any

from fava.application import url_for
from flask import has_request_context, request

# Fava carries these along; on our pages they mean nothing. None takes a parameter out of the address.
UNUSED: dict[str, Any] = dict.fromkeys(("account", "filter", "conversion", "interval"))


def to(page: str, **values: Any) -> str:
    """One of our pages; the as-of day and the unit of money stay."""
    given = {key: str(value) for key, value in values.items() if value not in (None, "")}
    kept = {"money": request.args["money"]} if has_request_context() and request.args.get("money") == "yuan" else {}
    return url_for("extension_report", extension_name="Desk", page=page, **{**kept, **UNUSED, **given})


def voucher(number: str) -> str:
    return to("voucher", id=number)


def line(file: str, number: int) -> str:
    """A line of the book; of a roll, the roll with that line."""
    return to("roll" if file.startswith("rolls/") else "source", file=file, line=number)


def entries(what: str, **values: Any) -> str:
    """The postings that a figure adds up."""
    return to("entries", what=what, **values)


def style() -> str:
    """Our style sheet (Fava's url_for cannot name an endpoint below an extension)."""
    return url_for("extension_report", extension_name="Desk").partition("?")[0] + "desk.css"
