"""Tracing what is no fund, project, household or asset: a grant, a village's account, a voucher, a payee, what stands open."""

from collections.abc import Iterable
from typing import Any

from ledgers.facts import grants as facts
from ledgers.facts import registered
from ledgers.facts.grants import Grant
from ledgers.facts.vouchers import CASH
from ledgers.tables.schema import Mask, Posting, records
from ledgers.tables.tables import Tables
from reports.trace.nodes import Node, by_transaction, leg_node

OPEN = {"advance": "预付账款", "payable": "应付账款", "retention": "质保金", "recovered": "收回待上缴的钱"}


def grant_nodes(tables: Tables, name: str) -> list[Node]:
    """Of a grant: who holds the shares, booking by booking, and what was received of it, by income year."""
    grant = next((one for one in facts.grants(tables) if one.row.id == name), None)
    return [_held(tables, grant), _received(tables, grant)] if grant else []


def _held(tables: Tables, grant: Grant) -> Node:
    row = grant.row
    title = f"股权 {row.id} {row.operator}（项目 {row.project}）：登记的股额"
    node = Node(title, grant.booked, grant.day, place=f"{row.file}:{row.line}")
    for booking in grant.bookings:
        said = Node(booking.narration, int(booking.amount), booking.date, booking.voucher, f"{booking.file}:{booking.line}")
        said.roll = booking.roll
        for line in grant.lines:
            if line.posting == booking.row:
                holder = line.holder + (f" 户 {line.household}" if line.household else "")
                said.parts.append(Node(holder.strip() or "没有持股主体", line.amount, place=f"{line.file}:{line.line}"))
        node.parts.append(said)
    return node


def _received(tables: Tables, grant: Grant) -> Node:
    node = Node(f"股权 {grant.row.id}：收到的分红", 0)
    for (name, year), legs in sorted(facts.dividends(tables).items()):
        if name == grant.row.id:
            parts = [leg_node(tables, leg, -leg.amount) for leg in legs]
            node.parts.append(Node(f"{year}年", sum(part.amount for part in parts), parts=parts))
    node.amount = sum(part.amount for part in node.parts)
    return node


def village_nodes(tables: Tables, name: str) -> list[Node]:
    """Of a village, with what was merged into it: what came into its accounts, what went out, what is there."""
    village, day = registered.villages(tables)[name], tables.as_of
    mine = tables.postings["village"].map(lambda one: registered.village_on(tables, one, day) == name).to_numpy(dtype=bool)
    legs = list(records(Posting, tables.postings, (tables.postings["kind"] == "bank").to_numpy() & mine))
    title = f"村 {name} {village.name}：账户"
    mine = tables.postings["transaction"].isin([leg.transaction for leg in legs]).to_numpy()
    around = by_transaction(records(Posting, tables.postings, mine))
    came = [_beside(tables, leg, around[leg.transaction]) for leg in legs if leg.amount > 0]
    went = [_beside(tables, leg, around[leg.transaction]) for leg in legs if leg.amount < 0]
    rest = sum(leg.amount for leg in legs)
    parts = [Node("收入", sum(one.amount for one in came), parts=came), Node("支出", sum(one.amount for one in went), parts=went)]
    return [Node(f"{title}余额", rest, place=f"{village.file}:{village.line}", parts=[one for one in parts if one.parts])]


def _beside(tables: Tables, leg: Posting, voucher: list[Posting]) -> Node:
    """A leg on an account, and as a link what stands against it in its voucher."""
    what = " ".join(text for text in (leg.payee, leg.narration, leg.project) if text)
    node = Node(what, leg.amount, leg.date, leg.voucher, f"{leg.file}:{leg.line}")
    node.links = [leg_node(tables, one, one.amount) for one in voucher if one.row != leg.row]
    return node


def voucher_nodes(tables: Tables, number: str) -> list[Node]:
    """Of a voucher: its postings, which add up to nothing, and the vouchers that it reverses or that reverse it."""
    table = tables.postings
    nodes = _vouchers(tables, (table["voucher"] == number).to_numpy(), "凭证")
    reversed_ = table.loc[(table["voucher"] == number).to_numpy(), "reverses"].unique().tolist()
    links = _vouchers(tables, (table["reverses"] == number).to_numpy(), "被冲销于凭证")
    links += _vouchers(tables, table["voucher"].isin([one for one in reversed_ if one]).to_numpy(), "冲销的是凭证")
    if nodes:
        nodes[0].links = links
    return nodes


def _vouchers(tables: Tables, wanted: Mask, what: str) -> list[Node]:
    found = []
    for legs in by_transaction(records(Posting, tables.postings, wanted)).values():
        first = legs[0]
        text = " ".join(part for part in (what, first.voucher, first.payee, first.narration) if part)
        parts = [leg_node(tables, leg, leg.amount) for leg in legs]
        node = Node(text, sum(part.amount for part in parts), first.date, place=f"{first.file}:{first.line}", parts=parts)
        found.append(node)
    return found


def payee_nodes(tables: Tables, name: str) -> list[Node]:
    """Of a payee: what it received in cash, by project, less what came back; what is owed to it or paid ahead leads on."""
    table = tables.postings
    mine = (table["payee"] == name).to_numpy() & ~table["quota_only"].to_numpy()
    paid = list(records(Posting, table, mine & table["kind"].isin(CASH).to_numpy()))
    if not paid:
        return []
    root = Node(f"收款方 {name}：收到", -sum(leg.amount for leg in paid))
    for project in dict.fromkeys(leg.project for leg in paid):
        legs = [leg for leg in paid if leg.project == project]
        parts = [_part(leg, -leg.amount) for leg in legs]
        title = f"项目 {project} {_project_name(tables, project)}".rstrip() if project else "没有写明项目"
        root.parts.append(Node(title, sum(part.amount for part in parts), parts=parts))
    root.links = _open(tables, list(records(Posting, table, mine & table["kind"].isin(list(OPEN)).to_numpy())))
    return [root]


def open_nodes(tables: Tables, project: str) -> list[Node]:
    """What a project paid ahead, owes, holds back or got back, account by account, with every voucher that moved it."""
    table = tables.postings
    mine = (table["project"] == project).to_numpy() & table["kind"].isin(list(OPEN)).to_numpy()
    return _open(tables, list(records(Posting, table, mine)))


def _open(tables: Tables, legs: Iterable[Any]) -> list[Node]:
    found: dict[str, Node] = {}
    for leg in legs:
        node = found.setdefault(leg.account, Node(f"{OPEN[leg.kind]}（{leg.account.rpartition(':')[2]}）：尚余", 0))
        sign = 1 if leg.kind == "advance" else -1
        node.parts.append(_part(leg, sign * leg.amount))
        node.amount += sign * leg.amount
    return list(found.values())


def _part(leg: Any, amount: int) -> Node:
    text = " ".join(part for part in (leg.payee, leg.narration) if part)
    return Node(text, amount, leg.date, leg.voucher, f"{leg.file}:{leg.line}")


def _project_name(tables: Tables, project: str) -> str:
    row = registered.projects(tables).get(project)
    return row.name if row else ""
