"""整改与豁免: what is being mended, by whom and by when; and what is accepted, why and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.tables.directives import Rectification, Waiver
from ledgers.tables.schema import records
from reports.desk import links
from reports.desk.listing import DATE, LONG, PLACE, Column, Listing
from reports.desk.review import Review


@dataclass(frozen=True)
class Step:
    """A rectification or a waiver as it stands on the day."""

    kind: str
    row: Any
    state: str
    due: date | None
    text: str


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {
        "listing": Listing(
            "整改与豁免", _columns(review), [*_rectifications(review), *_waivers(review)], args, sort="due"
        )
    }


def _rectifications(review: Review) -> list[Step]:
    """The latest state of each; one that is not done by its day is overdue."""
    last: dict[Any, Any] = {}
    for row in records(Rectification, review.tables.rectifications):
        last[row.rule, row.subject, row.part, row.period] = row
    return [Step("整改", row, _overdue(review, row), row.due, row.note) for row in last.values()]


def _overdue(review: Review, row: Any) -> str:
    return "逾期" if row.state != "销号" and row.due and row.due < review.as_of else row.state


def _waivers(review: Review) -> list[Step]:
    return [
        Step("豁免", row, "有效" if row.until and row.until >= review.as_of else "已过期", row.until, row.reason)
        for row in records(Waiver, review.tables.waivers)
    ]


def _columns(review: Review) -> list[Column]:
    def rule(one: Step) -> str:
        return review.rules[one.row.rule].title if one.row.rule in review.rules else one.row.rule

    def detail(one: Step) -> str:
        return " ".join(text for text in (one.row.part, one.row.period) if text)

    return [
        Column("kind", "种类", lambda one: one.kind, facet=True),
        Column("state", "状态", lambda one: one.state, facet=True),
        Column(
            "rule", "规则", rule, link=lambda one: links.to("rules", rule=one.row.rule, q=one.row.subject), facet=True
        ),
        Column(
            "subject",
            "对象",
            lambda one: one.row.subject,
            link=lambda one: links.to("rules", rule=one.row.rule, q=one.row.subject),
        ),
        Column("detail", "部分和期间", detail, small=True),
        Column("by", "责任人", lambda one: one.row.by, facet=True),
        Column("day", "登记日期", lambda one: one.row.date, DATE, small=True),
        Column("due", "期限", lambda one: one.due, DATE),
        Column("text", "说明", lambda one: one.text, LONG),
        Column(
            "line",
            "出处",
            lambda one: f"{one.row.file}:{one.row.line}",
            PLACE,
            link=lambda one: links.line(one.row.file, one.row.line),
            small=True,
        ),
    ]
