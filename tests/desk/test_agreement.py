"""What a list shows of a fund, project, village, asset, income or grant is what the page behind it shows."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ledgers.facts import registered
from reports import figures
from reports.desk import links
from reports.desk.listing import MONEY
from reports.desk.pages import PAGES
from reports.desk.review import Review
from reports.desk.server.shelf import Shelf
from tests.desk.test_pages import _request

SAMPLE = Path(__file__).parents[2] / "ledgers" / "xiushan"


def _behind(review: Review, href: str) -> dict[str, Any]:
    """What the page is given to which a link leads."""
    args = dict(parse_qsl(urlsplit(href).query))
    return PAGES[args.pop("page")].view(None, review, args)


def _lists(review: Review) -> Iterator[tuple[str, Any, Any, Any]]:
    """Page, row, its column and the value: every one that the four lists show."""
    for name in ("fund", "project", "village", "asset"):
        listing = PAGES[name].view(None, review, {})["listing"]
        assert listing.whole
        yield from ((name, row, one, one.get(row)) for row in listing.rows for one in listing.columns)


def _income(review: Review) -> Iterator[tuple[str, int]]:
    """The links of the page 收益与股权, and the amount that each stands under."""
    for (village, year), one in figures.income_by_village(review.tables).items():
        shown = {"income": one.received, "used": one.used, "households": one.to_households, "priority": one.to_priority}
        if village:
            yield from ((links.entries(what, village=village, income_year=year), sum_) for what, sum_ in shown.items())
    for grant, held in figures.shares_by_grant(review.tables).items():
        for what, amount in (("collective", held.collective), ("farmers", held.farmers), ("favoured", held.priority)):
            yield links.entries(what, grant=grant), amount


def _agrees(review: Review) -> int:
    """How many numbers were held against what is behind them."""
    seen, wrong = 0, []
    with _request():
        for page, row, column, value in _lists(review):
            if column.kind == MONEY and column.link and "page=entries" in (href := column.link(row)):
                seen += 1
                if (found := _behind(review, href)["listing"].totals["amount"]) != value:
                    wrong.append((href, value, found))
            if column.key in ("failed", "pending"):
                one = row.row if page == "fund" else row
                status = {"failed": "fail"}.get(column.key, column.key)
                found = sum(f.status == status for f in _behind(review, links.to(page, id=one.id))["findings"])
                seen += 1
                if found != value:
                    wrong.append((page, one.id, column.key, value, found))
        for href, amount in _income(review):
            seen += 1
            if (found := _behind(review, href)["listing"].totals["amount"]) != amount:
                wrong.append((href, amount, found))
    assert wrong == []
    return seen


def test_the_small_book_agrees(shelf: Shelf) -> None:
    assert _agrees(shelf[shelf.first_slug()].desk.review(date(2022, 12, 31)).result()) > 30


@pytest.mark.slow
@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_the_sample_county_agrees(year: int) -> None:
    shelf = Shelf([SAMPLE])
    try:
        review = shelf[shelf.first_slug()].desk.review(date(year, 12, 31)).result()
        assert len(registered.projects(review.tables)) > 20
        assert _agrees(review) > 500
    finally:
        shelf.close()
