"""国库集中支付导出: each line is a voucher that pays allocated quota out; 退回 reverses the payment that came back."""

from dataclasses import replace
from datetime import date
from typing import Any

from importers.draft.entries import Leg, Meta, Voucher, money
from importers.draft.versions import Record
from importers.finding.job import Job, not_before, plain_day
from importers.finding.matching import LIST, PART_RETURNED, Lists, house, lists_of, settle
from importers.finding.persons import Persons, redacted
from importers.finding.registers import Funds, Projects, Villages
from importers.finding.spending import (
    Spending,
    allocated_to,
    base_account,
    collective_of,
    is_payment,
    is_person,
    payee_person,
)
from importers.finding.statements import reconcile
from importers.sheets.references import funded
from ledgers import chart
from ledgers.chart import account as described
from ledgers.money import yuan_cn
from ledgers.personal.find import MASK

STEP = 500


def derive(job: Job) -> Record:
    """Book the lines in their order, payments before returns, then give waiting lists their money."""
    books = _Books(job)
    rows = [books.with_zeros(row) for row in _paid_out(job)]
    found = [(row, *where) for row in rows if (where := books.where(row))]
    before = lists_of(job.draft, {project for _, _, project in found})
    for number, (row, fund, project) in enumerate(found):
        if number % STEP == 0:
            job.tick(number / len(found))
        if row.amount > 0:
            books.pay(row, fund, project)
    for row, fund, project in found:
        if row.amount < 0:
            books.give_back(row, fund, project)
    books.say_masked()
    for project, lists in before.items():
        settle(job.draft, project, _all(job, project, lists))
    house(job.draft)
    for village in sorted(books.handed) if not job.sheet.faults else ():
        reconcile(job, village)
    return Record()


def _paid_out(job: Job) -> list[Any]:
    """The lines whose money left; those that the export calls void or not yet paid are said and left out."""
    left = [row.line + 1 for row in job.sheet.rows if row.status == "未支付"]
    if left:
        lines = "、".join(map(str, left[:10])) + (" 等" if len(left) > 10 else "")
        job.draft.warn(f"{job.sheet.label}：{len(left)} 行的状态是作废或未支付（第 {lines} 行），没有记账")
    for row in job.sheet.rows:
        if row.status == "退回" and row.amount > 0:
            job.fault(row, "status", "状态是退回，金额却不是负数：已退回的，把退回的那一行（金额为负）也写上，原支付的状态写已支付")
    return [row for row in job.sheet.rows if row.status != "未支付"]


def _all(job: Job, project: str, before: Lists) -> Lists:
    """The lists of a project: those that were there before a payment was corrected, and those that are there now."""
    return {**before, **lists_of(job.draft, [project])[project]}


class _Books:
    """What the lines of one export are booked with."""

    def __init__(self, job: Job) -> None:
        self.job, self.draft = job, job.draft
        self.funds, self.projects, self.villages = Funds(job.draft), Projects(job.draft), Villages(job.draft)
        self.persons = Persons(job.draft, self.villages)
        self.spending = Spending(job.draft)
        self.allocated = allocated_to(job.draft)
        self.seen: dict[tuple[str, str, bool], int] = {}
        self.masked = 0
        self.handed: set[str] = set()  # villages whose accounts money went to or came back from
        names = (id.split(":") for id in job.draft.imported if id.startswith("支付:") and job.draft.imported[id])
        self.numbers = {(document, number.lstrip("0")): number for _, document, number in names}

    def with_zeros(self, row: Any) -> Any:
        """A row whose number lost its leading zeros in a spreadsheet, under the number that the book knows it by."""
        known = self.numbers.get((row.document, row.payment_no.lstrip("0")), row.payment_no)
        if known == row.payment_no or row.amount < 0:
            return row
        voucher = self.draft.standing(f"支付:{row.document}:{known}")
        if voucher and (voucher.true_day, _paid(voucher)) == (plain_day(row.date), row.amount):
            where = f"{self.job.sheet.label} 第 {row.line + 1} 行"
            self.draft.warn(f"{where}：支付凭证号“{row.payment_no}”丢了前面的零，按账簿里的“{known}”")
            return row._replace(payment_no=known)
        self.job.fault(row, "payment_no", f"账簿里有“{known}”，这里像是丢了前面的零，日期或金额又不同：请把该列设为文本重新导出")
        return row

    # -- from which fund to which project -----------------------------------------------------------------------------

    def where(self, row: Any) -> tuple[str, str] | None:
        """(fund, project) of a line; None after a fault."""
        key = row.document, row.payment_no, row.amount < 0
        if key in self.seen:
            self.job.fault(row, "payment_no", f"与第 {self.seen[key] + 1} 行的支付凭证号重复")
            return None
        self.seen[key] = row.line
        if row.amount == 0:
            self.job.fault(row, "amount", "金额不能为零")
            return None
        known = self.funds.by_document.get(row.document, [])
        if not known:
            self.job.fault(row, "document", f"文号“{row.document}”不在账簿里：请先导入下达它的资金指标表")
            self.projects.find(self.job, row, row.code, row.name, None)  # what else is wrong with the row
            return None
        self.projects.continued = {id for fund in known for id in self.allocated.get(fund, ())}
        project = self.projects.find(self.job, row, row.code, row.name, self.funds.year(known[0]))
        fund = self._fund(row, project) if project else None
        return (fund, project) if fund and project else None

    def _fund(self, row: Any, project: str) -> str | None:
        fitting = self.funds.fitting(row.document, row.task, row.level, row.fund_name)
        given = [fund for fund in fitting if project in self.allocated.get(fund, ())]
        standing = self.draft.standing(_import_id(row))
        booked = {str(standing.value(leg, "fund")) for leg in standing.legs} & set(given or fitting) if standing else set()
        if not fitting:
            offered = "；".join(map(self.funds.describe, self.funds.by_document[row.document]))
            self.job.fault(row, "document", f"文号“{row.document}”下没有这样的资金，有 {offered}")
            return None
        if len(booked) == 1:
            return booked.pop()
        if not given and len(fitting) == 1:
            self.draft.warn(f"{self.funds.describe(fitting[0])} 尚未分配给 {self.projects.describe(project)}，支付照记")
        candidates = [(id, self.funds.describe(id)) for id in given or fitting]
        return self.job.choose(row, "document", f"文号“{row.document}”有几笔资金分配给了这个项目", candidates)

    def _day(self, row: Any, fund: str) -> date | None:
        issued = self.draft.first_day("fund", fund)
        day = not_before(row.date, issued)
        if day is None:
            self.job.fault(row, "date", f"付款日期 {row.date} 早于该资金的发文时间 {issued}")
        return plain_day(day) if day else None

    # -- payments -----------------------------------------------------------------------------------------------------

    def pay(self, row: Any, fund: str, project: str) -> None:
        day = self._day(row, fund)
        account = self.spending.account(self.job, row)
        payee = self._payee(row, project)
        if day is None or account is None or payee is None:
            return
        name, household, village = payee
        self.handed |= {village} - {""}
        own: Meta = (("household", household),) if household else ()
        spent = Leg(chart.bank(village, self.villages.name(village)) if village else account, money(row.amount), meta=own)
        legs = [spent, Leg(chart.allocated(fund), -money(row.amount))]
        meta: Meta = (("payment-no", row.payment_no), ("fund", fund), ("project", project))
        narration = self._narration(row)
        standing = self.draft.standing(_import_id(row))
        wanted = Voucher("", day, name, narration, tuple(legs), (*meta, ("import-id", _import_id(row))))
        if standing and self.draft.same(_bare(standing), wanted):
            return
        self.draft.put(_import_id(row), day, name, narration, legs, meta, "支付")

    def _payee(self, row: Any, project: str) -> tuple[str, str, str] | None:
        """(name for the book, household, village): a person becomes the household, a collective its bank account."""
        home = str(self.draft.facts("project", project).get("village") or "")
        if collectives := collective_of(self.villages, row.payee, home):
            candidates = [(id, self.villages.describe(id)) for id in collectives]
            village = self.job.choose(row, "payee", "收款人是哪个村的集体", candidates)
            return (row.payee, "", village) if village else None
        person = payee_person(self.job, row, self.persons, row.payee, home)
        if person is None:
            return None
        name, count = redacted(self.draft, person[0])
        self.masked += count
        return name, person[1], ""

    def _narration(self, row: Any) -> str:
        text, count = redacted(self.draft, row.purpose, row.payee if is_person(row.payee) else "")
        self.masked += count
        return text or "财政支付"

    def say_masked(self) -> None:
        if self.masked:
            self.draft.warn(f"{self.job.sheet.label}：用途等文字中有 {self.masked} 处姓名、电话、证号或账号，已写作{MASK}")

    # -- returns ------------------------------------------------------------------------------------------------------

    def give_back(self, row: Any, fund: str, project: str) -> None:
        """退回: the one payment of the project, payee and amount is reversed; part of one is a negative voucher."""
        import_id = f"退回:{row.document}:{row.payment_no}"
        day, payee = self._day(row, fund), self._payee(row, project)
        if day is None or payee is None or self.draft.standing(import_id):
            return
        self.handed |= {payee[2]} - {""}
        paid = [payment for payment in self._payments(project) if self._is_to(payment, payee)]
        paid = [payment for payment in paid if payment.get("fund") == fund] or paid
        paid = [payment for payment in paid if payment.true_day <= day] or paid  # what was paid again later did not come back
        same_number = [payment for payment in paid if payment.get("payment-no") == row.payment_no]
        exact = [payment for payment in same_number or paid if _paid(payment) == -row.amount]
        larger = [payment for payment in same_number or paid if _paid(payment) > -row.amount]
        meta: Meta = (("import-id", import_id), ("payment-no", row.payment_no))
        if len(exact) == 1:
            self.draft.reverse(exact[0].number, "退回", max(day, exact[0].day), meta)
        elif not exact and len(larger) == 1:
            self._part(row, larger[0], import_id, max(day, larger[0].day))
        else:
            fitting = "；".join(f"凭证 {one.number} {yuan_cn(_paid(one))} 元" for one in exact or larger) or "没有"
            self.job.fault(row, "amount", f"退回 {yuan_cn(-row.amount)} 元找不到唯一的一笔原支付（同项目、同收款人）：{fitting}")

    def _payments(self, project: str) -> list[Voucher]:
        return [v for v in self.draft.vouchers.values() if str(v.get("project")) == project and _is_paid(self.job, v)]

    def _is_to(self, payment: Voucher, payee: tuple[str, str, str]) -> bool:
        household = next((str(h) for leg in payment.legs if (h := payment.value(leg, "household"))), "")
        return household == payee[1] if payee[1] else not household and payment.payee == payee[0]

    def _part(self, row: Any, payment: Voucher, import_id: str, day: date) -> None:
        spent = next(leg for leg in payment.legs if leg.number > 0)
        quota = next(leg for leg in payment.legs if described(leg.account).kind == "allocated")
        own = tuple((key, value) for key, value in spent.meta if key == "household")
        legs = [
            Leg(base_account(spent.account), money(row.amount), meta=own),
            Leg(quota.account, -money(row.amount)),
        ]
        meta: Meta = (("payment-no", row.payment_no), ("fund", payment.get("fund")), ("project", payment.get("project")))
        self.draft.put(import_id, day, payment.payee, PART_RETURNED.format(payment.number), legs, meta, "退回")


def _import_id(row: Any) -> str:
    return f"支付:{row.document}:{row.payment_no}"


def _paid(payment: Voucher) -> int:
    return sum(leg.fen for leg in payment.legs if leg.number > 0)


def _is_paid(job: Job, voucher: Voucher) -> bool:
    """A payment or a hand-over that stands."""
    if is_payment(job.draft, voucher):
        return _paid(voucher) > 0
    kinds = {described(leg.account).kind for leg in voucher.legs}
    return kinds == {"bank", "allocated"} and not voucher.get("reverses") and voucher.number not in job.draft.reversed


def _bare(voucher: Voucher) -> Voucher:
    """A payment as the export says it: without the pay list that was found for it."""
    legs = tuple(
        replace(leg, account=base_account(leg.account), lines=None, meta=tuple(p for p in leg.meta if p[0] not in _FROM_LIST))
        if leg.get(LIST)
        else leg
        for leg in voucher.legs
    )
    return replace(voucher, legs=legs)


_FROM_LIST = (LIST, "roll", "roll-sha256", "benefit")


def look(job: Job, row: Any) -> None:
    """A row with a fault in one cell: whether document and project are known."""
    funded(job, row)
