"""Tracing a household: every payment that it received, by what it was for and of which fund, and the shares it holds."""

from collections import defaultdict

from ledgers.facts import registered
from ledgers.tables.directives import Asset, Project
from ledgers.tables.schema import Holding, Payment, Posting, records
from ledgers.tables.tables import Tables
from reports.trace.money import sources
from reports.trace.nodes import Node


def household_nodes(tables: Tables, household: str) -> list[Node]:
    """What a household received, by project, asset or benefit, and its shares at cost."""
    nodes = [_received(tables, household)]
    lines = list(records(Holding, tables.shares[tables.shares["household"] == household]))
    if lines:
        shares = Node(f"户 {household}：持有股权", sum(line.amount for line in lines))
        grants, places = tables.postings["equity"].tolist(), tables.postings["voucher"].tolist()
        shares.parts = [
            Node(f"股权 {grants[line.posting]}", line.amount, None, places[line.posting], f"{line.file}:{line.line}")
            for line in lines
        ]
        nodes.append(shares)
    return nodes


def _received(tables: Tables, household: str) -> Node:
    mine = tables.payments[tables.payments["household"] == household]
    legs = {leg.row: leg for leg in records(Posting, tables.postings.iloc[sorted(set(mine["posting"]))])}
    groups: dict[tuple[str, str], list[tuple[Payment, Posting]]] = defaultdict(list)
    for line in records(Payment, mine):
        leg = legs[line.posting]
        groups[_for(leg)].append((line, leg))
    root = Node(f"户 {household}：收到", int(mine["amount"].sum()))
    root.parts = [_group(tables, key, found) for key, found in sorted(groups.items())]
    return root if root.parts else Node(root.text, 0, parts=[Node("没有收到款项", 0)])


def _for(leg: Posting) -> tuple[str, str]:
    """What a payment was for: an asset's or a grant's income, a project, else a benefit."""
    for kind in ("asset", "equity", "project", "benefit"):
        if getattr(leg, kind):
            return kind, getattr(leg, kind)
    return "", ""


def _group(tables: Tables, key: tuple[str, str], found: list[tuple[Payment, Posting]]) -> Node:
    kind, name = key
    titles = {"asset": "资产收益", "equity": "股权分红", "project": "项目", "benefit": "补助", "": "未注明用途"}
    row: Asset | Project | None = None
    if kind in ("asset", "project"):
        row = registered.assets(tables).get(name) if kind == "asset" else registered.projects(tables).get(name)
    node = Node(f"{titles[kind]} {name} {row.name if row else ''}".rstrip(), sum(line.amount for line, _ in found))
    for line, leg in found:
        fund = f"，资金 {leg.fund}" if leg.fund else ""
        person = f"，成员 {line.person}" if line.person else ""
        text = f"{leg.account.partition(':')[2]}{fund}{person}{f'，{line.result}' if line.result else ''}"
        node.parts.append(Node(text, line.amount, line.date, leg.voucher, f"{line.file}:{line.line}"))
    if kind == "project":
        came = sources(tables, name)
        node.links = [Node(f"项目 {name} 的资金来源", sum(part.amount for part in came), parts=came)] if came else []
    return node
