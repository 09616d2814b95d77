"""The treasury's export held against the book, line by line and both ways: in both, only here, only there, different.

A line is known by document, payment number and whether money went out or came back. What then stands on one side alone is
held against what stands alone on the other: the same number written otherwise (lost zeros, small letters), under another
document, or the same amount and day under another number or none. The period is that of the export: from its first to its
last day. Names of payees are those of the book, where persons are numbers.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from beancount.core.data import Transaction

from importers.reading.cells import document
from importers.reading.faults import Fault
from importers.reading.sheet import EMPTY, FAULTY, Sheet, read_path
from ledgers import clock
from ledgers.book import Book
from ledgers.chart import account
from ledgers.facts import registered
from ledgers.files.problems import Problem, Untrusted
from ledgers.money import fen, yuan, yuan_cn
from reports.workbook import BAD, COUNT, DATE, LONG, MONEY, PLAIN, TOTAL, Column, Row, Workbook

KIND = "treasury"
BOTH, ONLY_EXPORT, ONLY_BOOK, DIFFERENT = "both", "only-export", "only-book", "different"
NAMES = {BOTH: "两边都有", DIFFERENT: "不同", ONLY_EXPORT: "只在导出", ONLY_BOOK: "只在账簿"}
COLUMNS = (
    Column("结果", 10),
    Column("文号", 20),
    Column("支付凭证号", 18),
    Column("导出金额（元）", 16, MONEY),
    Column("账簿金额（元）", 16, MONEY),
    Column("差额（元）", 14, MONEY),
    Column("导出日期", 11, DATE),
    Column("账簿日期", 11, DATE),
    Column("收款方（账簿）", 26, LONG),
    Column("凭证号", 15),
    Column("说明", 34, LONG),
    Column("位置", 34, LONG),
)
_NONE = "（无）"  # what stands for a number that is not there
Key = tuple[str, str, bool]  # document, payment number, whether it came back


@dataclass
class Side:
    """What one side says under one key: 分 (negative: came back), days, where it stands, and for the book payee and voucher."""

    amount: int = 0
    days: set[date] = field(default_factory=set)
    places: list[str] = field(default_factory=list)
    payees: list[str] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Match:
    """One line of the outcome; a side is None where it has nothing."""

    key: Key
    export: Side | None
    book: Side | None
    booked_as: Key | None = None  # where the book has it under another key

    @property
    def outcome(self) -> str:
        if self.export is None or self.book is None:
            return ONLY_BOOK if self.export is None else ONLY_EXPORT
        return DIFFERENT if self.differences else BOTH

    @property
    def differences(self) -> list[str]:
        """What differs where both have the line."""
        if self.export is None or self.book is None:
            return []
        told = [] if self.export.amount == self.book.amount else ["金额不同"]
        told += [] if self.export.days == self.book.days else ["日期不同"]
        told += _otherwise(self.key, self.booked_as) if self.booked_as else []
        return told + (["导出中同一号码不止一行"] if len(self.export.places) > 1 else [])

    @property
    def gap(self) -> int:
        """Export less book, 分."""
        return (self.export.amount if self.export else 0) - (self.book.amount if self.book else 0)


def matches(book: Book, exported: dict[Key, Side]) -> list[Match]:
    """Everything that either side has in the export's period, what does not agree first."""
    days = [day for side in exported.values() for day in side.days]
    booked = _booked(book, min(days), max(days), exported.keys())
    paired = _paired(exported, booked)
    keys = sorted((exported.keys() | booked.keys()) - set(paired.values()))
    found = [Match(key, exported.get(key), booked.get(paired.get(key, key)), paired.get(key)) for key in keys]
    return sorted(found, key=lambda one: one.outcome == BOTH)


def _paired(exported: dict[Key, Side], booked: dict[Key, Side]) -> dict[Key, Key]:
    """Keys of the export that the book has under another: each said by one line alone on either side, the surest first."""
    found: dict[Key, Key] = {}
    for same in (_written_otherwise, _of_another_document, _under_another_number):
        ours = _alone(same, {key: side for key, side in exported.items() if key not in booked and key not in found})
        theirs = _alone(same, {key: side for key, side in booked.items() if key not in exported and key not in found.values()})
        found |= {ours[value]: theirs[value] for value in ours.keys() & theirs.keys()}
    return found


def _alone(same: Callable[[Key, Side], tuple[Any, ...]], sides: dict[Key, Side]) -> dict[tuple[Any, ...], Key]:
    """The key of each value that one line alone has."""
    values = {key: same(key, side) for key, side in sides.items()}
    counts = Counter(values.values())
    return {value: key for key, value in values.items() if counts[value] == 1}


def _written_otherwise(key: Key, _side: Side) -> tuple[Any, ...]:
    return key[0], bare_number(key[1]), key[2]


def _of_another_document(key: Key, side: Side) -> tuple[Any, ...]:
    return bare_number(key[1]), key[2], side.amount


def _under_another_number(key: Key, side: Side) -> tuple[Any, ...]:
    return key[0], key[2], side.amount, frozenset(side.days)


def bare_number(number: str) -> str:
    """A payment number without what a spreadsheet loses of it: leading zeros, the case of letters, blanks."""
    return "".join(number.split()).upper().lstrip("0")


def _otherwise(key: Key, booked: Key) -> list[str]:
    """Under what else the book has a line; nothing where its number is only written otherwise."""
    told = [] if key[0] == booked[0] else [f"文号不同：账簿为 {booked[0]}"]
    if bare_number(key[1]) != bare_number(booked[1]):
        missing = key[1].startswith(_NONE)
        told.append(f"{'导出没有支付凭证号' if missing else '支付凭证号不同'}：账簿为 {booked[1]}")
    return told


def read_exports(files: Sequence[Path]) -> dict[Key, Side]:
    """The lines of the exports; Untrusted with all that cannot be read of them. To be called before a book is read."""
    found: dict[Key, Side] = defaultdict(Side)
    faults: list[Fault] = []
    for path in files:
        sheets, wrong, _ = read_path(path, clock.today())
        faults += [*wrong, *(fault for sheet in sheets for fault in sheet.faults if not _lacks_number(sheet, fault))]
        for sheet in sheets:
            if sheet.kind.id != KIND:
                raise Untrusted([Problem(path.name, 0, f"应为国库集中支付导出，看起来是“{sheet.kind.title}”")])
            for row in (*sheet.rows, *_unnumbered(sheet)):
                place = f"{path.name} 第 {row.line + 1} 行"
                side = found[row.document, row.payment_no or f"{_NONE}{place}", row.amount < 0]
                side.amount += row.amount
                side.days.add(row.date)
                side.places.append(place)
    if faults:
        raise Untrusted([Problem(fault.file, fault.row + 1, _said(fault)) for fault in sorted(set(faults))])
    if not found:
        raise Untrusted([Problem(files[0].name, 0, "导出里没有支付")])
    return dict(found)


def _lacks_number(sheet: Sheet, fault: Fault) -> bool:
    """Whether a fault is that a payment has no number: a difference, and no reason to read nothing."""
    return fault.message == EMPTY and fault.column == sheet.layout.columns.get("payment_no")


def _unnumbered(sheet: Sheet) -> list[Any]:
    """The rows with no other fault than that."""
    return [row for row in sheet.broken if row.payment_no == "" and FAULTY not in row] if sheet.kind.id == KIND else []


def _said(fault: Fault) -> str:
    return f"“{fault.header}”{fault.message}" if fault.header else fault.message


def _booked(book: Book, first: date, last: date, wanted: Iterable[Key]) -> dict[Key, Side]:
    """Payments of quota in the book within the days, and those of other days that the export names."""
    documents = {row.id: document(row.doc_no) for row in registered.funds(book.tables).values()}
    asked = set(wanted)
    found: dict[Key, Side] = defaultdict(Side)
    for entry in book.entries:
        if isinstance(entry, Transaction):
            paid = _paid(entry)
            day = entry.meta.get("original-date") or entry.date
            number = str(entry.meta.get("payment-no") or "")
            key = (
                documents.get(str(_meta(entry, "fund")), ""),
                number or f"{_NONE}{entry.meta.get('voucher', '')}",
                paid < 0,
            )
            if paid and (first <= day <= last or key in asked):
                _add(found[key], entry, paid, day, book.main.parent)
    return dict(found)


def _add(side: Side, entry: Transaction, paid: int, day: date, root: Path) -> None:
    side.amount += paid
    side.days.add(day)
    side.payees.append(entry.payee or "")
    side.vouchers.append(str(entry.meta.get("voucher", "")))
    name = Path(entry.meta["filename"])
    side.places.append(f"{name.relative_to(root) if name.is_relative_to(root) else name.name}:{entry.meta['lineno']}")


def _paid(entry: Transaction) -> int:
    """分 that a transaction pays out of quota, negative where it came back; 0 where it only allocates or reclassifies."""
    kinds = [account(posting.account).kind for posting in entry.postings]
    if all(kind in ("quota", "allocated") for kind in kinds):
        return 0
    legs: list[tuple[str, Any]] = list(zip(kinds, entry.postings, strict=True))
    return -sum(fen(posting.units.number) for kind, posting in legs if kind == "allocated")


def _meta(entry: Transaction, key: str) -> Any:
    return entry.meta.get(key) or next((one.meta[key] for one in entry.postings if one.meta and key in one.meta), "")


def counts(found: Iterable[Match]) -> dict[str, int]:
    """How many lines of each outcome."""
    outcomes = [one.outcome for one in found]
    return {name: outcomes.count(name) for name in NAMES}


def as_text(book: Book, found: list[Match]) -> bytes:
    """For a terminal: the counts, and every line that does not agree."""
    return ("\n".join(_text(book, found)) + "\n").encode()


def _text(book: Book, found: list[Match]) -> Iterator[str]:
    told = "　".join(f"{NAMES[name]} {count}" for name, count in counts(found).items())
    yield f"{book.tables.title}　国库集中支付核对：{told}"
    for one in found:
        if one.outcome != BOTH:
            yield f"  {NAMES[one.outcome]}　{one.key[0]}　{one.key[1]}　{_sides(one)}{'　退回' if one.key[2] else ''}"
            yield f"    {'；'.join([*one.differences, *_places(one)])}"


def _sides(one: Match) -> str:
    sides = (("导出", one.export), ("账簿", one.book))
    return "　".join(f"{name} {yuan_cn(side.amount)} 元 {_days(side)}" for name, side in sides if side)


def _days(side: Side) -> str:
    return "、".join(map(str, sorted(side.days)))


def _places(one: Match) -> list[str]:
    return [place for side in (one.export, one.book) if side for place in side.places]


def as_json(book: Book, found: list[Match]) -> bytes:
    """For a treasury's own system: every line, amounts as strings of yuan."""
    document = {
        "schema": 1,
        "title": book.tables.title,
        "counts": counts(found),
        "lines": [_plain(one) for one in found],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(one: Match) -> dict[str, Any]:
    def side(given: Side | None) -> dict[str, Any] | None:
        days = [day.isoformat() for day in sorted(given.days)] if given else []
        return {"amount": yuan(given.amount), "days": days, "places": given.places} if given else None

    named = {"document": one.key[0], "payment_no": one.key[1], "returned": one.key[2], "outcome": one.outcome}
    return {**named, "differences": one.differences, "export": side(one.export), "book": side(one.book)}


def as_xlsx(book: Book, found: list[Match]) -> bytes:
    """One sheet; what does not agree stands first."""
    workbook = Workbook(f"{book.tables.title}国库集中支付核对", book.tables.as_of)
    sheet = workbook.sheet("国库集中支付核对", [column.width for column in COLUMNS])
    sheet.title("国库集中支付导出与账簿核对")
    summary = (
        Column("结果", 10),
        Column("笔数", 20, COUNT),
        Column("导出合计", 18, MONEY),
        Column("账簿合计", 16, MONEY),
    )
    sheet.table(summary, [_summed(name, [one for one in found if one.outcome == name]) for name in NAMES], freeze=False)
    sheet.skip()
    sheet.filter(sheet.table(COLUMNS, _rows(found)), len(COLUMNS))
    return workbook.content()


def _summed(name: str, found: list[Match]) -> Row:
    sums = (
        sum(side.amount for side in sides if side)
        for sides in zip(*((one.export, one.book) for one in found), strict=True)
    )
    return Row((NAMES[name], len(found), *(tuple(sums) or (0, 0))))


def _rows(found: list[Match]) -> Iterator[Row]:
    for one in found:
        export, book = one.export, one.book
        days = tuple(min(side.days) if side else None for side in (export, book))
        amounts = tuple(side.amount if side else None for side in (export, book))
        payee = "、".join(dict.fromkeys(book.payees)) if book else ""
        voucher = "、".join(book.vouchers) if book else ""
        words = (payee, voucher, "；".join(one.differences), "；".join(_places(one)))
        level = PLAIN if one.outcome == BOTH else BAD
        yield Row((NAMES[one.outcome], one.key[0], one.key[1], *amounts, one.gap, *days, *words), level)
    total = tuple(
        sum(side.amount for side in (getattr(one, name) for one in found) if side) for name in ("export", "book")
    )
    yield Row(("合计", "", "", *total, total[0] - total[1], None, None, "", "", "", ""), TOTAL)
