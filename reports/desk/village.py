"""村: the list; or one village, everything the book knows of it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from ledgers.facts import registered
from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived, households
from reports import figures
from reports.desk import findings, links
from reports.desk.income import grant_lines, income_lines
from reports.desk.kit import PageError
from reports.desk.listing import COUNT, MONEY, Column, Listing
from reports.desk.project import NO_MONEY, state_of
from reports.desk.review import Review


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One village, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        rows = registered.villages(tables).values()
        return {
            "village": None,
            "listing": Listing("村", _columns(review), rows, args, sort="-failed", memory=review.lists),
        }
    village = registered.villages(tables).get(name)
    if village is None:
        raise PageError(404, f"截至 {review.as_of}，账簿里没有行政村 {name[:60]}")
    projects = [one for one in registered.projects(tables).values() if one.village == name]
    money = figures.by_project(tables)
    return {
        "village": village,
        "people": people_of(review, name),
        "projects": [(one, money.get(one.id, NO_MONEY), state_of(review, one.id)) for one in projects],
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


def examples(review: Review) -> list[dict[str, str]]:
    failed = [one.subject.id for one in review.to_do if one.subject.kind == "village"]
    return [{"id": name} for name in [*failed[:1], *registered.villages(review.tables)][:1]]


def _columns(review: Review) -> list[Column]:
    tables = review.tables
    projects, money = Counter[str](), Counter[str]()
    for one in registered.projects(tables).values():
        projects[one.village] += 1
        money[one.village] += figures.by_project(tables).get(one.id, NO_MONEY).allocated
    assets = Counter(one.village for one in registered.assets(tables).values())
    received = Counter[str]()
    for (name, _), earned in figures.income_by_village(tables).items():
        received[name] += earned.received
    return [
        Column("name", "村", lambda one: one.name, link=lambda one: links.to("village", id=one.id)),
        Column("number", "编号", lambda one: one.id, small=True),
        Column("town", "乡镇", lambda one: one.town, facet=True),
        Column("kind", "类型", lambda one: one.kind, facet=True, small=True),
        Column("households", "总户数", lambda one: one.households, COUNT, total=True, small=True),
        Column(
            "projects",
            "项目",
            lambda one: projects[one.id],
            COUNT,
            lambda one: links.to("project", q=one.name),
            total=True,
        ),
        Column(
            "money",
            "项目资金",
            lambda one: money[one.id],
            MONEY,
            lambda one: links.entries("allocated", village=one.id),
            total=True,
        ),
        Column(
            "assets",
            "资产",
            lambda one: assets[one.id],
            COUNT,
            lambda one: links.to("asset", q=one.name),
            total=True,
            small=True,
        ),
        Column(
            "income",
            "资产收益",
            lambda one: received[one.id],
            MONEY,
            lambda one: links.entries("income", village=one.id),
            total=True,
            small=True,
        ),
        *findings.count_columns(lambda one: review.of_village(one.id)),
    ]
