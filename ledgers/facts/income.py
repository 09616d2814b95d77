"""How asset income was used (9501): every posting, and what each village distributed of which income year."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from ledgers.chart import account
from ledgers.tables.directives import Asset
from ledgers.tables.schema import Payment, Posting, records
from ledgers.tables.tables import Tables, derived, on

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
        return tuple(posting.row for posting in self.postings)


@derived
def uses(tables: Tables) -> list[Posting]:
    """All postings on 9501: how asset income was used."""
    return list(records(Posting, tables.postings[tables.postings["kind"] == "distribution"]))


@derived
def _lines_by_posting(tables: Tables) -> dict[int, list[Payment]]:
    wanted = {posting.row for posting in uses(tables)}
    lines: dict[int, list[Payment]] = defaultdict(list)
    for line in records(Payment, tables.payments[tables.payments["posting"].isin(wanted)]):
        lines[line.posting].append(line)
    return lines


def distributions(tables: Tables, counts: Callable[[Posting, Asset], bool]) -> list[Distribution]:
    """Postings on 9501 that count (given posting and asset), by the asset's village and income year."""
    found: dict[tuple[str, int], Distribution] = {}
    assets = on(tables, Asset, tables.as_of)
    for posting in uses(tables):
        asset = assets.get(posting.asset)
        if asset is None or not asset.village or not counts(posting, asset):
            continue
        one = found.setdefault((asset.village, posting.income_year), Distribution(asset.village, posting.income_year))
        one.postings.append(posting)
        one.lines += _lines_by_posting(tables).get(posting.row, [])
    return sorted(found.values(), key=lambda one: (one.year, one.village))


@derived
def to_households(tables: Tables) -> list[Distribution]:
    """入户分配 of assets owned by 村集体 (which a missing owner-kind means)."""
    return distributions(
        tables,
        lambda posting, asset: account(posting.account).use == HOUSEHOLDS and asset.owner_kind in ("", "村集体"),
    )
