"""资产: the register with value, income and state; or one asset and everything that the book knows of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledgers.facts import registered
from ledgers.tables.directives import Asset, Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived
from reports import figures
from reports.desk import findings, links
from reports.desk.kit import PageError
from reports.desk.listing import COUNT, MONEY, Column, Listing
from reports.desk.review import Review
from reports.desk.where import town_of

NOTHING = figures.AssetFigures()


def examples(review: Review) -> list[dict[str, str]]:
    earning = figures.by_asset(review.tables)
    assets = sorted(registered.assets(review.tables), key=lambda name: -earning.get(name, NOTHING).income)
    return [{"id": name} for name in (*assets[:1], *assets[-1:])]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One asset, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        return {
            "asset": None,
            "listing": Listing(
                "资产", _columns(review), registered.assets(tables).values(), args, sort="-cost", memory=review.lists
            ),
        }
    asset = registered.assets(tables).get(name)
    if asset is None:
        raise PageError(404, f"截至 {review.as_of}，账簿里没有资产 {name[:60]}")
    return {
        "asset": asset,
        "village": registered.villages(tables).get(asset.village),
        "projects": [registered.projects(tables).get(one) or one for one in asset.project or ()],
        "figures": figures.by_asset(tables).get(name, NOTHING),
        "stages": states(tables).get(name, []),
        "idle": idle_months(review, name),
        "years": sorted(figures.by_asset(tables).get(name, NOTHING).earned.items(), reverse=True),
        "notices": [row for row in records(Notice, tables.notices) if row.subject == name],
        "findings": review.of("asset", name),
    }


@derived
def states(tables: Tables) -> dict[str, list[Any]]:
    """The rows of each asset's register that give it a state, in order."""
    found: dict[str, list[Any]] = {}
    for row in records(Asset, tables.assets):
        stages = found.setdefault(row.id, [])
        if row.state and (not stages or stages[-1].state != row.state):
            stages.append(row)
    return found


def idle_months(review: Review, name: str) -> int:
    """Whole months since the asset is 闲置; 0 when it is not."""
    stages = states(review.tables).get(name, [])
    if not stages or stages[-1].state != "闲置":
        return 0
    since, day = stages[-1].date, review.as_of
    return int((day.year - since.year) * 12 + day.month - since.month - (day.day < since.day))


def _columns(review: Review) -> list[Column]:
    tables = review.tables
    money, villages = figures.by_asset(tables), registered.villages(tables)
    year = (review.as_of + timedelta(1)).year - 1  # the last that is over

    def of(one: Any) -> figures.AssetFigures:
        return money.get(one.id, NOTHING)

    def village(one: Any) -> str:
        return villages[one.village].name if one.village in villages else ""

    return [
        Column("name", "资产", lambda one: one.name, link=lambda one: links.to("asset", id=one.id)),
        Column("number", "编号", lambda one: one.id, extra=True),
        Column("town", "乡镇", lambda one: town_of(tables, one.village), facet=True, small=True),
        Column("village", "村", village, link=lambda one: links.to("village", id=one.village)),
        Column("class", "类别", lambda one: one.class_, facet=True, small=True),
        Column("owner_kind", "权属", lambda one: one.owner_kind or "村集体", facet=True, extra=True),
        Column("operator", "经营主体", lambda one: one.operator, small=True),
        Column("state", "状态", lambda one: one.state, facet=True),
        Column("idle", "闲置（月）", lambda one: idle_months(review, one.id) or None, COUNT, small=True),
        Column(
            "cost",
            "原值",
            lambda one: of(one).cost,
            MONEY,
            link=lambda one: links.entries("cost", asset=one.id),
            total=True,
        ),
        Column(
            "lately",
            f"{year}年收益",
            lambda one: of(one).earned.get(year, 0),
            MONEY,
            link=lambda one: links.entries("income", asset=one.id, income_year=year),
            total=True,
        ),
        Column(
            "income",
            "累计收益",
            lambda one: of(one).income,
            MONEY,
            link=lambda one: links.entries("income", asset=one.id),
            total=True,
        ),
        Column(
            "used",
            "已使用",
            lambda one: of(one).used,
            MONEY,
            link=lambda one: links.entries("used", asset=one.id),
            total=True,
            small=True,
        ),
        Column(
            "earning",
            f"{year}年有无收益",
            lambda one: "有收益" if of(one).earned.get(year) else "没有收益",
            facet=True,
            extra=True,
        ),
        *findings.count_columns(lambda one: review.of("asset", one.id)),
    ]
