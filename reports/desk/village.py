"""村: the list; or one village, everything the book knows of it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from fava.helpers import FavaAPIError

from ledgers.facts import registered
from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived, households
from plugins.findings import FAIL
from reports import figures
from reports.desk.income import grant_lines, income_lines
from reports.desk.paging import Paging
from reports.desk.project import NO_MONEY
from reports.desk.review import Review


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One village, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        return {"village": None, **_listing(review, args)}
    village = registered.villages(tables).get(name)
    if village is None:
        raise FavaAPIError(f"截至 {review.as_of}，账簿里没有行政村 {name[:60]}")
    projects = [one for one in registered.projects(tables).values() if one.village == name]
    money = figures.by_project(tables)
    return {
        "village": village,
        "people": people_of(review, name),
        "projects": [(one, money.get(one.id, NO_MONEY), _state(review, one.id)) for one in projects],
        "total": figures.total(money[one.id] for one in projects if one.id in money),
        "assets": [one for one in registered.assets(tables).values() if one.village == name],
        "banks": banks(tables).get(name, {}),
        "incomes": income_lines(review, name),
        "grants": grant_lines(review, name),
        "uses": figures.USES,
        "notices": [row for row in records(Notice, tables.notices) if row.subject == name],
        "findings": review.of_village(name),
    }


def people_of(review: Review, village: str) -> Counter[str]:
    """Households of the village on the as-of day: registered ones by base state, being monitored, priority."""
    known, counts = households(review.tables), Counter({"在册户": 0})
    for household in known.of_village(village, review.as_of):
        counts["在册户"] += 1
        counts[known.base(household, review.as_of) or "状态不明"] += 1
        counts["监测户"] += known.monitored(household, review.as_of)
        counts["优先户"] += known.priority(household, review.as_of)
    return counts


class _Banked(NamedTuple):
    village: str
    account: str
    amount: int


@derived
def banks(tables: Tables) -> dict[str, dict[str, int]]:
    """What lies in each village's account, by account."""
    table = tables.postings[tables.postings["kind"] == "bank"]
    found: dict[str, dict[str, int]] = {}
    for row in records(_Banked, table):
        accounts = found.setdefault(row.village, {})
        accounts[row.account] = accounts.get(row.account, 0) + row.amount
    return found


def _state(review: Review, project: str) -> str:
    stages = registered.project_states(review.tables).get(project, [])
    return stages[-1].state if stages else ""


def _listing(review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    words, tables = args.get("q", "").strip()[:60], review.tables
    projects, money = Counter[str](), Counter[str]()
    for one in registered.projects(tables).values():
        projects[one.village] += 1
        money[one.village] += figures.by_project(tables).get(one.id, NO_MONEY).amount
    rows = []
    for village in registered.villages(tables).values():
        if words.lower() in f"{village.id} {village.town} {village.name}".lower():
            failed = sum(finding.status == FAIL for finding in review.of("village", village.id))
            rows.append((village, projects[village.id], money[village.id], failed))
    rows.sort(key=lambda row: (-row[3], -row[2], row[0].id))
    return {"paging": Paging(rows, args), "words": words}
