"""What is wrong on purpose in the county's registers: people, projects, lists, grants, assets, notices, files."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county import contracts
from samples.county.assets import Asset, even_lines, weight
from samples.county.model import County, Directive, Household, Leg, Line, State, Voucher, days_after

INCOME_USE = Decimal("0.60")
ASSET_YIELD = Decimal("0.005")


def projects(county: County) -> None:
    """Plants in the projects' facts and states, before they are declared and their notices posted."""
    everything = county.projects
    del everything["2023c15"].meta["goal"]
    county.plant("project-library", everything["2023c15"].id, "没有绩效目标")
    del everything["2023x4"].meta["filed-by"]
    county.plant("project-library", everything["2023x4"].id, "没有部门联合备案")
    everything["2023x5"].move("入库", dt.date(2023, 3, 1))
    county.plant("project-library", everything["2023x5"].id, "先列入年度计划，后入库")
    everything["2023g"].move("年度计划", dt.date(2023, 4, 19))
    everything["2023g"].move("开工", dt.date(2023, 4, 26))
    del everything["2023c3"].meta["linkage"]
    county.plant("interest-linkage", everything["2023c3"].id, "没有联农带农机制")
    del everything["2023c5"].meta["beneficiaries"]
    county.plant("interest-linkage", everything["2023c5"].id, "没有受益对象")
    _reviews(county)


def _reviews(county: County) -> None:
    late, unscored, missing = (county.projects[key] for key in ("2022c1", "2022x7", "2022c4"))
    late.move("绩效自评", days_after(late.day_of("验收"), 205))
    county.plant("performance-review", late.id, "验收后205天才自评")
    unscored.states = [(day, name, {} if name == "绩效自评" else meta) for day, name, meta in unscored.states]
    county.plant("performance-review", unscored.id, "自评没有得分")
    missing.states = [one for one in missing.states if one[1] != "绩效自评"]
    county.plant("performance-review", missing.id, "一直没有自评")


def lists(county: County) -> None:
    """Plants in the pay lists, once they are booked."""
    _standard(county)
    _recipients(county)
    _premium(county)
    _duplicates(county)


def rolls_of(county: County, key: str) -> list[Voucher]:
    return [v for v in county.payments(county.projects[key]) if v.legs[0].roll]


def roll_of(voucher: Voucher) -> list[Line]:
    roll = voucher.legs[0].roll
    assert roll
    return roll


def _swap(lines: list[Line], amount: int) -> None:
    """One line too much, another too little; the total stays."""
    lines[0].amount += amount
    lines[1].amount -= amount


def _standard(county: County) -> None:
    for key, index in (("2022c6", 5), ("2023c6", 11)):
        voucher = rolls_of(county, key)[index]
        _swap(roll_of(voucher), 100_00)
        county.plant("subsidy-standard", voucher, "有两行没有按标准计算：一行多100元，一行少100元")


def _recipients(county: County) -> None:
    voucher = rolls_of(county, "2022j1")[2]
    outsider = next(h for h in county.households if {s.state for s in h.states} == {"一般户"})
    line = roll_of(voucher)[0]
    line.household, line.person = outsider.id, "1"
    county.plant("recipient-eligible", voucher, "公益岗位补助发给了一般户")
    voucher = rolls_of(county, "2022j2")[0]
    rich = sorted(roll_of(voucher), key=lambda one: one.amount)
    _swap([rich[-1], rich[-2]], 100_00)
    county.plant("recipient-eligible", voucher, "有一行超过每人每年500元的上限")
    (insured,) = rolls_of(county, "2023s3")
    county.plant("recipient-eligible", insured, "综合防贫保险用了中央资金")


def _premium(county: County) -> None:
    voucher = rolls_of(county, "2023c10")[0]
    _swap(roll_of(voucher), 200)
    county.plant("premium-subsidy", voucher, "有两行不是保费的5%：一行多2元，一行少2元")


def _duplicates(county: County) -> None:
    """A household of the first batch gets the same amount again in the third."""
    for key in ("2022c7", "2023c7"):
        vouchers = rolls_of(county, key)
        first, third = roll_of(vouchers[0]), roll_of(vouchers[2])
        other = third[3]
        once = next(line for line in first if line.amount == other.amount)
        other.household = once.household
        third.sort(key=lambda line: line.household)
        vouchers[2].sheet = ""
        county.plant(
            "duplicate-payment", once.household, "同一个月两批奖补里发了两次相同金额", period=f"{vouchers[0].day:%Y-%m}"
        )


def people(county: County) -> None:
    """Plants in the listing of monitored households, one for each part; none of them in a small village."""
    since = dt.date(2022, 6, 10)  # 5号 has been issued
    later = [h for h in county.households if any(s.state == "监测户" and s.day >= since for s in h.states)]
    listed = [h for h in later if not h.village.small]
    slow, short, alone, planless, silent = listed[10:60:10]
    _change(slow, lambda s: {"reported": days_after(s.day, -16)})
    county.plant("monitoring-deadline", slow.id, "从申报到认定用了16天", part="listed")
    _change(short, lambda s: {"notice": (s.notice[0], days_after(s.notice[0], 3)) if s.notice else None})
    county.plant("monitoring-deadline", short.id, "村内只公示了4天", part="notice")
    _change(alone, lambda s: {"helper": days_after(s.day, 24)})
    county.plant("monitoring-deadline", alone.id, "24天才明确帮扶责任人", part="helper")
    _change(planless, lambda s: {"plan": None})
    county.plant("monitoring-deadline", planless.id, "没有一户一策", part="plan")
    _change(silent, lambda s: {"reported": None})
    county.plant("monitoring-deadline", silent.id, "没有申报时间，无法判定", part="listed", status="undetermined")


def _change(household: Household, changed: Callable[[State], dict[str, Any]]) -> None:
    household.states = [replace(s, **changed(s)) if s.state == "监测户" else s for s in household.states]


def grants(county: County) -> None:
    """What the table of grants sets, and plants in the registers and dividends."""
    plant = county.plant
    plant("equity-ratio", "GQ2022-0001", "企业只量化48%，应为50%", part="quantified")
    plant("equity-ratio", "GQ2022-0001", "农户只持股38%，应为40%", part="farmers")
    plant("equity-ratio", "GQ2022-0003", "集体只持股9%，应为10%", part="collective")
    plant("equity-ratio", "GQ2023-0001", "理事长持股32%，应不超过30%", part="leader")
    plant("equity-ratio", "GQ2023-0001", "成员只持股58%，应为60%", part="farmers")
    plant("equity-tilt", "GQ2022-0004", "每户股数相同，没有向脱贫户、监测户倾斜")
    plant("equity-area-tilt", "2023", "股权化补助多数给了非重点村")
    more = next(county.directives("equity", "GQ2023-0002"))
    more.meta["quantified"] = Yuan(more.meta["quantified"].fen + 1000_00)
    plant("equity-register", "GQ2023-0002", "登记的股额比量化金额少1000元")
    _nobody(county, "GQ2023-0004")
    unpaid = _dividends(county, "GQ2022-0002", 2022)
    county.vouchers = [v for v in county.vouchers if v not in unpaid]
    plant("dividend-due", "GQ2022-0002", "2022年没有分红", period="2022")
    paid = _dividends(county, "GQ2022-0003", 2022)[0]
    for leg, sign in zip(paid.legs, (-1, 1), strict=True):
        leg.amount = (leg.amount or 0) + sign * 1000_00
    plant("dividend-due", "GQ2022-0003", "2022年少付分红1000元", period="2022")


def _dividends(county: County, grant: str, year: int) -> list[Voucher]:
    """What a grant's operator paid for a year, and what of it went on to the households."""
    return [v for v in county.vouchers if v.meta.get("equity") == grant and v.meta.get("income-year") == year]


def _nobody(county: County, grant: str) -> None:
    """A register that a clerk typed, with a line that names neither a household nor a holder."""
    (one,) = county.directives("equity", grant)
    county.registry["equity"].remove(one)
    county.registry["supplements"].append(one)
    booked = next(v for v in county.vouchers if v.meta.get("equity") == grant)
    booked.sheet = ""
    nobody = (booked.legs[0].register or [])[7]
    nobody.household = nobody.holder = ""
    county.plant("equity-register", grant, "有一行没有持股主体，也没有户")


def assets(county: County, formed: list[Asset]) -> None:
    """Plants in the registration, upkeep, income and disposal of assets."""
    by_project = {asset.project.key: asset for asset in formed if asset.project}
    _register_late(county, by_project["2022x1"])
    _register_less(county, by_project["2021x2"])
    _never_registered(county, by_project["2021x8"])
    bridge = next(a for a in formed if a.name.endswith("便民桥"))
    for asset, years in ((bridge, (2022, 2023)), (by_project["2023x3"], (2023,))):
        _without_caretaker(county, asset, years)
    farm = next(a for a in formed if a.name.endswith("蛋鸡养殖场"))
    _drop_income(county, farm, 2022)
    county.plant("asset-idle", farm.id, "2022年没有收益，也没有说明", period="2022")
    pens = next(a for a in formed if a.name.endswith("生态养殖圈舍"))
    _drop_income(county, pens, 2023)
    county.plant("asset-yield", farm.id, "2022年没有收益，低于本县自定的收益率", period="2022")
    plan = {"reason": "疫病防控停养，待消杀后招租", "plan": "2024年春季公开招租"}
    county.declare("supplements", dt.date(2023, 1, 10), "asset", pens.id, "闲置", **plan)
    county.plant("asset-yield", pens.id, "2023年闲置，没有收益", period="2023")
    _caretakers(county, formed)
    _disposal(county, next(a for a in formed if a.name.endswith("旧冷库")))


def _vouchers(county: County, asset: Asset) -> list[Voucher]:
    return [v for v in county.vouchers if v.meta.get("asset") == asset.id]


def _register_late(county: County, asset: Asset) -> None:
    assert asset.project
    day = days_after(asset.project.day_of("验收"), 107)
    next(county.directives("asset", asset.id)).day = day
    _vouchers(county, asset)[0].day = day
    county.plant("asset-register", asset.project.id, "验收后107天才登记资产")


def _register_less(county: County, asset: Asset) -> None:
    assert asset.project
    cost = asset.cost - 50000_00
    first, contra = _vouchers(county, asset)[0].legs
    first.units, contra.amount = (1, asset.id, cost), -cost
    county.plant("asset-register", asset.project.id, "资产登记的价值比支出少5万元")


def _never_registered(county: County, asset: Asset) -> None:
    assert asset.project
    county.registry["assets"] = [d for d in county.registry["assets"] if d.values[0] != asset.id]
    gone = _vouchers(county, asset)
    county.vouchers = [v for v in county.vouchers if v not in gone]
    county.plant("asset-register", asset.project.id, "形成的资产一直没有登记")


def _without_caretaker(county: County, asset: Asset, years: tuple[int, ...]) -> None:
    del next(county.directives("asset", asset.id)).meta["caretaker"]
    for year in years:
        county.plant("asset-upkeep", asset.id, "没有管护责任人，也没有管护支出", period=str(year))


def _drop_income(county: County, asset: Asset, year: int) -> None:
    county.vouchers = [
        v for v in county.vouchers if v.meta.get("asset") != asset.id or v.meta.get("income-year") != year
    ]


def _caretakers(county: County, formed: list[Asset]) -> None:
    village = county.villages[43]
    ordinary = [h.id for h in county.of_village(village) if {s.state for s in h.states} == {"一般户"}]
    for index, asset in enumerate(a for a in formed if a.village is village):
        next(county.directives("asset", asset.id)).meta["caretaker"] = ordinary[index]
    county.plant("caretaker-priority", village.id, "两项资产的管护人都是一般户")


def _disposal(county: County, asset: Asset) -> None:
    used = [
        v for v in _vouchers(county, asset) if v.legs[0].account == chart.USES["小型公益事业"] and "处置" in v.narration
    ]
    county.vouchers = [v for v in county.vouchers if v not in used]
    county.plant("asset-disposal", asset.id, "处置收入没有再投入，也没有分配")


def income(county: County, formed: list[Asset]) -> None:
    """Plants in who gets how much of an asset's income, and for what it is used."""
    named = {asset.name[3:]: asset for asset in formed if not asset.project}
    _even(county, named["育苗大棚"], 2022)
    _tilt(county, named["屋顶光伏电站"], 2023, monitored=8, priority=1, other=6)
    county.plant("income-tilt", named["屋顶光伏电站"].village.id, "脱贫户、监测户户均少于其他户", period="2023")
    _tilt(county, named["林下产品仓库"], 2023, monitored=1, priority=5, other=2)
    county.plant("monitored-tilt", named["林下产品仓库"].village.id, "监测户户均少于其他户", period="2023")
    _left_out(county, named["民宿"], 2022)
    for name, year in (("茶青交易厅", 2022), ("游客驿站", 2023)):
        _kept_back(county, named[name], year)


def distribution(county: County, asset: Asset, year: int) -> Voucher:
    return next(
        v for v in _vouchers(county, asset) if v.meta.get("income-year") == year and any(leg.roll for leg in v.legs)
    )


def _household_leg(voucher: Voucher) -> Leg:
    return next(leg for leg in voucher.legs if leg.roll)


def _even(county: County, asset: Asset, year: int) -> None:
    """Everybody the same to the 分; what cannot be divided goes to the posts."""
    voucher = distribution(county, asset, year)
    leg = _household_leg(voucher)
    posts = next(one for one in voucher.legs if one.account == chart.USES["公益岗位"])
    members = county.of_village(asset.village)
    each = (leg.amount or 0) // len(members)
    posts.amount = (posts.amount or 0) + (leg.amount or 0) - each * len(members)
    leg.amount, leg.roll = each * len(members), [Line(h.id, each) for h in members]
    county.plant("income-tilt", asset.village.id, "每户分得一样多，没有倾斜", period=str(year))
    county.plant("income-flat", voucher, "每户分得一样多")


def _tilt(county: County, asset: Asset, year: int, monitored: int, priority: int, other: int) -> None:
    voucher = distribution(county, asset, year)
    leg = _household_leg(voucher)
    members = county.of_village(asset.village)
    ranks = {4: monitored, 3: priority, 2: other}
    leg.roll = even_lines(members, [ranks[weight(h, voucher.day)] for h in members], leg.amount or 0)


def _left_out(county: County, asset: Asset, year: int) -> None:
    voucher = distribution(county, asset, year)
    leg = _household_leg(voucher)
    members = county.of_village(asset.village)
    missed = next(h for h in members if h.monitored(voucher.day))
    leg.roll = even_lines(members, [0 if h is missed else weight(h, voucher.day) for h in members], leg.amount or 0)
    county.plant("monitored-included", asset.village.id, f"监测户 {missed.id} 没有分到", period=str(year))


def _kept_back(county: County, asset: Asset, year: int) -> None:
    """Half of the income kept back instead of a fifth: less for the households."""
    voucher = distribution(county, asset, year)
    leg = _household_leg(voucher)
    kept, reserve, bank = voucher.legs[-3:]
    amount = asset.rent // 2 - (kept.amount or 0)
    leg.amount = (leg.amount or 0) - amount
    members = county.of_village(asset.village)
    leg.roll = even_lines(members, [weight(h, voucher.day) for h in members], leg.amount)
    kept.amount = (kept.amount or 0) + amount
    reserve.amount = (reserve.amount or 0) - amount
    bank.amount = (bank.amount or 0) + amount
    county.plant("income-use", asset.id, "一半收益留作公积公益金，超过本县自定的比例", period=str(year))


def notices(county: County) -> None:
    """Notices that are missing or too short, and an inspection that was not made."""
    _without(county, county.projects["2021x7"].id, "完工公示")
    county.plant("notices", county.projects["2021x7"].id, "没有完工公示", part="完工公示")
    _shorten(county, county.projects["2022c4"].id, "年度计划公示", 8)
    county.plant("notices", county.projects["2022c4"].id, "只公示了8天", part="年度计划公示")
    fund = county.funds["2022SH"]
    _without(county, fund.id, "资金分配公告")
    county.plant("notices", fund.id, "没有资金分配公告", part="资金分配公告")
    county.plant("notices", county.projects["2022s3"].id, "唯一的资金来源没有分配公告", part="资金分配公告")
    _shorten(county, county.projects["2022x1"].id, "劳务报酬公示", 5)
    county.plant("labour-notice", county.projects["2022x1"].id, "劳务报酬只公示了5天")
    _without(county, county.projects["2021x2"].id, "劳务报酬公示")
    county.plant("labour-notice", county.projects["2021x2"].id, "劳务报酬没有公示")
    half = county.projects["2021x8"].id
    del next(county.directives("inspection", half)).meta["result"]
    county.plant("record", half, "检查没有写明结果")
    for key in ("2022x4", "2023c1"):
        name = county.projects[key].id
        county.registry["inspections"] = [d for d in county.registry["inspections"] if d.values[0] != name]
        county.plant("inspection", name, "验收时没有检查记录")


def _notice(county: County, subject: str, stage: str) -> Directive:
    return next(d for d in county.directives("notice", subject) if d.values[1] == stage)


def _without(county: County, subject: str, stage: str) -> None:
    county.registry["notices"].remove(_notice(county, subject, stage))


def _shorten(county: County, subject: str, stage: str, days: int) -> None:
    one = _notice(county, subject, stage)
    one.meta["to"] = days_after(one.meta["from"], days - 1)


def files(county: County) -> None:
    """Payments without evidence, with evidence that was changed, and with a file that is not there."""
    for key, how, why in (
        ("2021x10", "none", "大额付款没有凭证文件"),
        ("2022c4", "changed", "凭证文件的摘要与记录不符"),
        ("2023c5", "lost", "凭证文件不存在"),
    ):
        voucher = county.payments(county.projects[key])[1]
        voucher.evidence = how
        county.plant("evidence", voucher, why)


BUDGETED = {"level": "中央", "source": "中央预算内投资"}  # 示范工程, whose document asks for 30 %


def policy(county: County, *, clean: bool = False) -> None:
    """The county's own parameters, one of them past the day until which it was verified, unless it is a clean county."""
    own = "示例县2021年衔接资金工作方案（样例虚构，本县自定）"
    first, to_2024 = dt.date(2021, 1, 1), dt.date(2024, 12, 31)
    for name, number, since, until, more in (
        ("labour-share", Decimal("0.10"), first, to_2024, {}),
        ("labour-share-work-relief", Decimal("0.30"), dt.date(2022, 7, 18), to_2024, BUDGETED),
        ("industry-share-municipal", Decimal("0.50"), dt.date(2022, 1, 1), to_2024, {}),
        ("management-fee", Decimal("0.01"), first, to_2024, {"op": "<=", "level": "市级"}),
        ("income-use", INCOME_USE, first, to_2024, {}),
        ("caretaker-priority", Decimal("0.50"), first, to_2024 if clean else dt.date(2023, 6, 30), {}),
        ("asset-yield", ASSET_YIELD, first, to_2024, {}),
        *((name, number, since, to_2024, more) for name, number, since, more in contracts.policy()),
    ):
        meta = {"op": ">=", "issued": since, "basis": own, "confidence": "推定", "verified_until": until, **more}
        county.declare("policy", since, "policy", name, number, **meta)
    if not clean:
        for name in ("quantified", "collective", "farmers", "leader"):
            county.plant("policy-stale", f"equity-{name}", "2016年的股权比例只核实到2019年，2020年另有文件")
        county.plant("policy-stale", "caretaker-priority", "本县自定的比例只核实到2023年6月30日")


def seals(county: County) -> None:
    """A month that was sealed, and changed afterwards: nothing of it has the root that was printed."""
    end, day = dt.date(2021, 3, 31), dt.date(2021, 4, 6)
    root = hashlib.sha256(b"2021-03").hexdigest()
    county.declare("seals", day, "seal", str(end), root, version="1", previous="")
    county.plant("sealed-period", str(end), "封账清单已遗失，账簿内容也与公布的封账根不符")


def remedies(county: County) -> None:
    """Waivers, and rectifications in every state: overdue, closed too early, under way, closed rightly."""
    ids = {key: project.id for key, project in county.projects.items()}
    units = {key: project.meta["unit"] for key, project in county.projects.items()}
    bureau = "县发展改革委"
    county.declare(
        "waivers",
        dt.date(2023, 12, 4),
        "waiver",
        "labour-share",
        ids["2023x5"],
        reason="塘库清淤以机械作业为主，批复同意劳务报酬不低于9%",
        by=bureau,
        until=dt.date(2024, 12, 31),
        limit=Yuan(15000_00),
    )
    county.declare(
        "waivers",
        dt.date(2021, 12, 6),
        "waiver",
        "labour-share",
        ids["2021x5"],
        reason="当年用工不足，批复同意一年",
        by=bureau,
        until=dt.date(2022, 12, 31),
    )
    for rule, key, steps, part in _STEPS:
        for day, state, due in steps:
            said = {"by": "县乡村振兴局", "due": due, "unit": units[key], "part": part}
            county.declare("rectifications", day, "rectification", rule, ids[key], state, **said)
    county.plant("rectification-due", ids["2021x5"], "整改期限已过，没有销号", part="labour-share")
    county.plant("rectification-due", ids["2022x2"], "已销号，但规则仍不符合（虚假整改）", part="labour-promised")


_STEPS = (
    (
        "labour-share",
        "2021x5",
        ((dt.date(2022, 1, 10), "发现", dt.date(2022, 6, 30)), (dt.date(2022, 2, 14), "整改中", None)),
        "",
    ),
    (
        "labour-promised",
        "2022x2",
        ((dt.date(2023, 1, 9), "发现", dt.date(2023, 6, 30)), (dt.date(2023, 3, 20), "销号", None)),
        "",
    ),
    ("inspection", "2023c1", ((dt.date(2023, 12, 18), "发现", dt.date(2024, 3, 31)),), ""),
    (
        "notices",
        "2022c3",
        ((dt.date(2022, 4, 6), "发现", dt.date(2022, 5, 31)), (dt.date(2022, 4, 25), "销号", None)),
        "年度计划公示",
    ),
)
