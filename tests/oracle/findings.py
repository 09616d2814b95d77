"""What a judgement of the oracle looks like, and how its numbers are written."""

import datetime as dt
from fractions import Fraction

from .law import holds

RANK = ["fail", "undetermined", "pending", "pass", "na"]


def finding(rule, kind, subject, status, **more):
    """A finding; numbers are 分 for unit CNY, else as they are; they become strings in `written`."""
    result = {"rule": rule, "kind": kind, "subject": subject, "part": None, "period": None, "status": status}
    result.update(numerator=None, denominator=None, value=None, shortfall=None, required=None, unit="CNY")
    result.update(more)
    if result["period"] is not None:
        result["period"] = str(result["period"])
    return result


def worst(statuses):
    """The status of one finding that has several conditions."""
    return min(statuses, key=RANK.index, default="pass")


def verdict(ok, still_open=False):
    return "pass" if ok else "pending" if still_open else "fail"


def half_up_fen(number):
    """What is owed, rounded to the 分."""
    return (2 * Fraction(number) + 1) // 2


def ceiling(number):
    return -(-Fraction(number) // 1)


def ratio(rule, kind, subject, num, den, parameter, still_open=False, missing="undetermined", **more):
    """A ratio of two amounts of 分 against one parameter: na before `missing` (without it) before the comparison."""
    if den == 0:
        return finding(rule, kind, subject, "na", numerator=num, denominator=den, **more)
    numbers = {"numerator": num, "denominator": den, "value": Fraction(num) / Fraction(den)}
    if parameter is None:
        return finding(rule, kind, subject, missing, **numbers, **more)
    required = den * parameter["value"]
    ok = holds(num, parameter["op"], required)
    if not ok and more.get("unit") != "count":
        gap = num - required if parameter["op"] == "<=" else required - num
        numbers["shortfall"] = ceiling(gap) + (1 if parameter["op"] == ">" and gap == ceiling(gap) else 0)
    whole = required // 1 if parameter["op"] == "<=" else ceiling(required)  # the 分 that just pass
    return finding(rule, kind, subject, verdict(ok, still_open), required=whole, **numbers, **more)


def tilt(rule, kind, subject, money, favoured, households, parameter, missing="undetermined", **more):
    """A tilt: favoured share of money (favoured, all) over favoured share of households.

    `money` is None where a roll cannot be trusted; what makes the tilt na whatever the roll says comes first.
    """
    more["unit"] = "tilt"
    if favoured == 0 or favoured == households or (money and money[1] == 0):
        return finding(rule, kind, subject, "na", **more)
    if parameter is None and missing == "na":
        return finding(rule, kind, subject, "na", **more)
    if households is None or money is None or households < favoured:  # a number that cannot be is not known
        return finding(rule, kind, subject, "undetermined", **more)
    left, right = Fraction(money[0], 1) / money[1], Fraction(favoured, households)
    numbers = {"numerator": left, "denominator": right, "value": left / right}
    if parameter is None:
        return finding(rule, kind, subject, "undetermined", **numbers, **more)
    ok = holds(left / right, parameter["op"], parameter["value"])
    return finding(rule, kind, subject, verdict(ok), **numbers, **more)


def year_open(book, year):
    """Is a year not over yet on the as-of date? 31 December itself is over."""
    return book.as_of < dt.date(year, 12, 31)


def year_day(book, year):
    """The day that selects the parameter and the households of a year."""
    return min(dt.date(year, 12, 31), book.as_of)


# --- writing --------------------------------------------------------------------------------------------------------


def half_up(number, places):
    """A fraction as a decimal string of so many places, rounded half up (away from zero)."""
    scaled = abs(Fraction(number)) * 10**places
    whole = int(scaled + Fraction(1, 2))
    digits = str(whole).rjust(places + 1, "0")
    text = digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"
    return f"-{text}" if number < 0 and whole else text


def stripped(number):
    text = half_up(number, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(found):
    """The finding with every number as a decimal string."""
    result = dict(found)
    for key in ("numerator", "denominator"):
        if found[key] is not None:
            result[key] = half_up(Fraction(found[key]) / 100, 2) if found["unit"] == "CNY" else stripped(found[key])
    if found["value"] is not None:
        result["value"] = stripped(found["value"])
    for key in ("shortfall", "required"):
        if found[key] is not None:
            result[key] = half_up(Fraction(found[key]) / 100, 2) if found["unit"] == "CNY" else stripped(found[key])
    return result
