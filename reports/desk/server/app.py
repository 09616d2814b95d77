"""Fava's application with the books on the shelf, its failures told in Chinese, and the guard around it."""

import logging
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from fava.application import create_app
from fava.helpers import FavaAPIError
from flask import Response, g, jsonify, render_template, request
from jinja2 import BaseLoader, Environment
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from reports.desk.server.guard import Guard
from reports.desk.server.shelf import Shelf
from reports.desk.server.writer import Writer

log = logging.getLogger("xianjie.serve")


def make_app(shelf: Shelf, users: Path, hosts: Iterable[str], writer: Writer | None = None) -> Guard:
    """The whole application, for reading alone without a writer; UsersError when the file of users cannot be used."""
    app = create_app([], load=False)
    app.config["LEDGERS"] = shelf
    app.jinja_env.loader = _Escaping(cast(BaseLoader, app.jinja_env.loader))
    app.view_functions["extension_report"] = _desk
    app.register_error_handler(FavaAPIError, _told)
    app.register_error_handler(Exception, _unexpected)
    return Guard(app, shelf, users, hosts, writer)


class _Escaping(BaseLoader):
    """Fava's templates, of which none may let a text of the book pass as HTML; and which say their language."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> Any:
        source, *others = self._loader.get_source(environment, template)
        source = re.sub(r"autoescape\s+false", "autoescape true", source)
        return (source.replace("<html>", '<html lang="zh-CN">'), *others)


def _desk(extension_name: str) -> Any:
    """One of our pages, in a document of its own instead of Fava's."""
    return g.ledger.extensions.get_extension(extension_name).shell()


def _told(error: FavaAPIError) -> tuple[Any, int]:
    """What Fava or one of our pages says is wrong."""
    return _page(error.message, getattr(error, "code", 500))


def _unexpected(error: Exception) -> tuple[Any, int]:
    """Anything else: a number for the log, no details for the reader."""
    if isinstance(error, HTTPException):
        code = error.code or 500
        return _page("没有这一页" if code == 404 else "请求不对", code)
    number = secrets.token_hex(4)
    log.error("错误 %s", number, exc_info=error)
    return _page(f"这一页没有能够生成（错误编号 {number}），请告诉管理员", 500)


def _page(message: str, code: int) -> tuple[Any, int]:
    if "/api/" in request.path:
        return jsonify({"error": message}), code
    if "partial" in request.args or getattr(g, "ledger", None) is None:
        return Response(message, mimetype="text/plain"), code
    if (request.endpoint or "").startswith("extension"):
        return g.ledger.desk.failure(message), code
    content = Markup('<h2>无法显示</h2><p class="desk-failure" role="alert">{}</p>').format(message)
    return render_template("_layout.html", page_title="无法显示", content=content), code
