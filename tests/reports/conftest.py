"""What the tests of the faces judge: the book in miniature and the sample county, each read once."""

from datetime import date
from pathlib import Path

import pytest

import ledgers
from ledgers.book import collector_off, read
from plugins import catalogue
from plugins.audit import audit
from reports.check.checked import Checked

EXAMPLE = Path(__file__).parent.parent / "example"
EXAMPLE_DAY = date(2022, 12, 31)
SAMPLE_DAY = date(2023, 12, 31)


def judged(folder: Path, day: date) -> Checked:
    with collector_off():
        book = read(folder, day)
        return Checked(book, audit(book.tables, catalogue().values()), catalogue())


@pytest.fixture(scope="session")
def example() -> Checked:
    return judged(EXAMPLE, EXAMPLE_DAY)


@pytest.fixture(scope="session")
def sample() -> Checked:
    return judged(ledgers.XIUSHAN, SAMPLE_DAY)
