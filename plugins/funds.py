"""资金：从指标到支付的每一分钱，闲置、错投、管理费、负面清单、分配与支出进度、结转。

Every fund is followed from its quota through allocation to payment, and through the accounts of villages that were
handed money, on every day. What a village was handed counts as paid for progress and as unspent for carry-over.
"""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from ledgers.facts import money, registered
from ledgers.facts.money import FISCAL
from ledgers.money import percent, yuan_cn
from ledgers.policy import default
from ledgers.tables.directives import Fund, Negative, Project
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived
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
from plugins.judging import Ratio, absent, count, end_of, judge_ratio, limit, na, undetermined
from plugins.law import BUDGET_LAW, FIVE, FIVE_ISSUED, FUND_RULES, NOT_YET, SCORING
from plugins.rule import rule

IDLE_DAYS = (default("idle-days", "<=", "180"),)
MANAGEMENT_FEE = (default("management-fee", "<=", "0.01", level="中央"),)
ALLOCATION_DAYS = (default("allocation-days", "<=", "30"),)
PROGRESS = (default("spending-progress", ">=", "1"),)
NO_FEE_TASKS = ("以工代赈", "欠发达国有农场", "欠发达国有林场")
NO_PROJECT = "未注明项目"
NOT_FISCAL = "不是财政资金，所依据的文件只及财政资金"


def fund_subject(tables: Tables, fund: str) -> Subject:
    """A fund as what is judged."""
    row = registered.funds(tables).get(fund)
    return Subject("fund", fund, row.name if row else "")


def project_subject(tables: Tables, project: str) -> Subject:
    """A project as what is judged; one that nobody registered by its id alone."""
    row = registered.projects(tables).get(project)
    return Subject("project", project, row.name if row else "")


@rule(
    "fund-trace",
    title="资金全程可追溯",
    judges="每笔资金，以及每笔资金在每个项目（分项）",
    formula="到账 = 下达 － 收回；每一天：分配 ≤ 到账，支付 ≤ 分配；拨到村的 = 已用 + 尚存",
    documents=(FIVE("第21条、任务70"),),
    always=True,
    quote="全流程跟踪检查核查",
    rolls=False,
    waivable=False,
    advice=("资金链条不完整，有资金去向不能证明", "逐笔核对指标、拨款和银行流水，查明差额"),
    tasks=(70,),
)
def fund_trace(tables: Tables) -> Iterator[Finding]:
    """Arrived = registered − taken back on the as-of date; the inequalities on every day."""
    funds, shares = money.flows(tables)
    for fund in registered.funds(tables).values():
        flow = funds.get(fund.id, money.Flow())
        expected = fund.amount - flow.taken_back
        faults = [f"到账 {yuan_cn(flow.arrived)} 元，应为 {yuan_cn(expected)} 元"] if flow.arrived != expected else []
        faults += _daily_faults(flow, ("分配", 1, "到账", 0), ("支付", 2, "分配", 1)) + _village_faults(flow)
        yield _traced(tables, fund.id, None, faults, Measured(flow.arrived, expected), flow)
    for (project, fund_id), flow in shares.items():
        if fund_id in registered.funds(tables):
            faults = _daily_faults(flow, ("支付", 2, "分配", 1)) + _village_faults(flow)
            measured = Measured(flow.paid, flow.allocated)
            yield _traced(tables, fund_id, project or NO_PROJECT, faults, measured, flow)


def _traced(
    tables: Tables, fund: str, part: str | None, faults: list[str], measured: Measured, flow: money.Flow
) -> Finding:
    row = registered.funds(tables)[fund]
    numbers = f"到账 {yuan_cn(flow.arrived)}，" if part is None else ""
    numbers += f"分配 {yuan_cn(flow.allocated)}，支付 {yuan_cn(flow.paid)} 元"
    return Finding(
        fund_subject(tables, fund),
        FAIL if faults else PASS,
        "；".join(faults) if faults else f"资金链条完整：{numbers}",
        measured=measured,
        part=part,
        source=(row.file, row.line),
        evidence=tuple(flow.evidence),
    )


def _daily_faults(flow: money.Flow, *pairs: tuple[str, int, str, int]) -> list[str]:
    """The first day on which the smaller of each pair was larger, and by how much."""
    total = [0] * len(money.DAILY)
    faults: dict[int, str] = {}
    for day, changes in sorted(flow.days.items()):
        total = [before + change for before, change in zip(total, changes, strict=True)]
        for number, (less, i, more, j) in enumerate(pairs):
            if total[i] > total[j]:
                text = f"{day} {less} {yuan_cn(total[i])} 元，超过{more} {yuan_cn(total[j])} 元"
                faults.setdefault(number, text)
        if total[3] < 0:
            faults.setdefault(-1, f"{day} 村级账户支出超过拨入 {yuan_cn(-total[3])} 元")
    return list(faults.values())


def _village_faults(flow: money.Flow) -> list[str]:
    if flow.handed == flow.spent_by_villages + flow.held:
        return []
    return [
        f"拨到村 {yuan_cn(flow.handed)} 元，与已用 {yuan_cn(flow.spent_by_villages)} 元、尚存 {yuan_cn(flow.held)} 元不符"
    ]


@rule(
    "idle-in-village",
    title="村级账户资金闲置",
    judges="每个在村级账户有余额的项目",
    formula="尚存资金中最早一笔在账户里的天数（各账户先进先出）",
    documents=(FIVE("任务70"),),
    severity=WARNING,
    defaults=IDLE_DAYS,
    rolls=False,
    advice=("资金滞留村级账户，没有发挥效益", "督促支出，或收回统筹"),
    tasks=(70,),
)
def idle_in_village(tables: Tables) -> Iterator[Finding]:
    """Days that what still lies with a village has lain there, first in first out; a move between its accounts is none."""
    for name, legs in money.by_project(money.bank_legs(tables)).items():
        remaining = _still_there(tables, legs)
        if not remaining:
            continue
        oldest, left = remaining[0], sum(amount for _, amount in remaining)
        days = (tables.as_of - oldest[0].date).days
        project = registered.projects(tables).get(name)
        more: More = {
            "source": (project.file, project.line) if project else (oldest[0].file, oldest[0].line),
            "evidence": tuple(leg.row for leg, _ in remaining),
        }
        parameter = tables.policy.in_force("idle-days", tables.as_of, IDLE_DAYS)
        message = f"村级账户尚存 {yuan_cn(left)} 元，最早一笔已 {days} 天"
        subject = project_subject(tables, name)
        if parameter is None:
            yield absent(tables, subject, "idle-days", tables.as_of, IDLE_DAYS, **more)
        else:
            due = oldest[0].date + timedelta(days=int(parameter.value))
            yield count(subject, days, parameter, f"{message}，{limit(parameter)}", due=due, **more)


def _still_there(tables: Tables, legs: list[money.Leg]) -> list[tuple[money.Leg, int]]:
    """What is left of a project's money with each village, by the day on which it came; a successor takes it over."""
    moved: dict[tuple[str, int], list[money.Leg]] = defaultdict(list)
    for leg in legs:
        village = registered.village_on(tables, leg.village, leg.date)
        moved[village or leg.account, leg.transaction].append(leg)
    left: dict[str, list[tuple[money.Leg, int]]] = {}
    for (village, _), own in moved.items():
        _taken_over(tables, left, own[0].date)
        net = own[0]._replace(amount=sum(leg.amount for leg in own))
        left[village] = _first_in_first_out(left.get(village, []), net)
    _taken_over(tables, left, tables.as_of)
    return sorted((one for own in left.values() for one in own), key=lambda one: one[0].date)


def _taken_over(tables: Tables, left: dict[str, list[tuple[money.Leg, int]]], day: date) -> None:
    """Hand what lies with a village that ceased by a day to its successor, with its age."""
    for village in list(left):
        successor = registered.village_on(tables, village, day)
        if successor != village:
            left[successor] = sorted(left.get(successor, []) + left.pop(village), key=lambda one: one[0].date)


def _first_in_first_out(remaining: list[tuple[money.Leg, int]], leg: money.Leg) -> list[tuple[money.Leg, int]]:
    """What remains after one more leg: an incoming one is added, an outgoing one takes the oldest first."""
    if leg.amount > 0:
        return [*remaining, (leg, leg.amount)]
    left, out = [], -leg.amount
    for lot, amount in remaining:
        taken = min(out, amount)
        out -= taken
        left += [(lot, amount - taken)] if amount > taken else []
    return left


@rule(
    "fund-task",
    title="专项资金投向匹配的项目",
    judges="每笔资金给每个项目的分配（分项）",
    formula="以工代赈资金只给以工代赈方式的项目；以工代赈、农场、林场资金不提项目管理费；项目已列入年度计划",
    documents=(FIVE("第21条、任务67、任务70"),),
    rolls=False,
    advice=("专项资金投向与任务不符", "调整资金来源，归还原渠道"),
    tasks=(67, 70),
)
def fund_task(tables: Tables) -> Iterator[Finding]:
    """Special money goes to matching projects, and every project had reached 年度计划 on the day of allocation.

    Allocations from before 5号 are left out.
    """
    for (name, fund_id), lots in money.lots(tables).items():
        fund, project = registered.funds(tables).get(fund_id), registered.projects(tables).get(name)
        if fund is None or project is None:
            continue
        held = [lot for lot in lots if lot.amount > 0]
        bound = [lot for lot in held if lot.date >= FIVE_ISSUED]
        more: More = {
            "part": name,
            "source": (project.file, project.line),
            "evidence": tuple(lot.posting for lot in bound or held),
            "act": max((lot.date for lot in held), default=None),
        }
        subject = fund_subject(tables, fund_id)
        faults, unknown = _task_faults(tables, fund, project, bound), _task_unknown(fund, project)
        if not held:
            yield na(subject, "分配已全部收回", **more)
        elif not bound:
            yield na(subject, NOT_YET, **more)
        elif unknown and not faults:
            yield undetermined(subject, unknown, **more)
        else:
            yield Finding(subject, FAIL if faults else PASS, "；".join(faults) or "投向与项目匹配", **more)


def _task_unknown(fund: Fund, project: Project) -> str:
    """What would have to be known to say whether the money matches the project; "" where nothing is missing."""
    if not fund.task:
        return "没有登记资金的任务"
    if fund.task == "以工代赈" and not project.mode:
        return "没有登记项目的实施方式"
    return "没有登记项目的类别" if fund.task in NO_FEE_TASKS and not project.category else ""


def _task_faults(tables: Tables, fund: Fund, project: Project, lots: list[money.Lot]) -> list[str]:
    faults = []
    if fund.task == "以工代赈" and project.mode and project.mode != "以工代赈":
        faults.append(f"以工代赈资金分配给了实施方式为{project.mode}的项目")
    if fund.task in NO_FEE_TASKS and project.category == "项目管理费":
        faults.append(f"{fund.task}资金不得提取项目管理费")
    planned = registered.reached(tables, project.id, "年度计划")
    early = [lot.date for lot in lots if planned is None or lot.date < planned]
    if early:
        faults.append(f"{min(early)} 分配时项目尚未列入年度计划")
    return faults


@rule(
    "management-fee",
    title="项目管理费比例",
    judges="每一级资金的每个资金年度",
    formula="分配到项目管理费的资金 ÷ 该级当年资金",
    documents=(FUND_RULES,),
    defaults=MANAGEMENT_FEE,
    rolls=False,
    advice=("项目管理费超过规定比例", "退回超提部分"),
    act="退回超提的管理费 {gap} 元",
    tasks=(70,),
)
def management_fee(tables: Tables) -> Iterator[Finding]:
    """Money to projects of category 项目管理费 ÷ money of that level and fund year; an excess fails at once."""
    groups: dict[tuple[str, int], list[Fund]] = defaultdict(list)
    for fund in registered.funds(tables).values():
        if fund.level and fund.year and date(fund.year, 1, 1) <= tables.as_of:
            groups[fund.level, fund.year].append(fund)
    for (level, year), funds in sorted(groups.items()):
        yield _fee(tables, level, year, funds)


def _fee(tables: Tables, level: str, year: int, funds: list[Fund]) -> Finding:
    subject, day = Subject("level", level, f"{level}资金"), end_of(year, tables.as_of)
    parameter = tables.policy.in_force("management-fee", day, MANAGEMENT_FEE, level=level)
    counted = {fund.id for fund in funds if not parameter or fund.task not in parameter.exclude_task}
    lots = [
        lot
        for (name, fund), stack in money.lots(tables).items()
        if fund in counted
        and name in registered.projects(tables)
        and registered.projects(tables)[name].category == "项目管理费"
        for lot in stack
    ]
    total = sum(fund.amount for fund in funds if fund.id in counted)
    more: More = {
        "period": str(year),
        "source": (funds[0].file, funds[0].line),
        "evidence": tuple(lot.posting for lot in lots),
    }
    if level not in FISCAL:
        return na(subject, NOT_FISCAL, **more)
    if not total:
        return na(subject, "没有资金", **more)
    if parameter is None:
        return absent(tables, subject, "management-fee", day, MANAGEMENT_FEE, {"level": level}, **more)
    fee = sum(lot.amount for lot in lots)
    ratio = Ratio(fee, total, total * parameter.value, parameter.op, (parameter,))
    return judge_ratio(subject, ratio, open_until="", what=("项目管理费", f"{year}年{level}资金"), **more)


@rule(
    "negative-list",
    title="负面清单",
    judges="每笔项目资金支出凭证",
    formula="支出的功能科目、经济科目、项目子类型、摘要都不在当日有效的负面清单内",
    documents=(FUND_RULES,),
    rolls=False,
    advice=("资金用于负面清单所列支出", "收回资金，归还原渠道"),
    changes=(("0.2.0", "项目子类型里含有清单的词就算，不要求整个子类型就是这个词"),),
    tasks=(70,),
)
def negative_list(tables: Tables) -> Iterator[Finding | Passes]:
    """No payment falls under a `negative` directive in force on its day (a class by its code, a subtype, or a word)."""
    negatives = list(records(Negative, tables.negatives))
    table = tables.postings
    spent = table[list(_Paid._fields[1:])][(table["kind"] == "expense") & (table["reverses"] == "")]
    others = [fund.id for fund in registered.funds(tables).values() if fund.level not in FISCAL]
    paid = spent[~spent["fund"].isin(others)]
    free = spent[~spent["voucher"].isin(paid["voucher"].unique())]
    yield Passes(free["voucher"].nunique(), partial(_not_fiscal, free), NA)
    doubtful = paid["voucher"].isin(paid.loc[_suspicious(tables, paid, negatives), "voucher"].unique())
    yield from _listed(tables, paid[doubtful], negatives)
    early = (paid["date"] < FUND_RULES.issued) & ~doubtful
    for clean, status in ((paid[~doubtful & ~early], PASS), (paid[early], NA)):
        yield Passes(clean["voucher"].nunique(), partial(_listed, tables, clean, []), status)


def _not_fiscal(spent: pd.DataFrame) -> Iterator[Finding]:
    """Vouchers that spend money of no fiscal level alone: the list does not bind it."""
    by_voucher: dict[str, list[_Paid]] = {}
    for leg in records(_Paid, spent):
        by_voucher.setdefault(leg.voucher, []).append(leg)
    for voucher, legs in by_voucher.items():
        more: More = {"source": (legs[0].file, legs[0].line), "evidence": tuple(leg.row for leg in legs)}
        more["act"] = legs[0].date
        yield na(Subject("voucher", voucher, legs[0].narration), NOT_FISCAL, **more)


class _Paid(NamedTuple):
    row: int
    voucher: str
    date: dt.date
    amount: int
    function: str
    economic: str
    fund: str
    project: str
    narration: str
    payee: str
    file: str
    line: int


def _listed(tables: Tables, paid: pd.DataFrame, negatives: list[Negative]) -> Iterator[Finding]:
    """One finding for each voucher of these postings."""
    by_voucher: dict[str, list[_Paid]] = {}
    for leg in records(_Paid, paid):
        by_voucher.setdefault(leg.voucher, []).append(leg)
    for voucher, legs in by_voucher.items():
        found = [negative for leg in legs for negative in negatives if _forbidden(tables, leg, negative)]
        yield Finding(
            Subject("voucher", voucher, legs[0].narration),
            FAIL if found else PASS,
            "属于" + "；".join(f"负面清单“{one.code}”（{one.basis}）" for one in found) if found else "不在负面清单内",
            source=(legs[0].file, legs[0].line),
            evidence=tuple(leg.row for leg in legs),
            lines=tuple(dict.fromkeys((negative.file, negative.line) for negative in found)),
            act=legs[0].date,
        )


def _suspicious(tables: Tables, paid: pd.DataFrame, negatives: list[Negative]) -> Any:
    """Whether each posting may be on the list at all, whatever the day and level: a quick look that misses none."""
    codes = tuple(one.code for one in negatives if _is_code(one.code))
    words = [one.code for one in negatives if not _is_code(one.code)]

    def told(distinct: Collection[str]) -> list[str]:
        told = "\n".join(distinct)
        present = [word for word in words if word in told]
        return [text for text in distinct if any(word in text for word in present)] if present else []

    about = {name: f"{row.subtype}\n{row.name}" for name, row in registered.projects(tables).items()}
    named = set(told(set(about.values())))
    distinct = {name: paid[name].unique().tolist() for name in ("function", "economic", "narration", "payee")}
    of_class = {code for code in distinct["function"] + distinct["economic"] if code.startswith(codes)}
    return (
        paid["function"].isin(of_class)
        | paid["economic"].isin(of_class)
        | paid["project"].isin([name for name, text in about.items() if text in named])
        | paid["narration"].isin(told(distinct["narration"]))
        | paid["payee"].isin(told(distinct["payee"]))
    )


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _forbidden(tables: Tables, leg: _Paid, negative: Negative) -> bool:
    first = max(day for day in (negative.date, negative.issued, negative.judges_from) if day)
    if leg.amount <= 0 or first > leg.date or leg.date > (negative.judges_to or leg.date):
        return False
    fund = registered.funds(tables).get(leg.fund)
    if negative.level and (fund is None or fund.level not in negative.level):
        return False
    code, about = negative.code, registered.projects(tables).get(leg.project)
    if any(word in leg.narration or (about and word in about.subtype) for word in negative.except_):
        return False
    if _is_code(code):
        return bool(leg.function.startswith(code) or leg.economic.startswith(code))
    project = registered.projects(tables).get(leg.project)
    texts = (leg.narration, leg.payee, *((project.name, project.subtype) if project else ()))
    return any(code in text for text in texts)


@rule(
    "allocation-days",
    title="资金分解下达时限",
    judges="每笔资金",
    formula="每次到账至其最后一分分配到项目的天数（先进先出），取最长的",
    documents=(BUDGET_LAW("第52条"),),
    severity=WARNING,
    defaults=ALLOCATION_DAYS,
    rolls=False,
    advice=("资金分解下达迟缓", "完善分配程序，按时下达"),
    tasks=(70,),
)
def allocation_days(tables: Tables) -> Iterator[Finding]:
    """Days from each arrival until its last 分 is allocated; what is returned or taken back shortens the last arrival."""
    for fund in registered.funds(tables).values():
        subject, source = fund_subject(tables, fund.id), (fund.file, fund.line)
        if fund.level not in FISCAL:
            yield na(subject, NOT_FISCAL, source=source)
            continue
        waits = _waits(tables, fund.id)
        if not waits:
            yield na(subject, "没有到账，或到账后全部退回", source=source)
            continue
        judged = [(_waited(tables, fund, wait), wait) for wait in waits]
        worst, wait = max(judged, key=lambda one: _worse(one[0]))
        others = [one.threshold for one, _ in judged if one.threshold]
        yield replace(worst, threshold=_with_all(worst.threshold, others), evidence=_waiting(tables, fund.id, wait))


def _with_all(threshold: Threshold | None, others: list[Threshold]) -> Threshold | None:
    """The threshold of the worst arrival, with every parameter that an arrival was held against."""
    if threshold is None:
        return None
    named = dict.fromkeys(applied for one in (threshold, *others) for applied in one.parameters)
    return replace(threshold, parameters=tuple(named))


def _waited(tables: Tables, fund: Fund, wait: tuple[int, bool, date]) -> Finding:
    """One arrival against what was in force on its day."""
    days, done, arrival = wait
    subject = fund_subject(tables, fund.id)
    more: More = {"source": (fund.file, fund.line), "act": arrival}
    parameter = tables.policy.in_force("allocation-days", arrival, ALLOCATION_DAYS, **_scope(fund))
    if parameter is None:
        return absent(tables, subject, "allocation-days", arrival, ALLOCATION_DAYS, _scope(fund), **more)
    due = arrival + timedelta(days=int(parameter.value))
    message = f"{arrival} 到账的资金" + (f"用 {days} 天分配完" if done else f"已 {days} 天尚未分配完")
    return count(subject, days, parameter, f"{message}，{limit(parameter)}", done=done, due=due, **more)


def _waiting(tables: Tables, fund: str, wait: tuple[int, bool, date]) -> tuple[int, ...]:
    """Rows of an arrival, and of what was allocated until it was used up."""
    days, _, arrival = wait
    legs = money.quota_legs(tables).get(fund, [])
    return tuple(leg.row for leg in legs if arrival <= leg.date <= arrival + timedelta(days=days))


def _worse(finding: Finding) -> tuple[int, int]:
    days = finding.measured.numerator if finding.measured else 0
    return ((NA, PASS, PENDING, UNDETERMINED, FAIL).index(finding.status), int(days))


def _scope(fund: Fund) -> dict[str, str]:
    return {"level": fund.level, "task": fund.task, "source": fund.source}


def _waits(tables: Tables, fund: str) -> list[tuple[int, bool, date]]:
    """For each arrival: days until it was allocated (or so far), whether it was, and its day."""
    arrivals: list[list[Any]] = []  # [day, amount to allocate]
    allocations: list[tuple[date, int]] = []
    moves = _quota_moves(tables).get(fund, [])
    for leg in sorted(moves, key=lambda leg: (leg.date, leg.quota_only or leg.amount <= 0)):  # in a day first what arrives
        if leg.amount > 0 and not leg.quota_only:
            arrivals.append([leg.date, leg.amount])
        elif leg.amount > 0 or not leg.quota_only:
            _shorten(arrivals, abs(leg.amount))
        else:
            allocations.append((leg.date, -leg.amount))
    waits = []
    for arrived, amount in arrivals:
        if amount:
            day = _used_up(allocations, amount)
            waits.append((max(((day or tables.as_of) - arrived).days, 0), day is not None, arrived))
    return waits


def _shorten(arrivals: list[list[Any]], amount: int) -> None:
    """Take what is returned or taken back off the last arrivals."""
    for arrival in reversed(arrivals):
        taken = min(amount, arrival[1])
        arrival[1] -= taken
        amount -= taken


def _used_up(allocations: list[tuple[date, int]], amount: int) -> date | None:
    """Take an amount off the first allocations; the day of the last of them, None when they are not enough."""
    while allocations:
        day, given = allocations.pop(0)
        if given > amount:
            allocations.insert(0, (day, given - amount))
        if given >= amount:
            return day
        amount -= given
    return None


class _QuotaMove(NamedTuple):
    date: dt.date
    fund: str
    quota_only: bool
    amount: int


@derived
def _quota_moves(tables: Tables) -> dict[str, list[_QuotaMove]]:
    """Legs on 0待分配 by fund, one per transaction, with whether the transaction only moves quota."""
    table = tables.postings
    legs = table[table["kind"] == "quota"]
    columns = ["transaction", "date", "fund", "quota_only"]
    summed: pd.DataFrame = legs.groupby(columns, sort=False, as_index=False)[["amount"]].sum()
    moved: dict[str, list[_QuotaMove]] = defaultdict(list)
    for leg in records(_QuotaMove, summed.sort_values("transaction")):
        moved[leg.fund].append(leg)
    return moved


@rule(
    "spending-progress",
    title="支出序时进度",
    judges="每笔资金，到截止日",
    formula="已支付 ÷ 资金，对照已过去的时间（到账当月起至资金年度12月，满月计）",
    documents=(SCORING,),
    severity=WARNING,
    defaults=PROGRESS,
    rolls=False,
    advice=("支出进度滞后，影响资金绩效", "督促项目单位加快实施和报账"),
    act="支付或上缴 {gap} 元",
    tasks=(70, 71),
)
def spending_progress(tables: Tables) -> Iterator[Finding]:
    """Paid ÷ amount against the share of the fund's time that is over; money handed to villages counts as paid."""
    funds, _ = money.flows(tables)
    for fund in registered.funds(tables).values():
        flow = funds.get(fund.id, money.Flow())
        subject, source = fund_subject(tables, fund.id), (fund.file, fund.line)
        arrivals = [day for day, changes in flow.days.items() if changes[0] > 0]
        over = _time_over(min(arrivals), fund.year, tables.as_of) if arrivals and fund.year else Fraction(0)
        day = registered.first_mentions(tables)[fund.id]
        if not fund.amount or not over:
            yield na(subject, "资金尚未到账，或到账后还没有过完一个月", source=source)
            continue
        if (min(arrivals).year, min(arrivals).month) == (fund.year, _LAST_MONTH):
            yield na(subject, "资金在资金年度的最后一个月到账", source=source)
            continue
        parameter = tables.policy.in_force("spending-progress", day, PROGRESS, **_scope(fund))
        if parameter is None:
            yield absent(tables, subject, "spending-progress", day, PROGRESS, _scope(fund), source=source, act=day)
            continue
        required = fund.amount * over * parameter.value
        used = flow.paid + flow.taken_back
        ratio = Ratio(used, fund.amount, required, parameter.op, (parameter,))
        what = "已支付和上缴" if flow.taken_back else "已支付"
        finding = judge_ratio(
            subject, ratio, open_until="", what=(what, "资金"), source=source, evidence=tuple(flow.evidence), act=day
        )
        yield replace(finding, message=f"{finding.message}（时间已过 {percent(over)}）")


_LAST_MONTH = 12


def _time_over(arrival: date, year: int, as_of: date) -> Fraction:
    """Full months ended ÷ months from the month of arrival to December of the fund's year, at most 1."""
    start = arrival.year * 12 + arrival.month
    total = year * 12 + 12 - start + 1
    last_day = monthrange(as_of.year, as_of.month)[1]
    ended = as_of.year * 12 + as_of.month - start + (as_of.day == last_day)
    if ended <= 0:
        return Fraction(0)
    return min(Fraction(ended, total), Fraction(1)) if total > 0 else Fraction(1)


def _still_unspent(tables: Tables, finding: Finding) -> int:
    """分 of what was unspent on the last day that is so still."""
    flow = money.flows(tables)[0].get(finding.subject.id, money.Flow())
    return min(finding.shortfall or 0, max(_unspent(flow, tables.as_of), 0))


@rule(
    "carry-over",
    title="结转资金",
    judges="每笔资金",
    formula="资金年度次年12月31日尚未使用的资金应为零",
    documents=(BUDGET_LAW("第42条"),),
    rolls=False,
    advice=("结转超过两年的资金没有收回统筹", "按规定收回"),
    act="支付或上缴 {gap} 元",
    moves=_still_unspent,
    tasks=(70,),
)
def carry_over(tables: Tables) -> Iterator[Finding]:
    """Unspent on 31 December of `year` + 1; what lies with villages is unspent. Before that day it is pending."""
    for fund in registered.funds(tables).values():
        if fund.level not in FISCAL:
            yield na(fund_subject(tables, fund.id), NOT_FISCAL, source=(fund.file, fund.line))
            continue
        if not fund.year:
            yield undetermined(fund_subject(tables, fund.id), "没有登记资金年度", source=(fund.file, fund.line))
            continue
        day = date(fund.year + 1, 12, 31)
        flow = money.flows(tables)[0].get(fund.id, money.Flow())
        unspent = _unspent(flow, min(day, tables.as_of))
        over = tables.as_of >= day
        yield Finding(
            fund_subject(tables, fund.id),
            PASS if unspent <= 0 else FAIL if over else PENDING,
            f"{min(day, tables.as_of)} 尚未使用 {yuan_cn(unspent)} 元" + ("" if over else f"，应在 {day} 前用完"),
            measured=Measured(unspent, fund.amount),
            threshold=Threshold("<=", Fraction(0), (), 0),
            shortfall=max(unspent, 0),
            source=(fund.file, fund.line),
            evidence=tuple(flow.evidence),
            due=day,
        )


def _unspent(flow: money.Flow, day: date) -> int:
    """Arrived, less what was paid, and what villages or 2103 still hold, on a day."""
    changes = [change for when, change in flow.days.items() if when <= day]
    return sum(
        arrived - paid + held + recovered - handed_in for arrived, _, paid, held, recovered, handed_in in changes
    )


__plugins__ = ("check",)
check = plugin(__name__)
