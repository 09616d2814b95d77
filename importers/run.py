"""Importing files into a book: read all, order them by what depends on what, derive, show, and only then write.

Each file counts whole or not at all; a refused one stops those that depend on it; everything that is wrong with any of
them is found in one run.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from importers import headings
from importers.draft.draft import Draft
from importers.draft.entries import money
from importers.draft.opening import Source, open_book
from importers.draft.records import record, record_file
from importers.draft.render import Files, render
from importers.draft.versions import digest_of, seen
from importers.finding import statements, supposed
from importers.finding.job import Job, Tick
from importers.reading.faults import Fault
from importers.reading.given import Ask, Given, nobody
from importers.reading.kinds import KINDS
from importers.reading.sheet import Sheet, read_path
from importers.reading.title import provider_of
from importers.sheets import references, work_of
from ledgers import clock
from ledgers.book import collector_off, main_file, unjudged
from ledgers.files import writing
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import instead
from ledgers.files.side_files import Imported, Waiting
from ledgers.money import yuan_cn
from ledgers.people import Unusable
from ledgers.personal.find import without_numbers

_ORDER = list(KINDS)
_AGAIN = {
    "same": "与已导入的相同，没有变化",
    "superseded": "已被后来导入的更正版本取代，没有改动（要恢复这一版，请用 xianjie undo 撤销后来的那次导入）",
    "before": "以前导入过，没有改动；在它之后导入的更正仍然有效",
}


def _silent(text: str, part: float = 0.0) -> None:
    return None


@dataclass
class ChangeSet:
    """What an import would change, and why some of it is refused; nothing of it is on disk yet."""

    main: Path
    files: Files = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # verb, what, text
    warnings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)  # file -> the refused one that it depends on
    read: list[str] = field(default_factory=list)  # what each accepted file was taken for
    number: int = 0  # of the import, where it changes something
    taken: list[str] = field(default_factory=list)  # what each sheet's columns were taken for
    unpaid: list[str] = field(default_factory=list)  # lists that could not even be taken as paid, and why
    columns: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # the same of each sheet, column by column

    @property
    def refused(self) -> bool:
        return bool(self.faults or self.stopped)

    @property
    def summary(self) -> Counter[tuple[str, str]]:
        """How many of what are added, corrected, reversed, removed."""
        return Counter((verb, what) for verb, what, _ in self.changes)


def prepare(
    main: Path,
    paths: Iterable[Path],
    today: date | None = None,
    day: date | None = None,
    ask: Ask = nobody,
    tick: Tick = _silent,
    given: Given | None = None,
    paid: date | None = None,
) -> ChangeSet:
    """Compute what importing the files would change. Writes nothing. Raises Untrusted, Unusable.

    Pay lists of these files whose money is not there are taken as paid on the day `paid`, where one is given.
    """
    with collector_off():
        run = _Run(main, today or clock.today(), day, ask, tick, given or Given(), paid)
        for path in paths:
            run.read(path)
        return run.result()


def import_files(
    book: str | Path,
    paths: Iterable[Path],
    today: date | None = None,
    day: date | None = None,
    confirm: Callable[[ChangeSet], bool] = lambda changes: True,
    ask: Ask = nobody,
    tick: Tick = _silent,
    given: Given | None = None,
) -> ChangeSet:
    """Import files into a book, holding its lock; `confirm` sees the change set before anything is written.

    Raises Untrusted, Unusable, writing.Busy, writing.NotWritten. The files of a set that was not confirmed are empty.
    """
    main = main_file(book)
    with writing.locked(main.parent, "xianjie import"):
        changes = prepare(main, paths, today, day, ask, tick, given)
        if changes.files and confirm(changes):
            tick("写入")
            changes.files[record_file(changes.number)] = record(main.parent, changes.number, changes.files)
            writing.write(main.parent, changes.files)
        else:
            changes.files = {}
    return changes


class _Run:
    """One command's import."""

    def __init__(
        self, main: Path, today: date, day: date | None, ask: Ask, tick: Tick, given: Given, paid: date | None = None
    ) -> None:
        self.today, self.day, self.ask, self.tick, self.paid = today, day, ask, tick, paid
        self.given = replace(given, headings=headings.read(main.parent), ask=ask, learned=[])
        self.changes = ChangeSet(main)
        self.draft: Draft
        self.source: Source
        self.sheets: dict[str, list[Sheet]] = {}

    def read(self, path: Path) -> None:
        self.tick(f"读取 {path.name}")
        name = path.name if path.name not in self.sheets else str(path)
        tick = lambda part: self.tick(f"读取 {path.name}", part)  # noqa: E731
        sheets, faults, remarks = read_path(path, self.today, name, tick, self.given)
        for sheet in sheets:
            if hasattr(work := work_of(sheet.kind), "ready"):
                work.ready(sheet, path.parent)
        self.sheets[name] = sheets
        self.changes.faults += faults
        self.changes.remarks += remarks + [remark for sheet in sheets for remark in sheet.remarks]
        self.changes.faults += [fault for sheet in sheets for fault in sheet.faults]
        self.changes.columns |= {f"{sheet.label}：{sheet.kind.title}": sheet.columns for sheet in sheets}
        self.changes.taken += [f"{sheet.label}：{sheet.kind.title}；{sheet.taken}" for sheet in sheets]

    def result(self) -> ChangeSet:
        """Derive what was read. The book is opened only when there is a sheet to derive."""
        if not self._all():
            self.changes.faults.sort()
            return self.changes
        self.tick("读取账簿")
        self.draft, self.source = open_book(self.changes.main, self.today)
        self.number = 1 + max((entry.number for entry in self.draft.log.values()), default=0)
        refused = {fault.file for fault in self.changes.faults}
        while (found := self._derive(refused)) is not None:
            refused.add(found)
            self.draft.reset()
        self.changes.faults = sorted({*self.changes.faults, *(f for s in self._all() for f in s.faults)})
        if self.paid:
            taken, self.changes.unpaid = supposed.pay(self.draft, self.paid)
            self.changes.remarks += taken
        self.changes.changes, self.changes.warnings = self.draft.changes, self.draft.warnings
        self.changes.waiting = [_waiting(one) for one in self.draft.waiting.values() if one] + statements.unexplained(self.draft)
        self.tick("核对")
        self.changes.files = render(self.draft, self.source)
        if self.given.learned and self.changes.files:
            self.changes.files[headings.FILE] = headings.written([*self.given.headings, *self.given.learned])
        prove(self.source, self.changes.files)
        self.changes.number = self.number if self.changes.files else 0
        return self.changes

    def _all(self) -> list[Sheet]:
        sheets = [sheet for sheets in self.sheets.values() for sheet in sheets]
        return sorted(sheets, key=lambda sheet: (_ORDER.index(sheet.kind.id), _first_day(sheet)))

    def _derive(self, refused: set[str]) -> str | None:
        """Derive every sheet in order. A file that turns out wrong after one of its sheets was kept: start again."""
        self.changes.stopped.clear()
        self.changes.read.clear()
        blocked = {sheet.kind.id: name for name in refused for sheet in self.sheets.get(name, ())}
        kept: set[str] = set()
        for sheet in self._all():
            if reason := self._blocked(sheet, blocked):
                self.changes.stopped.setdefault(sheet.file, reason)
            if sheet.file in self.changes.stopped or sheet.file in refused:
                if sheet.file in kept:
                    return sheet.file
                blocked.setdefault(sheet.kind.id, sheet.file)
                if sheet.file not in self.changes.stopped:
                    self._look_further(sheet)
            elif self._try(sheet):
                kept.add(sheet.file)
            elif sheet.file in kept:
                return sheet.file
            else:
                refused.add(sheet.file)
                blocked |= {other.kind.id: sheet.file for other in self.sheets[sheet.file]}
        return None

    def _blocked(self, sheet: Sheet, blocked: dict[str, str]) -> str:
        """The refused file that a sheet depends on, "" when there is none."""
        needs = {sheet.kind.id}
        for _ in KINDS:
            needs |= {other for kind in needs for other in KINDS[kind].depends}
        return next((blocked[kind] for kind in needs - {sheet.kind.id} if kind in blocked and blocked[kind] != sheet.file), "")

    def _try(self, sheet: Sheet) -> bool:
        """Derive one sheet; whether it is free of faults. Only then its changes stay."""
        self.draft.begin()
        self.tick(f"整理 {sheet.label}")
        said = self._derive_sheet(sheet)
        if sheet.faults:
            self.draft.drop()
            return False
        self.draft.keep()
        self.changes.read.append(f"{sheet.label}：{said}")
        return True

    def _restores(self, sheet: Sheet) -> bool:
        """Whether an older version shall count again: only when somebody says so."""
        question = f"{sheet.label} 是较早的一版，后来导入过更正的版本，要按这一版恢复吗"
        return self.ask(question, ["恢复成这一版", "不恢复，保留后来的更正"]) == 0

    def _look_further(self, sheet: Sheet) -> None:
        """A sheet with faults in its cells: what else is wrong with it, in view of the book."""
        self.draft.begin()
        references.look(Job(self.draft, sheet, self.day, self.ask))
        if sheet.rows:
            self._derive_sheet(sheet)
        self.draft.drop()

    def _derive_sheet(self, sheet: Sheet) -> str:
        key = None if sheet.kind.public else self.draft.load_people().key
        digest = digest_of(sheet, str(self.day or ""), key)
        title = f"{sheet.kind.title}，{len(sheet.rows)} 行"
        again = seen(self.draft.log.values(), sheet.kind.id, digest)
        if again and not (again == "superseded" and self._restores(sheet)):
            return f"{title}，{_AGAIN[again]}"
        before = len(self.draft.changes)
        tick = lambda part: self.tick(f"整理 {sheet.label}", part)  # noqa: E731
        record = work_of(sheet.kind).derive(Job(self.draft, sheet, self.day, self.ask, tick))
        if len(self.draft.changes) == before and not record.key:
            return f"{title}，与账簿一致，没有变化"
        about = (sheet.kind.id, record.key, record.part, digest)
        self.draft.log[about] = Imported(*about, record.records, **self._said_of(sheet))
        return title

    def _said_of(self, sheet: Sheet) -> dict[str, Any]:
        """What the record of imports says of a sheet besides what it is."""
        main = next(iter(sheet.kind.amounts), "")
        total = sum(value for row in sheet.rows if isinstance(value := getattr(row, main, None), int)) if main else 0
        return {
            "number": self.number,
            "day": self.today.isoformat(),
            "by": self.given.by,
            "provider": self.given.provider or provider_of(sheet.words),
            "file": without_numbers(sheet.file),
            "rows": len(sheet.rows),
            "sum": f"{money(total):.2f}" if main else "",
            "sha256": sheet.sha256,
        }


def _waiting(one: Waiting) -> str:
    money_of = "工程款" if one.contractor else "国库支付"
    return f"{one.id}：{len(one.lines)} 人，{yuan_cn(one.total)} 元，等待{money_of}"


def _first_day(sheet: Sheet) -> date:
    """Statements and exports of one kind go in by their days, everything else in the order given."""
    if sheet.kind.id not in ("bank", "treasury", "funds"):
        return date.min
    return min((row.date for row in sheet.rows), default=date.min)


def prove(source: Source, files: Files) -> None:
    """Load the book as it would be: a change that Beancount refuses is a defect of ours and must not be written."""
    if not any(name.endswith(".beancount") for name in files):
        return
    try:
        with instead(source.root, files):
            unjudged(source.main)
    except Untrusted as error:
        problems = [Problem(p.file, p.line, f"导入结果通不过记账核对，没有写入：{p.message}") for p in error.problems]
        raise Untrusted(problems) from None


__all__ = ["KINDS", "ChangeSet", "Unusable", "import_files", "prepare"]
