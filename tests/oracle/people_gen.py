"""Random benefits, grants, assets and their income, notices, inspections, waivers, rectifications, negatives."""

import datetime as dt

from .world import DAY
from .writing import Bare, Leg

D = dt.date
END = D(2025, 5, 31)
BENEFIT = "Expenses:2130506社会发展:30305生活补助"
USES = ["1公益岗位", "2小型公益事业", "3奖励补助", "4入户分配", "5管护费用", "9其他"]
CLASSES = {"公益性": "Assets:9101公益性资产", "经营性": "Assets:9102经营性资产", "到户类": "Assets:9103到户类资产"}


# --- benefits -------------------------------------------------------------------------------------------------------


def write_benefits_and_payments(world):
    rng, pen = world.rng, world.pen
    kinds = {
        "公益岗位": {"states": "脱贫户,监测户", "cap": ("CNY", 300000), "per": "人·年"},
        "跨省交通补助": {"states": "脱贫户,监测户", "cap": ("CNY", 60000), "per": "户·年"},
        "产业奖补": {"states": "脱贫户,监测户,一般户", "standard": Bare("50")},
        "保费补助": {"states": "脱贫户,监测户", "levels_forbidden": "中央,市级"},
        "防贫保险": {
            "states": "脱贫户,监测户,五无户",
            "levels_forbidden": "中央",
            "cap": ("CNY", 10000),
            "per": "人·月",
        },
    }
    for name, meta in kinds.items():
        if world.chance(0.7):
            world.benefits[name] = meta
            pen.custom(D(2021, 1, 1), "benefit", name, **meta)
    for _ in range(world.size * 4 + rng.randrange(6)):
        if world.benefits:
            pay_benefit(world, rng.choice(list(world.benefits)))
    if "公益岗位" in world.benefits and world.chance(0.5):
        for _ in range(rng.randint(2, 8)):
            pay_benefit(world, "公益岗位")
    if world.chance(0.4):
        for code in rng.sample(["30226", "2130506", "种植业基地", "专家", "301"], 2):
            pen.custom(world.day(D(2021, 1, 1), D(2023, 12, 31)), "negative", code, basis="示文", issued=D(2021, 1, 1),
                       level=rng.choice([None, None, "中央"]))  # fmt: skip


def pay_benefit(world, name):
    """A payment under a benefit out of a project's quota, sometimes over the cap or to a wrong household."""
    rng = world.rng
    having = [p for p in world.projects.values() if any(left > 1000 for left in p.quota.values())]
    if not having:
        return
    project = rng.choice(having)
    key = next(key for key, left in project.quota.items() if left > 1000)
    lines = [benefit_line(world, name, index) for index in range(rng.randint(1, 3))]
    amount = sum(line["amount"] for line in lines)
    allocated = max(day for day, fund, _ in project.lots if fund.id == key)
    day = world.day(max(allocated, project.plan_day() + 400 * DAY), END)
    if amount > project.quota[key] or day > END:
        return
    project.quota[key] -= amount
    text = "农产品收益保险补助" if name == "保费补助" and world.chance(0.2) else name
    meta = {"project": project.id, "fund": key, "benefit": name}
    quota = Leg(f"Assets:9001指标:{key}:1已分配", -amount, meta={"project": project.id})
    world.pen.voucher(day, text, Leg(BENEFIT, amount, meta=meta, lines=lines), quota)
    world.edge(day)


def benefit_line(world, name, index):
    rng, household = world.rng, world.rng.choice(list(world.households))
    line = {"household": household, "person": rng.choice(["", 1, 2]) if index == 0 else index + 3}
    line["amount"] = rng.choice([10000, 10001, 60000, 150000, 300000])
    if name == "产业奖补":
        line["quantity"] = rng.choice(["2", "1.5", "10"])
        line["amount"] = int(float(line["quantity"]) * 5000) - rng.choice([0, 0, 0, 1])
    elif name == "保费补助":
        premium = rng.choice([100, 260, 1000])
        line["note"] = rng.choice(["", "", "玉米", "农产品收益保险"])
        line.update(quantity=premium, amount=premium * 5 + rng.choice([0, 0, 0, 1]))
    elif name == "防贫保险":
        line["amount"] = rng.choice([5000, 10000, 10001])
    return line


# --- grants ---------------------------------------------------------------------------------------------------------


def write_equity(world):
    rng = world.rng
    for index in range(1 + rng.randrange(2 + world.size)):
        key, day = f"GQ{index + 1:04d}", world.day(D(2021, 9, 1), D(2024, 12, 31))
        if not world.known(day):
            continue
        project = rng.choice(world.known(day))
        village = world.village_of(project)
        kind = rng.choice(["农业企业", "农民合作社"])
        subsidy, price = rng.choice([(60000000, 100), (10000, 1), (5000000, 250), (99999, 1)])
        quantified = -(-subsidy // (2 * price)) * price - rng.choice([0, 0, price])
        meta = {"project": project.id, "operator": "示例公司", "operator_kind": kind, "subsidy": ("CNY", subsidy)}
        meta["quantified"] = ("CNY", quantified)
        meta["dividend_rate"] = Bare("0.05") if world.chance(0.7) else None
        meta["first_due"] = world.day(day + 100 * DAY, day + 500 * DAY) if world.chance(0.5) else None
        meta["years"] = rng.choice([1, 3, 5, None])
        if day < D(2024, 2, 1) and world.chance(0.05):
            meta["first_due"] = D(2024, 2, 29)
        meta["base_households"] = world.villages[village]["count"] - 1 if world.chance(0.2) else None
        world.pen.custom(day, "equity", key, "量化", **meta)
        world.edge(day, day - DAY)
        if world.chance(0.15):
            state = rng.choice(["变更", "退出", "收回", "期满"])
            world.pen.custom(world.day(day + DAY, END), "equity", key, state)
        book_shares(world, key, day, village, kind, subsidy // price, quantified // price, price)
        if meta["dividend_rate"]:
            pay_dividends(world, key, day, village, quantified, meta)


def book_shares(world, key, day, village, kind, subsidy, units, price):
    rng = world.rng
    units -= 0 if world.chance(0.93) else 1
    lines = share_lines(world, village, kind, subsidy, units)
    lines = [line for line in lines if line["shares"] > 0]
    account = world.account("Assets:9104股权", village)
    leg = Leg(account, units=(units, key, price), meta={"equity": key}, lines=lines)
    if lines and units > 0 and world.chance(0.95):
        booked = day + rng.choice([0, 0, 20]) * DAY
        world.pen.voucher(booked, "股权量化", leg, Leg("Equity:9302股权量化", -units * price))


def share_lines(world, village, kind, subsidy, units):
    """Collective, leader and farmers close to their marks: exactly, or one unit to either side."""
    rng = world.rng
    collective = min(-(-subsidy // 10) - rng.choice([0, 0, 1]), units)
    leader = 0
    if kind == "农民合作社":
        leader = min(subsidy * 3 // 10 + rng.choice([0, 0, 1]), (units - collective) // 2)
    rest = units - collective - leader
    residents = [h for h, home in world.households.items() if home == village] or list(world.households)
    lines = [{"household": "", "holder": "集体", "shares": collective}]
    if leader:
        boss = rng.choice(residents) if world.chance(0.7) else ""
        lines.append({"household": boss, "holder": "理事长", "shares": leader})
    if rng.random() < 0.3:
        chosen, parts = residents, [rest // len(residents)] * len(residents)
        parts[-1] += rest - sum(parts)
    else:
        chosen = rng.sample(residents, rng.randint(1, len(residents)))
        weights = [rng.randint(1, 4) for _ in chosen]
        parts = [rest * weight // sum(weights) for weight in weights]
        parts[-1] += rest - sum(parts)
    for household, part in zip(chosen, parts, strict=True):
        holder = rng.choice(["成员", ""]) if kind == "农民合作社" else ""
        lines.append({"household": household, "holder": holder, "shares": part})
    if world.chance(0.08):
        lines[-1].update(household="", holder=rng.choice(["", "成员"]))
    return lines


def pay_dividends(world, key, day, village, quantified, meta):
    first = meta["first_due"] or D(day.year + 1, 12, 31)
    for turn in range(meta["years"] or 2):
        year = first.year + turn
        due = -(-quantified // 20)
        amount = due - world.rng.choice([0, 0, 1, due])
        paid = world.day(D(year, 1, 1), D(year + 1, 2, 1))
        world.edge(D(year, 1, 1), D(year, first.month, min(first.day, 28)))
        if amount > 0 and paid <= END:
            more = {"equity": key, "income_year": year}
            legs = [
                Leg(world.account("Assets:1002银行存款", village), amount),
                Leg("Income:9401资产收益:2分红", -amount),
            ]
            world.pen.voucher(paid, "分红", *legs, meta=more)


# --- assets ---------------------------------------------------------------------------------------------------------


def write_assets(world):
    rng = world.rng
    for index in range(2 + rng.randrange(3 + 2 * world.size)):
        key = f"A2022-{index + 1:04d}"
        village, kind = rng.choice(list(world.villages)), rng.choice(["公益性", "经营性", "经营性", "到户类"])
        project = rng.choice(list(world.projects.values())) if world.chance(0.6) else None
        accepted = project and next((d for d, s in project.states if s == "验收"), None)
        day = world.day(D(2019, 6, 1), D(2023, 12, 31))
        if accepted:
            day = accepted + rng.choice([0, 30, 89, 90, 91, 120]) * DAY
            world.edge(day, day - DAY)
        if day > END:
            continue
        project = project if project in world.known(day) else None
        write_asset(world, key, day, village, kind, project)
        earn_and_distribute(world, key, day, village)
        after(world, key, day, village)


def write_asset(world, key, day, village, kind, project):
    rng = world.rng
    meta = {"name": f"资产{key}", "class": kind, "owner": "村联合社", "village": village}
    meta["owner_kind"] = rng.choice([None, "村集体", "村集体", "村集体", "镇", "县", "户"])
    meta.update({"project": project.id} if project else {"origin": "历史"})
    residents = [h for h, home in world.households.items() if home == village]
    if residents and world.chance(0.6):
        meta["caretaker"] = ",".join(rng.sample(residents, rng.randint(1, min(2, len(residents)))))
    world.pen.custom(day, "asset", key, "登记", **meta)
    cost = 40000000
    no_asset = 0
    if project:
        cost = sum(leg.fen for v in world.pen.vouchers for leg in v.legs
                   if leg.account.startswith("Expenses:") and leg.meta.get("project") == project.id)  # fmt: skip
        cost = max(cost - rng.choice([0, 0, 0, 1]), 1)
        if world.chance(0.2):
            no_asset = min(1000, cost - 1)
            cost -= no_asset
            world.pen.custom(day, "project", project.id, project.states[-1][1], no_asset=("CNY", no_asset))
    if project and world.chance(0.6):
        settled = cost + no_asset + rng.choice([0, 0, 0, 1])
        world.pen.custom(day, "project", project.id, project.states[-1][1], settled=("CNY", settled))
    contra = "Equity:9301资产基金" if project else "Equity:3000期初余额"
    voucher_day = max(day, D(2021, 3, 1)) if world.chance(0.8) else day + 20 * DAY
    leg = Leg(world.account(CLASSES[kind], village), units=(1, key, cost), meta={"asset": key})
    world.pen.voucher(voucher_day, "资产登记", leg, Leg(contra, -cost))
    world.assets[key] = {"village": village, "cost": cost, "account": leg.account, "day": voucher_day}
    if world.chance(0.7):
        world.pen.custom(day + 5 * DAY, "asset", key, "运营")


def earn_and_distribute(world, key, day, village):
    rng, bank = world.rng, world.account("Assets:1002银行存款", village)
    for year in range(max(day.year, 2021), 2025):
        if world.chance(0.45):
            continue
        amount = rng.choice([3600000, 240000, 100001, rng.randint(1000, 10**6)])
        paid = world.day(max(D(year, 3, 1), day), D(year, 12, 31))
        meta = {"asset": key, "income_year": year if world.chance(0.8) else None}
        meta = {k: v for k, v in meta.items() if v is not None}
        world.pen.voucher(paid, "租金", Leg(bank, amount), Leg("Income:9401资产收益:1租金", -amount), meta=dict(meta))
        distributed = world.day(paid, min(D(year + 1, 3, 1), END))
        for use in rng.sample(USES, rng.randint(1, 3)) + (["4入户分配"] if world.chance(0.5) else []):
            distribute(world, distributed, village, use, max(amount // 4, 1), meta, bank)
        if world.chance(0.3):
            kept = max(amount // 10, 1)
            legs = [Leg("Expenses:9501收益分配:6公积公益金", kept), Leg("Equity:9303公积公益金", -kept)]
            world.pen.voucher(distributed, "提取公积公益金", *legs, meta=dict(meta))


def distribute(world, day, village, use, amount, meta, bank):
    """One use of an asset's income; 入户分配 with a roll, now and then an equal one (a tilt of exactly 1)."""
    leg = Leg(f"Expenses:9501收益分配:{use}", amount)
    if use == "4入户分配":
        residents = [h for h, home in world.households.items() if home == village] or list(world.households)
        if world.chance(0.3):
            chosen, weights = residents, [1] * len(residents)
        else:
            chosen = world.rng.sample(residents, world.rng.randint(1, len(residents)))
            weights = [world.rng.randint(1, 5) for _ in chosen]
        unit = max(amount // sum(weights), 1)
        leg.lines = [{"household": h, "amount": unit * w} for h, w in zip(chosen, weights, strict=True)]
        leg.fen = amount = unit * sum(weights)
    voucher = world.pen.voucher(day, "收益分配", leg, Leg(bank, -amount), meta=dict(meta))
    if leg.lines and world.chance(0.1):
        back = world.rng.choice(leg.lines)
        line = {**back, "amount": -back["amount"]}
        legs = [Leg(leg.account, -back["amount"], lines=[line]), Leg(bank, back["amount"])]
        later = day + world.rng.choice([1, 40, 300]) * DAY
        world.pen.voucher(later, "退回", *legs, meta=dict(meta), reverses=voucher)


def after(world, key, day, village):
    """闲置 or 处置, with or without proceeds and their use."""
    rng, about = world.rng, world.assets[key]
    if not world.chance(0.3):
        return
    later = world.day(max(about["day"], D(2022, 1, 1)) + 30 * DAY, END)
    state = rng.choice(["闲置", "处置"])
    world.pen.custom(later, "asset", key, state)
    world.edge(later)
    if state == "处置" and about["day"] < later:
        cost = about["cost"]
        legs = [Leg("Equity:9301资产基金", cost), Leg(about["account"], units=(-1, key, cost), meta={"asset": key})]
        world.pen.voucher(later, "资产处置", *legs)
        bank, proceeds = world.account("Assets:1002银行存款", village), rng.choice([100000, 5000])
        if world.chance(0.7):
            legs = [Leg(bank, proceeds), Leg("Income:9401资产收益:4处置", -proceeds)]
            world.pen.voucher(later, "处置收入", *legs, meta={"asset": key})
            if world.chance(0.6):
                used = proceeds - rng.choice([0, 0, 1])
                legs = [Leg("Expenses:9501收益分配:2小型公益事业", used), Leg(bank, -used)]
                world.pen.voucher(later + rng.choice([0, 30]) * DAY, "处置收入使用", *legs, meta={"asset": key})


# --- papers ---------------------------------------------------------------------------------------------------------


def write_papers(world):
    pen = world.pen
    stages = {"入库": "入库公示", "年度计划": "年度计划公示", "完工": "完工公示"}
    for project in world.projects.values():
        for day, state in project.states:
            if state in stages and world.chance(0.6):
                write_notice(world, project.id, stages[state], day)
            if state == "验收" and world.chance(0.6):
                pen.custom(day, "inspection", project.id, by="县乡村振兴局", result="合格")
        if world.chance(0.5) and project.lots:
            write_notice(world, project.id, "资金分配公告", project.lots[0][0])
        if world.chance(0.5):
            write_notice(world, project.id, "劳务报酬公示", project.plan_day() + 200 * DAY)
        if project.lots:
            world.edge(project.lots[0][0] + 20 * DAY, project.lots[0][0] + 21 * DAY)
    for fund in world.funds.values():
        if world.chance(0.4):
            write_notice(world, fund.id, "资金分配公告", fund.first + 20 * DAY)
    write_lifecycle(world)


def write_notice(world, subject, stage, day):
    rng = world.rng
    written = day + rng.choice([0, 5, 20, 30]) * DAY
    begin = written + rng.choice([0, 0, 3]) * DAY
    end = begin + rng.choice([5, 6, 8, 9, 9, 12]) * DAY
    world.pen.custom(written, "notice", subject, stage, place="村务公开栏", **{"from": begin, "to": end})
    world.edge(written)


def write_lifecycle(world):
    """Waivers and rectifications of rules that fail often."""
    rng, pen = world.rng, world.pen
    rules = [
        "labour-share",
        "labour-share-work-relief",
        "labour-promised",
        "interest-linkage",
        "project-library",
        "inspection",
    ]
    for _ in range(rng.randrange(4)):
        day = world.day(D(2022, 1, 1), D(2024, 12, 31))
        if not world.known(day):
            continue
        project = rng.choice(world.known(day)).id
        until = day + rng.choice([30, 365]) * DAY
        limit = ("CNY", rng.choice([1, 100, 100000, 10**9])) if world.chance(0.5) else None
        pen.custom(day, "waiver", rng.choice(rules), project, reason="批复", by="县领导小组", until=until, limit=limit)
        world.edge(day, until, until + DAY)
    for _ in range(rng.randrange(4)):
        day = world.day(D(2022, 1, 1), D(2024, 12, 31))
        if not world.known(day):
            continue
        project = rng.choice(world.known(day)).id
        rule, due = rng.choice(rules), day + 60 * DAY
        pen.custom(day, "rectification", rule, project, "发现", by="审计组", due=due)
        world.edge(due, due + DAY)
        if world.chance(0.6):
            pen.custom(day + rng.choice([20, 90]) * DAY, "rectification", rule, project, "销号", by="审计组")
