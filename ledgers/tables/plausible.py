"""Which values a register can have at all: a slip of the pen is named, and not judged as if it were meant."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import chain, takewhile
from typing import Any

from beancount.core.data import Transaction

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
    ("stocktake", "counted"): (0, 10**9),
}
_SCORE = (0, 100)
LONGEST = 36_600  # days, months
_LARGEST = 10**12
# Parameters that are parts of a whole: 15 stands where 0.15 is meant.
_SHARES = frozenset(
    """
    labour-share labour-share-work-relief industry-share industry-share-municipal management-fee equity-quantified
    equity-collective equity-farmers equity-leader premium-subsidy prepayment before-acceptance caretaker-priority
    income-use asset-yield retention
    """.split()  # noqa: SIM905  read by people
)
_CHANGES = frozenset({"industry-rising"})  # of a share: it may fall
_MORE = ("evidence", "evidence_sha256", "reason", "text", "note", "url", "digest")  # one may have several
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
        if not value.is_finite():
            return f"{key.name} 不能是 {value}：应为 {least} 至 {most}"
    elif (kind, key.column) in _RANGES:
        least, most = _RANGES[kind, key.column]
    else:
        return ""
    return "" if value is None or least <= value <= most else f"{key.name} 不能是 {value}：应为 {least} 至 {most}"


def day_out_of_range(day: dt.date) -> str:
    """Why nothing of a book can be dated so, "" where it can."""
    return "" if _FIRST <= day <= _LAST else f"日期不能是 {day}：应为 {_FIRST} 至 {_LAST}"


def misdated(entries: Sequence[Any]) -> Iterator[tuple[Transaction, str]]:
    """Vouchers that cannot be dated so, and why; `entries` in the order of their days."""
    early = takewhile(lambda entry: entry.date < _FIRST, entries)
    late = takewhile(lambda entry: entry.date > _LAST, reversed(entries))
    for entry in chain(early, late):
        if isinstance(entry, Transaction):
            yield entry, day_out_of_range(entry.date)


def policy_out_of_range(name: str, value: Any) -> str:
    """Why the value of a parameter cannot be, "" where it can: a century of days or months is a slip of the pen."""
    counted = name.endswith(("-days", "-months")) or "-days-" in name
    if counted and value is not None and value % 1:
        return f"值不能是 {value}：应为整数"
    least, most = (0, LONGEST) if counted else (0, 1) if name in _SHARES else (0, _LARGEST)
    if name in _CHANGES:
        least, most = -1, 1
    hint = "（比例写成小数，如 15% 写 0.15）" if name in _SHARES else ""
    return "" if value is None or least <= value <= most else f"值不能是 {value}：应为 {least} 至 {most}{hint}"


def out_of_order(kind: str, row: dict[str, Any]) -> Iterator[str]:
    """Dates of one directive that cannot follow each other so."""
    if kind == "notice" and row.get("from_") and row.get("to"):
        days = (row["to"] - row["from_"]).days
        if days < 0:
            yield f"公示的起止日期颠倒：从 {row['from_']} 到 {row['to']}"
        elif days > _NOTICE_DAYS:
            yield f"公示从 {row['from_']} 到 {row['to']}，长达 {days + 1} 天，日期可能有误"
    if kind == "asset" and row.get("from_") and row.get("to") and row["to"] < row["from_"]:
        yield f"合同的起止日期颠倒：从 {row['from_']} 到 {row['to']}"
    if kind in ("waiver", "waiver-request") and row.get("until") and row["until"] < row["date"]:
        yield f"期限 {row['until']} 早于登记日 {row['date']}"


def disagreeing(kind: str, row: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[str]:
    """Values that other directives of the same day on the same subject give otherwise, whatever file they stand in."""
    for other in others:
        for key in DIRECTIVES[kind].columns[1:]:
            column = key.column
            if column not in (_STATE, *_MORE) and column in row and column in other and row[column] != other[column]:
                place, here, there = f"{other['file']}:{other['line']}", _shown(key, row), _shown(key, other)
                yield f"{key.name} 与 {place} 同一天的登记不一致：这里是“{here}”，那里是“{there}”"


def _shown(key: Key, row: dict[str, Any]) -> str:
    """A value as the book would write it."""
    value = row[key.column]
    if key.type == "money":
        return f"{yuan_cn(value)} 元"
    return "、".join(value) if key.type == "list" else str(value)
