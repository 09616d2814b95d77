"""Opening a book for an import: its entries as a Draft, its side files read when they are first needed."""

import csv
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Balance, Custom, Open, Transaction

from importers.draft.draft import Draft
from importers.draft.entries import (
    IMPORT_ID,
    Directive,
    HouseState,
    Leg,
    Line,
    MemberRow,
    Meta,
    Place,
    ShareLine,
    Voucher,
)
from ledgers.book import unjudged
from ledgers.files import side_files
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.side_files import pay_line
from ledgers.files.text import Yuan
from ledgers.money import fen
from ledgers.people import Identities, open_identities
from ledgers.seals.canonical import sealed_periods
from ledgers.tables import households, members
from ledgers.tables.directives import DIRECTIVES
from ledgers.tables.rolls import month_file
from ledgers.tables.tables import relative_names


@dataclass
class Source:
    """The book's files as they are on disk, for reading sides and for putting changes in their places."""

    main: Path
    included: set[str]  # files that Beancount read, relative to the book
    opens: dict[str, Place] = field(default_factory=dict)
    balances: dict[tuple[date, str], Place] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    rolls: dict[str, "RollText"] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.main.parent

    def text(self, name: str) -> str:
        """A file's content, "" where there is none. Raises Untrusted."""
        if name not in self.texts:
            path = self.root / name
            try:
                self.texts[name] = path.read_bytes().decode("utf-8") if path.exists() else ""
            except UnicodeDecodeError:
                raise Untrusted([Problem(name, 0, "不是 UTF-8 编码（可能是 GBK），应另存为 UTF-8")]) from None
        return self.texts[name]

    def roll_text(self, name: str) -> "RollText":
        if name not in self.rolls:
            self.rolls[name] = RollText.of(self.text(name))
        return self.rolls[name]

    @cached_property
    def identities(self) -> Identities:
        return open_identities(self.root)


@dataclass
class RollText:
    """One month's file of rolls as text: its header, and each roll's lines as written, in the order of the file."""

    header: tuple[str, ...]
    rolls: dict[str, list[str]]

    @classmethod
    def of(cls, text: str) -> "RollText":
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
        header = tuple(name.strip() for name in lines[0].split(",")) if lines else ()
        rolls: dict[str, list[str]] = {}
        place = header.index("roll") if "roll" in header else 0
        for line in lines[1:]:
            rolls.setdefault(next(csv.reader([line]), [""])[place] if line else "", []).append(line)
        return cls(header, rolls)

    def lines(self, roll: str, shares: bool) -> tuple[Line, ...]:
        rows = csv.DictReader(self.rolls.get(roll, []), fieldnames=self.header)
        return tuple(_share_line(row) if shares else pay_line(row) for row in rows)


def open_book(main: Path, today: date) -> tuple[Draft, Source]:
    """Read a book into a draft. Raises Untrusted with everything that is wrong with it."""
    entries, options = unjudged(main)
    relative = relative_names(main, options)
    source = Source(main, set(relative.values()))
    draft = Draft(main.parent, today, lambda: source.identities, _roll_reader(source))
    for entry in entries:
        place = Place(relative.get(entry.meta["filename"], entry.meta["filename"]), int(entry.meta["lineno"]))
        if isinstance(entry, Transaction):
            _take_voucher(draft, entry, place)
        elif isinstance(entry, Custom) and entry.type in DIRECTIVES and entry.values:
            _take_directive(draft, entry, place)
        elif isinstance(entry, Open):
            draft.opened.held[entry.account] = (entry.date, ",".join(entry.currencies or ()))
            source.opens[entry.account] = place
        elif isinstance(entry, Balance):
            draft.balances.held[entry.date, entry.account] = fen(entry.amount.number or 0)
            source.balances[entry.date, entry.account] = place
    _settle_import_ids(draft)
    draft.sealed = max((end for end, _ in sealed_periods(entries)), default=None)
    _take_households(draft, main.parent)
    _take_members(draft, main.parent)
    _take_sides(draft, main.parent)
    return draft, source


def _roll_reader(source: Source) -> Any:
    def read(roll: str, day: date, shares: bool) -> tuple[Line, ...]:
        return source.roll_text(month_file(day, shares)).lines(roll, shares)

    return read


def _take_voucher(draft: Draft, entry: Any, place: Place) -> None:
    meta = _meta(entry.meta)
    number = str(dict(meta).get("voucher", "")) or f"{place.file}:{place.line}"
    legs = tuple(
        Leg(p.account, p.units.number, p.units.currency, p.cost.number if p.cost else None, _meta(p.meta or {}))
        for p in entry.postings
    )
    kept = tuple((key, value) for key, value in meta if key != "voucher")
    voucher = Voucher(number, entry.date, entry.payee or "", entry.narration or "", legs, kept, place, entry.flag)
    draft.vouchers.held[number] = voucher
    if (reverses := voucher.get("reverses")) and not _in_part(draft.vouchers.held.get(str(reverses)), voucher):
        draft.reversed.held[str(reverses)] = number


def _in_part(voucher: Voucher | None, reversal: Voucher) -> bool:
    """Whether a reversal takes back less than the voucher booked: what the bank returned of a list."""
    return voucher is not None and sum(abs(leg.fen) for leg in reversal.legs) < sum(abs(leg.fen) for leg in voucher.legs)


def _take_directive(draft: Draft, entry: Any, place: Place) -> None:
    id, *args = [value.value for value in entry.values]
    directive = Directive(entry.type, str(id), entry.date, tuple(map(_plain, args)), _meta(entry.meta), place)
    key = entry.type, str(id)
    draft.directives.held[key] = (*draft.directives.held.get(key, ()), directive)


def _meta(meta: dict[str, Any]) -> Meta:
    return tuple((key, _plain(value)) for key, value in meta.items() if key not in ("filename", "lineno") and key[:2] != "__")


def _plain(value: Any) -> Any:
    if isinstance(value, Amount) and value.currency == "CNY":
        return Yuan(fen(value.number or 0))
    return value


def _settle_import_ids(draft: Draft) -> None:
    """An import id stands for its one voucher that was not reversed, or for none."""
    for voucher in draft.vouchers.held.values():
        if import_id := voucher.get(IMPORT_ID):
            reversal = draft.vouchers.held.get(draft.reversed.held.get(voucher.number, ""))
            stands = reversal is None or bool(reversal.get(IMPORT_ID))  # what the bank returned stays known
            draft.imported.held[str(import_id)] = voucher.number if stands else draft.imported.held.get(str(import_id), "")


def _take_households(draft: Draft, root: Path) -> None:
    states: dict[str, list[HouseState]] = {}
    for _, row in households.lines(root):
        state = HouseState(*(row.get(column) or "" for column in HouseState._fields))
        states.setdefault(state.household, []).append(state)
    draft.states.held.update({household: tuple(rows) for household, rows in states.items()})
    for household in states:
        series, _, number = household.rpartition("-")
        if number.isdigit():
            draft.last.held[f"{series}-"] = max(draft.last.held.get(f"{series}-", 0), int(number))


def _take_members(draft: Draft, root: Path) -> None:
    rows: dict[str, list[MemberRow]] = {}
    for _, row in members.lines(root):
        member = MemberRow(*(row.get(column.rstrip("_")) or "" for column in MemberRow._fields))
        rows.setdefault(member.who, []).append(member)
    draft.members.held.update({who: tuple(found) for who, found in rows.items()})


def _take_sides(draft: Draft, root: Path) -> None:
    draft.waiting.held.update({one.id: one for one in side_files.waiting(root)})
    draft.bank.held.update({village: side_files.statement(root, village) for village in side_files.villages(root)})
    draft.log.held.update({(one.kind, one.key, one.part, one.digest): one for one in side_files.log(root)})


def _share_line(row: dict[str, Any]) -> ShareLine:
    return ShareLine(row["household"], row.get("holder") or "", Decimal(row["shares"]), row.get("note") or "")

