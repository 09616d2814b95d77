"""Questions that could run for ever, answered by a child process that has limits and can be killed.

A query or a filter is a regular expression in the worst case, and a bad one holds the interpreter's lock: no thread
could stop it. The child is a fork, sees the loaded books, may not write, connect or start anything, and ends with its
answer. Nobody waits for a free place: who asks too much at once is told so, and the pages keep their threads.

The server has threads, and a fork copies one of them alone: a lock that another held stays shut in the child for ever. Such
a child sleeps and uses no time, which a question never does; it is ended, and the question put to a new one.
"""

import contextlib
import json
import os
import resource
import select
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledgers.files.confined import filter_system_calls, work_of

Environ = dict[str, Any]
Answer = tuple[str, list[tuple[str, str]], bytes]

SECONDS = 10
BYTES = 2 * 1024 * 1024
MEMORY = 768 * 1024 * 1024  # above what the server already holds
NICE = 10  # the pages come first
STUCK = 1.0  # seconds of sleep without any work after which a child waits for a lock that nobody will open
TRIES = 4
_TOO_MUCH = b"-"  # instead of an answer


class RefusedError(Exception):
    """Why there is no answer, in Chinese, with the HTTP status."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class _StuckError(Exception):
    """The child waits for a lock that was shut when it was forked."""


class Room:
    """How much may be asked at a time, by one person and by all."""

    def __init__(self, each: int, all: int) -> None:
        self._each, self._all = each, all
        self._asked = Counter[str]()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, who: str) -> Iterator[None]:
        """Hold a place meanwhile; RefusedError at once when there is none."""
        with self._lock:
            if self._asked[who] >= self._each:
                raise RefusedError("429 Too Many Requests", f"您已有 {self._each} 项正在处理，请等它们结束")
            if self._asked.total() >= self._all:
                raise RefusedError("503 Service Unavailable", "正在处理的太多，请稍后再试")
            self._asked[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked[who] -= 1
                self._asked += Counter()  # forget who asks nothing


def run(app: Any, environ: Environ) -> Answer:
    """A WSGI application's whole answer: status, headers, body."""
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Any:
        head[:] = [status, headers]

    parts: Iterable[bytes] = app(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return head[0], head[1], body


def run_confined(app: Any, environ: Environ, seconds: float = SECONDS, most: int = BYTES) -> Answer:
    """The same from a child process; RefusedError when it takes too long, too much memory, or says too much."""
    until = time.monotonic() + seconds
    for _ in range(TRIES):
        with contextlib.suppress(_StuckError):
            received = _from_child(app, environ, until, most)
            break
    else:
        raise RefusedError("503 Service Unavailable", "服务器正忙，请稍后再试")
    if received is None:
        raise RefusedError("503 Service Unavailable", f"查询超过 {seconds:g} 秒，已中止：请缩小时间或条件")
    if not received:
        raise RefusedError("503 Service Unavailable", "查询占用的内存过多，已中止：请缩小时间或条件")
    head, _, body = received.partition(b"\n")  # no pickle: whoever took the child over would write that too
    if head == _TOO_MUCH:
        raise RefusedError(
            "413 Content Too Large", f"结果超过 {most // 1024 // 1024} MB，未显示：请缩小时间或条件，或加 LIMIT"
        )
    status, headers, length = json.loads(head) if head.endswith(b"]") else ("", (), -1)
    if len(body) != length:
        raise RefusedError("503 Service Unavailable", "查询中断，没有答完：请缩小时间或条件再试")
    return str(status), [(str(name), str(value)) for name, value in headers], body


def _from_child(app: Any, environ: Environ, until: float, most: int) -> bytes | None:
    """What the child wrote; None when its time was over. Raises _StuckError."""
    ours, theirs = os.pipe()
    seconds = max(until - time.monotonic(), 0.0)
    child = os.fork()
    if child == 0:
        os.close(ours)
        _answer(app, environ, theirs, seconds, most)
    os.close(theirs)
    try:
        return _read(ours, child, until)
    finally:
        os.close(ours)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _answer(app: Any, environ: Environ, pipe: int, seconds: float, most: int) -> None:
    """In the child: answer, write, and end without running anything of the server's own clean-up."""
    try:
        os.nice(NICE)
        held = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 2, int(seconds) + 2))
        filter_system_calls()
        answer = run(app, environ)
        with os.fdopen(pipe, "wb") as file:
            status, headers, body = answer
            file.write(b"\n".join([json.dumps([status, headers, len(body)]).encode(), body]) if len(body) <= most else _TOO_MUCH)
    finally:
        os._exit(0)


def _read(pipe: int, child: int, until: float) -> bytes | None:
    parts: list[bytes] = []
    worked, since = "", time.monotonic()
    while (now := time.monotonic()) < until:
        if select.select([pipe], [], [], min(STUCK / 2, until - now))[0]:
            part = os.read(pipe, 65536)
            if not part:
                return b"".join(parts)
            parts.append(part)
        elif (work := work_of(child)) != worked:
            worked, since = work, time.monotonic()
        elif time.monotonic() - since > STUCK:
            raise _StuckError
    return None


