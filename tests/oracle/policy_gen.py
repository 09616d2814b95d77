"""Random policies: none mentioned, mentioned, scoped, ended, retroactive, issued later, past verified-until."""

import datetime as dt
from decimal import Decimal

from .book import Book
from .law import read_law
from .writing import Bare

D = dt.date
CHANGES = [D(2020, 11, 17), D(2021, 6, 1), D(2022, 1, 1), D(2022, 5, 20), D(2022, 7, 18), D(2023, 1, 1), D(2023, 3, 1)]
RATES = {
    "labour-share": ["0.10", "0.12", "0.15"],
    "labour-share-work-relief": ["0.15", "0.20", "0.30"],
    "industry-share": ["0.50", "0.55", "0.60"],
    "industry-share-municipal": ["0.50", "0.60"],
    "industry-rising": ["0", "0.01", "-0.05"],
    "input-stable": ["1", "0.9"],
    "equity-quantified": ["0.50"],
    "equity-collective": ["0.10", "0.2"],
    "equity-farmers": ["0.40"],
    "equity-leader": ["0.30", "0.20"],
    "equity-tilt": ["1", "1.00"],
    "equity-area-tilt": ["1"],
    "income-tilt": ["1", "1.5"],
    "income-use": ["0.8", "0.9"],
    "caretaker-priority": ["0.5"],
    "asset-register-days": ["90", "60"],
    "idle-days": ["180", "90"],
    "management-fee": ["0.01", "0.02"],
    "allocation-days": ["30", "60"],
    "spending-progress": ["1", "0.8"],
    "premium-subsidy": ["0.05"],
    "notice-days": ["10", "7"],
    "notice-due-days": ["20", "30"],
    "notice-days-labour": ["7", "10"],
    "performance-review-days": ["180"],
    "evidence-above": ["50000", "10000"],
}
STRICT = {"equity-tilt": ">", "equity-area-tilt": ">", "income-tilt": ">"}
AT_MOST = {"equity-leader", "asset-register-days", "idle-days", "management-fee", "allocation-days",
           "performance-review-days", "notice-due-days"}  # fmt: skip
SCOPES = {
    "labour-share": ["level", "task", "source"],
    "labour-share-work-relief": ["level", "source"],
    "management-fee": ["level"],
    "industry-share": ["level"],
    "input-stable": ["level"],
    "equity-quantified": ["operator-kind"],
    "equity-collective": ["operator-kind"],
    "equity-farmers": ["operator-kind"],
    "equity-leader": ["operator-kind"],
}
VALUES = {
    "level": ["中央", "市级", "省级"],
    "task": ["以工代赈", "巩固拓展"],
    "source": ["中央预算内投资"],
    "operator-kind": ["农业企业", "农民合作社"],
}
EXCLUDING = {"industry-share", "industry-share-municipal", "management-fee"}


def write_policy(world):
    """A random choice of parameters; the law they make is kept for aiming at thresholds."""
    rows, share = [], world.rng.choice([0.0, 0.15, 0.5, 0.9])
    for name in RATES:
        if world.chance(share):
            rows += parameter_rows(world, name)
    rows.sort(key=lambda row: row[0])
    book = Book(None, D(2026, 12, 31))
    for date, name, value, meta in rows:
        world.pen.custom(date, "policy", name, value if value == "终止" else Bare(value), **meta)
        written = {key.replace("_", "-"): item for key, item in meta.items()}
        plain = value if value == "终止" else Decimal(value)
        book.customs.setdefault("policy", []).append((date, [name, plain], written))
        book.mentioned.add(name)
    world.law = read_law(book)
    world.edge(*(row[0] for row in rows if row[0] > D(2021, 6, 1)))


def parameter_rows(world, name):
    """One to three rows of a parameter: general ones, sometimes a scoped one and an end."""
    days = sorted(world.rng.sample(CHANGES, world.rng.choice([1, 1, 2])))
    if world.chance(0.7):
        days[0] = D(2020, 1, 1)
    rows = [row(world, name, day, {}) for day in days]
    for key in SCOPES.get(name, []):
        if world.chance(0.35):
            several = key == "level" and world.chance(0.2)
            scope = {key.replace("-", "_"): "中央,市级" if several else world.rng.choice(VALUES[key])}
            # Days of their own: rules.md does not rank two equally specific scopes that take effect on one day.
            day = D(2021 + SCOPES[name].index(key), world.rng.choice([2, 4, 8]), 11)
            rows.append(row(world, name, day, scope))
            if world.chance(0.2):
                end = world.day(rows[-1][0], D(2024, 12, 31)) + dt.timedelta(days=1)
                rows.append((end, name, "终止", {**scope, "basis": "示文", "issued": end}))
    if name == "labour-share" and len(rows) == 1 and rows[0][0] == D(2020, 1, 1) and world.chance(0.3):
        # All the time or never: rules.md does not say whose day excludes labour when the exclusion itself changes.
        rows[0][3]["exclude_task"] = "以工代赈,欠发达国有林场"
    if world.chance(0.12):
        end = world.day(D(2022, 6, 1), D(2024, 6, 1))
        rows.append((end, name, "终止", {"basis": "示文〔2023〕2号", "issued": end}))
    return rows


def row(world, name, day, scope):
    op = STRICT.get(name, "<=" if name in AT_MOST else ">=")
    meta = {"op": op, "issued": day, "basis": "示文〔2022〕1号 第1条", **scope}
    if name in ("premium-subsidy", "evidence-above"):
        del meta["op"]
    if world.chance(0.2):
        meta["issued"] = day + dt.timedelta(days=world.rng.choice([1, 30, 200]))
        if world.chance(0.4):
            meta["retroactive"] = "自当年1月1日起施行"
    if world.chance(0.3):
        meta["verified_until"] = world.day(D(2022, 1, 1), D(2025, 12, 31))
    if name in EXCLUDING and world.chance(0.3):
        meta["exclude_task"] = world.rng.choice(["以工代赈", "少数民族发展", "以工代赈,欠发达国有林场"])
    return day, name, world.rng.choice(RATES[name]), meta
