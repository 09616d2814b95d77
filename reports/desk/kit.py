"""What the templates use: words and links for values, and who is asking."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar
from urllib.parse import quote

from fava.helpers import FavaAPIError
from flask import g, has_request_context, request
from markupsafe import Markup

from ledgers import clock
from ledgers.files.problems import Untrusted
from ledgers.money import percent, yuan_cn
from plugins.findings import ERROR, FAIL, Finding, Place
from plugins.rule import CATALOGUE
from reports import figures
from reports.desk import dealt, links, listing, roles
from reports.desk.review import Review, severity_name, shown, status_name
from reports.words import detail, worded
from reports.words import without_root as account_name

__all__ = ["account_name", "links", "severity_name", "shown", "status_name", "worded", "yuan_cn"]

ROLE, USER = "xianjie.role", "xianjie.user"  # in the WSGI environment, set by the server
# There where the server writes, too: the session's token, the way to the writing process, the file of users.
TOKEN, WRITER, USERS = "xianjie.token", "xianjie.writer", "xianjie.users"
USES = figures.USES
PLACES = 4
to = links.to
T = TypeVar("T")


class PageError(FavaAPIError):
    """Why a page is not shown, in Chinese, with the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def readable(read: Callable[[], T]) -> T:
    """What a file beside the book says; a page that says why where it cannot be read."""
    try:
        return read()
    except Untrusted as error:
        raise PageError(422, str(error)) from None


class NotYetError(Exception):
    """What is still being worked out for a page, in Chinese: the page comes by itself when it is there."""


def in_yuan() -> bool:
    """Whether the reader wants 元 instead of 万元."""
    return request.args.get("money") == "yuan"


def wan(amount: int | None) -> Markup:
    """分 in 万元 (or 元, if asked for), with the exact 元 to be seen when pointed at."""
    if amount is None:
        return Markup("")
    if in_yuan():
        return Markup("{}").format(yuan_cn(amount))
    return Markup('<span title="{} 元">{}</span>').format(yuan_cn(amount), listing.wan(amount))


def unit() -> str:
    return "元" if in_yuan() else "万元"


def short(value: Fraction) -> str:
    return percent(value)


def share(part: int, whole: int) -> str:
    """How much of the whole a part is; "–" of nothing."""
    return percent(Fraction(part, whole)) if whole else "–"


def must(review: Review) -> int:
    """Failures of what the law demands."""
    return sum(counts[FAIL] for rule, counts in review.counts.items() if review.rules[rule].severity == ERROR)


def cell(column: listing.Column, value: object) -> Markup:
    """What a list shows of a value."""
    if column.kind == listing.MONEY:
        return wan(value)  # type: ignore[arg-type]
    if column.kind == listing.STATUS:
        return (
            Markup('<span class="status {}">{}</span>').format(value, status_name(str(value))) if value else Markup("")
        )
    if column.kind == listing.PLACE:
        return Markup('<span title="{}">{}</span>').format(value, "原文" if value else "")
    if column.kind == listing.CHART:
        return Markup(value or "")
    return Markup("{}").format(listing.in_words(column, value, in_yuan()))


def without(*keys: str, **values: str) -> str:
    """This page's address with other values, or without some; from the first row on."""
    left = {"start", *keys, *values}
    given = {key: value for key, value in request.args.items() if key not in left and key != "page"}
    return links.to(request.args.get("page", "overview"), **{**given, **values})


def save_link(listed: listing.Listing, kind: str) -> str:
    """Where the list can be saved as it is."""
    page = links.to(request.args.get("page", "overview"), **{**listed.given, "as": kind})
    return page.replace("/extension/Desk/?", "/extension/Desk/save?", 1)


def attachment_link(file: str) -> str:
    """Where an attachment of a voucher is opened."""
    return links.to("voucher", file=file).replace("/extension/Desk/?", "/extension/Desk/attachment?", 1)


def served() -> bool:
    """Whether our own server asks, with its login."""
    return ROLE in request.environ


def reader() -> str:
    """The name of who asks; "" in plain Fava, which knows no names."""
    return str(request.environ.get(USER, "")) if has_request_context() else ""


def sees_rolls() -> bool:
    """Whether who asks may see households; never without a request, or without our server's login."""
    return has_request_context() and request.environ.get(ROLE) in roles.SEES_ROLLS


def may(act: str) -> bool:
    """Whether who asks may do an act here; never where the server does not write (`xianjie serve` without --desk)."""
    return has_request_context() and WRITER in request.environ and roles.may(request.environ.get(ROLE, ""), act)


def works() -> bool:
    """Whether the server writes, too."""
    return has_request_context() and WRITER in request.environ


def token() -> str:
    """What every form sends along, so that no other site can send it in the reader's name."""
    return str(request.environ.get(TOKEN, ""))


def act_link(act: str) -> str:
    """Where a form of an act is sent."""
    return f"{links.to('overview').partition('/extension/')[0]}/act/{act}"


def mine(review: Review) -> list[tuple[str, str]]:
    """What waits for who asks: in words, and where it is done. Nothing where the server does not write."""
    found = []
    jobs = [job for job in writer().of(reader(), slug()) if _waits(job)] if works() else []
    if jobs:
        found.append((f"{len(jobs)} 件等您确认或回答", to("job", id=jobs[0].id) if len(jobs) == 1 else to("collect")))
    handled = list(dealt.events(review.tables).values()) if may("grant") or may("assign") else []
    asked = [one for one in map(dealt.open_request, handled) if one and one.by != reader()]
    if asked and may("grant"):
        found.append((f"{len(asked)} 件豁免申请等您批准", to("mending", kind="豁免申请")))
    late = sum(dealt.overdue(one, clock.today()) for one in handled)
    if late and may("assign"):
        found.append((f"{late} 项整改到今天已逾期", to("mending", kind="整改", sort="due")))
    return found


def _waits(job: Any) -> bool:
    """Whether a job was shown and is neither agreed to nor dropped."""
    told = job.result or {}
    return bool((told.get("agreed") or told.get("questions")) and not told.get("done") and may(job.act))


def work_link(id: str, name: str) -> str:
    """Where a file that a job made is."""
    return f"{links.to('overview').partition('/extension/')[0]}/made/{quote(id)}/{quote(name)}"


def job_title(job: Any) -> str:
    """What a job is about, in a line."""
    names = "、".join(job.names[:4]) + (f" 等 {len(job.names)} 个文件" if len(job.names) > 4 else "")
    about = [job.args[name] for name in ("year", "month", "unit", "day", "kind") if job.args.get(name) and not names]
    number = f"第 {job.args['number']} 次导入" if job.args.get("number") else ""
    return " ".join(part for part in (roles.ACTS[job.act].title, names or number or " ".join(about)) if part)


def slug() -> str:
    """Which of the served books is asked for."""
    return str(g.beancount_file_slug)


def users_file() -> Any:
    """The file of users; there only where `works()`."""
    return request.environ[USERS]


def writer() -> Any:
    """The way to the writing process, for its jobs' states; there only where `works()`."""
    return request.environ[WRITER]


def part_name(finding: Finding) -> str:
    """Part and period of a finding, as a reader knows them."""
    part = CATALOGUE[finding.part].title if finding.part in CATALOGUE else finding.part
    return detail(part, finding.period)


def subject_link(review: Review, finding: Finding) -> str:
    """The page of what was judged; "" where it has none."""
    kind, name, tables = finding.subject.kind, finding.subject.id, review.tables
    if kind in ("project", "fund", "village", "asset") or (kind == "household" and sees_rolls()):
        return to(kind, id=name)
    if kind == "equity":
        grant = figures.shares_by_grant(tables).get(name)
        return to("project", id=grant.row.project) if grant else ""
    if kind == "voucher":
        return links.voucher(name)
    return ""


def finding_link(finding: Finding) -> str:
    """The page of one finding, with what was done about it."""
    return dealt.link(finding)


def places(review: Review, finding: Finding) -> list[Place]:
    """Where to look: the finding's own line first, then the first lines of its evidence."""
    found = dict.fromkeys([Place(*finding.source), *review.places(finding)])
    return [place for place in found if place.line][:PLACES]
