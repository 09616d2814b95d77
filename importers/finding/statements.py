"""What a bank statement says of the book: distributions, assets' income, opening balance and balance assertions.

All are worked out anew whenever a statement, an asset or a distribution arrives.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import Leg, Meta, money
from importers.finding.job import Job
from importers.finding.registers import Villages
from importers.reading.cells import squeezed
from ledgers import chart
from ledgers.chart import account as described
from ledgers.files.side_files import BankLine
from ledgers.money import yuan_cn
from ledgers.personal.find import MASK

_TREASURY = re.compile(r"财政|国库|零余额|支付中心|财政所|代理支付")
_DIVIDEND, _SALE = re.compile(r"分红|红利|股金|股息"), re.compile(r"处置|转让|变卖|拍卖|出售")
_RENT = re.compile(r"租|承包费")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?")
HANDED_OVER_WITHIN = 10  # days between the treasury's payment and its arrival at the village


def broken(rows: Sequence[Any]) -> tuple[Any, int] | None:
    """The first row whose balance does not follow from the one before, and what it should be."""
    for one, two in pairwise(rows):
        expected = one.balance + (two.credit or 0) - (two.debit or 0)
        if expected != two.balance:
            return two, expected
    return None


def balance_before(line: BankLine) -> int:
    return line.balance - line.credit + line.debit


def reconcile(job: Job, village: str) -> None:
    """Work out what the village's statement means for the ledger: opening, income, matched payments, balances."""
    draft = job.draft
    lines = draft.bank.get(village, ())
    if not lines:
        return
    villages = Villages(draft)
    account = chart.bank(village, villages.name(village))
    arrivals = _arrivals(draft, account)
    wanted = set()
    for line, import_id in _numbered(village, lines):
        if not line.credit or _arrived(arrivals, line) or _TREASURY.search(line.other):
            continue
        if _book_income(job, village, account, line, import_id):
            wanted.add(import_id)
    for import_id in [one for one in draft.imported if one.startswith(f"流水:{village}:") and one not in wanted]:
        if voucher := draft.standing(import_id):
            draft.reverse(voucher.number, "流水更正，或另有来源")
    _opening(draft, village, account, lines)
    _assert_balances(job, account, lines)


def _numbered(village: str, lines: Iterable[BankLine]) -> Iterable[tuple[BankLine, str]]:
    seen: dict[tuple[date, int, int], int] = defaultdict(int)
    for line in lines:
        key = line.day, line.credit, line.balance
        seen[key] += 1
        yield line, f"流水:{village}:{line.day}:{yuan_cn(line.credit)}:{yuan_cn(line.balance)}:{seen[key]}"


def _arrivals(draft: Draft, account: str) -> list[tuple[date, int]]:
    """Money that the treasury handed to the village: booked already, the statement only confirms it."""
    found = []
    for voucher in draft.vouchers.values():
        kinds = {described(leg.account).kind for leg in voucher.legs}
        if "allocated" in kinds and voucher.number not in draft.reversed:
            found += [(voucher.true_day, leg.fen) for leg in voucher.legs if leg.account == account and leg.number > 0]
    return sorted(found)


def _arrived(arrivals: list[tuple[date, int]], line: BankLine) -> bool:
    for arrival in arrivals:
        if arrival[1] == line.credit and abs((line.day - arrival[0]).days) <= HANDED_OVER_WITHIN:
            arrivals.remove(arrival)
            return True
    return False


def _book_income(job: Job, village: str, account: str, line: BankLine, import_id: str) -> bool:
    """Book a credit as what an asset or a grant earned; False where it cannot be told which (a fault)."""
    draft = job.draft
    standing = draft.standing(import_id)
    source = _source(job, village, line, standing.get("asset") or standing.get("equity") if standing else "")
    if source is None:
        return standing is not None  # what was booked stays
    kind, meta = source
    year = int(match.group(1)) if (match := _YEAR.search(line.summary)) else line.day.year
    legs = [Leg(account, money(line.credit)), Leg(chart.EARNINGS[kind], -money(line.credit))]
    payee = "个人" if line.other == MASK else line.other
    payer: Meta = (("payer", payee),) if meta and meta[0][0] == "asset" else ()
    draft.put(import_id, line.day, payee, line.summary or "银行收入", legs, (*meta, ("income-year", year), *payer), "资产收益")
    return True


def _source(job: Job, village: str, line: BankLine, booked: str) -> tuple[str, Meta] | None:
    """(kind of income, whose it is): the asset, or for a dividend the grant, that the payer operates or has a contract for."""
    draft = job.draft
    assets = [id for id in draft.ids("asset") if _operates(draft, "asset", id, line.other, village)]
    grants = [id for id in draft.ids("equity") if _operates(draft, "equity", id, line.other, village)]
    if grants and (_DIVIDEND.search(line.summary) or not assets):
        id = _which(job, line, grants, booked, "operator")
        return ("分红", (("equity", id),)) if id else None
    if not assets:
        job.draft.warn(f"{line.day} 收入 {yuan_cn(line.credit)} 元，付款方不是任何资产的经营主体，记为经营收入，不属于哪个资产")
        return "经营", ()
    named = [id for id in assets if str(draft.facts("asset", id).get("name")) in line.summary]
    id = _which(job, line, named or assets, booked, "name")
    kind = "处置" if _SALE.search(line.summary) else "分红" if _DIVIDEND.search(line.summary) else "经营"
    return ("租金" if kind == "经营" and _RENT.search(line.summary) else kind, (("asset", id),)) if id else None


def _operates(draft: Draft, type: str, id: str, payer: str, village: str) -> bool:
    facts = draft.facts(type, id)
    if not payer or squeezed(payer) not in {squeezed(facts.get(key) or "") for key in ("operator", "party")}:
        return False
    home = facts.get("village") if type == "asset" else draft.facts("project", str(facts.get("project"))).get("village")
    return home in (village, None)


def _which(job: Job, line: BankLine, ids: list[str], booked: str, key: str) -> str | None:
    if booked in ids or len(ids) == 1:
        return booked if booked in ids else ids[0]
    kind = "asset" if ids[0] in job.draft.ids("asset") else "equity"
    if job.sheet.kind.id != "bank":
        job.draft.warn(f"{line.day} 的收入 {yuan_cn(line.credit)} 元可能属于几项（{'、'.join(ids)}），没有归到其中任何一项")
        return None
    row = next((row for row in job.sheet.rows if row.balance == line.balance), job.sheet.rows[0])
    candidates = [(id, f"{id} {job.draft.facts(kind, id).get(key, '')}") for id in ids]
    return job.choose(row, "summary", f"{line.day} 的收入 {yuan_cn(line.credit)} 元属于哪一项", candidates)


def _opening(draft: Draft, village: str, account: str, lines: tuple[BankLine, ...]) -> None:
    """What the account held before the first line, as far as the ledger does not explain it."""
    import_id, first = f"期初:{village}", lines[0]
    standing = draft.standing(import_id)
    known = sum(
        leg.fen
        for voucher in draft.vouchers.values()
        if voucher.day < first.day and (not standing or voucher.number != standing.number)
        for leg in voucher.legs
        if leg.account == account
    )
    amount = balance_before(first) - known
    if amount:
        legs = [Leg(account, money(amount)), Leg(chart.OPENING, -money(amount))]
        draft.put(import_id, first.day, "期初", "银行存款期初余额", legs, (), "期初余额")
    elif standing:
        draft.reverse(standing.number, "更早的流水说明了来源")


def _assert_balances(job: Job, account: str, lines: tuple[BankLine, ...]) -> None:
    """Assert the balance after each month's last line, where the ledger agrees with it; what it no longer agrees with goes."""
    draft = job.draft
    moves: dict[date, int] = defaultdict(int)
    for voucher in draft.vouchers.values():
        for leg in voucher.legs:
            if leg.account == account:
                moves[voucher.day] += leg.fen
    ends = {line.day for line in {(line.day.year, line.day.month): line for line in lines}.values()}
    for line in {line.day: line for line in lines}.values():
        key = line.day + timedelta(1), account
        if not draft.is_open(key[0]) or (line.day not in ends and key not in draft.balances):
            continue
        held = sum(amount for day, amount in moves.items() if day <= line.day)
        if held == line.balance:
            if line.day in ends and draft.balances.get(key) != line.balance:
                draft.balances[key] = line.balance
        elif draft.balances.get(key) == line.balance:
            draft.balances[key] = None
            draft.warn(f"{line.day} 的银行余额与账上不再一致，相差 {yuan_cn(abs(held - line.balance))} 元")


def unexplained(draft: Draft) -> list[str]:
    """What waits of the statements: payments without a distribution, treasury money without its payment."""
    said = []
    for village, lines in draft.bank.items():
        account = chart.bank(village, Villages(draft).name(village))
        paid = _paid_out(draft, account)
        arrivals = _arrivals(draft, account)
        open_debits = [line for line in lines if line.debit > 0 and not _reversed(line, lines) and not _taken(paid, line, lines)]
        open_credits = [line for line in lines if line.credit and _TREASURY.search(line.other) and not _arrived(arrivals, line)]
        for title, rest in (("支出还没有对应的收益分配", open_debits), ("财政来款还没有对应的国库支付", open_credits)):
            if rest:
                total = sum(line.debit or line.credit for line in rest)
                said.append(f"{village} 银行流水有 {len(rest)} 笔、{yuan_cn(total)} 元{title}（{rest[0].day} 等）")
    return said


def _reversed(line: BankLine, lines: Iterable[BankLine]) -> bool:
    """Whether a later red entry took a debit back."""
    return any(other.debit == -line.debit and other.day >= line.day for other in lines)


def _paid_out(draft: Draft, account: str) -> dict[date, list[int]]:
    """Day -> what left the village's account by the ledger: each voucher's total, and its single uses and lines."""
    found: dict[date, list[int]] = defaultdict(list)
    for voucher in draft.vouchers.values():
        if voucher.number not in draft.reversed and not voucher.get("reverses"):
            found[voucher.true_day] += [-leg.fen for leg in voucher.legs if leg.account == account and leg.number < 0]
    return found


def _taken(paid: dict[date, list[int]], line: BankLine, lines: tuple[BankLine, ...]) -> bool:
    """Whether a debit is a distribution of its day: alone, or with the other debits of the day."""
    amounts = paid.get(line.day, [])
    if line.debit in amounts:
        amounts.remove(line.debit)
        return True
    return bool(amounts) and sum(one.debit for one in lines if one.day == line.day) == sum(amounts)
