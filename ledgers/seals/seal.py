"""Seals: closing a period with a root, and proving that nothing in it has changed since (the format: docs/seals.md).

A seal covers everything dated after the previous seal's period and up to its own end. Its manifest, a text file in the
book, holds the canonical form, one item a line; the root is the SHA-256 of that file, whose first line names the root
before it. So the root proves the manifest, and comparing the manifest with the book says what has changed.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledgers.files.safely import FILE_LIMIT, Refused, read_bytes
from ledgers.files.text import directive_text
from ledgers.seals.canonical import (
    Item,
    attachments,
    came,
    canonical,
    form,
    identities,
    members,
    seal_end,
    seals,
    within,
)
from ledgers.seals.said import Change, differences, disorder, key_of
from ledgers.tables.directives import SealLine
from ledgers.tables.editions import policy_file
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables

VERSION = "3"  # of new seals
# What a version leaves out of its root, for those who rely on it; the present one leaves out what docs/seals.md says.
LEFT_OUT = {
    "1": "封账日、家庭成员名册、身份库密钥的校验值、封账时缺少或超过 256 MB 的附件",
    "2": "家庭成员名册（registry/members.csv）",
    "3": "",
}
_HEAD = "xianjie-seal"
_LINES_OF_FILES = '["file",'
_MISSING = ',""]'  # ends the line of a file that was not there


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
    version: str = VERSION
    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()  # evidence that was not there when the period was sealed
    later: tuple[str, ...] = ()  # files that held something of later days then


class _MangledError(Exception):
    """A manifest that cannot be read; the message says why."""


def manifest_file(end: date) -> str:
    """Where the manifest of a period lies, relative to the book."""
    return f"seals/{end:%Y-%m}.jsonl"


def month_end(text: str) -> date:
    """The last day of a month given as YYYY-MM; ValueError for anything else."""
    return (date.fromisoformat(f"{text}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def manifest(tables: Tables, seal: Seal) -> bytes:
    """The canonical form of a seal's period as bytes; its SHA-256 is the period's root."""
    items = [*form(tables, seal.after, seal.end), *_more(tables, seal), *_files(tables, seal)]
    return "".join(f"{line}\n" for line in (_head(seal), *(item.text for item in items))).encode()


def _more(tables: Tables, seal: Seal) -> list[Item]:
    """What later versions cover beside what the first does of the period: members since the third, identities before it."""
    joined = members(tables, seal.after, seal.end) if seal.version not in ("1", "2") else ()
    return [*joined, *(identities(tables, seal.end) if seal.version != "1" else ())]


def _files(tables: Tables, seal: Seal) -> list[Item]:
    """Evidence; the first version leaves out what is missing or large."""
    if seal.version != "1":
        return attachments(tables, seal.after, seal.end)
    found = attachments(tables, seal.after, seal.end, FILE_LIMIT)
    return [item for item in found if not _is_missing(item.text)]


def missing_in(content: bytes) -> list[str]:
    """The evidence that a manifest names and that was not there when it was written."""
    return [key_of(text)[1] for text in content.decode("utf-8").splitlines() if _is_missing(text)]


def root_of(content: bytes) -> str:
    """The root of a manifest: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def directive(seal: Seal) -> str:
    """The text of a seal, as it is written into the book."""
    meta = [("version", seal.version), ("previous", seal.previous)]
    later = [("later", "、".join(seal.later))] if seal.later else []
    return directive_text(seal.sealed_on, "seal", (f"{seal.end}", seal.root), [*meta, *later])


def verified(tables: Tables, files: bool = False) -> list[Seal]:
    """Every seal up to the as-of date with what has changed since; `files` compares the evidence too (reads it all)."""
    result: list[Seal] = []
    after = None
    for row in sorted(
        records(SealLine, tables.seals), key=lambda row: (row.date, row.period_end)
    ):  # whatever file they stand in
        seal = _recorded(row, after)
        changes, sealed = _manifest_changes(tables, seal)
        changes = [*_chain_changes(row, seal, result[-1] if result else None), *changes]
        changes += _content_changes(tables, seal, sealed, files) if sealed is not None else ()
        changes += _edition_changes(tables, seal)
        missing = [key_of(text)[1] for text in sealed or () if _is_missing(text)]
        result.append(replace(seal, changes=tuple(changes), left_out=tuple(missing)))
        after = max(seal.end, after or seal.end)
    return result


_META = ("filename", "lineno", "version", "previous", "later")


def strays(tables: Tables) -> Iterator[Change]:
    """Manifests without a seal, traces of one that was taken out of the book; seals that say more than they did."""
    found = list(seals(tables.entries))
    for entry in found:
        if more := [name for name in entry.meta if name not in _META and not name.startswith("__")]:
            file = os.path.relpath(entry.meta["filename"], tables.root)
            yield Change(file, entry.meta["lineno"], f"封账指令有封账时没有的属性 {'、'.join(more)}")
    known = {manifest_file(end) for entry in found if (end := seal_end(entry))}
    lying = sorted(f"seals/{path.name}" for path in (tables.root / "seals").glob("*.jsonl"))
    yield from (Change(name, 0, "有封账清单而没有这次封账，封账可能被删除") for name in lying if name not in known)


def restorable(tables: Tables) -> dict[str, bytes]:
    """Manifests that are missing or damaged, and that the book itself still proves: name -> content."""
    found = {}
    for seal in verified(tables):
        content = manifest(tables, seal)
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
    return Seal(end, row.root, row.previous, after, row.date, row.file, row.line, row.version, later=row.later)


def _chain_changes(row: SealLine, seal: Seal, last: Seal | None) -> Iterator[Change]:
    """How a seal and the one before it do not fit together."""
    above = last and (seal.file, seal.sealed_on) == (last.file, last.sealed_on) and seal.line < last.line
    messages = {
        f"封账期止“{row.period_end}”不是月末日期（如 2022-06-30）": not _is_month_end(row.period_end),
        f"封账期止 {seal.end} 不晚于上一次的 {seal.after}：封账不得倒退": bool(seal.after and seal.end <= seal.after),
        "所记上一次封账的根与账簿中上一次封账不符：有封账被删除、插入或重做过": seal.previous
        != (last.root if last else ""),
        "与上一次封账在文件中的先后次序被改动": bool(above),
        f"封账格式“{row.version}”不认识，应为 {'、'.join(LEFT_OUT)}": row.version not in LEFT_OUT,
        "封账格式比上一次的旧：版本被改动过": bool(last and row.version < last.version),
        f"封账日 {seal.sealed_on} 时期间尚未结束": seal.sealed_on <= seal.end,
    }
    yield from (Change(row.file, row.line, message) for message, wrong in messages.items() if wrong)


def _content_changes(tables: Tables, seal: Seal, sealed: list[str], files: bool) -> Iterator[Change]:
    """Every difference between a period and its manifest."""
    name = manifest_file(seal.end)
    items = [*form(tables, seal.after, seal.end), *_more(tables, seal)]
    for kinds in (("identities",), ("member", "member-left")):
        if not any(key_of(text)[0] in kinds for text in sealed):  # the store, the list was made later
            items = [item for item in items if key_of(item.text)[0] not in kinds]
    if files:  # evidence that came later is no change
        sealed = [text for text in sealed if not _is_missing(text)]
        known = {key_of(text) for text in sealed}
        items += [item for item in _files(tables, seal) if key_of(item.text) in known and not _is_missing(item.text)]
    else:
        sealed = [text for text in sealed if not text.startswith(_LINES_OF_FILES)]
    yield from differences(tables, name, sealed, items)
    yield from disorder(sealed, items)


def _edition_changes(tables: Tables, seal: Seal) -> Iterator[Change]:
    """Policy sets that are not, digest by digest, what the editions said that came in a seal's period."""
    found = came(tables)
    for place, one in enumerate(found):
        following = [later for later in found[place + 1 :] if later.name == one.name]
        now = following[0].before if following else _digest(tables, policy_file(one.name))
        if within(one.date, seal.after, seal.end) and now != one.after:
            text = f"与 {one.date} 换为 {one.edition} 版时记下的摘要不符，政策文件被改动过"
            yield Change(policy_file(one.name), 0, text)


def _digest(tables: Tables, file: str) -> str:
    try:
        return hashlib.sha256(read_bytes(tables.root, file)).hexdigest()
    except Refused:
        return ""


def _is_missing(text: str) -> bool:
    return text.startswith(_LINES_OF_FILES) and text.endswith(_MISSING)


def _manifest_changes(tables: Tables, seal: Seal) -> tuple[list[Change], list[str] | None]:
    """What is wrong with a seal's manifest, held against the root, and the items in it; None where it cannot be used."""
    name = manifest_file(seal.end)
    try:
        content = read_bytes(tables.root, name)
        sealed = _sealed_items(content, seal)
    except (Refused, _MangledError) as error:
        same = root_of(manifest(tables, seal)) == seal.root
        return [Change(name, 0, f"封账清单不可用（{error}）；{_WITHOUT_MANIFEST[same]}")], None
    if root_of(content) == seal.root:
        return [], sealed
    return [Change(name, 0, "封账清单与封账的根不符：清单或封账被改动过，以下逐条比较仅供参考")], sealed


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
    if head != _head(seal):
        raise _MangledError("首行与封账不符（期止、封账日、版本、上一次的根）")
    return texts


def _head(seal: Seal) -> str:
    day = [] if seal.version == "1" else [seal.sealed_on.isoformat()]
    return canonical([_HEAD, seal.version, seal.end.isoformat(), seal.previous, *day])


def _is_month_end(text: str) -> bool:
    try:
        return month_end(text[:7]).isoformat() == text
    except ValueError:
        return False
