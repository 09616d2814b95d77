"""A trace as a tree of amounts: parts add up to what they are parts of; a link leads on to what the money became."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledgers.tables.schema import Payment, records
from ledgers.tables.tables import Tables, derived


@dataclass
class Node:
    """An amount in 分 and what it is. Where there are parts they sum to it; links have amounts of their own."""

    text: str
    amount: int
    day: date | None = None
    voucher: str = ""
    place: str = ""
    parts: list["Node"] = field(default_factory=list)
    links: list["Node"] = field(default_factory=list)
    roll: str = ""  # the roll whose lines the parts are

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for child in (*self.parts, *self.links):
            yield from child.walk()


def closed(node: Node, rest: str) -> Node:
    """The node with a last part for what its parts leave over, so that they always add up."""
    left = node.amount - sum(part.amount for part in node.parts)
    if left or not node.parts:
        node.parts.append(Node(rest, left))
    return node


@derived
def _lines(tables: Tables) -> dict[int, list[Payment]]:
    lines: dict[int, list[Payment]] = defaultdict(list)
    for line in records(Payment, tables.payments):
        lines[line.posting].append(line)
    return lines


def leg_node(tables: Tables, leg: Any, amount: int) -> Node:
    """A posting with the lines of its roll below it."""
    node = Node(leg.account.partition(":")[2], amount, leg.date, leg.voucher, f"{leg.file}:{leg.line}", roll=leg.roll)
    if leg.row in tables.broken:
        node.text = f"清册不可信（{tables.broken[leg.row]}）：{node.text}"
        return node
    for line in _lines(tables).get(leg.row, []):
        person = f"-{line.person}" if line.person else ""
        days = f" {line.days:g} 天" if line.days is not None else ""
        returned = f" {line.result}" if line.result else ""
        text = f"户 {line.household}{person}{days}{returned}"
        node.parts.append(Node(text, line.amount, line.date, leg.voucher, f"{line.file}:{line.line}"))
    return node


def by_transaction(legs: Iterable[Any]) -> dict[int, list[Any]]:
    """Legs grouped by their transaction, in the order of the book."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for leg in legs:
        grouped[leg.transaction].append(leg)
    return grouped
