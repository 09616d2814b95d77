"""The desk in a real browser: what a reviewer does, and what goes wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


def test_from_the_login_to_the_voucher(server: Running, page: Any) -> None:
    log_in(page, server.url)
    assert page.url.endswith("/extension/Desk/")
    page.locator("header input").first.fill("2022")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=截至 2022-12-31")
    page.click("#desk-rules a:text-is('以工代赈专项资金的劳务报酬比例')")
    page.wait_for_selector("h2:has-text('以工代赈专项资金的劳务报酬比例')")
    page.click(".findings tr.fail a:text-is('美翠村产业路')")
    page.wait_for_selector("figure.gauge >> text=还差 100.00 元")
    page.click(".desk-table a:text-is('2022-000005')")
    page.wait_for_selector(".journal li.transaction >> text=8月劳务报酬")
    assert page.locator(".journal li.transaction").count() == 1
    page.click(".journal li.transaction a:text-is('2022-08-31')")
    page.wait_for_selector("text=位置")
    assert page.locator(".overlay button[type=submit], button:has-text('删除')").count() == 0
    page.click("a:has-text('2022/08.beancount>:1')")
    page.wait_for_selector(".desk-source .wanted >> text=8月劳务报酬")
    assert page.complaints == []


def test_a_line_in_favas_errors_leads_to_our_page(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.click("aside a:has-text('错误')")
    page.wait_for_selector("td.pre >> text=还差 100.00 元")
    page.locator("tr:has-text('还差 100.00 元') a.source").first.click()
    page.wait_for_selector(".desk-source .wanted >> text=XS2022-0001")
    assert page.complaints == []


def test_filter_by_year_in_the_address(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.goto(f"{server.url}/{server.slug}/extension/Desk/?time=2022-06")
    page.wait_for_selector("text=截至 2022-06-30")
    page.click("nav >> text=项目")
    page.wait_for_selector("text=截至 2022-06-30")  # the filter goes along
    page.click("text=美翠村产业路")
    page.wait_for_selector("h2:has-text('美翠村产业路')")
    assert page.locator("svg.desk-timeline >> text=验收").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out(server: Running, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, server.url)
    for name in (
        "overview",
        "rules",
        "project&id=XS2022-0001",
        "fund&id=ZY2022-01",
        "income",
        "village&id=V106003",
        "todo",
    ):
        page.goto(f"{server.url}/{server.slug}/extension/Desk/?page={name}&time=2022")
        page.wait_for_selector(".desk-foot")
        wide = page.evaluate(
            "document.querySelector('article').scrollWidth - document.querySelector('article').clientWidth"
        )
        assert wide <= 1, name
    assert page.complaints == []


@pytest.mark.slow
def test_by_keyboard_alone(server: Running, page: Any) -> None:
    page.goto(f"{server.url}/login")
    page.wait_for_function("document.activeElement.name === 'name'")
    page.keyboard.type(REVIEWER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[REVIEWER])
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk")
    page.locator("nav a:text-is('总览')").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "规则"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:text-is('规则')")


def test_the_print_view(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.goto(f"{server.url}/{server.slug}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
    page.wait_for_selector("figure.gauge")
    page.emulate_media(media="print")
    for hidden in ("aside", ".desk-tabs", ".logout"):
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
    page.wait_for_selector("link[data-desk]", state="attached")  # our script runs
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


def test_a_page_that_fails_says_so_in_chinese(server: Running, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("reports.desk.income.view", broken)
    log_in(page, server.url)
    page.click("nav >> text=收益与股权")
    page.wait_for_selector("article >> text=“收益与股权”页没有能够生成")
    assert "secret" not in page.content()
    page.goto(f"{server.url}/{server.slug}/extension/Desk/?page=income")
    page.wait_for_selector("article >> text=“收益与股权”页没有能够生成")
    assert page.locator("aside a:has-text('审阅')").count() == 1  # Fava's own frame is still there


@pytest.mark.slow
def test_rolls_for_the_auditor_alone(server: Running, page: Any) -> None:
    for name, seen in ((AUDITOR, 1), (REVIEWER, 0)):
        page.context.clear_cookies()
        log_in(page, server.url, name)
        page.goto(f"{server.url}/{server.slug}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
        page.wait_for_selector("text=清册 2022-000005-1")
        assert page.locator("a:has-text('清册 2022-000005-1')").count() == seen


@pytest.mark.slow
def test_what_may_not_be_asked_is_not_offered(server: Running, page: Any) -> None:
    log_in(page, server.url)
    page.wait_for_selector("link[data-desk]", state="attached")
    page.wait_for_timeout(300)
    for name in ("编辑器", "导入", "选项", "文件"):
        link = page.locator(f"aside a:text-is('{name}')")
        assert link.count() == 0 or not link.first.is_visible(), name
