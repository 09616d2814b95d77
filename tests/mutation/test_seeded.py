"""Faults that were planted by hand and that no test noticed then: each has its test here, outside the rules."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pandas as pd
import pytest
from beancount.core.amount import Amount
from beancount.core.data import Balance

from importers.draft.draft import Draft
from importers.draft.versions import part_of
from importers.finding.matching import cut
from importers.finding.statements import _arrived
from importers.reading.cells import Period
from importers.reading.grid import Grid
from importers.reading.kinds import KINDS, header_of
from importers.reading.layout import find
from importers.sheets.bank import _signed
from importers.sheets.paylists import _for
from ledgers.book import read
from ledgers.facts import money
from ledgers.files.messages import explain
from ledgers.files.side_files import BankLine, Imported, PayLine
from ledgers.personal.checks import PROVINCES, luhn, may_be_card
from ledgers.seals.bank import unreconciled
from plugins.findings import Finding, Measured, Subject, Threshold
from reports.counties import joins, parquet
from reports.desk.overview import ToDo
from reports.figures import Money, paid_by_month
from reports.plan import Task, _largest
from reports.publish import received
from reports.publish.privacy import BARE, CLEAR, COVERED, public_totals
from reports.remedies import gap
from reports.screening import screens, statistics
from reports.screening.population import Population
from reports.screening.statistics import RARE
from reports.workpapers import sampling, side_sums
from reports.workpapers.reconciliation import _checked_bank
from reports.workpapers.sampling import Sample
from tests.books import write_book
from tests.reports.conftest import EXAMPLE

DAY = dt.date(2022, 6, 30)


@pytest.mark.parametrize(
    ("days", "first", "rest"), [("3", "1.5", "1.5"), ("1", "0.5", "0.5"), ("7.5", "3.5", "4"), ("2", "1", "1")]
)
def test_a_days_work_is_cut_to_the_half_day(days: str, first: str, rest: str) -> None:
    pieces = cut((PayLine("H1", "1", 10000, Decimal(days)),), [5000, 5000])
    assert [[(line.amount, line.days) for line in piece] for piece in pieces] == [
        [(5000, Decimal(first))],
        [(5000, Decimal(rest))],
    ]


def test_a_corrected_sheet_is_a_version_of_the_part_that_it_agrees_with() -> None:
    entries = [
        Imported("plan", "2022", 0, "d0", ("甲路", "乙路")),
        Imported("plan", "2022", 1, "d1", ("丙桥", "丁桥")),
        Imported("plan", "2023", 0, "d2", ("甲路",)),
    ]
    draft: Draft = SimpleNamespace(log={str(number): entry for number, entry in enumerate(entries)})  # type: ignore[assignment]
    assert part_of(draft, "plan", "2022", ("甲路", "戊塘")) == (0, ("甲路", "乙路"))
    assert part_of(draft, "plan", "2022", ("戊塘", "丁桥")) == (1, ("丙桥", "丁桥"))
    assert part_of(draft, "plan", "2022", ("戊塘",)) == (2, ())
    assert part_of(draft, "plan", "2024", ("甲路",)) == (0, ())


def test_what_lies_with_villages_and_what_came_back_is_not_spent() -> None:
    money = Money(amount=1000, arrived=900, allocated=800, paid=500, held=120, recovered=30)
    assert (money.waiting, money.unpaid, money.spent) == (100, 300, 350)


def test_a_bank_is_reconciled_at_the_start_of_the_day() -> None:
    account = "Assets:1002银行存款:V101001子村"
    balance = Balance({}, DAY, account, Amount(Decimal("100.00"), "CNY"), None, None)
    row = _checked_bank([balance], [(DAY - dt.timedelta(days=1), 10000), (DAY, 777)])
    numbers = [getattr(cell, "value", cell) for cell in row.values]
    assert numbers[2] == numbers[4] == 10000, "stated, and booked before the day"
    assert numbers[5:] == [0, 777, 10777], "no gap; what the day itself moved; the balance since"


BANK = """
2021-01-01 custom "village" "V101001"
  town: "甲镇"
  name: "子村"
  kind: "脱贫村"
  households: 100
2022-05-10 * "租金"
  voucher: "2022-000001"
  Assets:1002银行存款:V101001子村  100.00 CNY
  Income:9401资产收益:1租金  -100.00 CNY
"""
STATEMENT = (
    "date,debit,credit,balance,summary,other\n"
    "2022-05-10,0.00,200.00,200.00,,\n2022-06-10,0.00,300.00,500.00,,\n2022-07-10,0.00,400.00,900.00,,\n"
)


def test_a_statement_is_compared_after_what_is_sealed_and_up_to_the_day(tmp_path: Path) -> None:
    tables = read(write_book(tmp_path / "book", BANK, {"bank/V101001.csv": STATEMENT}), dt.date(2022, 12, 31)).tables
    after = dt.date(2022, 5, 31)
    assert [problem.line for problem in unreconciled(tables, None, dt.date(2022, 6, 30))] == [2, 3]
    assert [problem.line for problem in unreconciled(tables, after, dt.date(2022, 6, 30))] == [3]
    assert [problem.line for problem in unreconciled(tables, dt.date(2022, 6, 10), dt.date(2022, 7, 10))] == [4]


@pytest.mark.parametrize("area", sorted(area for area in PROVINCES if area[0] in "45" or area == "62"))
def test_an_id_of_a_state_system_is_no_card(area: str) -> None:
    beginning = area + "0000" + "123456789"
    system = next(beginning + end for end in "0123456789" if luhn(beginning + end))
    assert not may_be_card(system)
    card = next("6222" + "12345678901" + str(end) for end in range(10) if luhn("622212345678901" + str(end)))
    assert may_be_card(card)


def test_of_public_totals_the_one_that_is_enough_at_once_is_withheld_alone() -> None:
    """The figure of households cannot be had from the rest once what covers it is withheld too; nothing more is."""
    shown = public_totals({("a",): CLEAR, ("b",): COVERED, ("x",): BARE})
    assert shown == {(), ("a",)}


@pytest.mark.parametrize(
    ("line", "hinted"),
    [
        ('2022-01-01 * "甲，乙：（丙）" 错', ""),
        ('2022－01-01 * "甲，乙"', "－"),
        ('2022-01-01 * "甲" ，；"乙：" ; 说明：', "，；"),
    ],
)
def test_full_width_characters_are_looked_for_outside_of_texts(tmp_path: Path, line: str, hinted: str) -> None:
    (tmp_path / "main.beancount").write_text(f"\n{line}\n", "utf-8")
    error = SimpleNamespace(source={"filename": str(tmp_path / "main.beancount"), "lineno": 2}, message="syntax error")
    text = explain(error, tmp_path, {str(tmp_path / "main.beancount"): "main.beancount"}).message
    assert (f"有全角字符“{hinted}”" in text) if hinted else ("全角" not in text)


@pytest.mark.parametrize("pair", [("villages", "bank"), ("plan", "distribution"), ("labour", "benefits")])
def test_of_sheets_that_fit_equally_the_title_decides(pair: tuple[str, str]) -> None:
    heads = list(dict.fromkeys(header_of(kind, need.split("|")[0]) for kind in pair for need in KINDS[kind].needs))
    for kind in pair:
        title = [KINDS[kind].title, *[""] * (len(heads) - 1)]
        assert find(Grid("表.xlsx", "", [title, heads, ["1"] * len(heads)])).kind.id == kind


@pytest.mark.parametrize(("days", "known"), [(-10, True), (10, True), (-11, False), (11, False)])
def test_money_of_the_treasury_arrives_within_ten_days(days: int, known: bool) -> None:
    line = BankLine(dt.date(2022, 6, 15) + dt.timedelta(days=days), 0, 500, 500)
    assert _arrived([(dt.date(2022, 6, 15), 500)], line) is known


def test_a_month_that_is_paid_again_is_of_the_year_in_which_the_list_begins() -> None:
    row = SimpleNamespace(period=None, again="11月")
    assert _for(row, Period(dt.date(2022, 12, 1), dt.date(2023, 1, 31))) == "2022-11"


def test_what_is_mended_together_is_due_by_the_earliest_day() -> None:
    finding = Finding(Subject("project", "P1"), "pending", "")
    days = (None, dt.date(2022, 12, 31), dt.date(2022, 6, 30))
    same = [Task(finding, f"规则{n}", "补付", amount, "", day) for n, (amount, day) in enumerate(zip((3, 9, 5), days, strict=True))]
    one = _largest(same)
    assert (one.amount, one.due, one.also) == (9, dt.date(2022, 6, 30), ("规则0", "规则2"))


def test_the_margin_of_a_cap_is_what_is_left_below_it() -> None:
    with parquet.connect() as database:
        database.execute(
            "CREATE TABLE findings AS SELECT 'fee' AS rule, 'year' AS kind, '2022' AS subject, '' AS part, '甲县' AS county, 'pass' AS status,"
            " 0.01 AS value, op, 0.03 AS threshold, '1' AS numerator, '100' AS denominator, 'yuan' AS unit FROM (VALUES ('<='), ('>=')) AS t(op)"
        )
        found = {row["op"]: float(row["margin"]) for row in joins.rows(database, joins.QUERIES["league"])}
    assert found == {"<=": pytest.approx(0.02), ">=": pytest.approx(-0.02)}


def test_a_countys_funds_are_summed_each_under_its_own_name() -> None:
    figures = {"registered": 1, "arrived": 20, "allocated": 300, "paid": 4000, "labour": 50_000}
    with parquet.connect() as database:
        sums = ", ".join(f"{amount} AS {name}" for name, amount in figures.items())
        database.execute(f"CREATE TABLE funds AS SELECT '甲县' AS county, 2022 AS year, '中央' AS level, {sums} FROM range(2)")
        for query in ("funds", "levels"):
            (row,) = joins.rows(database, joins.QUERIES[query])
            assert {name: row[name] for name in figures} == {name: 2 * amount for name, amount in figures.items()}


def test_a_statement_goes_to_the_end_of_the_day(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", BANK, {"bank/V101001.csv": STATEMENT})
    found = {day: list(side_sums.statements(read(book, day).tables)) for day in (dt.date(2022, 6, 9), dt.date(2022, 6, 10))}
    assert [(one.lines, one.opening, one.credit, one.closing) for (one,) in found.values()] == [(1, 0, 20000, 20000), (2, 0, 50000, 50000)]


def test_a_year_that_runs_has_the_months_that_have_begun(tmp_path: Path) -> None:
    tables = read(EXAMPLE, dt.date(2022, 9, 1)).tables
    months = paid_by_month(tables)[2022]
    assert len(months) == 9
    assert months[-1] == sum(amount for _, amount in money.legs_of(tables, "paid")) > 0


@pytest.mark.parametrize(("amount", "projected"), [(4900, "=ROUND(IF(F{row}=0,0,H{row}/F{row}*50.00),2)"), (5000, "=H{row}"), (9000, "=H{row}")])
def test_an_error_of_a_smaller_voucher_is_projected_on_the_interval(amount: int, projected: str) -> None:
    drawn = Sample((0,), 1, 10000, Fraction(5000))
    row = sampling._row(1, sampling._Voucher("2022-000001", dt.date(2022, 1, 1), "", "", amount, "", 1), drawn)
    assert row.values[8].text == projected


@pytest.mark.parametrize(("days", "op", "said"), [(5, ">=", "少 2 天"), (9, "<=", "超过 2 天")])
def test_a_gap_in_days_says_its_side(days: int, op: str, said: str) -> None:
    measured, threshold = Measured(days, 1, "day"), Threshold(op, Fraction(7))
    assert gap(Finding(Subject("project", "P1"), "fail", "", measured=measured, threshold=threshold)) == said


@pytest.mark.parametrize(("kind", "income_year", "year"), [("distribution", 2021, 2021), ("distribution", 0, 2022), ("expense", 2021, 2022)])
def test_what_is_distributed_is_published_with_the_year_of_its_income(kind: str, income_year: int, year: int) -> None:
    assert received._year(SimpleNamespace(kind=kind, income_year=income_year, date=dt.date(2022, 3, 1))) == year  # type: ignore[arg-type]


def test_income_is_published_as_a_positive_amount() -> None:
    tables = read(EXAMPLE, dt.date(2022, 12, 31)).tables
    table = tables.postings
    own = table[(table["kind"] == "asset income") & (table["income_year"] == 2022) & table["asset"].isin(list(received.open_assets(tables)))]
    earned = received.received(tables, 2022, 0).earned
    assert sum(earned.values()) == -own["amount"].sum() > 0


@pytest.mark.parametrize(("chance", "notable"), [(RARE / 98, False), (RARE / 100, True)])
def test_the_most_frequent_of_99_endings_must_be_rare_among_all(monkeypatch: pytest.MonkeyPatch, chance: float, notable: bool) -> None:
    monkeypatch.setattr(statistics, "unlike", lambda counts, expected: True)
    monkeypatch.setattr(statistics, "chance", lambda count, n, share: chance)
    amounts = pd.DataFrame({"amount": [100_000 + 100 * (n % 99 + 1) for n in range(990)], "file": "", "line": 1, "voucher": "", "payee": "", "narration": "", "date": dt.date(2022, 1, 1)})
    assert bool(screens.last_digits(Population("付款", amounts)).notable) is notable


@pytest.mark.parametrize(("amount", "mark", "sides"), [(-500, "", (500, None)), (500, "", (None, 500)), (500, "支", (500, None)), (500, "贷", (None, 500))])
def test_one_column_of_amounts_is_money_out_by_its_mark_or_its_sign(amount: int, mark: str, sides: tuple[int | None, int | None]) -> None:
    row = _signed(SimpleNamespace(), StatementRow(amount, None, None, mark))  # type: ignore[arg-type]
    assert (row.debit, row.credit) == sides


class StatementRow(NamedTuple):
    """A line of a statement with one amount."""

    amount: int
    debit: int | None
    credit: int | None
    mark: str


def test_a_unit_is_due_with_its_first_act() -> None:
    finding = Finding(Subject("project", "P1"), "pending", "")
    days = (dt.date(2022, 12, 31), None, dt.date(2022, 6, 30))
    assert ToDo("某局", [Task(finding, "规则", "补付", 1, "", day) for day in days]).due == dt.date(2022, 6, 30)
