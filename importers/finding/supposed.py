"""Pay lists taken as paid: what would be if the treasury paid, today, the lists that are waiting for their money.

Only for judging beforehand: nothing of it is ever written.
"""

from datetime import date

from importers.draft.draft import Draft
from importers.draft.entries import Leg, money
from importers.finding.matching import lists_of, settle
from importers.finding.spending import allocated_net, is_payment
from ledgers import chart
from ledgers.chart import account as described
from ledgers.files.side_files import Waiting
from ledgers.money import yuan_cn

# Kind of list -> function and economic class that it is paid from where the project has paid nothing of the kind yet.
_USUAL = {"labour": ("2130504", "30226"), "benefits": ("2130505", "30310")}


def pay(draft: Draft, day: date) -> tuple[list[str], list[str]]:
    """Pay the lists that these sheets brought and that wait; what was taken as paid, and what could not be, in words."""
    taken, left = [], []
    for waiting in [one for one in draft.waiting.changed().values() if one]:
        funds = _funds(draft, waiting.project) if waiting.project else {}
        if waiting.contractor:
            left.append(f"{waiting.id}：由施工单位支付 {yuan_cn(waiting.total)} 元，该项目还没有支付过足够的工程款")
        elif not funds:
            left.append(f"{waiting.id}：没有分配给这个项目的资金，{yuan_cn(waiting.total)} 元无从支付")
        else:
            fund = next(
                (one for one, rest in funds.items() if rest >= waiting.total), max(funds, key=lambda one: funds[one])
            )
            _pay(draft, waiting, fund, day)
            taken.append(f"{waiting.id}：推定 {day} 从 {fund} 支付 {yuan_cn(waiting.total)} 元")
    return taken, left


def _funds(draft: Draft, project: str) -> dict[str, int]:
    """What of each fund was allocated to a project and is not yet paid, in 分."""
    rest = {fund: amount for (fund, owner), amount in allocated_net(draft).items() if owner == project and amount > 0}
    for voucher in draft.vouchers.values():
        for leg in voucher.legs:
            fund = described(leg.account).fund
            if fund in rest and str(voucher.value(leg, "project")) == project and _pays(voucher.legs):
                rest[fund] += leg.fen
    return rest


def _pays(legs: tuple[Leg, ...]) -> bool:
    return not all(leg.account.startswith("Assets:9001") for leg in legs)


def _pay(draft: Draft, waiting: Waiting, fund: str, day: date) -> None:
    account = _account(draft, waiting)
    day = max(day, waiting.start, draft.first_day("fund", fund))
    legs = [Leg(account, money(waiting.total)), Leg(chart.allocated(fund), -money(waiting.total))]
    meta = (("payment-no", "推定"), ("fund", fund), ("project", waiting.project))
    draft.put(f"推定支付:{waiting.id}", day, "代发清册", "推定支付：劳务报酬、补助清册", legs, meta, "推定支付")
    settle(draft, waiting.project, lists_of(draft, [waiting.project])[waiting.project])


def _account(draft: Draft, waiting: Waiting) -> str:
    """The account from which the project, else anybody, is paid for what the list is about."""
    function, economic = _USUAL[waiting.kind]
    for voucher in draft.vouchers.values():
        if is_payment(draft, voucher) and str(voucher.get("project")) == waiting.project:
            function = next((found for leg in voucher.legs if (found := described(leg.account).function)), function)
            break
    known = {described(name).function: name.split(":")[1] for name in draft.opened if name.startswith("Expenses:")}
    place = known.get(function) or chart.place(function, chart.FUNCTIONS.get(function, ""))
    return f"Expenses:{place}:{chart.place(economic, chart.ECONOMIC_CLASSES[economic])}"
