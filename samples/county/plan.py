"""The county's money and projects as data: what arrives each year, and what each of eighty projects is given.

Amounts are in 万元. A fund's name stands for what it is: ZY central, YG central 以工代赈, TZ 中央预算内投资, SM and SSM
少数民族发展, LC and NC 国有林场 and 国有农场, SJ municipal, SYG municipal 以工代赈, XJ county, DX cooperation, DD
定点帮扶, SH donations, ZC the village's own.
"""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import resources

REST = "rest"  # whatever the fund has left
LIST = "list"  # the sum of the project's pay lists


@dataclass(frozen=True)
class Tranche:
    """A kind of fund that comes every year."""

    name: str
    level: str
    task: str
    arrives: tuple[int, int]  # month and day of its document
    allocated: tuple[int, int]
    amounts: tuple[int, int, int]  # 万元 in 2021, 2022, 2023; 0 for none
    function: str = "2130599"
    source: str = ""


TRANCHES = {
    "ZY1": Tranche(
        "中央财政衔接推进乡村振兴补助资金（巩固拓展任务）第一批", "中央", "巩固拓展", (2, 8), (3, 5), (6000, 6200, 6400)
    ),
    "YG": Tranche("中央财政衔接资金（以工代赈任务）", "中央", "以工代赈", (2, 20), (3, 14), (360, 370, 420), "2130504"),
    "SJ": Tranche("市级财政衔接推进乡村振兴补助资金", "市级", "巩固拓展", (2, 23), (3, 11), (4000, 4100, 4200)),
    "SYG": Tranche(
        "市级财政衔接资金（以工代赈任务）", "市级", "以工代赈", (2, 24), (3, 11), (150, 260, 200), "2130504"
    ),
    "XJ": Tranche("县级财政衔接资金", "县级", "巩固拓展", (3, 1), (3, 18), (1900, 2050, 1980)),
    "SM": Tranche("中央财政衔接资金（少数民族发展任务）", "中央", "少数民族发展", (3, 10), (4, 1), (700, 720, 740)),
    "LC": Tranche(
        "中央财政衔接资金（欠发达国有林场巩固提升任务）", "中央", "欠发达国有林场", (3, 11), (4, 2), (300, 510, 300)
    ),
    "NC": Tranche(
        "中央财政衔接资金（欠发达国有农场巩固提升任务）", "中央", "欠发达国有农场", (3, 12), (4, 2), (200, 0, 220)
    ),
    "SSM": Tranche("市级财政少数民族发展资金", "市级", "少数民族发展", (3, 18), (4, 12), (250, 260, 270)),
    "DX": Tranche("东西部协作资金", "东西部协作", "其他", (4, 12), (5, 6), (2000, 2000, 2000)),
    "DD": Tranche("中央单位定点帮扶资金", "定点帮扶", "其他", (4, 15), (5, 9), (200, 200, 200)),
    "ZC": Tranche("村集体自筹资金", "自筹", "其他", (4, 18), (5, 9), (0, 40, 0)),
    "SH": Tranche("社会帮扶捐赠资金", "社会帮扶", "其他", (5, 10), (6, 6), (150, 150, 150)),
    "ZY2": Tranche(
        "中央财政衔接推进乡村振兴补助资金（巩固拓展任务）第二批", "中央", "巩固拓展", (6, 8), (7, 2), (2800, 2600, 2700)
    ),
    "TZ": Tranche(
        "以工代赈示范工程中央预算内投资",
        "中央",
        "以工代赈",
        (8, 5),
        (8, 30),
        (0, 200, 220),
        "2130504",
        "中央预算内投资",
    ),
}


@dataclass(frozen=True)
class Kind:
    """A kind of project; `style` says how its money is paid (see `payments`)."""

    title: str
    category: str
    subtype: str
    mode: str
    unit: str
    function: str
    economic: str
    style: str
    goal: str
    operator: str = ""  # suffix of the operator's name, where one runs it
    operator_kind: str = ""
    household_level: bool = False


def _kinds() -> dict[str, Kind]:
    text = resources.files("samples.county").joinpath("kinds.csv").read_text("utf-8")
    kinds = {}
    for row in csv.DictReader(text.splitlines()):
        key, household_level = row.pop("key"), row.pop("household_level") == "TRUE"
        kinds[key] = Kind(**row, household_level=household_level)
    return kinds


KINDS = _kinds()


@dataclass(frozen=True)
class Row:
    """One project: its key (year and kind), the number of its village (None: the whole county), its money by fund.

    `labour` is the labour remuneration as a share of the money of 市级及以上; `promised` what was promised of it;
    `contractor` says that the contractor pays it out of his price.
    """

    key: str
    village: int | None
    money: Mapping[str, int | str] = field(default_factory=dict)
    labour: Fraction = Fraction(0)
    promised: Fraction = Fraction(0)
    contractor: bool = False
    finished: bool = True

    @property
    def year(self) -> int:
        return int(self.key[:4])

    @property
    def kind(self) -> Kind:
        return KINDS[self.key[4:]]


def _row(key: str, village: int | None, **money: int | str) -> Row:
    return Row(key, village, money)


def _works(
    key: str,
    village: int,
    labour: str,
    promised: str = "0",
    contractor: bool = False,
    finished: bool = True,
    **money: int | str,
) -> Row:
    return Row(key, village, money, Fraction(labour), Fraction(promised), contractor, finished)


ROWS = (
    _row("2021c1", 16, ZY1=500),
    _row("2021c2", 0, ZY1=400),
    _row("2021c3", 40, ZY1=450, SJ=200),
    _row("2021c4", 30, ZY1=1100),
    _row("2021c5", 11, ZY2=REST, SJ=1500),
    _row("2021c6", None, ZY2=LIST),
    _row("2021c8", None, ZY2=LIST),
    _row("2021c9", 25, ZY2=700),
    _row("2021c12", 13, SM=200, SSM=REST),
    _row("2021c13", 14, LC=REST),
    _row("2021c15", 47, DX=REST),
    _row("2021j1", None, ZY1=LIST),
    _row("2021j2", None, ZY1=LIST),
    _row("2021j3", 60, DD=REST),
    _works("2021x1", 12, "0.1491", YG=200),
    _works("2021x2", 22, "0.18", YG=160, XJ=40),
    _works("2021x3", 33, "0.16", SYG=150, contractor=True),
    _works("2021x4", 45, "0.12", ZY1=120, XJ=30, contractor=True),
    _works("2021x5", 55, "0.096", SJ=100),
    _row("2021x7", 18, ZY1=1500, XJ=400),
    _row("2021x8", 28, SJ=150),
    _row("2021x10", 38, ZY1=REST, SJ=REST),
    _row("2021q1", 9, SM=REST),
    _row("2021s1", None, ZY2=LIST),
    _row("2021y1", 1, XJ=REST, SH=REST, DX=500),
    _row("2021g", None, ZY1=80, SJ=40),
    _row("2021c14", 50, NC=REST),
    _row("2022c1", 96, ZY1=520),
    _row("2022c2", 80, ZY1=520),
    _row("2022c3", 48, ZY1=630),
    _row("2022c4", 36, ZY1=1200),
    _row("2022c5", 21, ZY2=REST, SJ=1900),
    _row("2022c6", None, ZY2=LIST),
    _row("2022c7", None, ZY2=LIST),
    _row("2022z1", None, ZY2=LIST),
    _row("2022c9", 35, ZY2=600, ZC=REST),
    _row("2022c10", None, XJ=LIST),
    _row("2022c13", 34, LC=REST),
    _row("2022c15", 10, DX=REST),
    _row("2022j1", None, ZY1=LIST),
    _row("2022j2", None, ZY1=LIST),
    _row("2022j4", 85, DD=REST, SH=REST),
    _works("2022x1", 32, "0.20", YG=210),
    _works("2022x2", 42, "0.33", "0.35", contractor=True, YG=150, SYG=80),
    _works("2022x3", 52, "0.16", SYG=180),
    _works("2022x4", 62, "0.11", ZY1=140, XJ=60, contractor=True),
    _works("2022x5", 75, "0.10", SJ=120),
    _works("2022x6", 82, "0.28", TZ=200),
    _row("2022x7", 95, ZY1=REST, SJ=REST, XJ=REST),
    _row("2022x8", 92, SJ=160),
    _row("2022q1", 19, YG=10, SM=REST, SSM=REST),
    _row("2022s1", None, ZY2=LIST),
    _row("2022s3", None, SH=LIST),
    _row("2022g", None, ZY1=85, SJ=56),
    _row("2023c1", 56, ZY1=560),
    _row("2023c2", 64, ZY1=480),
    _row("2023c3", 72, ZY1=150),
    _row("2023c4", 46, ZY1=1350),
    _row("2023c5", 31, ZY2=REST, SJ=900),
    _row("2023c6", None, ZY2=LIST),
    _row("2023c7", None, ZY2=LIST),
    _row("2023c9", 65, ZY2=650),
    _row("2023c10", None, XJ=LIST),
    _row("2023c12", 53, SM=REST, SSM=REST),
    _row("2023c13", 44, LC=REST),
    _row("2023c14", 90, NC=REST),
    _row("2023c15", 57, DX=REST),
    _row("2023j1", None, ZY1=LIST),
    _row("2023j2", None, ZY1=LIST),
    _row("2023j3", 66, DD=REST, SH=REST),
    _works("2023x1", 15, "0.23", YG=240),
    _works("2023x2", 23, "0.31", "0.30", contractor=True, YG=180),
    _works("2023x3", 19, "0.16", SYG=200),
    _works("2023x4", 29, "0.12", ZY1=160, DX=40, contractor=True),
    _works("2023x5", 39, "0.09", SJ=130),
    _works("2023x6", 49, "0.12", "0.35", finished=False, TZ=220),
    _row("2023x7", 59, ZY1=REST, SJ=REST, XJ=REST),
    _row("2023s1", None, ZY2=LIST),
    _row("2023s3", None, ZY1=LIST),
    _row("2023g", None, ZY1=90, SJ=42),
)
LATE = {"2022LC": dt.date(2022, 5, 31)}  # funds that are allocated later than their kind
POSTS = {2021: 110, 2022: 122, 2023: 116}  # persons in 公益岗位


@dataclass(frozen=True)
class Grant:
    """One grant as agreed: shares of the subsidy, in per mille; `even` gives every household the same."""

    project: str
    day: dt.date
    first_due: dt.date
    collective: int = 100
    farmers: int = 420
    leader: int = 0  # of a cooperative
    even: bool = False

    @property
    def cooperative(self) -> bool:
        return self.leader > 0


GRANTS = (
    Grant("2021c1", dt.date(2022, 6, 16), dt.date(2022, 12, 31), farmers=380),
    Grant("2021c2", dt.date(2022, 6, 23), dt.date(2022, 12, 31), farmers=650, leader=250),
    Grant("2021c3", dt.date(2022, 7, 7), dt.date(2022, 12, 31), collective=90, farmers=430),
    Grant("2022c3", dt.date(2022, 11, 15), dt.date(2023, 12, 31), farmers=410, even=True),
    Grant("2022c1", dt.date(2022, 12, 1), dt.date(2023, 12, 31)),
    Grant("2022c2", dt.date(2023, 2, 16), dt.date(2023, 12, 31), farmers=580, leader=320),
    Grant("2023c1", dt.date(2023, 11, 9), dt.date(2024, 12, 31)),
    Grant("2023c2", dt.date(2023, 11, 21), dt.date(2024, 12, 31), farmers=620, leader=280),
    Grant("2023c3", dt.date(2023, 12, 5), dt.date(2024, 12, 31)),
)


@dataclass(frozen=True)
class Plan:
    """What the county plans: its money by kind and year, its projects, grants, posts, and what is allocated late."""

    tranches: Mapping[str, Tranche]
    rows: tuple[Row, ...]
    grants: tuple[Grant, ...]
    posts: Mapping[int, int]
    late: Mapping[str, dt.date]


AS_PLANTED = Plan(TRANCHES, ROWS, GRANTS, POSTS, LATE)
# What a plan without faults has otherwise, by key of the project: village, money, labour share.
_VILLAGES = {
    "2021c3": 41, "2021c14": 52, "2022c2": 30, "2022c3": 60, "2023c1": 66, "2023c2": 90, "2023c14": 80, "2023x3": 20,
    "2023x4": 32, "2023x5": 37, "2023x6": 47, "2023x7": 62, "2023j3": 67,
}  # fmt: skip
_MONEY: dict[str, dict[str, int | str]] = {
    "2022c4": {"ZY1": 1450}, "2022x1": {"YG": 220}, "2022q1": {"SM": REST, "SSM": REST}, "2022g": {"ZY1": 85, "SJ": 40},
    "2023c4": {"ZY1": 1700}, "2023s3": {"SH": LIST},
}  # fmt: skip
_LABOUR = {"2021x1": "0.16", "2021x5": "0.11", "2022x2": "0.36", "2022x6": "0.31", "2023x1": "0.30", "2023x5": "0.12",
           "2023x6": "0.36"}  # fmt: skip


def without_faults() -> Plan:
    """The same county planned as the documents ask."""
    rows = tuple(_mended(row) for row in ROWS)
    grants = tuple(
        replace(
            g, collective=100, farmers=620 if g.cooperative else 420, leader=280 if g.cooperative else 0, even=False
        )
        for g in GRANTS
    )
    county = replace(TRANCHES["XJ"], amounts=(1900, 2050, 2060))
    return Plan({**TRANCHES, "XJ": county}, rows, grants, {**POSTS, 2023: 124}, {})


def _mended(row: Row) -> Row:
    return replace(
        row,
        village=_VILLAGES.get(row.key, row.village),
        money=_MONEY.get(row.key, row.money),
        labour=Fraction(_LABOUR[row.key]) if row.key in _LABOUR else row.labour,
        finished=True,
    )
