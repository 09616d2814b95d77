"""股权量化：比例、倾斜、登记、分红（5号第20条，任务66；渝农改办〔2016〕1号）。

A grant is judged on the day of 量化. Yuan are shares × cost per unit. The leader's household of a cooperative is in
neither share of the tilt.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from ledgers.facts.grants import Grant, dividends, grants, village_of
from ledgers.money import yuan_cn
from ledgers.policy import Applied, default
from ledgers.tables.tables import Tables, households, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, WARNING, Finding, Measured, Subject
from plugins.judging import Ratio, end_of, judge_ratio, na, no_parameter, tilt, undetermined, year_subject
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


def _subject(grant: Grant) -> Subject:
    return Subject("equity", grant.row.id, grant.row.operator or "")


@rule(
    "equity-ratio",
    title="股权量化比例",
    judges="每项股权量化，分项判定",
    formula="量化金额、集体持股、农户（成员）持股、理事长持股各 ÷ 财政补助总额",
    basis="渝农改办〔2016〕1号",
    defaults=EQUITY_SHARES,
)
def equity_ratio(tables: Tables) -> Iterator[Finding]:
    """Each part of a grant ÷ its subsidy, under the parameter for its kind of operator on the day of 量化."""
    for grant in grants(tables):
        for part in PARTS.get(grant.row.operator_kind, ()):
            yield _part(tables, grant, part)


def _part(tables: Tables, grant: Grant, part: str) -> Finding:
    name, subsidy = f"equity-{part}", grant.row.subsidy
    more: dict[str, Any] = {"part": part, "source": grant.source}
    held = grant.row.quantified if part == "quantified" else grant.held_by(part)
    if subsidy is None or held is None:
        return undetermined(_subject(grant), "没有登记补助总额或量化金额", **more)
    if not subsidy:
        return na(_subject(grant), "财政补助为零", **more)
    parameter = tables.policy.in_force(name, grant.day, EQUITY_SHARES, operator_kind=grant.row.operator_kind)
    if parameter is None or parameter.value is None:
        return undetermined(_subject(grant), no_parameter(name, grant.day), **more)
    ratio = Ratio(held, subsidy, subsidy * parameter.value, parameter.op, (Applied(parameter, grant.day),))
    evidence = () if part == "quantified" else grant.postings
    return judge_ratio(
        _subject(grant), ratio, open_until="", what=(PART_NAMES[part], "财政补助"), evidence=evidence, **more
    )


@rule(
    "equity-tilt",
    title="股权优先量化到脱贫户、监测户",
    judges="每项股权量化",
    formula="（优先户股额 ÷ 农户股额）÷（优先户数 ÷ 村总户数）",
    basis="秀委农组〔2022〕5号 第20条、任务66",
    quote="优先量化到脱贫户、监测户",
    defaults=EQUITY_TILT,
)
def equity_tilt(tables: Tables) -> Iterator[Finding]:
    """The share of priority households in farmers' shares against their share of the village's households."""
    for grant in grants(tables):
        yield _grant_tilt(tables, grant)


def _grant_tilt(tables: Tables, grant: Grant) -> Finding:
    people, leaders = households(tables), grant.leaders
    farmers = [line for line in grant.of("farmers") if line.household not in leaders]
    favoured = sum(line.amount for line in farmers if people.priority(line.household, grant.day))
    village = village_of(tables, grant)
    known = on(tables, "villages", grant.day).get(village)
    total = grant.row.base_households or (known.households if known else None)
    members = people.of_village(village, grant.day) if village else []
    priority = [name for name in members if name not in leaders and people.priority(name, grant.day)]
    more: dict[str, Any] = {"source": grant.source, "evidence": grant.postings}
    unread = next((tables.broken[posting] for posting in grant.postings if posting in tables.broken), "")
    if not village and (farmers or unread):
        return undetermined(_subject(grant), "项目没有登记所在村", **more)
    operator = grant.row.operator_kind or ""
    parameter = tables.policy.in_force("equity-tilt", grant.day, EQUITY_TILT, operator_kind=operator)
    return tilt(
        _subject(grant),
        (favoured, sum(line.amount for line in farmers)),
        (len(priority), total and total - len(leaders.intersection(members))),
        Applied(parameter, grant.day) if parameter else None,
        "equity-tilt",
        grant.day,
        unread,
        **more,
    )


@rule(
    "equity-area-tilt",
    title="股权化项目向重点乡镇、村倾斜",
    judges="每个年度",
    formula="（重点村股权化补助 ÷ 全部股权化补助）÷（重点村户数 ÷ 全部户数）",
    basis="秀委农组〔2022〕5号 第20条、任务66",
    quote="农业财政补助资金股权化改革项目向巩固拓展脱贫攻坚成果任务重的乡镇（街道）、村（社区）倾斜",
    severity=WARNING,
    defaults=AREA_TILT,
    rolls=False,
)
def equity_area_tilt(tables: Tables) -> Iterator[Finding]:
    """Subsidies of grants in villages marked `priority-area` ÷ all, against those villages' share of households."""
    years: dict[int, list[Grant]] = defaultdict(list)
    for grant in grants(tables):
        years[grant.day.year].append(grant)
    for year, found in sorted(years.items()):
        day = end_of(year, tables.as_of)
        villages = on(tables, "villages", day)
        area = {name for name, village in villages.items() if village.priority_area}
        counts = [(village.households, name in area) for name, village in villages.items()]
        unknown = any(households is None for households, _ in counts)
        favoured = sum(grant.row.subsidy or 0 for grant in found if village_of(tables, grant) in area)
        parameter = tables.policy.in_force("equity-area-tilt", day, AREA_TILT)
        yield tilt(
            year_subject(year),
            (favoured, sum(grant.row.subsidy or 0 for grant in found)),
            (sum(n or 1 for n, heavy in counts if heavy), None if unknown else sum(n for n, _ in counts)),
            Applied(parameter, day) if parameter else None,
            "equity-area-tilt",
            day,
            who="重点村",
            lines=tuple(grant.source for grant in found),
        )


@rule(
    "equity-register",
    title="股权登记完整",
    judges="每项股权量化",
    formula="登记的股额 = 量化金额，每行都有持股主体或户",
    basis="秀委农组〔2022〕5号 任务66",
)
def equity_register(tables: Tables) -> Iterator[Finding]:
    """Units booked equal the quantified amount, and every line has a holder or a household."""
    table = tables.postings
    for grant in grants(tables):
        booked = int(table["amount"].iloc[list(grant.postings)].sum())
        nobody = [line for line in grant.lines if not line.holder and not line.household]
        quantified = grant.row.quantified
        more: dict[str, Any] = {"source": grant.source, "evidence": grant.postings}
        if quantified is None:
            yield undetermined(_subject(grant), "没有登记量化金额", **more)
            continue
        message = f"登记股额 {yuan_cn(booked)} 元，量化金额 {yuan_cn(quantified)} 元"
        yield Finding(
            _subject(grant),
            FAIL if nobody or booked != quantified else PASS,
            message + (f"；{len(nobody)} 行没有持股主体" if nobody else ""),
            measured=Measured(booked, quantified),
            lines=tuple((line.file, line.line) for line in nobody),
            **more,
        )


@rule(
    "dividend-due",
    title="股权分红按期足额",
    judges="每项股权量化的每个应分红年度",
    formula="当年收到的分红 ÷（量化金额 × 分红率）",
    basis="股权量化协议",
    defaults=DIVIDEND,
    rolls=False,
)
def dividend_due(tables: Tables) -> Iterator[Finding]:
    """Dividends received by income year ÷ those due; not judged before their calendar year."""
    received = dividends(tables)
    for grant in grants(tables):
        if grant.row.dividend_rate is None:
            yield na(_subject(grant), "没有约定分红率", source=grant.source)
            continue
        first = grant.row.first_due or date(grant.day.year + 1, 12, 31)
        for year in range(first.year, first.year + (grant.row.years or 1)):
            if year <= tables.as_of.year:
                due_day = first.replace(year=year) if (first.month, first.day) != (2, 29) else date(year, 2, 28)
                yield _dividend(tables, grant, year, due_day, received.get((grant.row.id, year), []))


def _dividend(tables: Tables, grant: Grant, year: int, due_day: date, legs: list[Any]) -> Finding:
    more: dict[str, Any] = {"period": str(year), "source": grant.source, "evidence": tuple(leg.index for leg in legs)}
    if grant.row.quantified is None:
        return undetermined(_subject(grant), "没有登记量化金额", **more)
    due = Fraction(grant.row.quantified) * Fraction(grant.row.dividend_rate)
    if not due:
        return na(_subject(grant), "应分红为零", **more)
    parameter = tables.policy.in_force("dividend-due", grant.day, DIVIDEND)
    if parameter is None or parameter.value is None:
        return undetermined(_subject(grant), no_parameter("dividend-due", grant.day), **more)
    got = -sum(leg.amount for leg in legs)
    ratio = Ratio(got, due, due * parameter.value, parameter.op, (Applied(parameter, grant.day),))
    return judge_ratio(
        _subject(grant),
        ratio,
        open_until=str(due_day) if tables.as_of <= due_day else "",
        what=("收到分红", f"{year}年应分红"),
        **more,
    )


__plugins__ = ("check",)
check = plugin(__name__)
