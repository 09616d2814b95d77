"""收益分配表: how the income of each asset and year was used, by the village."""

from collections import defaultdict
from typing import Any

from importers.draft.entries import Leg, Meta, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons
from importers.finding.registers import Villages, asset_codes
from importers.finding.statements import reconcile
from importers.reading.cells import squeezed
from importers.reading.sheet import FAULTY
from importers.reading.title import title_year
from importers.sheets.references import household
from ledgers import chart
from ledgers.files.side_files import PayLine
from ledgers.money import yuan_cn

TO_HOUSEHOLDS = "入户分配"


def derive(job: Job) -> Record:
    """Book the uses of each asset's income of a year."""
    draft = job.draft
    villages = Villages(draft)
    persons = Persons(draft, villages)
    codes = asset_codes(draft)
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in job.sheet.rows:
        asset = codes.get(row.asset)
        if asset is None:
            job.fault(row, "asset", f"资产编号“{row.asset}”不在账簿里：请先导入扶贫项目资产台账")
            continue
        if not _same_village(job, villages, row, asset):
            continue
        day = job.day(row, "date")
        if day:
            groups[asset, row.year or title_year(job.sheet.title) or day.year].append(row)
    touched = {_distribute(job, persons, asset, year, rows) for (asset, year), rows in groups.items()}
    if not job.sheet.faults:
        for village in sorted(touched - {""}):
            reconcile(job, village)
    return Record()


def _same_village(job: Job, villages: Villages, row: Any, asset: str) -> bool:
    """Whether the row's village is the asset's; a fault where it is another."""
    village = str(job.draft.facts("asset", asset).get("village"))
    if squeezed(row.village).removesuffix("村") == squeezed(villages.name(village)).removesuffix("村"):
        return True
    job.fault(row, "village", f"资产 {asset} 登记在 {villages.describe(village)}，这里写的是“{row.village}”")
    return False


def _distribute(job: Job, persons: Persons, asset: str, year: int, rows: list[Any]) -> str:
    """One asset's year; its village, "" after a fault."""
    before = len(job.sheet.faults)
    facts = job.draft.facts("asset", asset)
    incomes = {row.income for row in rows}
    if len(incomes) > 1:
        job.fault(rows[-1], "income", "同一资产的几行年度收益写得不一样")
    total = sum(row.amount for row in rows)
    if incomes != {total} and len(incomes) == 1 and not before:
        job.fault(rows[0], "income", f"年度收益 {yuan_cn(rows[0].income)} 元，各项用途合计 {yuan_cn(total)} 元，应相等")
    days = {plain_day(day) for row in rows if (day := job.day(row, "date"))}
    if len(days) > 1:
        job.fault(rows[-1], "date", "同一资产同一年度的分配日期不同")
    legs = _uses(job, persons, rows)
    if len(job.sheet.faults) > before:
        return ""
    village = str(facts["village"])
    account = chart.bank(village, persons.villages.name(village))
    kept = sum(row.amount for row in rows if row.use == "公积公益金")
    legs += [Leg(chart.RESERVE, -money(kept)), Leg(account, -money(total - kept))]
    meta: Meta = (("asset", asset), ("income-year", year))
    text = f"{facts.get('name', '')}收益分配"
    job.draft.put(f"收益分配:{asset}:{year}", days.pop(), str(facts.get("owner", "")), text, legs, meta, "收益分配")
    return village


def _uses(job: Job, persons: Persons, rows: list[Any]) -> list[Leg]:
    """One posting per use, with a roll where households received it."""
    legs = []
    for use in dict.fromkeys(row.use for row in rows):
        lines, seen = [], dict[str, int]()
        rest = 0
        for row in (row for row in rows if row.use == use):
            if not row.household:
                rest += row.amount
                if use == TO_HOUSEHOLDS:
                    job.fault(row, "household", "入户分配必须写户编号")
                continue
            household = job.draft.households.get(row.household)
            if household is None:
                job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")
            elif household in seen:
                job.fault(row, "household", f"与第 {seen[household] + 1} 行是同一户")
            else:
                seen[household] = row.line
                lines.append(PayLine(household, "", row.amount))
                _check_name(job, persons, row, household)
        if lines:
            legs.append(Leg(chart.USES[use], money(sum(line.amount for line in lines)), lines=tuple(lines)))
        if rest:
            legs.append(Leg(chart.USES[use], money(rest)))
    return legs


def _check_name(job: Job, persons: Persons, row: Any, household: str) -> None:
    if row.holder and all(place[0] != household for place in job.draft.names.get(row.holder, ())):
        job.draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：户主姓名与户编号在名单上的不一致，以户编号为准")


def look(job: Job, row: Any) -> None:
    """A row with a fault in one cell: whether its asset and its household are known."""
    if row.asset is not FAULTY and row.asset not in asset_codes(job.draft):
        job.fault(row, "asset", f"资产编号“{row.asset}”不在账簿里：请先导入扶贫项目资产台账")
    household(job, row)
