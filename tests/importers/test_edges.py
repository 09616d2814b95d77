"""Where a reading turns: the last cell that is taken and the first that is not, the day itself beside the day before."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from importers import run, supposing
from importers.draft.draft import Draft, after_seal
from importers.draft.entries import Directive, HouseState, Leg, Voucher
from importers.finding import matching, supposed
from importers.finding.job import not_before
from importers.finding.matching import Payment
from importers.finding.statements import _reversed, _taken
from importers.reading import cells, text
from importers.reading.cells import Month, Wrong
from importers.reading.container import Refused
from importers.sheets.paylists import standing_of
from ledgers import clock
from ledgers.files.side_files import BankLine, PayLine, Waiting
from tests.importers.county import roster
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited

DAY = date(2022, 6, 30)


def read(how: Any, cell: Any) -> Any:
    """What a cell is read as; "" where it is refused."""
    try:
        return how(cell)
    except Wrong:
        return ""


@pytest.mark.parametrize(
    ("how", "cell", "found"),
    [
        (cells.rate, 1, Decimal("0.01")),
        (cells.rate, "0.99", Decimal("0.99")),
        (cells.rate, 100, Decimal(1)),
        (cells.rate, "100.01%", ""),
        (cells.rate, "-1%", ""),
        (cells.years, "2023-2023", (2023, 2023)),
        (cells.years, "2027-2023", ""),
        (cells.years, "2023", (2023, 2023)),
        (cells.count, 10**10 - 1, 10**10 - 1),
        (cells.count, 10**10, ""),
        (cells.count, -1, ""),
        (cells.days, "9999.5天", Decimal("9999.5")),
        (cells.days, 10_000, ""),
        (cells.days, "1.25", ""),
        (cells.day, "1949-01-01", date(1949, 1, 1)),
        (cells.day, "1948-12-31", ""),
        (cells.day, "2199-12-31", date(2199, 12, 31)),
        (cells.day, "2200-01-01", ""),
        (cells.day, 20_000, date(1954, 10, 3)),
        (cells.day, 19_999, ""),
        (cells.day, 79_999, date(2119, 1, 10)),
        (cells.day, 80_000, ""),
        (cells.plain, 10.0**15 - 1, "999999999999999"),
        (cells.shown, "一" * 30, "“" + "一" * 30 + "”"),
        (cells.shown, "一" * 31, "“" + "一" * 30 + "…”"),
        (cells._chinese_number, "十", "10"),
        (cells._chinese_number, "二十一", "21"),
        (cells._chinese_number, "三十", "30"),
        (cells._chinese_number, "九", "9"),
    ],
)
def test_a_cell_at_the_edge(how: Any, cell: Any, found: Any) -> None:
    assert read(how, cell) == found


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2022年8月至2022年8月", "2022-08-01", "2022-08-31"),
        ("2022.8.5-2022.8.5", "2022-08-05", "2022-08-05"),
        ("2022年第四季度", "2022-10-01", "2022-12-31"),
        ("2022年一季度", "2022-01-01", "2022-03-31"),
        (2022, "2022-01-01", "2022-12-31"),
    ],
)
def test_a_period_has_its_first_and_last_day(cell: Any, first: str, last: str) -> None:
    found = cells.period(cell)
    assert (found.start.isoformat(), found.end.isoformat()) == (first, last)


@pytest.mark.parametrize("cell", ["2022年8月至2022年7月", "2022-08-05至2022-08-04", "2022年1月、2月、3月", "第一季度"])
def test_a_period_that_runs_backwards_or_in_pieces_is_refused(cell: str) -> None:
    assert read(cells.period, cell) == ""


@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2022, 6, 30), DAY), (date(2022, 7, 1), date(2022, 7, 1)), (date(2022, 6, 29), None), (Month(2022, 6, 1), DAY), (Month(2022, 5, 1), None)],
)  # fmt: skip
def test_a_day_is_not_before_itself_and_a_month_not_before_a_day_in_it(day: date, found: date | None) -> None:
    assert not_before(day, DAY) == found


def state(day: str, what: str) -> HouseState:
    return HouseState("H1", day, what, "V1")


def test_what_a_household_was_on_the_last_sealed_day_stays() -> None:
    held = (state("2022-06-30", "一般户"), state("2022-07-01", "监测户"))
    wanted = (state("2022-06-30", "脱贫户"), state("2022-07-01", "监测户"), state("2022-07-02", "消除风险"))
    days = [(one.date, one.state) for one in after_seal(held, wanted, DAY)]
    assert days == [("2022-06-30", "一般户"), ("2022-07-01", "脱贫户"), ("2022-07-01", "监测户"), ("2022-07-02", "消除风险")]
    assert after_seal(held, held, DAY) == held


@pytest.mark.parametrize(
    ("day", "names"),
    [(date(2022, 6, 9), {"一般户"}), (date(2022, 6, 10), {"脱贫户"}), (DAY, {"脱贫户", "监测户"}), (date(2022, 7, 1), {"脱贫户"})],
)
def test_what_a_household_may_be_called_changes_on_its_day(day: date, names: set[str]) -> None:
    states = (state("2022-06-10", "脱贫户"), state("2022-06-30", "监测户"), state("2022-07-01", "风险消除"))
    persons: Any = SimpleNamespace(draft=SimpleNamespace(states={"H1": states}))
    assert standing_of(persons, "H1", day) == names


@pytest.fixture
def draft(tmp_path: Any) -> Draft:
    return Draft(tmp_path, DAY, lambda: None, lambda roll, day, shares: ())  # type: ignore[arg-type, return-value]


def test_facts_of_a_day_are_those_said_by_then_the_later_ones_last(draft: Draft) -> None:
    later = Directive("village", "V1", DAY, (), (("name", "新村"), ("households", 9)))
    draft.directives["village", "V1"] = (later, Directive("village", "V1", date(2022, 1, 1), (), (("name", "旧村"),)))
    assert draft.facts("village", "V1") == {"name": "新村", "households": 9}
    assert draft.facts("village", "V1", DAY)["name"] == "新村"
    assert draft.facts("village", "V1", date(2022, 6, 29)) == {"name": "旧村"}
    assert draft.first_day("village", "V1") == date(2022, 1, 1)


def test_an_account_is_open_from_the_first_day_that_it_is_used(draft: Draft) -> None:
    for day in (DAY, date(2022, 7, 1), date(2020, 5, 1), date(2020, 6, 1)):
        draft.open_account("Assets:1002", "CNY", day)
    assert draft.opened["Assets:1002"] == (date(2020, 5, 1), "CNY")
    draft.open_account("Assets:1003", "CNY", DAY)
    assert draft.opened["Assets:1003"][0] == date(2021, 1, 1)


def payment(number: str, day: date, amount: int = 100) -> Payment:
    return Payment(Voucher(number, day, "", "", (Leg("Expenses:2130504", Decimal(amount) / 100),)), 0)


def waiting(start: date, amount: int = 100) -> Waiting:
    return Waiting("清册", "labour", "P1", "", start, start, False, (PayLine("H1", "1", amount, None),))


def test_a_list_takes_the_earliest_payment_on_or_after_its_first_day(monkeypatch: pytest.MonkeyPatch, draft: Draft) -> None:
    monkeypatch.setattr(matching, "_fits", lambda payment, waiting: True)
    before, same, after = (payment(str(day), date(2022, 6, day)) for day in (28, 29, 30))

    def taken(start: date, *payments: Payment) -> str:
        found = matching._match(draft, list(payments), {"清册": waiting(start)})
        return found["清册"].voucher.number if found else ""

    assert taken(date(2022, 6, 29), before, same, after) == "29"
    assert taken(date(2022, 6, 30), before, same, after) == "30"
    assert taken(date(2022, 7, 1), before) == "28", "the only one that fits"
    assert taken(date(2022, 7, 1), before, same) == ""


@pytest.mark.parametrize(
    ("funds", "fund"), [({"F1": 99, "F2": 100, "F3": 500}, "F2"), ({"F1": 10, "F2": 99}, "F2"), ({"F1": 99, "F2": 10}, "F1")]
)
def test_a_list_is_supposed_to_be_paid_from_the_first_fund_that_suffices(
    monkeypatch: pytest.MonkeyPatch, funds: dict[str, int], fund: str
) -> None:
    paid = []
    monkeypatch.setattr(supposed, "_funds", lambda draft, project: funds)
    monkeypatch.setattr(supposed, "_pay", lambda draft, waiting, fund, day: paid.append(fund))
    one: Any = SimpleNamespace(waiting=SimpleNamespace(changed=lambda: {"清册": waiting(DAY)}))
    taken, left = supposed.pay(one, DAY)
    assert (paid, len(taken), left) == ([fund], 1, [])


@pytest.mark.parametrize(("day", "amount", "back"), [(DAY, -100, True), (date(2022, 7, 1), -100, True), (date(2022, 6, 29), -100, False), (DAY, -99, False)])
def test_a_red_entry_takes_back_a_debit_of_its_day_or_before(day: date, amount: int, back: bool) -> None:
    assert _reversed(BankLine(DAY, 100, 0, 0), [BankLine(DAY, 100, 0, 0), BankLine(day, amount, 0, 0)]) is back


@pytest.mark.parametrize(("name", "limit"), [("COLUMN_LIMIT", 3), ("CELL_LIMIT", 6)])
def test_a_text_as_large_as_may_be_is_read(monkeypatch: pytest.MonkeyPatch, name: str, limit: int) -> None:
    content = "甲,乙,丙\n丁,戊,己\n".encode()
    monkeypatch.setattr(text, name, limit)
    assert text.read_text(content) == [["甲", "乙", "丙"], ["丁", "戊", "己"]]
    monkeypatch.setattr(text, name, limit - 1)
    with pytest.raises(Refused, match="大得不正常"):
        text.read_text(content)


@pytest.mark.parametrize(("kind", "first"), [("bank", date(2022, 5, 1)), ("treasury", date(2022, 5, 1)), ("labour", date.min)])
def test_statements_go_in_by_their_first_day_and_all_else_as_given(kind: str, first: date) -> None:
    sheet: Any = SimpleNamespace(kind=SimpleNamespace(id=kind), rows=[SimpleNamespace(date=day) for day in (DAY, date(2022, 5, 1))])
    assert run._first_day(sheet) == first
    assert run._first_day(SimpleNamespace(kind=sheet.kind, rows=[])) == date.min  # type: ignore[arg-type]


@pytest.mark.parametrize(("as_of", "latest"), [(date(2022, 6, 29), DAY), (DAY, DAY), (date(2022, 7, 1), date(2022, 7, 1)), (None, DAY)])
def test_what_is_judged_beforehand_may_be_dated_until_today_or_the_later_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, as_of: date | None, latest: date
) -> None:
    asked: list[Any] = []

    def prepare(main: Path, sheets: Any, today: date, day: date | None, **more: Any) -> Any:
        asked.extend((today, more["paid"]))
        raise LookupError

    monkeypatch.setattr(supposing, "prepare", prepare)
    with clock.at(DAY), pytest.raises(LookupError):
        supposing.suppose(tmp_path / "main.beancount", [tmp_path / "表.xlsx"], as_of)
    assert asked == [latest, as_of or DAY]


def test_what_a_later_roster_leaves_empty_stays(county: Desk) -> None:
    def row() -> list[str]:
        return next(line.split(",") for line in county.lines("registry/households.csv") if ",监测户," in line)

    before = row()
    assert "2022-05-30" in before
    county.take(edited(edited(roster(), 0, 申报时间="", 帮扶落实时间=date(2022, 6, 17)), 1, 申报时间="", 帮扶落实时间=date(2022, 6, 17)))
    assert "2022-05-30" in row()
    assert "2022-06-17" in row()
    assert "2022-06-17" not in before


@pytest.mark.parametrize(("paid", "taken"), [([70, 30], True), ([70, 31], False), ([], False), ([60, 1], True)])
def test_debits_of_a_day_are_its_distribution_one_by_one_or_together(paid: list[int], taken: bool) -> None:
    lines = (BankLine(DAY, 60, 0, 0), BankLine(DAY, 40, 0, 0))
    assert _taken({DAY: paid}, lines[0], lines) is taken
