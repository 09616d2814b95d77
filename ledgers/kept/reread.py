"""Reading a large book again after a small edit: the tables of last time, with the edited vouchers put in anew.

What was read of a book is kept in the user's cache with the digest of every file that it was read from. Where since then
only vouchers in yuan changed, their files alone are read, and everything that they could have changed elsewhere is
looked at: where it would be, or where anything is not understood, the book is read in full. Vouchers that move assets or
shares, which Beancount matches with others, and balances that are asserted may only have moved to another line. The rules
always judge the whole book anew.
"""

import hashlib
import pickle
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from beancount.core import data

from ledgers import book
from ledgers.book import Book, is_plain, main_file
from ledgers.files.parsing import Parsed, parse_file
from ledgers.files.safely import CHANGING, Contents, Refused, noting, read_bytes
from ledgers.kept import cache
from ledgers.seals.canonical import item_of, sealed_directives, sealed_until, side_items
from ledgers.tables.postings import Postings
from ledgers.tables.schema import SCHEMAS, frame, records, united
from ledgers.tables.tables import Tables, derived_name, relative_names, unknown

LARGE = 100_000  # rows of postings and payments from which on keeping them is worth its time
_KIND = "check"
_FILE = "book.pickle"
_SETTINGS = re.compile(rb"^\s*(option|plugin|include|pushtag|poptag|pushmeta|popmeta)\b", re.MULTILINE)
_LISTED = ["roll", "voucher", "roll_sha256", "units", "kind", "amount", "date", "counts_on", "for_", "unit_cost"]


class _Full(Exception):  # noqa: N818
    """The book must be read in full; the message says why, for who looks into it."""


class _Entries(Sequence[Any]):
    """Beancount's entries of a book, read when somebody asks for them."""

    def __init__(self, main: Path) -> None:
        self._main = main

    @cached_property
    def _all(self) -> list[Any]:
        return book.unjudged(self._main)[0]

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: Any) -> Any:
        return self._all[place]


@dataclass
class _Kept:
    """A book as it was read, and what must be known of it to read a part of it again."""

    tables: Tables  # without entries
    options: dict[str, Any]
    files: tuple[str, ...]
    contents: Contents
    names: tuple[str, ...]  # of everything in the book's folder
    fixed: dict[str, list[tuple[str, Any]]]  # of each file of vouchers: text and entry of what must stay as it is
    accounts: list[Any]  # directives that open and close accounts or declare commodities
    balances: list[tuple[str, date]]  # what is asserted of which account
    reversals: list[tuple[str, str, str]]  # file, voucher, what it reverses
    days: dict[str, date]  # as in Postings
    income_years: dict[str, Any]
    sealed: dict[str, Any]  # what `canonical` derives for the periods that are sealed


def read(path: str | Path, as_of: date) -> Book:
    """As `book.read`; sooner where the book was kept and little has changed."""
    main = main_file(path)
    try:
        kept = _latest(main, as_of)
        found = book.undisturbed(main, lambda: _with_changes(main, kept)) if kept else None
    except (_Full, cache.Unsafe, Refused, OSError):
        found = None
    return found or book.read(path, as_of)


def keep(found: Book) -> None:
    """Keep a large book that was read in full and can be trusted, for the next time that it is read."""
    tables, root = found.tables, found.main.parent
    if isinstance(found.entries, _Entries) or len(tables.postings) + len(tables.payments) < LARGE:
        return
    with suppress(cache.Unsafe, Refused, OSError):  # nothing is lost but time
        names = cache.names(root)
        if names is not None and CHANGING not in found.contents.values() and _is_simple(found):
            content = pickle.dumps(_kept(found, names), protocol=5)
            cache.outside(root)
            cache.put(_KIND, str(found.main), _prefix(tables.as_of) + found.digest[-24:], {_FILE: content})


def _prefix(as_of: date) -> str:
    """What the key of a kept book begins with: it is of no use to another program, or for another day."""
    return hashlib.sha256(f"{cache.program()} {as_of}".encode()).hexdigest()[:24] + "-"


def _latest(main: Path, as_of: date) -> _Kept | None:
    name = str(main)
    key = cache.latest(_KIND, name, _prefix(as_of))
    files = cache.get(_KIND, name, key) if key else None
    if files is None:
        return None
    with open(files[_FILE], "rb") as stream, book.collector_off():
        kept: _Kept = pickle.load(stream)
    return kept


def _is_simple(found: Book) -> bool:
    """Whether vouchers of the book can be exchanged at all: none is changed, or made, by what stands elsewhere."""
    plugins = [name for name, _ in found.options["plugin"]]
    last = max((entry.date for entry in found.entries if isinstance(entry, data.Transaction)), default=date.min)
    transactions = found.tables.postings["transaction"]
    return (
        all(name.startswith("plugins.") for name in plugins)
        and not found.options["documents"]
        and not any(isinstance(entry, data.Pad) for entry in found.entries)
        and last <= found.tables.as_of
        and transactions.nunique() == transactions.max() + 1
    )


def _kept(found: Book, names: tuple[str, ...]) -> _Kept:
    relative = relative_names(found.main, found.options)
    transactions = [entry for entry in found.entries if isinstance(entry, data.Transaction)]
    dated = Postings(found.tables.as_of, relative)
    dated.place(transactions)
    return _Kept(
        tables=replace(found.tables, entries=[], derived={}, postings=_with_each_value_once(found.tables.postings)),
        options=found.options,
        files=found.files,
        contents=found.contents,
        names=names,
        fixed=_fixed(found, relative),
        accounts=[entry for entry in found.entries if isinstance(entry, data.Open | data.Close | data.Commodity)],
        balances=[(entry.account, entry.date) for entry in found.entries if isinstance(entry, data.Balance)],
        reversals=[
            (relative[entry.meta["filename"]], str(entry.meta.get("voucher")), str(meta["reverses"]))
            for entry in transactions
            for meta in (entry.meta, *(posting.meta for posting in entry.postings))
            if meta and "reverses" in meta
        ],
        days=dated.days,
        income_years=dated.income_years,
        sealed={derived_name(one): one(found.tables) for one in (sealed_until, sealed_directives, side_items)},
    )


def _with_each_value_once(table: pd.DataFrame) -> pd.DataFrame:
    """The same table; equal dates and numbers are one object, which is written once."""
    seen: dict[Any, Any] = {}
    columns = {
        name: np.array([seen.setdefault((name, str(value)), value) for value in table[name].tolist()], dtype=object)
        for name in ("date", "counts_on", "units", "unit_cost")
    }
    return table.assign(**columns)


def _fixed(found: Book, relative: dict[str, str]) -> dict[str, list[tuple[str, Any]]]:
    """For each file that holds nothing but vouchers and balances and, as it was read, sets nothing for others."""
    by_file: dict[str, list[Any]] = {name: [] for name in relative.values()}
    for entry in found.entries:
        if not is_plain(entry) and entry.meta["filename"] in relative:
            by_file[relative[entry.meta["filename"]]].append(entry)
    fixed = {}
    for name, entries in by_file.items():
        if all(isinstance(entry, data.Transaction | data.Balance) for entry in entries):
            content = read_bytes(found.main.parent, name)
            if hashlib.sha256(content).hexdigest() == found.contents[name] and not _SETTINGS.search(content):
                fixed[name] = list(zip(_texts(content, entries), entries, strict=True))
    return fixed


def _texts(content: bytes, entries: list[Any]) -> list[str]:
    """What a file says of some of its entries: their own line and the indented ones below."""
    lines = content.decode("utf-8").split("\n") if entries else []
    texts = []
    for entry in entries:
        start = stop = entry.meta["lineno"]
        while stop < len(lines) and lines[stop][:1].isspace():
            stop += 1
        texts.append("\n".join(lines[start - 1 : stop]))
    return texts


def _with_changes(main: Path, kept: _Kept) -> Book:
    if cache.names(main.parent) != kept.names:
        raise _Full("files were added or taken away")
    with book.collector_off(), noting() as contents:
        for name in kept.contents:
            _look_at(main.parent, name)
        changed = [name for name, digest in kept.contents.items() if contents[name] != digest]
        if not set(changed) <= kept.fixed.keys():
            raise _Full("more than vouchers changed")
        entries = _vouchers(main, changed, kept)
    if CHANGING in contents.values():
        raise _Full("a file is being written")
    tables = replace(kept.tables, entries=_Entries(main), derived=_sealed(main, kept, changed, entries))
    if changed:
        tables = _exchanged(tables, kept, changed, entries)
    return Book(main, tables.entries, kept.options, tables, kept.files, contents)


def _look_at(root: Path, name: str) -> None:
    """Read a file so that it is noted, or that it cannot be read."""
    with suppress(Refused):
        read_bytes(root, name)


def _vouchers(main: Path, changed: list[str], kept: _Kept) -> list[Any]:
    """What the changed files hold now: vouchers up to the as-of date and balances, nothing wrong in them."""
    entries: list[Any] = []
    for name in changed:
        entries += _entries_of(main, name, kept.fixed[name])
    entries.sort(key=data.entry_sortkey)
    if any(isinstance(entry, data.Transaction) and entry.date > kept.tables.as_of for entry in entries):
        raise _Full("a voucher of a later day")
    if book.invalid(sorted([*kept.accounts, *entries], key=data.entry_sortkey), kept.options):
        raise _Full("Beancount finds something wrong")
    return entries


def _entries_of(main: Path, name: str, fixed: list[tuple[str, Any]]) -> list[Any]:
    """The entries of a file; those that must stay as they are come as Beancount left them, at the line of now."""
    content = read_bytes(main.parent, name)
    parsed = Parsed(main.parent)
    parse_file(parsed, main.parent / name)
    if _SETTINGS.search(content) or any(book.repeated_keys(name, content)) or parsed.problems or parsed.errors:
        raise _Full("something is wrong, or set for others")
    others = sorted((entry for entry in parsed.entries if not is_plain(entry)), key=data.entry_sortkey)
    if _texts(content, others) != [text for text, _ in fixed]:
        raise _Full("more than vouchers in yuan changed")
    stay = [_at(entry, now.meta["lineno"]) for (_, entry), now in zip(fixed, others, strict=True)]
    return [entry for entry in parsed.entries if is_plain(entry)] + stay


def _at(entry: Any, line: int) -> Any:
    """An entry that stands at another line now."""
    shift = line - entry.meta["lineno"]

    def moved(meta: Any) -> Any:
        return {**meta, "lineno": meta["lineno"] + shift} if meta and "lineno" in meta else meta

    if isinstance(entry, data.Transaction):
        entry = entry._replace(postings=[one._replace(meta=moved(one.meta)) for one in entry.postings])
    return entry._replace(meta=moved(entry.meta))


def _sealed(main: Path, kept: _Kept, changed: list[str], entries: list[Any]) -> dict[str, Any]:
    """What `canonical` derives for the sealed periods; households and rolls are those of last time."""
    items, until = derived_name(sealed_directives), kept.sealed[derived_name(sealed_until)]
    rest = [item for item in kept.sealed[items] if item.file not in changed]
    new = [item_of(main.parent, entry) for entry in entries if until and entry.date <= until]
    if {item.key for item in rest if item.attached} & {item.key for item in new if item.attached}:
        raise _Full("which of two directives is first to name its files depends on the order of files")
    return {**kept.sealed, items: sorted([*rest, *new], key=lambda item: item.key)}


def _exchanged(tables: Tables, kept: _Kept, changed: list[str], entries: list[Any]) -> Tables:
    """The tables with the vouchers of the changed files instead of those that were there."""
    old = tables.postings
    leaving = old["file"].isin(changed).to_numpy()
    if any(issue.file in changed for issue in tables.issues):
        raise _Full("something was incomplete there")
    reading = _read_vouchers(kept, changed, entries, set(old["voucher"][leaving]))
    new = frame("postings", reading.columns)
    _check_balances(kept.balances, old[leaving], new)
    moved, postings = _in_order(old, leaving, new)
    before, after = old[_LISTED][leaving & (old["roll"] != "")], new[_LISTED][new["roll"] != ""]
    if before.to_dict("list") != after.to_dict("list"):  # the same rolls of the same vouchers
        raise _Full("the lists of payments are named otherwise")
    moved.old[before.index] = moved.new[after.index]
    own = {"payments": reading.inline, "shares": reading.inline_shares}
    lines = {name: _lines(name, getattr(tables, name), old, leaving, rows, moved) for name, rows in own.items()}
    broken = {int(moved.old[row]): reason for row, reason in tables.broken.items()}
    return replace(tables, postings=postings, broken=broken, payments=lines["payments"], shares=lines["shares"])


def _read_vouchers(kept: _Kept, changed: list[str], entries: list[Any], leaving: set[str]) -> Postings:
    """The vouchers as columns, as if they had been read among all others of the book."""
    entries = [entry for entry in entries if isinstance(entry, data.Transaction)]
    coming = {str(entry.meta.get("voucher")) for entry in entries}
    elsewhere = [(voucher, target) for file, voucher, target in kept.reversals if file not in changed]
    if any(target in leaving | coming for _, target in elsewhere):
        raise _Full("another voucher reverses one of these")
    staying = {voucher: day for voucher, day in kept.days.items() if voucher not in leaving}
    if coming & staying.keys():
        raise _Full("a number is given twice")
    reading = Postings(kept.tables.as_of, relative_names(Path(kept.options["filename"]), kept.options))
    reading.days = staying
    reading.income_years = {voucher: year for voucher, year in kept.income_years.items() if voucher in staying}
    own = [meta for entry in entries for meta in (entry.meta, *(one.meta for one in entry.postings)) if meta]
    targets = {str(meta["reverses"]) for meta in own if "reverses" in meta}
    reversing = {str(entry.meta.get("voucher")) for entry in entries if "reverses" in entry.meta}
    if targets & (reversing | {voucher for voucher, _ in elsewhere}):
        raise _Full("a reversal is reversed")
    reading.read(entries)
    if reading.problems or reading.issues or unknown(reading, kept.tables.known):
        raise _Full("something is wrong or incomplete")
    return reading


def _check_balances(balances: list[tuple[str, date]], old: pd.DataFrame, new: pd.DataFrame) -> None:
    """An assertion that held holds still when nothing of its account changed before its day."""
    gaps: Counter[tuple[str, date]] = Counter()
    for table, sign in ((old, -1), (new, 1)):
        for leg in records(table[["account", "date", "amount"]]):
            gaps[leg.account, leg.date] += sign * leg.amount
    left = [key for key, gap in gaps.items() if gap]
    for account, day in balances if left else ():
        if any(f"{name}:".startswith(f"{account}:") and when < day for name, when in left):
            raise _Full("a balance that is asserted changed")


class _Moved(NamedTuple):
    """Where postings stand now: of the old ones (-1: gone), and of the new ones."""

    old: Any
    new: Any


def _in_order(old: pd.DataFrame, leaving: Any, new: pd.DataFrame) -> tuple[_Moved, pd.DataFrame]:
    """The postings in the book's order: by day, and by line within a day."""
    staying = np.flatnonzero(~leaving)
    both = _stacked("postings", [old.iloc[staying], new])
    codes, days = pd.factorize(both["date"].to_numpy())
    places = np.array([day.toordinal() for day in days])[codes] * 2**32 + both["entry_line"].to_numpy()
    if np.isin(places[len(staying) :], places[: len(staying)]).any():
        raise _Full("the order of two vouchers depends on the order of files")
    order = np.argsort(places, kind="stable")
    both["transaction"] = np.r_[old["transaction"].to_numpy()[staying], new["transaction"] + len(old)]
    both = both.iloc[order].reset_index(drop=True)
    numbers = both["transaction"].to_numpy()
    both["transaction"] = np.r_[0, (numbers[1:] != numbers[:-1]).cumsum()][: len(both)]
    position = np.empty(len(order), dtype="int64")
    position[order] = np.arange(len(order))
    moved = _Moved(np.full(len(old), -1, dtype="int64"), position[len(staying) :])
    moved.old[staying] = position[: len(staying)]
    return moved, both


def _lines(
    table: str, before: pd.DataFrame, old: pd.DataFrame, leaving: Any, rows: list[dict[str, Any]], moved: _Moved
) -> pd.DataFrame:
    """Lines of rolls as they were, then those of postings that are a roll themselves, each with its posting's new row."""
    of = before["posting"].to_numpy()
    listed = (old["roll"] != "").to_numpy()[of]
    staying = before[listed | ~leaving[of]]
    staying = staying.assign(posting=_placed(staying["posting"], moved.old))
    new = frame(table, {name: [row[name] for row in rows] for name in SCHEMAS[table]})
    both = _stacked(table, [staying, new.assign(posting=moved.new[new["posting"]])])
    lines = int(listed.sum())
    postings, files = both["posting"].to_numpy(), both["file"].cat.codes.to_numpy()[:lines]
    if ((np.diff(postings[:lines]) < 0) & (np.diff(files) == 0)).any():
        raise _Full("the order of the lists changed")
    order = np.r_[np.arange(lines), lines + np.argsort(postings[lines:], kind="stable")]
    return both.take(order).reset_index(drop=True)


def _placed(postings: "pd.Series[int]", places: Any) -> Any:
    """The new rows of postings, none of which may be gone."""
    rows = places[postings.to_numpy()]
    if (rows < 0).any():
        raise _Full("a line has lost its voucher")
    return rows


def _stacked(table: str, pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """One below the other; what is kept by value stays so."""
    if not len(pieces[1]):
        return pieces[0].reset_index(drop=True)
    columns = {
        name: united([piece[name].array for piece in pieces])
        if kind == "category"
        else pd.concat([piece[name] for piece in pieces]).array
        for name, kind in SCHEMAS[table].items()
    }
    return pd.DataFrame(columns)
