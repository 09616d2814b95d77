"""对比: the same book on two days: what money did between them, and which verdicts are others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugins.findings import STATUS_NAMES
from reports import figures
from reports.desk import findings, kit
from reports.desk.kit import NotYetError, PageError
from reports.desk.listing import STATUS, Column, Listing
from reports.desk.review import Review, as_of

WAIT = 0.5  # seconds: who waits holds a place that others need


@dataclass(frozen=True)
class Change:
    """A finding whose verdict is another than on the earlier day; "" where it was not judged."""

    finding: Any
    before: str
    after: str

    @property
    def what(self) -> str:
        if not self.before:
            return "新增"
        if not self.after:
            return "不再判定"
        order = ("fail", "undetermined", "pending", "waived", "pass", "na")
        return "变好" if order.index(self.after) > order.index(self.before) else "变差"


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The day of the page against an earlier one; last year's same day where none is named."""
    earlier = _earlier(review, args.get("with", ""))
    try:
        judged = desk.review(earlier, kit.reader()).result(timeout=WAIT)
    except TimeoutError:
        raise NotYetError(f"正在按截至 {earlier} 的账簿重新判定") from None
    before = judged if kit.sees_rolls() else judged.without_people
    return {
        "earlier": earlier,
        "before": before,
        "summary": [(name, before.summary.get(name, 0), review.summary.get(name, 0)) for name in STATUS_NAMES],
        "money": _money(before, review),
        "listing": Listing(
            f"对比 {earlier}",
            _columns(review),
            lambda: changes(before, review),
            args,
            keep=("with",),
            memory=review.lists,
        ),
    }


def _earlier(review: Review, text: str) -> date:
    try:
        day = (
            as_of(text, review.as_of)
            if text
            else review.as_of.replace(
                year=review.as_of.year - 1,
                day=min(review.as_of.day, 28) if review.as_of.month == 2 else review.as_of.day,
            )
        )
    except (ValueError, OverflowError):
        raise PageError(400, f"日期“{text[:40]}”无法识别") from None
    return day


def _money(before: Review, after: Review) -> list[tuple[str, int, int]]:
    """Sums of all funds on both days."""
    sums = [figures.total(figures.by_fund(one.tables).values()) for one in (before, after)]
    names = (
        ("下达", "amount"),
        ("到账", "arrived"),
        ("分配", "allocated"),
        ("支付", "paid"),
        ("在村（镇）账户", "held"),
    )
    return [(title, getattr(sums[0], name), getattr(sums[1], name)) for title, name in names]


def changes(before: Review, after: Review) -> list[Change]:
    """Findings that differ, by what is judged."""
    old = {one.key: one for one in before.audit.stated}
    new = {one.key: one for one in after.audit.stated}
    found = [
        Change(new.get(key) or old[key], old[key].status if key in old else "", new[key].status if key in new else "")
        for key in {**new, **old}
    ]
    return [one for one in found if one.before != one.after and {one.before, one.after} - {"pass", "na", ""}]


def _columns(review: Review) -> list[Column]:
    inner = {one.key: one for one in findings.columns(review)}

    def of(key: str) -> Column:
        one = inner[key]
        link = one.link
        return Column(
            key,
            one.title,
            lambda row: one.get(row.finding),
            one.kind,
            (lambda row: link(row.finding)) if link else None,
            one.facet,
            one.extra,
            one.small,
        )

    return [
        Column("what", "变化", lambda one: one.what, facet=True),
        Column("before", "当时", lambda one: one.before, STATUS, facet=True),
        Column("after", "现在", lambda one: one.after, STATUS, facet=True),
        *(of(key) for key in ("title", "subject", "unit", "town", "year", "missing", "message")),
    ]
