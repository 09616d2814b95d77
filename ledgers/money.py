"""Money as integers of 分, and exact numbers as an official reads them."""

from decimal import Decimal
from fractions import Fraction

FEN_MAX = 10**17  # larger than any county's money, and well inside int64


def fen(value: Decimal | int | str) -> int:
    """Yuan to 分, exactly; ValueError when the value is no whole number of 分 or beyond all reason."""
    try:
        scaled = Decimal(value) * 100
    except ArithmeticError:
        raise ValueError(f"不是金额：{value}") from None
    if not scaled.is_finite() or abs(scaled) > FEN_MAX:
        raise ValueError(f"不是合理的金额：{value}")
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"金额不足一分的部分无法记账：{value}")
    return whole


def yuan(amount: int) -> str:
    """分 to a plain decimal string of yuan with two places: 5990000 -> "59900.00"."""
    sign, rest = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def exact(number: Decimal) -> str:
    """The shortest decimal that is exactly the number, without exponent: 1.50 -> "1.5", -0.00 -> "0"."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text != "-0" else "0"


def yuan_cn(amount: int) -> str:
    """分 to yuan as a person reads it: 5990000 -> "59,900.00"."""
    sign, rest = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{rest // 100:,}.{rest % 100:02d}"


def ceil_fen(amount: Fraction) -> int:
    """The smallest whole number of 分 that is not below the amount."""
    return -((-amount.numerator) // amount.denominator)


def half_up(amount: Fraction) -> int:
    """A sum owed, in 分 as it is paid: rounded half up (away from zero)."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return -whole if amount < 0 else whole


def decimal(value: Fraction, places: int = 6) -> str:
    """An exact number rounded half up to `places`, without trailing zeros: 105/2 -> "52.5"."""
    above, below = abs(value.numerator) * 10**places, value.denominator
    whole = (2 * above + below) // (2 * below)
    text = f"{whole // 10**places}.{whole % 10**places:0{places}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and whole else text


def percent(value: Fraction, up: bool = False) -> str:
    """A ratio as a person reads it, cut after two places so that a miss never reads like a hit: 0.14975 -> "14.97%".

    `up` is for what must not be exceeded: there the rest counts.
    """
    return f"{decimal(cut(value, up) * 100, 2)}%"


def cut(value: Fraction, up: bool = False) -> Fraction:
    """A ratio as far as a percentage shows it: down to the hundredth of a percent, `up` where it must not be exceeded."""
    scaled = value * 10**4
    return Fraction(-(-scaled // 1) if up else scaled // 1, 10**4)
