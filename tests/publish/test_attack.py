"""An attacker with pencil and paper: everything that is shown of a county, held against every household in it."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.tables.tables import Tables, households
from reports.publish.content import content
from reports.publish.received import received
from reports.publish.tables import WITHHELD, Place, Table
from tests.publish.county import ASSETS, PROJECTS, VILLAGES, Atom, County, county, write_county
from tests.publish.test_privacy import had_by_subtraction

DAY = date(2022, 12, 31)
WHAT = {
    ("spending", "paid"): ("wages", "aid", "other"),
    ("spending", "wages"): ("wages",),
    ("wages", "paid"): ("wages",),
    ("subsidies", "amount"): ("aid",),
    ("income", "income"): ("use_1", "use_2", "use_4"),
    ("income", "to_households"): ("use_1", "use_4"),
    ("income", "use_1"): ("use_1",),
    ("income", "use_2"): ("use_2",),
    ("income", "use_4"): ("use_4",),
}
PLACES = [
    ("", ""),
    *{(town, "") for town, _ in VILLAGES.values()},
    ("县级", ""),
    *{(VILLAGES[one][0], one) for one in VILLAGES},
]


def place_of(subject: str) -> Place:
    village = (PROJECTS | ASSETS)[subject]
    return (VILLAGES[village][0], village) if village else ("县级", "")


def atoms_of(
    made: County, tables: Tables, table: Table, column: str, place: Place, subject: str, home: bool
) -> set[Atom]:
    """The atoms that a cell is the sum of; `home`: the place is the household's, not the subject's."""
    people = households(tables)
    found = set()
    for atom in made.atoms:
        what, owner, household = atom
        if home and not household:
            continue
        village = people.village(household, DAY) if home else ""
        where = (VILLAGES[village][0], village) if home else place_of(owner)
        inside = all(not want or want == have for want, have in zip(place, where, strict=True))
        if what in WHAT[table.name, column] and subject in ("", owner) and inside:
            found.add(atom)
    return found


def shown_cells(made: County, tables: Tables, every: list[Table]) -> list[tuple[set[Atom], int]]:
    """Every amount that is shown on a page of the county, a town or a village, with its atoms."""
    cells = []
    for table in every:
        for place in PLACES:
            shown = table.shown(place)
            for i, one in enumerate(table.fields):
                if (table.name, one.name) in WHAT and i not in shown.dropped:
                    cells += _column(made, tables, table, place, i)
    return cells


def _column(made: County, tables: Tables, table: Table, place: Place, i: int) -> list[tuple[set[Atom], int]]:
    """The amounts of a column of an edition, which add up to its total."""
    shown, name, cells = table.shown(place), table.fields[i].name, []
    for line in table.of(place):
        if line.values[i] not in (WITHHELD, None):
            home = bool(line.edition)
            where = line.place if home else ("", "")
            cells.append((atoms_of(made, tables, table, name, where, line.values[0], home), line.values[i]))
    listed = set().union(*(atoms for atoms, _ in cells)) if cells else set()
    partial = table.name == "subsidies" and place != ("", "")
    everything = listed if partial else atoms_of(made, tables, table, name, place, "", False)
    if shown.others and shown.others[i] is not None:
        cells.append((everything - listed, shown.others[i]))
    if shown.total and shown.total[i] is not None:
        if table.fields[i].summed:
            assert sum(value for _, value in cells) == shown.total[i], (table.name, name, place)
        cells.append((everything, shown.total[i]))
    return cells


@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_is_true_and_gives_nobody_away(seed: int, tmp_path: Path) -> None:
    made = county(seed)
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    cells = shown_cells(made, tables, content(tables, {2022: received(tables, 2022, 3)}))
    for atoms, value in cells:
        assert value == sum(made.atoms[atom] for atom in atoms)
    figures = [{(f"{what}/{owner}", household) for what, owner, household in atoms} for atoms, _ in cells if atoms]
    assert not had_by_subtraction(figures, {f"H{n}" for n in range(1, 9)}, 2)


@pytest.mark.parametrize("seed", range(1))
def test_the_village_board_shows_everything(seed: int, tmp_path: Path) -> None:
    made = county(seed)
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    every = content(tables, {2022: received(tables, 2022, 0)})
    assert not any(WITHHELD in line.values for table in every for line in table.lines)
    assert not any(table.shown(place).others for table in every for place in PLACES)
    careless = shown_cells(made, tables, every)
    figures = [{(f"{what}/{owner}", household) for what, owner, household in atoms} for atoms, _ in careless if atoms]
    assert had_by_subtraction(figures, {f"H{n}" for n in range(1, 9)}, 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_more_counties(seed: int, tmp_path: Path) -> None:
    test_what_is_shown_is_true_and_gives_nobody_away(seed, tmp_path)
