"""农商行流水: the lines of a village's bank statement, kept in bank/<village>.csv."""

import re
from typing import Any

from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons, redacted
from importers.finding.registers import Villages
from importers.finding.spending import collective_of, is_person
from importers.finding.statements import balance_before, broken, reconcile
from importers.reading.cells import squeezed
from ledgers.files.side_files import BankLine
from ledgers.money import yuan_cn
from ledgers.personal.find import MASK


def derive(job: Job) -> Record:
    """Take a village's statement: lines must follow from each other and from those that the book has."""
    villages = Villages(job.draft)
    persons = Persons(job.draft, villages)
    village = _holder(job, villages)
    lines = _lines(job, persons)
    if village is None or not lines:
        return Record()
    held = job.draft.bank.get(village, ())
    merged = _merged(held, lines)
    if merged is None:
        first, last = held[0], held[-1]
        known = f"{first.day} 至 {last.day}（期末余额 {yuan_cn(last.balance)} 元）"
        mine = f"{lines[0].day} 至 {lines[-1].day}（期初余额 {yuan_cn(balance_before(lines[0]))} 元）"
        job.sheet_fault("balance", f"与已导入的流水接不上：已有 {known}，本表 {mine}。请补上中间的流水，或核对余额")
        return Record()
    if merged != held:
        job.draft.bank[village] = merged
        job.draft.note("新增", "银行流水", f"{villages.describe(village)}：{len(merged) - len(held)} 行")
    reconcile(job, village)
    return Record()


def _holder(job: Job, villages: Villages) -> str | None:
    """The village whose account it is, told by the account's name."""
    row = next(iter(job.sheet.rows), None)
    name = str(job.sheet.head.get("holder") or (row.holder if row else ""))
    if not name:
        job.sheet_fault("holder", "没有写户名：应在表头上方注明，如“户名：某村股份经济合作联合社”")
        return None
    draft = job.draft
    owned = [facts for id in draft.ids("asset") if (facts := draft.facts("asset", id)).get("owner") == name]
    owners = {str(facts.get("village")) for facts in owned}
    found = sorted(owners) if len(owners) == 1 else collective_of(villages, name, "")
    if not found:
        job.sheet_fault("holder", "户名看不出是哪个村的账户：应含村名，并先导入行政村基本情况表")
        return None
    candidates = [(id, villages.describe(id)) for id in found]
    return job.choose(row, "holder", "户名里的村有几个（应写明乡镇）", candidates)


def _lines(job: Job, persons: Persons) -> list[BankLine]:
    """The lines in the order of time, chained by their balances; statements are printed in either order."""
    rows = [_signed(job, row) for row in job.sheet.rows]
    if len(rows) > 1 and (rows[0].date > rows[-1].date or (broken(rows) and not broken(rows[::-1]))):
        rows.reverse()
    for row in rows:
        if bool(row.debit) == bool(row.credit):
            job.fault(row, "debit", "借方金额和贷方金额应有且只有一个")
    wrong = broken(rows)
    if wrong and not job.sheet.faults:
        row, expected = wrong
        job.fault(row, "balance", f"余额接不上：按上一行推算应为 {yuan_cn(expected)} 元，实为 {yuan_cn(row.balance)} 元")
    if job.sheet.faults:
        return []
    masked = 0
    lines = []
    for row in rows:
        summary, count = redacted(job.draft, row.summary, row.other if is_person(row.other) else "")
        masked += count
        lines.append(BankLine(plain_day(row.date), row.debit or 0, row.credit or 0, row.balance, summary, _other(persons, row.other)))
    if masked:
        job.draft.warn(f"{job.sheet.label}：摘要中有 {masked} 处姓名、电话、证号或账号，已写作{MASK}")
    return lines


_OUT, _IN = re.compile(r"借|支|付|出|dr?|-"), re.compile(r"贷|收|存|入|cr?|\+")


def _signed(job: Job, row: Any) -> Any:
    """A row with one amount as one with two: its mark (借, 贷, 收, 支) decides, else its sign."""
    if row.amount is None or row.debit is not None or row.credit is not None:
        return row
    mark = squeezed(row.mark).lower()
    if mark and not (_OUT.match(mark) or _IN.match(mark)):
        job.fault(row, "mark", f"看不出是收入还是支出：应为借、贷（或收、支），实为“{row.mark}”")
        return row
    if mark:
        return row._replace(debit=row.amount) if _OUT.match(mark) else row._replace(credit=row.amount)
    return row._replace(debit=-row.amount) if row.amount < 0 else row._replace(credit=row.amount)


def _other(persons: Persons, name: str) -> str:
    if not name:
        return ""
    return MASK if is_person(name) or persons.named(name, "") else redacted(persons.draft, name)[0]


def _merged(held: tuple[BankLine, ...], new: list[BankLine]) -> tuple[BankLine, ...] | None:
    """The lines of the book and of a statement as one chain; where days overlap the statement counts. None: a gap."""
    first, last = new[0].day, new[-1].day
    for early in ([line for line in held if line.day < first], [line for line in held if line.day <= first]):
        for late in ([line for line in held if line.day > last], [line for line in held if line.day >= last]):
            merged = (*early, *new, *late)
            if broken(merged) is None:
                return held if len(merged) == len(held) and merged == held else merged
    return None
