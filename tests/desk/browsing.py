"""A server on this machine and a real browser, for tests and screenshots."""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reports.desk.server.app import make_app
from reports.desk.server.guard import Guard
from reports.desk.server.listening import make_server
from reports.desk.server.shelf import Shelf
from reports.desk.server.users import add_user

REVIEWER, AUDITOR = "审阅甲", "审计乙"
PASSWORDS = {REVIEWER: "look-but-do-not-touch", AUDITOR: "rolls-may-be-seen-too"}
ROLES = {REVIEWER: "reviewer", AUDITOR: "auditor"}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Running:
    """A server that answers on the loopback address."""

    guard: Guard
    shelf: Shelf
    users: Path
    url: str

    @property
    def slug(self) -> str:
        return self.shelf.first_slug()


def write_users(path: Path) -> Path:
    for name, password in PASSWORDS.items():
        add_user(path, name, ROLES[name], password)
    return path


@contextmanager
def running(books: Iterable[str | Path], users: Path) -> Iterator[Running]:
    """Serve the books on a free port until the block ends."""
    shelf = Shelf(books)
    with serving(make_app(shelf, users, {"127.0.0.1"}), shelf, users) as served:
        yield served


@contextmanager
def serving(guard: Guard, shelf: Shelf, users: Path) -> Iterator[Running]:
    """The same with an application that is there already."""
    server = make_server(guard, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Running(guard, shelf, users, f"http://127.0.0.1:{server.effective_port}")
    finally:
        server.close()
        thread.join(5)


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, without a window; skipped where there is none, a failure where there must be one (CI)."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        try:
            yield chromium
        finally:
            chromium.close()


def log_in(page: Any, url: str, name: str = REVIEWER) -> None:
    page.goto(f"{url}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORDS[name])
    page.click("button")
    page.wait_for_selector(".desk")
