"""Assets over time: their units, what they cost, when they were disposed of, where they lay, what was agreed for them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ledgers.chart import account
from ledgers.facts.registered import assets
from ledgers.money import half_up
from ledgers.tables import times
from ledgers.tables.directives import Asset
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived, mentions, on

PROCEEDS = "4"  # 9401:4处置
DAY = timedelta(days=1)


@derived
def rows(tables: Tables) -> dict[str, list[Asset]]:
    """Directives about each asset, by asset, in the order of the book."""
    found: dict[str, list[Asset]] = defaultdict(list)
    for row in mentions(tables, Asset):
        found[row.id].append(row)
    return dict(found)


@derived
def legs(tables: Tables) -> dict[str, list[Posting]]:
    """Postings of each asset, by asset: those that name it, and those that book its units (its own commodity)."""
    table = tables.postings
    found: dict[str, list[Posting]] = defaultdict(list)
    for leg in records(Posting, table[(table["asset"] != "") | (table["kind"] == "asset")]):
        found[leg.commodity if leg.kind == "asset" else leg.asset].append(leg)
    return found


def collective(asset: Asset) -> bool:
    """Whether it is owned by 村集体, which a missing owner-kind means."""
    return asset.owner_kind in ("", "村集体")


def units(tables: Tables, asset: str, day: date) -> Decimal:
    """Units of an asset that the book holds at the end of a day."""
    booked = [leg.units for leg in legs(tables).get(asset, ()) if leg.kind == "asset" and leg.counts_on <= day]
    return sum(booked, Decimal(0))


def cost(tables: Tables, asset: str, day: date) -> int:
    """Cost in 分 of the units that the book holds at the end of a day."""
    return sum(leg.amount for leg in legs(tables).get(asset, ()) if leg.kind == "asset" and leg.counts_on <= day)


@derived
def _disposals(tables: Tables) -> dict[str, date]:
    """The first day on which units of each asset left the book: not by a reversal, nor to another account."""
    moved: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    days: dict[int, date] = {}
    for asset, found in legs(tables).items():
        for leg in found:
            if leg.kind == "asset" and not leg.reverses:
                moved[asset, leg.transaction] += leg.units
                days[leg.transaction] = leg.date
    first: dict[str, date] = {}
    for (asset, transaction), left in moved.items():
        if left < 0:
            first[asset] = min(first.get(asset, date.max), days[transaction])
    return first


def disposed(tables: Tables, asset: str) -> date | None:
    """When an asset, or a part of it, was first disposed of: by a voucher, or by its state 处置; None where it was not."""
    said = (row.date for row in rows(tables).get(asset, ()) if row.state == "处置")
    days = [day for day in (_disposals(tables).get(asset), next(said, None)) if day]
    return min(days, default=None)


@derived
def _gone(tables: Tables) -> dict[str, date | None]:
    return {asset: _gone_on(tables, asset) for asset in assets(tables)}


def gone(tables: Tables, asset: str) -> date | None:
    """When nothing was left of an asset: its last unit was disposed of, or its state became 处置; None while it stands."""
    return _gone(tables).get(asset)


def _gone_on(tables: Tables, asset: str) -> date | None:
    said = next((row.date for row in rows(tables)[asset] if row.state == "处置"), None)
    since = _disposals(tables).get(asset)
    days = sorted({leg.date for leg in legs(tables).get(asset, ()) if leg.kind == "asset" and since and leg.date >= since})
    empty = next((day for day in days if units(tables, asset, day) <= 0), None)
    return min((day for day in (said, empty) if day), default=None)


def village(tables: Tables, asset: str, day: date) -> str:
    """The village in which an asset lay on a day; before it was registered, in its first."""
    known = on(tables, Asset, day).get(asset)
    first = rows(tables).get(asset)
    return known.village if known else first[0].village if first else ""


@dataclass(frozen=True)
class Rent:
    """Rent of an asset that is due: the calendar year for which it is due, the day, 分, and who owes it."""

    year: int
    day: date
    amount: int
    row: Asset


def rents(tables: Tables, asset: str) -> list[Rent]:
    """Rent that falls due in the calendar years up to that of the as-of date, in order.

    What was agreed counts as it stood on the due day; a year that the contract covers in part is due by days.
    """
    told = [row for row in rows(tables).get(asset, ()) if row.rent is not None]
    if not told:
        return []
    first = min(_start(row) for row in told)
    found = (_rent(tables, told, year) for year in range(first.year, tables.as_of.year + 1))
    return [rent for rent in found if rent and rent.amount]


def _start(row: Asset) -> date:
    return row.from_ or row.date


def _rent(tables: Tables, told: list[Asset], year: int) -> Rent | None:
    """What the contract that covers a year makes due in it."""
    first = _start(told[0])
    offers = [(row, _due(tables, row, year, first)) for row in told]
    covering = [(row, due) for row, due in offers if due]
    in_time = [pair for pair in covering if pair[0].date <= pair[1][1]]
    if not covering:
        return None
    row, (days, day) = in_time[-1] if in_time else covering[0]
    of_year = (date(year, 12, 31) - date(year, 1, 1) + DAY).days
    return Rent(year, day, half_up(Fraction(int(row.rent or 0) * days, of_year)), row)


def _due(tables: Tables, row: Asset, year: int, first: date) -> tuple[int, date] | None:
    """Days of a year that a contract covers, and its due day in the year; None where it covers none."""
    end = gone(tables, row.id)
    start = max(row.from_ or first, date(year, 1, 1))
    last = min(row.to or date.max, end - DAY if end else date.max, date(year, 12, 31))
    if last < start:
        return None
    agreed = times.in_year(date.fromisoformat(f"2000-{row.rent_due or '12-31'}"), year)
    return (last - start + DAY).days, min(max(agreed, start), last)


def receipts(tables: Tables, asset: str) -> Iterator[Posting]:
    """Postings by which an asset earned (rents, dividends, operations); `amount` is negative where money came in."""
    for leg in legs(tables).get(asset, ()):
        if leg.kind == "asset income" and account(leg.account).use != PROCEEDS:
            yield leg


def proceeds(tables: Tables, asset: str) -> list[Posting]:
    """Postings by which the disposal of an asset brought money; `amount` is negative where money came in."""
    found = legs(tables).get(asset, ())
    return [leg for leg in found if leg.kind == "asset income" and account(leg.account).use == PROCEEDS]
