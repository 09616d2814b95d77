"""The contents of the disclosure, stage by stage (国开办发〔2018〕11号; 5号第21条): funds, plans, works, wages, assets."""

from collections import defaultdict
from datetime import date
from typing import Any

from ledgers.chart import account
from ledgers.facts import income, money, registered
from ledgers.facts.grants import grants
from ledgers.tables.directives import Asset, Project
from ledgers.tables.tables import Tables, mentions
from reports.figures import by_fund
from reports.publish.received import (
    INCOME,
    LOCAL,
    NOWHERE,
    SHARES,
    WAGES,
    WIDE,
    Leaf,
    Received,
    asset_place,
    open_parts,
    project_place,
    total,
)
from reports.publish.tables import (
    COUNT,
    DATE,
    DAYS,
    MONEY,
    TEXT,
    TOWN,
    VILLAGE,
    WHOLE,
    WITHHELD,
    Field,
    Line,
    Place,
    Table,
    add_totals,
)

LEVELS = {"中央": "central", "省级": "municipal", "市级": "municipal", "县级": "county"}
USES = {
    "1": "公益岗位",
    "2": "小型公益事业",
    "3": "奖励补助",
    "4": "入户分配",
    "5": "管护费用",
    "6": "公积公益金",
    "9": "其他",
}
PROJECT = (
    Field("project", "项目编号", TEXT, 14),
    Field("name", "项目名称", TEXT, 26),
    Field("town", "乡镇", TEXT, 10),
    Field("village", "村", TEXT, 10),
)


def content(tables: Tables, year: int, got: Received) -> list[Table]:
    """Every table of the disclosure of a year, in the order of the stages."""
    active = _active(tables, year, got)
    return [
        funds_table(tables, year),
        allocations_table(tables, active),
        plan_table(tables, active),
        progress_table(tables, active),
        spending_table(tables, active, got),
        wages_table(tables, active, got),
        subsidies_table(tables, got),
        assets_table(tables),
        income_table(tables, year, got),
        equity_table(tables, got),
    ]


def _active(tables: Tables, year: int, got: Received) -> list[Any]:
    """Projects that something happened to in the year: a state, an allocation, a payment, a fund of that year."""
    moved = {row.id for row in mentions(tables, Project) if row.date.year == year and row.state}
    given = {
        lot.project
        for lots in money.lots(tables).values()
        for lot in lots
        if lot.date.year == year or registered.funds(tables)[lot.fund].year == year
    }
    paid = {path[-1] for path in got.paid}
    projects = registered.projects(tables)
    chosen = [projects[name] for name in moved | given | paid if name in projects]
    return sorted(chosen, key=lambda row: (_order(tables, project_place(tables, row.id)), row.id))


def _order(tables: Tables, place: Place) -> tuple[bool, str, str]:
    return (place[0] == NOWHERE, place[1][:4], place[1] or place[0])


def _about(tables: Tables, row: Project) -> tuple[str, str, str, str]:
    place = project_place(tables, row.id)
    return (row.id, row.name, place[0], village_name(tables, place[1]))


def village_name(tables: Tables, village: str) -> str:
    row = registered.villages(tables).get(village)
    return row.name if row else ""


def funds_table(tables: Tables, year: int) -> Table:
    """Funds of the year: document, amount, what has been allocated to projects."""
    table = Table(
        "funds",
        "资金分配",
        "本年度各级下达的资金，和已经分配到项目的数额。",
        ("fund-trace", "notices"),
        (
            Field("fund", "资金编号", TEXT, 12),
            Field("doc", "文号", TEXT, 22),
            Field("name", "资金名称", TEXT, 40),
            Field("level", "来源", TEXT, 10),
            Field("task", "任务", TEXT, 12),
            Field("amount", "下达金额（元）", MONEY, 16),
            Field("allocated", "已分配到项目（元）", MONEY, 16),
        ),
    )
    for name, figures in by_fund(tables).items():
        row = registered.funds(tables)[name]
        if row.year == year:
            values = (name, row.doc_no, row.name, row.level, row.task, row.amount, figures.allocated)
            table.lines.append(Line((NOWHERE, ""), values))
    add_totals(table)
    return table


def allocations_table(tables: Tables, active: list[Any]) -> Table:
    """What was allocated to each project, by the level that the money came from: exact, it is public money."""
    table = Table(
        "allocations",
        "项目资金安排",
        "每个项目安排了多少钱、钱从哪一级来、由谁负责。数额为截至期末的累计净额。",
        ("fund-trace", "notices", "industry-share"),
        (
            *PROJECT,
            Field("unit", "责任单位", TEXT, 16),
            Field("central", "中央（元）", MONEY, 15),
            Field("municipal", "市级（元）", MONEY, 15),
            Field("county", "县级（元）", MONEY, 15),
            Field("other", "其他（元）", MONEY, 14),
            Field("amount", "合计（元）", MONEY, 16),
        ),
    )
    for row in active:
        levels: dict[str, int] = defaultdict(int)
        for lot in money.lots_by_project(tables).get(row.id, []):
            levels[LEVELS.get(registered.funds(tables)[lot.fund].level, "other")] += lot.amount
        if levels:
            parts = [levels.get(name, 0) for name in ("central", "municipal", "county", "other")]
            values = (*_about(tables, row), row.unit, *parts, sum(parts))
            table.lines.append(Line(project_place(tables, row.id), values))
    add_totals(table)
    return table


def plan_table(tables: Tables, active: list[Any]) -> Table:
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
            Field("planned", "计划投入（元）", MONEY, 15),
            Field("goal", "绩效目标", TEXT, 24),
            Field("beneficiaries", "受益对象", TEXT, 18),
            Field("linkage", "联农带农", TEXT, 18),
            Field("listed", "入库", DATE, 12),
            Field("in_plan", "列入年度计划", DATE, 12),
        ),
    )
    for row in active:
        values = (
            *_about(tables, row),
            row.category,
            row.mode,
            row.unit,
            row.planned,
            row.goal,
            row.beneficiaries,
            row.linkage,
            _day(tables, row.id, "入库"),
            _day(tables, row.id, "年度计划"),
        )
        table.lines.append(Line(project_place(tables, row.id), values))
    add_totals(table)
    return table


def _day(tables: Tables, project: str, state: str) -> date | None:
    """The day on which a project was put into exactly this state."""
    days = [stage.date for stage in registered.project_states(tables).get(project, []) if stage.state == state]
    return min(days, default=None)


def progress_table(tables: Tables, active: list[Any]) -> Table:
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
        values = (*_about(tables, row), state, row.operator, *days)
        table.lines.append(Line(project_place(tables, row.id), values))
    return table


def spending_table(tables: Tables, active: list[Any], got: Received) -> Table:
    """What each project spent in the year, and how much of it went to people."""
    table = Table(
        "spending",
        "资金使用与完工",
        "本年度每个项目实际用了多少钱，其中劳务报酬和发到农户的补助各多少。",
        ("fund-trace", "payment-mode", "notices"),
        (
            *PROJECT,
            Field("paid", "本年支出（元）", MONEY, 16),
            Field("wages", "其中劳务报酬（元）", MONEY, 16),
            Field("subsidies", "其中到户补助（元）", MONEY, 16),
            Field("rest", "其他支出（元）", MONEY, 16),
            Field("settled", "结算金额（元）", MONEY, 16),
            Field("accepted", "验收", DATE, 12),
        ),
    )
    for row in active:
        path = (*project_place(tables, row.id), row.id)
        if path in got.paid:
            values = (*_about(tables, row), *_spent(got, path), row.settled, _day(tables, row.id, "验收"))
            table.lines.append(Line((path[0], path[1]), values))
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


def _spent(got: Received, path: tuple[str, ...]) -> tuple[Any, ...]:
    """All, wages, subsidies, and the rest, which is shown only where nothing is withheld."""
    paid: Any = got.paid[path] if path in got.paid_shown else WITHHELD
    wages = got.figure(WAGES, path) or 0
    subsidies = [got.figure(LOCAL, path) or 0, got.figure(WIDE, path[-1:]) or 0]
    to_households: Any = WITHHELD if WITHHELD in subsidies else sum(subsidies)
    hidden = WITHHELD in (paid, wages, to_households)
    return paid, wages, to_households, WITHHELD if hidden else paid - wages - to_households


def wages_table(tables: Tables, active: list[Any], got: Received) -> Table:
    """Labour remuneration of each project."""
    table = Table(
        "wages",
        "劳务报酬",
        "以工代赈等项目本年度发给务工群众的劳务报酬。",
        ("labour-share", "labour-share-work-relief", "labour-notice"),
        (
            *PROJECT,
            Field("promised", "承诺发放（元）", MONEY, 15),
            Field("paid", "本年发放（元）", MONEY, 15),
            Field("households", "户数", COUNT, 8),
            Field("people", "人数", COUNT, 8),
            Field("days", "工日", DAYS, 9),
        ),
    )
    for row in active:
        path = (*project_place(tables, row.id), row.id)
        paid = got.figure(WAGES, path)
        if paid is not None or row.mode == "以工代赈":
            counts = (
                got.count(WAGES, path, lambda leaf: len(leaf.households)),
                got.count(WAGES, path, lambda leaf: leaf.people),
                got.count(WAGES, path, lambda leaf: leaf.days),
            )
            values = (*_about(tables, row), row.labour_promised, paid or 0, *counts)
            table.lines.append(Line((path[0], path[1]), values))
    add_totals(table, {"paid": lambda place: got.figure(WAGES, _node(place)) or 0})
    return table


def subsidies_table(tables: Tables, got: Received) -> Table:
    """Subsidies to households: those of village projects, and of each wider project or benefit by village."""
    table = Table(
        "subsidies",
        "到户补助",
        "本年度发到农户的各项补助，按项目（补助）和村。",
        ("payment-mode", "recipient-eligible", "subsidy-standard"),
        (
            Field("item", "项目编号", TEXT, 13),
            Field("name", "项目或补助", TEXT, 26),
            Field("benefit", "补助种类", TEXT, 16),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("amount", "本年发放（元）", MONEY, 15),
            Field("households", "户数", COUNT, 8),
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
    return table


def _subsidy(
    tables: Tables, got: Received, tree: str, path: tuple[str, ...], names: dict[Any, set[str]], place: Place, only: str
) -> Line:
    item = path[2] if tree == LOCAL else path[0]
    project = registered.projects(tables).get(item)
    benefits = "、".join(sorted(names.get(path, ())))
    about = (item if project else "", project.name if project else item, benefits)
    where = {WHOLE: ("全县", ""), TOWN: (place[0], "全乡镇")}.get(only, (place[0], village_name(tables, place[1])))
    return Line(place, (*about, *where, got.figure(tree, path), got.count(tree, path, _count)), only)


def _count(leaf: Leaf) -> int:
    return len(leaf.households)


def assets_table(tables: Tables) -> Table:
    """The register of assets. Caretakers are people: only whether there is one."""
    table = Table(
        "assets",
        "资产登记",
        "衔接资金（含历年扶贫资金）形成的资产：归谁、谁在用、谁来管。",
        ("asset-register", "asset-upkeep"),
        (
            Field("asset", "资产编号", TEXT, 13),
            Field("name", "资产名称", TEXT, 26),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("class", "类别", TEXT, 9),
            Field("cost", "原值（元）", MONEY, 16),
            Field("owner", "所有权人", TEXT, 24),
            Field("operator", "经营主体", TEXT, 22),
            Field("state", "状态", TEXT, 8),
            Field("caretaker", "管护责任", TEXT, 9),
        ),
    )
    postings = tables.postings
    held = postings[postings["kind"] == "asset"].groupby("commodity")["amount"].sum().to_dict()
    states = {row.id: row.state for row in mentions(tables, Asset) if row.state}
    for name, row in sorted(registered.assets(tables).items()):
        place = asset_place(tables, name)
        values = (
            name,
            row.name,
            place[0],
            village_name(tables, place[1]),
            row.class_,
            int(held.get(name, 0)),
            row.owner,
            row.operator,
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
            Field("income", "收益（元）", MONEY, 14),
            Field("to_households", "其中发到户（元）", MONEY, 14),
            *(Field(f"use_{code}", f"{name}（元）", MONEY, 13) for code, name in USES.items()),
        ),
    )
    spent: dict[tuple[str, str], int] = defaultdict(int)
    for posting in income.uses(tables):
        if posting.income_year == year or (not posting.income_year and posting.date.year == year):
            spent[posting.asset, account(posting.account).use or "9"] += posting.amount
    assets = {path[2] for path in got.earned} | {asset for asset, _ in spent}
    for name in sorted(assets & set(registered.assets(tables))):
        path = (*asset_place(tables, name), name)
        values = (name, registered.assets(tables)[name].name, path[0], village_name(tables, path[1]))
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


def equity_table(tables: Tables, got: Received) -> Table:
    """The register of equity grants in totals."""
    table = Table(
        "equity",
        "股权量化登记",
        "财政补助量化成的股权：村集体和农户（成员）各持多少。",
        ("equity-ratio", "equity-tilt", "equity-register"),
        (
            Field("grant", "股权编号", TEXT, 13),
            Field("operator", "实施主体", TEXT, 26),
            Field("town", "乡镇", TEXT, 10),
            Field("village", "村", TEXT, 10),
            Field("subsidy", "财政补助（元）", MONEY, 16),
            Field("quantified", "量化金额（元）", MONEY, 16),
            Field("collective", "集体持股（元）", MONEY, 16),
            Field("households_hold", "农户（成员）持股（元）", MONEY, 16),
            Field("households", "户数", COUNT, 8),
            Field("quantified_on", "量化日期", DATE, 12),
        ),
    )
    for grant in grants(tables):
        path = (*project_place(tables, grant.row.project), grant.row.id)
        held = got.figure(SHARES, path)
        collective = grant.held_by("collective")
        hidden = held == WITHHELD
        values = (
            grant.row.id,
            grant.row.operator,
            path[0],
            village_name(tables, path[1]),
            grant.row.subsidy,
            WITHHELD if hidden and not collective else grant.row.quantified,
            WITHHELD if hidden else collective,
            held or 0,
            got.count(SHARES, path, _count),
            grant.day,
        )
        table.lines.append(Line((path[0], path[1]), values))
    add_totals(table)
    return table
