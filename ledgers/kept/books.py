"""A large book that has not changed since it was checked, from what was kept of it: its tables, as they were read.

What is kept lies in the user's cache under the digest of everything in the book's folder, of the day and of the program;
a book that changed in any way is read anew. Numbers are arrays, everything else text: nothing that is read back can run.
The rules always judge the whole book.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from ledgers import book, clock
from ledgers.book import Book, main_file
from ledgers.facts.vouchers import numbers_later
from ledgers.files.confined import confine
from ledgers.files.problems import Problem
from ledgers.files.safely import CHANGING, Refused
from ledgers.kept import cache
from ledgers.policy import Policy
from ledgers.seals.canonical import Item, came, seal_ends, sealed_directives, side_items
from ledgers.tables.directives import PolicyLine
from ledgers.tables.editions import Edition
from ledgers.tables.registry import Issue
from ledgers.tables.schema import records
from ledgers.tables.span import Span
from ledgers.tables.tables import Tables, derived_name, parameter_of

LARGE = 100_000  # rows of postings and payments from which on keeping them is worth its time
_KIND = "check"
_ARRAYS, _TEXTS = "tables.bin", "tables.jsonl"
_MARGIN = 0.05  # seconds by which the system's clock of files may be behind
_CLASSES: dict[str, Any] = {one.__name__: one for one in (Issue, Problem, Item, Span, Edition)}
_APART = ("policy", "entries", "derived")  # made again, read when somebody asks, chosen below
_DERIVED = (
    seal_ends,
    came,
    sealed_directives,
    side_items,
    numbers_later,
)  # what would otherwise be asked of the entries
_BY_VALUE = ("object", "str", "Int64", "boolean")  # columns of which the distinct values are kept
_GROUPS = {one.__name__: one for one in (list, tuple, set, frozenset)}


class _Source:
    """Beancount's entries and options of a book, read when somebody asks for them."""

    def __init__(self, main: Path) -> None:
        self._main = main

    @cached_property
    def read(self) -> tuple[list[Any], dict[str, Any]]:
        return book.unjudged(self._main)


class Entries(Sequence[Any]):
    """The entries of a book that was kept."""

    def __init__(self, source: _Source) -> None:
        self._source = source

    def __len__(self) -> int:
        return len(self._source.read[0])

    def __getitem__(self, place: Any) -> Any:
        return self._source.read[0][place]


class _Options(dict[str, Any]):
    """The options of a book that was kept."""

    def __init__(self, source: _Source) -> None:
        super().__init__()
        self._source = source

    def __missing__(self, name: str) -> Any:
        self.update(self._source.read[1])
        return dict(self)[name]


def read(path: str | Path, as_of: date | None) -> tuple[Book, float]:
    """As `book.read`, sooner where the book was kept and has not changed; and when the reading began, for `keep`."""
    main = main_file(path)
    began = time.time()
    with suppress(cache.Unsafe, OSError):  # nothing is lost but time
        cache.will_put(_KIND, str(main), main.parent)
        if (prefix := _prefix(as_of)) in {key[: len(prefix)] for key in cache.keys(_KIND, str(main))}:
            found = book.undisturbed(main, lambda: _kept(main, prefix))
            if found:
                confine()
                return found, began
    return book.read(path, as_of), began


def keep(found: Book, as_of: date | None, began: float) -> None:
    """Keep a large book that was read in full and can be trusted, for the next time that it is read for that day.

    What the rules computed of it is let go of, whose memory the keeping takes.
    """
    tables, root = found.tables, found.main.parent
    if isinstance(found.entries, Entries) or len(tables.postings) + len(tables.payments) < LARGE:
        return
    for name in tables.derived.keys() - set(map(derived_name, _DERIVED)):
        del tables.derived[name]
    with suppress(cache.Unsafe, Refused, OSError, TypeError):  # nothing is lost but time
        cache.outside(root)
        contents = cache.contents(root)
        if contents and CHANGING not in found.contents.values() and _untouched(root, began - _MARGIN):
            cache.put(_KIND, str(found.main), _prefix(as_of) + contents[:24], _files(found))


def _prefix(as_of: date | None) -> str:
    """What the key of a kept book begins with: it is of no use to another program, or for another day."""
    return hashlib.sha256(f"{cache.program()} {as_of} {clock.today()}".encode()).hexdigest()[:24] + "-"


def _untouched(root: Path, since: float) -> bool:
    """Whether nothing below a folder was changed, added or taken away after a moment."""
    return all(
        os.lstat(path).st_ctime < since
        for folder, _, names in os.walk(root)
        for path in (folder, *(os.path.join(folder, name) for name in names))
        if os.path.basename(path) not in cache.OWN_FILES
    )


def _kept(main: Path, prefix: str) -> Book | None:
    contents = cache.contents(main.parent)
    files = cache.get(_KIND, str(main), prefix + contents[:24]) if contents else None
    if files is None:
        return None
    with book.collector_off():
        texts: dict[str, dict[str, Any]] = {"frames": {}, "tables": {}, "derived": {}, "book": {}}
        with files[_TEXTS].open("rb") as lines, files[_ARRAYS].open("rb") as stream:
            for part, name, value in map(_line, lines):
                texts[part][name] = _frame(value, stream) if part == "frames" else value
        values = texts["tables"] | texts["frames"]
    source = _Source(main)
    policy = Policy(map(parameter_of, records(PolicyLine, values["policies"])), set(values["known"]["policy"]))
    tables = Tables(**values, policy=policy, entries=Entries(source), derived=texts["derived"])
    return Book(
        main, tables.entries, _Options(source), tables, tuple(texts["book"]["files"]), texts["book"]["contents"]
    )


def _line(line: bytes) -> Any:
    return json.loads(line, object_hook=_meant)


def _files(found: Book) -> dict[str, cache.Content]:
    arrays: list[memoryview] = []
    return {
        _ARRAYS: arrays,
        _TEXTS: [json.dumps(_plain(one), ensure_ascii=False).encode() + b"\n" for one in _said(found, arrays)],
    }


def _said(found: Book, arrays: list[memoryview]) -> Iterator[list[Any]]:
    """What is kept as text, one after the other: of which part of it, under which name, and what."""
    for name in (one.name for one in fields(Tables) if one.name not in _APART):
        value = getattr(found.tables, name)
        frame = isinstance(value, pd.DataFrame)
        yield ["frames", name, list(_columns(value, arrays))] if frame else ["tables", name, value]
    for one in _DERIVED:
        yield ["derived", derived_name(one), one(found.tables)]
    yield ["book", "files", list(found.files)]
    yield ["book", "contents", found.contents]


def _columns(frame: pd.DataFrame, arrays: list[memoryview]) -> Iterator[list[Any]]:
    """Each column as its name, its type, its distinct values, and the type and number of what it adds to the arrays."""
    for name, column in frame.items():
        kind = str(column.dtype)
        array: Any
        values: list[Any] = []
        if kind in _BY_VALUE:
            array, values = _distinct(column)
        elif kind == "category":
            values = column.cat.categories.tolist()
            array, kind = column.cat.codes.to_numpy(), f"category {column.cat.categories.dtype}"
        else:
            array = column.to_numpy()
        arrays.append(np.ascontiguousarray(array).data.cast("B") if len(array) else memoryview(b""))
        yield [name, kind, values, array.dtype.str, len(array)]


def _distinct(column: "pd.Series[Any]") -> tuple[Any, list[Any]]:
    """Codes and distinct values; 1.5 is another than 1.50."""
    values = [None if value is pd.NA else value for value in column.tolist()]
    if {*map(type, values)} <= {str} or {*map(type, values)} <= {date}:  # equal ones are the same
        codes, found = pd.factorize(_objects(values))
        return codes.astype("int32"), found.tolist()
    places: dict[tuple[type, str], int] = {}
    distinct: list[Any] = []
    codes = np.empty(len(values), dtype="int32")
    for row, value in enumerate(values):
        place = places.setdefault((type(value), str(value)), len(distinct))
        if place == len(distinct):
            distinct.append(value)
        codes[row] = place
    return codes, distinct


def _frame(columns: list[list[Any]], stream: BinaryIO) -> pd.DataFrame:
    """The columns in the order in which their arrays were written."""
    return pd.DataFrame(
        {name: _column(kind, values, np.fromfile(stream, dtype, size)) for name, kind, values, dtype, size in columns},
        copy=False,
    )


def _column(kind: str, values: list[Any], array: Any) -> Any:
    if kind in _BY_VALUE:
        taken = _objects(values)[array] if values else np.empty(0, dtype=object)
        return taken if kind == "object" else pd.Series(taken, dtype=kind).array
    if kind.startswith("category "):
        categories = pd.Index(_objects(values), dtype=kind.removeprefix("category "))
        return pd.Categorical.from_codes(array, categories)
    return array


def _objects(values: list[Any]) -> Any:
    """Item by item, as numpy would make a table of a list of tuples."""
    return np.fromiter(values, dtype=object, count=len(values))


def _plain(value: Any) -> Any:
    """A value as JSON, with its type where JSON has none. TypeError for what cannot be kept."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is date:
        return {"date": value.isoformat()}
    if kind is Decimal:
        return {"number": str(value)}
    if isinstance(value, Path):
        return {"path": str(value)}
    if kind is dict:
        return {"dict": [[_plain(name), _plain(one)] for name, one in value.items()]}
    if kind.__name__ in _GROUPS and kind is _GROUPS[kind.__name__]:
        return {kind.__name__: [_plain(one) for one in value]}
    if kind.__name__ in _CLASSES and kind is _CLASSES[kind.__name__]:
        names = kind._fields if issubclass(kind, tuple) else [one.name for one in fields(kind)]
        return {kind.__name__: [_plain(getattr(value, name)) for name in names]}
    raise TypeError(kind)


def _meant(tagged: Mapping[str, Any]) -> Any:
    ((kind, value),) = tagged.items()
    if kind == "dict":
        return dict(value)
    if kind in _GROUPS:
        return _GROUPS[kind](value)
    if kind in _CLASSES:
        return _CLASSES[kind](*value)
    makers: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "number": Decimal, "path": Path}
    return makers[kind](value)
