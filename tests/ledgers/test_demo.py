"""The sample county's sheets make the sample county's book; `xianjie demo` goes the whole way."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import ledgers
from importers.run import import_files
from ledgers.book import read
from ledgers.tables.schema import SCHEMAS
from ledgers.tables.tables import Tables
from plugins import catalogue
from plugins.audit import audit
from samples.county import build, byhand, sheets, writer
from xianjie.commands import cli
from xianjie.demo import AS_OF, make_book
from xianjie.init import blank_book

PLACES = ("file", "line", "entry_line", "transaction")


def rows(tables: Tables, name: str) -> pd.DataFrame:
    """A table in an order of its own, without where its rows stand; a posting is named by voucher, account and roll."""
    table = getattr(tables, name).copy()
    if "posting" in table:
        named = tables.postings.loc[table["posting"], ["voucher", "account", "roll"]]
        table["posting"] = named.agg("|".join, axis=1).tolist()
    table = table.drop(columns=[column for column in PLACES if column in table]).astype(str)
    return table.sort_values(list(table.columns)).reset_index(drop=True)


def test_sheets_of_offices_give_the_same_registries_quota_and_allocations(tmp_path: Path) -> None:
    """The four kinds of sheets without people in them, quick enough for every run."""
    county = build()
    writer.number(county.vouchers)
    files = sheets.write_plan_sheets(county, tmp_path / "sheets")
    book = tmp_path / "book"
    book.mkdir()
    blank_book(book, writer.TITLE, "xiushan", date(2021, 1, 1))
    byhand.write_before(county, book)
    changes = import_files(book, files)
    assert not changes.refused, changes.faults
    mine, sample = read(book, AS_OF).tables, read(ledgers.XIUSHAN, AS_OF).tables
    for name in ("villages", "benefits", "policies", "negatives"):
        pd.testing.assert_frame_equal(rows(mine, name), rows(sample, name))
    borne = sample.postings["voucher"].isin(mine.postings["voucher"])
    money = ["voucher", "date", "payee", "narration", "account", "amount", "fund", "project"]
    assert len(mine.postings) == borne.sum() > 200
    pd.testing.assert_frame_equal(rows(mine, "postings")[money], _of(sample, borne)[money])


def _of(tables: Tables, wanted: "pd.Series[bool]") -> pd.DataFrame:
    table = tables.postings[wanted].drop(columns=list(PLACES)).astype(str)
    return table.sort_values(list(table.columns)).reset_index(drop=True)


@pytest.mark.slow
def test_the_book_imported_from_the_sheets_is_the_sample_book(tmp_path: Path) -> None:
    """Every table equal, row by row and in every column but the file and line where a row stands; so every finding too."""
    make_book(tmp_path)
    mine, sample = read(tmp_path / "book", AS_OF).tables, read(ledgers.XIUSHAN, AS_OF).tables
    for name in SCHEMAS:
        pd.testing.assert_frame_equal(rows(mine, name), rows(sample, name), obj=name)
    found, wanted = (audit(tables, list(catalogue().values())).findings for tables in (mine, sample))
    assert sorted(f.fingerprint for f in found) == sorted(f.fingerprint for f in wanted)
    told, said = ({(f.fingerprint, f.status, "".join(sorted(f.message))) for f in one} for one in (found, wanted))
    assert told == said, "but for the order in which the files of a month name the vouchers of one day"


@pytest.mark.slow
def test_nobody_of_the_sheets_is_in_the_imported_book(tmp_path: Path) -> None:
    make_book(tmp_path)
    text = "".join(path.read_text("utf-8") for path in sorted((tmp_path / "book").rglob("*.*")) if path.is_file())
    people = [person for household in build().households for person in household.people]
    assert not [person for person in people if person.id_number in text or person.id_number[-8:] in text]
    assert not {person.name for person in people} & set(text.replace(",", "\n").replace('"', "\n").split("\n"))


@pytest.mark.slow
def test_demo_makes_everything_and_says_where_it_is_and_what_to_do_next(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    for _ in range(2):  # the second replaces what the first left
        result = CliRunner().invoke(cli, ["demo", str(target)])
        assert result.exit_code == 0, result.output
    for name in ("sheets", "book/main.beancount", "检查结果.txt", "审计底稿.xlsx", "registers", "public/index.html"):
        assert (target / name).exists()
        assert name.split("/")[0] in result.output
    assert "接下来可以" in result.output
    assert "xianjie init" in result.output
    assert "不符合" in (target / "检查结果.txt").read_text("utf-8")


def test_demo_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    result = CliRunner().invoke(cli, ["demo", str(tmp_path)])
    assert result.exit_code != 0
    assert "已有内容" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
