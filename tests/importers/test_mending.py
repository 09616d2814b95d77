"""A seal that was broken once: what was sealed comes back, what was changed counts from the first open day on."""

import subprocess
import sys
from datetime import date

import pytest
from click.testing import CliRunner

from importers.history import undo
from importers.mending import mend
from ledgers.book import read
from tests.books import few
from tests.importers.county import TODAY
from tests.importers.helpers import Desk
from tests.importers.test_undo import state
from tests.importers.test_year import broken, sealed
from xianjie.commands import cli

END = date(2022, 12, 31)
BREAKS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    # file, before, after -> what must stand in the book besides what was sealed
    "a project's fact": (
        "registry/projects.beancount", "planned: 400000.00 CNY", "planned: 450000.00 CNY",
        ('2023-01-01 custom "project" "P2022-0001"\n  planned: 450000.00 CNY',),
    ),
    "a key more": ("registry/projects.beancount", '  mode: "以工代赈"\n', '  mode: "以工代赈"\n  operator: "某公司"\n', ('  operator: "某公司"',)),
    "a fund's amount": (
        "registry/funds.beancount", 'custom "fund" "F2022-01" 1000000.00 CNY', 'custom "fund" "F2022-01" 1000001.00 CNY',
        ('2023-01-01 custom "fund" "F2022-01" 1000001.00 CNY',),
    ),
    "a state on another day": ("registry/projects.beancount", '2022-04-01 custom "project" "P2022-0001" "开工"', '2022-04-02 custom "project" "P2022-0001" "开工"', ()),
    "a household": ("registry/households.csv", ",脱贫户,", ",一般户,", ("2023-01-01,一般户",)),
    "a voucher": ("2022/11.beancount", '"工程款"', '"工程尾款"', ("冲销 2022-000008：封账后曾被改动，更正", "工程尾款")),
}  # fmt: skip


def text(desk: Desk) -> str:
    return desk.text("*/*.beancount") + desk.text("registry/*")


@pytest.mark.parametrize("name", few(sorted(BREAKS, key=("a key more", "a fund's amount").__contains__), len(BREAKS) - 2))
def test_a_broken_seal_is_mended(county: Desk, name: str) -> None:
    sealed(county, END)
    before = state(county)
    file, was, now, wanted = BREAKS[name]
    path = county.book / file
    assert was in path.read_text("utf-8")
    lines = path.read_text("utf-8")
    start = lines.index(f"\n{was}") + 1 if f"\n{was}" in lines else lines.index(was, lines.rindex("\n;") + 1 if "\n;" in lines else 0)
    path.write_text(lines[:start] + now + lines[start + len(was) :], "utf-8")
    assert broken(county)
    as_broken = state(county)
    shown: list[str] = []
    mend(county.book, TODAY, lambda found: bool(shown.extend(found.said)))
    assert shown
    assert broken(county), "nothing is written before somebody says yes"
    found = mend(county.book, TODAY)
    assert not found.left
    assert not broken(county)
    assert not read(county.book, TODAY).tables.problems
    assert all(one in text(county) for one in wanted), text(county)
    assert not mend(county.book, TODAY).files
    if not wanted:
        assert without_record(state(county)) == without_record(before)
    assert undo(county.book, found.number, TODAY).files
    assert state(county) == as_broken
    assert mend(county.book, TODAY).files, "and it can be mended again"


def without_record(files: dict[str, str]) -> dict[str, str]:
    """The files of a book without what it says of its imports."""
    return {name: digest for name, digest in files.items() if "/imports" not in name}


def test_what_was_put_into_a_sealed_month_moves_to_the_first_open_day(county: Desk) -> None:
    sealed(county, END)
    with (county.book / "registry/notices.beancount").open("a", encoding="utf-8") as more:
        more.write('\n2022-11-01 custom "notice" "P2022-0001" "完工公示"\n  place: "村公开栏"\n  from: 2022-11-01\n  to: 2022-11-15\n')
    assert broken(county)
    assert not mend(county.book, TODAY).left
    assert not broken(county)
    assert '2023-01-01 custom "notice" "P2022-0001" "完工公示"' in text(county)


def test_rolls_are_known_by_their_digest_alone_and_said_to_be(county: Desk) -> None:
    sealed(county, END)
    path = county.book / "rolls/2022/09.csv"
    path.write_text(path.read_text("utf-8").replace("20000.00", "20000.01"), "utf-8")
    said = mend(county.book, TODAY).left
    assert any("清册" in line and "备份" in line for line in said)


def test_the_command_shows_first_and_a_book_in_order_needs_nothing(county: Desk) -> None:
    assert "没有什么要修复的" in CliRunner().invoke(cli, ["mend", str(county.book)]).output
    sealed(county, END)
    path = county.book / "registry/projects.beancount"
    path.write_text(path.read_text("utf-8").replace("planned: 400000.00 CNY", "planned: 450000.00 CNY"), "utf-8")
    result = CliRunner().invoke(cli, ["mend", str(county.book), "--dry-run"])
    assert result.exit_code == 0
    assert "改回封账时的登记" in result.output
    result = CliRunner().invoke(cli, ["mend", str(county.book), "--yes"])
    assert result.exit_code == 0, result.output
    assert not broken(county)




def test_the_command_in_its_confined_process_mends_and_says_what_it_cannot(county: Desk) -> None:
    sealed(county, END)
    path = county.book / "registry/projects.beancount"
    path.write_text(path.read_text("utf-8").replace("planned: 400000.00 CNY", "planned: 450000.00 CNY"), "utf-8")
    command = [sys.executable, "-c", "from xianjie.commands import main; main()", "mend", str(county.book), "--yes"]
    said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert said.returncode == 0, said.stderr
    assert "已修复" in said.stdout
    assert not broken(county)
    (county.book / "seals/2022-12.jsonl").unlink()
    path.write_text(path.read_text("utf-8").replace("planned: 400000.00 CNY", "planned: 450000.00 CNY", 2), "utf-8")
    said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert said.returncode == 2, said.stderr
    assert "封账清单缺失" in said.stdout
