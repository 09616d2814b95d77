"""The policy that a book carries against the one that ships: what is older, and which verdicts another edition would change."""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import ledgers
from ledgers import clock
from ledgers.book import Book, read
from ledgers.files.safely import Refused, instead, read_bytes
from ledgers.files.text import directive_text
from ledgers.money import decimal
from ledgers.policy import Parameter
from ledgers.seals.canonical import sealed_until
from ledgers.seals.seal import verified
from ledgers.tables.directives import PolicyLine
from ledgers.tables.editions import KEPT, edition_of, policy_file
from ledgers.tables.registry import read_directives
from ledgers.tables.schema import frame_of_rows, records
from ledgers.tables.tables import parameter_of, relative_names
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import STATUS_NAMES, Finding
from reports.rulebook.pages import shipped
from reports.words import detail

UNNAMED = "earlier"  # the edition of a file that names none
_BLOCK = re.compile(r"^(\d{4}-\d\d-\d\d)[ \t].*\n?(?:[ \t]+\S.*\n?)*", re.MULTILINE)
_INCLUDE = re.compile(r'^include\s+"([^"\n]+)"[^\n]*\n?', re.MULTILINE)
Key = tuple[object, ...]


class NotUpdatedError(Exception):
    """Why the sets of a book cannot be brought up to date; nothing was written."""


@dataclass(frozen=True)
class Update:
    """What brings the sets of a book up to date: the day from which on the new edition judges, and the files as they would be.

    `kept` are the files of old lines, under which sealed periods stay judged.
    """

    day: date
    files: dict[str, bytes]
    kept: tuple[str, ...]


def included(book: Book) -> dict[str, str]:
    """The sets that ship and that the book includes: name -> file, relative to the book."""
    return {Path(name).stem: name for name in book.files if Path(name).stem in ledgers.POLICY_TITLES}


class Newer(NamedTuple):
    """A set of a book of which another edition ships."""

    title: str
    own: str
    ships: str


def newer(root: Path) -> list[Newer]:
    """The sets in a book's folder that differ from those that ship, without reading the book."""
    found = []
    for name, title in ledgers.POLICY_TITLES.items():
        if not (root / policy_file(name)).is_file():
            continue
        try:
            own, ships = read_bytes(root, policy_file(name)), _ships(name)
        except Refused:
            continue
        if own != ships:
            found.append(Newer(title, *(edition_of(text.decode("utf-8", "replace")) or "没有写版次" for text in (own, ships))))
    return found


def lines(book: Book) -> Iterator[str]:
    """What is different between the book's sets and those that ship, parameter by parameter."""
    sets = included(book)
    if not sets:
        yield "账簿没有引用随产品的政策文件（policy/national.beancount 等）。"
    for name, file in sets.items():
        own = {_key(one): one for one in _written(book) if one.file == file}
        ships = {_key(one): one for one in shipped()[name]}
        old = edition_of((book.main.parent / file).read_text("utf-8")) or "没有写版次"
        new = edition_of(_ships(name).decode())
        yield f"■ {ledgers.POLICY_TITLES[name]}（{file}）　账簿：{old}　随产品：{new}"
        changes = [*_changes(own, ships)]
        yield from changes or ["  没有差别"]


def sets() -> Iterator[str]:
    """The sets that ship, with their editions and how much they say."""
    for name, parameters in shipped().items():
        title, edition = ledgers.POLICY_TITLES[name], edition_of(_ships(name).decode())
        yield f"{title}（{policy_file(name)}）　版次 {edition}　参数 {len(parameters)} 条"


def _ships(name: str) -> bytes:
    return (ledgers.POLICY / f"{name}.beancount").read_bytes()


def _written(book: Book) -> list[Parameter]:
    """Every parameter of the book, those after the as-of date too."""
    relative = relative_names(book.main, book.options)
    rows = read_directives(book.entries, date.max, relative).rows["policies"]
    return [parameter_of(row) for row in records(PolicyLine, frame_of_rows("policies", rows))]


def _key(one: Parameter) -> Key:
    return one.name, one.scope, one.effective


def _changes(own: dict[Key, Parameter], ships: dict[Key, Parameter]) -> Iterator[str]:
    for key, one in ships.items():
        if key not in own:
            yield f"  新增　{_said(one)}"
        elif _content(own[key]) != _content(one):
            yield f"  改动　{_said(own[key])}　→　{_said(one)}"
    yield from (f"  删去　{_said(one)}" for key, one in own.items() if key not in ships)


def _content(one: Parameter) -> tuple[object, ...]:
    return one.value, one.op, one.basis, one.quote, one.reading, one.confidence, one.verified_until, one.unit, one.by_task


def _said(one: Parameter) -> str:
    number = f"{one.op} {decimal(one.value)}" if one.value is not None else "终止"
    scope = "".join(f" {'、'.join(values)}" for _, values in one.scope)
    until = f"，核实到 {one.verified_until}" if one.verified_until else ""
    return f"{one.name}{scope} {one.effective} 起 {number}（{one.basis}，{one.confidence}{until}）"


def verdicts(book: Book, files: Mapping[str, bytes] | None = None) -> Iterator[str]:
    """The verdicts that would be others with these files, a line each, by the ids of their rules."""
    for key, old, new in _turned(book, files):
        rule, _, subject, *about = key
        yield f"  {rule}　{' '.join((subject, *filter(None, about)))}　{_turn(old, new)}"


def turned(book: Book, files: Mapping[str, bytes] | None = None) -> Iterator[tuple[str, str, str, str]]:
    """The same as a reader without ids is told of it: 符合 → 不符合, the rule's title, of what, and what is then said of it."""
    for _, old, new in _turned(book, files):
        shown = new or old
        assert shown is not None
        part = detail(shown.part, shown.period)
        subject = f"{shown.subject.id} {shown.subject.name}".rstrip() + (f"（{part}）" if part else "")
        yield _turn(old, new), catalogue()[shown.rule].title, subject, shown.message


def _turn(old: Finding | None, new: Finding | None) -> str:
    return " → ".join(STATUS_NAMES[one.status] if one else "不判" for one in (old, new))


def _turned(book: Book, files: Mapping[str, bytes] | None) -> Iterator[tuple[tuple[str, ...], Finding | None, Finding | None]]:
    """Verdicts before and after with these files (those of an update; default: the sets that ship); nothing is written."""
    given = files or {file: _ships(name) for name, file in included(book).items()}
    before = {one.key: one for one in audit(book.tables, catalogue().values()).stated}
    with instead(book.main.parent, given):
        again = read(book.main, book.tables.as_of)
    after = {one.key: one for one in audit(again.tables, catalogue().values()).stated}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.status != new.status:
            yield key, old, new


def update(book: Book) -> Update | None:
    """What brings a book's sets up to date, None where they are. Raises NotUpdatedError where a seal would not stand.

    What judged sealed periods stays, in a file of its own; the new edition judges from the first open day on.
    """
    root = book.main.parent
    old = {name: (root / file).read_bytes() for name, file in included(book).items()}
    stale = {name: text for name, text in old.items() if text != _ships(name)}
    if not stale:
        return None
    if odd := [file for name, file in included(book).items() if name in stale and file != policy_file(name)]:
        raise NotUpdatedError(f"{'、'.join(odd)} 不在 policy/ 中，不知道怎样更新")
    sealed = sealed_until(book.tables)
    kept = _kept(root, stale, sealed) if sealed else {}
    place = {name: file for file, (names, _) in kept.items() for name in names}
    day = sealed + timedelta(days=1) if sealed else clock.today()
    files = {policy_file(name): _ships(name) for name in stale}
    files |= {file: text.encode() for file, (_, text) in kept.items()}
    said = "".join(_directive(day, name, text, place.get(name, "")) for name, text in stale.items())
    files |= _included(book, policy_file(next(iter(stale))), list(kept), said)
    _prove(book, files)
    return Update(day, files, tuple(kept))


def _directive(day: date, name: str, old: bytes, kept: str) -> str:
    new = _ships(name)
    digests = [("before", hashlib.sha256(old).hexdigest()), ("after", hashlib.sha256(new).hexdigest())]
    meta = [*digests, *([("sealed", kept)] if kept else [])]
    return "\n" + directive_text(day, "edition", (name, edition_of(new.decode())), meta)


def _kept(root: Path, stale: Mapping[str, bytes], sealed: date) -> dict[str, tuple[list[str], str]]:
    """By file, the sets of an edition and their lines up to a day, in the order in which a book has those of one day."""
    by_edition: dict[str, list[str]] = defaultdict(list)
    for name, text in stale.items():
        by_edition[edition_of(text.decode()) or UNNAMED].append(name)
    found = {}
    for label, names in by_edition.items():
        blocks = [
            (match[1], text[: match.start()].count("\n"), match[0].rstrip("\n") + "\n")
            for text in (stale[name].decode() for name in names)
            for match in _BLOCK.finditer(text)
            if match[1] <= sealed.isoformat()
        ]
        head = f";; 版次：{label}（截至 {sealed} 的封账期间按这些判定，由 xianjie policy update 保留，不得改动）\n"
        file = next(name for name in _names(label) if not (root / name).exists())
        found[file] = (names, head + "".join(f"\n{block}" for _, _, block in sorted(blocks)))
    return found


def _names(label: str) -> Iterator[str]:
    """Names for the kept file of an edition, the first that is free to be taken."""
    clean = re.sub(r"[^0-9A-Za-z.-]", "-", label)
    yield f"policy/{KEPT}{clean}.beancount"
    yield from (f"policy/{KEPT}{clean}-{number}.beancount" for number in range(2, 1000))


def _included(book: Book, set_file: str, kept: list[str], said: str) -> dict[str, bytes]:
    """The file that includes a set, with the kept files included behind it and the directives at its end."""
    root = book.main.parent
    for file in book.files:
        if not file.endswith(".beancount") or file == set_file:
            continue
        text = (root / file).read_text("utf-8")
        for match in _INCLUDE.finditer(text):
            pattern = os.path.normpath(os.path.join(os.path.dirname(file), match[1]))
            if fnmatch(set_file, pattern):
                new = [name for name in kept if not fnmatch(name, pattern)]
                lines = "".join(f'include "{os.path.relpath(name, os.path.dirname(file) or ".")}"\n' for name in new)
                whole = match[0] if match[0].endswith("\n") else f"{match[0]}\n"
                rest = text[match.end() :].rstrip("\n")
                return {file: (text[: match.start()] + whole + lines + (f"{rest}\n" if rest else "") + said).encode()}
    raise NotUpdatedError(f"没有找到引用 {set_file} 的那一行（include），不知道旧条文写在哪里")


def _prove(book: Book, files: Mapping[str, bytes]) -> None:
    """NotUpdatedError where the book would not be trusted, or a seal would not stand as it does."""
    before = {str(change) for seal in verified(read(book.main, date.max).tables) for change in seal.changes}
    with instead(book.main.parent, files):
        seals = verified(read(book.main, date.max).tables)
    broken = [str(change) for seal in seals for change in seal.changes if str(change) not in before]
    if broken:
        raise NotUpdatedError("更新会改动已封账的内容：" + "；".join(broken[:5]))
