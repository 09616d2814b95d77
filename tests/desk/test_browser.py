"""The desk in a real browser: what a reviewer does, and what goes wrong."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from reports.desk.pages import PAGES
from reports.desk.server.sessions import IDLE
from tests.desk.browsing import AUDITOR, PASSWORDS, REVIEWER, Running, browser, log_in, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(book: Path, users: Path) -> Iterator[Running]:
    with running([book], users) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as chromium:
        yield chromium


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page without cookies; whatever the browser complains about is kept."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(15000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def test_from_the_login_to_the_line_of_the_book(server: Running, page: Any) -> None:
    log_in(page, server.url)
    assert page.url.endswith("/extension/Desk/")
    page.fill("header input[name=time]", "2022-12-31")
    page.click("text=看这一天")
    page.wait_for_selector(".desk-said >> text=2022-12-31")
    page.click("#desk-rules a:text-is('以工代赈专项资金的劳务报酬比例')")
    page.wait_for_selector("h2:has-text('以工代赈专项资金的劳务报酬比例')")
    page.click(".findings tr.fail a:text-is('美翠村产业路')")
    page.wait_for_selector("figure.gauge >> text=还差 100.00 元")
    page.click(".desk-table a:text-is('2022-000005')")
    page.wait_for_selector("h2:has-text('记账凭证 2022-000005')")
    page.click(".facts a:has-text('2022/08.beancount:1')")
    page.wait_for_selector(".desk-source .wanted >> text=8月劳务报酬")
    assert page.complaints == []


def test_a_list_is_filtered_and_saved(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.click("nav >> text=项目")
    page.select_option("select[name=mode]", "以工代赈")
    page.click(".desk-filter button")
    page.wait_for_selector(".desk-table >> text=美翠村产业路")
    assert page.locator(".desk-table tbody tr").count() == 1
    with page.expect_download() as download:
        page.click("text=CSV")
    assert "美翠村产业路" in Path(download.value.path()).read_text("utf-8-sig")
    assert page.complaints == []


def test_favas_pages_lead_to_ours(server: Running, page: Any) -> None:
    """What is left of Fava: queries; its lines and accounts are our pages, and nothing leads outside."""
    log_in(page, server.url)
    page.click("nav >> text=查询")
    page.wait_for_selector("aside a:has-text('查询')")
    page.wait_for_selector("link[data-desk]", state="attached")
    page.wait_for_timeout(300)
    seen = [link for link in page.locator("aside a").all() if link.is_visible()]
    assert {link.inner_text().strip().split()[0] for link in seen} == {"审阅", "查询"}
    page.goto(f"{server.url}/{server.slug}/errors/")
    page.wait_for_selector("td.pre >> text=还差 100.00 元")
    page.locator("tr:has-text('还差 100.00 元') a.source").first.click()
    page.wait_for_selector(".desk-source .wanted >> text=XS2022-0001")
    assert page.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_everything_can_be_read(server: Running, chromium: Any, width: int, scheme: str) -> None:
    """Every page that is declared, in every look: no part wider than the window, no accessibility fault."""
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="zh-CN")
    page = context.new_page()
    log_in(page, server.url, AUDITOR)
    review = server.shelf[server.slug].desk.review(date(2022, 12, 31)).result()
    for one in (page for page in PAGES.values() if not page.act):
        for args in one.examples(review)[:2]:
            query = urlencode({"page": one.name, "time": "2022", **args})
            page.goto(f"{server.url}/{server.slug}/extension/Desk/?{query}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 1, query
            faults = Axe().run(page).response["violations"]
            assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in faults] == [], query
    context.close()


@pytest.mark.slow
def test_by_keyboard_alone(server: Running, page: Any) -> None:
    page.goto(f"{server.url}/login")
    page.wait_for_function("document.activeElement.name === 'name'")
    page.keyboard.type(REVIEWER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[REVIEWER])
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("nav a:text-is('总览')").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "待办"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:text-is('待办')")


def test_the_print_view(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.goto(f"{server.url}/{server.slug}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
    page.wait_for_selector("figure.gauge")
    page.emulate_media(media="print")
    for hidden in (".desk-tabs", ".logout", ".as-of"):
        assert not page.locator(hidden).first.is_visible(), hidden
    for shown in ("h2", "figure.gauge", ".desk-table", ".desk-foot"):
        assert page.locator(shown).first.is_visible(), shown


def test_a_wrong_password(server: Running, page: Any) -> None:
    page.goto(f"{server.url}/login")
    page.fill("input[name=name]", REVIEWER)
    page.fill("input[name=password]", "not-this-one")
    page.click("button")
    page.wait_for_selector("[role=alert] >> text=用户名或密码不对")
    assert page.context.cookies() == []


def test_an_expired_session_leads_to_the_login_and_back(server: Running, page: Any) -> None:
    log_in(page, server.url)
    for session in server.guard.sessions._sessions.values():
        session.seen -= IDLE + 1
    page.click("nav >> text=收益与股权")
    page.wait_for_selector("h1:text-is('登录')")
    page.fill("input[name=name]", REVIEWER)
    page.fill("input[name=password]", PASSWORDS[REVIEWER])
    page.click("button")
    page.wait_for_selector(".desk")


@pytest.mark.slow
def test_log_out(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.click("text=退出登录")
    page.wait_for_selector("h1:text-is('登录')")
    page.goto(f"{server.url}/{server.slug}/extension/Desk/")
    page.wait_for_selector("h1:text-is('登录')")


@pytest.mark.slow
def test_rolls_for_the_auditor_alone(server: Running, page: Any) -> None:
    for name, seen in ((AUDITOR, 1), (REVIEWER, 0)):
        page.context.clear_cookies()
        log_in(page, server.url, name)
        page.goto(f"{server.url}/{server.slug}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
        page.wait_for_selector("text=清册 2022-000005-1")
        assert page.locator("a:has-text('清册 2022-000005-1')").count() == seen
