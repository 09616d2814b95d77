"""What an import changed, line by line, so that it can be taken back: imports/0007.json."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ledgers.files.vanished import IMPORTS, MONTHS, by_hand

FILES = "evidence/"  # files that are kept as they are
FINE = 20_000  # lines that are compared one by one; more are put back as a whole
_LEFT = ("registry/identities.check",)  # people stay known: their ids were given
Hunk = tuple[int, list[str], list[str]]  # line from 0, what stood there, what stands there now


def record_file(number: int) -> str:
    return f"{IMPORTS}/{number:04d}.json"


def record(root: Path, number: int, files: Mapping[str, bytes | None]) -> bytes:
    """The lines that an import changes, file by file; and which months written by hand stood there, for `vanished`."""
    changed: dict[str, Any] = {}
    for name, content in files.items():
        if name.startswith("../") or name in _LEFT:
            continue
        path = root / name
        if name.startswith(FILES):
            changed[name] = {"new": not path.is_file(), "sha256": hashlib.sha256(content or b"").hexdigest(), "hunks": []}
            continue
        before = path.read_bytes().decode("utf-8") if path.is_file() else None
        after = content.decode("utf-8") if content is not None else None
        changed[name] = {"new": before is None, "hunks": list(_hunks((before or "").split("\n"), (after or "").split("\n")))}
    said = {"number": number, "files": changed, MONTHS: by_hand(root)}
    return json.dumps(said, ensure_ascii=False, indent=None, separators=(",", ":")).encode() + b"\n"


def _hunks(before: list[str], after: list[str]) -> Iterator[Hunk]:
    start = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), min(len(before), len(after)))
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    one, two = before[start : len(before) - end], after[start : len(after) - end]
    if not one or not two or len(one) + len(two) > FINE:
        if one or two:
            yield start, one, two
        return
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start + c, one[a:b], two[c:d]
