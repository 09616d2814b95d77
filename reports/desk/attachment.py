"""Attachments: what a voucher names as its evidence, shown in the browser only where that is safe."""

import mimetypes
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from flask import Response

from ledgers.files import safely
from ledgers.tables.tables import Tables
from reports.desk import dealt, kit
from reports.desk.kit import PageError

LIMIT = 32 * 1024 * 1024
# What a browser shows without running anything of it; all else is only saved.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv"}
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def attachment(desk: Any, tables: Tables, args: Mapping[str, str]) -> Response:
    """The file, if a voucher names it; PageError otherwise, and for what holds people where they may not be seen."""
    name = args.get("file", "")
    table = tables.postings
    naming = table[table["evidence"] == name] if name else table[:0]
    if not len(naming) and not (kit.served() and _proves(tables, name)):
        raise PageError(404, "没有凭证用这个附件")
    if not kit.sees_rolls() and _personal(tables, naming):
        raise PageError(403, "这个附件所在的凭证有清册或农户，只有可看清册的人（经办、审计员、负责人）可以打开")
    try:
        content = safely.read_bytes(desk.root, name, LIMIT)
    except safely.Refused as refused:
        raise PageError(404, f"附件 {name}：{refused}") from None
    return _answer(name, content)


def _proves(tables: Tables, name: str) -> bool:
    """Whether a rectification names the file as what proves it; who is logged in may open it."""
    return bool(name) and any(one.evidence == name for found in dealt.events(tables).values() for one in found)


def _personal(tables: Tables, naming: Any) -> bool:
    legs = tables.postings[tables.postings["transaction"].isin(naming["transaction"])]
    return bool((legs["roll"] != "").any() or (legs["household"].astype(str).replace("nan", "") != "").any())


def _answer(name: str, content: bytes) -> Response:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shown = kind in SHOWN
    file = quote(PurePosixPath(name).name)
    headers = {"Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{file}"}
    if kind != "application/pdf":  # the browser's own viewer does not work in a sandbox
        headers["Content-Security-Policy"] = SANDBOX
    if kind == "text/csv":
        kind = "text/plain"
    if kind.startswith("text/"):
        content, kind = _utf8(content), f"{kind}; charset=utf-8"
    return Response(content, content_type=kind if shown else "application/octet-stream", headers=headers)


def _utf8(content: bytes) -> bytes:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).encode("utf-8")
        except UnicodeDecodeError:
            continue
    return content
