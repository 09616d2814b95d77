"""Random registries: villages, households with their states, funds, projects."""

import datetime as dt

from .world import DAY, Fund, Project

D = dt.date
NAMES = ["美溪村", "龙泉村", "石坝村", "青山村", "白水村", "桃源村", "松林村", "竹园村"]
SUBTYPES = ["种植业基地", "加工业", "养殖业基地"]
LEVELS = ["中央", "中央", "中央", "中央", "中央", "市级", "市级", "省级", "县级", "县级"]
OUTSIDE = ["东西部协作", "社会帮扶", "定点帮扶", "自筹"]
TASKS = ["巩固拓展", "巩固拓展", "以工代赈", "以工代赈", "少数民族发展", "欠发达国有农场", "欠发达国有林场", "其他"]
CATEGORIES = ["产业发展", "产业发展", "产业发展", "乡村建设行动", "乡村建设行动", "就业项目", "项目管理费", "其他"]
MODES = ["以工代赈", "以工代赈", "以工代赈", "招标", "村民自建", "以奖代补", "劳务补助", "直接补助", "购买服务"]
MAIN = ["谋划", "入库", "年度计划", "开工", "完工", "验收", "移交", "绩效自评", "归档"]


def write_villages(world):
    rng, pen = world.rng, world.pen
    for index in range(1 + world.size + rng.randrange(3)):
        key = f"V1060{index + 1:02d}"
        count = rng.choice([6, 8, 10, 12, 20, 60])
        world.villages[key] = {"name": NAMES[index % len(NAMES)], "count": count, "leading": rng.choice(SUBTYPES)}
        meta = {"town": "龙池镇", "name": NAMES[index % len(NAMES)], "kind": rng.choice(["脱贫村", "脱贫村", "一般村"])}
        meta["weak_collective"] = rng.choice([True, False, None])
        meta["priority_area"] = rng.choice([True, False, None])
        meta["households"] = None if world.chance(0.06) else count
        meta["leading_industry"] = None if world.chance(0.3) else world.villages[key]["leading"]
        pen.custom(D(2021, 1, 1), "village", key, **meta)
        if world.chance(0.3):
            day = world.day(D(2022, 1, 1), D(2024, 12, 31))
            pen.custom(day, "village", key, households=count + rng.choice([-1, 1, 3]))
            world.edge(day, day - DAY)
        if world.chance(0.15):
            pen.custom(
                world.day(D(2022, 1, 1), D(2024, 12, 31)), "village", key, priority_area=rng.choice([True, False])
            )


def write_households(world):
    rng = world.rng
    for village, about in world.villages.items():
        total = min(about["count"] - (1 if world.chance(0.7) else 0), 3 + rng.randrange(3 + 2 * world.size))
        if world.chance(0.2):
            total = min(about["count"], 10)  # a village whose every household is listed: tilts of exactly 1
        for index in range(total):
            key = f"H{village[1:]}-{index + 1:03d}"
            world.households[key] = village
            write_household(world, key, village)


def write_household(world, key, village):
    rng, rows = world.rng, world.pen.households
    base = rng.choice(["脱贫户", "脱贫户", "一般户", "一般户", "五无户"])
    day = D(2021, 1, 1)
    row = {"household": key, "date": day, "state": base, "village": village, "people": rng.randint(1, 6)}
    rows.append(row)
    last = day
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        start = world.day(last + 30 * DAY, last + 500 * DAY)
        rows.append({**row, "date": start, "state": "监测户", **monitoring(world, start)})
        world.edge(start, start + 13 * DAY, start + 14 * DAY, start + 15 * DAY)
        last = start
        if world.chance(0.7):
            last = world.day(start + 20 * DAY, start + 400 * DAY)
            rows.append({**row, "date": last, "state": "风险消除"})
            world.edge(last, last - DAY)
        else:
            break
    if world.chance(0.02):  # a year whose holidays nobody knows yet
        start = D(2027, 2, 1) + rng.randrange(60) * DAY
        rows.append({**row, "date": start, "state": "监测户", **monitoring(world, start)})
        world.edge(start + 5 * DAY, start + 40 * DAY)
    if world.chance(0.15):
        change = world.day(D(2022, 1, 1), D(2024, 12, 31))
        moved = {**row, "date": change, "state": rng.choice(["脱贫户", "一般户"])}
        moved["village"] = rng.choice(list(world.villages))
        rows.append(moved)
        world.edge(change, change - DAY)


def monitoring(world, start):
    """The dates of one episode: in time, on the last day, one day late, or missing."""
    rng = world.rng
    reported = start - rng.choice([3, 14, 15, 15, 16, 20]) * DAY
    notice = start - rng.choice([2, 8, 9]) * DAY
    columns = {
        "monitor": rng.choice(["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"]),
        "reported": reported,
        "notice_from": notice,
        "notice_to": notice + rng.choice([3, 4, 4, 5]) * DAY,
        "helper_assigned": start + rng.choice([1, 10, 13, 14, 14, 15, 20]) * DAY,
        "plan_made": start + rng.choice([5, 12, 14, 14, 15, 16]) * DAY,
    }
    for column in ("reported", "notice_from", "notice_to", "helper_assigned", "plan_made"):
        if world.chance(0.06):
            columns[column] = ""
    return columns


# --- funds and projects ---------------------------------------------------------------------------------------------


def write_funds(world):
    rng = world.rng
    for index in range(4 + 2 * world.size + rng.randrange(4)):
        year = rng.choice([2021, 2022, 2022, 2022, 2022, 2023, 2023, 2023, 2024])
        amount = rng.choice([10000000, 40000000, 100000000, 33333333, 12345678, 60000000, rng.randint(10**6, 10**8)])
        first = world.day(D(year, 1, 5), D(year, 6, 30)) if world.chance(0.85) else D(year - 1, 12, 10)
        level, task = rng.choice(LEVELS), rng.choice(TASKS)
        if world.chance(0.15):
            level, task = rng.choice(OUTSIDE), "其他"
        meta = {
            "name": f"资金{index + 1}",
            "level": level,
            "task": task,
            "year": year,
            "doc_no": f"示财农〔{year}〕{index + 1}号",
        }
        if level == "中央" and task == "以工代赈" and world.chance(0.4):
            meta["source"] = "中央预算内投资"
        key = f"F{year}-{index + 1:02d}"
        world.funds[key] = Fund(key, meta, amount, first)
        world.pen.custom(first, "fund", key, ("CNY", amount), **meta)
        world.edge(first)
        if world.chance(0.1):
            later = world.day(first + DAY, D(year, 12, 31))
            world.funds[key].amount = amount = amount + rng.choice([-100000, 500000])
            world.pen.custom(later, "fund", key, ("CNY", amount))


def write_projects(world):
    rng = world.rng
    for index in range(3 + 2 * world.size + rng.randrange(4)):
        begin = world.day(D(2020, 11, 1), D(2023, 12, 1))
        key = f"P{begin.year}-{index + 1:04d}"
        meta = project_facts(world, index)
        states = project_states(world, begin)
        world.projects[key] = Project(key, meta, states)
        for turn, (day, state) in enumerate(states):
            more = dict(meta) if turn == 0 else {}
            if state == "绩效自评" and world.chance(0.8):
                more["score"] = 90
            world.pen.custom(day, "project", key, state, **more)
            world.edge(day, day - DAY)
            world.edge(*(day + n * DAY for n in world.rng.sample([19, 20, 21, 90, 91, 180, 181], 2)))


def project_facts(world, index):
    rng = world.rng
    category, mode = rng.choice(CATEGORIES), rng.choice(MODES)
    meta = {"name": f"项目{index + 1}", "category": category, "subtype": rng.choice(SUBTYPES), "mode": mode}
    meta.update(village=rng.choice(list(world.villages)), unit="县某局", planned=("CNY", 50000000))
    meta["operator"] = "示例公司" if world.chance(0.5) else None
    chance = rng.random()
    meta["linkage"] = "务工、分红" if chance < 0.7 else "无" if chance < 0.85 else None
    meta["beneficiaries"] = 30 if world.chance(0.7) else None
    meta["goal"] = "增收" if world.chance(0.85) else None
    meta["filed_by"] = "县农业农村委" if world.chance(0.85) else None
    meta["household_level"] = rng.choice([True, False, None])
    if category == "产业发展" and world.chance(0.5):
        meta["subtype"] = world.villages[meta["village"]]["leading"]
    if world.chance(0.05):
        meta.update(village=None, town="龙池镇")
    if world.chance(0.3):
        meta["labour_promised"] = ("CNY", rng.choice([100000, 500000, 1234567]))
    if world.chance(0.08):
        meta[rng.choice(["unit", "planned", "goal"])] = None
    return meta


def project_states(world, begin):
    """A run through the main states, broken off somewhere, sometimes into a side state."""
    rng = world.rng
    start, end = rng.choice([0, 1, 1, 1, 2]), rng.choice([3, 4, 5, 6, 6, 7, 8, 9])
    states, day = [], begin
    for state in MAIN[start:end]:
        if state in ("谋划", "移交", "开工") and world.chance(0.3):
            continue
        states.append((day, state))
        day = world.day(day + DAY, day + rng.choice([20, 60, 150]) * DAY)
        if world.chance(0.06):
            states.append((day, "调整"))
            day = day + 10 * DAY
    if not states:
        states = [(begin, "入库")]
    if world.chance(0.15):
        states.append((day, rng.choice(["终止", "终止", "退库"])))
    return states
