"""The oracle finds what the example must show, and agrees with the product on random books."""

import datetime as dt
import json
from pathlib import Path

import pytest

from .books import write_book
from .compare import differences
from .judge import judge

EXAMPLE = Path(__file__).parents[1] / "example"
FEW = range(8)
MANY = range(1000, 1300)


def expected():
    return json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "row", expected()["findings"], ids=lambda row: f"{row['rule']}-{row['subject']}-{row.get('part')}"
)
def test_example_gives_every_expected_finding(row):
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
