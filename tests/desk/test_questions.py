"""The eight questions that bring a bureau's head, a clerk or an auditor to the desk: each answered in at most three clicks."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

import ledgers
from tests.desk.browsing import AUDITOR, Running, browser, log_in, running, write_users

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CLICKS = 3


@pytest.fixture(scope="module")
def server(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    users = write_users(tmp_path_factory.mktemp("users") / "users.json")
    with running([ledgers.XIUSHAN], users) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Running) -> Iterator[Any]:
    with browser() as chromium:
        page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
        page.set_default_timeout(60_000)
        log_in(page, server.url, AUDITOR)
        yield page


class Asking:
    """Somebody at the first page who counts clicks."""

    def __init__(self, server: Running, page: Any) -> None:
        self.page, self.clicks = page, 0
        page.goto(f"{server.url}/{server.slug}/extension/Desk/")
        page.wait_for_selector("h2:text-is('总览')")

    def click(self, selector: str) -> "Asking":
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.clicks += 1
        assert self.clicks <= CLICKS
        return self

    def rows(self) -> list[str]:
        return [row.replace("\n", " ") for row in self.page.locator("main tbody tr").all_inner_texts()]

    def text(self) -> str:
        return str(self.page.inner_text("main"))


@pytest.fixture
def asking(server: Running, page: Any) -> Asking:
    return Asking(server, page)


def menu(title: str) -> str:
    return f"nav a:text-is('{title}')"


def test_which_project_misses_its_labour_share_and_by_how_much(asking: Asking) -> None:
    asking.click("a:text-is('以工代赈专项资金的劳务报酬比例')")
    failed = [row for row in asking.rows() if "不符合" in row]
    assert failed
    assert all(re.search(r"P20\d\d-\d{4}.*还差 [\d,]+\.\d\d 元", row) for row in failed)


def test_where_a_funds_money_is_to_the_payee(asking: Asking) -> None:
    asking.click(menu("资金")).click("td a[href*='page=fund']").click("a:has-text('看每一笔付给了谁')")
    assert any("有限公司" in row for row in asking.rows())
    assert "合计" in asking.text()


def test_which_line_is_wrong(asking: Asking) -> None:
    asking.click(menu("判定")).click("td[data-label='出处'] a")
    assert asking.page.locator(".desk-source .wanted, tr.wanted").count()


def test_what_a_village_has(asking: Asking) -> None:
    asking.click(menu("村")).click("td a[href*='page=village']")
    for part in ("项目", "资产", "资产收益", "股权", "判定"):
        assert asking.page.locator(f"h3:has-text('{part}')").count()


def test_which_assets_earn_nothing(asking: Asking) -> None:
    asking.click(menu("资产")).click("a:text-is('没有收益的经营性资产')")
    rows = asking.rows()
    assert rows
    assert all("经营性" in row for row in rows)
    assert any("丙坪村" in row for row in rows)


def test_who_was_paid_twice(asking: Asking) -> None:
    asking.click("#desk-rules a:text-is('重复发放')").click("td a[href*='page=household']")
    assert re.search(r"农户 H\d+", asking.text())
    assert "发放" in asking.text()


def test_this_year_against_last(asking: Asking) -> None:
    assert "上年 " in asking.text()
    asking.click(menu("对比"))
    assert any(row.startswith("支付") and "+" not in row.split()[0] for row in asking.rows())
    assert "结论有变化的" in asking.text()


def test_labour_that_is_still_due_before_acceptance(asking: Asking) -> None:
    asking.click(menu("待办"))
    assert re.search(r"还须支付的劳务报酬合计 [\d,]+\.\d\d 元", asking.text())
    asking.page.fill("main input[name=q]", "补付劳务报酬")
    asking.click("main button:text-is('筛选')")
    assert any("癸泉村" in row or "以工代赈" in row for row in asking.rows())
