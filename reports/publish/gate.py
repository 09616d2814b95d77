"""The gate: looks through finished files for personal data; what does not pass is not published."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ledgers.personal.find import NAME, Allowed, find
from ledgers.personal.names import NOBODY, Known
from reports.publish.reading import Text, Unreadable, Unseen, texts


@dataclass(frozen=True, order=True)
class Leak:
    """Something that may not be published: in which file, where in it, and what kind of thing; never the thing itself."""

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.file}：{self.place}：{self.kind}"


@dataclass(frozen=True)
class Looked:
    """What was found in files: leaks, what nobody could look into, and files that could not be read at all (with why)."""

    leaks: list[Leak]
    unseen: list[Leak]
    unreadable: list[Leak]


def scan(
    folder: Path,
    allowed: Allowed,
    known: Known = NOBODY,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Leak]:
    """Everything in our own finished files in a folder that may not be published; `known` are the names of people."""
    looked = look(
        [(path, path.relative_to(folder).as_posix()) for path in files(folder)], allowed, known, True, progress
    )
    return sorted([*looked.leaks, *looked.unreadable])


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def look(
    named: list[tuple[Path, str]],
    allowed: Allowed,
    known: Known = NOBODY,
    strict: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Looked:
    """Look through files, each with the name to be shown. `strict`: they are ours, and hold nothing that cannot be seen."""
    leaks, unseen, unreadable = set[Leak](), set[Leak](), set[Leak]()
    for done, (path, name) in enumerate(named, 1):
        shown = _safe(name, allowed)
        leaks.update(Leak(shown, "文件名", kind) for kind in _kinds(Text("", name), allowed, known))
        try:
            for one in texts(path, strict=strict):
                where = f"{shown}/{_safe(one.file, allowed)}" if one.file else shown
                if isinstance(one, Unseen):
                    (unreadable if one.whole else unseen).add(Leak(where, one.place, one.what))
                else:
                    leaks.update(Leak(where, _safe(one.place, allowed), kind) for kind in _kinds(one, allowed, known))
        except Unreadable as error:
            unreadable.add(Leak(shown, "整个文件", str(error)))
        progress(done, len(named))
    return Looked(sorted(leaks), sorted(unseen), sorted(unreadable))


def _kinds(one: Text, allowed: Allowed, known: Known) -> Iterator[str]:
    yield from find(one.text, one.label, allowed, one.joined)
    if known and not one.joined and known.within(one.text):
        yield NAME


def _safe(text: str, allowed: Allowed) -> str:
    """A file's name or a place as a message may repeat it."""
    return re.sub(r"\d{5,}|[^\W\d_]{0,2}(?:\d[\W_]?){7,}", "＊＊＊", text) if find(text, "", allowed) else text


def under(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """The files that paths name, those of folders below them, with the names to show."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        found += [(one, str(one)) for one in files(path)] if path.is_dir() else [(path, str(path))]
    return found
