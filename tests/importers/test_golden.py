"""The mini county as text: its sheets in golden/sheets, and the book that they become in golden/book.

After a change that is meant, write both anew: XIANJIE_GOLDEN=1 pytest tests/importers/test_golden.py, and read the diff.
"""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from beancount.core import data

from importers import beans
from importers.beans import IMPORTERS, Refused, importers_of
from importers.reading.kinds import KINDS
from importers.run import import_files
from importers.sheets import work_of
from ledgers.book import read
from tests.importers.county import ALL, TODAY, funds, new_book
from tests.importers.dirty import to_csv, to_xlsx
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited

GOLDEN = Path(__file__).parent / "golden"
SHEETS = [GOLDEN / "sheets" / f"{kind}.csv" for kind in ALL]
# What differs from run to run (keyed with a new key) or is not ours.
LEFT_OUT = re.compile(r"policy|registry/(accounts|benefits|notices)|identities|main\.beancount|2023/|imports/")


def importer_of(kind: str, book: Path) -> beans.SheetImporter:
    return next(one for one in importers_of(book) if one.kind == kind)


def contents(book: Path) -> dict[str, str]:
    found = {p.relative_to(book).as_posix(): p.read_text("utf-8") for p in sorted(book.rglob("*")) if p.is_file()}
    return {name: _masked(name, text) for name, text in found.items() if not LEFT_OUT.search(name)}


def _masked(name: str, text: str) -> str:
    """The log's digests are keyed: only their places count. What the blank book explains is not ours."""
    if name == "imports.csv":
        return re.sub(r"[0-9a-f]{32}|(?<=,)[0-9a-f]{64}", "…", text)
    return re.sub(r"^;;.*\n", "", text, flags=re.MULTILINE)


def golden(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_book_that_the_sheets_become(tmp_path: Path) -> None:
    if os.environ.get("XIANJIE_GOLDEN"):
        for kind, path in zip(ALL, SHEETS, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            to_csv(path, ALL[kind]())
    book = new_book(tmp_path)
    key = tmp_path / "book.identities.key"  # a known one: tokens of accounts are always the same
    key.write_text(f"xianjie-key-1:{'0' * 64}\n")
    changes = import_files(book, SHEETS, TODAY)
    assert not changes.refused
    found = contents(book)
    if os.environ.get("XIANJIE_GOLDEN"):
        for name, text in found.items():
            (GOLDEN / "book" / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / "book" / name).write_text(text, "utf-8")
    assert found == golden(GOLDEN / "book")


def test_the_book_is_trusted(county: Desk) -> None:
    tables = read(county.book, date(2023, 6, 30)).tables
    assert not tables.problems
    assert not tables.broken
    assert len(tables.payments) == 8
    assert len(tables.shares) == 4


@pytest.mark.parametrize("kind", ALL)
def test_each_importer_knows_its_sheet_and_no_other(tmp_path: Path, kind: str) -> None:
    file = str(to_xlsx(tmp_path / "sheet.xlsx", ALL[kind]()))
    assert [importer.kind for importer in importers_of(tmp_path) if importer.identify(file)] == [kind]


def test_extract_gives_the_new_entries_and_writes_nothing(desk: Desk) -> None:
    before = desk.state()
    file = str(to_xlsx(desk.folder / "a.xlsx", ALL["plan"]()))
    importer = importer_of("plan", desk.book)
    entries = importer.extract(file, [])
    assert {type(entry) for entry in entries} == {data.Custom}
    assert [(entry.type, entry.values[0].value) for entry in entries if entry.type == "project"] == [
        ("project", "P2022-0001"),
        ("project", "P2022-0002"),
        ("project", "P2022-0003"),
        ("project", "P2022-0001"),
    ]
    assert importer.account(file) == "Assets:9001指标"
    assert importer.date(file) == date(2022, 4, 1)
    assert importer.name == "项目计划表"
    assert desk.state() == before


def test_extract_of_vouchers(county: Desk) -> None:
    from tests.importers.county import bank

    paper = bank()
    row = [date(2023, 1, 5), "利息", "", 1, 7513.34, ""]
    entries = importer_of("bank", county.book).extract(str(to_xlsx(county.folder / "b.xlsx", type(paper)(paper.header, [row], above=paper.above))), [])
    assert sorted(type(entry).__name__ for entry in entries) == ["Balance", "Transaction"]


def test_a_refused_sheet_extracts_nothing(desk: Desk) -> None:
    file = str(to_xlsx(desk.folder / "a.xlsx", edited(funds(), 0, 预算级次="乡级")))
    importer = next(one for one in importers_of(desk.book) if one.kind == "funds")
    with pytest.raises(Refused, match=r"第 2 行 E 列“预算级次”"):
        importer.extract(file, [])


def test_one_class_per_sheet() -> None:
    assert [importer.kind for importer in IMPORTERS] == list(KINDS)
    assert vars(beans)["PlanImporter"] is IMPORTERS[list(KINDS).index("plan")]


def test_a_kind_depends_on_earlier_ones_and_has_its_module() -> None:
    for place, kind in enumerate(KINDS.values()):
        assert set(kind.depends) <= set(list(KINDS)[:place])
        assert callable(work_of(kind).derive)
        assert set(kind.once) | {name for need in kind.needs for name in need.split("|")} <= {one.name for one in kind.fields}


def test_beangulp_is_there_without_libmagic() -> None:
    """A machine without libmagic: python-magic cannot be imported, the importers can."""
    code = "import sys; sys.modules['magic'] = None; import importers.beans as b; print(len(b.IMPORTERS))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == str(len(KINDS)), result.stderr


@pytest.mark.parametrize("kind", ["roster", "labour", "benefits"])
def test_extract_refuses_what_appending_would_break(desk: Desk, kind: str) -> None:
    """A roll that is named and not there, a voucher number twice: such entries make the whole book untrusted."""
    order = list(ALL)
    needed = [SHEETS[place] for place in range(order.index(kind))]
    import_files(desk.book, needed, TODAY)
    before = desk.state()
    with pytest.raises(Refused, match="请用 xianjie import"):
        importer_of(kind, desk.book).extract(str(SHEETS[order.index(kind)]), [])
    assert desk.state() == before
