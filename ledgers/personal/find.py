"""The one detector: which kinds of personal data a text holds, and the text without its numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ledgers.personal import homes, names, numbers, reading
from ledgers.personal.homes import ADDRESS
from ledgers.personal.names import NAME
from ledgers.personal.numbers import HOUSEHOLD, NATIONAL_PHONES, Span

MASK = "＊＊＊"
_PIECE, _OVERLAP = 4_000, 200  # a long text is looked at piece by piece
_LONG = re.compile(r"(?<![0-9A-Za-z])\d{14,}[Xx]?(?![0-9])")


@dataclass(frozen=True)
class Allowed:
    """What may stand in a text: telephones of offices, as digits; texts such as the address of an office; and, in what
    stays in the book, household ids.
    """

    phones: frozenset[str] = frozenset(NATIONAL_PHONES)
    texts: frozenset[str] = frozenset()
    households: bool = False


@lru_cache(maxsize=200_000)
def find(text: str, label: str = "", allowed: Allowed = Allowed(), joined: bool = False) -> tuple[str, ...]:
    """The kinds of personal data in one text (a cell, a paragraph, a property, a file name) below the heading `label`.

    Each kind once, never the data. `joined`: the text is a row of cells put together, of which only numbers are sought.
    """
    if len(text) > _PIECE + _OVERLAP:
        pieces = (text[at : at + _PIECE + _OVERLAP] for at in range(0, len(text), _PIECE))
        return tuple(dict.fromkeys(kind for one in pieces for kind in find(one, label, allowed, joined)))
    kinds: dict[str, None] = {}
    for said in reading.decoded(text):
        kinds |= dict.fromkeys(_kinds(reading.folded(said), reading.folded(label), allowed, joined))
    return tuple(kinds)


def _kinds(text: str, label: str, allowed: Allowed, joined: bool) -> Iterable[str]:
    for harmless in allowed.texts:
        text = text.replace(reading.folded(harmless), "囗")
    found = [one.kind for one in numbers.spans(text, label, allowed.phones, joined=joined)]
    if not joined:
        found += [ADDRESS] if homes.is_home(text, label) else []
        found += [NAME] if names.is_named(text, label) else []
    return [one for one in found if not (allowed.households and one == HOUSEHOLD)]


def without_numbers(text: str, mask: str = MASK) -> str:
    """Text with every number of a person as ＊＊＊, and any row of fourteen digits or more: no account leaves by mistake."""
    if sum(map(str.isnumeric, text)) < 7:
        return text
    plain, places = reading.placed(text)
    found = {(one.start, one.end) for one in numbers.spans(plain) if one.kind != HOUSEHOLD}
    found |= {match.span() for match in _LONG.finditer(plain)}
    return _masked(text, places, sorted(found), mask) if found else text


def _masked(text: str, places: list[int], found: list[tuple[int, int]], mask: str) -> str:
    pieces, done = [], 0
    for start, end in found:
        first, last = places[start], places[end - 1] + 1
        if first >= done:
            pieces += [text[done:first], mask]
        done = max(done, last)
    return "".join([*pieces, text[done:]])


def heading(text: str) -> str:
    """The text itself where it is a heading that makes what stands below it suspect, else ""."""
    if len(text) > 20 or any(map(str.isdigit, text)):
        return ""
    suspect = (*numbers.LABELS.values(), homes.LABEL, names.LABEL)
    return text if any(label.search(text) for label in suspect) else ""


__all__ = ["ADDRESS", "HOUSEHOLD", "MASK", "NAME", "Allowed", "Span", "find", "heading", "without_numbers"]
