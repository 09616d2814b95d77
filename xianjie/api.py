"""`xianjie api`: what the commands say, as JSON, for programs on this machine. Nothing is written to a book."""

import hmac
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xianjie.chinese import Command

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict
    from werkzeug.wrappers import Request, Response

HOST = "127.0.0.1"
NAMES = frozenset({"127.0.0.1", "localhost"})
SHORTEST = 32  # characters of a token
BODY = 32 * 2**20  # bytes of sheets in one request
SHEETS = 20  # files in one request
EACH, ALL = 2, 2  # requests at work at once: each is a process that reads a book
SUFFIXES = (".xlsx", ".xls", ".csv", ".ods", ".xlsb", ".et", ".xlsm", ".beancount")
TABLES = ("findings", "payments", "projects", "funds", "villages", "assets")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WORD = re.compile(r"[a-z-]{1,40}")
_STATUSES = ("pass", "fail", "pending", "na", "undetermined", "waived")


class Refused(Exception):  # noqa: N818  the field's word for it
    """Why a request gets no answer: the HTTP status and a sentence in Chinese."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@click.command(cls=Command)
@click.argument("books", nargs=-1, required=True, type=click.Path(), metavar="账簿…")
@click.option(
    "--token",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="文件",
    help="令牌文件，权限 600；没有时新建一个",
)
@click.option("--port", default=5001, type=click.IntRange(0, 65535), metavar="端口", help="端口，默认 5001")
def api(books: tuple[str, ...], token: Path, port: int) -> None:
    """供本机的其他程序使用：GET 检查、待办、筛查、数据表，POST 预审；与命令行的 JSON 相同，不写入账簿。

    只在 127.0.0.1 上等待；请求须带“Authorization: Bearer 令牌”。路径和格式见 docs/api.md。
    """
    from reports.desk.server.listening import make_server

    known = _named(books)
    try:
        secret = token_of(token)
        server = make_server(Api(known, secret), HOST, port, BODY + 2**16)
    except OSError as error:
        raise click.ClickException(f"无法在 {HOST}:{port} 上等待访问（{error.strerror}）") from None
    for slug in known:
        click.echo(f"http://{HOST}:{server.effective_port}/v1/check?book={slug}")
    click.echo("按 Ctrl-C 结束。")
    server.run()


def _named(books: Iterable[str]) -> dict[str, Path]:
    """Books by the name of their folder. UsageError where two share one."""
    from ledgers.book import main_file

    found: dict[str, Path] = {}
    for book in books:
        main = main_file(book)
        if main.parent.name in found:
            raise click.UsageError(f"两本账簿的文件夹同名：{main.parent.name}")
        found[main.parent.name] = main
    return found


def token_of(path: Path) -> str:
    """The token in a file, which is made where there is none. ClickException where others may read it, or it is short."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w") as file:
            file.write(f"{secrets.token_urlsafe(SHORTEST)}\n")
        click.echo(f"已新建令牌文件 {path}")
    about = path.stat()
    if stat.S_IMODE(about.st_mode) & 0o077 or about.st_uid != os.geteuid():
        raise click.ClickException(f"令牌文件 {path} 应只有运行者本人可以读写：chmod 600 {path}")
    found = path.read_text("utf-8", "replace").strip()
    if len(found) < SHORTEST or not found.isascii() or not found.isprintable():
        raise click.ClickException(f"令牌文件 {path} 应为一行 {SHORTEST} 个以上的字母数字；删去它，会新建一个")
    return found


@dataclass(frozen=True)
class Api:
    """The WSGI application: every answer is JSON."""

    books: dict[str, Path]
    token: str

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.exceptions import HTTPException
        from werkzeug.wrappers import Request

        request = Request(environ)
        request.max_content_length = BODY
        request.max_form_parts = SHEETS + 5
        try:
            response = self._answer(request)
        except Refused as error:
            response = _json({"error": str(error)}, error.status)
        except HTTPException as error:  # a body that is none, or too large
            response = _json({"error": _said(error.code or 400)}, error.code or 400)
        return response(environ, start_response)

    def malformed(self, status: int) -> tuple[str, bytes]:
        """What is told of bytes that are no request, and where the program fails: type and body."""
        return "application/json", json.dumps({"schema": 1, "error": _said(status)}, ensure_ascii=False).encode()

    def _answer(self, request: "Request") -> "Response":
        self._admit(request)
        if any(_CONTROL.search(text) for key, value in request.args.items(multi=True) for text in (key, value)):
            raise Refused(400, "参数里有控制字符")
        if request.path == "/v1":
            return _json({"schema": 1, "books": list(self.books), "paths": [*_GET, "POST /v1/check"]}, 200)
        name = request.path.removeprefix("/v1/")
        if not request.path.startswith("/v1/") or name not in _COMMANDS:
            raise Refused(404, "没有这个路径，见 GET /v1")
        if request.method == "POST":
            return self._supposed(request) if name == "check" else _not_allowed()
        if request.method != "GET":
            return _not_allowed()
        return _told([*_COMMANDS[name](self._book(request.args), request.args)])

    def _admit(self, request: "Request") -> None:
        """Only programs of this machine that know the token: no page of a browser, whatever name it asked for."""
        if request.host.rpartition(":")[0] not in NAMES and request.host not in NAMES:
            raise Refused(403, "只接受对 127.0.0.1 或 localhost 的请求")
        if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
            raise Refused(403, "不接受浏览器页面的请求")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
            raise Refused(401, "令牌不对：请求须带 Authorization: Bearer 令牌")

    def _book(self, args: "MultiDict[str, str]") -> str:
        name = args.get("book", "")
        if not name and len(self.books) == 1:
            return str(next(iter(self.books.values())))
        if name not in self.books:
            raise Refused(404, f"没有这本账簿，应为 book={'、'.join(self.books)}")
        return str(self.books[name])

    def _supposed(self, request: "Request") -> "Response":
        """POST /v1/check: the sheets of a form, judged as if they were in the book."""
        if request.mimetype != "multipart/form-data":
            raise Refused(415, "应为 multipart/form-data，每张表一个文件")
        files = [one for several in request.files.listvalues() for one in several]
        if not files or len(files) > SHEETS:
            raise Refused(400, f"应有 1 至 {SHEETS} 张表")
        book = self._book(request.args)
        with tempfile.TemporaryDirectory(prefix="xianjie-api-") as folder:
            paths = [_saved(one, Path(folder), number) for number, one in enumerate(files)]
            days = [
                f"--{key}={day}"
                for key, name in (("as-of", "as_of"), ("date", "date"))
                if (day := _day(request.args, name))
            ]
            return _told(["check", "--format=json", *days, *(f"--with={path}" for path in paths), "--", book])


def _saved(file: "FileStorage", folder: Path, number: int) -> Path:
    """A sheet in a folder of its own, under its own name as far as that is one."""
    name = re.sub(r"[^\w.\-（）()〔〕]", "_", Path((file.filename or "").replace("\\", "/")).name)[-60:].lstrip(".-")
    if not name.lower().endswith(SUFFIXES):
        raise Refused(415, f"“{name}”不是表格：应为 {'、'.join(SUFFIXES)}")
    path = folder / str(number) / name
    path.parent.mkdir()
    file.save(path)
    return path


def _check(book: str, args: "MultiDict[str, str]") -> Iterable[str]:
    more = [f"--{key}={value}" for key in ("rule", "subject") for value in args.getlist(key)]
    return ["check", "--format=json", *_until(args), *more, "--", book]


def _plain(command: str) -> Callable[[str, "MultiDict[str, str]"], Iterable[str]]:
    return lambda book, args: [command, "--format=json", *_until(args), "--", book]


def _table(name: str) -> Callable[[str, "MultiDict[str, str]"], Iterable[str]]:
    def asked(book: str, args: "MultiDict[str, str]") -> Iterable[str]:
        asked_for = [
            f"{key} = '{_word(args, key)}'" for key in ("rule", "status") if name == "findings" and key in args
        ]
        where = f" WHERE {' AND '.join(asked_for)}" if asked_for else ""
        return ["query", "--format=json", *_until(args), "--", book, f"SELECT * FROM #{name}{where}"]

    return asked


def _rules(_book: str, _args: "MultiDict[str, str]") -> Iterable[str]:
    return ["rules", "--format=json"]


_COMMANDS: dict[str, Callable[[str, "MultiDict[str, str]"], Iterable[str]]] = {
    "check": _check,
    "plan": _plain("plan"),
    "screen": _plain("screen"),
    "rules": _rules,
    **{name: _table(name) for name in TABLES},
}
_GET = [f"GET /v1/{name}" for name in _COMMANDS]


def _until(args: "MultiDict[str, str]") -> list[str]:
    day = _day(args, "as_of")
    return [f"--as-of={day}"] if day else []


def _day(args: "MultiDict[str, str]", name: str) -> str:
    """A day of the request, "" where it names none."""
    day = args.get(name, "")
    try:
        return date.fromisoformat(day).isoformat() if day and _DAY.fullmatch(day) else _nothing(day)
    except ValueError:
        raise Refused(400, f"{name} 应为 2022-03-05 这样的日期") from None


def _nothing(text: str) -> str:
    if text:
        raise ValueError(text)
    return ""


def _word(args: "MultiDict[str, str]", key: str) -> str:
    word = args.get(key, "")
    if not _WORD.fullmatch(word) or (key == "status" and word not in _STATUSES):
        raise Refused(400, f"{key} 不对")
    return word


def _told(arguments: list[str]) -> "Response":
    """What a command answers: its JSON whatever it found, an error where it gave none."""
    from werkzeug.wrappers import Response

    from reports.desk.server.confined import RefusedError
    from xianjie.asking import TooMuch, ask

    try:
        with _room().place("api"):
            answer = ask(arguments)
    except RefusedError as error:
        raise Refused(int(error.status.split()[0]), str(error)) from None
    except TooMuch as error:
        raise Refused(503, str(error)) from None
    if not answer.output.startswith((b"{", b"[")):
        raise Refused(400 if answer.status else 500, answer.said.removeprefix("错误：") or "没有得出结论")
    response = Response(answer.output, 200 if answer.status in (0, 1) else 422, mimetype="application/json")
    response.headers["X-Exit-Status"] = str(answer.status)
    return _guarded(response)


def _room() -> Any:
    global _rooms
    if _rooms is None:
        from reports.desk.server.confined import Room

        _rooms = Room(EACH, ALL)
    return _rooms


_rooms: Any = None


def _not_allowed() -> "Response":
    raise Refused(405, "只能 GET；预审用 POST /v1/check")


def _said(status: int) -> str:
    known = {413: f"请求超过 {BODY // 2**20} MB，或表太多", 431: "请求头太长", 500: "程序出错，没有得出结论"}
    return known.get(status, "请求不能理解")


def _json(document: dict[str, Any], status: int) -> "Response":
    from werkzeug.wrappers import Response

    text = json.dumps({"schema": 1, **document}, ensure_ascii=False) + "\n"
    response = Response(text, status, mimetype="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return _guarded(response)


def _guarded(response: "Response") -> "Response":
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
