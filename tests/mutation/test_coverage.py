"""Every branch of the rules and of the seals is taken by some test of the rules, the core, the seals or the oracle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEASURED = ("plugins/*", "ledgers/facts/*", "ledgers/seals/seal.py", "ledgers/seals/canonical.py", "ledgers/seals/said.py")
TESTS = ("tests/rules", "tests/core", "tests/seals", "tests/oracle")


@pytest.mark.slow
def test_every_branch_of_rules_and_seals_is_taken(tmp_path: Path) -> None:
    pytest.importorskip("coverage", reason="coverage is not installed (pip install coverage)")
    coverage = [sys.executable, "-m", "coverage"]
    data = f"--data-file={tmp_path / 'coverage'}"
    run = [*coverage, "run", "--branch", f"--include={','.join(MEASURED)}", data, "-m", "pytest", "-q", "-p", "no:xdist"]
    subprocess.run([*run, "-m", "not slow", *TESTS], cwd=ROOT, check=True, capture_output=True, timeout=1800)
    subprocess.run([*coverage, "json", data, "-o", tmp_path / "coverage.json"], cwd=ROOT, check=True, capture_output=True)
    files = json.loads((tmp_path / "coverage.json").read_text())["files"]
    assert len(files) > 15
    missed = {name: [*one["missing_lines"], *one["missing_branches"]] for name, one in files.items()}
    assert {name: places for name, places in missed.items() if places} == {}
