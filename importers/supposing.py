"""A book as if sheets, or Beancount files of planned vouchers and states, were already in it. Nothing is written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from importers.draft.render import Files
from importers.reading.given import Given
from importers.run import ChangeSet, prepare
from ledgers import clock
from ledgers.book import planned
from ledgers.files.writing import settle

PLANNED = ".beancount"


@dataclass(frozen=True)
class Supposed:
    """What is added to a book in thought: the changes that sheets bring, and directives as text."""

    main: Path
    changes: ChangeSet
    files: Files = field(default_factory=dict)
    directives: bytes = b""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whoever reads the book meanwhile finds all that in it."""
        with planned(self.main, self.directives, self.files):
            yield


def suppose(
    main: Path, paths: Iterable[Path], as_of: date | None = None, day: date | None = None, given: Given | None = None
) -> Supposed:
    """What sheets and Beancount files would bring to a book as of a day (default: today).

    Sheets that cannot be imported are in `changes.faults`. A sheet may be dated until that day though it is still to come.

    Must be called before the book is read: sheets are read by processes of their own. Raises Untrusted, Unusable.
    """
    settle(main.parent)  # a write that was broken off is finished first, as for every reader
    given_paths = list(paths)
    sheets = [path for path in given_paths if path.suffix.lower() != PLANNED]
    directives = b"\n".join(path.read_bytes() for path in given_paths if path.suffix.lower() == PLANNED)
    now = as_of or clock.today()
    latest = max(now, clock.today())
    changes = prepare(main, sheets, latest, day, given=given, paid=now) if sheets else ChangeSet(main)
    return Supposed(main, changes, changes.files, directives)
