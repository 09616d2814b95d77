"""Charts as SVG text, drawn from whole numbers of 分: no script, readable in print, with a title for who cannot see.

Lengths are whole hundredths of a pixel inside; a number never passes through a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from ledgers.money import percent, yuan_cn
from reports.screening.screen import Bar


def px(value: Fraction | int) -> str:
    """A length with at most two decimals."""
    hundredths = int(Fraction(value) * 100)
    sign, rest = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{rest // 100}.{rest % 100:02d}".rstrip("0").rstrip(".")


def _svg(width: int, height: int, title: str, body: Sequence[Markup], kind: str, linked: bool = False) -> Markup:
    """A drawing; one with links in it is a group of them, not one picture."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}" preserveAspectRatio="xMinYMid meet">'
        "<title>{}</title>{}</svg>"
    ).format(f"desk-{kind}", width, height, "group" if linked else "img", title, title, Markup("").join(body))


def ratio_bar(value: Fraction, threshold: Fraction | None, op: str, good: bool, title: str) -> Markup:
    """A bar from zero to the value with a line at the threshold, which stands at two thirds whatever it is, so that all
    bars have one scale; hatched when the threshold is missed."""
    top = threshold * Fraction(3, 2) if threshold else max(value, Fraction(1, 100))
    full = 400
    body = [
        Markup('<rect class="ground" x="0" y="3" width="{}" height="12"/>').format(full),
        Markup('<rect class="{}" x="0" y="3" width="{}" height="12"/>').format(
            "good" if good else "bad", px(min(max(value, Fraction(0)) / top, Fraction(1)) * full)
        ),
    ]
    if threshold is not None:
        x = px(threshold / top * full)
        body.append(Markup('<line class="threshold" x1="{}" x2="{}" y1="0" y2="18"/>').format(x, x))
    return _svg(full, 18, title, body, "bar")


def money_bar(money: Any, widest: int, title: str) -> Markup:
    """A sum as a bar on the scale of the widest: what is paid, what is given to projects, what waits."""
    parts = (("paid", money.paid), ("given", max(money.unpaid, 0)), ("waiting", max(money.waiting, 0)))
    words = f"{title}：已支付 {yuan_cn(money.paid)}，已分配未支付 {yuan_cn(money.unpaid)}，待分配 {yuan_cn(money.waiting)} 元"
    x, body = Fraction(0), [Markup('<rect class="ground" x="0" y="3" width="400" height="10"/>')]
    for kind, amount in parts:
        long = Fraction(max(amount, 0) * 400, max(widest, 1))
        body.append(Markup('<rect class="{}" x="{}" y="3" width="{}" height="10"/>').format(kind, px(x), px(long)))
        x += long
    return _svg(400, 16, words, body, "money")


_LEFT, _RIGHT, _TOP, _HIGH = 58, 470, 14, 170  # of the drawing of lines


def lines(series: Sequence[tuple[str, Sequence[int]]], title: str) -> Markup:
    """Amounts by month, a line for each year, the last one strong; every point says its month and amount."""
    most = max((amount for _, amounts in series for amount in amounts), default=0) or 1
    step = _step(most)
    top = -(-most // step) * step
    body = []
    for amount in range(0, top + 1, step):
        y = _y(amount, top)
        body.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="note" x="{}" y="{}" text-anchor="end">{}</text>'
            ).format(_LEFT, _RIGHT, y, y, _LEFT - 6, px(Fraction(y) + 4), f"{amount // 1_000_000:,}")
        )
    body += [
        Markup('<text class="note" x="{}" y="{}" text-anchor="middle">{}月</text>').format(
            _x_of(month), _TOP + _HIGH + 24, month
        )
        for month in (1, 3, 6, 9, 12)
    ]
    for number, (name, amounts) in enumerate(series):
        kind = "last" if number == len(series) - 1 else f"before before-{len(series) - 1 - number}"
        points = [(_x_of(month), _y(amount, top), month, amount) for month, amount in enumerate(amounts, 1)]
        body.append(
            Markup('<polyline class="line {}" points="{}"/>').format(
                kind, " ".join(f"{x},{y}" for x, y, _, _ in points)
            )
        )
        body += [
            Markup('<circle class="{}" cx="{}" cy="{}" r="3"><title>{}{}月：{} 元</title></circle>').format(
                kind, x, y, name, month, yuan_cn(amount)
            )
            for x, y, month, amount in points
        ]
    body += _names(series, top)
    return _svg(560, _TOP + _HIGH + 32, title, body, "trend")


def _names(series: Sequence[tuple[str, Sequence[int]]], top: int) -> list[Markup]:
    """The name of each line at its end, moved apart where they would lie on each other."""
    ends = sorted((Fraction(_y(amounts[-1], top)), number) for number, (_, amounts) in enumerate(series) if amounts)
    found, last = [], Fraction(-100)
    for y, number in ends:
        last = max(y + 4, last + 18)
        kind = "strong" if number == len(series) - 1 else "note"
        found.append(
            Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, _RIGHT + 10, px(last), series[number][0])
        )
    return found


def _step(most: int) -> int:
    """A round step of 分, in whole 万元, that divides the height into five at most."""
    steps = (digit * 10**power for power in range(6, 20) for digit in (1, 2, 5))
    return int(next(step for step in steps if most <= 5 * step))


def _x_of(month: int) -> str:
    return px(_LEFT + Fraction((month - 1) * (_RIGHT - _LEFT), 11))


def _y(amount: int, top: int) -> str:
    return px(_TOP + _HIGH - Fraction(amount * _HIGH, top))


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


def gauge(numerator: int, required: int, denominator: int, title: str, kind: str = "") -> Markup:
    """What was paid against what is required, as a half ring on which the requirement always stands at two thirds."""
    top = max(Fraction(required * 3, 2), Fraction(1))
    done = min(max(Fraction(numerator) / top, Fraction(0)), Fraction(1))
    ring = "M 20 100 A 80 80 0 0 1 180 100"
    body = [
        Markup('<path class="ground" d="{}" pathLength="100"/>').format(ring),
        Markup('<path class="{}" d="{}" pathLength="100" stroke-dasharray="{} 200"/>').format(
            "good" if numerator >= required else kind or "bad", ring, px(done * 100)
        ),
        Markup(
            '<g transform="rotate({} 100 100)"><line class="threshold" x1="4" x2="36" y1="100" y2="100"/></g>'
        ).format(px(Fraction(required) / top * 180)),
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


_LABEL = 96  # width of a label of the time line


def timeline(events: Sequence[Event], end: date, title: str) -> Markup:
    """States one after another, spaced by time; labels that would touch go to a lane further up, each with its stem."""
    if not events:
        return Markup("")
    first = min(event.day for event in events)
    days = max((end - first).days, 1)
    placed, taken = [], dict[int, Fraction]()
    for event in sorted(events, key=lambda one: one.day):
        x = 50 + Fraction((event.day - first).days, days) * 800
        lane = next(number for number in range(len(events) + 1) if taken.get(number, Fraction(-999)) + _LABEL <= x)
        taken[lane] = x
        placed.append((event, x, lane))
    base = 44 + 34 * max(lane for _, _, lane in placed)
    stems = [
        Markup('<line class="stem" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(px(x), px(x), base, base - 12 - 34 * lane)
        for _, x, lane in placed
    ]
    axis = Markup('<line class="axis" x1="40" x2="860" y1="{}" y2="{}"/>').format(base, base)
    labels = [_event(event, x, base, base - 16 - 34 * lane) for event, x, lane in placed]
    return _svg(900, base + 10, title, [*stems, axis, *labels], "timeline", linked=True)


def _event(event: Event, x: Fraction, base: int, y: int) -> Markup:
    return Markup(
        '<a href="{}"><circle cx="{}" cy="{}" r="5"/><rect class="under" x="{}" y="{}" width="92" height="30"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="note" x="{}" y="{}" text-anchor="middle">{}</text></a>'
    ).format(
        *(event.href, px(x), base, px(x - 46), y - 26),
        *(px(x), y - 13, event.name, px(x), y, event.day.isoformat()),
    )


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
            node.amount = max(self._through(key))
        self.nodes = {key: node for key, node in self.nodes.items() if node.amount}

    def unequal(self) -> list[str]:
        """Nodes between two others where what comes in is not what goes out: the drawing would lie."""
        found = []
        for key, node in self.nodes.items():
            into, out = self._through(key)
            if into and out and into != out:
                found.append(node.name)
        return found

    def _through(self, key: str) -> tuple[int, int]:
        """What comes into a node and what goes out of it."""
        into = sum(amount for _, target, amount in self.links if target == key)
        return into, sum(amount for source, _, amount in self.links if source == key)


_WIDTH, _BAR, _GAP, _LINE = 1000, 14, 10, 24


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
    return _svg(_WIDTH, height, title, body, "sankey", linked=True)


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
        '<text class="halo" x="{}" y="{}">{} <tspan class="note">{} 元</tspan></text>'
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


_ROWS, _NARROW = 24, 12  # bars under each other; of columns side by side, up to how many each is named
_WIDE, _TALL = 640, 170


def compared(bars: Sequence[Bar], title: str, share: bool) -> Markup:
    """What was found beside what would be usual (a mark): digits as columns side by side, names under each other.

    `share`: the numbers are shares of a whole. Of more names than can be read the largest are drawn.
    """
    top = max((max(one.found, one.usual or 0) for one in bars), default=0) or 1
    if all(one.label.isdigit() and len(one.label) < 3 for one in bars):
        return _columns(bars, Fraction(top), title, share)
    shown = sorted(bars, key=lambda one: -one.found)[:_ROWS] if len(bars) > _ROWS else bars
    return _rows(shown, Fraction(top), title, share)


def _columns(bars: Sequence[Bar], top: Fraction, title: str, share: bool) -> Markup:
    step, body = Fraction(_WIDE, len(bars)), []
    for place, one in enumerate(bars):
        x, high = place * step + step / 8, Fraction(one.found) / top * _TALL
        words = f"{one.label}：{_figure(one.found, share)}"
        body.append(
            Markup('<rect class="paid" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
                px(x), px(20 + _TALL - high), px(step * 3 / 4), px(high), words
            )
        )
        if one.usual is not None:
            y = px(20 + _TALL - Fraction(one.usual) / top * _TALL)
            line = '<line class="threshold" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            body.append(Markup(line).format(px(place * step), px((place + 1) * step), y, y))
        if len(bars) <= _NARROW or place % 10 == 9:
            text = '<text x="{}" y="{}" text-anchor="middle">{}</text>'
            body.append(Markup(text).format(px(place * step + step / 2), _TALL + 38, one.label))
    return _svg(_WIDE, _TALL + 44, title, body, "compared")


def _rows(bars: Sequence[Bar], top: Fraction, title: str, share: bool) -> Markup:
    left, full, body = 170, _WIDE - 170 - 90, []
    for place, one in enumerate(bars):
        y = place * 24
        body.append(Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left - 8, y + 15, _short(one.label, 12)))
        long = Fraction(one.found) / top * full
        body.append(Markup('<rect class="paid" x="{}" y="{}" width="{}" height="12"/>').format(left, y + 4, px(long)))
        if one.usual is not None:
            x = px(left + Fraction(one.usual) / top * full)
            body.append(Markup('<line class="threshold" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(x, x, y + 1, y + 19))
        text = '<text class="halo" x="{}" y="{}">{}</text>'
        body.append(Markup(text).format(px(left + long + 8), y + 15, _figure(one.found, share)))
    return _svg(_WIDE, len(bars) * 24 + 6, title, body, "compared")


def _figure(value: float, share: bool) -> str:
    """A share as a percentage of one decimal, cut; anything else as a whole number, with commas."""
    return percent(Fraction(int(value * 1000), 1000)) if share else f"{int(value):,}"


def pair_bars(first: tuple[str, Fraction], second: tuple[str, Fraction], title: str) -> Markup:
    """Two shares of one whole under each other, e.g. of money and of households."""
    body = []
    for row, (kind, value) in enumerate((first, second)):
        y = row * 12
        body.append(Markup('<rect class="ground" x="0" y="{}" width="160" height="9"/>').format(y))
        width = px(min(max(value, Fraction(0)), Fraction(1)) * 160)
        body.append(Markup('<rect class="{}" x="0" y="{}" width="{}" height="9"/>').format(kind, y, width))
    return _svg(160, 22, title, body, "pair")
