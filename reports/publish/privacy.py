"""Which figures may stand on the web: none of fewer than so many households, and none that subtraction would give.

Figures of households form trees (county, town, village, project). Each published figure is a sum of *remainders*: the
remainder of a figure is what lies below it and below no smaller published figure. Remainders never overlap, so every
sum or difference of published figures is a sum or difference of whole remainders; it is enough that each of them has
enough households. `household_figures` withholds a figure whose remainder is too small, which then lies in the
remainder of the figure above; where that is still too small, the smallest neighbour is withheld with it (secondary
suppression). Nothing is rounded: what is shown is exact and adds up with what is withheld.

Totals of public money (all that a project spent, all that an asset earned) hold money of households and other money.
`public_totals` shows them exactly, also beside a withheld figure of households, as the other money, never shown there,
covers it. A total without such cover is shown only where all its parts are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]
COVERED, CLEAR, BARE = "covered", "clear", "bare"


@dataclass
class _Node:
    """A figure, the figures that it is the sum of, and its remainder (None: nothing lies in it)."""

    path: Path
    children: dict[str, "_Node"] = field(default_factory=dict)
    remainder: frozenset[Any] | None = None
    shown: bool = True

    def take(self, remainder: frozenset[Any] | None) -> None:
        if remainder is not None:
            self.remainder = (self.remainder or frozenset()) | remainder


FEWEST = 3  # households behind any figure, whatever a county asks for beyond


def household_figures(leaves: Mapping[Path, Iterable[str]], least: int) -> set[Path]:
    """The figures (paths of leaves and of all above them, () the whole) that may be shown.

    `leaves` gives the households behind each figure; those behind a figure above are the households of all below it.
    What may be shown at a larger `least` is part of what may be shown at the fewest, so that two editions of different
    `least`, laid side by side, say no more than the fewest allows.
    """
    return _settle(leaves, *(lambda remainder, n=n: len(remainder) >= n for n in sorted({min(least, FEWEST), least})))


def column_figures(leaves: Mapping[Path, Iterable[tuple[str, str]]], least: int) -> set[Path]:
    """The same for rows of several columns, shown or withheld as a whole: `leaves` gives (column, household) of each row.
    In every column of a remainder there must be enough.
    """

    def enough(remainder: frozenset[tuple[str, str]]) -> bool:
        counts = Counter(column for column, _ in remainder)
        return all(count >= least for count in counts.values())

    return _settle(leaves, enough)


def public_totals(leaves: Mapping[Path, str]) -> set[Path]:
    """The totals that may be shown. A leaf is COVERED (it holds money of no household, which is shown nowhere while
    its household figures are withheld), CLEAR (money of households alone, all shown) or BARE (alone, and withheld).
    """
    states = {path: [state] for path, state in leaves.items()}
    return _settle(states, lambda remainder: BARE not in remainder or COVERED in remainder)


def _settle(leaves: Mapping[Path, Iterable[Any]], *enough: Callable[[frozenset[Any]], bool]) -> set[Path]:
    """Withhold figures, smallest first and deepest first, until every remainder that is not empty is enough, for each
    demand in turn.
    """
    root = _Node(())
    for path, content in leaves.items():
        node = root
        for depth in range(len(path)):
            node = node.children.setdefault(path[depth], _Node(path[: depth + 1]))
        node.take(frozenset(content))
    for demand in enough:
        for node in _bottom_up(root):
            _withhold(node, demand)
    return {node.path for node in _bottom_up(root) if node.shown}


def _withhold(node: _Node, enough: Callable[[frozenset[Any]], bool]) -> None:
    """Withhold what lies below a figure until what lies in it alone is enough, or the figure itself."""
    for child in node.children.values():
        if not child.shown:
            node.take(child.remainder)
    while node.remainder is not None and not enough(node.remainder):
        chain = _smallest_chain(node, enough)
        if not chain:
            node.shown = False
            break
        for one in chain:
            one.shown = False
            node.take(one.remainder)


def _smallest_chain(node: _Node, enough: Callable[[frozenset[Any]], bool]) -> list[_Node]:
    """The figures below to withhold together so that what the lowest of them holds comes to lie in this remainder.

    Those first that are enough at once, then those that withhold the fewest figures and touch the fewest households.
    """
    held = node.remainder or frozenset()

    def cost(chain: list[_Node]) -> tuple[bool, int, int, Path]:
        gained = frozenset().union(*(one.remainder or () for one in chain))
        return (not enough(held | gained), len(chain), len(gained), chain[-1].path)

    return min(_chains(node, []), key=cost, default=[])


def _chains(node: _Node, above: list[_Node]) -> Iterator[list[_Node]]:
    for child in node.children.values():
        chain = [*above, child] if child.shown else above
        if child.shown and child.remainder is not None:
            yield chain
        yield from _chains(child, chain)


def _bottom_up(node: _Node) -> Iterator[_Node]:
    for child in node.children.values():
        yield from _bottom_up(child)
    yield node


def masked(name: str, mask: str = "*") -> str:
    """A name with only its first and last character, of two characters only the first: 张*三, 李*."""
    name = name.strip()
    if len(name) <= 2:
        return name[:1] + mask
    return name[0] + mask * (len(name) - 2) + name[-1]
