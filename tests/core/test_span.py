"""How far a book goes, and what is said and judged beyond it."""

from datetime import date
from pathlib import Path

import pytest

from ledgers import clock
from ledgers.book import read, within
from ledgers.files.problems import Untrusted
from ledgers.tables.span import said_of
from tests.books import write_book

VOUCHER = '2024-02-05 * "付款"\n  voucher: "2024-000001"\n'
OPENING = '2024-01-01 custom "village" "V1"\n  town: "镇"\n  name: "村"\n  kind: "一般村"\n  households: 10\n'


@pytest.mark.parametrize(
    ("more", "first", "through"),
    [
        (VOUCHER, date(2024, 2, 5), date(2024, 2, 29)),
        (VOUCHER + '2024-06-30 custom "through" 2024-06-30\n', date(2024, 2, 5), date(2024, 6, 30)),
        (VOUCHER + '2024-02-10 custom "through" 2024-02-10\n', date(2024, 2, 5), date(2024, 2, 29)),  # earlier says nothing
        ("", date(2024, 1, 1), date(2024, 1, 31)),  # no voucher: its directives
    ],
)
def test_a_book_goes_from_its_first_voucher_to_the_end_of_a_month(
    tmp_path: Path, more: str, first: date, through: date
) -> None:
    book = write_book(tmp_path / "book", OPENING + more, head="")
    with clock.at(date(2026, 1, 31)):
        found = read(book)
    assert found.tables.span == (first, through)
    assert found.tables.as_of == through


@pytest.mark.parametrize(
    ("day", "judged"),
    [(date(2024, 2, 4), False), (date(2024, 2, 5), True), (date(2026, 1, 31), True), (date(2026, 2, 1), False)],
)
def test_neither_before_the_first_voucher_nor_after_today(tmp_path: Path, day: date, judged: bool) -> None:
    book = write_book(tmp_path / "book", OPENING + VOUCHER)
    with clock.at(date(2026, 1, 31)):
        found = read(book, day)
        if judged:
            assert within(found) is found
        else:
            with pytest.raises(Untrusted, match="截至日期"):
                within(found)


def test_today_comes_before_the_end_of_the_month(tmp_path: Path) -> None:
    with clock.at(date(2024, 2, 10)):
        assert read(write_book(tmp_path / "book", OPENING + VOUCHER)).tables.as_of == date(2024, 2, 10)


def test_a_later_day_is_said_to_lie_beyond_the_book(tmp_path: Path) -> None:
    span = read(write_book(tmp_path / "book", OPENING + VOUCHER)).tables.span
    assert said_of(date(2024, 2, 29), span) == "账簿记到 2024-02-29 为止"
    assert "此后没有发生任何事" in said_of(date(2024, 3, 1), span)
