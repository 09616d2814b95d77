"""What the county does besides paying: notices, inspections, rectifications, waivers."""

import datetime as dt
import random

from samples.county.assets import Asset
from samples.county.model import AS_OF, YEARS, County, Leg, Project, Village, days_after

# Stage -> the state that it follows.
STAGES = {"入库公示": "入库", "年度计划公示": "年度计划", "完工公示": "完工"}
SITE = "县政府门户网站"


def add_notices(rng: random.Random, county: County, assets: list[Asset]) -> None:
    """Every notice that the rules ask for, up within days and long enough, and those of yearly distributions."""
    for fund in county.funds.values():
        first = min(day for p in county.projects.values() for day, f, _ in p.allocations if f is fund)
        notice(county, fund.id, "资金分配公告", days_after(first, rng.randrange(1, 6)), rng.randrange(10, 16), SITE)
    for project in county.projects.values():
        for stage, state in STAGES.items():
            if project.reached(state):
                day = days_after(project.day_of(state), rng.randrange(1, 7))
                notice(county, project.id, stage, day, rng.randrange(10, 16), place_of(project))
        _labour_notice(rng, county, project)
    for village in dict.fromkeys(asset.village for asset in assets if asset.rent):
        for year in YEARS:
            notice(county, village.id, "收益分配公示", dt.date(year, 12, 10), 10, board_of(village))


def notice(county: County, subject: str, stage: str, day: dt.date, days: int, place: str) -> None:
    """A notice that stands for `days`, first and last day counted."""
    if day <= AS_OF:
        county.declare("notices", day, "notice", subject, stage, place=place, from_=day, to=days_after(day, days - 1))


def _labour_notice(rng: random.Random, county: County, project: Project) -> None:
    months = [v.day for v in county.vouchers if v.project == project.id and any(map(_labour, v.legs))]
    if months:
        day = days_after(max(months), rng.randrange(2, 6))
        notice(county, project.id, "劳务报酬公示", day, rng.randrange(7, 12), place_of(project))


def _labour(leg: Leg) -> bool:
    return "劳务" in leg.account and leg.roll is not None


def place_of(project: Project) -> str:
    return f"{SITE}、各乡镇公示栏" if project.village is None else board_of(project.village)


def board_of(village: Village) -> str:
    return f"{village.town}公示栏、{village.name}村务公开栏"


def add_inspections(county: County) -> None:
    """One inspection on the day of 验收 of every project that came so far."""
    for project in county.projects.values():
        if project.reached("验收"):
            by = f"{project.kind.unit}、县乡村振兴局、县财政局"
            county.declare("inspections", project.day_of("验收"), "inspection", project.id, by=by, result="合格")


def declare_villages(county: County) -> None:
    """The facts of every village, as its town reports them."""
    for village in county.villages:
        county.declare(
            "villages",
            dt.date(2021, 1, 1),
            "village",
            village.id,
            town=village.town,
            name=village.name,
            kind=village.kind,
            weak_collective=village.weak,
            priority_area=village.priority,
            households=village.households,
            leading_industry=village.industry,
        )
