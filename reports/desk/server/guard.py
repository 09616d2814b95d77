"""The outermost layer of the server: Host, method, login, what may be asked, headers, access log.

Everything is refused that is not expressly allowed; what is refused never reaches Fava.
"""

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask
from jinja2 import Environment, PackageLoader
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request, Response

from reports.desk import kit, roles
from reports.desk.server import allowed, confined, sessions
from reports.desk.server.door import Door
from reports.desk.server.errors import in_chinese
from reports.desk.server.sessions import Session, Sessions, Throttle
from reports.desk.server.shelf import Shelf
from reports.desk.server.turns import NoTurnError, Turns
from reports.desk.server.users import User, read_users, verified
from reports.desk.server.visible import visible, visible_json, without
from reports.desk.server.writer import Writer

log = logging.getLogger("xianjie.access")
COOKIE = "xianjie"
QUERIES, QUERIES_EACH = 3, 2  # child processes at a time, of all and of one user
PAGES_EACH = 6  # pages at a time of one user: as many as a browser asks for
LOGINS, PATIENCE = 3, 20.0  # passwords looked at at a time, and seconds that another may wait for its turn
WAITING, OWNERS_WAITING = 40, 16  # how many may wait: each holds a thread (listening.THREADS)
AT_WORK = 12  # pages that are made at a time
CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_WORDS = {
    400: "请求不对",
    401: "请重新登录",
    403: "不允许",
    404: "没有这一页",
    405: "不允许的方法",
    413: "太大",
    421: "不认识的主机名",
    429: "请稍等",
    500: "这一页没有生成",
    503: "现在不能",
}
_templates = Environment(loader=PackageLoader("reports.desk.server"), autoescape=True)
StartResponse = Callable[..., Any]
_ACTS = {*roles.ACTS, *roles.OWN, "again", "drop"}  # names that the access log may hold


class Guard:
    """A WSGI application around Fava's; with a way to the writing process it has a door for acts, else none."""

    def __init__(
        self, app: Flask, shelf: Shelf, users: Path, hosts: Iterable[str], writer: Writer | None = None
    ) -> None:
        self.app = app
        self.shelf = shelf
        self.users_file = users
        self.hosts = frozenset(host.lower() for host in hosts)
        self.sessions = Sessions()
        self.throttle = Throttle()
        self.queries = confined.Room(QUERIES_EACH, QUERIES)
        self.pages = confined.Room(PAGES_EACH, 1000)
        self.at_work = threading.BoundedSemaphore(AT_WORK)
        self.door, self.owners = Turns(LOGINS, WAITING, PATIENCE), Turns(LOGINS, OWNERS_WAITING, PATIENCE)
        self.acts = Door(writer, users, self.sessions, shelf) if writer else None
        read_users(users)  # to say at once what is wrong with it

    def __call__(self, environ: confined.Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        request = Request(environ)
        asked = _Asked()
        try:
            response = self._answer(request, asked)
        except Exception as error:
            logging.getLogger("xianjie.serve").exception("处理请求时出错（%s）", type(error).__name__)
            response = _refusal(request, 500, "这一页没有能够生成，请把时间告诉管理员")
        _add_headers(request, response, asked)
        log.info(
            "%s %s %s %s %dB %dms",
            asked.tag,
            request.method if request.method in ("GET", "HEAD", "POST") else "其他",
            asked.what,
            response.status_code,
            response.calculate_content_length() or 0,
            (time.perf_counter() - began) * 1000,
        )
        return response(environ, start_response)

    def _answer(self, request: Request, asked: "_Asked") -> Response:
        if _host(request.environ.get("HTTP_HOST", "")) not in self.hosts:
            return _refusal(request, 421, "这个主机名不在允许之列，请用约定的网址访问")
        if request.path == "/healthz":
            asked.what = "healthz"
            return self._health(request)
        if request.path in ("/login", "/logout"):
            asked.what = request.path[1:]
            return self._door(request, asked)
        if self.acts and request.method == "POST" and self.acts.takes(request.path):
            return self._act(request, asked)
        if request.method not in ("GET", "HEAD"):
            return _refusal(request, 405, "只能查看，不能修改")
        if self.acts and request.path.split("/")[2:3] == ["made"]:
            return self._file(request, asked)
        return self._page(request, asked)

    def _act(self, request: Request, asked: "_Asked") -> Response:
        """Something that is sent to be done: from a page of ours, by who is logged in and may do it."""
        asked.what = f"act {request.path.rpartition('/')[2]}" if request.path.rpartition("/")[2] in _ACTS else "act"
        if request.headers.get("Origin", "") != f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}":
            return _refusal(request, 403, "请求来自别的网站，已拒绝")
        session = self._session(request, "act")
        if session is None:
            return _refusal(request, 401, "登录已过期，请重新登录；没有改动任何东西")
        asked.tag = session.tag
        assert self.acts
        try:
            with self.pages.place(session.user):
                return self.acts.act(request, session, request.cookies.get(COOKIE, ""))
        except confined.RefusedError as error:
            return _refusal(request, int(error.status[:3]), str(error))

    def _file(self, request: Request, asked: "_Asked") -> Response:
        asked.what = "made"
        session = self._session(request, "made")
        if session is None:
            return _not_logged_in(request)
        asked.tag = session.tag
        assert self.acts
        try:
            return self.acts.file(session, request.path)
        except (confined.RefusedError, ValueError) as error:
            code = int(error.status[:3]) if isinstance(error, confined.RefusedError) else 404
            return _refusal(request, code, str(error) if code != 404 else "没有这个文件，或已过期")

    def may_send(self, path: str, cookies: str) -> bool:
        """Whether so much may be sent as sheets take: only to the door, by who is logged in."""
        token = next((one.partition("=")[2] for one in cookies.split("; ") if one.partition("=")[0] == COOKIE), "")
        return bool(self.acts and self.acts.takes(path) and self.sessions.find(token, active=False))

    def _health(self, request: Request) -> Response:
        """For a monitor: how many books are served, and how many of them could not be brought up to date."""
        if request.method not in ("GET", "HEAD"):
            return _refusal(request, 405, "只能查看，不能修改")
        state = {"status": "stale" if self.shelf.problems else "ok", "books": len(self.shelf)}
        return _json({**state, "stale": len(self.shelf.problems)})

    def _door(self, request: Request, asked: "_Asked") -> Response:
        if request.method == "GET" and request.path == "/login":
            return _login_page("", _next(request))
        if request.method != "POST":
            return _refusal(request, 405, "不允许的方法")
        if not _same_origin(request):
            return _refusal(request, 403, "请求来自别的网站，已拒绝")
        if request.path == "/logout":
            self.sessions.end(request.cookies.get(COOKIE, ""))
            return _with_cookie(request, _redirect("/login"), "", 0)
        return self._login(request, asked)

    def _login(self, request: Request, asked: "_Asked") -> Response:
        """One guess: counted first, then looked at in its turn.

        A browser that was logged in before has a place of its own, however many strangers stand at the other.
        """
        name, users, now = request.form.get("name", "")[:100], read_users(self.users_file), time.time()
        secret = users[name].hash if name in users else ""
        device = sessions.device_of(request.cookies.get(sessions.device_cookie(name), ""), name, secret, now)
        origin = sessions.network(request.remote_addr or "")
        keys = sessions.keys_of(f"{name}\n{secret}", device, origin)
        if wait := self.throttle.begin(keys):
            asked.what = "login delayed"
            return _login_page(f"失败次数过多，请 {math.ceil(wait)} 秒以后再试", _next(request), 429)
        try:
            with (self.owners if device else self.door).place(origin):
                user = verified(users, name, request.form.get("password", "")[:1000])
        except NoTurnError:
            self.throttle.not_looked_at(keys)
            return _login_page("现在登录的人太多，请过几秒再试", _next(request), 503)
        return self._looked_at(request, asked, user, keys, secret)

    def _looked_at(self, request: Request, asked: "_Asked", user: User | None, keys: list[str], secret: str) -> Response:
        if user is None:
            asked.what = "login failed"
            return _login_page("用户名或密码不对", _next(request), 401)
        self.throttle.succeeded(keys)
        self.sessions.end(request.cookies.get(COOKIE, ""))
        response = _with_cookie(request, _redirect(_next(request)), self.sessions.begin(user.name, user.role), None)
        _remember_device(request, response, sessions.new_device(user.name, secret, time.time()), user.name)
        return response

    def _page(self, request: Request, asked: "_Asked") -> Response:
        try:
            found, values = self.app.url_map.bind_to_environ(request.environ).match()
            endpoint = str(found)
        except RequestRedirect as redirect:
            found, endpoint, values = None, "", {"to": redirect.new_url}
        except HTTPException:
            found, endpoint, values = None, "", {}
        session = self._session(request, endpoint)
        if session is None:
            return _not_logged_in(request)
        asked.tag, asked.what = session.tag, endpoint or "-"
        if "to" in values:
            return _redirect(urlsplit(values["to"]).path + _query(request))
        if instead := allowed.instead(endpoint, values, request.args):
            return _redirect(instead)
        if not allowed.may_ask(endpoint, values):
            return _refusal(
                request, 404 if found is None else 403, "没有这一页" if found is None else "这里只供查看，没有这项功能"
            )
        if fault := allowed.fault(endpoint, request.args):
            return _refusal(request, 400, fault)
        return self._ask(request, endpoint, str(values.get("bfile", "")), session)

    def _session(self, request: Request, endpoint: str) -> Session | None:
        session = self.sessions.find(request.cookies.get(COOKIE, ""), active=endpoint not in allowed.POLLING)
        if session is None:
            return None
        user: User | None = read_users(self.users_file).get(session.user)
        if user is None or user.role != session.role:  # removed, or something else now
            self.sessions.end(request.cookies.get(COOKIE, ""))
            return None
        return session

    def _ask(self, request: Request, endpoint: str, slug: str, session: Session) -> Response:
        """Fava's answer, or that of one of our pages; what could take long from a child process."""
        environ: confined.Environ = {
            **request.environ,
            kit.ROLE: session.role,
            kit.USER: session.user,
            "REQUEST_METHOD": "GET",
        }
        if self.acts:
            environ |= {kit.TOKEN: session.token, kit.WRITER: self.acts.writer, kit.USERS: self.users_file}
        alone = allowed.confined(endpoint)
        try:
            with (self.queries if alone else self.pages).place(session.user), nullcontext() if alone else self.at_work:
                status, headers, body = (confined.run_confined if alone else confined.run)(self.app, environ)
        except confined.RefusedError as error:
            return _refusal(request, int(error.status[:3]), str(error))
        response = Response(body, status=status, headers=headers)
        return response if endpoint == "static" else self._readable(response, endpoint, slug, session.role)

    def _readable(self, response: Response, endpoint: str, slug: str, role: str) -> Response:
        """The answer as text that shows itself, without households for who may not see them."""
        if response.mimetype not in ("text/html", "text/plain", "text/csv", "application/json"):
            return response
        text = response.get_data(as_text=True)
        if response.status_code >= 400 and response.mimetype == "application/json":
            text = in_chinese(text)
            if endpoint in allowed.QUERIES and response.status_code == 500:  # Fava's for every question that is wrong
                response.status_code = 400
        bom, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
        plain = endpoint in allowed.OWN or response.mimetype == "text/csv"
        text = visible(text) if plain else visible_json(text)
        if role not in roles.SEES_ROLLS and slug in self.shelf:
            text = without(text, self.shelf[slug].households)
        response.set_data(bom + text)
        return response


class _Asked:
    """What the access log says of a request: no address, no name, no parameters, which may hold a household's id."""

    def __init__(self) -> None:
        self.tag = "-"
        self.what = "-"


def _host(header: str) -> str:
    """The name in a Host header, without its port; "" when it is none."""
    name, _, port = header.lower().rpartition(":") if ":" in header.split("]")[-1] else (header.lower(), "", "")
    if port and not port.isdigit():
        return ""
    return name.removeprefix("[").removesuffix("]")


def _query(request: Request) -> str:
    text = request.query_string.decode("ascii", "replace")
    return f"?{text}" if text else ""


def _next(request: Request) -> str:
    """Where to go after the login: a path of this server, nothing else."""
    target = request.values.get("next", "/")
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if plain and not target.startswith(("/login", "/logout")) else "/"


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("Origin")
    return origin in (None, "", f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}")


def _wants_text(request: Request) -> bool:
    """Fava's page asks for parts of itself, and shows what it gets instead as text."""
    return "partial" in request.args


def _not_logged_in(request: Request) -> Response:
    if "/api/" in request.path or _wants_text(request):
        return _refusal(request, 401, "登录已过期，请重新登录")
    return _redirect(f"/login?next={quote(request.path + _query(request), safe='')}")


def _refusal(request: Request, status: int, message: str) -> Response:
    if "/api/" in request.path:
        return _json({"error": message}, status)
    if _wants_text(request):
        return Response(message, status=status, mimetype="text/plain")
    page = _templates.get_template("refusal.html").render(message=message, title=_WORDS.get(status, "无法显示"))
    return Response(page, status=status, mimetype="text/html")


def _login_page(message: str, target: str, status: int = 200) -> Response:
    page = _templates.get_template("login.html").render(message=message, next=target)
    return Response(page, status=status, mimetype="text/html")


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status=status, mimetype="application/json")


def _redirect(target: str) -> Response:
    return Response("", status=303, headers={"Location": quote(target, safe="/?&=%#:;,+@!$'()*~")})


def _with_cookie(request: Request, response: Response, token: str, age: int | None) -> Response:
    secure = request.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=age, secure=secure, httponly=True, samesite="Strict", path="/")
    return response


def _remember_device(request: Request, response: Response, token: str, name: str) -> None:
    """This browser is no stranger to the name any more: the login page gets the token, nothing else does."""
    response.set_cookie(
        sessions.device_cookie(name),
        token,
        max_age=sessions.DEVICE_DAYS * 24 * 60 * 60,
        secure=request.scheme == "https",
        httponly=True,
        samesite="Strict",
        path="/login",
    )


def _add_headers(request: Request, response: Response, asked: _Asked) -> None:
    own = response.headers.get("Content-Security-Policy", CSP)  # an attachment's is stricter
    response.headers.update({**HEADERS, "Content-Security-Policy": own})
    if asked.what != "static":
        response.headers["Cache-Control"] = "no-store"
    if request.scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if isinstance(response.status_code, int) and response.status_code == 405:
        response.headers["Allow"] = "GET, HEAD"
