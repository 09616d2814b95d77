"""资金: the list; or one fund from its quota to payment, as a flow that adds up to the 分."""

from collections.abc import Callable, Mapping
from typing import Any

from ledgers.facts import registered
from ledgers.money import yuan_cn
from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from reports import figures
from reports.desk import charts, findings, links
from reports.desk.kit import PageError
from reports.desk.listing import CHART, MONEY, RATIO, Column, Listing
from reports.desk.overview import FundLine, fund_lines
from reports.desk.paging import Paging
from reports.desk.project import VOUCHERS, vouchers_of
from reports.desk.review import Review

DRAWN = 12  # projects drawn one by one; the rest as one


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One fund, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        return {
            "fund": None,
            "listing": Listing("资金", _columns(review), fund_lines(review), args, memory=review.lists),
        }
    fund = registered.funds(tables).get(name)
    if fund is None:
        raise PageError(404, f"截至 {review.as_of}，账簿里没有资金 {name[:60]}")
    money = figures.by_fund(tables)[name]
    parts = _parts(tables, name)
    flow = flow_of(tables, name, money, parts)
    svg = charts.sankey(flow, f"{fund.name}的去向：{yuan_cn(money.arrived)} 元")
    vouchers = vouchers_of(tables, review.postings(fund=name))
    return {
        "fund": fund,
        "money": money,
        "parts": parts,
        "total": figures.total(part for _, part in parts),
        "projects": registered.projects(tables),
        "sankey": svg,
        "bar": charts.money_bar(money, money.arrived, fund.name),
        "unequal": flow.unequal(),
        "notices": [row for row in records(Notice, tables.notices) if row.subject == name],
        "findings": review.of("fund", name),
        "paging": Paging(vouchers, args, VOUCHERS),
    }


def examples(review: Review) -> list[dict[str, str]]:
    known = list(registered.funds(review.tables))
    return [{"id": name} for name in known[:1]]


def _columns(review: Review) -> list[Column]:
    def entries(what: str) -> Callable[[FundLine], str]:
        return lambda one: links.entries(what, fund=one.row.id)

    return [
        Column("name", "资金", lambda one: one.row.name, link=lambda one: links.to("fund", id=one.row.id)),
        Column("number", "编号", lambda one: one.row.id, small=True),
        Column("doc", "文号", lambda one: one.row.doc_no, extra=True),
        Column("year", "年度", lambda one: str(one.row.year or ""), facet=True, extra=True),
        Column("level", "级次", lambda one: one.row.level, facet=True),
        Column("task", "任务", lambda one: one.row.task, facet=True, small=True),
        Column("amount", "下达", lambda one: one.money.amount, MONEY, total=True),
        Column("waiting", "待分配", lambda one: one.money.waiting, MONEY, total=True, small=True),
        Column(
            "allocated", "已分配", lambda one: one.money.allocated, MONEY, entries("allocated"), total=True, small=True
        ),
        Column("paid", "已支付", lambda one: one.money.paid, MONEY, entries("paid"), total=True),
        Column("rate", "支付率", lambda one: one.rate, RATIO),
        Column("progress", "进度（竖线为时间要求）", lambda one: one.svg, CHART, small=True),
        *findings.count_columns(lambda one: review.of("fund", one.row.id)),
    ]


def _parts(tables: Tables, fund: str) -> list[tuple[str, figures.Money]]:
    """What each project was given of the fund, most first; "" where postings name no project."""
    found = [(project, by[fund]) for project, by in figures.by_project_and_fund(tables).items() if fund in by]
    found = [one for one in found if one[1].allocated or one[1].paid]
    return sorted(found, key=lambda one: (-one[1].allocated, one[0]))


def flow_of(tables: Tables, fund: str, money: figures.Money, parts: list[tuple[str, figures.Money]]) -> charts.Sankey:
    """Quota → projects → paid, with villages, or not yet. Every project's outflow is what it was allocated."""
    flow = charts.Sankey()
    flow.node("fund", "到账指标", 0)
    drawn, rest = parts[:DRAWN], parts[DRAWN:]
    projects = registered.projects(tables)
    for number, (project, part) in enumerate(drawn):
        row = projects.get(project)
        label = f"{row.name}" if row else "未注明项目"
        flow.node(f"p{number}", label, 1, links.to("project", id=project) if row else "")
        _spread(flow, f"p{number}", part)
    if rest:
        flow.node("rest", f"其他 {len(rest)} 个项目", 1)
        _spread(flow, "rest", figures.total(part for _, part in rest))
    flow.node("waiting", "待分配", 1, kind="waiting")
    flow.link("fund", "waiting", money.waiting)
    return flow


def _spread(flow: charts.Sankey, key: str, part: figures.Money) -> None:
    flow.node("spent", "已支付", 2, kind="spent")
    flow.node("back", "已收回待上缴", 2, kind="waiting")
    flow.node("held", "在村（镇）账户", 2, kind="waiting")
    flow.node("unpaid", "已分配未支付", 2, kind="waiting")
    flow.link("fund", key, part.allocated)
    flow.link(key, "spent", part.spent)
    flow.link(key, "back", part.recovered)
    flow.link(key, "held", part.held)
    flow.link(key, "unpaid", part.unpaid)
