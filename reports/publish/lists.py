"""The named lists of the village board: who received what, for the kinds of money where the rule demands a list."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledgers.facts import registered
from ledgers.people import Identities
from ledgers.tables.tables import Tables, households
from reports.publish.content import USES
from reports.publish.policy import Disclosure
from reports.publish.privacy import masked
from reports.publish.received import INCOME, LOCAL, WAGES, WIDE, Leaf, Received
from reports.publish.tables import COUNT, DAYS, MONEY, TEXT, Field, Line, Place, Table

KINDS = {WAGES: "劳务报酬", LOCAL: "补助", WIDE: "补助", INCOME: "收益分配"}
NAME = Field("name", "姓名", TEXT, 16)
UNNAMED = "（未列名）"
ORDER = Field("number", "序号", COUNT, 6)


@dataclass(frozen=True)
class Names:
    """Names as they may be shown, by household and number of the person."""

    shown: Mapping[tuple[str, str], str]
    full: frozenset[str]

    def of(self, household: str, person: str) -> str:
        """The name. Where none is known nothing stands for it: an id would tell that two lists speak of the same."""
        return self.shown.get((household, person or "1")) or UNNAMED


def names_of(identities: Identities | None, mask: str) -> Names:
    """Masked names, and the full ones that no file may hold."""
    shown: dict[tuple[str, str], str] = {}
    full = set()
    if identities:
        for person in (*(one for _, one in identities.former), *identities.people.values()):
            if person.name:
                shown[person.household, str(person.person)] = masked(person.name, mask)
                full.add(person.name)
    return Names(shown, frozenset(full))


def blurred(names: Names, tables: Tables, mask: str) -> Names:
    """Names that nobody in their village is known by: where a masked name fits one person of the village alone it is a
    name still, and only the surname is shown; where that too is the only one, nothing but the mask.
    """
    people = households(tables)
    village = {key: people.village(key[0], tables.as_of) for key in names.shown}
    shown = dict(names.shown)
    for shorten in (lambda name: name[:1] + mask * 2, lambda name: mask * 3):
        counts = Counter((village[key], name) for key, name in shown.items())
        shown = {key: name if counts[village[key], name] > 1 else shorten(name) for key, name in shown.items()}
    return Names(shown, names.full)


def lists(tables: Tables, got: Received, policy: Disclosure, names: Names) -> list[Table]:
    """One table for each list, in the place whose board it belongs on."""
    found = []
    for tree, kind in KINDS.items():
        for path, leaf in sorted(got.leaves[tree].items()):
            about = _about(tables, tree, path, leaf)
            place: Place = (path[1], path[2]) if tree == WIDE else (path[0], path[1])
            if leaf.households and policy.listed(kind, about):
                found.append(_list(kind, about, place, leaf, names, tree))
    return found


def _about(tables: Tables, tree: str, path: tuple[str, ...], leaf: Leaf) -> str:
    if tree == INCOME:
        asset = registered.assets(tables).get(path[2])
        return f"{(asset.name or path[2]) if asset else path[2]}·{USES.get(path[3], '其他')}"
    item = path[0] if tree == WIDE else path[2]
    project = registered.projects(tables).get(item)
    name = (project.name or item) if project else item
    return "·".join([name, *(one for one in sorted(leaf.names) if one != name)])


def _list(kind: str, about: str, place: Place, leaf: Leaf, names: Names, tree: str) -> Table:
    wages = tree == WAGES
    fields = (
        ORDER,
        NAME,
        *((Field("days", "工日", DAYS, 9),) if wages else ()),
        Field("amount", "金额（元）", MONEY, 14),
    )
    rules = {WAGES: ("labour-share", "labour-notice"), INCOME: ("income-tilt",)}.get(tree, ("subsidy-standard",))
    table = Table(f"list-{tree}", f"{kind}名单：{about}", "", rules, fields)
    paid = [(key, entry) for key, entry in leaf.by_person.items() if entry[0]]
    paid.sort(key=lambda one: (-one[1][0], -one[1][1], names.shown.get(one[0], "")))  # in no order of households
    for number, ((household, person), (amount, days)) in enumerate(paid, 1):
        values: list[Any] = [number, names.of(household, person), *([days] if wages else []), amount]
        table.lines.append(Line(place, tuple(values)))
    total: list[Any] = ["合计", f"{len(leaf.households)} 户", *([leaf.days] if wages else []), leaf.amount]
    table.totals[place] = tuple(total)
    return table
