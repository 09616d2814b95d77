"""The kinds of sheets as beangulp importers: thin classes over the functions that `xianjie import` calls.

    CONFIG = importers_of("示例县")            # in a beangulp configuration
    beangulp.Ingest(CONFIG)()

`identify` knows a sheet by its headers, `extract` gives the entries that importing it would add to the book or change in
it; nothing is written. `account` is where the sheet's documents belong.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import beangulp
from beancount.core import data
from beancount.parser import parser

from importers.reading.kinds import KINDS, Kind
from importers.reading.sheet import Sheet, read_path
from importers.run import prepare
from ledgers import clock
from ledgers.book import main_file


class Refused(ValueError):  # noqa: N818
    """The sheet cannot be imported; the message names every fault."""


class SheetImporter(beangulp.Importer):  # type: ignore[misc]
    """An importer of one kind of sheet into one book."""

    kind = ""

    def __init__(self, book: str | Path) -> None:
        self.book = Path(book)

    @property
    def name(self) -> str:
        return KINDS[self.kind].title

    def identify(self, filepath: str) -> bool:
        """Whether a file holds a sheet of this kind, told by its headers."""
        return any(sheet.kind.id == self.kind for sheet in _sheets(filepath))

    def account(self, filepath: str) -> str:
        return KINDS[self.kind].account

    def date(self, filepath: str) -> date | None:
        """The latest day that the sheet names, None where it names none."""
        days = [value for sheet in _sheets(filepath) for row in sheet.rows for value in row if isinstance(value, date)]
        return max(days, default=None)

    def extract(self, filepath: str, existing: data.Entries) -> data.Entries:
        """The entries that the sheet would add to the book or change in it. Raises Refused, and what `prepare` raises."""
        main = main_file(self.book)
        changes = prepare(main, [Path(filepath)])
        if changes.refused:
            raise Refused("\n".join(map(str, changes.faults)))
        entries: list[Any] = []
        for name, content in changes.files.items():
            if name.endswith(".beancount") and content is not None:
                path = main.parent / name
                before = {_said(entry) for entry in _entries(path.read_text("utf-8"), name)} if path.exists() else set()
                entries += [entry for entry in _entries(content.decode(), name) if _said(entry) not in before]
        entries.sort(key=data.entry_sortkey)
        return entries


def _sheets(filepath: str) -> list[Sheet]:
    if not os.path.isfile(filepath):
        return []
    return read_path(Path(filepath), clock.today())[0]


def _entries(text: str, name: str) -> list[Any]:
    entries, _, _ = parser.parse_string(text, report_filename=name)
    return list(entries)


def _said(entry: Any) -> str:
    """An entry as text, without where it stands."""

    def plain(meta: Any) -> list[tuple[str, str]]:
        return sorted((key, str(value)) for key, value in (meta or {}).items() if key not in ("filename", "lineno"))

    postings = [(str(p._replace(meta=None)), plain(p.meta)) for p in getattr(entry, "postings", None) or ()]
    bare = entry._replace(meta=None, **({"postings": []} if postings else {}))
    return str((type(entry).__name__, str(bare), plain(entry.meta), postings))


def _importer(kind: Kind) -> type[SheetImporter]:
    """The class of one kind of sheet: PlanImporter for `plan`."""
    return type(f"{kind.id.capitalize()}Importer", (SheetImporter,), {"kind": kind.id, "__doc__": f"{kind.title}."})


IMPORTERS = tuple(map(_importer, KINDS.values()))
globals().update({importer.__name__: importer for importer in IMPORTERS})


def importers_of(book: str | Path) -> list[SheetImporter]:
    """One importer of each kind for a book: the CONFIG of a beangulp script."""
    return [importer(book) for importer in IMPORTERS]
