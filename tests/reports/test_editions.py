"""`xianjie policy`: what differs between a book's policy sets and those that ship, and which verdicts would change."""

from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import ledgers
from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from tests.books import FEE, HEAD, write_book
from xianjie.policy import policy
from xianjie.seal import seal
from xianjie.verify import verify


def said(folder: Path, text: str, *options: str) -> str:
    """The command's output for a book whose national set is a text."""
    head = HEAD + 'include "policy/national.beancount"\n'
    book = write_book(folder / "book", FEE, {"policy/national.beancount": text}, head=head)
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
    book = write_book(tmp_path / "book", FEE)
    result = CliRunner().invoke(policy, [str(book), "--as-of", "2022-12-31"])
    assert "没有引用随产品的政策文件" in result.output


OLD = """;; 全国的参数。版次：2026-06（旧）
2021-03-26 custom "policy" "management-fee" 0.02
  op: "<="
  level: "中央"
  issued: 2021-03-26
  basis: "旧办法"

2021-03-26 custom "negative" "30201"
  basis: "旧清单"
  issued: 2021-03-26

2023-01-01 custom "policy" "management-fee" 0.03
  op: "<="
  level: "中央"
  issued: 2023-01-01
  basis: "旧办法的后一条"
"""
NEXT_YEAR = """
2023-01-05 custom "fund" "F2" 1000000.00 CNY
  name: "中央资金"
  level: "中央"
  task: "巩固拓展"
  year: 2023
  doc-no: "示财农〔2023〕1号"
2023-01-10 * "到账"
  voucher: "2023-000001"
  Assets:9001指标:F2:0待分配  1000000.00 CNY
  Income:4001财政拨款收入:1中央  -1000000.00 CNY
2023-03-01 * "分配"
  voucher: "2023-000002"
  project: "P1"
  Assets:9001指标:F2:1已分配  15000.00 CNY
  Assets:9001指标:F2:0待分配  -15000.00 CNY
"""


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A book under an older edition, sealed until the end of 2022, and money of 2023."""
    head = HEAD + 'include "policy/national.beancount"\n'
    files = {"policy/national.beancount": OLD}
    book = write_book(tmp_path / "book", FEE + NEXT_YEAR + '2023-12-31 custom "through" 2023-12-31\n', files, head=head)
    run(seal, book, "2022-12")
    return book


def run(command: click.Command, book: Path, *more: str, code: int = 0) -> str:
    result = CliRunner().invoke(command, ["update", str(book), *more] if command is policy else [str(book), *more])
    assert result.exit_code == code, result.output
    return result.output


def fees(book: Path, day: str) -> dict[str, str]:
    """The status of the fee by fund year."""
    tables = read(book, date.fromisoformat(day)).tables
    found = audit(tables, catalogue().values(), ["management-fee", "negative-list", "record", "sealed-period"]).findings
    assert all(one.status == "pass" for one in found if one.rule in ("record", "sealed-period")), found
    return {str(one.period): one.status for one in found if one.rule == "management-fee" and one.subject.id == "中央"}


def test_an_update_leaves_sealed_verdicts_and_judges_later_ones_by_the_new_edition(sealed: Path) -> None:
    assert fees(sealed, "2022-12-31") == {"2022": "pass"}
    assert fees(sealed, "2023-12-31") == {"2022": "pass", "2023": "pass"}
    said = run(policy, sealed, "--yes")
    assert "management-fee　中央 2023　符合 → 不符合" in said
    assert "management-fee　中央 2022" not in said.split("结论改变的有")[1]
    assert fees(sealed, "2022-12-31") == {"2022": "pass"}
    assert fees(sealed, "2023-12-31") == {"2022": "pass", "2023": "fail"}
    assert (sealed / "policy/national.beancount").read_bytes() == (ledgers.POLICY / "national.beancount").read_bytes()
    kept = (sealed / "policy/sealed-2026-06.beancount").read_text("utf-8")
    assert "旧清单" in kept
    assert "后一条" not in kept
    main = (sealed / "main.beancount").read_text("utf-8")
    assert 'include "policy/sealed-2026-06.beancount"' in main
    assert '2023-01-01 custom "edition" "national" "2026-11"' in main
    assert "已更新" not in run(policy, sealed, "--yes")


def test_verify_names_the_edition_of_each_sealed_month(sealed: Path) -> None:
    assert "政策 全国 2026-06" in run(verify, sealed)
    run(policy, sealed, "--yes")
    run(seal, sealed, "2023-06")
    said = run(verify, sealed).splitlines()
    assert [line.rpartition("政策 ")[2] for line in said if "没有改动" in line] == ["全国 2026-06", "全国 2026-11"]
    assert "内容与封账时一致" in "\n".join(said)


@pytest.mark.parametrize(
    ("file", "says"), [("policy/national.beancount", "摘要不符"), ("policy/sealed-2026-06.beancount", "management-fee")]
)
def test_what_an_update_sealed_cannot_be_changed_unseen(sealed: Path, file: str, says: str) -> None:
    run(policy, sealed, "--yes")
    run(seal, sealed, "2023-06")
    path = sealed / file
    path.write_text(path.read_text("utf-8").replace('"management-fee" 0.0', '"management-fee" 0.9', 1), "utf-8")
    assert says in run(verify, sealed, code=1)


def test_nothing_is_written_unless_somebody_agrees(sealed: Path) -> None:
    before = {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()}
    assert "没有写入" in run(policy, sealed, code=1)
    assert {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()} == before


def test_a_book_without_seals_takes_the_new_edition_for_all_its_days(tmp_path: Path) -> None:
    head = HEAD + 'include "policy/national.beancount"\n'
    book = write_book(tmp_path / "book", FEE, {"policy/national.beancount": OLD}, head=head)
    assert "management-fee　中央 2022　符合 → 不符合" in run(policy, book, "--yes")
    assert not list((book / "policy").glob("sealed-*"))
    assert fees(book, "2022-12-31") == {"2022": "fail"}


def test_without_a_book_the_editions_that_ship_are_listed() -> None:
    result = CliRunner().invoke(policy, [])
    assert "全国（policy/national.beancount）　版次 2026-11" in result.output
