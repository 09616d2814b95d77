"""A large book that has not changed since it was checked, from what was kept of it: its tables, as they were read.

What is kept lies in the user's cache under the digest of everything in the book's folder, of the day and of the program;
a book that changed in any way is read anew. Numbers are arrays, everything else text: nothing that is read back can run.
The rules always judge the whole book.
"""

import hashlib
import io
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
from typing import Any

import numpy as np
import pandas as pd

from ledgers import book, clock
from ledgers.book import Book, main_file
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
_ARRAYS, _TEXTS = "tables.npz", "tables.json"
_MARGIN = 0.05  # seconds by which the system's clock of files may be behind
_CLASSES: dict[str, Any] = {one.__name__: one for one in (Issue, Problem, Item, Span, Edition)}
_APART = ("policy", "entries", "derived")  # made again, read when somebody asks, chosen below
_DERIVED = (seal_ends, came, sealed_directives, side_items)  # what would otherwise be asked of the entries
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
    """Keep a large book that was read in full and can be trusted, for the next time that it is read for that day."""
    tables, root = found.tables, found.main.parent
    if isinstance(found.entries, Entries) or len(tables.postings) + len(tables.payments) < LARGE:
        return
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
        texts = json.loads(files[_TEXTS].read_bytes(), object_hook=_meant)
        arrays = np.load(io.BytesIO(files[_ARRAYS].read_bytes()), allow_pickle=False)
        values = texts["tables"] | {name: _frame(name, columns, arrays) for name, columns in texts["frames"].items()}
    source = _Source(main)
    policy = Policy(map(parameter_of, records(PolicyLine, values["policies"])), set(values["known"]["policy"]))
    derived = {derived_name(one): value for one, value in zip(_DERIVED, texts["derived"], strict=True)}
    tables = Tables(**values, policy=policy, entries=Entries(source), derived=derived)
    return Book(main, tables.entries, _Options(source), tables, tuple(texts["files"]), texts["contents"])


def _files(found: Book) -> dict[str, bytes]:
    arrays: dict[str, Any] = {}
    given = {one.name: getattr(found.tables, one.name) for one in fields(Tables) if one.name not in _APART}
    frames = {name: value for name, value in given.items() if isinstance(value, pd.DataFrame)}
    texts = {
        "frames": {name: list(_columns(name, table, arrays)) for name, table in frames.items()},
        "tables": {name: value for name, value in given.items() if name not in frames},
        "derived": [one(found.tables) for one in _DERIVED],
        "files": list(found.files),
        "contents": found.contents,
    }
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return {_ARRAYS: stream.getvalue(), _TEXTS: json.dumps(_plain(texts), ensure_ascii=False).encode()}


def _columns(table: str, frame: pd.DataFrame, arrays: dict[str, Any]) -> Iterator[list[Any]]:
    """Each column as its name, its type and its distinct values, with numbers among the arrays."""
    for name, column in frame.items():
        key, kind = f"{table}.{name}", str(column.dtype)
        values: list[Any] = []
        if kind in _BY_VALUE:
            arrays[key], values = _distinct([None if value is pd.NA else value for value in column.tolist()])
        elif kind == "category":
            values = column.cat.categories.tolist()
            arrays[key], kind = column.cat.codes.to_numpy(), f"category {column.cat.categories.dtype}"
        else:
            arrays[key] = column.to_numpy()
        yield [name, kind, values]


def _distinct(values: list[Any]) -> tuple[Any, list[Any]]:
    """Codes and distinct values; 1.5 is another than 1.50."""
    places: dict[tuple[type, str], int] = {}
    distinct: list[Any] = []
    codes = np.empty(len(values), dtype="int32")
    for row, value in enumerate(values):
        place = places.setdefault((type(value), str(value)), len(distinct))
        if place == len(distinct):
            distinct.append(value)
        codes[row] = place
    return codes, distinct


def _frame(table: str, columns: list[list[Any]], arrays: Any) -> pd.DataFrame:
    return pd.DataFrame({name: _column(f"{table}.{name}", kind, values, arrays) for name, kind, values in columns})


def _column(key: str, kind: str, values: list[Any], arrays: Any) -> Any:
    array = arrays[key]
    if kind in _BY_VALUE:
        taken = _objects(values)[array] if values else np.empty(0, dtype=object)
        return taken if kind == "object" else pd.Series(taken.tolist(), dtype=kind).array
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
