"""The faces at their edges: as few as a screening takes, the last day of a waiver or a term, the day from which a value holds."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ledgers.policy import Parameter
from plugins.findings import PASS, WAIVED, Audit, Finding, Subject
from reports.check.baseline import Scope
from reports.check.waivers import waivers
from reports.desk import dealt, policy
from reports.desk.dealt import Event
from reports.desk.review import as_of
from reports.screening import screens, statistics
from reports.screening.population import Population
from reports.screening.screen import Screen
from reports.screening.statistics import CONCENTRATED, RARE

DAY = dt.date(2022, 6, 30)


def rows(count: int, **columns: Any) -> Population:
    """So many payments of twenty thousand yuan and something, each of its own."""
    table = pd.DataFrame(
        {
            "amount": [20_000_37 + 1_111_00 * number for number in range(count)],
            "date": DAY,
            "payee": [f"示例{number}公司" for number in range(count)],
            "household": [f"H{number}" for number in range(count)],
            "person": "1",
            "village": [f"V{number}" for number in range(count)],
            "roll": "R1",
            "labour": True,
            "days": 10.0,
            "text": "",
            "file": "2022/06.beancount",
            "line": range(1, count + 1),
        }
    )
    return Population("", table.assign(**columns))


LEAST: dict[str, tuple[Callable[[Population], Screen], int]] = {
    "首位": (screens.first_digits, 500),
    "末两位": (screens.last_digits, 500),
    "整数": (screens.round_sums, 20),
    "年底": (screens.december, 24),
    "收款方": (screens.payees, 5),
    "村": (lambda some: screens.villages(some, {}), 8),
    "同一金额": (screens.same_amount, 20),
    "日工资": (screens.daily_wages, 30),
}


@pytest.mark.parametrize("name", LEAST)
def test_so_many_are_enough_and_one_fewer_says_nothing(name: str) -> None:
    screen, least = LEAST[name]
    amounts = [100_000_01 + 100 * (number % 99 + 1) for number in range(least)]
    assert screen(rows(least - 1, amount=amounts[:-1])).notable is None
    assert screen(rows(least, amount=amounts)).notable is not None


@pytest.mark.parametrize(("count", "notable"), [(7, None), (8, False), (9, True)])
def test_limits_are_compared_from_eight_payments_on_and_notable_from_nine(count: int, notable: bool | None) -> None:
    found = screens.below_limits(rows(count, amount=[49_990_00] * count), limits=(50_000_00,))
    assert found.notable is notable
    assert len(found.lines) == (count if notable else 0)


@pytest.mark.parametrize("screen", [screens.round_sums, screens.off_days, screens.december])
@pytest.mark.parametrize(("chance", "notable"), [(RARE, False), (RARE * 0.99, True)])
def test_as_rare_as_the_limit_is_not_rare(
    monkeypatch: pytest.MonkeyPatch, screen: Callable[[Population], Screen], chance: float, notable: bool
) -> None:
    monkeypatch.setattr(statistics, "chance", lambda count, n, share: chance)
    assert screen(rows(24, date=dt.date(2022, 12, 26))).notable is notable


@pytest.mark.parametrize(("late", "said"), [(20, True), (19, False)])
def test_a_fifth_of_a_years_payments_in_december_is_a_rush_and_its_last_week_is_shown(
    monkeypatch: pytest.MonkeyPatch, late: int, said: bool
) -> None:
    monkeypatch.setattr(statistics, "chance", lambda count, n, share: 0.0)
    days = [dt.date(2022, 12, 24), dt.date(2022, 12, 25), *[dt.date(2022, 12, 1)] * (late - 2), *[DAY] * (100 - late)]
    found = screens.december(rows(100, date=days))
    assert found.notable is said
    assert [line.text[:10] for line in found.lines] == (["2022-12-25"] if said else [])


@pytest.mark.parametrize(("index", "notable"), [(CONCENTRATED, False), (CONCENTRATED + 1, True)])
def test_concentration_is_notable_above_its_limit(monkeypatch: pytest.MonkeyPatch, index: int, notable: bool) -> None:
    monkeypatch.setattr(statistics, "concentration", lambda amounts: index)
    found = screens.payees(rows(5))
    assert found.notable is notable
    assert len(found.lines) == int(notable)


@pytest.mark.parametrize(("alike", "others", "notable"), [(20, 19, True), (20, 20, False), (19, 2, False)])
def test_one_amount_for_most_lines_of_a_list(alike: int, others: int, notable: bool) -> None:
    amounts = [2_400_00] * alike + [2_000_00 + number for number in range(others)]
    found = screens.same_amount(rows(alike + others, amount=amounts))
    assert found.notable is notable
    assert len(found.lines) == alike * notable


@pytest.mark.parametrize(("rolls", "notable"), [(3, True), (2, False)])
def test_a_person_on_several_lists_of_a_month(rolls: int, notable: bool) -> None:
    found = screens.several_rolls(rows(rolls, household="H1", roll=[f"R{number}" for number in range(rolls)]))
    assert found.notable is notable


def test_seven_vouchers_are_the_fewest_of_which_one_is_out_of_step() -> None:
    def days(count: int) -> Any:
        return pd.Series([100] * 3 + [200] + [100] * (count - 4)).to_numpy()

    assert statistics.out_of_step(days(7)).tolist() == [3]
    assert statistics.out_of_step(days(6)).tolist() == []
    assert statistics.out_of_step(days(7) * 0 + 100).tolist() == []


@pytest.mark.parametrize(("apart", "found"), [(30, []), (31, [3])])
def test_a_voucher_is_out_of_step_by_more_than_thirty_days(apart: int, found: list[int]) -> None:
    assert statistics.out_of_step(pd.Series([100] * 3 + [100 + apart] + [100] * 3).to_numpy()).tolist() == found


def test_shares_of_a_market_are_squared() -> None:
    assert statistics.concentration([50, 50, 0, -7]) == 5000
    assert statistics.concentration([0]) == 0


@pytest.mark.parametrize(("until", "state"), [(DAY, True), (DAY - dt.timedelta(1), False), (None, False)])
def test_a_waiver_holds_to_the_end_of_its_last_day(until: dt.date | None, state: bool) -> None:
    columns = {"rule": "labour-share", "subject": "P1", "part": "", "period": "", "reason": "暴雨", "by": "县委", "limit": None, "requested_by": "", "row": 0}
    row = columns | {"date": DAY, "until": until, "file": "w.beancount", "line": 1}
    tables: Any = SimpleNamespace(as_of=DAY, waivers=pd.DataFrame([row]).astype(object))
    own = Finding(Subject("project", "P1"), WAIVED, "", rule="labour-share", waiver=f"暴雨（县委，至 {until}）")
    others = [Finding(Subject("project", "P2"), WAIVED, "", rule="labour-share", waiver=own.waiver), Finding(Subject("project", "P1"), PASS, "", rule="labour-share")]
    (found,) = waivers(tables, Audit([own, *others]), Scope((), (), ()))
    assert (found.in_force, found.covers) == (state, (own,))


def event(kind: str, day: dt.date = DAY, due: dt.date | None = None, state: str = "", unit: str = "") -> Event:
    return Event(day, kind, ("", "", "", "", ""), state, "", "", unit, due, "", "", "", "", 0)


@pytest.mark.parametrize(("day", "late"), [(DAY, False), (DAY + dt.timedelta(1), True)])
def test_what_is_due_on_a_day_is_overdue_the_day_after(day: dt.date, late: bool) -> None:
    assert dealt.overdue([event("rectification", due=DAY, state="整改中")], day) is late
    assert dealt.overdue([event("rectification", due=DAY, state="整改中"), event("rectification", state="销号")], day) is False


@pytest.mark.parametrize(("day", "holds"), [(DAY, True), (DAY + dt.timedelta(1), False)])
def test_the_waiver_of_the_desk_holds_to_the_end_of_its_last_day(day: dt.date, holds: bool) -> None:
    assert bool(dealt.in_force([event("waiver", due=DAY), event("rectification")], day)) is holds


def test_the_order_given_last_counts() -> None:
    orders = [event("rectification", due=DAY, unit="甲局"), event("rectification", due=DAY + dt.timedelta(9)), event("waiver", due=dt.date(2030, 1, 1), unit="丙局")]
    assert dealt.ordered(orders) == (DAY + dt.timedelta(9), "甲局")
    assert dealt.ordered([]) == (None, "")


@pytest.mark.parametrize(("time", "day"), [("2022-05", "2022-05-31"), ("2022", "2022-06-30"), ("2022-06", "2022-06-30"), ("", "2022-06-30"), ("2022-06-29", "2022-06-29")])
def test_a_page_is_as_of_the_last_day_of_its_time_today_at_the_latest(time: str, day: str) -> None:
    assert as_of(time, DAY).isoformat() == day


@dataclass
class Reviewed:
    """What a page of the desk is asked for: the law and the day."""

    as_of: dt.date
    tables: Any
    rules: dict[str, Any]


def test_a_value_is_in_force_from_its_day_until_the_next_of_its_scope() -> None:
    def value(effective: str, **scope: str) -> Parameter:
        day = dt.date.fromisoformat(effective)
        return Parameter("notice-days", Fraction(10), day, ">=", "办法", scope=tuple((key, (text,)) for key, text in scope.items()))

    said = [value("2022-06-29"), value("2022-06-30"), value("2022-07-01"), value("2022-06-28", level="中央")]
    law = SimpleNamespace(history=lambda name, defaults: said)
    rule = SimpleNamespace(id="notice", title="公示", policy_names=("notice-days",), defaults=())
    review: Any = Reviewed(DAY, SimpleNamespace(policy=law), {"notice": rule})
    assert [state for *_, state in policy.parameters(review)] == ["已被替代", "现行", "未生效", "现行"]
