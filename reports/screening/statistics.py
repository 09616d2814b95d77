"""Patterns in numbers, as pure functions of arrays: what a screening counts, and from where on it is worth a look.

Amounts are whole 分 in int64 arrays. Nothing here knows a book, and nothing here is a verdict. Sources: M. Nigrini,
Benford's Law (2012), for first digits and the bands of the mean absolute deviation; B. Iglewicz and D. Hoaglin, How to
Detect and Handle Outliers (1993), for the modified z-score; the US merger guidelines of 2010 for concentration.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_DIGITS = 500  # below that many amounts the distribution of digits says nothing
BENFORD: Floats = np.log10(1 + 1 / np.arange(1, 10))
BANDS = ((0.006, "吻合"), (0.012, "可以接受"), (0.015, "勉强可以接受"), (math.inf, "不吻合"))  # Nigrini, first digit
RARE = 0.001  # the chance below which a count is worth a look
OUTLYING = 4.5  # modified z-score from which a value stands out; 3.5 is usual for one value, here it is asked of many
CONCENTRATED = 2500  # HHI of a highly concentrated market
_POWERS: Array = 10 ** np.arange(18)
_CHI_99 = {8: 20.09, 98: 133.48}  # 99th percentile of chi-square by degrees of freedom


def first_digits(amounts: Array) -> Array:
    """How many positive amounts begin with 1, 2, … 9."""
    positive = amounts[amounts > 0]
    return np.bincount(positive // _magnitude(positive), minlength=10)[1:10]


def _magnitude(positive: Array) -> Array:
    """The power of ten of each amount's first digit, exactly: logarithms round 999… up."""
    powers: Array = _POWERS[np.searchsorted(_POWERS, positive, side="right") - 1]
    return powers


def deviation(counts: Array) -> float:
    """Mean absolute deviation of the shares of first digits from Benford's law."""
    return float(np.abs(counts / counts.sum() - BENFORD).mean())


def band(value: float) -> str:
    """Nigrini's word for a mean absolute deviation of first digits."""
    return next(name for limit, name in BANDS if value < limit)


def unlike(counts: Array, expected: Floats) -> bool:
    """Whether counts differ from expected shares by more than chance does once in a hundred times."""
    wanted = expected * counts.sum()
    return float(((counts - wanted) ** 2 / wanted).sum()) > _CHI_99[len(counts) - 1]


def last_digits(amounts: Array) -> Array:
    """How many amounts of a thousand yuan or more have whole yuan that end in 01, 02, … 99 (whole hundreds left out)."""
    return np.bincount((amounts[is_odd(amounts)] // 100 % 100).astype("int64"), minlength=100)[1:]


def is_odd(amounts: Array) -> NDArray[np.bool_]:
    """Which amounts are of a thousand yuan or more and no whole hundreds."""
    odd: NDArray[np.bool_] = (amounts >= 1000_00) & (amounts // 100 % 100 != 0)
    return odd


def is_round(amounts: Array) -> NDArray[np.bool_]:
    """Which amounts of ten thousand yuan or more have no more than two digits that are not zero at the end."""
    scale = _magnitude(np.maximum(amounts, 10)) // 10
    rounded: NDArray[np.bool_] = (amounts >= 10_000_00) & (amounts % scale == 0)
    return rounded


def below(amounts: Array, limit: int, width: float = 0.05) -> tuple[NDArray[np.bool_], int]:
    """Which amounts lie just below a limit, and how many just above it or at it, within the same width."""
    edge = round(limit * width)
    return (amounts < limit) & (amounts >= limit - edge), int(((amounts >= limit) & (amounts < limit + edge)).sum())


def chance(count: int, n: int, share: float) -> float:
    """The chance of at least `count` of n when each has the share: the upper tail of the binomial distribution."""
    if count <= 0:
        return 1.0
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(share)
        + (n - k) * math.log1p(-share)
        for k in range(count, min(n, count + 1000) + 1)
    ]
    return min(1.0, sum(map(math.exp, logs)))


def concentration(amounts: Iterable[int]) -> int:
    """Herfindahl-Hirschman index of amounts by payee, 0 to 10,000."""
    held = np.array([one for one in amounts if one > 0], dtype="float64")
    return round(float(((held / held.sum()) ** 2).sum()) * 10_000) if len(held) else 0


def standing_out(values: Floats) -> Floats:
    """Modified z-scores of positive values on a logarithmic scale; 0 for all where most are the same."""
    logs = np.log(values)
    middle = np.median(logs)
    spread = np.median(np.abs(logs - middle))
    return 0.6745 * (logs - middle) / spread if spread else np.zeros(len(values))


def out_of_step(days: Array, within: int = 3, apart: int = 30) -> Array:
    """Places of vouchers whose day lies far from those of the neighbours in number, on both sides alike.

    `days` are ordinals in the order of the numbers. A voucher stands out when the median day of the `within` vouchers before it
    and of those after it agree to `apart` days, and its own lies further than that from both.
    """
    if len(days) <= 2 * within:
        return np.zeros(0, dtype="int64")
    medians = np.median(np.lib.stride_tricks.sliding_window_view(days, within), axis=1)
    before, own, after = medians[: -within - 1], days[within:-within], medians[within + 1 :]
    far = np.minimum(np.abs(own - before), np.abs(own - after)) > apart
    return np.flatnonzero(far & (np.abs(before - after) <= apart)) + within
