"""资金分配表: quota of a fund goes to projects; one voucher per sheet, fund and day."""

from collections import defaultdict
from datetime import date
from typing import Any

from importers.draft.entries import Leg, money
from importers.draft.versions import Record, part_of
from importers.finding.job import Job, not_before, plain_day
from importers.finding.registers import Funds, Projects, Villages
from importers.reading.title import title_batch, title_year
from importers.sheets.references import funded
from ledgers import chart
from ledgers.money import yuan_cn


def derive(job: Job) -> Record:
    """Book the allocations of the sheet; a corrected version replaces what its earlier version booked."""
    funds, projects, villages = Funds(job.draft), Projects(job.draft), Villages(job.draft)
    found = [item for row in job.sheet.rows if (item := _row(job, funds, projects, villages, row))]
    latest = max((job.draft.first_day("fund", fund) for _, fund, _ in found), default=None)
    groups: dict[tuple[str, str, date], list[tuple[Any, str]]] = defaultdict(list)
    for row, fund, project in found:
        if (day := _day(job, row, fund, latest)) is not None:
            groups[row.batch or title_batch(job.sheet.title), fund, day].append((row, project))
    year = title_year(job.sheet.title) or (funds.year(found[0][1]) if found else 0)
    batches = sorted({batch for batch, _, _ in groups})
    key = f"{year}:{'、'.join(batches)}"
    records = tuple(dict.fromkeys(f"{fund}/{project}" for _, fund, project in found))
    part, _ = part_of(job.draft, "allocation", key, records)
    prefix = f"分配:{key}:{part}:"
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    booked = set()
    for (batch, fund, day), rows in sorted(groups.items(), key=lambda item: item[0][2]):
        numbers[batch, fund] += 1
        booked.add(_book(job, f"{prefix}{batch}:{fund}:{numbers[batch, fund]}", batch, fund, day, rows))
    if not job.sheet.faults:
        _take_back(job, prefix, booked)
        _check_quota(job, funds, {fund for _, fund, _ in groups})
    return Record(key, part, records)


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
    village = villages.by_place.get((villages.town(row.town), row.village), "") if row.village else ""
    project = projects.find(job, row, row.code, row.name, funds.year(fund), village)
    return (row, fund, project) if project else None


def _day(job: Job, row: Any, fund: str, latest: date | None) -> date | None:
    day = job.day(row, "date", latest)
    if day is None:
        return None
    issued = job.draft.first_day("fund", fund)
    allowed = not_before(day, issued)
    if allowed is None:
        job.fault(row, "date", f"分配日期 {day} 早于该资金的发文时间 {issued}")
    return plain_day(allowed) if allowed else None


def _book(job: Job, import_id: str, batch: str, fund: str, day: date, rows: list[tuple[Any, str]]) -> str:
    legs = [Leg(chart.allocated(fund), money(row.amount), meta=(("project", project),)) for row, project in rows]
    legs.append(Leg(chart.quota(fund), -money(sum(row.amount for row, _ in rows))))
    text = f"分配到项目（{batch}）" if batch else "分配到项目"
    job.draft.put(import_id, day, "县财政局", text, legs, what="资金分配")
    return import_id


def _take_back(job: Job, prefix: str, booked: set[str]) -> None:
    """What an earlier version booked and this one does not say any more is reversed."""
    for import_id in [name for name in job.draft.imported if name.startswith(prefix) and name not in booked]:
        if voucher := job.draft.standing(import_id):
            job.draft.reverse(voucher.number, "更正后的分配表里没有这一笔")


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
