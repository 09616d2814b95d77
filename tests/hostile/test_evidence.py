"""docs/evidence.md and docs/security.md promise nothing whose proof is not there: every file and test that they name exists."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = re.findall(r"^\| (?!承诺|---)(.+?) \| (.+) \|$", (TESTS.parent / "docs/evidence.md").read_text("utf-8").split("\n## ")[0], re.MULTILINE)
_SECURITY = (TESTS.parent / "docs/security.md").read_text("utf-8")
THREATS = [row.split(" | ") for row in re.findall(r"^\| (?!威胁|---)(.+) \|$", _SECURITY, re.MULTILINE)]
_NAMED = re.compile(r"`([^`]+)`")


@pytest.mark.parametrize(("promise", "proof"), ROWS, ids=[row[0][:30] for row in ROWS])
def test_what_is_named_exists(promise: str, proof: str) -> None:
    """A name after a file is a test of that file, or a list that one of its tests goes through; … stands for the rest."""
    named = _NAMED.findall(proof)
    assert named, promise
    source = ""
    for name in named:
        if "/" in name:
            path = TESTS / name
            assert path.exists(), name
            source = path.read_text("utf-8") if path.suffix == ".py" else ""
        else:
            pattern = re.escape(name.removesuffix("…")) + ("" if name.endswith("…") else r"\b")
            assert re.search(rf"^(def )?{pattern}", source, re.MULTILINE), name


@pytest.mark.parametrize("row", THREATS, ids=[row[0][:30] for row in THREATS])
def test_every_promise_of_security_names_its_test(row: list[str]) -> None:
    threat, _, proof = row
    assert "`tests/" in proof, threat
    test_what_is_named_exists(threat, proof.replace("`tests/", "`"))


def test_nothing_is_left_out() -> None:
    """Every area of the tests stands behind some promise."""
    areas = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    assert areas <= {name.split("/")[0] for _, proof in ROWS for name in _NAMED.findall(proof)}
