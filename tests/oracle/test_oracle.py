"""The oracle finds what the example must show, and agrees with the product on random books."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

from .books import write_book
from .compare import OPEN, differences, product
from .judge import judge

EXAMPLE = Path(__file__).parents[1] / "example"
FEW = range(4)
MANY = range(1000, 1200)
CUT = range(6000, 6012)


def expected():
    return json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))


def name(row):
    return f"{row['rule']}-{row['subject']}-{row.get('part')}"


@pytest.mark.parametrize("row", expected()["findings"], ids=name)
def test_example_gives_every_expected_finding(row):
    if row["rule"] in OPEN:
        pytest.skip("product and definitions differ yet: see open.txt")
    found = judge(EXAMPLE, dt.date.fromisoformat(expected()["as_of"]))
    wanted = {"part": None, "period": None, **row}
    assert [f for f in found if all(f[key] == value for key, value in wanted.items())], wanted


def test_product_and_oracle_agree_on_the_example():
    assert differences(EXAMPLE, dt.date.fromisoformat(expected()["as_of"])) == []


@pytest.mark.parametrize("seed", FEW)
def test_product_and_oracle_agree_on_random_books(seed, tmp_path):
    for day in write_book(tmp_path, seed):
        assert differences(tmp_path, day) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_product_and_oracle_agree_on_many_random_books(seed, tmp_path):
    for day in write_book(tmp_path, seed, size=1 + seed % 3):
        assert differences(tmp_path, day) == []


def cut(book, day):
    """Take everything dated after a day out of a book; the policy stays (a name mentioned anywhere is mentioned)."""
    for path in book.rglob("*.beancount"):
        if path.name not in ("main.beancount", "accounts.beancount", "policy.beancount"):
            blocks = re.split(r"\n(?=\d{4}-\d\d-\d\d )", path.read_text(encoding="utf-8"))
            path.write_text("\n".join(block for block in blocks if block[:10] <= str(day)), encoding="utf-8")
    path = book / "registry" / "households.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.split(",")[1] <= str(day)]
    path.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")


def verdicts(book, day):
    """Everything but `record`, which rightly names the rolls that a cut leaves without a voucher."""
    return sorted(str(finding) for finding in product(book, day) if finding["rule"] != "record")


@pytest.mark.slow
@pytest.mark.parametrize("seed", CUT)
def test_later_directives_change_no_earlier_verdict(seed, tmp_path):
    for day in write_book(tmp_path / "whole", seed)[:3]:
        shutil.copytree(tmp_path / "whole", tmp_path / str(day))
        cut(tmp_path / str(day), day)
        assert verdicts(tmp_path / str(day), day) == verdicts(tmp_path / "whole", day)
