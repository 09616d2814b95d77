"""Fixtures of the importers' tests."""

import os
import shutil
from pathlib import Path

import pytest

from importers.reading import converting
from tests.importers.county import ALL, new_book
from tests.importers.helpers import Desk


@pytest.fixture(autouse=True)
def _no_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk is tested where writing is (test_change.py)."""
    if "test_change" not in request.node.nodeid:
        monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(autouse=True)
def _no_libreoffice(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice takes seconds to say that junk is junk: it is asked where a test is about it."""
    if "libreoffice" not in request.node.nodeid:
        monkeypatch.setattr(converting, "program", lambda: "")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty book."""
    return Desk(new_book(tmp_path))


@pytest.fixture(scope="session")
def _county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    Desk(new_book(folder)).take(*(make() for make in ALL.values()))
    return folder


@pytest.fixture
def county(_county: Path, tmp_path: Path) -> Desk:
    """The mini county, all twelve sheets imported."""
    shutil.copytree(_county, tmp_path, dirs_exist_ok=True)
    desk = Desk(tmp_path / "book")
    desk.count = len(ALL)
    return desk
