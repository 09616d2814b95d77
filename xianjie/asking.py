"""Asking the command line in a process of its own, with a limit of time, memory and output: what `xianjie api` answers.

The command itself gives up the right to write, connect or start anything before it reads a book; what it prints is the
answer, so that both ways say the same.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from select import select
from typing import IO

SECONDS = 300
MEMORY = 4 * 2**30  # bytes of address space
OUTPUT = 256 * 2**20
_PIECE = 2**16
_CALL = "from xianjie.commands import main; main()"
_KEPT = ("HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "FAKETIME", "LD_PRELOAD", "FAKETIME_DONT_FAKE_MONOTONIC")


@dataclass(frozen=True)
class Answer:
    """What a command printed, what it said besides, and its exit status."""

    status: int
    output: bytes
    said: str


class TooMuch(Exception):  # noqa: N818  the field's word for it
    """The command took too long or said too much, and was ended; in Chinese."""


def ask(arguments: Sequence[str], seconds: float = SECONDS, most: int = OUTPUT) -> Answer:
    """Run `xianjie` with arguments. Raises TooMuch."""
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CALL, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd="/",
            env={**kept, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            output = _read(process.stdout, time.monotonic() + seconds, most)
            status = process.wait(10)
        except (TooMuch, subprocess.TimeoutExpired) as error:
            raise TooMuch(str(error) or "没有按时结束，已中止") from None
        finally:
            process.stdout.close()
            _end(process)
        said.seek(0)
        return Answer(status, output, said.read(_PIECE).decode("utf-8", "replace").strip())


def _read(stream: IO[bytes], until: float, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while select([stream], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(stream.fileno(), _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise TooMuch(f"结果超过 {most // 2**20} MB，已中止")
    raise TooMuch("超过规定的时间，已中止")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The command and whatever it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
