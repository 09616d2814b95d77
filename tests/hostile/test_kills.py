"""Killed at random moments, with a real SIGKILL: importing, sealing and publishing leave the old or the new, whole.

`XIANJIE_KILLS=1000` says how often in all; the moments are drawn anew on every run. Every process is a fork of this one,
whose imports are done, so that most of its life is the command's own work; half of the kills wait for the first file that
the command writes, so that they fall into the writing.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.files import writing
from tests.importers.county import ALL, new_book
from tests.importers.dirty import to_xlsx
from tests.seals.books import edit, make, run

KILLS = int(os.environ.get("XIANJIE_KILLS", "1000"))
Contents = dict[str, bytes]


@dataclass(frozen=True)
class Work:
    """A command at work in a folder: how the folder is prepared, the command there, and what it writes first."""

    prepare: Callable[[Path], object]
    arguments: Callable[[Path], list[object]]
    trace: str
    again: tuple[int, ...] = (0,)  # exit status where it is given once more


def _papers(folder: Path) -> None:
    """A book with people and projects in it, and the papers of the rest of the year."""
    book = new_book(folder)
    files = [to_xlsx(folder / f"{kind}.xlsx", make()) for kind, make in ALL.items()]
    assert run("import", book, *files[:5], "--yes").exit_code == 0
    for file in files[:5]:
        file.unlink()


def _published(folder: Path) -> None:
    """A book, an earlier publication of it, and a change since."""
    book = make(folder / "book")
    assert run(*_publish(folder)).exit_code == 0
    edit(book / "registry/registry.beancount", 'name: "美翠村产业路"', 'name: "美翠村产业大道"')


def _publish(folder: Path) -> list[object]:
    return ["publish", folder / "book", "-o", folder / "public", "--period", "2022", "--no-pdf"]


WORKS = {
    "import": Work(_papers, lambda at: ["import", at / "book", *sorted(at.glob("*.xlsx")), "--yes"], f"book/.*{writing.SUFFIX}"),
    "seal": Work(lambda at: make(at / "book"), lambda at: ["seal", at / "book", "2022-08"], f"book/.*{writing.SUFFIX}", (0, 1)),
    "publish": Work(_published, _publish, ".public-*/data"),
}


def contents(folder: Path) -> Contents:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def started(arguments: list[object]) -> int:
    """A process that runs a command, as its user would; its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        status = run(*arguments).exit_code
    finally:
        os._exit(status)


def ended(child: int, seconds: float) -> bool:
    """Wait for a process, at most so long; whether it has come to its own end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.0005)
    return False


def at_work(child: int, folder: Path, trace: str, seconds: float) -> bool:
    """Wait until a process has begun to write; False where it ended before that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not any(folder.glob(trace)):
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
    return True


def killed(child: int, folder: Path, work: Work, usual: float, chance: random.Random) -> bool:
    """Kill a process at a moment of its life, or of its writing; False where it had ended before."""
    if chance.random() < 0.5:
        over = not at_work(child, folder, work.trace, usual * 5) or ended(child, chance.random() ** 3 * usual / 4)
    else:
        over = ended(child, chance.random() * usual * 1.05)
    if over:
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def shown(folder: Path) -> Contents:
    """What whoever comes next finds: readers complete what was under way; a publication is looked at as it lies."""
    public = contents(folder / "public") if (folder / "public").exists() else {}
    read(folder / "book")
    with writing.locked(folder / "book", "下一个"):
        pass
    return {name: content for name, content in contents(folder).items() if name[:7] != "public/" and name[0] != "."} | {
        f"public/{name}": content for name, content in public.items()
    }


def trials(work: Work, place: Path, kills: int) -> Counter[str]:
    """Kill a command again and again, and give it once more after each kill; what the kills left, counted."""
    chance = random.SystemRandom()
    work.prepare(place / "old")
    for name in ("warm", "new"):
        shutil.copytree(place / "old", place / name)
    assert run(*work.arguments(place / "warm")).exit_code == 0
    begun = time.monotonic()
    assert ended(started(work.arguments(place / "new")), 120)
    usual = time.monotonic() - begun
    old, new = contents(place / "old"), contents(place / "new")
    assert old != new
    folder, found = place / "trial", Counter[str]()
    while found.total() < kills:
        shutil.copytree(place / "old", folder)
        if killed(started(work.arguments(folder)), folder, work, usual, chance):
            half, now = left(folder), shown(folder)
            assert now in (old, new), f"kill {found.total()}"
            found["midway" if half else "old" if now == old else "new"] += 1
            again = started(work.arguments(folder))
            assert os.waitstatus_to_exitcode(os.waitpid(again, 0)[1]) in work.again
            assert contents(folder) == new, f"kill {found.total()}"
        shutil.rmtree(folder)
    return found


def left(folder: Path) -> bool:
    """Whether a killed process left something half done for the next one."""
    return any(path.name[0] == "." and path.name != writing.LOCK for path in folder.rglob(".*"))


@pytest.mark.parametrize("command", WORKS)
def test_killed_now_and_then(command: str, tmp_path: Path) -> None:
    assert trials(WORKS[command], tmp_path, 2).total() == 2


@pytest.mark.slow
@pytest.mark.parametrize("command", WORKS)
def test_killed_a_thousand_times(command: str, tmp_path: Path) -> None:
    found = trials(WORKS[command], tmp_path, -(-KILLS // len(WORKS)))
    print(f"{command}: {dict(found)}")
    assert found["midway"], "no kill fell into the writing: no test"
