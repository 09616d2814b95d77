"""产业投入：中央和市级及以上资金用于产业的比重、主导产业、薄弱村、联农带农（5号第20条，任务60至64）。

A fund year is the fund's `year`, judged from its 1 January on. Numerators are net allocations to the as-of date,
denominators the registered amounts of the year's funds. Before 31 December a year short of its mark is pending.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ledgers.facts import money, registered
from ledgers.facts.money import CENTRAL, FISCAL, HIGHER, Lot
from ledgers.money import percent
from ledgers.policy import Applied, default
from ledgers.tables.tables import Tables, derived
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, YUAN, Finding, Measured, Subject, Threshold
from plugins.judging import (
    Ratio,
    absent,
    end_of,
    judge_ratio,
    meets,
    na,
    no_parameter,
    not_falling,
    plain_number,
    undetermined,
    year_subject,
)
from plugins.law import FIVE, SCORING
from plugins.rule import rule

INDUSTRY_SHARE = (
    default("industry-share", ">=", "0.55", "2022-01-01"),
    default("industry-share", ">=", "0.60", "2023-01-01"),
)
INDUSTRY_RISING = (
    default("industry-rising", ">=", "0", "2022-01-01"),
    default("industry-rising", ">=", None, "2024-01-01"),
)
INPUT_STABLE = (default("input-stable", ">=", "1"),)
TRANSITION = range(2021, 2026)  # 过渡期
BASIS = "秀委农组〔2022〕5号 第20条"


@dataclass(frozen=True)
class Share:
    """Industry money of one fund year: allocated to 产业发展 ÷ all money of the year."""

    industry: int
    total: int
    parameter: Applied | None
    day: date
    evidence: tuple[int, ...]


@derived
def _lots_by_fund(tables: Tables) -> dict[str, list[Lot]]:
    grouped: dict[str, list[Lot]] = defaultdict(list)
    for (_, fund), lots in money.lots(tables).items():
        grouped[fund] += lots
    return grouped


def _category(tables: Tables, project: str) -> str:
    row = registered.projects(tables).get(project)
    return row.category if row else ""


def shares(tables: Tables, name: str, levels: Collection[str], **scope: str) -> dict[int, Share]:
    """The industry share of each fund year, by the parameter of that year's end (or of the as-of date)."""
    result = {}
    for year, funds in money.fund_years(tables, levels).items():
        day = end_of(year, tables.as_of)
        parameter = tables.policy.in_force(name, day, INDUSTRY_SHARE, **scope)
        counted = [fund for fund in funds if not parameter or fund.task not in parameter.exclude_task]
        lots = [
            lot
            for fund in counted
            for lot in _lots_by_fund(tables).get(fund.id, [])
            if _category(tables, lot.project) == "产业发展"
        ]
        result[year] = Share(
            sum(lot.amount for lot in lots),
            sum(fund.amount for fund in counted),
            parameter,
            day,
            tuple(lot.posting for lot in lots),
        )
    return result


def _judge_shares(tables: Tables, name: str, found: dict[int, Share], what: str) -> Iterator[Finding]:
    for year, share in found.items():
        if not share.total:
            yield na(year_subject(year), f"没有{what}", lines=_fund_lines(tables, year))
        elif share.parameter is None:
            yield undetermined(year_subject(year), no_parameter(name, share.day), evidence=share.evidence)
        else:
            ratio = Ratio(
                share.industry,
                share.total,
                share.total * share.parameter.value,
                share.parameter.op,
                (share.parameter,),
            )
            yield judge_ratio(
                year_subject(year),
                ratio,
                open_until=_open_until(tables, year),
                what=("用于产业", what),
                evidence=share.evidence,
                lines=_fund_lines(tables, year),
            )


def _open_until(tables: Tables, year: int) -> str:
    return f"{year}年12月31日" if tables.as_of < date(year, 12, 31) else ""


def _fund_lines(tables: Tables, year: int) -> tuple[tuple[str, int], ...]:
    return tuple((fund.file, fund.line) for fund in registered.funds(tables).values() if fund.year == year)


@rule(
    "industry-share",
    title="中央衔接资金用于产业的比重",
    judges="每个资金年度",
    formula="分配到产业发展项目的当年中央资金 ÷ 当年中央资金",
    documents=(FIVE("第20条、任务61"),),
    quote="持续提高中央财政衔接补助资金用于产业发展比重",
    defaults=INDUSTRY_SHARE,
    rolls=False,
)
def industry_share(tables: Tables) -> Iterator[Finding]:
    """Allocated to 产业发展 from central money of a fund year ÷ central money of that fund year."""
    found = shares(tables, "industry-share", CENTRAL, level="中央")
    return _judge_shares(tables, "industry-share", found, "中央资金")


@rule(
    "industry-share-municipal",
    title="市级及以上衔接资金用于产业的比重",
    judges="每个资金年度",
    formula="分配到产业发展项目的当年市级及以上资金 ÷ 当年市级及以上资金",
    documents=(SCORING,),
    severity=WARNING,
    parameters=("industry-share-municipal",),
    rolls=False,
)
def industry_share_municipal(tables: Tables) -> Iterator[Finding]:
    """The same over 市级及以上; the catalogue has no value of its own."""
    found = shares(tables, "industry-share-municipal", HIGHER)
    return _judge_shares(tables, "industry-share-municipal", found, "市级及以上资金")


@rule(
    "industry-rising",
    title="中央衔接资金产业比重逐年提高",
    judges="每两个相邻的资金年度",
    formula="本年产业比重 － 上年产业比重",
    documents=(FIVE("第20条、任务61"),),
    quote="持续提高中央财政衔接补助资金用于产业发展比重",
    defaults=INDUSTRY_RISING,
    rolls=False,
)
def industry_rising(tables: Tables) -> Iterator[Finding]:
    """This year's industry share minus last year's, both as of the same date."""
    found = shares(tables, "industry-share", CENTRAL, level="中央")
    for year, share in found.items():
        yield _rising(tables, year, share, found.get(year - 1))


def _rising(tables: Tables, year: int, share: Share, before: Share | None) -> Finding:
    subject, evidence = year_subject(year), share.evidence + (before.evidence if before else ())
    if not share.total or before is None or not before.total:
        reason = "上一年没有中央资金，无从比较" if share.total else "没有中央资金"
        return na(subject, reason, evidence=evidence, lines=_fund_lines(tables, year))
    parameter = tables.policy.in_force("industry-rising", share.day, INDUSTRY_RISING, level="中央")
    if parameter is None:
        return absent(
            tables, subject, "industry-rising", share.day, INDUSTRY_RISING, {"level": "中央"}, evidence=evidence
        )
    now, then = Fraction(share.industry, share.total), Fraction(before.industry, before.total)
    risen = meets(now - then, parameter.op, parameter.value)
    return Finding(
        subject,
        PASS if risen else PENDING if _open_until(tables, year) else FAIL,
        f"本年 {percent(now)}，上年 {percent(then)}，应至少提高 {plain_number(parameter.value * 100)} 个百分点",
        measured=Measured(share.industry, share.total),
        threshold=Threshold(parameter.op, then + parameter.value, (parameter,)),
        evidence=evidence,
    )


@rule(
    "household-industry",
    title="到人到户产业项目的比重",
    judges="每个资金年度",
    formula="分配到到户产业项目的资金 ÷ 分配到产业项目的资金，不低于上一年",
    documents=(FIVE("第20条、任务62"),),
    quote="重点支持到人到户产业项目",
    severity=WARNING,
    rolls=False,
)
def household_industry(tables: Tables) -> Iterator[Finding]:
    """Industry money of projects marked `household-level` ÷ industry money, by fund year, not falling."""
    years: dict[int, tuple[int, int]] = {}
    evidence: dict[int, list[int]] = {}
    for year, lots in _lots_by_year(tables).items():
        industry = [lot for lot in lots if _category(tables, lot.project) == "产业发展"]
        household = [lot for lot in industry if registered.projects(tables)[lot.project].household_level]
        years[year] = (sum(lot.amount for lot in household), sum(lot.amount for lot in industry))
        evidence[year] = [lot.posting for lot in industry]
    return not_falling(tables, years, YUAN, "到户产业项目占产业资金", evidence)


@derived
def _lots_by_year(tables: Tables) -> dict[int, list[Lot]]:
    every = frozenset(fund.level for fund in registered.funds(tables).values())
    return {
        year: [lot for fund in funds for lot in _lots_by_fund(tables).get(fund.id, [])]
        for year, funds in money.fund_years(tables, every).items()
    }


@rule(
    "leading-industry",
    title="脱贫村主导产业得到资金的比例",
    judges="每个资金年度",
    formula="主导产业项目得到资金的脱贫村 ÷ 全部脱贫村，不低于上一年",
    documents=(FIVE("第20条、任务62"),),
    quote="持续为脱贫村主导产业安排衔接资金",
    severity=WARNING,
    rolls=False,
)
def leading_industry(tables: Tables) -> Iterator[Finding]:
    """脱贫村 with money for a 产业发展 project whose `subtype` is the village's `leading-industry` ÷ all 脱贫村."""

    def leads(project: Any, village: Any) -> bool:
        return project.category == "产业发展" and bool(project.subtype) and project.subtype == village.leading_industry

    return _villages_with_money(tables, lambda village: village.kind == "脱贫村", leads, "主导产业得到资金的脱贫村")


@rule(
    "weak-collective",
    title="集体经济薄弱村得到资金的比例",
    judges="每个资金年度",
    formula="得到资金的集体经济薄弱村 ÷ 全部集体经济薄弱村，不低于上一年",
    documents=(FIVE("第20条、任务63"),),
    quote="持续支持脱贫地区集体经济薄弱村发展提升",
    severity=WARNING,
    rolls=False,
)
def weak_collective(tables: Tables) -> Iterator[Finding]:
    """Villages marked `weak-collective` that received money of the fund year ÷ all such villages."""
    return _villages_with_money(
        tables, lambda village: bool(village.weak_collective), lambda *_: True, "得到资金的集体经济薄弱村"
    )


def _villages_with_money(
    tables: Tables, wanted: Callable[[Any], bool], counts: Callable[[Any, Any], bool], what: str
) -> Iterator[Finding]:
    villages = {village.id: village for village in registered.villages(tables).values() if wanted(village)}
    years: dict[int, tuple[int, int]] = {}
    evidence: dict[int, list[int]] = {}
    for year, lots in _lots_by_year(tables).items():
        given: dict[str, int] = defaultdict(int)
        evidence[year] = []
        for lot in lots:
            project = registered.projects(tables).get(lot.project)
            village = villages.get(project.village) if project else None
            if village and counts(project, village):
                given[village.id] += lot.amount
                evidence[year].append(lot.posting)
        years[year] = (sum(amount > 0 for amount in given.values()), len(villages))
    return not_falling(tables, years, "village", what, evidence)


@rule(
    "interest-linkage",
    title="联农带农利益联结",
    judges="每个有经营主体的产业发展项目",
    formula="写明利益联结机制（linkage）和受益对象（beneficiaries）",
    documents=(FIVE("第20条、任务64"),),
    quote="把利益联结紧密程度、带动效果作为安排项目资金的重要依据",
    rolls=False,
)
def interest_linkage(tables: Tables) -> Iterator[Finding]:
    """Every 产业发展 project with an operator says how farmers are linked to it, and who benefits."""
    for project in registered.projects(tables).values():
        if project.category != "产业发展" or not project.operator:
            continue
        missing = [
            text
            for text, value in (("利益联结机制", project.linkage), ("受益对象", project.beneficiaries))
            if not value
        ]
        yield Finding(
            Subject("project", project.id, project.name),
            FAIL if missing else PASS,
            f"缺少{'、'.join(missing)}" if missing else "写明了利益联结机制和受益对象",
            source=(project.file, project.line),
        )


@rule(
    "input-stable",
    title="财政投入保持稳定",
    judges="过渡期每一年的每一级财政资金",
    formula="当年该级资金 ÷ 上年该级资金",
    documents=(FIVE("第20条、任务60"),),
    quote="过渡期内保持财政支持政策总体稳定",
    severity=WARNING,
    defaults=INPUT_STABLE,
    rolls=False,
)
def input_stable(tables: Tables) -> Iterator[Finding]:
    """Money of a fiscal level against the year before, also where a level has none this year (part: level)."""
    funds = [fund for fund in registered.funds(tables).values() if fund.level in FISCAL]
    known = {(fund.level, fund.year) for fund in funds}
    for year in TRANSITION:
        if date(year, 1, 1) > tables.as_of:
            break
        for level in FISCAL:
            if known & {(level, year), (level, year - 1)}:
                yield _stable(tables, year, level, [fund for fund in funds if fund.level == level])


def _stable(tables: Tables, year: int, level: str, funds: list[Any]) -> Finding:
    subject, day = year_subject(year), end_of(year, tables.as_of)
    parameter = tables.policy.in_force("input-stable", day, INPUT_STABLE, level=level)
    outside = parameter.exclude_task if parameter else ()
    sums = {one: sum(f.amount for f in funds if f.year == one and f.task not in outside) for one in (year, year - 1)}
    now, before = sums[year], sums[year - 1]
    if not before:
        return na(subject, f"上一年没有{level}资金", part=level, lines=_fund_lines(tables, year))
    if parameter is None:
        return absent(
            tables,
            subject,
            "input-stable",
            day,
            INPUT_STABLE,
            {"level": level},
            part=level,
            lines=_fund_lines(tables, year),
        )
    ratio = Ratio(now, before, before * parameter.value, parameter.op, (parameter,))
    lines = _fund_lines(tables, year) + _fund_lines(tables, year - 1)
    return judge_ratio(
        subject,
        ratio,
        open_until=_open_until(tables, year),
        what=(f"{year}年{level}资金", f"{year - 1}年{level}资金"),
        part=level,
        lines=lines,
    )


__plugins__ = ("check",)
check = plugin(__name__)
