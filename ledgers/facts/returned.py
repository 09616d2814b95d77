"""Lines of pay lists that the bank returned (退票), and how each was mended: paid again, or taken back.

A returned line is not paid. It is mended by a reversal of the same person's line, or by a later line of the same amount to
the same person for the same purpose (and the same period, where both say one).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.facts import money
from ledgers.tables.schema import Payment, Posting, records
from ledgers.tables.tables import Tables, derived

RETURNED = "退票"


@dataclass
class Returned:
    """A returned line (row of `payments`), its posting (row of `postings`), and the day on which it was mended."""

    line: Payment
    posting: Posting
    mended: date | None = None
    by_reversal: bool = False
    counted_again: bool = False  # paid again without being spent again: the line itself is then paid


@derived
def returned(tables: Tables) -> list[Returned]:
    """Every returned line with what became of it, in the order of the lists."""
    payments = tables.payments
    marked = payments[((payments["result"] == RETURNED) & (payments["amount"] > 0)).to_numpy()]
    if marked.empty:
        return []
    root = money.roots(tables)
    same = payments[payments["household"].isin(marked["household"].unique()).to_numpy()]
    postings = {row.row: row for row in records(Posting, tables.postings.loc[sorted(set(same["posting"].tolist()))])}
    others: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for line in records(Payment, same):
        if line.result != RETURNED or line.amount < 0:
            others[line.household, line.person].append(line)
    found = []
    used: set[int] = set()
    for line in records(Payment, marked):
        one = Returned(line, postings[line.posting])
        _mend(
            one,
            [other for other in others[line.household, line.person] if other.row not in used],
            postings,
            root,
            used,
        )
        found.append(one)
    return found


def _mend(one: Returned, lines: list[Payment], postings: dict[int, Posting], root: Any, used: set[int]) -> None:
    for line in lines:
        posting = postings[line.posting]
        reversing = line.amount == -one.line.amount and root[line.posting] == root[one.line.posting]
        if reversing or _paid_again(one, line, posting):
            used.add(line.row)
            one.mended, one.by_reversal = posting.date, reversing
            one.counted_again = not reversing and posting.kind not in ("expense", "distribution")
            return


def _paid_again(one: Returned, line: Payment, posting: Posting) -> bool:
    periods = {one.line.for_, line.for_} - {""}
    return bool(
        line.amount == one.line.amount
        and (posting.benefit or posting.project) == (one.posting.benefit or one.posting.project)
        and posting.date >= one.posting.date
        and line.posting != one.line.posting
        and len(periods) < 2
    )


@derived
def unpaid_lines(tables: Tables) -> frozenset[int]:
    """Rows of `payments` that were returned and never received: neither reversed (they count there) nor settled."""
    return frozenset(one.line.row for one in returned(tables) if not (one.by_reversal or one.counted_again))


@derived
def unpaid_by_posting(tables: Tables) -> dict[int, int]:
    """分 of returned lines by posting that were never received under it: neither reversed (counted there) nor settled."""
    sums: dict[int, int] = defaultdict(int)
    for one in returned(tables):
        if not (one.by_reversal or one.counted_again):
            sums[one.line.posting] += one.line.amount
    return dict(sums)
