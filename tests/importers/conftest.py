"""Fixtures of the importers' tests."""

from pathlib import Path

import pytest

from tests.importers.county import ALL, new_book
from tests.importers.helpers import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty book."""
    return Desk(new_book(tmp_path))


@pytest.fixture
def county(desk: Desk) -> Desk:
    """The mini county, all twelve sheets imported."""
    desk.take(*(make() for make in ALL.values()))
    return desk
