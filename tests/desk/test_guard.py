"""The server attacked, without and with a login."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from reports.desk.server import confined
from reports.desk.server import guard as guard_module
from reports.desk.server.guard import Guard
from reports.desk.server.sessions import (
    DEVICE_DAYS,
    FREE,
    FREE_ADDRESS,
    IDLE,
    LONGEST,
    LONGEST_WAIT,
    Sessions,
    Throttle,
    device_of,
    keys_of,
    new_device,
)
from reports.desk.server.turns import NoTurnError, Turns
from tests.desk.browsing import AUDITOR, PASSWORDS, REVIEWER
from tests.desk.conftest import logged_in

ASKED = (
    *("/", "/{0}/", "/{0}/extension/Desk/", "/{0}/journal/", "/static/app.js", "/nothing"),
    *("/{0}/api/query?query_string=SELECT+1", "/{0}/api/ledger_data", "/{0}/api/errors", "/{0}/api/changed"),
)
REFUSED = (
    *("/{0}/api/source", "/{0}/api/source?filename=main.beancount", "/{0}/api/source_slice?entry_hash=a"),
    *("/{0}/api/options", "/{0}/options/", "/{0}/import/", "/{0}/documents/", "/{0}/api/documents", "/{0}/api/imports"),
    *(
        "/{0}/download-journal/",
        "/{0}/document/?filename=/etc/passwd",
        "/{0}/statement/?entry_hash=a&key=b",
        "/jump?a=b",
    ),
    *("/{0}/api/journal", "/{0}/api/extract?filename=/etc/passwd&importer=x", "/{0}/api/narrations"),
    *("/{0}/api/payee_transaction?payee=x", "/{0}/download-query/query_result.xlsx?query_string=SELECT+1"),
    *("/{0}/extension/Other/", "/{0}/extension/Desk/other", "/{0}/extension_js_module/Other.js"),
)
INJECTED = (
    *(".output {0}", ".run x", "run x", ".help", "help", ".set format csv", ".parse SELECT 1", ".explain SELECT 1"),
    *(
        ".reload",
        ".errors",
        "errors",
        "history",
        ".clear",
        "",
        " ",
        "CREATE TABLE x (a int)",
        "INSERT INTO x VALUES (1)",
    ),
    *("\n.output {0}", "EXPLAIN SELECT 1", "!ls", "?", "SELECTED 1", ";SELECT 1", "/* x */ .output {0}"),
)


@pytest.mark.parametrize("path", [*ASKED, *REFUSED])
def test_nothing_without_a_login(anyone: Client, base: str, path: str) -> None:
    answer = anyone.get(path.format(base.strip("/")))
    assert answer.status_code in (303, 401)
    if answer.status_code == 303:
        assert answer.headers["Location"].startswith("/login?next=")
    assert "示例县" not in answer.text


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_on_the_list_is_refused(reviewer: Client, auditor: Client, base: str, path: str) -> None:
    for client in (reviewer, auditor):
        assert client.get(path.format(base.strip("/"))).status_code in (403, 404)


@pytest.mark.parametrize("path", ASKED[:5] + ASKED[6:])
def test_what_is_on_the_list_is_answered(reviewer: Client, base: str, path: str) -> None:
    assert reviewer.get(path.format(base.strip("/"))).status_code in (200, 302, 303)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/{0}/api/source", "/{0}/api/add_entries", "/{0}/extension/Desk/", "/healthz"])
def test_only_get_and_head(reviewer: Client, base: str, method: str, path: str) -> None:
    answer = reviewer.open(path.format(base.strip("/")), method=method, data=b"{}", content_type="application/json")
    assert answer.status_code == 405


def test_head_answers_like_get(reviewer: Client, base: str) -> None:
    assert reviewer.head(f"{base}/extension/Desk/").status_code == 200
    assert reviewer.head("/healthz").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "localhost:x", "[::1"]
)
@pytest.mark.parametrize("path", ["/login", "/", "/healthz"])
def test_a_foreign_host_gets_nothing(guard: Guard, host: str, path: str) -> None:
    answer = logged_in(guard, REVIEWER).get(path, headers={"Host": host})
    assert answer.status_code == 421


def test_a_host_with_a_port_is_the_same_host(anyone: Client) -> None:
    assert anyone.get("/healthz", headers={"Host": "LOCALHOST:5000"}).status_code == 200


@pytest.mark.parametrize("query", INJECTED)
@pytest.mark.parametrize("endpoint", ["api/query", "download-query/query_result.csv"])
def test_only_four_verbs(
    reviewer: Client, base: str, tmp_path_factory: pytest.TempPathFactory, query: str, endpoint: str
) -> None:
    victim = tmp_path_factory.mktemp("victim") / "file"
    victim.write_text("untouched")
    answer = reviewer.get(f"{base}/{endpoint}?query_string={quote(query.format(victim))}")
    assert answer.status_code == 400
    assert victim.read_text() == "untouched"


def test_the_shell_itself_knows_no_commands(shelf, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Behind the guard as well: a command that slipped through would be parsed as a query, and fail."""
    victim = tmp_path / "file"
    victim.write_text("untouched")
    ledger = shelf[shelf.first_slug()]
    for line in (f".output {victim}", f"output {victim}", ".reload", "help", "run x", "EXPLAIN SELECT account"):
        with pytest.raises(Exception, match=r"syntax error|只能用|parse error"):
            ledger.query_shell.shell.run(ledger.all_entries, line)
    assert victim.read_text() == "untouched"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT account, sum(position) WHERE account ~ '劳务' GROUP BY account", "30226劳务费"),
        ("select distinct voucher_of FROM entries", None),
        ("BALANCES", "59900"),
        ("JOURNAL 'Expenses'", "59900"),
        ("PRINT FROM year = 2022 AND month = 8", "59900.00"),
    ],
)
def test_queries_are_answered(reviewer: Client, base: str, query: str, found: str | None) -> None:
    answer = reviewer.get(f"{base}/api/query?query_string={quote(query)}")
    if found is None:
        assert answer.status_code == 400
        assert "error" in answer.json
    else:
        assert answer.status_code == 200
        assert found in json.dumps(answer.json, ensure_ascii=False)


def test_a_query_without_end_is_ended(reviewer: Client, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.run_confined, "__defaults__", (1.0, confined.BYTES))
    evil = quote(r"SELECT account WHERE 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' ~ '(a+)+$'")
    began = time.monotonic()
    answer = reviewer.get(f"{base}/api/query?query_string={evil}")
    assert answer.status_code == 503
    assert "已中止" in answer.json["error"]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["filter", "account"])
def test_a_filter_without_end_is_ended(reviewer: Client, base: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The pattern must not hold up the others: it runs in a child that is killed."""
    monkeypatch.setattr(confined.run_confined, "__defaults__", (1.0, confined.BYTES))
    pattern = "(((.*)*)*)*$Z" if name == "account" else '"(((.*)*)*)*Z"'
    began = time.monotonic()
    answer = reviewer.get(f"{base}/api/journal_page?page=1&order=asc&{name}={quote(pattern)}")
    assert answer.status_code in (200, 400, 503)
    assert time.monotonic() - began < 5


def test_too_much_is_not_said(reviewer: Client, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.run_confined, "__defaults__", (10.0, 100))
    answer = reviewer.get(f"{base}/api/query?query_string=SELECT+account,+narration")
    assert answer.status_code == 413


def test_too_many_rows_are_not_shown(reviewer: Client, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.desk.server.shelf.ROWS", 3)
    answer = reviewer.get(f"{base}/api/query?query_string=SELECT+account")
    assert answer.status_code == 400
    assert "超过 3 行" in answer.json["error"]


@pytest.mark.parametrize("time", ["0001 - 9999", "abc", "9999", "1-1-1", "2022 - 2021", "9" * 61])
def test_a_time_beyond_reason_is_refused(reviewer: Client, base: str, time: str) -> None:
    assert reviewer.get(f"{base}/api/income_statement?interval=day&time={quote(time)}").status_code == 400
    assert reviewer.get(f"{base}/extension/Desk/?time={quote(time)}").status_code == 400


@pytest.mark.parametrize(
    "file",
    [
        *("../users.json", "/etc/passwd", "registry/../../users.json", "..%2fusers.json", "identities.sqlite"),
        *("main.beancount\0", "", ".", "registry", "2022/08.beancount/", "./main.beancount", "policy"),
    ],
)
def test_only_files_of_the_book(auditor: Client, base: str, file: str) -> None:
    answer = auditor.get(f"{base}/extension/Desk/?page=source&file={quote(file)}&line=1")
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "path", ["/static/../main.py", "/static/..%2f..%2fcli.py", "/static//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"]
)
def test_static_files_stay_in_their_folder(reviewer: Client, path: str) -> None:
    assert reviewer.get(path).status_code in (303, 308, 404)


@pytest.mark.parametrize("cookie", ["", "x", "a" * 3000, "审", "'; DROP", "0" * 43])
def test_a_forged_cookie_is_no_login(anyone: Client, base: str, cookie: str) -> None:
    anyone.set_cookie("xianjie", quote(cookie))
    assert anyone.get(f"{base}/extension/Desk/").status_code == 303


def test_rolls_only_for_who_may(reviewer: Client, auditor: Client, base: str) -> None:
    for page in ("source&file=rolls/2022/08.csv&line=2", "source&file=registry/households.csv", "roll&posting=8"):
        refused = reviewer.get(f"{base}/extension/Desk/?page={page}")
        assert refused.status_code == 403
        assert "审计员" in refused.text
        assert "H106003-001" not in refused.text
    assert "H106003-001" in auditor.get(f"{base}/extension/Desk/?page=source&file=rolls/2022/08.csv&line=2").text


def test_rolls_are_out_of_favas_reach(auditor: Client, base: str) -> None:
    data = auditor.get(f"{base}/api/ledger_data").json["data"]
    assert [name for name in data["options"]["include"] if "rolls" in name or name.endswith(".csv")] == []
    assert "2022/08.beancount" in data["options"]["include"]
    assert str(data).count("/tmp") == 0  # no path of this machine in a page


def _guess(client: Client, name: str, password: str = "wrong-password", address: str = "10.0.0.9") -> int:
    given = {"name": name, "password": password}
    return client.post("/login", data=given, environ_base={"REMOTE_ADDR": address}).status_code


@pytest.mark.parametrize("name", [REVIEWER, "nobody-has-this-name"])
def test_guesses_wait_longer_and_longer_whoever_is_guessed(guard: Guard, name: str) -> None:
    now = [0.0]
    guard.throttle = Throttle(lambda: now[0])
    client = Client(guard)
    assert [_guess(client, name) for _ in range(FREE + 1)] == [401] * FREE + [429]
    for wait in (1, 2, 4, 8):
        now[0] += wait - 0.1
        assert _guess(client, name, PASSWORDS[REVIEWER]) == 429  # the right one is not looked at either
        now[0] += 0.1
        assert _guess(client, name) == 401
    assert "请 16 秒以后再试" in client.post("/login", data={"name": name, "password": "x"}).text
    now[0] += LONGEST_WAIT + 1
    assert _guess(client, name) == 401


def test_strangers_do_not_lock_out_the_owner(guard: Guard) -> None:
    """A device that was logged in before is counted by itself; a stranger's device is none, nor one of another name."""
    guard.throttle = Throttle(lambda: 0.0)
    owner, other = Client(guard), Client(guard)
    assert _guess(owner, REVIEWER, PASSWORDS[REVIEWER]) == 303
    assert _guess(other, AUDITOR, PASSWORDS[AUDITOR]) == 303
    for number in range(FREE + 1):
        _guess(Client(guard), REVIEWER, address=f"10.0.1.{number}")
    assert _guess(Client(guard), REVIEWER, PASSWORDS[REVIEWER], "10.0.2.1") == 429
    assert _guess(other, REVIEWER, PASSWORDS[REVIEWER], "10.0.2.2") == 429
    assert _guess(owner, REVIEWER, PASSWORDS[REVIEWER]) == 303
    assert [_guess(owner, REVIEWER) for _ in range(FREE + 1)] == [401] * FREE + [429]  # nor may it guess for ever


@pytest.mark.timing
@pytest.mark.parametrize("known", [True, False])
def test_tens_of_strangers_at_the_login_do_not_keep_an_owner_out(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Of one name and of many, from many addresses, while each password takes long: a known browser has its own place.

    A browser that nobody knows yet waits for its turn, and is answered.
    """
    owner, name = Client(guard), REVIEWER if known else AUDITOR
    if known:
        assert _guess(owner, name, PASSWORDS[name]) == 303
    look = guard_module.verified

    def slowly(users: Any, name: str, password: str) -> Any:
        time.sleep(0.2)
        return look(users, name, password)

    monkeypatch.setattr(guard_module, "verified", slowly)
    ended = threading.Event()

    def hammer(number: int) -> int:
        refused = 0
        while not ended.is_set():
            name = REVIEWER if number % 2 else f"n{number}"
            refused += _guess(Client(guard), name, "x", f"10.9.{number}.{refused % 250}") == 401
        return refused

    with ThreadPoolExecutor(24) as pool:
        strangers = [pool.submit(hammer, number) for number in range(24)]
        time.sleep(0.5)
        found, began = [], time.monotonic()
        for number in range(3):
            found.append(_guess(owner if known else Client(guard), name, PASSWORDS[name], f"10.7.0.{number}"))
        took = time.monotonic() - began
        ended.set()
        assert sum(one.result() for one in strangers), "the strangers were answered meanwhile"
    assert found == [303] * 3
    assert took < 3 * (2.0 if known else 8.0)


def test_a_crowd_from_one_place_makes_only_itself_wait() -> None:
    """Called in turn of where they come from; when no more can wait, the newest of the largest crowd goes."""
    turns, order, refused = Turns(1, 4, 5.0), list[str](), list[str]()
    inside, lock = threading.Event(), threading.Lock()

    def come(origin: str) -> None:
        try:
            with turns.place(origin), lock:
                order.append(origin)
        except NoTurnError:
            refused.append(origin)

    def waiting(count: int) -> None:
        until = time.monotonic() + 5
        while sum(map(len, turns._lines.values())) + len(refused) < count and time.monotonic() < until:
            time.sleep(0.005)

    def first() -> None:
        with turns.place("first"):
            inside.wait(5)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    while turns._free:
        time.sleep(0.005)
    for count, origin in enumerate([*["crowd"] * 5, "one", "two"], 1):
        threads.append(threading.Thread(target=come, args=(origin,)))
        threads[-1].start()
        waiting(count)
    inside.set()
    for thread in threads:
        thread.join()
    assert refused == ["crowd"] * 3
    assert order == ["crowd", "one", "two", "crowd"]
    assert turns._free == 1


def test_who_waits_too_long_is_told_and_nothing_is_lost() -> None:
    turns = Turns(1, 4, 0.05)
    with turns.place("a"), pytest.raises(NoTurnError), turns.place("b"):
        pytest.fail("there was no place")
    with turns.place("b"):
        assert not turns._lines


def test_a_guess_that_nobody_looked_at_does_not_count(guard: Guard) -> None:
    guard.throttle, guard.door = Throttle(lambda: 0.0), Turns(0, 1, 0.0)
    assert [_guess(Client(guard), REVIEWER) for _ in range(FREE + 3)] == [503] * (FREE + 3)


def test_a_new_password_counts_anew(shelf, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from reports.desk.server.app import make_app
    from reports.desk.server.users import add_user
    from tests.desk.browsing import write_users

    guard = make_app(shelf, write_users(tmp_path / "users.json"), {"localhost"})
    guard.throttle = Throttle(lambda: 0.0)
    old = Client(guard)
    assert _guess(old, REVIEWER, PASSWORDS[REVIEWER]) == 303
    for _ in range(FREE + 1):
        _guess(Client(guard), REVIEWER)
    add_user(tmp_path / "users.json", REVIEWER, "reviewer", "another-good-password")
    assert _guess(Client(guard), REVIEWER, "another-good-password", "10.0.3.1") == 303
    assert _guess(old, REVIEWER, PASSWORDS[REVIEWER]) == 401  # and the old device is a stranger with an old password


def test_a_device_is_known_for_a_time_and_cannot_be_forged() -> None:
    token = new_device("甲", "hash", 1000.0)
    assert device_of(token, "甲", "hash", 1000.0)
    day = 24 * 60 * 60
    assert device_of(token, "甲", "hash", 1000.0 + DEVICE_DAYS * day)
    for name, secret, now, given in (
        ("乙", "hash", 1000.0, token),
        ("甲", "other", 1000.0, token),
        ("甲", "hash", 1001.0 + DEVICE_DAYS * day, token),
        ("甲", "hash", 900.0, token),
        ("甲", "hash", 1000.0, token.replace("1000", "9000")),
        ("甲", "hash", 1000.0, ""),
        ("甲", "hash", 1000.0, "..."),
        ("甲", "hash", 1000.0, "审" * 50),
    ):
        assert device_of(given, name, secret, now) == ""


def test_many_guesses_at_once_are_not_more_than_one_after_another() -> None:
    throttle = Throttle(lambda: 0.0)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: throttle.begin(keys_of("甲", "", "10.0.0.1")), range(40)))
    assert sum(wait == 0 for wait in waits) == FREE


@pytest.mark.timing
def test_eight_logins_at_once_look_at_five_passwords(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def slowly(users: object, name: str, password: str) -> None:
        looked.append(password)
        time.sleep(0.05)

    monkeypatch.setattr("reports.desk.server.guard.verified", slowly)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: _guess(Client(guard), REVIEWER, f"guess-{number}"), range(8)))
    assert len(looked) <= FREE
    assert set(found) <= {401, 429, 503}


def test_an_address_that_tries_many_names_waits_and_an_ipv6_network_is_one() -> None:
    for addresses in (["10.0.0.1"] * 30, [f"2001:db8::{number:x}" for number in range(30)]):
        throttle = Throttle(lambda: 0.0)
        waits = [throttle.begin(keys_of(f"n{number}", "", address)) for number, address in enumerate(addresses)]
        assert [wait == 0 for wait in waits] == [True] * FREE_ADDRESS + [False] * 10
        assert throttle.begin(keys_of("n", "", "10.0.0.2")) == 0


def test_a_right_password_behind_a_shared_address_stays_possible() -> None:
    """The bureau's own address is not used up by those who log in."""
    throttle = Throttle(lambda: 0.0)
    for number in range(200):
        keys = keys_of(f"n{number}", "", "10.0.0.1")
        assert throttle.begin(keys) == 0
        throttle.succeeded(keys)


def test_known_and_unknown_names_are_alike_under_load(guard: Guard, users: Path) -> None:
    """Thousands of guesses at names that nobody has make no difference between names."""
    now = [0.0]
    guard.throttle = Throttle(lambda: now[0])
    for number in range(3000):
        guard.throttle.begin(keys_of(f"somebody {number}\n", "", f"10.{number // 250}.0.{number % 250}"))
    for name in (REVIEWER, "nobody", "nobody else"):
        assert [_guess(Client(guard), name, address="192.0.2.7") for _ in range(2)] == [401, 401]


def test_a_session_ends() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])  # seconds
    token = sessions.begin("a", "reviewer")
    now[0] = IDLE
    assert sessions.find(token, active=False)  # polling does not keep it alive
    now[0] = IDLE + 1
    assert sessions.find(token, active=True) is None
    token = sessions.begin("a", "reviewer")
    for _ in range(LONGEST // IDLE + 1):
        now[0] += IDLE
        session = sessions.find(token, active=True)
    assert session is None  # busy or not


def test_log_out_ends_the_session_on_the_server(guard: Guard, base: str) -> None:
    client = logged_in(guard, REVIEWER)
    cookie = client.get_cookie("xianjie")
    assert cookie is not None
    assert client.post("/logout").headers["Location"] == "/login"
    client.set_cookie("xianjie", cookie.value)
    assert client.get(f"{base}/extension/Desk/").status_code == 303


def test_another_site_cannot_log_in_or_out(guard: Guard) -> None:
    client = logged_in(guard, REVIEWER)
    for path in ("/login", "/logout"):
        assert client.post(path, data={"name": "a"}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/login", "evil", "/a\nb", "javascript:x"]
)
def test_the_login_leads_nowhere_else(anyone: Client, target: str) -> None:
    answer = anyone.post(f"/login?next={quote(target)}", data={"name": REVIEWER, "password": PASSWORDS[REVIEWER]})
    assert answer.headers["Location"] == "/"


def test_the_login_leads_back(anyone: Client, base: str) -> None:
    first = anyone.get(f"{base}/extension/Desk/?page=project&id=XS2022-0001&time=2022")
    answer = anyone.post(first.headers["Location"], data={"name": REVIEWER, "password": PASSWORDS[REVIEWER]})
    assert answer.headers["Location"].endswith("/extension/Desk/?page=project&id=XS2022-0001&time=2022")


def test_the_cookie_cannot_be_read_or_sent_from_elsewhere(anyone: Client) -> None:
    for scheme, secure in (("http", False), ("https", True)):
        answer = anyone.post(
            "/login", data={"name": REVIEWER, "password": PASSWORDS[REVIEWER]}, base_url=f"{scheme}://localhost"
        )
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert ("Secure" in cookie) == secure
        assert ("Strict-Transport-Security" in answer.headers) == secure


@pytest.mark.parametrize(
    "path", ["/login", "/healthz", "/{0}/extension/Desk/", "/{0}/api/ledger_data", "/nothing", "/static/app.js"]
)
def test_headers_on_every_answer(reviewer: Client, base: str, path: str) -> None:
    headers = reviewer.get(path.format(base.strip("/"))).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert ("no-store" in headers.get("Cache-Control", "")) == (not path.startswith("/static"))


def test_the_access_log_tells_nothing_about_persons(guard: Guard, base: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "xianjie.access"):
        client = logged_in(guard, REVIEWER)
        client.get(
            f"{base}/extension/Desk/?page=rules&rule=labour-share&q=H106003-001",
            environ_base={"REMOTE_ADDR": "10.1.2.3"},
        )
        client.post("/login", data={"name": "张三", "password": "secret-secret"})
    text = caplog.text
    assert "extension_report 200" in text
    for personal in (REVIEWER, "张三", "secret", "10.1.2.3", "127.0.0.1", "H106003"):
        assert personal not in text


def test_health_needs_no_login_and_names_no_book(anyone: Client) -> None:
    answer = anyone.get("/healthz")
    assert answer.json == {"status": "ok", "books": 1, "stale": 0}


def test_favas_editor_leads_to_our_page(reviewer: Client, base: str) -> None:
    answer = reviewer.get(f"{base}/editor/?file_path=%3C2022/08.beancount%3E&line=3")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("extension/Desk/?page=source&file=2022/08.beancount&line=3")


def test_a_user_who_is_removed_is_out(shelf, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from reports.desk.server.app import make_app
    from reports.desk.server.users import _write, read_users
    from tests.desk.browsing import write_users

    users = write_users(tmp_path / "users.json")
    client = logged_in(make_app(shelf, users, {"localhost"}), REVIEWER)
    assert client.get("/").status_code == 302
    _write(users, {name: user for name, user in read_users(users).items() if name != REVIEWER})
    assert client.get("/").status_code == 303
