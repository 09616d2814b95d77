"""Which line of a pay list takes back which: a reversal nets in the month of what it reverses, whenever the bank did it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def taken_back(columns: Mapping[str, Any], postings: pd.DataFrame) -> dict[int, int]:
    """Rows of lines (columns of `payments`) that stand under a reversal, each with the row of the line that it takes back.

    It is the line of the same household and person under the voucher that was reversed, of the same amount where there is one.
    """
    reverses = dict(zip(postings["voucher"].tolist(), postings["reverses"].tolist(), strict=True))
    roots = {voucher: _root(reverses, voucher) for voucher, original in reverses.items() if original}
    reversing = _lines_of(roots, columns, postings)
    given: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for row in _lines_of(set(roots.values()), columns, postings) if len(reversing) else ():
        given[_whose(row, columns, postings)].append(row)
    found: dict[int, int] = {}
    for row in reversing:
        voucher, household, person = _whose(row, columns, postings)
        lines = given[roots[voucher], household, person]
        found |= {row: min(lines, key=lambda one: columns["amount"][one] != -columns["amount"][row])} if lines else {}
    return found


def _lines_of(vouchers: Any, columns: Mapping[str, Any], postings: pd.DataFrame) -> list[int]:
    wanted = postings["voucher"].isin(list(vouchers)).to_numpy()
    return [int(row) for row in np.flatnonzero(wanted[columns["posting"]])]


def _whose(row: int, columns: Mapping[str, Any], postings: pd.DataFrame) -> tuple[str, int, str]:
    """Voucher, household and person of a line."""
    voucher = str(postings["voucher"].iat[columns["posting"][row]])
    return voucher, int(columns["household"].codes[row]), str(columns["person"][row])


def _root(reverses: Mapping[str, str], voucher: str) -> str:
    """The voucher that a voucher reverses in the end."""
    seen = set[str]()
    while (original := reverses.get(voucher)) and original in reverses and voucher not in seen:
        seen.add(voucher)
        voucher = original
    return voucher
