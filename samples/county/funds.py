"""The tranches of each year, what each project is given of them, and the vouchers of quota and allocation."""

import datetime as dt

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county.aid import PayList
from samples.county.model import YEARS, County, Fund, Leg, Project, weekday
from samples.county.plan import LIST, REST, Row, Tranche

WAN = 10_000_00  # 分 in 万元
SENDERS = {"中央": "上级财政", "市级": "上级财政", "县级": "县财政"}  # who sends money of a level, as sheets tell


def add_funds(county: County) -> None:
    """Register every tranche, in order of its day, and book its arrival."""
    for year in YEARS:
        for kind, tranche in sorted(county.plan.tranches.items(), key=lambda item: item[1].arrives):
            if tranche.amounts[year - YEARS[0]]:
                fund = _fund(county, year, kind, tranche)
                county.funds[fund.key] = fund
                add_fund(county, fund)


def _fund(county: County, year: int, kind: str, tranche: Tranche) -> Fund:
    of_year = [f for f in county.funds.values() if f.year == year]
    return Fund(
        key=f"{year}{kind}",
        id=f"F{year}-{len(of_year) + 1:02d}",
        name=f"{year}年{tranche.name}",
        level=tranche.level,
        task=tranche.task,
        year=year,
        doc_no=f"示财农〔{year}〕{len(of_year) * 7 + 12}号",
        day=weekday(dt.date(year, *tranche.arrives)),
        function=tranche.function,
        source=tranche.source,
        amount=tranche.amounts[year - YEARS[0]] * WAN,
    )


def add_fund(county: County, fund: Fund) -> None:
    meta = {"name": fund.name, "level": fund.level, "task": fund.task, "year": fund.year, "doc_no": fund.doc_no}
    direct = fund.level == "中央" or None
    county.declare("funds", fund.day, "fund", fund.id, Yuan(fund.amount), **meta, source=fund.source, direct=direct)
    county.book(
        fund.day,
        SENDERS.get(fund.level, fund.level),
        f"下达{fund.name}",
        Leg(chart.quota(fund.id), fund.amount),
        Leg(chart.FISCAL_INCOME[fund.level], -fund.amount),
        sheet="funds",
    )


def allocation_day(county: County, fund: Fund) -> dt.date:
    """The day of its kind, unless the plan has it late."""
    plan = county.plan
    return plan.late.get(fund.key) or weekday(dt.date(fund.year, *plan.tranches[fund.key[4:]].allocated))


def shares_of(county: County, lists: dict[str, list[PayList]]) -> dict[str, dict[str, int]]:
    """分 by fund for every project: fixed sums, sums of pay lists, and what each fund has left for the last."""
    given: dict[str, dict[str, int]] = {row.key: {} for row in county.plan.rows}
    for fund in county.funds.values():
        left = fund.amount
        rest: list[str] = []
        for row in (r for r in county.plan.rows if r.year == fund.year and fund.key[4:] in r.money):
            amount = _fixed(row, fund.key[4:], lists)
            if amount is None:
                rest.append(row.key)
            else:
                given[row.key][fund.key] = amount
                left -= amount
        for key, amount in zip(rest, _even(left, len(rest)), strict=True):
            given[key][fund.key] = amount
    return given


def _fixed(row: Row, kind: str, lists: dict[str, list[PayList]]) -> int | None:
    planned = row.money[kind]
    if planned == LIST:
        return sum(pay_list.total for pay_list in lists[row.key])
    return None if planned == REST else int(planned) * WAN


def _even(amount: int, parts: int) -> list[int]:
    """Split into whole 万元, the last one taking what is left."""
    share = amount // max(parts, 1) // WAN * WAN
    return [share] * (parts - 1) + [amount - share * (parts - 1)] if parts else []


def allocate(county: County, fund: Fund, day: dt.date, shares: list[tuple[Project, int]]) -> None:
    """One voucher that allocates a fund's quota to projects."""
    legs = []
    for project, amount in shares:
        legs.append(Leg(chart.allocated(fund.id), amount, meta={"project": project.id}))
        project.allocations.append((day, fund, amount))
        project.wallet[fund.key] = project.wallet.get(fund.key, 0) + amount
    legs.append(Leg(chart.quota(fund.id), -sum(amount for _, amount in shares)))
    county.book(day, "县财政局", f"分配到项目（{batch_of(day)}）", *legs, sheet="allocation")


def batch_of(day: dt.date) -> str:
    """The batch of an allocation, as the county counts them: one a month."""
    return f"{day.year}年{day.month}月"


def allocate_all(county: County, given: dict[str, dict[str, int]]) -> None:
    """Allocate every fund in full on its day; 以工代赈 money of 2023 in two parts, before and after the change of law."""
    for fund in county.funds.values():
        shares = [(county.projects[key], money[fund.key]) for key, money in given.items() if fund.key in money]
        if fund.key == "2023YG":
            project, amount = shares[0]
            allocate(county, fund, dt.date(2023, 2, 27), [(project, amount // 2)])
            shares[0] = (project, amount - amount // 2)
        allocate(county, fund, allocation_day(county, fund), shares)
