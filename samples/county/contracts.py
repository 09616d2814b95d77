"""What contracts, counts and decisions say of projects and assets: prices, quantities, rents, principal, resolutions."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from ledgers.files.text import Yuan
from samples.county.assets import Asset
from samples.county.funds import WAN
from samples.county.model import FIRST_DAY, YEARS, County, Project, days_after

FILE = "contracts"
DECIDED_FROM = 1000 * WAN  # projects of so much were decided in the open
TENDER_LIMIT = 1000 * WAN  # a contract of so much is tendered in the open
UNIT_COST = Decimal("1.6")
USUAL = 33 * WAN  # what a kilometre costs where nothing is wrong
QUANTITIES = {"x2": Decimal("6"), "x3": Decimal("3.5"), "x4": Decimal("9")}  # km, as their goals say
EARLY = "2021c5"  # its retention is paid before its time
COMPETITIVE = ("2023c1", "2023c2", "2023c3")
LET = ("民宿", "林下产品仓库", "蛋鸡养殖场", "育苗大棚")  # with a contract that runs all the time
INVESTED = {"旧加工房": dt.date(2022, 12, 31), "旧冷库": dt.date(2023, 12, 31)}  # principal, back with the sale


def policy() -> tuple[tuple[str, Decimal, dt.date, dict[str, Any]], ...]:
    """The county's own values of what no document of a higher level says: name, value, since when, more keys."""
    return (
        ("retention", Decimal("0.03"), FIRST_DAY, {}),
        ("retention-months", Decimal(12), FIRST_DAY, {}),
        ("tender-limit", Decimal(TENDER_LIMIT) / 100, FIRST_DAY, {"op": "<="}),
        ("split-days", Decimal(366), dt.date(2021, 1, 4), {"op": "<="}),
        ("resolution-from", Decimal(DECIDED_FROM) / 100, FIRST_DAY, {}),
    )


def settle_on_acceptance(county: County, early: str = "") -> None:
    """Retention is held from 验收 on, and paid when its year is over, but for a project that has it early."""
    for key in _tendered(county):
        project = county.projects[key]
        held, paid = (v for v in county.vouchers if v.project == project.id and not v.sheet and _retains(v))
        held.day = project.day_of("验收")
        if key != early:
            paid.day = days_after(held.day, 369)


def _tendered(county: County) -> list[str]:
    """The projects whose tendered contract keeps a retention: its price is registered."""
    kept = {v.project for v in county.vouchers if not v.sheet and _retains(v)}
    return [key for key, project in county.projects.items() if project.id in kept]


def _retains(voucher: Any) -> bool:
    return any(leg.account.startswith("Liabilities:2302") for leg in voucher.legs)


def declare(county: County, assets: list[Asset], *, clean: bool) -> None:
    """Everything that a clerk enters of contracts, decisions and counts; in a clean county roads cost what is usual."""
    for key in _tendered(county):
        price(county, county.projects[key])
    for year in YEARS:
        for kind, quantity in QUANTITIES.items():
            project = county.projects[f"{year}{kind}"]
            built = (Decimal(project.allocated) / USUAL).quantize(Decimal("0.1")) if clean else quantity
            _say(county, "project", project.id, {"quantity": built})
    for key in COMPETITIVE:
        _say(county, "project", county.projects[key].id, {"competitive": True})
    _leases(county, assets)
    _decisions(county)


def price(county: County, project: Project) -> None:
    """Register the price of a project's contract."""
    _say(county, "project", project.id, {"contract": Yuan(project.allocated)})


def _say(county: County, type: str, id: str, facts: dict[str, Any]) -> None:
    """What a sheet says of something registered: its first line bears it."""
    min(county.directives(type, id), key=lambda one: one.day).meta.update(facts)


def _leases(county: County, assets: list[Asset]) -> None:
    named = {asset.name.removeprefix(asset.village.name): asset for asset in assets if not asset.project}
    for name in LET:
        asset = named[name]
        let(county, asset, dt.date(2025, 12, 31), {"rent": Yuan(asset.rent), "rent-due": "12-15"})
        county.declare(FILE, dt.date(2022, 12, 26), "stocktake", asset.id, counted=1, by=f"{asset.village.town}财政办")
    for name, day in INVESTED.items():
        invest(county, named[name], Yuan(named[name].cost * 2 // 10), day)


def invest(county: County, asset: Asset, principal: Yuan, due: dt.date) -> None:
    """An asset that somebody runs with principal of the village's, back on a day."""
    let(county, asset, due, {"principal": principal, "principal-due": due})


def let(county: County, asset: Asset, until: dt.date, terms: dict[str, Any]) -> None:
    """The contract of an asset."""
    number = f"示租〔2020〕{asset.id[-4:]}号"
    party = asset.operator or "示例经营管理有限公司"
    _say(county, "asset", asset.id, {"party": party, "contract": number, "from": FIRST_DAY, "to": until, **terms})


def _decisions(county: County) -> None:
    """四议两公开 ten days before the yearly plan, with its minutes."""
    for project in county.projects.values():
        if project.allocated >= DECIDED_FROM:
            decide(county, project)


def decide(county: County, project: Project) -> None:
    day = days_after(project.day_of("年度计划"), -10)
    text = f"{day} 四议两公开会议记录：同意实施{project.name}（{project.id}）。\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = f"evidence/{day:%Y/%m}/{digest[:12]}.txt"
    county.papers[path] = text
    county.declare(FILE, day, "resolution", project.id, "四议两公开", evidence=path, evidence_sha256=digest)
