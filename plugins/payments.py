"""到户资金：方式、标准、对象、岗位规模、保费补助、重复发放、附件（5号第8至16条，任务33等）。

Reversals, distributions (9501) and reclassifications (no 9001 or 1002 leg) are judged neither by payment-mode nor as
duplicates: labour inside a contract's price is no second payment.
"""

import datetime as dt
import hashlib
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ledgers.facts import money, registered
from ledgers.facts.persons import person_codes, unnamed
from ledgers.facts.returned import period, received
from ledgers.money import FEN_MAX, fen, yuan_cn
from ledgers.policy import Applied, default
from ledgers.tables import times
from ledgers.tables.directives import Benefit
from ledgers.tables.schema import Mask, Numbers, Payment, by_value, combined, records
from ledgers.tables.tables import Tables, derived, households, mentions
from plugins.beancount import plugin
from plugins.findings import (
    FAIL,
    NA,
    PASS,
    PENDING,
    UNDETERMINED,
    WARNING,
    Finding,
    Measured,
    More,
    Passes,
    Subject,
    Threshold,
)
from plugins.judging import absent, end_of, no_parameter
from plugins.law import ACCOUNTING, FIVE, FIVE_ISSUED
from plugins.rule import rule

HOUSEHOLD_MODES = ("以奖代补", "事后奖补", "劳务补助", "以工代赈")
PREMIUM = (default("premium-subsidy", ">=", "0.05"),)
EVIDENCE = (default("evidence-above", "<=", "50000"),)
POSTS = "公益岗位"
PREMIUM_BENEFIT, EXCLUDED_INSURANCE = "保费补助", "农产品收益保险"
Said = tuple[str, str]
_WORST = (FAIL, UNDETERMINED, PASS, NA)


class Leg(NamedTuple):
    """What is asked of a payment's posting."""

    row: int
    voucher: str
    date: dt.date
    counts_on: dt.date
    narration: str
    fund: str
    project: str
    benefit: str
    file: str
    line: int


_LEG = [name for name in Leg._fields if name != "row"]


@derived
def _spends(tables: Tables) -> Mask:
    """A mask over `postings`: those on a spending account, distributions left out."""
    return (tables.postings["kind"] == "expense").to_numpy()


@derived
def _benefit_legs(tables: Tables) -> pd.DataFrame:
    """Postings of payments under a benefit; posts and awards may be paid of asset income too."""
    table = tables.postings
    return table[_LEG][table["kind"].isin(["expense", "distribution"]) & (table["benefit"] != "")]


@derived
def _benefit_codes(tables: Tables) -> tuple[Numbers, list[str]]:
    """For each posting the place of its benefit among the names of all, -1 where it pays none."""
    legs = _benefit_legs(tables)
    codes = np.full(len(tables.postings), -1, dtype="int32")
    codes[legs.index], names = pd.factorize(legs["benefit"])
    return codes, names.tolist()


def benefit_lines(tables: Tables) -> pd.DataFrame:
    """Household payments under a benefit (its place in `_benefit_codes`); their index is that in `payments`.

    What the bank returned is among them: a list is held to its standard whatever the bank did.
    """
    return _with_benefit(tables, _benefit_of_lines(tables) >= 0)


@derived
def _benefit_of_lines(tables: Tables) -> Numbers:
    """For each row of `payments` the place of its benefit, -1 where it is under none."""
    return _benefit_codes(tables)[0][tables.payments["posting"]]


def _with_benefit(tables: Tables, wanted: Mask) -> pd.DataFrame:
    rows = np.flatnonzero(wanted)
    columns = ["posting", "household", "person", "date", "for_", "amount", "quantity", "note"]
    lines: pd.DataFrame = tables.payments[columns].iloc[rows]
    return lines.assign(benefit=_benefit_of_lines(tables)[rows])


def _paying(tables: Tables, name: str) -> pd.DataFrame:
    """The lines under one benefit."""
    names = _benefit_codes(tables)[1]
    return _with_benefit(tables, _benefit_of_lines(tables) == (names.index(name) if name in names else -2))


def _reached(tables: Tables, lines: pd.DataFrame) -> pd.DataFrame:
    """Those of some lines that reached somebody."""
    reached: pd.DataFrame = lines[received(tables)[lines.index]]
    return reached


def _worst_lines(
    tables: Tables, lines: pd.DataFrame, verdict: Callable[[Payment, Leg], Said | None]
) -> tuple[dict[int, Said], list[int]]:
    """What `verdict` (given line and posting) says of each posting's worst line with a quantity, by the posting's row; and
    the rows of `payments` that fail.

    Lines that agree in benefit, day, amount, quantity and insurance are judged once, however many households they pay.
    """
    legs = _benefit_legs(tables)
    lines = lines[(lines["quantity"].cat.codes >= 0).to_numpy()]
    if lines.empty:
        return {}, []
    excluded = np.zeros(len(tables.postings), dtype=bool)
    excluded[legs.index] = [EXCLUDED_INSURANCE in text for text in legs["narration"].tolist()]
    keys = combined(
        lines["benefit"],
        lines["date"].cat.codes,
        lines["quantity"].cat.codes,
        pd.factorize(lines["amount"])[0],
        by_value(lines["note"], lambda note: EXCLUDED_INSURANCE in note) | excluded[lines["posting"]],
    )
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    alike = tables.payments.loc[lines.index[first]]
    verdicts = [
        verdict(*both) for both in zip(records(Payment, alike), records(Leg, legs.loc[alike["posting"]]), strict=True)
    ]
    ranks = np.array([_WORST.index(one[0]) if one else len(_WORST) for one in verdicts], dtype="int64")[group]
    said: dict[int, Said] = {}
    for row, place in _first_of_least(lines["posting"].to_numpy(), ranks):
        status, message = verdicts[group[place]] or ("", "")
        if status:
            where = _where(tables, lines.index[place]) if status == FAIL else ""
            said[row] = status, message + where
    return said, lines.index[ranks == _WORST.index(FAIL)].tolist()


def _first_of_least(postings: Numbers, ranks: Numbers) -> list[tuple[int, int]]:
    """Each posting in order, and the place of its first line of the least rank; a posting's lines stand together."""
    starts = np.flatnonzero(np.r_[True, postings[1:] != postings[:-1]])
    least = np.minimum.reduceat(ranks * len(ranks) + np.arange(len(ranks)), starts) % len(ranks)
    return sorted(zip(postings[starts].tolist(), least.tolist(), strict=True))


def _where(tables: Tables, row: int) -> str:
    """Where a household payment stands, for a message."""
    line = tables.payments.loc[row]
    return f"（{line['file']}:{line['line']}）"


@derived
def _benefit_days(tables: Tables) -> dict[str, list[Benefit]]:
    rows: dict[str, list[Benefit]] = defaultdict(list)
    for row in mentions(tables, Benefit):
        rows[row.id].append(row)
    return rows


def benefit_on(tables: Tables, name: str, day: date) -> Benefit | None:
    """What the benefit's directives say on a day; before the first of them, what the first says."""
    rows = _benefit_days(tables).get(name, [])
    known = [row for row in rows if row.date <= day]
    return known[-1] if known else rows[0] if rows else None


def _by_voucher(
    tables: Tables,
    legs: pd.DataFrame,
    said: dict[int, Said],
    others: Collection[tuple[str, Said]] = (),
    failing: Collection[int] = (),
) -> Iterator[Finding | Passes]:
    """One finding a voucher: the worst that is said of its postings (by row), and by the way (by voucher).

    `failing` are the rows of `payments` that it names.

    Vouchers that pass whatever a roll says, and those from before 5号, are left for who asks for them.
    """
    numbers = dict(zip(legs.index.tolist(), legs["voucher"].tolist(), strict=True))
    earlier = set(legs["voucher"][(legs["counts_on"] < FIVE_ISSUED).to_numpy()].tolist())
    unbound = {numbers[row] for row in said} & earlier
    yield Passes(len(unbound), lambda: _stated(tables, legs, unbound, said), NA)
    bound = {row: one for row, one in said.items() if numbers[row] not in earlier}
    others = [one for one in others if one[0] not in earlier]
    judged = {numbers[row] for row in bound}
    noted = {voucher for voucher, _ in others} | {numbers[row] for row, (status, _) in bound.items() if status != PASS}
    noted |= {numbers[row] for row in tables.broken if row in numbers} & judged
    yield from _stated(tables, legs, noted, bound, others, failing)
    yield Passes(len(judged - noted), lambda: _stated(tables, legs, judged - noted, bound))


def _stated(
    tables: Tables,
    legs: pd.DataFrame,
    vouchers: Collection[str],
    said: dict[int, Said],
    others: Iterable[tuple[str, Said]] = (),
    failing: Collection[int] = (),
) -> Iterator[Finding]:
    """The findings of some vouchers, in the order in which they were first judged."""
    found: dict[str, list[Leg]] = defaultdict(list)
    for leg in records(Leg, legs[legs["voucher"].isin(list(vouchers))]):
        found[leg.voucher].append(leg)
    verdicts: dict[str, list[Said]] = {voucher: [] for voucher in found}
    for voucher, rows in found.items():
        verdicts[voucher] += [said[leg.row] for leg in rows if leg.row in said]
    for voucher, one in others:
        verdicts[voucher].append(one)
    named = _lines_by_voucher(tables, failing)
    for voucher, rows in found.items():
        status, message = min(verdicts[voucher], key=lambda one: _WORST.index(one[0]))
        yield Finding(
            Subject("voucher", voucher, rows[0].narration),
            status,
            message,
            source=(rows[0].file, rows[0].line),
            evidence=tuple(leg.row for leg in rows),
            lines=named.get(voucher, ()),
            act=rows[0].counts_on,
        )


def _lines_by_voucher(tables: Tables, rows: Collection[int]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Where some rows of `payments` stand, in order and each once, by their vouchers."""
    places: dict[str, dict[tuple[str, int], None]] = defaultdict(dict)
    for line in records(Payment, tables.payments.loc[sorted(set(rows))]):
        places[str(tables.postings["voucher"][line.posting])][line.file, line.line] = None
    return {voucher: tuple(lines) for voucher, lines in places.items()}


@rule(
    "payment-mode",
    title="到户资金的发放方式",
    judges="每笔发给农户的支出凭证",
    formula="项目实施方式为以奖代补、事后奖补、劳务补助或以工代赈，或属于登记的补助种类",
    documents=(FIVE("第13条、任务33"),),
    quote="鼓励采取以奖代补、事后奖补、劳务补助等方式落实到户资金，不得以简单发放钱物替代",
    rolls=False,
    advice=("资金以简单发放钱物的方式到户", "核实发放依据，规范奖补方式"),
    tasks=(33,),
)
def payment_mode(tables: Tables) -> Iterator[Finding | Passes]:
    """Money goes to households by 以奖代补, 事后奖补, 劳务补助 or 以工代赈, or under a benefit."""
    table = tables.postings
    paid = _spends(tables) & money.outgoing(tables) & (table["reverses"] == "") & (table["amount"] > 0)
    legs = table[_LEG][paid & ((table["roll"] != "") | (table["household"] != ""))]
    verdicts = map(cache(partial(_mode, tables)), legs["benefit"].tolist(), legs["project"].tolist())
    return _by_voucher(tables, legs, dict(zip(legs.index.tolist(), verdicts, strict=True)))


def _mode(tables: Tables, benefit: str, name: str) -> Said:
    if benefit:
        return PASS, f"属于补助种类“{benefit}”"
    project = registered.projects(tables).get(name)
    if project is None:
        return FAIL, "发给农户的钱没有项目，也不属于登记的补助种类"
    if not project.mode:
        return UNDETERMINED, f"无法判定：项目 {project.id} 没有登记实施方式"
    allowed = project.mode in HOUSEHOLD_MODES
    return (PASS if allowed else FAIL), f"项目 {project.id} 的实施方式为{project.mode}" + (
        "" if allowed else "，不属于可以到户的方式"
    )


@rule(
    "subsidy-standard",
    title="到户补助按标准发放",
    judges="每行写明数量、其补助种类有标准的清册（按凭证）",
    formula="金额 = 数量 × 补助标准",
    documents=(FIVE("第13条、任务33"),),
    quote="补助标准由县农业农村委根据实际情况制定",
    advice=("发放金额与补助标准不符", "多发的收回，少发的补发"),
    tasks=(33,),
)
def subsidy_standard(tables: Tables) -> Iterator[Finding | Passes]:
    """Amount = quantity × the benefit's standard on the day of payment, to the 分."""

    def verdict(line: Payment, leg: Leg) -> Said | None:
        benefit = benefit_on(tables, leg.benefit, line.date)
        if benefit is None or benefit.standard is None or line.quantity is None:
            return None
        good = abs(line.amount) == _due(line.quantity, benefit.standard)
        message = f"{line.quantity} × 标准 {benefit.standard} 元，发放 {yuan_cn(line.amount)} 元"
        return (PASS, message) if good else (FAIL, f"{message}，不符合标准")

    said, failing = _worst_lines(tables, benefit_lines(tables), verdict)
    for leg in _broken_legs(tables):  # whether its benefit has a standard decides that it is judged at all
        benefit = benefit_on(tables, leg.benefit, leg.date)
        if benefit is not None and benefit.standard is not None:
            said[leg.row] = UNDETERMINED, f"无法判定：{tables.broken[leg.row]}"
    return _by_voucher(tables, _benefit_legs(tables), said, failing=failing)


def _due(quantity: Decimal, standard: Decimal) -> int:
    """分 that are due for a quantity, half up; what is taken back is compared without its sign."""
    due = abs(Fraction(quantity)) * Fraction(standard) * 100
    return (2 * due.numerator + due.denominator) // (2 * due.denominator)


def _broken_legs(tables: Tables) -> Iterator[Leg]:
    legs = _benefit_legs(tables)
    return records(Leg, legs.loc[sorted(tables.broken.keys() & set(legs.index))] if tables.broken else legs[:0])


@rule(
    "recipient-eligible",
    title="补助对象和限额",
    judges="每行写明补助种类的清册（按凭证）",
    formula="当日的户状态在允许范围内；累计不超过限额；资金级次不在禁用之列",
    documents=(FIVE("第8至16条，任务16、19、20、22、24、34、38至41、45、46"),),
    advice=("补助发给了不符合条件的对象，或超过限额", "核实对象身份，收回不当发放的资金"),
    tasks=(16, 19, 20, 22, 24, 34, 38, 39, 40, 41, 45, 46),
)
def recipient_eligible(tables: Tables) -> Iterator[Finding | Passes]:
    """The household is in an allowed state that day and under the cap, and the fund's level is not forbidden."""
    lines, legs = benefit_lines(tables), _benefit_legs(tables)
    judged = legs.loc[sorted({*lines["posting"].unique().tolist(), *tables.broken} & set(legs.index))]
    keys = (judged[name].tolist() for name in ("benefit", "date", "fund"))
    said = dict(zip(judged.index.tolist(), map(cache(partial(_level, tables)), *keys), strict=True))
    failing = [*_wrong_states(tables, _reached(tables, lines)), *_over_cap(tables)]
    vouchers = tables.postings["voucher"]
    wrong = [(vouchers[line.posting], (FAIL, text)) for line, text in failing]
    wrong += [(leg.voucher, (UNDETERMINED, f"无法判定：{tables.broken[leg.row]}")) for leg in _broken_legs(tables)]
    return _by_voucher(tables, legs, said, wrong, [line.row for line, _ in failing])


def _level(tables: Tables, name: str, day: date, source: str) -> Said:
    benefit, fund = benefit_on(tables, name, day), registered.funds(tables).get(source)
    if benefit and fund and fund.level in (benefit.levels_forbidden):
        return FAIL, f"“{name}”不得使用{fund.level}资金"
    return PASS, "对象、限额和资金级次都符合"


class _Line(NamedTuple):
    row: int
    posting: int
    household: str
    date: dt.date
    for_: str
    benefit: int  # its place in `_benefit_codes`


def _wrong_states(tables: Tables, lines: pd.DataFrame) -> Iterator[tuple[_Line, str]]:
    """Lines paid to households that were in no allowed state on any day of the month that the line is for.

    What is taken back is not judged.
    """
    people, names, allowed = households(tables), _benefit_codes(tables)[1], cache(partial(_allowed, tables))
    paid = lines[["posting", "household", "date", "for_", "benefit"]][lines["amount"] > 0]
    for line in records(_Line, paid[_unsettled(tables, paid)]):
        name = names[line.benefit]
        may, days = allowed(name, line.date), _days_of(line.for_ or f"{line.date:%Y-%m}")
        if all(may.isdisjoint(people.states(line.household, day)) for day in days):
            message = f"户 {line.household} 在 {line.for_ or f'{line.date:%Y-%m}'} 不属于“{name}”的对象"
            yield line, message + _where(tables, line.row)


@cache
def _days_of(period: str) -> tuple[date, ...]:
    """Every day of a month, months or a year."""
    first, last = times.months(period)
    months = (((month - 1) // 12, (month - 1) % 12 + 1) for month in range(first, last + 1))
    return tuple(date(*month, day) for month in months for day in range(1, monthrange(*month)[1] + 1))


def _allowed(tables: Tables, name: str, day: date) -> frozenset[str]:
    """The states in which a household may have the benefit on a day."""
    benefit = benefit_on(tables, name, day)
    return frozenset(benefit.states) if benefit else frozenset()


def _unsettled(tables: Tables, paid: pd.DataFrame) -> Mask:
    """Lines that must be looked at one by one: all but those of households that had one state ever, and an allowed one."""
    people, names = households(tables), _benefit_codes(tables)[1]
    days = paid["date"].cat.categories[np.unique(paid["date"].cat.codes)]
    first_day = min(days, default=tables.as_of)
    steady = [people.steady(name, first_day) for name in paid["household"].cat.categories.tolist()]
    said = _benefit_days(tables)
    allowed = [
        frozenset.intersection(*(frozenset(row.states) for row in said[name])) if name in said else () for name in names
    ]
    fits = np.array([[state in states for state in steady] for states in allowed], dtype=bool)
    return ~fits.reshape(len(names), len(steady))[paid["benefit"], paid["household"].cat.codes]


def _over_cap(tables: Tables) -> Iterator[tuple[_Line, str]]:
    """Lines with which a household, or a person, came to have more than the benefit's cap in its period."""
    for name in sorted(_benefit_days(tables)):
        last = benefit_on(tables, name, tables.as_of)
        if last is None or last.cap is None:
            continue
        own = _in_order(_reached(tables, _paying(tables, name)))
        caps = by_value(own["date"], partial(_cap, tables, name))
        per = last.per
        span = _periods(own, per.endswith("月")) if per.endswith(("年", "月")) else np.zeros(len(own), dtype="int64")
        households = combined(own["household"].cat.codes, span)
        persons = combined(person_codes(tables)[own.index], span) if per.startswith("人") else households
        running = _so_far(own["amount"], persons, households, unnamed(tables)[own.index])
        over = ((running > caps) & (own["amount"] > 0)).to_numpy()
        for line, total, cap in zip(records(_Line, own[over]), running[over], caps[over], strict=True):
            limit = f"限额 {yuan_cn(int(cap))} 元（{per or '累计'}）"
            yield line, f"户 {line.household} 的“{name}”累计 {yuan_cn(int(total))} 元，超过{limit}"


def _so_far(amounts: "pd.Series[int]", persons: Numbers, households: Numbers, unnamed: Mask) -> "pd.Series[int]":
    """What each person had with each line, in the order of payment; a line that names nobody counts with each of its household."""
    running = amounts.groupby(persons, sort=False).cumsum()
    if not unnamed.any():
        return running
    own, most, anybody = Counter[int](), Counter[int](), Counter[int]()
    for place in np.flatnonzero(np.isin(households, households[unnamed])).tolist():
        person, household, amount = persons[place], households[place], int(amounts.iloc[place])
        if unnamed[place]:
            anybody[household] += amount
        else:
            own[person] += amount
            most[household] = max(most[household], own[person])
        running.iloc[place] = anybody[household] + (most[household] if unnamed[place] else own[person])
    return running


def _cap(tables: Tables, benefit: str, day: date) -> int:
    """The benefit's cap on a day in 分; out of reach where it had none."""
    known = benefit_on(tables, benefit, day)
    return FEN_MAX if known is None or known.cap is None else known.cap


def _periods(lines: pd.DataFrame, monthly: bool) -> Numbers:
    """A number for the year, or the month, that each line is for; of payment where it does not say."""
    paid = by_value(lines["date"], lambda day: day.year * 12 + day.month)
    said = by_value(lines["for_"], lambda period: times.months(period)[0] if period else 0)
    months: Numbers = np.where(said > 0, said, paid)
    return months if monthly else (months - 1) // 12


def _in_order(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines in the order of payment."""
    days = by_value(lines["date"], date.toordinal)
    return lines.iloc[np.lexsort((lines["posting"].to_numpy(), days))]


@rule(
    "post-scale",
    title="公益性岗位规模稳定",
    judges="每个年度",
    formula="当年领取公益岗位补助的人数，不少于上一年",
    documents=(FIVE("第14条、任务41"),),
    quote="进一步规范公益性岗位开发管理，保持就业规模总体稳定",
    severity=WARNING,
    advice=("公益岗位规模下降", "核实减少原因，保持规模总体稳定"),
    tasks=(41,),
)
def post_scale(tables: Tables) -> Iterator[Finding]:
    """Distinct (household, person) paid under benefit 公益岗位 in a year, not fewer than the year before."""
    evidence: dict[int, list[int]] = defaultdict(list)
    legs = _benefit_legs(tables)
    posts = legs[legs["benefit"] == POSTS]
    for row, day in zip(posts.index.tolist(), posts["counts_on"].tolist(), strict=True):
        evidence[day.year].append(row)
    lines = _reached(tables, _paying(tables, POSTS))
    years = _periods(lines, monthly=False)
    people = combined(years, person_codes(tables)[lines.index])
    net = lines["amount"].groupby(people).transform("sum").to_numpy()
    paid = pd.DataFrame({"year": years, "person": people})[net > 0].drop_duplicates()
    counts = Counter(paid["year"].tolist())
    after = {year + 1 for year in counts if year < tables.as_of.year}  # a year that pays nobody is judged too
    for year in sorted({*counts, *evidence, *after}):
        known = counts[year - 1] or tables.broken.keys() & evidence.get(year - 1, [])
        yield _scale(
            tables, year, counts[year], counts[year - 1] if known else None, (*evidence[year], *evidence[year - 1])
        )


def _scale(tables: Tables, year: int, now: int, before: int | None, evidence: tuple[int, ...]) -> Finding:
    subject, act = Subject("year", str(year), f"{year}年度"), end_of(year, tables.as_of)
    if before is None:
        return Finding(subject, NA, f"不适用：上一年没有公益岗位；本年 {now} 人", evidence=evidence, act=act)
    open_still = tables.as_of < date(year, 12, 31)
    return Finding(
        subject,
        PASS if now >= before else PENDING if open_still else FAIL,
        f"本年 {now} 人，上一年 {before} 人",
        measured=Measured(now, before, "person"),
        evidence=evidence,
        due=date(year, 12, 31),
        act=act,
    )


@rule(
    "premium-subsidy",
    title="农业保险保费补助",
    judges="每行写明保费（数量）的保费补助清册（按凭证）",
    formula="补助 = 总保费 × 5%；农产品收益保险除外",
    documents=(FIVE("第16条、任务46"),),
    quote="支持脱贫户、监测户参加政策性农业保险（农产品收益保险除外），再补助总保费5%的补贴",
    defaults=PREMIUM,
    advice=("保费补助与规定比例不符", "多补的收回，少补的补足"),
    tasks=(46,),
)
def premium_subsidy(tables: Tables) -> Iterator[Finding]:
    """Subsidy = premium × the parameter of the day of payment, to the 分; 农产品收益保险 may not be subsidised."""
    on = cache(lambda day: tables.policy.in_force("premium-subsidy", day, PREMIUM))
    said, failing = _worst_lines(
        tables, _paying(tables, PREMIUM_BENEFIT), lambda line, leg: _premium(tables, line, leg, on(line.date))
    )
    for leg in _broken_legs(tables):
        if leg.benefit == PREMIUM_BENEFIT:
            said[leg.row] = UNDETERMINED, f"无法判定：{tables.broken[leg.row]}"
    legs = _benefit_legs(tables)
    judged = set(legs.loc[list(said), "voucher"].tolist())
    for finding in _stated(tables, legs, judged, said, failing=failing):
        parameter = on(finding.act)
        yield replace(finding, threshold=Threshold("=", parameter.value, (parameter,)) if parameter else None)


def _premium(tables: Tables, line: Payment, leg: Leg, parameter: Applied | None) -> Said:
    if EXCLUDED_INSURANCE in leg.narration + line.note:
        return FAIL, f"{EXCLUDED_INSURANCE}不在补助之列"
    if parameter is None:
        return UNDETERMINED, "无法判定：" + no_parameter(tables, "premium-subsidy", line.date)
    due = abs(Fraction(line.quantity or 0)) * 100 * parameter.value
    rounded = (2 * due.numerator + due.denominator) // (2 * due.denominator)
    good = abs(line.amount) == rounded
    message = f"保费 {line.quantity} 元，应补助 {yuan_cn(rounded)} 元，实补 {yuan_cn(line.amount)} 元"
    return (PASS if good else FAIL), message


@rule(
    "duplicate-payment",
    title="重复发放",
    judges="每户每月（只列出不符合的）",
    formula="同一户、同一人、同一项目或补助种类、同一个月，同样金额发了不止一次（冲销后）",
    documents=(FIVE("任务70"),),
    always=True,
    severity=WARNING,
    advice=("同一对象可能重复领取", "核实是否重复，重复的收回"),
    tasks=(70,),
)
def duplicate_payment(tables: Tables) -> Iterator[Finding]:
    """The same amount paid twice to one household, person, project or benefit, in a month, net of reversals."""
    legs = tables.postings[["benefit", "project"]][_spends(tables) & money.outgoing(tables)]
    purpose = legs["benefit"].astype("object").where(legs["benefit"] != "", legs["project"].astype("object"))
    repeated = _same_again(tables, purpose)
    found: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for line in records(Payment, repeated):
        benefit = benefit_on(tables, purpose[line.posting], line.date)
        if benefit is None or not benefit.repeat:
            found[line.household, period(line)].append(line)
    for (household, month), twice in sorted(found.items()):
        yield _duplicate(tables, household, month, twice, purpose[twice[0].posting])


def _same_again(tables: Tables, purpose: "pd.Series[str]") -> pd.DataFrame:
    """Payments (of the postings whose purpose is given) that were made more than once, net of what was taken back."""
    purposes = np.full(len(tables.postings), -1, dtype="int32")
    purposes[purpose.index] = pd.factorize(purpose)[0]
    payments = tables.payments
    of_line = purposes[payments["posting"].to_numpy()]
    concerned = np.flatnonzero((of_line >= 0) & received(tables))
    amounts, loose = payments["amount"].to_numpy()[concerned], unnamed(tables)[concerned]
    months = _periods(payments, monthly=True)[concerned]
    alike = (of_line[concerned], (months - (months.min() if len(months) else 0)).astype("int32"), np.abs(amounts))
    persons = combined(person_codes(tables)[concerned], *alike)
    households = combined(payments["household"].cat.codes.to_numpy()[concerned], *alike) if loose.any() else persons
    del alike, months
    again = np.flatnonzero(_occurs_again(households))
    signs = np.sign(amounts[again])
    times = _times(signs, persons[again], households[again], loose[again])
    repeated: pd.DataFrame = tables.payments.iloc[concerned[again[times > 1]]]
    return repeated


def _occurs_again(numbers: Numbers) -> Mask:
    """A mask over numbers: those that occur more than once."""
    ordered = np.sort(numbers)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    return pd.Series(numbers).isin(several).to_numpy()


def _times(signs: Numbers, persons: Numbers, households: Numbers, unnamed: Mask) -> Numbers:
    """How often each line's amount was paid to its person; a line that names nobody is compared with each of its household."""
    own = pd.Series(signs).groupby(persons).transform("sum").to_numpy()
    if not unnamed.any():
        return own
    anybody = pd.Series(np.where(unnamed, signs, 0)).groupby(households).transform("sum").to_numpy()
    most = pd.Series(np.where(unnamed, 0, own)).groupby(households).transform("max").to_numpy()
    return anybody + np.where(unnamed, most, own)


def _duplicate(tables: Tables, household: str, month: str, lines: list[Payment], purpose: str) -> Finding:
    postings = tuple(dict.fromkeys(line.posting for line in lines))
    vouchers = "、".join(dict.fromkeys(tables.postings.loc[list(postings), "voucher"].tolist()))
    table, last = tables.postings, postings[-1]
    return Finding(
        Subject("household", household),
        FAIL,
        f"{month} 在“{purpose}”中 {yuan_cn(abs(lines[0].amount))} 元发了不止一次，凭证 {vouchers}",
        period=month,
        source=(str(table["file"][last]), int(table["line"][last])),
        evidence=postings,
        lines=tuple((line.file, line.line) for line in lines),
    )


class _Evidence(NamedTuple):
    row: int
    transaction: int
    date: dt.date
    voucher: str
    narration: str
    amount: int
    evidence: str
    evidence_sha256: str
    file: str
    line: int


@rule(
    "evidence",
    title="大额支出附件",
    judges="每张支出（含预付账款）超过规定金额的凭证",
    formula="附件（evidence）存在于账簿内，且与记录的摘要相符",
    documents=(ACCOUNTING,),
    always=True,
    severity=WARNING,
    defaults=EVIDENCE,
    rolls=False,
    advice=("大额支付缺少可核对的附件", "补充附件并登记摘要"),
    tasks=(70,),
)
def evidence(tables: Tables) -> Iterator[Finding]:
    """A payment above the amount of its day has an `evidence` file that exists in the book and matches its digest.

    What is paid ahead (1214) counts as paid; when it is booked as spent, nothing is paid.
    """
    columns = tables.postings[list(_Evidence._fields[1:])]
    legs = columns[_spends(tables) | (tables.postings["kind"] == "advance").to_numpy()]
    totals = legs["amount"].groupby(legs["transaction"]).transform("sum")
    on = cache(lambda day: tables.policy.in_force("evidence-above", day, EVIDENCE))
    limits = np.array([_fen(on(day)) for day in legs["date"].tolist()], dtype="int64")
    fault = cache(partial(_evidence_fault, tables.root.resolve()))  # many vouchers name the same file
    by_transaction: dict[int, list[_Evidence]] = defaultdict(list)
    for leg in records(_Evidence, legs[totals > limits]):
        by_transaction[leg.transaction].append(leg)
    for found in by_transaction.values():
        day = found[0].date
        parameter, subject = on(day), Subject("voucher", found[0].voucher, found[0].narration)
        more: More = {"source": (found[0].file, found[0].line), "evidence": tuple(leg.row for leg in found)}
        more["act"] = day
        if parameter is None:
            yield absent(tables, subject, "evidence-above", day, EVIDENCE, **more)
            continue
        faults = _evidence_faults(found, fault)
        most, message = Threshold("<=", None, (parameter,), _fen(parameter)), "；".join(faults) or "附件齐全，摘要相符"
        yield Finding(subject, FAIL if faults else PASS, message, threshold=most, **more)


def _fen(parameter: Applied | None) -> int:
    """A parameter in yuan as 分; 0 where none is in force, so that everything is asked about."""
    return fen(Decimal(parameter.value.numerator) / parameter.value.denominator) if parameter else 0


def _evidence_faults(legs: list[_Evidence], fault: Callable[[str, str], str]) -> list[str]:
    named = {(leg.evidence, leg.evidence_sha256) for leg in legs if leg.evidence}
    if not named:
        return [f"支出 {yuan_cn(sum(leg.amount for leg in legs))} 元，没有附件"]
    return [said for name, digest in sorted(named) if (said := fault(name, digest))]


def _evidence_fault(root: Path, name: str, digest: str) -> str:
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        return f"附件“{name}”不在账簿文件夹内"
    if not path.is_file():
        return f"附件“{name}”不存在"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return f"附件“{name}”无法读取"
    return "" if found == digest else f"附件“{name}”与记录的摘要不符"


__plugins__ = ("check",)
check = plugin(__name__)
