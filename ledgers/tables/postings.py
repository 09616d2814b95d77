"""The transactions of a book as columns: one row per posting, dimensions resolved, amounts in 分."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Transaction

from ledgers.chart import Account, account
from ledgers.files.problems import Problem
from ledgers.money import fen
from ledgers.tables import times
from ledgers.tables.directives import DIMENSIONS
from ledgers.tables.plausible import LONGEST
from ledgers.tables.registry import Issue
from ledgers.tables.schema import SCHEMAS

# Metadata keys that are texts, in the order of their columns; a posting's own value wins over its transaction's.
_TEXTS: tuple[str, ...] = ("fund", "project", "household", "person", "asset", "equity", "benefit", "reverses")
_TEXTS += ("roll", "roll-sha256", "evidence", "evidence-sha256", "payment-no", "shared-with", "payer")
_KEYS = (*_TEXTS, "days", "income-year", "for", "quantity", "holder")
_OWN = 2  # a posting whose metadata is only its file and line says nothing of its own
_NOTHING: dict[str, str] = dict.fromkeys(_TEXTS, "")


class Postings:
    """Columns of the postings up to the as-of date; inline household payments and shares; what is wrong."""

    def __init__(self, as_of: date, relative: dict[str, str]) -> None:
        self.as_of = as_of
        self.relative = relative
        self.rows: list[tuple[Any, ...]] = []
        self.inline: list[dict[str, Any]] = []
        self.inline_shares: list[dict[str, Any]] = []
        self.problems: list[Problem] = []
        self.issues: list[Issue] = []
        self.named: dict[str, dict[str, tuple[str, int]]] = {kind: {} for kind in DIMENSIONS.values()}
        self.accounts: dict[str, tuple[str, int]] = {}
        self.commodities: dict[str, tuple[str, int]] = {}
        self.rolls: set[str] = set()
        self.unmeasured: set[int] = set()  # transactions with an amount that is none: whether they balance is not known
        self.days: dict[str, date] = {}  # voucher -> the day on which it counts
        self.income_years: dict[str, Any] = {}  # voucher -> the income year that it names, or None
        self.periods: dict[str, Any] = {}  # voucher -> what it says that it pays for, or None

    def read(self, entries: Iterable[Any]) -> None:
        """Take every transaction; those after the as-of date are only checked."""
        number = 0
        transactions = [entry for entry in entries if isinstance(entry, Transaction)]
        self.place(transactions)
        for entry in transactions:
            self._transaction(entry, number)
            number += entry.date <= self.as_of

    def place(self, transactions: Iterable[Transaction]) -> None:
        """Where vouchers count: on their own day, or where what they reverse counts, however often that was reversed."""
        for entry in transactions:
            voucher, reverses = _text(entry.meta.get("voucher")), _text(entry.meta.get("reverses"))
            if voucher not in self.days:
                year, period = _named(entry, "income-year"), _named(entry, "for")
                self.days[voucher] = min(self.days.get(reverses, entry.date), entry.date) if reverses else entry.date
                self.income_years[voucher] = self.income_years.get(reverses) if year is None and reverses else year
                self.periods[voucher] = self.periods.get(reverses) if period is None and reverses else period

    def _transaction(self, entry: Transaction, number: int) -> None:
        meta: dict[str, Any] = entry.meta
        file = str(self.relative.get(meta["filename"], meta["filename"]))
        voucher = _text(meta.get("voucher"))
        exists = entry.date <= self.as_of
        if not voucher and exists:
            self.issues.append(
                Issue("voucher", f"{file}:{meta['lineno']}", file, meta["lineno"], "缺少 voucher（凭证号）")
            )
        base = {key: meta[key] for key in _KEYS if key in meta}
        infos = [account(posting.account) for posting in entry.postings]
        quota_only = all(info.kind in ("quota", "allocated") for info in infos)
        for posting, info in zip(entry.postings, infos, strict=True):
            own = posting.meta or meta
            place = (file, int(own.get("lineno", meta["lineno"])))
            values = base if len(own) <= _OWN else base | {key: own[key] for key in _KEYS if key in own}
            if info.fund:
                values = values | {"fund": info.fund}
            self._mention(values, posting, place)
            if exists:
                self._posting(entry, posting, info, values, place, number, voucher, quota_only)

    def _mention(self, values: dict[str, Any], posting: Any, place: tuple[str, int]) -> None:
        """Remember where an id, account, commodity or roll first occurs; unknown ones make the book untrusted."""
        for key in values.keys() & DIMENSIONS.keys():
            self.named[DIMENSIONS[key]].setdefault(_text(values[key]), place)
        self.accounts.setdefault(posting.account, place)
        if posting.units.currency != "CNY":
            self.commodities.setdefault(posting.units.currency, place)
        if "roll" in values:
            self.rolls.add(_text(values["roll"]))

    def _posting(
        self,
        entry: Transaction,
        posting: Any,
        info: Account,
        values: dict[str, Any],
        place: tuple[str, int],
        number: int,
        voucher: str,
        quota_only: bool,
    ) -> None:
        days = self._days(values["days"], place, voucher) if "days" in values else None
        texts = _NOTHING | {key: str(value) for key, value in values.items() if key in _NOTHING and value is not None}
        roll, household, reverses = texts["roll"], texts["household"], texts["reverses"]
        counts_on = min(self.days.get(reverses, entry.date), entry.date) if reverses else entry.date
        named = values.get("income-year", self.income_years.get(reverses) if reverses else None)
        year = counts_on.year if named is None else self._year(named, entry.date, place, voucher)
        period = values.get("for", self.periods.get(reverses) if reverses else None)
        row = (
            number,
            entry.date,
            counts_on,
            voucher,
            entry.payee or "",
            entry.narration or "",
            posting.account,
            info.kind,
            info.village,
            info.function,
            info.economic,
            info.labour and (bool(roll) or (bool(household) and days is not None)),
            quota_only,
            self._amount(posting, place, number),
            posting.units.currency,
            posting.units.number,
            posting.cost.number if posting.cost else None,
            *texts.values(),
            days,
            year,
            named is not None,
            "" if period is None else self._period(period, place, voucher),
            *place,
            int(entry.meta["lineno"]),
        )
        if not roll and (household or (info.kind == "shares" and values.get("holder"))):
            self._inline(dict(zip(SCHEMAS["postings"], row, strict=True)), values, len(self.rows), posting)
        self.rows.append(row)

    @property
    def columns(self) -> dict[str, Sequence[Any]]:
        """The rows by column, in the order that the schema declares."""
        names = SCHEMAS["postings"]
        return dict(zip(names, zip(*self.rows, strict=True), strict=True)) if self.rows else dict.fromkeys(names, ())

    def _inline(self, row: dict[str, Any], values: dict[str, Any], index: int, posting: Any) -> None:
        """A posting that names its household, or shares that name their holder, are a roll of one line."""
        common = {"posting": index, "note": "", "file": row["file"], "line": row["line"]}
        if row["kind"] == "shares":
            holder = {"holder": _text(values.get("holder")), "shares": posting.units.number, "amount": row["amount"]}
            self.inline_shares.append(common | holder | {"household": row["household"]})
        elif row["kind"] in ("expense", "distribution"):
            quantity = values.get("quantity")
            if quantity is not None and not isinstance(quantity, Decimal):
                self.issues.append(Issue("voucher", row["voucher"], row["file"], row["line"], "quantity 应为数字"))
                quantity = None
            self.inline.append(
                common
                | {name: row[name] for name in ("household", "person", "amount", "days", "for_")}
                | {"date": row["counts_on"]}
                | {"quantity": quantity, "result": "", "account": ""}
            )

    def _amount(self, posting: Any, place: tuple[str, int], transaction: int) -> int:
        units, cost = posting.units, posting.cost
        try:
            if units.currency == "CNY":
                return fen(units.number)
            return fen(units.number * cost.number) if cost and cost.currency == "CNY" else 0
        except ValueError as error:
            what = f"{units.number} {units.currency} 按单价 {cost.number} 元算不出整分：" if units.currency != "CNY" else ""
            self.problems.append(Problem(*place, f"{what}{error}"))
            self.unmeasured.add(transaction)
            return 0

    def _days(self, value: Any, place: tuple[str, int], voucher: str) -> float | None:
        if value is None:
            return None
        try:
            days = Decimal(value)
            if days * 2 != int(days * 2) or abs(days) > LONGEST:
                raise ValueError
        except (ValueError, TypeError, ArithmeticError):
            self.issues.append(Issue("voucher", voucher, *place, f"days 的值“{value}”应为整天或半天，且不超过 {LONGEST} 天"))
            return None
        return float(days)

    def _year(self, value: Any, day: date, place: tuple[str, int], voucher: str) -> int:
        try:
            year = int(value)
            if year != Decimal(value) or not 1949 <= year <= 2200:
                raise ValueError
        except (ValueError, TypeError, ArithmeticError):
            self.issues.append(Issue("voucher", voucher, *place, f"income-year 的值“{value}”应为年份"))
            return day.year
        return year

    def _period(self, value: Any, place: tuple[str, int], voucher: str) -> str:
        try:
            return times.period(str(value))
        except ValueError:
            message = f"for 的值“{value}”应为月份（2022-06）、年份（2022）或起止月份（2022-06..2022-08）"
            self.issues.append(Issue("voucher", voucher, *place, message))
            return ""


def _named(entry: Transaction, key: str) -> Any:
    """What a transaction says under a key, itself or on a posting; None where it does not."""
    metas = (entry.meta, *(posting.meta for posting in entry.postings if posting.meta))
    return next((meta[key] for meta in metas if key in meta), None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
