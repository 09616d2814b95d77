"""ID numbers for tests: computed, nobody's."""

from ledgers.people import _check_digit


def id_number(number: int) -> str:
    body = f"500101{1950 + number % 50}0{1 + number % 9}1{number % 10}{number % 1000:03d}"
    return body + _check_digit(body)
