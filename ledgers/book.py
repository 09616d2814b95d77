"""Opening a book: it is input, not code, so it is looked at before anything that it names can run.

Beancount runs whatever Python a book's `plugin` lines name, and `insert_pythonpath` lets a book bring its own. Here the
files are first read as bytes (encoding, includes that leave the folder), then parsed by Beancount, and only when the
parsed options name nothing foreign do booking, plugins and validation follow, as Beancount's own loader does them.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from beancount import loader
from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.compare import CompareError
from beancount.core.number import MISSING
from beancount.ops import validation
from beancount.parser import booking

from ledgers import clock
from ledgers.files.confined import confine
from ledgers.files.messages import explain
from ledgers.files.overlooked import to_the_fen
from ledgers.files.parsing import parse
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import Contents, instead, noting, read_bytes
from ledgers.files.writing import Busy, settle
from ledgers.tables.span import span_of
from ledgers.tables.tables import Tables, relative_names, tables

_EXTENSION = "reports."
PLANNED = "planned.beancount"  # the name under which what is only planned is read
_TRIES = 5  # a reader who meets a writer reads anew: half old and half new is no book
_PLACE = 2  # keys that Beancount gives every posting: file and line
_ZERO = Decimal(0)
_NO_CONTENT = hashlib.sha256(b"").hexdigest()
_judging = True
T = TypeVar("T")


@dataclass(frozen=True)
class Book:
    """A loaded book: Beancount's entries and options, and the tables as of a day."""

    main: Path
    entries: Sequence[Any]
    options: dict[str, Any]
    tables: Tables
    files: tuple[str, ...]  # every file of the book that was read, relative to its folder
    contents: Contents = field(repr=False)  # what was read of them, and of files that were looked for

    @property
    def digest(self) -> str:
        """SHA-256 over the names and contents of every file that was read; one that could not be read has no content."""
        total = hashlib.sha256()
        for name in self.files:
            total.update(f"{name}\n{self.contents.get(name) or _NO_CONTENT}\n".encode())
        return f"sha256:{total.hexdigest()}"


SHEETS = (".xlsx", ".xls", ".csv", ".ods", ".et", ".xlsb")


def main_file(path: str | Path) -> Path:
    """The book's main file, absolute: of a folder its main.beancount. Untrusted when there is none."""
    given = Path(path)
    try:
        main = given / "main.beancount" if given.is_dir() else given
        found = main.is_file() and main.suffix.lower() not in SHEETS
    except (OSError, ValueError):  # a name that is too long, or holds what no name can
        found = False
    if not found:
        shown = str(given).encode("utf-8", "backslashreplace").decode()[:200]
        if given.suffix.lower() in SHEETS:
            raise Untrusted([Problem(shown, 0, f"这是一张表格，不是账簿：用 xianjie import 账簿 {given.name} 导入")])
        raise Untrusted([Problem(shown, 0, "这里没有账簿：应为含有 main.beancount 的文件夹，或账簿的主文件")])
    return Path(os.path.abspath(main))


def read(path: str | Path, as_of: date | None = None) -> Book:
    """Load a book that may come from anyone and read it into tables (default: as far as it goes, at most to today).

    Raises Untrusted with everything that is wrong when the book cannot be judged, Busy when it is being written again and
    again. Rolls that cannot be believed do not raise: they are in `tables.broken`.
    """
    main = main_file(path)
    return undisturbed(main, lambda: _read(main, as_of))


def within(found: Book) -> Book:
    """The book, where it can speak of its as-of date: Untrusted after today, and before its first voucher."""
    as_of, span = found.tables.as_of, found.tables.span
    if as_of > clock.today():
        raise Untrusted([Problem(found.main.name, 0, f"截至日期 {as_of} 晚于今天（{clock.today()}），还不能判定")])
    if as_of < span.first:
        raise Untrusted(
            [Problem(found.main.name, 0, f"截至日期 {as_of} 早于账簿的第一张凭证（{span.first}），没有可判定的")]
        )
    return found


@contextmanager
def planned(main: Path, content: bytes, files: Mapping[str, bytes | None] | None = None) -> Iterator[None]:
    """Read a book as if it also held these directives and vouchers, and as if these of its files were so.

    Nothing is written. Refused where its main file is.
    """
    there = files or {}
    with instead(main.parent, there):
        if not content:
            yield
            return
        text = read_bytes(main.parent, main.name).rstrip(b"\n") + f'\n\ninclude "{PLANNED}"\n'.encode()
    with instead(main.parent, {**there, main.name: text, PLANNED: content}):
        yield


def undisturbed(main: Path, reading: Callable[[], T]) -> T:
    """What a reading of a book gives when nobody writes to it meanwhile. Busy when somebody does again and again."""
    for _ in range(_TRIES):
        settle(main.parent)
        before = os.stat(main.parent).st_mtime_ns  # every write begins and ends with a file in the book's folder
        try:
            found = reading()
        except Untrusted:
            if os.stat(main.parent).st_mtime_ns == before:
                raise
            continue
        if os.stat(main.parent).st_mtime_ns == before:
            return found
    raise Busy("账簿正被反复写入，请稍后再试")


def _read(main: Path, as_of: date | None) -> Book:
    with collector_off(), _not_judging(), noting() as contents:
        entries, errors, options = load(main)
        relative = relative_names(main, options)
        problems = [explain(error, main.parent, relative) for error in errors]
        day = as_of or min(clock.today(), span_of(entries).through)
        book_tables = tables(entries, options, day, None if as_of else clock.today())
    problems += book_tables.problems
    if problems:
        raise Untrusted(sorted(set(problems)))
    files = sorted({*relative.values(), *book_tables.files})
    return Book(main, entries, options, book_tables, tuple(files), contents)


def unjudged(main: Path) -> tuple[list[Any], dict[str, Any]]:
    """Entries and options of a book, for those who write to it: no tables, no rules. Untrusted with all that is wrong."""
    with collector_off(), _not_judging():
        entries, errors, options = load(main)
    relative = relative_names(main, options)
    if errors:
        raise Untrusted(sorted({explain(error, main.parent, relative) for error in errors}))
    return entries, options


def load(main: Path) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Entries, errors and options, as Beancount's own loader gives them, after the book was looked at. No cache."""
    confine()
    entries, errors, options = parse(main)
    if problems := [*_foreign_code(main, entries, options), *_foreign_documents(main, entries, options)]:
        raise Untrusted(problems)
    entries = list(map(to_the_fen, entries))
    entries.sort(key=data.entry_sortkey)
    gaps = [posting for entry in entries if not is_plain(entry) for posting in _gaps_that_say(entry)]
    booked = lambda some: _booked(some, options)  # noqa: E731
    entries, booking_errors = _bearable(main, options, entries, booked)
    booking_errors = [*booking_errors, *_dropped(gaps, entries)]
    entries, errors = loader.run_transformations(entries, [*errors, *booking_errors], options, None)
    errors = [error for error in errors if not _told_apart(error, entries)]
    found = _bearable(main, options, entries, lambda some: invalid(some, options))
    return entries, [*errors, *found], options


def _told_apart(error: Any, entries: list[Any]) -> bool:
    """Whether Beancount's noduplicates, which looks at no key, takes directives for one that their keys tell apart."""
    one = error.entry if isinstance(error, CompareError) else None
    return isinstance(one, data.Custom) and any(
        type(other) is data.Custom and other[1:] == one[1:] and _said(other) != _said(one) for other in entries
    )


def _said(entry: Any) -> dict[str, Any]:
    return {key: value for key, value in entry.meta.items() if key not in ("filename", "lineno")}


def _bearable(main: Path, options: dict[str, Any], entries: list[Any], act: Callable[[list[Any]], T]) -> T:
    """What Beancount gives for entries. Untrusted with the first that it cannot bear: amounts of nothing, say."""
    try:
        return act(entries)
    except Exception as error:
        reason = f"无法记账（{type(error).__name__}）：数量、单价不能为零或空缺，也不能只写币种"
    good, bad = 0, len(entries)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            act(entries[:middle])
            good = middle
        except Exception:
            bad = middle
    meta = entries[bad - 1].meta
    raise Untrusted([Problem(relative_names(main, options)[meta["filename"]], meta["lineno"], reason)])


def _booked(entries: list[Any], options: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Beancount's booking of what it can change: what is plain has no lots to match and no gaps to fill.

    A gap is filled from the balances of its accounts: a book that has one is booked whole.
    """
    plain = [is_plain(entry) for entry in entries]
    rest = [entry for entry, is_plain in zip(entries, plain, strict=True) if not is_plain]
    if any(_has_gap(entry) for entry in rest):
        return booking.book(entries, options)  # type: ignore[no-any-return, no-untyped-call]
    booked, errors = booking.book(rest, options)  # type: ignore[no-untyped-call]
    if errors or len(booked) < len(rest):  # what cannot be booked is told with the balances of the whole book
        return booking.book(entries, options)  # type: ignore[no-any-return, no-untyped-call]
    following = iter(booked)
    return [entry if plain else next(following) for entry, plain in zip(entries, plain, strict=True)], errors


def invalid(entries: list[Any], options: dict[str, Any]) -> list[Any]:
    """What Beancount's validation finds: a plain transaction, which is balanced exactly, needs no tolerance."""
    rest = [entry for entry in entries if not is_plain(entry)]
    balances = validation.validate_check_transaction_balances
    return [
        error
        for validate in validation.VALIDATIONS
        for error in validate(rest if validate is balances else entries, options)  # type: ignore[no-untyped-call]
    ]


def is_plain(entry: Any) -> bool:
    """Whether it is a transaction in yuan alone, every amount written, that sums to nothing."""
    if type(entry) is not data.Transaction:
        return False
    total = _ZERO
    for _, units, cost, price, _, _ in entry.postings:
        if cost is not None or price is not None or type(units) is not Amount or units.currency != "CNY":
            return False
        if type(units.number) is not Decimal:
            return False
        total += units.number
    return not total and bool(entry.postings)


def _has_gap(entry: Any) -> bool:
    """Whether a posting leaves something out that must be found elsewhere, or holds yuan at a cost."""
    return isinstance(entry, data.Transaction) and any(_is_gap(*posting[1:4]) for posting in entry.postings)


def _gaps_that_say(entry: Any) -> Iterator[Any]:
    """Postings whose amount is left out, and that say something: what they pay for, the list behind them."""
    for posting in getattr(entry, "postings", ()):
        if _is_gap(*posting[1:4]) and len(posting.meta or ()) > _PLACE:
            yield posting


def _dropped(gaps: list[Any], entries: list[Any]) -> list[Any]:
    """Errors for postings that Beancount leaves out with all that they say, as their amount comes to nothing."""
    if not gaps:
        return []
    stays = {
        (one.meta["filename"], one.meta["lineno"])
        for entry in entries
        for one in getattr(entry, "postings", ())
        if one.meta
    }
    text = "这一条分录没有写金额，补出来恰好是零，Beancount 会连同它的属性一起略去：请写明 0.00 CNY，或删去这一条"
    return [
        loader.LoadError(posting.meta, text, None)
        for posting in gaps
        if (posting.meta["filename"], posting.meta["lineno"]) not in stays
    ]


def _is_gap(units: Any, cost: Any, price: Any) -> bool:
    if units is MISSING or MISSING in (*units, *(price or ())):
        return True
    return cost is not None and units.currency == "CNY"


def judging() -> bool:
    """Whether a plugin that the book names should judge it: not while our own commands read it, who judge themselves."""
    return _judging


@contextmanager
def _not_judging() -> Iterator[None]:
    global _judging
    before, _judging = _judging, False
    try:
        yield
    finally:
        _judging = before


@contextmanager
def collector_off() -> Iterator[None]:
    """The cyclic garbage collector finds nothing while a book loads, and costs a seventh of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _foreign_code(main: Path, entries: list[Any], options: dict[str, Any]) -> list[Problem]:
    """What in the parsed book would run code that is not ours; its plugin lines were looked at with each file."""
    relative = relative_names(main, options)
    problems = [
        Problem(relative[entry.meta["filename"]], entry.meta["lineno"], f"custom “{entry.type}”没有写值")
        for entry in entries
        if isinstance(entry, data.Custom) and not entry.values  # Beancount's own plugins cannot bear it
    ]
    problems += [
        Problem(
            relative.get(entry.meta["filename"], main.name),
            entry.meta["lineno"],
            f"账簿不得引用外来的 Fava 扩展“{_extension(entry)}”",
        )
        for entry in entries
        if isinstance(entry, data.Custom)
        and entry.type == "fava-extension"
        and not _extension(entry).startswith(_EXTENSION)
    ]
    return problems


def _foreign_documents(main: Path, entries: list[Any], options: dict[str, Any]) -> list[Problem]:
    """Documents, and folders of documents, that lie outside the book."""
    home = os.path.realpath(main.parent)

    def outside(name: str) -> bool:
        return not Path(os.path.realpath(main.parent / name)).is_relative_to(home)

    relative = relative_names(main, options)
    return [
        Problem(main.name, 0, f'option "documents" “{name}”指到账簿文件夹之外')
        for name in options["documents"]
        if outside(name)
    ] + [
        Problem(relative[entry.meta["filename"]], entry.meta["lineno"], f"单据“{entry.filename}”在账簿文件夹之外")
        for entry in entries
        if isinstance(entry, data.Document) and outside(entry.filename)
    ]


def _extension(entry: Any) -> str:
    return str(entry.values[0].value) if entry.values else ""
