"""Publishing: make everything beside the target, look through the finished files, and only then put them in place."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ledgers.book import Book
from ledgers.files.writing import put_in_place
from ledgers.personal.find import Allowed
from ledgers.personal.names import Known
from reports.publish import making
from reports.publish.gate import Leak, scan
from reports.publish.making import MANIFEST, Made, Request

Step = Callable[[str], making.Progress]  # names a step, gives what reports its progress


@dataclass(frozen=True)
class Published:
    """What came of it: leaks (then nothing was published), what was made, why there are no PDFs ("" where there are)."""

    leaks: list[Leak]
    made: Made
    manifest: bytes
    without_pdf: str = ""


class NotFree(Exception):  # noqa: N818
    """The target cannot be used; the message says why."""


def quiet(step: str) -> making.Progress:
    return lambda done, total: None


def publish(book: Book, requests: dict[Path, Request], step: Step = quiet) -> list[Published]:
    """Publish into each folder, all of them or none. Raises Untrusted, NotFree, fonts.MissingGlyphs."""
    with _beside(list(requests)) as temporary:
        mades, without = _with_papers([making.make(book, request) for request in requests.values()], requests.values())
        results = [_one(made, folder, without, step) for made, folder in zip(mades, temporary.values(), strict=True)]
        if not any(result.leaks for result in results):
            for target, folder in temporary.items():
                os.chmod(folder, 0o755)
                put_in_place(folder, target)
    return results


def _with_papers(mades: list[Made], requests: Iterable[Request]) -> tuple[list[Made], str]:
    """The same with one font for all papers, or why there are none."""
    if not all(request.papers for request in requests):
        return mades, ""
    from reports.publish.fonts import NoFont

    try:
        return making.with_font(mades), ""
    except NoFont as error:
        return mades, str(error)


def _one(made: Made, folder: Path, without: str, step: Step) -> Published:
    what = "村务公开栏" if made.source.board else "网上公开"
    manifest = making.write(made, folder, step(f"生成{what}文件"))
    leaks = scan(folder, _allowed(made), names_to_guard(made), step(f"检查{what}文件有无个人信息"))
    return Published(leaks, made, manifest, without)


def _allowed(made: Made) -> Allowed:
    """A village board that has no names to show lists household ids; nothing else does."""
    return replace(made.policy.allowed, households=made.source.board and not made.names.shown)


def names_to_guard(made: Made) -> Known:
    """Full names that no file may hold, but those that are also the name of a place, a unit or a thing."""
    common = {edition.name for edition in made.editions} | {edition.place[0] for edition in made.editions}
    common |= {edition.name.removeprefix(edition.place[0]) for edition in made.villages} | {made.county.office}
    return Known(made.names.full, common)


@contextmanager
def _beside(targets: list[Path]) -> Iterator[dict[Path, Path]]:
    """An empty folder beside each target, removed in the end."""
    made: dict[Path, Path] = {}
    with ExitStack() as held:
        for target in targets:
            _clear(target)
            _check_free(target)
            try:
                made[target] = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
            except OSError as error:
                raise NotFree(f"无法在 {target.parent} 中写入（{error.strerror}）") from None
            held.callback(shutil.rmtree, made[target], ignore_errors=True)
            _held(made[target], held)
        yield made


def _held(folder: Path, held: ExitStack) -> bool:
    """Lock a folder for as long as `held` lasts: the system drops the lock of a process that dies."""
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    held.callback(os.close, handle)
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _clear(target: Path) -> None:
    """What a publication that was killed left beside the target: an earlier one goes back, unfinished ones go."""
    name = re.compile(re.escape(f".{target.name}-") + r"[a-z0-9_]{8}(\.old)?")
    for left in target.parent.glob(".*") if target.parent.is_dir() else ():
        if name.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
            with suppress(OSError), ExitStack() as held:
                if left.name.endswith(".old") and not target.exists():
                    os.rename(left, target)
                elif _held(left, held):
                    shutil.rmtree(left, ignore_errors=True)


def _check_free(target: Path) -> None:
    """The target does not exist, is empty, or holds an earlier publication of ours, which may be replaced."""
    if not target.parent.is_dir():
        raise NotFree(f"上级文件夹 {target.parent} 不存在")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise NotFree(f"{target} 不是文件夹")
    if target.exists() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise NotFree(f"{target} 中已有别的文件，应为空文件夹、不存在的文件夹或以前公开的文件夹")
