"""收益分配表 and 农商行流水: what assets earned and how it was used, held against the village's bank statement.

The statement's lines are kept in bank/<village>.csv. From them, the distributions and the assets a village's income,
its opening balance and its balance assertions are worked out anew whenever one of them arrives.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from importers.cells import MASK, squeezed
from importers.draft import BankLine, Draft, Leg, Meta, PayLine, money
from importers.job import Job, plain_day
from importers.parts import Record
from importers.persons import Persons, redacted
from importers.registers import Villages
from importers.spending import collective_of, is_person
from importers.title import title_year
from ledgers import chart
from xianjie.accounts import account as described
from xianjie.money import yuan_cn

TO_HOUSEHOLDS = "入户分配"
_TREASURY = re.compile(r"财政|国库|零余额|支付中心|财政所|代理支付")
_DIVIDEND, _SALE = re.compile(r"分红|红利|股金|股息"), re.compile(r"处置|转让|变卖|拍卖|出售")
_RENT = re.compile(r"租|承包费")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?")
HANDED_OVER_WITHIN = 10  # days between the treasury's payment and its arrival at the village


# -- distribution --------------------------------------------------------------------------------------------------------


def derive_distribution(job: Job) -> Record:
    """Book the uses of each asset's income of a year."""
    from importers.assets import asset_codes

    draft = job.draft
    villages = Villages(draft)
    persons = Persons(draft, villages)
    codes = asset_codes(draft)
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in job.sheet.rows:
        asset = codes.get(row.asset)
        if asset is None:
            job.fault(row, "asset", f"资产编号“{row.asset}”不在账簿里：请先导入扶贫项目资产台账")
            continue
        if not _same_village(job, villages, row, asset):
            continue
        day = job.day(row, "date")
        if day:
            groups[asset, row.year or title_year(job.sheet.title) or day.year].append(row)
    touched = {_distribute(job, persons, asset, year, rows) for (asset, year), rows in groups.items()}
    if not job.sheet.faults:
        for village in sorted(touched - {""}):
            reconcile(job, village)
    return Record()


def _same_village(job: Job, villages: Villages, row: Any, asset: str) -> bool:
    """Whether the row's village is the asset's; a fault where it is another."""
    village = str(job.draft.facts("asset", asset).get("village"))
    if squeezed(row.village).removesuffix("村") == squeezed(villages.name(village)).removesuffix("村"):
        return True
    job.fault(row, "village", f"资产 {asset} 登记在 {villages.describe(village)}，这里写的是“{row.village}”")
    return False


def _distribute(job: Job, persons: Persons, asset: str, year: int, rows: list[Any]) -> str:
    """One asset's year; its village, "" after a fault."""
    before = len(job.sheet.faults)
    facts = job.draft.facts("asset", asset)
    incomes = {row.income for row in rows}
    if len(incomes) > 1:
        job.fault(rows[-1], "income", "同一资产的几行年度收益写得不一样")
    total = sum(row.amount for row in rows)
    if incomes != {total} and len(incomes) == 1 and not before:
        job.fault(rows[0], "income", f"年度收益 {yuan_cn(rows[0].income)} 元，各项用途合计 {yuan_cn(total)} 元，应相等")
    days = {plain_day(day) for row in rows if (day := job.day(row, "date"))}
    if len(days) > 1:
        job.fault(rows[-1], "date", "同一资产同一年度的分配日期不同")
    legs = _uses(job, persons, rows)
    if len(job.sheet.faults) > before:
        return ""
    village = str(facts["village"])
    account = chart.bank(village, persons.villages.name(village))
    kept = sum(row.amount for row in rows if row.use == "公积公益金")
    legs += [Leg(chart.RESERVE, -money(kept)), Leg(account, -money(total - kept))]
    meta: Meta = (("asset", asset), ("income-year", year))
    text = f"{facts.get('name', '')}收益分配"
    job.draft.put(f"收益分配:{asset}:{year}", days.pop(), str(facts.get("owner", "")), text, legs, meta, "收益分配")
    return village


def _uses(job: Job, persons: Persons, rows: list[Any]) -> list[Leg]:
    """One posting per use, with a roll where households received it."""
    legs = []
    for use in dict.fromkeys(row.use for row in rows):
        lines, seen = [], dict[str, int]()
        rest = 0
        for row in (row for row in rows if row.use == use):
            if not row.household:
                rest += row.amount
                if use == TO_HOUSEHOLDS:
                    job.fault(row, "household", "入户分配必须写户编号")
                continue
            household = job.draft.households.get(row.household)
            if household is None:
                job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")
            elif household in seen:
                job.fault(row, "household", f"与第 {seen[household] + 1} 行是同一户")
            else:
                seen[household] = row.line
                lines.append(PayLine(household, "", row.amount))
                _check_name(job, persons, row, household)
        if lines:
            legs.append(Leg(chart.USES[use], money(sum(line.amount for line in lines)), lines=tuple(lines)))
        if rest:
            legs.append(Leg(chart.USES[use], money(rest)))
    return legs


def _check_name(job: Job, persons: Persons, row: Any, household: str) -> None:
    if row.holder and all(place[0] != household for place in job.draft.names.get(row.holder, ())):
        job.draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：户主姓名与户编号在名单上的不一致，以户编号为准")


# -- bank statement ------------------------------------------------------------------------------------------------------


def derive_bank(job: Job) -> Record:
    """Take a village's statement: lines must follow from each other and from those that the book has."""
    villages = Villages(job.draft)
    persons = Persons(job.draft, villages)
    village = _holder(job, villages)
    lines = _lines(job, persons)
    if village is None or not lines:
        return Record()
    held = job.draft.bank.get(village, ())
    merged = _merged(held, lines)
    if merged is None:
        first, last = held[0], held[-1]
        known = f"{first.day} 至 {last.day}（期末余额 {yuan_cn(last.balance)} 元）"
        mine = f"{lines[0].day} 至 {lines[-1].day}（期初余额 {yuan_cn(_before(lines[0]))} 元）"
        job.sheet_fault("balance", f"与已导入的流水接不上：已有 {known}，本表 {mine}。请补上中间的流水，或核对余额")
        return Record()
    if merged != held:
        job.draft.bank[village] = merged
        job.draft.note("新增", "银行流水", f"{villages.describe(village)}：{len(merged) - len(held)} 行")
    reconcile(job, village)
    return Record()


def _holder(job: Job, villages: Villages) -> str | None:
    """The village whose account it is, told by the account's name."""
    row = next(iter(job.sheet.rows), None)
    name = str(job.sheet.head.get("holder") or (row.holder if row else ""))
    if not name:
        job.sheet_fault("holder", "没有写户名：应在表头上方注明，如“户名：某村股份经济合作联合社”")
        return None
    draft = job.draft
    owned = [facts for id in draft.ids("asset") if (facts := draft.facts("asset", id)).get("owner") == name]
    owners = {str(facts.get("village")) for facts in owned}
    found = sorted(owners) if len(owners) == 1 else collective_of(villages, name, "")
    if not found:
        job.sheet_fault("holder", "户名看不出是哪个村的账户：应含村名，并先导入行政村基本情况表")
        return None
    candidates = [(id, villages.describe(id)) for id in found]
    return job.choose(row, "holder", "户名里的村有几个（应写明乡镇）", candidates)


def _lines(job: Job, persons: Persons) -> list[BankLine]:
    """The lines in the order of time, chained by their balances; statements are printed in either order."""
    rows = list(job.sheet.rows)
    if len(rows) > 1 and (rows[0].date > rows[-1].date or (_broken(rows) and not _broken(rows[::-1]))):
        rows.reverse()
    for row in rows:
        if bool(row.debit) == bool(row.credit):
            job.fault(row, "debit", "借方金额和贷方金额应有且只有一个")
    wrong = _broken(rows)
    if wrong and not job.sheet.faults:
        row, expected = wrong
        job.fault(row, "balance", f"余额接不上：按上一行推算应为 {yuan_cn(expected)} 元，实为 {yuan_cn(row.balance)} 元")
    if job.sheet.faults:
        return []
    masked = 0
    lines = []
    for row in rows:
        summary, count = redacted(job.draft, row.summary, row.other if is_person(row.other) else "")
        masked += count
        lines.append(BankLine(plain_day(row.date), row.debit or 0, row.credit or 0, row.balance, summary, _other(persons, row.other)))
    if masked:
        job.draft.warn(f"{job.sheet.label}：摘要中有 {masked} 处姓名、电话、证号或账号，已写作{MASK}")
    return lines


def _other(persons: Persons, name: str) -> str:
    if not name:
        return ""
    return MASK if is_person(name) or persons.named(name, "") else redacted(persons.draft, name)[0]


def _broken(rows: Sequence[Any]) -> tuple[Any, int] | None:
    """The first row whose balance does not follow from the one before, and what it should be."""
    for one, two in pairwise(rows):
        expected = one.balance + (two.credit or 0) - (two.debit or 0)
        if expected != two.balance:
            return two, expected
    return None


def _before(line: BankLine) -> int:
    return line.balance - line.credit + line.debit


def _merged(held: tuple[BankLine, ...], new: list[BankLine]) -> tuple[BankLine, ...] | None:
    """The lines of the book and of a statement as one chain; where days overlap the statement counts. None: a gap."""
    first, last = new[0].day, new[-1].day
    for early in ([line for line in held if line.day < first], [line for line in held if line.day <= first]):
        for late in ([line for line in held if line.day > last], [line for line in held if line.day >= last]):
            merged = (*early, *new, *late)
            if _broken(merged) is None:
                return held if len(merged) == len(held) and merged == held else merged
    return None


# -- reconciliation ------------------------------------------------------------------------------------------------------


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
    draft.put(import_id, line.day, payee, line.summary or "银行收入", legs, (*meta, ("income-year", year)), "资产收益")
    return True


def _source(job: Job, village: str, line: BankLine, booked: str) -> tuple[str, Meta] | None:
    """(kind of income, whose it is): the asset, or for a dividend the grant, that the payer operates."""
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
    if not payer or squeezed(facts.get("operator") or "") != squeezed(payer):
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
    amount = _before(first) - known
    if amount:
        legs = [Leg(account, money(amount)), Leg(chart.OPENING, -money(amount))]
        draft.put(import_id, first.day, "期初", "银行存款期初余额", legs, (), "期初余额")
    elif standing:
        draft.reverse(standing.number, "更早的流水说明了来源")


def _assert_balances(job: Job, account: str, lines: tuple[BankLine, ...]) -> None:
    """Assert the balance after each month's last line, where the ledger agrees with it."""
    draft = job.draft
    moves: dict[date, int] = defaultdict(int)
    for voucher in draft.vouchers.values():
        for leg in voucher.legs:
            if leg.account == account:
                moves[voucher.day] += leg.fen
    for line in _last_of_months(lines):
        held = sum(amount for day, amount in moves.items() if day <= line.day)
        key = line.day + timedelta(1), account
        if held == line.balance:
            if draft.balances.get(key) != line.balance:
                draft.balances[key] = line.balance
        elif draft.balances.get(key) == line.balance:
            draft.balances[key] = None
            draft.warn(f"{line.day} 的银行余额与账上不再一致，相差 {yuan_cn(abs(held - line.balance))} 元")


def _last_of_months(lines: tuple[BankLine, ...]) -> list[BankLine]:
    last = {(line.day.year, line.day.month): line for line in lines}
    return list(last.values())


def unexplained(draft: Draft) -> list[str]:
    """What waits of the statements: payments without a distribution, treasury money without its payment."""
    said = []
    for village, lines in draft.bank.items():
        account = chart.bank(village, Villages(draft).name(village))
        paid = _paid_out(draft, account)
        arrivals = _arrivals(draft, account)
        open_debits = [line for line in lines if line.debit and not _taken(paid, line, lines)]
        open_credits = [line for line in lines if line.credit and _TREASURY.search(line.other) and not _arrived(arrivals, line)]
        for title, rest in (("支出还没有对应的收益分配", open_debits), ("财政来款还没有对应的国库支付", open_credits)):
            if rest:
                total = sum(line.debit or line.credit for line in rest)
                said.append(f"{village} 银行流水有 {len(rest)} 笔、{yuan_cn(total)} 元{title}（{rest[0].day} 等）")
    return said


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


