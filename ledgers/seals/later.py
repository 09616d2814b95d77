"""What was registered of a subject after a period was sealed, instead of what the sealed period says of it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledgers.money import yuan_cn
from ledgers.seals.said import Change
from ledgers.tables.directives import DIRECTIVES, Directive
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables

_STATE = "state"  # a project or an asset goes on: that is no change of what it was


def changed_later(tables: Tables, ends: Sequence[date]) -> list[Change]:
    """Values of a registry that replace others after the end of a seal (`ends`) that covers those, in the book's order."""
    found: list[Change] = []
    for directive in DIRECTIVES.values():
        if directive.folded:
            found += _of_registry(directive, records(directive.row, getattr(tables, directive.table)), ends)
    return found


def _of_registry(directive: Directive, rows: Iterator[Any], ends: Sequence[date]) -> Iterator[Change]:
    before: dict[str, Any] = {}
    for row in rows:
        last = before.get(row.id)
        before[row.id] = row
        if last is None or not any(last.date <= end < row.date for end in ends):
            continue
        for key in directive.columns[1:]:
            old, new = getattr(last, key.column), getattr(row, key.column)
            if key.name != _STATE and old not in (None, "", ()) and old != new:
                text = (
                    f"{directive.title} {row.id} 的 {key.name} 由“{_said(key.type, old)}”改为“{_said(key.type, new)}”"
                )
                yield Change(row.file, row.line, text)


def _said(kind: str, value: Any) -> str:
    if kind == "money" and value is not None:
        return f"{yuan_cn(value)} 元"
    return "、".join(value) if isinstance(value, tuple) else str(value)
