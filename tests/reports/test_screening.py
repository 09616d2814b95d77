"""Screening: each pattern planted in 200 random sets is found in 95 % of them, and seen in at most 5 % where it is not."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from ledgers import XIUSHAN
from reports.screening import screens
from reports.screening.population import Population
from reports.screening.screen import Screen
from reports.screening.statistics import BENFORD, band, chance, concentration, deviation, first_digits
from xianjie.commands import cli

SETS = 200
WORKDAYS = [
    day
    for day in (date(2022, 1, 4) + timedelta(days=number) for number in range(361))
    if screens._works(day)
]
Rng = np.random.Generator
Plant = Callable[[Rng, pd.DataFrame], None]


def payments(rng: Rng, n: int = 1500) -> pd.DataFrame:
    """Payments as a county without patterns would have them."""
    return pd.DataFrame(
        {
            "amount": np.maximum(np.exp(rng.normal(14.5, 2.2, n)), 100).astype("int64"),
            "date": [WORKDAYS[place] for place in rng.integers(0, len(WORKDAYS), n)],
            "payee": [f"示例{number}公司" for number in rng.integers(0, 60, n)],
            "voucher": [f"2022-{number:06d}" for number in range(1, n + 1)],
            "narration": "",
            "file": "2022/01.beancount",
            "line": np.arange(1, n + 1),
        }
    )


def people(rng: Rng, n: int = 1200) -> pd.DataFrame:
    """Lines of pay lists: 40 villages, 12 rolls, about 120 yuan a day."""
    days = rng.integers(4, 60, n) / 2
    wage = rng.normal(120, 8, n)
    return pd.DataFrame(
        {
            "amount": (days * wage * 100).astype("int64"),
            "days": days,
            "labour": True,
            "household": [f"H{number}" for number in rng.integers(0, 900, n)],
            "person": [str(number) for number in rng.integers(1, 4, n)],
            "village": [f"V{number}" for number in rng.integers(0, 40, n)],
            "roll": [f"R{number}" for number in rng.integers(0, 12, n)],
            "date": [WORKDAYS[place] for place in rng.integers(0, len(WORKDAYS), n)],
            "voucher": "",
            "payee": "",
            "narration": "",
            "file": "rolls/2022/01.csv",
            "line": np.arange(1, n + 1),
        }
    )


def some(rng: Rng, table: pd.DataFrame, share: float) -> np.ndarray:
    return rng.choice(len(table), int(len(table) * share), replace=False)


def invented_digits(rng: Rng, table: pd.DataFrame) -> None:
    table.loc[some(rng, table, 0.3), "amount"] = rng.integers(4_500_000, 5_500_000, int(len(table) * 0.3))


def one_ending(rng: Rng, table: pd.DataFrame) -> None:
    rows = some(rng, table, 0.06)
    table.loc[rows, "amount"] = table.loc[rows, "amount"] // 10_000 * 10_000 + 37_00 + 100_000_00


def rounded(rng: Rng, table: pd.DataFrame) -> None:
    table.loc[some(rng, table, 0.2), "amount"] = rng.integers(10, 99, int(len(table) * 0.2)) * 1_000_000


def split(rng: Rng, table: pd.DataFrame) -> None:
    table.loc[some(rng, table, 0.02), "amount"] = rng.integers(48_000_00, 49_999_99, int(len(table) * 0.02))


def on_sundays(rng: Rng, table: pd.DataFrame) -> None:
    for row in some(rng, table, 0.03):
        table.at[row, "date"] = date(2022, 6, 12)


def in_december(rng: Rng, table: pd.DataFrame) -> None:
    for row in some(rng, table, 0.2):
        table.at[row, "date"] = date(2022, 12, 28)


def one_payee(rng: Rng, table: pd.DataFrame) -> None:
    table["amount"] = table["amount"].clip(upper=10_000_000_00)
    table.loc[some(rng, table, 0.1), "payee"] = "示例一公司"
    table.loc[table["payee"] == "示例一公司", "amount"] += table["amount"].sum() // 100


def one_village(rng: Rng, table: pd.DataFrame) -> None:
    table.loc[table["village"] == "V7", "amount"] *= 25


def all_the_same(rng: Rng, table: pd.DataFrame) -> None:
    table.loc[table["roll"] == "R3", "amount"] = 2_400_00


def high_wages(rng: Rng, table: pd.DataFrame) -> None:
    rows = some(rng, table, 0.005)
    table.loc[rows, "amount"] *= 4


def many_rolls(rng: Rng, table: pd.DataFrame) -> None:
    for row in range(5):
        table.loc[row, ["household", "person", "roll"]] = ["H-mine", "1", f"R{row}"]
        table.at[row, "date"] = date(2022, 8, 1)


def far_away(rng: Rng, table: pd.DataFrame) -> None:
    table.at[700, "date"] = table.at[700, "date"] + timedelta(days=90)


def ordered(rng: Rng) -> pd.DataFrame:
    table = payments(rng)
    return table.assign(date=sorted(table["date"]))


def of_villages(rows: Population) -> Screen:
    return screens.villages(rows, {})


PATTERNS = [
    ("首位数字", payments, invented_digits, screens.first_digits),
    ("尾数", payments, one_ending, screens.last_digits),
    ("整数", payments, rounded, screens.round_sums),
    ("贴近限额", payments, split, screens.below_limits),
    ("休息日", payments, on_sundays, screens.off_days),
    ("十二月", payments, in_december, screens.december),
    ("收款集中", payments, one_payee, screens.payees),
    ("一村悬殊", people, one_village, of_villages),
    ("同一金额", people, all_the_same, screens.same_amount),
    ("日工资", people, high_wages, screens.daily_wages),
    ("多份清册", people, many_rolls, screens.several_rolls),
    ("编号日期", ordered, far_away, screens.out_of_step),
]


@pytest.mark.parametrize("sets", [20, pytest.param(SETS, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("population", "plant", "screen"), [one[1:] for one in PATTERNS], ids=[one[0] for one in PATTERNS])
def test_what_is_planted_is_found_and_nothing_else(
    population: Callable[[Rng], pd.DataFrame], plant: Plant, screen: Callable[[Population], Screen], sets: int
) -> None:
    found = false = 0
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        table = population(rng)
        if population is people and screen is screens.several_rolls:
            table["household"] = [f"H{number}" for number in range(len(table))]
        false += bool(screen(Population("", table)).notable)
        plant(rng, table)
        found += bool(screen(Population("", table)).notable)
    assert found >= 0.95 * sets
    assert false <= 0.05 * sets


def test_too_few_amounts_say_nothing() -> None:
    few = payments(np.random.default_rng(1), 499)
    assert screens.first_digits(Population("", few)).notable is None
    assert screens.first_digits(Population("", payments(np.random.default_rng(1), 500))).notable is not None


def test_figures_by_hand() -> None:
    amounts = np.array([1, 19, 2_00, 987_654_32, 10**15, 10**15 - 1], dtype="int64")
    assert first_digits(amounts).tolist() == [3, 1, 0, 0, 0, 0, 0, 0, 2]
    assert deviation(np.round(BENFORD * 10**9).astype("int64")) < 1e-9
    assert [band(value) for value in (0.0059, 0.006, 0.012, 0.015)] == ["吻合", "可以接受", "勉强可以接受", "不吻合"]
    assert concentration([50_00, 50_00]) == 5000
    assert chance(8, 8, 0.5) == pytest.approx(1 / 256)
    assert chance(0, 8, 0.5) == 1


def test_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["screen", str(XIUSHAN), "--as-of", "2023-12-31", "--format", "json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert len({one["id"] for one in told["screens"]}) == len(told["screens"]) == 14
    assert all(one["method"] and one["population"] and one["figure"] for one in told["screens"])
    shown = CliRunner().invoke(cli, ["screen", str(XIUSHAN), "--as-of", "2023-12-31"])
    assert "不是结论" in shown.stdout
    sheet = tmp_path / "筛查.xlsx"
    assert CliRunner().invoke(cli, ["screen", str(XIUSHAN), "--format", "xlsx", "--output", str(sheet)]).exit_code == 0
    drawn = [one for one in told["screens"] if one["bars"]]
    assert len(openpyxl.load_workbook(sheet)["筛查图"]._charts) == len(drawn) > 3
