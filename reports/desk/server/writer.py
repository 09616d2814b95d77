"""The way to the writing process: jobs are handed over through a folder that nobody else may read, one at a time.

The process that serves pages writes to no book. It puts what was sent into a folder of the job and names the job to
another process, which does it as the command line would and puts what came of it beside. That process may die: it is
started anew, and what it was at is told as not done.
"""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reports.desk.server.confined import RefusedError

JOB, RESULT, PROGRESS, FILES, OUT = "job.json", "result.json", "progress", "files", "out"
WAITING_EACH, WAITING = 3, 20  # jobs that are not done, of one user and of all
KEPT_EACH = 30  # jobs of one user; older ones go
KEPT = 24 * 3600.0  # seconds that a job and what was sent for it is kept
DIED = "写入程序中断，这一项没有做完；账簿没有改到一半（要么没有写，要么已写完整）。请再试一次，仍不行请告诉管理员"


@dataclass
class Job:
    """One act of one person on one book: what was asked, and later what came of it."""

    id: str
    act: str
    slug: str
    book: str
    by: str
    role: str
    args: dict[str, str]
    made: float
    names: list[str] = field(default_factory=list)  # of the files that were sent, as they lie in the folder
    result: dict[str, Any] | None = None
    progress: str = ""
    part: float = 0.0

    @property
    def running(self) -> bool:
        return self.result is None


class Writer:
    """Hands jobs to the writing process and reads what came of them."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` is given the folder of jobs, and the names of jobs on its standard input."""
        self._command = list(command)
        self._folder = Path(tempfile.mkdtemp(prefix="xianjie-desk-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._given: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def submit(self, act: str, slug: str, book: str, by: str, role: str, args: dict[str, str], files: Iterable[Any]) -> str:
        """Take an act on, with files that were sent (werkzeug's FileStorage); the job's id. RefusedError when it is too much."""
        with self._lock:
            self._make_room(by)
            job = Job(secrets.token_hex(8), act, slug, book, by, role, args, time.time())
            folder = self._folder / job.id
            (folder / FILES).mkdir(parents=True, mode=0o700)
            for number, one in enumerate(files):
                job.names.append(_plain(one.filename or "", number, job.names))
                one.save(folder / FILES / job.names[-1])
            self._hand_over(job)
        return job.id

    def again(self, job: Job, args: dict[str, str]) -> None:
        """The same once more with further arguments: answers, or that what was shown is agreed to."""
        with self._lock:
            self._check_room(job.by)
            (self._folder / job.id / RESULT).unlink(missing_ok=True)
            job.args |= args
            self._hand_over(job)

    def find(self, id: str, by: str) -> Job | None:
        """A person's own job; nobody sees another's, which may hold a whole sheet."""
        found = self._read(id) if id.isalnum() else None
        return found if found and found.by == by else None

    def of(self, by: str, slug: str) -> list[Job]:
        """A person's jobs on a book, the latest first."""
        found = [job for job in self._jobs() if job.by == by and job.slug == slug]
        return sorted(found, key=lambda job: -job.made)

    def drop(self, job: Job) -> None:
        """Forget a job and what was sent for it. One that is being done is done all the same."""
        with self._lock:
            self._given.pop(job.id, None)
            shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def out(self, job: Job, name: str) -> Path | None:
        """A file that a job made, by its name below the job's folder of results."""
        home = (self._folder / job.id / OUT).resolve()
        with suppress(OSError, ValueError):  # a name that is too long, or holds what no name can
            path = (home / name).resolve()
            return path if path.is_file() and path.is_relative_to(home) else None
        return None

    def close(self) -> None:
        """End the process (what it is at it completes), and remove everything that was sent."""
        with self._lock:
            if self._process and self._process.stdin:
                with suppress(OSError):
                    self._process.stdin.close()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(60)
            shutil.rmtree(self._folder, ignore_errors=True)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _hand_over(self, job: Job) -> None:
        folder = self._folder / job.id
        said = {name: value for name, value in asdict(job).items() if name not in ("result", "progress", "part")}
        beside = folder / f".{JOB}"
        beside.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        os.rename(beside, folder / JOB)
        process = self._running()
        self._given[job.id] = process
        assert process.stdin
        try:
            process.stdin.write(f"{job.id}\n".encode())
            process.stdin.flush()
        except OSError:
            raise RefusedError("503 Service Unavailable", DIED) from None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen([*self._command, str(self._folder)], stdin=subprocess.PIPE)
        return self._process

    def _jobs(self) -> list[Job]:
        return [job for path in self._folder.iterdir() if (job := self._read(path.name))]

    def _read(self, id: str) -> Job | None:
        folder = self._folder / id
        try:
            job = Job(**json.loads((folder / JOB).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        with suppress(OSError, ValueError):
            job.result = json.loads((folder / RESULT).read_text("utf-8"))
            return job
        process = self._given.get(id)
        if process is None or process.poll() is not None:
            job.result = {"problem": DIED}
        with suppress(OSError, ValueError):
            job.part, job.progress = json.loads((folder / PROGRESS).read_text("utf-8"))
        return job

    def _make_room(self, by: str) -> None:
        self._check_room(by)
        own = sorted((job for job in self._jobs() if job.by == by and not job.running), key=lambda job: -job.made)
        old = [job for job in self._jobs() if not job.running and time.time() - job.made > KEPT]
        for job in [*own[KEPT_EACH - 1 :], *old]:
            shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def _check_room(self, by: str) -> None:
        running = [job for job in self._jobs() if job.running]
        if sum(job.by == by for job in running) >= WAITING_EACH:
            raise RefusedError("429 Too Many Requests", f"您已有 {WAITING_EACH} 项正在办理，请等它们结束")
        if len(running) >= WAITING:
            raise RefusedError("503 Service Unavailable", "正在办理的太多，请稍后再试")


def _plain(name: str, number: int, taken: Iterable[str]) -> str:
    """The last part of a file's name, whatever system it comes from; another one where the name is taken."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|*?:').lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    stem, suffix = (stem[:60], suffix[:10]) if dot else (kept[:60], "")
    found = f"{stem or f'文件{number + 1}'}{dot}{suffix}"
    return found if found not in taken else f"{stem}（{number + 1}）{dot}{suffix}"
