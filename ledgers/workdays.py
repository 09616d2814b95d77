"""Working days by the official calendar, and deadlines of days or working days."""

from datetime import date, timedelta
from functools import cache

from chinese_calendar import is_workday

from ledgers.policy import Applied

WORKING_DAY = "工作日"


class UnknownYearError(Exception):
    """The holidays of a year are not published yet: what counts working days there is not known."""


@cache
def working_day(start: date, count: int) -> date:
    """The day on which the count of working days after `start` ends. UnknownYearError where the calendar ends before."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= _works(day)
    return day


@cache  # the library looks through all the years that it knows, every time
def _works(day: date) -> bool:
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        raise UnknownYearError(f"节假日历还没有 {day.year} 年的安排") from None


def last_day(start: date, limit: Applied) -> date:
    """The last day of a deadline that runs from `start`: working days where the parameter says so, else days.

    UnknownYearError as above.
    """
    days = int(limit.value)
    return working_day(start, days) if limit.parameter.unit == WORKING_DAY else start + timedelta(days=days)
