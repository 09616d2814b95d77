"""The door for those who write: who may do what, from where, how much; and that without --desk there is none."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from reports.desk.pages import PAGES
from reports.desk.roles import ACTS, OWN, ROLES, may
from reports.desk.server import door, listening, writer
from reports.desk.server.app import make_app
from reports.desk.server.guard import Guard
from reports.desk.server.shelf import Shelf
from reports.desk.server.users import add_user, read_users, verified
from reports.desk.server.writer import JOB, OUT, RESULT, Writer
from tests.desk.conftest import logged_in

ORIGIN = {"Origin": "http://localhost"}
NOTHING = [sys.executable, "-c", "import sys; sys.stdin.read()"]  # a writing process that never gets done


class Desk:
    """A server that writes, with one user of every role."""

    def __init__(self, shelf: Shelf, users: Path, command: list[str]) -> None:
        self.users = users
        for role in ROLES:
            add_user(users, f"u-{role}", role, f"words-of-{role}-1")
        self.writer = Writer(command)
        self.guard: Guard = make_app(shelf, users, {"localhost"}, self.writer)
        self.slug = shelf.first_slug()
        self.cookies = {role: self.guard.sessions.begin(f"u-{role}", role) for role in ROLES}

    def client(self, role: str) -> Client:
        client = Client(self.guard)
        client.set_cookie("xianjie", self.cookies[role])
        return client

    def token(self, role: str) -> str:
        session = self.guard.sessions.find(self.cookies[role], active=False)
        assert session
        return session.token

    def send(self, role: str, act: str, headers: dict[str, str] = ORIGIN, /, **fields: Any) -> Any:
        data = {"token": self.token(role), **fields}
        return self.client(role).post(f"/{self.slug}/act/{act}", data=data, headers=headers)

    def jobs(self, role: str) -> list[writer.Job]:
        return self.writer.of(f"u-{role}", self.slug)

    def page(self, role: str, page: str, **values: str) -> Any:
        return self.client(role).get(f"/{self.slug}/extension/Desk/", query_string={"page": page, **values})


@pytest.fixture
def desk(shelf: Shelf, tmp_path: Path) -> Any:
    made = Desk(shelf, tmp_path / "users.json", NOTHING)
    yield made
    made.writer.close()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(desk: Desk, role: str, act: str) -> None:
    answer = desk.send(role, act)
    assert answer.status_code == (303 if may(role, act) else 403), answer.text
    assert [job.act for job in desk.jobs(role)] == ([act] if may(role, act) else [])


def test_the_table_says_what_was_decided() -> None:
    writes = {role: {act for act in ACTS if may(role, act) and ACTS[act].writes} for role in ROLES}
    assert writes == {
        "clerk": {"import", "undo", "remark", "request"},
        "reviewer": {"remark", "assign", "close", "request"},
        "auditor": set(),
        "chief": {"remark", "assign", "close", "grant", "seal", "policy", "publish"},
    }
    assert not may("nobody", "form")
    assert not may("chief", "anything")


@pytest.mark.parametrize("act", [*ACTS, *OWN, "again", "drop", "anything"])
def test_without_desk_nothing_writes(guard: Guard, users: Path, act: str) -> None:
    for name in ("审阅甲", "审计乙"):
        client = logged_in(guard, name)
        before = users.read_bytes()
        answer = client.post(f"/{guard.shelf.first_slug()}/act/{act}", data={"token": ""}, headers=ORIGIN)
        assert answer.status_code == 405
        assert users.read_bytes() == before


def test_without_desk_no_page_has_a_form_that_writes(auditor: Client, base: str) -> None:
    for page in PAGES.values():
        answer = auditor.get(f"{base}/extension/Desk/?page={page.name}")
        assert answer.status_code == 404 if page.act else "/act/" not in answer.text
    assert "收表" not in auditor.get(f"{base}/extension/Desk/").text


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Origin": "https://localhost"}])
def test_only_from_our_own_pages(desk: Desk, headers: dict[str, str]) -> None:
    assert desk.send("reviewer", "remark", headers).status_code == 403
    assert not desk.jobs("reviewer")


def test_only_with_the_token_of_the_session(desk: Desk) -> None:
    for token in ("", "x", desk.token("chief"), "审"):
        answer = desk.send("reviewer", "remark", token=token)
        assert answer.status_code == 403
        assert "重新填写" in answer.text
    assert not desk.jobs("reviewer")
    assert not desk.jobs("chief")


def test_only_who_is_logged_in(desk: Desk) -> None:
    answer = Client(desk.guard).post(f"/{desk.slug}/act/remark", data={"token": ""}, headers=ORIGIN)
    assert answer.status_code == 401
    assert desk.client("clerk").get(f"/{desk.slug}/act/import").status_code == 404
    assert desk.send("clerk", "anything").status_code == 404
    assert desk.client("clerk").post("/nothing/act/import", data={"token": desk.token("clerk")}, headers=ORIGIN).status_code == 404


def test_too_much_is_refused_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "UPLOAD", 20_000)
    large = (io.BytesIO(b"x" * 30_000), "表.xlsx")
    assert desk.send("clerk", "import", files=large).status_code == 413
    assert desk.send("reviewer", "remark", text="长" * 2001).status_code == 400
    monkeypatch.setattr(door, "MOST_FILES", 1)
    two = [(io.BytesIO(b"x"), "1.xlsx"), (io.BytesIO(b"x"), "2.xlsx")]
    assert desk.send("clerk", "import", files=two).status_code == 413
    assert not desk.jobs("clerk")
    assert not desk.jobs("reviewer")


def test_files_lie_under_plain_names_that_nobody_else_may_read(desk: Desk) -> None:
    names = ("../../etc/x.xlsx", "表/1.xlsx", "1.xlsx", ".htaccess", "")
    files = [(io.BytesIO(b"x"), name) for name in names]
    assert desk.send("clerk", "import", files=files).status_code == 303
    (job,) = desk.jobs("clerk")
    assert job.names == ["x.xlsx", "1.xlsx", "1（3）.xlsx", "htaccess"]
    assert writer._plain("C:\\表\\1.xlsx", 0, []) == "1.xlsx"
    assert writer._plain("..", 1, []) == "文件2"
    folder = next(desk.writer._folder.iterdir())
    assert desk.writer._folder.stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in (folder / "files").iterdir()) == sorted(job.names)


def test_a_job_is_its_owners_alone(desk: Desk) -> None:
    desk.send("clerk", "remark", text="看")
    (job,) = desk.jobs("clerk")
    assert desk.page("clerk", "job", id=job.id).status_code == 200
    assert desk.page("reviewer", "job", id=job.id).status_code == 404
    assert desk.send("reviewer", "drop", id=job.id).status_code == 404
    _finish(desk, job.id, {"files": [{"name": "表.xlsx", "label": "表"}]})
    path = f"/{desk.slug}/made/{job.id}/表.xlsx"
    assert desk.client("clerk").get(path).data == b"content"
    assert desk.client("reviewer").get(path).status_code == 404
    assert Client(desk.guard).get(path).status_code == 303
    for name in ("../job.json", "..%2fjob.json", "%2e%2e/job.json", "", "%00", "x" * 5000):
        assert desk.client("clerk").get(f"/{desk.slug}/made/{job.id}/{name}").status_code == 404
    assert desk.send("clerk", "drop", id=job.id).status_code == 303
    assert not desk.jobs("clerk")


def _finish(desk: Desk, id: str, said: dict[str, Any]) -> None:
    folder = desk.writer._folder / id
    (folder / OUT).mkdir()
    (folder / OUT / "表.xlsx").write_bytes(b"content")
    (folder / RESULT).write_text(json.dumps({"title": "", "parts": [], **said}), "utf-8")


def test_what_was_done_is_not_done_again(desk: Desk) -> None:
    desk.send("clerk", "import")
    (job,) = desk.jobs("clerk")
    desk.send("clerk", "again", id=job.id, agreed="x")
    assert "agreed" not in desk.jobs("clerk")[0].args  # while it is being done
    _finish(desk, job.id, {"agreed": "x"})
    desk.send("clerk", "again", id=job.id, agreed="x")
    assert desk.jobs("clerk")[0].args["agreed"] == "x"
    assert desk.jobs("clerk")[0].running
    (desk.writer._folder / job.id / RESULT).write_text(json.dumps({"done": "已写入"}), "utf-8")
    desk.send("clerk", "again", id=job.id, agreed="y")
    assert desk.jobs("clerk")[0].args["agreed"] == "x"
    assert not desk.jobs("clerk")[0].running


def test_what_waits_for_somebody_stands_on_the_first_page(desk: Desk) -> None:
    assert "等您确认或回答" not in desk.page("clerk", "overview").text
    desk.send("clerk", "import")
    (job,) = desk.jobs("clerk")
    _finish(desk, job.id, {"agreed": "x"})
    assert "1 件等您确认或回答" in desk.page("clerk", "overview").text
    assert "等您确认或回答" not in desk.page("chief", "overview").text


def test_a_job_that_takes_long_says_how_far_it_is(desk: Desk) -> None:
    desk.send("clerk", "import")
    (job,) = desk.jobs("clerk")
    waiting = desk.page("clerk", "job", id=job.id).text
    assert 'http-equiv="refresh"' in waiting
    assert "排队等候" in waiting
    (desk.writer._folder / job.id / "progress").write_text(json.dumps([0.25, "读取 名单.xlsx"]).ljust(400))
    reading = desk.page("clerk", "job", id=job.id).text
    assert "读取 名单.xlsx" in reading
    assert '<progress max="1" value="0.25"' in reading


def test_one_person_cannot_keep_the_others_out(desk: Desk) -> None:
    for _ in range(writer.WAITING_EACH):
        assert desk.send("clerk", "form").status_code == 303
    assert desk.send("clerk", "form").status_code == 429
    assert desk.send("chief", "form").status_code == 303


def test_a_writing_process_that_dies_is_told_and_started_anew(shelf: Shelf, tmp_path: Path) -> None:
    desk = Desk(shelf, tmp_path / "users.json", [sys.executable, "-c", "import sys; sys.stdin.readline()"])
    for _ in range(2):
        desk.send("clerk", "form")
        (job, *_) = desk.jobs("clerk")
        desk.writer._given[job.id].wait(10)
        assert "写入程序中断" in desk.page("clerk", "job", id=job.id).text
    assert desk.page("clerk", "overview").status_code == 200
    desk.writer.close()
    assert not desk.writer._folder.exists()


def test_pages_of_work_are_there_for_who_may(desk: Desk) -> None:
    for role in ROLES:
        for page in (one for one in PAGES.values() if one.act and one.name != "job"):
            answer = desk.page(role, page.name)
            assert answer.status_code == (200 if may(role, page.act) else 403), (role, page.name, answer.text)
            menu = desk.page(role, "overview").text
            assert (f"page={page.name}" in menu) == may(role, page.act)


def test_everybody_changes_the_own_password(desk: Desk) -> None:
    other = desk.guard.sessions.begin("u-auditor", "auditor")
    wrong = desk.send("auditor", "password", old="nonsense", password="another-word-22", again="another-word-22")
    assert wrong.status_code == 400
    assert "原来的密码不对" in wrong.text
    fields = {"old": "words-of-auditor-1", "password": "another-word-22"}
    assert desk.send("auditor", "password", **fields, again="another-word-23").status_code == 400
    assert desk.send("auditor", "password", **fields, again="another-word-22").status_code == 303
    assert verified(read_users(desk.users), "u-auditor", "another-word-22")
    assert desk.page("auditor", "users", said="changed").status_code == 200  # the own login stays
    assert desk.guard.sessions.find(other, active=True) is None  # every other is over


def test_a_chief_keeps_the_users(desk: Desk) -> None:
    new = {"name": "新人", "role": "clerk", "password": "new-person-123", "again": "new-person-123"}
    for role in ("clerk", "reviewer", "auditor"):
        assert desk.send(role, "users", **new).status_code == 403
    assert desk.send("chief", "users", **new).status_code == 303
    assert read_users(desk.users)["新人"].role == "clerk"
    assert "新人" in desk.page("chief", "users").text
    assert "新人" not in desk.page("clerk", "users").text
    assert desk.send("chief", "users", name="u-chief", remove="1").status_code == 400
    assert desk.send("chief", "users", **(new | {"name": "u-chief"})).status_code == 400
    assert desk.send("chief", "users", **(new | {"role": "admin"})).status_code == 400
    assert desk.send("chief", "users", name="u-clerk", remove="1").status_code == 303
    assert desk.page("clerk", "overview").status_code == 303  # out at once


def test_only_the_door_gets_much_and_only_from_who_is_logged_in(desk: Desk) -> None:
    path = f"/{desk.slug}/act/import"
    assert desk.guard.may_send(path, f"a=b; xianjie={desk.cookies['clerk']}")
    assert not desk.guard.may_send(path, "xianjie=forged")
    assert not desk.guard.may_send(path, "")
    assert not desk.guard.may_send("/login", f"xianjie={desk.cookies['clerk']}")
    server = listening.make_server(desk.guard, "127.0.0.1", 0)
    try:
        parser = listening._Parser(server.adj)
        head = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\nCookie: xianjie={}\r\n\r\n"
        parser.received(head.format("/x/act/import", desk.cookies["clerk"]).encode())
        assert parser.error is None
        stranger = listening._Parser(server.adj)
        stranger.received(head.format("/x/act/import", "forged").encode())
        assert stranger.error.code == 413
    finally:
        server.close()


def test_a_job_file_from_elsewhere_is_no_job(desk: Desk) -> None:
    (desk.writer._folder / "abc").mkdir()
    (desk.writer._folder / "abc" / JOB).write_text('{"by": "u-clerk"}')
    assert desk.writer.find("abc", "u-clerk") is None
    assert desk.writer.find("../abc", "u-clerk") is None
