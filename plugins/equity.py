"""股权量化：比例、倾斜、登记、分红（5号第20条，任务66；渝农改办〔2016〕1号）。

A grant is judged on what was registered by the end of the day of 量化, and that verdict stays; a 变更 is judged anew on
its day, with its own holders. Yuan are shares × cost per unit. The leader's household of a cooperative is in neither
share of the tilt.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledgers.facts import money, registered
from ledgers.facts.grants import Dividend, Grant, Standing, dividends, grants, villages_of
from ledgers.money import half_up, yuan_cn
from ledgers.policy import default
from ledgers.tables.directives import Project, Village
from ledgers.tables.schema import Posting
from ledgers.tables.tables import Tables, derived, households, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, WARNING, Finding, Measured, More, Subject, Threshold
from plugins.judging import (
    Ratio,
    absent,
    count,
    end_of,
    judge_ratio,
    limit,
    meets,
    na,
    tilt,
    undetermined,
    year_subject,
)
from plugins.law import EQUITY_RULES, FIVE
from plugins.rule import rule

FIRM, COOPERATIVE = "农业企业", "农民合作社"
EQUITY_SHARES = (
    default("equity-quantified", ">=", "0.50", operator_kind=FIRM),
    default("equity-collective", ">=", "0.10", operator_kind=FIRM),
    default("equity-farmers", ">=", "0.40", operator_kind=FIRM),
    default("equity-collective", ">=", "0.10", operator_kind=COOPERATIVE),
    default("equity-leader", "<=", "0.30", operator_kind=COOPERATIVE),
    default("equity-farmers", ">=", "0.60", operator_kind=COOPERATIVE),
)
EQUITY_TILT = (default("equity-tilt", ">", "1"),)
AREA_TILT = (default("equity-area-tilt", ">", "1"),)
DIVIDEND = (default("dividend-due", ">=", "1"),)
PARTS = {FIRM: ("quantified", "collective", "farmers"), COOPERATIVE: ("collective", "leader", "farmers")}
PART_NAMES = {"quantified": "量化金额", "collective": "集体持股", "farmers": "农户（成员）持股", "leader": "理事长持股"}


def _subject(grant: Standing) -> Subject:
    return Subject("equity", grant.row.id, grant.row.operator)


def _judged(grant: Grant) -> Iterator[tuple[Standing, More]]:
    """The grant as it stood on the day of 量化, and on that of each 变更, which is the period of what is found of it."""
    for day in (grant.day, *grant.changes):
        then = grant.at(day)
        yield then, {"source": then.source, "period": day.isoformat() if day != grant.day else None, "act": day}


def _unheld(tables: Tables, grant: Standing) -> str:
    """Why it is not known who holds the shares; "" where it is. A register that cannot be believed is told elsewhere."""
    if not grant.bookings:
        return f"到 {grant.day} 日终没有登记股权"
    unbacked = [one for one in grant.unbacked if one.row not in tables.broken]
    return f"凭证 {unbacked[0].voucher} 的股权没有登记簿，不知由谁持有" if unbacked else ""


@rule(
    "equity-ratio",
    title="股权量化比例",
    judges="每项股权量化，分项判定；变更的，按变更日另判一次",
    formula="量化金额、集体持股、农户（成员）持股、理事长持股各 ÷ 财政补助总额，以量化日日终的登记为准",
    documents=(EQUITY_RULES,),
    defaults=EQUITY_SHARES,
    changes=(("0.2.0", "以量化日日终的登记为准，以后不变；变更另判一次；没有登记簿的无法判定"),),
    advice=("量化到集体或农户的股权少于规定，权益受损", "按规定比例补充量化并变更登记"),
    act="按协议补充量化 {gap} 元并变更登记",
    part_acts=(("leader", "退出超出部分 {gap} 元并变更登记"),),
    anew=True,
    tasks=(30, 66),
)
def equity_ratio(tables: Tables) -> Iterator[Finding]:
    """Each part of a grant ÷ its subsidy, under the parameter for its kind of operator on the day of 量化 or 变更."""
    for grant in grants(tables):
        for then, more in _judged(grant):
            for part in PARTS.get(then.row.operator_kind, ()):
                yield _part(tables, then, part, more)


def _part(tables: Tables, grant: Standing, part: str, about: More) -> Finding:
    name, subsidy = f"equity-{part}", grant.row.subsidy
    more: More = {**about, "part": part}
    held = grant.row.quantified if part == "quantified" else grant.held_by(part)
    if subsidy is None or held is None:
        return undetermined(_subject(grant), "没有登记补助总额或量化金额", **more)
    if not subsidy:
        return na(_subject(grant), "财政补助为零", **more)
    parameter = tables.policy.in_force(name, grant.day, EQUITY_SHARES, operator_kind=grant.row.operator_kind)
    if parameter is None:
        scope = {"operator_kind": grant.row.operator_kind}
        return absent(tables, _subject(grant), name, grant.day, EQUITY_SHARES, scope, **more)
    if part != "quantified" and (unheld := _unheld(tables, grant)):
        bar = Threshold(parameter.op, parameter.value, (parameter,))
        more["evidence"] = grant.postings
        return undetermined(_subject(grant), unheld, threshold=bar, **more)
    ratio = Ratio(held, subsidy, subsidy * parameter.value, parameter.op, (parameter,))
    more["evidence"] = () if part == "quantified" else grant.postings
    return judge_ratio(_subject(grant), ratio, open_until="", what=(PART_NAMES[part], "财政补助"), **more)


@rule(
    "equity-tilt",
    title="股权优先量化到脱贫户、监测户",
    judges="每项股权量化；变更的，按变更日另判一次",
    formula="（优先户股额 ÷ 农户股额）÷（优先户数 ÷ 村总户数），以量化日日终的登记为准",
    documents=(FIVE("第20条、任务66"),),
    quote="优先量化到脱贫户、监测户",
    defaults=EQUITY_TILT,
    changes=(("0.2.0", "以量化日日终的登记为准，以后不变；变更另判一次；没有登记簿、名册户数多于登记户数的无法判定"),),
    advice=("股权没有优先量化到脱贫户、监测户", "调整量化方案"),
    tasks=(66,),
)
def equity_tilt(tables: Tables) -> Iterator[Finding]:
    """The share of priority households in farmers' shares against their share of the village's households."""
    for grant in grants(tables):
        for then, more in _judged(grant):
            yield _grant_tilt(tables, then, more)


def _grant_tilt(tables: Tables, grant: Standing, about: More) -> Finding:
    people, leaders = households(tables), grant.leaders
    farmers = [line for line in grant.of("farmers") if line.household not in leaders]
    favoured = sum(line.amount for line in farmers if people.priority(line.household, grant.day))
    villages, known = villages_of(tables, grant), on(tables, Village, grant.day)
    counts = [known[name].households if name in known else None for name in villages]
    base = grant.row.base_households
    total = base or (None if None in counts else sum(each or 0 for each in counts))
    members = [household for name in villages for household in people.of_village(name, grant.day)]
    priority = [name for name in members if name not in leaders and people.priority(name, grant.day)]
    more: More = {"evidence": grant.postings, **about}
    unread = next((tables.broken[posting] for posting in grant.postings if posting in tables.broken), "")
    unread = unread or _unheld(tables, grant)
    if not villages and (farmers or unread):
        return undetermined(_subject(grant), "项目没有登记所在村", **more)
    parameter = tables.policy.in_force("equity-tilt", grant.day, EQUITY_TILT, operator_kind=grant.row.operator_kind)
    return tilt(
        tables,
        _subject(grant),
        (favoured, sum(line.amount for line in farmers)),
        (len(priority), total and total - len(leaders.intersection(members))),
        parameter,
        "equity-tilt",
        grant.day,
        unread,
        listed=0 if base else len(members) - len(leaders.intersection(members)),
        **more,
    )


@rule(
    "equity-area-tilt",
    title="股权化项目向重点乡镇、村倾斜",
    judges="每个年度",
    formula="（重点村股权化补助 ÷ 全部股权化补助）÷（重点村户数 ÷ 全部户数）",
    documents=(FIVE("第20条、任务66"),),
    quote="农业财政补助资金股权化改革项目向巩固拓展脱贫攻坚成果任务重的乡镇（街道）、村（社区）倾斜",
    severity=WARNING,
    defaults=AREA_TILT,
    rolls=False,
    advice=("股权化项目没有向重点乡镇、村倾斜", "以后年度安排时向重点乡镇、村倾斜"),
    tasks=(66,),
)
def equity_area_tilt(tables: Tables) -> Iterator[Finding]:
    """Subsidies of grants in villages marked `priority-area` ÷ all, against those villages' share of households."""
    years: dict[int, list[Standing]] = defaultdict(list)
    for grant in grants(tables):
        years[grant.day.year].append(grant.at(grant.day))
    for year, found in sorted(years.items()):
        day = end_of(year, tables.as_of)
        there = on(tables, Village, day)  # who was merged into another by then is part of that one
        villages = {
            name: village for name, village in there.items() if registered.village_on(tables, name, day) == name
        }
        area = {name for name, village in villages.items() if village.priority_area}
        counts = [(village.households or 0, name in area) for name, village in villages.items()]
        unknown = any(village.households is None for village in villages.values())
        favoured = sum(_part_in(area, villages_of(tables, grant), grant.row.subsidy or 0) for grant in found)
        parameter = tables.policy.in_force("equity-area-tilt", day, AREA_TILT)
        yield tilt(
            tables,
            year_subject(year),
            (favoured, sum(grant.row.subsidy or 0 for grant in found)),
            (sum(n or 1 for n, heavy in counts if heavy), None if unknown else sum(n for n, _ in counts)),
            parameter,
            "equity-area-tilt",
            day,
            who="重点村",
            lines=tuple(grant.source for grant in found),
            act=day,
        )


def _part_in(area: set[str], villages: tuple[str, ...], subsidy: int) -> int:
    """分 of a subsidy that went to an area: villages of one project have equal parts."""
    return half_up(Fraction(subsidy * len(area.intersection(villages)), len(villages))) if villages else 0


@rule(
    "equity-register",
    title="股权登记完整",
    judges="每项股权量化",
    formula="登记的股额 = 仍量化的金额（量化金额减去退出、收回时登记减少的股额），有登记簿，每行都有持股主体或户",
    documents=(FIVE("任务66"),),
    changes=(("0.2.0", "退出、收回减少的股额不再算少登记；没有登记簿的不符合"),),
    advice=("股权无人持有或登记不符，收益无从分配", "核对股权清单，补登持股人"),
    tasks=(66,),
)
def equity_register(tables: Tables) -> Iterator[Finding]:
    """Units booked equal what is still quantified, all in a register whose every line has a holder or a household."""
    for grant in grants(tables):
        nobody = [line for line in grant.lines if not line.holder and not line.household]
        quantified, unheld = grant.still_quantified, _unheld(tables, grant) if grant.bookings else ""
        more: More = {"source": grant.source, "evidence": grant.postings, "act": grant.day}
        if quantified is None:
            yield undetermined(_subject(grant), "没有登记量化金额", **more)
            continue
        more["lines"] = tuple((line.file, line.line) for line in nobody)
        message = f"登记股额 {yuan_cn(grant.booked)} 元，仍量化的金额 {yuan_cn(quantified)} 元"
        message += f"；{unheld}" if unheld else ""
        yield Finding(
            _subject(grant),
            FAIL if nobody or unheld or grant.booked != quantified else PASS,
            message + (f"；{len(nobody)} 行没有持股主体" if nobody else ""),
            measured=Measured(grant.booked, quantified),
            **more,
        )


@rule(
    "dividend-due",
    title="股权分红按期足额",
    judges="每项股权量化的每个应分红年度",
    formula="该收益年度收到的分红 ÷（量化金额 × 分红率，先四舍五入到分）；退出、收回、期满的当年按日折算，此后不再应分",
    basis="股权量化协议",
    always=True,
    changes=(
        ("0.2.0", "应分红先四舍五入到分；退出、收回、期满以后不再应分，当年按日折算；2月29日到期的仍在2月最后一天"),
    ),
    defaults=DIVIDEND,
    rolls=False,
    advice=("集体和农户没有按期足额得到分红", "催收欠付分红，必要时依协议追究"),
    act="催收分红 {gap} 元",
    tasks=(66,),
)
def dividend_due(tables: Tables) -> Iterator[Finding]:
    """Dividends received by income year ÷ those due; not judged before their calendar year."""
    received = dividends(tables)
    for grant in grants(tables):
        if grant.on(grant.day).dividend_rate is None:
            yield na(_subject(grant), "没有约定分红率", source=grant.source)
            continue
        for due in grant.dividends_due(tables.as_of):
            yield _dividend(tables, grant, due, received.get((grant.row.id, due.year), []))


def _dividend(tables: Tables, grant: Grant, due: Dividend, legs: list[Posting]) -> Finding:
    more: More = {
        "period": str(due.year),
        "source": grant.source,
        "evidence": tuple(leg.row for leg in legs),
    }
    if due.amount is None:
        return undetermined(_subject(grant), "没有登记量化金额", **more)
    if not due.amount:
        return na(_subject(grant), "应分红为零", **more)
    parameter = tables.policy.in_force("dividend-due", grant.day, DIVIDEND)
    if parameter is None:
        return absent(tables, _subject(grant), "dividend-due", grant.day, DIVIDEND, **more)
    got = -sum(leg.amount for leg in legs)
    required = due.amount * parameter.value
    ratio = Ratio(got, due.amount, required, parameter.op, (parameter,))
    return judge_ratio(
        _subject(grant),
        ratio,
        open_until=str(due.day) if tables.as_of <= due.day else "",
        what=("收到分红", f"{due.year}年应分红"),
        due=due.day,
        **more,
    )


@dataclass(frozen=True)
class _Competitive:
    """A project that an operator won in competition (竞争立项), with its subsidy out of fiscal money."""

    project: Project
    first: date  # the day of its first allocation
    subsidy: int  # 分, net
    postings: tuple[int, ...]

    @property
    def source(self) -> tuple[str, int]:
        return (self.project.file, self.project.line)


@derived
def _competitive(tables: Tables) -> list[_Competitive]:
    """Competitive projects with an operator that were given fiscal money, in the order of the registry."""
    first: dict[str, date] = {}
    for leg in money.allocation_legs(tables):
        if leg.amount > 0:
            first.setdefault(leg.project, leg.date)
    found = []
    for project in registered.projects(tables).values():
        lots = list(money.of_levels(tables, money.lots_by_project(tables).get(project.id, []), money.FISCAL))
        subsidy = sum(lot.amount for lot in lots)
        if project.competitive and project.operator and subsidy > 0:
            found.append(_Competitive(project, first[project.id], subsidy, tuple(lot.posting for lot in lots)))
    return found


@rule(
    "equity-missing",
    title="竞争立项的财政补助应当股权化",
    judges="每个竞争立项、有经营主体的项目",
    formula="财政补助达到规定金额的，有股权量化",
    basis="竞争立项项目股权化的规定（参数写明）",
    parameters=("equity-from",),
    rolls=False,
    advice=("应当股权化的财政补助没有股权化，集体和农户的权益没有落实", "补办股权量化并登记"),
    tasks=(66,),
)
def equity_missing(tables: Tables) -> Iterator[Finding]:
    """A competitive project whose subsidy reaches the limit of the day of its first allocation has a grant."""
    granted = {grant.row.project for grant in grants(tables)}
    for one in _competitive(tables):
        subject = Subject("project", one.project.id, one.project.name)
        more: More = {"source": one.source, "evidence": one.postings, "act": one.first}
        parameter = tables.policy.in_force("equity-from", one.first)
        if parameter is None:
            yield absent(tables, subject, "equity-from", one.first, **more)
            continue
        least = parameter.value * 100
        if not meets(one.subsidy, parameter.op, least):
            yield na(subject, f"财政补助 {yuan_cn(one.subsidy)} 元，不到 {yuan_cn(int(least))} 元", **more)
            continue
        has = one.project.id in granted
        yield Finding(
            subject,
            PASS if has else FAIL,
            f"财政补助 {yuan_cn(one.subsidy)} 元，达到 {yuan_cn(int(least))} 元，{'已' if has else '没有'}股权量化",
            threshold=Threshold(parameter.op, parameter.value, (parameter,)),
            **more,
        )


@rule(
    "operator-once",
    title="同一经营主体一年只享受一次竞争立项补助",
    judges="每个经营主体的每一年（首次分配资金的年度）",
    formula="竞争立项的项目数不超过规定",
    basis="竞争立项项目股权化的规定（参数写明）",
    severity=WARNING,
    parameters=("operator-once",),
    rolls=False,
    advice=("同一经营主体一年内多次享受竞争立项补助", "核实是否符合规定，收回超出的补助"),
    tasks=(66,),
)
def operator_once(tables: Tables) -> Iterator[Finding]:
    """Competitive projects of an operator by the year of their first allocation, no more than the parameter."""
    found: dict[tuple[str, int], list[_Competitive]] = defaultdict(list)
    for one in _competitive(tables):
        found[one.project.operator, one.first.year].append(one)
    for (operator, year), projects in sorted(found.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        day = max(one.first for one in projects)
        subject = Subject("operator", operator, operator)
        more: More = {
            "period": str(year),
            "source": projects[0].source,
            "evidence": tuple(posting for one in projects for posting in one.postings),
            "lines": tuple(one.source for one in projects),
            "act": day,
        }
        parameter = tables.policy.in_force("operator-once", day)
        if parameter is None:
            yield absent(tables, subject, "operator-once", day, **more)
            continue
        names = "、".join(one.project.id for one in projects)
        message = f"{year}年竞争立项 {len(projects)} 个（{names}），{limit(parameter, '个')}"
        yield count(subject, len(projects), parameter, message, unit="project", **more)


__plugins__ = ("check",)
check = plugin(__name__)
