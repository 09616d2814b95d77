"""Invented names that nobody could take for real ones, and generated ID numbers with their check digits."""

import datetime as dt

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
NUMERALS = "一二三四五六七八九十"
LANDSCAPE = "禾岭溪坪泉湾桥坝源峰"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def village_name(index: int) -> str:
    """One of a hundred: 甲禾村, 乙禾村 …"""
    return f"{STEMS[index % 10]}{LANDSCAPE[index // 10 % 10]}村"


def person_name(index: int) -> str:
    """One of twelve hundred: 甲子一, 乙子一 …"""
    return STEMS[index % 10] + BRANCHES[index // 10 % 12] + NUMERALS[index // 120 % 10]


def id_number(serial: int, grown: bool) -> str:
    """An 18-digit number that passes the check and belongs to nobody in particular; another for each serial < 15000."""
    first, days = (dt.date(1950, 1, 1), 18000) if grown else (dt.date(2004, 1, 1), 5003)
    birth = first + dt.timedelta(days=serial * 7919 % days)
    digits = f"500241{birth:%Y%m%d}{serial * 37 % 1000:03d}"
    return with_check_digit(digits)


def with_check_digit(digits: str) -> str:
    """The ID number that begins with these seventeen digits."""
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
