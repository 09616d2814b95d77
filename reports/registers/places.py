"""Where things are: town and village in the order of the county's list."""

from dataclasses import dataclass
from typing import Any

from ledgers.facts import registered
from ledgers.tables.tables import Tables, derived


@dataclass(frozen=True, order=True)
class Place:
    """A town and a village in it ("" where the whole town is meant); sorts as the county lists them."""

    order: tuple[int, int]
    town: str
    village: str


@derived
def _orders(tables: Tables) -> tuple[dict[str, int], dict[str, int]]:
    villages = sorted(registered.villages(tables).values(), key=lambda row: row.id)
    towns: dict[str, int] = {}
    for row in villages:
        towns.setdefault(row.town or "", len(towns))
    return towns, {row.id: number for number, row in enumerate(villages, start=1)}


def place_of(tables: Tables, village: str, town: str = "") -> Place:
    """The place of a village id, else of a town alone; towns outside the list come last."""
    towns, villages = _orders(tables)
    row = registered.villages(tables).get(village)
    if row is not None:
        return Place((towns[row.town or ""], villages[row.id]), row.town or "", row.name or row.id)
    name = town or "未注明乡镇"
    return Place((towns.get(name, len(towns)), 0), name, village)


def place_of_project(tables: Tables, project: Any) -> Place:
    return place_of(tables, project.village or "", project.town or "")
