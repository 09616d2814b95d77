"""What the one who imports says of a sheet beyond what stands in it, and what the book remembers of offices' headings."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from importers.reading.cells import squeezed

Ask = Callable[[str, Sequence[str]], int | None]  # question and candidates -> the number of one, None for no answer


def nobody(question: str, candidates: Sequence[str]) -> int | None:
    """There is no one who could answer."""
    return None


@dataclass(frozen=True)
class Heading:
    """What a heading means: a field of a kind, "" for none. `layout` "" means: wherever it stands."""

    layout: str
    kind: str
    heading: str
    field: str


@dataclass
class Given:
    """Facts for one run (`--set`, `--unit`, `--kind`, `--year`), the headings that are known, and whoever can answer.

    `values` are by heading: a value for every row, or the heading of the column that is meant. `unit` is yuan per unit
    (0: as the sheet says). What was answered is added to `learned`.
    """

    values: dict[str, str] = field(default_factory=dict)
    unit: int = 0
    kind: str = ""
    year: int = 0
    by: str = ""  # who imports
    provider: str = ""  # which office the sheets come from
    headings: tuple[Heading, ...] = ()
    ask: Ask = nobody
    learned: list[Heading] = field(default_factory=list)

    def known(self, kind: str, layout: str) -> dict[str, str]:
        """Heading as it is compared -> field, of those that the book remembers for this layout or for all."""
        found = [one for one in (*self.headings, *self.learned) if one.kind == kind and one.layout in ("", layout)]
        return {squeezed(one.heading): one.field for one in sorted(found, key=lambda one: one.layout)}

    def learn(self, layout: str, kind: str, heading: str, name: str) -> None:
        self.learned.append(Heading(layout, kind, squeezed(heading), name))


def layout_id(headers: Iterable[str]) -> str:
    """A layout's name: a digest of its headings in their order, so that the next sheet of the office is known again."""
    return hashlib.sha256("\n".join(map(squeezed, headers)).encode()).hexdigest()[:12]
