"""资金分配表: quota of a fund goes to projects; one voucher per sheet, fund and day."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import IMPORT_ID, Leg, Voucher, money
from importers.draft.versions import Record, part_of
from importers.finding.job import Job, not_before, plain_day
from importers.finding.registers import Funds, Projects, Villages
from importers.finding.spending import allocated_net, is_payment
from importers.reading.cells import squeezed
from importers.reading.sheet import SMALL
from importers.reading.title import title_batch, title_year
from importers.sheets.references import funded
from ledgers import chart
from ledgers.chart import account as described
from ledgers.money import yuan_cn

ADJUSTED = re.compile(r"调整|调剂|追加|调增|调减|变更")


def derive(job: Job) -> Record:
    """Book the allocations of the sheet; a corrected version replaces what its earlier version booked.

    A sheet of another day without a batch of its own is another allocation; one that moves money between projects after
    they were paid, or says so, is an event of its own day.
    """
    funds, projects, villages = Funds(job.draft), Projects(job.draft), Villages(job.draft)
    found = [item for row in job.sheet.rows if (item := _row(job, funds, projects, villages, row))]
    found = _in_unit(job, found)
    _say_twice(job, found)
    groups: dict[tuple[str, str, date], list[tuple[Any, str]]] = defaultdict(list)
    for row, fund, project in found:
        if (day := _day(job, row, fund)) is not None:
            groups[row.batch or title_batch(job.sheet.title), fund, day].append((row, project))
    year = title_year(job.sheet.title) or (funds.year(found[0][1]) if found else 0)
    batches = sorted({batch for batch, _, _ in groups})
    key = f"{year}:{'、'.join(batches)}"
    records = tuple(dict.fromkeys(f"{fund}/{project}" for _, fund, project in found))
    part, before = part_of(job.draft, "allocation", key, records)
    if job.sheet.faults:
        return Record(key, part, records)
    version = _Version(job, funds, f"分配:{key}:{part}:", groups)
    if version.is_another(batches):
        part = 1 + max((entry.part for entry in job.draft.log.values() if (entry.kind, entry.key) == ("allocation", key)), default=-1)
        version.prefix, before = f"分配:{key}:{part}:", ()
    gone = version.book(records, before)
    if not job.sheet.faults:
        _check_quota(job, funds, {fund for _, fund, _ in groups})
    return Record(key, part, tuple(dict.fromkeys((*records, *gone))))


def _say_twice(job: Job, found: list[tuple[Any, str, str]]) -> None:
    """Two rows of one fund, project and amount may be one, written twice."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, fund, project in found:
        before = seen.setdefault((fund, project, row.amount, row.batch, row.date), row.line)
        if before != row.line:
            both = f"第 {row.line + 1} 行与第 {before + 1} 行的资金、项目、金额相同"
            job.draft.warn(f"{job.sheet.label} {both}，已相加：重复的请删去一行")


def _in_unit(job: Job, found: list[tuple[Any, str, str]]) -> list[tuple[Any, str, str]]:
    """The rows in yuan: where no unit is written and the funds are ten thousand times larger, it is asked."""
    quotas = {chart.quota(fund) for _, fund, _ in found}
    left = sum(leg.fen for voucher in job.draft.vouchers.values() for leg in voucher.legs if leg.account in quotas)
    total = sum(row.amount for row, _, _ in found)
    small = all(abs(row.amount) < SMALL * 100 for row, _, _ in found)
    if not found or job.sheet.unit_said or not small or total * 10_000 > left:
        return found
    question = f"没有写金额单位，按元计合计只有 {yuan_cn(total)} 元，与资金相差万倍"
    answer = job.ask(f"{job.sheet.label} {question}，单位是", ["元", "万元"])
    if answer is None:
        job.sheet_fault("amount", f"{question}：请在表上写明“单位：万元”（或元），或用 --unit 给出")
    return [(row._replace(amount=row.amount * 10_000), fund, project) for row, fund, project in found] if answer == 1 else found


@dataclass
class _Version:
    """A sheet beside the version of it that the book has."""

    job: Job
    funds: Funds
    prefix: str
    groups: dict[tuple[str, str, date], list[tuple[Any, str]]]

    def standing(self) -> list[Voucher]:
        """What the earlier version booked and still stands."""
        draft = self.job.draft
        return [voucher for id in draft.imported if id.startswith(self.prefix) and (voucher := draft.standing(id))]

    def is_another(self, batches: list[str]) -> bool:
        """Whether the sheet allocates again, rather than once more: negative rows, or another day and no batch."""
        held = {voucher.true_day for voucher in self.standing()}
        days = {day for _, _, day in self.groups}
        deltas = any(row.amount < 0 for rows in self.groups.values() for row, _ in rows)
        return bool(held) and not held & days and (deltas or batches == [""])

    def book(self, records: tuple[str, ...], before: tuple[str, ...]) -> list[str]:
        """Book the sheet; the records of an earlier version that it leaves alone."""
        held = self.standing()
        moved = held and not {voucher.true_day for voucher in held} & {day for _, _, day in self.groups}
        if moved and (ADJUSTED.search(squeezed(self.job.sheet.title)) or self._paid_since(held)):
            self._adjust(held, records)
            return [name for name in before if name not in records]
        partial = len(records) * 2 < len(before) and set(records) <= set(before)
        left = [name for name in before if name not in records] if partial else []
        if left:
            self.job.draft.warn(f"{self.job.sheet.label}：只写了原表 {len(before)} 项中的 {len(records)} 项，只更正这几项，其余不动")
        numbers: dict[tuple[str, str], int] = defaultdict(int)
        booked = set()
        for (batch, fund, day), rows in sorted(self.groups.items(), key=lambda item: item[0][2]):
            numbers[batch, fund] += 1
            import_id = f"{self.prefix}{batch}:{fund}:{numbers[batch, fund]}"
            legs = [*_legs(fund, rows), *self._kept(import_id, fund, {project for _, project in rows} if left else None)]
            booked.add(import_id)
            _put(self.job, import_id, batch, fund, day, legs)
        if not left:
            self._take_back(booked)
        self._say_overpaid()
        return left

    def _kept(self, import_id: str, fund: str, named: set[str] | None) -> list[Leg]:
        """The postings of an earlier version that a sheet with only some rows leaves alone."""
        voucher = self.job.draft.standing(import_id) if named is not None else None
        legs = voucher.legs if voucher else ()
        return [leg for leg in legs if leg.account == chart.allocated(fund) and str(leg.get("project")) not in (named or ())]

    def _take_back(self, booked: set[str]) -> None:
        """What an earlier version booked and this one does not say any more is reversed, unless it was paid already."""
        draft = self.job.draft
        for import_id in [name for name in draft.imported if name.startswith(self.prefix) and name not in booked]:
            if voucher := draft.standing(import_id):
                draft.reverse(voucher.number, "更正后的分配表里没有这一笔")

    def _say_overpaid(self) -> None:
        draft = self.job.draft
        net = allocated_net(draft)
        for (fund, project), paid in _paid(draft).items():
            if paid > net.get((fund, project), 0) and paid <= self.net_before.get((fund, project), 0):
                name = draft.facts("project", project).get("name", "")
                said = f"{project}“{name}”已支付 {yuan_cn(paid)} 元，超过更正后的分配"
                draft.warn(f"{self.job.sheet.label}：{said}（资金调剂请在标题写明“调整”，并写调剂当日的日期）")

    def __post_init__(self) -> None:
        self.net_before = allocated_net(self.job.draft)

    def _paid_since(self, held: list[Voucher]) -> bool:
        """Whether moving the allocations to the sheet's day would leave payments before them."""
        first = min(day for _, _, day in self.groups)
        projects = {str(leg.get("project")) for voucher in held for leg in voucher.legs}
        return any(
            voucher.true_day < first and is_payment(self.job.draft, voucher) and str(voucher.get("project")) in projects
            for voucher in self.job.draft.vouchers.values()
        )

    def _adjust(self, held: list[Voucher], records: tuple[str, ...]) -> None:
        """Book what the sheet says otherwise than the book, project by project, on the sheet's day."""
        now: dict[tuple[str, str], int] = defaultdict(int)
        for voucher in self.job.draft.vouchers.values():
            if str(voucher.get(IMPORT_ID) or "").startswith(self.prefix) and voucher.number not in self.job.draft.reversed:
                for leg in voucher.legs:
                    if (about := described(leg.account)).kind == "allocated":
                        now[about.fund, str(leg.get("project"))] += leg.fen
        wanted: dict[tuple[str, str], int] = defaultdict(int)
        for (_, fund, _), rows in self.groups.items():
            for row, project in rows:
                wanted[fund, project] += row.amount
        day = max(day for _, _, day in self.groups)
        for fund in dict.fromkeys(fund for fund, _ in (*wanted, *now)):
            changes = {p: wanted[fund, p] - now[fund, p] for f, p in (*wanted, *now) if f == fund}
            legs = [Leg(chart.allocated(fund), money(fen), meta=(("project", p),)) for p, fen in changes.items() if fen]
            if legs:
                _put(self.job, f"{self.prefix}调整:{fund}:{day}", "", fund, day, legs, "调整项目资金")


def _paid(draft: Draft) -> dict[tuple[str, str], int]:
    """Fund and project -> what was paid, net."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for voucher in draft.vouchers.values():
        kinds = [described(leg.account).kind for leg in voucher.legs]
        for leg in voucher.legs if any(kind in ("expense", "bank") for kind in kinds) else ():
            about = described(leg.account)
            if about.kind == "allocated" and (project := voucher.value(leg, "project")):
                found[about.fund, str(project)] -= leg.fen
    return found


def _row(job: Job, funds: Funds, projects: Projects, villages: Villages, row: Any) -> tuple[Any, str, str] | None:
    known = funds.by_document.get(row.document, [])
    if not known:
        job.fault(row, "document", f"文号“{row.document}”不在账簿里：请先导入下达它的资金指标表")
        projects.find(job, row, row.code, row.name, None)  # what else is wrong with the row
        return None
    fitting = funds.fitting(row.document, row.task, row.level, row.fund_name)
    if not fitting:
        offered = "；".join(map(funds.describe, known))
        job.fault(row, "task", f"文号“{row.document}”下没有任务“{row.task or ''}”级次“{row.level or ''}”的资金，有 {offered}")
        return None
    fund = job.choose(row, "document", f"文号“{row.document}”有几笔资金", [(id, funds.describe(id)) for id in fitting])
    if fund is None:
        return None
    village = villages.known(row.town, row.village or row.place)
    if "结转" in f"{job.draft.facts('fund', fund).get('name', '')}{row.batch}{job.sheet.title}":
        projects.continued |= {id for id, year in projects.years.items() if year < funds.year(fund)}
    project = projects.find(job, row, row.code, row.name, funds.year(fund), village)
    return (row, fund, project) if project else None


def _day(job: Job, row: Any, fund: str) -> date | None:
    day = job.day(row, "date")
    if day is None:
        return None
    issued = job.draft.first_day("fund", fund)
    allowed = not_before(day, issued)
    if allowed is None:
        job.fault(row, "date", f"分配日期 {day} 早于该资金的发文时间 {issued}")
    return plain_day(allowed) if allowed else None


def _legs(fund: str, rows: list[tuple[Any, str]]) -> list[Leg]:
    return [Leg(chart.allocated(fund), money(row.amount), meta=(("project", project),)) for row, project in rows]


def _put(job: Job, import_id: str, batch: str, fund: str, day: date, legs: list[Leg], text: str = "分配到项目") -> None:
    left = -sum((leg.number for leg in legs), Decimal(0))
    text = f"{text}（{batch}）" if batch else text
    job.draft.put(import_id, day, "县财政局", text, [*legs, Leg(chart.quota(fund), left)], what="资金分配")


def _check_quota(job: Job, funds: Funds, touched: set[str]) -> None:
    left: dict[str, int] = defaultdict(int)
    accounts = {chart.quota(fund): fund for fund in touched}
    for voucher in job.draft.vouchers.values():
        for leg in voucher.legs:
            if leg.account in accounts:
                left[accounts[leg.account]] += leg.fen
    for fund, amount in sorted(left.items()):
        if amount < 0:
            job.draft.warn(f"{funds.describe(fund)} 分配的比到位的指标多 {yuan_cn(-amount)} 元")


def look(job: Job, row: Any) -> None:
    """A row with a fault in one cell: whether document and project are known."""
    funded(job, row)
