"""What a screening says: method, population, n, figure, bars and lines."""

from dataclasses import dataclass

from reports.screening.population import Line


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: what was found, and what would be usual (None where nothing is)."""

    label: str
    found: float
    usual: float | None = None


@dataclass(frozen=True)
class Screen:
    """One screening. `notable` is None where the population is too small to say anything."""

    id: str
    title: str
    method: str
    population: str
    n: int
    figure: str
    notable: bool | None
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    source: str = ""
