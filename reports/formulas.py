"""Text that a spreadsheet would run when it opens a CSV: what begins, as far as it can be seen, with = + - or @."""

import re
import unicodedata

_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?", re.ASCII)
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")  # a spreadsheet may skip blanks, and what has no width


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run it: full-width and small forms are the same signs to a Chinese or Japanese one."""
    first = next((one for one in text if unicodedata.category(one) not in _UNSEEN), "")
    return text[:1] in ("\t", "\r") or unicodedata.normalize("NFKC", first)[:1] in ("=", "+", "-", "@")


def defused(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet might run it; numbers stay numbers, whatever their sign."""
    return f"'{text}" if is_formula(text) and not _NUMBER.fullmatch(text) else text
