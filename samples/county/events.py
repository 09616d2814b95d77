"""What happens to money on its way: a move, a prepayment, a returned payment, money recovered, a bank statement."""

import datetime as dt

from ledgers import chart
from samples.county.funds import WAN
from samples.county.model import County, Fund, Leg, Line, Project, Voucher, days_after
from samples.county.payments import bank_of


def move_quota(county: County, fund: Fund, giver: Project, taker: Project, amount: int, day: dt.date) -> Voucher:
    """Move allocated money from one project to another, before the giver has used it."""
    giver.allocations.append((day, fund, -amount))
    taker.allocations.append((day, fund, amount))
    giver.wallet[fund.key] -= amount
    taker.wallet[fund.key] = taker.wallet.get(fund.key, 0) + amount
    account = chart.allocated(fund.id)
    taken, given = Leg(account, -amount, meta={"project": giver.id}), Leg(account, amount, meta={"project": taker.id})
    return county.book(day, "县财政局", f"{giver.name}结余调整用于{taker.name}", given, taken)


def before_payment(county: County) -> None:
    fund = county.funds["2022SJ"]
    giver, taker = county.projects["2022c5"], county.projects["2022x7"]
    move_quota(county, fund, giver, taker, 30 * WAN, dt.date(2022, 5, 18))


def after_payment(county: County) -> None:
    """A prepayment, a returned payment that is made again, a returned line of a list, money recovered."""
    prepay(county, county.projects["2021q1"])
    payment = county.payments(county.projects["2021j3"])[-1]
    reverse(county, payment, days_after(payment.day, 3), "退回", sheet="treasury")
    again(county, payment, days_after(payment.day, 8), "重新支付", sheet="treasury")
    for key in ("2021c6", "2022j2", "2023c6"):
        return_line(county, county.payments(county.projects[key])[1], 4)
    recover(county)


def prepay(county: County, project: Project) -> None:
    """The first payment of a contract is an advance; it becomes an expense when the work is measured."""
    first = county.payments(project)[0]
    expense = first.legs[0].account
    amount = first.legs[0].amount or 0
    first.legs[0].account = chart.PREPAID
    first.narration += "（预付）"
    first.sheet = ""
    legs = Leg(expense, amount), Leg(chart.PREPAID, -amount)
    day = days_after(first.day, 45)
    county.book(day, first.payee, f"{project.name}预付款结转", *legs, fund=first.meta["fund"], project=project.id)


def reverse(county: County, voucher: Voucher, day: dt.date, why: str, sheet: str = "") -> Voucher:
    """Reverse a whole voucher, roll lines left out; its narration names the voucher when the book is written."""
    copy = _copy(county, voucher, day, why, -1, sheet)
    copy.reverses = voucher
    return copy


def again(county: County, voucher: Voucher, day: dt.date, why: str, sheet: str = "") -> Voucher:
    return _copy(county, voucher, day, f"{voucher.narration}（{why}）", 1, sheet)


def _copy(county: County, voucher: Voucher, day: dt.date, narration: str, sign: int, sheet: str) -> Voucher:
    legs = [Leg(leg.account, sign * (leg.amount or 0), meta=dict(leg.meta)) for leg in voucher.legs]
    copy = county.book(day, voucher.payee, narration, *legs, sheet=sheet)
    copy.meta = dict(voucher.meta)
    return copy


def return_line(county: County, voucher: Voucher, index: int) -> None:
    """The bank returns one line of a list; it is paid again a month later."""
    leg = next(leg for leg in voucher.legs if leg.roll)
    assert leg.roll
    line = leg.roll[index]
    back = reverse(county, voucher, days_after(voucher.day, 6), f"户 {line.household} 退票")
    anew = again(county, voucher, days_after(voucher.day, 38), f"户 {line.household} 重新发放")
    for copy, sign, result in ((back, -1, "退票"), (anew, 1, "成功")):
        quantity = None if line.quantity is None else sign * line.quantity
        copy.legs[0].amount, copy.legs[1].amount = sign * line.amount, -sign * line.amount
        copy.legs[0].roll = [Line(line.household, sign * line.amount, line.person, quantity=quantity, result=result)]


def recover(county: County) -> None:
    """Money wrongly paid comes back through the village's account and is handed to the treasury."""
    village = county.villages[12]
    for day, sign, text in (
        (dt.date(2022, 9, 15), 1, "追回违规领取的务工补助"),
        (dt.date(2022, 9, 28), -1, "上缴追回资金"),
    ):
        legs = Leg(bank_of(village), sign * 1200_00), Leg(chart.RECOVERED, -sign * 1200_00)
        county.book(day, village.collective, text, *legs)
