"""Days and periods as the texts of a book give them: a time of day is cut off, anything else that is no date refused."""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

_DAY = r"(\d{4}-\d\d-\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?"
_ONE_DAY = re.compile(_DAY, re.ASCII)
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


@cache
def day(text: str) -> date:
    """`2022-06-05`, also with a time of day behind it; ValueError for anything else."""
    match = _ONE_DAY.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    return date.fromisoformat(match.group(1))


@cache
def period(text: str) -> str:
    """What a payment is for, in one way of writing: `2022`, `2022-06` or `2022-06..2022-08`; ValueError otherwise.

    A day stands for its month, and a range of one month is that month. No book speaks of years before 1949 or after 2100.
    """
    found = _one_way(text)
    if not all(1949 <= int(part[:4]) <= 2100 for part in found.split("..")):
        raise ValueError(text)
    return found


def _one_way(text: str) -> str:
    first, dots, last = text.strip().partition("..")
    if dots:
        first, last = _month(first), _month(last)
        if first > last:
            raise ValueError(text)
        return first if first == last else f"{first}..{last}"
    return first if _YEAR.fullmatch(first) else _month(first)


def _month(text: str) -> str:
    text = text.strip()
    return text if _MONTH.fullmatch(text) else f"{day(text):%Y-%m}"


@cache
def months(period: str) -> tuple[int, int]:
    """First and last month of a period that was read, both as year × 12 + month (1 to 12)."""
    first, _, last = period.partition("..")
    if _YEAR.fullmatch(first):
        return int(first) * 12 + 1, int(first) * 12 + 12
    start, end = (int(text[:4]) * 12 + int(text[5:]) for text in (first, last or first))
    return start, end


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February is the last day of February there."""
    last_of_february = date(year, 3, 1) - timedelta(1)
    return last_of_february if (day.month, day.day) == (2, 29) else day.replace(year=year)


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
