"""The book held against treasury and bank: quotas by fund, treasury vouchers by month, bank balances, what is pending."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from beancount.core.data import Balance, Transaction

from importers.reading.kinds import title_of
from ledgers.chart import account
from ledgers.facts import registered
from ledgers.files.problems import Untrusted
from ledgers.money import fen
from ledgers.tables.tables import Tables
from reports.check.checked import Checked
from reports.figures import fund_figures
from reports.workbook import COUNT, DATE, LONG, MONEY, TOTAL, Column, Formula, Row, Sheet, Workbook
from reports.workpapers import side_sums

FUNDS = (
    Column("资金", 14),
    Column("名称", 40, LONG),
    Column("登记金额", 17, MONEY),
    Column("收回", 15, MONEY),
    Column("到账", 17, MONEY),
    Column("到账差异", 15, MONEY),
    Column("已分配", 17, MONEY),
    Column("待分配", 16, MONEY),
    Column("已支付", 17, MONEY),
    Column("已分配未支付", 16, MONEY),
)
TREASURY = (
    Column("月份", 14),
    Column("说明", 40, LONG),
    Column("支付合计", 17, MONEY),
    Column("凭证张数", 15, COUNT),
    Column("有支付凭证号", 17, MONEY),
    Column("无支付凭证号", 15, MONEY),
)
BANKS = (
    Column("对账日", 14, DATE),
    Column("科目", 40),
    Column("对账单余额", 17, MONEY),
    Column("核对次数", 15, COUNT),
    Column("账面余额", 17, MONEY),
    Column("差异", 15, MONEY),
    Column("对账后变动", 17, MONEY),
    Column("截至日余额", 16, MONEY),
)


STATEMENTS = (
    Column("截至", 14, DATE),
    Column("村", 40),
    Column("期初余额", 17, MONEY),
    Column("", 15),
    Column("贷方合计（进）", 17, MONEY),
    Column("借方合计（出）", 15, MONEY),
    Column("推算余额", 17, MONEY),
    Column("流水余额", 16, MONEY),
    Column("账面余额", 17, MONEY),
    Column("差异", 16, MONEY),
)
WAITING = (Column("发放表", 14), Column("说明", 40, LONG), Column("金额", 17, MONEY), Column("行数", 15, COUNT))
SHEETS = (
    Column("第几次", 14, COUNT),
    Column("文件", 40, LONG),
    Column("合计", 17, MONEY),
    Column("行数", 15, COUNT),
    Column("种类", 17),
    Column("收到日期", 15),
    Column("报送单位", 17, LONG),
    Column("经办", 16, LONG),
    Column("SHA-256（前12位）", 17),
)
HELD = (
    Column("种类", 14),
    Column("说明", 40, LONG),
    Column("收到的合计", 17, MONEY),
    Column("份数", 15, COUNT),
    Column("账上由此记的", 17, MONEY),
    Column("差异", 15, MONEY),
)
Rows = Callable[[Tables], Iterator[Row]]


def write(book: Workbook, checked: Checked) -> None:
    """One sheet, part by part."""
    sheet = book.sheet("对账", [column.width for column in FUNDS])
    sheet.title("账簿与财政、银行核对")
    sheet.heading("一、指标：登记、到账、分配、支付")
    sheet.table(FUNDS, _funds(checked), freeze=False)
    sheet.skip()
    sheet.heading("二、国库集中支付：账簿从指标支出的，按月")
    sheet.note("“支付凭证号”来自国库集中支付导出；没有支付凭证号的支出不是从国库导出表导入的，应逐笔核对。")
    sheet.table(TREASURY, _treasury(checked), freeze=False)
    sheet.skip()
    sheet.heading("三、银行：账面余额与对账单")
    sheet.note("余额以对账日当天开始时为准。从未核对过的银行账户列在最后，对账日为空。")
    sheet.table(BANKS, _banks(checked), freeze=False)
    _beside(sheet, checked)


def _beside(sheet: Sheet, checked: Checked) -> None:
    """What imports left beside the ledger; a file that cannot be read is said to be so."""
    tables = checked.book.tables
    parts: tuple[tuple[str, str, tuple[Column, ...], Rows], ...] = (
        ("四、银行流水与账面", "村级账户导入的流水，与账面同日余额核对。", STATEMENTS, _statements),
        ("五、待核对的发放表", "已收到、还没有对应支付的发放表，未入账。", WAITING, _waiting),
        ("六、收到的文件", "各单位报来、导入账簿的文件，逐份；摘要可与原件核对。", SHEETS, _sheets),
        ("七、收到的合计与账面", HELD_NOTE, HELD, lambda one: _held(checked, one)),
    )
    for heading, note, columns, rows in parts:
        sheet.skip()
        sheet.heading(heading)
        if note:
            sheet.note(note)
        try:
            found = list(rows(tables))
        except Untrusted as error:
            sheet.note(f"{error}，未能核对")
            continue
        if found:
            sheet.table(columns, found, freeze=False)
        else:
            sheet.note("没有。")


def _statements(tables: Tables) -> Iterator[Row]:
    table = tables.postings[tables.postings["kind"] == "bank"]
    for one in side_sums.statements(tables):
        mine = table[table["village"] == one.village]
        booked = int(mine.loc[mine["date"] <= one.last, "amount"].sum())
        name = f"{one.village} {registered.villages(tables)[one.village].name if one.village in registered.villages(tables) else ''}"
        closing = Formula("=ROUND(C{row}+E{row}-F{row},2)", one.opening + one.credit - one.debit)
        gap = Formula("=ROUND(I{row}-H{row},2)", booked - one.closing)
        text = f"{name} {one.first} 起，{one.lines} 笔"
        yield Row((one.last, text, one.opening, "", one.credit, one.debit, closing, one.closing, booked, gap))


def _waiting(tables: Tables) -> Iterator[Row]:
    found = side_sums.waiting(tables)
    for one in found:
        yield Row((one.id, side_sums.about(one), one.total, len(one.lines)))
    if found:
        yield Row(("合计", "", sum(one.total for one in found), sum(len(one.lines) for one in found)), TOTAL)


def _sheets(tables: Tables) -> Iterator[Row]:
    for one in side_sums.received(tables):
        amount = fen(one.sum) if one.sum else None
        about = (title_of(one.kind), one.day, one.provider, one.by, one.sha256[:12])
        yield Row((one.number or None, one.file or one.key, amount, one.rows, *about))


HELD_NOTE = "一份表更正后再报的，只算最后一份；导出的期间重叠的，收到的合计会大于账面。差异不为零的逐份查明。"


def _held(checked: Checked, tables: Tables) -> Iterator[Row]:
    """What the files of a kind sum to against the vouchers that were made of them; the part before says what cannot be read."""
    try:
        found = list(side_sums.held(tables, _booked(checked)))
    except Untrusted:
        return
    for one in found:
        gap = Formula("=ROUND(E{row}-C{row},2)", one.booked - one.received)
        yield Row((one.kind, "", one.received, one.sheets, one.booked, gap))


def _booked(checked: Checked) -> dict[str, int]:
    """What vouchers of imports come to, in 分, by the beginning of their import-id; a reversal takes its voucher off."""
    made: dict[Any, str] = {}
    sums: dict[str, int] = defaultdict(int)
    for entry in checked.book.entries:
        if isinstance(entry, Transaction) and entry.date <= checked.book.tables.as_of:
            start = str(entry.meta.get("import-id") or "").partition(":")[0] or made.get(entry.meta.get("reverses"), "")
            made[entry.meta.get("voucher")] = start
            sums[start] += _moved(entry, start)
    return sums


def _moved(entry: Transaction, start: str) -> int:
    """What a voucher of a kind of sheet moves, in 分: quota that came, was allocated or paid, income that was used."""
    wanted, sign = _MOVED.get(start, ("", 0))
    legs: list[Any] = [posting for posting in entry.postings if account(posting.account).kind == wanted]
    return sign * sum(fen(posting.units.number) for posting in legs)


_MOVED = {"指标": ("quota", 1), "分配": ("allocated", 1), "支付": ("allocated", -1), "收益分配": ("distribution", 1)}


def _funds(checked: Checked) -> Iterator[Row]:
    figures = fund_figures(checked.book.tables)
    for one in figures:
        flow, amount = one.flow, one.row.amount
        yield Row(
            (
                one.row.id,
                one.row.name,
                amount,
                flow.taken_back,
                flow.arrived,
                Formula("=ROUND(E{row}-(C{row}-D{row}),2)", flow.arrived - (amount - flow.taken_back)),
                flow.allocated,
                Formula("=ROUND(E{row}-G{row},2)", flow.arrived - flow.allocated),
                flow.paid,
                Formula("=ROUND(G{row}-I{row},2)", flow.allocated - flow.paid),
            )
        )
    names = ("taken_back", "arrived", "allocated", "paid")
    back, arrived, allocated, paid = (sum(getattr(one.flow, name) for one in figures) for name in names)
    total = sum(one.row.amount for one in figures)
    gap = arrived - (total - back)
    yield Row(("合计", "", total, back, arrived, gap, allocated, arrived - allocated, paid, allocated - paid), TOTAL)


def _treasury(checked: Checked) -> Iterator[Row]:
    """Quota paid out by month, with and without the treasury's own voucher number."""
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for entry in checked.book.entries:
        if isinstance(entry, Transaction) and entry.date <= checked.book.tables.as_of:
            paid = _paid(entry)
            if paid is not None:
                month = months[f"{entry.date:%Y-%m}"]
                month[0] += paid
                month[1] += 1
                month[2 if entry.meta.get("payment-no") else 3] += paid
    for name, counts in sorted(months.items()):
        yield Row((name, "", *counts))
    yield Row(("合计", "", *(sum(counts[place] for counts in months.values()) for place in range(4))), TOTAL)


def _paid(entry: Transaction) -> int | None:
    """What a transaction pays out of quota, in 分; None where it pays nothing."""
    kinds = [account(posting.account).kind for posting in entry.postings]
    if "allocated" not in kinds or all(kind in ("quota", "allocated") for kind in kinds):
        return None
    legs: list[tuple[str, Any]] = list(zip(kinds, entry.postings, strict=True))
    return -sum(fen(posting.units.number) for kind, posting in legs if kind == "allocated")


def _banks(checked: Checked) -> Iterator[Row]:
    tables = checked.book.tables
    cash = tables.postings[tables.postings["commodity"] == "CNY"]
    movements: dict[str, list[tuple[Any, int]]] = defaultdict(list)
    for name, day, amount in zip(cash["account"], cash["date"], cash["amount"], strict=True):
        movements[name].append((day, amount))
    checks: dict[str, list[Any]] = defaultdict(list)
    for entry in checked.book.entries:
        if isinstance(entry, Balance) and entry.date <= tables.as_of and entry.amount.currency == "CNY":
            checks[entry.account].append(entry)
    for stated, found in sorted(checks.items()):
        yield _checked_bank(found, [one for name in movements if _within(name, stated) for one in movements[name]])
    for name in sorted(name for name in movements if account(name).kind == "bank"):
        if not any(_within(name, stated) for stated in checks):
            total = sum(amount for _, amount in movements[name])
            yield Row((None, name, None, 0, None, None, None, total))


def _within(name: str, stated: str) -> bool:
    return name == stated or name.startswith(f"{stated}:")


def _checked_bank(found: list[Any], movements: list[tuple[Any, int]]) -> Row:
    last = found[-1]
    stated = fen(last.amount.number)
    before = sum(amount for day, amount in movements if day < last.date)
    total = sum(amount for _, amount in movements)
    gap = Formula("=ROUND(E{row}-C{row},2)", before - stated)
    return Row(
        (
            last.date,
            last.account,
            stated,
            len(found),
            before,
            gap,
            Formula("=ROUND(H{row}-E{row},2)", total - before),
            total,
        )
    )
