"""The file of users, and the commands `xianjie user add` and `xianjie serve`."""

import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from click.testing import CliRunner

from reports.desk.server import users as users_module
from reports.desk.server.users import UsersError, add_user, read_users, verified
from xianjie.commands import cli

PASSWORD = "correct-horse-battery"


def run(*args: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(cli, args, input=given)
    return result.exit_code, result.output


def test_a_user_is_added_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    assert not add_user(path, "甲", "reviewer", PASSWORD)
    assert add_user(path, "甲", "auditor", PASSWORD + "2")
    users = read_users(path)
    assert users["甲"].role == "auditor"
    assert verified(users, "甲", PASSWORD) is None
    assert verified(users, "甲", PASSWORD + "2") == users["甲"]
    assert verified(users, "乙", PASSWORD) is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in path.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["users.json"]


def test_hashes_are_argon2id_of_real_strength(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(users_module, "_hasher", type(users_module._hasher)())
    add_user(tmp_path / "users.json", "甲", "reviewer", PASSWORD)
    found = read_users(tmp_path / "users.json")["甲"].hash
    assert found.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("password", ["", "short", "a" * 20, "甲甲甲甲-password-1", "x" * 201, "1234512345"[:9]])
def test_bad_passwords_are_refused_and_nothing_is_written(tmp_path: Path, password: str) -> None:
    path = tmp_path / "users.json"
    name = "甲甲甲甲"
    with pytest.raises(UsersError, match="密码"):
        add_user(path, name, "reviewer", password)
    assert not path.exists()


@pytest.mark.parametrize("name", ["", " 甲", "甲\n乙", "甲" * 41])
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsersError, match="用户名"):
        add_user(tmp_path / "users.json", name, "reviewer", PASSWORD)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"users": []}', '{"users": {"甲": {}}}', "\x00"])
def test_a_file_that_is_none_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(UsersError, match="内容不对"):
        add_user(path, "甲", "reviewer", PASSWORD)
    assert path.read_text() == content


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    add_user(path, "甲", "reviewer", PASSWORD)
    path.chmod(0o640)
    with pytest.raises(UsersError, match="chmod 600"):
        read_users(path)


def test_a_role_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text(json.dumps({"users": {"甲": {"role": "admin", "hash": "x"}}}))
    path.chmod(0o600)
    with pytest.raises(UsersError, match="不认识的角色 admin"):
        read_users(path)


def test_user_add_reads_the_password_from_standard_input(tmp_path: Path) -> None:
    path = str(tmp_path / "users.json")
    assert run("user", "add", "甲", "--users", path, given=f"{PASSWORD}\n") == (0, "已添加用户 甲（reviewer）\n")
    assert run("user", "add", "甲", "--users", path, "--role", "auditor", given=PASSWORD)[0] == 0
    assert verified(read_users(Path(path)), "甲", PASSWORD)


def test_commands_say_what_is_wrong_in_chinese(tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands raise; `main` prints them and ends with status 2."""
    import click

    users = tmp_path / "users.json"
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    for args, words in (
        (["user", "add", "甲", "--users", str(users)], "密码应为"),
        (["serve", str(book), "--users", str(users)], "不存在，请先用 xianjie user add"),
    ):
        with pytest.raises(click.ClickException, match=words):
            cli.main(args, standalone_mode=False)
    assert not users.exists()


def test_serve_refuses_a_book_that_cannot_be_trusted(tmp_path: Path, users: Path) -> None:
    from ledgers.files.problems import Untrusted

    (tmp_path / "main.beancount").write_text('plugin "os"\n')
    with pytest.raises(Untrusted, match="外来插件"):
        cli.main(["serve", str(tmp_path), "--users", str(users)], standalone_mode=False)


def test_serve_says_when_the_port_is_taken(book: Path, users: Path) -> None:
    import click

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(click.ClickException, match=f"无法在 127.0.0.1:{port} 上等待访问"):
            cli.main(["serve", str(book), "--users", str(users), "--port", port], standalone_mode=False)


def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "users.json"
    add_user(path, "甲", "reviewer", PASSWORD)
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(UsersError, match="无法写入"):
        add_user(path, "乙", "reviewer", PASSWORD)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["users.json"]


@pytest.mark.slow
def test_serve_with_desk_takes_acts_and_leaves_nothing_behind(tmp_path: Path, book: Path) -> None:
    """The command itself: started, asked for a form by who is logged in, ended as a service manager ends it."""
    users, home = tmp_path / "users.json", tmp_path / "tmp"
    home.mkdir()
    add_user(users, "甲", "clerk", PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "xianjie", "serve", str(book), "--users", str(users), "--port", str(port), "--desk"]
    environment = {**os.environ, "TMPDIR": str(home), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        while "按 Ctrl-C 结束" not in (line := server.stdout.readline()):
            assert line
        assert "可以办理" in line
        threading.Thread(target=server.stdout.read, daemon=True).start()
        url = f"http://127.0.0.1:{port}"
        visit = build_opener(HTTPCookieProcessor())
        landing = visit.open(f"{url}/login", urlencode({"name": "甲", "password": PASSWORD}).encode()).url
        page = visit.open(f"{landing.partition('?')[0]}?page=collect").read().decode()
        fields = {"token": re.findall('name="token" value="([^"]+)"', page)[0], "kind": "资金指标表"}
        act = landing.partition("/extension/")[0] + "/act/form"
        job = visit.open(Request(act, urlencode(fields).encode(), {"Origin": url})).url
        for _ in range(120):
            if "资金指标表.xlsx" in (page := visit.open(job).read().decode()):
                break
            time.sleep(0.5)
        assert "已生成《资金指标表》的表样" in page
        assert list(home.glob("xianjie-desk-*"))
        server.terminate()
        assert server.wait(90) == 0
    assert not list(home.glob("xianjie-desk-*"))
