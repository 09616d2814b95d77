"""`xianjie init`: a fresh book that Beancount and the audit accept, made whole or not at all."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import ledgers
from ledgers import chart
from ledgers.book import read
from xianjie import init as command
from xianjie.commands import cli


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["init", *map(str, arguments)])


@pytest.mark.parametrize("policy", list(ledgers.POLICY_SETS))
def test_fresh_book_is_read_without_a_problem_and_carries_its_law(tmp_path: Path, policy: str) -> None:
    result = run(tmp_path / "book", "--county", "示例县", "--policy", policy)
    assert result.exit_code == 0, result.output
    book = read(tmp_path / "book", date(2023, 1, 1))
    assert book.options["title"] == "示例县衔接资金与资产台账"
    assert {p.file for p in book.tables.policy.parameters} == {
        f"policy/{part}.beancount" for part in ledgers.POLICY_SETS[policy]
    }
    for source in ledgers.policy_files(policy):
        assert (tmp_path / "book" / "policy" / source.name).read_bytes() == source.read_bytes()
    assert not book.tables.issues


def test_bean_check_is_content(tmp_path: Path) -> None:
    run(tmp_path / "book", "--county", "示例县")
    bean_check = Path(sys.executable).parent / "bean-check"
    done = subprocess.run(
        [bean_check, "--no-cache", tmp_path / "book" / "main.beancount"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_account_of_the_chart_is_open(tmp_path: Path) -> None:
    run(tmp_path / "book", "--county", "示例县")
    opened = {e.account for e in read(tmp_path / "book").entries if type(e).__name__ == "Open"}
    assert opened == {name for name, _ in chart.standing()}
    for one in (
        chart.expense("2130505", "31204"),
        chart.USES["入户分配"],
        chart.RETENTION,
        chart.FISCAL_INCOME["中央"],
    ):
        assert one in opened


def test_an_entry_typed_by_hand_into_the_fresh_book_is_seen(tmp_path: Path) -> None:
    run(tmp_path / "book", "--county", "示例县")
    month = tmp_path / "book" / "2022" / "05.beancount"
    month.parent.mkdir()
    month.write_text(
        '2022-05-20 * "甲" "乙"\n  Expenses:2130505生产发展:31204费用补贴  1 CNY\n  Equity:3000期初余额\n', "utf-8"
    )
    assert len(read(tmp_path / "book").tables.postings) == 2


def test_a_folder_with_content_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "letter.txt").write_text("x")
    result = run(tmp_path / "book", "--county", "示例县")
    assert result.exit_code != 0
    assert "应为不存在或空的文件夹" in result.output
    assert [p.name for p in tmp_path.rglob("*")] == ["book", "letter.txt"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    assert run(tmp_path / "book", "--county", "示例县").exit_code == 0


@pytest.mark.parametrize("county", ["", " ", 'a"b', "a\\b", "a\nb"])
def test_a_name_that_would_break_the_title_is_refused(tmp_path: Path, county: str) -> None:
    result = run(tmp_path / "book", "--county", county)
    assert result.exit_code != 0
    assert "县名应为一行文字" in result.output
    assert not list(tmp_path.iterdir())


def test_a_missing_parent_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path / "no" / "book", "--county", "示例县")
    assert result.exit_code != 0
    assert "上级文件夹" in result.output


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    result = run(tmp_path / "book", "--county", "示例县", "--policy", "xiushan")
    assert result.exit_code != 0
    assert "磁盘空间" in result.output
    assert not list(tmp_path.iterdir())


def test_the_book_appears_in_one_step(tmp_path: Path) -> None:
    """Until the very last moment the target is not there."""
    target = tmp_path / "book"

    def fill(folder: Path) -> None:
        assert not target.exists()
        assert folder.parent == tmp_path
        (folder / "main.beancount").write_text("")

    command.make_beside(target, fill)
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


def test_places_lose_only_what_beancount_refuses() -> None:
    assert chart.bank("V106001", "美翠村（新）〇A-b_c") == "Assets:1002银行存款:V106001美翠村新A-bc"
