"""One job of the writing process: what was sent for it, and what is told of it."""

import hashlib
import json
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reports.desk.server.writer import FILES, JOB, OUT, PROGRESS

SHOWN = 200  # lines of one part of what is told; the count says how many there are
_ROOM = 400  # bytes of the note how far it is


@dataclass
class Said:
    """What came of an act: done, refused (`problem`), or shown first and waiting for an answer or for agreement.

    `parts` are the paragraphs of the page: a title and its lines. `agreed` is the digest of what was shown.
    """

    title: str = ""
    done: str = ""  # what was done, in a sentence; "" where nothing was
    problem: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    agreed: str = ""
    consent: str = ""  # what the button says that agrees to it
    files: list[dict[str, str]] = field(default_factory=list)  # name below the folder of results, label
    back: dict[str, str] = field(default_factory=dict)  # the page to go on with

    def add(self, title: str, lines: Iterable[str], kind: str = "") -> None:
        """A part, where there is anything to tell."""
        told = list(lines)
        if told:
            self.parts.append({"title": title, "lines": told[:SHOWN], "count": len(told), "kind": kind})

    def table(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> None:
        told = [list(row) for row in rows]
        if told:
            self.parts.append({"title": title, "heads": list(heads), "rows": told[:SHOWN], "count": len(told), "kind": kind})

    def digest(self) -> str:
        """Of everything that was told: who agrees, agrees to this and nothing else."""
        told = json.dumps([self.title, [_lasting(one) for one in self.parts], self.questions], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def _lasting(part: dict[str, Any]) -> dict[str, Any]:
    """A part without what is drawn anew each time: a book that knows no people yet has no key for their tokens."""
    if part["kind"] != "lines":
        return part
    table = part["title"].endswith(".csv")
    return part | {"lines": [line for line in part["lines"] if not table and "-sha256: " not in line]}


class Task:
    """A job as an act sees it."""

    def __init__(self, folder: Path) -> None:
        said: Mapping[str, Any] = json.loads((folder / JOB).read_text("utf-8"))
        self.folder = folder
        self.act, self.by, self.role = str(said["act"]), str(said["by"]), str(said["role"])
        self.args: dict[str, str] = dict(said["args"])
        self.main = Path(said["book"])
        self.names: list[str] = list(said["names"])
        self.out = folder / OUT
        self._progress = os.open(folder / PROGRESS, os.O_RDWR | os.O_CREAT, 0o600)

    @property
    def files(self) -> list[tuple[str, Path]]:
        """The files that were sent: what they are called, and where they lie."""
        return [(name, self.folder / FILES / name) for name in self.names]

    def arg(self, name: str) -> str:
        return self.args.get(name, "")

    def tick(self, text: str, part: float = 0.0) -> None:
        """Note how far it is; works in a confined process too."""
        said = json.dumps([part, text[:100]], ensure_ascii=False).encode()
        os.pwrite(self._progress, said.ljust(_ROOM), 0)

    def agrees(self, said: Said) -> bool:
        """Whether what is told now is what was shown and agreed to; from here on no time limit cuts it short."""
        agreed = bool(self.arg("agreed")) and self.arg("agreed") == said.digest()
        if agreed:
            signal.alarm(0)
        return agreed
