"""农户: the register; or one household, its states and everything that it received. To auditors alone."""

from collections.abc import Mapping
from typing import Any

from ledgers.facts import registered
from ledgers.tables.schema import Holding, HouseholdState, Payment, Posting, records
from ledgers.tables.tables import households
from reports import figures
from reports.desk import findings, links
from reports.desk.kit import PageError
from reports.desk.listing import COUNT, YUAN, Column, Listing
from reports.desk.paging import Paging
from reports.desk.review import Review
from reports.desk.where import town_of

NOTHING = (0, 0, 0.0)


def examples(review: Review) -> list[dict[str, str]]:
    aided = figures.aid_by_household(review.tables)
    return [{"id": max(aided, key=lambda name: aided[name][0])}] if aided else []


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One household, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        listing = Listing(
            "农户", _columns(review), sorted(tables.known["household"]), args, sort="-received", memory=review.lists
        )
        return {"household": None, "listing": listing}
    if name not in tables.known["household"]:
        raise PageError(404, f"账簿里没有农户 {name[:60]}")
    known = households(tables)
    village = registered.villages(tables).get(known.village(name, review.as_of) or "")
    lines = list(records(Payment, tables.payments[tables.payments["household"] == name]))
    legs = {row.row: row for row in records(Posting, tables.postings.loc[sorted({one.posting for one in lines})])}
    shares = list(records(Holding, tables.shares[tables.shares["household"] == name]))
    return {
        "household": name,
        "village": village,
        "people": known.people(name, review.as_of),
        "base": known.base(name, review.as_of),
        "monitored": known.monitored(name, review.as_of),
        "states": [row for row in records(HouseholdState, tables.households) if row.household == name],
        "paging": Paging(sorted(lines, key=lambda one: str(one.date), reverse=True), args),
        "legs": legs,
        "sums": figures.aid_by_household(tables).get(name, NOTHING),
        "shares": shares,
        "share_legs": {
            row.row: row for row in records(Posting, tables.postings.loc[sorted({one.posting for one in shares})])
        },
        "findings": review.of("household", name),
    }


def _columns(review: Review) -> list[Column]:
    tables, known, day = review.tables, households(review.tables), review.as_of
    aided, villages = figures.aid_by_household(tables), registered.villages(tables)

    def village(name: str) -> str:
        row = villages.get(known.village(name, day) or "")
        return row.name if row else ""

    return [
        Column("household", "户编号", lambda name: name, link=lambda name: links.to("household", id=name)),
        Column("town", "乡镇", lambda name: town_of(tables, known.village(name, day) or ""), facet=True, small=True),
        Column("village", "村", village, facet=True),
        Column("base", "类型", lambda name: known.base(name, day) or "", facet=True),
        Column("monitored", "监测", lambda name: "监测户" if known.monitored(name, day) else "", facet=True),
        Column("people", "人口", lambda name: known.people(name, day), COUNT, small=True),
        Column("received", "到户金额（元）", lambda name: aided.get(name, NOTHING)[0], YUAN, total=True),
        Column("payments", "笔数", lambda name: aided.get(name, NOTHING)[1], COUNT, total=True, small=True),
        *findings.count_columns(lambda name: review.of("household", name)),
    ]
