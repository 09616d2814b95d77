"""The plan: the smallest act that mends, one amount for one act, and what would be if planned vouchers were in the book."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from ledgers.money import fen, yuan
from plugins.findings import FAIL, PENDING
from reports import plan
from reports.check.checked import Checked
from tests.audit.test_planted import lay
from tests.reports.conftest import EXAMPLE
from xianjie.commands import cli

PAID = """
2022-12-30 * "美翠村" "补付劳务报酬"
  voucher: "2022-000099"
  fund: "YG2022-01"
  project: "XS2022-0001"
  Expenses:2130504农村基础设施建设:30226劳务费  {amount} CNY
    household: "H106003-001"
    person: 1
    days: 10
  Assets:9001指标:YG2022-01:1已分配  -{amount} CNY
"""


def told(book: Path, *more: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["plan", str(book), "--as-of", "2022-12-31", "--format", "json", *more])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def labour(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in found["tasks"] if one["rule"].startswith("labour-") and one["amount"]]


def test_what_the_plan_says_mends_and_a_fen_less_does_not(tmp_path: Path) -> None:
    (owed,) = labour(told(EXAMPLE))
    file = tmp_path / "打算.beancount"
    before = {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()}
    file.write_text(PAID.format(amount=owed["amount"]), "utf-8")
    assert labour(told(EXAMPLE, "--with", str(file))) == []
    file.write_text(PAID.format(amount=yuan(fen(owed["amount"]) - 1)), "utf-8")
    (left,) = labour(told(EXAMPLE, "--with", str(file)))
    assert left["amount"] == "0.01"
    assert {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()} == before


# What is planned for the book of `tests/audit/planted`: rule, subject, part or period -> what mends it, for an amount in yuan.
MENDING = {
    ("overpaid", "P1", ""): ("fund: \"ZY\"\n  project: \"P1\"", "Assets:9001指标:ZY:1已分配", "Expenses:2130504农村基础设施建设:31005基础设施建设"),
    ("leftover", "P3", ""): ("project: \"P3\"", "Assets:9001指标:ZY:0待分配", "Assets:9001指标:ZY:1已分配"),
    ("asset-income-due", "A1", "2024"): (
        'asset: "A1"\n  payer: "甲公司"\n  income-year: 2024', "Assets:1002银行存款:V101001子村", "Income:9401资产收益:1租金",
    ),
    ("principal-due", "A1", ""): ('asset: "A1"\n  payer: "甲公司"', "Assets:1002银行存款:V101001子村", "Income:9401资产收益:4处置"),
    ("dividend-due", "E1", "2024"): ('equity: "E1"\n  income-year: 2024', "Assets:1002银行存款:V101002丑村", "Income:9401资产收益:2分红"),
    ("income-undistributed", "V101002", "2022"): (
        'asset: "A3"\n  income-year: 2022', "Expenses:9501收益分配:6公积公益金", "Equity:9303公积公益金",
    ),
    ("labour-promised", "PX", ""): (
        'fund: "YG"\n  project: "PX"\n  household: "H1"\n  person: 1\n  days: 5',
        "Expenses:2130504农村基础设施建设:30226劳务费", "Assets:9001指标:YG:1已分配",
    ),
}  # fmt: skip


def planned(amounts: dict[tuple[str, str, str], int]) -> str:
    """Vouchers that do what the plan says, for amounts in 分."""
    return "".join(
        f'2025-12-{10 + number} * "补办"\n  voucher: "2025-{900 + number:06d}"\n  {meta}\n'
        f"  {debit}  {yuan(amounts[key])} CNY\n  {credit}  -{yuan(amounts[key])} CNY\n"
        for number, (key, (meta, debit, credit)) in enumerate(MENDING.items())
    )


def failing(book: Path, *more: str) -> dict[tuple[str, str, str], int]:
    """分 still to be moved, of the acts that are tried here."""
    done = CliRunner().invoke(cli, ["plan", str(book), "--as-of", "2025-12-31", "--format", "json", *more])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["tasks"]
    keys = {(one["rule"], one["subject"]["id"], one["part"] or one["period"] or ""): one["amount"] for one in found}
    return {key: fen(amount) for key, amount in keys.items() if key in MENDING}


def test_whatever_money_the_plan_asks_for_mends_and_a_fen_less_does_not(tmp_path: Path) -> None:
    lay(tmp_path / "book", "findings")
    asked = failing(tmp_path / "book")
    assert set(asked) == set(MENDING)
    file = tmp_path / "打算.beancount"
    file.write_text(planned(asked), "utf-8")
    assert failing(tmp_path / "book", "--with", str(file)) == {}
    file.write_text(planned({key: amount - 1 for key, amount in asked.items()}), "utf-8")
    assert failing(tmp_path / "book", "--with", str(file)) == dict.fromkeys(MENDING, 1)


def test_a_planned_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "打算.beancount"
    file.write_text('2022-12-30 * "未平"\n  Assets:9001指标:YG2022-01:1已分配  -1.00 CNY\n', "utf-8")
    done = CliRunner().invoke(cli, ["plan", str(EXAMPLE), "--with", str(file)])
    assert done.exit_code != 0
    assert "planned.beancount:1" in str(done.exception)


def test_a_project_that_owes_by_two_rules_owes_the_larger_amount(sample: Checked) -> None:
    found = plan.tasks(sample)
    (one,) = [task for task in found if task.kind == plan.LABOUR and task.finding.subject.id == "P2023-0022"]
    gaps = [
        one.shortfall or 0
        for one in sample.audit.stated
        if one.subject.id == "P2023-0022" and one.rule.startswith("labour-") and one.status in (FAIL, PENDING)
    ]
    assert len(gaps) == 2
    assert one.amount == max(gaps)
    assert one.also
    assert plan.labour_due(found) == sum(task.amount or 0 for task in found if task.kind == plan.LABOUR)


def test_every_task_says_what_and_who(sample: Checked) -> None:
    found = plan.tasks(sample)
    assert len(found) > 50
    assert all(task.text and task.unit and "{" not in task.text for task in found)
    pending = [task.finding.status == PENDING for task in found]
    assert pending == sorted(pending, reverse=True), "what can still be done in time comes first"


def test_the_sheet_adds_up(sample: Checked, tmp_path: Path) -> None:
    path = tmp_path / "待办.xlsx"
    path.write_bytes(plan.as_xlsx(sample))
    rows = [list(row) for row in openpyxl.load_workbook(path).active.values]
    top = next(number for number, row in enumerate(rows) if row[0] == "责任单位")
    total = rows[-1][3]
    assert total == pytest.approx(sum(row[3] or 0 for row in rows[top + 1 : -1] if row[4]))
    assert len([row for row in rows[top + 1 : -1] if row[4]]) == len(plan.tasks(sample))
