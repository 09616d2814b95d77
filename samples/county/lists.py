"""Pay lists as offices send them: labour remuneration by project and month, aid to households by 一卡通."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from samples.county.model import County, Household, Line, Person, Project, Voucher
from samples.county.table import HEADERS, Table, yuan


def code_of(household: Household, person: Person | None = None) -> str:
    """户编号 or 人编号 as the national system would give it: sixteen digits, two more for a person."""
    digits = f"50{household.id[1:].replace('-', ''):0>14}"
    return f"{digits}{person.number:02d}" if person else digits


def kind_of(household: Household, day: dt.date) -> str:
    if household.monitored(day):
        return "监测户"
    return "脱贫户" if household.base(day) == "脱贫户" else "一般户"


def complete(county: County) -> None:
    """What lists of offices say besides: the month that they pay for, and of wages the account."""
    for labour in (True, False):
        for voucher, _, roll in _paid(county, labour):
            for line in roll:
                line.for_ = f"{voucher.day:%Y-%m}"
                line.account = f"62170024{line.household[1:].replace('-', '')}{int(line.person):02d}" if labour else ""


def _paid(county: County, labour: bool) -> Iterator[tuple[Voucher, Project, list[Line]]]:
    projects = {p.id: p for p in county.projects.values()}
    for voucher in sorted((v for v in county.vouchers if v.sheet in ("treasury", "labour")), key=lambda v: v.day):
        roll = voucher.legs[0].roll
        if roll and ("劳务" in voucher.legs[0].account) == labour:
            yield voucher, projects[voucher.project], roll


def labour(county: County) -> Iterator[Table]:
    """One list for each project and month, in the order of the months."""
    people = {h.id: h for h in county.households}
    for number, (voucher, project, roll) in enumerate(_paid(county, labour=True), 1):
        day = voucher.day
        last = calendar.monthrange(day.year, day.month)[1]
        by = "（由施工单位支付）" if voucher.sheet == "labour" else ""
        head = (
            f"项目名称：{project.name}",
            f"发放期间：{day.year}年{day.month}月1日至{day.year}年{day.month}月{last}日",
            "单位：元",
        )
        rows = [(n, *_worker(people[line.household], line, day, n)) for n, line in enumerate(roll, 1)]
        name = f"{number:03d}-{project.id}-{day:%Y%m}"
        notes = ("编制：　　　　审核：　　　　",)
        yield Table(name, f"以工代赈劳务报酬发放表{by}", HEADERS["labour"], rows, head, ("应发金额", "实发金额"), notes)


def _worker(household: Household, line: Line, day: dt.date, number: int) -> tuple[object, ...]:
    person = household.people[int(line.person) - 1]
    days = line.days or Decimal(0)
    daily = Decimal(line.amount) / 100 / days
    work = "技工" if daily > 120 else "普工"
    where = f"{household.village.town}{household.village.name}"
    phone = f"1380000{number:04d}"
    about = (person.name, person.id_number, where, kind_of(household, day), work, float(days), float(daily))
    return (*about, yuan(line.amount), yuan(line.amount), line.account, phone)


def benefits(county: County) -> Iterator[Table]:
    """One list for each payment to households, in the order of days."""
    people = {h.id: h for h in county.households}
    for number, (voucher, project, roll) in enumerate(_paid(county, labour=False), 1):
        month = f"{voucher.day.year}年{voucher.day.month}月"
        benefit = voucher.legs[0].meta.get("benefit")
        head = [f"项目名称：{project.name}", "单位：元"]
        head += [f"补贴名称：{benefit}"] if benefit else []
        rows = [(n, *_payee(people[line.household], line), month) for n, line in enumerate(roll, 1)]
        name = f"{number:03d}-{project.id}"
        title = f"惠企利民补贴发放表（{voucher.narration}）"
        yield Table(name, title, HEADERS["benefits"], rows, head, ("应发金额(元)", "实发金额(元)"))


def _payee(household: Household, line: Line) -> Iterable[object]:
    person = household.people[int(line.person or 1) - 1]
    quantity = None if line.quantity is None else float(line.quantity)
    place = (household.village.town, household.village.name)
    who = (person.name, person.id_number, "人" if line.person else "户")
    return (*place, *who, quantity, yuan(line.amount), yuan(line.amount))
