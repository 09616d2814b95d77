"""科目: balances by account; or one account, entry by entry with its running balance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, derived
from reports.desk import kit, links
from reports.desk.kit import PageError
from reports.desk.listing import COUNT, DATE, MONEY, YUAN, Column, Listing
from reports.desk.review import Review
from reports.words import ROOT_NAMES

LONGEST = 50_000  # entries of one account on a page


@dataclass
class Account:
    """An account's debits and credits up to the day, in 分."""

    name: str
    debit: int = 0
    credit: int = 0
    count: int = 0

    @property
    def root(self) -> str:
        return ROOT_NAMES.get(self.name.partition(":")[0], "")

    @property
    def balance(self) -> int:
        """On the side where the account usually stands: receipts, debts and net assets on the credit side."""
        left = self.debit - self.credit
        return left if self.root in ("资产", "支出") else -left


def examples(review: Review) -> list[dict[str, str]]:
    return [{"id": next(iter(accounts(review.tables)), "")}, {"root": "收入"}]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One account, or all of them."""
    name, tables = args.get("id", ""), review.tables
    if not name:
        return {
            "account": None,
            "listing": Listing("科目余额", _columns(), accounts(tables).values(), args, memory=review.lists),
        }
    found = accounts(tables).get(name)
    if found is None:
        raise PageError(404, f"截至 {review.as_of}，科目 {name[:80]} 没有发生额")
    if found.count > LONGEST:
        raise PageError(413, f"科目有 {found.count:,} 笔，超过 {LONGEST:,} 笔：请从凭证、项目或资金进入")
    rows, balance, sign = [], 0, 1 if found.root in ("资产", "支出") else -1
    for row in records(Posting, review.postings(account=name)):
        balance += sign * row.amount
        rows.append((row, balance))
    return {"account": found, "listing": Listing("明细账", _ledger(), rows[::-1], args)}


@derived
def accounts(tables: Tables) -> dict[str, Account]:
    """Every account that has postings, by its name."""
    found: dict[str, Account] = {}
    for name, amount in zip(tables.postings["account"].tolist(), tables.postings["amount"].tolist(), strict=True):
        one = found.setdefault(name, Account(name))
        one.count += 1
        if amount > 0:
            one.debit += amount
        else:
            one.credit -= amount
    return dict(sorted(found.items()))


def _columns() -> list[Column]:
    return [
        Column(
            "account", "科目", lambda one: kit.account_name(one.name), link=lambda one: links.to("account", id=one.name)
        ),
        Column("root", "类别", lambda one: one.root, facet=True, small=True),
        Column("group", "一级科目", lambda one: one.name.split(":")[1], facet=True, extra=True),
        Column("debit", "借方发生", lambda one: one.debit, MONEY, total=True, small=True),
        Column("credit", "贷方发生", lambda one: one.credit, MONEY, total=True, small=True),
        Column("balance", "余额", lambda one: one.balance, MONEY),
        Column("count", "笔数", lambda one: one.count, COUNT, small=True),
    ]


def _ledger() -> list[Column]:
    return [
        Column("date", "日期", lambda one: one[0].date, DATE),
        Column("number", "凭证号", lambda one: one[0].voucher, link=lambda one: links.voucher(one[0].voucher)),
        Column("payee", "对方", lambda one: one[0].payee),
        Column("narration", "摘要", lambda one: one[0].narration),
        Column("debit", "借方（元）", lambda one: max(one[0].amount, 0) or None, YUAN, total=True),
        Column("credit", "贷方（元）", lambda one: max(-one[0].amount, 0) or None, YUAN, total=True),
        Column("balance", "余额（元）", lambda one: one[1], YUAN, small=True),
        Column("year", "年", lambda one: str(one[0].date.year), facet=True, extra=True),
    ]
