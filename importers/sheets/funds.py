"""资金指标表: each (文号, 级次, 任务) is a fund, its quota one voucher on the day of the document; 调减 takes quota back."""

from collections import defaultdict
from datetime import date
from typing import Any

from importers.draft.entries import Directive, Leg, Meta, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.registers import Funds, corrected, set_amount
from importers.reading.cells import document as document_number
from importers.reading.title import title_year
from ledgers import chart
from ledgers.files.text import Yuan


def derive(job: Job) -> Record:
    """Register the sheet's funds and book their quota; rows of one fund add up."""
    funds = Funds(job.draft)
    groups: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    reductions = []
    for row in job.sheet.rows:
        if row.amount is None and row.reduced is None:
            job.fault(row, "amount", "不能空着")
            continue
        if row.amount is not None and row.amount >= 0:
            groups[row.document, row.level, row.task].append(row)
        if row.amount is not None and row.amount < 0:
            reductions.append((row, -row.amount))
        if row.reduced:
            reductions.append((row, row.reduced))
    for (document, level, task), rows in groups.items():
        _register(job, funds, document, level, task, rows)
    counts: dict[str, int] = defaultdict(int)
    for row, amount in reductions:
        _reduce(job, funds, row, amount, counts)
    return Record()


def _find(funds: Funds, document: str, level: str, task: str) -> str | None:
    found = funds.fitting(document, task, level, "")
    return found[0] if found else None


def _register(job: Job, funds: Funds, document: str, level: str, task: str, rows: list[Any]) -> None:
    row, draft = rows[0], job.draft
    if any(other.date != row.date for other in rows):
        job.fault(rows[-1], "date", "同一文号、级次、任务的几行发文时间不同")
        return
    year = row.year or title_year(job.sheet.title) or row.date.year
    amount, day = sum(one.amount for one in rows), plain_day(row.date)
    facts: dict[str, Any] = {
        "name": row.title,
        "level": level,
        "task": task,
        "year": year,
        "doc-no": document,
        "source": row.source or None,
        "direct": row.direct,
        "labour-share": row.labour_share,
        "labour-basis": row.labour_basis or None,
    }
    id = _find(funds, document, level, task)
    if id is None:
        number = draft.next_number(f"F{year}-", draft.ids("fund"))
        id = f"F{year}-{number:02d}"
        meta: Meta = tuple((key, value) for key, value in facts.items() if value is not None)
        draft.add_directive(Directive("fund", id, day, (Yuan(amount),), meta))
        draft.note("新增", "资金", f"{id} {document} {level} {task} {money(amount):,.2f} 元")
        funds.enter(id)
    else:
        if set_amount(draft, id, Yuan(amount)):
            draft.note("更正", "资金", f"{id} {document} 的金额改为 {money(amount):,.2f} 元")
        corrected(draft, "fund", id, facts, "资金", document)
        _move_day(job, id, day)
    legs = [Leg(chart.quota(id), money(amount)), Leg(chart.FISCAL_INCOME[level], -money(amount))]
    draft.put(f"指标:{document}:{level}:{task}", day, _giver(level), f"下达{row.title}", legs, what="指标下达")


def _move_day(job: Job, id: str, day: date) -> None:
    from dataclasses import replace

    first, *later = job.draft.directives["fund", id]
    if first.date != day and not (job.draft.is_open(first.date) and job.draft.is_open(day)):
        job.draft.warn(f"{id} 的发文时间 {first.date} 已封账，没有改为 {day}")
    elif first.date != day:
        job.draft.directives["fund", id] = (replace(first, date=day), *later)


def _giver(level: str) -> str:
    """Who sends money of a level, as far as the sheet tells."""
    return {"中央": "上级财政", "省级": "上级财政", "市级": "上级财政", "县级": "县财政"}.get(level, level)


def _reduce(job: Job, funds: Funds, row: Any, amount: int, counts: dict[str, int]) -> None:
    """Quota that the level above takes back from a fund that the row names."""
    document = row.original or row.document
    id = _find(funds, document, row.level, row.task)
    named = next((known for known in funds.by_document if known and known in document_number(row.title)), "")
    if id is None and named:
        id = _find(funds, named, row.level, row.task)
    if id is None:
        job.fault(row, "document", f"调减的资金“{document}”（{row.level}、{row.task}）不在账簿里：请先导入下达它的指标表")
        return
    if row.date < job.draft.first_day("fund", id):
        job.fault(row, "date", f"调减日期早于该资金的发文时间 {job.draft.first_day('fund', id)}")
        return
    counts[f"{id}:{row.document}:{row.date}"] += 1
    import_id = f"调减:{row.document}:{id}:{row.date}:{counts[f'{id}:{row.document}:{row.date}']}"
    legs = [Leg(chart.TAKEN_BACK, money(amount)), Leg(chart.quota(id), -money(amount))]
    job.draft.put(import_id, plain_day(row.date), _giver(row.level), row.title or f"调减 {document}", legs, what="指标调减")
