"""Every book of `books/`, and every published case of `published/`, gives the verdicts that were computed by hand.

`open.txt` names the books that do not yet. It is strict: whoever mends one takes it off the list, so that it stays mended.
"""

from pathlib import Path

import pytest

from .held import BOOKS, HERE, LIFE, PUBLISHED, read, wrong

OPEN = frozenset((HERE / "open.txt").read_text("utf-8").split())


def _case(path: Path) -> object:
    marks = [pytest.mark.xfail(reason="not yet", strict=True, raises=AssertionError)] if path.stem in OPEN else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [_case(path) for path in BOOKS + PUBLISHED])
def test_book(path: Path, tmp_path: Path) -> None:
    lines = wrong(tmp_path / path.stem, read(path))
    assert not lines, "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("path", LIFE, ids=lambda path: path.stem)
def test_book_of_life(path: Path, tmp_path: Path) -> None:
    lines = wrong(tmp_path / path.stem, read(path))
    assert not lines, "\n".join(lines)


def test_the_list_names_books() -> None:
    assert {path.stem for path in BOOKS + PUBLISHED} >= OPEN
