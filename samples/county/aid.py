"""Pay lists to households and persons: posts, transport, subsidies to production, schooling, insurance."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledgers.files.text import Yuan
from samples.county.model import County, Household, Line, weekday

BENEFITS: dict[str, dict[str, Any]] = {
    "公益岗位": {
        "states": "脱贫户,监测户",
        "cap": Yuan(800_00),
        "per": "人·月",
        "standard": Decimal("600.00"),
        "repeat": True,
    },
    "跨省交通补助": {"states": "脱贫户,监测户", "cap": Yuan(500_00), "per": "人·年"},
    "小额信贷贴息": {"states": "脱贫户,监测户", "cap": Yuan(2500_00), "per": "户·年", "repeat": True},
    "雨露计划": {"states": "脱贫户,监测户", "cap": Yuan(3000_00), "per": "人·年", "repeat": True},
    "保费补助": {"states": "脱贫户,监测户", "repeat": True},
    "防贫保险": {"states": "脱贫户,监测户,五无户", "levels-forbidden": "中央"},
    "茶叶提质奖补": {"states": "脱贫户,监测户", "cap": Yuan(5000_00), "per": "户·年", "standard": Decimal("300.00")},
    "生猪养殖奖补": {"states": "脱贫户,监测户", "cap": Yuan(5000_00), "per": "户·年", "standard": Decimal("200.00")},
    "中药材种植奖补": {"states": "脱贫户,监测户", "cap": Yuan(5000_00), "per": "户·年", "standard": Decimal("400.00")},
}
PRODUCTION = ("茶叶提质奖补", "生猪养殖奖补", "中药材种植奖补")


@dataclass
class PayList:
    """One list as it goes to the bank."""

    project: str
    day: dt.date
    payee: str
    narration: str
    benefit: str
    lines: list[Line]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


def pay_lists(rng: random.Random, county: County) -> dict[str, list[PayList]]:
    """The lists of every project that pays households, by the project's key."""
    keys = [row.key for row in county.plan.rows if row.kind.style == "list"]
    return {key: list(_MAKERS[key[4:]](rng, county, key, int(key[:4]))) for key in keys}


def declare_benefits(county: County) -> None:
    for name, meta in BENEFITS.items():
        county.declare(
            "benefits", dt.date(2021, 1, 1), "benefit", name, **{k.replace("-", "_"): v for k, v in meta.items()}
        )


def _eligible(county: County, day: dt.date) -> list[Household]:
    return [h for h in county.households if h.priority(day)]


def _sample(rng: random.Random, households: list[Household], count: int) -> list[Household]:
    """A random choice, in the order of the register."""
    chosen = set(rng.sample([h.id for h in households], min(count, len(households))))
    return [h for h in households if h.id in chosen]


def _posts(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    """公益岗位: the same people month after month; more of them in 2022, fewer in 2023."""
    holders = [h for h in county.households if h.states[0].state == "脱贫户"]
    random.Random("posts").shuffle(holders)
    for month in range(4, 13):
        lines = [
            Line(h.id, 600_00, str(h.people[0].number), quantity=Decimal(1)) for h in holders[: county.plan.posts[year]]
        ]
        lines.sort(key=lambda line: line.household)
        yield PayList(
            key, weekday(dt.date(year, month, 24)), "公益性岗位人员", f"{month}月公益性岗位补助", "公益岗位", lines
        )


def _transport(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    day = weekday(dt.date(year, 11, 10))
    travellers = _sample(rng, _eligible(county, day), 320)
    for batch in range(4):
        lines = [
            Line(h.id, rng.choice((200_00, 300_00, 400_00, 500_00)), str(h.people[-1].number))
            for h in travellers[batch::4]
        ]
        narration = f"{year}年跨区域务工交通补助第{batch + 1}批"
        yield PayList(key, day + dt.timedelta(days=batch), "外出务工人员", narration, "跨省交通补助", lines)


def _production(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    """One list a town; a town's list is for one kind of production."""
    day = weekday(dt.date(year, 9, 14))
    chosen = _sample(rng, _eligible(county, day), {2021: 560, 2022: 640, 2023: 520}[year])
    towns = list(dict.fromkeys(v.town for v in county.villages))
    for index, town in enumerate(towns):
        benefit = PRODUCTION[(index + year) % len(PRODUCTION)]
        standard: Decimal = BENEFITS[benefit]["standard"]
        paid_on = weekday(day + dt.timedelta(days=index))
        lines = []
        for household in (h for h in chosen if h.village.town == town and h.priority(paid_on)):
            quantity = Decimal(rng.randrange(4, 25)) / 2
            lines.append(Line(household.id, int(quantity * standard * 100), quantity=quantity))
        yield PayList(key, paid_on, f"{town}农户", f"{town}{year}年{benefit}", benefit, lines)


def _courtyards(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    day = weekday(dt.date(year, 11, 21))
    for batch, households in enumerate(_thirds(_sample(rng, _eligible(county, day), 200))):
        lines = [Line(h.id, rng.randrange(10, 21) * 100_00) for h in households]
        yield PayList(
            key, day + dt.timedelta(days=batch), "各村农户", f"{year}年庭院经济奖补第{batch + 1}批", "", lines
        )


def _interest(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    borrowers = [h for h in county.households if h.states[0].state == "脱贫户"]
    borrowers = _sample(rng, borrowers, 90)
    for month, quarter in ((9, "三"), (12, "四")):
        lines = [Line(h.id, rng.randrange(15_000, 62_000)) for h in borrowers]
        narration = f"{year}年第{quarter}季度小额信贷贴息"
        yield PayList(key, weekday(dt.date(year, month, 18)), "示例农村商业银行", narration, "小额信贷贴息", lines)


def _premiums(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    """Five per cent of the premium; the premium is the line's quantity."""
    for month, crop in ((7, "水稻"), (10, "油菜")):
        day = weekday(dt.date(year, month, 12))
        lines = []
        for household in _sample(rng, _eligible(county, day), 260):
            premium = Decimal(rng.randrange(10, 60) * 20)
            lines.append(Line(household.id, int(premium * 5), quantity=premium))
        yield PayList(key, day, "示例财产保险公司", f"{year}年{crop}保险保费再补助", "保费补助", lines)


def _students(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    families = [h for h in county.households if h.states[0].state == "脱贫户" and len(h.people) >= 3]
    families = _sample(rng, families, 140)
    for month, term in ((9, "春季"), (10, "秋季")):
        lines = [Line(h.id, 1500_00, "3") for h in families]
        yield PayList(
            key, weekday(dt.date(year, month, 26)), "雨露计划学生", f"{year}年{term}学期雨露计划", "雨露计划", lines
        )


def _insurance(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    day = weekday(dt.date(year, 8, 16))
    insured = [h for h in county.households if h.priority(day) or h.base(day) == "五无户"]
    lines = [Line(h.id, len(h.people) * 50_00) for h in _sample(rng, insured, 900)]
    yield PayList(key, day, "示例财产保险公司", f"{year}年综合防贫保险", "防贫保险", lines)


def _points(rng: random.Random, county: County, key: str, year: int) -> Iterator[PayList]:
    day = weekday(dt.date(year, 12, 6))
    for batch, households in enumerate(_thirds(_sample(rng, county.households, 300))):
        lines = [Line(h.id, rng.randrange(100, 301) * 100) for h in households]
        yield PayList(
            key, day + dt.timedelta(days=batch), "各村农户", f"{year}年积分兑换奖补第{batch + 1}批", "", lines
        )


def _thirds(households: list[Household]) -> list[list[Household]]:
    size = (len(households) + 2) // 3
    return [households[i : i + size] for i in range(0, len(households), size)]


_MAKERS: dict[str, Callable[[random.Random, County, str, int], Iterator[PayList]]] = {
    "j1": _posts,
    "j2": _transport,
    "c6": _production,
    "c7": _courtyards,
    "c8": _interest,
    "c10": _premiums,
    "s1": _students,
    "s3": _insurance,
    "z1": _points,
}
