"""`xianjie policy`: what differs between a book's policy sets and those that ship, and which verdicts would change."""

from pathlib import Path

from click.testing import CliRunner

import ledgers
from tests.books import HEAD, write_book
from xianjie.policy import policy

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
  name: "管理费"
  category: "项目管理费"
  mode: "购买服务"
  village: "V1"
  unit: "县农业农村委"
  planned: 15000.00 CNY
2022-01-10 * "到账"
  voucher: "2022-000001"
  Assets:9001指标:F1:0待分配  1000000.00 CNY
  Income:4001财政拨款收入:1中央  -1000000.00 CNY
2022-03-01 * "分配"
  voucher: "2022-000002"
  project: "P1"
  Assets:9001指标:F1:1已分配  15000.00 CNY
  Assets:9001指标:F1:0待分配  -15000.00 CNY
'''


def said(folder: Path, text: str, *options: str) -> str:
    """The command's output for a book whose national set is a text."""
    head = HEAD + 'include "policy/national.beancount"\n'
    book = write_book(folder / "book", BOOK, {"policy/national.beancount": text}, head=head)
    result = CliRunner().invoke(policy, [str(book), "--as-of", "2022-12-31", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_same_edition_has_no_differences(tmp_path: Path) -> None:
    text = (ledgers.POLICY / "national.beancount").read_text("utf-8")
    assert "没有差别" in said(tmp_path, text, "--verdicts")


def test_an_older_one_is_told_apart_and_so_are_its_verdicts(tmp_path: Path) -> None:
    """A fee of 1.5 % that an older edition allowed; a line that is no longer there; lines that came."""
    text = (
        '2021-03-26 custom "policy" "management-fee" 0.02\n  op: "<="\n  level: "中央"\n  issued: 2021-03-26\n  basis: "旧"\n'
        '2021-01-01 custom "policy" "labour-share" 0.10\n  issued: 2021-01-01\n  basis: "旧"\n'
    )
    output = said(tmp_path, text, "--verdicts")
    assert "账簿：没有写版次" in output
    assert "改动　management-fee 中央 2021-03-26 起 <= 0.02" in output
    assert "删去　labour-share" in output
    assert "新增　notice-days" in output
    assert "management-fee　中央 2022　符合 → 不符合" in output


def test_a_book_without_sets_says_so(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", BOOK)
    result = CliRunner().invoke(policy, [str(book), "--as-of", "2022-12-31"])
    assert "没有引用随产品的政策文件" in result.output
