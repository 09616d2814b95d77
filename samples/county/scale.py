"""More household payments than the county needs, for benchmarks: lists of twenty lines, a voucher each, month by month."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count as numbers
from itertools import islice

from ledgers.files.text import Yuan
from samples.county.aid import PayList
from samples.county.funds import add_fund, allocate
from samples.county.model import FIRST_DAY, YEARS, County, Fund, Household, Line, Person, Project, State, Village
from samples.county.names import id_number, person_name
from samples.county.payments import pay_listed
from samples.county.places import WHOLE_COUNTY
from samples.county.plan import Kind

LINES = 20  # of a list
UNIT = "县乡村振兴局"


@dataclass(frozen=True)
class Programme:
    """A kind of payment that every village has every month: its project, and a line of its lists."""

    kind: Kind
    benefit: str
    line: Callable[[str, str, int], Line]


def _kind(title: str, category: str, mode: str, economic: str) -> Kind:
    return Kind(title, category, "", mode, UNIT, "2130506", economic, "list", "按月发放")


def _by_unit(yuan: int) -> Callable[[str, str, int], Line]:
    def line(household: str, person: str, n: int) -> Line:
        quantity = Decimal(1 + n % 5)
        return Line(household, int(quantity) * yuan * 100, person, quantity=quantity)

    return line


def _premium(household: str, person: str, n: int) -> Line:
    premium = Decimal(200 + n % 40 * 20)
    return Line(household, int(premium * 5), person, quantity=premium)


def _worked(household: str, person: str, n: int) -> Line:
    halves = 4 + n % 7
    return Line(household, halves * 60_00, person, Decimal(halves) / 2)


def _plain(household: str, person: str, n: int) -> Line:
    return Line(household, (150 + n % 90) * 100, person)


PROGRAMMES = (
    Programme(_kind("生态护林补助", "就业项目", "劳务补助", "30305"), "护林补助", _by_unit(80)),
    Programme(_kind("零工劳务", "就业项目", "以工代赈", "30226"), "", _worked),
    Programme(_kind("生产资料补助", "巩固三保障成果", "事后奖补", "30310"), "生产资料补助", _by_unit(60)),
    Programme(_kind("家庭发展奖补", "乡村治理和精神文明建设", "以奖代补", "30305"), "", _plain),
    Programme(_kind("就业补助", "就业项目", "劳务补助", "30305"), "", _plain),
    Programme(_kind("农业保险保费再补助", "巩固三保障成果", "事后奖补", "30310"), "保费补助", _premium),
    Programme(_kind("学生交通补助", "巩固三保障成果", "直接补助", "30308"), "学生交通补助", _plain),
)
BENEFITS = {"护林补助": Decimal("80.00"), "生产资料补助": Decimal("60.00"), "学生交通补助": None}
MOST = 10_000_000
SHORT = len(PROGRAMMES) * len(YEARS) * 12 * 100 * LINES  # up to here the lists have twenty lines
JOINED = 500  # number of the first household that joins a village
MEMBERS = 4  # of a household that joins for the longer ones


def add(county: County, count: int) -> None:
    """Add `count` household payments, at most MOST: their funds, projects, lists and vouchers.

    Beyond SHORT the lists become longer, and more households live in the villages that have room for them.
    """
    if not 0 <= count <= MOST:
        raise ValueError(f"可另加 0 至 {MOST} 笔发放，要求的是 {count} 笔")
    villages = county.villages if count <= SHORT else [village for village in county.villages if not village.small]
    size = max(LINES, -(-count // (len(PROGRAMMES) * len(YEARS) * 12 * len(villages))))
    if count > SHORT:
        _settle(county, villages, size)
    for name, standard in BENEFITS.items():
        day = dt.date(YEARS[0], 1, 1)
        county.declare("benefits", day, "benefit", name, states="脱贫户,监测户", standard=standard, repeat=True)
    lists: dict[tuple[int, int], list[PayList]] = defaultdict(list)
    lines_left = count
    people = {village.id: _people(county, village) for village in villages}
    for number, village, day in islice(_turns(villages), -(-count // size)):
        one = _list(people[village.id], number, village, day, min(size, lines_left))
        lists[day.year, number].append(one)
        lines_left -= size
    for year in YEARS:
        _fund(county, year, {n: found for (y, n), found in sorted(lists.items()) if y == year})


def _settle(county: County, villages: list[Village], size: int) -> None:
    """Households of 脱贫户 beside those that are there, so that every village has people for lists of a size."""
    serial = numbers(20_000)
    for village in villages:
        room = village.households - len(county.of_village(village))
        for number in range(min(room, -(-size // MEMBERS))):
            people = [Person(n, person_name(next(serial)), id_number(next(serial), True)) for n in range(1, MEMBERS + 1)]
            household = Household(f"H{village.id[1:]}-{JOINED + number}", village, people)
            household.states.append(State(FIRST_DAY, "脱贫户", MEMBERS))
            county.households.append(household)


def _turns(villages: list[Village]) -> Iterator[tuple[int, Village, dt.date]]:
    """Programme by programme, village by village, the months of all years: what comes first is spread over them."""
    for number in range(len(PROGRAMMES)):
        for village in villages:
            for year in YEARS:
                for month in range(1, 13):
                    yield number, village, dt.date(year, month, 26)


def _list(people: list[tuple[str, str]], number: int, village: Village, day: dt.date, size: int) -> PayList:
    programme = PROGRAMMES[number]
    start = day.month * 3 + number
    chosen = sorted(people[(start + n) % len(people)] for n in range(size))
    lines = [programme.line(household, person, start + n) for n, (household, person) in enumerate(chosen)]
    title = f"{village.name}{day.month}月{programme.kind.title}"
    return PayList(_key(day.year, number), day, village.name, title, programme.benefit, lines)


def _people(county: County, village: Village) -> list[tuple[str, str]]:
    """Persons of the village's lasting 脱贫户: two of each, and everybody of those that joined."""
    households = [h for h in county.of_village(village) if h.states[0].state == "脱贫户"]
    joined = {h.id for h in households if int(h.id.rpartition("-")[2]) >= JOINED}
    return [(h.id, str(n)) for h in households for n in range(1, (MEMBERS if h.id in joined else 2) + 1)]


def _key(year: int, number: int) -> str:
    return f"{year}e{number}"


def _fund(county: County, year: int, lists: dict[int, list[PayList]]) -> None:
    """A donation of exactly what the year's lists come to, and a project for each programme."""
    if not lists:
        return
    total = sum(one.total for found in lists.values() for one in found)
    name = f"{year}年社会帮扶到户资金"
    day = dt.date(year, 1, 11)
    fund = Fund(
        f"{year}EX", f"F{year}-90", name, "社会帮扶", "其他", year, f"示捐〔{year}〕1号", day, "2130506", amount=total
    )
    county.funds[fund.key] = fund
    add_fund(county, fund)
    shares = []
    for number, found in lists.items():
        project = _project(county, year, number)
        shares.append((project, sum(one.total for one in found)))
    allocate(county, fund, dt.date(year, 1, 20), shares)
    for number, found in lists.items():
        project = county.projects[_key(year, number)]
        project.meta["planned"] = Yuan(project.allocated)
        for one in found:
            pay_listed(county, project, one)


def _project(county: County, year: int, number: int) -> Project:
    kind = PROGRAMMES[number].kind
    key, name = _key(year, number), f"P{year}-{900 + number:04d}"
    project = Project(key, name, f"{year}年{kind.title}", year, kind, None, WHOLE_COUNTY)
    facts = {"name": project.name, "category": kind.category, "mode": kind.mode, "town": WHOLE_COUNTY, "unit": UNIT}
    project.meta = {**facts, "goal": kind.goal, "filed-by": "县乡村振兴局、县财政局"}
    project.states = [
        (dt.date(year, 1, 4), "入库", {}),
        (dt.date(year, 1, 12), "年度计划", {}),
        (dt.date(year, 1, 25), "开工", {}),
        (dt.date(year, 12, 27), "完工", {}),
    ]
    if year < YEARS[-1]:
        project.states.append((dt.date(year + 1, 1, 10), "验收", {}))
        project.states.append((dt.date(year + 1, 4, 12), "绩效自评", {"score": "92"}))
    county.projects[key] = project
    return project
