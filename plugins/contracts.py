"""合同与建设：多付、预付、验收、质保金、拆分合同、单位造价、立项前的决议。

Money counts when it has left: what went to a village's account has not, and what a contractor gave back is no longer paid.
"""

import hashlib
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from ledgers.facts import money, open_items, registered
from ledgers.files.safely import Refused, read_bytes
from ledgers.money import yuan_cn
from ledgers.policy import Applied, default
from ledgers.tables.directives import Project, ResolutionLine
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived
from plugins.beancount import plugin
from plugins.findings import ERROR, FAIL, PASS, PENDING, WARNING, Finding, Measured, More, Subject, Threshold
from plugins.judging import absent, end_of, meets, na
from plugins.judging import shortfall as shortfall_of
from plugins.rule import rule

BASIS = "审计常见问题；数值由本县自定"
PREPAYMENT = (default("prepayment", "<=", "0.30"),)
BEFORE_ACCEPTANCE = "before-acceptance"
_HALVES = (("prepayment", "开工"), (BEFORE_ACCEPTANCE, "验收"))  # what limits what is paid before which state
ACCEPTANCE_DAYS = (default("acceptance-days", "<=", "90"),)
SPLIT_DAYS = (default("split-days", "<=", "30"),)
UNIT_COST = (default("unit-cost-factor", "<=", "1.5"),)
TENDER_LIMIT, RETENTION, RETENTION_MONTHS, RESOLUTION_FROM = (
    "tender-limit",
    "retention",
    "retention-months",
    "resolution-from",
)
GRACE = 30  # days after the end of retention within which it is paid
PEERS = 5  # fewer tell nothing of a usual cost


def _subject(project: Project) -> Subject:
    return Subject("project", project.id, project.name)


def _source(project: Project) -> tuple[str, int]:
    return project.file, project.line


def _paid_before(tables: Tables, project: str, day: date | None) -> int:
    """分 that left a project before a day; all of it where there is none."""
    return -sum(
        leg.amount for leg in money.net_paid_by_project(tables).get(project, []) if day is None or leg.date < day
    )


@rule(
    "overpaid",
    title="不多付工程款、货款",
    judges="每个付过款的项目",
    formula="净支付 ＋ 应付 ≤ 决算数（没有决算的为合同价，没有合同的为分配数）",
    basis=BASIS,
    severity=ERROR,
    always=True,
    rolls=False,
    advice=("多付工程款或货款", "收回多付的款项，或补报决算"),
    act="收回多付的 {gap} 元",
    tasks=(70,),
)
def overpaid(tables: Tables) -> Iterator[Finding]:
    """Net paid and owed within the settlement, else the contract, else what was allocated."""
    owing = _owing(tables)
    for project in registered.projects(tables).values():
        paid = money.net_paid(tables).get(project.id, 0)
        if paid <= 0:
            continue
        owed = open_items.left(open_items.payables(tables)).get(project.id, 0)
        limit, what = _most(tables, project)
        excess = max(paid + owed - limit, 0)
        yield Finding(
            _subject(project),
            FAIL if excess else PASS,
            f"已付 {yuan_cn(paid)} 元，应付 {yuan_cn(owed)} 元；{what} {yuan_cn(limit)} 元"
            + (f"，多 {yuan_cn(excess)} 元" if excess else ""),
            measured=Measured(paid + owed, limit),
            threshold=Threshold("<=", Fraction(1), (), limit),
            shortfall=excess,
            evidence=tuple(leg.row for leg in money.net_paid_by_project(tables).get(project.id, []))
            + tuple(item.posting for item in owing.get(project.id, [])),
            source=_source(project),
        )


@derived
def _owing(tables: Tables) -> dict[str, list[open_items.Item]]:
    """The payables that still stand, by project."""
    found: dict[str, list[open_items.Item]] = defaultdict(list)
    for of, items in open_items.payables(tables).items():
        found[of.project] += [item for item in items if item.left]
    return found


def _most(tables: Tables, project: Project) -> tuple[int, str]:
    """What a project may cost, in 分, and what says so."""
    settled = registered.settled(tables, project.id)
    if settled is not None:
        return settled, "决算"
    if project.contract is not None:
        return project.contract, "合同"
    return money.allocated(tables).get(project.id, 0), "分配"


def payable(tables: Tables, project: Project) -> dict[str, int]:
    """By rule the 分 that may still be paid on a project without breaking it; below zero where it is broken already."""
    paid = money.net_paid(tables).get(project.id, 0)
    owed = open_items.left(open_items.payables(tables)).get(project.id, 0)
    found = {"overpaid": _most(tables, project)[0] - paid - owed}
    if project.contract:
        day = registered.reached(tables, project.id, "开工") or tables.as_of
        halves = [
            half
            for name, state in _HALVES
            if not registered.reached(tables, project.id, state)
            and (half := _half(tables, project, project.contract, name, state, day))
        ]
        found |= {"paid-ahead": min(int(half.allowed) - half.paid for half in halves)} if halves else {}
    return found


@dataclass(frozen=True)
class _Half:
    """One half of paying ahead: what was paid before a state, and the most that is allowed."""

    state: str
    paid: int
    allowed: Fraction
    applied: Applied

    @property
    def excess(self) -> int:
        return shortfall_of(self.paid, self.applied.op, self.allowed)


@rule(
    "paid-ahead",
    title="不超比例预付、不超进度付款",
    judges="每个有合同价的项目",
    formula="开工前支付 ÷ 合同价；验收前支付 ÷ 合同价",
    basis="建设工程价款结算暂行办法（财建〔2004〕369号）第12条；数值由本县自定",
    severity=WARNING,
    defaults=PREPAYMENT,
    parameters=(BEFORE_ACCEPTANCE,),
    rolls=False,
    advice=("超比例预付或超进度付款，资金有风险", "核对工程进度，暂停付款或要求提供担保"),
    tasks=(70,),
)
def paid_ahead(tables: Tables) -> Iterator[Finding]:
    """Paid before 开工, and before 验收, against the contract; a half without a value is not judged."""
    for project in registered.projects(tables).values():
        if project.contract and project.id in money.net_paid_by_project(tables):
            yield _ahead(tables, project, project.contract)


def _ahead(tables: Tables, project: Project, contract: int) -> Finding:
    legs = money.net_paid_by_project(tables)[project.id]
    day = registered.reached(tables, project.id, "开工") or min(leg.date for leg in legs)
    halves = [half for name, state in _HALVES if (half := _half(tables, project, contract, name, state, day))]
    if not halves:
        return absent(tables, _subject(project), "prepayment", day, PREPAYMENT, act=day, source=_source(project))
    worst = max(halves, key=lambda half: half.excess)
    said = "；".join(
        f"{half.state}前支付 {yuan_cn(half.paid)} 元，至多 {yuan_cn(int(half.allowed))} 元"
        + (f"，多 {yuan_cn(half.excess)} 元" if half.excess else "")
        for half in halves
    )
    return Finding(
        _subject(project),
        FAIL if worst.excess else PASS,
        f"合同价 {yuan_cn(contract)} 元；{said}",
        measured=Measured(worst.paid, contract),
        threshold=Threshold(
            worst.applied.op,
            worst.allowed / contract,
            tuple(half.applied for half in halves),
            int(worst.allowed),
        ),
        shortfall=worst.excess,
        evidence=tuple(leg.row for leg in legs),
        lines=registered.lines_of(tables, project.id, "开工", "验收"),
        act=day,
        source=_source(project),
    )


def _half(tables: Tables, project: Project, contract: int, name: str, state: str, day: date) -> _Half | None:
    found = tables.policy.in_force(name, day, PREPAYMENT)
    if found is None:
        return None
    paid = _paid_before(tables, project.id, registered.reached(tables, project.id, state))
    return _Half(state, paid, contract * found.value, found)


@rule(
    "acceptance-due",
    title="完工后及时验收",
    judges="每个到达完工的项目",
    formula="完工至验收的天数",
    basis=BASIS,
    severity=WARNING,
    defaults=ACCEPTANCE_DAYS,
    rolls=False,
    advice=("完工项目久未验收", "组织验收，查明拖延原因"),
    tasks=(70,),
)
def acceptance_due(tables: Tables) -> Iterator[Finding]:
    """验收 within the days after 完工; what is missing is pending until then."""
    for project in registered.projects(tables).values():
        done = registered.reached(tables, project.id, "完工")
        if done:
            yield _accepted(tables, project, done)


def _accepted(tables: Tables, project: Project, done: date) -> Finding:
    found = tables.policy.in_force("acceptance-days", done, ACCEPTANCE_DAYS)
    if found is None:
        return absent(tables, _subject(project), "acceptance-days", done, ACCEPTANCE_DAYS, act=done, source=_source(project))
    accepted = registered.reached(tables, project.id, "验收")
    days = ((accepted or tables.as_of) - done).days
    in_time = meets(days, found.op, found.value)
    last_day = done + timedelta(days=int(found.value))
    return Finding(
        _subject(project),
        (PASS if accepted else PENDING) if in_time else FAIL,
        f"完工后 {days} 天{'验收' if accepted else '尚未验收'}，应在 {last_day} 前验收",
        measured=Measured(days, 1, "day"),
        threshold=Threshold(found.op, found.value, (found,)),
        lines=registered.lines_of(tables, project.id, "完工", "验收"),
        act=done,
        due=last_day,
        source=_source(project),
    )


@rule(
    "retention",
    title="质保金足额扣留、到期支付",
    judges="每个有合同价、已验收的项目",
    formula="验收后至质保期满前扣留的质保金 ≥ 合同价 × 比例；期满后 30 天内付清",
    basis="建设工程质量保证金管理办法（建质〔2017〕138号）；数值由本县自定",
    severity=WARNING,
    parameters=(RETENTION, RETENTION_MONTHS),
    rolls=False,
    advice=("质保金没有足额扣留或到期没有退还", "补扣质保金；到期的及时退还"),
    tasks=(70,),
)
def retention(tables: Tables) -> Iterator[Finding]:
    """Retention (2302…:1质保金) is held from 验收 until its months are over, and paid within 30 days after."""
    if not {RETENTION, RETENTION_MONTHS} <= tables.policy.mentioned:
        return
    for project in registered.projects(tables).values():
        accepted = registered.reached(tables, project.id, "验收")
        if project.contract and accepted:
            yield _retained(tables, project, project.contract, accepted)


def _retained(tables: Tables, project: Project, contract: int, accepted: date) -> Finding:
    share = tables.policy.in_force(RETENTION, accepted)
    months = tables.policy.in_force(RETENTION_MONTHS, accepted)
    if share is None or months is None:
        missing = RETENTION if share is None else RETENTION_MONTHS
        return absent(tables, _subject(project), missing, accepted, act=accepted, source=_source(project))
    end = months_later(accepted, int(months.value))
    last_day = end + timedelta(days=GRACE)
    required = _rounded(contract * share.value)
    balance = _Balance.of(_retention_legs(tables).get(project.id, []))
    since = _withheld_from(tables, project, accepted, contract - required, balance)
    least = balance.least(since, min(end - timedelta(days=1), tables.as_of)) if since else 0
    now, late = balance.on(tables.as_of), tables.as_of > last_day and balance.on(last_day) > 0
    short = max(required - least, 0)
    status = FAIL if late or (short and since) else PENDING if short or (end <= tables.as_of and now > 0) else PASS
    return Finding(
        _subject(project),
        status,
        f"{end} 前应扣留 {yuan_cn(required)} 元，"
        + (f"最少时扣留 {yuan_cn(least)} 元" if since else "工程款还没有结清")
        + f"，尚未支付 {yuan_cn(now)} 元"
        + (f"，应在 {last_day} 前付清" if late or (status == PENDING and since) else ""),
        measured=Measured(least, contract),
        threshold=Threshold(">=", share.value, (share, months), None if late and not short else required),  # late: no ratio
        shortfall=short,
        evidence=tuple(
            leg.row
            for legs in (money.net_paid_by_project(tables), _retention_legs(tables))
            for leg in legs.get(project.id, [])
        ),
        lines=registered.lines_of(tables, project.id, "验收"),
        act=accepted,
        due=last_day,
        source=_source(project),
    )


@dataclass(frozen=True)
class _Balance:
    """Retention that is held of a project: 分 by day."""

    changes: dict[date, int]

    @staticmethod
    def of(legs: list[money.Leg]) -> "_Balance":
        changes: dict[date, int] = defaultdict(int)
        for leg in legs:
            changes[leg.date] -= leg.amount
        return _Balance(changes)

    def on(self, day: date) -> int:
        return sum(amount for changed, amount in self.changes.items() if changed <= day)

    def least(self, since: date, until: date) -> int:
        """The least that was held at the end of any day of a span."""
        return min(self.on(day) for day in (since, *(one for one in self.changes if since < one <= until)))


def _withheld_from(tables: Tables, project: Project, accepted: date, most: int, balance: _Balance) -> date | None:
    """From when on retention must lie on its account: 验收, or the bill after it by which it is withheld; None before that.

    Until that bill the price itself is withheld: no more than `most` (the contract less retention) was paid or is owed.
    """
    first = min((day for day in balance.changes), default=None)
    paid = _paid_before(tables, project.id, None if first is None else max(first, accepted))
    if paid > most or (first is not None and first <= accepted):
        return accepted
    return first


@derived
def _retention_legs(tables: Tables) -> dict[str, list[money.Leg]]:
    return money.by_project(records(money.Leg, tables.postings[(tables.postings["kind"] == "retention").to_numpy()]))


def _rounded(amount: Fraction) -> int:
    """Whole 分, half up: what is owed."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of its month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass
class _Contract:
    """What one payee was paid on one project: several payments are one contract, dated by the first."""

    project: str
    day: date
    amount: int
    rows: list[int]


@rule(
    "split-contract",
    title="不拆分合同规避招标、采购",
    judges="每个收款方在每个村（分项）有两个以上项目合同的",
    formula="规定天数内，各自不到限额的合同合计不超过限额",
    basis="招标投标法 第4条；政府采购法 第28条；限额由本县规定",
    severity=WARNING,
    defaults=SPLIT_DAYS,
    parameters=(TENDER_LIMIT,),
    rolls=False,
    advice=("可能拆分项目规避招标、采购", "查明是否同一项目，按规定招标或采购"),
    tasks=(70,),
)
def split_contract(tables: Tables) -> Iterator[Finding]:
    """One payee's contracts in a village that are below the limit each stay below it together, within the days."""
    if TENDER_LIMIT not in tables.policy.mentioned:
        return
    for (payee, village), contracts in _contracts(tables).items():
        if len(contracts) > 1:
            yield _split(tables, payee, village, sorted(contracts, key=lambda one: one.day))


def _contracts(tables: Tables) -> dict[tuple[str, str], list[_Contract]]:
    """Contracts by payee and village, of payments that no list breaks down to households."""
    table = tables.postings
    wanted = (table["kind"] == "expense") & (table["payee"] != "") & (table["project"] != "") & (table["roll"] == "")
    wanted &= (table["household"] == "") & money.outgoing(tables)
    found: dict[tuple[str, str], _Contract] = {}
    for leg, payee in zip(records(money.Leg, table[wanted]), table["payee"][wanted].tolist(), strict=True):
        one = found.setdefault((payee, leg.project), _Contract(leg.project, leg.date, 0, []))
        one.amount += leg.amount
        one.rows.append(leg.row)
    grouped: dict[tuple[str, str], list[_Contract]] = defaultdict(list)
    for (payee, project), one in found.items():
        row = registered.projects(tables).get(project)
        for village in registered.villages_of(tables, row, one.day) if row else ():
            grouped[payee, village].append(one)
    return grouped


def _split(tables: Tables, payee: str, village: str, contracts: list[_Contract]) -> Finding:
    said = [_window(tables, contracts, place) for place in range(len(contracts))]
    known = [one for one in said if one is not None]
    more: More = {
        "part": village,
        "evidence": tuple(row for one in contracts for row in one.rows),
        "act": contracts[0].day,
    }
    if not known:
        return absent(tables, Subject("payee", payee), TENDER_LIMIT, contracts[0].day, **more)
    near, limit, applied = max(known, key=lambda one: sum(c.amount for c in one[0]) - one[1])
    total = sum(one.amount for one in near)
    excess = max(total - limit, 0) if len(near) > 1 else 0
    return Finding(
        Subject("payee", payee),
        FAIL if excess else PASS,
        f"{near[0].day} 起 {int(applied[1].value)} 天内 {len(near)} 个项目（{'、'.join(c.project for c in near)}）"
        f"合计 {yuan_cn(total)} 元，限额 {yuan_cn(limit)} 元"
        if near
        else "没有不到限额的合同",
        measured=Measured(total, limit),
        threshold=Threshold("<=", Fraction(1), applied, limit),
        shortfall=excess,
        **more,
    )


def _window(
    tables: Tables, contracts: list[_Contract], place: int
) -> tuple[list[_Contract], int, tuple[Applied, ...]] | None:
    """The small contracts within the days from one on, the limit in 分, and the parameters; None where one is missing."""
    start = contracts[place].day
    limit, days = tables.policy.in_force(TENDER_LIMIT, start), tables.policy.in_force("split-days", start, SPLIT_DAYS)
    if limit is None or days is None:
        return None
    most = int(limit.value * 100)
    near = [one for one in contracts[place:] if meets((one.day - start).days, days.op, days.value)]
    return [one for one in near if one.amount < most], most, (limit, days)


@dataclass(frozen=True)
class _Built:
    """Projects that were built together: what they cost and how much was built."""

    projects: frozenset[str]
    subtype: str
    year: int
    cost: int
    quantity: Fraction

    @property
    def each(self) -> Fraction:
        return self.cost / self.quantity


@rule(
    "unit-cost",
    title="单位造价不明显偏高",
    judges="每个登记了数量（quantity）、有五个以上同类可比的项目",
    formula="单位造价 ÷ 同一子类型、当年和上年其他项目单位造价的中位数",
    basis=BASIS,
    severity=WARNING,
    defaults=UNIT_COST,
    rolls=False,
    advice=("单位造价明显高于同类项目", "复核预算、结算和工程量"),
    tasks=(70,),
)
def unit_cost(tables: Tables) -> Iterator[Finding]:
    """Cost a unit against the median of peers of its subtype and year or the year before."""
    built = _built(tables)
    for name, own in built.items():
        peers = {
            one.projects: one.each
            for one in built.values()
            if one.projects != own.projects and one.subtype == own.subtype and own.year - 1 <= one.year <= own.year
        }
        yield _compared(tables, registered.projects(tables)[name], own, list(peers.values()))


def _compared(tables: Tables, project: Project, own: _Built, peers: list[Fraction]) -> Finding:
    day = end_of(own.year, tables.as_of)
    if len(peers) < PEERS:
        return na(_subject(project), f"同类可比的项目只有 {len(peers)} 个", act=day, source=_source(project))
    found = tables.policy.in_force("unit-cost-factor", day, UNIT_COST)
    if found is None:
        return absent(tables, _subject(project), "unit-cost-factor", day, UNIT_COST, act=day, source=_source(project))
    usual = median(peers)
    value = own.each / usual
    return Finding(
        _subject(project),
        PASS if meets(value, found.op, found.value) else FAIL,
        f"单位造价 {yuan_cn(_rounded(own.each))} 元，{len(peers)} 个同类项目的中位数 {yuan_cn(_rounded(usual))} 元",
        measured=Measured(_rounded(own.each), _rounded(usual), value=value),
        threshold=Threshold(found.op, found.value, (found,)),
        act=day,
        source=_source(project),
    )


def _built(tables: Tables) -> dict[str, _Built]:
    """What each project with a quantity cost; projects that share assets count together."""
    found = {}
    for project in registered.projects(tables).values():
        names = registered.together(tables, project.id)
        together = [registered.projects(tables)[name] for name in sorted(names)]
        quantity = sum((Fraction(one.quantity or 0) for one in together), Fraction(0))
        cost = sum(_cost(tables, one) for one in together)
        given = money.first_allocated(tables).get(project.id)
        if project.quantity and quantity > 0 and cost > 0 and given and project.subtype:
            found[project.id] = _Built(names, project.subtype, given.year, cost, quantity)
    return found


def _cost(tables: Tables, project: Project) -> int:
    settled = registered.settled(tables, project.id)
    spent = sum(leg.amount for leg in money.spent_by_project(tables).get(project.id, []))
    return spent if settled is None else settled


@rule(
    "resolution",
    title="立项前民主决策、尽职调查",
    judges="每个达到规定金额、列入年度计划的项目",
    formula="列入年度计划之前有决议（四议两公开或尽职调查），附件存在且与摘要相符",
    basis="村民委员会组织法；金额由本县规定",
    severity=WARNING,
    parameters=(RESOLUTION_FROM,),
    rolls=False,
    advice=("立项没有经过民主决策、尽职调查", "补作决议，查明责任"),
    tasks=(70,),
)
def resolution(tables: Tables) -> Iterator[Finding]:
    """A project from an amount on was decided, with evidence, on or before the day of 年度计划."""
    if RESOLUTION_FROM not in tables.policy.mentioned:
        return
    decided: dict[str, list[ResolutionLine]] = defaultdict(list)
    for line in records(ResolutionLine, tables.resolutions):
        decided[line.project].append(line)
    for project in registered.projects(tables).values():
        planned = registered.reached(tables, project.id, "年度计划")
        amount = money.allocated(tables).get(project.id, 0)
        if planned and amount > 0:
            yield from _decided(tables, project, planned, amount, decided[project.id])


def _decided(
    tables: Tables, project: Project, planned: date, amount: int, lines: list[ResolutionLine]
) -> Iterator[Finding]:
    found = tables.policy.in_force(RESOLUTION_FROM, planned)
    if found is None:
        yield absent(tables, _subject(project), RESOLUTION_FROM, planned, act=planned, source=_source(project))
        return
    if amount < found.value * 100:
        return
    in_time = [line for line in lines if line.date <= planned]
    faults = [_unproved(tables, line) for line in in_time]
    proved = [line for line, fault in zip(in_time, faults, strict=True) if not fault]
    reason = f"{planned} 列入年度计划前没有决议" if not in_time else faults[0]
    yield Finding(
        _subject(project),
        PASS if proved else FAIL,
        f"{proved[0].date} {proved[0].kind}，附件相符" if proved else reason,
        measured=Measured(amount, int(found.value * 100)),
        threshold=Threshold(found.op, None, (found,), int(found.value * 100)),
        lines=(
            *registered.lines_of(tables, project.id, "年度计划"),
            *((line.file, line.line) for line in lines),
        ),
        act=planned,
        source=_source(project),
    )


def _unproved(tables: Tables, line: ResolutionLine) -> str:
    """Why a decision's evidence proves nothing; "" where it does."""
    if not line.evidence:
        return f"{line.date} {line.kind}没有附件"
    try:
        found = hashlib.sha256(read_bytes(tables.root, line.evidence)).hexdigest()
    except Refused as error:
        return f"{line.date} {line.kind}的附件“{line.evidence}”{error}"
    return "" if found == line.evidence_sha256 else f"{line.date} {line.kind}的附件与记录的摘要不符"


__plugins__ = ("check",)
check = plugin(__name__)
