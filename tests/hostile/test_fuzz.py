"""Fuzzing: whatever is in a book, a roll, a policy or on the command line, the user reads a sentence, and no verdict is
given on a book that did not load.

Every example starts from a sound book that is damaged: bytes flipped, pieces cut, repeated and moved, and scraps of
Beancount put in. A damaged book is judged in this process; what would bring the process down is left to test_books.py.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers.book import read
from ledgers.files.problems import Untrusted
from ledgers.files.writing import Busy, NotWritten
from plugins import catalogue
from plugins.audit import audit
from tests.seals import stranger
from tests.seals.books import edit, make, run, sealed
from xianjie.commands import COMMANDS

AS_OF = date(2022, 12, 31)
SCRAPS = [
    b'2022-08-01 custom "policy" "labour-share" 0.5\n', b'2022-08-01 custom "fund" "F" -1 CNY\n', b'  roll: "2022-000005-1"\n',
    b'2022-08-31 custom "seal" "2022-06-30" "x"\n  version: 1\n', b'2022-08-01 custom "waiver" "record" "x"\n  until: "never"\n',
    b'option "tolerance_multiplier" "9"\n', b'plugin "plugins.labour" "{1"\n', b"pushtag #a\n", b"pushmeta roll: 2022-01-01\n",
    b'2022-08-01 custom "equity" "GQ" "x"\n  subsidy: 0 CNY\n  dividend-rate: -1\n', b"99999999999999999999.99", b"-0.00", b"1e9",
    b"  days: 0.5\n", b"  days: TRUE\n", b"  income-year: 99999\n", b"  household: Assets:A\n", b"2022-02-30", b"9999-12-31", b"0001-01-01",
    b"\xef\xbb\xbf", b"\x00", b"\xff", b'"', b"{", b"}", b",", b"\n", b"\r", b"\r\n", b"\t", b";", b"NULL", b"TRUE", b"#", b"^", b"*", b"!",
    "，".encode(), "０".encode(), "\u202e".encode(), "\u2028".encode(), b"{{1 CNY}}", b"@@ 1 CNY", b"{*}", b"2022-08-01 pad Assets:A Equity:B\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = make(tmp_path_factory.mktemp("fuzz") / "book")
    sealed(book, "2022-03", "2022-08")
    return book


@contextmanager
def copied(book: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield shutil.copytree(book, Path(folder) / "book")


def damage(content: bytes, chance: random.Random) -> bytes:
    """One to four small damages."""
    for _ in range(chance.randint(1, 4)):
        size = len(content) + 1
        a, b = sorted((chance.randrange(size), min(size, chance.randrange(size) // 8 + chance.randrange(size))))
        kind = chance.randrange(6)
        if kind == 0 and content:
            content = content[: a - 1] + bytes([chance.randrange(256)]) + content[a:]
        elif kind == 1:
            content = content[:a] + content[min(b, a + 40) :]
        elif kind == 2:
            content = content[:a] + content[a : a + 60] + content[a:]
        elif kind == 3:
            content = content[:a] + chance.choice(SCRAPS) + content[a:]
        elif kind == 4:
            lines = content.split(b"\n")
            line = chance.randrange(len(lines))
            lines.insert(chance.randrange(len(lines)), lines.pop(line))
            content = b"\n".join(lines)
        else:
            old, new = chance.choice([(b"2022-", b"2021-"), (b".00", b".005"), (b'"', b""), (b"CNY", b"USD"), (b"-", b"+"), (b" ", b"\t")])
            content = content[:a] + content[a:].replace(old, new, 1)
    return content


def judged(book: Path) -> str:
    """Judge a book as `check` does; "" where it was refused. Anything but a refusal in words is a failure."""
    try:
        tables = read(book, AS_OF).tables
    except Untrusted as error:
        text = str(error)
        assert text.strip()
        assert "Traceback" not in text
        return ""
    result = audit(tables, catalogue().values())
    assert not result.crashes, result.crashes
    return "judged"


def files(book: Path) -> list[Path]:
    return sorted(path for path in book.rglob("*") if path.suffix in (".beancount", ".csv", ".jsonl"))


def try_one(sound: Path, seed: int, act: Callable[[Path], object]) -> None:
    chance = random.Random(seed)
    with copied(sound) as book:
        path = chance.choice(files(book))
        path.write_bytes(damage(path.read_bytes(), chance))
        act(book)


FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(seed=st.integers(0, 2**32))
def test_a_damaged_book_is_refused_in_words_or_judged(sound: Path, seed: int) -> None:
    try_one(sound, seed, judged)


@FEW
@given(seed=st.integers(0, 2**32))
def test_damage_to_what_is_sealed_is_found(sound: Path, seed: int) -> None:
    """verify is silent only where the stranger reads the same out of the damaged book, in whatever order of rows."""

    def said(book: Path) -> list[list[str]]:
        return [sorted(map(stranger.line, form)) for _, _, form in stranger.roots(str(book))]

    def act(book: Path) -> None:
        result = run("verify", book)
        assert isinstance(result.exception, SystemExit | Untrusted | None), repr(result.exception)
        if result.exit_code == 0:
            try:
                now = said(book)
            except (LookupError, ValueError, ArithmeticError):
                return  # legal, but laid out as the stranger's few lines do not read it: the head of an entry on two lines
            assert now == said(sound)

    try_one(sound, seed, act)


STRANGE = [
    None, 0, 1.5, True, "", "x", [], {}, [[]], {"number": 1}, {"date": None}, {"amount": [1]}, "2022-13-01", {"meta": {}}, [{}],
    "\ud800", "\x1b[2K",
]  # fmt: skip


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to every part of a JSON value but the whole."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))  # type: ignore[index]


def mangled(line: str, chance: random.Random) -> str:
    """A line of a manifest with something strange in one place."""
    value = json.loads(line)
    *way, last = chance.choice(list(places(value)))
    target = value
    for key in way:
        target = target[key]
    target[last] = chance.choice(STRANGE)
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


@FEW
@given(seed=st.integers(0, 2**32))
def test_a_mangled_manifest_is_no_traceback(sound: Path, seed: int) -> None:
    """Well-formed JSON that is no manifest, half of the time with its root in the book."""
    chance = random.Random(seed)
    with copied(sound) as book:
        path = book / chance.choice(["seals/2022-03.jsonl", "seals/2022-08.jsonl"])
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        lines = path.read_text("utf-8").splitlines()
        for place in chance.sample(range(len(lines)), 2):
            lines[place] = mangled(lines[place], chance)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        if chance.random() < 0.5:
            after = hashlib.sha256(path.read_bytes()).hexdigest()
            edit(book / "main.beancount", before, after)
        for command in ("verify", "doctor"):
            result = run(command, book)
            assert isinstance(result.exception, SystemExit), repr(result.exception)
            assert result.exit_code == 1


# Commands that are there; those that serve, ask or make a whole county are tested by themselves.
OFFERED = [n for n, (where, _) in COMMANDS.items() if n not in ("serve", "demo", "user") and find_spec(where.split(":")[0])]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_is_typed(data: st.DataObject) -> None:
    """Any arguments to any command: an exit status and no exception that would print a traceback."""
    name = data.draw(st.sampled_from(OFFERED))
    words = st.sampled_from(["--as-of", "--rule", "--root", "--format", "json", "2022-06", "-o", "--help", "--yes", "", "-", "/", ".."])
    typed = st.text(st.characters(exclude_characters="\0"), max_size=8)  # no argument of a program can hold a NUL
    arguments = data.draw(st.lists(words | typed, max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            result = run(name, *arguments)
        finally:
            os.chdir(before)
    allowed = SystemExit | Untrusted | Busy | NotWritten | None
    assert isinstance(result.exception, allowed), (name, arguments, repr(result.exception))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(8))
def test_a_thousand_damaged_books(sound: Path, block: int) -> None:
    """With seeds of its own on every run; a failure names the seed."""
    start = random.SystemRandom().randrange(2**32)
    for seed in range(start, start + 125):
        try:
            try_one(sound, seed, judged)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


@pytest.mark.slow
def test_guided_by_coverage(tmp_path: Path) -> None:
    """Inputs that reach new code are kept and varied; the process that reads them must live and answer in words."""
    pytest.importorskip("atheris", reason="atheris is not installed (pip install atheris, where there is a wheel)")
    command = [sys.executable, "-m", "tests.hostile.guided", str(tmp_path), "-max_total_time=90", "-rss_limit_mb=2048", "-timeout=20"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "DONE" in done.stderr or "Done" in done.stderr, done.stderr[-1000:]
