"""凭据与退票：支付凭证号、附件不重复使用、退票及时重发或退回、一人一月的工日。"""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ledgers.facts import returned
from ledgers.facts.persons import person_codes, persons
from ledgers.facts.returned import Returned
from ledgers.money import yuan_cn
from ledgers.policy import Applied, default
from ledgers.tables import times
from ledgers.tables.schema import Numbers, Payment, category, combined, records
from ledgers.tables.tables import Tables, derived
from plugins.beancount import plugin
from plugins.findings import (
    ERROR,
    FAIL,
    PASS,
    PENDING,
    UNDETERMINED,
    WARNING,
    Finding,
    Measured,
    Passes,
    Subject,
    Threshold,
)
from plugins.judging import meets, no_parameter
from plugins.rule import rule

BASIS = "审计常见问题；天数由本县自定"
RETURNED_DAYS = (default("returned-days", "<=", "60"),)
DIGEST = 12  # characters of a digest that name it
_WORST = (FAIL, UNDETERMINED, PENDING, PASS)
_TOGETHER = 4096


class _Leg(NamedTuple):
    row: int
    voucher: str
    narration: str
    payment_no: str
    file: str
    line: int


@rule(
    "payment-number",
    title="支付有凭证号",
    judges="每笔支付指标的凭证，退回也在内",
    formula="登记了支付凭证号（payment-no）",
    basis="财政国库管理制度；会计基础工作规范",
    always=True,
    severity=WARNING,
    rolls=False,
    advice=("支付无法与国库核对", "补登支付凭证号"),
    tasks=(70,),
)
def payment_number(tables: Tables) -> Iterator[Finding | Passes]:
    """A payment of quota, or what came back to it, names its number of payment."""
    table = tables.postings
    paid = table[((table["kind"] == "allocated") & ~table["quota_only"]).to_numpy()]
    numbered = paid["voucher"].isin(paid.loc[(paid["payment_no"] != "").to_numpy(), "voucher"].unique())
    good = paid[numbered]
    yield from _numbered(paid[~numbered], FAIL, "没有支付凭证号")
    yield Passes(good["voucher"].nunique(), lambda: _numbered(good, PASS, "有支付凭证号"))


def _numbered(table: pd.DataFrame, status: str, message: str) -> Iterator[Finding]:
    by_voucher: dict[str, list[_Leg]] = {}
    for leg in records(_Leg, table):
        by_voucher.setdefault(leg.voucher, []).append(leg)
    for voucher, legs in by_voucher.items():
        subject = Subject("voucher", voucher, legs[0].narration)
        evidence = tuple(leg.row for leg in legs)
        yield Finding(subject, status, message, source=(legs[0].file, legs[0].line), evidence=evidence)


class _Proof(NamedTuple):
    row: int
    voucher: str
    shared_with: str
    file: str
    line: int


@rule(
    "evidence-reused",
    title="附件不重复使用",
    judges="每份附件、清册（以摘要区分）",
    formula="只属于一张凭证；确属共用的，各凭证都写明 shared-with",
    basis="会计基础工作规范",
    always=True,
    severity=WARNING,
    rolls=False,
    advice=("同一附件支撑几笔支出，真实性存疑", "查明各笔支出，补充各自的附件或写明共用"),
    tasks=(70,),
)
def evidence_reused(tables: Tables) -> Iterator[Finding | Passes]:
    """A digest of evidence or of a roll stands under one voucher only, unless all of them say that they share it."""
    named = _named(tables)
    vouchers = named.groupby("digest", sort=False)["voucher"].nunique()
    for digest in vouchers.index[vouchers > 1]:
        yield _shared(digest, list(records(_Proof, named[(named["digest"] == digest).to_numpy()])))
    alone = named[named["digest"].isin(vouchers.index[vouchers == 1])]
    yield Passes(int((vouchers == 1).sum()), lambda: _alone(alone))


def _named(tables: Tables) -> pd.DataFrame:
    """Postings with a digest, of evidence or of a roll; one with both stands there twice."""
    table = tables.postings
    found = [
        table.loc[(table[column] != "").to_numpy(), ["voucher", "shared_with", "file", "line"]].assign(
            digest=table.loc[(table[column] != "").to_numpy(), column].astype("object")
        )
        for column in ("evidence_sha256", "roll_sha256")
    ]
    return pd.concat(found)


def _shared(digest: str, proofs: list[_Proof]) -> Finding:
    said = all(proof.shared_with for proof in proofs)
    vouchers = "、".join(dict.fromkeys(proof.voucher for proof in proofs))
    return Finding(
        Subject("evidence", digest[:DIGEST]),
        PASS if said else FAIL,
        f"凭证 {vouchers} 用同一份附件" + ("，都写明共用" if said else "，没有都写明共用（shared-with）"),
        source=(proofs[-1].file, proofs[-1].line),
        evidence=tuple(dict.fromkeys(proof.row for proof in proofs)),
    )


def _alone(named: pd.DataFrame) -> Iterator[Finding]:
    found: dict[str, list[_Proof]] = {}
    for digest, proof in zip(named["digest"].tolist(), records(_Proof, named), strict=True):
        found.setdefault(digest, []).append(proof)
    for digest, (first, *more) in found.items():
        yield Finding(
            Subject("evidence", digest[:DIGEST]),
            PASS,
            f"只属于凭证 {first.voucher}",
            source=(first.file, first.line),
            evidence=tuple(dict.fromkeys([first.row, *(one.row for one in more)])),
        )


@rule(
    "returned-payment",
    title="退票及时重发或退回",
    judges="每张有退票的凭证",
    formula="退票之日起规定天数内，同一人同一事项重新发放，或冲销退回",
    basis=BASIS,
    always=True,
    severity=WARNING,
    defaults=RETURNED_DAYS,
    advice=("退票没有重发，群众没有拿到钱", "核对账户后重发，或退回"),
    tasks=(70,),
)
def returned_payment(tables: Tables) -> Iterator[Finding]:
    """What the bank returned is paid again or taken back within the days; the worst line of a voucher counts."""
    by_voucher: dict[str, list[Returned]] = defaultdict(list)
    for one in returned.returned(tables):
        by_voucher[one.posting.voucher].append(one)
    for voucher, lines in by_voucher.items():
        said = [_mended(tables, one) for one in lines]
        status, message, applied, last_day = min(said, key=lambda one: _WORST.index(one[0]))
        posting = lines[0].posting
        yield Finding(
            Subject("voucher", voucher, posting.narration),
            status,
            message,
            threshold=Threshold(applied.op, applied.value, (applied,)) if applied else None,
            source=(posting.file, posting.line),
            evidence=tuple(dict.fromkeys(one.posting.row for one in lines)),
            lines=tuple((one.line.file, one.line.line) for one in lines),
            due=last_day,
        )


def _mended(tables: Tables, one: Returned) -> tuple[str, str, Applied | None, date | None]:
    """Status, message, parameter, and the last day on which it may be mended."""
    day = one.line.date
    found = tables.policy.in_force("returned-days", day, RETURNED_DAYS)
    if found is None:
        return UNDETERMINED, f"无法判定：{no_parameter(tables, 'returned-days', day)}", None, None
    what = f"户 {one.line.household} 的 {yuan_cn(one.line.amount)} 元 {day} 退票"
    last_day = day + timedelta(days=int(found.value))
    if one.mended:
        return PASS, f"{what}，{one.mended} 已{'退回' if one.reversal else '重发'}", found, last_day
    open_still = meets((tables.as_of - day).days, found.op, found.value)
    return PENDING if open_still else FAIL, f"{what}，尚未重发或退回，应在 {last_day} 前", found, last_day


@dataclass(frozen=True)
class _Worked:
    """What persons worked: of each person and period, a row of numbers; the lines are looked up when somebody asks."""

    rows: Numbers  # of `payments`: every line that tells days
    group: Numbers  # of each of these lines, the person and period that it belongs to, numbered as they occur
    days: NDArray[np.float64]
    limits: Numbers
    people: list[str]  # what each is called: `who` where known, else the household
    periods: list[str]

    def lines(self, tables: Tables, group: int) -> list[Payment]:
        return list(records(Payment, tables.payments.iloc[self.rows[self.group == group]]))


@rule(
    "labour-days",
    title="一人一月的工日不超过当月天数",
    judges="每人每月（清册写明起止月份的，按其合计）",
    formula="各清册的天数合计 ≤ 当月天数",
    basis="秀委农组〔2022〕5号 任务65",
    always=True,
    severity=ERROR,
    advice=("工日超过日历天数，清册不实", "核实用工，更正清册，多发的收回"),
    tasks=(65,),
)
def labour_days(tables: Tables) -> Iterator[Finding | Passes]:
    """Days of a person over all rolls of a month; one roll alone that says no month and exceeds it tells nothing certain.

    Of several members of a household without a pseudonym the worst counts.
    """
    worked = _worked(tables)
    over = np.flatnonzero(worked.days > worked.limits)
    found = {group: _days(tables, worked, group, worked.lines(tables, group)) for group in over.tolist()}
    ranks = np.full(len(worked.days), _WORST.index(PASS))
    ranks[over] = [_WORST.index(one.status) for one in found.values()]
    worst = _worst(worked, ranks)
    yield from (found[group] for group in worst if group in found)
    within = [group for group in worst if group not in found]
    yield Passes(len(within), lambda: _within(tables, worked, within))


def _worst(worked: _Worked, ranks: Numbers) -> list[int]:
    """For each name and period, in their order, the worst group; the last of several alike."""
    named = (category(worked.people).codes, category(worked.periods).codes)
    keys = pd.factorize(combined(*named))[0]
    order = np.lexsort((-np.arange(len(keys)), -worked.days, ranks, keys))
    return order[np.unique(keys[order], return_index=True)[1]].tolist()  # type: ignore[no-any-return]


def _within(tables: Tables, worked: _Worked, groups: list[int]) -> Iterator[Finding]:
    """The findings of those within their days, whose lines are read some thousands at a time."""
    for start in range(0, len(groups), _TOGETHER):
        some = groups[start : start + _TOGETHER]
        wanted = np.isin(worked.group, some)
        lines: dict[int, list[Payment]] = defaultdict(list)
        read = records(Payment, tables.payments.iloc[worked.rows[wanted]])
        for group, line in zip(worked.group[wanted].tolist(), read, strict=True):
            lines[group].append(line)
        yield from (_days(tables, worked, group, lines[group]) for group in some)


def _worked(tables: Tables) -> _Worked:
    """By person and period. What is for a whole year belongs to no month."""
    payments = tables.payments
    period, texts = returned.periods(tables)
    monthly = np.array(["-" in text for text in texts], dtype=bool)
    tells = tables.postings["labour"].to_numpy()[payments["posting"]] & payments["days"].notna().to_numpy()
    rows = np.flatnonzero(tells & returned.received(tables) & monthly[period])
    period = period[rows]
    days, back = payments["days"].to_numpy()[rows], payments["amount"].to_numpy()[rows] < 0
    group = pd.factorize(combined(person_codes(tables)[rows], period))[0]
    first = np.unique(group, return_index=True)[1]
    sums = np.bincount(group, weights=np.where(back, -np.abs(days), days), minlength=len(first)).astype("float64")
    limits = np.array([_limit(text) if month else 0 for text, month in zip(texts, monthly, strict=True)], dtype="int64")
    codes = period[first]
    return _Worked(
        rows, group, sums, limits[codes], _called(tables, rows[first]), [texts[code] for code in codes.tolist()]
    )


class _Line(NamedTuple):
    household: str
    person: str
    date: dt.date


def _called(tables: Tables, rows: Numbers) -> list[str]:
    known, lines = persons(tables), records(_Line, tables.payments.iloc[rows])
    return [(known and known.who(*line)) or line.household for line in lines]


@cache
def _limit(period: str) -> int:
    first, last = times.months(period)
    return sum(monthrange((month - 1) // 12, (month - 1) % 12 + 1)[1] for month in range(first, last + 1))


@derived
def _vouchers(tables: Tables) -> list[str]:
    """The voucher of every posting, as a list: a frame is slow to ask person by person."""
    vouchers: list[str] = tables.postings["voucher"].tolist()
    return vouchers


def _days(tables: Tables, worked: _Worked, group: int, lines: list[Payment]) -> Finding:
    """What is said of the days of one: one roll alone that does not say its months may be for more than one."""
    period, person, days, limit = (
        worked.periods[group],
        worked.people[group],
        float(worked.days[group]),
        int(worked.limits[group]),
    )
    every = _vouchers(tables)
    vouchers = sorted({every[line.posting] for line in lines})
    status = PASS
    if days > limit:
        status = FAIL if len(vouchers) > 1 or all(line.for_ for line in lines) else UNDETERMINED
    what = "无法判定：一份清册没有写明所属月份，" if status == UNDETERMINED else ""
    first = lines[0]
    whose = f"户 {first.household}" + (f" 的 {first.person} 号" if first.person else "")
    return Finding(
        Subject("person" if person != first.household else "household", person),
        status,
        f"{what}{whose} {period} 共 {days:g} 个工日，当月 {limit} 天，凭证 {'、'.join(vouchers)}",
        measured=Measured(_number(days), limit, "day"),
        period=period,
        source=(first.file, first.line),
        evidence=tuple(dict.fromkeys(line.posting for line in lines)),
        lines=tuple((line.file, line.line) for line in lines),
    )


def _number(days: float) -> Fraction:
    return Fraction(days)


__plugins__ = ("check",)
check = plugin(__name__)
