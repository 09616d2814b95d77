"""Every promise of docs/security.md names what shows it, and that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_QUOTED = re.compile(r"`([^`]+)`")


def promises() -> list[tuple[str, str]]:
    """The threat and the tests of each row of the table."""
    lines = (ROOT / "docs/security.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]
    return [(row[0], row[-1]) for row in rows if row[0] != "威胁"]


@pytest.mark.parametrize(("threat", "tests"), promises(), ids=[threat for threat, _ in promises()])
def test_a_promise_names_tests_that_exist(threat: str, tests: str) -> None:
    named = _QUOTED.findall(tests)
    assert named, f"{threat}：没有写明测试"
    assert named[0].startswith("tests/"), f"{threat}：应先写文件"
    source = ""
    for name in named:
        if name.startswith("tests/"):
            assert (ROOT / name).is_file(), name
            source = (ROOT / name).read_text("utf-8")
        else:
            assert re.search(rf"^(?:def {name}\(|{name}(?:: [^=]+)? = )", source, re.MULTILINE), f"{threat}：没有 {name}"


def test_there_are_promises() -> None:
    assert len(promises()) > 25
