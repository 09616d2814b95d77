"""Our pages: every number is the rules' or the book's own, and leads to its lines."""

import csv
import hashlib
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlencode

import openpyxl
import pytest
from werkzeug.test import Client

from ledgers import clock
from ledgers.book import read
from ledgers.facts import registered
from reports import figures
from reports.desk import charts, listing
from reports.desk.fund import _parts, flow_of
from reports.desk.pages import PAGES, Page
from reports.desk.paging import Paging
from reports.desk.review import as_of
from reports.desk.server.shelf import Shelf
from reports.screening.screen import Bar
from tests.desk.conftest import EXAMPLE, copied

READ = {name: page for name, page in PAGES.items() if not page.act}  # the others are there with --desk (test_door.py)


def _link(page: str, wanted: str) -> str:
    """The first link whose readable address holds the wanted text."""
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
    return next(link for link in links if wanted in unquote(link.replace("+", " ")))


@pytest.fixture
def desk(reviewer: Client, base: str):  # type: ignore[no-untyped-def]
    def get(page: str, status: int = 200) -> str:
        answer = reviewer.get(f"{base}/extension/Desk/?page={page}")
        assert answer.status_code == status, answer.text[:500]
        return answer.text

    return get


def _visits(shelf: Shelf) -> list[tuple[Page, dict[str, str]]]:
    """Every page that is declared, with its examples: a new page is tested by being there."""
    review = shelf[shelf.first_slug()].desk.review(date(2022, 12, 31)).result()
    return [(page, args) for page in READ.values() for args in page.examples(review)]


def _text(page: str) -> str:
    """What a reader sees of the page's own part."""
    main = page.split("<main")[1].split("</main>")[0]
    return re.sub(
        r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<(select|svg).*?</\1>", "", main, flags=re.S)))
    )


@pytest.mark.parametrize("name", READ)
def test_every_page_shows_something_and_is_well_made(shelf: Shelf, auditor: Client, base: str, name: str) -> None:
    for page, args in _visits(shelf):
        if page.name != name:
            continue
        answer = auditor.get(f"{base}/extension/Desk/?{urlencode({'page': name, 'time': '2022', **args})}")
        assert answer.status_code == 200, (args, answer.text[-800:])
        seen, document = _text(answer.text), answer.text
        assert len(seen) > 100, (args, seen)
        assert "截至 2022-12-31" in seen
        for wrong in ("None", "{{", "{%", "Fraction(", "Decimal(", "datetime", "nan"):
            assert wrong not in seen, (args, wrong)
        assert document.count("<h1") == document.count("<main") == 1
        assert '<html lang="zh-CN">' in document
        assert 'href="#main"' in document.split("<header")[0]  # the skip link comes first
        assert f"<title>{page.title}" in document
        assert not re.search(r"<(img|script)\b", document)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("time", ["", "2022-Q3", "2022-02-01"])
def test_every_page_as_of_every_time(shelf: Shelf, auditor: Client, base: str, name: str, time: str) -> None:
    for page, args in _visits(shelf):
        if page.name == name:
            answer = auditor.get(f"{base}/extension/Desk/?{urlencode({'page': name, 'time': time, **args})}")
            assert answer.status_code in ((200,) if not time or not args else (200, 404)), (args, answer.text[-500:])


def test_pages_for_auditors_are_refused_to_reviewers(shelf: Shelf, reviewer: Client, base: str) -> None:
    for page, args in _visits(shelf):
        answer = reviewer.get(f"{base}/extension/Desk/?{urlencode({'page': page.name, 'time': '2022', **args})}")
        assert answer.status_code == (403 if page.auditor else 200), page.name
        menu = answer.text.split('aria-label="页面"')[1].split("</nav>")[0]
        assert "农户" not in menu


def test_lists_are_saved_as_shown(shelf: Shelf, auditor: Client, base: str) -> None:
    """Every list as CSV and xlsx: the rows that fit the filter, all of them, and sums as on the page."""
    saved = 0
    for page, args in _visits(shelf):
        address = f"{base}/extension/Desk/save?{urlencode({'page': page.name, 'time': '2022', **args})}"
        answer = auditor.get(f"{address}&as=csv")
        if answer.status_code == 404:  # no list on this page
            continue
        assert answer.status_code == 200, (page.name, args)
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        document = auditor.get(address.replace("/save?", "/?")).text
        shown = re.search(r'class="desk-count">(\d+) 行', document)
        if shown is None:  # an empty list that says what to do
            assert len(rows) == 1
            continue
        assert len(rows) - 1 == int(shown[1])
        book = openpyxl.load_workbook(io.BytesIO(auditor.get(f"{address}&as=xlsx").data))
        sheet = book.worksheets[0]
        assert [cell.value for cell in sheet[sheet.max_row]][:1] is not None
        assert sheet.max_row >= len(rows)
        saved += 1
    assert saved > 15


def test_numbers_of_lists_are_those_of_the_pages_behind_them(shelf: Shelf) -> None:
    """As many failures as the page shows; as much money as the vouchers add up to."""
    from reports.desk import entries, project, village

    review = shelf[shelf.first_slug()].desk.review(date(2022, 12, 31)).result()
    tables = review.tables
    for module, registry in ((project, registered.projects), (village, registered.villages)):
        columns = {one.key: one for one in module._columns(review)}
        for row in registry(tables).values():
            with _request():
                found = module.view(None, review, {"id": row.id})["findings"]
            assert columns["failed"].get(row) == sum(one.status == "fail" for one in found)
    with _request():
        for row in registered.projects(tables).values():
            money = figures.by_project(tables).get(row.id, project.NO_MONEY)
            for what, amount in (("allocated", money.allocated), ("paid", money.paid), ("held", money.held)):
                listing = entries.view(None, review, {"what": what, "project": row.id})["listing"]
                assert listing.totals["amount"] == amount, (row.id, what)
        for fund in registered.funds(tables).values():
            money = figures.by_fund(tables)[fund.id]
            for what, amount in (("arrived", money.arrived), ("allocated", money.allocated), ("paid", money.paid)):
                listing = entries.view(None, review, {"what": what, "fund": fund.id})["listing"]
                assert listing.totals["amount"] == amount, (fund.id, what)
        for (place, year), earned in figures.income_by_village(tables).items():
            for what, amount in (
                ("income", earned.received),
                ("used", earned.used),
                ("households", earned.to_households),
                ("priority", earned.to_priority),
            ):
                given = {"what": what, "village": place, "income_year": str(year)}
                assert entries.view(None, review, given)["listing"].totals["amount"] == amount
        for name, held in figures.shares_by_grant(tables).items():
            for what, amount in (("collective", held.collective), ("farmers", held.farmers), ("favoured", held.priority)):
                assert entries.view(None, review, {"what": what, "grant": name})["listing"].totals["amount"] == amount
        for name, one in figures.by_asset(tables).items():
            for what, amount in (("cost", one.cost), ("income", one.income), ("used", one.used)):
                assert entries.view(None, review, {"what": what, "asset": name})["listing"].totals["amount"] == amount


@contextmanager
def _request() -> Iterator[None]:
    """A request of an auditor, for views that make links."""
    from fava.application import create_app
    from flask import g

    app = create_app([], load=False)
    with app.test_request_context("/", environ_base={"xianjie.role": "auditor"}):
        g.beancount_file_slug = "x"
        yield


def test_a_verdict_on_the_way_down_is_in_every_list(shelf: Shelf, desk) -> None:  # type: ignore[no-untyped-def]
    """The village of a failing project is marked, the project too, and each leads to the other."""
    villages, projects = desk("village&time=2022&worst=fail"), desk("project&time=2022&worst=fail")
    assert "美翠村" in villages
    assert "美翠村产业路" in projects


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (1, "<0.01"),
        (-1, ">-0.01"),
        (4_999, "<0.01"),
        (5_000, "0.01"),
        (123_456_789, "123.46"),
        (-123_456_789, "-123.46"),
        (11_000_000_000, "11,000.00"),
        (14_999, "0.01"),
        (15_000, "0.02"),
    ],
)
def test_ten_thousands_of_yuan(amount: int, text: str) -> None:
    assert listing.wan(amount) == text


ROWS = [("乙", 5, "fail"), ("甲", None, "pass"), ("丙", 30, "fail"), ("", 7, "na")]
COLUMNS = [
    listing.Column("name", "名称", lambda row: row[0], facet=True),
    listing.Column("amount", "金额", lambda row: row[1], listing.YUAN, total=True),
    listing.Column("status", "结论", lambda row: row[2], listing.STATUS, facet=True),
]


@pytest.mark.parametrize(
    ("args", "names"),
    [
        ({}, ["乙", "甲", "丙", ""]),
        ({"sort": "amount"}, ["乙", "", "丙", "甲"]),  # what is unknown comes last either way
        ({"sort": "-amount"}, ["丙", "", "乙", "甲"]),
        ({"sort": "status"}, ["乙", "丙", "甲", ""]),
        ({"sort": "nothing"}, ["乙", "甲", "丙", ""]),
        ({"status": "fail"}, ["乙", "丙"]),
        ({"status": "fail", "q": "丙"}, ["丙"]),
        ({"name": listing.NONE}, [""]),
        ({"name": "丁"}, []),
        ({"q": "  "}, ["乙", "甲", "丙", ""]),
    ],
)
def test_a_list_is_filtered_searched_and_sorted(args: dict[str, str], names: list[str]) -> None:
    found = listing.Listing("表", COLUMNS, ROWS, args)
    assert [row[0] for row in found.rows] == names
    assert found.totals == {"amount": sum(row[1] or 0 for row in found.rows)}
    assert found.whole == 4
    assert [[choice.value for choice in choices] for _, choices in found.facets][1] == ["fail", "pass", "na"]
    assert len(found.table()[1]) == len(names)


def test_a_click_on_a_head_sorts_and_turns_round() -> None:
    name, amount = COLUMNS[0], COLUMNS[1]
    plain = listing.Listing("表", COLUMNS, ROWS, {})
    assert (plain.by(name), plain.by(amount)) == ("name", "-amount")
    turned = listing.Listing("表", COLUMNS, ROWS, {"sort": "-amount"})
    assert (turned.by(amount), turned.direction(amount), turned.direction(name)) == ("amount", "descending", "none")


def test_attachments_are_opened_safely(tmp_path: Path, users: Path) -> None:
    from reports.desk.server.app import make_app
    from tests.desk.browsing import AUDITOR, REVIEWER
    from tests.desk.conftest import logged_in

    book = copied(tmp_path / "own")
    month = book / "2022/12.beancount"
    evidence = {
        "page.html": b"<script>x</script>",
        "list.csv": "一,二\n=1,2\n".encode("gb18030"),
        "plan.pdf": b"%PDF-1.4",
    }
    (book / "evidence").mkdir(exist_ok=True)
    for number, (name, content) in enumerate({**evidence, "gone.pdf": b""}.items()):
        if content:
            (book / "evidence" / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        month.write_text(
            month.read_text("utf-8")
            + f'\n2022-12-30 * "甲" "附件"\n  voucher: "2022-0009{number}"\n  evidence: "evidence/{name}"\n'
            + f'  evidence-sha256: "{digest}"\n  Assets:9001指标:ZY2022-01:0待分配  0.00 CNY\n',
            "utf-8",
        )
    shelf = Shelf([book])
    guard = make_app(shelf, users, {"localhost"})
    path = f"/{shelf.first_slug()}/extension/Desk/attachment?file="
    client = logged_in(guard, REVIEWER)
    web = client.get(f"{path}evidence/page.html")
    assert (web.status_code, web.mimetype) == (200, "application/octet-stream")
    assert web.headers["Content-Disposition"].startswith("attachment")
    text = client.get(f"{path}evidence/list.csv")
    assert text.text.startswith("一,二")
    assert text.mimetype == "text/plain"
    assert text.headers["Content-Security-Policy"].startswith("sandbox")
    assert client.get(f"{path}evidence/plan.pdf").headers["Content-Disposition"].startswith("inline")
    for missing in (
        "evidence/gone.pdf",
        "../users.json",
        "main.beancount",
        "",
        "registry/households.csv",
        "/etc/passwd",
    ):
        assert client.get(path + missing).status_code == 404
    assert logged_in(guard, AUDITOR).get(f"{path}evidence/list.csv").status_code == 200


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


def test_days_of_which_the_book_says_nothing_are_refused(desk) -> None:  # type: ignore[no-untyped-def]
    with clock.at(date(2026, 5, 6)):
        assert "账簿记到 2022-12-31 为止" in desk("overview")
        assert "假定此后没有发生任何事" in desk("overview&time=2025")
        assert "截至 <b>2026-05-06</b>" in desk("overview&time=2026")  # the year that is not over: today
        for time, words in (("2026-05-07", "在今天"), ("2027", "在今天"), ("1999", "记起"), ("2020-12-31", "记起")):
            assert words in desk(f"overview&time={time}", 400)


def test_a_filter_drops_nothing_that_a_ratio_needs(desk) -> None:  # type: ignore[no-untyped-def]
    """A journal of August alone would know no allocation; the page does."""
    page = desk("project&id=XS2022-0001&time=2022-08&filter=nothing-has-this&account=Income")
    assert "400,000.00" in page
    assert "59,900.00" in page


def test_a_project_shows_what_the_rules_found(desk) -> None:  # type: ignore[no-untyped-def]
    page = desk("project&id=XS2022-0001&time=2022")
    assert "还差 <b>100.00</b> 元" in page
    assert "14.97%" in page
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
    voucher = reviewer.get(_link(found, "page=voucher&id=2022-000005")).text
    assert "8月劳务报酬" in voucher
    assert "59,900.00" in voucher


def test_every_link_of_every_page_leads_somewhere(shelf: Shelf, reviewer: Client, base: str, desk) -> None:  # type: ignore[no-untyped-def]
    links = {
        link
        for page, args in _visits(shelf)
        if not page.auditor
        for link in re.findall(r'href="([^"#]+)"', desk(urlencode({"page": page.name, "time": "2022", **args})[5:]))
        if link.startswith("/") and "desk.css" not in link and "sort=" not in link
    }
    assert len(links) > 300
    for link in sorted(links)[:: max(1, len(links) // 150)]:
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
        text = client.get(f"/{shelf.first_slug()}/extension/Desk/?page={page}").text
        assert "<script>x" not in text
        assert "&lt;script&gt;x" in text


def test_money_issued_and_not_yet_arrived_is_said(tmp_path: Path, users: Path) -> None:
    """Else what was issued and what was allocated differ by a sum that nothing on the first page tells."""
    from reports.desk.server.app import make_app
    from tests.desk.browsing import AUDITOR
    from tests.desk.conftest import logged_in

    book = copied(tmp_path / "own")
    registry = book / "registry/registry.beancount"
    registry.write_text(registry.read_text("utf-8").replace('"ZY2022-01" 1000000.00', '"ZY2022-01" 1123400.00'), "utf-8")
    shelf = Shelf([book])
    page = logged_in(make_app(shelf, users, {"localhost"}), AUDITOR).get(f"/{shelf.first_slug()}/extension/Desk/?time=2022")
    assert "待分配 40.00 ，未到账 12.34" in _text(page.text)


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


@pytest.mark.parametrize(
    ("most", "step"),
    [
        (1, 1_000_000),
        (5_000_000, 1_000_000),
        (5_000_001, 2_000_000),
        (10_000_001, 5_000_000),
        (20_000_000_000, 5_000_000_000),
    ],
)
def test_the_steps_of_a_scale_are_round(most: int, step: int) -> None:
    assert charts._step(most) == step


def test_labels_of_a_time_line_do_not_collide() -> None:
    days = [date(2022, 9, day) for day in (1, 1, 2, 3, 20)] + [date(2021, 1, 1), date(2023, 12, 31)]
    svg = str(charts.timeline([charts.Event(day, f"状态{day}", "#") for day in days], date(2023, 12, 31), "t"))
    boxes = [(float(x), float(y)) for x, y in re.findall(r'class="under" x="([\d.]+)" y="([\d.]+)"', svg)]
    assert len(boxes) == len(days)
    for number, (x, y) in enumerate(boxes):
        for other, above in boxes[number + 1 :]:
            assert abs(x - other) >= 92 or abs(y - above) >= 30


def test_a_bar_is_as_long_as_its_ratio() -> None:
    svg = str(charts.ratio_bar(Fraction(1, 2), Fraction(4, 5), ">=", False, "t"))
    assert 'class="bad" x="0" y="3" width="166.66"' in svg
    for threshold in (Fraction(4, 5), Fraction(1, 10)):  # the threshold stands at two thirds of every bar
        assert 'x1="266.66"' in str(charts.ratio_bar(Fraction(1, 2), threshold, ">=", True, "t"))
    assert "<title>t</title>" in svg


def test_a_gauge_shows_the_mark_and_the_missing() -> None:
    svg = str(charts.gauge(5990000, 6000000, 40000000, "t"))
    assert "14.97%" in svg
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
    for suffix in ("", "&time=2022"):
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
    assert client.get(f"/{slug}/extension/Desk/?page=roll&posting=8").status_code == 500  # Fava knows no other
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


@pytest.mark.parametrize(("op", "text"), [(">=", "33.33%"), ("<=", "33.34%")])
def test_a_ratio_never_looks_as_if_it_met_what_it_misses(op: str, text: str) -> None:
    from plugins.findings import FAIL, Finding, Measured, Subject, Threshold
    from reports.desk.review import shown

    finding = Finding(Subject("year", "2022"), FAIL, "", Measured(1, 3), Threshold(op, Fraction(1, 3)))
    assert shown(finding).value == text


def test_what_a_screening_found_stands_beside_what_is_usual() -> None:
    digits = charts.compared([Bar(str(n), n / 45, 1 / 9) for n in range(1, 10)], "首位数字", True)
    assert digits.count('class="paid"') == digits.count('class="threshold"') == 9
    assert "<title>9：20%</title>" in digits
    many = charts.compared([Bar(f"村{n}", n, None) for n in range(100)], "各村", False)
    assert many.count('class="paid"') == 24
    assert "村99" in many
    assert "村1<" not in many
    assert "nan" not in charts.compared([Bar("甲", 0, 0)], "没有", True)
