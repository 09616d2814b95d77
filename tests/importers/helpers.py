"""Writing papers to files, reading them back, importing them into a book."""

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from importers.reading.grid import Grid
from importers.reading.sheet import Sheet, read_path
from importers.run import ChangeSet, import_files
from tests.importers.county import TODAY
from tests.importers.dirty import Paper, to_xlsx


def rows_of(path: Path, today: date = TODAY) -> list[tuple[Any, ...]]:
    """The typed rows of a file that must be read without a fault, without their line numbers."""
    sheet = sheet_of(path, today)
    assert not sheet.faults, [str(fault) for fault in sheet.faults]
    return [row[1:] for row in sheet.rows]


def grid_of(paper: Paper) -> Grid:
    """A paper as the reader of a workbook would give it, without the workbook."""
    rows = [[float(cell) if isinstance(cell, Decimal | int) else cell for cell in row] for row in paper.grid()]
    width = max(map(len, rows))
    return Grid("表.xlsx", "Sheet1", [row + [""] * (width - len(row)) for row in rows])


def sheet_of(path: Path, today: date = TODAY) -> Sheet:
    sheets, faults, _ = read_path(path, today)
    assert not faults, [str(fault) for fault in faults]
    assert len(sheets) == 1
    return sheets[0]


def faults_of(path: Path, today: date = TODAY) -> list[str]:
    """Everything that is wrong with a file by itself, as a clerk would read it."""
    sheets, faults, _ = read_path(path, today)
    return sorted(str(fault) for fault in [*faults, *(fault for sheet in sheets for fault in sheet.faults)])


class Desk:
    """A clerk's desk: a book, and papers that are brought to it."""

    def __init__(self, book: Path) -> None:
        self.book = book
        self.folder = book.parent / "papers"
        self.folder.mkdir(exist_ok=True)
        self.count = 0

    def bring(self, *papers: Paper | Path, day: date | None = None, **options: Any) -> ChangeSet:
        """Import papers in one command, whatever comes of it."""
        return import_files(self.book, [self._file(paper) for paper in papers], TODAY, day, **options)

    def take(self, *papers: Paper | Path, day: date | None = None, **options: Any) -> ChangeSet:
        """Import papers that must be accepted."""
        changes = self.bring(*papers, day=day, **options)
        assert not changes.refused, [str(fault) for fault in changes.faults] + list(changes.stopped)
        return changes

    def refuse(self, *papers: Paper | Path, day: date | None = None, **options: Any) -> str:
        """Import papers that must be refused whole, leaving the book as it is; what is said."""
        before = self.state()
        changes = self.bring(*papers, day=day, **options)
        assert changes.refused
        assert self.state() == before
        return "\n".join(str(fault) for fault in changes.faults)

    def _file(self, paper: Paper | Path) -> Path:
        if isinstance(paper, Path):
            return paper
        self.count += 1
        return to_xlsx(self.folder / f"表{self.count}.xlsx", paper)

    def state(self) -> dict[str, str]:
        """Every file of the book and its identities, by digest."""
        paths = [*self.book.rglob("*"), *self.book.parent.glob("*.identities.*")]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}

    def text(self, pattern: str = "*/*.beancount") -> str:
        return "\n".join(path.read_text("utf-8") for path in sorted(self.book.glob(pattern)) if path.is_file())

    def read(self, name: str) -> str:
        return (self.book / name).read_text("utf-8")

    def lines(self, name: str) -> list[str]:
        return self.read(name).splitlines()


def without(papers: dict[str, Any], names: Iterable[str]) -> list[Any]:
    return [make() for name, make in papers.items() if name not in names]
