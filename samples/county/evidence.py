"""Evidence of large payments: a month's bundle of certificates, and the vouchers that name it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ledgers.money import yuan
from ledgers.tables.rolls import digest
from samples.county.model import Voucher
from samples.county.text import narration

ABOVE = 50_000_00
HEADER = "凭证号,日期,收款方,摘要,金额"


def bundle(vouchers: Iterable[Voucher]) -> str:
    """The certificates of a month as a table, "" where no payment is large."""
    rows = [
        f"{v.number},{v.day},{v.payee},{narration(v)},{yuan(v.spent)}"
        for v in vouchers
        if v.evidence == "bundle" and v.spent > ABOVE
    ]
    return "".join(f"{row}\n" for row in [HEADER, *rows]) if rows else ""


def write_bundles(folder: Path, months: dict[str, list[Voucher]]) -> dict[str, str]:
    """Write the bundle of every month; its digest by `YYYY/MM`."""
    digests = {}
    for month, vouchers in months.items():
        if text := bundle(vouchers):
            path = folder / f"evidence/{month}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            digests[month] = hashlib.sha256(text.encode()).hexdigest()
    return digests


def metadata(voucher: Voucher, digests: dict[str, str]) -> dict[str, str]:
    """What a voucher says of its evidence; {} for a small payment, or one whose evidence is missing."""
    month = f"{voucher.day:%Y/%m}"
    if voucher.spent <= ABOVE or voucher.evidence == "none" or not digests:
        return {}
    name = f"evidence/{month}.csv" if voucher.evidence != "lost" else f"evidence/{voucher.number}.pdf"
    right = digests[month]
    shared = {"shared-with": "同月各凭证"} if voucher.evidence != "changed" else {}
    return shared | {"evidence": name, "evidence-sha256": right if voucher.evidence != "changed" else digest([voucher.number])}
