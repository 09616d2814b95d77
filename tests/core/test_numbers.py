"""Money, exact numbers and the law in force, stated a second way."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers.money import ceil_fen, decimal, fen, percent, yuan, yuan_cn
from ledgers.policy import Applied, Parameter, Policy, default
from ledgers.tables.rolls import amount
from plugins.judging import meets, shortfall

amounts = st.integers(-(10**15), 10**15)
fractions = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)
days = st.dates(date(2020, 1, 1), date(2025, 12, 31))


@given(amounts)
def test_yuan_and_back(value: int) -> None:
    assert fen(yuan(value)) == value == amount(yuan(value)) == fen(yuan_cn(value).replace(",", ""))
    assert Decimal(yuan(value)) * 100 == value


@pytest.mark.parametrize("text", ["0.001", "1e40", "NaN", "Infinity", "一元", "1/3"])
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        fen(text)


@pytest.mark.parametrize("text", ["1,000.00", "１", " 1", "1.", "+1", "1.234", "", "1e3", "--1"])
def test_what_is_no_amount_in_a_roll(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        amount(text)


@given(fractions)
def test_decimal_rounds_half_up_to_six_places(value: Fraction) -> None:
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert Decimal(decimal(value)) == exact
    assert not decimal(value).endswith(("0",)) or "." not in decimal(value)


@given(fractions)
def test_percent_never_reads_more_than_it_is(value: Fraction) -> None:
    shown = Fraction(percent(value).rstrip("%"))
    assert 0 <= value * 100 - shown < Fraction(1, 10**2)


@given(st.integers(0, 10**10), st.sampled_from([">=", ">", "<="]), st.fractions(0, 10**10, max_denominator=997))
def test_shortfall_is_the_smallest_amount_that_passes(value: int, op: str, required: Fraction) -> None:
    missing = shortfall(value, op, required)
    step = -1 if op == "<=" else 1
    assert meets(value + step * missing, op, required)
    assert (missing == 0) == meets(value, op, required)
    if missing:
        assert not meets(value + step * (missing - 1), op, required)


@given(fractions)
def test_ceil_fen(value: Fraction) -> None:
    assert ceil_fen(value) - 1 < value <= ceil_fen(value)


parameters = st.lists(
    st.tuples(
        days,
        st.one_of(st.none(), st.integers(1, 99)),
        st.sampled_from(
            [(), (("level", ("中央",)),), (("task", ("以工代赈",)),), (("level", ("中央",)), ("task", ("以工代赈",)))]
        ),
    ),
    max_size=6,
    unique_by=lambda one: (one[0], one[2]),
)


@given(parameters, days, st.sampled_from(["中央", "市级"]), st.sampled_from(["以工代赈", "其他"]))
def test_the_law_in_force(
    given_: list[tuple[date, int | None, tuple[tuple[str, tuple[str, ...]], ...]]], day: date, level: str, task: str
) -> None:
    """Day by day: in each scope the latest directive holds; of the scopes that fit, the most specific, then the latest."""
    policy = Policy([Parameter("p", None if v is None else Fraction(v, 100), d, scope=s) for d, v, s in given_], ["p"])
    facts = {"level": level, "task": task}
    holding: dict[object, tuple[date, int | None]] = {}
    current = date(2019, 12, 31)
    while current <= day:
        for start, value, scope in given_:
            if start == current and all(facts[key] in allowed for key, allowed in scope):
                holding[scope] = (start, value)
        current += timedelta(days=1)
    alive = [(len(scope), start, value) for scope, (start, value) in holding.items() if value is not None]  # type: ignore[arg-type]
    found = policy.in_force("p", day, level=level, task=task)
    if not alive:
        assert found is None
        return
    best = max(alive)
    assert found is not None
    assert (len(found.parameter.scope), found.parameter.effective) == best[:2]


def test_defaults_are_only_for_names_that_the_book_never_mentions() -> None:
    fallback = (default("p", ">=", "0.5"),)
    day = date(2022, 1, 1)
    silent, speaking = Policy([], []), Policy([], ["p"])
    assert silent.in_force("p", day, fallback) == Applied(fallback[0], day)
    assert speaking.in_force("p", day, fallback) is None


@pytest.mark.parametrize("turned", [False, True])
def test_two_values_of_one_day_are_none_whatever_their_order(turned: bool) -> None:
    """Which of two values holds must not hang on the lines on which they stand."""
    day, scope = date(2022, 5, 20), (("level", ("中央",)),)
    both = [
        Parameter("p", Fraction(1, 10), day, ">=", scope=scope, file="shipped", line=12),
        Parameter("p", Fraction(12, 100), day, ">=", scope=scope, file="own", line=6),
    ]
    older = [
        Parameter("p", Fraction(1, 5), date(2021, 1, 1), ">=", scope=scope),
        Parameter("p", Fraction(1, 3), day, ">="),
    ]
    policy = Policy([*older, *reversed(both)] if turned else [*older, *both], {"p"})
    assert policy.in_force("p", day, level="中央") is None
    assert policy.silence("p", day, level="中央") == ""
    assert {one.file for one in policy.contested("p", day)} == {"shipped", "own"}
    assert policy.in_force("p", date(2021, 5, 1), level="中央") == Applied(policy.parameters[0], date(2021, 5, 1))
    other = policy.in_force("p", day, level="县级")
    assert other
    assert other.value == Fraction(1, 3)
    later = Policy([*both, Parameter("p", Fraction(1, 2), date(2023, 1, 1), ">=", scope=scope)], {"p"})
    found = later.in_force("p", date(2023, 1, 1), level="中央")
    assert found
    assert found.value == Fraction(1, 2)
    same = Policy([both[0], replace(both[0], file="own", basis="乙")], {"p"})
    found = same.in_force("p", day, level="中央")
    assert found
    assert found.value == Fraction(1, 10)
