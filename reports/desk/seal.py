"""封账: which periods are closed, with their roots; and what was found about them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledgers import clock
from ledgers.tables.directives import SealLine
from ledgers.tables.schema import records
from reports.desk import links
from reports.desk.listing import DATE, PLACE, Column, Listing
from reports.desk.review import Review


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    found = [one for one in review.audit.findings if one.rule == "sealed-period"]
    last = clock.today().replace(day=1) - timedelta(1)  # of the last month that is over
    return {
        "listing": Listing("封账", _columns(), records(SealLine, review.tables.seals), args, sort="-end"),
        "findings": found,
        "last": f"{last:%Y-%m}",
        "wanted": f"{min(last, review.tables.span.through):%Y-%m}",
    }


def _columns() -> list[Column]:
    return [
        Column("end", "封到", lambda one: one.period_end),
        Column("day", "封账日期", lambda one: one.date, DATE),
        Column("root", "封账根", lambda one: one.root),
        Column("version", "版本", lambda one: one.version or "", small=True),
        Column(
            "line",
            "出处",
            lambda one: f"{one.file}:{one.line}",
            PLACE,
            link=lambda one: links.line(one.file, one.line),
            small=True,
        ),
    ]
