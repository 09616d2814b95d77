"""What is kept is whole, the user's own, and forgotten when anything that it came from changes."""

import os

import pytest

from ledgers.kept import cache


def test_an_entry_comes_back_as_it_was_put():
    cache.put("kind", "book", "k1", {"a": b"1", "b": b"2"})
    assert {name: path.read_bytes() for name, path in cache.get("kind", "book", "k1").items()} == {"a": b"1", "b": b"2"}
    assert cache.get("kind", "book", "k2") is None
    assert cache.get("kind", "other", "k1") is None
    assert cache.keys("kind", "book") == ("k1",)


@pytest.mark.parametrize("damage", ["cut", "changed", "removed", "no manifest", "manifest cut"])
def test_a_half_written_entry_is_never_read_and_is_deleted(damage):
    cache.put("kind", "book", "k", {"a": b"0123456789"})
    place = cache.get("kind", "book", "k")["a"].parent
    if damage == "cut":
        (place / "a").write_bytes(b"01234")
    elif damage == "changed":
        (place / "a").write_bytes(b"0123456780")
    elif damage == "removed":
        (place / "a").unlink()
    elif damage == "no manifest":
        (place / cache.MANIFEST).unlink()
    else:
        (place / cache.MANIFEST).write_bytes((place / cache.MANIFEST).read_bytes()[:9])
    assert cache.get("kind", "book", "k") is None
    assert not place.exists()
    cache.put("kind", "book", "k", {"a": b"new"})
    assert cache.get("kind", "book", "k")["a"].read_bytes() == b"new"


def test_a_writer_that_was_killed_leaves_no_entry(monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        cache.put("kind", "book", "k", {"a": b"1"})
    monkeypatch.undo()
    assert cache.keys("kind", "book") == ()


def test_only_the_last_entries_of_a_name_are_kept():
    for number in range(6):
        cache.put("kind", "book", f"k{number}", {"a": b""})
        os.utime(cache.get("kind", "book", f"k{number}")["a"].parent, (number, number))
    cache.put("kind", "book", "last", {"a": b""})
    assert len(cache.keys("kind", "book")) == cache.KEPT
    assert "last" in cache.keys("kind", "book")


def test_a_folder_that_others_can_write_to_is_refused():
    cache.folder().chmod(0o770)
    with pytest.raises(cache.Unsafe, match="权限 700"):
        cache.get("kind", "book", "k")


def test_the_folder_is_the_users_alone():
    assert cache.folder().stat().st_mode & 0o777 == 0o700


def test_a_cache_inside_a_book_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "book" / "cache"))
    with pytest.raises(cache.Unsafe, match="账簿文件夹之内"):
        cache.outside(tmp_path / "book")


@pytest.fixture
def book(tmp_path):
    root = tmp_path / "book"
    (root / "2022").mkdir(parents=True)
    (root / "main.beancount").write_text("main")
    (root / "2022" / "01.beancount").write_text("month")
    return root


@pytest.mark.parametrize("settled", [2.0, -10.0], ids=["read again", "noted"])
@pytest.mark.parametrize("change", ["edit", "same size", "add", "remove", "rename"])
def test_every_change_of_a_folder_changes_its_digest(book, change, settled, monkeypatch):
    monkeypatch.setattr(cache, "SETTLED", settled)
    before = cache.contents(book)
    assert cache.contents(book) == before
    month = book / "2022" / "01.beancount"
    times = month.stat()
    if change == "edit":
        month.write_text("month edited")
    elif change == "same size":
        month.write_text("mouth")
        os.utime(month, ns=(times.st_atime_ns, times.st_mtime_ns))  # as if it had not been written to
    elif change == "add":
        (book / "2022" / "02.beancount").write_text("")
    elif change == "remove":
        month.unlink()
    else:
        month.rename(month.with_name("03.beancount"))
    assert cache.contents(book) != before


def test_a_folder_is_not_read_again_while_nothing_changes(book, monkeypatch):
    monkeypatch.setattr(cache, "SETTLED", -10.0)
    before = cache.contents(book)
    monkeypatch.setattr(cache, "_digest", lambda *_: pytest.fail("read again"))
    assert cache.contents(book) == before


def test_files_that_were_just_written_are_not_noted(book, monkeypatch):
    cache.contents(book)
    read = []
    monkeypatch.setattr(cache, "_digest", lambda *_: read.append(1) or "again")
    assert cache.contents(book) == "again"
    assert read


def test_a_folder_with_a_link_has_no_digest(book, tmp_path):
    (tmp_path / "elsewhere").write_text("x")
    (book / "link").symlink_to(tmp_path / "elsewhere")
    assert cache.contents(book) == ""
    (book / "link").unlink()
    assert cache.contents(book) != ""


def test_a_file_that_is_too_large_to_be_read_is_not_read_to_tell_whether_it_changed(book):
    before = cache.contents(book)
    with (book / "video").open("wb") as file:
        file.truncate(2**40)
    digests = [before, cache.contents(book)]
    os.utime(book / "video")
    assert len({*digests, cache.contents(book)}) == 3
