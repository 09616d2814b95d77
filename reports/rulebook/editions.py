"""The policy that a book carries against the one that ships: what is older, and which verdicts another edition would change."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ledgers
from ledgers.book import Book, read
from ledgers.files.safely import instead
from ledgers.money import decimal
from ledgers.policy import Parameter, parameter_of
from ledgers.tables.directives import PolicyLine
from ledgers.tables.registry import read_directives
from ledgers.tables.schema import frame_of_rows, records
from ledgers.tables.tables import relative_names
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import STATUS_NAMES
from reports.rulebook.pages import shipped

_EDITION = re.compile(r"版次：(\S+?)[（\s]")
Key = tuple[object, ...]


def edition(text: str) -> str:
    """The edition that a policy file names in its head; "" where it names none."""
    found = _EDITION.search(text[:2000])
    return found[1] if found else ""


def included(book: Book) -> dict[str, str]:
    """The sets that ship and that the book includes: name -> file, relative to the book."""
    return {Path(name).stem: name for name in book.files if Path(name).stem in ledgers.POLICY_TITLES}


def lines(book: Book) -> Iterator[str]:
    """What is different between the book's sets and those that ship, parameter by parameter."""
    sets = included(book)
    if not sets:
        yield "账簿没有引用随产品的政策文件（policy/national.beancount 等）。"
    for name, file in sets.items():
        own = {_key(one): one for one in _written(book) if one.file == file}
        ships = {_key(one): one for one in shipped()[name]}
        old = edition((book.main.parent / file).read_text("utf-8")) or "没有写版次"
        new = edition((ledgers.POLICY / f"{name}.beancount").read_text("utf-8"))
        yield f"■ {ledgers.POLICY_TITLES[name]}（{file}）　账簿：{old}　随产品：{new}"
        changes = [*_changes(own, ships)]
        yield from changes or ["  没有差别"]


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


def verdicts(book: Book) -> Iterator[str]:
    """The verdicts that would be others under the sets that ship; nothing is written."""
    ships = {file: (ledgers.POLICY / f"{name}.beancount").read_bytes() for name, file in included(book).items()}
    before = {one.key: one for one in audit(book.tables, catalogue().values()).stated}
    with instead(book.main.parent, ships):
        again = read(book.main, book.tables.as_of)
    after = {one.key: one for one in audit(again.tables, catalogue().values()).stated}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.status != new.status:
            said = [STATUS_NAMES[one.status] if one else "不判" for one in (old, new)]
            rule, _, subject, *detail = key
            yield f"  {rule}　{' '.join((subject, *filter(None, detail)))}　{said[0]} → {said[1]}"
