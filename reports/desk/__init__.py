"""The review desk: a Fava extension that shows what the rules say of a book, each number with the lines behind it.

    2020-01-01 custom "fava-extension" "reports.desk"

It formats what the rules and `reports.figures` give and computes nothing of its own. Fava's time filter is the as-of day
(its end): the rules see the whole book up to that day, never a part that a filter left. Under `xianjie serve` the book
comes read and checked, and the role of the reader decides whether rolls are shown.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fava.ext import FavaExtensionBase, FavaExtensionError, extension_endpoint
from fava.helpers import FavaAPIError
from flask import Response, current_app, request
from markupsafe import Markup

from ledgers import clock
from ledgers.tables.span import said_of, span_of
from ledgers.tables.tables import Tables, relative_names, tables
from plugins.findings import ERROR, FAIL, Finding
from reports.check.checked import crashed
from reports.desk import kit, saving
from reports.desk.attachment import attachment
from reports.desk.kit import NotYetError, PageError
from reports.desk.listing import Listing
from reports.desk.pages import PAGES, Page
from reports.desk.review import Review, as_of, begin_of, severity_name

log = logging.getLogger("xianjie.desk")
KEPT = 4  # reviews of as-of days besides today and the years' ends
YEARS = 4  # the last years whose end is judged before someone asks
WAITING, WAITING_EACH = 4, 2  # days that wait to be judged, of all readers and of one
WAIT = 0.5  # seconds until a reader is told that it takes longer: who waits holds a place that others need
LISTS = ("todo", "verdict", "project", "village", "asset", "voucher")  # worked out before someone asks
LISTED = 3  # findings of one rule in Fava's list of errors; the others stand on our page

_endpoint: Any = extension_endpoint


class Desk(FavaExtensionBase):
    """The extension; all it knows of a book lies in `Review`."""

    report_title = "审阅"
    has_js_module = True

    def after_load_file(self) -> None:
        """Judge the book as far as it goes, and put what fails into Fava's list of errors. Never takes the ledger down."""
        self._reviews: dict[date, Future[Review]] = {}
        self._asked: dict[date, str] = {}  # by whom each was asked for
        self._span = span_of(self.ledger.all_entries)
        self._kept = {self.latest}  # days whose review is never dropped
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, "xianjie-review")
        try:
            found = list(self._errors(self.review(self.latest).result().without_people))
            self._warm()
        except Exception as error:
            log.exception("审阅页没有能够生成")
            found = [_error(self, "main.beancount", 0, f"审阅页没有能够生成（{type(error).__name__}）")]
        self.ledger.extensions.errors.extend(found)

    @property
    def latest(self) -> date:
        """The day by which pages judge where none is asked for: today, or where the book ends before."""
        return min(clock.today(), self._span.through)

    def said_of_end(self, day: date) -> str:
        """Where the book ends, for the top of a page."""
        return said_of(day, self._span)

    def review(self, day: date, who: str = "") -> "Future[Review]":
        """The book judged as of a day, in the background.

        What is kept for good are today and the years' ends; of other days the last few. A reader may let two of them
        be judged at a time, and all readers together four: FavaAPIError for more.
        """
        with self._lock:
            if day not in self._reviews:
                self._make_room(who)
                self._reviews[day] = self._worker.submit(self._judge, day)
                self._asked[day] = who
            return self._reviews[day]

    def later(self, tables: Tables, name: str, work: Callable[[], Any]) -> "Future[Any]":
        """What the work gives, worked out once for the tables, in the background."""
        with self._lock:
            key = f"desk.{name}"
            if key not in tables.derived:
                tables.derived[key] = self._worker.submit(work)
            found: Future[Any] = tables.derived[key]
            return found

    def _make_room(self, who: str) -> None:
        waiting = [one for one, found in self._reviews.items() if not found.done() and one not in self._kept]
        own = sum(self._asked[one] == who for one in waiting)
        if who and (own >= WAITING_EACH or len(waiting) >= WAITING):
            raise FavaAPIError("正在按其他日期判定，请等它们结束再换日期")
        others = [one for one, found in self._reviews.items() if found.done() and one not in self._kept]
        for old in others[: max(0, len(others) - KEPT + 1)]:
            del self._reviews[old], self._asked[old]

    def prepare(self) -> None:
        """Judge the last years' ends as well, before someone asks: the days that readers use most."""
        years = sorted({entry.date.year for entry in self.ledger.all_entries_by_type.Transaction})
        ends = [date(year, 12, 31) for year in reversed(years[-YEARS:]) if date(year, 12, 31) < clock.today()]
        self._kept.update(ends)
        for end in ends:
            self.review(end)
        self._worker.submit(self._warm_lists)

    def close(self) -> None:
        """Stop judging; what was judged stays readable."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _judge(self, day: date) -> Review:
        book = getattr(self.ledger, "book", None)
        if book is None:
            return Review(tables(list(self.ledger.all_entries), dict(self.ledger.options), day))
        return Review(book.tables if book.tables.as_of == day else tables(book.entries, book.options, day))

    def _warm(self) -> None:
        """Compute what every page needs, so that the first reader does not wait."""
        for name in ("overview", "income"):
            PAGES[name].view(self, self.review(self.latest).result().without_people, {})

    def _warm_lists(self) -> None:
        """Work out the long lists too, behind the readers' backs."""
        for review in list(self._reviews.values())[:1]:
            for name in LISTS:
                PAGES[name].view(self, review.result().without_people, {})

    @property
    def files(self) -> tuple[set[str], set[str]]:
        """Files of the book that anyone may read, and those with people in them; relative names."""
        book = getattr(self.ledger, "book", None)
        main, options = Path(self.ledger.beancount_file_path), book.options if book else dict(self.ledger.options)
        side = set(self.review(self.latest).result().tables.files) | {"registry/households.csv"}
        return set(relative_names(main, options).values()) - side, side

    @property
    def root(self) -> Path:
        return Path(self.ledger.beancount_file_path).parent

    def page(self) -> Markup:
        """The page that was asked for, as HTML, to stand in Fava's frame."""
        return self._answered("frame.html")

    def shell(self) -> str:
        """The same as a document of its own, for our server."""
        return str(self._answered("shell.html"))

    def failure(self, message: str) -> str:
        """A document that says why there is no page."""
        context = {"desk": kit, "desk_of": self, "message": message, "pages": PAGES, "title": "无法显示", "as_of": None}
        return str(self._template("failure.html").render(frame="shell.html", page=None, **context))

    @property
    def books(self) -> list[tuple[str, str]]:
        """Slug and title of every book that is served beside this one."""
        return [(slug, str(one.options["title"])) for slug, one in current_app.config["LEDGERS"].items()]

    @property
    def title(self) -> str:
        return str(self.ledger.options["title"])

    @property
    def ends(self) -> list[date]:
        """Days that are judged already, for the header: the last years' ends."""
        return sorted(day for day in self._kept if (day.month, day.day) == (12, 31))

    def _answered(self, frame: str) -> Markup:
        page = self._asked_page()
        try:
            return self._render(page, frame)
        except FavaAPIError:
            raise
        except Exception as error:
            log.exception("审阅页 %s 没有能够生成", page.name)
            raise FavaAPIError(f"“{page.title}”页没有能够生成（{type(error).__name__}），请把时间告诉管理员") from error

    def _asked_page(self) -> Page:
        name = request.args.get("page", "overview")
        if name not in PAGES:
            raise PageError(404, f"没有这一页：{name[:40]}")
        if PAGES[name].auditor and not kit.sees_rolls():
            raise PageError(403, f"{PAGES[name].title}只有可看清册的人（经办、审计员、负责人）可以查看")
        if PAGES[name].act and not kit.works():
            raise PageError(404, f"没有这一页：{name[:40]}")
        if PAGES[name].act and not kit.may(PAGES[name].act):
            raise PageError(403, f"您的角色不能办“{PAGES[name].title}”")
        return PAGES[name]

    def _render(self, page: Page, frame: str) -> Markup:
        day = self._day()
        common = {"desk": kit, "desk_of": self, "frame": frame, "pages": PAGES, "page": page, "title": page.title}
        try:
            review = self.review(day, kit.reader()).result(timeout=WAIT)
        except TimeoutError:
            return self._waiting(common, day, f"正在按截至 {day} 的账簿重新判定")
        review = review if kit.sees_rolls() else review.without_people
        trusted = not review.tables.problems
        try:
            view = page.view(self, review, request.args) if trusted else {}
        except NotYetError as error:
            return self._waiting(common, day, str(error))
        stale = getattr(current_app.config["LEDGERS"], "stale", lambda _: None)(self.ledger)
        template = self._template(f"{page.name if trusted else 'untrusted'}.html")
        return Markup(template.render(**common, review=review, as_of=day, stale=stale, **view))

    def _waiting(self, common: dict[str, Any], day: date, what: str) -> Markup:
        return Markup(self._template("waiting.html").render(**common, as_of=day, what=what))

    def _template(self, name: str) -> Any:
        return self.jinja_env.get_template(name)

    def _day(self) -> date:
        """The day that is asked for; PageError for one that the book says nothing of."""
        time, today = request.args.get("time", ""), clock.today()
        try:
            day = as_of(time, today) if time else self.latest
        except (ValueError, OverflowError):
            raise PageError(400, f"时间“{time[:40]}”无法识别：应如 2022、2022-08 或 2022-Q3") from None
        if time and begin_of(time) > today:
            raise PageError(400, f"{begin_of(time)} 在今天（{today}）之后，不能判定")
        if day < self._span.first:
            raise PageError(400, f"账簿从 {self._span.first} 记起，没有 {day} 的内容")
        return day

    @_endpoint("save")  # type: ignore[untyped-decorator]
    def save(self) -> Response:
        """The list of a page as a file: every row that fits what was asked for, as xlsx or CSV."""
        page, day = self._asked_page(), self._day()
        review = self._reviews.get(day)
        if review is None or not review.done():
            raise PageError(503, "这一天还没有判定，请先打开页面")
        shown = review.result() if kit.sees_rolls() else review.result().without_people
        listing = page.view(self, shown, request.args).get("listing")
        if not isinstance(listing, Listing):
            raise PageError(404, "这一页没有可以另存的表")
        return _file(page, listing, shown)

    @_endpoint("attachment")  # type: ignore[untyped-decorator]
    def attachment(self) -> Response:
        """A voucher's attachment, opened safely."""
        return attachment(self, self.review(self._day()).result().tables, request.args)

    @_endpoint("desk.css")  # type: ignore[untyped-decorator]
    def css(self) -> Response:
        """Our style; under our own server also what hides Fava's links to what may not be asked."""
        folder = Path(__file__).parent
        names = ["desk.css", *(["served.css"] if kit.served() else [])]
        return Response("\n".join((folder / name).read_text("utf-8") for name in names), mimetype="text/css")

    def _errors(self, review: Review) -> Iterator[Any]:
        """Fava's list of errors: rule, subject and what is missing; a few of each rule, so as not to flood every page."""
        if _judged_by_plugin(self.ledger):
            return
        for problem in (*review.tables.problems, *review.audit.untrusted):
            yield _error(self, problem.file, problem.line, problem.message)
        for crash in review.audit.crashes:
            yield _error(self, "main.beancount", 0, crashed(crash.rule, crash.error))
        for rule, findings in review.by_rule.items():
            failed = [one for one in findings if one.status == FAIL and one.severity == ERROR]
            for finding in failed[:LISTED]:
                yield _error(self, *finding.source, _message(review, finding))
            if len(failed) > LISTED:
                more = f"{review.rules[rule].title}：另有 {len(failed) - LISTED} 项不符合，见“审阅”中的规则页"
                yield _error(self, *failed[LISTED].source, more)


def _file(page: Page, listing: Listing, review: Review) -> Response:
    """A list as a download; PageError when it is longer than a spreadsheet is any use for."""
    titles, rows = listing.table()
    columns = [one for one in listing.columns if one.kind != "chart"]
    if len(rows) > saving.MOST:
        raise PageError(413, f"有 {len(rows)} 行，超过 {saving.MOST} 行：请先筛选")
    title = f"{page.title}{review.as_of}"
    if request.args.get("as") == "xlsx":
        note = f"{review.tables.title}，截至 {review.as_of}，{len(rows)} 行"
        content, kind, suffix = saving.workbook(page.title, note, review.as_of, columns, rows), saving.XLSX, "xlsx"
    else:
        cells = [[saving.csv_cell(one, value) for one, value in zip(columns, row, strict=True)] for row in rows]
        content, kind, suffix = saving.csv_bytes([titles, *cells]), "text/csv", "csv"
    name = quote(f"{title}.{suffix}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, mimetype=kind, headers=headers)


def _judged_by_plugin(ledger: Any) -> bool:
    """In plain Fava a book's own `plugin "plugins…"` line has already put the findings into the list."""
    return not hasattr(ledger, "book") and any(name.startswith("plugins.") for name, _ in ledger.options["plugin"])


def _error(desk: Desk, file: str, line: int, message: str) -> FavaExtensionError:
    name = file if hasattr(desk.ledger, "book") else str(desk.root / file)
    return FavaExtensionError({"filename": name, "lineno": line}, message, None)


def _message(review: Review, finding: Finding) -> str:
    subject = f"{finding.subject.id} {finding.subject.name}".strip()
    detail = kit.part_name(finding)
    return (
        f"［{severity_name(finding.severity)}］{review.rules[finding.rule].title}：{subject}"
        f"{f'（{detail}）' if detail else ''}：{finding.message}"
    )
