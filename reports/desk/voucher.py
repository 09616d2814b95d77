"""凭证: the list; or one voucher, line by line, with what it rests on and what was found about it."""

from collections.abc import Mapping
from typing import Any

from ledgers.facts import registered
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived
from reports.desk import links
from reports.desk.kit import PageError
from reports.desk.listing import DATE, YUAN, Column, Listing
from reports.desk.review import Review
from reports.desk.where import project_where

_SHOWN = ["transaction", "date", "voucher", "payee", "narration", "amount", "project", "fund"]


def examples(review: Review) -> list[dict[str, str]]:
    table = review.tables.postings
    rolled = table[table["roll"] != ""]
    last = [str(one) for frame in (table, rolled) for one in frame["voucher"].tolist()[-1:]]
    return [{"q": "劳务"}, *({"id": number} for number in last)]


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One voucher, or all of them."""
    number = args.get("id", "")
    if not number:
        return {
            "voucher": None,
            "listing": Listing(
                "凭证", _columns(review.tables), vouchers(review.tables), args, sort="-date", memory=review.lists
            ),
        }
    legs = list(records(Posting, review.postings(voucher=number)))
    if not legs:
        raise PageError(404, f"截至 {review.as_of}，账簿里没有凭证 {number[:60]}")
    tables = review.tables
    return {
        "voucher": legs[0],
        "legs": legs,
        "same": len({leg.transaction for leg in legs}),
        "debit": sum(leg.amount for leg in legs if leg.amount > 0),
        "projects": registered.projects(tables),
        "funds": registered.funds(tables),
        "assets": registered.assets(tables),
        "evidence": sorted({(leg.evidence, leg.evidence_sha256) for leg in legs if leg.evidence}),
        "reversal": next((leg.reverses for leg in legs if leg.reverses), ""),
        "reversed_by": sorted({row.voucher for row in records(Posting, review.postings(reverses=number))}),
        "findings": _about(review, number, {leg.row for leg in legs}),
    }


def _about(review: Review, number: str, rows: set[int]) -> list[Any]:
    """What was found about the voucher itself, and failures that rest on it."""
    resting = [one for one in review.to_do if rows.intersection(one.evidence)]
    return [*review.of("voucher", number), *(one for one in resting if one.subject.kind != "voucher")]


@derived
def vouchers(tables: Tables) -> list[Any]:
    """The first line of each transaction, with the sum of its debits as amount, and its first fund and project."""
    found: dict[int, Any] = {}
    sums: dict[int, int] = {}
    for row in records(Posting, tables.postings):
        sums[row.transaction] = sums.get(row.transaction, 0) + max(row.amount, 0)
        first = found.setdefault(row.transaction, row)
        if (row.project and not first.project) or (row.fund and not first.fund):
            found[row.transaction] = first._replace(project=first.project or row.project, fund=first.fund or row.fund)
    return [row._replace(amount=sums[key]) for key, row in found.items()]


def _columns(tables: Tables) -> list[Column]:
    projects, funds = registered.projects(tables), registered.funds(tables)

    def name(known: dict[str, Any], key: str) -> str:
        return known[key].name if key in known else key or ""

    return [
        Column("date", "日期", lambda one: one.date, DATE),
        Column("number", "凭证号", lambda one: one.voucher, link=lambda one: links.voucher(one.voucher)),
        Column("payee", "对方", lambda one: one.payee),
        Column("narration", "摘要", lambda one: one.narration),
        Column("amount", "金额（元）", lambda one: one.amount, YUAN, total=True),
        Column(
            "project",
            "项目",
            lambda one: name(projects, one.project),
            link=lambda one: links.to("project", id=one.project),
            small=True,
        ),
        Column(
            "fund",
            "资金",
            lambda one: name(funds, one.fund),
            link=lambda one: links.to("fund", id=one.fund),
            small=True,
        ),
        Column("year", "年", lambda one: str(one.date.year), facet=True, extra=True),
        Column("month", "月", lambda one: f"{one.date.month:02d}", facet=True, extra=True),
        Column("unit", "单位", lambda one: project_where(tables, one.project).unit, facet=True, extra=True),
        Column("town", "乡镇", lambda one: project_where(tables, one.project).town, facet=True, extra=True),
    ]
