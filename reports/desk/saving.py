"""Lists as files for a spreadsheet: what is shown, all of it, as CSV or xlsx."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

MOST = 20_000  # rows of one file
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows for a spreadsheet: UTF-8 with its mark; a text that would be taken for a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def plain(cell: Any) -> str:
    """A cell's text, harmless in a spreadsheet; numbers stay numbers, whatever their sign."""
    text = "" if cell is None else str(cell)
    dangerous = text.lstrip(" \u3000\xa0").startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if dangerous else text
