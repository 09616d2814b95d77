"""What is wrong on purpose with the county's money. Every function plants one rule's violations and says why."""

import datetime as dt
import random
from calendar import monthrange

from ledgers import chart
from ledgers.files.text import Yuan
from samples.county.events import again, reverse
from samples.county.funds import WAN
from samples.county.model import BY_HAND, County, Fund, Leg, Line, Project, Voucher, days_after
from samples.county.payments import MOVED, bank_of, builder_of, labour_roll


def before_payment(county: County) -> None:
    """Plants that the payments then follow."""
    _taken_back(county)


def after_payment(county: County) -> None:
    """Plants in the payments, before assets are formed of them."""
    _from_the_plan(county)
    _fund_trace(county)
    _arrived_short(county)
    _idle(county)
    _carry_over(county)
    _fund_task(county)
    _negative(county)
    _allocation_days(county)
    _payment_mode(county)
    _roster(county)


def _from_the_plan(county: County) -> None:
    """Ratios that the plan itself sets."""
    ids = {key: project.id for key, project in county.projects.items()}
    plant = county.plant
    plant("labour-share", ids["2021x5"], "劳务报酬只有市级及以上资金的9.6%；有一条豁免已于2022年底到期，不再算数")
    plant("labour-share", ids["2023x5"], "劳务报酬只有9%，县发展改革委批复同意，已豁免", status="waived")
    plant("labour-share-work-relief", ids["2021x1"], "劳务报酬占以工代赈专项资金14.91%，差一点到15%")
    plant("labour-share-work-relief", ids["2022x6"], "中央预算内投资项目，劳务报酬28%，应为30%")
    plant("labour-promised", ids["2022x2"], "承诺35%，只发了33%")
    plant("labour-share-year", "2023", "2023年劳务报酬占当年分配资金的比例低于2022年")
    plant("industry-share", "2023", "中央资金用于产业约58.7%，2023年要求60%")
    plant("industry-rising", "2022", "2022年产业占比低于2021年")
    plant("industry-share-municipal", "2023", "市级及以上资金用于产业不到本县自定的50%")
    plant("household-industry", "2023", "到人到户产业资金占比低于上年")
    plant("leading-industry", "2022", "安排到脱贫村主导产业的村少于上年")
    plant("weak-collective", "2023", "得到资金的薄弱村少于上年")
    plant("input-stable", "2023", "县级资金比上年少70万元", part="县级")
    plant("management-fee", "市级", "市级资金提取项目管理费超过1%", period="2022")
    plant("post-scale", "2023", "公益岗位人数比上年少")
    plant("spending-progress", county.funds["2023TZ"].id, "示范工程未完工，年底没有支付完")


def _taken_back(county: County) -> None:
    """A saving goes back to the level above: what is taken back stays in the registered amount, and counts as used."""
    fund, project = county.funds["2021XJ"], county.projects["2021y1"]
    amount = 20 * WAN
    project.allocations.append((dt.date(2021, 11, 22), fund, -amount))
    project.wallet[fund.key] -= amount
    legs = Leg(chart.quota(fund.id), amount), Leg(chart.allocated(fund.id), -amount, meta={"project": project.id})
    county.book(dt.date(2021, 11, 22), "县财政局", f"收回{project.name}招标结余", *legs)
    legs = Leg(chart.TAKEN_BACK, amount), Leg(chart.quota(fund.id), -amount)
    county.book(dt.date(2021, 12, 8), "县财政", f"上缴收回{fund.name}", *legs, sheet="funds")


def _legs_of(voucher: Voucher, county: County, key: str) -> tuple[Leg, Leg]:
    """The expense and the quota leg of one fund in a payment."""
    fund = county.funds[key].id
    quota = next(leg for leg in voucher.legs if leg.account == chart.allocated(fund))
    single = voucher.meta.get("fund") == fund
    expense = next(
        leg for leg in voucher.legs if leg.account.startswith("Expenses:") and (single or leg.meta.get("fund") == fund)
    )
    return expense, quota


def shift(county: County, voucher: Voucher, key: str, amount: int) -> None:
    """Change what a payment takes from one fund."""
    expense, quota = _legs_of(voucher, county, key)
    expense.amount = (expense.amount or 0) + amount
    quota.amount = (quota.amount or 0) - amount


def pay_from(
    county: County, project: Project, fund: Fund, day: dt.date, amount: int, narration: str, economic: str
) -> Voucher:
    expense = Leg(chart.expense(project.kind.function, economic), amount)
    legs = expense, Leg(chart.allocated(fund.id), -amount)
    return county.book(day, builder_of(project), narration, *legs, fund=fund.id, project=project.id, sheet="treasury")


def _fund_trace(county: County) -> None:
    over, under = county.projects["2022x7"], county.projects["2022x4"]
    fund = county.funds["2022XJ"]
    shift(county, _paying(county, under, fund), fund.key, -8000_00)
    shift(county, _paying(county, over, fund), fund.key, 8000_00)
    county.plant("fund-trace", fund.id, "从该资金多付8000元，超过分配给项目的数", part=over.id)
    county.plant("overpaid", over.id, "多付8000元，超过分配给项目的数")
    county.plant("leftover", under.id, "8000元记到了别的项目，本项目验收后结余没有收回")
    fund = county.funds["2023SJ"]
    giver, taker = county.projects["2023x7"], county.projects["2023x3"]
    shift(county, _paying(county, giver, fund), fund.key, -12000_00)
    pay_from(county, taker, fund, dt.date(2023, 8, 21), 12000_00, f"{taker.name}附属工程款", "31005")
    county.plant("fund-trace", fund.id, "该资金没有分配给这个项目，却支付了12000元", part=taker.id)
    county.plant("overpaid", taker.id, "多付12000元，超过分配给项目的数")


def _paying(county: County, project: Project, fund: Fund) -> Voucher:
    """The project's last payment out of a fund."""
    account = chart.allocated(fund.id)
    return [v for v in county.payments(project) if any(leg.account == account for leg in v.legs)][-1]


def _arrived_short(county: County) -> None:
    fund = county.funds["2023DD"]
    county.declare("supplements", dt.date(2023, 6, 30), "fund", fund.id, Yuan(fund.amount + 10 * WAN))
    county.plant("fund-trace", fund.id, "追加后登记210万元，只到账200万元")
    county.plant("spending-progress", fund.id, "登记210万元，只到账并支付200万元")


def _idle(county: County) -> None:
    """Money of a village's own contribution lies in its account for more than a year."""
    project = county.projects["2022c9"]
    last = county.payments(project)[-1]
    for leg in last.legs:
        leg.amount = (leg.amount or 0) // 2
    fund = str(last.meta["fund"])
    county.plant("idle-in-village", project.id, "村集体账户里剩下的钱超过180天没有使用")
    county.plant("leftover", project.id, "验收后90天，村集体账户里的结余没有收回")
    county.plant("carry-over", fund, "2022年资金到2023年底仍在村集体账户里")


def _carry_over(county: County) -> None:
    project = county.projects["2021q1"]
    release = max((v for v in county.vouchers if v.project == project.id), key=lambda v: v.day)
    release.day = dt.date(2023, 2, 15)
    county.plant("carry-over", county.funds["2021SM"].id, "2021年资金的质保金到2023年才退还，2022年底没有用完")
    county.plant("retention", project.id, "质保金2022年10月到期，到2023年2月才退还")


def _fund_task(county: County) -> None:
    project, fund = county.projects["2022q1"], county.funds["2022YG"]
    first = county.payments(project)[0]
    workers = [(h.id, "1") for h in county.in_town(project.village.town)] if project.village else []
    roll = labour_roll(random.Random(project.id), workers, 270)
    total = sum(line.amount for line in roll)
    leaf = chart.expense(project.kind.function, "31005", labour=True)
    price = chart.expense(project.kind.function, "31005")
    legs = Leg(leaf, total, roll=roll), Leg(price, -total)
    day = dt.date(first.day.year, first.day.month + 2, 1) - dt.timedelta(days=1)
    county.book(day, builder_of(project), MOVED, *legs, fund=fund.id, project=project.id, sheet="labour")
    early = county.projects["2023g"]
    for key in ("2023ZY1", "2023SJ"):
        county.plant("fund-task", county.funds[key].id, "项目还没有列入年度计划就分配了资金", part=early.id)


def _negative(county: County) -> None:
    fee = county.payments(county.projects["2021g"])[-1]
    fee.narration += "，含购置办公用通讯设备"
    county.plant("negative-list", fee, "项目管理费用于购置通讯设备")


def _allocation_days(county: County) -> None:
    fund = county.funds["2022LC"]
    county.plant("allocation-days", fund.id, f"{fund.day} 到账，{county.plan.late[fund.key]} 才分配")


def _payment_mode(county: County) -> None:
    """Cash to households where the project is no 奖补: once from a village's account, once from quota."""
    village_work = county.projects["2022x8"]
    assert village_work.village
    last = county.payments(village_work)[-1]
    _hand_out(county, village_work, last, 1500_00, bank_of(village_work.village))
    forest = county.projects["2023c13"]
    last = county.payments(forest)[-1]
    _hand_out(county, forest, last, 2000_00, chart.allocated(str(last.meta["fund"])))


def _hand_out(county: County, project: Project, reduced: Voucher, each: int, source: str) -> None:
    households = [h for h in county.households if h.village is project.village][:12]
    total = each * len(households)
    reduced.legs[0].amount = (reduced.legs[0].amount or 0) - total
    reduced.legs[1].amount = (reduced.legs[1].amount or 0) + total
    lines = [Line(h.id, each) for h in households]
    legs = Leg(chart.expense(project.kind.function, "30305"), total, roll=lines), Leg(source, -total)
    meta = {"fund": reduced.meta["fund"], "project": project.id}
    voucher = county.book(days_after(reduced.day, 2), "各村农户", f"{project.name}发放农户现金补助", *legs, **meta)
    county.plant("payment-mode", voucher, "不是奖补、劳务项目，又没有补助依据，直接向农户发钱")


def _roster(county: County) -> None:
    def rolls(key: str) -> list[Voucher]:
        project = county.projects[key]
        return [v for v in county.vouchers if v.project == project.id and any(leg.roll for leg in v.legs)]

    without = rolls("2021x3")[1]
    without.sheet = ""
    for line in (without.legs[0].roll or [])[2:4]:
        line.days = None
    county.plant("labour-roster", without, "清册中有两行没有出勤天数")
    twice = rolls("2022x3")[2]
    twice.sheet = ""
    roll = twice.legs[0].roll or []
    first = roll[0]
    other = next(line for line in roll if line.amount != first.amount)
    other.household, other.person = first.household, first.person
    roll.sort(key=lambda line: (line.household, line.person))
    county.plant("labour-roster", twice, "同一人在同一份清册中出现两次")
    days, month = sum(line.days or 0 for line in (first, other)), f"{twice.day:%Y-%m}"
    if days > monthrange(twice.day.year, twice.day.month)[1]:
        why = "同一份清册里一人的天数超过当月，清册没有写明所属月份"
        county.plant("labour-days", first.household, why, period=month, status="undetermined")
    project = county.projects["2021x4"]
    fund = county.funds["2021ZY1"]
    leaf, price = (chart.expense("2130504", "31005", labour=labour) for labour in (True, False))
    text = f"{project.name}劳务报酬（无清册）"
    legs = Leg(leaf, 12600_00), Leg(price, -12600_00)
    bare = county.book(dt.date(2021, 9, 15), builder_of(project), text, *legs, fund=fund.id, project=project.id)
    county.plant("labour-roster", bare, "施工单位付的劳务报酬没有清册")


def corrections(county: County) -> None:
    """A reversal that is larger than what it reverses, and a number left out: series of vouchers entered by hand."""
    payment = county.payments(county.projects["2023g"])[1]
    wrong = reverse(county, payment, days_after(payment.day, 2), "冲销（票据抬头有误）")
    right = again(county, payment, days_after(payment.day, 4), "更正")
    for voucher, sign in ((wrong, -1), (right, 1)):
        voucher.legs[0].amount = (voucher.legs[0].amount or 0) + sign * 500_00
        voucher.legs[1].amount = (voucher.legs[1].amount or 0) - sign * 500_00
    county.plant("voucher", f"{BY_HAND}-2023", "冲销金额比原凭证多500元")
    max((v for v in county.vouchers if not v.sheet and v.day.year == 2022), key=lambda v: v.day).skipped = 1
    county.plant("voucher", f"{BY_HAND}-2022", "缺一个凭证号")
    _by_fund(county)


def _by_fund(county: County) -> None:
    """Expenses under one fund, paid out of two."""
    payment = next(v for v in county.payments(county.projects["2021x7"]) if "fund" not in v.meta)
    funds = [leg.meta["fund"] for leg in payment.legs if leg.account.startswith("Expenses:")]
    for leg in payment.legs:
        if leg.meta.get("fund") == funds[1]:
            leg.meta["fund"] = funds[0]
    county.plant("record", payment, "支出全记在一个资金下，指标却分两个资金支付")
