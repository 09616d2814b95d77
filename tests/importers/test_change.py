"""Writing to a book is all or nothing: killed at every step, out of disk, two writers, hostile journals."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from ledgers.files import writing

OLD = {"main.beancount": b"old\n", "2022/01.beancount": b"january\n", "pending/a.csv": b"waits\n"}
NEW: dict[str, bytes | None] = {
    "main.beancount": b"new\n",
    "2023/01.beancount": b"another year\n",
    "pending/a.csv": None,
    "../book.identities.sqlite": b"people",
    "../book.identities.key": b"key",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    for name, content in OLD.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def contents(book: Path) -> dict[str, bytes]:
    found = {p.relative_to(book).as_posix(): p.read_bytes() for p in book.rglob("*") if p.is_file()}
    found |= {f"../{p.name}": p.read_bytes() for p in book.parent.glob("*identities*")}
    return found


def after(old: dict[str, bytes], new: dict[str, bytes | None]) -> dict[str, bytes]:
    return {name: content for name, content in {**old, **new}.items() if content is not None}


class Counter:
    """Runs a function before the n-th file operation, counted over all kinds of them."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.at, self.act, self.count = at, act, 0

    def wrap(self, real: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **kwargs: object) -> object:
            self.count += 1
            if self.count == self.at:
                self.act()
            return real(*args, **kwargs)

        return counted


def run(book: Path, at: int, act: Callable[[], None]) -> int:
    counter = Counter(at, act)
    system = {name: counter.wrap(getattr(os, name)) for name in ("rename", "fsync", "fchmod", "open")}
    paths = {name: counter.wrap(getattr(Path, name)) for name in ("unlink", "mkdir")}
    with mock.patch.multiple("os", **system), mock.patch.multiple(Path, **paths), writing.locked(book, "测试"):
        writing.write(book, NEW)
    return counter.count


def killed_at(book: Path, step: int) -> bool:
    """Write in a child process that dies before its n-th file operation; False when it had no n-th."""
    child = os.fork()
    if child == 0:
        try:
            run(book, step, lambda: os._exit(9))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_killed_at_every_step_leaves_the_old_book_or_the_new(tmp_path: Path) -> None:
    outcomes = []
    for step in range(1, 200):
        folder = tmp_path / str(step) / "book"
        for name, content in OLD.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        died = killed_at(folder, step)
        writing.settle(folder)
        with writing.locked(folder, "下一个"):
            pass
        found = contents(folder)
        assert found in (OLD, after(OLD, NEW)), step
        outcomes.append(found == OLD)
        if not died:
            break
    assert len(outcomes) > 20
    assert outcomes == sorted(outcomes, reverse=True), "once new, new for every later step"
    assert outcomes[0] is True
    assert outcomes[-1] is False


def test_reader_sees_new_book_as_soon_as_the_journal_stands(book: Path) -> None:
    """A kill after the journal is in place: settle, as every reader calls it, rolls forward."""
    real = os.rename
    calls = []

    def dies_after_journal(source: object, target: object) -> None:
        real(source, target)  # type: ignore[arg-type]
        calls.append(target)
        raise KeyboardInterrupt

    with mock.patch("os.rename", dies_after_journal), pytest.raises(KeyboardInterrupt), writing.locked(book, "测试"):
        writing.write(book, NEW)
    assert len(calls) == 1
    assert (book / writing.JOURNAL).exists()
    writing.settle(book)
    assert contents(book) == after(OLD, NEW)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_an_error_before_the_journal_changes_nothing(book: Path, number: int) -> None:
    total = run(book, 0, lambda: None)
    for step in range(1, total, 4):
        folder = book.parent / f"{step}" / "book"
        for name, content in OLD.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

        def fail() -> None:
            raise OSError(number, os.strerror(number))

        try:
            run(folder, step, fail)
        except (writing.NotWritten, OSError):
            writing.settle(folder)
            with writing.locked(folder, "下一个"):
                pass
        assert contents(folder) in (OLD, after(OLD, NEW)), step


def test_full_disk_is_said(book: Path) -> None:
    full = OSError(errno.ENOSPC, "x")
    message = r"磁盘已满.*没有任何改动"
    with mock.patch("os.fsync", side_effect=full), writing.locked(book, "测试"), pytest.raises(writing.NotWritten, match=message):
        writing.write(book, NEW)
    assert contents(book) == OLD


def test_second_writer_is_refused_with_who_holds_it(book: Path) -> None:
    busy = pytest.raises(writing.Busy, match=f"xianjie import，进程 {os.getpid()}")
    with writing.locked(book, "xianjie import"), busy, writing.locked(book, "另一个"):
        pass
    with writing.locked(book, "之后可以"):
        pass
    assert contents(book) == OLD


def test_lock_of_a_dead_process_is_no_lock(book: Path) -> None:
    child = os.fork()
    if child == 0:
        holder = writing.locked(book, "将被杀")
        holder.__enter__()
        os._exit(9)
    os.waitpid(child, 0)
    assert (book / writing.LOCK).exists()
    with writing.locked(book, "接手"):
        pass
    assert contents(book) == OLD


def test_mode_of_files(book: Path) -> None:
    (book / "main.beancount").chmod(0o640)
    with writing.locked(book, "测试"):
        writing.write(book, NEW)
    modes = {name: (book / name).stat().st_mode & 0o777 for name in ("main.beancount", "2023/01.beancount")}
    assert modes == {"main.beancount": 0o640, "2023/01.beancount": 0o644}
    for name in ("book.identities.sqlite", "book.identities.key"):
        assert (book.parent / name).stat().st_mode & 0o777 == 0o600


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    yield victim
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("name", ["../victim.txt", "{absolute}", "link/victim.txt", "x/../../victim.txt"])
def test_a_journal_from_elsewhere_cannot_touch_what_is_outside(book: Path, outside: Path, name: str) -> None:
    name = name.format(absolute=outside)
    (book / "link").symlink_to(book.parent)
    (book.parent / f".victim.txt{writing.SUFFIX}").write_text("theirs")
    (book / writing.JOURNAL).write_text(json.dumps({name: True}))
    with pytest.raises(writing.NotWritten, match="不在账簿文件夹之内"):
        writing.settle(book)
    with writing.locked(book.parent, "x"), pytest.raises(writing.NotWritten):
        writing.write(book, {name: b"theirs"})


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_journal_that_is_none(book: Path, content: bytes) -> None:
    (book / writing.JOURNAL).write_bytes(content)
    with pytest.raises(writing.NotWritten, match="不是本程序写下的"):
        writing.settle(book)
