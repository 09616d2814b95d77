"""`xianjie api`: the same JSON as the commands, for programs of this machine that know the token; nothing is written."""

import hashlib
import io
import json
import socket
import stat
import threading
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click import ClickException
from click.testing import CliRunner
from werkzeug.test import Client, TestResponse

from reports.desk.server.confined import RefusedError
from reports.desk.server.listening import make_server
from tests.reports.conftest import EXAMPLE
from tests.reports.test_plan import PAID
from xianjie import api as module
from xianjie import asking
from xianjie.api import Api, token_of
from xianjie.commands import cli

SCHEMAS = Path(__file__).parents[2] / "docs/schemas"
TOKEN = "t" * 40
LOCAL = "http://localhost:5001"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
DAY = "2022-12-31"


@pytest.fixture
def client() -> Client:
    return Client(Api({"example": EXAMPLE / "main.beancount"}, TOKEN))


def fits(answer: TestResponse, name: str) -> dict[str, Any]:
    """The JSON of an answer, which fits a published schema."""
    told: dict[str, Any] = json.loads(answer.get_data())
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))).validate(told)
    assert answer.headers["Cache-Control"] == "no-store"
    return told


def get(client: Client, path: str, **headers: str) -> TestResponse:
    return client.get(path, base_url=LOCAL, headers={**KNOWN, **headers})


def refused(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status, answer.get_data()
    return str(fits(answer, "api-error")["error"])


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is refused starts nothing."""
    monkeypatch.setattr(asking, "ask", lambda *_: pytest.fail("a process was started"))


def test_check_is_what_the_command_says(client: Client) -> None:
    answer = get(client, f"/v1/check?as_of={DAY}")
    assert (answer.status_code, answer.headers["X-Exit-Status"]) == (200, "1")
    told = fits(answer, "check")
    said = CliRunner().invoke(cli, ["check", str(EXAMPLE), "--as-of", DAY, "--format", "json"])
    assert told == json.loads(said.stdout)


@pytest.mark.parametrize(
    ("path", "schema"), [("plan", "plan"), ("projects", "query"), ("findings?status=fail&rule=overpaid", "query")]
)
def test_what_else_can_be_asked(client: Client, path: str, schema: str) -> None:
    joined = "&" if "?" in path else "?"
    told = fits(get(client, f"/v1/{path}{joined}as_of={DAY}"), schema)
    if schema == "query":
        assert all(len(row) == len(told["columns"]) for row in told["rows"])


def test_the_catalogue_of_rules(client: Client) -> None:
    said = CliRunner().invoke(cli, ["rules", "--format", "json"])
    answer = get(client, "/v1/rules")
    assert (answer.status_code, json.loads(answer.get_data())) == (200, json.loads(said.stdout))


@pytest.mark.parametrize("name", ["甲" * 200, "../" * 50 + "甲", "a\x00b"])
def test_a_sheet_may_have_any_name(client: Client, name: str) -> None:
    answer = client.post("/v1/check", base_url=LOCAL, headers=KNOWN, data={"sheet": (io.BytesIO(b"a,b\n"), f"{name}.csv")})
    assert answer.status_code == 422
    assert fits(answer, "foreseen")["refused"]


def test_sheets_are_judged_and_nothing_is_written(client: Client) -> None:
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in EXAMPLE.rglob("*") if path.is_file()}
    planned = PAID.format(amount="9999999.00").encode()
    answer = client.post(
        f"/v1/check?as_of={DAY}",
        base_url=LOCAL,
        headers=KNOWN,
        data={"sheet": (io.BytesIO(planned), "../../打算.beancount")},
    )
    told = fits(answer, "foreseen")
    assert (answer.status_code, told["exit_status"]) == (200, 1)
    assert "overpaid" in {one["rule"] for one in told["changes"] if one["breaks"]}
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in EXAMPLE.rglob("*") if path.is_file()} == before


def test_a_sheet_that_is_none_is_told(client: Client) -> None:
    answer = client.post(
        "/v1/check", base_url=LOCAL, headers=KNOWN, data={"sheet": (io.BytesIO(b"\0\1\2"), "付款.xlsx")}
    )
    assert answer.status_code == 422
    assert fits(answer, "foreseen")["refused"]


@pytest.mark.usefixtures("no_process")
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/check", {"Authorization": ""}, 401),
        ("/v1/check", {"Authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        ("/v1/check", {"Authorization": f"Basic {TOKEN}"}, 401),
        ("/v1/check", {"Authorization": "Bearer ü"}, 401),
        (f"/v1/check?token={TOKEN}", {"Authorization": ""}, 401),
        ("/v1/check", {"Host": "evil.example"}, 403),
        ("/v1/check", {"Host": "127.0.0.1.evil.example:5001"}, 403),
        ("/v1/check", {"Origin": "http://localhost:5001"}, 403),
        ("/v1/check", {"Sec-Fetch-Site": "none"}, 403),
        ("/v1/check?book=../other", {}, 404),
        ("/v1/check?book=/etc", {}, 404),
        ("/v1/nothing", {}, 404),
        ("/v2/check", {}, 404),
        ("/v1/../etc/passwd", {}, 404),
        ("/v1/check?as_of=2022-02-30", {}, 400),
        ("/v1/check?subject=%00", {}, 400),
        ("/v1/check?rule=a%00", {}, 400),
        ("/v1/plan?%1b=1", {}, 400),
        ("/v1/check?as_of=--output", {}, 400),
        ("/v1/plan?as_of=2022-1-1", {}, 400),
        ("/v1/findings?status=fail'%20OR%201=1", {}, 400),
        ("/v1/findings?rule=a;b", {}, 400),
    ],
)
def test_what_is_refused(client: Client, path: str, headers: dict[str, str], status: int) -> None:
    assert refused(client.get(path, base_url=LOCAL, headers={**KNOWN, **headers}), status)


@pytest.mark.usefixtures("no_process")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method(client: Client, method: str) -> None:
    assert client.open("/v1/check", base_url=LOCAL, headers=KNOWN, method=method).status_code == 405


@pytest.mark.usefixtures("no_process")
@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"not a form", "multipart/form-data; boundary=x", 400),
        ({"sheet": (io.BytesIO(b"#!/bin/sh"), "a.sh")}, None, 415),
        ({"sheet": (io.BytesIO(b""), "")}, None, 415),
        ({f"s{n}": (io.BytesIO(b"x"), "a.csv") for n in range(21)}, None, 400),
        ({f"s{n}": (io.BytesIO(b"x"), "a.csv") for n in range(40)}, None, 413),
        ({"sheet": (io.BytesIO(b"x" * (module.BODY + 1)), "a.csv")}, None, 413),
    ],
)
def test_forms_that_are_refused(client: Client, data: Any, kind: str | None, status: int) -> None:
    refused(client.post("/v1/check", base_url=LOCAL, headers=KNOWN, data=data, content_type=kind), status)


@pytest.mark.parametrize("subject", ["--output=/tmp/xianjie-was-here", "$(touch /tmp/xianjie-was-here)"])
def test_a_parameter_is_no_option(client: Client, subject: str) -> None:
    assert refused(
        client.get("/v1/check", query_string={"subject": subject, "as_of": DAY}, base_url=LOCAL, headers=KNOWN), 400
    )
    assert not Path("/tmp/xianjie-was-here").exists()


def test_what_takes_too_long_or_says_too_much_is_ended(tmp_path: Path) -> None:
    with pytest.raises(asking.TooMuch, match="时间"):
        asking.ask(["check", str(EXAMPLE)], seconds=0.01)
    with pytest.raises(asking.TooMuch, match="结果"):
        asking.ask(["rules", "--format=json"], most=100)


def test_too_many_at_once_are_told_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def place(self, _who: str) -> Any:
            raise RefusedError("429 Too Many Requests", "请等")

    monkeypatch.setattr(module, "_rooms", Full())
    assert refused(get(client, "/v1/plan"), 429) == "请等"


def test_the_token_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    made = token_of(path)
    assert len(made) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token_of(path) == made
    path.chmod(0o644)
    with pytest.raises(ClickException, match="600"):
        token_of(path)
    path.chmod(0o600)
    path.write_text("short\n")
    with pytest.raises(ClickException, match="32"):
        token_of(path)


@pytest.fixture
def listening() -> Iterator[int]:
    server = make_server(Api({"example": EXAMPLE / "main.beancount"}, TOKEN), module.HOST, 0, module.BODY)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /v1 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request(listening: int, request_line: bytes) -> None:
    with socket.create_connection((module.HOST, listening), 10) as wire:
        wire.sendall(request_line)
        answer = HTTPResponse(wire)
        answer.begin()
        assert answer.status in (400, 403, 413, 431)
        assert "\u4e00" <= json.loads(answer.read())["error"][:1] <= "\u9fff"
    with socket.create_connection((module.HOST, listening), 10) as wire:
        wire.sendall(f"GET /v1 HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
        assert b" 200 " in wire.recv(200)
