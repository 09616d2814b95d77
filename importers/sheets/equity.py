"""股权量化清单: a grant is (项目, 实施主体); its shares are units at one price, booked in one voucher with a share register."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from importers.draft.entries import Directive, Leg, Meta, ShareLine, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons
from importers.finding.registers import Projects, Villages, corrected
from importers.finding.spending import is_person
from importers.finding.statements import reconcile
from importers.reading.cells import squeezed
from importers.reading.kinds import terms
from importers.reading.sheet import FAULTY
from importers.reading.title import title_year
from importers.sheets.paylists import standing_of
from importers.sheets.references import household
from ledgers import chart
from ledgers.files.text import Yuan
from ledgers.money import yuan_cn

_COLLECTIVE = re.compile(r"集体|经济合作社|股份合作社|股份经济|联合社|联社|村民委员会|村委会|村委")
_ALIKE = ("operator_kind", "subsidy", "quantified", "rate", "span", "base")


def derive(job: Job) -> Record:
    """Book every grant of the sheet."""
    draft = job.draft
    villages, projects = Villages(draft), Projects(draft)
    persons = Persons(draft, villages)
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in job.sheet.rows:
        if not row.operator:
            job.fault(row, "operator", "不能空着")
        elif is_person(squeezed(row.operator)):
            job.fault(row, "operator", "实施主体应为企业或合作社，这里像是个人姓名")
        elif project := projects.find(job, row, row.code, row.name, _year(job, projects, row)):
            groups[project, row.operator].append(row)
    touched = {_grant(job, persons, villages, project, operator, rows) for (project, operator), rows in groups.items()}
    if not job.sheet.faults:
        for village in sorted(touched - {""}):
            reconcile(job, village)
    return Record()


def _year(job: Job, projects: Projects, row: Any) -> int | None:
    """The title's year where it has the project: shares are often quantified a year after the plan."""
    year = title_year(job.sheet.title)
    return year if year and not row.code and projects.named(row.name, year) else None


def _grant(job: Job, persons: Persons, villages: Villages, project: str, operator: str, rows: list[Any]) -> str:
    """One grant; the village that it lies in, "" after a fault."""
    said = _said(job, rows)
    day = job.day(rows[0], "date")
    lines, price = _lines(job, persons, rows), _price(job, rows)
    village = _village(job, persons, project, lines, rows[0]) if lines else None
    kind = said and (said["operator_kind"] or _kind(job, rows[0], operator))
    if not (said and day and lines and price and village and kind):
        return ""
    draft = job.draft
    facts: dict[str, Any] = {
        "project": project,
        "operator": operator,
        "operator-kind": kind,
        "subsidy": Yuan(said["subsidy"]),
        "quantified": Yuan(said["quantified"]),
        "dividend-rate": said["rate"],
        "first-due": date(said["span"][0], 12, 31) if said["span"] else None,
        "years": said["span"][1] - said["span"][0] + 1 if said["span"] else None,
        "base-households": said["base"],
    }
    id = _enter(job, project, operator, plain_day(day), facts)
    total = sum(row.amount for row in rows)
    if total != said["quantified"]:
        draft.warn(f"{job.sheet.label}：{id} 各行股额合计 {yuan_cn(total)} 元，量化金额 {yuan_cn(said['quantified'])} 元，两者不等")
    units = sum((line.shares for line in lines), Decimal(0))
    legs = [
        Leg(chart.shares(village, villages.name(village)), units, id, price, lines=tuple(lines)),
        Leg(chart.EQUITY_FUND, -money(total)),
    ]
    draft.put(f"股权:{id}", plain_day(day), operator, "股权量化", legs, (("project", project), ("equity", id)), "股权量化")
    return village


def _said(job: Job, rows: list[Any]) -> dict[str, Any] | None:
    """What the rows of a grant say together, among it both amounts; None after a fault."""
    said = job.alike(rows, _ALIKE, "同一项目、同一实施主体")
    if said is None:
        return None
    for name in ("subsidy", "quantified"):
        if said[name] is None:
            job.fault(rows[0], name, "不能空着")
            return None
    return said


def _kind(job: Job, row: Any, operator: str) -> str | None:
    if "合作社" in operator:
        return "农民合作社"
    if "公司" in operator or "企业" in operator:
        return "农业企业"
    job.fault(row, "operator_kind", "不能空着：应为农业企业或农民合作社")
    return None


def _lines(job: Job, persons: Persons, rows: list[Any]) -> list[ShareLine]:
    """The share register: a household by its 户编号, or the collective; anyone else is a fault."""
    lines, wrong = [], []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        household = _household(job, persons, row)
        if household is None:
            continue
        holder = _holder(row, household)
        if not household and holder != "集体":
            job.fault(row, "household", "没有户编号，持股主体又不是村集体，无法确定是谁的股")
            continue
        if (household, holder) in seen:
            job.fault(row, "household", f"与第 {seen[household, holder] + 1} 行是同一户")
            continue
        seen[household, holder] = row.line
        day = plain_day(row.date or job.given_day or job.draft.today)
        if household and terms("worker").get(squeezed(row.type), "") not in ("", *standing_of(persons, household, day)):
            wrong.append(row.line + 1)
        lines.append(ShareLine(household, holder, row.shares.normalize()))
    if wrong:
        job.draft.warn(f"{job.sheet.label}：{len(wrong)} 行户类型与名单不一致，以名单为准（第 {'、'.join(map(str, wrong[:8]))} 行）")
    return lines


def _household(job: Job, persons: Persons, row: Any) -> str | None:
    """The household of a row, "" where it names none, None after a fault."""
    if row.household:
        known = job.draft.households.get(row.household)
        if known is None:
            job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")
        return known
    if row.identity:
        person = job.draft.people.get(persons.token(row.identity))
        if person is None:
            job.fault(row, "identity", "此人不在任何名单中：请先导入名单")
            return None
        return person.household
    return ""


def _holder(row: Any, household: str) -> str:
    written = squeezed(row.holder)
    if not household:
        return "集体" if _COLLECTIVE.search(written) else ""
    if "理事长" in written or "法人" in written:
        return "理事长"
    return "成员" if written in ("成员", "社员", "合作社成员", "其他成员") else ""


def _price(job: Job, rows: list[Any]) -> Decimal | None:
    """The price of a share in yuan: whole 分, the same for all rows of the grant."""
    first: Decimal | None = None
    for row in rows:
        price = Decimal(row.amount) / row.shares if row.shares else Decimal("0.5")
        if price != int(price) or not price:
            job.fault(row, "amount", f"股额 {yuan_cn(row.amount)} 元除以 {row.shares.normalize():f} 股，每股不是整分")
            return None
        if first is not None and price != first:
            job.fault(row, "amount", f"同一次量化里每股价格不同：{yuan_cn(int(first))} 元和 {yuan_cn(int(price))} 元")
            return None
        first = price
    return money(int(first)) if first else None


def _village(job: Job, persons: Persons, project: str, lines: list[ShareLine], row: Any) -> str | None:
    """The village of the project; where it has none, the one in which all holders live."""
    village = job.draft.facts("project", project).get("village")
    homes = {persons.village_of(line.household) for line in lines if line.household}
    if village or len(homes) == 1:
        return str(village or homes.pop())
    job.fault(row, "name", "项目没有落到一个村，持股的户又不在同一个村，无法登记股权")
    return None


def _enter(job: Job, project: str, operator: str, day: date, facts: dict[str, Any]) -> str:
    draft = job.draft
    for id in draft.ids("equity"):
        known = draft.facts("equity", id)
        if (known.get("project"), known.get("operator")) == (project, operator):
            corrected(draft, "equity", id, facts, "股权", operator)
            draft.set_state("equity", id, "量化", day)
            return id
    id = f"GQ{day.year}-{draft.next_number(f'GQ{day.year}-', draft.ids('equity')):04d}"
    meta: Meta = tuple((key, value) for key, value in facts.items() if value is not None)
    draft.add_directive(Directive("equity", id, day, ("量化",), meta))
    draft.note("新增", "股权", f"{id} {project} {operator} 量化 {yuan_cn(facts['quantified'].fen)} 元")
    return id


def look(job: Job, row: Any) -> None:
    """A row with a fault in one cell: whether its project and its household are known."""
    if FAULTY not in (row.code, row.name):
        Projects(job.draft).find(job, row, row.code, row.name, None)
    household(job, row)
