"""扶贫项目资产：登记、管护、闲置、管护岗位、处置（5号第22条，任务72、74；国办函〔2021〕51号）。"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import takewhile

from ledgers.chart import account
from ledgers.facts import assets, money, registered
from ledgers.money import yuan_cn
from ledgers.policy import default
from ledgers.tables import times
from ledgers.tables.directives import Asset, Project, StocktakeLine
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived, households, mentions, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, Finding, Measured, More, Subject, Threshold
from plugins.judging import Ratio, absent, count, end_of, judge_ratio, na, shortfall, undetermined
from plugins.law import ASSET_RULES, FIVE
from plugins.rule import rule

REGISTER_DAYS = (default("asset-register-days", "<=", "90"),)
IDLE_MONTHS = (default("idle-months", "<=", "12"),)
BUILDING = ("309", "310")  # 资本性支出
UPKEEP = "5"  # 9501:5管护费用


def _subject(asset: Asset) -> Subject:
    return Subject("asset", asset.id, asset.name)


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
    advice=("资产没有及时、足额登记，有流失风险", "对照决算补登资产，查明差额"),
    tasks=(72,),
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
    projects, formed = _together(tables, project.id)
    parameter = tables.policy.in_force("asset-register-days", accepted, REGISTER_DAYS)
    if parameter is None:
        return absent(tables, subject, "asset-register-days", accepted, REGISTER_DAYS, source=source, act=accepted)
    legs = [leg for name in formed for leg in assets.legs(tables).get(name, []) if leg.kind == "asset"]
    cost = sum(leg.amount for leg in legs if leg.amount > 0 or leg.reverses)  # a disposal does not undo it
    expected = sum(_should_cost(tables, name) for name in projects)
    last_day = accepted + timedelta(days=int(parameter.value))
    faults, mendable = _register_faults(tables, formed, last_day, cost, expected)
    open_still = mendable and tables.as_of <= last_day
    return Finding(
        subject,
        PASS if not faults else PENDING if open_still else FAIL,
        "；".join(faults) + (f"，{last_day} 前仍可补" if open_still and faults else "")
        or f"登记原值 {yuan_cn(cost)} 元，与决算相符",
        measured=Measured(cost, expected),
        act=accepted,
        due=last_day,
        threshold=Threshold(parameter.op, parameter.value, (parameter,)),
        source=source,
        evidence=(*(leg.row for leg in legs), *_spending(tables, projects)),
        lines=(
            *registered.lines_of(tables, project.id, "验收"),
            *((registered.assets(tables)[name].file, registered.assets(tables)[name].line) for name in sorted(formed)),
        ),
    )


def _spending(tables: Tables, projects: set[str]) -> Iterator[int]:
    """Rows of what was spent on some projects."""
    return (leg.row for name in sorted(projects) for leg in money.spent_by_project(tables).get(name, []))


def _register_faults(
    tables: Tables, formed: set[str], last_day: date, cost: int, expected: int
) -> tuple[list[str], bool]:
    """What is wrong, and whether all of it may still be mended within the days."""
    first = min((_first(tables)[name] for name in formed), default=None)
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
    projects, formed, pending = {project}, set(), [project]
    while pending:
        for asset in _assets_of(tables).get(pending.pop(), []):
            formed.add(asset.id)
            new = set(asset.project) - projects
            projects |= new
            pending += new
    return projects, formed


def _should_cost(tables: Tables, name: str) -> int:
    project = registered.projects(tables).get(name)
    if project is None:
        return 0
    spent = sum(leg.amount for leg in money.spent_by_project(tables).get(name, []))
    return int(spent if project.settled is None else project.settled) - int(project.no_asset or 0)


def _asset_years(tables: Tables, kind: str) -> Iterator[tuple[Asset, int, Asset]]:
    """Assets by each year at whose end they were of a class, with what was then registered.

    Years run from the book's first voucher or the registration to the as-of date, or to the year before nothing was left.
    """
    if tables.postings.empty:
        return
    start = min(tables.postings["date"]).year
    for name, asset in registered.assets(tables).items():
        gone = assets.gone(tables, name)
        for year in range(max(start, _first(tables)[name].year), gone.year if gone else tables.as_of.year + 1):
            then = on(tables, Asset, end_of(year, tables.as_of)).get(name, asset)
            if then.class_ == kind:
                yield asset, year, then


def _yearly(tables: Tables, asset: Asset, year: int, good: str, missing: str, evidence: tuple[int, ...]) -> Finding:
    """A year with what it needs passes; one that is not over may still get it."""
    open_still = tables.as_of < date(year, 12, 31)
    return Finding(
        _subject(asset),
        PASS if good else PENDING if open_still else FAIL,
        good or missing,
        act=end_of(year, tables.as_of),
        period=str(year),
        source=(asset.file, asset.line),
        evidence=evidence,
        due=date(year, 12, 31),
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
    advice=("公益性资产无人管护", "落实管护责任人和经费"),
    tasks=(25, 72),
)
def asset_upkeep(tables: Tables) -> Iterator[Finding]:
    """A 公益性 asset has a caretaker or upkeep spending in each year."""
    for asset, year, then in _asset_years(tables, "公益性"):
        spent = [
            leg
            for leg in assets.legs(tables).get(asset.id, [])
            if leg.date.year == year and (leg.kind == "expense" or account(leg.account).use == UPKEEP)
        ]
        good = "有管护责任人" if then.caretaker else "当年有管护支出" if sum(leg.amount for leg in spent) > 0 else ""
        yield _yearly(tables, asset, year, good, "没有管护责任人，也没有管护支出", tuple(leg.row for leg in spent))


@rule(
    "asset-idle",
    title="经营性资产闲置",
    judges="每项经营性资产的每一年",
    formula="当年有收益；没有的，状态为闲置、写明盘活计划（plan）、闲置不超过规定的月数；处置的判到上一年",
    documents=(FIVE("第22条、任务72"), ASSET_RULES),
    quote="强化经营性资产运营管理",
    severity=WARNING,
    defaults=IDLE_MONTHS,
    rolls=False,
    changes=(("0.2.0", "闲置须有盘活计划，且不超过规定的月数；处置收入不算收益；没有完的年度不算不符合"),),
    advice=("经营性资产没有发挥效益", "查明闲置原因，盘活或登记状态"),
    tasks=(37, 72),
)
def asset_idle(tables: Tables) -> Iterator[Finding]:
    """A 经营性 asset earned in the year, or stood idle with a plan and for no more than the months."""
    for asset, year, then in _asset_years(tables, "经营性"):
        earned = [leg for leg in assets.receipts(tables, asset.id) if leg.income_year == year]
        evidence = tuple(leg.row for leg in earned)
        if sum(leg.amount for leg in earned) < 0:
            yield _yearly(tables, asset, year, "当年有收益", "", evidence)
        elif then.state != "闲置":
            yield _yearly(
                tables, asset, year, "", f"当年没有收益，状态为{then.state or '不明'}，没有登记闲置", evidence
            )
        else:
            yield _idle(tables, asset, year, then, evidence)


def _idle(tables: Tables, asset: Asset, year: int, then: Asset, evidence: tuple[int, ...]) -> Finding:
    """A year without income at whose end the asset stood idle."""
    if not then.plan:
        return _yearly(tables, asset, year, "", "当年没有收益，登记闲置但没有盘活计划（plan）", evidence)
    parameter = tables.policy.in_force("idle-months", tables.as_of, IDLE_MONTHS)
    if parameter is None:
        return absent(
            tables,
            _subject(asset),
            "idle-months",
            tables.as_of,
            IDLE_MONTHS,
            act=end_of(year, tables.as_of),
            period=str(year),
            source=(asset.file, asset.line),
            evidence=evidence,
        )
    since, until = _idle_time(tables, asset.id, end_of(year, tables.as_of))
    last_day = times.months_later(since, int(parameter.value))
    message = f"{since} 起闲置，计划：{then.plan}；闲置期限为 {last_day}"
    good = message if until <= last_day and tables.as_of >= date(year, 12, 31) else ""
    finding = _yearly(tables, asset, year, good, message if until <= last_day else f"{message}，已超过", evidence)
    return replace(finding, threshold=Threshold(parameter.op, parameter.value, (parameter,)))


def _idle_time(tables: Tables, asset: str, day: date) -> tuple[date, date]:
    """From when to when an asset stood idle that did so on a day; to the as-of date while it still does."""
    told = assets.rows(tables)[asset]
    run = takewhile(lambda row: row.state == "闲置", (row for row in reversed(told) if row.date <= day))
    since = min(row.date for row in run)
    return since, next((row.date for row in told if row.date > day and row.state != "闲置"), tables.as_of)


@rule(
    "asset-yield",
    title="经营性资产收益率",
    judges="每项经营性资产的每一年",
    formula="当年收益（不含处置收入）÷ 资产原值",
    documents=(ASSET_RULES,),
    severity=WARNING,
    parameters=("asset-yield",),
    rolls=False,
    advice=("资产收益低于规定，没有发挥效益", "核实经营情况，调整经营方或租金"),
    tasks=(72,),
)
def asset_yield(tables: Tables) -> Iterator[Finding]:
    """What a 经营性 asset earned in a year ÷ what its units cost; no value is shipped."""
    for asset, year, _ in _asset_years(tables, "经营性"):
        earned = [leg for leg in assets.receipts(tables, asset.id) if leg.income_year == year]
        day = end_of(year, tables.as_of)
        more: More = {
            "period": str(year),
            "source": (asset.file, asset.line),
            "evidence": tuple(leg.row for leg in earned),
            "act": day,
        }
        cost = assets.cost(tables, asset.id, day)
        parameter = tables.policy.in_force("asset-yield", day)
        if cost <= 0:
            yield na(_subject(asset), "没有登记原值", **more)
        elif parameter is None:
            yield absent(tables, _subject(asset), "asset-yield", day, **more)
        else:
            income = -sum(leg.amount for leg in earned)
            ratio = Ratio(income, cost, cost * parameter.value, parameter.op, (parameter,))
            until = f"{year}-12-31" if tables.as_of < date(year, 12, 31) else ""
            what = ("当年收益", "资产原值")
            yield judge_ratio(_subject(asset), ratio, open_until=until, what=what, due=date(year, 12, 31), **more)


@rule(
    "stocktake",
    title="资产盘点账实相符",
    judges="每次盘点",
    formula="盘点数 = 账上数",
    basis="资产盘点（账实核对）",
    always=True,
    rolls=False,
    advice=("账实不符，资产有流失风险", "查明短少或多出的原因，追究责任，调整账目"),
    tasks=(72,),
)
def stocktake(tables: Tables) -> Iterator[Finding]:
    """What was counted equals the units that the book has at the end of that day."""
    for one in records(StocktakeLine, tables.stocktakes):
        asset = registered.assets(tables).get(one.asset)
        subject = Subject("asset", one.asset, asset.name if asset else "")
        booked = assets.units(tables, one.asset, one.date)
        more: More = {
            "period": one.date.isoformat(),
            "source": (one.file, one.line),
            "evidence": tuple(leg.row for leg in assets.legs(tables).get(one.asset, []) if leg.kind == "asset"),
        }
        if one.counted is None:
            yield undetermined(subject, "没有登记盘点数（counted）", **more)
            continue
        yield Finding(
            subject,
            PASS if one.counted == booked else FAIL,
            f"{one.date} 盘点 {one.counted}，账上 {booked}",
            measured=Measured(Fraction(one.counted), Fraction(booked), "unit"),
            **more,
        )


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
    advice=("管护岗位没有优先聘用脱贫人口、监测对象", "聘用时优先安排"),
    tasks=(74,),
)
def caretaker_priority(tables: Tables) -> Iterator[Finding]:
    """Distinct caretaker households of a village's assets that are priority households ÷ all; no value is shipped."""
    caretakers: dict[str, set[str]] = defaultdict(set)
    for asset in registered.assets(tables).values():
        if asset.village and not assets.gone(tables, asset.id):
            caretakers[registered.village_on(tables, asset.village, tables.as_of)].update(asset.caretaker or ())
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
        return replace(absent(tables, subject, "caretaker-priority", tables.as_of, source=source), measured=measured)
    message = f"{len(found)} 户管护责任人中 {priority} 户是优先户"
    return count(subject, priority, parameter, message, unit="household", of=len(found), source=source)


@rule(
    "asset-disposal",
    title="资产处置收入再投入或分配",
    judges="每项处置（包括处置一部分）的村集体资产",
    formula="处置后再投入或分配的金额 ≥ 处置收入",
    documents=(ASSET_RULES,),
    severity=WARNING,
    rolls=False,
    changes=(("0.2.0", "有处置凭证的就判，不论是否登记了状态；处置一部分也判"),),
    advice=("集体资产处置收入去向不明", "收回处置收入，用于再投入或分配"),
    act="处置收入中 {gap} 元再投入或分配",
    tasks=(72,),
)
def asset_disposal(tables: Tables) -> Iterator[Finding]:
    """Proceeds of a collective asset that was disposed of, whole or in part, are reinvested or distributed."""
    for asset in registered.assets(tables).values():
        sold = assets.proceeds(tables, asset.id)
        since = min([leg.date for leg in sold], default=assets.disposed(tables, asset.id))
        if since and assets.collective(on(tables, Asset, since).get(asset.id, asset)):
            yield _disposed(tables, asset, sold, since)


def _disposed(tables: Tables, asset: Asset, sold: list[Posting], since: date) -> Finding:
    proceeds = -sum(leg.amount for leg in sold)
    more: More = {"source": (asset.file, asset.line), "act": since}
    if proceeds <= 0:
        return na(_subject(asset), "没有处置收入", **more)
    legs = assets.legs(tables)[asset.id]
    earning = {leg.transaction for leg in legs if leg.kind == "asset income"}
    used = [leg for leg in legs if leg.kind == "bank" and leg.transaction not in earning and leg.counts_on >= since]
    more["evidence"] = tuple(leg.row for leg in [*sold, *used])
    spent = -sum(leg.amount for leg in used)
    missing = shortfall(spent, ">=", proceeds)
    return Finding(
        _subject(asset),
        FAIL if missing else PASS,
        f"处置收入 {yuan_cn(proceeds)} 元，已再投入或分配 {yuan_cn(spent)} 元",
        measured=Measured(spent, proceeds),
        shortfall=missing,
        **more,
    )


__plugins__ = ("check",)
check = plugin(__name__)
