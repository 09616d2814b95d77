"""Tracing what a project formed: assets and shares, what they cost and earned, and who received the income."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ledgers.facts import income, registered
from ledgers.facts.grants import Grant, grants
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived
from reports.trace.nodes import Node, leg_node


@derived
def _costs(tables: Tables) -> dict[str, list[Posting]]:
    """Postings on asset accounts by asset, which is their commodity."""
    table = tables.postings
    return _by_commodity(records(Posting, table[table["kind"] == "asset"]))


@derived
def _earnings(tables: Tables) -> dict[str, list[Posting]]:
    """Income by what earned it: an asset, else a grant of shares."""
    table = tables.postings
    return _by_source(records(Posting, table[table["kind"] == "asset income"]))


@derived
def _uses(tables: Tables) -> dict[str, list[Posting]]:
    return _by_source(income.uses(tables))


def _by_source(legs: Iterable[Posting]) -> dict[str, list[Posting]]:
    found: dict[str, list[Posting]] = defaultdict(list)
    for leg in legs:
        found[leg.asset or leg.equity].append(leg)
    return found


def _by_commodity(legs: Iterable[Posting]) -> dict[str, list[Posting]]:
    found: dict[str, list[Posting]] = defaultdict(list)
    for leg in legs:
        found[leg.commodity].append(leg)
    return found


@derived
def _of_project(tables: Tables) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for asset in registered.assets(tables).values():
        for project in asset.project:
            found[project].append(asset.id)
    return found


def formed_by(tables: Tables, project: str) -> list[Node]:
    """The assets and the shares of a project, each with its income and its uses."""
    assets = [asset_node(tables, asset) for asset in _of_project(tables).get(project, [])]
    return assets + [_grant(tables, one) for one in grants(tables) if one.row.project == project]


def asset_node(tables: Tables, asset: str) -> Node:
    """An asset at cost, voucher by voucher; its income and what was done with it lead on, year by year."""
    row = registered.assets(tables)[asset]
    legs = _costs(tables).get(asset, [])
    title = f"资产 {asset} {row.name or ''}（{row.class_ or ''}，{row.state or ''}）"
    node = Node(title, sum(leg.amount for leg in legs), row.date, place=f"{row.file}:{row.line}")
    node.parts = [
        Node("登记" if leg.amount > 0 else "减少", leg.amount, leg.date, leg.voucher, f"{leg.file}:{leg.line}")
        for leg in legs
    ] or [Node("没有登记价值的凭证", 0)]
    node.links = _income(tables, asset)
    return node


def _grant(tables: Tables, grant: Grant) -> Node:
    """Shares quantified from a project's subsidy, holder by holder; dividends lead on, year by year."""
    vouchers, row = tables.postings["voucher"].tolist(), grant.row
    title = f"股权 {row.id} {row.operator or ''}（{row.state or ''}）"
    node = Node(title, sum(line.amount for line in grant.lines), grant.day, place=f"{row.file}:{row.line}")
    node.roll = row.id
    node.parts = [
        Node(_holder(line), line.amount, grant.day, vouchers[line.posting], f"{line.file}:{line.line}")
        for line in grant.lines
    ] or [Node("没有股权清册", 0)]
    node.links = _income(tables, row.id)
    return node


def _holder(line: Any) -> str:
    return f"{line.holder or '农户'} {line.household}".rstrip()


def _income(tables: Tables, source: str) -> list[Node]:
    """What an asset or a grant earned and what was done with it, by income year."""
    earned, used = _earnings(tables).get(source, []), _uses(tables).get(source, [])
    years = sorted({leg.income_year for leg in (*earned, *used)})
    return [node for year in years for node in _year(tables, year, earned, used)]


def _year(tables: Tables, year: int, earned: list[Any], used: list[Any]) -> list[Node]:
    """What an asset earned of one income year, and what was done with it: the same amount twice."""
    came = [leg_node(tables, leg, -leg.amount) for leg in earned if leg.income_year == year]
    went = [leg_node(tables, leg, leg.amount) for leg in used if leg.income_year == year]
    total = sum(part.amount for part in came)
    left = total - sum(part.amount for part in went)
    if left or not went:
        went.append(Node("尚未使用" if left >= 0 else "使用超过收益", left))
    return [
        Node(f"{year}年收益", total, parts=came or [Node("没有收益凭证", 0)]),
        Node(f"{year}年收益的使用", total, parts=went),
    ]
