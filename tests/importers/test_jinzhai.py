"""The first real case: three sheets of 金寨县 2025 into a fresh book, and the industry shares are the published ones."""

from datetime import date
from fractions import Fraction
from pathlib import Path

from importers.run import import_files
from ledgers.book import read
from ledgers.tables.directives import Fund, Project
from ledgers.tables.schema import Posting, records
from tests.importers.county import new_book
from tests.importers.helpers import Desk

CASE = Path(__file__).parent.parent / "cases" / "jinzhai-2025"
FILES = [CASE / f"{name}.xlsx" for name in ("allocation", "funds", "plan")]
TODAY = date(2026, 11, 23)


def shares(book: Path) -> dict[str, tuple[int, int]]:
    """(money to 产业发展, all money), 分, by level."""
    tables = read(book, date(2025, 12, 31)).tables
    industry = {row.id for row in records(Project, tables.projects) if row.category == "产业发展"}
    levels = {row.id: row.level for row in records(Fund, tables.funds)}
    found: dict[str, tuple[int, int]] = {}
    for row in records(Posting, tables.postings):
        if row.kind == "allocated":
            one, two = found.get(levels[row.fund], (0, 0))
            found[levels[row.fund]] = one + row.amount * (row.project in industry), two + row.amount
    return found


def test_the_published_shares(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    changes = import_files(book, FILES, TODAY)
    assert not changes.refused
    found = shares(book)
    assert found["中央"] == (9504830000, 15587000000)
    assert tuple(map(sum, zip(*found.values(), strict=True))) == (14343830000, 23513000000)
    assert Fraction(*found["中央"]) > Fraction(60, 100)


def test_the_rule_says_so(tmp_path: Path) -> None:
    from plugins import catalogue
    from plugins.audit import audit

    book = new_book(tmp_path)
    import_files(book, FILES, TODAY)
    with (book / "main.beancount").open("a", encoding="utf-8") as main:  # advances of the year before: nothing else was sent
        main.write('\n2025-12-31 custom "through" 2025-12-31\n')
    rules = catalogue()
    result = audit(read(book, date(2025, 12, 31)).tables, [rules["industry-share"]])
    assert [(finding.part, finding.status) for finding in result.findings] == [(None, "pass"), ("省级", "na")]
    measured = result.findings[0].measured
    assert measured is not None
    assert (measured.numerator, measured.denominator) == (9504830000, 15587000000)


def test_dates_levels_and_ids(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    import_files(book, FILES, TODAY)
    tables = read(book, date(2025, 12, 31)).tables
    funds = {row.id: (row.date, row.level, row.doc_no, row.amount, row.year) for row in records(Fund, tables.funds)}
    assert funds == {
        "F2025-01": (date(2024, 12, 20), "中央", "皖财农〔2024〕1179号", 15587000000, 2025),
        "F2025-02": (date(2024, 12, 25), "省级", "皖财农〔2024〕1314号", 7926000000, 2025),
    }
    projects = list(records(Project, tables.projects))
    assert [row.id for row in projects] == [f"P2025-{n:04d}" for n in range(1, 12)]
    assert {(row.date, row.state, row.town) for row in projects} == {(date(2024, 12, 26), "年度计划", "县级")}
    assert projects[-1].name == "公告其余各项合计"
    vouchers = {row.voucher: row.date for row in records(Posting, tables.postings)}
    assert vouchers == {
        "2024-000001": date(2024, 12, 20),
        "2024-000002": date(2024, 12, 25),
        "2024-000003": date(2024, 12, 26),
        "2024-000004": date(2024, 12, 26),
    }


def test_again_changes_no_byte(tmp_path: Path) -> None:
    desk = Desk(new_book(tmp_path))
    import_files(desk.book, FILES, TODAY)
    before = desk.state()
    changes = import_files(desk.book, FILES, TODAY)
    assert not changes.files
    assert desk.state() == before
    assert all("没有变化" in line for line in changes.read)


def test_a_book_without_the_year_gets_its_include(tmp_path: Path) -> None:
    """A hand-made book names its years one by one."""
    desk = Desk(new_book(tmp_path))
    main = desk.book / "main.beancount"
    main.write_text(main.read_text("utf-8").replace('include "20*/*.beancount"', 'include "2023/*.beancount"'), "utf-8")
    import_files(desk.book, FILES, TODAY)
    assert main.read_text("utf-8").endswith('include "2023/*.beancount"\ninclude "2024/*.beancount"\n')
    assert shares(desk.book)["中央"] == (9504830000, 15587000000)
