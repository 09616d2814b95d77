"""The canonical form of a period: everything a book says of it, one item a line, each line one JSON array.

Two books whose forms of a period are equal say the same of it, however their files are laid out. docs/seals.md describes
the form so that a stranger can write it anew; a change here is a new version of the seal.
"""

import datetime as dt
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core import data
from beancount.core.amount import Amount

from ledgers.files.safely import Refused, read_bytes, sha256_of
from ledgers.money import exact
from ledgers.people import CHECK
from ledgers.tables import rolls
from ledgers.tables.editions import Edition, Window, editions, window_of, windows_of
from ledgers.tables.households import FILE as HOUSEHOLDS
from ledgers.tables.schema import SCHEMAS, HouseholdState, Member, records
from ledgers.tables.tables import Tables, derived

_PARTS_LISTS = re.compile("[,，、\"\\\\]")  # a name with one of these cannot stand in a list
_FACTS = ("state", "village", "people", "monitor")
_DATED = tuple(name for name, kind in SCHEMAS["households"].items() if kind == "date" and name != "date")


class Item(NamedTuple):
    """One line of a canonical form, and where in the book it stands now.

    `sequences` are those in which its place matters: its day in its file, its subject's day.
    """

    text: str
    day: date
    file: str
    line: int
    sequences: tuple[tuple[str, ...], ...] = ()
    order: int = 0  # Beancount's, of the directives of a day
    attached: tuple[str, ...] = ()  # files that it names

    @property
    def key(self) -> tuple[date, int, int]:
        """Where Beancount puts a directive among those of the book."""
        return self.day, self.order, self.line


def form(tables: Tables, after: date | None, end: date) -> list[Item]:
    """Everything of a period in canonical form: directives in the book's order, households, rolls."""
    inside = [item for item in _directives(tables, end) if within(item.day, after, end) and not _came_later(tables, item)]
    inside.sort(key=lambda item: (*item.key, item.text))  # files come in any order from a disk
    beside = side_items(tables)
    if (after, end) not in beside:
        beside[after, end] = [*_household_items(tables, after, end), *_roll_items(tables, after, end)]
    return [*inside, *beside[after, end]]


def _came_later(tables: Tables, item: Item) -> bool:
    """Whether it came with another edition of its policy set, which judges no day as early as its own.

    The edition's directive, dated on its first day, holds it by the digest of the file.
    """
    first = window_of(edition_windows(tables), item.file).first
    return first is not None and item.day < first


@derived
def came(tables: Tables) -> list[Edition]:
    """Every edition of a policy set that came into the book, at any date."""
    return list(editions(tables.entries))


def edition_windows(tables: Tables) -> dict[str, Window]:
    """The days that policy sets and kept files judge, where other editions judge others."""
    return windows_of(came(tables))


@derived
def side_items(tables: Tables) -> dict[tuple[date | None, date], list[Item]]:
    """Items of households and rolls for each (after, end) that was asked for."""
    return {}


def attachments(tables: Tables, after: date | None, end: date, limit: int | None = None) -> list[Item]:
    """The files that vouchers and documents of a period name, with the SHA-256 of each; "" where there is none to read."""
    names: dict[str, Item] = {}
    for item in _directives(tables, end):
        if within(item.day, after, end):
            for name in item.attached:
                names.setdefault(name, item)
    return [
        Item(canonical(["file", name, _digest(tables.root, name, limit)]), item.day, item.file, item.line)
        for name, item in names.items()
    ]


def _digest(root: Path, name: str, limit: int | None) -> str:
    try:
        return sha256_of(root, name, limit)
    except Refused:
        return ""


def identities(tables: Tables, end: date) -> list[Item]:
    """The check value of the identities' key, where the book has one."""
    try:
        value = read_bytes(tables.root, CHECK).decode("utf-8").strip()
    except (Refused, UnicodeDecodeError):
        return []
    return [Item(canonical(["identities", value]), end, CHECK, 1)]


def members(tables: Tables, after: date | None, end: date) -> Iterator[Item]:
    """Who was a member of which household from a day on, and until when: two facts, as the end is filled in later."""
    for row in records(Member, tables.members):
        start = row.from_ or date.min
        about = [row.who, row.household, row.person]
        if within(start, after, end):
            text = canonical(["member", *about, row.from_.isoformat() if row.from_ else ""])
            yield Item(text, start, row.file, row.line)
        if row.to and within(max(start, row.to), after, end):
            text = canonical(["member-left", *about, [row.to.isoformat(), row.left]])
            yield Item(text, max(start, row.to), row.file, row.line)


def files_later(tables: Tables, end: date) -> list[str]:
    """The book's files in which something is dated after a day."""
    home = tables.root
    places = {_place(home, entry)[0] for entry in tables.entries if entry.date > end and not _display(entry)}
    return sorted(name for name in places if not name.startswith("<") and not _PARTS_LISTS.search(name))


@derived
def seal_ends(tables: Tables) -> list[date]:
    """The last days of the sealed periods, in order, whatever day the tables are as of and the seals were made on."""
    return sorted(end for entry in seals(tables.entries) if (end := seal_end(entry)))


def sealed_until(tables: Tables) -> date | None:
    """The last day that a seal of the book covers; None when nothing is sealed."""
    return max(seal_ends(tables), default=None)


@derived
def sealed_directives(tables: Tables) -> list[Item]:
    """Every directive of the days that a seal covers, in the book's order."""
    end = sealed_until(tables)
    return [] if end is None else _items(tables, end)


def _directives(tables: Tables, end: date) -> list[Item]:
    """Every directive up to a day, and maybe later ones, in the book's order."""
    known = sealed_until(tables)
    return sealed_directives(tables) if known and end <= known else _items(tables, end)


def _items(tables: Tables, end: date) -> list[Item]:
    return [item_of(tables.root, entry) for entry in tables.entries if entry.date <= end and not _display(entry)]


def seals(entries: Iterable[Any]) -> Iterator[data.Custom]:
    """The seals of a book, at any date."""
    return (entry for entry in entries if isinstance(entry, data.Custom) and entry.type == "seal")


def seal_end(entry: data.Custom) -> date | None:
    """The last day of the period that a seal closes; None where it is no date."""
    try:
        return date.fromisoformat(str(entry.values[0].value))
    except (ValueError, IndexError, TypeError):
        return None


def sealed_periods(entries: Iterable[Any]) -> list[tuple[date, str]]:
    """The end and the root of each seal of a book, in its order; a seal whose end is no date, or without root, seals nothing."""
    found = ((seal_end(entry), entry.values) for entry in seals(entries))
    return [(end, str(values[1].value)) for end, values in found if end and len(values) == 2]


@lru_cache(4096)  # every entry of a file asks for it
def _relative(root: Path, filename: str) -> str:
    return Path(os.path.relpath(filename, root)).as_posix()


def within(day: date, after: date | None, end: date) -> bool:
    """Whether a day lies in a period: after `after` (None: from the beginning), up to `end`."""
    return day <= end and (after is None or day > after)


canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _amount(value: Amount | None) -> list[str] | None:
    return [exact(value.number), value.currency] if value is not None else None  # type: ignore[arg-type]


def _cost(value: Any) -> list[str] | None:
    return [exact(value.number), value.currency, value.date.isoformat(), value.label or ""] if value else None


_TYPES: dict[type, Callable[[Any], Any]] = {
    str: str,
    bool: bool,
    Decimal: lambda value: {"number": exact(value)},
    date: lambda value: {"date": value.isoformat()},
    Amount: lambda value: {"amount": _amount(value)},
    type(None): lambda value: None,
}


def _value(value: Any) -> Any:
    """A value of metadata or of a `custom` directive: text as it is, anything else named by its type."""
    return _TYPES[type(value)](value)


def _meta(meta: dict[str, Any] | None) -> dict[str, Any]:
    return {k: _value(v) for k, v in (meta or {}).items() if k not in ("filename", "lineno") and k[:2] != "__"}


def _posting(posting: data.Posting) -> dict[str, Any]:
    return {
        "account": posting.account,
        "flag": posting.flag or "",
        "units": _amount(posting.units),
        "cost": _cost(posting.cost),
        "price": _amount(posting.price),
        "meta": _meta(posting.meta),
    }


def _custom_value(value: Any) -> Any:
    return {"account": value.value} if value.dtype == "<AccountDummy>" else _value(value.value)


_CONTENT: dict[type, Callable[[Any, Path], dict[str, Any]]] = {
    data.Transaction: lambda e, _: {
        "flag": e.flag,
        "payee": e.payee or "",
        "narration": e.narration or "",
        "tags": sorted(e.tags or ()),
        "links": sorted(e.links or ()),
        "postings": [_posting(posting) for posting in e.postings],
    },
    data.Custom: lambda e, _: {"type": e.type, "values": [_custom_value(value) for value in e.values or ()]},
    data.Open: lambda e, _: {
        "account": e.account,
        "currencies": list(e.currencies or ()),
        "booking": e.booking.value if e.booking else "",
    },
    data.Close: lambda e, _: {"account": e.account},
    data.Commodity: lambda e, _: {"currency": e.currency},
    data.Pad: lambda e, _: {"account": e.account, "source": e.source_account},
    data.Balance: lambda e, _: {"account": e.account, "amount": _amount(e.amount)},  # held to the 分: no tolerance
    data.Note: lambda e, _: {
        "account": e.account,
        "comment": e.comment,
        "tags": sorted(e.tags or ()),
        "links": sorted(e.links or ()),
    },
    data.Document: lambda e, root: {
        "account": e.account,
        "path": _relative(root, e.filename),
        "tags": sorted(e.tags or ()),
        "links": sorted(e.links or ()),
    },
    data.Event: lambda e, _: {"name": e.type, "description": e.description},
    data.Price: lambda e, _: {"currency": e.currency, "amount": _amount(e.amount)},
    data.Query: lambda e, _: {"name": e.name, "query": e.query_string},
}


def item_of(root: Path, entry: Any) -> Item:
    """A directive of the book in canonical form."""
    kind = type(entry).__name__.lower()
    content = _CONTENT[type(entry)](entry, root) | {"meta": _meta(entry.meta)}
    file, line = _place(root, entry)
    sequences: list[tuple[str, ...]] = [(file, str(entry.date))]
    if kind == "custom" and content["values"]:
        sequences.append((str(entry.date), entry.type, canonical(content["values"][0])))
    text = canonical([kind, entry.date.isoformat(), content])
    order = data.SORT_ORDER.get(type(entry), 0)
    return Item(text, entry.date, file, line, tuple(sequences), order, tuple(_attached(root, entry)))


def _display(entry: Any) -> bool:
    """Settings of Fava's pages are no facts of the book."""
    return isinstance(entry, data.Custom) and entry.type.startswith("fava-")


def _place(root: Path, entry: Any) -> tuple[str, int]:
    """File and line; what a plugin made stands in no file and keeps the plugin's name for it."""
    name = entry.meta["filename"]
    return _relative(root, name) if os.path.isabs(name) else name, int(entry.meta["lineno"])


def _household_items(tables: Tables, after: date | None, end: date) -> Iterator[Item]:
    """A household's state on the row's day, and each of its dates on its own day: later ones are filled in later."""
    for row in records(HouseholdState, tables.households):
        day = row.date.isoformat()
        if within(row.date, after, end):
            facts = {name: value for name in _FACTS if (value := getattr(row, name)) not in (None, "")}
            sequence = ((HOUSEHOLDS, day, row.household),)
            yield Item(canonical(["household", day, row.household, facts]), row.date, row.file, row.line, sequence)
        for name in _DATED:
            if (value := getattr(row, name)) and within(max(row.date, value), after, end):
                text = canonical(["household-date", day, row.household, name, value.isoformat()])
                yield Item(text, max(row.date, value), row.file, row.line)


class _Named(NamedTuple):
    date: dt.date
    kind: str


def _roll_items(tables: Tables, after: date | None, end: date) -> Iterator[Item]:
    """Every roll in the month's files that vouchers of the period name, its digest computed from its lines."""
    named = tables.postings[tables.postings["roll"] != ""]
    months: dict[str, tuple[bool, date]] = {}
    for row in records(_Named, named):
        if within(row.date, after, end):
            shares = row.kind == "shares"
            months.setdefault(rolls.month_file(row.date, shares), (shares, row.date))
    for name, (shares, day) in sorted(months.items()):
        try:
            content = rolls.read_file(tables.root, name, shares)
        except rolls.RollError:
            continue
        yield Item(canonical(["roll-header", name, list(content.columns)]), day, name, 1)
        for roll, (start, _) in content.spans.items():
            yield Item(canonical(["roll", name, roll, content.digests[roll]]), day, name, start + 2)


def _attached(root: Path, entry: Any) -> Iterable[str]:
    if isinstance(entry, data.Document):
        yield _relative(root, entry.filename)
    metas = [entry.meta, *(posting.meta for posting in getattr(entry, "postings", ()))]
    yield from (name for meta in metas if meta and isinstance(name := meta.get("evidence"), str))
