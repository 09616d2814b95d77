"""Random counties: sheets into a book, the book into sheets again, and those into the same book; in any order, in any dress."""

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.draft.opening import open_book
from ledgers.book import read
from tests.importers import dirty
from tests.importers.county import TODAY, new_book
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.random_county import Export, make
from tests.importers.test_again import NEEDS, canonical
from tests.importers.test_dirt import DIRT

DRESS = ("column order", "extra columns", "blank lines", "notes", "plain title", "hidden rows")


def dressed(chance: random.Random, paper: Paper) -> Paper:
    """A paper in some of the dirt that leaves its meaning alone."""
    if paper.dates and chance.random() < 0.7:
        paper = dirty.dated(paper, chance.choice(list(dirty.DATE_STYLES)))
    for name in (chance.choice(("", "total below")), chance.choice(("", "text amounts", "full width")), *chance.sample(DRESS, 2)):
        if name:
            paper = DIRT[name](paper)
    return paper


def whole(value: Any) -> dict[str, Any]:
    """Everything that a round trip must keep; import ids and running ids follow the order of arrival."""
    return {part: value[part] for part in ("states", "balances", "facts", "vouchers")}


def round_trip(seed: int) -> None:
    chance = random.Random(seed)
    county = make(chance)
    folder = Path(tempfile.mkdtemp(prefix="xianjie-test-"))
    try:
        one = Desk(new_book(folder, "one"))
        one.take(*(paper for papers in county.papers.values() for paper in papers if paper.rows))
        tables = read(one.book, TODAY).tables
        assert not tables.problems
        assert not tables.broken
        draft, _ = open_book(one.book / "main.beancount", TODAY)
        papers = Export(draft, county.people).papers()
        two = Desk(new_book(folder, "two"))
        rest, done = [kind for kind, some in papers.items() if some], set[str]()
        chance.shuffle(rest)
        keep_order = {"villages", "plan", "funds", "assets", "equity"}
        while rest:
            wanted = {kind for kind in papers if papers[kind]}
            kind = next(k for k in rest if (NEEDS.get(k, set()) & wanted) <= done)
            rest.remove(kind)
            done.add(kind)
            some = papers[kind] if kind in keep_order else chance.sample(papers[kind], len(papers[kind]))
            for paper in some:
                two.take(dressed(chance, paper))
        assert whole(canonical(two.book)) == whole(canonical(one.book))
    finally:
        shutil.rmtree(folder)


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10**9))
def test_a_random_county(seed: int) -> None:
    round_trip(seed)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_many_random_counties(seed: int) -> None:
    round_trip(seed)
