"""Tracing money: a fund from its quota to every payment, a project back to its funds and on to what it paid and formed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ledgers.facts import money, registered
from ledgers.facts.money import Flow, flows
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived
from reports.trace.assets import formed_by
from reports.trace.nodes import Node, by_transaction, closed, leg_node
from reports.trace.others import open_nodes


@derived
def _other_legs(tables: Tables) -> dict[int, list[Any]]:
    """What stands against the quota in every transaction that pays: expenses, villages' accounts, retentions."""
    table = tables.postings
    paying = table.loc[(table["kind"] == "allocated") & ~table["quota_only"], "transaction"]
    return by_transaction(records(Posting, table[table["transaction"].isin(paying) & (table["kind"] != "allocated")]))


@derived
def _payments(tables: Tables) -> dict[money.Key, list[Any]]:
    found: dict[money.Key, list[Any]] = defaultdict(list)
    for leg in money.payment_legs(tables):
        found[leg.project, leg.fund].append(leg)
    return found


def fund_node(tables: Tables, fund: str) -> Node:
    """Where a fund's money went: back to the level above, waiting, or to projects and their payments."""
    row = registered.funds(tables)[fund]
    by_fund, shares = flows(tables)
    flow = by_fund.get(fund, Flow())
    root = Node(f"资金 {fund} {row.name}（{row.doc_no}）", row.amount, row.date, place=f"{row.file}:{row.line}")
    parts = [
        Node("上级收回", flow.taken_back),
        Node("尚未到账", row.amount - flow.taken_back - flow.arrived),
        Node("到账尚未分配", flow.arrived - flow.allocated),
    ]
    root.parts = [part for part in parts if part.amount]
    for project, name in sorted(shares):
        if name == fund:
            node = _share(tables, project, fund, f"项目 {project or '未注明'} {_name(tables, project)}".rstrip())
            node.links += formed_by(tables, project)
            root.parts.append(node)
    return closed(root, "其余")


def project_nodes(tables: Tables, project: str) -> list[Node]:
    """Where a project's money came from, and where it went."""
    row = registered.projects(tables)[project]
    funds = sorted(fund for name, fund in flows(tables)[1] if name == project)
    title = f"项目 {project} {row.name or ''}".rstrip()
    given = sum(flows(tables)[1][project, fund].allocated for fund in funds)
    place = f"{row.file}:{row.line}"
    came = Node(f"{title}：来自", given, place=place, parts=sources(tables, project))
    went = Node(f"{title}：去向", given, place=place)
    went.parts = [_share(tables, project, fund, f"资金 {fund} {_fund_name(tables, fund)}") for fund in funds]
    moved = [_inside(tables, legs) for legs in _reclassified(tables, project)]
    went.parts += moved
    went.links = [*formed_by(tables, project), *open_nodes(tables, project)]
    return [closed(came, "没有分配"), closed(went, "没有支付")]


def sources(tables: Tables, project: str) -> list[Node]:
    """What each fund gave a project, allocation by allocation, net of what was moved away."""
    found: dict[str, list[Any]] = defaultdict(list)
    for leg in money.allocation_legs(tables):
        if leg.project == project:
            found[leg.fund].append(leg)
    nodes = []
    for fund, legs in sorted(found.items()):
        parts = [
            Node("分配" if leg.amount > 0 else "调出", leg.amount, leg.date, leg.voucher, f"{leg.file}:{leg.line}")
            for leg in legs
        ]
        total = sum(leg.amount for leg in legs)
        nodes.append(Node(f"资金 {fund} {_fund_name(tables, fund)}", total, parts=parts))
    return nodes


def _name(tables: Tables, project: str) -> str:
    row = registered.projects(tables).get(project)
    return (row.name or "") if row else ""


def _fund_name(tables: Tables, fund: str) -> str:
    row = registered.funds(tables).get(fund)
    return f"{row.name}（{row.level}，{row.doc_no}）" if row else ""


def _share(tables: Tables, project: str, fund: str, text: str) -> Node:
    """One fund's money in one project: every payment, and what is left; what went through a village leads on."""
    flow = flows(tables)[1].get((project, fund), Flow())
    node = Node(text, flow.allocated)
    for legs in by_transaction(_payments(tables).get((project, fund), [])).values():
        node.parts.append(_payment(tables, legs))
    if flow.allocated != flow.paid or not node.parts:
        node.parts.append(Node("已分配未支付", flow.allocated - flow.paid))
    if flow.handed or flow.held:
        node.links.append(_village(tables, project, fund, flow))
    return node


def _payment(tables: Tables, legs: list[Any]) -> Node:
    """One voucher's payment out of one fund for one project: what stands against it, down to the roll lines."""
    first = legs[0]
    against = [
        leg
        for leg in _other_legs(tables)[first.transaction]
        if leg.fund in ("", first.fund) and leg.project in ("", first.project)
    ]
    narration = " ".join(dict.fromkeys(f"{leg.payee} {leg.narration}".strip() for leg in against[:1]))
    amount = -sum(leg.amount for leg in legs)
    node = Node(f"支付 {narration}".rstrip(), amount, first.date, first.voucher, f"{first.file}:{first.line}")
    node.parts = [leg_node(tables, leg, leg.amount) for leg in against]
    return closed(node, "同一凭证的其他分录")


def _village(tables: Tables, project: str, fund: str, flow: Flow) -> Node:
    """What villages were handed: what they spent, and what still lies there."""
    node = Node("其中拨到村（镇）账户", flow.handed)
    table = tables.postings
    mine = table[(table["project"] == project) & (table["fund"] == fund)]
    paying = set(table.loc[table["kind"] == "allocated", "transaction"])
    through = set(mine.loc[mine["kind"] == "bank", "transaction"]) - paying
    spent = mine[mine["transaction"].isin(through) & (mine["kind"] != "bank")]
    for leg in records(Posting, spent):
        node.parts.append(leg_node(tables, leg, leg.amount))
    if flow.held:
        node.parts.append(Node("村（镇）账户尚存", flow.held))
    return closed(node, "未能说明去向")


@derived
def _reclassifications(tables: Tables) -> dict[str, list[list[Any]]]:
    """Transactions of spending accounts alone, by project: labour that a contractor paid out of the price."""
    table = tables.postings
    other = set(table.loc[table["kind"] != "expense", "transaction"])
    found: dict[str, list[list[Any]]] = defaultdict(list)
    inside = table[(table["kind"] == "expense") & ~table["transaction"].isin(other)]
    for legs in by_transaction(records(Posting, inside)).values():
        for project in dict.fromkeys(leg.project for leg in legs):
            found[project].append([leg for leg in legs if leg.project == project])
    return found


def _reclassified(tables: Tables, project: str) -> list[list[Any]]:
    return _reclassifications(tables).get(project, [])


def _inside(tables: Tables, legs: Iterable[Any]) -> Node:
    """A transaction within a project's spending: it moves nothing in or out, but may name who was paid."""
    found = list(legs)
    first, total = found[0], sum(leg.amount for leg in found)
    text = f"支出内部调整 {first.payee} {first.narration}".rstrip()
    node = Node(text, total, first.date, first.voucher, f"{first.file}:{first.line}")
    node.parts = [leg_node(tables, leg, leg.amount) for leg in found]
    return node
