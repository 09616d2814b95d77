"""Each import has a number and a record of the lines that it changed (imports/0007.json); by it one is taken back.

Taking back is shown first like an import. Lines that stand as the import left them are put back as they were, also if
others came later. A voucher that is sealed, or whose number later ones follow, is reversed; what a seal covers of the
registries stays. Where a later import has changed the same lines, or uses what would go, it must be taken back first.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from importers.draft.draft import Draft
from importers.draft.opening import Source, open_book
from importers.draft.records import Hunk, record_file
from importers.draft.render import ACCOUNTS, Files, render
from importers.reading.kinds import MENDED
from importers.run import prove
from ledgers import clock
from ledgers.book import main_file
from ledgers.files import writing
from ledgers.files.safely import Refused, read_bytes
from ledgers.files.vanished import IMPORTS
from ledgers.tables.directives import DIRECTIVES

_DATED = re.compile(r"(\d{4}-\d\d-\d\d) ")
_VOUCHER = re.compile(r'  voucher: "(.+)"')
_REGISTERED = re.compile(r'\d{4}-\d\d-\d\d custom "(\w+)" "([^"]+)"')
_DAY_CELLS = {"registry/households.csv": slice(1, 2), "registry/members.csv": slice(3, 5)}
_OPEN = re.compile(r"\d{4}-\d\d-\d\d open (\S+)")


@dataclass
class Undo:
    """What taking an import back would change; why it cannot be."""

    number: int
    files: Files = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def undo(book: str | Path, number: int, today: date | None = None, confirm: Callable[[Undo], bool] = lambda undo: True) -> Undo:
    """Take an import back, holding the book's lock; `confirm` sees what would change before anything is written.

    Raises Untrusted, Busy, NotWritten.
    """
    main = main_file(book)
    with writing.locked(main.parent, "xianjie undo"):
        found = _Undoing(main, number, today or clock.today()).result()
        if found.files and not found.refused and confirm(found):
            writing.write(main.parent, found.files)
        else:
            found.files = {}
    return found


class _Undoing:
    """One import being taken back."""

    def __init__(self, main: Path, number: int, today: date) -> None:
        self.main, self.root, self.undo = main, main.parent, Undo(number)
        self.draft: Draft
        self.source: Source
        self.draft, self.source = open_book(main, today)
        self.reversed: set[str] = set()
        self.texts: dict[str, str | None] = {}
        self.mended = False  # whether what is taken back is the mending of a seal: then what the seal covers goes back too

    def result(self) -> Undo:
        self.mended = any(entry.kind == MENDED for entry in self.draft.log.values() if entry.number == self.undo.number)
        said = self._record(self.undo.number)
        if said is None:
            self.undo.refused.append(f"没有第 {self.undo.number} 次导入的记录（xianjie imports 列出可以撤销的导入）")
            return self.undo
        if self.mended:
            self.undo.said.append("撤销的是修复封账：账簿回到修复以前，封账又会有改动")
        else:
            self._choose_reversals(said)
        for voucher in sorted(self.reversed):
            self.draft.reverse(voucher, f"撤销第 {self.undo.number} 次导入")
            self.undo.said.append(f"冲销凭证 {voucher}（已封账，或其后已有凭证）")
        files = render(self.draft, self.source) if self.reversed else {}
        self.texts = {name: content.decode() if content is not None else None for name, content in files.items()}
        for name, change in said.items():
            if "sha256" in change:
                self._take_out(name, change)
            else:
                self._put_back(name, change["hunks"], change["new"])
        self._dangling(said)
        if not self.undo.refused:
            self._finish()
        return self.undo

    def _record(self, number: int) -> dict[str, Any] | None:
        try:
            said: dict[str, Any] = json.loads(read_bytes(self.root, record_file(number)))["files"]
        except (Refused, ValueError, KeyError):
            return None
        return said

    # -- vouchers that must be reversed --------------------------------------------------------------------------------

    def _choose_reversals(self, said: dict[str, Any]) -> None:
        """Vouchers of the import that a seal covers, or that others follow in number: taking them out would leave a gap."""
        added, gone = ({match.group(1) for match in _matches(said, _VOUCHER, side)} for side in (2, 1))
        for number in added - gone:
            voucher = self.draft.vouchers.get(number)
            if voucher is None or number in self.draft.reversed:
                continue
            series = number.rpartition("-")[0]
            others = (other for other in self.draft.vouchers if other.rpartition("-")[0] == series and other not in added)
            later = any(other > number for other in others)
            if later or not self.draft.is_open(voucher.day):
                self.reversed.add(number)

    # -- lines ---------------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> str | None:
        if name in self.texts:
            return self.texts[name]
        path = self.root / name
        return path.read_bytes().decode("utf-8") if path.is_file() else None

    def _take_out(self, name: str, change: dict[str, Any]) -> None:
        """A file of evidence that the import took in goes, unless it has become another or was there before."""
        held = self._bytes(name)
        if change["new"] and held is not None and hashlib.sha256(held).hexdigest() == change["sha256"]:
            self.texts[name] = None

    def _put_back(self, name: str, hunks: list[Hunk], new: bool) -> None:
        text = self._text(name)
        lines = (text or "").split("\n")
        for start, before, after in reversed(hunks):
            for piece_before, piece_after in self._pieces(name, before, after):
                place = _nearest(lines, piece_after, start)
                if place is None:
                    self.undo.refused.append(f"{name} 第 {start + 1} 行附近后来又改过{self._by_whom(name, piece_after)}")
                    return
                lines[place : place + len(piece_after)] = piece_before
        left = "\n".join(lines)
        self.texts[name] = None if new and _empty(name, left) else left

    def _pieces(self, name: str, before: list[str], after: list[str]) -> Iterable[tuple[list[str], list[str]]]:
        """A hunk, or what of it goes: vouchers that are reversed stay, and whatever a seal covers."""
        if self.mended or not any(self._stays(name, block) for block in _blocks(name, after)):
            return [(before, after)]
        if before:
            if any(map(_VOUCHER.match, before)):
                self.undo.refused.append(f"{name}：改过的凭证已封账，不能还原：请导入正确的表，会冲销后重记")
            else:
                self.undo.said.append(f"{name}：已封账的登记保留")
            return []
        return [([], block) for block in reversed(_blocks(name, after)) if not self._stays(name, block)]

    def _stays(self, name: str, block: list[str]) -> bool:
        numbers = {match.group(1) for match in map(_VOUCHER.match, block) if match}
        if numbers & self.reversed or (name.startswith("rolls/") and block[0].split(",")[0].rpartition("-")[0] in self.reversed):
            return True
        if name == ACCOUNTS or name.startswith("rolls/"):
            return False
        days = [match.group(1) for match in map(_DATED.match, block) if match]
        if name in _DAY_CELLS:
            days = [cell for cell in block[0].split(",")[_DAY_CELLS[name]] if re.fullmatch(r"\d{4}-\d\d-\d\d", cell)]
        return name.startswith(("registry/", "2")) and any(not self.draft.is_open(date.fromisoformat(day)) for day in days)

    def _by_whom(self, name: str, lines: list[str]) -> str:
        """Which later import changed lines, as advice."""
        words = {line for line in lines if line.strip()}
        for path in sorted((self.root / IMPORTS).glob("*.json")):
            number = int(path.stem) if path.stem.isdigit() else 0
            said = self._record(number) if number > self.undo.number else None
            if said and any(words & set(before) for _, before, _ in said.get(name, {}).get("hunks", ())):
                return f"（第 {number} 次导入）：请先撤销第 {number} 次导入"
        return "：请先改回来，或撤销后来的导入"

    # -- what would be missing -----------------------------------------------------------------------------------------

    def _dangling(self, said: dict[str, Any]) -> None:
        """Ids that go while something still names them; accounts that others use stay open."""
        names = {name for name in {*self.source.included, *self.texts} if name.endswith(".beancount")}
        texts = {name: re.sub(r"^\s*;.*$", "", self._text(name) or "", flags=re.MULTILINE) for name in names}
        named = (match.groups() for match in _matches(said, _REGISTERED, 2))
        before = {(type, id) for type, id in named if type in DIRECTIVES and DIRECTIVES[type].folded}  # others speak of such ids
        whole = "\n".join(texts.values())
        held = {match.groups() for line in whole.split("\n") if (match := _REGISTERED.match(line))}
        for _, id in sorted(before - held):
            if re.search(rf'[",]{re.escape(id)}[",]', whole):
                self.undo.refused.append(f"{id} 后来还有登记或凭证用到：请先撤销那些导入")
        if ACCOUNTS in self.texts:
            lost = {match.group(1) for match in _matches({ACCOUNTS: said.get(ACCOUNTS, {"hunks": ()})}, _OPEN, 2)}
            rest = "\n".join(text for name, text in texts.items() if name != ACCOUNTS)
            if any(re.search(rf"^\s+{re.escape(account)}\s", rest, re.MULTILINE) for account in lost):
                del self.texts[ACCOUNTS]

    def _finish(self) -> None:
        main = self.main.name
        if main in self.texts:
            patterns = re.findall(r'include "([^"]+)"', self._held(main))
            names = {n for n in {*self.source.included, *self.texts} if n != main and self._text(n) is not None}
            kept = set(re.findall(r'include "([^"]+)"', self.texts[main] or ""))
            if any(fnmatch(name, pattern) for name in names for pattern in set(patterns) - kept):
                del self.texts[main]
        files: Files = {name: text.encode() if text is not None else None for name, text in self.texts.items()}
        files[record_file(self.undo.number)] = None
        self.undo.files = {name: content for name, content in files.items() if content != self._bytes(name)}
        self.undo.said += [f"{'删去' if content is None else '改回'} {name}" for name, content in sorted(self.undo.files.items())]
        prove(self.source, self.undo.files)

    def _held(self, name: str) -> str:
        return (self.root / name).read_bytes().decode("utf-8")

    def _bytes(self, name: str) -> bytes | None:
        return (self.root / name).read_bytes() if (self.root / name).is_file() else None


def _matches(said: dict[str, Any], pattern: re.Pattern[str], side: int) -> Iterator[re.Match[str]]:
    """The lines of a record that fit a pattern: those that stood before (1), or that stand now (2)."""
    lines = (line for change in said.values() for hunk in change["hunks"] for line in hunk[side])
    return (match for line in lines if (match := pattern.match(line)))


def _blocks(name: str, lines: list[str]) -> list[list[str]]:
    """The entries of a piece of text, each with the blank line before it; a CSV's lines one by one."""
    if not name.endswith(".beancount"):
        return [[line] for line in lines]
    found: list[list[str]] = []
    for line in lines:
        starts = bool(_DATED.match(line))
        if not found or (starts and any(map(_DATED.match, found[-1]))) or (not line.strip() and any(map(_DATED.match, found[-1]))):
            found.append([])
        found[-1].append(line)
    return found


def _nearest(lines: list[str], wanted: list[str], start: int) -> int | None:
    """Where lines stand, nearest to where they stood; the place itself where nothing is wanted."""
    if not wanted:
        return min(start, len(lines))
    places = [n for n, line in enumerate(lines) if line == wanted[0] and lines[n : n + len(wanted)] == wanted]
    return min(places, key=lambda place: abs(place - start), default=None)


def _empty(name: str, text: str) -> bool:
    """Whether a file has nothing but its head."""
    lines = [line for line in text.split("\n") if line.strip()]
    return not lines or (name.endswith(".csv") and len(lines) == 1)
