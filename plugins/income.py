"""资产收益分配：向脱贫户、监测户倾斜，监测户不漏（5号第22条，任务73）。

Household money of a distribution is 4入户分配 only, by the asset's village; payees count by their state on the day of
payment, the village's households by 31 December of the income year, or the as-of date when earlier.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from ledgers.chart import account
from ledgers.facts import registered
from ledgers.facts.income import HOUSEHOLDS, Distribution, distributions, to_households, uses
from ledgers.money import yuan_cn
from ledgers.policy import default
from ledgers.tables.directives import Village
from ledgers.tables.tables import Tables, households, on
from plugins.beancount import plugin
from plugins.findings import WARNING, Finding, Subject
from plugins.judging import Ratio, absent, count, end_of, judge_ratio, na, tilt
from plugins.law import FIVE
from plugins.rule import rule

BASIS = "秀委农组〔2022〕5号 第22条、任务73"
QUOTE = "支持集体产权扶贫资产收益向脱贫户、监测户倾斜"
INCOME_TILT = (default("income-tilt", ">", "1"),)
INCLUDED = (default("monitored-included", ">=", "1"),)
FOR_PEOPLE = ("1", "2", "3", "4", "5")  # 公益岗位、小型公益事业、奖励补助、入户分配、管护


def _tilt(tables: Tables, favoured: Callable[[str, date], bool], who: str) -> Iterator[Finding]:
    people = households(tables)
    for one in to_households(tables):
        day = end_of(one.year, tables.as_of)
        village = registered.villages(tables).get(one.village)
        subject = Subject("village", one.village, (village.name or "") if village else "")
        more: dict[str, Any] = {
            "period": str(one.year),
            "source": (one.postings[0].file, one.postings[0].line),
            "evidence": one.evidence,
        }
        then = on(tables, Village, day).get(one.village)
        total = then.households if then else None
        received = sum(line.amount for line in one.lines if favoured(line.household, line.date))
        members = [name for name in people.of_village(one.village, day) if favoured(name, day)]
        parameter = tables.policy.in_force("income-tilt", day, INCOME_TILT)
        finding = tilt(
            subject,
            (received, sum(posting.amount for posting in one.postings)),
            (len(members), total),
            parameter,
            "income-tilt",
            day,
            next((tables.broken[posting] for posting in one.evidence if posting in tables.broken), ""),
            who,
            **more,
        )
        per_person = _per_person(people, one, favoured, day, who) if finding.measured else ""
        yield replace(finding, message=finding.message + per_person)


def _per_person(people: Any, one: Distribution, favoured: Callable[[str, date], bool], day: date, who: str) -> str:
    """The same money by person, for the reader: it decides nothing. Persons are those registered by the day."""
    money: dict[bool, dict[str, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for line in one.lines:
        money[favoured(line.household, line.date)][line.household] += line.amount
    said = []
    for group, name in ((True, who), (False, "其他户")):
        received = {household: amount for household, amount in money[group].items() if amount}
        members = [people.people(household, day) for household in received]
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
    subject = Subject("village", one.village, (village.name or "") if village else "")
    more: dict[str, Any] = {
        "period": str(one.year),
        "source": (one.postings[0].file, one.postings[0].line),
        "evidence": one.evidence,
    }
    if not expected:
        return na(subject, "发放日没有监测户", **more)
    day = end_of(one.year, tables.as_of)
    parameter = tables.policy.in_force("monitored-included", day, INCLUDED)
    if parameter is None:
        return absent(tables, subject, "monitored-included", day, INCLUDED, **more)
    missed = "、".join(sorted(expected - reached)[:10])
    message = f"{len(expected)} 户监测户中 {len(reached)} 户得到分配" + (f"，未得到：{missed}" if missed else "")
    return count(subject, len(reached), parameter, message, unit="household", of=len(expected), **more)


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
)
def income_use(tables: Tables) -> Iterator[Finding]:
    """Uses for people and upkeep ÷ all uses of an asset's income; no value is shipped."""
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for posting in uses(tables):
        if posting.asset:
            found[posting.asset, posting.income_year].append(posting)
    for (name, year), postings in sorted(found.items()):
        yield _used(tables, name, year, postings)


def _used(tables: Tables, name: str, year: int, postings: list[Any]) -> Finding:
    asset = registered.assets(tables).get(name)
    subject, day = Subject("asset", name, (asset.name or "") if asset else ""), end_of(year, tables.as_of)
    more: dict[str, Any] = {
        "period": str(year),
        "source": (postings[0].file, postings[0].line),
        "evidence": tuple(posting.row for posting in postings),
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


__plugins__ = ("check",)
check = plugin(__name__)
