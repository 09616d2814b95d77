"""The example of docs/english.md is a rule that runs."""

import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from ledgers.book import read
from plugins.audit import audit
from plugins.findings import FAIL, PASS
from plugins.rule import CATALOGUE

ROOT = Path(__file__).parents[2]


def test_the_rule_of_the_english_page(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/english.md").read_text("utf-8"), re.DOTALL)
    module = ModuleType("english")
    monkeypatch.setitem(sys.modules, "english", module)
    try:
        exec(code, vars(module))
        found = audit(read(ROOT / "tests/example", date(2022, 12, 31)).tables, [CATALOGUE["paid-within-grant"]])
    finally:
        CATALOGUE.pop("paid-within-grant", None)
    assert not found.crashes
    assert len(found.stated) == 2
    assert {one.status for one in found.stated} <= {PASS, FAIL}
    assert all(one.measured and one.measured.numerator for one in found.stated)


def test_pages_name_files_that_are_there() -> None:
    """What README and the English page point at in this checkout exists."""
    for page in ("README.md", "docs/english.md"):
        text = (ROOT / page).read_text("utf-8")
        named = re.findall(r"\]\(([^)#:]+)\)", text)
        named += [one for one in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if page.startswith("docs")]
        home = ROOT / Path(page).parent
        missing = [one for one in named if not (home / one).exists() and not (ROOT / one).exists()]
        assert missing == []
