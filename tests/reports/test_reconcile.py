"""The treasury's export against the book: twenty planted differences, each named once, and nothing else."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.books import write_book
from xianjie.commands import cli

HEADINGS = ("指标文号", "支付凭证号", "项目编码", "项目名称", "金额", "收款方账户名称", "用途", "付款日期", "支出功能科目", "部门支出经济分类")
DOCUMENT = "示财农〔2022〕12号"
REGISTRY = f"""
2022-01-01 custom "fund" "YG"
  name: "示例资金"
  level: "中央"
  task: "以工代赈"
  year: 2022
  doc-no: "{DOCUMENT}"
2022-01-01 custom "project" "P1" "年度计划"
  name: "示例路"
  category: "基础设施"
  mode: "以工代赈"
  town: "示例镇"
  unit: "县交通局"
  planned: 1000000.00 CNY
"""
PAYMENT = """
{day} * "示例{number}公司" "工程款"
  voucher: "2022-{number:06d}"
  payment-no: "ZF{number:04d}"
  fund: "YG"
  project: "P1"
  Expenses:2130504农村基础设施建设:31005基础设施建设  {amount}.00 CNY
  Assets:9001指标:YG:1已分配  -{amount}.00 CNY
"""
RETURNED = """
2022-07-01 * "示例3公司" "退回"
  voucher: "2022-000900"
  payment-no: "ZF0003"
  reverses: "2022-000003"
  fund: "YG"
  project: "P1"
  Expenses:2130504农村基础设施建设:31005基础设施建设  -1300.00 CNY
  Assets:9001指标:YG:1已分配  1300.00 CNY
"""
Lines = list[dict[str, Any]]


def day_of(number: int) -> date:
    return date(2022, 3, 1) + timedelta(days=number)


def lines() -> Lines:
    """An export of forty payments and one that came back, as the book has them."""
    paid = [
        dict(zip(HEADINGS, (DOCUMENT, f"ZF{number:04d}", "P1", "示例路", f"{1000 + number * 100}.00", f"示例{number}公司", "工程款", day_of(number), "2130504", "31005"), strict=True))
        for number in range(1, 41)
    ]
    back = dict(zip(HEADINGS, (DOCUMENT, "ZF0003", "P1", "示例路", "-1300.00", "示例3公司", "退回", date(2022, 7, 1), "2130504", "31005"), strict=True))
    return [*paid, back]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    vouchers = "".join(PAYMENT.format(number=number, day=day_of(number), amount=1000 + number * 100) for number in range(1, 41))
    return write_book(tmp_path / "book", REGISTRY + vouchers + RETURNED)


def export(path: Path, rows: Lines) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, HEADINGS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(book: Path, *files: Path, more: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(cli, ["reconcile", str(book), *map(str, files), *more])


def test_an_export_that_agrees(book: Path, tmp_path: Path) -> None:
    done = run(book, export(tmp_path / "国库.csv", lines()))
    assert (done.exit_code, done.stdout.strip().split("：")[-1]) == (0, "两边都有 41　不同 0　只在导出 0　只在账簿 0")


def test_twenty_planted_differences(book: Path, tmp_path: Path) -> None:
    rows = lines()
    wanted: set[tuple[str, str]] = set()
    for number in range(6):  # a cent more or less, or another amount
        rows[number]["金额"] = f"{float(rows[number]['金额']) + (0.01, -0.01, 100)[number % 3]:.2f}"
        wanted.add((rows[number]["支付凭证号"], "different"))
    for number in range(6, 10):
        rows[number]["付款日期"] += timedelta(days=1)
        wanted.add((rows[number]["支付凭证号"], "different"))
    wanted |= {(rows[number]["支付凭证号"], "only-book") for number in range(20, 25)}
    for number in range(5):
        rows.append({**rows[30], "支付凭证号": f"ZF9{number:03d}"})
        wanted.add((f"ZF9{number:03d}", "only-export"))
    del rows[20:25]
    done = run(book, export(tmp_path / "国库.csv", rows), more=("--format", "json"))
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads((Path(__file__).parents[2] / "docs/schemas/reconcile.schema.json").read_text("utf-8")))
    found = {(one["payment_no"], one["outcome"]) for one in told["lines"] if one["outcome"] != "both"}
    assert len(wanted) == 20
    assert found == wanted
    assert told["counts"] == {"both": 26, "different": 10, "only-export": 5, "only-book": 5}


def test_what_came_back_is_a_line_of_its_own(book: Path, tmp_path: Path) -> None:
    done = run(book, export(tmp_path / "国库.csv", [*lines()[:-1], {**lines()[-1], "金额": "-1299.00"}]))
    assert done.exit_code == 1
    assert "金额不同" in done.stdout
    assert "退回" in done.stdout


def test_days_outside_the_export_are_not_asked_of_the_book(book: Path, tmp_path: Path) -> None:
    done = run(book, export(tmp_path / "三月.csv", lines()[:10]))
    assert done.exit_code == 0
    assert "两边都有 10　不同 0　只在导出 0　只在账簿 0" in done.stdout


@pytest.mark.parametrize("edge", [1, 10])
def test_the_first_and_the_last_day_of_the_export_are_asked_of_the_book(tmp_path: Path, edge: int) -> None:
    vouchers = "".join(PAYMENT.format(number=n, day=day_of(n), amount=1000 + n * 100) for n in range(1, 11))
    more = PAYMENT.format(number=11, day=day_of(edge), amount=5)
    done = run(write_book(tmp_path / "book", REGISTRY + vouchers + more), export(tmp_path / "三月.csv", lines()[:10]))
    assert done.exit_code == 1
    assert "两边都有 10　不同 0　只在导出 0　只在账簿 1" in done.stdout


def test_two_exports_are_one(book: Path, tmp_path: Path) -> None:
    first, second = export(tmp_path / "一.csv", lines()[:20]), export(tmp_path / "二.csv", lines()[20:])
    assert run(book, first, second).exit_code == 0


def test_the_sheet(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "核对.xlsx"
    done = run(book, export(tmp_path / "国库.csv", lines()[:39]), more=("--format", "xlsx", "--output", str(out)))
    assert done.exit_code == 0
    rows = [list(row) for row in openpyxl.load_workbook(out).active.values]
    assert rows[-1][0] == "合计"
    assert rows[-1][3] == rows[-1][4] == sum(1000 + number * 100 for number in range(1, 40))


def test_another_kind_of_sheet_is_named(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("姓名,身份证号,电话\n某,,\n", "utf-8")
    done = run(book, path)
    assert done.exit_code == 2
    assert "导出不能读" in done.stderr


def test_what_is_under_another_key_is_one_line(book: Path, tmp_path: Path) -> None:
    rows = lines()
    rows[0]["支付凭证号"] = "zf0001"  # letters and blanks are no difference
    rows[1]["支付凭证号"] = " ZF 0002"
    rows[4]["支付凭证号"] = ""
    rows[5]["支付凭证号"] = "ZF8888"
    rows[6]["指标文号"] = "示财农〔2022〕13号"
    rows[7] |= {"指标文号": "示财农〔2022〕13号", "金额": "1.00"}  # nothing alike but its number
    done = run(book, export(tmp_path / "国库.csv", rows), more=("--format", "json"))
    told = {one["payment_no"]: one for one in json.loads(done.stdout)["lines"] if one["outcome"] != "both"}
    assert {name: (one["outcome"], one["differences"]) for name, one in told.items() if name != "ZF0008"} == {
        "（无）国库.csv 第 6 行": ("different", ["导出没有支付凭证号：账簿为 ZF0005"]),
        "ZF8888": ("different", ["支付凭证号不同：账簿为 ZF0006"]),
        "ZF0007": ("different", [f"文号不同：账簿为 {DOCUMENT}"]),
    }
    assert json.loads(done.stdout)["counts"] == {"both": 37, "different": 3, "only-export": 1, "only-book": 1}


def test_leading_zeros_that_a_spreadsheet_lost(tmp_path: Path) -> None:
    vouchers = PAYMENT.format(number=1, day=day_of(1), amount=1100).replace("ZF0001", "0001234")
    rows = [{**lines()[0], "支付凭证号": "1234"}]
    assert run(write_book(tmp_path / "book", REGISTRY + vouchers), export(tmp_path / "国库.csv", rows)).exit_code == 0


@pytest.mark.parametrize(("function", "economic"), [("支出功能分类", "政府支出经济分类"), ("支出功能分类科目", "部门支出经济分类科目")])
def test_headings_of_other_versions_of_the_system(book: Path, tmp_path: Path, function: str, economic: str) -> None:
    path = export(tmp_path / "国库.csv", lines())
    text = path.read_text("utf-8-sig").replace("支出功能科目", function, 1).replace("部门支出经济分类", economic, 1)
    path.write_text(text, "utf-8-sig")
    assert run(book, path).exit_code == 0
