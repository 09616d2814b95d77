"""The sample county as of the end of every month: nothing that is written later makes, mends or changes a finding."""

import re
import shutil
from calendar import monthrange
from datetime import date
from pathlib import Path

import pytest

import ledgers
from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit

ENDS = [date(year, month, monthrange(year, month)[1]) for year in (2021, 2022, 2023) for month in range(1, 13)]
FEW = [date(2021, 12, 31), date(2022, 6, 30), date(2023, 2, 28)]
# They look at the whole book: what lists stand beside it, which numbers it has.
WHOLE = {"record", "voucher"}
KEPT = {"main.beancount", "policy.beancount", "accounts.beancount"}


def cut(book: Path, day: date) -> None:
    """Take everything dated after a day out of a book; policy and accounts stay. How far a book goes is known of the whole."""
    for path in book.rglob("*.beancount"):
        if path.name not in KEPT and path.parent.name != "policy":
            blocks = re.split(r"\n(?=\d{4}-\d\d-\d\d )", path.read_text("utf-8"))
            kept = [block for block in blocks if not re.match(r"\d{4}-\d\d-\d\d ", block) or block[:10] <= str(day)]
            path.write_text("\n".join(kept) + "\n", "utf-8")
    main = book / "main.beancount"
    main.write_text(f'{main.read_text("utf-8")}\n{day} custom "through" {day}\n', "utf-8")
    path = book / "registry" / "households.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *(row for row in rows if row.split(",")[1] <= str(day))]) + "\n", "utf-8")


def verdicts(book: Path, day: date) -> dict[tuple[str, str, str, str], list[str]]:
    """Status and message of every finding on a day, by what it is about."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for one in audit(read(book, day).tables, list(catalogue().values())).findings:
        if one.rule not in WHOLE:
            key = (one.rule, one.subject.id, one.part or "", one.period or "")
            found.setdefault(key, []).append(f"{one.status}: {one.message}")
    return found


def _nothing_later(day: date, folder: Path) -> None:
    shutil.copytree(ledgers.XIUSHAN, folder)
    cut(folder, day)
    whole, before = verdicts(ledgers.XIUSHAN, day), verdicts(folder, day)
    assert {
        key: (whole.get(key), before.get(key)) for key in {*whole, *before} if whole.get(key) != before.get(key)
    } == {}
    assert len(whole) > 40


@pytest.mark.parametrize("day", FEW, ids=str)
def test_nothing_that_is_written_later_changes_a_finding(day: date, tmp_path: Path) -> None:
    _nothing_later(day, tmp_path / "book")


@pytest.mark.slow
@pytest.mark.parametrize("day", [day for day in ENDS if day not in FEW], ids=str)
def test_nothing_that_is_written_later_changes_a_finding_at_any_month_end(day: date, tmp_path: Path) -> None:
    _nothing_later(day, tmp_path / "book")
