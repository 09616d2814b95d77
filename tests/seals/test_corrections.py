"""What is corrected of a fund's document after a seal: sealed verdicts stay, and it is named."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledgers.book import read
from ledgers.seals.later import changed_later
from plugins import catalogue
from plugins.audit import audit
from tests.books import FEE, write_book
from xianjie.seal import seal
from xianjie.verify import verify

BOOK = (
    FEE
    + """2023-12-31 custom "through" 2023-12-31
"""
)
CORRECTED = '\n2023-02-01 custom "fund" "F1"\n  level: "县级"\n  year: 2023\n'


def judged(book: Path) -> dict[tuple[str, str, str], str]:
    rules = ["management-fee", "changed-after"]
    found = audit(read(book, date(2023, 12, 31)).tables, catalogue().values(), rules).findings
    return {(one.rule, one.subject.id, one.part or one.period or ""): one.status for one in found}


@pytest.mark.parametrize("sealed", [True, False])
def test_a_later_correction_changes_no_sealed_verdict_and_is_named(sealed: bool, tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", BOOK)
    if sealed:
        assert CliRunner().invoke(seal, [str(book), "2022-12"]).exit_code == 0
    before = judged(book)
    assert before["management-fee", "中央", "2022"] == "fail"
    main = book / "main.beancount"
    main.write_text(main.read_text("utf-8") + CORRECTED, "utf-8")
    after = judged(book)
    assert after["changed-after", "F1", "level"] == after["changed-after", "F1", "year"] == "fail"
    assert ({key: value for key, value in after.items() if key[0] != "changed-after"} == before) is sealed
    if sealed:
        said = CliRunner().invoke(verify, [str(book)])
        assert (said.exit_code, "资金 F1 的 level 由“中央”改为“县级”" in said.output) == (0, True)


@pytest.mark.parametrize(("end", "named"), [("2022-01-04", 0), ("2022-01-05", 2), ("2023-01-31", 2), ("2023-02-01", 0)])
def test_what_is_sealed_is_registered_by_its_last_day_and_corrected_after_it(end: str, named: int, tmp_path: Path) -> None:
    tables = read(write_book(tmp_path / "book", BOOK + CORRECTED), date(2023, 12, 31)).tables
    assert len(changed_later(tables, [date.fromisoformat(end)])) == named
