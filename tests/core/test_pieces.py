"""A file out of pieces is written whole or not at all, and what is written so is what would be written at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import ledgers
from ledgers.book import read
from ledgers.files.writing import put_pieces
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import Audit
from reports.check import checked as module
from reports.check.checked import Checked, as_json, json_pieces
from reports.check.sarif import as_sarif, sarif_pieces


@pytest.fixture(scope="module")
def found() -> Audit:
    return audit(read(ledgers.XIUSHAN, date(2023, 12, 31)).tables, catalogue().values())


def test_one_after_the_other_are_all_in_their_order(found: Audit) -> None:
    assert found.passes
    assert list(found.each()) == found.findings
    assert len(found.findings) == sum(found.summary.values())


def test_documents_in_pieces_are_the_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    book = read(Path(__file__).parents[1] / "example", date(2022, 12, 31))
    checked = Checked(book, audit(book.tables, catalogue().values()), catalogue())
    whole = as_json(checked), as_sarif(checked)
    monkeypatch.setattr(module, "_PIECE", 100)
    small = list(json_pieces(checked)), list(sarif_pieces(checked))
    assert all(len(pieces) > 50 for pieces in small)
    assert (b"".join(small[0]), b"".join(small[1])) == whole
    assert len(json.loads(whole[0])["findings"]) == len(json.loads(whole[1])["runs"][0]["results"]) > 50
    assert all(piece.decode() for piece in (*small[0], *small[1])), "no piece ends within a character"


@pytest.mark.parametrize("pieces", [[], [b"one"], [b"one", b"two"], [b"one", b"", b"two", b"three"]])
def test_a_file_is_its_pieces(tmp_path: Path, pieces: list[bytes]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    put_pieces(path, pieces)
    assert path.read_bytes() == b"".join(pieces)
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_older_file(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one"
        yield b"two"
        raise ValueError("no more")

    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match="no more"):
        put_pieces(path, broken())
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_that_is_killed_in_between_leaves_nothing(tmp_path: Path) -> None:
    """The pieces come from a confined child; its parent clears up."""
    path = tmp_path / "file"
    path.write_bytes(b"before")
    code = f"""
import os, signal
from pathlib import Path
from ledgers.files import confined
from ledgers.files.problems import Untrusted
from ledgers.files.writing import put_pieces, will_put

def pieces():
    yield b"one"
    yield b"two"
    yield b"three"
    os.kill(os.getpid(), signal.SIGKILL)
    yield b"four"

def command():
    will_put(Path({str(path)!r}))
    confined.confine()
    put_pieces(Path({str(path)!r}), pieces())
    return 0

try:
    confined.run(command)
except Untrusted as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "SIGKILL" in done.stdout
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
