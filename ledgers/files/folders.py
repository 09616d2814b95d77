"""A folder of files, made beside its place and put there when it is whole.

The process that makes the files may be confined: its parent then holds the folder, writes what it is handed and puts it in
place, if the target was named before (`will_make`, confined.py).
"""

import atexit
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from ledgers.files.confined import by_parent, passed_on, will
from ledgers.files.writing import put_in_place


@passed_on
class NotFree(Exception):  # noqa: N818  the field's word for it
    """The target cannot be used; the message says why."""


_begun: dict[Path, tuple[Path, ExitStack]] = {}  # target -> the folder beside it, and what holds it


def will_make(*targets: Path) -> None:
    """Say before reading that folders will be made."""
    for operation in (_begin, _add, _finish, _give_up):
        will(operation, *targets)


class Folder:
    """A folder that is being made; `path` is where it lies until it is put in place."""

    def __init__(self, target: Path, path: Path) -> None:
        self.target, self.path = target, path

    def add(self, name: str, content: bytes) -> None:
        """Write a file; its name may hold folders, with forward slashes. Raises OSError."""
        _add(self.target, name, content)

    def put_in_place(self) -> None:
        """Put the folder where it belongs, in the stead of an earlier one. Raises OSError."""
        _finish(self.target)


@contextmanager
def making(targets: list[Path], mark: str) -> Iterator[dict[Path, Folder]]:
    """An empty folder beside each target; what was not put in place is removed in the end.

    A target that exists is replaced where it is empty or holds the file `mark`. Raises NotFree.
    """
    made: dict[Path, Folder] = {}
    try:
        for target in targets:
            made[target] = Folder(target, Path(_begin(target, mark)))
        yield made
    finally:
        for target in made:
            _give_up(target)


@by_parent
def _begin(target: Path, mark: str) -> str:
    clear(target)
    _check_free(target, mark)
    with ExitStack() as held:
        try:
            beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        except OSError as error:
            raise NotFree(f"无法在 {target.parent} 中写入（{error.strerror}）") from None
        held.callback(shutil.rmtree, beside, ignore_errors=True)
        hold(beside, held)
        _begun[target] = beside, held.pop_all()
    return str(beside)


@by_parent
def _add(target: Path, name: str, content: bytes) -> None:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise OSError(22, f"文件名“{name[:80]}”不能用")
    path = _begun[target][0].joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@by_parent
def _finish(target: Path) -> None:
    beside = _begun[target][0]
    os.chmod(beside, 0o755)
    put_in_place(beside, target)


@by_parent
def _give_up(target: Path) -> None:
    if target in _begun:
        _begun.pop(target)[1].close()


@atexit.register
def _give_up_all() -> None:
    """A child that died has put nothing in place."""
    for _, held in _begun.values():
        held.close()
    _begun.clear()


def hold(folder: Path, held: ExitStack) -> bool:
    """Lock a folder for as long as `held` lasts: the system drops the lock of a process that dies."""
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    held.callback(os.close, handle)
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def clear(target: Path) -> None:
    """What a making that was killed left beside the target: an earlier folder goes back, unfinished ones go."""
    name = re.compile(re.escape(f".{target.name}-") + r"[a-z0-9_]{8}(\.old)?")
    for left in target.parent.glob(".*") if target.parent.is_dir() else ():
        if name.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
            with suppress(OSError), ExitStack() as held:
                if left.name.endswith(".old") and not target.exists():
                    os.rename(left, target)
                elif hold(left, held):
                    shutil.rmtree(left, ignore_errors=True)


def _check_free(target: Path, mark: str) -> None:
    if not target.parent.is_dir():
        raise NotFree(f"上级文件夹 {target.parent} 不存在")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise NotFree(f"{target} 不是文件夹")
    if target.exists() and any(target.iterdir()) and not (target / mark).is_file():
        raise NotFree(f"{target} 中已有别的文件，应为空文件夹、不存在的文件夹或以前公开的文件夹")
