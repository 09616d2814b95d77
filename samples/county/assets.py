"""Assets: what projects formed and what is there from before, their income, its distribution, and two disposals."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledgers import chart
from samples.county.equity import split
from samples.county.funds import WAN
from samples.county.model import (
    AS_OF,
    FIRST_DAY,
    YEARS,
    County,
    Household,
    Leg,
    Line,
    Project,
    Village,
    days_after,
    weekday,
)
from samples.county.payments import bank_of

EARNING = "经营性"
PUBLIC = "公益性"
AT_HOME = "到户类"


@dataclass
class Asset:
    """One asset; `rent` is 分 a year."""

    id: str
    name: str
    asset_class: str
    village: Village
    cost: int
    day: dt.date
    rent: int = 0
    operator: str = ""
    project: Project | None = None


# Village number, name, class, cost in 万元, yearly rent in yuan.
OLD = (
    (8, "民宿", EARNING, 60, 42000),
    (24, "林下产品仓库", EARNING, 35, 24000),
    (32, "生态养殖圈舍", EARNING, 48, 36000),
    (40, "育苗大棚", EARNING, 40, 33000),
    (64, "屋顶光伏电站", EARNING, 52, 45600),
    (72, "蛋鸡养殖场", EARNING, 66, 51000),
    (80, "茶青交易厅", EARNING, 30, 21600),
    (88, "游客驿站", EARNING, 45, 28800),
    (10, "旧加工房", EARNING, 12, 6000),
    (20, "旧冷库", EARNING, 15, 7200),
    (3, "产业路", PUBLIC, 180, 0),
    (13, "人饮工程", PUBLIC, 95, 0),
    (23, "便民桥", PUBLIC, 60, 0),
    (43, "灌溉渠", PUBLIC, 120, 0),
    (43, "蓄水池", PUBLIC, 36, 0),
    (63, "文化广场", PUBLIC, 42, 0),
    (33, "到户种牛", AT_HOME, 26, 0),
    (73, "到户中蜂", AT_HOME, 18, 0),
)
SOLD = {10: dt.date(2022, 8, 18), 20: dt.date(2023, 5, 11)}
# Kinds of project whose asset is let, and its yearly rent in per mille of the cost.
LET = {"c4": 20, "c5": 6, "c9": 40, "c12": 12, "c15": 6}


def add_assets(rng: random.Random, county: County) -> list[Asset]:
    """Register every asset in order of its day; old ones stand in the books from the first day."""
    assets = [*_old(county), *_formed(rng, county)]
    for asset in assets:
        _register(rng, county, asset)
    for asset in assets:
        if asset.rent:
            _depreciate(county, asset)
    _sell(county, assets)
    return assets


def _old(county: County) -> Iterator[Asset]:
    for index, (village, name, asset_class, cost, rent) in enumerate(OLD, 1):
        place = county.villages[village]
        code = f"A{2016 + index % 4}-{index:04d}"
        operator = "示例经营管理有限公司" if rent else ""
        yield Asset(code, f"{place.name}{name}", asset_class, place, cost * WAN, FIRST_DAY, rent * 100, operator)


def _formed(rng: random.Random, county: County) -> list[Asset]:
    """One asset for each finished project that built something."""
    found = []
    for project in county.projects.values():
        if project.kind.economic in ("31005", "31003") and project.reached("验收"):
            day = weekday(days_after(project.day_of("验收"), rng.randrange(9, 30)))
            if day <= AS_OF:
                found.append((day, project))
    numbers = dict.fromkeys(YEARS, 0)
    assets = []
    for day, project in sorted(found, key=lambda item: (item[0], item[1].id)):
        numbers[day.year] = numbers.get(day.year, 0) + 1
        assets.append(_asset_of(county, project, day, f"A{day.year}-{numbers[day.year]:04d}"))
    return assets


def _asset_of(county: County, project: Project, day: dt.date, name: str) -> Asset:
    assert project.village
    cost = county.expenses(project)
    rent = cost * LET.get(project.key[4:], 0) // 1000 // 100_00 * 100_00
    asset_class = EARNING if rent else PUBLIC
    return Asset(name, project.name, asset_class, project.village, cost, day, rent, project.operator, project)


def _register(rng: random.Random, county: County, asset: Asset) -> None:
    """登记, and 运营 where it is let; the voucher on the same day. What is older than the book is entered on its first."""
    own = {"project": asset.project.id} if asset.project else {"origin": "历史"}
    caretaker = ",".join(_caretakers(rng, county, asset.village)) if asset.asset_class == PUBLIC else ""
    owner = ("农户", "户") if asset.asset_class == AT_HOME else (asset.village.collective, "村集体")
    place = {"owner": owner[0], "owner_kind": owner[1], "village": asset.village.id}
    facts = {"name": asset.name, "class_": asset.asset_class, **own, **place}
    county.declare(
        "assets", asset.day, "asset", asset.id, "登记", **facts, operator=asset.operator, caretaker=caretaker
    )
    if asset.rent:
        county.declare("assets", days_after(asset.day, 6), "asset", asset.id, "运营")
    account = chart.asset(asset.asset_class, asset.village.id, asset.village.name)
    legs = [Leg(account, units=(1, asset.id, asset.cost))]
    legs.append(Leg(chart.ASSET_FUND if asset.project else chart.OPENING, -asset.cost))
    county.book(asset.day, owner[0], f"登记资产：{asset.name}", *legs, sheet="assets", asset=asset.id)


def _caretakers(rng: random.Random, county: County, village: Village) -> list[str]:
    households = [h for h in county.of_village(village) if h.states[0].state == "脱贫户"]
    return [h.id for h in rng.sample(households[:8], rng.randrange(1, 3))]


def _depreciate(county: County, asset: Asset) -> None:
    """Straight line over twenty years, on the last working day of the year; an asset sold stops the year before."""
    last = next((day.year - 1 for index, day in SOLD.items() if county.villages[index] is asset.village), YEARS[-1])
    for year in range(max(asset.day.year + 1, YEARS[0]), last + 1):
        account = chart.depreciation(asset.village.id, asset.village.name)
        amount = asset.cost // 20 // 100 * 100
        legs = Leg(chart.ASSET_FUND, amount), Leg(account, -amount)
        county.book(dt.date(year, 12, 29), asset.village.collective, f"{asset.name}{year}年折旧", *legs, asset=asset.id)


def _sell(county: County, assets: list[Asset]) -> None:
    """Two old assets are disposed of; the proceeds go into a small public work of the village."""
    for index, day in SOLD.items():
        asset = next(a for a in assets if a.village is county.villages[index] and a.project is None)
        village = asset.village
        county.declare(
            "supplements", day, "asset", asset.id, "处置", reason="设备老化，经村民代表会议同意、镇政府批准处置"
        )
        worn = asset.cost // 20 // 100 * 100 * (day.year - YEARS[0])
        account = chart.asset(asset.asset_class, village.id, village.name)
        gone = [Leg(chart.ASSET_FUND, asset.cost - worn)]
        gone.append(Leg(chart.depreciation(village.id, village.name), worn))
        gone.append(Leg(account, units=(-1, asset.id, asset.cost)))
        county.book(day, village.collective, f"{asset.name}处置", *gone, asset=asset.id)
        price = asset.cost * 2 // 10
        legs = Leg(bank_of(village), price), Leg(chart.EARNINGS["处置"], -price)
        meta: dict[str, Any] = {"asset": asset.id, "income_year": day.year}
        county.book(days_after(day, 5), asset.operator, f"{asset.name}处置收入", *legs, payer=asset.operator, sheet="bank", **meta)
        legs = Leg(chart.USES["小型公益事业"], price), Leg(bank_of(village), -price)
        text = f"{asset.name}处置收入用于村内路灯维修"
        county.book(days_after(day, 40), village.collective, text, *legs, sheet="spending", **meta)


def earn_all(rng: random.Random, county: County, assets: list[Asset]) -> None:
    """Rent every year until the asset is sold, and its distribution by the village."""
    for asset in assets:
        sold = next((day for i, day in SOLD.items() if county.villages[i] is asset.village and not asset.project), None)
        for year in YEARS:
            if asset.rent and asset.day.year <= year and not (sold and sold.year <= year):
                _earn(rng, county, asset, year)


def _earn(rng: random.Random, county: County, asset: Asset, year: int) -> None:
    bank = bank_of(asset.village)
    legs = Leg(bank, asset.rent), Leg(chart.EARNINGS["租金"], -asset.rent)
    day = max(dt.date(year, 12, 8), days_after(asset.day, 3))
    text = f"{asset.name}{year}年租金"
    county.book(
        day, asset.operator, text, *legs, asset=asset.id, income_year=year, payer=asset.operator, sheet="bank"
    )
    distribute(county, asset, year, max(dt.date(year, 12, 20), days_after(asset.day, 5)))


def distribute(county: County, asset: Asset, year: int, day: dt.date) -> None:
    """2021: upkeep, public works, a fifth kept back. From 2022: most of it to households, more to priority ones."""
    bank, village = bank_of(asset.village), asset.village
    kept = asset.rent // 5
    upkeep = asset.rent // 10
    rest = asset.rent - kept - upkeep
    legs = [Leg(chart.USES["管护费用"], upkeep)]
    if year == YEARS[0]:
        legs.append(Leg(chart.USES["小型公益事业"], rest))
    else:
        posts = rest // 6
        legs.append(Leg(chart.USES["公益岗位"], posts))
        legs.append(Leg(chart.USES["入户分配"], rest - posts, roll=household_lines(county, village, day, rest - posts)))
    legs += [Leg(chart.USES["公积公益金"], kept), Leg(chart.RESERVE, -kept), Leg(bank, kept - asset.rent)]
    meta: dict[str, Any] = {"asset": asset.id, "income_year": year}
    county.book(day, village.collective, f"{asset.name}收益分配", *legs, sheet="distribution", **meta)


def household_lines(county: County, village: Village, day: dt.date, amount: int) -> list[Line]:
    """Every registered household gets some: a monitored one four parts, a 脱贫户 three, any other two."""
    members = county.of_village(village)
    return even_lines(members, [weight(h, day) for h in members], amount)


def weight(household: Household, day: dt.date) -> int:
    return 4 if household.monitored(day) else 3 if household.priority(day) else 2


def even_lines(members: list[Household], weights: list[int], amount: int) -> list[Line]:
    parts = split(amount, weights)
    return [Line(h.id, part) for h, part in zip(members, parts, strict=True) if part]
