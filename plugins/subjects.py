"""What a reader asks for by name: the ids that a text means, and all that hangs on them."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from ledgers.facts import money, registered
from ledgers.tables.directives import DIRECTIVES, Equity
from ledgers.tables.tables import Tables, derived, households, latest

NEAREST = 3


@derived
def names(tables: Tables) -> dict[str, set[str]]:
    """Every text by which something is called (id, name, 文号, code) with the ids that it means."""
    found: dict[str, set[str]] = {}
    for directive in DIRECTIVES.values():
        if directive.folded:
            kind: Any = directive.row
            for row in latest(tables, kind).values():
                for column in ("id", "name", "doc_no", "code"):
                    if text := getattr(row, column, ""):
                        found.setdefault(text, set()).add(row.id)
    for one in (*tables.known["household"], *set(tables.postings["voucher"].tolist())):
        found.setdefault(one, set()).add(one)
    return found


def nearest(tables: Tables, text: str) -> list[str]:
    """The texts that are most like one that nobody is called by."""
    return get_close_matches(text, names(tables), NEAREST, 0.4)


def hanging(tables: Tables, texts: Iterable[str]) -> set[str]:
    """The ids that the texts mean, and those of the funds, projects, vouchers, households, assets and grants of them."""
    found: set[str] = set()
    for text in texts:
        for name in names(tables).get(text, {text}):
            found |= {name, *_of(tables, name)}
    return found


def _of(tables: Tables, name: str) -> set[str]:
    if name in registered.projects(tables):
        return _of_projects(tables, {name})
    if name in registered.villages(tables):
        return _of_village(tables, name)
    if name in registered.funds(tables):
        return {lot.project for lots in money.lots(tables).values() for lot in lots if lot.fund == name} | _vouchers(
            tables, lambda table: table["fund"] == name
        )
    if name in tables.known["household"]:
        lines = tables.payments.loc[(tables.payments["household"] == name).to_numpy(), "posting"]
        return _vouchers(tables, lambda table: table.index.isin(lines))
    return _vouchers(tables, lambda table: (table["asset"] == name) | (table["equity"] == name))


def _of_projects(tables: Tables, projects: set[str]) -> set[str]:
    found = {asset.id for asset in registered.assets(tables).values() if projects.intersection(asset.project)}
    found |= {lot.fund for name in projects for lot in money.lots_by_project(tables).get(name, [])}
    found |= {name for name, row in latest(tables, Equity).items() if row.project in projects}
    postings = tables.postings.index[tables.postings["project"].isin(list(projects))]
    found |= set(tables.payments.loc[tables.payments["posting"].isin(postings).to_numpy(), "household"].tolist())
    return found | _vouchers(tables, lambda table: table["project"].isin(list(projects)))


def _of_village(tables: Tables, village: str) -> set[str]:
    day = tables.as_of
    projects = {
        name for name, one in registered.projects(tables).items() if village in registered.villages_of(tables, one, day)
    }
    assets = {asset.id for asset in registered.assets(tables).values() if asset.village == village}
    booked = _vouchers(tables, lambda table: (table["village"] == village) | table["asset"].isin(list(assets)))
    people = set(households(tables).of_village(village, day))
    return projects | assets | booked | people | (_of_projects(tables, projects) if projects else set())


def _vouchers(tables: Tables, chosen: Callable[[Any], Any]) -> set[str]:
    mask = chosen(tables.postings)
    return set(tables.postings.loc[mask, "voucher"].tolist()) - {""}
