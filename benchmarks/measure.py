"""CPU time and peak memory of whole processes, and ratios against their limits."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) and peak resident memory in MB of one process."""

    seconds: float
    megabytes: float


def run(command: Sequence[str | Path], allowed: Sequence[int] = (0,), kept: bool = True) -> tuple[Cost, str]:
    """Run a command to its end; its cost and what it printed. RuntimeError for an exit status that is not allowed."""
    silent = subprocess.DEVNULL
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as installed
    words = [str(part) for part in command]
    # Hundreds of megabytes kept here would count as memory of the next child, which begins as a copy of this process.
    process = subprocess.Popen(words, stdout=subprocess.PIPE if kept else silent, stderr=silent, text=True, env=compiled)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), output


def xianjie_check(book: Path, *more: str) -> Cost:
    """The audit as a command, all rules; 1 is its exit status where something fails. What it prints is not kept."""
    command: list[str | Path] = [BIN / "xianjie", "check", book, "--as-of", "2023-12-31", *more]
    return run(command, allowed=(0, 1), kept=False)[0]


def bean_check(main: Path, allowed: Sequence[int] = (0,)) -> Cost:
    return run([BIN / "bean-check", "--no-cache", main], allowed)[0]


@dataclass(frozen=True)
class Result:
    """A measured value against the most that it may be."""

    name: str
    value: float
    limit: float
    unit: str = ""
    note: str = ""

    def __str__(self) -> str:
        verdict = "ok  " if self.value <= self.limit else "OVER"
        return f"{verdict} {self.name}: {self.value:.2f}{self.unit} (at most {self.limit:g}{self.unit}) {self.note}"
