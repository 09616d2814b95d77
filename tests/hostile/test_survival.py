"""Readers beside a writer: everyone sees the old book or the new one, whole (writers that are killed: test_kills.py)."""

import re
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from ledgers import book as books
from ledgers.book import read
from ledgers.files import folders
from ledgers.files.problems import Untrusted
from ledgers.files.writing import Busy, locked, put_in_place, write
from tests.seals.books import make


def version(book: Path, number: int) -> dict[str, bytes | None]:
    """Two files that belong together: a payment, and the roll that it names."""
    from ledgers.tables.rolls import digest

    lines = [f"2022-000005-1,H106003-001,1,{59900 - number}.00,100", f"2022-000005-1,H106003-003,1,{number}.00,150"]
    text = re.sub('roll-sha256: ".*"', f'roll-sha256: "{digest(lines)}"', (book / "2022/08.beancount").read_text("utf-8"))
    roll = "\n".join(["roll,household,person,amount,days", *lines]) + "\n"
    return {"2022/08.beancount": text.encode(), "rolls/2022/08.csv": roll.encode()}


def test_a_reader_beside_a_writer_never_reads_half_of_each(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    real, done = books.parse, []

    def slow(main: Path) -> object:
        result = real(main)
        if len(done) < 3:  # the writer is quicker than the reader three times over
            done.append(True)
            with locked(book, "写入"):
                write(book, version(book, len(done)))
        return result

    with mock.patch.object(books, "parse", slow):
        assert read(book, date(2022, 12, 31)).tables.broken == {}
    assert len(done) == 3


def test_a_reader_who_never_gets_a_quiet_moment_says_so(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    tried = []

    def torn(main: Path, as_of: date) -> object:
        tried.append(as_of)
        with locked(book, "写入"):
            write(book, version(book, len(tried)))
        raise Untrusted([])

    with mock.patch.object(books, "_read", torn), pytest.raises(Busy, match="反复写入"):
        read(book)
    assert len(tried) > 2


def test_what_a_killed_publication_left_is_cleared_up(tmp_path: Path) -> None:
    """Where the system cannot swap folders, the earlier publication may stand beside: it goes back, the unfinished goes."""
    target = tmp_path / "public"
    for name in (".public-abcdefgh.old", ".public-ijklmnop", ".public-2021-abcdefgh", ".public-mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    with ExitStack() as held:
        (tmp_path / ".public-working1").mkdir()
        assert folders.hold(tmp_path / ".public-working1", held)
        folders.clear(target)
    assert (target / "x").read_text() == ".public-abcdefgh.old"
    assert {path.name for path in tmp_path.glob(".*")} == {".public-2021-abcdefgh", ".public-mine", ".public-working1"}
    folders.clear(target)
    assert {path.name for path in tmp_path.glob(".*")} == {".public-2021-abcdefgh", ".public-mine"}


@pytest.mark.parametrize("able", [True, False])
def test_a_publication_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, able: bool) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    if not able:
        monkeypatch.setattr("ledgers.files.writing.exchanged", lambda *_: False)
    put_in_place(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["new"]
    assert (tmp_path / "new").exists() is able
    assert {path.name for path in tmp_path.iterdir()} <= {"old", "new"}
