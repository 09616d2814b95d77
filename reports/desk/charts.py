"""Charts as SVG text, drawn from whole numbers of 分: no script, readable in print, with a title for who cannot see.

Lengths are whole hundredths of a pixel inside; a number never passes through a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from markupsafe import Markup

from ledgers.money import percent, yuan_cn


def px(value: Fraction | int) -> str:
    """A length with at most two decimals."""
    hundredths = int(Fraction(value) * 100)
    sign, rest = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{rest // 100}.{rest % 100:02d}".rstrip("0").rstrip(".")


def _svg(width: int, height: int, title: str, body: Sequence[Markup], kind: str) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="xMinYMid meet">'
        "<title>{}</title>{}</svg>"
    ).format(f"desk-{kind}", width, height, title, title, Markup("").join(body))


def ratio_bar(value: Fraction, threshold: Fraction | None, op: str, good: bool, title: str) -> Markup:
    """A bar from zero to the value with a line at the threshold; hatched when the threshold is missed."""
    top = max(value, (threshold or Fraction(0)) * Fraction(5, 4), Fraction(1, 100))
    full, height = 400, 18
    body = [
        Markup('<rect class="ground" x="0" y="3" width="{}" height="12"/>').format(full),
        Markup('<rect class="{}" x="0" y="3" width="{}" height="12"/>').format(
            "good" if good else "bad", px(max(value, Fraction(0)) / top * full)
        ),
    ]
    if threshold is not None:
        x = px(threshold / top * full)
        body.append(Markup('<line class="threshold" x1="{}" x2="{}" y1="0" y2="18"/>').format(x, x))
    return _svg(full, height, title, body, "bar")


def progress_bar(paid: int, amount: int, time: Fraction | None, title: str) -> Markup:
    """Money paid against the whole, with a line for the share of the time that is over."""
    whole = Fraction(paid, amount) if amount else Fraction(0)
    body = [
        Markup('<rect class="ground" x="0" y="3" width="200" height="10"/>'),
        Markup('<rect class="{}" x="0" y="3" width="{}" height="10"/>').format(
            "good" if time is None or whole >= time else "bad", px(min(max(whole, Fraction(0)), Fraction(1)) * 200)
        ),
    ]
    if time is not None:
        x = px(min(time, Fraction(1)) * 199)
        body.append(Markup('<line class="threshold" x1="{}" x2="{}" y1="0" y2="16"/>').format(x, x))
    return _svg(200, 16, title, body, "progress")


def gauge(numerator: int, required: int, denominator: int, title: str) -> Markup:
    """What was paid against what is required, as a half ring: the mark is the requirement."""
    top = max(numerator, required * 5 // 4, 1)
    done, mark = Fraction(numerator, top), Fraction(required, top)
    ring = "M 20 100 A 80 80 0 0 1 180 100"
    body = [
        Markup('<path class="ground" d="{}" pathLength="100"/>').format(ring),
        Markup('<path class="{}" d="{}" pathLength="100" stroke-dasharray="{} 200"/>').format(
            "good" if numerator >= required else "bad", ring, px(done * 100)
        ),
        Markup(
            '<g transform="rotate({} 100 100)"><line class="threshold" x1="4" x2="36" y1="100" y2="100"/></g>'
        ).format(px(mark * 180)),
        Markup('<text x="100" y="84" class="value">{}</text>').format(
            percent(Fraction(numerator, denominator)) if denominator else "–"
        ),
        Markup('<text x="100" y="102" class="note">应 {}</text>').format(
            percent(Fraction(required, denominator)) if denominator else "–"
        ),
    ]
    return _svg(200, 110, title, body, "gauge")


@dataclass(frozen=True)
class Event:
    """A dated state on a time line."""

    day: date
    name: str
    href: str


def timeline(events: Sequence[Event], end: date, title: str) -> Markup:
    """States one after another, spaced by time, names on alternating heights so that near ones stay readable."""
    if not events:
        return Markup("")
    first = min(event.day for event in events)
    days = max((end - first).days, 1)
    body = [Markup('<line class="axis" x1="30" x2="870" y1="60" y2="60"/>')]
    taken: dict[int, Fraction] = {}
    for event in events:
        x = 30 + Fraction((event.day - first).days, days) * 840
        level = next((one for one in range(4) if taken.get(one, Fraction(-200)) + 92 <= x), 3)
        taken[level] = x
        up = level % 2 == 0
        y = (44 if up else 84) + (-30 if up else 30) * (level // 2)
        body.append(
            Markup(
                '<a href="{}"><line class="stem" x1="{}" x2="{}" y1="60" y2="{}"/><circle cx="{}" cy="60" r="5"/>'
                '<text x="{}" y="{}" text-anchor="{}">{}</text><text class="note" x="{}" y="{}" text-anchor="{}">{}</text></a>'
            ).format(
                event.href,
                *(px(x), px(x), y if up else y - 12, px(x)),
                *(px(x), y - 12 if up else y + 2, _anchor(x), event.name),
                *(px(x), y if up else y + 14, _anchor(x), event.day.isoformat()),
            )
        )
    return _svg(900, 140, title, body, "timeline")


def _anchor(x: Fraction) -> str:
    return "start" if x < 60 else "end" if x > 840 else "middle"


@dataclass
class Node:
    """A place where money is; its amount is what flows through it."""

    name: str
    column: int
    amount: int
    href: str = ""
    kind: str = ""
    y: Fraction = Fraction(0)
    height: Fraction = Fraction(0)
    left: Fraction = Fraction(0)  # used so far of the left and right edges
    right: Fraction = Fraction(0)


@dataclass
class Sankey:
    """A flow that adds up: every link is an amount from one node to another."""

    nodes: dict[str, Node] = field(default_factory=dict)
    links: list[tuple[str, str, int]] = field(default_factory=list)

    def node(self, key: str, name: str, column: int, href: str = "", kind: str = "") -> None:
        self.nodes.setdefault(key, Node(name, column, 0, href, kind))

    def link(self, source: str, target: str, amount: int) -> None:
        """An amount above zero; nothing is drawn for zero, and a negative one cannot flow."""
        if amount > 0:
            self.links.append((source, target, amount))

    def settle(self) -> None:
        """Each node's amount: what comes in, or what goes out where nothing comes in."""
        for key, node in self.nodes.items():
            into = sum(amount for _, target, amount in self.links if target == key)
            out = sum(amount for source, _, amount in self.links if source == key)
            node.amount = max(into, out)
        self.nodes = {key: node for key, node in self.nodes.items() if node.amount}

    def unequal(self) -> list[str]:
        """Nodes between two others where what comes in is not what goes out: the drawing would lie."""
        found = []
        for key, node in self.nodes.items():
            into = sum(amount for _, target, amount in self.links if target == key)
            out = sum(amount for source, _, amount in self.links if source == key)
            if into and out and into != out:
                found.append(node.name)
        return found


_WIDTH, _BAR, _GAP, _LINE = 900, 14, 8, 20


def sankey(flow: Sankey, title: str) -> Markup:
    """The flow from left to right; heights are proportional to 分."""
    flow.settle()
    columns: dict[int, list[Node]] = {}
    for node in flow.nodes.values():
        columns.setdefault(node.column, []).append(node)
    if not columns:
        return Markup("")
    most = max(len(nodes) for nodes in columns.values())
    inner = max(220, most * 26)
    whole = max(sum(node.amount for node in nodes) for nodes in columns.values())
    for nodes in columns.values():
        y = Fraction(0)
        for node in nodes:
            node.y, node.height = y, max(Fraction(node.amount * inner, whole), Fraction(1))
            y += max(node.height + _GAP, Fraction(_LINE))
    height = int(max(nodes[-1].y + nodes[-1].height for nodes in columns.values())) + 24
    last = max(columns)
    body = [_ribbon(flow, link, last) for link in flow.links]
    body += [_box(node, last) for node in flow.nodes.values()]
    return _svg(_WIDTH, height, title, body, "sankey")


def _x(column: int, last: int) -> Fraction:
    return Fraction((_WIDTH - 220 - _BAR) * column, max(last, 1))


def _ribbon(flow: Sankey, link: tuple[str, str, int], last: int) -> Markup:
    source, target, amount = flow.nodes[link[0]], flow.nodes[link[1]], link[2]
    thick = source.height * amount / source.amount
    thin = target.height * amount / target.amount
    x0, x1 = _x(source.column, last) + _BAR, _x(target.column, last)
    y0, y1 = source.y + source.right + 8, target.y + target.left + 8
    source.right += thick
    target.left += thin
    middle = (x0 + x1) / 2
    path = (
        f"M {px(x0)} {px(y0)} C {px(middle)} {px(y0)} {px(middle)} {px(y1)} {px(x1)} {px(y1)} "
        f"L {px(x1)} {px(y1 + thin)} C {px(middle)} {px(y1 + thin)} {px(middle)} {px(y0 + thick)} {px(x0)} {px(y0 + thick)} Z"
    )
    return Markup('<path class="ribbon {}" d="{}"><title>{} → {}：{} 元</title></path>').format(
        target.kind, path, source.name, target.name, yuan_cn(amount)
    )


def _box(node: Node, last: int) -> Markup:
    x, y = _x(node.column, last), node.y + 8
    middle = y + node.height / 2
    shape = Markup(
        '<rect class="node {}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{}" y="{}">{} <tspan class="note">{} 元</tspan></text>'
    ).format(
        *(node.kind, px(x), px(y), _BAR, px(node.height)),
        *(px(x + _BAR + 5), px(middle + 4), _short(node.name), yuan_cn(node.amount)),
    )
    title = Markup("<title>{}：{} 元</title>").format(node.name, yuan_cn(node.amount))
    return (
        Markup('<a href="{}">{}{}</a>').format(node.href, title, shape)
        if node.href
        else Markup("<g>{}{}</g>").format(title, shape)
    )


def _short(name: str, most: int = 14) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def pair_bars(first: tuple[str, Fraction], second: tuple[str, Fraction], title: str) -> Markup:
    """Two shares of one whole under each other, e.g. of money and of households."""
    body = []
    for row, (kind, value) in enumerate((first, second)):
        y = row * 12
        body.append(Markup('<rect class="ground" x="0" y="{}" width="160" height="9"/>').format(y))
        width = px(min(max(value, Fraction(0)), Fraction(1)) * 160)
        body.append(Markup('<rect class="{}" x="0" y="{}" width="{}" height="9"/>').format(kind, y, width))
    return _svg(160, 22, title, body, "pair")
