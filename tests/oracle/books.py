"""Random but valid books: `write_book(folder, seed, size=…)` returns the days as of which they are worth judging.

Everything is drawn from `random.Random(seed)`. Events are simulated in the order of their dates, so that money is
mostly there before it is spent; thresholds are aimed at on purpose (exactly, and one 分 below).
"""

import datetime as dt
import random
from fractions import Fraction
from pathlib import Path

from . import life_gen, people_gen
from .judge import judge
from .money_gen import MoneyEvents
from .policy_gen import write_policy
from .registry_gen import write_funds, write_households, write_projects, write_villages
from .twists_gen import twist
from .world import World
from .writing import Pen, custom_text, write

D = dt.date
LAST = D(2026, 11, 30)  # no book is judged as of a day that is still to come


def write_book(folder, seed, *, size=1):
    """Write one random book and return sorted as-of dates: year ends, and days on which something changes."""
    rng = random.Random(seed)
    world = World(rng, Pen(), size)
    world.pen.skips = 0.02 if rng.random() < 0.2 else 0.0
    write_policy(world)
    write_villages(world)
    write_households(world)
    write_funds(world)
    write_projects(world)
    MoneyEvents(world).run()
    people_gen.write_benefits_and_payments(world)
    people_gen.write_equity(world)
    people_gen.write_assets(world)
    people_gen.write_papers(world)
    life_gen.live(world)
    twist(world)
    break_some_rolls(world)
    write(world.pen, folder, rng)
    accept_findings(world, folder)
    days = set(rng.sample(sorted(world.edges), min(3, len(world.edges))))
    days |= set(world.must)
    days |= {dt.date(rng.choice([2022, 2023, 2024]), 12, 31), random_day(rng)}
    first = max(dt.date(2021, 6, 1), min(voucher.date for voucher in world.pen.vouchers))
    return sorted(day for day in days if first <= day <= LAST)


def accept_findings(world, folder):
    """In some books: waivers of real failures, whose limit is exactly the shortfall or one 分 less."""
    rng, day = world.rng, world.day(D(2022, 6, 1), D(2024, 12, 31))
    if not world.chance(0.3):
        return
    failing = [f for f in judge(folder, day) if f["status"] == "fail" and f["rule"] != "duplicate-payment"]
    lines = []
    for found in rng.sample(failing, min(6, len(failing))):
        until = day + dt.timedelta(days=rng.choice([0, 100]))
        more = {"reason": "批复", "by": "县领导小组", "until": until, "part": found["part"], "period": found["period"]}
        if found["shortfall"] and found["unit"] == "CNY":
            short = int(Fraction(found["shortfall"]) * 100)
            more["limit"] = rng.choice([None, ("CNY", short), ("CNY", short - 1)])
        meta = {key: value for key, value in more.items() if value is not None}
        lines.append(custom_text(day, "waiver", (found["rule"], found["subject"]), meta))
    (Path(folder) / "registry" / "waivers.beancount").write_text("\n".join(lines), encoding="utf-8")
    world.edge(day, day + dt.timedelta(days=1), day + dt.timedelta(days=100), day + dt.timedelta(days=101))
    world.must = [day]


def random_day(rng):
    return dt.date(2021, 6, 1) + dt.timedelta(days=rng.randrange(1400))


def break_some_rolls(world):
    """In some books one roll is missing, edited or does not match its digest."""
    if world.rng.random() < 0.85:
        return
    legs = [leg for voucher in world.pen.vouchers for leg in voucher.legs if leg.lines]
    if legs:
        world.rng.choice(legs).damage = world.rng.choice(["missing", "edited", "digest"])
