"""Runs the tests against every mutant of the named modules and says which survived.

    python -m tests.mutation plugins/labour.py plugins/funds.py [--tests tests/rules tests/core] [--sample 40] [--seed 1]

Every mutant is judged in a fork of this process, which has loaded the heavy libraries but none of our modules; the
mutated module exists in that fork's memory alone. A mutant is killed when a test fails; one whose tests do not end in
time is counted apart.
"""

import argparse
import importlib.abc
import importlib.machinery
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import beancount.loader
import click.testing  # noqa: F401
import hypothesis  # noqa: F401
import pandas as pd  # noqa: F401
import pytest

from tests.mutation.mutants import Mutant, mutants

TIMEOUT = 120  # seconds
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a changed tree."""

    def __init__(self, name: str, path: Path, mutant: Mutant) -> None:
        self.name, self.path, self.mutant = name, path, mutant

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self, origin=str(self.path)) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        exec(compile(self.mutant.tree, str(self.path), "exec"), module.__dict__)


def judge(path: Path, mutant: Mutant | None, tests: list[str]) -> str:
    """What the tests make of a mutant (None: of the module as it is)."""
    child = os.fork()
    if not child:
        os.setsid()
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if mutant:
            sys.meta_path.insert(0, _Mutated(".".join(path.with_suffix("").parts), path, mutant))
        status = 1
        try:
            status = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", *tests]))
        finally:
            os._exit(status)
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="+", type=Path)
    parser.add_argument("--tests", nargs="+", default=["tests/rules", "tests/core"])
    parser.add_argument("--sample", type=int, default=0, help="judge so many mutants of each module, drawn at random (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lost = 0
    for path in given.modules:
        if judge(path, None, given.tests) != SURVIVED:
            print(f"{path}: the tests fail before anything is changed")
            return 2
        every = list(mutants(path.read_text("utf-8")))
        chosen = every if not given.sample else random.Random(given.seed).sample(every, min(given.sample, len(every)))
        fates = [judge(path, mutant, given.tests) for mutant in chosen]
        survived = [mutant for mutant, fate in zip(chosen, fates, strict=True) if fate == SURVIVED]
        lost += len(survived)
        late = fates.count(TIMED_OUT)
        print(f"{path}: {fates.count(KILLED)} killed, {late} out of time, {len(survived)} survived of {len(chosen)} judged, {len(every)} in all")
        for mutant in survived:
            print(f"  survived {path}:{mutant.line}: {mutant.before}  ->  {mutant.after}", flush=True)
    return int(lost > 0)


if __name__ == "__main__":
    assert beancount.loader
    sys.exit(main())
