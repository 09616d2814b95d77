"""公示: every notice of funds, projects and assets, with its place and days."""

from collections.abc import Mapping
from typing import Any

from ledgers.facts import registered
from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from reports.desk import links
from reports.desk.listing import COUNT, DATE, PLACE, Column, Listing
from reports.desk.review import Review


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"sort": "days"}]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {
        "listing": Listing(
            "公示", _columns(review), records(Notice, review.tables.notices), args, sort="-from", memory=review.lists
        )
    }


def _columns(review: Review) -> list[Column]:
    tables = review.tables
    known: dict[str, dict[str, Any]] = {
        "project": registered.projects(tables),
        "fund": registered.funds(tables),
        "asset": registered.assets(tables),
        "village": registered.villages(tables),
    }

    def kind(one: Any) -> str:
        return next((name for name, rows in known.items() if one.subject in rows), "")

    def name(one: Any) -> str:
        row = known.get(kind(one), {}).get(one.subject)
        return str(row.name if row else one.subject)

    def href(one: Any) -> str:
        return links.to(kind(one), id=one.subject) if kind(one) else ""

    words = {"project": "项目", "fund": "资金", "asset": "资产", "village": "村", "": "其他"}
    return [
        Column("subject", "对象", name, link=href),
        Column("kind", "种类", lambda one: words[kind(one)], facet=True, small=True),
        Column("stage", "阶段", lambda one: one.stage, facet=True),
        Column("place", "地点", lambda one: one.place),
        Column("from", "起", lambda one: one.from_, DATE),
        Column("to", "止", lambda one: one.to, DATE),
        Column("days", "天数", lambda one: (one.to - one.from_).days + 1 if one.to and one.from_ else None, COUNT),
        Column("year", "年", lambda one: str(one.from_.year) if one.from_ else "", facet=True, extra=True),
        Column(
            "line",
            "出处",
            lambda one: f"{one.file}:{one.line}",
            PLACE,
            link=lambda one: links.line(one.file, one.line),
            small=True,
        ),
    ]
