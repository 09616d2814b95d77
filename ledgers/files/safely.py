"""Reading a file of a book safely: inside the book's folder, a plain file, of bounded size."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

FILE_LIMIT = 256 * 1024 * 1024
Contents = dict[str, str | None]  # file -> SHA-256 of what was read of it; None where it was refused
CHANGING = "changing"  # instead of a digest: the file was another one when it was read again
_noted: ContextVar[Contents | None] = ContextVar("noted", default=None)
_instead: ContextVar[Mapping[Path, bytes | None]] = ContextVar("instead", default={})  # noqa: B039  never changed


class Refused(Exception):  # noqa: N818  the field's word for it
    """Why the file is not read, in words that an official understands."""


@contextmanager
def noting() -> Iterator[Contents]:
    """Note of every file of a book that is read meanwhile, or cannot be read, what was read of it."""
    contents: Contents = {}
    token = _noted.set(contents)
    try:
        yield contents
    finally:
        _noted.reset(token)


@contextmanager
def instead(root: Path, files: Mapping[str, bytes | None]) -> Iterator[None]:
    """Read these files of a book as they would be, None for one that is gone, without writing them."""
    token = _instead.set({root / name: content for name, content in files.items()})
    try:
        yield
    finally:
        _instead.reset(token)


def would_be(root: Path) -> dict[str, bool]:
    """The files of a book that are read otherwise than they are: name -> whether they are there then."""
    found = _instead.get()
    return {path.relative_to(root).as_posix(): content is not None for path, content in found.items()}


def _note(name: str, content: bytes | None) -> None:
    contents = _noted.get()
    if contents is not None:
        digest = None if content is None else hashlib.sha256(content).hexdigest()
        contents[name] = digest if contents.get(name, digest) == digest else CHANGING


def read_bytes(root: Path, name: str, limit: int = FILE_LIMIT) -> bytes:
    """The content of a file of the book, `name` relative to its folder.

    Raises Refused for a path or symbolic link that leaves the folder, anything but a plain file (a pipe would wait for
    ever), a file above the limit, and a file that is missing or cannot be read.
    """
    try:
        content = _read(root, name, limit)
    except Refused:
        _note(name, None)
        raise
    _note(name, content)
    return content


def sha256_of(root: Path, name: str, limit: int | None = None) -> str:
    """The SHA-256 of a file of the book, of any size unless limited; it is not noted. Raises Refused as `read_bytes` does."""
    with open(_opened(root, name, limit), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(root: Path, name: str, limit: int) -> bytes:
    path = root / name
    if path in _instead.get():
        content = _instead.get()[path]
        if content is None:
            raise Refused("文件不存在")
        return content
    handle = _opened(root, name, limit)
    with open(handle, "rb") as stream:
        return stream.read(limit)


def _opened(root: Path, name: str, limit: int | None) -> int:
    path = root / name
    try:
        outside = not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
    except (OSError, ValueError):
        raise Refused("文件名无法使用") from None
    if outside:
        raise Refused("文件指到账簿文件夹之外，不予读取")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Refused("文件不存在") from None
    except (OSError, ValueError) as error:
        raise Refused(f"文件无法读取（{getattr(error, 'strerror', None) or error}）") from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode) or (limit is not None and about.st_size > limit):
        os.close(handle)
        raise Refused("不是普通文件" if limit is None else f"不是普通文件，或超过 {limit // 2**20} MB")
    return handle
