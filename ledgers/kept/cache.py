"""The user's own cache: what was computed from a book, kept by the digest of everything that it was computed from.

It lies in the user's cache folder (XDG_CACHE_HOME), never in a book's, belongs to the user alone (0700, every folder of it),
and can be deleted at any time. An entry is a folder that appears whole, by one rename; its manifest names the digest of
every file, and an entry that does not match it is deleted, never read. Nothing in it is a pickle.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import ledgers
from ledgers.files.confined import by_parent, passed_on, will
from ledgers.files.safely import FILE_LIMIT
from ledgers.files.writing import put_file

MANIFEST = "manifest.json"
KEPT = 3  # entries of one book: the last days on which it was judged, or the last states that it had
SETTLED = 2.0  # seconds after which a file's times tell that it has not changed since
_PACKAGES = ("ledgers", "plugins", "reports", "xianjie")
_LIBRARIES = ("beancount", "pandas", "numpy", "duckdb", "chinesecalendar")
Content = bytes | Sequence[bytes | memoryview]
OWN_FILES = frozenset({".xianjie-lock", ".xianjie-journal"})


@passed_on
class Unsafe(Exception):  # noqa: N818
    """The cache folder cannot be used: it is not the user's own, or it lies inside a book."""


def folder() -> Path:
    """The cache folder, made when there is none. Raises Unsafe when others could write there."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    path = Path(f"{base if os.path.isabs(base) else os.path.expanduser('~/.cache')}/xianjie")
    if not os.path.lexists(path):
        with suppress(FileExistsError), _said_when_refused(path):
            os.makedirs(path.parent, exist_ok=True)
            path.mkdir(mode=0o700)
    return _own(path)


def _own(path: Path) -> Path:
    """A folder of the cache that is there. Raises Unsafe when it is not the user's own, or others could write there."""
    with _said_when_refused(path):
        found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unsafe(f"缓存文件夹 {path} 应是本人所有、他人不可读写（权限 700）的文件夹，请删除它或改正权限")
    return path


@contextmanager
def _said_when_refused(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise Unsafe(f"无法使用缓存文件夹 {path}（{error.strerror}），可用 XDG_CACHE_HOME 另指一处") from None


def outside(book: Path) -> Path:
    """The cache folder, which must not lie in a book: there it would be sealed, copied and published with it."""
    path = folder()
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(book)):
        raise Unsafe(f"缓存文件夹 {path} 不得放在账簿文件夹之内，请用 XDG_CACHE_HOME 另指一处")
    return path


def get(kind: str, name: str, key: str) -> dict[str, Path] | None:
    """The files of an entry, each matching the digest that was noted when it was written; None where there is none."""
    place = _place(kind, name) / key
    try:
        digests: dict[str, str] = json.loads((place / MANIFEST).read_bytes())
        files = {file: place / file for file in digests}
        if any(_sha256(path) != digests[file] for file, path in files.items()):
            raise ValueError
        os.utime(place)
    except (ValueError, OSError):
        shutil.rmtree(place, ignore_errors=True)
        return None
    return files


def has(kind: str, name: str, key: str) -> bool:
    """Whether an entry is there; whether it is whole only `get` can tell."""
    return (_place(kind, name) / key / MANIFEST).is_file()


def keys(kind: str, name: str) -> tuple[str, ...]:
    """The keys of all entries of a name."""
    with suppress(FileNotFoundError):
        return tuple(sorted(entry.name for entry in _place(kind, name).iterdir() if (entry / MANIFEST).is_file()))
    return ()


def will_put(kind: str, name: str, book: Path) -> None:
    """Say before a book is read that an entry of it will be kept (see `files/confined.py`)."""
    will(_put, _place(kind, name))
    will(put_file, _stamp(book))


def put(kind: str, name: str, key: str, files: Mapping[str, Content]) -> None:
    """Keep files under a key: all of them or none. An entry that is there already stays.

    A content may be given in pieces, so that nobody needs to hold it in one.

    Raises Unsafe for a key or a file whose name could lead elsewhere: they may come from another machine.
    """
    _put(_place(kind, name), key, dict(files))


def _is_inside(name: str) -> bool:
    return name != MANIFEST and all(part not in ("", ".", "..") for part in name.split("/")) and "\0" not in name


@by_parent
def _put(place: Path, key: str, files: dict[str, Content]) -> None:
    if bad := [one for one in (key, *files) if not _is_inside(one)]:
        raise Unsafe(f"名称“{bad[0][:80]}”不能用在缓存里")
    for folder_ in (place.parent, place):
        folder_.mkdir(mode=0o700, exist_ok=True)
        _own(folder_)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    try:
        digests = {file: _written(made / file, content) for file, content in files.items()}
        (made / MANIFEST).write_text(json.dumps(digests))
        try:
            os.rename(made, place / key)
        except OSError:
            if not (place / key / MANIFEST).is_file():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    _forget_old(place)


def _written(path: Path, content: Content) -> str:
    """Write a new file; its digest."""
    total = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as stream:
        for piece in [content] if isinstance(content, bytes) else content:
            stream.write(piece)
            total.update(piece)
    return total.hexdigest()


def kept(kind: str, name: str, key: str, make: Callable[[], Mapping[str, bytes]]) -> dict[str, Path]:
    """The files of an entry, which is made first where there is none. Raises Unsafe when it does not come back."""
    files = get(kind, name, key)
    if files is None:
        put(kind, name, key, make())
        files = get(kind, name, key)
    if files is None:
        raise Unsafe("写入缓存后读不回来，请检查缓存所在的磁盘")
    return files


def _place(kind: str, name: str) -> Path:
    """Where the entries of a name lie. Raises Unsafe when somebody else could have put them there."""
    above = folder() / kind
    place = above / hashlib.sha256(os.fsencode(name)).hexdigest()[:24]
    for one in (above, place):
        if os.path.lexists(one):
            _own(one)
    return place


def _stamp(root: Path) -> Path:
    above = folder() / "stamps"
    if not os.path.lexists(above):
        above.mkdir(mode=0o700, exist_ok=True)
    return _own(above) / hashlib.sha256(os.fsencode(root)).hexdigest()[:24]


def _forget_old(place: Path) -> None:
    entries = [entry for entry in place.iterdir() if not entry.name.startswith(".new-")]
    for old in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    for left in place.glob(".new-*"):  # of a process that was killed
        if time.time() - left.stat().st_mtime > 86400:
            shutil.rmtree(left, ignore_errors=True)


@cache
def program() -> str:
    """The digest of all code that judges, of the versions of what it stands on, and of Python itself."""
    total = hashlib.sha256(sys.version.encode())
    root = Path(ledgers.__file__).parents[1]
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            total.update(f"{path.relative_to(root)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        total.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    return total.hexdigest()


def contents(root: Path) -> str:
    """SHA-256 over the names and contents of everything in a book's folder, whether the book uses it or not.

    A folder whose files all still have the times, sizes and inodes that they had when it was last digested, and had had
    for a while then, is not read again: the change time of a file cannot be set back by a program. A folder that has
    anything but plain files, such as links to what lies elsewhere, has no digest: "". OSError when it cannot be read.
    """
    found = _files(root)
    if any(kind != stat.S_IFREG for _, kind, *_ in found):
        return ""
    stamp = hashlib.sha256(repr(found).encode()).hexdigest()
    note = _stamp(root)
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(note.read_bytes())
        if noted["stamp"] == stamp:
            return str(noted["digest"])
    now = time.time()
    digest = _digest(root, found)
    newest = max((max(changed, modified) for _, _, _, changed, modified, _ in found), default=0)
    if newest < (now - SETTLED) * 1e9 and _files(root) == found:
        put_file(note, json.dumps({"stamp": stamp, "digest": digest}).encode(), 0o600)
    return digest


# A file as the system knows it, changing when its content does: name, type, size, change and modification time, inode.
_File = tuple[str, int, int, int, int, int]


def _files(root: Path) -> list[_File]:
    """Every file below a folder, in an order of its own."""
    found: list[_File] = []
    pending = [""]
    while pending:
        inside = pending.pop()
        with os.scandir(f"{root}/{inside}") as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{inside}{entry.name}/")
                elif entry.name not in OWN_FILES:
                    is_ = entry.stat(follow_symlinks=False)
                    times = (is_.st_ctime_ns, is_.st_mtime_ns)
                    found.append((f"{inside}{entry.name}", stat.S_IFMT(is_.st_mode), is_.st_size, *times, is_.st_ino))
    return found


def _digest(root: Path, files: list[_File]) -> str:
    total = hashlib.sha256()
    for name, *_ in files:
        total.update(f"{name}\n{file_digest(root / name)}\n".encode(errors="surrogateescape"))
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """The SHA-256 of a file; of one that is too large for a book, or cannot be read, something that tells of a change."""
    try:
        found = os.stat(path)
        if found.st_size > FILE_LIMIT:
            return f"{found.st_size} {found.st_ctime_ns} {found.st_mtime_ns} {found.st_ino}"
        return _sha256(path)
    except OSError as error:
        return f"unreadable {error.errno}"


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
