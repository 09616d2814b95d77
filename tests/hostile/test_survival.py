"""Readers beside a writer, and writers killed at random moments: everyone sees the old book or the new one, whole."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from tests.seals.books import make, run
from xianjie import book as books
from xianjie.book import read
from xianjie.change import Busy, locked, write
from xianjie.problems import Untrusted

COMMAND = [sys.executable, "-c", "from xianjie.cli import main; main()"]


def version(book: Path, number: int) -> dict[str, bytes | None]:
    """Two files that belong together: a payment, and the roll that it names."""
    from xianjie.rolls import digest

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


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_killed_at_random(tmp_path: Path, block: int) -> None:
    """Real processes, real SIGKILL, at moments drawn anew on every run: nothing is ever lost."""
    chance = random.SystemRandom()
    book = make(tmp_path / "book")
    started = time.monotonic()
    subprocess.run([*COMMAND, "seal", str(shutil.copytree(book, tmp_path / "whole")), "2022-08"], check=True, capture_output=True)
    usual = time.monotonic() - started
    whole = {path.relative_to(tmp_path / "whole"): path.read_bytes() for path in (tmp_path / "whole").rglob("*") if path.is_file()}
    old = {path.relative_to(book): path.read_bytes() for path in book.rglob("*") if path.is_file()}
    seen = set()
    for number in range(40):
        copy = shutil.copytree(book, tmp_path / f"copy{number}")
        child = subprocess.Popen([*COMMAND, "seal", str(copy), "2022-08"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(usual * (0.75 + 0.35 * chance.random()))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert run("check", copy, "--rule", "record").exit_code in (0, 1)
        with locked(copy, "下一个"):
            pass
        found = {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
        assert found in (old, whole)
        seen.add(found == whole)
        shutil.rmtree(copy)
    assert seen
