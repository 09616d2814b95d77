"""Tracing a household: every payment that it received, by what it was for and of which fund, and the shares it holds."""

from collections import defaultdict
from typing import Any

from ledgers.facts import registered
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from reports.trace.money import sources
from reports.trace.nodes import Node


def household_nodes(tables: Tables, household: str) -> list[Node]:
    """What a household received, by project, asset or benefit, and its shares at cost."""
    nodes = [_received(tables, household)]
    lines = list(records(tables.shares[tables.shares["household"] == household]))
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
    legs = {leg.index: leg for leg in records(tables.postings.iloc[sorted(set(mine["posting"]))])}
    groups: dict[tuple[str, str], list[tuple[Any, Any]]] = defaultdict(list)
    for line in records(mine):
        leg = legs[line.posting]
        groups[_for(leg)].append((line, leg))
    root = Node(f"户 {household}：收到", int(mine["amount"].sum()))
    root.parts = [_group(tables, key, found) for key, found in sorted(groups.items())]
    return root if root.parts else Node(root.text, 0, parts=[Node("没有收到款项", 0)])


def _for(leg: Any) -> tuple[str, str]:
    """What a payment was for: an asset's or a grant's income, a project, else a benefit."""
    for kind in ("asset", "equity", "project", "benefit"):
        if getattr(leg, kind):
            return kind, getattr(leg, kind)
    return "", ""


def _group(tables: Tables, key: tuple[str, str], found: list[tuple[Any, Any]]) -> Node:
    kind, name = key
    titles = {"asset": "资产收益", "equity": "股权分红", "project": "项目", "benefit": "补助", "": "未注明用途"}
    rows: dict[str, Any] = {"asset": registered.assets(tables), "project": registered.projects(tables)}.get(kind, {})
    row = rows.get(name)
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
