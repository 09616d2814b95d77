"""Random but valid books: `write_book(folder, seed, size=…)` returns the days as of which they are worth judging.

Everything is drawn from `random.Random(seed)`. Events are simulated in the order of their dates, so that money is
mostly there before it is spent; thresholds are aimed at on purpose (exactly, and one 分 below).
"""

import datetime as dt
import random

from . import people_gen
from .money_gen import MoneyEvents
from .policy_gen import write_policy
from .registry_gen import write_funds, write_households, write_projects, write_villages
from .twists_gen import twist
from .world import World
from .writing import Pen, write

LAST = dt.date(2025, 6, 30)


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
    twist(world)
    break_some_rolls(world)
    write(world.pen, folder, rng)
    days = set(rng.sample(sorted(world.edges), min(3, len(world.edges))))
    days |= {dt.date(rng.choice([2022, 2023, 2024]), 12, 31), random_day(rng)}
    return sorted(day for day in days if day >= dt.date(2021, 6, 1))


def random_day(rng):
    return dt.date(2021, 6, 1) + dt.timedelta(days=rng.randrange(1400))


def break_some_rolls(world):
    """In some books one roll is missing, edited or does not match its digest."""
    if world.rng.random() < 0.85:
        return
    legs = [leg for voucher in world.pen.vouchers for leg in voucher.legs if leg.lines]
    if legs:
        world.rng.choice(legs).damage = world.rng.choice(["missing", "edited", "digest"])
