"""A changed draft as the contents of files: only what differs is written, everything else stays byte for byte."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath

from importers.draft.draft import Draft
from importers.draft.entries import Directive, HouseState, Leg, Line, MemberRow, Meta, Place, ShareLine, Voucher
from importers.draft.opening import RollText, Source
from ledgers.chart import open_line
from ledgers.files import side_files
from ledgers.files.text import (
    PAY_COLUMNS,
    SHARE_COLUMNS,
    directive_text,
    posting_text,
    roll_line,
    transaction_text,
    units_text,
)
from ledgers.money import exact, yuan
from ledgers.people import Identities
from ledgers.tables.directives import DIRECTIVES
from ledgers.tables.households import FILE as HOUSEHOLDS
from ledgers.tables.members import FILE as MEMBERS
from ledgers.tables.rolls import digest, month_file
from ledgers.tables.schema import REGISTRIES

ACCOUNTS = "registry/accounts.beancount"
Files = dict[str, bytes | None]


@dataclass
class _Edits:
    """Changes to the text files of a book: line ranges replaced, blocks appended."""

    source: Source
    replaced: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    appended: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def replace(self, place: Place, text: str) -> None:
        self.replaced[place.file][place.line] = text

    def append(self, file: str, text: str) -> None:
        self.appended[file].append(text)

    def files(self) -> dict[str, str]:
        return {file: self._text(file) for file in {**self.replaced, **self.appended}}

    def _text(self, file: str) -> str:
        lines = self.source.text(file).split("\n")
        for start in sorted(self.replaced[file], reverse=True):
            end = start
            while end < len(lines) and lines[end][:1] in (" ", "\t") and lines[end].strip():
                end += 1
            text = self.replaced[file][start]
            if not text and end < len(lines) and not lines[end].strip():
                end += 1  # the blank line behind a removed block
            lines[start - 1 : end] = text.rstrip("\n").split("\n") if text else []
        text = "\n".join(lines)
        blocks = ("" if file == ACCOUNTS else "\n").join(self.appended[file])
        if not blocks:
            return text
        gap = "" if not text else "\n" if text.endswith("\n") and file != ACCOUNTS else ""
        gap += "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}{blocks}"


def render(draft: Draft, source: Source) -> Files:
    """The files that differ from the book, by name; None removes one."""
    vouchers, rolls = _rolled(draft, source)
    edits = _Edits(source)
    for key, mentions in draft.directives.changed().items():
        _directives(edits, draft.directives.held.get(key, ()), mentions)
    for voucher in vouchers.values():
        _voucher(edits, draft, voucher)
    for account, (day, currency) in draft.opened.changed().items():
        place = source.opens.get(account)
        line = open_line(day.isoformat(), account, currency) + "\n"
        edits.replace(place, line) if place else edits.append(ACCOUNTS, line)
    for (day, account), amount in draft.balances.changed().items():
        _balance(edits, source, day, account, amount)
    texts = edits.files()
    _include(texts, source)
    files: Files = {name: text.encode() for name, text in texts.items()}
    files |= rolls
    files |= _sides(draft, source)
    return {name: content for name, content in files.items() if content != _held(source, name)}


def _held(source: Source, name: str) -> bytes | None:
    path = source.root / name
    return path.read_bytes() if path.is_file() and not name.startswith("../") else None


# -- Beancount -----------------------------------------------------------------------------------------------------------


def _directives(edits: _Edits, held: tuple[Directive, ...], mentions: tuple[Directive, ...]) -> None:
    """Write the mentions of one id that are new or changed, take out those that are gone."""
    untouched = {id(mention) for mention in held}
    for mention in mentions:
        if id(mention) in untouched:
            continue
        if mention.place:
            edits.replace(mention.place, text_of(mention))
        else:
            edits.append(f"registry/{REGISTRIES[mention.type]}.beancount", text_of(mention))
    places = {mention.place for mention in mentions}
    for mention in held:
        if mention.place and mention.place not in places:
            edits.replace(mention.place, "")


def text_of(directive: Directive) -> str:
    """A directive as Beancount text, its keys in the order of their declaration."""
    order = [key.name for key in DIRECTIVES[directive.type].keys]
    meta = sorted(directive.meta, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    id = date.fromisoformat(directive.id) if directive.type == "through" else directive.id
    return directive_text(directive.date, directive.type, (id, *directive.args), meta)


def _voucher(edits: _Edits, draft: Draft, voucher: Voucher) -> None:
    text = voucher_text(voucher)
    file = f"{voucher.day:%Y}/{voucher.day:%m}.beancount"
    old = draft.vouchers.held.get(voucher.number)
    if voucher.place and old and (old.day.year, old.day.month) == (voucher.day.year, voucher.day.month):
        edits.replace(voucher.place, text)
        return
    if voucher.place:
        edits.replace(voucher.place, "")
    edits.append(file, text)


def voucher_text(voucher: Voucher) -> str:
    """A voucher as Beancount text, ended by a line end."""
    meta: Meta = (("voucher", voucher.number), *voucher.meta)
    legs = (posting_text(leg.account, _amount(leg), leg.meta) for leg in voucher.legs)
    return transaction_text(voucher.day, voucher.flag, voucher.payee, voucher.narration, meta, legs)


def _amount(leg: Leg) -> str:
    if leg.cost is None:
        return f"{leg.number:.2f} {leg.currency}"
    return units_text(leg.number, leg.currency, leg.cost)


def _balance(edits: _Edits, source: Source, day: date, account: str, amount: int | None) -> None:
    text = f"{day} balance {account}  {yuan(amount)} CNY\n" if amount is not None else ""
    if place := source.balances.get((day, account)):
        edits.replace(place, text)
    elif text:
        edits.append(f"{day:%Y}/{day:%m}.beancount", text)


def _include(texts: dict[str, str], source: Source) -> None:
    """New files must be read: an include line is added to the main file where no pattern of it fits them."""
    main = source.main.name
    text = texts.get(main, source.text(main))
    patterns = [line.split('"')[1] for line in text.split("\n") if line.startswith("include ") and line.count('"') == 2]
    for name in sorted(texts):
        path = PurePosixPath(name)
        if path.suffix != ".beancount" or name == main or name in source.included or any(map(path.match, patterns)):
            continue
        patterns.append(f"{path.parent}/*.beancount")
        text = text.rstrip("\n") + f'\ninclude "{patterns[-1]}"\n'
        texts[main] = text


# -- rolls ---------------------------------------------------------------------------------------------------------------


def _rolled(draft: Draft, source: Source) -> tuple[dict[str, Voucher], Files]:
    """Changed vouchers with the digests of their rolls, and the months' files of rolls."""
    vouchers = draft.vouchers.changed()
    texts: dict[str, RollText] = {}
    for number, voucher in list(vouchers.items()):
        old = draft.vouchers.held.get(number)
        for leg in old.legs if old else ():
            if old and (roll := leg.get("roll")) and _moved(old, voucher, str(roll)):
                _month(texts, source, month_file(old.day, leg.currency != "CNY")).rolls.pop(str(roll), None)
        legs = _numbered(voucher)
        vouchers[number] = replace(voucher, legs=tuple(_write_roll(draft, source, texts, voucher, leg) for leg in legs))
    for name, text in texts.items():
        _refresh(draft, vouchers, name, text)
    return vouchers, {name: _roll_bytes(text) for name, text in texts.items()}


def _moved(old: Voucher, new: Voucher, roll: str) -> bool:
    """Whether a roll leaves its file: another month, or no posting names it any more."""
    same_month = (old.day.year, old.day.month) == (new.day.year, new.day.month)
    return not same_month or all(leg.get("roll") != roll for leg in new.legs)


def _numbered(voucher: Voucher) -> list[Leg]:
    """The legs, each one with lines under the number of its roll."""
    taken = {leg.get("roll") for leg in voucher.legs}
    legs, number = [], 0
    for leg in voucher.legs:
        if leg.lines and not leg.get("roll"):
            number += 1
            while f"{voucher.number}-{number}" in taken:
                number += 1
            leg = replace(leg, meta=(*leg.meta, ("roll", f"{voucher.number}-{number}"), ("roll-sha256", "")))
        legs.append(leg)
    return legs


def _write_roll(draft: Draft, source: Source, texts: dict[str, RollText], voucher: Voucher, leg: Leg) -> Leg:
    roll = str(leg.get("roll") or "")
    if not roll:
        return leg
    shares = leg.currency != "CNY"
    lines = draft.lines(draft.vouchers.held.get(voucher.number, voucher), leg) if leg.lines is None else leg.lines
    name = month_file(voucher.day, shares)
    text = _month(texts, source, name)
    header = text.header or (SHARE_COLUMNS if shares else PAY_COLUMNS)
    _widen(text, header, lines or ())
    text.rolls[roll] = [roll_line(text.header, _cells(roll, line)) for line in lines or ()]
    return replace(leg, meta=_with_digest(leg.meta, digest(text.rolls[roll])))


def _with_digest(meta: Meta, sha256: str) -> Meta:
    return tuple((key, sha256 if key == "roll-sha256" else value) for key, value in meta)


def _month(texts: dict[str, RollText], source: Source, name: str) -> RollText:
    if name not in texts:
        held = source.roll_text(name)
        texts[name] = RollText(held.header, dict(held.rolls))
    return texts[name]


def _widen(text: RollText, header: tuple[str, ...], lines: Iterable[Line]) -> None:
    """Give the file every column that the lines need; lines that were there get empty cells."""
    full = SHARE_COLUMNS if "holder" in header else PAY_COLUMNS
    missing = [name for name in full[1:] if name not in header]
    needed = [name for name in missing if any(getattr(line, f"{name}_" if name == "for" else name, None) for line in lines)]
    for roll, held in text.rolls.items():
        if needed:
            text.rolls[roll] = [line + "," * len(needed) for line in held]
    text.header = (*header, *needed)


def _cells(roll: str, line: Line) -> dict[str, str]:
    """A line of a roll by column."""
    if isinstance(line, ShareLine):
        held = {"holder": line.holder, "shares": exact(line.shares)}
    else:
        held = {"person": line.person, "amount": yuan(line.amount), "paid_on": line.paid_on, "result": line.result}
        held |= {"for": line.for_, "account": line.account}
        held |= {name: exact(number) for name in ("days", "quantity") if (number := getattr(line, name)) is not None}
    return {"roll": roll, "household": line.household, "note": line.note, **held}


def _refresh(draft: Draft, vouchers: dict[str, Voucher], name: str, text: RollText) -> None:
    """Where a file got wider, the digests of its other rolls changed too: put them into their vouchers."""
    for roll, lines in text.rolls.items():
        number = roll.rpartition("-")[0]
        voucher = vouchers.get(number) or draft.vouchers.get(number)
        if voucher is None:
            continue
        sha256 = digest(lines)
        stale = [leg for leg in voucher.legs if leg.get("roll") == roll and leg.get("roll-sha256") != sha256]
        if stale and month_file(voucher.day, stale[0].currency != "CNY") == name:
            legs = (replace(leg, meta=_with_digest(leg.meta, sha256)) if leg in stale else leg for leg in voucher.legs)
            vouchers[number] = replace(voucher, legs=tuple(legs))


def _roll_bytes(text: RollText) -> bytes | None:
    lines = [",".join(text.header), *(line for held in text.rolls.values() for line in held)]
    return ("\n".join(lines) + "\n").encode() if text.rolls else None


# -- the files beside ----------------------------------------------------------------------------------------------------


def _sides(draft: Draft, source: Source) -> Files:
    files: Files = {}
    if changed := draft.states.changed():
        files[HOUSEHOLDS] = _register(source.text(HOUSEHOLDS), HouseState._fields, changed)
    if moved := draft.members.changed():
        files[MEMBERS] = _register(source.text(MEMBERS), tuple(name.rstrip("_") for name in MemberRow._fields), moved)
    files |= draft.attached.changed()
    if draft.waiting.changed():
        lists = [waiting for waiting in draft.waiting.values() if waiting]
        files[side_files.WAITING] = side_files.waiting_bytes(lists) if lists else None
    for village, lines in draft.bank.changed().items():
        files[side_files.statement_file(village)] = side_files.statement_bytes(lines)
    if draft.log.changed():
        files[side_files.LOG] = side_files.log_bytes(draft.log.values())
    if draft.people.changed() or draft.codes.changed() or draft.moved.changed():
        files |= _identities(draft, source.identities).files(source.root)
    return files


def _register(text: str, columns: tuple[str, ...], changed: Mapping[str, Sequence[tuple[str, ...]]]) -> bytes:
    """A register with the rows of changed keys (its first column) in the place of their first one, new keys at the end."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else [",".join(columns)]
    header = [name.strip() for name in lines[0].split(",")]
    left = dict(changed)
    written = [lines[0]]
    seen: set[str] = set()
    place = header.index(columns[0])
    for line in lines[1:]:
        key = line.split(",")[place] if line else ""
        if key not in changed:
            written.append(line)
        elif key not in seen:
            seen.add(key)
            written += [_row_line(header, columns, row) for row in left.pop(key)]
    written += [_row_line(header, columns, row) for rows in left.values() for row in rows]
    return ("\n".join(written) + "\n").encode()


def _row_line(header: list[str], columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    if tuple(header) == columns:
        return ",".join(row)
    values = dict(zip(columns, row, strict=True))
    return ",".join(values.get(name, "") for name in header)


def _identities(draft: Draft, store: Identities) -> Identities:
    codes = {household: code for household, code in draft.codes.items() if code}
    present = {(person.household, person.person): token for token, person in draft.people.items()}  # the last ID number
    people = {token: person for token, person in draft.people.items() if present[person.household, person.person] == token}
    return Identities(store.key, people, codes, [*store.former, *draft.moved.values()])
