"""The gate: looks through finished files for personal data; what does not pass is not published."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.publish.leaks import NAME, Allowed, find
from reports.publish.reading import Text, Unreadable, texts

_WORDS = re.compile(r"[\s、，,；;：:（）()|/]+")


@dataclass(frozen=True, order=True)
class Leak:
    """Something that may not be published: in which file, where in it, and what kind of thing; never the thing itself."""

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.file}：{self.place}：{self.kind}"


def scan(
    folder: Path,
    allowed: Allowed,
    names: frozenset[str] = frozenset(),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Leak]:
    """Everything in the files of a folder that may not be published; `names` are those of people, unmasked."""
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
    leaks: set[Leak] = set()
    for done, path in enumerate(paths, 1):
        name = path.relative_to(folder).as_posix()
        leaks.update(Leak(_safe(name, allowed), "文件名", kind) for kind in find(name, "", allowed))
        try:
            leaks.update(_in_file(path, _safe(name, allowed), allowed, names))
        except Unreadable as error:
            leaks.add(Leak(_safe(name, allowed), "整个文件", str(error)))
        progress(done, len(paths))
    return sorted(leaks)


def _in_file(path: Path, name: str, allowed: Allowed, names: frozenset[str]) -> set[Leak]:
    leaks: set[Leak] = set()
    for text in texts(path):
        leaks.update(Leak(name, text.place, kind) for kind in find(text.text, text.label, allowed))
        if names and _names_someone(text, names):
            leaks.add(Leak(name, text.place, NAME))
    return leaks


def _names_someone(text: Text, names: frozenset[str]) -> bool:
    return not names.isdisjoint(_WORDS.split(text.text))


def _safe(name: str, allowed: Allowed) -> str:
    """A file's name as a message may repeat it."""
    return re.sub(r"\d{5,}", "＊＊＊", name) if find(name, "", allowed) else name
