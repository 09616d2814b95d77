"""Our pages: every number is the rules' or the book's own, and leads to its lines."""

import html
import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import pytest
from werkzeug.test import Client

from ledgers import clock
from ledgers.book import read
from reports import figures
from reports.desk import charts
from reports.desk.fund import _parts, flow_of
from reports.desk.paging import Paging
from reports.desk.review import as_of
from reports.desk.server.shelf import Shelf
from tests.desk.conftest import EXAMPLE, copied


def _link(page: str, wanted: str) -> str:
    """The first link whose readable address holds the wanted text."""
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
    return next(link for link in links if wanted in unquote(link.replace("+", " ")))


PAGES = ("overview", "rules", "rules&rule=labour-share", "todo", "project", "project&id=XS2022-0001", "fund")
MORE = (
    "fund&id=YG2022-01",
    "income",
    "income&year=2022",
    "village",
    "village&id=V106003",
    "source&file=main.beancount",
)


@pytest.fixture
def desk(reviewer: Client, base: str):  # type: ignore[no-untyped-def]
    def get(page: str, status: int = 200) -> str:
        answer = reviewer.get(f"{base}/extension/Desk/?page={page}")
        assert answer.status_code == status, answer.text[:500]
        return answer.text.split("</article>")[0]

    return get


@pytest.mark.parametrize("page", [*PAGES, *MORE])
@pytest.mark.parametrize("time", ["", "2022-Q3", "2021-01-01"])
def test_every_page_as_of_every_time(desk, page: str, time: str) -> None:  # type: ignore[no-untyped-def]
    unknown = time == "2021-01-01" and ("XS2022" in page or "YG2022" in page)  # not in the book yet
    assert f"截至 {as_of(time, clock.today())}" in desk(f"{page}&time={time}", 500 if unknown else 200)


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("", date(2026, 5, 6)),
        ("2022", date(2022, 12, 31)),
        ("2022-02", date(2022, 2, 28)),
        ("2021 - 2023", date(2023, 12, 31)),
        ("2026", date(2026, 5, 6)),  # what lies ahead is not judged
        ("2030", date(2026, 5, 6)),
    ],
)
def test_the_time_filter_is_the_as_of_day(time: str, day: date) -> None:
    assert as_of(time, date(2026, 5, 6)) == day


def test_a_filter_drops_nothing_that_a_ratio_needs(desk) -> None:  # type: ignore[no-untyped-def]
    """A journal of August alone would know no allocation; the page does."""
    page = desk("project&id=XS2022-0001&time=2022-08&filter=nothing-has-this&account=Income")
    assert "400,000.00" in page
    assert "59,900.00" in page


def test_a_project_shows_what_the_rules_found(desk) -> None:  # type: ignore[no-untyped-def]
    page = desk("project&id=XS2022-0001&time=2022")
    assert "还差 <b>100.00</b> 元" in page
    assert "14.975%" in page
    for state in ("入库", "年度计划", "开工", "完工", "验收"):
        assert state in page
    assert "美翠村" in page


def test_from_the_landing_page_to_the_line_in_three_clicks(reviewer: Client, base: str, desk) -> None:  # type: ignore[no-untyped-def]
    landing = desk("overview&time=2022")
    rule = _link(landing, "rule=labour-share-work-relief")
    project = _link(reviewer.get(rule).text, "page=project&id=XS2022-0001")
    found = reviewer.get(project).text
    line = _link(found, "page=source&file=2022/08.beancount")
    assert "30226劳务费  59900.00" in reviewer.get(line).text
    voucher = _link(found, 'filter=voucher:"^2022-000005$"')
    assert "time=2022-08-31" in unquote(voucher)
    journal = reviewer.get(voucher.replace("/journal/?", "/api/journal_page?page=1&order=desc&")).json["data"][
        "journal"
    ]
    assert "8月劳务报酬" in journal
    assert journal.count("<li class='transaction") == 1


def test_every_link_of_every_page_leads_somewhere(reviewer: Client, base: str, desk) -> None:  # type: ignore[no-untyped-def]
    links = {
        link
        for page in (*PAGES, *MORE)
        for link in re.findall(r'href="([^"#]+)"', desk(f"{page}&time=2022"))
        if link.startswith("/") and "desk.css" not in link
    }
    assert len(links) > 60
    for link in sorted(links):
        answer = reviewer.get(link.replace("&amp;", "&").replace("&#34;", "%22"))
        assert answer.status_code in (200, 302), link


def test_rules_are_filtered_sorted_and_searched(desk) -> None:  # type: ignore[no-untyped-def]
    every = desk("rules&rule=notices&time=2022")
    failed = desk("rules&rule=notices&time=2022&status=fail")
    assert every.count('class="status pass"') > 0
    assert failed.count('<tr class="fail">') == every.count('<tr class="fail">') > 0
    assert '<tr class="pass">' not in failed
    assert "XS2022-0002" not in desk("rules&rule=notices&time=2022&q=XS2022-0001")
    order = re.findall(
        r'<span class="id">(XS2022-000\d|\w{2}2022-01)</span>', desk("rules&rule=notices&time=2022&sort=subject")
    )
    assert order == sorted(order, key=lambda name: (name.startswith("XS"), name))


def test_the_list_of_what_to_do_is_by_money(shelf: Shelf) -> None:
    review = shelf[shelf.first_slug()].desk.review(date(2022, 12, 31)).result()
    failed = [
        one.shortfall or 0
        for one in review.to_do
        if one.status == "fail" and one.measured and one.measured.unit == "CNY"
    ]
    assert failed == sorted(failed, reverse=True)
    assert failed[0] > 0
    assert {one.status for one in review.to_do} == {"fail", "undetermined", "pending"} & {
        one.status for one in review.audit.findings
    }


def test_texts_of_the_book_are_escaped(tmp_path: Path, users: Path) -> None:
    from reports.desk.server.app import make_app
    from tests.desk.browsing import AUDITOR
    from tests.desk.conftest import logged_in

    book = copied(tmp_path / "own")
    registry = book / "registry/registry.beancount"
    registry.write_text(registry.read_text("utf-8").replace("美翠村产业路", "<script>x</script>路"), "utf-8")
    shelf = Shelf([book])
    client = logged_in(make_app(shelf, users, {"localhost"}), AUDITOR)
    for page in (
        "overview",
        "project",
        "project&id=XS2022-0001",
        "fund&id=YG2022-01",
        "todo",
        "source&file=registry/registry.beancount&line=34",
    ):
        text = client.get(f"/{shelf.first_slug()}/extension/Desk/?page={page}").text.split("</article>")[0]
        assert "<script>x" not in text
        assert "&lt;script&gt;x" in text


def test_findings_in_favas_errors_name_rule_subject_and_line(reviewer: Client, base: str) -> None:
    errors = reviewer.get(f"{base}/api/errors").json["data"]
    found = next(one for one in errors if "以工代赈专项资金的劳务报酬比例" in one["message"])
    assert "XS2022-0001 美翠村产业路" in found["message"]
    assert "还差 100.00 元" in found["message"]
    assert found["source"] == {"filename": "registry/registry.beancount", "lineno": 34}
    assert any("另有" in one["message"] for one in errors)  # more than a few of one rule are grouped
    titles = [one["message"].split("：")[0] for one in errors]
    assert max(titles.count(title) for title in titles) <= 3


@pytest.mark.parametrize("fund", ["YG2022-01", "ZY2022-01"])
def test_the_flow_of_a_fund_adds_up(monkeypatch: pytest.MonkeyPatch, fund: str) -> None:
    monkeypatch.setattr("reports.desk.links.to", lambda page, **values: "")
    tables = read(EXAMPLE, date(2022, 12, 31)).tables
    money = figures.by_fund(tables)[fund]
    flow = flow_of(tables, fund, money, _parts(tables, fund))
    flow.settle()
    assert flow.unequal() == []
    assert flow.nodes["fund"].amount == money.arrived
    assert sum(amount for source, _, amount in flow.links if source == "fund") == money.arrived
    assert sum(node.amount for node in flow.nodes.values() if node.column == 2) == money.allocated


def test_a_flow_that_does_not_add_up_is_named() -> None:
    flow = charts.Sankey()
    for column, key in enumerate("abc"):
        flow.node(key, key, column)
    flow.link("a", "b", 10)
    flow.link("b", "c", 7)
    flow.settle()
    assert flow.unequal() == ["b"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), "0.33"), (5, "5"), (Fraction(-5, 2), "-2.5"), (Fraction(1, 1000), "0"), (100, "100")],
)
def test_lengths(value: Fraction | int, text: str) -> None:
    assert charts.px(value) == text


def test_a_bar_is_as_long_as_its_ratio() -> None:
    svg = str(charts.ratio_bar(Fraction(1, 2), Fraction(4, 5), ">=", False, "t"))
    assert 'class="bad" x="0" y="3" width="200"' in svg  # the scale ends at 5/4 of the threshold
    assert 'x1="320"' in svg
    assert "<title>t</title>" in svg


def test_a_gauge_shows_the_mark_and_the_missing() -> None:
    svg = str(charts.gauge(5990000, 6000000, 40000000, "t"))
    assert "14.975%" in svg
    assert "应 15%" in svg
    assert 'class="bad"' in svg
    assert 'class="good"' in str(charts.gauge(6000000, 6000000, 40000000, "t"))


def test_paging_loses_nothing() -> None:
    rows = list(range(450))
    seen: list[int] = []
    start: int | None = 0
    while start is not None:
        page = Paging(rows, {"start": str(start)})
        seen += page.rows
        start = page.next
    assert seen == rows
    for odd in ("-1", "x", "999999", "٣", "450"):
        assert Paging(rows, {"start": odd}).first == 1


def test_income_and_shares_are_the_books() -> None:
    tables = read(EXAMPLE, date(2022, 12, 31)).tables
    earned = figures.income_by_village(tables)["V106003", 2022]
    assert (earned.received, earned.used, earned.to_households) == (3600000, 2400000, 2400000)
    shares = figures.shares_by_grant(tables)["GQ2022-0001"]
    assert shares.quantified == 30000000
    assert shares.collective + shares.leader + shares.farmers == 30000000
    money = figures.by_project(tables)["XS2022-0001"]
    assert (money.allocated, money.paid, money.unpaid, money.held) == (40000000, 40000000, 0, 0)


def test_a_page_that_fails_says_so_in_chinese(
    reviewer: Client, base: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("reports.desk.income.view", broken)
    for suffix in ("", "&partial=true"):
        answer = reviewer.get(f"{base}/extension/Desk/?page=income{suffix}")
        assert answer.status_code == 500
        assert "“收益与股权”页没有能够生成" in answer.text
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    assert "secret detail" in caplog.text  # for who looks after the server


def test_plain_fava_shows_the_desk_without_rolls(tmp_path: Path) -> None:
    """A book that names the extension works in Fava as it is; there is no role there, so no rolls."""
    from fava.application import create_app

    book = copied(tmp_path / "own")
    with (book / "main.beancount").open("a", encoding="utf-8") as main:
        main.write('2020-01-01 custom "fava-extension" "reports.desk"\n')
    client = create_app([str(book / "main.beancount")], load=True).test_client()
    slug = client.get("/").headers["Location"].split("/")[1]
    page = client.get(f"/{slug}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
    assert page.status_code == 200
    assert "还差 <b>100.00</b> 元" in page.text
    assert "退出登录" not in page.text
    assert client.get(f"/{slug}/extension/Desk/?page=roll&posting=8").status_code == 500
    assert client.get(f"/{slug}/extension/Desk/desk.css").mimetype == "text/css"
    assert any("还差 100.00 元" in one["message"] for one in client.get(f"/{slug}/api/errors").json["data"])


def test_a_sum_of_projects_tells_the_worst_of_its_parts(shelf: Shelf) -> None:
    from reports.desk.overview import _worst

    review = shelf[shelf.first_slug()].desk.review(date(2022, 12, 31)).result()
    found = review.by_rule["labour-share"] + review.by_rule["labour-share-work-relief"]
    assert sorted(one.status for one in found) == ["fail", "pass"]
    assert _worst(found) == ("fail", "✗ 不符合 1 个项目")


def test_the_last_years_ends_are_judged_before_someone_asks(shelf: Shelf) -> None:
    assert date(2022, 12, 31) in shelf[shelf.first_slug()].desk._reviews
