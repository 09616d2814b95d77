"""以工代赈：劳务报酬的比例、承诺、清册与公示（5号第20条，任务65）。

Labour remuneration is what a project paid on 30226劳务费 or 1劳务报酬 backed by a roll, or by household and days. What an
allocation must achieve is set on its own day: required = Σ allocation × rate in force that day for its level, task and
source. A miss stays pending until 验收, as wages may still be paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from ledgers.chart import account
from ledgers.facts import labour, money, registered
from ledgers.facts.money import HIGHER, Lot
from ledgers.facts.notices import longest_notice
from ledgers.policy import Applied, Parameter, default
from ledgers.tables.directives import Project
from ledgers.tables.schema import Payment, records
from ledgers.tables.tables import Tables
from plugins.beancount import plugin
from plugins.findings import FAIL, NA, PASS, WARNING, YUAN, Finding, Passes, Subject
from plugins.judging import (
    Ratio,
    absent,
    count,
    distinct,
    judge_ratio,
    limit,
    na,
    no_parameter,
    not_falling,
    undetermined,
)
from plugins.law import FIVE, NOT_YET, WORK_RELIEF, bound
from plugins.rule import CATALOGUE, rule

WORK_RELIEF_MODE = "以工代赈"
BUDGETED = "中央预算内投资"
BASIS = "秀委农组〔2022〕5号 第20条、任务65"
WORK_RELIEF_SHARE = (
    default("labour-share-work-relief", ">=", "0.15", "2020-01-01", level="中央"),
    default("labour-share-work-relief", ">=", "0.30", "2023-03-01", level="中央", task="以工代赈"),
    default("labour-share-work-relief", ">=", "0.30", "2023-06-12", level="中央", source="中央预算内投资"),
    default("labour-share-work-relief", ">=", "0.40", "2025-07-08", level="中央", source="中央预算内投资"),
)
PROMISED = (default("labour-promised", ">=", "1"),)
NOTICE_DAYS = (default("notice-days-labour", ">=", "7"),)


def subject_of(project: Project) -> Subject:
    """A project as what is judged."""
    return Subject("project", project.id, project.name)


@dataclass(frozen=True)
class Requirement:
    """What a project's allocations ask of its labour: the base, the amount required, and the law that says so."""

    base: int
    required: Fraction
    parameters: tuple[Applied, ...]
    left: frozenset[str]  # funds that are not in the base: nothing is asked of them, or their task is left out
    excluded: frozenset[str]  # those of them whose task the parameters leave out: labour paid of them does not count either
    missing: tuple[date, ...]  # days of allocations for which no parameter was in force
    evidence: tuple[int, ...]
    silence: str = ""  # why nothing is asked of what was left out
    act: date | None = None  # the first allocation that came before any such rule


def requirement(tables: Tables, rule: str, defaults: tuple[Parameter, ...], lots: Iterable[Lot]) -> Requirement:
    """Add up what each lot asks, at the rate in force for it; money of which nothing is asked leaves the base."""
    counted: list[tuple[Lot, Applied | None]] = []
    left: list[tuple[Lot, str]] = []
    for lot in lots:
        found, silence = _asked(tables, rule, defaults, lot)
        left_out = silence or (found and registered.funds(tables)[lot.fund].task in found.exclude_task)
        if left_out:
            left.append((lot, silence))
        else:
            counted.append((lot, found))
    early = [lot.date for lot, silence in left if silence == NOT_YET]
    return Requirement(
        base=sum(lot.amount for lot, _ in counted),
        required=sum((Fraction(lot.amount) * one.value for lot, one in counted if one), Fraction(0)),
        parameters=distinct(one for _, one in counted if one),
        left=frozenset(lot.fund for lot, _ in left) - {lot.fund for lot, _ in counted},
        excluded=frozenset(lot.fund for lot, silence in left if not silence) - {lot.fund for lot, _ in counted},
        missing=tuple(lot.date for lot, one in counted if one is None),
        evidence=tuple(lot.posting for lot, _ in counted),
        silence=next((silence for _, silence in left if silence), ""),
        act=min(early, default=None),
    )


def _asked(tables: Tables, rule: str, defaults: tuple[Parameter, ...], lot: Lot) -> tuple[Applied | None, str]:
    """What is asked of a lot, or why nothing is: its document's own share, else the law of its day (of the document's for
    中央预算内投资, whose batches differ); (None, "") where it is not known."""
    fund = registered.funds(tables)[lot.fund]
    if rule == "labour-share-work-relief" and fund.labour_share is not None:
        own = Parameter(
            rule,
            Fraction(fund.labour_share),
            lot.date,
            ">=",
            fund.labour_basis,
            lot.date,
            file=fund.file,
            line=fund.line,
        )
        return Applied(own, lot.date), ""
    day = registered.first_mentions(tables)[lot.fund] if fund.source == BUDGETED else lot.date
    scope = {"level": fund.level, "task": fund.task, "source": fund.source}
    found = tables.policy.in_force(rule, day, defaults, **scope)
    if found is None and (silence := tables.policy.silence(rule, day, defaults, **scope)):
        return None, silence
    return found, "" if bound(tables, CATALOGUE[rule], day, (found,) if found else ()) else NOT_YET


def judge_labour(
    tables: Tables, project: Project, name: str, defaults: tuple[Parameter, ...], funds: set[str], what: str
) -> Finding:
    """Labour of a project ÷ its base, money of the given funds. A 终止 project is judged on the money it used."""
    subject, source = subject_of(project), (project.file, project.line)
    lots = [lot for lot in money.lots_by_project(tables).get(project.id, []) if lot.fund in funds]
    need = requirement(tables, name, defaults, lots)
    base, required = need.base, need.required
    if registered.ended(tables, project.id, "终止"):
        legs = money.spent_by_project(tables).get(project.id, [])
        spent = sum(leg.amount for leg in legs if leg.fund in funds - need.left)
        base, required = spent, required * Fraction(spent, base) if base else Fraction(0)
    if base <= 0:
        return na(subject, need.silence or f"没有{what}", source=source)
    if not need.evidence:
        return undetermined(subject, f"用了{what}，但没有分配到项目，不知道应当达到多少", source=source)
    if need.missing:
        return undetermined(subject, no_parameter(tables, name, need.missing[0]), source=source, evidence=need.evidence)
    paid = [leg for leg in labour.paid_by_project(tables).get(project.id, []) if leg.fund not in need.excluded]
    ratio = Ratio(sum(leg.amount for leg in paid), base, required, need.parameters[0].parameter.op, need.parameters)
    return judge_ratio(
        subject,
        ratio,
        open_until=_open_until(tables, project.id),
        what=("劳务报酬", what),
        source=source,
        evidence=need.evidence + _postings(paid),
    )


def _postings(paid: Iterable[labour.Paid]) -> tuple[int, ...]:
    """Their rows of `postings`, once each."""
    return tuple(dict.fromkeys(one.index for one in paid))


def _open_until(tables: Tables, project: str) -> str:
    return "" if registered.reached(tables, project, "验收") or registered.ended(tables, project) else "验收"


@rule(
    "labour-share",
    title="以工代赈方式项目的劳务报酬比例",
    judges="每个实施方式为以工代赈的项目",
    formula="已发劳务报酬 ÷ 分配到项目的市级及以上资金",
    documents=(FIVE("第20条、任务65"),),
    quote="大力推广以工代赈，进一步提高项目资金中劳务报酬发放比例，原则上不低于市级及以上补助资金的10%",
    parameters=("labour-share",),
    advice=("参与务工的群众少得劳务报酬", "核实用工和清册；差额能补发的补发，确有特殊情况的报批准机关同意后登记豁免"),
    act="补付劳务报酬 {gap} 元",
    tasks=(65,),
)
def labour_share(tables: Tables) -> Iterator[Finding]:
    """Labour paid ÷ allocated money of 市级及以上, for each project of mode 以工代赈."""
    higher = {fund.id for fund in registered.funds(tables).values() if fund.level in HIGHER}
    for project in registered.projects(tables).values():
        if project.mode == WORK_RELIEF_MODE:
            yield judge_labour(tables, project, "labour-share", (), higher, "市级及以上资金")


@rule(
    "labour-share-work-relief",
    title="以工代赈专项资金的劳务报酬比例",
    judges="每个使用市级及以上以工代赈专项资金的项目（除前一条外另行判定）",
    formula="已发劳务报酬 ÷ 分配到项目的市级及以上以工代赈专项资金",
    documents=(FIVE("第20条、任务65"), WORK_RELIEF),
    quote="其中使用市级及以上以工代赈专项资金的项目劳务报酬发放比例不低于该专项补助资金的15%",
    defaults=WORK_RELIEF_SHARE,
    advice=("以工代赈资金的赈济作用没有达到规定", "核实用工和清册，在验收前补足；已验收的说明原因并整改"),
    act="补付劳务报酬 {gap} 元",
    tasks=(65,),
)
def labour_share_work_relief(tables: Tables) -> Iterator[Finding]:
    """Labour paid ÷ allocated 以工代赈 special money of 市级及以上, for each project that was given some."""
    special = {
        fund.id for fund in registered.funds(tables).values() if fund.task == "以工代赈" and fund.level in HIGHER
    }
    given = {leg.project for leg in money.allocation_legs(tables) if leg.fund in special}
    for project in registered.projects(tables).values():
        if project.id in given:
            yield judge_labour(
                tables, project, "labour-share-work-relief", WORK_RELIEF_SHARE, special, "市级及以上以工代赈专项资金"
            )


@rule(
    "labour-promised",
    title="承诺的劳务报酬",
    judges="每个批复或计划中承诺了劳务报酬的项目",
    formula="已发劳务报酬 ÷ 承诺的劳务报酬",
    basis="项目批复",
    always=True,
    defaults=PROMISED,
    advice=("没有兑现批复承诺的劳务报酬", "补发差额，或报原批复机关调整"),
    act="补付劳务报酬 {gap} 元",
    tasks=(65,),
)
def labour_promised(tables: Tables) -> Iterator[Finding]:
    """Labour paid ÷ labour promised; the promise of a 终止 project stays whole."""
    for project in registered.projects(tables).values():
        if project.labour_promised is not None:
            yield _promised(tables, project, project.labour_promised)


def _promised(tables: Tables, project: Project, promised: int) -> Finding:
    subject, source = subject_of(project), (project.file, project.line)
    if promised <= 0:
        return na(subject, "承诺金额为零", source=source)
    spent = sum(leg.amount for leg in money.spent_by_project(tables).get(project.id, []))
    if registered.ended(tables, project.id, "终止") and not spent:
        return na(subject, "项目终止，未使用资金", source=source)
    parameter = tables.policy.in_force("labour-promised", tables.as_of, PROMISED)
    if parameter is None:
        return absent(tables, subject, "labour-promised", tables.as_of, PROMISED, source=source)
    paid = labour.paid_by_project(tables).get(project.id, [])
    ratio = Ratio(
        sum(leg.amount for leg in paid),
        promised,
        promised * parameter.value,
        parameter.op,
        (parameter,),
    )
    return judge_ratio(
        subject,
        ratio,
        open_until=_open_until(tables, project.id),
        what=("劳务报酬", "承诺的劳务报酬"),
        source=source,
        evidence=_postings(paid),
    )


@rule(
    "labour-share-year",
    title="全县劳务报酬比例逐年不降",
    judges="每个年度",
    formula="当年发放的劳务报酬 ÷ 当年分配的市级及以上资金，不低于上一年",
    documents=(FIVE("第20条、任务65"),),
    quote="大力推广以工代赈，进一步提高项目资金中劳务报酬发放比例",
    severity=WARNING,
    advice=("推广以工代赈的力度下降", "下一年度安排项目时提高劳务报酬比例"),
    tasks=(65,),
)
def labour_share_year(tables: Tables) -> Iterable[Finding]:
    """Labour paid in a calendar year ÷ money of 市级及以上 allocated in it and not taken back; all projects.

    A reversal counts in the year of what it reverses.
    """
    years: dict[int, list[int]] = {}
    evidence: dict[int, list[int]] = {}
    for leg in labour.paid(tables):
        years.setdefault(leg.counts_on.year, [0, 0])[0] += leg.amount
        evidence.setdefault(leg.counts_on.year, []).append(leg.index)
    all_lots = (lot for lots in money.lots(tables).values() for lot in lots)
    for lot in money.of_levels(tables, all_lots, HIGHER):
        years.setdefault(lot.date.year, [0, 0])[1] += lot.amount
        evidence.setdefault(lot.date.year, []).append(lot.posting)
    pairs = {year: (paid, allocated) for year, (paid, allocated) in years.items()}
    return not_falling(tables, pairs, YUAN, "劳务报酬占市级及以上资金", evidence)


class _RosterLeg(NamedTuple):
    row: int
    voucher: str
    account: str
    narration: str
    project: str
    labour: bool
    file: str
    line: int


@rule(
    "labour-roster",
    title="劳务报酬发放清册",
    judges="每笔劳务报酬凭证",
    formula="有清册，每行有已知的户和天数，同一清册中同一人不重复；以工代赈方式的项目，劳务费也要有清册；没有清册的不计为劳务报酬",
    documents=(FIVE("任务65、任务70"),),
    always=True,
    advice=("劳务报酬的真实性无法证明", "补齐发放清册，更正重复和缺少天数的行"),
    tasks=(65, 70),
)
def labour_roster(tables: Tables) -> Iterator[Finding | Passes]:
    """Every posting of labour is backed by lines with household and days, no person twice in one roll.

    An unbacked 1劳务报酬 fails; an unbacked 30226 may be an expert's fee: it is named, and counts nowhere, but fails where
    the project is carried out as 以工代赈.
    """
    table = tables.postings[list(_RosterLeg._fields[1:])]
    legs = table[table["account"].isin([name for name in table["account"].unique() if account(name).labour])]
    faults = _roster_faults(tables)
    clean = legs["labour"].to_numpy() & ~legs.index.isin([*faults, *tables.broken])
    noted = legs["voucher"].isin(legs.loc[~clean, "voucher"])
    good = legs[~noted]
    yield from _rosters(tables, legs[noted], faults)
    yield Passes(good["voucher"].nunique(), lambda: _rosters(tables, good, {}))


def _rosters(
    tables: Tables, table: pd.DataFrame, faults: dict[int, tuple[str, tuple[str, int]]]
) -> Iterator[Finding]:
    """One finding for each voucher of these postings of labour."""
    by_voucher: dict[str, list[_RosterLeg]] = {}
    for leg in records(_RosterLeg, table):
        by_voucher.setdefault(leg.voucher, []).append(leg)
    for voucher, legs in by_voucher.items():
        said = [_roster_line(tables, leg, faults) for leg in legs]
        status, message, lines = min(said, key=lambda one: (FAIL, PASS, NA).index(one[0]))
        yield Finding(
            Subject("voucher", voucher, legs[0].narration),
            status,
            message,
            source=(legs[0].file, legs[0].line),
            evidence=tuple(leg.row for leg in legs),
            lines=lines,
        )


def _roster_line(
    tables: Tables, leg: _RosterLeg, faults: dict[int, tuple[str, tuple[str, int]]]
) -> tuple[str, str, tuple[tuple[str, int], ...]]:
    if not leg.labour and leg.account.endswith(":1劳务报酬"):
        return FAIL, "劳务报酬没有发放清册，也没有户和天数，不计入劳务报酬", ()
    project = registered.projects(tables).get(leg.project)
    if not leg.labour and project is not None and project.mode == WORK_RELIEF_MODE:
        return FAIL, "以工代赈方式的项目，劳务费没有发放清册，也没有户和天数，不计入劳务报酬", ()
    if not leg.labour:
        return NA, "不适用：劳务费没有发放清册，按其他劳务费处理，不计入劳务报酬", ()
    if leg.row in faults:
        message, line = faults[leg.row]
        return FAIL, message, (line,)
    return PASS, "清册各行有户和天数，没有重复", ()


def _roster_faults(tables: Tables) -> dict[int, tuple[str, tuple[str, int]]]:
    """The first fault of each labour posting's lines: a line without days, or a person twice."""
    backed = tables.postings.index[tables.postings["labour"]]
    lines = tables.payments[tables.payments["posting"].isin(backed)]
    without = lines["days"].isna()
    twice = lines.duplicated(["posting", "household", "person"])
    faults: dict[int, tuple[str, tuple[str, int]]] = {}
    for row in records(Payment, lines[without | twice]):
        message = (
            f"户 {row.household} 的一行没有天数" if row.days is None else f"户 {row.household} 的同一人在清册中出现两次"
        )
        faults.setdefault(row.posting, (message, (row.file, row.line)))
    return faults


@rule(
    "labour-notice",
    title="劳务报酬公示",
    judges="每个发放过劳务报酬的项目",
    formula="劳务报酬公示的天数（首尾两天都算）",
    documents=(FIVE("第21条"),),
    quote="资金使用、项目安排一律公开",
    severity=WARNING,
    defaults=NOTICE_DAYS,
    rolls=False,
    advice=("群众无从监督劳务报酬发放", "补作公示并留存照片等凭据"),
    tasks=(65, 69),
)
def labour_notice(tables: Tables) -> Iterator[Finding]:
    """A 劳务报酬公示 of enough days for each project that paid labour; a miss is pending until 验收."""
    for name, legs in labour.paid_by_project(tables).items():
        project = registered.projects(tables).get(name)
        if project is not None and sum(leg.amount for leg in legs) > 0:
            by_day: dict[date, int] = defaultdict(int)
            for leg in legs:
                by_day[leg.counts_on] += leg.amount
            yield _noticed(tables, project, min(day for day, amount in by_day.items() if amount > 0))


def _noticed(tables: Tables, project: Project, since: date) -> Finding:
    """The notice is due from the day on which labour was first paid."""
    subject, source = subject_of(project), (project.file, project.line)
    parameter = tables.policy.in_force("notice-days-labour", since, NOTICE_DAYS)
    if parameter is None:
        return absent(tables, subject, "notice-days-labour", since, NOTICE_DAYS, source=source, act=since)
    days, line = longest_notice(tables, project.id, "劳务报酬公示")
    message = f"劳务报酬公示 {days} 天，{limit(parameter)}" if days else "没有劳务报酬公示"
    still_open = bool(_open_until(tables, project.id))
    return count(subject, days, parameter, message, still_open=still_open, source=source, lines=line, act=since)


__plugins__ = ("check",)
check = plugin(__name__)
