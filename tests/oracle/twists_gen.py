"""Twists on a finished random book: rarer shapes that are allowed, or incomplete, but never untrustworthy."""

import datetime as dt

from .money_gen import END, LABOUR, WORKS_LABOUR
from .registry_gen import CATEGORIES, MODES, TASKS
from .world import DAY
from .writing import Leg

D = dt.date
HOUSEHOLD_MONEY = "Expenses:9501收益分配:4入户分配"


def twist(world):
    """Each twist strikes a random share of the books."""
    twists = [pay_later, name_households_inline, leave_unbacked, change_projects, change_funds, share_assets,
              split_registers, waive_parts, rectify_parts, windows_lines, repeat_a_number, lonely_reversal,
              forget_dimensions, forget_facts]  # fmt: skip
    for each in twists:
        if world.chance(0.2):
            each(world)


def legs(world, *accounts):
    return [
        (voucher, leg)
        for voucher in world.pen.vouchers
        for leg in voucher.legs
        if any(leg.account.startswith(account) for account in accounts)
    ]


def pay_later(world):
    """The bank paid some days after the voucher, sometimes in another month."""
    for voucher, leg in legs(world, "Expenses:"):
        if leg.lines and world.chance(0.4):
            for line in leg.lines:
                line["paid_on"] = voucher.date + world.rng.choice([0, 3, 10, 40]) * DAY
                line["result"] = "成功"


def name_households_inline(world):
    """A small book puts the household on the posting instead of a roll."""
    for _, leg in legs(world, "Expenses:"):
        if leg.lines and len(leg.lines) == 1 and "quantity" not in leg.lines[0]:
            line = leg.lines[0]
            leg.meta["household"] = line["household"]
            if line.get("person"):
                leg.meta["person"] = str(line["person"])
            if line.get("days"):
                leg.meta["days"] = Plain(line["days"])
            leg.lines = None


class Plain(int):
    """A number of days as Beancount writes it."""

    def __new__(cls, value):
        return super().__new__(cls, max(int(float(value)), 1))


def leave_unbacked(world):
    """Labour or a distribution without people behind it."""
    for _, leg in legs(world, WORKS_LABOUR, LABOUR, HOUSEHOLD_MONEY):
        if world.chance(0.2):
            leg.lines = None
            leg.meta.pop("household" if world.chance(0.5) else "days", None)


def change_projects(world):
    """A project changes its facts in mid-course."""
    for project in world.projects.values():
        if world.chance(0.5):
            day = world.day(project.states[0][0] + DAY, project.states[0][0] + 600 * DAY)
            fact = world.rng.choice(["mode", "category", "village", "operator"])
            value = {
                "mode": world.rng.choice(MODES),
                "category": world.rng.choice(CATEGORIES),
                "village": world.rng.choice(list(world.villages)),
                "operator": "示例二公司",
            }[fact]
            world.pen.custom(day, "project", project.id, "调整", **{fact: value})
            world.edge(day, day - DAY)


def change_funds(world):
    for fund in world.funds.values():
        if world.chance(0.2):
            day = world.day(fund.first + DAY, fund.first + 300 * DAY)
            world.pen.custom(day, "fund", fund.id, ("CNY", fund.amount), task=world.rng.choice(TASKS))
            world.edge(day)


def share_assets(world):
    """One asset of several projects: they are judged together."""
    for key, about in world.assets.items():
        known = world.known(about["day"])
        if len(known) > 1 and world.chance(0.5):
            chosen = [project.id for project in world.rng.sample(known, 2)]
            world.pen.custom(about["day"], "asset", key, "登记", project=",".join(chosen))


def split_registers(world):
    """A grant booked in two transactions."""
    for voucher, leg in legs(world, "Assets:9104"):
        if leg.lines and len(leg.lines) > 1 and leg.units[0] > 1:
            first, rest = leg.lines[:1], leg.lines[1:]
            count, commodity, cost = sum(line["shares"] for line in rest), *leg.units[1:]
            leg.lines, leg.units = first, (first[0]["shares"], commodity, cost)
            voucher.legs[1].fen = -leg.units[0] * cost
            second = Leg(leg.account, units=(count, commodity, cost), meta=dict(leg.meta), lines=rest)
            if len(rest) == 1 and rest[0]["household"] and not rest[0]["holder"]:
                second.meta["household"], second.lines = rest[0]["household"], None
            world.pen.voucher(voucher.date, "股权量化", second, Leg("Equity:9302股权量化", -count * cost))
            return


def targets(world):
    """(rule, subject, part, period, earliest day) of findings that a waiver or rectification may name."""
    rng = world.rng
    village, project = rng.choice(list(world.villages)), rng.choice(list(world.projects.values()))
    year, first = rng.choice([2022, 2023]), project.states[0][0]
    stage = rng.choice(["入库公示", "年度计划公示", "完工公示", "资金分配公告"])
    options = [
        ("notices", project.id, stage, None, first),
        ("industry-share", str(year), None, None, D(2021, 1, 1)),
        ("voucher", str(year), None, None, D(2021, 1, 1)),
        ("income-tilt", village, None, year, D(2021, 1, 1)),
        ("input-stable", str(year), rng.choice(["中央", "市级"]), None, D(2021, 1, 1)),
    ]
    for rule in ("fund-trace", "carry-over", "spending-progress"):
        fund = rng.choice(list(world.funds.values()))
        options.append((rule, fund.id, None, None, fund.first))
    return options


def waive_parts(world):
    for rule, subject, part, period, first in targets(world):
        day = world.day(max(first, D(2022, 6, 1)), END)
        limit = ("CNY", world.rng.choice([1, 10**6, 10**11])) if world.chance(0.3) else None
        more = {"part": part if world.chance(0.8) else None, "period": str(period) if period else None, "limit": limit}
        until = day + 400 * DAY
        world.pen.custom(day, "waiver", rule, subject, reason="批复", by="县领导小组", until=until, **more)
        world.edge(day, until, until + DAY)


def rectify_parts(world):
    for rule, subject, part, period, first in targets(world):
        day = world.day(max(first, D(2022, 6, 1)), END)
        more = {"part": part, "period": str(period) if period else None}
        due = day + 60 * DAY if world.chance(0.8) else None
        world.pen.custom(day, "rectification", rule, subject, "整改中", by="审计组", due=due, **more)
        if world.chance(0.6):
            world.pen.custom(day + 30 * DAY, "rectification", rule, subject, "销号", by="审计组", **more)
        world.edge(day + 60 * DAY, day + 61 * DAY)


def windows_lines(world):
    world.pen.line_end = "\r\n"


def repeat_a_number(world):
    world.pen.repeats = 0.02


def forget_dimensions(world):
    """A posting without its project or fund: the book is incomplete, and judged."""
    for _, leg in legs(world, "Assets:9001", "Expenses:21305"):
        if world.chance(0.03):
            leg.meta.pop(world.rng.choice(["project", "fund"]), None)


def forget_facts(world):
    """Required facts missing in the registries: the book is incomplete, and judged."""
    wanted = {"fund": ["task", "doc-no", "name"], "project": ["mode", "category", "village", "unit"],
              "village": ["kind", "households", "town"], "asset": ["owner", "class", "village", "name"],
              "equity": ["operator"], "benefit": ["states"]}  # fmt: skip
    for _, kind, _, meta in world.pen.customs:
        for key in wanted.get(kind, []):
            if world.chance(0.03):
                meta.pop(key, None)


def lonely_reversal(world):
    """A reversal larger than what it reverses."""
    for voucher in world.pen.vouchers:
        spends = voucher.legs[0].account.startswith("Expenses:")
        if voucher.reverses is not None and spends and not voucher.legs[0].lines and world.chance(0.5):
            voucher.legs[0].fen -= 100
            voucher.legs[1].fen += 100
            return
