"""One page for each project, fund and asset: all years, in words, with nothing that a household's figure could be told from."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ledgers.facts import registered
from ledgers.money import percent, yuan_cn
from ledgers.personal.names import NOBODY, Known
from ledgers.tables.directives import Asset, Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived, mentions
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import NA, PASS, STATUS_NAMES, YUAN, Finding
from plugins.judging import OP_NAMES, compared
from reports.figures import by_fund
from reports.publish.content import village_name
from reports.publish.edition import page_name as page_of
from reports.publish.payees import (
    CAME_BACK,
    OTHER_PAYEES,
    PEOPLE,
    UNNAMED,
    Payment,
    few_persons,
    in_public,
    is_unit,
    payments,
)
from reports.publish.received import (
    LEVELS,
    NOWHERE,
    WAGES,
    WIDE,
    Received,
    agreed_shown,
    closed,
    given,
    open_assets,
    open_parts,
    project_place,
)
from reports.publish.tables import MONEY, WITHHELD, shown
from reports.words import detail

Link = tuple[str, str]  # text, address of a page from the root of the site ("" for none)
LEVEL_TITLES = ("中央", "市级", "县级", "其他")


@dataclass
class Grid:
    """A small table of a page: title, headings, rows of links; `numeric` columns stand right."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Link, ...]] = field(default_factory=list)
    numeric: tuple[int, ...] = ()

    def add(self, *cells: Any) -> None:
        self.rows.append(tuple(one if isinstance(one, tuple) else (str(one), "") for one in cells))


@dataclass
class Subject:
    """A page: what it is about as label and text, and its tables."""

    id: str
    kind: str
    heading: str
    trail: list[Link]
    facts: list[tuple[str, Link]] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)

    @property
    def page(self) -> str:
        return page_of(self.kind, self.id)

    def say(self, label: str, text: Any, link: str = "") -> None:
        if text not in (None, ""):
            self.facts.append((label, (str(text), link)))


def _all(names: tuple[str, ...] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _yuan(amount: Any) -> str:
    return "" if amount is None else shown(amount, MONEY) if amount == WITHHELD else f"{yuan_cn(amount)} 元"


@derived
def verdicts(tables: Tables) -> dict[str, list[Finding]]:
    """What the rules say of each project."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in audit(tables, list(catalogue().values())).stated:
        if finding.subject.kind == "project" and finding.status != NA:
            found[finding.subject.id].append(finding)
    return found


@dataclass(frozen=True)
class Years:
    """What was received in each year, so that a page of all years shows of each what that year's edition shows."""

    got: dict[int, Received]

    def sums(self, path: tuple[str, ...]) -> Iterator[tuple[int, Any, Any]]:
        """Year, spent, wages."""
        for year, got in sorted(self.got.items()):
            if path in got.paid:
                yield year, got.paid[path] if path in got.paid_shown else WITHHELD, got.figure(WAGES, path)


def projects(
    tables: Tables, years: Years, places: dict[tuple[str, str], str], names: Known = NOBODY
) -> Iterator[Subject]:
    """The page of each project; who bears one of the names is no unit."""
    got = years.got[max(years.got)]
    shut = closed(tables, got)
    made = defaultdict(list)
    for asset in open_assets(tables).values():
        for project in _all(asset.project):
            made[project].append(asset)
    for row in registered.projects(tables).values():
        place = project_place(tables, row.id)
        one = Subject(
            row.id,
            "projects",
            row.name or row.id,
            [("首页", "index.html"), ("项目", "index.html#projects"), (row.name or row.id, "")],
        )
        open_sums = (*place, row.id) in got.amounts_shown
        agreed = agreed_shown(years.got.values(), (*place, row.id))
        one.say("项目编号", row.id)
        wide = row.id in {path[0] for got in years.got.values() for path in got.leaves[WIDE]}
        one.say("地点", _where(tables, place), places.get(place, "") if place[0] != NOWHERE else "")
        one.say("发到各村的情况", "到户补助表" if wide else "", "county/subsidies.html")
        about = {
            "类别": row.category,
            "实施方式": row.mode,
            "责任单位": row.unit,
            "实施（经营、施工）主体": in_public(row.operator),
        }
        for label, text in about.items():
            one.say(label, text)
        one.say("承包、供应单位", "、".join(name for name in units(tables, row.id, names) if name != row.operator))
        one.say("计划投入", _yuan(row.planned if open_sums else WITHHELD))
        one.say("合同金额", _yuan(row.contract if agreed or row.contract is None else WITHHELD))
        one.say("结算金额", _yuan(row.settled if agreed or row.settled is None else WITHHELD))
        for label, text in (("绩效目标", row.goal), ("受益对象", row.beneficiaries), ("联农带农", row.linkage)):
            one.say(label, text)
        one.grids = [
            *_sources(tables, row.id, open_sums, shut),
            *_spending(years, (*place, row.id)),
            *_paid_to(tables, row.id, years, (*place, row.id), names),
            *_labour(tables, row, years, (*place, row.id), agreed),
            *_stages(tables, row),
            *_notices(tables, row.id),
            *_assets(made.get(row.id, [])),
            *_verdicts(tables, row.id, agreed),
        ]
        yield one


def _sources(tables: Tables, project: str, open_sums: bool, shut: set[str]) -> Iterator[Grid]:
    """Where the money came from."""
    grid = Grid("安排的资金", ("资金", "来源", "年度", "安排（元）"), numeric=(3,))
    for name, amount in given(tables).get(project, {}).items():
        fund = registered.funds(tables).get(name)
        text = yuan_cn(amount) if name not in shut else "见合计"
        about = (fund.name or name, fund.level or "", fund.year or "") if fund else (name, "", "")
        grid.add((about[0], page_of("funds", name) if fund else ""), *about[1:], text)
    if grid.rows:
        grid.add("合计", "", "", yuan_cn(sum(given(tables)[project].values())) if open_sums else WITHHELD)
    return iter([grid] if grid.rows else [])


def _spending(years: Years, path: tuple[str, ...]) -> Iterator[Grid]:
    grid = Grid("各年支出", ("年度", "支出（元）", "其中劳务报酬（元）"), numeric=(1, 2))
    found = list(years.sums(path))
    for year, paid, wages in found:
        grid.add(year, shown(paid, MONEY), shown(wages or 0, MONEY))
    columns = [[row[1] for row in found], [row[2] or 0 for row in found]]
    if len(found) > 1:
        grid.add("合计", *(WITHHELD if WITHHELD in column else shown(sum(column), MONEY) for column in columns))
    return iter([grid] if found else [])


def _where(tables: Tables, place: tuple[str, str]) -> str:
    return "全县" if place[0] == NOWHERE else f"{place[0]}{village_name(tables, place[1])}"


def units(tables: Tables, project: str, names: Known) -> list[str]:
    """The units that a project paid, those that got most first; nobody who may be a person."""
    sums: dict[str, int] = defaultdict(int)
    for one in payments(tables).get(project, []):
        if not one.people and not one.back and is_unit(one.payee) and not names.within(one.payee):
            sums[one.payee] += one.amount
    return sorted(sums, key=lambda name: (-sums[name], name))


def _paid_to(tables: Tables, project: str, years: Years, path: tuple[str, ...], names: Known) -> Iterator[Grid]:
    """Who the money went to: people together, units by name; the sums only where those of the project's households are
    shown, which they would otherwise tell, and where no group is one or two payees of whom one may be a person.
    """
    known, groups = set(units(tables, project, names)), dict[str, list[Payment]]()
    for one in payments(tables).get(project, []):
        name = CAME_BACK if one.back else one.people or (one.payee if one.payee in known else OTHER_PAYEES)
        groups.setdefault(name, []).append(one)
    if not groups:
        return
    clear = all(
        (path not in got.paid or (path in got.paid_shown and open_parts(got, path)))
        and not any(few_persons(groups.get(name, []), got.least, names) for name in (OTHER_PAYEES, CAME_BACK))
        for got in years.got.values()
    )
    grid = Grid("钱付给了谁", ("收款方", "第一笔", "最近一笔", "金额（元）"), numeric=(3,))
    sums = {name: sum(one.amount for one in found) for name, found in groups.items()}
    for name in sorted(groups, key=lambda one: (one in (OTHER_PAYEES, CAME_BACK), one not in PEOPLE, -sums[one], one)):
        days = [one.day for one in groups[name]]
        grid.add(name, min(days), max(days), yuan_cn(sums[name]) if clear else WITHHELD)
    if clear and len(groups) > 1:
        grid.add("合计", "", "", yuan_cn(sum(sums.values())))
    yield grid


def _labour(tables: Tables, row: Any, years: Years, path: tuple[str, ...], agreed: bool) -> Iterator[Grid]:
    """Wages promised and paid, and their share of the money of the centre, as notices say it."""
    wages = [one for _, _, one in years.sums(path) if one]
    if not wages and not row.labour_promised:
        return
    grid = Grid("劳务报酬", ("", ""))
    if row.labour_promised is not None:
        grid.add("承诺发放", _yuan(row.labour_promised if agreed else WITHHELD))
    paid = None if WITHHELD in wages else sum(wages)
    grid.add("已经发放", _yuan(WITHHELD if paid is None else paid))
    known, said = registered.funds(tables), 0
    for title, levels in (("中央资金", {"中央"}), ("中央和市级资金", set(LEVELS) - {"县级"})):
        base = sum(
            amount
            for name, amount in given(tables).get(row.id, {}).items()
            if name in known and known[name].level in levels
        )
        if base > said and agreed and paid is not None:
            said = base
            grid.add(f"占{title}", f"{percent(Fraction(paid, base))}（{title} {_yuan(base)}）")
    for finding in verdicts(tables).get(row.id, []):
        if finding.rule.startswith("labour-share") and agreed and paid is not None and (asked := _ratio(finding)):
            grid.add(catalogue()[finding.rule].title, f"{asked}：{STATUS_NAMES[finding.status]}")
    yield grid


def _stages(tables: Tables, row: Any) -> Iterator[Grid]:
    grid = Grid("进展", ("到了哪一步", "日期"))
    for stage in registered.project_states(tables).get(row.id, []):
        score = f"（{row.score} 分）" if stage.state == "绩效自评" and row.score else ""
        grid.add(f"{stage.state}{score}", stage.date)
    return iter([grid] if grid.rows else [])


def _notices(tables: Tables, subject: str) -> Iterator[Grid]:
    grid = Grid("公告公示", ("事项", "地点", "从", "到"))
    for row in records(Notice, tables.notices):
        if row.subject == subject:
            grid.add(row.stage, row.place or "", row.from_ or "", row.to or "长期")
    return iter([grid] if grid.rows else [])


def _assets(found: list[Any]) -> Iterator[Grid]:
    grid = Grid("形成的资产", ("资产", "归谁所有", "谁在经营"))
    for row in found:
        grid.add((row.name or row.id, page_of("assets", row.id)), in_public(row.owner), in_public(row.operator))
    return iter([grid] if grid.rows else [])


def _verdicts(tables: Tables, project: str, agreed: bool) -> Iterator[Grid]:
    """What the rules say in words; money only where it may be shown."""
    grid = Grid("按规定核对", ("规定", "结论", "说明"))
    rules = catalogue()
    for finding in verdicts(tables).get(project, []):
        said = (_ratio(finding) if agreed else "") or _reason(finding, agreed)
        part = rules[finding.part].title if finding.part in rules else finding.part  # rectifications name a rule
        about = detail(part, finding.period)
        grid.add(f"{rules[finding.rule].title}{f'（{about}）' if about else ''}", STATUS_NAMES[finding.status], said)
    return iter([grid] if grid.rows else [])


_OPEN = ("unit-cost", "equity-missing", "resolution", "changed-after")  # of sums that the page shows
_PRIVATE = re.compile(r"\d\s*[户人]|户编号|H\d{6}-")
_MONEY = re.compile(r"\d\s*万?元|\d\s*[%％]")
_KEY = re.compile("（[a-z-]+）")


def _reason(finding: Finding, agreed: bool) -> str:
    """Why something does not fit, as the rule says it: nothing of how many people; of money only sums that the page shows,
    otherwise the clauses that speak of none.
    """
    if finding.status == PASS or _PRIVATE.search(finding.message):
        return ""
    clauses = re.split("([，；])", _KEY.sub("", finding.message))
    if not (agreed and finding.rule in _OPEN):
        clauses = [one for at, one in enumerate(clauses) if at % 2 or not _MONEY.search(one)]
    return re.sub("[，；]{2,}", "，", "".join(clauses)).strip("，；")


def _ratio(finding: Finding) -> str:
    """A ratio of money and what it had to be, in percent; "" for any other verdict."""
    measured, threshold = finding.measured, finding.threshold
    if (
        measured is None
        or threshold is None
        or measured.unit != YUAN
        or measured.ratio is None
        or threshold.value is None
        or threshold.required is None
    ):
        return ""
    shown, asked = compared(measured.ratio, threshold.op, threshold.value)
    return f"{shown}，应{OP_NAMES[threshold.op]} {asked}"


def funds(tables: Tables, got: Received) -> Iterator[Subject]:
    """The page of each fund: its document, its amount, which projects got of it."""
    shut = closed(tables, got)
    for name, figures in by_fund(tables).items():
        row = registered.funds(tables)[name]
        one = Subject(
            row.id,
            "funds",
            row.name or row.id,
            [("首页", "index.html"), ("资金", "county/funds.html"), (row.name or row.id, "")],
        )
        for label, text in (
            ("资金编号", row.id),
            ("文号", row.doc_no),
            ("来源", row.level),
            ("任务", row.task),
            ("年度", row.year),
        ):
            one.say(label, text)
        one.say("文件下达", _yuan(row.amount))
        one.say("已到账", _yuan(figures.arrived))
        grid = Grid("安排到的项目", ("项目", "安排（元）"), numeric=(1,))
        for project_id, amounts in given(tables).items():
            if row.id in amounts and (project := registered.projects(tables).get(project_id)):
                text = yuan_cn(amounts[row.id]) if row.id not in shut else ""
                grid.add((project.name or project_id, page_of("projects", project_id)), text)
        if len(grid.rows) > 1 and row.id not in shut:
            grid.add("合计", yuan_cn(sum(amounts.get(row.id, 0) for amounts in given(tables).values())))
        one.grids = [*([grid] if grid.rows else []), *_notices(tables, row.id)]
        yield one


def assets(
    tables: Tables,
    years: Years,
    places: dict[tuple[str, str], str],
    of: dict[str, tuple[str, str]],
    names: Known = NOBODY,
) -> Iterator[Subject]:
    """The page of each asset that is not a household's own."""
    held = tables.postings[tables.postings["kind"] == "asset"].groupby("commodity")["amount"].sum().to_dict()
    states: dict[str, list[Any]] = defaultdict(list)
    for row in mentions(tables, Asset):
        if row.state:
            states[row.id].append(row)
    for row in open_assets(tables).values():
        place = of[row.id]
        one = Subject(
            row.id,
            "assets",
            row.name or row.id,
            [("首页", "index.html"), ("资产", "county/assets.html"), (row.name or row.id, "")],
        )
        one.say("资产编号", row.id)
        one.say("地点", _where(tables, place), places.get(place, "") if place[0] != NOWHERE else "")
        for label, text in (
            ("类别", row.class_),
            ("所有权人", in_public(row.owner)),
            ("经营主体", in_public(row.operator)),
        ):
            one.say(label, text)
        one.say("管护责任", "已落实" if row.caretaker else "未登记")
        one.say("原值", _yuan(int(held.get(row.id, 0))))
        _let(one, row, years, (*place, row.id), names)
        for name in _all(row.project):
            if project := registered.projects(tables).get(name):
                one.say("由哪个项目形成", project.name or project.id, page_of("projects", project.id))
        grid = Grid("各年收益", ("收益年度", "收益（元）"), numeric=(1,))
        for year, got in sorted(years.got.items()):
            path = (*place, row.id)
            if path in got.earned:
                grid.add(year, shown(got.earned[path] if path in got.earned_shown else WITHHELD, MONEY))
        stages = Grid("变动", ("状态", "日期"))
        for state in states[row.id]:
            stages.add(state.state, state.date)
        one.grids = [*([grid] if grid.rows else []), *([stages] if stages.rows else []), *_notices(tables, row.id)]
        yield one


def _let(one: Subject, row: Asset, years: Years, path: tuple[str, ...], names: Known) -> None:
    """The contract by which an asset is let: with which unit, for how much, how long."""
    if row.party:
        unit = is_unit(row.party) and not names.within(row.party)
        one.say("承租（承包）方", row.party if unit else UNNAMED)
    if row.rent is not None:
        earned = all(path in got.earned_shown for got in years.got.values() if path in got.earned)
        one.say("年租金", _yuan(row.rent if earned else WITHHELD))
    if row.from_ or row.to:
        one.say("合同期", f"{row.from_ or ''} 至 {row.to or ''}")
