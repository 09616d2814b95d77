"""The faces at their edges: as few as a screening takes, the last day of a waiver or a term, the day from which a value holds."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ledgers.facts import registered
from ledgers.files.problems import Untrusted
from ledgers.policy import Parameter
from plugins.findings import PASS, WAIVED, Audit, Finding, Measured, Subject, Threshold
from reports.check.baseline import Scope
from reports.check.checked import Checked
from reports.check.waivers import waivers
from reports.counties import report
from reports.desk import compare, dealt, entries, income, overview, policy, village
from reports.desk.dealt import Event
from reports.desk.review import Review, as_of
from reports.remedies import gap
from reports.screening import screens, statistics
from reports.screening.population import Population
from reports.screening.screen import Screen
from reports.screening.statistics import CONCENTRATED, RARE
from reports.workbook import MONEY, Row, Workbook
from reports.workpapers import problems, sampling

DAY = dt.date(2022, 6, 30)


def rows(count: int, **columns: Any) -> Population:
    """So many payments of twenty thousand yuan and something, each of its own."""
    table = pd.DataFrame(
        {
            "amount": [20_000_37 + 1_111_00 * number for number in range(count)],
            "date": DAY,
            "payee": [f"示例{number}公司" for number in range(count)],
            "voucher": [f"2022-{number:06d}" for number in range(1, count + 1)],
            "household": [f"H{number}" for number in range(count)],
            "person": "1",
            "village": [f"V{number}" for number in range(count)],
            "roll": "R1",
            "labour": True,
            "days": 10.0,
            "narration": "",
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


@pytest.mark.parametrize(
    ("unit", "op", "value", "said"),
    [
        ("day", ">=", 5, "少 2 天"),
        ("household", ">=", 5, "比标准低 2"),
        ("household", "<=", 9, "比标准高 2"),
        ("day", "<=", 7, "超过 0 天"),
    ],
)
def test_a_gap_says_on_which_side_of_the_standard_it_lies(unit: str, op: str, value: int, said: str) -> None:
    measured, threshold = Measured(value, 1, unit), Threshold(op, Fraction(7))
    assert gap(Finding(Subject("project", "P1"), "fail", "", measured=measured, threshold=threshold)) == said


@pytest.mark.parametrize(("op", "said"), [(">=", "少 5.00 元"), ("<=", "超出 5.00 元")])
def test_a_gap_in_money_is_its_shortfall(op: str, said: str) -> None:
    measured, threshold = Measured(500, 1000), Threshold(op, Fraction(1), (), 1000)
    assert gap(Finding(Subject("project", "P1"), "fail", "", measured=measured, threshold=threshold, shortfall=500)) == said
    assert gap(Finding(Subject("project", "P1"), "fail", "", measured=measured, threshold=Threshold(op, Fraction(3)))) == ""


@pytest.mark.parametrize(
    ("start", "places"), [(Fraction(0), [0, 2, 3]), (Fraction(99), [0, 2, 3]), (Fraction(100), [1, 3]), (Fraction(199), [1, 3])]
)
def test_every_interval_of_the_money_draws_the_voucher_in_which_it_falls(start: Fraction, places: list[int]) -> None:
    amounts = [100, 100, 100, 700]
    assert list(sampling._systematic(amounts, Fraction(200), start)) == places


def test_a_sample_is_the_same_for_the_same_seed_and_no_larger_than_what_there_is() -> None:
    amounts = [100 * number for number in range(1, 21)]
    first, again, other = (sampling.draw(amounts, sampling.Plan("random", 5, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert (len(first.places), first.population, first.total, first.interval) == (5, 20, 21_000, None)
    assert list(first.places) == sorted(set(first.places))
    assert len(sampling.draw(amounts, sampling.Plan("random", 99, 1)).places) == 20
    drawn = sampling.draw(amounts, sampling.Plan("mus", 5, 1))
    assert drawn.interval == 4200
    assert 4 <= len(drawn.places) <= 5
    with pytest.raises(ValueError, match="没有可抽样的付款凭证"):
        sampling.draw([], sampling.Plan("mus", 5, 1))


def test_an_earlier_workpaper_is_read_by_its_headings(tmp_path: Path) -> None:
    book, columns = Workbook("底稿", DAY), [column.title for column in problems.COLUMNS]
    sheet = book.sheet(problems.SHEET, [12] * len(columns))
    sheet.title("问题汇总表")
    values = [{"索引号": "A-1", "规则": "公示", "对象编号": "P1", "对象名称": "甲路", "事实": "没有公示"}, {"规则": "公示小计"}, {}]
    sheet.table(problems.COLUMNS, [Row(tuple(row.get(name, "" if column.kind != MONEY else None) for name, column in zip(columns, problems.COLUMNS, strict=True))) for row in values])
    (tmp_path / "底稿.xlsx").write_bytes(book.content())
    assert problems.earlier(tmp_path / "底稿.xlsx") == [("A-1", "公示", "P1", "甲路", "没有公示")]
    (tmp_path / "别的.xlsx").write_bytes(b"PK")
    with pytest.raises(Untrusted, match="应为以前用 xianjie check"):
        problems.earlier(tmp_path / "别的.xlsx")


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


@pytest.fixture(scope="module")
def review(sample: Checked) -> Review:
    return Review(sample.book.tables, sample.audit)


def test_a_village_page_has_its_own_projects_assets_grants_and_notices(review: Review) -> None:
    tables, seen = review.tables, Counter[str]()
    for name in tables.villages["id"].unique():
        page = village.view(None, review, {"id": name})
        assert all(one.village == name for one in page["assets"])
        assert all(one.village == name for one, *_ in page["projects"])
        assert all(row.subject == name for row in page["notices"])
        assert all(line.earned.village == name for line in page["incomes"])
        assert all(line.shares.village == name for line in page["grants"])
        own = {name, *(one.id for one in page["assets"]), *(one.id for one, *_ in page["projects"])}
        own |= {line.shares.row.id for line in page["grants"]}
        found = page["findings"]
        assert {one.subject.id for one in found if one.subject.kind != "voucher"} <= own
        assert len({one.key for one in found}) == len(found)
        for kind in ("assets", "projects", "incomes", "grants"):
            seen[kind] += len(page[kind])
    assert seen["assets"] == len(registered.assets(tables)) - sum(not one.village for one in registered.assets(tables).values())
    assert seen["projects"] == sum(bool(one.village) for one in registered.projects(tables).values())
    assert min(seen.values()) > 0


def test_income_narrowed_by_village_and_year_is_the_whole_in_parts(review: Review) -> None:
    whole = income.view(None, review, {})
    villages = {line.earned.village for line in income.income_lines(review) if line.earned.village}
    nowhere = [line.earned for line in income.income_lines(review) if not line.earned.village]
    for narrowed in ({"village": villages}, {"year": set(map(str, whole["years"]))}):
        ((key, values),) = narrowed.items()
        parts = [income.view(None, review, {key: value}) for value in values]
        assert len(parts) > 1
        for name in ("received", "to_households", "to_priority"):
            left = sum(getattr(one, name) for one in nowhere) if key == "village" else 0
            assert sum(part[name] for part in parts) == whole[name] - left > 0
    assert whole["to_priority"] <= whole["to_households"] <= whole["received"]


@pytest.mark.parametrize("key", ["village", "year", "level"])
def test_postings_narrowed_are_those_of_the_village_or_of_the_funds_of_the_year_or_level(review: Review, key: str) -> None:
    tables = review.tables
    table, what = tables.postings, "income" if key == "village" else "paid"
    found, whole = 0, {row for row, _ in entries.FIGURES[what][1](tables)}
    values = {str(getattr(one, key)) for one in (registered.assets(tables) if key == "village" else registered.funds(tables)).values()}
    for value in values - {""}:
        rows = entries._belongs(tables, what, table.loc[list(whole)], key, value)
        found += int(rows.sum())
    homes = {one.id: one.village for one in registered.assets(tables).values()}
    placed = sum(bool(homes.get(asset)) for asset in table.loc[list(whole), "asset"]) if key == "village" else len(whole)
    assert found == placed > 0
    assert len(values) > 1


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [("fail", "pass", "变好"), ("pass", "fail", "变差"), ("pending", "fail", "变差"), ("undetermined", "pending", "变好"), ("fail", "", "不再判定"), ("", "fail", "新增")],
)  # fmt: skip
def test_what_became_of_a_finding(before: str, after: str, what: str) -> None:
    assert compare.Change(None, before, after).what == what


@pytest.mark.parametrize(("day", "text", "earlier"), [("2024-02-29", "", "2023-02-28"), ("2023-06-30", "", "2022-06-30"), ("2023-06-30", "2022", "2022-12-31")])
def test_a_page_is_compared_with_last_years_same_day(day: str, text: str, earlier: str) -> None:
    review: Any = SimpleNamespace(as_of=dt.date.fromisoformat(day))
    assert compare._earlier(review, text).isoformat() == earlier


def test_the_trend_has_the_year_of_the_page_and_the_two_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview.figures, "paid_by_month", lambda tables: {year: [year] for year in (2024, 2023, 2019, 2022, 2021, 2020)})
    drawn: list[str] = []
    monkeypatch.setattr(overview.charts, "lines", lambda series, title: drawn.extend(name for name, _ in series))
    for day, years in ((dt.date(2023, 6, 30), ["2021年", "2022年", "2023年"]), (dt.date(2019, 6, 30), ["2019年"])):
        drawn.clear()
        review: Any = SimpleNamespace(as_of=day, tables=None)
        overview._trend(review)
        assert drawn == years


def quota(result: str, sent: int | None, booked: int | None) -> dict[str, Any]:
    return {"doc_no": "示财农〔2022〕1号", "level": "中央", "task": "", "county": "甲县", "result": result, "sent": sent, "booked": booked}


def test_quota_that_agrees_is_no_finding_of_a_city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_finding", lambda rule, status, severity, subject, found, message: (rule, status, message))
    rows: Any = {"twice": [], "overlaps": [], "reconciled": [quota("一致", 100, 100), quota("未入账", 100, None), quota("不一致", 100, 99)]}
    said = list(report.across(rows))
    assert [(rule, status) for rule, status, _ in said] == [("across-quota", "fail")] * 2  # type: ignore[misc]
    assert [message.partition("（")[2] for *_, message in said] == ["下达 1.00 元）", "下达 1.00 元，入账 0.99 元）"]  # type: ignore[misc]
    for days, verdict in ((31, "undetermined"), (32, "fail")):
        one = {"number": 1, "county": "甲县", "household": "H1", "days": 16, "period": "2022-08", "together": days, "long": 31}
        ((rule, status, _),) = report.across({"twice": [], "overlaps": [one, one], "reconciled": []})  # type: ignore[misc]
        assert (rule, status) == ("across-work", verdict)


@pytest.mark.parametrize(("problems", "blocking", "result", "status"), [(0, 0, "一致", 0), (0, 1, "一致", 1), (0, 0, "未入账", 1), (1, 1, "一致", 2)])
def test_the_exit_status_of_a_city(problems: int, blocking: int, result: str, status: int) -> None:
    rows: Any = {"problems": ["坏了"] * problems, "counties": [{"blocking": 0}, {"blocking": blocking}], "reconciled": [quota(result, 1, 1)]}
    assert report.exit_status(rows) == status
