"""The door for those who write: what is sent to `/<book>/act/<name>`, and the files that jobs made.

Behind it nothing is written here: acts are handed to the writing process. Without `xianjie serve --desk` there is no door.
"""

import hmac
import mimetypes
from pathlib import Path
from urllib.parse import quote, urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from reports.desk import roles
from reports.desk.server import users
from reports.desk.server.confined import RefusedError
from reports.desk.server.sessions import Session, Sessions
from reports.desk.server.shelf import Shelf
from reports.desk.server.writer import Job, Writer

UPLOAD = 64 * 2**20  # bytes of everything that is sent at once
MOST_FILES, MOST_FIELDS = 200, 400
LONG = 2000  # characters of a field
LOOKED_AT = {".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}
SANDBOX = "; ".join(
    [
        "sandbox allow-same-origin",
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "frame-ancestors 'none'",
    ]
)
HOMES = {  # act -> the page that it is started from
    "undo": "imports",
    "seal": "seal",
    "verify": "seal",
    "policy": "policy",
    "publish": "publication",
}
AGAIN, DROP = "again", "drop"


class Door:
    """Takes acts on for those who may do them."""

    def __init__(self, writer: Writer, users_file: Path, sessions: Sessions, shelf: Shelf) -> None:
        self.writer, self.users_file, self.sessions, self.shelf = writer, users_file, sessions, shelf

    def takes(self, path: str) -> bool:
        """Whether a path is one of the door's: /book/act/name."""
        parts = path.split("/")
        return len(parts) == 4 and parts[2] == "act"

    def act(self, request: Request, session: Session, cookie: str) -> Response:
        """Do what was sent, or hand it on; RefusedError with the reason why not."""
        _, slug, _, name = request.path.split("/")
        if slug not in self.shelf:
            raise RefusedError("404 Not Found", "没有这本账簿")
        args = self._sent(request, session)
        if name in roles.OWN:
            return self._own(name, session, args, slug, cookie)
        if name in (AGAIN, DROP):
            return self._more(name, session, args, slug)
        self._check(session, name)
        main = str(self.shelf[slug].book.main)
        id = self.writer.submit(name, slug, main, session.user, session.role, args, _files(request))
        return _to(slug, page="job", id=id)

    def file(self, session: Session, path: str) -> Response:
        """A file that a job of this person made: /book/made/id/name; to be saved, or, of a publication, to be looked at."""
        _, slug, _, id, *rest = path.split("/")
        job = self.writer.find(id, session.user)
        found = self.writer.out(job, "/".join(rest)) if job and job.slug == slug else None
        if job is None or found is None:
            raise RefusedError("404 Not Found", "没有这个文件，或已过期")
        self._check(session, job.act)
        shown = LOOKED_AT.get(found.suffix) if rest[0] == "site" else None
        kind = shown or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        headers = {"Content-Security-Policy": SANDBOX}
        if not shown:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
        return Response(found.read_bytes(), content_type=f"{kind}; charset=utf-8" if shown else kind, headers=headers)

    def _check(self, session: Session, act: str) -> None:
        if act not in roles.ACTS and act not in roles.OWN:
            raise RefusedError("404 Not Found", "没有这项功能")
        if not roles.may(session.role, act):
            title = (roles.ACTS.get(act) or roles.OWN[act]).title
            raise RefusedError("403 Forbidden", f"{roles.ROLES[session.role]}不能{title}")

    def _sent(self, request: Request, session: Session) -> dict[str, str]:
        """The fields of a form of ours. What is not one is refused before anything is done with it."""
        request.max_content_length, request.max_form_parts = UPLOAD, MOST_FIELDS + MOST_FILES
        try:
            fields, _ = request.form, request.files
        except HTTPException:
            raise RefusedError("413 Content Too Large", f"发来的内容超过 {UPLOAD // 2**20} MB 或太多，没有收下") from None
        if not hmac.compare_digest(fields.get("token", "").encode(), session.token.encode()):
            raise RefusedError("403 Forbidden", "这张表单不是从本页面发出的，或登录已换过：请回到页面重新填写")
        if long := [name for name, value in fields.items() if len(value) > LONG]:
            raise RefusedError("400 Bad Request", f"“{long[0][:40]}”太长（最多 {LONG} 字）")
        return {name[:200]: value.strip() for name, value in fields.items() if name != "token"}

    def _more(self, name: str, session: Session, args: dict[str, str], slug: str) -> Response:
        """Go on with one's own job: with answers, agreeing to what was shown, or dropping it."""
        job = self.writer.find(args.pop("id", ""), session.user)
        if job is None or job.slug != slug:
            raise RefusedError("404 Not Found", "没有这一项，或已过期")
        self._check(session, job.act)
        if name == DROP:
            self.writer.drop(job)
            return _to(slug, page=_home(job))
        if not job.running:  # sent twice: what is being done is not done again
            if job.result and job.result.get("done"):
                return _to(slug, page="job", id=job.id)
            self.writer.again(job, {"agreed": "", **args})
        return _to(slug, page="job", id=job.id)

    def _own(self, name: str, session: Session, args: dict[str, str], slug: str, cookie: str) -> Response:
        """What concerns the file of users."""
        self._check(session, name)
        if args.get("password", "") != args.get("again", ""):
            raise RefusedError("400 Bad Request", "两次输入的密码不一样")
        who = args.get("name", "")
        try:
            if name == roles.PASSWORD:
                users.change_password(self.users_file, session.user, args.get("old", ""), args.get("password", ""))
                who, said = session.user, "changed"
            elif args.get("remove"):
                users.remove_user(self.users_file, who, session.user)
                said = "removed"
            else:
                users.put_user(self.users_file, who, args.get("role", ""), args.get("password", ""), session.user)
                said = "put"
        except users.UsersError as error:
            raise RefusedError("400 Bad Request", f"{error}。没有改动") from None
        self.sessions.end_of(who, but=cookie)
        return _to(slug, page="users", said=said)


def _files(request: Request) -> list[object]:
    found = [one for one in request.files.getlist("files") if one.filename]
    if len(found) > MOST_FILES:
        raise RefusedError("413 Content Too Large", f"一次最多 {MOST_FILES} 个文件，收到 {len(found)} 个")
    return list(found)


def _home(job: Job) -> str:
    """The page from which a job was started."""
    return HOMES.get(job.act, "collect" if job.role == roles.CLERK else "overview")


def _to(slug: str, **values: str) -> Response:
    return Response("", status=303, headers={"Location": f"/{quote(slug)}/extension/Desk/?{urlencode(values)}"})
