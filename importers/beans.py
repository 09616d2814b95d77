"""The kinds of sheets as beangulp importers: thin classes over the functions that `xianjie import` calls.

    CONFIG = importers_of("示例县")            # in a beangulp configuration
    beangulp.Ingest(CONFIG)()

`identify` knows a sheet by its headers, `extract` gives the entries that importing it would add to the book; nothing is
written. Entries can only be appended: a sheet that would also write rolls or registers of households, or change what the
book has, is refused with the command that does it. `account` is where the sheet's documents belong.
"""

import os
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import beangulp
from beancount.core import data
from beancount.parser import parser

from importers.draft.render import Files
from importers.reading.kinds import KINDS, Kind
from importers.reading.sheet import Sheet, read_path
from importers.run import prepare
from ledgers import clock
from ledgers.book import main_file

_LISTS = ("rolls/", "registry/households.csv", "registry/members.csv", "pending/")


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
        """The entries that the sheet would add to the book. Raises Refused, and what `prepare` raises."""
        main = main_file(self.book)
        changes = prepare(main, [Path(filepath)])
        if changes.refused:
            raise Refused("\n".join(map(str, changes.faults)))
        lists = sorted(name for name in changes.files if name.startswith(_LISTS))
        added, gone = _changed(main.parent, changes.files)
        if lists or gone:
            what = [f"写清册、名册（{'、'.join(lists)}）"] if lists else []
            what += [f"改动账簿里已有的 {gone} 条"] if gone else []
            raise Refused(
                f"{Path(filepath).name}：导入这张表要{'，'.join(what)}，extract 只能给出新增的分录，照它追加会使账簿不可信。"
                f"请用 xianjie import {self.book} {filepath}"
            )
        added.sort(key=data.entry_sortkey)
        return added


def _sheets(filepath: str) -> list[Sheet]:
    """The sheets of a file; each of many importers asks for them."""
    if not os.path.isfile(filepath):
        return []
    about = os.stat(filepath)
    return _read(filepath, clock.today(), about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=4)
def _read(filepath: str, today: date, *_: int) -> list[Sheet]:
    return read_path(Path(filepath), today)[0]


def _changed(root: Path, files: Files) -> tuple[list[Any], int]:
    """Entries that the files of a book would gain, and how many they would lose."""
    added: list[Any] = []
    gone = 0
    for name, content in files.items():
        if name.endswith(".beancount"):
            path = root / name
            before = Counter(map(_said, _entries(path.read_text("utf-8"), name) if path.exists() else []))
            after = _entries((content or b"").decode(), name)
            added += [entry for entry in after if not before[_said(entry)]]
            gone += (before - Counter(map(_said, after))).total()
    return added, gone


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
