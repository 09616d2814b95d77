"""What imports left beside the ledger, summed for the workpaper: bank statements, lists that wait, sheets by kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from importers.reading.kinds import title_of
from ledgers.files import side_files
from ledgers.files.side_files import BankLine, Imported, Waiting
from ledgers.money import fen
from ledgers.tables.tables import Tables


@dataclass(frozen=True)
class Statement:
    """A village's bank statement as far as it was imported, in 分; `opening` is the balance before its first line."""

    village: str
    first: date
    last: date
    lines: int
    opening: int
    debit: int
    credit: int
    closing: int


def waiting(tables: Tables) -> list[Waiting]:
    """Lists of periods that had begun by the as-of date, in the order of the file. Raises Untrusted."""
    return [one for one in side_files.waiting(tables.root) if one.start <= tables.as_of]


def about(one: Waiting) -> str:
    """What a list is of, in words."""
    kind = "劳务报酬" if one.kind == "labour" else "一卡通发放"
    return f"{kind} {one.project}{one.benefit} {one.start} 至 {one.end}"


def statements(tables: Tables) -> Iterator[Statement]:
    """Every village's statement up to the as-of date. Raises Untrusted."""
    for village in side_files.villages(tables.root):
        lines = [line for line in side_files.statement(tables.root, village) if line.day <= tables.as_of]
        if lines:
            yield _statement(village, lines)


def _statement(village: str, lines: list[BankLine]) -> Statement:
    debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
    first, last = lines[0], lines[-1]
    opening = first.balance - first.credit + first.debit
    return Statement(village, first.day, last.day, len(lines), opening, debit, credit, last.balance)


def received(tables: Tables) -> list[Imported]:
    """Every sheet that was imported, in the order of its import. Raises Untrusted."""
    return sorted(side_files.log(tables.root), key=lambda one: one.number)


@dataclass(frozen=True)
class Held:
    """The sheets of a kind against the book: what they sum to, and what the vouchers made of them do, in 分."""

    kind: str
    sheets: int
    received: int
    booked: int


def held(tables: Tables, booked: dict[str, int]) -> Iterator[Held]:
    """Kinds of sheets that become vouchers; of a corrected sheet the last version counts. Raises Untrusted."""
    last = {(one.kind, one.key or one.sha256 or one.digest, one.part): one for one in received(tables) if one.sum}
    for kind, prefix in BOOKED.items():
        found = [one for one in last.values() if one.kind == kind]
        if found:
            yield Held(title_of(kind), len(found), sum(fen(one.sum) for one in found), booked.get(prefix, 0))


# Kind of sheet -> how the import-ids of its vouchers begin.
BOOKED = {"funds": "指标", "allocation": "分配", "treasury": "支付", "distribution": "收益分配"}
