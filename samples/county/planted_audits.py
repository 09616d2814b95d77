"""What audits find, planted: contracts, open accounts, lists, rents and decisions. Vouchers have the series of what is planted."""

import datetime as dt
import hashlib
from calendar import monthrange
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county.assets import Asset
from samples.county.contracts import EARLY, FILE, UNIT_COST, invest, price
from samples.county.model import PLANTED, County, Leg, Line, Project, Village, Voucher, days_after
from samples.county.payments import HALF_DAY, MOVED, bank_of, builder_of
from samples.county.text import token_of

PHOTO = "二〇二三年春季管护现场照片\n"


def before_declared(county: County) -> None:
    """Plants in the days of projects, after their money was paid and before their states are declared."""
    started, done = county.projects["2022x4"], county.projects["2022c13"]
    started.move("开工", days_after(started.day_of("开工"), 10))
    county.plant("retention", started.id, "没有留质保金")
    county.plant("paid-ahead", started.id, "开工前付了合同价的40%，应不超过30%")
    done.move("完工", days_after(done.day_of("验收"), -100))
    county.plant("acceptance-due", done.id, "完工后100天才验收")
    county.plant("retention", county.projects[EARLY].id, "质保金没有到期就退还")


def plant(county: County, assets: list[Asset]) -> None:
    """Everything else."""
    named = {asset.name.removeprefix(asset.village.name): asset for asset in assets if not asset.project}
    price(county, county.projects["2022x4"])
    _same_builder(county)
    _unit_cost(county)
    _undecided(county)
    _unnumbered(county)
    _lowered(county)
    _competitive(county)
    _too_many_days(county)
    _open_accounts(county, county.projects["2022c9"])
    _alms(county, named["屋顶光伏电站"].village)
    _post(county, named["育苗大棚"])
    _assets(county, named)


def _book(county: County, day: dt.date, payee: str, narration: str, *legs: Leg, **meta: Any) -> Voucher:
    return county.book(day, payee, narration, *legs, series=PLANTED, **meta)


def _same_builder(county: County) -> None:
    project = county.projects["2022q1"]
    assert project.village
    why = "同一施工单位在同一个村一年之内两个合同，各不到限额，合计超过"
    county.plant("split-contract", builder_of(project), why, part=project.village.id)


def _unit_cost(county: County) -> None:
    project = county.projects["2023x3"]
    county.plant("unit-cost", project.id, "每公里造价是同类项目中位数的近两倍")
    meta = {"op": "<=", "issued": dt.date(2021, 6, 1), "verified_until": dt.date(2024, 12, 31)}
    basis = "示例县项目造价控制办法（样例虚构，本县自定）"
    day = dt.date(2021, 6, 1)
    county.declare("policy", day, "policy", "unit-cost-factor", UNIT_COST, basis=basis, confidence="推定", **meta)
    county.plant("law-lowered", "unit-cost-factor", "本县自定1.6倍，比随产品的1.5倍宽")


def _undecided(county: County) -> None:
    project = county.projects["2023c4"]
    (decided,) = county.directives("resolution", project.id)
    county.registry[FILE].remove(decided)
    del county.papers[decided.meta["evidence"]]
    county.plant("resolution", project.id, "列入年度计划前没有民主决策的决议")


def _unnumbered(county: County) -> None:
    project = county.projects["2022c15"]
    voucher = next(v for v in county.payments(project) if not v.sheet)
    voucher.meta["payment-no"] = ""
    county.plant("payment-number", voucher, "手工记的支付没有支付凭证号")


def _lowered(county: County) -> None:
    project = county.projects["2023x2"]
    promise = Yuan(project.allocated_above * 25 // 100)
    county.declare(FILE, dt.date(2023, 10, 10), "project", project.id, labour_promised=promise)
    works = county.projects["2023x6"]
    paper = {"planned": Yuan(works.allocated - 1000_00), "approved": "示发改〔2023〕88号"}
    county.declare(FILE, dt.date(2023, 11, 6), "project", works.id, **paper)
    county.plant("changed-after", project.id, "开工以后把承诺的劳务报酬从30%改为25%", part="labour-promised")


def _competitive(county: County) -> None:
    """Two projects of one operator in one year, one of them without a grant of shares."""
    farm, wood = county.projects["2023c14"], county.projects["2023c13"]
    for project in (farm, wood):
        day = project.day_of("年度计划")
        county.declare(FILE, day, "project", project.id, competitive=True, operator=farm.operator)
        county.plant("equity-missing", project.id, "竞争立项的财政补助超过30万元，没有股权化")
    county.plant("operator-once", farm.operator, "一年内享受了两次竞争立项补助", period="2023")


def _too_many_days(county: County) -> None:
    """Somebody who worked on the project's roll stands on a second one for days that the month does not have."""
    project = county.projects["2022x4"]
    first = next(v for v in county.vouchers if v.project == project.id and v.narration == MOVED and v.legs[0].roll)
    line = max(first.legs[0].roll or (), key=lambda one: one.days or 0)
    length = monthrange(first.day.year, first.day.month)[1]
    days = Decimal(length) - (line.days or 0) + 3
    amount = int(days * 2) * HALF_DAY
    leaf, price = (chart.expense(project.kind.function, "31005", labour=labour) for labour in (True, False))
    roll = [Line(line.household, amount, line.person, days, for_=f"{first.day:%Y-%m}")]
    _book(
        county, first.day, first.payee, f"{MOVED}（补）", Leg(leaf, amount, roll=roll), Leg(price, -amount),
        fund=first.meta["fund"], project=project.id,
    )  # fmt: skip
    why = f"同一人在两份清册里共 {length + 3} 个工日，当月只有 {length} 天"
    county.plant("labour-days", line.household, why, period=f"{first.day:%Y-%m}")


def _open_accounts(county: County, project: Project) -> None:
    """A project's advance and debt, and a village's recovered money, that nobody settles; one photograph under two vouchers."""
    assert project.village
    bank = bank_of(project.village)
    village, other = _without_income(county)[:2]
    owed, prepaid = "Liabilities:2302应付账款:9其他", chart.PREPAID
    digest = hashlib.sha256(PHOTO.encode()).hexdigest()
    county.papers["evidence/2023/管护照片.txt"] = PHOTO
    about = {"fund": str(county.payments(project)[-1].meta["fund"]), "project": project.id}
    photo = {"evidence": "evidence/2023/管护照片.txt", "evidence_sha256": digest}
    advance = Leg(prepaid, 1500_00), Leg(bank, -1500_00)
    debt = Leg(chart.expense(project.kind.function, "30299"), 2000_00), Leg(owed, -2000_00)
    back = Leg(bank_of(village), 900_00), Leg(chart.RECOVERED, -900_00)
    _book(county, dt.date(2023, 2, 14), "示例农机配件部", "预付农机配件款", *advance, **about, **photo)
    _book(county, dt.date(2023, 3, 8), "示例农机维修部", "农机维修费，款未付", *debt, **about, **photo)
    county.declare(FILE, dt.date(2023, 3, 8), "project", project.id, no_asset=Yuan(2000_00))
    _book(county, dt.date(2023, 5, 16), village.collective, "退回多领的管护补助，未上缴", *back)
    _still_in_time(county, county.projects["2023x6"], other)
    county.plant("advance-open", project.id, "预付配件款挂账超过180天", part=prepaid)
    county.plant("arrears", project.id, "拖欠维修款超过90天", part=owed)
    county.plant("recovered-held", village.id, "退回的补助超过60天没有上缴", part=chart.RECOVERED)
    county.plant("evidence-reused", digest[:12], "同一张照片作两张凭证的附件")


def _without_income(county: County) -> list[Village]:
    """Villages to whose accounts the bank's statements bring nothing."""
    earning = {voucher.legs[0].account for voucher in county.vouchers if voucher.sheet == "bank"}
    return [village for village in county.villages if bank_of(village) not in earning]


def _still_in_time(county: County, project: Project, other: Village) -> None:
    """The same of the last weeks: nothing is wrong with it yet."""
    (key,) = [key for key, left in project.wallet.items() if left]
    fund = county.funds[key].id
    advance = Leg(chart.PREPAID, 20_000_00), Leg(chart.allocated(fund), -20_000_00)
    debt = Leg(chart.expense(project.kind.function, "31005"), 5_000_00), Leg("Liabilities:2302应付账款:9其他", -5_000_00)
    about = {"fund": fund, "project": project.id}
    _book(county, dt.date(2023, 12, 6), builder_of(project), "预付挡墙材料款", *advance, **about)
    _book(county, dt.date(2023, 12, 18), "示例石料经营部", "石料已收，款未付", *debt, **about)
    back = Leg(bank_of(other), 300_00), Leg(chart.RECOVERED, -300_00)
    _book(county, dt.date(2023, 12, 11), other.collective, "退回多领的管护补助", *back)


def _alms(county: County, village: Village) -> None:
    """A list paid from the village's reserve: to the dead, to two households on one account, and one line came back."""
    ordinary = [h for h in county.of_village(village) if {s.state for s in h.states} == {"一般户"} and len(h.people) > 1]
    dead, *others = ordinary[:6]
    accounts = ("yb01", "yb02", "yb03", "yb03", "yb05", "yb06")
    lines = [Line(h.id, 200_00, "1", account=account) for h, account in zip([dead, *others], accounts, strict=True)]
    lines[-1] = replace(lines[-1], result="退票")
    total = sum(line.amount for line in lines)
    legs = Leg(chart.RESERVE, total, roll=sorted(lines, key=lambda line: line.household)), Leg(bank_of(village), -total)
    voucher = _book(county, dt.date(2023, 2, 20), "村民", "用公积公益金慰问", *legs)
    lines = [replace(lines[1], result="退票"), replace(lines[1])]
    for day, line in zip((dt.date(2023, 2, 21), dt.date(2023, 2, 27)), lines, strict=True):
        legs = Leg(chart.RESERVE, line.amount, roll=[line]), Leg(bank_of(village), -line.amount)
        _book(county, day, "村民", "用公积公益金补发慰问", *legs)
    county.members.append(("W0001", dead.id, "1", "2021-01-01", "2022-12-20", "死亡"))
    county.plant("recipient-alive", voucher, "发给了两个月前已经死亡的人")
    county.plant("same-account", token_of(accounts[2]), "一个账户收两户的钱")
    county.plant("returned-payment", voucher, "一行退票，超过60天没有重发")


def _post(county: County, asset: Asset) -> None:
    """A post paid of income that the village does not have, to a student who has another benefit in that month."""
    list_ = next(v for v in county.payments(county.projects["2022s1"]) if v.day.month == 10)
    student = (list_.legs[0].roll or [])[0]
    next(county.directives("benefit", "雨露计划")).meta["excludes"] = "公益岗位"
    roll = [Line(student.household, 600_00, student.person, quantity=Decimal(1))]
    legs = Leg(chart.USES["公益岗位"], 600_00, roll=roll, meta={"benefit": "公益岗位"}), Leg(bank_of(asset.village), -600_00)
    _book(county, dt.date(2022, 10, 28), "公益性岗位人员", "10月公益性岗位补助", *legs, asset=asset.id, income_year=2022)
    county.plant("income-covered", asset.village.id, "2022年收益全部分完以后又用了600元", period="2022")
    why = "同一个月既领雨露计划又领公益岗位"
    county.plant("benefit-exclusive", student.household, why, period="2022-10")


def _assets(county: County, named: dict[str, Asset]) -> None:
    """Rent that did not come, or came from others, or was kept; principal that is not back; units that are not there."""
    county.plant("asset-income-due", named["蛋鸡养殖场"].id, "2022年的租金没有收", period="2022")
    hall = named["茶青交易厅"]
    invest(county, hall, Yuan(100_000_00), dt.date(2023, 6, 30))
    county.plant("principal-due", hall.id, "投入的10万元本金到期没有收回")
    _water_fee(county, named["灌溉渠"])
    cattle, day = named["到户种牛"], dt.date(2022, 12, 26)
    county.declare(FILE, day, "stocktake", cattle.id, counted=0, by=f"{cattle.village.town}财政办")
    county.plant("stocktake", cattle.id, "盘点没有找到，账上还有1项", period=f"{day}")


def _water_fee(county: County, asset: Asset) -> None:
    """Income of a public asset that its operator did not pay, and that nobody distributed."""
    operator, payer, day = "示例灌溉用水协会", "示例村干部垫付", dt.date(2022, 12, 30)
    county.declare(FILE, dt.date(2022, 1, 4), "asset", asset.id, operator=operator)
    legs = Leg(bank_of(asset.village), 500_00), Leg(chart.EARNINGS["经营"], -500_00)
    meta: dict[str, Any] = {"asset": asset.id, "income_year": day.year}
    voucher = _book(county, day, payer, f"{asset.name}2022年水费", *legs, payer=payer, **meta)
    county.plant("income-payer", voucher, "收益由村干部垫付，不是经营方支付")
    county.plant("income-undistributed", asset.village.id, "2022年的水费收入到次年6月底没有分配", period="2022")
