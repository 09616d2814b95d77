"""A month in the browser alone: sheets in, checked, mended, sealed, published; every page of it readable at both widths.

SHOTS=folder keeps pictures of what was looked at.
"""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledgers.book import read
from reports.desk.roles import ROLES
from reports.desk.server.app import make_app
from reports.desk.server.shelf import Shelf
from reports.desk.server.users import add_user
from reports.desk.server.writer import Writer
from tests.desk.browsing import Running, browser, serving
from tests.importers.county import ALL, new_book
from tests.importers.dirty import to_xlsx
from xianjie.serve import WRITING

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 60_000  # milliseconds for an act


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    users = tmp_path / "users.json"
    for role in ROLES:
        add_user(users, f"u-{role}", role, f"words-of-{role}-1")
    writer = Writer(WRITING)
    shelf = Shelf([new_book(tmp_path)])
    try:
        with serving(make_app(shelf, users, {"127.0.0.1"}, writer), shelf, users) as running:
            shelf.watch()
            yield running
    finally:
        shelf.close()
        writer.close()


class Person:
    """Somebody at a browser; whatever it complains about is kept."""

    def __init__(self, chromium: Any, server: Running, role: str) -> None:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", lambda one: self.complaints.append(one.text) if one.type == "error" else None)
        self.base = f"{server.url}/{server.slug}/extension/Desk/?page="
        self.page.goto(f"{server.url}/login")
        self.page.fill("input[name=name]", f"u-{role}")
        self.page.fill("input[name=password]", f"words-of-{role}-1")
        self.page.click("button")
        self.page.wait_for_selector(".desk")

    def at(self, title: str) -> "Person":
        """By the menu to a page."""
        self.page.click(f"nav a:text-is('{title}')")
        self.page.wait_for_selector(f"h2:has-text('{title}')")
        return self

    def press(self, label: str) -> None:
        """Press a button and wait until what it started is over."""
        with self.page.expect_navigation():
            self.page.click(f"button:text-is('{label}')")
        self.page.wait_for_selector(".desk-wait", state="detached")

    def done(self) -> str:
        return str(self.page.inner_text(".desk-note.done"))

    def text(self) -> str:
        return str(self.page.inner_text("main"))

    def until(self, wanted: str) -> None:
        """Look again until the page has it: the book is read anew in the background."""
        for _ in range(60):
            if wanted in self.text():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{wanted} is not on the page: {self.text()[:2000]}")

    def saved(self, label: str, folder: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.click(f"a:text-is('{label}')")
        target = folder / label
        download.value.save_as(target)
        return target

    def look(self, name: str) -> None:
        """What is on the page now, at both widths, light and dark: nothing sticks out, and nothing hinders a reader."""
        from axe_playwright_python.sync_playwright import Axe

        for width in (1280, 390):
            for scheme in ("light", "dark"):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.emulate_media(color_scheme=scheme)
                wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if folder := os.environ.get("SHOTS"):
                    self.page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
                assert wide <= 1, (name, width)
                faults = Axe().run(self.page).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"][:300]) for one in faults] == [], (name, width, scheme)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(color_scheme="light")


def test_a_month_in_the_browser(server: Running, tmp_path: Path) -> None:
    sheets = {name: to_xlsx(tmp_path / f"{name}.xlsx", make()) for name, make in ALL.items()}
    main = tmp_path / "book" / "main.beancount"
    with browser() as chromium:
        clerk = Person(chromium, server, "clerk")
        _sheets_come_in(clerk, sheets, tmp_path)
        reviewer = Person(chromium, server, "reviewer")
        _findings_are_handled(reviewer, clerk, chromium, server, tmp_path)
        chief = Person(chromium, server, "chief")
        chief.at("封账").look("seal")
        chief.page.fill("input[name=month]", "2022-12")
        chief.press("核对（先看，不写入）")
        chief.look("seal-shown")
        chief.press("封账到 2022-12-31")
        assert "已封账到 2022-12-31" in chief.done()
        root = chief.page.inner_text(".desk-part.root li")
        chief.at("封账").until(root)
        _published(chief, tmp_path)
        assert [one.complaints for one in (clerk, reviewer, chief)] == [[], [], []]
    tables = read(main).tables
    book = "".join(path.read_text("utf-8") for path in main.parent.glob("**/*.beancount"))
    assert root in book
    assert f'"封账，根 {root}"\n  by: "u-chief"' in book
    assert 'by: "u-reviewer"' in book
    assert not tables.problems


def _sheets_come_in(clerk: Person, sheets: dict[str, Path], folder: Path) -> None:
    """First everything with one sheet broken; then the mended sheet; then one import is taken back and made again."""
    broken = folder / "broken"
    broken.mkdir()
    paper = ALL["labour"]()
    paper.rows[0][2] = paper.rows[0][2][:-1] + ("1" if paper.rows[0][2][-1] != "1" else "2")  # a wrong check digit
    labour = to_xlsx(broken / "labour.xlsx", paper)
    clerk.at("收表").look("collect")
    clerk.page.set_input_files("input[type=file]", [*(path for name, path in sheets.items() if name != "labour"), labour])
    clerk.page.fill("input[name=provider]", "财政局农业股")
    clerk.press("读取")
    assert "不能导入" in clerk.text()
    assert "▶" in clerk.text()
    clerk.look("collect-shown")
    clerk.press("写入账簿")
    assert "第 1 次导入" in clerk.done()
    clerk.look("collect-done")
    clerk.at("收表")
    clerk.page.set_input_files("input[type=file]", sheets["labour"])
    clerk.press("读取")
    clerk.press("写入账簿")
    assert "第 2 次导入" in clerk.done()
    clerk.at("导入记录").until("labour.xlsx")
    clerk.page.click("td a:text-is('2')")
    clerk.look("imports-one")
    clerk.press("撤销这次导入（先看会改什么）")
    clerk.look("undo-shown")
    clerk.press("撤销第 2 次导入")
    assert "已撤销第 2 次导入" in clerk.done()
    clerk.at("收表")
    clerk.page.set_input_files("input[type=file]", sheets["labour"])
    clerk.press("读取")
    clerk.press("写入账簿")
    clerk.at("收表")
    clerk.page.select_option(".desk-act:has-text('生成表样') select[name=kind]", "资金指标表")
    clerk.press("生成表样")
    assert clerk.saved("资金指标表.xlsx", folder).read_bytes().startswith(b"PK")


def _findings_are_handled(reviewer: Person, clerk: Person, chromium: Any, server: Running, folder: Path) -> None:
    """A remark, mending from the order to the proof, and a waiver by two persons."""
    reviewer.at("判定").until("P2022-0001")
    page = reviewer.page
    page.goto(f"{reviewer.base}verdict&status=fail&q=P2022-0001")
    page.click("td a:has-text('不符合')")
    page.wait_for_selector("h3:has-text('经过')")
    reviewer.look("finding")
    address = page.url
    page.fill("form[aria-label=写意见] textarea", "请项目单位说明，并补齐公示")
    reviewer.press("记入账簿")
    page.goto(address)
    page.fill("form[aria-label=交办整改] input[name=unit]", "县交通局")
    reviewer.press("交办")
    page.goto(address)
    reviewer.until("整改·整改中")
    assert page.input_value("form[aria-label=交办整改] input[name=unit]") == "县交通局"
    (folder / "公示照片.pdf").write_bytes(b"%PDF-1.4 proof")
    page.set_input_files("form[aria-label=销号] input[type=file]", folder / "公示照片.pdf")
    page.fill("form[aria-label=销号] textarea", "已补公示")
    reviewer.press("销号")
    page.goto(address)
    reviewer.until("佐证")
    reviewer.look("finding-history")
    clerk.page.goto(address)
    clerk.page.fill("form[aria-label=申请豁免] input[name=until]", "2027-12-31")
    clerk.page.fill("form[aria-label=申请豁免] textarea", "县领导小组第3次会议纪要")
    clerk.press("申请")
    chief = Person(chromium, server, "chief")
    chief.until("1 件豁免申请等您批准")
    chief.page.click("a:text-is('1 件豁免申请等您批准')")
    chief.page.click("td a:has-text('P2022-0001')")
    chief.look("finding-asked")
    chief.press("批准")
    chief.page.goto(address)
    chief.until("u-clerk 申请")
    reviewer.at("整改与豁免").until("县交通局")
    reviewer.look("mending")


def _published(chief: Person, folder: Path) -> None:
    chief.at("公开").look("publication")
    chief.page.uncheck("input[name=pdf]")
    chief.press("生成来看")
    chief.look("publication-shown")
    with chief.page.expect_popup() as popup:
        chief.page.click("a:text-is('看一遍将要公开的网页（新窗口）')")
    popup.value.wait_for_selector("text=示例县")
    popup.value.close()
    chief.press("公开并记入账簿")
    assert "公示，文件可以下载" in chief.done()
    with zipfile.ZipFile(chief.saved("网上公开2022.zip", folder)) as archive:
        assert "index.html" in archive.namelist()
    chief.at("底稿与台账").look("papers")
    chief.press("生成业务台账")
    assert chief.saved("项目明细台账.xlsx", folder).read_bytes().startswith(b"PK")
    chief.at("用户与密码").look("users")
