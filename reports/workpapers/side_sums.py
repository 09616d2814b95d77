"""What imports left beside the ledger, summed for the workpaper: bank statements, lists that wait, sheets by kind."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from importers.reading.kinds import title_of
from ledgers.files import side_files
from ledgers.files.side_files import BankLine, Waiting
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


def imported(tables: Tables) -> dict[str, tuple[int, int]]:
    """Kind of sheet, in words -> how many were imported, and how many records they gave. Raises Untrusted."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in side_files.log(tables.root):
        name = title_of(one.kind)
        sheets, records = found[name]
        found[name] = sheets + 1, records + len(one.records)
    return found
