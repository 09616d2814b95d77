"""An attacker with pencil and paper: everything that is shown of a county, held against every household in it."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.tables.tables import Tables, households
from reports.publish.content import content
from reports.publish.received import received
from reports.publish.tables import MONEY, WITHHELD, Place, Table
from tests.publish.county import ASSETS, PROJECTS, VILLAGES, Atom, County, county, write_county
from tests.publish.test_privacy import had_by_subtraction

DAY = date(2022, 12, 31)
WHAT = {
    ("spending", "paid"): ("wages", "aid", "other"),
    ("spending", "wages"): ("wages",),
    ("spending", "subsidies"): ("aid",),
    ("spending", "rest"): ("other",),
    ("wages", "paid"): ("wages",),
    ("subsidies", "amount"): ("aid",),
    ("income", "income"): ("use_1", "use_2", "use_4"),
    ("income", "to_households"): ("use_1", "use_4"),
    ("income", "use_1"): ("use_1",),
    ("income", "use_2"): ("use_2",),
    ("income", "use_4"): ("use_4",),
}


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
    """Every amount that is shown, with its atoms."""
    cells = []
    for table in every:
        for i, one in enumerate(table.fields):
            if one.kind != MONEY or (table.name, one.name) not in WHAT:
                continue
            for line in table.lines:
                subject = line.values[0]
                home = bool(line.edition)
                place = line.place if home else ("", "")
                cells.append((atoms_of(made, tables, table, one.name, place, subject, home), line.values[i]))
            for place, total in table.totals.items():
                cells.append((atoms_of(made, tables, table, one.name, place, "", False), total[i]))
    return [(atoms, value) for atoms, value in cells if value not in (WITHHELD, None)]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_is_true_and_gives_nobody_away(seed: int, tmp_path: Path) -> None:
    made = county(seed)
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    cells = shown_cells(made, tables, content(tables, 2022, received(tables, 2022, 3)))
    for atoms, value in cells:
        assert value == sum(made.atoms[atom] for atom in atoms)
    figures = [{(f"{what}/{owner}", household) for what, owner, household in atoms} for atoms, _ in cells if atoms]
    assert not had_by_subtraction(figures, {f"H{n}" for n in range(1, 9)}, 2)


@pytest.mark.parametrize("seed", range(1))
def test_the_village_board_shows_everything(seed: int, tmp_path: Path) -> None:
    made = county(seed)
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    every = content(tables, 2022, received(tables, 2022, 0))
    assert not any(WITHHELD in line.values for table in every for line in table.lines)
    careless = shown_cells(made, tables, every)
    figures = [{(f"{what}/{owner}", household) for what, owner, household in atoms} for atoms, _ in careless if atoms]
    assert had_by_subtraction(figures, {f"H{n}" for n in range(1, 9)}, 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_more_counties(seed: int, tmp_path: Path) -> None:
    test_what_is_shown_is_true_and_gives_nobody_away(seed, tmp_path)
