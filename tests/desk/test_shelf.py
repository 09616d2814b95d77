"""Books are looked at before Fava sees them, watched with their rolls, and reloaded behind the readers' backs."""

import shutil
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from ledgers import clock
from ledgers.files.problems import Untrusted
from ledgers.files.writing import Busy
from reports.desk import Desk
from reports.desk.server import shelf as shelf_module
from reports.desk.server.app import make_app
from reports.desk.server.shelf import BookLedger, Shelf
from tests.desk.browsing import AUDITOR, REVIEWER
from tests.desk.conftest import copied, logged_in

VOUCHER = """
2022-12-30 * "县财政局" "调整"
  voucher: "2022-000012"
  Assets:9001指标:ZY2022-01:0待分配  0.00 CNY
"""


@pytest.fixture(autouse=True)
def today_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The past years' ends are judged in the background, and are no matter here."""
    monkeypatch.setattr(Desk, "prepare", lambda _: None)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copied(tmp_path / "own")


def client_of(shelf: Shelf, users: Path, name: str = REVIEWER) -> Client:
    return logged_in(make_app(shelf, users, {"localhost"}), name)


def test_nothing_happens_when_nothing_changed(own: Path) -> None:
    shelf = Shelf([own])
    before = shelf[shelf.first_slug()]
    assert not shelf.look()
    assert shelf[shelf.first_slug()] is before


def test_rolls_are_watched_and_not_included(own: Path) -> None:
    shelf = Shelf([own])
    ledger = shelf[shelf.first_slug()]
    files, _ = ledger.paths_to_watch()
    watched = {path.relative_to(own).as_posix() for path in files}
    assert {"rolls/2022/08.csv", "rolls/2022/12-shares.csv", "registry/households.csv", "2022/08.beancount"} <= watched
    assert not [name for name in ledger.options["include"] if name.endswith(".csv")]


@pytest.mark.parametrize("file", ["2022/12.beancount", "registry/households.csv"])
def test_a_change_is_seen(own: Path, users: Path, file: str) -> None:
    shelf = Shelf([own])
    before = shelf[shelf.first_slug()]
    added = VOUCHER if file.endswith("beancount") else "H106003-009,2022-06-01,脱贫户,V106003,3,,,,,,\n"
    with (own / file).open("a", encoding="utf-8") as text:
        text.write(added)
    assert shelf.look()
    after = shelf[shelf.first_slug()]
    assert after is not before
    assert after.mtime > before.mtime  # Fava's page tells the reader by this
    assert not shelf.look()


def test_a_changed_roll_is_seen_and_makes_verdicts_undetermined(own: Path) -> None:
    shelf = Shelf([own])
    roll = own / "rolls/2022/08.csv"
    roll.write_text(roll.read_text("utf-8").replace("H106003-001", "H106003-002"), "utf-8")
    assert shelf.look()
    assert shelf[shelf.first_slug()].book.tables.broken


def test_a_new_month_is_seen(own: Path) -> None:
    shelf = Shelf([own])
    (own / "2022/10.beancount").write_text(VOUCHER.replace("12-30", "10-30"), "utf-8")
    assert shelf.look()
    assert "2022/10.beancount" in shelf[shelf.first_slug()].book.files


def test_what_cannot_be_trusted_is_not_shown_and_said(own: Path, users: Path) -> None:
    shelf = Shelf([own])
    client, slug = client_of(shelf, users), shelf.first_slug()
    month = own / "2022/12.beancount"
    good = month.read_text("utf-8")
    month.write_text(good + '\n2022-12-31 * "半笔"\n  Assets:9001指标:ZY2022-01:0待分配  1.00 CNY\n', "utf-8")
    assert not shelf.look()
    page = client.get(f"/{slug}/extension/Desk/").text
    assert "账簿文件有改动，但改动后的内容不可信" in page
    assert "借贷不平" in page
    assert client.get("/healthz").json == {"status": "stale", "books": 1, "stale": 1}
    month.write_text(good, "utf-8")
    assert shelf.look()
    assert "不可信" not in client.get(f"/{slug}/extension/Desk/").text
    assert client.get("/healthz").json["status"] == "ok"


def test_a_folder_that_vanishes_leaves_what_is_served(own: Path, users: Path) -> None:
    shelf = Shelf([own])
    client, slug = client_of(shelf, users), shelf.first_slug()
    shutil.rmtree(own)
    assert not shelf.look()
    assert client.get(f"/{slug}/extension/Desk/").status_code == 200


def test_a_new_day_is_a_new_as_of(own: Path) -> None:
    day = date(2022, 8, 15)
    with clock.at(day):
        shelf = Shelf([own])
    with clock.at(day + timedelta(days=1)):
        assert shelf.look()
    assert shelf[shelf.first_slug()].book.tables.as_of == day + timedelta(days=1)


def test_a_book_that_ends_is_judged_as_of_its_end(own: Path) -> None:
    shelf = Shelf([own])
    with clock.at(clock.today() + timedelta(days=1)):
        assert not shelf.look()  # a new day changes nothing
    assert shelf[shelf.first_slug()].desk.latest == date(2022, 12, 31)


def test_several_books_and_equal_titles(own: Path, tmp_path: Path, users: Path) -> None:
    second = copied(tmp_path / "second")
    shelf = Shelf([own, second])
    slugs = [slug for slug, _ in shelf.items()]
    assert len(set(slugs)) == 2
    client = client_of(shelf, users)
    for slug in slugs:
        assert "待分配" not in client.get(f"/{slug}/extension/Desk/").text[:100]
        assert client.get(f"/{slug}/extension/Desk/").status_code == 200
    assert client.get("/nothing/extension/Desk/").status_code == 404


@pytest.mark.parametrize(
    "directive",
    [
        '2020-01-01 custom "fava-extension" "evil"',
        'option "insert_pythonpath" "TRUE"',
        'plugin "evil"',
    ],
)
def test_a_book_cannot_bring_code(own: Path, directive: str) -> None:
    ran = own / "ran"
    (own / "evil.py").write_text(f"open({str(ran)!r}, 'w')")
    with (own / "main.beancount").open("a") as main:
        main.write(directive + "\n")
    with pytest.raises(Untrusted):
        Shelf([own])
    assert not ran.exists()


def test_a_book_cannot_set_options_of_fava(own: Path, users: Path) -> None:
    """import-config would run a file of the book; default-page could lead elsewhere."""
    ran = own / "ran"
    (own / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nCONFIG = []")
    with (own / "main.beancount").open("a") as main:
        main.write('2020-01-01 custom "fava-option" "import-config" "evil.py"\n')
        main.write('2020-01-01 custom "fava-option" "default-page" "journal/"\n')
        main.write('2020-01-01 custom "fava-extension" "reports.desk"\n')
    shelf = Shelf([own])
    assert not ran.exists()
    client = client_of(shelf, users)
    assert client.get("/").headers["Location"].endswith("/extension/Desk/")
    assert client.get(f"/{shelf.first_slug()}/api/errors").status_code == 200


def test_a_journal_too_long_for_a_browser_is_refused(own: Path, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf([own])
    client, base = client_of(shelf, users, AUDITOR), f"/{shelf.first_slug()}/api"
    monkeypatch.setattr("reports.desk.server.shelf.ENTRIES", 5)
    for path in ("journal_page?page=1&order=desc", "account_report?a=Assets"):
        answer = client.get(f"{base}/{path}")
        assert answer.status_code == 500
        assert "筛选" in answer.json["error"]
    assert client.get(f"{base}/journal_page?page=1&order=desc&time=2022-08").status_code == 200
    assert client.get(f"{base}/account_report?a=Assets&r=balances").status_code == 200


def test_the_journal_pages_all_and_once(own: Path, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf([own])
    filtered = shelf[shelf.first_slug()].get_filtered()
    whole = filtered.paginate_journal(1, per_page=1000, order="asc")
    parts = [filtered.paginate_journal(page, per_page=7, order="asc") for page in range(1, 20)]
    assert whole
    assert [entry for part in parts if part for entry in part.entries] == whole.entries
    assert filtered.paginate_journal(1, 1000, "desc").entries == whole.entries[::-1]
    assert filtered.paginate_journal(0) is None


def test_the_old_book_is_served_until_the_new_one_is_ready(
    own: Path, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf([own])
    client, slug = client_of(shelf, users), shelf.first_slug()
    before, loading, go_on = shelf[slug], threading.Event(), threading.Event()

    def slow(path: Path) -> BookLedger:
        loading.set()
        go_on.wait(10)
        return real(path)

    real = shelf_module._load
    monkeypatch.setattr(shelf_module, "_load", slow)
    with (own / "2022/12.beancount").open("a", encoding="utf-8") as text:
        text.write(VOUCHER)
    thread = threading.Thread(target=shelf.look)
    thread.start()
    assert loading.wait(10)
    assert client.get(f"/{slug}/extension/Desk/").status_code == 200
    assert shelf[slug] is before
    go_on.set()
    thread.join(20)
    assert shelf[slug] is not before


def test_a_day_that_takes_long_to_judge_says_so(own: Path, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf([own])
    client, slug = client_of(shelf, users), shelf.first_slug()
    monkeypatch.setattr("reports.desk.WAIT", 0.01)
    go_on = threading.Event()
    desk = shelf[slug].desk
    desk.review(date(2022, 12, 31)).result()
    desk._worker.submit(go_on.wait, 10)
    page = client.get(f"/{slug}/extension/Desk/?time=2022-05").text
    assert "data-desk-wait" in page
    assert "截至 2022-05-31" in page
    go_on.set()
    desk.review(date(2022, 5, 31)).result(10)
    assert "要办的，按单位" in client.get(f"/{slug}/extension/Desk/?time=2022-05").text


def test_a_book_that_is_being_written_is_looked_at_again(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No alarm for a writer at work; one that does not go away is told in its own words."""
    shelf, load = Shelf([own]), shelf_module._load
    ledger = shelf[shelf.first_slug()]
    with (own / "2022/12.beancount").open("a", encoding="utf-8") as text:
        text.write(VOUCHER)

    def busy(path: Path) -> None:
        raise Busy("账簿正被另一个程序写入")

    monkeypatch.setattr(shelf_module, "_load", busy)
    assert not shelf.look()
    assert shelf.stale(ledger) is None
    assert not shelf.look()
    assert "正被另一个程序写入" in str(shelf.stale(ledger))
    monkeypatch.setattr(shelf_module, "_load", load)
    assert shelf.look()
    assert shelf.stale(shelf[shelf.first_slug()]) is None
