"""The site in a browser: accessible at two widths, silent on the network, usable without script."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledgers.book import read
from reports.publish.making import Request
from reports.publish.publish import publish
from tests.publish.county import county, write_county

PAGES = (
    "index.html",
    "villages/V1.html",
    "county/spending.html",
    "projects/P1.html",
    "funds/F1.html",
    "assets/A1.html",
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="没有 chromium，网页未在浏览器中检查")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    book = read(write_county(folder / "book", county(3)), date(2022, 12, 31))
    publish(book, {folder / "web": Request(2022, date(2023, 1, 5), date(2023, 1, 16), papers=False)})
    return folder / "web"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1280, "light"),
        (390, "dark"),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
        pytest.param(390, "light", marks=pytest.mark.slow),
    ],
)
def test_pages_are_accessible_fit_the_screen_and_ask_for_nothing_outside(
    width: int, scheme: str, site: Path, browser: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page.goto((site / name).as_uri())
        violations = axe.run(page).response["violations"]
        assert not violations, [(one["id"], one["nodes"][0]["html"]) for one in violations]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()
    assert asked
    assert all(url.startswith(site.as_uri()) for url in asked)


def test_search_narrows_the_lists(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.fill("#words", "龙池 示例村")
    visible = page.locator("[data-find]:visible").all_inner_texts()
    assert len(visible) == 2
    assert all("示例村" in text for text in visible)
    assert page.inner_text("#count") == "找到 2 项"
    page.click("#results a >> nth=0")
    assert "示例村" in page.inner_text("h1")
    page.goto((site / "index.html").as_uri())
    page.fill("#words", "没有这个村")
    assert page.locator("[data-find]:visible").count() == 0
    page.close()


def test_on_a_phone_what_is_found_is_on_the_screen(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 640})
    page.goto((site / "index.html").as_uri())
    page.fill("#words", "示例村")
    place = page.locator("#results li").first.bounding_box()
    assert 0 <= place["y"] < 640 - place["height"]
    assert page.locator("#words").bounding_box()["y"] >= 0, "and the box in which one types as well"
    page.close()


def test_without_script_everything_is_there(site: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert page.locator("[data-find]:visible").count() == 8
    assert not page.locator("#search").is_visible()
    page.click(".towns >> text=大坪村")
    assert "海洋乡大坪村" in page.inner_text("h1")
    context.close()
