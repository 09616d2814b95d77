"""A large book that has not changed comes from what was kept of it, and is the same; any change is read anew."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import ledgers
from ledgers.book import Book, read
from ledgers.files.problems import Untrusted
from ledgers.kept import books, cache
from ledgers.tables.tables import Tables
from plugins import catalogue
from plugins.audit import audit
from reports.check.baseline import Scope
from reports.check.checked import Checked
from reports.check.render import render
from tests.seals.books import make, sealed

DAY = date(2023, 12, 31)


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(books, "LARGE", 0)
        yield


def kept_book(book: Path, day: date = DAY) -> Book:
    """A book that was read and kept."""
    found, _ = books.read(book, day)
    audit(found.tables, catalogue().values())
    books.keep(found, day, time.time() + 60)  # as if it had lain there for long
    assert is_kept(book, day)
    return found


def is_kept(book: Path, day: date = DAY) -> bool:
    return isinstance(books.read(book, day)[0].entries, books.Entries)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = tmp_path_factory.mktemp("kept") / "book"
    shutil.copytree(ledgers.XIUSHAN, book)
    kept_book(book)
    return book


def said(found: Book) -> str | bytes:
    known = catalogue()
    result = audit(found.tables, known.values())
    assert result.crashes == []
    return render(Checked(found, result, known, Scope((), ())), "json", None)


def test_the_same_tables_and_the_same_verdicts(county: Path) -> None:
    again, anew = books.read(county, DAY)[0], read(county, DAY)
    for one in fields(Tables):
        mine, other = getattr(again.tables, one.name), getattr(anew.tables, one.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, other)
            assert list(map(repr, mine.itertuples())) == list(map(repr, other.itertuples()))
        elif one.name not in ("policy", "entries", "derived"):
            assert mine == other, one.name
    assert (again.main, again.files, again.contents, again.digest) == (
        anew.main,
        anew.files,
        anew.contents,
        anew.digest,
    )
    assert said(again) == said(anew)


def test_entries_and_options_are_there_for_who_asks(county: Path) -> None:
    again, anew = books.read(county, DAY)[0], read(county, DAY)
    assert list(again.entries) == anew.entries
    assert again.options["title"] == anew.options["title"]


def test_seals_are_judged_without_reading_the_vouchers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = make(tmp_path / "book")
    sealed(book, "2022-08", "2022-10")
    anew = said(kept_book(book))
    monkeypatch.setattr(books.book, "unjudged", lambda main: pytest.fail("the vouchers were read"))
    assert said(books.read(book, DAY)[0]) == anew


@pytest.mark.parametrize(
    "act",
    [
        lambda b: (b / "2022/05.beancount").write_text((b / "2022/05.beancount").read_text("utf-8") + "\n;\n", "utf-8"),
        lambda b: (b / "2022/zz.beancount").write_text(";; new\n", "utf-8"),
        lambda b: (b / "rolls/2022/05.csv").unlink(),
        lambda b: (b / "rolls/2022/05.csv").rename(b / "rolls/2022/55.csv"),
        lambda b: (b / "beside.txt").write_text("x", "utf-8"),
    ],
    ids=["改", "添", "删", "改名", "旁边的文件"],
)
def test_whatever_changes_is_read_anew(tmp_path: Path, act: object) -> None:
    book = make(tmp_path / "book")
    (book / "2022/05.beancount").touch()
    kept_book(book)
    if not (book / "rolls/2022/05.csv").exists():
        (book / "rolls/2022/08.csv").rename(book / "rolls/2022/05.csv")
    try:
        act(book)  # type: ignore[operator]
        quick = is_kept(book)
    except Untrusted:
        quick = False
    assert not quick


def test_another_day_another_program_and_no_cache(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_kept(county)
    assert not is_kept(county, date(2023, 12, 30))
    with monkeypatch.context() as patch:
        patch.setattr(cache, "program", lambda: "another")
        assert not is_kept(county)
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(county / "cache"))  # inside the book: nothing is kept there
        books.keep(read(county, DAY), DAY, time.time() + 60)
        assert not is_kept(county)
    shutil.rmtree(county / "cache")


def test_what_was_damaged_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    book = make(tmp_path / "book")
    kept_book(book)
    (file,) = tmp_path.rglob("tables.bin")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert not is_kept(book)


def test_nothing_kept_is_a_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept_book(make(tmp_path / "book"))
    names = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.parent.name != "stamps"}
    assert names == {"manifest.json", "tables.jsonl", "tables.bin"}


def test_a_book_that_changes_while_it_is_read_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    book = make(tmp_path / "book")
    found, began = books.read(book, DAY)
    (book / "2022/13.beancount").write_text(";; came meanwhile\n", "utf-8")
    books.keep(found, DAY, began)
    assert not is_kept(book)


def test_a_book_that_is_not_large_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "LARGE", 100_000)
    book = make(tmp_path / "book")
    books.keep(read(book, DAY), DAY, time.time() + 60)
    assert not is_kept(book)


@pytest.mark.parametrize("act", [lambda p: p.chmod(0o770), lambda p: (shutil.move(p, f"{p}x"), os.symlink(f"{p}x", p))])
@pytest.mark.parametrize("level", [0, 1])
def test_a_folder_of_the_cache_that_is_not_our_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: object, level: int
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    book = make(tmp_path / "book")
    kept_book(book)
    place = next((tmp_path / "cache").rglob("manifest.json")).parent.parent
    act([place, place.parent][level])  # type: ignore[operator]
    assert not is_kept(book)


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/../../x", "", "a//b", "manifest.json", "a\0b"])
def test_names_from_elsewhere_stay_inside_the_cache(name: str) -> None:
    with pytest.raises(cache.Unsafe):
        cache.put("kind", "book", "k", {name: b""})
    with pytest.raises(cache.Unsafe):
        cache.put("kind", "book", name, {"a": b""})
