"""Acts done as the writing process does them, without a server: a job's folder in, what is told out."""

import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reports.desk.roles import CHIEF, CLERK
from reports.desk.server.writer import FILES, JOB, OUT, RESULT
from xianjie.acts.process import do


class Work:
    """A folder of jobs on one book."""

    def __init__(self, book: Path, folder: Path) -> None:
        self.main = book / "main.beancount"
        self.folder = folder

    def do(self, act: str, args: Mapping[str, str] = {}, files: Iterable[Path] = (), by: str = "经办甲", role: str = CLERK) -> dict[str, Any]:
        """What is told of an act; its job's folder is told as `job`."""
        job = self.folder / secrets.token_hex(4)
        (job / FILES).mkdir(parents=True)
        names = []
        for path in files:
            names.append(path.name)
            (job / FILES / path.name).write_bytes(path.read_bytes())
        said = {"id": job.name, "act": act, "book": str(self.main), "by": by, "role": role, "args": dict(args), "names": names}
        (job / JOB).write_text(json.dumps(said), "utf-8")
        return self._done(job)

    def again(self, told: Mapping[str, Any], **args: str) -> dict[str, Any]:
        """The same job once more, with further arguments."""
        job = Path(told["job"])
        said = json.loads((job / JOB).read_text("utf-8"))
        said["args"] |= args
        (job / JOB).write_text(json.dumps(said), "utf-8")
        (job / RESULT).unlink()
        return self._done(job)

    def agree(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Agree to what was told; it must have been done."""
        assert told["agreed"], told
        done = self.again(told, agreed=told["agreed"])
        assert done["done"], done
        return done

    def out(self, told: Mapping[str, Any], name: str) -> bytes:
        return (Path(told["job"]) / OUT / name).read_bytes()

    def _done(self, job: Path) -> dict[str, Any]:
        do(job)
        return {**json.loads((job / RESULT).read_text("utf-8")), "job": str(job)}


def words(told: Mapping[str, Any]) -> str:
    """Everything that a page would show of it."""
    return json.dumps(told, ensure_ascii=False)


__all__ = ["CHIEF", "CLERK", "Work", "words"]
