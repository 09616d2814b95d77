"""Which values a register can have at all: a slip of the pen is named, and not judged as if it were meant."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from ledgers.money import yuan_cn
from ledgers.tables.directives import DIRECTIVES, Key

_MOST = 10**13  # 分: more than any county is given
_HOUSEHOLDS = (0, 20_000)  # of a village
_YEARS_APART = 2  # of a batch of money and its first directive
_NOTICE_DAYS = 3660  # an announcement that is longer is a slip of the year
_FIRST, _LAST = dt.date(1949, 10, 1), dt.date(2100, 12, 31)
# (kind, column) -> the least and the most that it can be; amounts of money are never negative.
_RANGES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("fund", "labour_share"): (0, 1),
    ("project", "quantity"): (0, 10**9),
    ("village", "households"): _HOUSEHOLDS,
    ("equity", "dividend_rate"): (0, 1),
    ("equity", "years"): (0, 100),
    ("equity", "base_households"): _HOUSEHOLDS,
    ("benefit", "standard"): (0, 10**6),
}
_SCORE = (0, 100)
_LONGEST, _LARGEST = 36_600, 10**12
_STATE = "state"  # several on one day: that is how a small project goes


def out_of_range(kind: str, key: Key, value: Any, first: dt.date) -> str:
    """Why a value of a directive cannot be, "" where it can; `first` is the day when its subject was first registered."""
    least: Any
    most: Any
    if kind == "fund" and key.column == "year":
        least, most = first.year - _YEARS_APART, first.year + _YEARS_APART
    elif key.type == "money":
        if value is None or 0 <= value <= _MOST:
            return ""
        return f"{key.name} 不能是 {yuan_cn(value)} 元：应为 0 至 {yuan_cn(_MOST)} 元"
    elif key.type == "date":
        least, most = _FIRST, _LAST
    elif kind == "project" and key.column == "score":
        least, most = _SCORE
        try:
            value = Decimal(value)
        except InvalidOperation:  # a grade in words
            return ""
    elif (kind, key.column) in _RANGES:
        least, most = _RANGES[kind, key.column]
    else:
        return ""
    return "" if value is None or least <= value <= most else f"{key.name} 不能是 {value}：应为 {least} 至 {most}"


def policy_out_of_range(name: str, value: Any) -> str:
    """Why the value of a parameter cannot be, "" where it can: a century of days or months is a slip of the pen."""
    counted = name.endswith(("-days", "-months")) or "-days-" in name
    least, most = (0, _LONGEST) if counted else (-1, _LARGEST)  # a share may fall
    return "" if value is None or least <= value <= most else f"值不能是 {value}：应为 {least} 至 {most}"


def out_of_order(kind: str, row: dict[str, Any]) -> Iterator[str]:
    """Dates of one directive that cannot follow each other so."""
    if kind == "notice" and row.get("from_") and row.get("to"):
        days = (row["to"] - row["from_"]).days
        if days < 0:
            yield f"公示的起止日期颠倒：从 {row['from_']} 到 {row['to']}"
        elif days > _NOTICE_DAYS:
            yield f"公示从 {row['from_']} 到 {row['to']}，长达 {days + 1} 天，日期可能有误"


def disagreeing(kind: str, row: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[str]:
    """Values that other directives of the same day on the same subject give otherwise, whatever file they stand in."""
    for other in others:
        for key in DIRECTIVES[kind].columns[1:]:
            column = key.column
            if column != _STATE and column in row and column in other and row[column] != other[column]:
                place = f"{other['file']}:{other['line']}"
                yield f"{key.name} 与 {place} 同一天的登记不一致：这里是“{row[column]}”，那里是“{other[column]}”"
