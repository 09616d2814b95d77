"""Asset income by village and income year: what was earned, how it was used (9501), what was distributed to whom."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledgers.chart import account
from ledgers.facts import assets, registered
from ledgers.tables.directives import Asset
from ledgers.tables.schema import Payment, Posting, records
from ledgers.tables.tables import Tables, derived, mergers, on

HOUSEHOLDS = "4"  # 4入户分配


@dataclass
class Distribution:
    """What one village distributed of one income year."""

    village: str
    year: int
    postings: list[Posting] = field(default_factory=list)
    lines: list[Payment] = field(default_factory=list)

    @property
    def evidence(self) -> tuple[int, ...]:
        """Rows of `postings` that say so."""
        return tuple(posting.row for posting in self.postings)


@derived
def uses(tables: Tables) -> list[Posting]:
    """All postings on 9501: how asset income was used."""
    return list(records(Posting, tables.postings[tables.postings["kind"] == "distribution"]))


@derived
def lines_by_posting(tables: Tables) -> dict[int, list[Payment]]:
    """Lines of pay lists (rows of `payments`) by the row of the posting on 9501 that they belong to."""
    wanted = {posting.row for posting in uses(tables)}
    lines: dict[int, list[Payment]] = defaultdict(list)
    for line in records(Payment, tables.payments[tables.payments["posting"].isin(wanted)]):
        lines[line.posting].append(line)
    return lines


def counted_on(tables: Tables, year: int) -> date:
    """The day whose facts decide about an income year: its 31 December, or the as-of date when that is earlier."""
    return min(date(year, 12, 31), tables.as_of)


def asset_in(tables: Tables, asset: str, year: int) -> Asset | None:
    """An asset as it was when an income year ended; as it was first registered where that was later."""
    told = assets.rows(tables).get(asset)
    return on(tables, Asset, counted_on(tables, year)).get(asset) or (told[0] if told else None)


def last_day(tables: Tables, village: str, year: int) -> date:
    """The day whose facts decide about a village's income year: the last of the village where it ceased before."""
    day = counted_on(tables, year)
    ceased, _ = mergers(tables).get(village, (date.max, ""))
    return min(day, ceased - timedelta(1)) if ceased <= day else day


def village_of(tables: Tables, leg: Posting) -> str:
    """The village to which asset income, or its use, belongs: where the asset lay when the income year ended.

    If it lay in a village that ceased in the year, until its last day, it is that village's.
    """
    year, end = leg.income_year, counted_on(tables, leg.income_year)
    for ceased, (day, _) in mergers(tables).items():
        last = day - timedelta(1)  # who ceases on 1 January had the whole year before
        if last.year == year and day <= end and assets.village(tables, leg.asset, last) == ceased:
            return ceased
    lay = asset_in(tables, leg.asset, year)
    return registered.village_on(tables, lay.village, end) if lay else ""


def distributions(tables: Tables, counts: Callable[[Posting, Asset], bool]) -> list[Distribution]:
    """Distributions by income year and village, of the postings on 9501 for which `counts(posting, asset)` holds.

    The village is the one in which the asset lay when the year ended.
    """
    found: dict[tuple[str, int], Distribution] = {}
    for posting in uses(tables):
        asset = asset_in(tables, posting.asset, posting.income_year)
        village = village_of(tables, posting)
        if asset is None or not village or not counts(posting, asset):
            continue
        one = found.setdefault((village, posting.income_year), Distribution(village, posting.income_year))
        one.postings.append(posting)
        one.lines += lines_by_posting(tables).get(posting.row, [])
    return sorted(found.values(), key=lambda one: (one.year, one.village))


@derived
def to_households(tables: Tables) -> list[Distribution]:
    """Distributions to households (入户分配) of income of assets that 村集体 owns."""
    return distributions(
        tables, lambda posting, asset: account(posting.account).use == HOUSEHOLDS and assets.collective(asset)
    )


@dataclass
class VillageYear:
    """What assets owned by 村集体 earned for a village in an income year, and what of it was used."""

    village: str
    year: int
    receipts: list[Posting] = field(default_factory=list)
    uses: list[Posting] = field(default_factory=list)
    of_proceeds: int = 0  # 分 that were used of what a disposal brought in, not of income

    @property
    def income(self) -> int:
        """分 received, as a positive number."""
        return -sum(leg.amount for leg in self.receipts)

    @property
    def used(self) -> int:
        """分 used, what was kept as 公积公益金 included."""
        return sum(leg.amount for leg in self.uses)

    @property
    def evidence(self) -> tuple[int, ...]:
        """Rows of `postings`: what was received, then what was used."""
        return tuple(leg.row for leg in (*self.receipts, *self.uses))


@derived
def village_years(tables: Tables) -> list[VillageYear]:
    """Income and its use by village and income year, proceeds of disposals left out."""
    found: dict[tuple[str, int], VillageYear] = {}

    def of(leg: Posting) -> VillageYear | None:
        asset = asset_in(tables, leg.asset, leg.income_year)
        village = village_of(tables, leg)
        if asset is None or not village or not assets.collective(asset):
            return None
        return found.setdefault((village, leg.income_year), VillageYear(village, leg.income_year))

    for name in assets.legs(tables):
        for leg in assets.receipts(tables, name):
            if one := of(leg):
                one.receipts.append(leg)
    for leg in uses(tables):
        if one := of(leg):
            one.uses.append(leg)
    for asset, year, amount in _of_proceeds(tables):
        used = next(leg for leg in reversed(uses(tables)) if (leg.asset, leg.income_year) == (asset, year))
        if (village_of(tables, used), year) in found:
            found[village_of(tables, used), year].of_proceeds += amount
    return sorted(found.values(), key=lambda one: (one.year, one.village))


def _of_proceeds(tables: Tables) -> Iterator[tuple[str, int, int]]:
    """What each asset that was sold used beyond its income from the year of the sale on, up to what the sale brought."""
    balance: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for leg in uses(tables):
        balance[leg.asset][leg.income_year] += leg.amount
    for asset, years in balance.items():
        sold = assets.proceeds(tables, asset)
        left = -sum(leg.amount for leg in sold)
        for leg in assets.receipts(tables, asset) if left > 0 else ():
            years[leg.income_year] += leg.amount
        for year, beyond in sorted(years.items()):
            amount = min(left, beyond)
            if amount > 0 and year >= min(leg.date for leg in sold).year:
                left -= amount
                yield asset, year, amount


@dataclass(frozen=True)
class Low:
    """The lowest balance of a village's account in a calendar year, at the end of a day; 分."""

    amount: int
    day: date
    posting: int


@derived
def lowest_balances(tables: Tables) -> dict[tuple[str, int], Low]:
    """By (village, calendar year) the lowest balance of its money without a project, in 分, where it fell below zero."""
    table = tables.postings
    own = (table["kind"] == "bank") & (table["project"] == "") & (table["village"] != "")
    by_village: dict[str, list[Posting]] = defaultdict(list)
    for leg in records(Posting, table[own]):
        for village, move in _with_successors(tables, leg):
            by_village[village].append(move)
    found: dict[tuple[str, int], Low] = {}
    for village, moves in by_village.items():
        for low in _lows(moves, tables.as_of):
            key = (village, low.day.year)
            found[key] = min(found.get(key, low), low, key=lambda one: one.amount)
    return found


def _with_successors(tables: Tables, leg: Posting) -> Iterator[tuple[str, Posting]]:
    """A move of a village's money, and on the day on which the village is merged the moves that hand it on."""
    village = registered.village_on(tables, leg.village, leg.counts_on)
    yield village, leg
    for _ in mergers(tables):
        if village not in mergers(tables):
            return
        day, into = mergers(tables)[village]
        yield village, leg._replace(counts_on=day, amount=-leg.amount)
        yield into, leg._replace(counts_on=day)
        village = into


def _lows(moves: list[Posting], as_of: date) -> Iterator[Low]:
    """Every balance below zero at the end of a day, and at the beginning of each year that begins with one."""
    moves = sorted(moves, key=lambda leg: leg.counts_on)
    total = 0
    for leg, following in zip(moves, [*moves[1:], None], strict=True):
        total += leg.amount
        until = following.counts_on if following else as_of
        begun = (date(year, 1, 1) for year in range(leg.counts_on.year + 1, until.year + 1))
        for day in (leg.counts_on, *begun) if total < 0 else ():
            if day < until or following is None:
                yield Low(total, day, leg.row)
