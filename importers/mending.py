"""Mending a book whose seal an import (or a hand) once broke: what was sealed as it was, what was changed from the first open day on.

Only a manifest whose digest is still the root can say how the book was. Registries, households and vouchers without a roll
are put back; rolls and evidence are known by their digests alone, and must come from a backup.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from importers.draft.draft import Draft, after_seal
from importers.draft.entries import ORIGINAL_DATE, Directive, HouseState, Leg, Meta, Place, Voucher
from importers.draft.opening import Source, open_book
from importers.draft.records import record, record_file
from importers.draft.render import Files, render
from importers.reading.kinds import MENDED
from importers.run import prove
from ledgers import clock
from ledgers.book import main_file, read
from ledgers.files import writing
from ledgers.files.safely import Refused, instead, read_bytes
from ledgers.files.side_files import Imported
from ledgers.files.text import Yuan
from ledgers.seals.canonical import Item, form
from ledgers.seals.said import key_of
from ledgers.seals.seal import Seal, manifest_file, root_of, verified
from ledgers.tables.tables import Tables

_BY_DIGEST = {"roll": "清册", "roll-header": "清册", "file": "附件", "identities": "身份库的密钥"}


@dataclass
class Mend:
    """What mending would change, what it cannot mend; nothing is on disk yet."""

    files: Files = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # what stays broken, and what to do
    number: int = 0  # among the imports, where it changes something


def mend(
    book: str | Path, today: date | None = None, confirm: Callable[[Mend], bool] = lambda mend: True, by: str = ""
) -> Mend:
    """Mend a book's seals, holding its lock; `confirm` sees what would change before anything is written.

    Raises Untrusted, Busy, NotWritten.
    """
    main = main_file(book)
    with writing.locked(main.parent, "xianjie mend"):
        found = _Mending(main, today or clock.today(), by).result()
        if found.files and confirm(found):
            found.files[record_file(found.number)] = record(main.parent, found.number, found.files)
            writing.write(main.parent, found.files)
        else:
            found.files = {}
    return found


class _Mending:
    """One book being mended."""

    def __init__(self, main: Path, today: date, by: str) -> None:
        self.main, self.mend, self.today, self.by = main, Mend(), today, by
        self.draft: Draft
        self.source: Source
        self.draft, self.source = open_book(main, today)
        self.gone: list[list[Any]] = []  # as they were sealed
        self.new: list[Item] = []  # as the book has them instead
        self.states: dict[str, dict[str, HouseState]] = defaultdict(dict)  # household -> day -> as it was sealed
        self.whole: set[str] = set()  # households of which something is not as it was sealed

    def result(self) -> Mend:
        tables = read(self.main, date.max).tables
        seals = verified(tables)
        if not any(seal.changes for seal in seals):
            return self.mend
        for seal in seals:
            self._compare(tables, seal)
        self._pair()
        for household in sorted(self.whole):
            self._household(household)
        self.mend.files = render(self.draft, self.source)
        if self.mend.files:
            self._number()
        prove(self.source, self.mend.files)
        self._check()
        return self.mend

    def _number(self) -> None:
        """Mending has a number and a record among the imports, so that it too can be taken back."""
        self.mend.number = 1 + max((entry.number for entry in self.draft.log.values()), default=0)
        about = (MENDED, str(self.draft.sealed), self.mend.number, hashlib.sha256("\n".join(self.mend.said).encode()).hexdigest())
        day = self.today.isoformat()
        self.draft.log[about] = Imported(*about, number=self.mend.number, day=day, by=self.by, rows=len(self.mend.said))
        self.mend.files = render(self.draft, self.source)

    # -- what differs --------------------------------------------------------------------------------------------------

    def _compare(self, tables: Tables, seal: Seal) -> None:
        """What of a seal's period is otherwise than its manifest says."""
        try:
            content = read_bytes(self.main.parent, manifest_file(seal.end))
        except Refused:
            content = b""
        if root_of(content) != seal.root:
            why = "封账清单缺失，或与封账的根不符，不能据以修复"
            self.mend.left.append(f"截至 {seal.end} 的{why}：请从备份恢复 {manifest_file(seal.end)}")
            return
        sealed = content.decode("utf-8").removesuffix("\n").split("\n")[1:]
        items = form(tables, seal.after, seal.end)
        now = {item.text for item in items}
        for text in sealed:
            said = json.loads(text)
            if said[0] in ("household", "household-date"):
                self._remember(said)
            if text not in now and said[0] in ("household", "household-date"):
                self.whole.add(said[2])
            elif text not in now and said[0] not in ("member", "member-left", "file", "identities"):
                self.gone.append(said)
        was = set(sealed)
        for item in items:
            if item.text not in was and (kind := json.loads(item.text))[0] in ("household", "household-date"):
                self.whole.add(kind[2])
            elif item.text not in was:
                self.new.append(item)

    def _remember(self, said: list[Any]) -> None:
        """A household's row as it was sealed."""
        kind, day, household, *rest = said
        held = self.states[household].get(day) or HouseState(household, day, "", "")
        facts = {name: str(value) for name, value in rest[0].items()} if kind == "household" else {rest[0]: rest[1]}
        self.states[household][day] = held._replace(**facts)

    # -- putting back --------------------------------------------------------------------------------------------------

    def _pair(self) -> None:
        """Each sealed item with the one that stands for it now: of the same key, else of the same state on another day."""
        for said in self.gone:
            kind, day, about = said[0], said[1], said[2]
            if kind in _BY_DIGEST:
                self.mend.left.append(f"{_BY_DIGEST[kind]} {said[1]} 已不是封账时的内容，清单里只有摘要：请从备份恢复")
                continue
            item = self._standing(said)
            if kind == "custom":
                self._directive(date.fromisoformat(day), about, item)
            elif kind == "transaction":
                self._voucher(date.fromisoformat(day), about, item)
            elif kind == "open":
                self.draft.opened[about["account"]] = date.fromisoformat(day), ",".join(about["currencies"])
                self.mend.said.append(f"科目 {about['account']} 的开设日改回 {day}")
            elif kind == "balance":
                number = Decimal(about["amount"][0])
                self.draft.balances[date.fromisoformat(day), about["account"]] = int(number * 100)
                self.mend.said.append(f"余额核对 {day} {about['account']} 改回 {number}")
        for item in self.new:
            self._later(item)

    def _standing(self, said: list[Any]) -> Item | None:
        key = key_of(json.dumps(said, ensure_ascii=False))
        same = [item for item in self.new if key_of(item.text) == key]
        if not same and said[0] == "custom":
            about = said[2]
            found = [(item, json.loads(item.text)) for item in self.new]
            customs = [(item, one[2]) for item, one in found if one[0] == "custom"]
            same = [item for item, one in customs if (one["type"], one["values"]) == (about["type"], about["values"])]
        if not same:
            return None
        self.new.remove(same[0])
        return same[0]

    def _directive(self, day: date, about: dict[str, Any], item: Item | None) -> None:
        """A registry's line as it was sealed; what it said otherwise is a line of the first open day."""
        id, *values = map(_plain, about["values"])
        meta = tuple((name, _plain(value)) for name, value in about["meta"].items())
        was = Directive(about["type"], str(id), day, tuple(values), meta)
        mentions = list(self.draft.directives.get((was.type, was.id), ()))
        place = next((n for n, one in enumerate(mentions) if item and one.place == Place(item.file, item.line)), None)
        if place is None:
            self.draft.directives[was.type, was.id] = (*mentions, was)
            self.mend.said.append(f"{was.type} {was.id} {day}：补回封账时的登记")
            return
        now = mentions[place]
        mentions[place] = replace(was, place=now.place)
        self.draft.directives[was.type, was.id] = tuple(mentions)
        self.mend.said.append(f"{was.type} {was.id} {day}：改回封账时的登记")
        late = {name: value for name, value in now.meta if dict(was.meta).get(name) != value}
        if late or now.args != was.args:
            args: tuple[Any, ...] = now.args if now.args != was.args else ()
            first = self.draft.open_day(self.draft.sealed or day)
            self.draft.directives[was.type, was.id] = (*mentions, Directive(was.type, was.id, first, args, tuple(late.items())))
            what = "、".join([*map(str, args), *late])
            self.mend.said.append(f"{was.type} {was.id}：封账后改的（{what}）记在封账后的第一天 {first}")
        elif now.date != was.date:
            self.mend.said.append(f"{was.type} {was.id}：封账后把日期改为 {now.date}，已封账的日期不改，这一处撤回")

    def _voucher(self, day: date, about: dict[str, Any], item: Item | None) -> None:
        """A voucher as it was sealed; what it was changed to is booked anew after its reversal."""
        meta = tuple((name, _plain(value)) for name, value in about["meta"].items())
        number = str(dict(meta).get("voucher", ""))
        legs = tuple(map(_leg, about["postings"]))
        if not number or any(leg.get("roll") for leg in legs):
            self.mend.left.append(f"凭证 {number or day} 附有清册或没有凭证号，不能据清单修复：请从备份恢复")
            return
        now = self.draft.vouchers.get(number)
        kept = tuple(pair for pair in meta if pair[0] != "voucher")
        was = Voucher(number, day, about["payee"], about["narration"], legs, kept, now.place if now else None, about["flag"])
        self.draft.replace_voucher(was)
        self.mend.said.append(f"凭证 {number} 改回封账时的内容")
        if now is not None and item is not None and (now.legs, now.payee, now.narration) != (was.legs, was.payee, was.narration):
            self.draft.reverse(number, "封账后曾被改动，更正")
            anew = self.draft.add(replace(now, number="", place=None), "更正凭证")
            self.mend.said.append(f"凭证 {number} 封账后改成的内容：冲销后重记为凭证 {anew}")

    def _later(self, item: Item) -> None:
        """What was put into a sealed period afterwards is dated the first open day."""
        kind, *_ = json.loads(item.text)
        first = self.draft.open_day(self.draft.sealed or item.day)
        where = Place(item.file, item.line)
        for key, mentions in list(self.draft.directives.items()):
            if any(one.place == where for one in mentions):
                self.draft.directives[key] = tuple(replace(one, date=first) if one.place == where else one for one in mentions)
                self.mend.said.append(f"{' '.join(key)}：封账后补进已封账期间的登记，改记在 {first}")
                return
        for number, voucher in list(self.draft.vouchers.items()):
            if voucher.place == where:
                moved = replace(voucher, day=first, meta=(*voucher.meta, (ORIGINAL_DATE, voucher.day)))
                self.draft.replace_voucher(moved)
                self.mend.said.append(f"凭证 {number}：封账后补进已封账期间的，改记在 {first}（原日期 {voucher.day}）")
                return
        for (day, account), place in self.source.balances.items():
            if place == where:
                self.draft.balances[day, account] = None
                self.mend.said.append(f"余额核对 {day} {account} 是封账后加进已封账期间的，删去")
                return
        self.mend.left.append(f"{item.file}:{item.line}：封账后增加的{_BY_DIGEST.get(kind, '内容')}，不能自动修复：请从备份恢复")

    def _household(self, household: str) -> None:
        """A household's rows as they were sealed, what is otherwise from the first open day on."""
        sealed = tuple(self.states[household][day] for day in sorted(self.states[household]))
        now = self.draft.states.get(household, ())
        assert self.draft.sealed is not None
        self.draft.states[household] = after_seal(sealed, now, self.draft.sealed)
        self.mend.said.append(f"户 {household}：改回封账时的状态，封账后改的记在封账后的第一天")

    def _check(self) -> None:
        """What would still be broken."""
        with instead(self.main.parent, self.mend.files):
            seals = verified(read(self.main, date.max).tables)
        left = [str(change) for seal in seals for change in seal.changes]
        if left and not self.mend.left:
            self.mend.left = [f"{change}：请从备份恢复" for change in left]


def _plain(value: Any) -> Any:
    """A value of a manifest as the draft holds it."""
    if not isinstance(value, dict):
        return value
    (kind, said), = value.items()
    if kind == "date":
        return date.fromisoformat(said)
    if kind == "number":
        return Decimal(said)
    return Yuan(int(Decimal(said[0]) * 100)) if kind == "amount" else said


def _leg(said: dict[str, Any]) -> Leg:
    meta: Meta = tuple((name, _plain(value)) for name, value in said["meta"].items())
    number, currency = said["units"]
    cost = Decimal(said["cost"][0]) if said["cost"] else None
    return Leg(said["account"], Decimal(number), currency, cost, meta)
