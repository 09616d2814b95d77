"""资产收益分配：向脱贫户、监测户倾斜，监测户不漏（5号第22条，任务73）。

Household money of a distribution is 4入户分配 only, by the asset's village; payees count by their state on the day of
payment, the village's households by 31 December of the income year, or the as-of date when earlier.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from ledgers.chart import account
from ledgers.facts import registered
from ledgers.facts.income import (
    HOUSEHOLDS,
    Distribution,
    Low,
    VillageYear,
    distributions,
    last_day,
    lines_by_posting,
    lowest_balances,
    to_households,
    uses,
    village_years,
)
from ledgers.money import yuan_cn
from ledgers.policy import default
from ledgers.tables import times
from ledgers.tables.directives import Village
from ledgers.tables.households import Households
from ledgers.tables.schema import Posting
from ledgers.tables.tables import Tables, households, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, WARNING, Finding, Measured, More, Subject, Threshold
from plugins.judging import Ratio, absent, count, end_of, judge_ratio, na, shortfall, tilt, undetermined
from plugins.law import ASSET_RULES, FIVE
from plugins.rule import rule

QUOTE = "支持集体产权扶贫资产收益向脱贫户、监测户倾斜"
INCOME_TILT = (default("income-tilt", ">", "1"),)
INCLUDED = (default("monitored-included", ">=", "1"),)
DISTRIBUTED = (default("income-undistributed", ">=", "1"),)
DISTRIBUTED_BY = (default("income-distributed-by", "<=", "630"),)  # MMDD of the next year
FEW = 5  # households from which on a distribution is judged for being the same for all
FOR_PEOPLE = ("1", "2", "3", "4", "5")  # 公益岗位、小型公益事业、奖励补助、入户分配、管护


def _tilt(tables: Tables, favoured: Callable[[str, date], bool], who: str) -> Iterator[Finding]:
    people = households(tables)
    for one in to_households(tables):
        day = last_day(tables, one.village, one.year)
        village = registered.villages(tables).get(one.village)
        subject = Subject("village", one.village, village.name if village else "")
        more: More = {
            "period": str(one.year),
            "source": (one.postings[0].file, one.postings[0].line),
            "evidence": one.evidence,
            "act": day,
        }
        then = on(tables, Village, day).get(one.village)
        listed = people.of_village(one.village, day)
        total = then.households if then else None
        received = sum(line.amount for line in one.lines if favoured(line.household, line.date))
        members = [name for name in listed if favoured(name, day)]
        parameter = tables.policy.in_force("income-tilt", day, INCOME_TILT)
        finding = tilt(
            tables,
            subject,
            (received, sum(posting.amount for posting in one.postings)),
            (len(members), total),
            parameter,
            "income-tilt",
            day,
            _untold(tables, one),
            who,
            len(listed),
            **more,
        )
        per_person = _per_person(people, one, favoured, day, who) if finding.measured else ""
        yield replace(finding, message=finding.message + per_person)


def _untold(tables: Tables, one: Distribution) -> str:
    """Why it is not known who received what; "" where it is."""
    broken = next((tables.broken[posting] for posting in one.evidence if posting in tables.broken), "")
    listed = {line.posting for line in one.lines}
    bare = next((leg for leg in one.postings if leg.row not in listed and leg.amount), None)
    what = "退回" if bare and bare.amount < 0 else "入户分配"
    return broken or (f"凭证 {bare.voucher} 的{what}没有清册" if bare else "")


def _per_person(people: Households, one: Distribution, favoured: Callable[[str, date], bool], day: date, who: str) -> str:
    """The same money by person, for the reader: it decides nothing. Persons are those registered by the day."""
    money: dict[bool, dict[str, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for line in one.lines:
        money[favoured(line.household, line.date)][line.household] += line.amount
    said = []
    for group, name in ((True, who), (False, "其他户")):
        received = {household: amount for household, amount in money[group].items() if amount}
        members = [people.people(household, day) or 0 for household in received]
        if members and all(members):
            said.append(f"{name}人均 {yuan_cn(sum(received.values()) // sum(members))} 元")
    return f"；按得到分配的户的人数，{'、'.join(said)}" if said else ""


@rule(
    "income-tilt",
    title="集体资产收益向脱贫户、监测户倾斜",
    judges="每个有村集体资产入户分配的村和收益年度",
    formula="（分给优先户的钱 ÷ 入户分配的钱）÷（优先户数 ÷ 村总户数）",
    documents=(FIVE("第22条、任务73"),),
    quote=QUOTE,
    defaults=INCOME_TILT,
    advice=("脱贫户、监测户没有从集体资产收益中多得", "调整分配方案，下次分配予以倾斜"),
    tasks=(73,),
)
def income_tilt(tables: Tables) -> Iterator[Finding]:
    """Money to priority households ÷ money to households, against their share of the village's households."""
    return _tilt(tables, households(tables).priority, "优先户")


@rule(
    "monitored-tilt",
    title="集体资产收益向监测户倾斜",
    judges="每个有村集体资产入户分配的村和收益年度",
    formula="（分给监测户的钱 ÷ 入户分配的钱）÷（监测户数 ÷ 村总户数）",
    documents=(FIVE("第22条、任务73"),),
    quote=QUOTE,
    severity=WARNING,
    defaults=INCOME_TILT,
    advice=("监测户没有从集体资产收益中多得", "调整分配方案，下次分配予以倾斜"),
    tasks=(73,),
)
def monitored_tilt(tables: Tables) -> Iterator[Finding]:
    """The same measure for households being monitored alone."""
    return _tilt(tables, households(tables).monitored, "监测户")


@rule(
    "monitored-included",
    title="分配不漏监测户",
    judges="每个有收益分配的村和收益年度",
    formula="得到分配的监测户 ÷ 任一发放日的全部监测户",
    documents=(FIVE("第22条、任务73"),),
    quote="扶贫项目资产收益重点用于巩固拓展脱贫攻坚成果",
    severity=WARNING,
    defaults=INCLUDED,
    advice=("部分监测户没有分到收益", "核实遗漏的监测户，补分或说明原因"),
    tasks=(73,),
)
def monitored_included(tables: Tables) -> Iterator[Finding]:
    """Households monitored on any payment day of the year that received some ÷ all such households."""
    people = households(tables)
    for one in distributions(tables, lambda posting, _: account(posting.account).use == HOUSEHOLDS):
        days = _payment_days(one)
        expected = {name for day in days for name in people.of_village(one.village, day) if people.monitored(name, day)}
        got: dict[str, int] = defaultdict(int)
        for line in one.lines:
            got[line.household] += line.amount
        reached = {name for name in expected if got[name] > 0}
        yield _included(tables, one, reached, expected)


def _payment_days(one: Distribution) -> set[date]:
    """The days on which a village paid: of its lines, and of payments without any that can be read. A return is none."""
    listed = {line.posting for line in one.lines}
    others = [posting for posting in one.postings if posting.row not in listed and not posting.reverses]
    return {line.date for line in one.lines} | {posting.date for posting in others}


def _included(tables: Tables, one: Distribution, reached: set[str], expected: set[str]) -> Finding:
    village = registered.villages(tables).get(one.village)
    subject = Subject("village", one.village, village.name if village else "")
    more: More = {
        "period": str(one.year),
        "source": (one.postings[0].file, one.postings[0].line),
        "evidence": one.evidence,
        "act": end_of(one.year, tables.as_of),
    }
    if not expected:
        return na(subject, "发放日没有监测户", **more)
    if untold := _untold(tables, one):
        return undetermined(subject, untold, **more)
    day = last_day(tables, one.village, one.year)
    parameter = tables.policy.in_force("monitored-included", day, INCLUDED)
    if parameter is None:
        return absent(tables, subject, "monitored-included", day, INCLUDED, **more)
    missed = "、".join(sorted(expected - reached)[:10])
    message = f"{len(expected)} 户监测户中 {len(reached)} 户得到分配" + (f"，未得到：{missed}" if missed else "")
    return count(subject, len(reached), parameter, message, unit="household", of=len(expected), **more)


def _to_distribute(_: Tables, finding: Finding) -> int | None:
    """分 that a further distribution must bring, which adds to all uses, too; None where no amount is enough."""
    bar, measured = finding.threshold, finding.measured
    if bar is None or bar.value is None or bar.value >= 1 or measured is None:
        return None
    missing = bar.value * Fraction(measured.denominator or 0) - Fraction(measured.numerator or 0)
    return shortfall(0, bar.op, missing / (1 - bar.value))


@rule(
    "income-use",
    title="资产收益的用途",
    judges="每项资产的每个收益年度",
    formula="（公益岗位＋小型公益事业＋奖励补助＋入户分配＋管护）÷ 全部使用",
    documents=(FIVE("第22条、任务73"),),
    quote="扶贫项目资产收益重点用于巩固拓展脱贫攻坚成果",
    severity=WARNING,
    parameters=("income-use",),
    rolls=False,
    advice=("资产收益没有重点用于巩固脱贫成果", "调整收益使用方案"),
    act="下次分配中用于巩固成果和管护的至少增加 {gap} 元",
    moves=_to_distribute,
    tasks=(73,),
)
def income_use(tables: Tables) -> Iterator[Finding]:
    """Uses for people and upkeep ÷ all uses of an asset's income; no value is shipped."""
    found: dict[tuple[str, int], list[Posting]] = defaultdict(list)
    for posting in uses(tables):
        if posting.asset:
            found[posting.asset, posting.income_year].append(posting)
    for (name, year), postings in sorted(found.items()):
        yield _used(tables, name, year, postings)


def _used(tables: Tables, name: str, year: int, postings: list[Posting]) -> Finding:
    asset = registered.assets(tables).get(name)
    subject, day = Subject("asset", name, asset.name if asset else ""), end_of(year, tables.as_of)
    more: More = {
        "period": str(year),
        "source": (postings[0].file, postings[0].line),
        "evidence": tuple(posting.row for posting in postings),
        "act": day,
    }
    total = sum(posting.amount for posting in postings)
    if not total:
        return na(subject, "没有使用", **more)
    parameter = tables.policy.in_force("income-use", day)
    if parameter is None:
        return absent(tables, subject, "income-use", day, **more)
    kept = sum(posting.amount for posting in postings if account(posting.account).use in FOR_PEOPLE)
    ratio = Ratio(kept, total, total * parameter.value, parameter.op, (parameter,))
    return judge_ratio(subject, ratio, open_until="", what=("用于巩固成果和管护", "全部使用"), **more)


@rule(
    "income-undistributed",
    title="资产收益按期分配",
    judges="每个村的每个收益年度（村集体所有的资产）",
    formula="（已分配使用＋提取公积公益金）÷ 当年收益（不含处置收入），次年规定日期前",
    documents=(ASSET_RULES,),
    severity=WARNING,
    defaults=DISTRIBUTED_BY + DISTRIBUTED,
    rolls=False,
    advice=("收益滞留，没有惠及群众", "按规定分配或提取公积公益金"),
    act="分配或转作公积公益金 {gap} 元",
    tasks=(73,),
)
def income_undistributed(tables: Tables) -> Iterator[Finding]:
    """What was distributed or kept ÷ income, open until the day of the next year; what is mended later passes then."""
    for one in village_years(tables):
        yield _distributed(tables, one)


def _distributed(tables: Tables, one: VillageYear) -> Finding:
    day = end_of(one.year, tables.as_of)
    more = _about(one) | {"act": day}
    subject = _village(tables, one.village)
    if one.income <= 0:
        return na(subject, "当年没有收益", **more)
    share = tables.policy.in_force("income-undistributed", day, DISTRIBUTED)
    by = tables.policy.in_force("income-distributed-by", day, DISTRIBUTED_BY)
    if share is None or by is None:
        missing = "income-undistributed" if share is None else "income-distributed-by"
        return absent(tables, subject, missing, day, DISTRIBUTED + DISTRIBUTED_BY, **more)
    due_day = _day_of(one.year + 1, by.value)
    if due_day is None:
        return undetermined(subject, f"参数 income-distributed-by 的值 {by.value} 应为月日（如 0630）", **more)
    ratio = Ratio(one.used, one.income, one.income * share.value, share.op, (share, by))
    until = str(due_day) if tables.as_of <= due_day else ""
    what = ("已分配和提留", f"{one.year}年收益")
    finding = judge_ratio(subject, ratio, open_until=until, what=what, due=due_day, **more)
    late = _reached_on(one, ratio.required) if finding.status == PASS else None
    if late and late > due_day:
        days = (late - due_day).days
        return replace(finding, message=f"{finding.message}；{late} 才分配完，迟了 {days} 天")
    return finding


def _day_of(year: int, month_day: Fraction) -> date | None:
    """The day that a number MMDD names; None where it names none."""
    try:
        return times.in_year(date(2000, int(month_day) // 100, int(month_day) % 100), year)
    except ValueError:
        return None


def _reached_on(one: VillageYear, required: Fraction) -> date | None:
    """When enough was distributed."""
    total = 0
    for leg in sorted(one.uses, key=lambda leg: leg.counts_on):
        total += leg.amount
        if total >= required:
            return leg.counts_on
    return None


def _village(tables: Tables, name: str) -> Subject:
    village = registered.villages(tables).get(name)
    return Subject("village", name, village.name if village else "")


def _about(one: VillageYear) -> More:
    first = (one.receipts or one.uses)[0]
    source = (first.file, first.line)
    return {"period": str(one.year), "source": source, "evidence": one.evidence}


@rule(
    "income-covered",
    title="收益使用不超过收益，村账户不为负",
    judges="每个村的每个收益年度（村集体所有的资产）",
    formula="该收益年度的使用（不含用处置收入的部分）≤ 该年度收益；当年村账户（项目资金除外）日终余额不为负",
    basis="农村集体经济组织财务制度",
    always=True,
    rolls=False,
    advice=("使用超过收益或账户透支，挪用了其他资金", "查明资金来源，归还被占用的资金"),
    tasks=(73,),
)
def income_covered(tables: Tables) -> Iterator[Finding]:
    """Uses of an income year ≤ its income, and the village's balance without projects is never below zero in the year."""
    years = {(one.village, one.year): one for one in village_years(tables)}
    lows = lowest_balances(tables)
    for name, year in sorted({*years, *lows}, key=lambda key: (key[1], key[0])):
        if name in registered.villages(tables):
            yield _covered(tables, years.get((name, year), VillageYear(name, year)), lows.get((name, year)))


def _covered(tables: Tables, one: VillageYear, low: Low | None) -> Finding:
    used, income = one.used - one.of_proceeds, one.income
    faults = []
    if used > income:
        faults.append(
            f"{one.year}年收益 {yuan_cn(income)} 元，使用 {yuan_cn(used)} 元，超出 {yuan_cn(used - income)} 元"
        )
    if low:
        faults.append(f"{low.day} 村账户余额 {yuan_cn(low.amount)} 元")
    evidence = (*one.evidence, *((low.posting,) if low else ()))
    return Finding(
        _village(tables, one.village),
        FAIL if faults else PASS,
        "；".join(faults) or f"使用 {yuan_cn(used)} 元，收益 {yuan_cn(income)} 元；村账户没有负数",
        measured=Measured(used, income),
        threshold=Threshold("<=", None, (), income),
        shortfall=max(used - income, -low.amount if low else 0, 0),
        period=str(one.year),
        evidence=evidence,
    )


@rule(
    "income-flat",
    title="收益分配不搞平均",
    judges="每张分给五户以上的入户分配凭证",
    formula="不是每户一样多，也不是每人一样多",
    documents=(ASSET_RULES,),
    severity=WARNING,
    advice=("收益平均分配，没有向脱贫户、监测户倾斜", "调整分配办法，按差异化原则分配"),
    tasks=(73,),
)
def income_flat(tables: Tables) -> Iterator[Finding]:
    """A distribution to five households or more is not the same for every household, nor for every person."""
    by_voucher: dict[str, list[Posting]] = defaultdict(list)
    for posting in uses(tables):
        to_all = account(posting.account).use == HOUSEHOLDS and not posting.equity  # dividends go by shares
        if to_all and posting.amount > 0 and not posting.reverses:
            by_voucher[posting.voucher].append(posting)
    for voucher, postings in by_voucher.items():
        more: More = {
            "source": (postings[0].file, postings[0].line),
            "evidence": tuple(posting.row for posting in postings),
            "act": postings[0].date,
        }
        subject = Subject("voucher", voucher, postings[0].narration)
        lines = [line for posting in postings for line in lines_by_posting(tables).get(posting.row, [])]
        bare = {posting.row for posting in postings} - {line.posting for line in lines} - tables.broken.keys()
        if bare:
            yield undetermined(subject, "入户分配没有清册", **more)
            continue
        amounts: dict[str, int] = defaultdict(int)
        for line in lines:
            amounts[line.household] += line.amount
        if len(amounts) >= FEW or tables.broken.keys() & set(more["evidence"]):
            yield _flat(tables, subject, amounts, postings[0].date, more)


def _flat(tables: Tables, subject: Subject, amounts: dict[str, int], day: date, more: More) -> Finding:
    people = {household: households(tables).people(household, day) for household in amounts}
    if len(set(amounts.values())) == 1:
        each = yuan_cn(next(iter(amounts.values())))
        return Finding(subject, FAIL, f"分给 {len(amounts)} 户，每户都是 {each} 元", **more)
    each_person = {
        Fraction(amount, people[household] or 1) for household, amount in amounts.items() if people[household]
    }
    if len(each_person) <= 1 and not all(people.values()):
        return undetermined(subject, "有的户没有登记人数，不知是否按人平均", **more)
    if len(each_person) == 1:
        return Finding(subject, FAIL, f"分给 {len(amounts)} 户，每人都是 {yuan_cn(int(each_person.pop()))} 元", **more)
    return Finding(subject, PASS, f"分给 {len(amounts)} 户，户与户、人与人不同", **more)


__plugins__ = ("check",)
check = plugin(__name__)
