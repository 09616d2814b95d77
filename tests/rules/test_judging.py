"""The words and numbers that all rules share: shortfalls, messages, shares that must not fall."""

from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from plugins.findings import Subject
from plugins.judging import Ratio, judge_ratio, not_falling, plain_number, shortfall

YEAR = Subject("year", "2022", "2022年度")


@pytest.mark.parametrize(
    ("value", "op", "required", "missing"),
    [
        (10, ">", Fraction(21, 2), 1), (10, ">", 10, 1), (11, ">", 10, 0), (9, ">", 10, 2), (10, ">", Fraction(31, 3), 1),
        (10, ">=", Fraction(31, 3), 1), (10, ">=", 10, 0), (12, "<=", Fraction(31, 3), 2), (10, "<=", 10, 0),
    ],
)  # fmt: skip
def test_the_smallest_amount_that_passes(value: int, op: str, required: Fraction, missing: int) -> None:
    assert shortfall(value, op, required) == missing


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(2, 3), "0.6666"), (Fraction(1), "1"), (Fraction(1, 2), "0.5"), (Fraction(99999, 100000), "0.9999"), (Fraction(0), "0")],
)
def test_a_miss_never_reads_like_a_hit(value: Fraction, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(
    ("got", "op", "until", "status", "ending"),
    [
        (150, ">=", "验收", "pass", "应不低于 15%"),
        (149, ">=", "验收", "pending", "还差 0.01 元（验收前仍可补足）"),
        (149, ">=", "", "fail", "还差 0.01 元"),
        (151, "<=", "年末", "fail", "超出 0.01 元"),
    ],
)
def test_what_is_said_of_a_ratio(got: int, op: str, until: str, status: str, ending: str) -> None:
    found = judge_ratio(YEAR, Ratio(got, 1000, Fraction(150), op, ()), open_until=until, what=("劳务", "资金"))
    assert (found.status, found.message.endswith(ending)) == (status, True), found.message


def test_a_share_that_must_not_fall() -> None:
    years = {2020: (1, 0), 2021: (1, 2), 2022: (1, 3), 2023: (1, 3), 2024: (0, 0)}
    evidence = {2021: [1], 2022: [2], 2023: [3]}
    tables: Any = SimpleNamespace(as_of=date(2024, 6, 30))
    found = {one.subject.id: one for one in not_falling(tables, years, "CNY", "占比", evidence)}
    assert {year: one.status for year, one in found.items()} == {
        "2020": "na", "2021": "na", "2022": "fail", "2023": "pass", "2024": "na",
    }  # fmt: skip
    assert found["2020"].message == found["2024"].message == "不适用：本年没有可比的基数"
    assert found["2021"].message == "不适用：上一年没有可比的数字"
    assert (found["2022"].evidence, found["2023"].evidence) == ((2, 1), (3, 2))
    assert found["2022"].message.endswith("低于上一年")
    assert found["2023"].message.endswith("没有下降")
