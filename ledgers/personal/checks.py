"""Whether digits are an ID number, a card, a telephone."""

import re
from functools import lru_cache
from operator import mul

# First two digits of an area code (GB/T 2260).
PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
SERIALS_FROM = 2014  # a number with a later birthday and a wrong check digit is a serial with a date in it
_FIXED = re.compile(r"0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}")
# Cards that do not begin with 62: first digits of those that banks of the country issued.
_ISSUED = (
    *("9558", "9559", "601382", "603", "4367", "4563", "4392", "4682", "4581", "4512", "4033", "4895", "4340", "4270"),
    *("5187", "5240", "5218", "5287", "5309", "5149", "5124", "5482", "5520", "5451", "3568", "3562", "3569", "6858"),
    *("6907", "966666", "84301", "84390", "9400", "9896", "9843", "69075", "888"),
)


def is_identity(number: str) -> bool:
    """Whether 15 or 18 characters have an area and a birthday where an ID number has them; check digit aside."""
    if number[:2] not in PROVINCES or not number[:-1].isdigit():
        return False
    if not ("01" <= number[2:4] <= "59" or number[2:4] == "90") or number[4:6] == "00":
        return False
    birthday = number[6:14] if len(number) == 18 else "19" + number[6:12]
    return "1900" <= birthday[:4] <= "2035" and "01" <= birthday[4:6] <= "12" and "01" <= birthday[6:] <= "31"


def checked(number: str) -> bool:
    """Whether 18 characters that look like an ID number have the right check digit."""
    return len(number) == 18 and is_identity(number) and check_digit(number) == number[17]


def check_digit(number: str) -> str:
    """The last character that the first 17 digits of an ID number ask for."""
    return CHECK_DIGITS[sum(map(mul, WEIGHTS, map(int, number[:17]))) % 11]


def mistyped(number: str) -> bool:
    """Whether 18 characters are an ID number with a wrong check digit rather than a serial with a date in it."""
    return len(number) == 18 and is_identity(number) and 1915 <= int(number[6:10]) < SERIALS_FROM


def is_disability(number: str) -> bool:
    """Whether 20 digits are a disability certificate: an ID number, the kind (1 to 7) and the degree (1 to 4)."""
    return (
        len(number) == 20
        and number[18] in "1234567"
        and number[19] in "1234"
        and (checked(number[:18]) or mistyped(number[:18]))
    )


def is_mobile(digits: str) -> bool:
    """Whether 11 digits are a mobile telephone; a round amount is none."""
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789" and not digits.endswith("00000")


def is_landline(digits: str) -> bool:
    """Whether digits are area code and number of a fixed telephone."""
    return bool(_FIXED.fullmatch(digits))


@lru_cache(maxsize=100_000)
def luhn(digits: str) -> bool:
    """The check digit of bank cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether 16 to 19 digits are a card beyond doubt: UnionPay or another issuer, with the right check digit."""
    return 16 <= len(digits) <= 19 and digits.isdecimal() and digits.startswith(("62", *_ISSUED)) and luhn(digits)


def may_be_card(digits: str) -> bool:
    """Whether 16 to 19 digits are likely a card: UnionPay whatever the check digit, others of 16 or 19 with it.

    No id of a state system (area, then zeros), and none that begins with a year.
    """
    if not 16 <= len(digits) <= 19 or (digits[:2] in PROVINCES and digits[2:6] == "0000"):
        return False
    return (
        digits.startswith("62") or is_card(digits) or (len(digits) in (16, 19) and digits[0] in "45" and luhn(digits))
    )
