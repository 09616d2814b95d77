"""How the projects spend their money: subsidies, contracts with retention, labour, village accounts, pay lists."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from decimal import Decimal

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county.aid import PayList
from samples.county.model import AS_OF, County, Leg, Line, Project, Village, Voucher, days_after, weekday
from samples.county.plan import Row

RETENTION = 3  # per cent of a tendered contract of 2021 and 2022, kept for a year
HALF_DAY = 60_00  # 分 for half a day's plain work; skilled work is 180 yuan a day
MOVED = "劳务报酬，由施工单位从工程款中支付"
MONTHLY = 1_900  # yuan that a worker earns in a month, about


def pay_all(rng: random.Random, county: County, lists: dict[str, list[PayList]]) -> None:
    """Book every payment of every project."""
    for row in county.plan.rows:
        project = county.projects[row.key]
        if row.kind.style == "works":
            _works(rng, county, project, row)
        elif row.kind.style == "list":
            for pay_list in lists[row.key]:
                pay_listed(county, project, pay_list)
        else:
            _STYLES[row.kind.style](county, project)


def draw(project: Project, amount: int) -> list[tuple[str, int]]:
    """Take an amount out of a project's funds, the first fund first."""
    parts = []
    for key, left in list(project.wallet.items()):
        part = min(left, amount)
        if part:
            project.wallet[key] = left - part
            parts.append((key, part))
            amount -= part
    if amount:
        raise ValueError(f"{project.key}: {amount} more than it was given")
    return parts


def pay(
    county: County, project: Project, day: dt.date, amount: int, payee: str, narration: str, economic: str
) -> Voucher:
    """Pay from quota through the treasury: a line, and so a voucher, for each fund. The last one is returned."""
    account = chart.expense(project.kind.function, economic)
    for key, part in draw(project, amount):
        fund = county.funds[key].id
        legs = Leg(account, part), Leg(chart.allocated(fund), -part)
        voucher = county.book(day, payee, narration, *legs, fund=fund, project=project.id, sheet="treasury")
    return voucher


def settle(county: County, project: Project, day: dt.date, amount: int, kept: int, payee: str) -> Voucher:
    """The last payment of a contract, by hand: the expense in full, one for each fund; the last fund keeps `kept`."""
    parts = draw(project, amount - kept)
    account = chart.expense(project.kind.function, project.kind.economic)
    several = len(parts) > 1
    legs = []
    for index, (key, part) in enumerate(parts):
        fund = county.funds[key].id
        own = {"fund": fund} if several else {}
        held = kept if index == len(parts) - 1 else 0
        legs.append(Leg(account, part + held, meta=own))
        if held:
            legs.append(Leg(chart.RETENTION, -held, meta=own))
        legs.append(Leg(chart.allocated(fund), -part))
    single = None if several else county.funds[parts[0][0]].id
    return county.book(day, payee, f"{project.name}工程结算款（扣质保金）", *legs, fund=single, project=project.id)


def pay_listed(county: County, project: Project, pay_list: PayList) -> Voucher:
    """Pay a list in one posting that carries its roll."""
    voucher = pay(
        county, project, pay_list.day, pay_list.total, pay_list.payee, pay_list.narration, project.kind.economic
    )
    voucher.legs[0].roll = pay_list.lines
    if pay_list.benefit:
        voucher.legs[0].meta["benefit"] = pay_list.benefit
    return voucher


def parts_of(amount: int, *per_cent: int) -> list[int]:
    """Split an amount; the last part takes what rounding to whole yuan leaves."""
    parts = [amount * share // 10_000 * 100 for share in per_cent]
    return [*parts, amount - sum(parts)]


def _subsidy(county: County, project: Project) -> None:
    """以奖代补: most on completion, the rest after 验收."""
    done, accepted = project.day_of("完工"), project.day_of("验收")
    for day, part, text in zip((done, accepted), parts_of(project.allocated, 60), ("完工", "验收"), strict=True):
        pay(county, project, weekday(days_after(day, 4)), part, project.operator, f"{project.name}{text}奖补", "31204")


def _contract(county: County, project: Project) -> None:
    """A tendered contract: an advance, progress, completion less retention; the retention a year later."""
    start, accepted = project.day_of("开工"), project.day_of("验收")
    middle = start + (accepted - start) / 2
    days = [weekday(days_after(day, 3)) for day in (start, middle, accepted)]
    total = project.allocated
    kept = -(-total * RETENTION // 100) if project.year < 2023 and project.kind.mode == "招标" else 0
    builder = builder_of(project)
    first, second, last = parts_of(total, 30, 40)
    pay(county, project, days[0], first, builder, f"{project.name}首期工程款", project.kind.economic)
    pay(county, project, days[1], second, builder, f"{project.name}工程进度款", project.kind.economic)
    if kept:
        settle(county, project, days[2], last, kept, builder)
        _release(county, project, weekday(days_after(days[2], 350)), kept, builder)
    else:
        pay(county, project, days[2], last, builder, f"{project.name}工程结算款", project.kind.economic)


def _release(county: County, project: Project, day: dt.date, kept: int, builder: str) -> None:
    ((key, amount),) = draw(project, kept)
    fund = county.funds[key].id
    legs = Leg(chart.RETENTION, amount), Leg(chart.allocated(fund), -amount)
    county.book(day, builder, f"{project.name}退还质保金", *legs, fund=fund, project=project.id)


def _service(county: County, project: Project) -> None:
    start, done = project.day_of("开工"), project.day_of("完工")
    for day, part in zip((start, done), parts_of(project.allocated, 50), strict=True):
        day = weekday(days_after(day, 12))
        pay(county, project, day, part, project.operator, f"{project.name}服务费", project.kind.economic)


def _fee(county: County, project: Project) -> None:
    for quarter, part in enumerate(parts_of(project.allocated, 25, 25, 25)):
        day = weekday(dt.date(project.year, (4, 6, 9, 11)[quarter], 20))
        pay(
            county,
            project,
            day,
            part,
            "示例工程咨询有限公司",
            f"{project.name}（设计、评审、监理）",
            project.kind.economic,
        )


def _village(county: County, project: Project) -> None:
    """Handed to the village's account first, then spent by the village in three parts before the work is done."""
    assert project.village
    start, done = project.day_of("开工"), project.day_of("完工")
    hand_over(county, project, weekday(days_after(start, 3)))
    for index, part in enumerate(parts_of(project.allocated, 40, 30)):
        day = weekday(start + (done - start) * (index + 1) / 3)
        spend_in_village(county, project, day, part, "示例建材经营部", f"{project.name}材料设备款第{index + 1}期")


def hand_over(county: County, project: Project, day: dt.date) -> None:
    assert project.village
    bank = bank_of(project.village)
    for key, amount in draw(project, sum(project.wallet.values())):
        fund = county.funds[key].id
        legs = Leg(bank, amount), Leg(chart.allocated(fund), -amount)
        text = f"拨付{project.name}资金"
        county.book(day, project.village.collective, text, *legs, fund=fund, project=project.id, sheet="treasury")


def spend_in_village(county: County, project: Project, day: dt.date, amount: int, payee: str, narration: str) -> None:
    """Spend out of the village's account, each fund's money in turn."""
    assert project.village
    bank = bank_of(project.village)
    account = chart.expense(project.kind.function, project.kind.economic)
    for fund, part in _held(county, project, bank, amount):
        legs = Leg(account, part), Leg(bank, -part)
        county.book(day, payee, narration, *legs, fund=fund, project=project.id, sheet="spending")


def _held(county: County, project: Project, bank: str, amount: int) -> Iterator[tuple[str, int]]:
    """The project's money in the village's account, by fund, up to an amount."""
    held: dict[str, int] = {}
    for voucher in (v for v in county.vouchers if v.project == project.id):
        for leg in voucher.legs:
            if leg.account == bank:
                fund = str(voucher.meta["fund"])
                held[fund] = held.get(fund, 0) + (leg.amount or 0)
    for fund, left in held.items():
        part = min(left, amount)
        amount -= part
        if part:
            yield fund, part


def bank_of(village: Village) -> str:
    return chart.bank(village.id, village.name)


def builder_of(project: Project) -> str:
    return f"示例{'甲乙丙丁戊'[int(project.id[-2:]) % 5]}建筑工程有限公司"


def _works(rng: random.Random, county: County, project: Project, row: Row) -> None:
    """以工代赈: labour month by month, out of quota or out of the contractor's price; material and machines besides."""
    units = -(-project.allocated_above * row.labour // HALF_DAY)
    if row.promised:
        project.meta["labour-promised"] = Yuan(int(project.allocated_above * row.promised))
    months = _months(project)
    rolls = [labour_roll(rng, _workers(county, project), part) for part in _even_units(int(units), len(months))]
    if row.contractor:
        _materials(county, project, project.allocated, row.finished)
    for month_end, roll in zip(months, rolls, strict=True):
        (_contractor_labour if row.contractor else _direct_labour)(county, project, month_end, roll)
    if not row.contractor:
        _materials(county, project, sum(project.wallet.values()), row.finished)


def _months(project: Project) -> list[dt.date]:
    """Last days of the months of work."""
    start = project.day_of("开工")
    end = project.day_of("完工") if project.reached("完工") else AS_OF
    firsts = [dt.date(start.year, month, 1) for month in range(start.month + 1, end.month + 1)]
    return [first - dt.timedelta(days=1) for first in firsts] or [end]


def _even_units(units: int, parts: int) -> list[int]:
    share = units // parts
    return [share] * (parts - 1) + [units - share * (parts - 1)]


def _workers(county: County, project: Project) -> list[tuple[str, str]]:
    """Grown members of the village's households first, then of the town's."""
    assert project.village
    near = sorted(county.in_town(project.village.town), key=lambda h: h.village is not project.village)
    return [(h.id, str(p.number)) for h in near for p in h.people[:2]]


def labour_roll(rng: random.Random, workers: list[tuple[str, str]], units: int) -> list[Line]:
    """Days and pay of as many workers as the month's labour money keeps busy; `units` are half days of plain work."""
    count = max(units * HALF_DAY // (MONTHLY * 100) + 12, 1)
    lines = []
    for household, person in rng.sample(workers[: count * 3], min(count * 3, len(workers))):
        skilled = units > 100 and rng.random() < 0.15
        halves = rng.randrange(10, 22) * 2 if skilled else rng.randrange(18, 45)
        if units <= 54:
            skilled, halves = False, units
        cost = halves * 3 // 2 if skilled else halves
        lines.append(Line(household, cost * HALF_DAY, person, Decimal(halves) / 2))
        units -= cost
        if not units:
            return sorted(lines, key=lambda line: (line.household, line.person))
    raise ValueError("not enough workers")


def _direct_labour(county: County, project: Project, day: dt.date, roll: list[Line]) -> None:
    total = sum(line.amount for line in roll)
    key = next(key for key, left in project.wallet.items() if left >= total)
    project.wallet[key] -= total
    fund = county.funds[key].id
    expense = Leg(chart.expense(project.kind.function, "30226"), total, roll=roll)
    text = f"{project.name}{day.month}月劳务报酬"
    legs = expense, Leg(chart.allocated(fund), -total)
    county.book(day, project.kind.unit, text, *legs, fund=fund, project=project.id, sheet="treasury")


def _contractor_labour(county: County, project: Project, day: dt.date, roll: list[Line]) -> None:
    """What the contractor paid out of his price: moved from his account to the labour leaf below it."""
    total = sum(line.amount for line in roll)
    fund = county.funds[next(iter(project.wallet))].id
    price = chart.expense(project.kind.function, project.kind.economic)
    leaf = chart.expense(project.kind.function, project.kind.economic, labour=True)
    legs = Leg(leaf, total, roll=roll), Leg(price, -total)
    county.book(day, builder_of(project), MOVED, *legs, fund=fund, project=project.id, sheet="labour")


def _materials(county: County, project: Project, amount: int, finished: bool) -> None:
    """Contract or material payments of a works project: an advance that covers its labour, progress, completion."""
    start = project.day_of("开工")
    end = project.day_of("验收") if finished else AS_OF
    days = [weekday(days_after(start + (end - start) * step / 2, 2)) for step in range(3 if finished else 1)]
    parts = parts_of(amount, 40, 30)
    for day, part in zip(days, parts, strict=False):
        pay(county, project, day, part, builder_of(project), f"{project.name}工程款", project.kind.economic)


_STYLES: dict[str, Callable[[County, Project], None]] = {
    "subsidy": _subsidy,
    "contract": _contract,
    "service": _service,
    "fee": _fee,
    "village": _village,
}
