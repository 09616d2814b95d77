"""Lines of pay lists that the bank returned (退票), and how each was mended: paid again, or taken back.

A returned line is not paid. It is mended by a reversal of the same person's line, or by a later line of the same amount to
the same person for the same purpose and period.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ledgers.facts import money
from ledgers.facts.persons import person_codes
from ledgers.tables.schema import Mask, Numbers, Payment, Posting, Texts, records
from ledgers.tables.tables import Tables, derived

RETURNED = "退票"


@dataclass(frozen=True)
class Returned:
    """A returned line and its posting, the line that reverses it, and the line with which it was paid again."""

    line: Payment
    posting: Posting
    reversal: tuple[Payment, Posting] | None = None
    again: tuple[Payment, Posting] | None = None

    @property
    def mended(self) -> date | None:
        """The day on which it was taken back or paid again; None while it is open."""
        return min((posting.date for _, posting in filter(None, (self.reversal, self.again))), default=None)

    @property
    def unpaid(self) -> bool:
        """Whether nobody received it under its own posting: not reversed there, nor paid again without being spent again."""
        settled = self.again is not None and self.again[1].kind not in ("expense", "distribution")
        return self.reversal is None and not settled


@derived
def returned(tables: Tables) -> list[Returned]:
    """Every returned line with what became of it, in the order of the lists."""
    payments = tables.payments
    marked = ((payments["result"] == RETURNED) & (payments["amount"] > 0)).to_numpy()
    if not marked.any():
        return []
    codes = person_codes(tables)
    same = np.isin(codes, codes[marked])
    lines = list(zip(codes[same].tolist(), records(Payment, payments[same]), strict=True))
    concerned = sorted({line.posting for _, line in lines})
    postings = {row.row: row for row in records(Posting, tables.postings.loc[concerned])}
    others: dict[int, list[tuple[Payment, Posting]]] = defaultdict(list)
    for code, line in lines:
        if not marked[line.row]:
            others[code].append((line, postings[line.posting]))
    return list(_mended(tables, [(code, line) for code, line in lines if marked[line.row]], others, postings))


def _mended(
    tables: Tables,
    lines: list[tuple[int, Payment]],
    others: dict[int, list[tuple[Payment, Posting]]],
    postings: dict[int, Posting],
) -> Iterator[Returned]:
    """Each returned line with the first line that reverses it and the first that pays it again, each used once."""
    root, used = money.roots(tables), set[int]()
    for code, line in lines:
        posting, free = postings[line.posting], [one for one in others[code] if one[0].row not in used]
        back = next((one for one in free if _reverses(line, one[0], root)), None)
        again = next((one for one in free if _pays_again(line, posting, *one)), None)
        used |= {one[0].row for one in (back, again) if one}
        yield Returned(line, posting, back, again)


def _reverses(line: Payment, other: Payment, root: Texts) -> bool:
    return other.amount == -line.amount and bool(root[other.posting] == root[line.posting])


def _pays_again(line: Payment, posting: Posting, other: Payment, by: Posting) -> bool:
    return (
        other.amount == line.amount
        and (by.benefit or by.project) == (posting.benefit or posting.project)
        and by.date >= posting.date
        and other.posting != line.posting
        and period(other) == period(line)
    )


def period(line: Payment) -> str:
    """The period that a line pays for, else its month of payment (YYYY-MM)."""
    return line.for_ or f"{line.date:%Y-%m}"


@derived
def periods(tables: Tables) -> tuple[Numbers, list[str]]:
    """The same of every row of `payments`: its place among the periods that occur, and these."""
    said, paid = tables.payments["for_"].cat, tables.payments["date"].cat
    places: dict[str, int] = {}
    of_said = [places.setdefault(text, len(places)) if text else -1 for text in said.categories.tolist()]
    of_paid = [places.setdefault(f"{day:%Y-%m}", len(places)) for day in paid.categories.tolist()]
    own = np.array([*of_said, -1], dtype="int32")[said.codes]
    return np.where(own < 0, np.array([*of_paid, -1], dtype="int32")[paid.codes], own), list(places)


@derived
def received(tables: Tables) -> Mask:
    """A mask over `payments`: the line reached somebody. Returned lines did not, nor did the reversals of such lines."""
    reached = np.ones(len(tables.payments), dtype=bool)
    for one in returned(tables):
        reached[one.line.row] = False
        if one.reversal:
            reached[one.reversal[0].row] = False
    return reached


@derived
def unpaid_lines(tables: Tables) -> frozenset[int]:
    """Rows of `payments` that were returned and never received: neither reversed (they count there) nor settled."""
    return frozenset(one.line.row for one in returned(tables) if one.unpaid)


@derived
def unpaid_by_posting(tables: Tables) -> dict[int, int]:
    """分 of returned lines by posting that were never received under it: neither reversed (counted there) nor settled."""
    sums: dict[int, int] = defaultdict(int)
    for one in returned(tables):
        if one.unpaid:
            sums[one.line.posting] += one.line.amount
    return dict(sums)
