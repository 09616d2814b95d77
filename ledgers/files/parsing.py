"""Parsing a book's files: each is looked at before Beancount sees it, and none outside the book is opened.

Beancount's own loader opens whatever an `include` names. Its parser opens nothing, so it is given the contents of one
file after the other, and what it says of includes is followed here: the paths it means, not what a pattern guesses.
"""

import fnmatch
import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core import data
from beancount.parser import parser

from ledgers.files import confined, plugin_lines
from ledgers.files.hazards import hazards, repeated_keys
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import FILE_LIMIT, Refused, read_bytes, would_be
from ledgers.files.vanished import vanished

FILES_LIMIT = 20_000
_INCLUDE = re.compile(rb'include\s*"([^"\n]*)"')
# Beancount keeps an entry's place beside its metadata, under these names: a book that uses them hides where it stands.
_RESERVED = re.compile(rb"(?<![\w-])(filename|lineno):")


Place = tuple[Path, int]  # a file and its line (0: not told)


@dataclass
class Parsed:
    """What has been read so far."""

    root: Path
    entries: list[Any] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    idle: list[Problem] = field(default_factory=list)  # lines that Beancount does not look at, files without any
    size: int = 0


def parse(main: Path) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Entries (not yet booked), errors and options of a book, files in the order of their names.

    Beside Beancount's own, the option `idle` holds the plugin lines that have no effect where they stand, files that are
    empty, and those that were imported and are gone.
    Raises Untrusted with every file that must not be given to the parser, and every path that leaves the book.
    """
    book = Parsed(main.parent)
    pending, seen = [(main, (main, 0))], set()
    while pending:
        path, place = pending.pop(0)
        if path in seen:
            book.errors.append(_load_error(f'Duplicate filename parsed: "{path}"', place))
            continue
        seen.add(path)
        pending += parse_file(book, path)
        if len(seen) + len(pending) > FILES_LIMIT or book.size > FILE_LIMIT:
            raise Untrusted(
                [Problem(main.name, 0, f"账簿的文件超过 {FILES_LIMIT} 个，或合计超过 {FILE_LIMIT // 2**20} MB")]
            )
    if book.problems:
        raise Untrusted(sorted(set(book.problems)))
    options = book.options[0]
    options["include"] = sorted(map(str, seen))
    names = {path.relative_to(book.root).as_posix() for path in seen}
    options["idle"] = [*book.idle, *vanished(book.root, names)]
    return book.entries, book.errors, loader.aggregate_options_map(options, book.options[1:])


def parse_file(book: Parsed, path: Path) -> list[tuple[Path, Place]]:
    """Parse one file into the book; the files that it includes, each with where it says so."""
    name = path.relative_to(book.root).as_posix()
    try:
        content = read_bytes(book.root, name)
    except Refused as error:
        book.problems.append(Problem(name, 0, str(error)))
        return []
    book.size += len(content)
    if found := [*_encoding_problems(name, content), *hazards(name, content)]:
        book.problems += found
        return []
    confined.reading(name)
    try:
        entries, errors, options = parser.parse_string(content, report_filename=str(path))
    except Exception as error:  # Beancount's own, e.g. for a pushmeta of a date that is never popped
        text = f"Beancount 无法读取这个文件（{type(error).__name__}）：请检查 pushmeta、popmeta 是否成对"
        book.problems.append(Problem(name, 0, text))
        return []
    finally:
        confined.reading("")
    if any(entry.meta["filename"] != str(path) or type(entry.meta["lineno"]) is not int for entry in entries):
        book.problems += reserved_keys(name, content)
    book.problems += repeated_keys(name, content, entries)
    book.problems += plugin_lines.refused(name, content, options)
    if not content.strip():
        text = "文件是空的：内容可能被清空，请从备份恢复；本来没有内容的，写一行注释或删去"
        book.idle.append(Problem(name, 0, text))
    book.idle += plugin_lines.idle(name, content, options) if book.options else ()
    book.entries += entries
    book.errors += errors
    book.options.append(options)
    return [target for pattern in options["include"] for target in _included(book, path, pattern, content)]


def reserved_keys(name: str, content: bytes) -> Iterator[Problem]:
    """Keys under which Beancount keeps an entry's place."""
    for match in _RESERVED.finditer(content):
        line = content.count(b"\n", 0, match.start()) + 1
        yield Problem(
            name, line, f"属性名 {match.group(1).decode()} 由 Beancount 记录位置专用，账簿不得使用，请换一个名称"
        )


def _included(book: Parsed, path: Path, pattern: str, content: bytes) -> list[tuple[Path, Place]]:
    place = (path, _line_of(content, pattern))
    if problem := _include_problem(book.root, path.parent, pattern):
        name = path.relative_to(book.root).as_posix()
        book.problems.append(Problem(name, place[1], f"include “{pattern}”{problem}"))
        return []
    try:
        found = glob.glob(os.path.join(path.parent, pattern), recursive=True)
    except (ValueError, OSError, re.error):
        found = []
    found = _as_they_would_be(book.root, path.parent, pattern, found)
    if not found:
        book.errors.append(_load_error(f'File glob "{pattern}" does not match any files', place))
    return [(Path(os.path.normpath(target)), place) for target in sorted(found)]


def _as_they_would_be(root: Path, folder: Path, pattern: str, found: list[str]) -> list[str]:
    """The files that a pattern finds when those that are to be written stand there, and those to be removed do not."""
    files = would_be(root)
    wanted = Path(os.path.normpath(folder / pattern)).relative_to(root).parts
    new = {str(root / name) for name, stays in files.items() if stays and _matches(wanted, Path(name).parts)}
    return [*{path for path in found if files.get(os.path.relpath(path, root), True)} | new]


def _matches(wanted: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not wanted or not parts:
        return wanted in ((), ("**",)) and not parts
    if wanted[0] == "**":
        return _matches(wanted[1:], parts) or _matches(wanted, parts[1:])
    return fnmatch.fnmatchcase(parts[0], wanted[0]) and _matches(wanted[1:], parts[1:])


def _include_problem(root: Path, folder: Path, pattern: str) -> str:
    target = Path(os.path.normpath(folder / pattern))
    if os.path.isabs(pattern) or not target.is_relative_to(root):
        return "指到账簿文件夹之外，不予读取"
    if pattern.endswith((".gpg", ".asc")):
        return "是加密文件，不予读取"
    if pattern.count("**") > 1:
        return "有不止一个 **，不予展开"
    if glob.has_magic(pattern) and _linked_folder(root):
        return f"有通配符，而账簿中的文件夹 {_linked_folder(root)} 是符号链接，不予展开"
    return ""


def _linked_folder(root: Path) -> str:
    """A folder of the book that is a symbolic link, or "": a pattern could follow it round and round."""
    for folder, names, _ in os.walk(root):
        for name in names:
            if os.path.islink(os.path.join(folder, name)):
                return os.path.relpath(os.path.join(folder, name), root)
    return ""


def _line_of(content: bytes, pattern: str) -> int:
    """The line of an include, as far as it is written plainly."""
    for match in _INCLUDE.finditer(content):
        if match.group(1) == pattern.encode():
            return content.count(b"\n", 0, match.start()) + 1
    return 0


def _encoding_problems(name: str, content: bytes) -> Iterator[Problem]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield Problem(name, 1, "文件带有 BOM 标记，应另存为不带 BOM 的 UTF-8")
    if b"\0" in content:
        yield Problem(name, content.count(b"\n", 0, content.index(b"\0")) + 1, "文件含有空字符，不是文本文件，或已损坏")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield Problem(name, line, "文件不是 UTF-8 编码（可能是 GBK），应另存为 UTF-8")


def _load_error(message: str, place: Place) -> Any:
    return loader.LoadError(data.new_metadata(str(place[0]), place[1]), message)
