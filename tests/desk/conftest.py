"""A small book of two projects and a village, and a server's guard around it, for every test of the desk."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from werkzeug.test import Client

from reports.desk.server import users as users_module
from reports.desk.server.app import make_app
from reports.desk.server.guard import Guard
from reports.desk.server.shelf import Shelf
from tests.desk.browsing import AUDITOR, REVIEWER, ROLES, write_users

EXAMPLE = Path(__file__).parents[1] / "example"


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes that take no time; what the real ones are is a test of its own."""
    real = users_module._hasher, users_module._NOBODY
    users_module._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    users_module._NOBODY = users_module._hasher.hash("nobody")
    yield
    users_module._hasher, users_module._NOBODY = real


@pytest.fixture(autouse=True)
def loggers_that_speak() -> None:
    """Libraries that other tests use switch off all loggers that exist."""
    for name in ("xianjie", "xianjie.access", "xianjie.desk", "xianjie.serve"):
        logging.getLogger(name).disabled = False
        logging.getLogger(name).propagate = True


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for what they need, however busy the machine; that they do not is a test of its own."""
    for module in ("reports.desk", "reports.desk.compare", "reports.desk.screen"):
        monkeypatch.setattr(f"{module}.WAIT", 30)


@pytest.fixture(scope="session")
def users(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_users(tmp_path_factory.mktemp("users") / "users.json")


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("book") / "small")


def copied(folder: Path) -> Path:
    """The book in miniature, as its own copy."""
    shutil.copytree(EXAMPLE, folder)
    return folder


@pytest.fixture(scope="session")
def shelf(book: Path) -> Iterator[Shelf]:
    shelf = Shelf([book])
    yield shelf
    shelf.close()


@pytest.fixture
def guard(shelf: Shelf, users: Path) -> Guard:
    return make_app(shelf, users, {"localhost"})


@pytest.fixture
def anyone(guard: Guard) -> Client:
    return Client(guard)


def logged_in(guard: Guard, name: str) -> Client:
    """A client with a session; the password itself, which costs a moment, is tried where it is the matter."""
    client = Client(guard)
    client.set_cookie("xianjie", guard.sessions.begin(name, ROLES[name]))
    return client


@pytest.fixture
def reviewer(guard: Guard) -> Client:
    return logged_in(guard, REVIEWER)


@pytest.fixture
def auditor(guard: Guard) -> Client:
    return logged_in(guard, AUDITOR)


@pytest.fixture
def base(shelf: Shelf) -> str:
    return f"/{shelf.first_slug()}"
