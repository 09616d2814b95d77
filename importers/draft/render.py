"""A changed draft as the contents of files: only what differs is written, everything else stays byte for byte."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import (
    BankLine,
    Directive,
    HouseState,
    Imported,
    Leg,
    Line,
    Meta,
    PayLine,
    Place,
    Voucher,
    Waiting,
    Yuan,
)
from importers.draft.opening import (
    BANK,
    BANK_COLUMNS,
    LOG,
    LOG_COLUMNS,
    LOG_MORE,
    WAITING,
    WAITING_COLUMNS,
    RollText,
    Source,
)
from ledgers.chart import open_line
from ledgers.money import yuan
from ledgers.people import Identities
from ledgers.tables.directives import DIRECTIVES
from ledgers.tables.households import FILE as HOUSEHOLDS
from ledgers.tables.rolls import digest, month_file
from ledgers.tables.schema import REGISTRIES

ACCOUNTS = "registry/accounts.beancount"
PAY_HEADER = ("roll", "household", "person", "amount", "days", "quantity", "paid_on", "result", "note")
SHARE_HEADER = ("roll", "household", "holder", "shares", "note")
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
            edits.replace(mention.place, directive_text(mention))
        else:
            edits.append(f"registry/{REGISTRIES[mention.type]}.beancount", directive_text(mention))
    places = {mention.place for mention in mentions}
    for mention in held:
        if mention.place and mention.place not in places:
            edits.replace(mention.place, "")


def directive_text(directive: Directive) -> str:
    """A directive as Beancount text, ended by a line end."""
    values = "".join(f" {_value(arg)}" for arg in directive.args)
    order = [key.name for key in DIRECTIVES[directive.type].keys]
    meta = sorted(directive.meta, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return f'{directive.date} custom "{directive.type}" {_value(directive.id)}{values}\n' + _meta_text(tuple(meta), "  ")


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
    head = f"{voucher.day} {voucher.flag} {_value(voucher.payee)} {_value(voucher.narration)}\n"
    meta: Meta = (("voucher", voucher.number), *voucher.meta)
    legs = "".join(f"  {leg.account}  {_amount(leg)}\n" + _meta_text(leg.meta, "    ") for leg in voucher.legs)
    return head + _meta_text(meta, "  ") + legs


def _amount(leg: Leg) -> str:
    if leg.cost is None:
        return f"{leg.number:.2f} {leg.currency}"
    return f"{_number(leg.number)} {leg.currency} {{{_cost(leg.cost)} CNY}}"


def _cost(cost: Decimal) -> str:
    return f"{cost:.2f}" if cost == cost.quantize(Decimal("0.01")) else _number(cost)


def _number(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _meta_text(meta: Meta, indent: str) -> str:
    return "".join(f"{indent}{key}: {_value(value)}\n" for key, value in meta if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Yuan):
        return f"{yuan(value.fen)} CNY"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, int | date):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


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
    header = text.header or (SHARE_HEADER if shares else PAY_HEADER)
    _widen(text, header, lines or ())
    text.rolls[roll] = [_roll_line(text.header, roll, line) for line in lines or ()]
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
    full = SHARE_HEADER if "holder" in header else PAY_HEADER
    needed = [name for name in full[1:] if name not in header and any(getattr(line, name, None) for line in lines)]
    for roll, held in text.rolls.items():
        if needed:
            text.rolls[roll] = [line + "," * len(needed) for line in held]
    text.header = (*header, *needed)


def _roll_line(header: tuple[str, ...], roll: str, line: Line) -> str:
    if isinstance(line, PayLine):
        values = {"roll": roll, "household": line.household, "person": line.person, "amount": yuan(line.amount)}
        values |= {"days": _optional(line.days), "quantity": _optional(line.quantity)}
        values |= {"paid_on": line.paid_on, "result": line.result, "note": line.note}
    else:
        values = {"roll": roll, "household": line.household, "holder": line.holder, "shares": _number(line.shares), "note": line.note}
    return ",".join(_cell(values.get(name, "")) for name in header)


def _optional(number: Decimal | None) -> str:
    return "" if number is None else _number(number)


def _cell(text: str) -> str:
    text = text.replace("\n", " ").replace("\r", " ")
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


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
        files[HOUSEHOLDS] = _households(source.text(HOUSEHOLDS), changed)
    if draft.waiting.changed():
        lists = [waiting for waiting in draft.waiting.values() if waiting]
        rows = (row for waiting in lists for row in _waiting_rows(waiting))
        files[WAITING] = _table(WAITING_COLUMNS, rows) if lists else None
    for village, lines in draft.bank.changed().items():
        files[f"{BANK}/{village}.csv"] = _table(BANK_COLUMNS, map(_bank_row, lines))
    if draft.log.changed():
        files[LOG] = _table((*LOG_COLUMNS, *LOG_MORE), map(_log_row, draft.log.values()))
    if draft.people.changed() or draft.codes.changed() or draft.moved.changed():
        files |= _identities(draft, source.identities).files(source.root)
    return files


def _households(text: str, changed: dict[str, tuple[HouseState, ...]]) -> bytes:
    """The register with the changed households' rows in the place of their first one, new households at the end."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else [",".join(HouseState._fields)]
    header = [name.strip() for name in lines[0].split(",")]
    left = dict(changed)
    written = [lines[0]]
    seen: set[str] = set()
    place = header.index("household")
    for line in lines[1:]:
        household = line.split(",")[place] if line else ""
        if household not in changed:
            written.append(line)
        elif household not in seen:
            seen.add(household)
            written += [_state_line(header, state) for state in left.pop(household)]
    written += [_state_line(header, state) for states in left.values() for state in states]
    return ("\n".join(written) + "\n").encode()


def _state_line(header: list[str], state: HouseState) -> str:
    if tuple(header) == HouseState._fields:
        return ",".join(state)
    values = state._asdict()
    return ",".join(values.get(name, "") for name in header)


def _table(columns: tuple[str, ...], rows: Iterable[Iterable[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue().encode()


def _waiting_rows(waiting: Waiting) -> Iterable[tuple[str, ...]]:
    days = waiting.start.isoformat(), waiting.end.isoformat()
    common = (waiting.id, waiting.kind, waiting.project, waiting.benefit, *days, _value(waiting.contractor))
    for line in waiting.lines:
        amounts = (yuan(line.amount), _optional(line.days), _optional(line.quantity))
        yield (*common, line.household, line.person, *amounts, line.note)


def _bank_row(line: BankLine) -> tuple[str, ...]:
    return (line.day.isoformat(), yuan(line.debit), yuan(line.credit), yuan(line.balance), line.summary, line.other)


def _log_row(entry: Imported) -> tuple[str, ...]:
    said = entry.kind, entry.key, str(entry.part), entry.digest, " ".join(entry.records)
    rows = str(entry.rows) if entry.number else ""
    return (*said, str(entry.number or ""), entry.day, entry.by, entry.provider, entry.file, rows, entry.sum, entry.sha256)


def _identities(draft: Draft, store: Identities) -> Identities:
    codes = {household: code for household, code in draft.codes.items() if code}
    present = {(person.household, person.person): token for token, person in draft.people.items()}  # the last ID number
    people = {token: person for token, person in draft.people.items() if present[person.household, person.person] == token}
    return Identities(store.key, people, codes, [*store.former, *draft.moved.values()])
