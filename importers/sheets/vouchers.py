"""手工凭证表: what no other sheet says (质保金, 预付, 折旧, 处置, 冲销, lists without days): a row a posting, a number a voucher."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from importers.draft.entries import IMPORT_ID, Leg, Meta, money
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons, redacted
from importers.finding.registers import Funds, Projects, Villages, asset_codes
from importers.finding.spending import Spending, is_person, labour_account, payee_person
from importers.finding.statements import reconcile
from importers.reading.cells import document, period, squeezed
from importers.reading.title import title_year
from importers.sheets.paylists import months
from ledgers import chart
from ledgers.chart import account as described
from ledgers.files.side_files import PayLine
from ledgers.money import yuan_cn

PREFIX = "手工"
_OWN = re.compile(r"[A-Z]{1,6}-(\d{4})-\d{6}")  # a number of the book's form, which is kept
_MARKS = re.compile(r"[-—:：/\\>＞·、.()（）]")
_DIGITS = re.compile(r"^\d+")
_USUAL = "预付账款、应付账款、质保金、应缴财政款、银行存款、已分配、支出、累计折旧 …"
OTHER_PAYABLE = "Liabilities:2302应付账款:9其他"
_OF_FUNDS = {"待分配": chart.quota, "已分配": chart.allocated}
_OF_PLACES = {"银行存款": chart.bank, "累计折旧": chart.depreciation}
_LABOUR = {"劳务报酬", "工程款中的劳务报酬"}
_SPENT = {"支出", "项目支出", "费用", "财政支出"}
_DIMENSIONS = ("fund", "project", "asset", "equity", "income-year")


def derive(job: Job) -> Record:
    """Book the vouchers of the sheet, each whole: debits are credits, every account and whatever it is about is known."""
    books = _Books(job)
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in job.sheet.rows:
        groups[row.number, plain_day(row.date).year].append(row)
    for (number, year), rows in groups.items():
        books.book(f"{PREFIX}:{year}:{number}", rows)
    if not job.sheet.faults:
        for village in sorted(books.touched):
            reconcile(job, village)
    return Record()


@dataclass(frozen=True)
class _Posting:
    """A row as a posting: its leg without lines, what it is about, and its line of a roll."""

    row: Any
    leg: Leg
    about: dict[str, Any]
    line: PayLine | None


class _Books:
    """What the rows of one sheet are booked with."""

    def __init__(self, job: Job) -> None:
        self.job, self.draft = job, job.draft
        self.villages, self.projects, self.funds = Villages(job.draft), Projects(job.draft), Funds(job.draft)
        self.persons, self.spending = Persons(job.draft, self.villages), Spending(job.draft)
        self.codes = asset_codes(job.draft)
        self.benefits = {squeezed(name): name for name in job.draft.ids("benefit")}
        self.touched: set[str] = set()

    def book(self, import_id: str, rows: list[Any]) -> None:
        """One voucher, or the reversal of one; nothing of it after a fault."""
        first = rows[0]
        if any(plain_day(row.date) != plain_day(first.date) for row in rows):
            self.job.fault(rows[-1], "date", f"凭证“{first.number}”的各行日期应当相同")
            return
        reversed_ = self._reversed(first) if first.reverses else ""
        if reversed_ and len(rows) == 1 and not first.account:
            self._reverse_whole(import_id, first, reversed_)
            return
        postings = [self._posting(row) for row in rows]
        legs = [posting for posting in postings if posting]
        payee, payer = self._named(rows, "payee"), self._named(rows, "payer")
        if len(legs) < len(postings) or payee is None or payer is None or (first.reverses and not reversed_):
            return
        if not self._balanced(first, legs):
            return
        shared = _shared(legs)
        meta: Meta = (
            *((("payment-no", first.payment_no),) if first.payment_no else ()),
            *((name, value) for name, value in shared.items() if value is not None),
            *((("payer", payer),) if payer else ()),
            *((("reverses", reversed_),) if reversed_ else ()),
        )
        text = redacted(self.draft, first.summary, first.payee if is_person(first.payee) else "")[0]
        number = self._number(first)
        self.draft.put(import_id, plain_day(first.date), payee, text, list(_merged(legs, shared)), meta, "手工凭证", number)

    # -- reversals ----------------------------------------------------------------------------------------------------

    def _reversed(self, row: Any) -> str:
        """The voucher that a row reverses, by the book's number or by the one that the sheet gave it; "" after a fault."""
        written = squeezed(row.reverses)
        mine = {id: number for id, number in self.draft.imported.items() if number and id.startswith(f"{PREFIX}:")}
        named = [number for id, number in mine.items() if id.endswith(f":{written}")]
        found = [written] if written in self.draft.vouchers else named
        if not found:
            self.job.fault(row, "reverses", f"账簿里没有凭证“{row.reverses}”，不能冲销")
            return ""
        return self.job.choose(row, "reverses", f"“{row.reverses}”有 {len(found)} 张凭证", [(one, one) for one in found]) or ""

    def _reverse_whole(self, import_id: str, row: Any, number: str) -> None:
        if self.draft.standing(import_id):
            return
        if number in self.draft.reversed:
            self.job.fault(row, "reverses", f"凭证 {number} 已由 {self.draft.reversed[number]} 冲销")
            return
        day = max(plain_day(row.date), self.draft.vouchers[number].day)
        self.draft.reverse(number, redacted(self.draft, row.summary)[0] or "冲销", day, ((IMPORT_ID, import_id),))

    # -- a row --------------------------------------------------------------------------------------------------------

    def _posting(self, row: Any) -> _Posting | None:
        if bool(row.debit) == bool(row.credit):
            self.job.fault(row, "debit", "借方金额和贷方金额应当写、也只写一个")
            return None
        before = len(self.job.sheet.faults)
        fund, project, asset, equity = self._fund(row), self._project(row), self._asset(row), self._equity(row)
        household = self._household(row)
        village = self._village(row, asset)
        account = self._account(row, fund, village, asset) if len(self.job.sheet.faults) == before else None
        if account is None:
            return None
        fen = (row.debit or 0) - (row.credit or 0)
        kind = described(account).kind
        of_fund = described(account).fund
        about = {"fund": None if of_fund else fund, "project": project, "asset": asset, "equity": equity, "income-year": row.year}
        about["of fund"] = of_fund or None
        benefit = self.benefits.get(squeezed(row.benefit), "")
        meta: Meta = ((("benefit", benefit),) if benefit else ())
        leg = Leg(account, money(fen), meta=meta)
        if kind == "asset":
            leg = Leg(account, Decimal(1 if fen > 0 else -1), asset or "", money(abs(fen)))
            about["asset"] = None
        if kind == "bank":
            self.touched.add(described(account).village)
        return _Posting(row, leg, about, self._line(row, household, fen) if household else None)

    def _line(self, row: Any, household: str, fen: int) -> PayLine:
        days, quantity = (-cell if cell is not None and fen < 0 else cell for cell in (row.days, row.quantity))
        for_ = months(period(row.for_, title_year(self.job.sheet.title))) if row.for_ else ""
        account = self.persons.store.account(row.bank) if row.bank else ""
        return PayLine(household, self._person(row, household), fen, days, quantity, "", row.result or "", row.note, for_, account)

    def _person(self, row: Any, household: str) -> str:
        """The number of a member within the household, by his 人编号 in the lists or by that number; "" for the household."""
        written = squeezed(row.person)
        if not written:
            return ""
        members = [person for (home, _), person in self.persons.at.items() if home == household]
        found = [person for person in members if written in (person.code, str(person.person))]
        if not found:
            self.job.fault(row, "person", "这一户没有这个人编号：请先导入名单")
        return str(found[0].person) if found else ""

    # -- what a row is about ------------------------------------------------------------------------------------------

    def _fund(self, row: Any) -> str | None:
        written = squeezed(row.document)
        if not written or written in self.draft.ids("fund"):
            return written or None
        found = self.funds.fitting(document(written), row.task, row.level, "")
        if not found:
            self.job.fault(row, "document", f"文号“{row.document}”不在账簿里：请先导入下达它的资金指标表")
            return None
        return self.job.choose(row, "document", f"文号“{row.document}”有几笔资金", [(id, self.funds.describe(id)) for id in found])

    def _project(self, row: Any) -> str | None:
        return self.projects.find(self.job, row, row.code, row.name, None) if row.code or row.name else None

    def _asset(self, row: Any) -> str | None:
        written = squeezed(row.asset)
        if written and written not in self.codes:
            self.job.fault(row, "asset", f"资产编号“{row.asset}”不在账簿里：请先导入扶贫项目资产台账")
        return self.codes.get(written)

    def _equity(self, row: Any) -> str | None:
        if row.equity and row.equity not in self.draft.ids("equity"):
            self.job.fault(row, "equity", f"股权编号“{row.equity}”不在账簿里：请先导入股权量化清单")
        return row.equity or None

    def _household(self, row: Any) -> str:
        written = squeezed(row.household)
        if not written or written in self.draft.states:
            return written
        found = self.draft.households.get(written)
        if found is None:
            self.job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")
        return found or ""

    def _village(self, row: Any, asset: str | None) -> str:
        if row.village:
            return self.villages.find(self.job, row, row.town, row.village, plain_day(row.date)) or ""
        return str(self.draft.facts("asset", asset).get("village") or "") if asset else ""

    # -- its account --------------------------------------------------------------------------------------------------

    def _account(self, row: Any, fund: str | None, village: str, asset: str | None) -> str | None:
        """The account that a row names in words or with codes; None after a fault."""
        if not row.account:
            self.job.fault(row, "account", "不能空着")
            return None
        if row.account.strip() in self.draft.opened:
            return str(row.account.strip())
        words = _words(row.account)
        for leaf, make in _OF_FUNDS.items():
            if words.endswith(leaf):
                return make(fund) if fund else self._lacking(row, "document", f"“{row.account}”要写明资金的文号")
        for leaf, of_village in _OF_PLACES.items():
            if words == leaf:
                where = of_village(village, self.villages.name(village)) if village else ""
                return where or self._lacking(row, "village", f"“{row.account}”要写明是哪个村的")
        if words in ("资产", *(f"{one}资产" for one in chart.ASSET_CLASSES)):
            return self._of_asset(row, asset, village)
        if words in _SPENT | _LABOUR:
            spent = self.spending.account(self.job, row)
            return labour_account(spent) if spent and words in _LABOUR else spent
        return self._standing(row, words)

    def _of_asset(self, row: Any, asset: str | None, village: str) -> str | None:
        if not asset:
            return self._lacking(row, "asset", f"“{row.account}”要写明资产编号")
        facts = self.draft.facts("asset", asset)
        if row.quantity not in (None, 1):
            return self._lacking(row, "quantity", "资产一项一项入账和转出，数量只能是 1")
        return chart.asset(str(facts.get("class")), village, self.villages.name(village))

    def _standing(self, row: Any, words: str) -> str | None:
        names = dict.fromkeys([*_standing_names(), *self.draft.opened])
        exact = [name for name in names if _MARKS.sub("", squeezed(row.account)) in _forms(name)]
        found = exact if len(exact) == 1 else [name for name in names if words in _forms(name)]
        if len(found) != 1:
            known = "、".join(sorted(map(_shown, found))) or _USUAL
            said = "有几个" if found else "不认识"
            return self._lacking(row, "account", f"科目“{row.account}”{said}：应写作 {known}")
        return found[0]

    def _lacking(self, row: Any, field: str, message: str) -> str | None:
        """No account: why is a fault of the row."""
        self.job.fault(row, field, message)
        return None

    # -- the voucher --------------------------------------------------------------------------------------------------

    def _named(self, rows: Sequence[Any], field: str) -> str | None:
        """Whom a voucher names, as the book may say it; None after a fault."""
        row = next((row for row in rows if getattr(row, field)), None)
        if row is None:
            return ""
        found = payee_person(self.job, row, self.persons, getattr(row, field), "")
        return found[0] if found else None

    def _balanced(self, row: Any, postings: Sequence[_Posting]) -> bool:
        debit, credit = (sum(getattr(one.row, name) or 0 for one in postings) for name in ("debit", "credit"))
        if debit != credit:
            self.job.fault(row, "debit", f"凭证“{row.number}”借贷不平：借方合计 {yuan_cn(debit)} 元，贷方合计 {yuan_cn(credit)} 元")
        return debit == credit

    def _number(self, row: Any) -> str:
        """An office's number of the book's own form and year, where it is free: it is kept."""
        match = _OWN.fullmatch(squeezed(row.number))
        day = plain_day(row.date)
        kept = match and int(match.group(1)) == day.year and self.draft.is_open(day)
        return match.group() if match and kept and match.group() not in self.draft.vouchers else ""


def _shared(postings: Sequence[_Posting]) -> dict[str, Any]:
    """What the whole voucher is about: what all its postings that say anything of it say alike."""
    found: dict[str, Any] = {}
    for name in _DIMENSIONS:
        said = {one.about[name] for one in postings} - {None}
        carried = {one.about["of fund"] for one in postings} - {None} if name == "fund" else set()
        if carried and not said and any(one.about["of fund"] is None for one in postings):
            said = carried
        if carried - said:
            said = set()
        found[name] = said.pop() if len(said) == 1 and _for_all(postings, name) else None
    return found


def _for_all(postings: Sequence[_Posting], name: str) -> bool:
    """Whether a dimension may stand for the whole voucher: not where money only moves between projects or funds."""
    moved = all(one.leg.account.startswith("Assets:9001") for one in postings)
    return not (moved and name == "project" and any(one.about[name] is None for one in postings))


def _merged(postings: Sequence[_Posting], shared: dict[str, Any]) -> Iterator[Leg]:
    """The legs: rows of one roll are one posting, and what the voucher does not say for all stands at the posting."""
    rolls: dict[tuple[Any, ...], list[_Posting]] = {}
    order: list[tuple[Any, ...]] = []
    for place, one in enumerate(postings):
        own = _own(one, shared)
        key = (one.leg.account, one.leg.number > 0, own, one.leg.meta) if one.line else (place,)
        order.append(key) if key not in rolls else None
        rolls.setdefault(key, []).append(one)
    for key in order:
        same = rolls[key]
        own = _own(same[0], shared)
        number = sum((one.leg.number for one in same), Decimal(0)) if same[0].line else same[0].leg.number
        lines = tuple(one.line for one in same if one.line) or None
        yield replace(same[0].leg, number=number, meta=(*own, *same[0].leg.meta), lines=lines)


def _own(one: _Posting, shared: dict[str, Any]) -> Meta:
    """What a posting says for itself: what the voucher does not say for all."""
    return tuple((name, one.about[name]) for name in _DIMENSIONS if one.about[name] is not None and shared[name] is None)


def _words(account: str) -> str:
    return _DIGITS.sub("", _MARKS.sub("", squeezed(account))) or _MARKS.sub("", squeezed(account))


@cache
def _standing_names() -> tuple[str, ...]:
    return (*(name for name, _ in chart.standing()), OTHER_PAYABLE)


@cache
def _forms(name: str) -> frozenset[str]:
    """How an account may be called: by its last name, by all its names, with or without codes, by its code alone."""
    parts = name.split(":")[1:]
    plain = [_DIGITS.sub("", part) for part in parts]
    whole, bare = _MARKS.sub("", "".join(parts)), _MARKS.sub("", "".join(plain))
    found = {whole, bare, _DIGITS.sub("", whole)}
    if not described(name).function:
        found |= {plain[-1], parts[-1]}
    if len(parts) == 1:
        found |= {re.match(r"\d*", parts[0]).group()}  # type: ignore[union-attr]
    if name == OTHER_PAYABLE:
        found = {"2302", "应付账款", "其他应付账款", whole, bare}
    return frozenset(found)


def _shown(name: str) -> str:
    return "-".join(name.split(":")[1:])
