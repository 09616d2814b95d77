"""Twists of ordinary life on a finished random book: debts, refunds, persons, villages, contracts, rents, later money."""

import datetime as dt
import hashlib
from pathlib import Path

from .money_gen import END, INCOME, LABOUR, WORKS, WORKS_LABOUR
from .people_gen import BENEFIT
from .world import DAY
from .writing import Bare, Leg

D = dt.date
NATIONAL = (Path(__file__).parents[2] / "ledgers" / "policies" / "national.beancount").read_bytes()
FIRMS = ["示例建设公司", "示例园林公司", "示例水利公司"]
BY_FIRM = ("工程款", "结清", "承包人支付劳务报酬", "分资金付款", "工程款扣质保金", "无指标付款", "支付质保金")
WAGES, BILLS = "Liabilities:2302应付账款:2应付工资", "Liabilities:2302应付账款:3应付工程款"
ADVANCE, RECOVERED = "Assets:1214预付账款", "Liabilities:2103应缴财政款"


def live(world):
    """Each of these strikes a random share of the books."""
    twists = [name_firms, owe_wages, owe_bills, pay_ahead, refund, change_grants, rename_villages, merge_villages,
              know_persons, pay_for_months, return_lines, contract_projects, let_assets, dispose_parts, idle_with_plan,
              money_of_2026, own_shares, place_notices, say_through, change_facts, exclude_benefits, name_accounts,
              number_payments, count_stock, resolve, close_households, share_evidence, compete, price_units, retain,
              lower_the_law, overwork]  # fmt: skip
    for each in twists:
        if world.chance(0.3):
            each(world)


def with_quota(world, least=2000):
    """[(project, fund, 分 left, first day)] of quota that is still there."""
    rows = []
    for project in world.projects.values():
        for key, left in project.quota.items():
            days = [day for day, fund, _ in project.lots if fund.id == key]
            if left >= least and days:
                rows.append((project, world.funds[key], left, max([*days, project.plan_day() + 800 * DAY])))
    return [row for row in rows if row[3] < END - 60 * DAY]


def meta_of(project, fund):
    return {"project": project.id, "fund": fund.id}


def quota(project, fund, amount):
    return Leg(f"Assets:9001指标:{fund.id}:1已分配", amount, meta={"project": project.id})


def firm_of(world, project):
    return FIRMS[int(project.id[-1]) % len(FIRMS)]


def workers(world, project, amount):
    """One or two lines of a roll."""
    people = [h for h, home in world.households.items() if home == world.village_of(project)] or list(world.households)
    first = world.rng.randint(1, amount - 1) if amount > 1 and world.chance(0.5) else amount
    parts = [first, amount - first] if first < amount else [amount]
    return [{"household": world.rng.choice(people), "person": turn + 1, "amount": part, "days": world.rng.choice([1, 7, 20])}
            for turn, part in enumerate(parts)]  # fmt: skip


# --- what is owed, prepaid and handed back ----------------------------------------------------------------------------


def name_firms(world):
    for voucher in world.pen.vouchers:
        if voucher.narration in BY_FIRM or (voucher.reverses is not None and not any(x.lines for x in voucher.legs)):
            project = next((leg.meta["project"] for leg in voucher.legs if leg.meta.get("project")), None)
            voucher.payee = firm_of(world, world.projects[project]) if project else None
        elif voucher.narration == "劳务报酬":
            voucher.payee = "务工人员"


def owe_wages(world):
    """Wages that are owed, in whole or in part, and settled in whole, in part or never."""
    for project, fund, left, first in with_quota(world)[:3]:
        day, amount = world.day(first, END - 50 * DAY), left // 2
        at_once = world.rng.choice([0, 0, amount // 4])
        project.quota[fund.id] -= amount
        legs = [Leg(LABOUR, amount, meta=meta_of(project, fund), lines=workers(world, project, amount)),
                Leg(WAGES, at_once - amount, meta=meta_of(project, fund))]  # fmt: skip
        legs += [quota(project, fund, -at_once)] if at_once else []
        world.pen.voucher(day, "计提劳务报酬", *legs, payee="务工人员")
        world.edge(day, day + 30 * DAY, day + 31 * DAY)
        later = day + world.rng.choice([20, 31, 45]) * DAY
        paid = world.rng.choice([0, amount - at_once, (amount - at_once) // 4])
        if paid and later <= END:
            legs = [Leg(WAGES, paid, meta=meta_of(project, fund)), quota(project, fund, -paid)]
            world.pen.voucher(later, "支付所欠工资", *legs, payee="务工人员")
            world.edge(later)


def owe_bills(world):
    for project, fund, left, first in with_quota(world)[:2]:
        day, amount = world.day(first, END - 50 * DAY), left // 3
        project.quota[fund.id] -= amount
        legs = [Leg(WORKS, amount, meta=meta_of(project, fund)), Leg(BILLS, -amount, meta=meta_of(project, fund))]
        world.pen.voucher(day, "暂欠工程款", *legs, payee=firm_of(world, project))
        world.edge(day + 90 * DAY, day + 91 * DAY)
        later = day + world.rng.choice([10, 100]) * DAY
        if world.chance(0.6) and later <= END:
            legs = [Leg(BILLS, amount, meta=meta_of(project, fund)), quota(project, fund, -amount)]
            world.pen.voucher(later, "付清工程款", *legs, payee=firm_of(world, project))


def pay_ahead(world):
    """A prepayment that becomes works, labour, both, or stays open."""
    for project, fund, left, first in with_quota(world)[:2]:
        day, amount = world.day(first, END - 50 * DAY), left // 2
        project.quota[fund.id] -= amount
        legs = [Leg(ADVANCE, amount, meta=meta_of(project, fund)), quota(project, fund, -amount)]
        world.pen.voucher(day, "预付工程款", *legs, payee=firm_of(world, project))
        world.edge(day + 180 * DAY, day + 181 * DAY)
        later, kind = day + world.rng.choice([20, 200]) * DAY, world.rng.choice(["works", "labour", "open"])
        if later > END or kind == "open":
            continue
        leg = Leg(WORKS, amount, meta=meta_of(project, fund))
        if kind == "labour":
            leg = Leg(WORKS_LABOUR, amount, meta=meta_of(project, fund), lines=workers(world, project, amount))
        legs = [leg, Leg(ADVANCE, -amount, meta=meta_of(project, fund))]
        world.pen.voucher(later, "预付转支出", *legs, payee=firm_of(world, project))


def refund(world):
    """A contractor hands money back into the village's account; the village hands it on, or keeps it."""
    for voucher in list(world.pen.vouchers):
        leg = voucher.legs[0]
        if (
            voucher.narration != "工程款"
            or voucher.reverses is not None
            or not leg.meta.get("fund")
            or world.chance(0.6)
        ):
            continue
        project = world.projects[leg.meta["project"]]
        day, amount = voucher.date + world.rng.choice([10, 70]) * DAY, max(leg.fen // 4, 1)
        if day > END - 70 * DAY:
            continue
        bank = Leg(world.account("Assets:1002银行存款", world.village_of(project)), amount, meta=dict(leg.meta))
        legs = [bank, Leg(RECOVERED, -amount, meta=dict(leg.meta))]
        world.pen.voucher(day, "承包方退回", *legs, payee=firm_of(world, project))
        world.edge(day, day + 60 * DAY, day + 61 * DAY)
        if world.chance(0.5):
            legs = [Leg(RECOVERED, amount, meta=dict(leg.meta)), Leg(bank.account, -amount, meta=dict(leg.meta))]
            world.pen.voucher(day + world.rng.choice([5, 65]) * DAY, "上缴财政", *legs, payee="县财政局")
        return


# --- grants and villages ----------------------------------------------------------------------------------------------


def change_grants(world):
    """A transfer between holders (变更), or an end: 退出 and 收回 book out what is held, 期满 nothing."""
    for voucher in [v for v in world.pen.vouchers if v.narration == "股权量化" and len(v.legs) == 2]:
        leg = voucher.legs[0]
        if not leg.lines or world.chance(0.4):
            continue
        key, (_, commodity, price) = leg.meta["equity"], leg.units
        day, state = (
            voucher.date + world.rng.choice([200, 400, 700]) * DAY,
            world.rng.choice(["变更", "退出", "收回", "期满"]),
        )
        if day > END:
            continue
        world.pen.custom(day, "equity", key, state)
        world.edge(day, day - DAY)
        line = world.rng.choice(leg.lines)
        if state == "变更":
            to = {"household": world.rng.choice(list(world.households)), "holder": "", "shares": line["shares"]}
            legs = [Leg(leg.account, units=(line["shares"], commodity, price), meta={"equity": key}, lines=[to]),
                    Leg(leg.account, units=(-line["shares"], commodity, price), meta={"equity": key},
                        lines=[{**line, "shares": -line["shares"]}])]  # fmt: skip
            world.pen.voucher(day, "股权变更", *legs)
        elif state in ("退出", "收回"):
            gone = leg.lines if state == "收回" else [line]
            lines = [{**each, "shares": -each["shares"]} for each in gone]
            count = sum(each["shares"] for each in lines)
            out = Leg(leg.account, units=(count, commodity, price), meta={"equity": key}, lines=lines)
            world.pen.voucher(day, "股权收回", out, Leg("Equity:9302股权量化", -count * price))


def rename_villages(world):
    """A new name, and a new account into which what lay in the old one is moved, with its age."""
    key = world.rng.choice(list(world.villages))
    day, old = world.day(D(2022, 6, 1), D(2024, 6, 1)), world.account("Assets:1002银行存款", key)
    world.pen.custom(day, "village", key, "更名", name="新" + world.villages[key]["name"])
    world.edge(day)
    for project in world.projects.values():
        for fund, left in project.village_money.items():
            held = sum(leg.fen for v in world.pen.vouchers if v.date <= day for leg in v.legs
                       if leg.account == old and leg.meta.get("project") == project.id and leg.meta.get("fund") == fund)  # fmt: skip
            if held > 0 and left > 0:
                meta = {"project": project.id, "fund": fund}
                new = old.replace(world.villages[key]["name"], "新" + world.villages[key]["name"])
                part = min(held, left)
                world.pen.voucher(day, "转户", Leg(new, part, meta=meta), Leg(old, -part, meta=dict(meta)))


def merge_villages(world):
    keys = list(world.villages)
    if len(keys) < 2:
        return
    gone, into = world.rng.sample(keys, 2)
    day = world.rng.choice([D(2023, 1, 1), D(2024, 1, 1), world.day(D(2022, 6, 1), D(2024, 6, 1))])
    world.pen.custom(day, "village", gone, "撤并", into=into)
    count = world.villages[gone]["count"] + world.villages[into]["count"]
    world.pen.custom(day, "village", into, households=count)
    world.edge(day, day - DAY, day + 200 * DAY)
    if world.chance(0.6):
        hand_over_money(world, gone, into, day + world.rng.choice([0, 31]) * DAY)


def hand_over_money(world, gone, into, day):
    """What lies with a village goes into the account of the village that it became a part of."""
    old, new, held = world.account("Assets:1002银行存款", gone), world.account("Assets:1002银行存款", into), {}
    for voucher in world.pen.vouchers:
        for leg in voucher.legs:
            if leg.account == old:
                key = (leg.meta.get("project"), leg.meta.get("fund"))
                running = held.setdefault(key, {})
                running[voucher.date] = running.get(voucher.date, 0) + leg.fen
    for (project, fund), moves in held.items():
        days = sorted({at for at in moves if at > day} | {day})
        left = min(sum(amount for at, amount in moves.items() if at <= until) for until in days)
        if left > 0 and (project is None) == (fund is None):
            meta = {key: value for key, value in (("project", project), ("fund", fund)) if value}
            world.pen.voucher(day, "并村转户", Leg(new, left, meta=meta), Leg(old, -left, meta=dict(meta)))


# --- persons ----------------------------------------------------------------------------------------------------------


def know_persons(world):
    """A register of persons: they die, move away, or become members of another household."""
    rows, number = [], 0
    for household in world.households:
        for person in range(1, world.rng.randint(1, 4) + 1):
            number += 1
            row = {"who": f"W{number:04d}", "household": household, "person": person, "from": D(2020, 1, 1), "to": "",
                   "reason": ""}  # fmt: skip
            rows.append(row)
            if world.chance(0.25):
                row["to"] = world.day(D(2022, 1, 1), END)
                row["reason"] = world.rng.choice(["死亡", "迁出", "分户"])
                world.edge(row["to"])
                if row["reason"] == "分户":
                    other = world.rng.choice(list(world.households))
                    rows.append({**row, "household": other, "person": 50 + number, "from": row["to"] + DAY, "to": "",
                                 "reason": "迁入"})  # fmt: skip
    world.pen.members = rows


def benefit_legs(world):
    return [(v, leg) for v in world.pen.vouchers for leg in v.legs if leg.meta.get("benefit") and leg.lines]


def pay_for_months(world):
    """What a payment is for, on the posting or on the lines."""
    for voucher, leg in benefit_legs(world):
        period = (voucher.date - world.rng.choice([0, 31, 62]) * DAY).strftime("%Y-%m")
        if world.chance(0.3):
            leg.meta["for"] = period
        elif world.chance(0.4):
            for line in leg.lines:
                line["for"] = world.rng.choice([period, ""])
    for voucher in world.pen.vouchers:
        if voucher.narration == "劳务报酬" and voucher.reverses is None and world.chance(0.3):
            voucher.legs[0].meta["for"] = (voucher.date - 31 * DAY).strftime("%Y-%m")


def return_lines(world):
    """The bank returns a line; it is paid again in time, reversed, or neither."""
    for voucher, leg in benefit_legs(world):
        if not world.chance(0.3) or any(v.reverses is voucher for v in world.pen.vouchers):
            continue
        line = world.rng.choice(leg.lines)
        line["result"] = "退票"
        day = voucher.date + world.rng.choice([5, 59, 60]) * DAY
        world.edge(voucher.date + 60 * DAY, voucher.date + 61 * DAY)
        fund, project = leg.meta["fund"], world.projects[leg.meta["project"]]
        if day > END:
            continue
        how = world.rng.choice(["again", "reversed", "open"])
        back = Leg(f"Assets:9001指标:{fund}:1已分配", 0, meta={"project": project.id})
        if how == "again" and project.quota.get(fund, 0) >= line["amount"]:
            project.quota[fund] -= line["amount"]
            again = {**line, "result": "成功", "for": str(leg.meta.get("for") or line.get("for") or voucher.date)[:7]}
            back.fen = -line["amount"]
            world.pen.voucher(day, "重发", Leg(BENEFIT, line["amount"], meta=dict(leg.meta), lines=[again]), back)
        elif how == "reversed":
            back.fen = line["amount"]
            lines = [{**line, "amount": -line["amount"]}]
            world.pen.voucher(day, "退票冲回", Leg(BENEFIT, -line["amount"], meta=dict(leg.meta), lines=lines), back,
                              reverses=voucher)  # fmt: skip


def exclude_benefits(world):
    """Two benefits that exclude each other; who gets one gets the other in the same month, or another member does."""
    if not {"公益岗位", "跨省交通补助"} <= set(world.benefits):
        return
    world.pen.custom(D(2021, 1, 2), "benefit", "公益岗位", excludes="跨省交通补助")
    posts = [(v, leg) for v, leg in benefit_legs(world) if leg.meta["benefit"] == "公益岗位" and v.reverses is None]
    for voucher, leg in posts[:6]:
        fund, project = leg.meta["fund"], world.projects[leg.meta["project"]]
        if project.quota.get(fund, 0) < 100:
            continue
        project.quota[fund] -= 100
        line = {**world.rng.choice(leg.lines), "amount": 100, "result": ""}
        line["person"] = world.rng.choice([line.get("person"), 9])
        meta = {**leg.meta, "benefit": "跨省交通补助"}
        back = Leg(f"Assets:9001指标:{fund}:1已分配", -100, meta={"project": project.id})
        world.pen.voucher(voucher.date, "交通补助", Leg(BENEFIT, 100, meta=meta, lines=[line]), back)


def overwork(world):
    """More days than a month has: in one roll, over several, for a month or for several months that are named."""
    for voucher in world.pen.vouchers:
        for leg in voucher.legs:
            if not leg.lines or leg.account not in (LABOUR, WORKS_LABOUR) or voucher.reverses is not None:
                continue
            if any(v.reverses is voucher for v in world.pen.vouchers) or world.chance(0.3):
                continue
            month = f"{voucher.date:%Y-%m}"
            for line in leg.lines:
                line["days"] = world.rng.choice([15, 16, 28, 30, 31, 32, 62])
                line["for"] = world.rng.choice(["", "", month, f"{voucher.date.year}-01..{month}"])


def name_accounts(world):
    """Tokens of accounts, one of which may serve two households."""
    for _, leg in benefit_legs(world):
        for line in leg.lines:
            line["account"] = "tk-" + (line["household"] if world.chance(0.9) else "H0")


def close_households(world):
    for household in world.rng.sample(list(world.households), min(2, len(world.households))):
        day = world.day(D(2022, 6, 1), END)
        row = next(row for row in world.pen.households if row["household"] == household)
        later = [r for r in world.pen.households if r["household"] == household and r["date"] >= day]
        if not later:
            world.pen.households.append({**row, "date": day, "state": "销户", "people": 0})
            world.edge(day, day - DAY)


# --- contracts, operators, papers -------------------------------------------------------------------------------------


def first_mention(world, kind, key):
    return next((meta for _, what, values, meta in world.pen.customs if what == kind and values[0] == key), {})


def contract_projects(world):
    for project in world.projects.values():
        paid = sum(leg.fen for v in world.pen.vouchers for leg in v.legs
                   if leg.account.startswith("Expenses:21305") and leg.meta.get("project") == project.id)  # fmt: skip
        if paid > 100 and world.chance(0.5):
            amount = paid + world.rng.choice([0, 0, -1, 100000])
            first_mention(world, "project", project.id)["contract"] = ("CNY", amount)
    name_firms(world)
    for name, value in (("prepayment", "0.05"), ("before-acceptance", "0.6")):
        if world.chance(0.5):
            world.pen.custom(D(2021, 1, 2), "policy", name, Bare(value), op="<=", issued=D(2021, 1, 2), basis="县办法")
    if world.chance(0.7):
        world.pen.custom(D(2021, 1, 1), "policy", "tender-limit", Bare(world.rng.choice(["5000", "100000"])), op="<=",
                         issued=D(2021, 1, 1), basis="县招投标限额")  # fmt: skip


def price_units(world):
    """Many projects of one subtype that say how much was built; some cost much more a unit than the others."""
    for project in world.projects.values():
        meta = first_mention(world, "project", project.id)
        meta.update(subtype="产业路资源路旅游路", quantity=Bare(world.rng.choice(["1", "2", "2.5", "10"])))
        if world.chance(0.9):
            meta["settled"] = ("CNY", world.rng.choice([100000, 150000, 150001, 1000000]))


def retain(world):
    """A share of the contract is kept back for so many months; the county's own numbers."""
    for name, value in (
        ("retention", world.rng.choice(["0.03", "0.05"])),
        ("retention-months", world.rng.choice(["6", "12"])),
    ):
        world.pen.custom(D(2021, 1, 1), "policy", name, Bare(value), op=">=", issued=D(2021, 1, 1), basis="县办法")
    for project in world.projects.values():
        accepted = next((day for day, state in project.states if state == "验收"), None)
        if accepted:
            world.edge(accepted, accepted + 183 * DAY, accepted + 366 * DAY, accepted + 397 * DAY)
        held = sum(-leg.fen for v in world.pen.vouchers for leg in v.legs
                   if "1质保金" in leg.account and leg.fen < 0 and leg.meta.get("project") == project.id)  # fmt: skip
        if held and world.chance(0.8):
            first_mention(world, "project", project.id)["contract"] = ("CNY", held * world.rng.choice([20, 20, 34, 18]))


def lower_the_law(world):
    """Numbers of the county's own beside a set that ships: weaker, equal or stricter."""
    world.pen.files["policy/national.beancount"] = NATIONAL
    world.pen.includes.append("policy/national.beancount")
    for name, op, values in (
        ("notice-days", ">=", ["7", "10", "12"]),
        ("asset-register-days", "<=", ["90", "120", "60"]),
        ("industry-share", ">=", ["0.5", "0.6", "0.7"]),
        ("split-days", "<=", ["30", "10", "60"]),
    ):
        day = world.rng.choice([D(2021, 9, 2), D(2022, 9, 2), D(2023, 9, 2)])
        if world.chance(0.6):
            basis = "县办法"
            world.pen.custom(day, "policy", name, Bare(world.rng.choice(values)), op=op, issued=day, basis=basis)


def compete(world):
    for project in world.projects.values():
        if world.chance(0.5):
            first_mention(world, "project", project.id).update(competitive=True, operator="示例公司")
    for name, value in (("equity-from", "300000"), ("operator-once", "1")):
        op = ">=" if name == "equity-from" else "<="
        world.pen.custom(
            D(2022, 7, 14), "policy", name, Bare(value), op=op, issued=D(2022, 7, 14), basis="县农业农村委通知"
        )


def resolve(world):
    world.pen.custom(D(2021, 1, 1), "policy", "resolution-from", Bare("100000"), op=">=", issued=D(2021, 1, 1),
                     basis="县项目管理办法")  # fmt: skip
    for project in world.projects.values():
        if world.chance(0.6):
            content, path = f"决议 {project.id}".encode(), f"evidence/resolution-{project.id}.txt"
            world.pen.files[path] = content
            day = max(project.plan_day() + world.rng.choice([-5, -1, 3]) * DAY, project.states[0][0])
            meta = {"evidence": path, "evidence_sha256": hashlib.sha256(content).hexdigest()}
            world.pen.custom(day, "resolution", project.id, "四议两公开", **meta)


def number_payments(world):
    for voucher in world.pen.vouchers:
        if any(leg.account.endswith(":1已分配") for leg in voucher.legs) and world.chance(0.8):
            voucher.meta["payment_no"] = f"ZF{len(voucher.narration)}{voucher.date:%Y%m%d}"


def share_evidence(world):
    """One document under two vouchers, which may say so."""
    having = [v for v in world.pen.vouchers if v.meta.get("evidence")]
    if len(having) > 1:
        first, second = world.rng.sample(having, 2)
        second.meta.update(evidence=first.meta["evidence"], evidence_sha256=first.meta["evidence_sha256"])
        if world.chance(0.5):
            for voucher in (first, second):
                voucher.meta["shared_with"] = "同一合同"


def place_notices(world):
    """Boards and portals; a portal may stand for ever."""
    for _, kind, _, meta in world.pen.customs:
        if kind == "notice":
            meta["place-kind"] = world.rng.choice(["公开栏", "公开栏", "网站"])
            if meta["place-kind"] == "网站" and world.chance(0.5):
                meta.pop("to", None)


def change_facts(world):
    """Facts that decide a verdict are changed afterwards, now and then with an approval."""
    for project in world.projects.values():
        day = project.plan_day() + world.rng.choice([1, 200, 500]) * DAY
        if world.chance(0.5) or day > END:
            continue
        key, value = world.rng.choice([("planned", ("CNY", 60000000)), ("labour_promised", ("CNY", 400000)),
                                       ("household_level", True), ("settled", ("CNY", 777)), ("mode", "招标")])  # fmt: skip
        approved = "县领导小组批复" if world.chance(0.3) else None
        world.pen.custom(day, "project", project.id, "调整", **{key: value}, approved=approved)
        world.edge(day, day - DAY)


# --- assets -----------------------------------------------------------------------------------------------------------


def let_assets(world):
    """Rents that are due once a year, paid in whole, in part, late or by somebody else; a principal."""
    for key, about in world.assets.items():
        meta = first_mention(world, "asset", key)
        if meta.get("class") != "经营性" or world.chance(0.4):
            continue
        start = about["day"] + world.rng.choice([0, 40]) * DAY
        meta.update({"operator": "甲公司", "party": "乙公司", "contract": "示租约", "rent": ("CNY", 120000),
                     "rent-due": world.rng.choice(["06-30", "12-20"]), "from": start, "to": D(start.year + 2, 12, 31)})  # fmt: skip
        if world.chance(0.3):
            meta.update({"principal": ("CNY", 500000), "principal-due": D(start.year + 2, 6, 30)})
            world.edge(D(start.year + 2, 6, 30), D(start.year + 2, 7, 1))
        for year in range(max(start.year, 2021), start.year + 3):
            paid = world.day(max(D(year, 2, 1), about["day"]), D(year + 1, 2, 1))
            amount = world.rng.choice([120000, 119999, 60000])
            if paid <= END:
                said = {"income_year": year} if world.chance(0.7) else {}
                payer = world.rng.choice(["甲公司", "乙公司", "乙公司", "丁某", None])
                bank = Leg(world.account("Assets:1002银行存款", about["village"]), amount)
                more = {"asset": key, "payer": payer, **said}
                world.pen.voucher(paid, "租金", bank, Leg("Income:9401资产收益:1租金", -amount), meta=more)
            world.edge(D(year, 6, 30), D(year, 12, 20), D(year, 12, 21))


def dispose_parts(world):
    """A part of an asset is sold, without a state."""
    for key, about in world.assets.items():
        day = max(about["day"], D(2022, 1, 1)) + 90 * DAY
        if about.get("gone") or world.chance(0.6) or day > END or sold(world, key):
            continue
        part = about["cost"] // 4
        if about["cost"] % 4:
            continue
        legs = [
            Leg("Equity:9301资产基金", part),
            Leg(about["account"], units=("-0.25", key, about["cost"]), meta={"asset": key}),
        ]
        world.pen.voucher(day, "部分处置", *legs)
        bank = Leg(world.account("Assets:1002银行存款", about["village"]), 10000)
        world.pen.voucher(day, "处置收入", bank, Leg("Income:9401资产收益:4处置", -10000), meta={"asset": key})
        return


def sold(world, key):
    return any(kind == "asset" and values == (key, "处置") for _, kind, values, _ in world.pen.customs)


def idle_with_plan(world):
    for key, about in world.assets.items():
        day = max(about["day"], D(2022, 1, 1)) + world.rng.choice([30, 300]) * DAY
        if day <= END and not sold(world, key) and world.chance(0.6):
            world.pen.custom(day, "asset", key, "闲置", plan="招租" if world.chance(0.7) else None)
            world.edge(day, D(day.year + 1, day.month, min(day.day, 28)), D(day.year, 12, 31))


def count_stock(world):
    for key, about in world.assets.items():
        day = about["day"] + 200 * DAY
        if day <= END and not sold(world, key):
            world.pen.custom(day, "stocktake", key, counted=world.rng.choice([1, 1, 0]), by="盘点组")


# --- money of later years ---------------------------------------------------------------------------------------------


def money_of_2026(world):
    """Funds of 2025 and 2026 by level and by the new tasks; shares of 省级 and 市级; the end of a number."""
    rng, pen = world.rng, world.pen
    rows = [(D(2025, 1, 1), Bare("0.5"), {"level": "省级"}), (D(2025, 1, 1), Bare("0.55"), {"level": "中央"})]
    if world.chance(0.5):
        rows[0][2]["by_task"] = True
    if world.chance(0.5):
        reading = "由省级总体稳定" if world.chance(0.6) else None
        rows.append((D(2026, 2, 3), "终止", {"level": "中央", "reading": reading}))
    for day, value, more in rows:
        pen.custom(day, "policy", "industry-share", value, op=">=", issued=day, basis="示文", **more)
    known = list(world.projects.values())
    for index, (level, task) in enumerate(
        [("中央", "开发式帮扶"), ("省级", "安全饮水"), ("省级", "巩固拓展"), ("市级", "新型农村集体经济")]
    ):
        year = rng.choice([2025, 2026])
        day, amount, key = D(year, 1, 20), 10000000, f"F{year}-9{index}"
        pen.custom(
            day, "fund", key, ("CNY", amount), name=f"后续资金{index}", level=level, task=task, year=year, doc_no="示文"
        )
        pen.voucher(day, "下达", Leg(f"Assets:9001指标:{key}:0待分配", amount), Leg(INCOME[level], -amount))
        for part in (amount * 55 // 100, amount // 10):
            project = rng.choice(known)
            legs = [Leg(f"Assets:9001指标:{key}:1已分配", part, meta={"project": project.id}),
                    Leg(f"Assets:9001指标:{key}:0待分配", -part)]  # fmt: skip
            pen.voucher(D(year, 3, 10), "分配", *legs)
    world.edge(D(2025, 12, 31), D(2026, 3, 31))


def own_shares(world):
    """What the document of a batch asks takes the parameter's place."""
    for fund in world.funds.values():
        if fund.meta["task"] == "以工代赈" and world.chance(0.7):
            first_mention(world, "fund", fund.id).update(
                {"labour-share": Bare(world.rng.choice(["0.40", "0.12"])), "labour-basis": "下达文件"}
            )


def say_through(world):
    world.pen.through = world.rng.choice([30, 200, 400])
