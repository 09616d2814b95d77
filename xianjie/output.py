"""Writing what a command made: the whole file or none, and a Chinese word when it cannot be."""

import codecs
import errno
import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, cast

import click

from ledgers import clock
from ledgers.files.problems import Untrusted
from ledgers.files.writing import put_pieces, will_put

# What a terminal obeys or hides instead of showing it: control characters, directions of writing, marks without width.
_UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


MAIN = "main.beancount"
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def visible(text: str) -> str:
    """A text whose every character can be seen: names in a book may hold what clears or forges a screen."""
    return _UNSEEN.sub(lambda match: f"〔U+{ord(match[0]):04X}〕", text)


def escaped(document: str) -> str:
    """A JSON document that says the same without such characters."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def speakable() -> None:
    """Let standard output and errors say whatever there is to say, on a terminal of GBK or none in particular too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            plain = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if plain else None, errors="backslashreplace")


def _in_ascii(document: str) -> str:
    """A JSON document that says the same in any encoding."""
    return _FOREIGN.sub(lambda match: json.dumps(match[0])[1:-1], document)


class _Screen:
    """A text stream to which nothing unseen is written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> Any:
        return self._stream.write(visible(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def shown() -> Iterator[None]:
    """Whatever a command prints meanwhile can be seen as it is."""
    before = sys.stdout
    sys.stdout = cast(Any, _Screen(before))
    try:
        yield
    finally:
        sys.stdout = before


@contextmanager
def answering(book: str, form: str, output: str | None, day: date | None) -> Iterator[None]:
    """Where a book cannot be trusted, why stands where the answer would have: an earlier one must not stay there.

    As a table it goes to the screen anyway. Names the file that will be written, so it begins before the book is read.
    """
    if output:
        will_put(Path(output))
    try:
        yield
    except Untrusted as error:
        from reports.check.render import refusal

        if output or form != "table":
            main = Path(book).name if book.endswith(".beancount") else MAIN
            deliver(refusal(form, main, day or clock.today(), error.problems), output)
        raise


def deliver(content: bytes | Iterable[bytes], output: str | None) -> None:
    """To the file, which is complete or untouched, or to the screen when none is named, where JSON stays JSON."""
    pieces = [content] if isinstance(content, bytes) else content
    if output is None:
        _show(piece.decode() for piece in pieces)
        return
    try:
        put_pieces(Path(output), pieces)
    except OSError as error:
        raise click.ClickException(f"无法写入 {output}（{reason(error)}），没有改动任何文件") from None
    click.echo(f"已写入 {output}")


def _show(pieces: Iterable[str]) -> None:
    is_json = None
    for text in pieces:
        is_json = text.startswith("{") if is_json is None else is_json
        sys.stdout.write(_portable(escaped(text)) if is_json else text)


def _portable(document: str) -> str:
    """JSON is UTF-8 (RFC 8259): where the terminal is not, what is not ASCII is escaped."""
    return document if codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8" else _in_ascii(document)


def reason(error: OSError) -> str:
    """Why a file cannot be written, in Chinese where we know the word."""
    known = {
        errno.ENOENT: "文件夹不存在",
        errno.ENOTDIR: "上级不是文件夹",
        errno.EISDIR: "同名的是文件夹",
        errno.EACCES: "没有权限",
        errno.EROFS: "只读的磁盘",
        errno.ENOSPC: "磁盘已满",
    }
    return known.get(error.errno or 0, str(error.strerror))


def called() -> str:
    """How the program that runs is called from here: its name where the shell finds it, else the way that was used."""
    used = Path(sys.argv[0])
    found = shutil.which("xianjie")
    if used.name != "xianjie" or not used.exists():
        return f"{shlex.quote(sys.executable)} -m xianjie"
    if found and Path(found).resolve() == used.resolve():
        return "xianjie"
    return shlex.quote(str(used))
