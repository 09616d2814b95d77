"""Asking for a subject: by id, name, 文号 or code; with what hangs on it; and what nobody is called by."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.books import write_book
from xianjie.check import check

BOOK = '''
2022-01-01 custom "village" "V1"
  town: "甲镇"
  name: "子村"
  kind: "一般村"
  households: 100
2022-01-05 custom "fund" "F1" 1000000.00 CNY
  name: "中央资金"
  level: "中央"
  task: "巩固拓展"
  year: 2022
  doc-no: "示财农〔2022〕1号"
2022-02-01 custom "project" "P1" "年度计划"
  name: "子村道路"
  category: "乡村建设行动"
  mode: "招标"
  village: "V1"
  unit: "县交通局"
  planned: 500000.00 CNY
  code: "C-100"
2022-02-01 custom "project" "P2" "年度计划"
  name: "子村水渠"
  category: "乡村建设行动"
  mode: "招标"
  village: "V1"
  unit: "县水利局"
  planned: 500000.00 CNY
2022-01-10 * "到账"
  voucher: "2022-000001"
  Assets:9001指标:F1:0待分配  1000000.00 CNY
  Income:4001财政拨款收入:1中央  -1000000.00 CNY
2022-03-01 * "分配"
  voucher: "2022-000002"
  project: "P1"
  Assets:9001指标:F1:1已分配  500000.00 CNY
  Assets:9001指标:F1:0待分配  -500000.00 CNY
2022-06-01 * "工程款"
  voucher: "2022-000003"
  project: "P1"
  fund: "F1"
  Expenses:2130504农村基础设施建设:31005基础设施建设  60000.00 CNY
  Assets:9001指标:F1:1已分配  -60000.00 CNY
'''


def asked(folder: Path, *texts: str) -> Result:
    book = write_book(folder / "book", BOOK) if not (folder / "book").exists() else folder / "book"
    arguments = [part for text in texts for part in ("--subject", text)]
    return CliRunner().invoke(check, [str(book), "--as-of", "2022-06-30", "--format", "json", *arguments])


def subjects(result: Result) -> set[str]:
    return {one["subject"]["id"] for one in json.loads(result.stdout)["findings"]}


@pytest.mark.parametrize("text", ["P1", "子村道路", "C-100"])
def test_a_project_comes_with_its_fund_and_vouchers(tmp_path: Path, text: str) -> None:
    found = subjects(asked(tmp_path, text))
    assert {"P1", "F1", "2022-000003"} <= found
    assert "P2" not in found


@pytest.mark.parametrize(("text", "some"), [("V1", {"V1", "P1", "P2"}), ("示财农〔2022〕1号", {"F1", "P1"}), ("2022-000003", {"2022-000003"})])
def test_villages_funds_and_vouchers(tmp_path: Path, text: str, some: set[str]) -> None:
    assert some <= subjects(asked(tmp_path, text))


def test_what_nobody_is_called_by_is_refused_with_the_nearest(tmp_path: Path) -> None:
    result = asked(tmp_path, "子村公路")
    assert result.exit_code == 2
    assert "没有“子村公路”" in result.output
    assert "子村道路" in result.output
    assert asked(tmp_path, "2022").exit_code in (0, 1), "a year is a subject that rules judge"
