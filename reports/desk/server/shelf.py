"""The books that are served: Fava's ledgers, read only after they were looked at, reloaded behind the readers' backs.

A book is input, not code. Fava itself would load what a ledger names (extensions, import configuration, plugins); here
a book is read by `ledgers.book`, its Fava directives are left out, and the only extension is ours.
"""

import csv
import gc
import io
import logging
import threading
import time
from collections.abc import ItemsView, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import fava.core
from beancount.core.data import Custom, Document, Event, Note, Open, Query, Transaction
from beancount.parser.grammar import ValueType
from beanquery import Cursor
from beanquery.render.beancount import render as as_text
from fava.beans.funcs import hash_entry
from fava.core import FavaLedger, FilteredLedger, JournalPage
from fava.core.extensions import ExtensionModule
from fava.core.query_shell import FavaBQLShell, QueryShell
from fava.helpers import FavaAPIError
from fava.util import next_key, slugify

from ledgers import clock
from ledgers.book import Book, main_file, read
from ledgers.files.confined import call, in_thread
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.writing import Busy, NotWritten, settle
from reports.desk import Desk, saving
from reports.desk.kit import sees_rolls
from reports.desk.server.visible import without

log = logging.getLogger("xianjie.serve")
logging.getLogger("fava.json_api").setLevel(logging.CRITICAL)  # it logs every refused filter with its words
LANDING = "extension/Desk/"
OPTIONS = {
    "language": "zh_CN",
    "default-page": LANDING,
    "locale": "zh_CN",
    "invert-income-liabilities-equity": "true",
    "show-accounts-with-zero-balance": "false",
    "show-accounts-with-zero-transactions": "false",
    "show-metadata-indicators": "false",
    "sidebar-show-queries": "0",
}
ROWS = 5000
ENTRIES = 700  # transactions that one journal shows: 2 MB in the browser; more would freeze it
SECONDS = 2.0  # between two looks at the files
_loading = threading.Lock()


class _Extensions(ExtensionModule):
    """Our extension and no other, whatever the book names."""

    def load_file(self) -> None:
        self.errors = []
        if not self._instances:
            desk = Desk(self.ledger)
            self._instances[desk.name] = desk


class _Shell(FavaBQLShell):
    """Statements of the query language alone: no command of the shell can be reached."""

    def run(self, entries: Any, query: str) -> Any:
        """The answer over entries without paths of this machine and, for who may not see rolls, without households."""
        ledger = cast(BookLedger, self.ledger)
        hidden = frozenset[str]() if sees_rolls() else ledger.households
        try:
            return super().run([ledger.shown(entry, hidden) for entry in entries], query)
        except FavaAPIError:
            raise
        except (RecursionError, MemoryError):
            raise FavaAPIError("查询太复杂，没有执行：请减少括号、运算或条件") from None
        except Exception as error:
            raise FavaAPIError(f"查询不能执行（{type(error).__name__}）：请检查写法和数值") from error

    def onecmd(self, line: str) -> Any:
        """Run one of SELECT, BALANCES, JOURNAL and PRINT."""
        if type(self.parse(line)).__name__ not in ("Select", "Balances", "Journal", "Print"):
            raise FavaAPIError("只能用 SELECT、BALANCES、JOURNAL、PRINT 查询")
        return self.execute(line)

    def on_Select(self, statement: Any) -> Cursor:  # noqa: N802
        cursor = super().on_Select(statement)
        if cursor.rowcount > ROWS:
            raise FavaAPIError(f"结果超过 {ROWS} 行：请缩小条件，或加 LIMIT {ROWS}")
        return cursor

    def on_Print(self, statement: Any) -> None:  # noqa: N802
        """As text: Fava's own shell would print nothing."""
        cursor = self.on_Select(statement)
        as_text(cursor.description, cursor.fetchall(), self.outfile, dcontext=self.context.options["dcontext"])


class _Queries(QueryShell):
    def __init__(self, ledger: FavaLedger) -> None:
        super().__init__(ledger)
        self.shell = _Shell(ledger)

    def query_to_file(self, entries: Any, query_string: str, result_format: str) -> tuple[str, io.BytesIO]:
        """As CSV for a spreadsheet: with the mark of its encoding, and no text that would be taken for a formula."""
        name, data = super().query_to_file(entries, query_string, result_format)
        rows = csv.reader(io.StringIO(data.getvalue().decode("utf-8"), newline=""))
        return name, io.BytesIO(saving.csv_bytes(list(rows)))


class _Filtered(FilteredLedger):
    """What a filter leaves of a ledger; a journal of it is refused rather than left to freeze the browser."""

    def paginate_journal(self, page: int, per_page: int = 200, order: Any = "desc") -> JournalPage | None:
        """Without openings of accounts and opening balances, of which a county has a thousand in every month."""
        entries = self._journal if order == "asc" else self._journal[::-1]
        if len(entries) > ENTRIES:
            raise FavaAPIError(
                f"日记账共 {len(entries)} 条，超过 {ENTRIES} 条：请用右上角的时间（如 2022-08）、科目或条件筛选，或从项目页进入"
            )
        pages = max(1, -(-len(entries) // per_page))
        return JournalPage(entries[(page - 1) * per_page : page * per_page], pages) if 0 < page <= pages else None

    @cached_property
    def _journal(self) -> list[tuple[int, Any]]:
        return [(number, one) for number, one in enumerate(self.entries_without_prices) if not _opening(one)]


def _opening(entry: Any) -> bool:
    return isinstance(entry, Open) or getattr(entry, "flag", "") == "S"


class BookLedger(FavaLedger):
    """A book as Fava sees it: without its side files, without its Fava directives, with our page."""

    book: Book
    loaded: float

    def load_file(self) -> None:
        """Read the book, then let Fava make its views of it. Untrusted when it cannot be judged."""
        self.extensions = _Extensions(self)
        self.query_shell = _Queries(self)
        self.book = read(self.beancount_file_path)
        with _instead_of_loading(*_for_fava(self.book)):
            super().load_file()
        for account in self.accounts.values():  # they stand in every page: not with paths of this machine
            account.meta = {**account.meta, "filename": self.name_of(str(account.meta.get("filename", "")))}
        self.loaded = time.time()
        self._by_hash: dict[str, Any] = {}

    @property
    def desk(self) -> Desk:
        found = self.extensions.get_extension("Desk")
        assert isinstance(found, Desk)
        return found

    def changed(self) -> bool:
        """Never reloads while someone waits: the shelf does that."""
        return False

    @property
    def mtime(self) -> int:
        return int(self.loaded * 1e9)

    def paths_to_watch(self) -> tuple[Sequence[Path], Sequence[Path]]:
        """Every file that was read, rolls and registers too, and the folders in which one may appear."""
        root = self.book.main.parent
        folders = {root, *(path for path in root.rglob("*") if path.is_dir() and not path.name.startswith("."))}
        return [root / name for name in self.book.files], sorted(folders)

    def account_journal(self, filtered: FilteredLedger, *args: Any, **more: Any) -> Any:
        found = super().account_journal(filtered, *args, **more)
        if len(found) > ENTRIES:
            raise FavaAPIError(
                f"这个科目有 {len(found)} 条，超过 {ENTRIES} 条：请用右上角的时间（如 2022-08）或条件筛选"
            )
        return found

    def context(self, entry_hash: str) -> Any:
        """As Fava's; the angle brackets tell its page that this line is not for editing."""
        found, before, after = super().context(entry_hash)
        entry: Any = found
        return (
            entry._replace(meta={**entry.meta, "filename": f"<{self.name_of(entry.meta['filename'])}>"}),
            before,
            after,
        )

    @cached_property
    def households(self) -> frozenset[str]:
        """The ids of all households, whatever the day."""
        return self.book.tables.known["household"]

    def shown(self, entry: Any, hidden: frozenset[str]) -> Any:
        """An entry as a query may see it: file names within the book, and hidden ids replaced in every text of it."""
        replaced: dict[str, Any] = {"meta": self._shown_meta(entry.meta, hidden)}
        if isinstance(entry, Transaction):
            replaced["postings"] = [
                one._replace(meta=self._shown_meta(one.meta, hidden)) if one.meta else one for one in entry.postings
            ]
            for name in ("payee", "narration"):
                replaced[name] = _hidden(getattr(entry, name), hidden)
        elif isinstance(entry, Custom):
            replaced["values"] = [one._replace(value=_hidden(one.value, hidden)) for one in entry.values]
        elif isinstance(entry, Document):
            replaced["filename"] = self.name_of(entry.filename)
        elif isinstance(entry, Note):
            replaced["comment"] = _hidden(entry.comment, hidden)
        elif isinstance(entry, Event):
            replaced["description"] = _hidden(entry.description, hidden)
        elif isinstance(entry, Query):
            replaced["query_string"] = _hidden(entry.query_string, hidden)
        return entry._replace(**replaced)

    def _shown_meta(self, meta: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
        shown = {key: _hidden(value, hidden) for key, value in meta.items()} if hidden else dict(meta)
        if "filename" in meta:
            shown["filename"] = self.name_of(str(meta["filename"]))
        return shown

    def name_of(self, file: str) -> str:
        """A file's name within the book."""
        root = self.book.main.parent
        return Path(file).relative_to(root).as_posix() if Path(file).is_relative_to(root) else Path(file).name

    def _get_filtered(self, account: str | None = None, filter: str | None = None, time: str | None = None) -> Any:
        return _Filtered(ledger=self, account=account, filter=filter, time=time)

    def _get_entry(self, entry_hash: str) -> Any:
        if not self._by_hash:
            self._by_hash = {hash_entry(entry): entry for entry in self.all_entries}
        if entry_hash not in self._by_hash:
            raise fava.core.EntryNotFoundForHashError(entry_hash)
        return self._by_hash[entry_hash]


def _for_fava(book: Book) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Entries and options as Fava may have them: our options, file names within the book, no Fava directives of its own."""
    first = book.entries[0].date if book.entries else clock.today()
    ours = [
        Custom(
            {"filename": "<xianjie>", "lineno": 0}, first, "fava-option", [ValueType(key, str), ValueType(value, str)]
        )
        for key, value in OPTIONS.items()
    ]
    entries = [one for one in book.entries if not (isinstance(one, Custom) and one.type.startswith("fava-"))]
    root = f"{book.main.parent}/"
    include = [name.removeprefix(root) for name in book.options["include"]]
    options = {**book.options, "filename": book.main.name, "include": include, "documents": []}
    return [*ours, *entries], [], options


def _hidden(value: Any, ids: frozenset[str]) -> Any:
    return without(value, ids) if ids and isinstance(value, str) else value


@contextmanager
def _instead_of_loading(*result: Any) -> Iterator[None]:
    """Fava loads a ledger by a function of its module: for a moment that function hands over what was read."""
    with _loading:
        module: Any = fava.core
        original = module.load_uncached
        module.load_uncached = lambda *_args, **_more: result
        try:
            yield
        finally:
            module.load_uncached = original


class Shelf:
    """The ledgers by their slugs, as Fava's application asks for them."""

    def __init__(self, books: Iterable[str | Path]) -> None:
        """Load every book; Untrusted, with the book's name in the file, when one cannot be served."""
        self.paths = [main_file(path) for path in books]
        self._ledgers = [_load(path) for path in self.paths]
        self._seen = [_signature(ledger) for ledger in self._ledgers]
        self.problems: dict[int, Untrusted] = {}
        self._put_offs: set[int] = set()  # books that somebody was writing at the last look
        self._by_slug = _by_slug(self._ledgers)
        self._stop = threading.Event()
        _settle(self._ledgers)

    def first_slug(self) -> str:
        return next(iter(self._by_slug))

    def items(self) -> ItemsView[str, BookLedger]:
        return self._by_slug.items()

    def __getitem__(self, slug: str) -> BookLedger:
        return self._by_slug[slug]

    def __contains__(self, slug: str) -> bool:
        return slug in self._by_slug

    def __len__(self) -> int:
        return len(self._ledgers)

    def stale(self, ledger: BookLedger) -> Untrusted | None:
        """Why what is shown is not what lies in the folder any more; None when it is."""
        return next((why for index, why in self.problems.items() if self._ledgers[index] is ledger), None)

    def look(self) -> bool:
        """Reload the books that have changed, or whose as-of day (today) is over; whether one was."""
        return any(list(map(self._look, range(len(self._ledgers)))))

    def watch(self) -> threading.Thread:
        """Look again and again, in a thread of its own."""
        thread = threading.Thread(target=self._watch, name="xianjie-shelf", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        self._stop.set()
        for ledger in self._ledgers:
            ledger.desk.close()

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS):
            try:
                self.look()
            except Exception as error:
                log.exception("账簿没有能够重新载入（%s），继续显示原来的内容", type(error).__name__)

    def _look(self, index: int) -> bool:
        ledger = self._ledgers[index]
        signature = _signature(ledger)
        if signature == self._seen[index] and ledger.book.tables.as_of == min(
            clock.today(), ledger.book.tables.span.through
        ):
            return False
        self._seen[index] = signature
        try:
            fresh = _load(self.paths[index])
        except Untrusted as error:
            self.problems[index] = error
            log.warning("第 %d 本账簿有改动，但不可信（%d 处），继续显示原来的内容", index + 1, len(error.problems))
            return False
        except (Busy, NotWritten) as error:
            self._put_off(index, error)
            return False
        except Exception as error:
            self.problems[index] = Untrusted(
                [Problem("main.beancount", 0, f"重新载入时出错（{type(error).__name__}）")]
            )
            log.exception("第 %d 本账簿没有能够重新载入，继续显示原来的内容", index + 1)
            return False
        self.problems.pop(index, None)
        self._put_offs.discard(index)
        self._ledgers[index] = fresh
        self._by_slug = _by_slug(self._ledgers)
        ledger.desk.close()
        _settle([fresh])
        log.info("第 %d 本账簿已重新载入", index + 1)
        return True

    def _put_off(self, index: int, error: Exception) -> None:
        """Somebody is writing the book: look again in a moment, and tell only when that is no better."""
        self._seen[index] = {}
        if index in self._put_offs:
            self.problems[index] = Untrusted([Problem("main.beancount", 0, str(error))])
        self._put_offs.add(index)
        log.info("第 %d 本账簿正在写入，稍后重新载入", index + 1)


def _load(path: Path) -> BookLedger:
    """The book as Fava has it; Untrusted when it cannot be served, and when a child process died of reading it."""
    settle(path.parent)
    call(lambda: _tried(path))
    return in_thread(lambda: BookLedger(str(path), poll_watcher=True))


def _tried(path: Path) -> bytes:
    """Read the book for nothing: what kills the parser kills a child, and not the server of all books."""
    read(path)
    return b""


def _settle(ledgers: Iterable[BookLedger]) -> None:
    """After a load: let the collector forget what stays (its passes would stop every reader), then judge past years."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    for ledger in ledgers:
        ledger.desk.prepare()


def _by_slug(ledgers: Iterable[BookLedger]) -> dict[str, BookLedger]:
    by_slug: dict[str, BookLedger] = {}
    for ledger in ledgers:
        title = str(ledger.options["title"])
        by_slug[next_key(slugify(title) or slugify(ledger.book.main.parent.name) or "book", by_slug)] = ledger
    return by_slug


def _signature(ledger: BookLedger) -> dict[str, tuple[int, int]]:
    """Times and sizes of everything that the book is made of."""
    files, folders = ledger.paths_to_watch()
    found = {}
    for path in (*files, *folders):
        try:
            about = path.stat()
        except OSError:
            continue
        found[str(path)] = (about.st_mtime_ns, about.st_size)
    return found
