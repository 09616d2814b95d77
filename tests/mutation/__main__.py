"""Examines every mutant of the named modules and says which survived.

    python -m tests.mutation plugins/labour.py plugins/funds.py [--tests tests/seals] [--seeds 8] [--sample 40]
    python -m tests.mutation importers/reading/cells.py reports/publish/privacy.py --sample 40

A mutant of a rule is first asked what the rules' cases, the example and random books expect (exam.py); those that
answer everything rightly are then given to the tests named. Decisions elsewhere are given to the tests of their room
(TESTS), or to those named. Each is judged in a fork of this process, which has loaded the
libraries and the books but none of the rules; the changed module exists in that fork's memory alone.
"""

import argparse
import importlib.abc
import importlib.machinery
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import beancount.loader
import hypothesis  # noqa: F401
import pytest

from tests.mutation.exam import Question, concerning, questions, wrong
from tests.mutation.mutants import Mutant, mutants

TIMEOUT = 120  # seconds
# The quick tests of what is decided in a room; the first that begins a module's path.
SEEDED = "tests/mutation/test_seeded.py"
_IMPORTERS, _REPORTS = [SEEDED, "tests/importers/test_edges.py"], [SEEDED, "tests/reports/test_edges.py"]
TESTS = {
    "importers/draft": [*_IMPORTERS, "tests/importers/test_again.py", "tests/importers/test_change.py"],
    "importers/history": ["tests/importers/test_undo.py"],
    "importers/mending": ["tests/importers/test_mending.py"],
    "importers/reading": [*_IMPORTERS, "tests/importers/test_misread.py", "tests/importers/test_files.py", "tests/importers/test_dirt.py"],
    "importers": [*_IMPORTERS, "tests/importers/test_becomes.py", "tests/importers/test_refused.py", "tests/importers/test_year.py"],
    "reports/publish": [SEEDED, "tests/publish/test_edges.py", "tests/publish/test_privacy.py", "tests/publish/test_gate.py", "tests/publish/test_publish.py"],
    "reports/workpapers": [*_REPORTS, "tests/reports/test_workpapers.py", "tests/reports/test_recalculated.py"],
    "reports/trace": ["tests/reports/test_trace.py"],
    "reports/check": [*_REPORTS, "tests/reports/test_baseline.py", "tests/reports/test_sarif.py", "tests/reports/test_rules.py"],
    "reports/counties": [SEEDED, "tests/consolidate/test_run.py"],
    "reports/plan": [SEEDED, "tests/reports/test_plan.py"],
    "reports/reconcile": ["tests/reports/test_reconcile.py"],
    "reports/screening": [*_REPORTS, "tests/reports/test_screening.py"],
    "reports/desk": [*_REPORTS, "tests/desk/test_pages.py"],
    "reports": [*_REPORTS, "tests/reports/test_registers.py", "tests/desk/test_pages.py"],
}  # fmt: skip
RULES = ("plugins", "ledgers")
SURVIVED, ASKED, TESTED, TIMED_OUT = "survived", "killed by a case or a book", "killed by the tests", "out of time"
OUTCOMES = {0: SURVIVED, 3: ASKED, 4: TESTED}


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a changed tree."""

    def __init__(self, path: Path, mutant: Mutant) -> None:
        self.name, self.path, self.mutant = ".".join(path.with_suffix("").parts), path, mutant

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self, origin=str(self.path)) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        exec(compile(self.mutant.tree, str(self.path), "exec"), module.__dict__)


def examine(path: Path, mutant: Mutant, asked: list[Question], tests: list[str]) -> int:
    """How a mutant comes out, as an exit status."""
    sys.meta_path.insert(0, _Mutated(path, mutant))
    if path.parts[0] in RULES and any(wrong(concerning(asked, path))):
        return 3
    return 4 if tests and _tested(tests) else 0


def tests_of(path: Path, named: list[str]) -> list[str]:
    """The tests for a module: those named, else those of its room."""
    room = next((room for room in TESTS if path.as_posix().startswith(room)), None)
    return named or (TESTS[room] if room else [])


def _tested(tests: list[str]) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", *tests]))


def sound(asked: list[Question], tests: list[str], note: Path) -> list[Question]:
    """The questions that the rules as they are answer rightly; SystemExit where the tests fail already."""

    def work() -> int:
        note.write_text("\n".join(wrong(asked)), "utf-8")
        return _tested(tests) if tests else 0

    if in_a_fork(work, seconds=600):
        raise SystemExit("the tests fail before anything is changed")
    without = note.read_text("utf-8").splitlines()
    for name in without:
        print(f"not asked, as the rules as they are answer otherwise: {name}")
    return [question for question in asked if question[0] not in without]


def in_a_fork(work: Callable[[], int], seconds: int = TIMEOUT) -> int:
    """The exit status of some work in a process of its own; -1 where it does not end in time."""
    child = os.fork()
    if not child:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        status = 3  # an exception while the rules are loaded is a wrong answer
        try:
            status = work()
        finally:
            os._exit(status)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="+", type=Path)
    parser.add_argument("--tests", nargs="*", default=[], help="for those that nothing else has killed")
    parser.add_argument("--seeds", type=int, default=8, help="how many random books (default 8, as make test has)")
    parser.add_argument("--sample", type=int, default=0, help="judge so many mutants of each module, drawn at random (0: all)")
    given = parser.parse_args()
    lost = 0
    with tempfile.TemporaryDirectory() as folder:
        rules = any(path.parts[0] in RULES for path in given.modules)
        asked = questions(Path(folder), range(given.seeds)) if rules else []
        early = {".".join(path.with_suffix("").parts) for path in given.modules} & set(sys.modules)
        early |= {name for name in sys.modules if name.startswith(("plugins.", "ledgers.facts."))} if rules else set()
        assert not early, f"loaded too early: {sorted(early)}"
        tests = sorted({test for path in given.modules for test in tests_of(path, given.tests)})
        asked = sound(asked, tests, Path(folder) / "wrong")
        for path in given.modules:
            every = list(mutants(path.read_text("utf-8")))
            chosen = every if not given.sample else random.Random(1).sample(every, min(given.sample, len(every)))
            lost += _judge(path, chosen, len(every), asked, tests_of(path, given.tests))
    return int(lost > 0)


def _judge(path: Path, chosen: list[Mutant], total: int, asked: list[Question], tests: list[str]) -> int:
    """Examine mutants and say how they came out; how many survived."""
    fates: Counter[str] = Counter()
    for mutant in chosen:
        fate = OUTCOMES.get(in_a_fork(lambda: examine(path, mutant, asked, tests)), TIMED_OUT)  # noqa: B023
        fates[fate] += 1
        if fate == SURVIVED:
            print(f"  {path}:{mutant.line}: {mutant.before}  ->  {mutant.after}", flush=True)
    print(f"{path}: {len(chosen)} of {total}; {', '.join(f'{count} {fate}' for fate, count in fates.items())}", flush=True)
    return fates[SURVIVED]


if __name__ == "__main__":
    assert beancount.loader
    sys.exit(main())
