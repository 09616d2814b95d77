"""The contents of the disclosure, stage by stage (国开办发〔2018〕11号; 5号第21条): funds, plans, works, wages, assets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from ledgers.chart import account
from ledgers.facts import income, money, registered
from ledgers.facts.grants import grants
from ledgers.tables.directives import ENDED_STATES, Asset, Project
from ledgers.tables.tables import Tables, mentions
from reports.publish.payees import in_public
from reports.publish.received import (
    INCOME,
    LEVELS,
    LOCAL,
    NO_PROJECT,
    NOWHERE,
    SHARES,
    WAGES,
    WIDE,
    Leaf,
    Received,
    agreed_shown,
    asset_place,
    closed,
    open_assets,
    open_parts,
    project_place,
    total,
)
from reports.publish.summary import summary_tables
from reports.publish.tables import (
    COUNT,
    COUNTY,
    DATE,
    DAYS,
    MONEY,
    TEXT,
    TOWN,
    UNASSIGNED,
    VILLAGE,
    WHOLE,
    WITHHELD,
    Field,
    Line,
    Place,
    Table,
    add_totals,
)

USES = {
    "1": "公益岗位",
    "2": "小型公益事业",
    "3": "奖励补助",
    "4": "入户分配",
    "5": "管护费用",
    "6": "公积公益金",
    "9": "其他",
}
HEADS = "领到钱的户数，同一户在几行里各算一次；同额发放的为空白（一除就是每户的数）"
USE = "这一收益年度的收益用在这里的；各种用途相加是已经分配的，可能少于收益"
PROJECT = (
    Field("project", "项目编号", TEXT, 14, note="空白的一行不是单个项目"),
    Field("name", "项目名称", TEXT, 26),
    Field("town", "乡镇", TEXT, 10, note="不属于一个乡镇的写作县级"),
    Field("village", "村", TEXT, 10, note="不属于一个村的为空白"),
)


def content(tables: Tables, years: Mapping[int, Received]) -> list[Table]:
    """Every table of the disclosure of the last of the years, in the order of the stages; what was received in each."""
    active, year = every_project(tables), max(years)
    got = years[year]
    return [
        *summary_tables(tables, years),
        funds_table(tables, year, got),
        allocations_table(tables, year, active, got),
        plan_table(tables, year, active, got),
        progress_table(tables, year, active),
        spending_table(tables, active, got, years.values()),
        wages_table(tables, active, got, years.values()),
        subsidies_table(tables, got),
        assets_table(tables),
        income_table(tables, year, got),
        equity_table(tables, year, got),
    ]


def earlier(tables: Tables, year: int, years: Mapping[int, Received]) -> list[Table]:
    """Of an earlier year what happened in it: its funds, what was spent, paid to people, earned and quantified."""
    active, got = every_project(tables), years[year]
    return [
        funds_table(tables, year, got),
        spending_table(tables, active, got, years.values()),
        wages_table(
            tables,
            [row for row in active if (*project_place(tables, row.id), row.id) in got.leaves[WAGES]],
            got,
            years.values(),
        ),
        subsidies_table(tables, got),
        income_table(tables, year, got),
        equity_table(tables, year, got),
    ]


def every_project(tables: Tables) -> list[Any]:
    """All projects of all years, in the order of places."""
    found = registered.projects(tables).values()
    return sorted(found, key=lambda row: (_order(tables, project_place(tables, row.id)), row.id))


def _order(tables: Tables, place: Place) -> tuple[bool, str, str]:
    return (place[0] == NOWHERE, place[1][:4], place[1] or place[0])


def _about(tables: Tables, row: Project) -> tuple[str, str, str, str]:
    place = project_place(tables, row.id)
    return (row.id, row.name, place[0], village_name(tables, place[1]))


def village_name(tables: Tables, village: str) -> str:
    row = registered.villages(tables).get(village)
    return row.name if row else ""


def funds_table(tables: Tables, year: int, got: Received) -> Table:
    """Funds of the year, and others that money of the year came from: document, what arrived, what went to projects."""
    table = Table(
        "funds",
        "资金分配",
        "本年度各级下达的资金：文件下达多少，本年登记入账（到账）多少，分配到项目多少。",
        ("fund-trace", "notices"),
        (
            Field("fund", "资金编号", TEXT, 12),
            Field("doc", "文号", TEXT, 22),
            Field("name", "资金名称", TEXT, 40),
            Field("level", "来源", TEXT, 10),
            Field("task", "任务", TEXT, 12),
            Field("amount", "文件下达（元）", MONEY, 16, note="文件写明的数额；没有登记入账的不算到账"),
            Field("arrived", "本年到账（元）", MONEY, 16, note="各行相加等于收支总表的本年到账"),
            Field("allocated", "本年安排到项目（元）", MONEY, 16, note="各行相加等于收支总表的本年安排到项目"),
        ),
    )
    arrived, allocated = (_by_fund(legs, year) for legs in (money.arrival_legs(tables), money.allocation_legs(tables)))
    shut = closed(tables, got)
    known = registered.funds(tables)
    mine = [row for row in known.values() if row.year == year or arrived[row.id] or allocated[row.id]]
    for row in mine:
        issued = row.amount if row.year == year else 0
        given = WITHHELD if row.id in shut and allocated[row.id] else allocated[row.id]
        about = (row.id, row.doc_no, row.name, row.level, row.task)
        table.lines.append(Line((NOWHERE, ""), (*about, issued, arrived[row.id], given)))
    strange = [sum(one for name, one in sums.items() if name not in known) for sums in (arrived, allocated)]
    if any(strange):
        table.lines.append(Line((NOWHERE, ""), ("", "", "没有登记文件的资金", "", "", 0, *strange)))
    add_totals(table, {"allocated": lambda place: sum(allocated.values())})
    return table


def _by_fund(legs: Iterable[money.Leg], year: int) -> dict[str, int]:
    """Sums of a year by fund, in 分."""
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        if leg.date.year == year:
            sums[leg.fund] += leg.amount
    return sums


def allocations_table(tables: Tables, year: int, active: list[Any], got: Received) -> Table:
    """What was allocated to each project in the year and since the start, by the level that the money came from."""
    table = Table(
        "allocations",
        "项目资金安排",
        "每个项目安排了多少钱、钱从哪一级来、由谁负责。本年安排是这一年的净额，其余各栏是建账以来的累计净额。",
        ("fund-trace", "notices", "industry-share"),
        (
            *PROJECT,
            Field("unit", "责任单位", TEXT, 16),
            Field(
                "year",
                "本年安排（元）",
                MONEY,
                15,
                note="这一年分配给项目的，减去调回的；各行相加等于收支总表的本年安排到项目",
            ),
            Field(
                "amount",
                "累计安排（元）",
                MONEY,
                16,
                note="建账以来分配给项目的，减去调回的；等于四个“其中”之和，各行相加等于收支总表的累计安排到项目",
            ),
            Field("central", "其中中央（元）", MONEY, 15, note="累计安排中来自中央的部分"),
            Field("municipal", "其中市级（元）", MONEY, 15, note="累计安排中来自市级（省级）的部分"),
            Field("county", "其中县级（元）", MONEY, 15, note="累计安排中来自县级的部分"),
            Field("other", "其中其他（元）", MONEY, 14, note="累计安排中来自协作、帮扶、自筹等其他来源的部分"),
        ),
    )
    raw: dict[tuple[str, ...], dict[str, int]] = {}
    given: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(AMOUNTS, 0))
    for leg in money.allocation_legs(tables):
        fund = registered.funds(tables).get(leg.fund)
        columns = (
            "amount",
            LEVELS.get((fund.level or "") if fund else "", "other"),
            *(("year",) if leg.date.year == year else ()),
        )
        for column in columns:
            given[leg.project][column] += leg.amount
    for row in (one for one in active if any(given[one.id].values())):
        raw[*project_place(tables, row.id), row.id] = given[row.id]
        values = [_amount(got, tables, row.id, amount) for amount in given[row.id].values()]
        about = (*_about(tables, row), row.unit or "")
        table.lines.append(Line(project_place(tables, row.id), (*about, *values), old=not given[row.id]["year"]))
    add_totals(table, _totals_of(got, raw))
    return table


AMOUNTS = ("year", "amount", "central", "municipal", "county", "other")  # columns of money of the table of allocations


def plan_table(tables: Tables, year: int, active: list[Any], got: Received) -> Table:
    """The project library and the yearly plan."""
    table = Table(
        "plan",
        "项目库与年度计划",
        "项目做什么、谁受益、怎样带动农户，何时入库、何时列入年度计划。",
        ("project-library", "notices", "interest-linkage"),
        (
            *PROJECT,
            Field("category", "类别", TEXT, 14),
            Field("mode", "实施方式", TEXT, 10),
            Field("unit", "责任单位", TEXT, 16),
            Field("planned", "计划投入（元）", MONEY, 15, note="入库或年度计划写明的数额，含还没有到账的"),
            Field("goal", "绩效目标", TEXT, 24),
            Field("beneficiaries", "受益对象", TEXT, 18),
            Field("linkage", "联农带农", TEXT, 18),
            Field("listed", "入库", DATE, 12, note="列入项目库的日期"),
            Field("in_plan", "列入年度计划", DATE, 12),
        ),
    )
    raw: dict[tuple[str, ...], dict[str, int]] = {}
    for row in active:
        values = (
            *_about(tables, row),
            row.category or "",
            row.mode or "",
            row.unit or "",
            _amount(got, tables, row.id, row.planned),
            row.goal or "",
            row.beneficiaries or "",
            row.linkage or "",
            _day(tables, row.id, "入库"),
            _day(tables, row.id, "年度计划"),
        )
        days = [one for one in values if isinstance(one, date)]
        table.lines.append(Line(project_place(tables, row.id), values, old=max(days, default=row.date).year < year))
        raw[*project_place(tables, row.id), row.id] = {"planned": row.planned or 0}
    add_totals(table, _totals_of(got, raw))
    table.tells = True
    return table


def _amount(got: Received, tables: Tables, project: str, amount: int | None) -> Any:
    """A sum of a project, or WITHHELD where it would tell what a household got."""
    return amount if (*project_place(tables, project), project) in got.amounts_shown else WITHHELD


def _totals_of(got: Received, raw: dict[tuple[str, ...], dict[str, int]]) -> dict[str, Any]:
    """Totals by field of sums of projects, those withheld included, where the total may be shown. `raw` by path."""

    def of(name: str, place: Place) -> Any:
        node = _node(place)
        mine = [amounts.get(name, 0) for path, amounts in raw.items() if path[: len(node)] == node]
        return None if not mine else sum(mine) if node in got.amounts_shown else WITHHELD

    return {name: partial(of, name) for amounts in raw.values() for name in amounts}


def _day(tables: Tables, project: str, state: str) -> date | None:
    """The day on which a project was put into exactly this state."""
    days = [stage.date for stage in registered.project_states(tables).get(project, []) if stage.state == state]
    return min(days, default=None)


REACHED_ITS_END = ("验收", "移交", "绩效自评", "归档", *ENDED_STATES)


def progress_table(tables: Tables, year: int, active: list[Any]) -> Table:
    """How far each project has come."""
    table = Table(
        "progress",
        "项目实施",
        "项目目前到了哪一步，由谁经营或施工。",
        ("notices", "inspection"),
        (
            *PROJECT,
            Field("state", "目前状态", TEXT, 10),
            Field("operator", "实施（经营）主体", TEXT, 22),
            Field("started", "开工", DATE, 12),
            Field("finished", "完工", DATE, 12),
            Field("accepted", "验收", DATE, 12),
        ),
    )
    for row in active:
        stages = registered.project_states(tables).get(row.id, [])
        state = stages[-1].state if stages else ""
        days = [_day(tables, row.id, name) for name in ("开工", "完工", "验收")]
        values = (*_about(tables, row), state, in_public(row.operator), *days)
        old = state in REACHED_ITS_END and stages[-1].date.year < year
        table.lines.append(Line(project_place(tables, row.id), values, old=old))
    return table


def spending_table(tables: Tables, active: list[Any], got: Received, every: Iterable[Received]) -> Table:
    """What each project spent in the year, and how much of it went to people."""
    table = Table(
        "spending",
        "资金使用与完工",
        "本年度每个项目实际用了多少钱，其中发给务工群众的劳务报酬多少。",
        ("fund-trace", "payment-mode", "notices"),
        (
            *PROJECT,
            Field("paid", "本年支出（元）", MONEY, 16, note="各行相加等于收支总表的本年支出"),
            Field("wages", "其中劳务报酬（元）", MONEY, 16, note="各行相加等于劳务报酬表的本年发放"),
            Field("settled", "结算金额（元）", MONEY, 16, summed=False, note="完工结算（决算）的数额，不分年度"),
            Field("accepted", "验收", DATE, 12),
        ),
    )
    for row in active:
        path = (*project_place(tables, row.id), row.id)
        if path in got.paid:
            paid: Any = got.paid[path] if path in got.paid_shown else WITHHELD
            settled = _agreed(every, path, row.settled)
            wages = got.figure(WAGES, path) or 0
            values = (*_about(tables, row), paid, wages, settled, _day(tables, row.id, "验收"))
            table.lines.append(Line((path[0], path[1]), values))
    if NO_PROJECT in got.paid:
        paid = got.paid[NO_PROJECT] if NO_PROJECT in got.paid_shown else WITHHELD
        table.lines.append(Line((NOWHERE, ""), ("", UNASSIGNED, NOWHERE, "", paid, 0, None, None)))
    add_totals(
        table,
        {
            "paid": lambda place: total(got.paid.items(), got.paid_shown, _node(place)),
            "wages": lambda place: got.figure(WAGES, _node(place)) or 0,
        },
    )
    return table


def _node(place: Place) -> tuple[str, ...]:
    """A place as the path of a figure: without the parts that are empty."""
    return tuple(part for part in place if part)


def wages_table(tables: Tables, active: list[Any], got: Received, every: Iterable[Received]) -> Table:
    """Labour remuneration of each project."""
    table = Table(
        "wages",
        "劳务报酬",
        "以工代赈等项目本年度发给务工群众的劳务报酬。",
        ("labour-share", "labour-share-work-relief", "labour-notice"),
        (
            *PROJECT,
            Field("promised", "承诺发放（元）", MONEY, 15, summed=False, note="立项时承诺发放的数额，不分年度"),
            Field("paid", "本年发放（元）", MONEY, 15, note="有发放清册或逐人登记的劳务报酬"),
            Field("households", "户数", COUNT, 8, note=HEADS),
            Field("people", "人数", COUNT, 8, note="领到钱的人数；同额发放的为空白"),
            Field("days", "工日", DAYS, 9, note="清册登记的工日"),
        ),
    )
    for row in active:
        path = (*project_place(tables, row.id), row.id)
        paid = got.figure(WAGES, path)
        if paid is not None or row.mode == "以工代赈":
            counts = (
                got.heads(WAGES, path, lambda leaf: len(leaf.households)),
                got.heads(WAGES, path, lambda leaf: leaf.people),
                got.count(WAGES, path, lambda leaf: leaf.days),
            )
            values = (*_about(tables, row), _agreed(every, path, row.labour_promised), paid or 0, *counts)
            table.lines.append(Line((path[0], path[1]), values, old=not paid))
    add_totals(table, {"paid": lambda place: got.figure(WAGES, _node(place)) or 0})
    return table


def _agreed(every: Iterable[Received], path: tuple[str, ...], amount: int | None) -> Any:
    """What was settled or promised of a project, or WITHHELD where it would tell what a household got in any year."""
    return amount if amount is None or agreed_shown(every, path) else WITHHELD


def subsidies_table(tables: Tables, got: Received) -> Table:
    """Subsidies to households: those of village projects, and of each wider project or benefit by village."""
    table = Table(
        "subsidies",
        "到户补助",
        "本年度发到农户的各项补助，按项目（补助）和村。",
        ("payment-mode", "recipient-eligible", "subsidy-standard"),
        (
            Field("item", "项目编号", TEXT, 13, note="不属于项目的补助为空白"),
            Field("name", "项目或补助", TEXT, 26),
            Field("benefit", "补助种类", TEXT, 16),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("amount", "本年发放（元）", MONEY, 15, note="这一年发到农户的，不含劳务报酬和收益分配"),
            Field("households", "户数", COUNT, 8, note=HEADS),
        ),
    )
    names: dict[Any, set[str]] = defaultdict(set)
    for tree in (LOCAL, WIDE):
        for path, leaf in got.leaves[tree].items():
            for depth in range(1, len(path) + 1):
                names[path[:depth]] |= leaf.names
    for path in sorted(got.leaves[LOCAL]):
        table.lines.append(_subsidy(tables, got, LOCAL, path, names, (path[0], path[1]), ""))
    wide = got.leaves[WIDE]
    for path in sorted({one[:depth] for one in wide for depth in (1, 2, 3)}):
        place = ((*path[1:], "", "")[0], (*path[1:], "", "")[1])
        table.lines.append(_subsidy(tables, got, WIDE, path, names, place, (WHOLE, TOWN, VILLAGE)[len(path) - 1]))
    add_totals(table, {"amount": lambda place: _subsidies(table, got, place)})
    return table


def _subsidies(table: Table, got: Received, place: Place) -> Any:
    """All subsidies of the county; of a town or village those that are listed there: what is withheld of county-wide
    items is no figure of its own there, and is part of the county's row of others.
    """
    if place == COUNTY:
        parts = [got.figure(LOCAL, ()), got.figure(WIDE, ())]
        return WITHHELD if WITHHELD in parts else sum(one or 0 for one in parts)
    return sum(line.values[SUBSIDY] for line in table.of(place) if isinstance(line.values[SUBSIDY], int))


def _subsidy(
    tables: Tables, got: Received, tree: str, path: tuple[str, ...], names: dict[Any, set[str]], place: Place, only: str
) -> Line:
    item = path[2] if tree == LOCAL else path[0]
    project = registered.projects(tables).get(item)
    benefits = "、".join(sorted(names.get(path, ())))
    about = (item if project else "", project.name if project else item, benefits)
    where = {WHOLE: ("全县", ""), TOWN: (place[0], "全乡镇")}.get(only, (place[0], village_name(tables, place[1])))
    return Line(place, (*about, *where, got.figure(tree, path), got.heads(tree, path, _count)), only)


SUBSIDY = 5  # the column of the amount


def _count(leaf: Leaf) -> int:
    return len(leaf.households)


def assets_table(tables: Tables) -> Table:
    """The register of assets. Caretakers are people: only whether there is one."""
    table = Table(
        "assets",
        "资产登记",
        "衔接资金（含历年扶贫资金）形成的资产：归谁、谁在用、谁来管。属农户自己的（到户类）资产不列，也不在合计里。",
        ("asset-register", "asset-upkeep"),
        (
            Field("asset", "资产编号", TEXT, 13),
            Field("name", "资产名称", TEXT, 26),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("class", "类别", TEXT, 9),
            Field("cost", "原值（元）", MONEY, 16, note="账簿登记的原值，处置的已减去"),
            Field("owner", "所有权人", TEXT, 24),
            Field("operator", "经营主体", TEXT, 22),
            Field("state", "状态", TEXT, 8, note="最近一次变动"),
            Field("caretaker", "管护责任", TEXT, 9),
        ),
    )
    postings = tables.postings
    held = postings[postings["kind"] == "asset"].groupby("commodity")["amount"].sum().to_dict()
    states = {row.id: row.state for row in mentions(tables, Asset) if row.state}
    for name, row in sorted(open_assets(tables).items()):
        place = asset_place(tables, name)
        values = (
            name,
            row.name,
            place[0],
            village_name(tables, place[1]),
            row.class_,
            int(held.get(name, 0)),
            in_public(row.owner),
            in_public(row.operator),
            states.get(name, ""),
            "已落实" if row.caretaker else "未登记",
        )
        table.lines.append(Line(place, values))
    table.lines.sort(key=lambda line: (_order(tables, line.place), line.values[0]))
    add_totals(table)
    return table


def income_table(tables: Tables, year: int, got: Received) -> Table:
    """What each asset earned in the year, and how that income was used."""
    table = Table(
        "income",
        "资产收益与分配",
        "本收益年度每项资产收了多少、怎样分配。",
        ("income-tilt", "income-use", "monitored-included"),
        (
            Field("asset", "资产编号", TEXT, 13),
            Field("name", "资产名称", TEXT, 24),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("income", "收益（元）", MONEY, 14, note="这一收益年度收到的"),
            Field(
                "to_households", "其中发到户（元）", MONEY, 14, note="这一收益年度的收益发到农户的，包含在各种用途里"
            ),
            *(Field(f"use_{code}", f"{name}（元）", MONEY, 13, summed=False, note=USE) for code, name in USES.items()),
        ),
    )
    spent: dict[tuple[str, str], int] = defaultdict(int)
    for posting in income.uses(tables):
        if posting.income_year == year or (not posting.income_year and posting.date.year == year):
            spent[posting.asset, account(posting.account).use or "9"] += posting.amount
    assets = {path[2] for path in got.earned} | {asset for asset, _ in spent}
    assets |= {path[2] for path in got.leaves[INCOME]}
    for name in sorted(assets & {*open_assets(tables), ""}):
        path = (*asset_place(tables, name), name)
        title = (registered.assets(tables)[name].name or name) if name else "没有注明资产的（如股权分红）"
        values = (name, title, path[0], village_name(tables, path[1]))
        earned = total(got.earned.items(), got.earned_shown, path) or 0
        table.lines.append(Line((path[0], path[1]), (*values, earned, *_uses(got, path, name, spent))))
    table.lines.sort(key=lambda line: (_order(tables, line.place), line.values[0]))
    add_totals(
        table,
        {
            "income": lambda place: total(got.earned.items(), got.earned_shown, _node(place)) or 0,
            "to_households": lambda place: got.figure(INCOME, _node(place)) or 0,
        },
    )
    return table


def _uses(got: Received, path: tuple[str, ...], asset: str, spent: dict[tuple[str, str], int]) -> list[Any]:
    """What went to households, then each use. A use that is not all theirs is shown only beside all of their figures and
    the income: otherwise it may be what covers them.
    """
    cells = [got.figure(INCOME, path) or 0]
    whole = open_parts(got, path) and (path not in got.earned or path in got.earned_shown)
    for code in USES:
        amount, leaf = spent.get((asset, code), 0), got.figure(INCOME, (*path, code))
        cells.append(amount if whole or leaf == amount else WITHHELD)
    return cells


def equity_table(tables: Tables, year: int, got: Received) -> Table:
    """The register of equity grants in totals."""
    table = Table(
        "equity",
        "股权量化登记",
        "本年度把财政补助量化成的股权：量化当日村集体和农户（成员）各持多少。以前年度的见那一年的公开。",
        ("equity-ratio", "equity-tilt", "equity-register"),
        (
            Field("grant", "股权编号", TEXT, 13),
            Field("operator", "实施主体", TEXT, 26),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("subsidy", "财政补助（元）", MONEY, 16, note="投给这个主体的财政补助"),
            Field(
                "quantified", "量化金额（元）", MONEY, 16, note="财政补助中量化成股权的；等于集体持股加农户（成员）持股"
            ),
            Field("collective", "集体持股（元）", MONEY, 16),
            Field("households_hold", "农户（成员）持股（元）", MONEY, 16),
            Field("households", "户数", COUNT, 8, note="持股的户数；同额的为空白"),
            Field("quantified_on", "量化日期", DATE, 12),
        ),
    )
    raw: dict[tuple[str, ...], tuple[int, int]] = {}
    for grant in (one for one in grants(tables) if one.day.year == year):
        path, then = (*project_place(tables, grant.row.project or ""), grant.row.id), grant.at(grant.day)
        held, collective = got.figure(SHARES, path), then.held_by("collective")
        raw[path] = (then.row.quantified or 0, collective)
        hidden = held == WITHHELD
        values = (
            grant.row.id,
            in_public(grant.row.operator),
            path[0],
            village_name(tables, path[1]),
            then.row.subsidy,
            WITHHELD if hidden else then.row.quantified,
            WITHHELD if hidden else collective,
            held or 0,
            got.heads(SHARES, path, _count),
            grant.day,
        )
        table.lines.append(Line((path[0], path[1]), values))

    def of(place: Place, part: int) -> Any:
        node = _node(place)
        if got.figure(SHARES, node) == WITHHELD:
            return WITHHELD
        return sum(amounts[part] for path, amounts in raw.items() if path[: len(node)] == node)

    totals = {"quantified": partial(of, part=0), "collective": partial(of, part=1)}
    add_totals(table, totals | {"households_hold": lambda place: got.figure(SHARES, _node(place)) or 0})
    return table
