"""What an attacker tried, and its kind: requests that hold up others, texts that act, people and paths that leak."""

import csv
import io
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from werkzeug.test import Client

from reports.desk import saving
from reports.desk.server import confined, listening, visible
from reports.desk.server import shelf as shelf_module
from reports.desk.server.app import make_app
from reports.desk.server.errors import in_chinese
from reports.desk.server.guard import Guard
from reports.desk.server.shelf import Shelf
from tests.desk.browsing import AUDITOR, REVIEWER, ROLES, Running, running
from tests.desk.conftest import copied, logged_in

pytestmark = pytest.mark.timing

SLOW = r"SELECT account WHERE 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' ~ '(a+)+$'"
ATTACKS = (
    "api/account_report?time=1990+-+2099&interval=day&a=Assets&r=changes",
    "api/account_report?time=2010+-+2030&a=Assets&r=balances",
    "api/account_report?a=Assets&r=changes&conversion=" + ",".join(["X"] * 60),
    "api/income_statement?" + "&".join(["conversion=CNY"] * 25),
    f"api/query?query_string={quote(SLOW)}",
    "api/journal_page?page=1&order=asc&filter=" + quote('"(((.*)*)*)*Z"'),
    "api/journal_page?page=1&order=asc&account=" + quote("(((.*)*)*)*$Z"),
    f"download-query/query_result.csv?query_string={quote(SLOW)}",
    "extension/Desk/?page=overview&time=2022-{0:02d}-{1:02d}",
    "extension/Desk/?page=todo&filter=a%2B&time=2021-{0:02d}-{1:02d}",
)


@pytest.fixture(scope="module")
def server(book: Path, users: Path) -> Iterator[Running]:
    with running([book], users) as server:
        server.shelf[server.slug].desk.prepare()
        yield server


def _ask(server: Running, path: str, cookie: str) -> tuple[int, float]:
    began = time.monotonic()
    try:
        with urlopen(Request(f"{server.url}/{path}", headers={"Cookie": f"xianjie={cookie}"}), timeout=30) as answer:
            answer.read()
            return answer.status, time.monotonic() - began
    except HTTPError as error:
        return error.code, time.monotonic() - began


def _cookie(server: Running, name: str) -> str:
    return server.guard.sessions.begin(name, ROLES[name])


def test_ten_hostile_clients_hold_up_nobody(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.run_confined, "__defaults__", (2.0, confined.BYTES))
    monkeypatch.setattr("reports.desk.WAIT", 0.5)
    hostile, honest, over = _cookie(server, REVIEWER), _cookie(server, AUDITOR), threading.Event()
    base, answers = quote(server.slug), list[int]()

    def attack(number: int) -> None:
        count = 0
        while not over.is_set():
            path = ATTACKS[(number + count) % len(ATTACKS)].format(1 + count % 12, 1 + number)
            answers.append(_ask(server, f"{base}/{path}", hostile)[0])
            count += 1

    threads = [threading.Thread(target=attack, args=(number,), daemon=True) for number in range(10)]
    for thread in threads:
        thread.start()
    try:
        waits = []
        for _ in range(8):
            for page in ("overview", "project", "todo"):
                status, seconds = _ask(server, f"{base}/extension/Desk/?page={page}&time=2022", honest)
                assert status == 200
                waits.append(seconds)
            assert _ask(server, "healthz", "")[1] < 2
    finally:
        over.set()
        for thread in threads:
            thread.join(10)
    assert sorted(waits)[-2] < 2  # one may have met another test's work on this machine
    assert len(answers) > 20
    assert set(answers) <= {200, 400, 413, 429, 500, 503}


def test_dripping_connections_hold_up_nobody_and_are_ended(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "ARRIVE", 1.0)
    host, port = server.url.removeprefix("http://").split(":")
    dripping = []
    for number in range(205):
        one = socket.create_connection((host, int(port)), timeout=5)
        one.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n" if number % 2 else b"G")
        dripping.append(one)
    began = time.monotonic()
    assert _ask(server, "healthz", "")[0] == 200
    assert _ask(server, f"{quote(server.slug)}/extension/Desk/?time=2022", _cookie(server, AUDITOR))[1] < 2
    open_ = set(dripping)
    while open_ and time.monotonic() - began < 8:
        for one in list(open_):
            try:
                one.sendall(b"x")
                one.setblocking(False)
                if one.recv(1000) == b"":
                    open_.discard(one)
            except BlockingIOError:
                pass
            except OSError:
                open_.discard(one)
        time.sleep(0.2)
    for one in dripping:
        one.close()
    assert not open_


def test_a_connection_that_rests_between_requests_is_kept(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "ARRIVE", 0.5)
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as one:
        for pause in (2.2, 0.0):
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b""
            while b"}" not in answer.rpartition(b"\r\n\r\n")[2]:
                part = one.recv(10_000)
                assert part, answer  # the connection is still there
                answer += part
            time.sleep(pause)


def test_a_lock_that_was_shut_when_the_child_was_forked_is_no_dead_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork of a server with threads: the child of the first try waits for what nobody opens there."""
    monkeypatch.setattr(confined, "STUCK", 0.5)
    lock, shut = threading.Lock(), threading.Event()

    def hold() -> None:
        with lock:
            shut.set()
            time.sleep(confined.STUCK / 2)

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        with lock:
            start_response("200 OK", [])
            return [b"answered"]

    other = threading.Thread(target=hold)
    other.start()
    shut.wait()
    began = time.monotonic()
    assert confined.run_confined(app, {}) == ("200 OK", [], b"answered")
    assert time.monotonic() - began > confined.STUCK, "the first child cannot have answered"
    other.join()
    with lock, pytest.raises(confined.RefusedError, match="正忙"):
        confined.run_confined(app, {})


def test_a_question_that_works_is_not_taken_for_stuck() -> None:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        until = time.monotonic() + 2.5 * confined.STUCK
        while time.monotonic() < until:
            pass
        start_response("200 OK", [])
        return [str(os.getpid()).encode()]

    assert confined.run_confined(app, {})[0] == "200 OK"


def test_a_question_writes_connects_and_starts_nothing(tmp_path: Path) -> None:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [f"{type(_tried(act)).__name__} ".encode() for act in acts]

    def _tried(act: Callable[[], object]) -> BaseException | None:
        try:
            act()
        except OSError as error:
            return error
        return None

    acts: list[Callable[[], object]] = [
        lambda: (tmp_path / "x").write_text("x"),
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: os.fork(),
        lambda: os.kill(os.getppid(), 0),
        lambda: (tmp_path.parent / "y").mkdir(),
    ]
    body = confined.run_confined(app, {})[2].decode()
    assert body.split() == ["PermissionError"] * len(acts)
    assert not (tmp_path / "x").exists()


def test_one_person_has_few_places_and_all_have_not_many() -> None:
    room = confined.Room(2, 3)
    with room.place("甲"), room.place("甲"):
        with pytest.raises(confined.RefusedError, match="您已有 2 项"), room.place("甲"):
            pass
        with room.place("乙"), pytest.raises(confined.RefusedError, match="太多"), room.place("丙"):
            pass
    with room.place("甲"), room.place("甲"), room.place("丙"):
        pass


@pytest.mark.parametrize(
    "query",
    [
        *("time=1990+-+2099&interval=day", "time=2000+-+2040&interval=week", "time=2010+-+2060&interval=month"),
        *("conversion=CNY,USD", "conversion=(a%2B)%2B", "interval=second", "conversion=CNY&conversion=CNY"),
        *("a=" + "x" * 301, "&".join(f"p{number}=1" for number in range(31))),
    ],
)
@pytest.mark.parametrize("name", ["account_report", "income_statement", "balance_sheet", "journal_page"])
def test_expensive_parameters_have_bounds(reviewer: Client, base: str, name: str, query: str) -> None:
    answer = reviewer.get(f"{base}/api/{name}?{query}")
    assert answer.status_code == 400
    assert answer.json["error"]


def test_days_that_nobody_judged_are_few_at_a_time(shelf: Shelf, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, go_on = shelf[shelf.first_slug()].desk, threading.Event()
    desk.prepare()
    client = logged_in(make_app(shelf, users, {"localhost"}), REVIEWER)
    monkeypatch.setattr("reports.desk.WAIT", 0.01)
    base = f"/{shelf.first_slug()}/extension/Desk/?page=overview&time="
    kept = set(desk._kept)
    desk._worker.submit(go_on.wait, 20)
    try:
        answers = [client.get(f"{base}2022-03-{day:02d}") for day in range(1, 12)]
        assert [one.status_code for one in answers] == [200, 200] + [500] * 9
        assert "请等它们结束" in answers[-1].text
        assert client.get(f"{base}2022").status_code == 200  # what was judged before answers as always
    finally:
        go_on.set()
    for day in range(1, 12):
        desk.review(desk.review(next(iter(kept))).result().as_of.replace(month=5, day=day)).result(20)
    assert kept <= set(desk._reviews)
    assert len(desk._reviews) <= len(kept) + 4 + 1


def test_what_is_still_worked_out_says_so_and_comes_by_itself(
    shelf: Shelf, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comparisons and screenings wait in the background, not in a place that others need."""
    desk, go_on = shelf[shelf.first_slug()].desk, threading.Event()
    client = logged_in(make_app(shelf, users, {"localhost"}), AUDITOR)
    monkeypatch.setattr("reports.desk.compare.WAIT", 0.01)
    desk.review(desk.latest).result()
    desk._worker.submit(go_on.wait, 20)
    address = f"/{shelf.first_slug()}/extension/Desk/?page=compare&with=2022-04-09"
    try:
        began = time.monotonic()
        page = client.get(address)
        assert (page.status_code, "正在按截至 2022-04-09" in page.text) == (200, True)
        assert '<meta http-equiv="refresh"' in page.text
        assert time.monotonic() - began < 2
    finally:
        go_on.set()
    desk.review(date(2022, 4, 9)).result(20)
    assert "对比：2022-04-09" in client.get(address).text


EVIL = ("<meta http-equiv=refresh content=0>", "<style>li{display:none}</style>", "\u202ecba", "\x1b[2J", "\u200b零宽")


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory, users: Path) -> Iterator[tuple[Shelf, Path]]:
    """The small book with hostile text in every narration, payee and name that it takes."""
    book = copied(tmp_path_factory.mktemp("poisoned") / "own")
    registry = book / "registry/registry.beancount"
    registry.write_text(registry.read_text("utf-8").replace("美翠村产业路", "".join(EVIL) + "产业路"), "utf-8")
    month = book / "2022/08.beancount"
    month.write_text(month.read_text("utf-8").replace("8月劳务报酬", "".join(EVIL) + "8月劳务报酬"), "utf-8")
    shelf = Shelf([book])
    yield shelf, users
    shelf.close()


PATHS = (
    *("api/journal_page?page=1&order=asc&time=2022-08", "api/account_report?a=Expenses&time=2022-08"),
    *("api/query?query_string=SELECT+narration", "api/query?query_string=PRINT", "api/errors", "api/ledger_data"),
    *("errors/", "extension/Desk/?page=project", "extension/Desk/?page=project&id=XS2022-0001&time=2022"),
    *("extension/Desk/?page=overview", "extension/Desk/?page=todo", "extension/Desk/?page=fund&id=YG2022-01"),
    "download-query/query_result.csv?query_string=SELECT+narration",
    "extension/Desk/?page=source&file=2022/08.beancount",
)


@pytest.mark.parametrize("path", PATHS)
def test_text_of_a_book_is_text_everywhere(poisoned: tuple[Shelf, Path], path: str) -> None:
    shelf, users = poisoned
    client = logged_in(make_app(shelf, users, {"localhost"}), AUDITOR)
    answer = client.get(f"/{shelf.first_slug()}/{path}")
    assert answer.status_code == 200
    text = answer.text.removeprefix("\ufeff")
    for character in "\u202e\x1b\u200b":
        assert character not in text
    assert not re.search(r"\\u(202e|001b|200b)", text, re.IGNORECASE)
    if "json" not in answer.mimetype and "csv" not in answer.mimetype:
        assert "<meta http-equiv=refresh" not in text
        assert "<style>li" not in text
    if "journal_page" in path or "account_report" in path:
        journal = answer.json["data"]["journal"]
        assert "<meta" not in journal
        assert "&lt;meta" in journal
        assert "<a href='#context-" in journal  # Fava's own HTML is still HTML
        assert "‹U+202E›" in journal


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("普通 text\n\tline", "普通 text\n\tline"),
        ("a\u202eb\x1b[0m\x00", "a‹U+202E›b‹U+001B›[0m‹U+0000›"),
        ("\ufeff零\u200b宽\u00ad", "‹U+FEFF›零‹U+200B›宽‹U+00AD›"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_code_points(text: str, seen: str) -> None:
    assert visible.visible(text) == seen
    assert json.loads(visible.visible_json(json.dumps(text))) == seen
    assert json.loads(visible.visible_json(json.dumps(text, ensure_ascii=False))) == seen


def test_json_keeps_its_backslashes() -> None:
    for text in ("C:\\bin\\u202e", "\\\\b", "a\\", '"\\f"'):
        assert json.loads(visible.visible_json(json.dumps(text))) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("H106003-001 领取", "某户 领取"),
        ("/x?id=H106003-001&b=H106003-0012", "/x?id=某户&b=H106003-0012"),
        ("（H106003-001、H106003-002）", "（某户、H106003-002）"),
        ("XH106003-001", "XH106003-001"),
        ("2022-000005-1", "2022-000005-1"),
        ("R-H106003-001-2", "R-某户-2"),
    ],
)
def test_households_are_left_out_as_whole_words(text: str, left: str) -> None:
    assert visible.without(text, frozenset({"H106003-001"})) == left


PEOPLE = (
    "SELECT any_meta('household') WHERE account ~ 'Expenses'",
    "SELECT meta, entry_meta('household') LIMIT 500",
    "SELECT DISTINCT any_meta('household') AS h WHERE any_meta('household') ~ 'H106'",
    "SELECT count(*) WHERE any_meta('household') = 'H106003-001'",
    "PRINT FROM year = 2022",
    "SELECT * FROM #entries",
    "SELECT * FROM #accounts",
    "SELECT filename, location, narration LIMIT 50",
)


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory, users: Path) -> Iterator[Shelf]:
    """The small book with a household on a posting, in a narration, and as caretaker."""
    book = copied(tmp_path_factory.mktemp("peopled") / "own")
    month = book / "2022/12.beancount"
    month.write_text(
        month.read_text("utf-8")
        + '\n2022-12-30 note Assets:9001指标:ZY2022-01:0待分配 "问过 H106003-001"\n'
        + '2022-12-30 * "H106003-002" "核对 H106003-001 的材料"\n  voucher: "2022-000099"\n  note: "H106003-001"\n'
        + '  Assets:9001指标:ZY2022-01:0待分配  0.00 CNY\n    remark: "H106003-001"\n',
        "utf-8",
    )
    shelf = Shelf([book])
    yield shelf
    shelf.close()


@pytest.mark.parametrize("query", PEOPLE)
def test_a_reviewers_query_meets_no_household(peopled: Shelf, users: Path, query: str) -> None:
    guard, path = make_app(peopled, users, {"localhost"}), f"/{peopled.first_slug()}/api/query?query_string="
    for name in (REVIEWER, AUDITOR):
        text = logged_in(guard, name).get(path + quote(query)).text
        assert "H106003-00" not in text if name == REVIEWER else True
        assert str(peopled.paths[0].parent) not in text
        assert "/tmp" not in text


def test_a_reviewer_cannot_ask_about_a_household_either(peopled: Shelf, users: Path) -> None:
    """What is counted by a condition would tell as much as what is shown."""
    guard, path = make_app(peopled, users, {"localhost"}), f"/{peopled.first_slug()}/api/query?query_string="
    query = quote("SELECT count(*) WHERE narration ~ 'H106003-001'")
    counts = [logged_in(guard, name).get(path + query).json["data"]["rows"] for name in (REVIEWER, AUDITOR)]
    assert counts == [[], [[1]]]


def test_findings_about_households_are_counted_for_reviewers_and_listed_for_auditors(peopled: Shelf) -> None:
    review = peopled[peopled.first_slug()].desk.review(date(2022, 12, 31)).result()
    assert any(one.subject.kind == "household" for one in review.audit.findings)
    other = review.without_people
    assert not any(one.subject.kind == "household" for one in other.audit.findings)
    assert other.counts == review.counts
    assert other.summary == review.summary


@pytest.mark.parametrize("page", ["rules&rule=monitoring-deadline", "rules&rule=payment-mode", "todo", "overview"])
def test_no_page_of_a_reviewer_names_a_household(peopled: Shelf, users: Path, page: str) -> None:
    guard, path = make_app(peopled, users, {"localhost"}), f"/{peopled.first_slug()}/extension/Desk/?time=2022&page="
    answer = logged_in(guard, REVIEWER).get(path + page)
    assert answer.status_code == 200
    assert "H106003-00" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT account LIMIT {10**26}",
        f"SELECT {'-' * 3000}1",
        f"SELECT {'(' * 900}1{')' * 900}",
        "SELECT 1/0",
        "SELECT sum(account)",
        "SELECT no_such_function(account)",
        "PRINT FROM no_such = 1",
        "SELECT account WHERE account ~ '('",
        "SELECT date + 99999999999",
        "SELECT account LIMIT -1",
    ],
)
def test_a_query_that_cannot_be_run_is_refused_clearly(reviewer: Client, base: str, query: str) -> None:
    answer = reviewer.get(f"{base}/api/query?query_string={quote(query)}")
    assert answer.status_code in (200, 400, 503)
    if answer.status_code != 200:
        assert "错误编号" not in answer.json["error"]
        assert "Traceback" not in answer.text


def test_print_answers(reviewer: Client, base: str) -> None:
    for query in ("PRINT", "print from year = 2022"):
        answer = reviewer.get(f"{base}/api/query?query_string={quote(query)}")
        assert answer.status_code == 200
        assert "2022-000005" in answer.text


def test_a_saved_query_is_safe_in_a_spreadsheet(tmp_path: Path, users: Path) -> None:
    book = copied(tmp_path / "own")
    month = book / "2022/08.beancount"
    month.write_text(month.read_text("utf-8").replace("8月劳务报酬", "=HYPERLINK(1)"), "utf-8")
    shelf = Shelf([book])
    client = logged_in(make_app(shelf, users, {"localhost"}), REVIEWER)
    query = quote("SELECT narration, number WHERE narration ~ 'HYPER'")
    answer = client.get(f"/{shelf.first_slug()}/download-query/query_result.csv?query_string={query}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert {row[0] for row in rows[1:]} == {"'=HYPERLINK(1)"}
    assert any(row[1].strip().startswith("-") for row in rows[1:])  # a number stays a number


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("-1,234.50", "-1,234.50"),
        ("+5", "+5"),
        ("-3.5%", "-3.5%"),
        ("文字", "文字"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("\u200b﹢1", "'\u200b﹢1"),
        (None, ""),
        (12, "12"),
    ],
)
def test_cells_that_would_be_formulas(cell: object, text: str) -> None:
    assert saving.plain(cell) == text


def test_the_old_book_stays_whatever_breaks_the_new_one(
    tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = copied(tmp_path / "own")
    shelf = Shelf([book])
    client, slug = logged_in(make_app(shelf, users, {"localhost"}), REVIEWER), shelf.first_slug()
    real = shelf_module._load

    def broken(path: Path) -> None:
        raise MemoryError

    monkeypatch.setattr(shelf_module, "_load", broken)
    with (book / "2022/12.beancount").open("a", encoding="utf-8") as text:
        text.write("\n; changed\n")
    assert not shelf.look()
    assert client.get("/healthz").json["status"] == "stale"
    assert "重新载入时出错" in client.get(f"/{slug}/extension/Desk/").text
    monkeypatch.setattr(shelf_module, "_load", real)
    with (book / "2022/12.beancount").open("a", encoding="utf-8") as text:
        text.write("\n; and again\n")
    assert shelf.look()


def test_a_book_that_kills_its_reader_does_not_kill_the_server(
    tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = copied(tmp_path / "own")
    shelf = Shelf([book])
    client, slug = logged_in(make_app(shelf, users, {"localhost"}), REVIEWER), shelf.first_slug()
    monkeypatch.setattr(shelf_module, "_tried", lambda _path: os.kill(os.getpid(), signal.SIGSEGV))
    with (book / "2022/12.beancount").open("a", encoding="utf-8") as text:
        text.write("\n; changed\n")
    assert not shelf.look()
    page = client.get(f"/{slug}/extension/Desk/?time=2022").text
    assert "账簿文件有改动，但改动后的内容不可信" in page
    assert "美翠村产业路" in client.get(f"/{slug}/extension/Desk/?page=project&time=2022").text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("query?query_string=select+x", "表 postings 里没有“x”这一列"),
        ("query?query_string=select+", "查询写法不对"),
        ("query?query_string=select+sum(account)", "没有这样的函数：sum(str)"),
        ("query?query_string=select+date+%2B+%27x%27", "不能这样运算"),
        ("query?query_string=select+account+where+account+~+%27(%27", "查询不能执行"),
        ("account_report?a=Assets&filter=(((", "筛选“(((”写法不对"),
        ("account_report?a=Assets&filter=%5E", "筛选里有不能用的字符"),
        ("context?entry_hash=x", "账簿里没有这一条"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_chinese(guard: Guard, base: str, asked: str, says: str) -> None:
    answer = logged_in(guard, AUDITOR).get(f"{base}/api/{asked}")
    assert answer.status_code in (400, 404)
    assert answer.json["error"].startswith(says), answer.json
    assert not re.search(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", answer.json["error"].split("应如")[0])


def test_what_nobody_knows_is_told_in_chinese() -> None:
    assert in_chinese('{"error":"Something new happened"}') == '{"error": "没有能够显示：请检查查询、筛选和时间的写法"}'
    assert in_chinese('{"error":"没有这一页"}') == '{"error": "没有这一页"}'
    assert in_chinese("[1") == "[1"
