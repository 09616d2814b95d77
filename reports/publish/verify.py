"""Proving that published files still are what was published, and that they still match the book."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ledgers
from ledgers.book import Book, read
from ledgers.files.problems import Problem, Untrusted
from ledgers.people import Unusable
from ledgers.seals.canonical import sealed_periods
from reports.check.checked import rules_digest
from reports.publish import making
from reports.publish.making import MANIFEST, Request
from reports.publish.reading import read_csv

SHOWN = 10  # pages that are named one by one
_KEYS = {"schema", "profile", "period", "as_of", "notice", "book", "seal", "version", "rules", "files"}


def verify_published(book: Book, folder: Path) -> list[Problem]:
    """Everything in a published folder that is not as its manifest says, or that the book no longer says; [] if nothing.

    Files are held against their digests; then the disclosure is made again from the book, with the recorded digests in
    its pages, and must come out the same to the byte. What another version published, whose tables and rules of
    disclosure may be others, is held against its digests and the book's seals alone (`of_another_version`).
    """
    try:
        manifest = _manifest(folder)
    except ValueError as error:
        return [Problem(MANIFEST, 0, str(error))]
    again = [] if of_another_version(folder) else _book(book, folder, manifest)
    return [*_files(folder, manifest), *_seal(book, manifest), *again]


def of_another_version(folder: Path) -> bool:
    """Whether other rules or another version of the program made what was published. ValueError for no manifest of ours."""
    manifest = _manifest(folder)
    return bool(manifest["version"] != ledgers.__version__ or manifest["rules"] != rules_digest())


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if not isinstance(manifest, dict) or not set(manifest) >= _KEYS or manifest["schema"] != making.SCHEMA:
            raise ValueError
        date.fromisoformat(manifest["as_of"])
        making.period(manifest["period"])
        for name, one in manifest["files"].items():
            if not re.fullmatch(r"[0-9a-f]{64}", one["sha256"]) or ".." in Path(name).parts or Path(name).is_absolute():
                raise ValueError
    except OSError:
        raise ValueError("没有可读取的 manifest.json，这里不是公开的文件夹") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("manifest.json 不是本程序写下的，或已损坏") from None
    return manifest


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()} - {MANIFEST}
    for name in sorted(there - set(manifest["files"])):
        yield Problem(name, 0, "公开时没有这个文件，是后来加进来的")
    for name, one in sorted(manifest["files"].items()):
        if name not in there:
            yield Problem(name, 0, "公开过的文件不见了")
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != one["sha256"]:
            yield Problem(name, 0, "文件与公开时不同，已被改动")


def _seal(book: Book, manifest: dict[str, Any]) -> Iterator[Problem]:
    if not manifest["seal"]:
        return
    roots = {root for _, root in sealed_periods(book.entries)}
    if manifest["seal"]["root"] not in roots:
        yield Problem(
            MANIFEST, 0, f"公开时的封账（截至 {manifest['seal']['period_end']}）已不在账簿中：封账被删除或重做"
        )


def _book(book: Book, folder: Path, manifest: dict[str, Any]) -> list[Problem]:
    """What the book says today of what was published."""
    try:
        then = read(book.main, date.fromisoformat(manifest["as_of"]))
        notice = {name: date.fromisoformat(day) for name, day in manifest["notice"].items()}
        request = Request(
            making.period(manifest["period"]), notice["from"], notice["to"], manifest["profile"] == "board", False
        )
        made = replace(making.make(then, request, manifest), papers=bool(manifest["pdf"]))
    except Untrusted as error:
        return error.problems
    except Unusable as error:
        return [Problem(book.main.name, 0, str(error))]
    return _summed_up(list(_differences(made, folder, manifest)))


def _summed_up(found: list[Problem]) -> list[Problem]:
    """The data first, which say what differs; of the pages and notices that follow from them only a few and how many."""
    data = [problem for problem in found if problem.file.startswith("data/")]
    others = [problem for problem in found if problem not in data]
    shown = [] if data else others[:SHOWN]
    if len(others) > len(shown):
        shown.append(Problem(MANIFEST, 0, f"另有 {len(others) - len(shown)} 个页面和公告随之不同"))
    return data + shown


def _differences(made: making.Made, folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    for name, content in making.files(made):
        recorded = manifest["files"].get(name)
        if recorded is None or recorded["sha256"] != hashlib.sha256(content).hexdigest():
            yield Problem(name, 0, _first_difference(name, content, folder))


def _first_difference(name: str, content: bytes, folder: Path) -> str:
    """Where the book's data first differ from the published ones."""
    words = "账簿现在的数字与公开的不一致"
    if not name.endswith(".csv") or not (folder / name).is_file():
        return words
    try:
        published = read_csv((folder / name).read_bytes())
    except (ValueError, OSError):
        return words
    for number, (old, new) in enumerate(zip(published, read_csv(content), strict=False), 1):
        if old != new:
            column = next(i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
            return f"{words}：第 {number} 行 {published[0][column]} 公开的是“{old[column]}”，账簿是“{new[column]}”"
    return f"{words}：公开了 {len(published) - 1} 行，账簿有 {len(read_csv(content)) - 1} 行"
