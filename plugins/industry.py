"""产业投入：中央和市级及以上资金用于产业的比重、主导产业、薄弱村、联农带农（5号第20条，任务60至64）。

A fund year is the fund's `year`, judged from its 1 January on. Numerators are net allocations to the as-of date,
denominators the registered amounts of the year's funds. Before 31 December a year short of its mark is pending.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledgers.facts import money, registered
from ledgers.facts.money import CENTRAL, FISCAL, HIGHER, Lot
from ledgers.money import percent
from ledgers.policy import Applied, default
from ledgers.tables.directives import Fund, Project, Village
from ledgers.tables.tables import Tables, derived, mergers, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, YUAN, Finding, Measured, More, Subject, Threshold
from plugins.judging import Ratio, absent, end_of, judge_ratio, meets, na, not_falling, plain_number, year_subject
from plugins.law import FIVE, SCORING
from plugins.rule import rule

STEADY = "2026年起由省级总体稳定，不对县规定比例"
INDUSTRY_SHARE = (
    default("industry-share", ">=", "0.55", "2022-01-01"),
    default("industry-share", ">=", "0.60", "2023-01-01"),
    default("industry-share", ">=", None, "2026-02-03", reading=STEADY),
)
INDUSTRY_RISING = (
    default("industry-rising", ">=", "0", "2022-01-01"),
    default("industry-rising", ">=", None, "2024-01-01"),
)
INPUT_STABLE = (default("input-stable", ">=", "1"),)
FIRST, LAST = 2021, 2025  # the years of the transition period (过渡期)
BASIS = "秀委农组〔2022〕5号 第20条"


@dataclass(frozen=True)
class Share:
    """Industry money of one fund year, or of one task in it: allocated to 产业发展 ÷ all money of the year, in 分."""

    industry: int
    total: int
    evidence: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """Whose money a share is taken of: levels, the scope that their parameter is looked up by, and what they are called."""

    name: str  # of the parameter
    levels: Collection[str]
    scope: dict[str, str]
    what: str
    part: str | None = None


@derived
def _lots_by_fund(tables: Tables) -> dict[str, list[Lot]]:
    grouped: dict[str, list[Lot]] = defaultdict(list)
    for (_, fund), lots in money.lots(tables).items():
        grouped[fund] += lots
    return grouped


def _category(tables: Tables, project: str) -> str:
    row = registered.projects(tables).get(project)
    return row.category if row else ""


def share(tables: Tables, year: int, levels: Collection[str], parameter: Applied | None, task: str = "") -> Share:
    """The industry share of a fund year; without the tasks that the parameter leaves out, of one task where it is given."""
    funds = money.fund_years(tables, levels).get(year, [])
    counted = [
        fund
        for fund in funds
        if not (parameter and fund.task in parameter.exclude_task) and (not task or fund.task == task)
    ]
    lots = [
        lot
        for fund in counted
        for lot in _lots_by_fund(tables).get(fund.id, [])
        if _category(tables, lot.project) == "产业发展"
    ]
    total = sum(fund.amount for fund in counted)
    return Share(sum(lot.amount for lot in lots), total, tuple(lot.posting for lot in lots))


def _years(tables: Tables) -> list[int]:
    """Every fund year that has begun, of whatever level."""
    every = frozenset(fund.level for fund in registered.funds(tables).values())
    return list(money.fund_years(tables, every))


def _judge_share(tables: Tables, year: int, asked: Asked) -> Iterator[Finding]:
    """One finding, or one for each task where the parameter says so."""
    day = end_of(year, tables.as_of)
    parameter = tables.policy.in_force(asked.name, day, INDUSTRY_SHARE, **asked.scope)
    if not (parameter and parameter.parameter.by_task):
        yield _share_finding(tables, year, asked, parameter, asked.part, "")
        return
    funds = money.fund_years(tables, asked.levels).get(year, [])
    tasks = {fund.task for fund in funds if fund.task not in parameter.exclude_task}
    for task in sorted(tasks):
        own = tables.policy.in_force(asked.name, day, INDUSTRY_SHARE, **asked.scope, task=task)
        yield _share_finding(tables, year, asked, own, f"{asked.part}·{task}" if asked.part else task, task)


def _share_finding(
    tables: Tables, year: int, asked: Asked, parameter: Applied | None, part: str | None, task: str
) -> Finding:
    subject, day = year_subject(year), end_of(year, tables.as_of)
    found = share(tables, year, asked.levels, parameter, task)
    more: More = {"part": part, "lines": _fund_lines(tables, year), "act": day}
    if not found.total:
        return na(subject, f"没有{asked.what}", **more)
    more["evidence"] = found.evidence
    if parameter is None:
        return absent(tables, subject, asked.name, day, INDUSTRY_SHARE, asked.scope, **more)
    required = found.total * parameter.value
    ratio = Ratio(found.industry, found.total, required, parameter.op, (parameter,))
    what = ("用于产业", f"{asked.what}（{task}任务）" if task else asked.what)
    return judge_ratio(subject, ratio, open_until=_open_until(tables, year), what=what, due=date(year, 12, 31), **more)


def _open_until(tables: Tables, year: int) -> str:
    return f"{year}年12月31日" if tables.as_of < date(year, 12, 31) else ""


def _fund_lines(tables: Tables, year: int) -> tuple[tuple[str, int], ...]:
    return tuple((fund.file, fund.line) for fund in registered.funds(tables).values() if fund.year == year)


@rule(
    "industry-share",
    title="中央衔接资金用于产业的比重",
    judges="每个资金年度的中央资金；参数写明的省级、市级资金，或每个任务（分项）",
    formula="分配到产业发展项目的当年中央资金 ÷ 当年中央资金",
    documents=(FIVE("第20条、任务61"),),
    quote="持续提高中央财政衔接补助资金用于产业发展比重",
    defaults=INDUSTRY_SHARE,
    rolls=False,
    advice=("中央资金用于产业的比重低于要求", "调整资金安排，增加产业发展项目"),
    act="再安排产业项目资金 {gap} 元",
    tasks=(30, 61),
)
def industry_share(tables: Tables) -> Iterator[Finding]:
    """Allocated to 产业发展 ÷ all money of a fund year: of central money, and of 省级 and 市级 as parameters say."""
    for year in _years(tables):
        yield from _judge_share(tables, year, _CENTRAL)
        for level in ("省级", "市级"):
            yield from _of_level(tables, year, level)


_CENTRAL = Asked("industry-share", CENTRAL, {"level": "中央"}, "中央资金")


def _of_level(tables: Tables, year: int, level: str) -> Iterator[Finding]:
    """What a parameter that names the level asks; one that names none is of central money."""
    day = end_of(year, tables.as_of)
    found = tables.policy.in_force("industry-share", day, INDUSTRY_SHARE, level=level)
    named = found is not None and level in dict(found.parameter.scope).get("level", ())
    asked = Asked("industry-share", frozenset({level}), {"level": level}, f"{level}资金", level)
    if named:
        yield from _judge_share(tables, year, asked)
    elif money.fund_years(tables, asked.levels).get(year):
        yield na(year_subject(year), f"没有对{level}资金作出规定", part=level, act=day)


@rule(
    "industry-share-municipal",
    title="市级及以上衔接资金用于产业的比重",
    judges="每个资金年度",
    formula="分配到产业发展项目的当年市级及以上资金 ÷ 当年市级及以上资金",
    documents=(SCORING,),
    severity=WARNING,
    parameters=("industry-share-municipal",),
    rolls=False,
    advice=("资金用于产业的比重低于要求", "调整资金安排，增加产业发展项目"),
    act="再安排产业项目资金 {gap} 元",
    tasks=(61,),
)
def industry_share_municipal(tables: Tables) -> Iterator[Finding]:
    """The same over 市级及以上; the catalogue has no value of its own."""
    for year in _years(tables):
        yield from _judge_share(tables, year, Asked("industry-share-municipal", HIGHER, {}, "市级及以上资金"))


@rule(
    "industry-rising",
    title="中央衔接资金产业比重逐年提高",
    judges="每两个相邻的资金年度",
    formula="本年产业比重 － 上年产业比重",
    documents=(FIVE("第20条、任务61"),),
    quote="持续提高中央财政衔接补助资金用于产业发展比重",
    defaults=INDUSTRY_RISING,
    rolls=False,
    advice=("产业投入比重没有保持提高或稳定", "调整下一批资金安排"),
    tasks=(61,),
)
def industry_rising(tables: Tables) -> Iterator[Finding]:
    """This year's industry share minus last year's, both as of the same date."""
    for year in _years(tables):
        yield _rising(tables, year)


def _central(tables: Tables, year: int) -> Share:
    found = tables.policy.in_force("industry-share", end_of(year, tables.as_of), INDUSTRY_SHARE, level="中央")
    return share(tables, year, CENTRAL, found)


def _rising(tables: Tables, year: int) -> Finding:
    subject, day = year_subject(year), end_of(year, tables.as_of)
    now, before = _central(tables, year), _central(tables, year - 1)
    more: More = {"evidence": now.evidence + before.evidence, "act": day}
    if not now.total or not before.total:
        reason = "上一年没有中央资金，无从比较" if now.total else "没有中央资金"
        more["lines"] = _fund_lines(tables, year)
        return na(subject, reason, **more)
    parameter = tables.policy.in_force("industry-rising", day, INDUSTRY_RISING, level="中央")
    if parameter is None:
        return absent(tables, subject, "industry-rising", day, INDUSTRY_RISING, {"level": "中央"}, **more)
    this, last = Fraction(now.industry, now.total), Fraction(before.industry, before.total)
    risen = meets(this - last, parameter.op, parameter.value)
    return Finding(
        subject,
        PASS if risen else PENDING if _open_until(tables, year) else FAIL,
        f"本年 {percent(this)}，上年 {percent(last)}，{_rise(parameter)}",
        measured=Measured(now.industry, now.total),
        threshold=Threshold(parameter.op, last + parameter.value, (parameter,)),
        due=date(year, 12, 31),
        **more,
    )


def _rise(parameter: Applied) -> str:
    points = plain_number(abs(parameter.value) * 100)
    if not parameter.value:
        return "应不低于上年" if parameter.op == ">=" else "应高于上年"
    return f"应至少提高 {points} 个百分点" if parameter.value > 0 else f"下降应不超过 {points} 个百分点"


@rule(
    "household-industry",
    title="到人到户产业项目的比重",
    judges="每个资金年度",
    formula="分配到到户产业项目的资金 ÷ 分配到产业项目的资金，不低于上一年",
    documents=(FIVE("第20条、任务62"),),
    quote="重点支持到人到户产业项目",
    severity=WARNING,
    rolls=False,
    advice=("到人到户产业的投入下降", "增加到人到户产业项目"),
    tasks=(31, 62),
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
    advice=("脱贫村主导产业得到的支持减少", "在项目库中补充脱贫村主导产业项目"),
    tasks=(62,),
)
def leading_industry(tables: Tables) -> Iterator[Finding]:
    """脱贫村 with money for a 产业发展 project whose `subtype` is the village's `leading-industry` ÷ all 脱贫村."""

    def leads(project: Project, village: Village) -> bool:
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
    advice=("薄弱村得到的支持减少", "安排薄弱村集体经济项目"),
    tasks=(63,),
)
def weak_collective(tables: Tables) -> Iterator[Finding]:
    """Villages marked `weak-collective` that received money of the fund year ÷ all such villages."""
    return _villages_with_money(
        tables, lambda village: bool(village.weak_collective), lambda *_: True, "得到资金的集体经济薄弱村"
    )


def _villages_with_money(
    tables: Tables, wanted: Callable[[Village], bool], counts: Callable[[Project, Village], bool], what: str
) -> Iterator[Finding]:
    """Villages by what they were at the end of each year; money of a project goes to its villages in equal parts."""
    years: dict[int, tuple[int, int]] = {}
    evidence: dict[int, list[int]] = {}
    for year, lots in _lots_by_year(tables).items():
        day = end_of(year, tables.as_of)
        villages = {
            one.id: one for one in on(tables, Village, day).values() if wanted(one) and _stood(tables, one, year)
        }
        given: dict[str, Fraction] = defaultdict(Fraction)
        evidence[year] = []
        for lot in lots:
            project = registered.projects(tables).get(lot.project)
            places = registered.villages_of(tables, project, day) if project else ()
            for name in places:
                if project and name in villages and counts(project, villages[name]):
                    given[name] += Fraction(lot.amount, len(places))
                    evidence[year].append(lot.posting)
        years[year] = (sum(amount > 0 for amount in given.values()), len(villages))
    return not_falling(tables, years, "village", what, evidence)


def _stood(tables: Tables, village: Village, year: int) -> bool:
    """Whether a village was still one in a year; in the year of its merger it is judged for its part."""
    return village.id not in mergers(tables) or mergers(tables)[village.id][0].year > year


SAYS_NOTHING = frozenset({"", "无", "没有", "暂无", "待定", "未定", "不详", "/", "-", "—", "——"})


@rule(
    "interest-linkage",
    title="联农带农利益联结",
    judges="每个有经营主体的产业发展项目",
    formula="写明利益联结机制（linkage）和受益对象（beneficiaries）；写“无”“待定”之类等于没有写",
    documents=(FIVE("第20条、任务64"),),
    quote="把利益联结紧密程度、带动效果作为安排项目资金的重要依据",
    rolls=False,
    advice=("带农益农没有落到实处", "补订联农带农协议，登记受益户"),
    tasks=(32, 64),
    changes=(("0.2.0", "写“无”“待定”“/”之类等于没有写"),),
)
def interest_linkage(tables: Tables) -> Iterator[Finding]:
    """Every 产业发展 project with an operator says how farmers are linked to it, and who benefits."""
    for project in registered.projects(tables).values():
        planned = registered.reached(tables, project.id, "年度计划")
        if project.category != "产业发展" or not project.operator:
            continue
        missing = [
            text
            for text, value in (("利益联结机制", project.linkage), ("受益对象", project.beneficiaries))
            if value.strip() in SAYS_NOTHING
        ]
        yield Finding(
            Subject("project", project.id, project.name),
            FAIL if missing else PASS,
            f"缺少{'、'.join(missing)}" if missing else "写明了利益联结机制和受益对象",
            source=(project.file, project.line),
            lines=registered.lines_of(tables, project.id, "年度计划"),
            act=planned,
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
    advice=("财政投入没有保持稳定", "补足本级投入，或说明原因"),
    act="再安排本级资金 {gap} 元",
    tasks=(56, 60),
)
def input_stable(tables: Tables) -> Iterator[Finding]:
    """Money of a fiscal level against the year before, also where a level has none this year (part: level)."""
    funds = [fund for fund in registered.funds(tables).values() if fund.level in FISCAL]
    known = {(fund.level, fund.year) for fund in funds}
    last = max((fund.year for fund in funds if fund.year), default=FIRST)
    for year in range(FIRST, max(last + 1, LAST) + 1):
        if date(year, 1, 1) > tables.as_of:
            break
        for level in FISCAL:
            if known & {(level, year), (level, year - 1)} and (year <= LAST or _spoken(tables, year, level)):
                yield _stable(tables, year, level, [fund for fund in funds if fund.level == level])


def _spoken(tables: Tables, year: int, level: str) -> bool:
    """Whether the book's law speaks of a year after the transition period, be it to end what was asked."""
    own = [one for one in tables.policy.history("input-stable") if one.effective.year > LAST]
    return any(one.effective <= end_of(year, tables.as_of) and one.fits({"level": level}) for one in own)


def _stable(tables: Tables, year: int, level: str, funds: list[Fund]) -> Finding:
    subject, day = year_subject(year), end_of(year, tables.as_of)
    parameter = tables.policy.in_force("input-stable", day, INPUT_STABLE, level=level)
    outside = parameter.exclude_task if parameter else ()
    sums = {one: sum(f.amount for f in funds if f.year == one and f.task not in outside) for one in (year, year - 1)}
    now, before = sums[year], sums[year - 1]
    more: More = {
        "part": level,
        "lines": _fund_lines(tables, year) + _fund_lines(tables, year - 1),
        "act": day,
    }
    if not before:
        return na(subject, f"上一年没有{level}资金", **more)
    if parameter is None:
        return absent(tables, subject, "input-stable", day, INPUT_STABLE, {"level": level}, **more)
    ratio = Ratio(now, before, before * parameter.value, parameter.op, (parameter,))
    what = (f"{year}年{level}资金", f"{year - 1}年{level}资金")
    return judge_ratio(subject, ratio, open_until=_open_until(tables, year), what=what, due=date(year, 12, 31), **more)


__plugins__ = ("check",)
check = plugin(__name__)
