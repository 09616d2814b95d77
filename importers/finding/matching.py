"""Pay lists and their money: which treasury line a list belongs to, and contractors' wages out of the contract's price.

Decided anew for a whole project whenever a list or a payment arrives, so that the order of arrival does not matter. A
list whose money is not there waits beside the ledger (待核对). What a seal covers stays as it is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from importers.draft.draft import Draft
from importers.draft.entries import IMPORT_ID, ORIGINAL_DATE, Leg, Meta, Voucher, money, negated
from importers.finding.job import Job
from importers.finding.spending import base_account, is_payment, labour_account
from ledgers.chart import account as described
from ledgers.files.side_files import PayLine, Waiting
from ledgers.money import yuan_cn

LIST = "pay-list"
RETURNED = "退票"
PART_RETURNED = "退回凭证 {} 的一部分"
_PART = re.compile(PART_RETURNED.format(r"(\S+)"))
_LIST_KEYS = (LIST, "roll", "roll-sha256", "benefit")


@dataclass(frozen=True)
class Payment:
    """An expense posting of a standing payment."""

    voucher: Voucher
    leg: int

    @property
    def amount(self) -> int:
        return self.voucher.legs[self.leg].fen

    @property
    def account(self) -> str:
        return base_account(self.voucher.legs[self.leg].account)

    @property
    def order(self) -> tuple[date, str]:
        return self.voucher.true_day, self.voucher.number

    @property
    def key(self) -> str:
        return f"{self.voucher.number}/{self.leg}"


Lists = dict[str, Waiting]  # by import id


def list_id(kind: str, project: str, period: str, part: int, again: bool = False) -> str:
    """A list's import id; `again` of one that pays again what the bank returned."""
    return f"{'劳务' if kind == 'labour' else '一卡通'}:{project}:{period}:{'补' if again else ''}{part}"


def lists_of(draft: Draft, projects: Iterable[str]) -> dict[str, Lists]:
    """Every pay list of some projects, attached or waiting, by project."""
    found: dict[str, Lists] = {project: {} for project in projects}
    carriers: dict[str, list[tuple[Voucher, Leg]]] = defaultdict(list)
    for voucher in draft.vouchers.values():
        for leg in voucher.legs:
            if leg.number > 0 and leg.get(LIST) and str(voucher.value(leg, "project")) in found:
                carriers[str(leg.get(LIST))].append((voucher, leg))
    for name, places in carriers.items():
        standing = [place for place in places if place[0].number not in draft.reversed]
        if any(is_move(voucher) for voucher, _ in places):
            places = standing
        elif places:
            places = (standing or places)[-1:]
        if places:
            waiting = _carried(draft, name, places)
            found[waiting.project][name] = waiting
    for name, held in draft.waiting.items():
        if held and held.project in found:
            found[held.project][name] = held
    return found


def _carried(draft: Draft, name: str, places: list[tuple[Voucher, Leg]]) -> Waiting:
    """A list as the vouchers carry it."""
    voucher, leg = places[0]
    lines = [line for one, two in places for line in draft.lines(one, two) or () if isinstance(line, PayLine)]
    start, end = period_of(name)
    kind = "labour" if name.startswith("劳务") else "benefits"
    project, benefit = str(voucher.value(leg, "project")), str(leg.get("benefit") or "")
    return Waiting(name, kind, project, benefit, start, end, is_move(voucher), joined(lines))


def is_move(voucher: Voucher) -> bool:
    """Wages moved out of a contract's price: no quota leg."""
    return all(described(leg.account).kind == "expense" for leg in voucher.legs)


def period_of(name: str) -> tuple[date, date]:
    """First and last day of the period in a list's import id."""
    from importers.reading.cells import period

    span = period(name.split(":")[2])
    return span.start, span.end


def joined(lines: list[PayLine]) -> tuple[PayLine, ...]:
    """The lines of a list that was cut over several payments, each person's whole again."""
    whole: dict[tuple[str, str, str], PayLine] = {}
    for line in lines:
        key = line.household, line.person, line.note
        if key not in whole:
            whole[key] = line
            continue
        days = None if line.days is None else (whole[key].days or Decimal(0)) + line.days
        whole[key] = replace(whole[key], amount=whole[key].amount + line.amount, days=days)
    return tuple(whole.values())


def house(draft: Draft) -> None:
    """Lists that name a benefit and no project take the project of the one payment that fits them."""
    for name, waiting in list(draft.waiting.items()):
        if waiting and not waiting.project and (project := home_of(draft, waiting)):
            settle(draft, project, {**lists_of(draft, [project])[project], name: replace(waiting, project=project)})


def home_of(draft: Draft, waiting: Waiting) -> str:
    """The project whose payment fits a list that names none: it carries the list already, or is the only one."""
    fitting = set()
    for voucher in draft.vouchers.values():
        if not is_payment(draft, voucher):
            continue
        for number, leg in enumerate(voucher.legs):
            project = str(voucher.value(leg, "project") or "")
            if leg.get(LIST) == waiting.id:
                return project
            if leg.number > 0 and not leg.get(LIST) and _fits(Payment(voucher, number), waiting):
                fitting.add(project)
    return fitting.pop() if len(fitting) == 1 else ""


def settle(draft: Draft, project: str, lists: Lists, job: Job | None = None) -> None:
    """Give every list of a project its money, as far as it is there. `job` is told of wages larger than the contract."""
    payments = sorted(_payments(draft, project), key=lambda payment: payment.order)
    taken = _match(draft, payments, lists)
    by_payment = {payment.key: name for name, payment in taken.items()}
    for payment in payments:
        _attach(draft, payment, lists.get(by_payment.get(payment.key, "")))
    free = [payment for payment in payments if payment.key not in by_payment and _is_contract(payment)]
    moved = _move(draft, free, lists, job)
    for name, waiting in lists.items():
        if not waiting.contractor and not _sealed_moves(draft, name):
            _unmove(draft, name, set())  # a corrected version no longer says that the contractor paid it
        waits = name not in taken and name not in moved
        if (draft.waiting.get(name) or None) != (waiting if waits else None):
            draft.waiting[name] = waiting if waits else None
    _name_returned(draft, project)


def _payments(draft: Draft, project: str) -> Iterable[Payment]:
    for voucher in draft.vouchers.values():
        legs = [n for n, leg in enumerate(voucher.legs) if described(leg.account).kind == "expense" and leg.number > 0]
        if legs and str(voucher.value(voucher.legs[legs[0]], "project")) == project and is_payment(draft, voucher):
            yield from (Payment(voucher, number) for number in legs)


def _fits(payment: Payment, waiting: Waiting) -> bool:
    leg = payment.voucher.legs[payment.leg]
    economic = described(payment.account).economic
    if payment.amount != waiting.total or _taken_otherwise(payment, leg):
        return False
    if waiting.kind == "labour":
        return economic == "30226" or ("劳务" in payment.voucher.narration and not economic.startswith("303"))
    if waiting.benefit and not waiting.project:
        return economic.startswith("303") and waiting.benefit in payment.voucher.narration
    return economic.startswith("303")


def _taken_otherwise(payment: Payment, leg: Leg) -> bool:
    """Whether a posting already says whom it paid: one household, or a roll that no import brought."""
    return bool(payment.voucher.value(leg, "household")) or bool(leg.get("roll") and not leg.get(LIST))


def _match(draft: Draft, payments: list[Payment], lists: Lists) -> dict[str, Payment]:
    """List -> its payment: the only one that fits, else the earliest on or after the start of its period."""
    taken: dict[str, Payment] = {}
    for payment in payments:
        name = payment.voucher.legs[payment.leg].get(LIST)
        if name in lists and not draft.is_open(payment.voucher.day) and payment.amount == lists[name].total:
            taken[str(name)] = payment
    direct = [waiting for waiting in lists.values() if not waiting.contractor and waiting.id not in taken]
    for waiting in sorted(direct, key=lambda one: (one.start, one.end, one.id)):
        used = {payment.key for payment in taken.values()}
        fitting = [payment for payment in payments if payment.key not in used and _fits(payment, waiting)]
        after = [payment for payment in fitting if payment.voucher.true_day >= waiting.start]
        if len(fitting) == 1 or after:
            taken[waiting.id] = (after or fitting)[0]
    return taken


def _attach(draft: Draft, payment: Payment, waiting: Waiting | None) -> None:
    """Make a payment's posting carry exactly this list, or none."""
    voucher, leg = draft.vouchers[payment.voucher.number], payment.voucher.legs[payment.leg]
    held = leg.get(LIST)
    if waiting is None and not held:
        return
    meta = tuple((key, value) for key, value in leg.meta if key not in _LIST_KEYS)
    if waiting is None:
        wanted = replace(leg, account=payment.account, meta=meta, lines=None)
    else:
        account = labour_account(payment.account) if waiting.kind == "labour" else payment.account
        meta += (("benefit", waiting.benefit),) if waiting.benefit else ()
        kept = tuple((key, value) for key, value in leg.meta if key in ("roll", "roll-sha256")) if held else ()
        wanted = replace(leg, account=account, meta=(*meta, (LIST, waiting.id), *kept), lines=waiting.lines)
    if held == wanted.get(LIST) and (draft.lines(voucher, leg) or None) == wanted.lines and leg.account == wanted.account:
        return
    legs = (*voucher.legs[: payment.leg], wanted, *voucher.legs[payment.leg + 1 :])
    number = change_legs(draft, voucher, legs)
    if waiting:
        draft.note("核对", "清册", f"{waiting.id} 与凭证 {number} 对上，{yuan_cn(waiting.total)} 元")


def change_legs(draft: Draft, voucher: Voucher, legs: tuple[Leg, ...]) -> str:
    """Change the postings of a voucher: in place where it is open, by reversal and a new one where it is sealed. Its number."""
    if draft.is_open(voucher.day):
        draft.replace_voucher(replace(voucher, legs=legs))
        for leg in legs:
            draft.open_account(leg.account, "CNY", voucher.day)
        return voucher.number
    import_id = voucher.get(IMPORT_ID)
    if not import_id:
        draft.reverse(voucher.number, "补附清册")
    bare = tuple(replace(leg, meta=tuple(pair for pair in leg.meta if pair[0] not in ("roll", "roll-sha256"))) for leg in legs)
    name = str(import_id or f"凭证:{voucher.number}")
    return draft.put(name, voucher.true_day, voucher.payee, voucher.narration, bare, _own(voucher.meta))


def _own(meta: Meta) -> Meta:
    return tuple((key, value) for key, value in meta if key not in (IMPORT_ID, ORIGINAL_DATE))


def _name_returned(draft: Draft, project: str) -> None:
    """Whose line of a list came back with a part of its payment, as far as the bank's results say it."""
    for voucher in list(draft.vouchers.values()):
        match = _PART.fullmatch(voucher.narration) if str(voucher.get("project")) == project else None
        paid = draft.vouchers.get(match.group(1)) if match else None
        if paid is None or voucher.legs[0].get("roll") or voucher.legs[0].lines or not draft.is_open(voucher.day):
            continue
        leg = next((leg for leg in paid.legs if leg.get(LIST)), None)
        lines = [line for line in draft.lines(paid, leg) or () if isinstance(line, PayLine)] if leg else []
        if leg and (back := _came_back(lines, -voucher.legs[0].fen)):
            meta = (*(pair for pair in leg.meta if pair[0] == "benefit"), *voucher.legs[0].meta)
            named = replace(voucher.legs[0], account=leg.account, meta=meta, lines=tuple(map(negated, back)))
            reverses = (*voucher.meta, ("reverses", paid.number))
            draft.replace_voucher(replace(voucher, legs=(named, *voucher.legs[1:]), meta=reverses))
            draft.note("核对", "退票", f"凭证 {voucher.number} 是凭证 {paid.number} 清册中退票的 {len(back)} 人")


def _came_back(lines: list[PayLine], amount: int) -> list[PayLine]:
    """The returned lines of a list that an amount is: all together, else the only one of that amount."""
    returned = [line for line in lines if line.result == RETURNED]
    if sum(line.amount for line in returned) == amount:
        return returned
    single = [line for line in returned if line.amount == amount]
    return single if len(single) == 1 else []


def _is_contract(payment: Payment) -> bool:
    """A payment out of whose price wages can come: works and goods, no wages and no aid to people."""
    leg = payment.voucher.legs[payment.leg]
    economic = described(payment.account).economic
    return economic != "30226" and not economic.startswith(("301", "303")) and not _taken_otherwise(payment, leg)


def _move(draft: Draft, contracts: list[Payment], lists: Lists, job: Job | None) -> set[str]:
    """Move the wages that contractors paid out of the project's contract payments, oldest first; lists that were moved."""
    left = {payment.key: payment.amount for payment in contracts}
    moved = set()
    for waiting in sorted((one for one in lists.values() if one.contractor), key=lambda one: (one.start, one.end, one.id)):
        if sealed := _sealed_moves(draft, waiting.id):
            for key, amount in sealed.items():
                left[key] = left.get(key, 0) - amount
            moved.add(waiting.id)
            continue
        available = sum(left.values())
        if available < waiting.total:
            if available and job:
                left_over = f"该项目的工程款还有 {yuan_cn(available)} 元"
                job.fault(None, "", f"由施工单位支付的劳务报酬 {yuan_cn(waiting.total)} 元，大于工程款：{left_over}")
            _unmove(draft, waiting.id, set())
            continue
        moved.add(waiting.id)
        shares: list[tuple[Payment, int]] = []
        for payment in contracts:
            part = min(left[payment.key], waiting.total - sum(amount for _, amount in shares))
            if part:
                left[payment.key] -= part
                shares.append((payment, part))
        booked = {
            _book_move(draft, waiting, payment, lines)
            for (payment, _), lines in zip(shares, cut(waiting.lines, [part for _, part in shares]), strict=True)
        }
        _unmove(draft, waiting.id, booked)
    return moved


def _sealed_moves(draft: Draft, name: str) -> dict[str, int]:
    """What a list took from which payment, where a seal covers one of its moves: they stay as they are."""
    moves = [voucher for import_id in draft.imported if import_id.startswith(f"{name}:") and (voucher := draft.standing(import_id))]
    if all(draft.is_open(move.day) for move in moves):
        return {}
    return {str(move.get("moved-from")): move.legs[0].fen for move in moves}


def _book_move(draft: Draft, waiting: Waiting, payment: Payment, lines: tuple[PayLine, ...]) -> str:
    voucher, leg = payment.voucher, payment.voucher.legs[payment.leg]
    amount = money(sum(line.amount for line in lines))
    fund = voucher.value(leg, "fund")
    import_id = f"{waiting.id}:{voucher.get('payment-no') or voucher.number}:{payment.leg}"
    legs = [
        Leg(labour_account(payment.account), amount, meta=((LIST, waiting.id),), lines=lines),
        Leg(payment.account, -amount),
    ]
    meta: Meta = (("fund", fund), ("project", waiting.project), ("moved-from", payment.key))
    day = max(waiting.end, voucher.true_day)
    draft.put(import_id, day, voucher.payee, "劳务报酬，由施工单位从工程款中支付", legs, meta, "劳务报酬")
    return import_id


def _unmove(draft: Draft, name: str, booked: set[str]) -> None:
    """Moves of a list that an earlier state of the project had led to."""
    for import_id in [one for one in draft.imported if one.startswith(f"{name}:") and one not in booked]:
        if voucher := draft.standing(import_id):
            draft.reverse(voucher.number, "劳务报酬改从另一笔工程款中列支")


def cut(lines: tuple[PayLine, ...], parts: list[int]) -> list[tuple[PayLine, ...]]:
    """The lines cut into parts of given totals, in order; a person's days are cut with the money, to the half day."""
    rest = list(lines)
    pieces = []
    for part in parts:
        piece: list[PayLine] = []
        while part:
            line = rest.pop(0)
            if line.amount > part:
                days = None if line.days is None else Decimal(int(line.days * 2 * part / line.amount)) / 2
                later = None if days is None or line.days is None else line.days - days
                rest.insert(0, replace(line, amount=line.amount - part, days=later))
                line = replace(line, amount=part, days=days)
            piece.append(line)
            part -= line.amount
        pieces.append(piece)
    pieces[-1] += rest  # lines of nothing
    return [tuple(piece) for piece in pieces]
