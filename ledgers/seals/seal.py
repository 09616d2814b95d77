"""Seals: closing a period with a root, and proving that nothing in it has changed since (the format: docs/seals.md).

A seal covers everything dated after the previous seal's period and up to its own end. Its manifest, a text file in the
book, holds the canonical form, one item a line; the root is the SHA-256 of that file, whose first line names the root
before it. So the root proves the manifest, and comparing the manifest with the book says what has changed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledgers.files.safely import Refused, read_bytes
from ledgers.seals.canonical import attachments, canonical, form, seal_end, seals
from ledgers.seals.said import Change, differences, disorder, key_of
from ledgers.tables.directives import SealLine
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables

VERSION = "1"
_HEAD = "xianjie-seal"
_LINES_OF_FILES = '["file",'


@dataclass(frozen=True)
class Seal:
    """A seal as the book records it, its period the days after `after` (None: from the beginning) up to `end`."""

    end: date
    root: str
    previous: str
    after: date | None
    sealed_on: date
    file: str
    line: int
    changes: tuple[Change, ...] = ()


class _MangledError(Exception):
    """A manifest that cannot be read; the message says why."""


def manifest_file(end: date) -> str:
    """Where the manifest of a period lies, relative to the book."""
    return f"seals/{end:%Y-%m}.jsonl"


def month_end(text: str) -> date:
    """The last day of a month given as YYYY-MM; ValueError for anything else."""
    return (date.fromisoformat(f"{text}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def manifest(tables: Tables, after: date | None, end: date, previous: str) -> bytes:
    """The canonical form of a period as bytes; its SHA-256 is the period's root."""
    items = [*form(tables, after, end), *attachments(tables, after, end)]
    return "".join(f"{line}\n" for line in (_head(end, previous), *(item.text for item in items))).encode()


def root_of(content: bytes) -> str:
    """The root of a manifest: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def directive(day: date, end: date, root: str, previous: str) -> str:
    """The text of a seal, as it is written into the book."""
    return f'{day} custom "seal" "{end}" "{root}"\n  version: "{VERSION}"\n  previous: "{previous}"\n'


def verified(tables: Tables, files: bool = False) -> list[Seal]:
    """Every seal up to the as-of date with what has changed since; `files` compares the evidence too (reads it all)."""
    result: list[Seal] = []
    after = None
    for row in sorted(
        records(SealLine, tables.seals), key=lambda row: (row.date, row.period_end)
    ):  # whatever file they stand in
        seal = _recorded(row, after)
        changes = [*_chain_changes(row, seal, result[-1] if result else None), *_content_changes(tables, seal, files)]
        result.append(replace(seal, changes=tuple(changes)))
        after = max(seal.end, after or seal.end)
    return result


def strays(tables: Tables) -> list[Change]:
    """Manifests without a seal: traces of a seal that was taken out of the book."""
    known = {manifest_file(end) for entry in seals(tables.entries) if (end := seal_end(entry))}
    lying = sorted(f"seals/{path.name}" for path in (tables.root / "seals").glob("*.jsonl"))
    return [Change(name, 0, "有封账清单而没有这次封账，封账可能被删除") for name in lying if name not in known]


def restorable(tables: Tables) -> dict[str, bytes]:
    """Manifests that are missing or damaged, and that the book itself still proves: name -> content."""
    found = {}
    for seal in verified(tables):
        content = manifest(tables, seal.after, seal.end, seal.previous)
        name = manifest_file(seal.end)
        if root_of(content) == seal.root and any(change.file == name for change in seal.changes):
            found[name] = content
    return found


def _recorded(row: SealLine, after: date | None) -> Seal:
    """A row of the table `seals`. An end that is no date covers nothing; `_chain_changes` tells of it."""
    try:
        end = date.fromisoformat(row.period_end)
    except ValueError:
        end = after or date.min
    return Seal(end, row.root, row.previous, after, row.date, row.file, row.line)


def _chain_changes(row: SealLine, seal: Seal, last: Seal | None) -> Iterator[Change]:
    """How a seal and the one before it do not fit together."""
    above = last and (seal.file, seal.sealed_on) == (last.file, last.sealed_on) and seal.line < last.line
    messages = {
        f"封账期止“{row.period_end}”不是月末日期（如 2022-06-30）": not _is_month_end(row.period_end),
        f"封账期止 {seal.end} 不晚于上一次的 {seal.after}：封账不得倒退": bool(seal.after and seal.end <= seal.after),
        "所记上一次封账的根与账簿中上一次封账不符：有封账被删除、插入或重做过": seal.previous
        != (last.root if last else ""),
        "与上一次封账在文件中的先后次序被改动": bool(above),
        f"封账格式“{row.version}”不认识，应为 {VERSION}": row.version != VERSION,
        f"封账日 {seal.sealed_on} 时期间尚未结束": seal.sealed_on <= seal.end,
    }
    yield from (Change(row.file, row.line, message) for message, wrong in messages.items() if wrong)


def _content_changes(tables: Tables, seal: Seal, files: bool) -> Iterator[Change]:
    """What of a period is not as its manifest says; the manifest itself is held against the root first."""
    name = manifest_file(seal.end)
    try:
        content = read_bytes(tables.root, name)
        sealed = _sealed_items(content, seal)
    except (Refused, _MangledError) as error:
        same = root_of(manifest(tables, seal.after, seal.end, seal.previous)) == seal.root
        yield Change(name, 0, f"封账清单不可用（{error}）；{_WITHOUT_MANIFEST[same]}")
        return
    if root_of(content) != seal.root:
        yield Change(name, 0, "封账清单与封账的根不符：清单或封账被改动过，以下逐条比较仅供参考")
    items = form(tables, seal.after, seal.end)
    if files:  # evidence that came later is no change
        known = {key_of(text) for text in sealed}
        items += [item for item in attachments(tables, seal.after, seal.end) if key_of(item.text) in known]
    else:
        sealed = [text for text in sealed if not text.startswith(_LINES_OF_FILES)]
    yield from differences(tables, name, sealed, items)
    yield from disorder(sealed, items)


_WITHOUT_MANIFEST = {
    True: "账簿内容与封账的根一致，可用 xianjie doctor --restore 恢复清单",
    False: "账簿内容也与封账的根不符，本期间有改动，缺了清单无法逐条指出",
}


def _sealed_items(content: bytes, seal: Seal) -> list[str]:
    try:
        head, *texts = content.decode("utf-8").removesuffix("\n").split("\n")
        for text in texts:
            key_of(text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise _MangledError("内容被损坏") from None
    if head != _head(seal.end, seal.previous):
        raise _MangledError("首行与封账不符")
    return texts


def _head(end: date, previous: str) -> str:
    return canonical([_HEAD, VERSION, end.isoformat(), previous])


def _is_month_end(text: str) -> bool:
    try:
        return month_end(text[:7]).isoformat() == text
    except ValueError:
        return False
