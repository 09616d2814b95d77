"""Writing, all or nothing: a kill or a loss of power between any two steps leaves the old or the new.

A single file and a folder of files are made whole beside their place, synced, and renamed there. Of a book several
files change at once:

new contents are written beside their files and synced; then a journal that names them is renamed into place, which is
the moment of truth; then the files are renamed and the journal is removed. Whoever opens the book next completes what a
journal names and removes what none names. One writer at a time holds the lock; the system drops it when a process dies.

A process that reads a book may be confined: these functions then work in its parent (`confined.py`), if they were named
before it read. `locked` names the book that it locks.
"""

import atexit
import ctypes
import errno
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ledgers import clock
from ledgers.files.confined import by_parent, passed_on, will
from ledgers.files.safely import Refused, read_bytes

LOCK = ".xianjie-lock"
JOURNAL = ".xianjie-journal"
SUFFIX = ".xianjie-new"
PATIENCE = 5.0  # seconds that a reader waits for a writer to finish its renames
PRIVATE = 0o600
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
_FULL = (errno.ENOSPC, errno.EDQUOT)


@passed_on
class Busy(Exception):  # noqa: N818  the field's word for it
    """Another program is writing to the book; the message says which."""


@passed_on
class NotWritten(Exception):  # noqa: N818
    """The change could not be written; the book is as it was, or the message says that the next opening completes it."""


@contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Hold a book for writing, after completing or undoing what an interrupted writer left. Raises Busy."""
    folder = Path(os.path.abspath(folder))
    will_lock(folder)
    _take(folder, command)
    try:
        yield
    finally:
        _release(folder)


def will_lock(folder: Path) -> None:
    """Say before reading a book that it will be locked and written to."""
    for operation in (_take, write, _release):
        will(operation, folder)


_held: dict[Path, int] = {}  # locked books: their locks


@by_parent
def _take(folder: Path, command: str) -> None:
    handle = _acquire(folder / LOCK)
    try:
        with suppress(OSError):  # who holds the lock is said as a courtesy; a full disk is for `write` to tell
            os.truncate(handle, 0)
            os.pwrite(handle, f"{command}，进程 {os.getpid()}，{clock.now():%Y-%m-%d %H:%M:%S} 开始".encode(), 0)
        _recover(folder)
    except BaseException:
        _let_go(folder, handle)
        raise
    _held[folder] = handle


@by_parent
def _release(folder: Path) -> None:
    _let_go(folder, _held.pop(folder))


def _let_go(folder: Path, handle: int) -> None:
    (folder / LOCK).unlink(missing_ok=True)
    os.close(handle)


@by_parent
def settle(folder: Path) -> None:
    """For readers: complete a write that was interrupted after its journal stood; wait for a writer that is at it.

    Raises Busy when the writer does not finish, NotWritten when the reader may not complete what it finds.
    """
    until = time.monotonic() + PATIENCE
    while (folder / JOURNAL).exists():
        try:
            with locked(folder, "读取账簿"):
                return
        except Busy:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@by_parent
def write(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Write files of a locked book at once; None removes one. Names are relative to the book, with forward slashes.

    Besides the book's own files only its identities, `../<book>.identities.sqlite` and `.key`, can be named (mode 0600).
    """
    paths = {name: _target(folder, name) for name in files}
    made: list[Path] = []
    try:
        made += _make_folders(paths.values())
        for name, content in files.items():
            if content is not None:
                _write_beside(paths[name], content, _mode(paths[name], name))
        _sync_folders([*paths.values(), *made])
        _write_beside(folder / JOURNAL, _journal(files), PRIVATE)
        os.rename(_beside(folder / JOURNAL), folder / JOURNAL)
    except OSError as error:
        _undo([*paths.values(), folder / JOURNAL], made)
        raise NotWritten(f"无法写入（{_reason(error)}），账簿没有任何改动") from None
    try:
        _complete(folder)
    except OSError as error:
        raise NotWritten(f"写入中断（{_reason(error)}），下一次打开账簿时会自动完成") from None


@by_parent
def put_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write one file, whole or not at all. Raises OSError, also for a device or pipe, which it would take the place of."""
    _check_plain(path)
    _place(*tempfile.mkstemp(prefix=".xianjie-", dir=path.parent), path, content, mode)


def _check_plain(path: Path) -> None:
    stream = path.is_symlink() and os.readlink(path).startswith("/proc/")  # such as /dev/stdout
    if stream or (path.exists() and not path.is_file() and not path.is_dir()):
        raise OSError(errno.EINVAL, "不是普通文件")


def _place(handle: int, beside: str, path: Path, content: bytes, mode: int) -> None:
    """Write the rest of a file that lies beside its place, and put it there; what goes wrong leaves nothing beside."""
    try:
        _fill(handle, content, mode)
        os.rename(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    _sync_folders([path])


def will_put(path: Path) -> None:
    """Say before reading a book that one file will be written, at once or in pieces."""
    for operation in (put_file, _begin, _add, _finish, _drop):
        will(operation, path)


def put_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write one file out of pieces that are never in memory together, whole or not at all. Raises OSError."""
    found = iter(pieces)
    first = next(found, b"")
    second = next(found, None)
    if second is None:
        put_file(path, first)
        return
    _begin(path)
    try:
        for piece in (first, second):
            _add(path, piece)
        for piece in found:
            _add(path, piece)
        _finish(path)
    except BaseException:
        _drop(path)
        raise


_begun: dict[Path, tuple[int, str]] = {}  # files that are being written in pieces: handle and name beside it


@by_parent
def _begin(path: Path) -> None:
    if not _begun:
        atexit.register(_drop_all)  # whoever was to finish them may have been killed
    _check_plain(path)
    _begun[path] = tempfile.mkstemp(prefix=".xianjie-", dir=path.parent)


@by_parent
def _add(path: Path, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(_begun[path][0], view) :]


@by_parent
def _finish(path: Path) -> None:
    _place(*_begun.pop(path), path, b"", 0o644)


@by_parent
def _drop(path: Path) -> None:
    if path in _begun:
        handle, beside = _begun.pop(path)
        os.close(handle)
        with suppress(OSError):
            os.unlink(beside)


def _drop_all() -> None:
    for path in list(_begun):
        _drop(path)


@by_parent
def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made where there is none; others there stay. Raises OSError.

    All are whole on the disk before the first takes its place, so that a full disk leaves everything as it was.
    """
    if bad := [name for name in files if name in ("", ".", "..") or "/" in name or "\0" in name]:
        raise OSError(errno.EINVAL, f"文件名“{bad[0][:80]}”不能用")
    made = list(_make_folders([folder / "x"]))
    try:
        with tempfile.TemporaryDirectory(prefix=".xianjie-", dir=folder) as beside:
            for name, content in files.items():
                _write_new(Path(beside) / name, content, 0o644)
            for name in files:
                os.rename(Path(beside) / name, folder / name)
    except BaseException:
        _undo([], made)
        raise
    _sync_folders([folder / "x", *made])


def put_in_place(finished: Path, target: Path) -> None:
    """Rename a finished folder to where an earlier one may stand, in one step where the system can. Raises OSError.

    The earlier one is removed, or has taken the finished folder's name, for the caller to remove.
    """
    _sync_tree(finished)
    if not target.exists():
        os.rename(finished, target)
    elif not exchanged(finished, target):
        old = finished.with_name(f"{finished.name}.old")
        os.rename(target, old)
        os.rename(finished, target)
        shutil.rmtree(old, ignore_errors=True)
    _sync_folders([target])


def exchanged(one: Path, other: Path) -> bool:
    """Swap what two names stand for, in one step that nobody sees half done; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def _acquire(path: Path) -> int:
    """An open, exclusively locked file at the path. A file that was removed meanwhile is another writer's: try again."""
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)  # a link would empty its target
        except OSError as error:
            raise NotWritten(f"无法在账簿文件夹中写入（{_reason(error)}）") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 300, 0).decode("utf-8", "replace")
            os.close(handle)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise NotWritten(f"无法锁定账簿（{_reason(error)}）") from None
            raise Busy(f"账簿正被另一个程序写入（{holder or '刚刚开始'}），请等它结束后再试") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(handle)):
                return handle
        os.close(handle)


def _recover(folder: Path) -> None:
    if (folder / JOURNAL).exists():
        _complete(folder)
    else:
        for left in (*folder.rglob(f".*{SUFFIX}"), *folder.parent.glob(f".{folder.name}.identities.*{SUFFIX}")):
            with suppress(IsADirectoryError):
                left.unlink()


def _complete(folder: Path) -> None:
    """Carry out what the journal names. Doing it again after an interruption changes nothing that is done."""
    foreign = NotWritten(f"账簿中的 {JOURNAL} 不是本程序写下的，请查明来历后删除")
    try:
        steps = dict(json.loads(read_bytes(folder, JOURNAL)))
        targets = {_target(folder, str(name)): written for name, written in steps.items()}
    except (Refused, ValueError, TypeError, RecursionError):
        raise foreign from None
    if any(target.is_dir() for target in targets) or not all(steps.get(name, True) for name in identity_names(folder)):
        raise foreign  # identities are never removed, whatever a book from elsewhere asks
    _sync_folders([folder / JOURNAL])  # what the journal names must not reach the disk before the journal itself
    for target, written in targets.items():
        if not written:
            target.unlink(missing_ok=True)
        elif _beside(target).exists():
            os.rename(_beside(target), target)
    _sync_folders([*targets, folder / JOURNAL])
    (folder / JOURNAL).unlink()
    _sync_folders([folder / JOURNAL])


def _target(folder: Path, name: str) -> Path:
    """The path of a name in a journal, which may come from anyone: nothing outside the book but its identities."""
    if name in identity_names(folder):
        return folder.parent / name.removeprefix("../")
    target = folder / name
    home = os.path.realpath(folder)
    parts = Path(name).parts
    inside = os.path.realpath(target.parent) == home or os.path.realpath(target.parent).startswith(home + os.sep)
    if not parts or ".." in parts or Path(name).is_absolute() or not inside or target.is_symlink():
        raise NotWritten(f"“{name}”不在账簿文件夹之内，不予写入")
    return target


def identity_names(folder: Path) -> tuple[str, str]:
    """The identities of a book and their key, as `write` names them: beside the book, never inside."""
    return f"../{folder.name}.identities.sqlite", f"../{folder.name}.identities.key"


def _journal(files: Mapping[str, bytes | None]) -> bytes:
    return json.dumps({name: content is not None for name, content in files.items()}, ensure_ascii=False).encode()


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}{SUFFIX}")


def _mode(target: Path, name: str) -> int:
    if name.startswith("../"):
        return PRIVATE
    return os.stat(target).st_mode & 0o777 if target.exists() else 0o644


def _write_beside(target: Path, content: bytes, mode: int) -> None:
    _beside(target).unlink(missing_ok=True)
    _write_new(_beside(target), content, mode)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    _fill(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), content, mode)


def _fill(handle: int, content: bytes, mode: int) -> None:
    with open(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(handle, mode)
        os.fsync(handle)


def _make_folders(targets: Iterable[Path]) -> Iterator[Path]:
    for target in targets:
        missing = [parent for parent in (target.parent, *target.parent.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            yield parent


def _sync_folders(targets: Iterable[Path]) -> None:
    for folder in dict.fromkeys(target.parent for target in targets):
        _sync(folder)


def _sync_tree(folder: Path) -> None:
    for inside, _, names in os.walk(folder):
        for path in (*(Path(inside) / name for name in names), Path(inside)):
            _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _undo(targets: Iterable[Path], made: list[Path]) -> None:
    with suppress(OSError):
        for target in targets:
            _beside(target).unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()


def _reason(error: OSError) -> str:
    return "磁盘已满" if error.errno in _FULL else error.strerror or str(error)
