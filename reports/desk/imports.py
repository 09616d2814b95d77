"""导入记录: which vouchers came from which sheet, as the vouchers themselves say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from beancount.core.data import Transaction

from reports.desk import links
from reports.desk.listing import COUNT, DATE, YUAN, Column, Listing
from reports.desk.review import Review

BY_HAND = "手工登记"


@dataclass
class Source:
    """Vouchers of one kind of sheet and month."""

    kind: str
    month: str
    days: list[date] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    amount: int = 0  # 分, sum of debits


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {
        "listing": Listing("导入记录", _columns(), lambda: sources(review), args, sort="-last", memory=review.lists)
    }


def sources(review: Review) -> list[Source]:
    """By what an import wrote into each voucher (`import-id`: the kind of sheet, then the line)."""
    debits: dict[str, int] = {}
    table = review.tables.postings
    for number, amount in zip(table["voucher"].tolist(), table["amount"].tolist(), strict=True):
        debits[number] = debits.get(number, 0) + max(amount, 0)
    found: dict[tuple[str, str], Source] = {}
    for entry in review.tables.entries:
        if isinstance(entry, Transaction) and entry.date <= review.as_of:
            kind = str(entry.meta.get("import-id", "")).partition(":")[0] or BY_HAND
            one = found.setdefault((kind, f"{entry.date:%Y-%m}"), Source(kind, f"{entry.date:%Y-%m}"))
            one.days.append(entry.date)
            one.vouchers.append(str(entry.meta.get("voucher", "")))
            one.amount += debits.get(one.vouchers[-1], 0)
    return list(found.values())


def _columns() -> list[Column]:
    return [
        Column("kind", "来自", lambda one: one.kind, facet=True),
        Column("month", "凭证月份", lambda one: one.month, facet=True),
        Column(
            "count",
            "凭证",
            lambda one: len(one.vouchers),
            COUNT,
            total=True,
            link=lambda one: links.to("voucher", year=one.month[:4], month=one.month[5:]),
        ),
        Column(
            "first", "首张", lambda one: one.vouchers[0], link=lambda one: links.voucher(one.vouchers[0]), small=True
        ),
        Column(
            "final", "末张", lambda one: one.vouchers[-1], link=lambda one: links.voucher(one.vouchers[-1]), small=True
        ),
        Column("amount", "借方金额（元）", lambda one: one.amount, YUAN, total=True),
        Column("last", "最后日期", lambda one: max(one.days), DATE, small=True),
    ]
