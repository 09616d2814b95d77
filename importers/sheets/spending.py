"""村级支出表: what villages spend out of their accounts, of projects' money or of what their assets earn."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import IMPORT_ID, Leg, Meta, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons, redacted
from importers.finding.registers import Projects, Villages, asset_codes
from importers.finding.spending import Spending, base_account, payee_person
from importers.finding.statements import reconcile
from importers.reading.cells import squeezed
from importers.reading.kinds import closed_list, terms
from ledgers import chart
from ledgers.chart import account as described
from ledgers.money import yuan_cn

PREFIX = "村级支出"
KEPT = "公积公益金"


def derive(job: Job) -> Record:
    """Book the rows by their days: a project's money by fund, the oldest first; an asset's by its use."""
    books = _Books(job)
    for row in sorted(job.sheet.rows, key=lambda row: plain_day(row.date)):
        if row.amount:
            books.spend(row)
    if not job.sheet.faults:
        for village in sorted(books.touched):
            reconcile(job, village)
    return Record()


class _Books:
    """What the rows of one sheet are booked with."""

    def __init__(self, job: Job) -> None:
        self.job, self.draft = job, job.draft
        self.villages, self.projects = Villages(job.draft), Projects(job.draft)
        self.persons, self.spending = Persons(job.draft, self.villages), Spending(job.draft)
        self.codes = asset_codes(job.draft)
        self.seen: dict[str, int] = defaultdict(int)
        self.touched: set[str] = set()
        self.held: dict[tuple[str, str], dict[str, int]] = {}  # account, project -> fund -> 分 in the account

    def spend(self, row: Any) -> None:
        village = self.villages.find(self.job, row, row.town, row.village, plain_day(row.date))
        payee = payee_person(self.job, row, self.persons, row.payee, village or "") if row.payee else ("", "")
        if village is None or payee is None:
            return
        self.touched.add(village)
        asset = self._asset(row)
        if asset:
            self._of_asset(row, village, asset, payee)
        elif project := self.projects.find(self.job, row, *self._named(row), None, village):
            self._of_project(row, village, project, payee)

    def _asset(self, row: Any) -> str:
        written = squeezed(row.subject)
        named = [id for id in self.draft.ids("asset") if squeezed(self.draft.facts("asset", id).get("name", "")) == written]
        return self.codes.get(written, "") or (named[0] if len(named) == 1 else "")

    def _named(self, row: Any) -> tuple[str, str]:
        """Code and name of a row's project: the one cell holds either."""
        written = squeezed(row.subject)
        return (written, "") if written in self.projects.by_code else ("", row.subject)

    def _of_asset(self, row: Any, village: str, asset: str, payee: tuple[str, str]) -> None:
        use = terms("use").get(squeezed(row.use))
        if use is None or use == KEPT:
            wanted = "、".join(one for one in closed_list("use") if one != KEPT)
            self.job.fault(row, "use", f"资产收益的用途应为{wanted} 之一，实为“{row.use}”（提取公积公益金、入户分配请用收益分配表）")
            return
        meta: Meta = (("asset", asset), ("income-year", row.year or plain_day(row.date).year))
        text = self._text(row, f"{self.draft.facts('asset', asset).get('name', '')}{row.use}")
        self._put(row, village, asset, "", chart.USES[use], row.amount, payee, text, meta)

    def _of_project(self, row: Any, village: str, project: str, payee: tuple[str, str]) -> None:
        account = self._expense(row, project)
        parts = list(self._parts(row, village, project))
        if account is None or self.job.sheet.faults:
            return
        text = self._text(row, row.use)
        for fund, amount in parts:
            self._put(row, village, project, fund, account, amount, payee, text, (("fund", fund), ("project", project)))

    def _put(
        self, row: Any, village: str, subject: str, fund: str, account: str, amount: int, payee: tuple[str, str], text: str, meta: Meta
    ) -> None:
        own: Meta = (("household", payee[1]),) if payee[1] else ()
        legs = [Leg(account, money(amount), meta=own), Leg(chart.bank(village, self.villages.name(village)), -money(amount))]
        self.draft.put(self._id(row, village, subject, fund), plain_day(row.date), payee[0], text, legs, meta, "村级支出")

    def _id(self, row: Any, village: str, subject: str, fund: str) -> str:
        """A row's import id: what it is about, and which of several of a day it is; not its amount, which may be corrected."""
        said = redacted(self.draft, f"{row.use}:{row.note}")[0] if row.note else redacted(self.draft, row.use)[0]
        name = f"{PREFIX}:{village}:{plain_day(row.date)}:{subject}:{said}:{fund}"
        self.seen[name] += 1
        return f"{name}:{self.seen[name]}"

    def _text(self, row: Any, otherwise: str) -> str:
        return redacted(self.draft, row.note or otherwise, row.payee)[0]

    def _expense(self, row: Any, project: str) -> str | None:
        """The account: by the row's classes, else the only one that the project has spent under. None after a fault."""
        if row.function or row.economic:
            return self.spending.account(self.job, row)
        known = {
            base_account(leg.account)
            for voucher in self.draft.vouchers.values()
            for leg in voucher.legs
            if voucher.value(leg, "project") == project and described(leg.account).kind == "expense"
        }
        if len(known) == 1:
            return known.pop()
        self.job.fault(row, "use", "看不出支出的科目：请在表上加“支出功能科目”“部门支出经济分类”两列（如 2130504、31005）")
        return None

    def _parts(self, row: Any, village: str, project: str) -> Iterator[tuple[str, int]]:
        """The project's money in the village's account that a row spends, by fund, the oldest first; a fault where it lacks."""
        account = chart.bank(village, self.villages.name(village))
        if (account, project) not in self.held:
            self.held[account, project] = _held(self.draft, account, project, plain_day(min(r.date for r in self.job.sheet.rows)))
        held, left = self.held[account, project], row.amount
        for fund, amount in held.items():
            part = min(amount, left)
            if part > 0:
                held[fund] -= part
                left -= part
                yield fund, part
        if left:
            there = f"该项目在村账户上只有 {yuan_cn(row.amount - left)} 元可用，少 {yuan_cn(left)} 元"
            self.job.fault(row, "amount", f"{there}：请先导入拨付到村的国库支付，或核对金额")


def _held(draft: Draft, account: str, project: str, first: Any) -> dict[str, int]:
    """Fund -> 分 of a project that an account holds, but for what rows of such sheets spent from a day on (they come again)."""
    held: dict[str, int] = {}
    for voucher in sorted(draft.vouchers.values(), key=lambda voucher: voucher.day):
        mine = str(voucher.get(IMPORT_ID) or "").startswith(f"{PREFIX}:") and voucher.true_day >= first
        for leg in voucher.legs if not mine else ():
            if leg.account == account and voucher.value(leg, "project") == project:
                fund = str(voucher.value(leg, "fund"))
                held[fund] = held.get(fund, 0) + leg.fen
    return held
