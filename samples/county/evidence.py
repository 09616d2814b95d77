"""Evidence of large payments: a month's bundle of certificates, or a certificate of its own, and the vouchers that name it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ledgers.money import yuan
from samples.county.model import Voucher
from samples.county.text import narration

ABOVE = 50_000_00
HEADER = "凭证号,日期,收款方,摘要,金额"
TOGETHER = "同月各凭证"


class Proof(NamedTuple):
    """A file as the office sends it, and what its vouchers say of sharing it."""

    file: str
    content: bytes
    shared: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


Proofs = dict[Voucher, Proof]


def proofs(months: dict[str, list[Voucher]]) -> Proofs:
    """The file of every large payment that has one: the month's bundle, or its own where something happens to it later."""
    found: Proofs = {}
    for month, vouchers in months.items():
        together = Proof(f"{month.replace('/', '-')}.csv", _bundle(vouchers).encode(), TOGETHER)
        for voucher in vouchers:
            if voucher.spent > ABOVE and voucher.evidence != "none":
                alone = Proof(f"{voucher.number}.pdf", f"凭证 {voucher.number} 的付款凭证\n".encode(), "")
                found[voucher] = together if voucher.evidence == "bundle" else alone
    return found


def _bundle(vouchers: Iterable[Voucher]) -> str:
    """The certificates of a month as a table."""
    rows = [
        f"{v.number},{v.day},{v.payee},{narration(v)},{yuan(v.spent)}"
        for v in vouchers
        if v.evidence == "bundle" and v.spent > ABOVE
    ]
    return "".join(f"{row}\n" for row in [HEADER, *rows])


def place(voucher: Voucher, proof: Proof) -> str:
    """Where a book keeps the file: by its digest."""
    return f"evidence/{voucher.day:%Y/%m}/{proof.sha256[:12]}{Path(proof.file).suffix}"


def metadata(voucher: Voucher, known: Proofs) -> dict[str, str]:
    """What a voucher says of its evidence; {} where it has none."""
    if voucher not in known:
        return {}
    proof = known[voucher]
    said = {"evidence": place(voucher, proof), "evidence-sha256": proof.sha256}
    return said | ({"shared-with": proof.shared} if proof.shared else {})


def keep(folder: Path, known: Proofs) -> None:
    """Write the files into a book."""
    for voucher, proof in known.items():
        _write(folder / place(voucher, proof), proof.content)


def tamper(folder: Path, known: Proofs) -> None:
    """What happens to two of them afterwards: one is lost, one is another than it was."""
    for voucher, proof in known.items():
        if voucher.evidence == "lost":
            (folder / place(voucher, proof)).unlink()
        elif voucher.evidence == "changed":
            _write(folder / place(voucher, proof), "改动过的付款凭证\n".encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
