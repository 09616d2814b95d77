"""Which lines of the policy judge which days: another edition of a set that ships judges from its own day on.

`custom "edition" NAME EDITION` with `before` and `after` (SHA-256 of the set's file) and `sealed` (the file that keeps the
lines under which sealed periods were judged) stands on the first day that no seal covers. What stands in the kept file
judges the days before it, what stands in the set's own file the days from it on. This holds whatever the as-of date.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from beancount.core.data import Custom

KEPT = "sealed-"  # how the file of an older edition is called before the edition's name
_NAMED = re.compile(r"版次：(\S+?)[（\s]")


class Window(NamedTuple):
    """The days that a file's lines judge; None: without a bound."""

    first: date | None = None
    last: date | None = None


class Edition(NamedTuple):
    """Another edition of a set came into the book."""

    date: date
    name: str  # of the set
    edition: str
    before: str
    after: str
    kept: str  # the file with the lines of sealed periods, "" where nothing was sealed


def policy_file(name: str) -> str:
    """Where a set stands in a book."""
    return f"policy/{name}.beancount"


def edition_of(text: str) -> str:
    """The edition that a policy file names in its head; "" where it names none."""
    found = _NAMED.search(text[:2000])
    return found[1] if found else ""


def editions(entries: Iterable[Any]) -> Iterator[Edition]:
    """Every edition that came into a book, at any date, in the order of the days."""
    found = (entry for entry in entries if isinstance(entry, Custom) and entry.type == "edition")
    for entry in sorted(found, key=lambda entry: entry.date):
        values = [str(value.value) for value in entry.values or ()]
        if len(values) == len(("name", "edition")):
            before, after, kept = (str(entry.meta.get(key) or "") for key in ("before", "after", "sealed"))
            yield Edition(entry.date, values[0], values[1], before, after, kept)


def edition_on(entries: Iterable[Any], name: str, day: date, text_of: Callable[[str], str]) -> str:
    """The edition of a set that judges a day; `text_of` gives the text of a file of the book, "" where it has none."""
    came = [one for one in editions(entries) if one.name == name]
    past = [one for one in came if one.date <= day]
    if past:
        return past[-1].edition
    kept = next((one.kept for one in came if one.kept), "")
    return edition_of(text_of(kept or policy_file(name)))


def windows(entries: Iterable[Any]) -> dict[str, Window]:
    """The days that each set (by its name) and each kept file (by its path in the book) judges, where they are bounded."""
    return windows_of(editions(entries))


def windows_of(came: Iterable[Edition]) -> dict[str, Window]:
    """The same from the editions, in the order of their days."""
    found: dict[str, Window] = {}
    for one in came:
        if one.kept:
            found[one.kept] = Window(found.get(one.name, Window()).first, one.date - timedelta(days=1))
            found[one.name] = Window(one.date)
    return found


def window_of(found: dict[str, Window], file: str) -> Window:
    """The days that a file of a book judges."""
    return found.get(file) or found.get(PurePosixPath(file).stem) or Window()
