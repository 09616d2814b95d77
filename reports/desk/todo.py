"""待办: for everything that fails or is pending the smallest act that would mend it, by whom and by when."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit, links
from reports.desk.listing import DATE, LONG, STATUS, YUAN, Column, Listing
from reports.desk.review import Review
from reports.desk.where import where
from reports.plan import Task, labour_due


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"status": "pending"}, {"q": "没有这样的"}]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {
        "listing": Listing("待办", _columns(review), review.tasks, args, memory=review.lists),
        "labour": labour_due(review.tasks),
    }


def _columns(review: Review) -> list[Column]:
    def subject(task: Task) -> str:
        return task.finding.subject.name or task.finding.subject.id

    def kind(task: Task) -> str:
        return "、".join((task.title, *task.also))

    def place(task: Task) -> Any:
        return where(review.tables, task.finding)

    return [
        Column("act", "要办的事", lambda one: one.text, LONG),
        Column("status", "现状", lambda one: one.finding.status, STATUS, facet=True),
        Column("due", "最迟", lambda one: one.due, DATE),
        Column("amount", "金额（元）", lambda one: one.amount, YUAN, total=True),
        Column("subject", "对象", subject, link=lambda one: kit.subject_link(review, one.finding)),
        Column("number", "编号", lambda one: one.finding.subject.id, extra=True),
        Column("unit", "责任单位", lambda one: place(one).unit, facet=True),
        Column("town", "乡镇", lambda one: place(one).town, facet=True, extra=True),
        Column("year", "年度", lambda one: place(one).year, facet=True, extra=True),
        Column("level", "级次", lambda one: place(one).level, facet=True, extra=True),
        Column(
            "title", "规则", kind, link=lambda one: links.to("rules", rule=one.finding.rule), facet=True, small=True
        ),
        Column("message", "说明", lambda one: one.finding.message, LONG, small=True),
    ]
