"""导入记录: the register of imports, one by one; and which vouchers came from which kind of sheet, as they say themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from beancount.core.data import Transaction

from importers.draft.records import record_file
from importers.reading.kinds import title_of
from ledgers.files import side_files
from ledgers.files.side_files import Imported
from ledgers.money import fen
from reports.desk import kit, links
from reports.desk.listing import COUNT, DATE, YUAN, Column, Listing
from reports.desk.review import Review

BY_HAND = "手工登记"


@dataclass
class Source:
    """Vouchers of one kind of sheet and month."""

    kind: str
    month: str
    days: list[date] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    amount: int = 0  # 分, sum of debits


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    if args.get("by") == "voucher":
        found = Listing(
            "凭证的来源", _columns(), lambda: sources(review), args, sort="-last", keep=("by",), memory=review.lists
        )
        return {"listing": found, "by": "voucher", "one": [], "number": 0}
    register = kit.readable(lambda: side_files.log(desk.root))
    asked = args.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    listing = Listing("导入记录", _register_columns(), register, args, sort="-number")
    held = (desk.root / record_file(number)).is_file() if number else False
    one = [row for row in register if row.number == number] if number else []
    return {"listing": listing, "by": "", "one": one, "number": number, "held": held, "amount": _amount, "title_of": title_of}


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"by": "voucher"}]


def _amount(one: Imported) -> int | None:
    """What a sheet sums to, in 分; None where it has no amounts."""
    return fen(one.sum) if one.sum else None


def _register_columns() -> list[Column]:
    return [
        Column("number", "次数", lambda one: one.number or "", link=lambda one: links.to("imports", number=one.number)),
        Column("day", "日期", lambda one: one.day),
        Column("file", "文件", lambda one: one.file),
        Column("kind", "种类", lambda one: title_of(one.kind), facet=True),
        Column("rows", "行数", lambda one: one.rows, COUNT),
        Column("amount", "合计（元）", _amount, YUAN),
        Column("by", "经办", lambda one: one.by, facet=True, small=True),
        Column("provider", "报送单位", lambda one: one.provider, facet=True, small=True),
        Column("sha256", "文件的 SHA-256", lambda one: one.sha256, extra=True),
    ]


def sources(review: Review) -> list[Source]:
    """By what an import wrote into each voucher (`import-id`: the kind of sheet, then the line)."""
    debits: dict[str, int] = {}
    table = review.tables.postings
    for number, amount in zip(table["voucher"].tolist(), table["amount"].tolist(), strict=True):
        debits[number] = debits.get(number, 0) + max(amount, 0)
    found: dict[tuple[str, str], Source] = {}
    for entry in review.tables.entries:
        if isinstance(entry, Transaction) and entry.date <= review.as_of:
            kind = str(entry.meta.get("import-id", "")).partition(":")[0] or BY_HAND
            one = found.setdefault((kind, f"{entry.date:%Y-%m}"), Source(kind, f"{entry.date:%Y-%m}"))
            one.days.append(entry.date)
            one.vouchers.append(str(entry.meta.get("voucher", "")))
            one.amount += debits.get(one.vouchers[-1], 0)
    return list(found.values())


def _columns() -> list[Column]:
    return [
        Column("kind", "来自", lambda one: one.kind, facet=True),
        Column("month", "凭证月份", lambda one: one.month, facet=True),
        Column(
            "count",
            "凭证",
            lambda one: len(one.vouchers),
            COUNT,
            total=True,
            link=lambda one: links.to("voucher", year=one.month[:4], month=one.month[5:]),
        ),
        Column(
            "first", "首张", lambda one: one.vouchers[0], link=lambda one: links.voucher(one.vouchers[0]), small=True
        ),
        Column(
            "final", "末张", lambda one: one.vouchers[-1], link=lambda one: links.voucher(one.vouchers[-1]), small=True
        ),
        Column("amount", "借方金额（元）", lambda one: one.amount, YUAN, total=True),
        Column("last", "最后日期", lambda one: max(one.days), DATE, small=True),
    ]
