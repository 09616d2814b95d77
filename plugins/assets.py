"""扶贫项目资产：登记、管护、闲置、管护岗位、处置（5号第22条，任务72、74；国办函〔2021〕51号）。"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ledgers.chart import account
from ledgers.facts import money, registered
from ledgers.money import yuan_cn
from ledgers.policy import default
from ledgers.tables.directives import Asset, Project
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived, households, mentions, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, Finding, Measured, Subject, Threshold
from plugins.judging import absent, count, end_of, na, shortfall
from plugins.law import ASSET_RULES, FIVE
from plugins.rule import rule

REGISTER_DAYS = (default("asset-register-days", "<=", "90"),)
BUILDING = ("309", "310")  # 资本性支出
UPKEEP = "5"  # 9501:5管护费用
BASIS = "秀委农组〔2022〕5号 第22条"


def _subject(asset: Asset) -> Subject:
    return Subject("asset", asset.id, asset.name)


@derived
def _legs(tables: Tables) -> dict[str, list[Posting]]:
    """All postings that name an asset, and those that book its units."""
    table = tables.postings
    found: dict[str, list[Posting]] = defaultdict(list)
    for leg in records(Posting, table[(table["asset"] != "") | (table["kind"] == "asset")]):
        found[leg.commodity if leg.kind == "asset" else leg.asset].append(leg)
    return found


@derived
def _first(tables: Tables) -> dict[str, date]:
    """The day on which each asset was first registered."""
    days: dict[str, date] = {}
    for row in mentions(tables, Asset):
        days.setdefault(row.id, row.date)
    return days


@derived
def _assets_of(tables: Tables) -> dict[str, list[Asset]]:
    """Assets by each project that they came from."""
    found: dict[str, list[Asset]] = defaultdict(list)
    for asset in registered.assets(tables).values():
        for project in asset.project:
            found[project].append(asset)
    return found


@rule(
    "asset-register",
    title="项目资产及时足额登记",
    judges="每个已验收、应形成资产的项目（共有资产的项目合并判定）",
    formula="验收至首次登记的天数；登记的资产原值 = 决算数（没有决算的为已支出数）－ 不形成资产的部分",
    documents=(FIVE("第22条"), ASSET_RULES),
    defaults=REGISTER_DAYS,
    rolls=False,
)
def asset_register(tables: Tables) -> Iterator[Finding]:
    """Registered within the days from 验收, at the cost that was settled or spent less what forms no asset."""
    built: dict[str, int] = defaultdict(int)
    for leg in money.expense_legs(tables):
        built[leg.project] += leg.amount if account(leg.account).economic.startswith(BUILDING) else 0
    for project in registered.projects(tables).values():
        accepted = registered.reached(tables, project.id, "验收")
        if accepted and (built[project.id] > 0 or project.id in _assets_of(tables)):
            yield _registered(tables, project, accepted)


def _registered(tables: Tables, project: Project, accepted: date) -> Finding:
    subject, source = Subject("project", project.id, project.name), (project.file, project.line)
    projects, assets = _together(tables, project.id)
    parameter = tables.policy.in_force("asset-register-days", tables.as_of, REGISTER_DAYS)
    if parameter is None:
        return absent(tables, subject, "asset-register-days", tables.as_of, REGISTER_DAYS, source=source)
    legs = [leg for name in assets for leg in _legs(tables).get(name, []) if leg.kind == "asset"]
    cost = sum(leg.amount for leg in legs if leg.amount > 0 or leg.reverses)  # a disposal does not undo it
    expected = sum(_should_cost(tables, name) for name in projects)
    last_day = accepted + timedelta(days=int(parameter.value))
    faults, mendable = _register_faults(tables, assets, last_day, cost, expected)
    open_still = mendable and tables.as_of <= last_day
    return Finding(
        subject,
        PASS if not faults else PENDING if open_still else FAIL,
        "；".join(faults) + (f"，{last_day} 前仍可补" if open_still and faults else "")
        or f"登记原值 {yuan_cn(cost)} 元，与决算相符",
        measured=Measured(cost, expected),
        threshold=Threshold(parameter.op, parameter.value, (parameter,)),
        source=source,
        evidence=tuple(leg.row for leg in legs),
        lines=tuple(
            (registered.assets(tables)[name].file, registered.assets(tables)[name].line) for name in sorted(assets)
        ),
    )


def _register_faults(
    tables: Tables, assets: set[str], last_day: date, cost: int, expected: int
) -> tuple[list[str], bool]:
    """What is wrong, and whether all of it may still be mended within the days."""
    first = min((_first(tables)[name] for name in assets), default=None)
    faults = []
    if first is None:
        faults.append("没有登记资产")
    elif first > last_day:
        faults.append(f"{first} 才登记，期限为 {last_day}")
    if cost != expected:
        faults.append(f"登记原值 {yuan_cn(cost)} 元，应为 {yuan_cn(expected)} 元")
    return faults, first is None or first <= last_day


def _together(tables: Tables, project: str) -> tuple[set[str], set[str]]:
    """The projects that share assets with a project, directly or through others, and all their assets."""
    projects, assets, pending = {project}, set(), [project]
    while pending:
        for asset in _assets_of(tables).get(pending.pop(), []):
            assets.add(asset.id)
            new = set(asset.project) - projects
            projects |= new
            pending += new
    return projects, assets


def _should_cost(tables: Tables, name: str) -> int:
    project = registered.projects(tables).get(name)
    if project is None:
        return 0
    spent = sum(leg.amount for leg in money.spent_by_project(tables).get(name, []))
    return int(spent if project.settled is None else project.settled) - int(project.no_asset or 0)


def _asset_years(tables: Tables, kind: str) -> Iterator[tuple[Asset, int, Asset]]:
    """Assets of a class by year, from the book's first voucher or their registration, with their state at its end."""
    if tables.postings.empty:
        return
    start = min(tables.postings["date"]).year
    for name, asset in registered.assets(tables).items():
        if asset.class_ != kind:
            continue
        for year in range(max(start, _first(tables)[name].year), tables.as_of.year + 1):
            yield asset, year, on(tables, Asset, end_of(year, tables.as_of)).get(name, asset)


def _yearly(tables: Tables, asset: Asset, year: int, good: str, missing: str, evidence: tuple[int, ...]) -> Finding:
    """A year with what it needs passes; one that is not over may still get it."""
    open_still = tables.as_of < date(year, 12, 31)
    return Finding(
        _subject(asset),
        PASS if good else PENDING if open_still else FAIL,
        good or missing,
        period=str(year),
        source=(asset.file, asset.line),
        evidence=evidence,
    )


@rule(
    "asset-upkeep",
    title="公益性资产管护",
    judges="每项公益性资产的每一年",
    formula="有管护责任人，或当年有管护支出",
    documents=(FIVE("第22条、任务72"),),
    quote="加强乡村道路和饮水等公益性资产后续管护",
    severity=WARNING,
    rolls=False,
)
def asset_upkeep(tables: Tables) -> Iterator[Finding]:
    """A 公益性 asset has a caretaker or upkeep spending in each year."""
    for asset, year, then in _asset_years(tables, "公益性"):
        if then.state == "处置":
            continue
        spent = [
            leg
            for leg in _legs(tables).get(asset.id, [])
            if leg.date.year == year and (leg.kind == "expense" or account(leg.account).use == UPKEEP)
        ]
        good = "有管护责任人" if then.caretaker else "当年有管护支出" if sum(leg.amount for leg in spent) > 0 else ""
        yield _yearly(tables, asset, year, good, "没有管护责任人，也没有管护支出", tuple(leg.row for leg in spent))


@rule(
    "asset-idle",
    title="经营性资产闲置",
    judges="每项经营性资产的每一年",
    formula="当年有收益，或其状态说明了原因（闲置、处置）",
    documents=(FIVE("第22条、任务72"), ASSET_RULES),
    quote="强化经营性资产运营管理",
    severity=WARNING,
    rolls=False,
)
def asset_idle(tables: Tables) -> Iterator[Finding]:
    """A 经营性 asset earned in the year, or its state says why not."""
    for asset, year, then in _asset_years(tables, "经营性"):
        earned = [
            leg for leg in _legs(tables).get(asset.id, []) if leg.kind == "asset income" and leg.income_year == year
        ]
        good = "当年有收益" if sum(leg.amount for leg in earned) < 0 else ""
        good = good or (f"状态为{then.state}" if then.state in ("闲置", "处置") else "")
        yield _yearly(tables, asset, year, good, "当年没有收益，也没有说明原因", tuple(leg.row for leg in earned))


@rule(
    "caretaker-priority",
    title="优先聘用脱贫人口、监测对象管护",
    judges="每个有管护责任人的村",
    formula="管护责任人中的优先户 ÷ 全部管护责任人",
    documents=(FIVE("第22条、任务74"),),
    quote="优先聘用有劳动力的脱贫人口、监测对象对扶贫资产进行管护",
    severity=WARNING,
    parameters=("caretaker-priority",),
    rolls=False,
)
def caretaker_priority(tables: Tables) -> Iterator[Finding]:
    """Distinct caretaker households of a village's assets that are priority households ÷ all; no value is shipped."""
    caretakers: dict[str, set[str]] = defaultdict(set)
    for asset in registered.assets(tables).values():
        if asset.village and asset.state != "处置":
            caretakers[asset.village].update(asset.caretaker or ())
    for name, found in sorted(caretakers.items()):
        if found:
            yield _caretakers(tables, name, found)


def _caretakers(tables: Tables, name: str, found: set[str]) -> Finding:
    village = registered.villages(tables).get(name)
    subject = Subject("village", name, village.name if village else "")
    source = (village.file, village.line) if village else ("main.beancount", 0)
    priority = sum(households(tables).priority(household, tables.as_of) for household in found)
    parameter = tables.policy.in_force("caretaker-priority", tables.as_of)
    if parameter is None:
        measured = Measured(priority, len(found), "household")
        return absent(tables, subject, "caretaker-priority", tables.as_of, measured=measured, source=source)
    message = f"{len(found)} 户管护责任人中 {priority} 户是优先户"
    return count(subject, priority, parameter, message, unit="household", of=len(found), source=source)


@rule(
    "asset-disposal",
    title="资产处置收入再投入或分配",
    judges="每项处置的村集体资产",
    formula="处置后再投入或分配的金额 ≥ 处置收入",
    documents=(ASSET_RULES,),
    severity=WARNING,
    rolls=False,
)
def asset_disposal(tables: Tables) -> Iterator[Finding]:
    """Proceeds of a collective asset's 处置 are reinvested or distributed."""
    for asset in registered.assets(tables).values():
        if asset.state != "处置" or asset.owner_kind not in ("", "村集体"):
            continue
        legs = _legs(tables).get(asset.id, [])
        sold = [leg for leg in legs if leg.kind == "asset income" and account(leg.account).use == "4"]
        proceeds = -sum(leg.amount for leg in sold)
        more: dict[str, Any] = {"source": (asset.file, asset.line)}
        if proceeds <= 0:
            yield na(_subject(asset), "没有处置收入", **more)
            continue
        since = min(leg.date for leg in sold)
        earning = {leg.transaction for leg in legs if leg.kind == "asset income"}
        used = [leg for leg in legs if leg.kind == "bank" and leg.transaction not in earning and leg.counts_on >= since]
        missing = shortfall(-sum(leg.amount for leg in used), ">=", proceeds)
        yield Finding(
            _subject(asset),
            FAIL if missing else PASS,
            f"处置收入 {yuan_cn(proceeds)} 元，已再投入或分配 {yuan_cn(-sum(leg.amount for leg in used))} 元",
            measured=Measured(-sum(leg.amount for leg in used), proceeds),
            shortfall=missing,
            evidence=tuple(leg.row for leg in [*sold, *used]),
            **more,
        )


__plugins__ = ("check",)
check = plugin(__name__)
