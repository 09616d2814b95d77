"""Work done for labour remuneration: lines of pay lists, days, persons, households. Defined once, for rules and faces."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgers.facts import labour, money, returned
from ledgers.tables.schema import Payment, records
from ledgers.tables.tables import Tables, derived, households


def days(worked: float | None, amount: int) -> float:
    """Days of one line, whole or half (floats hold halves exactly); 0 where unknown.

    A line of a negative amount (分) takes its days back, whichever sign they were written with.
    """
    known = worked or 0.0
    return -abs(known) if amount < 0 else known


def days_of(lines: Iterable[Payment]) -> float:
    """Days of rows of the table `payments`, net of what was taken back."""
    return sum((days(line.days, line.amount) for line in lines), 0.0)


@dataclass
class Work:
    """Lines of labour (rows of `payments`) and what of it went to priority households (脱贫户、监测户 on that day)."""

    lines: list[Payment] = field(default_factory=list)
    priority_lines: list[Payment] = field(default_factory=list)

    @property
    def households(self) -> frozenset[str]:
        """Households that were paid, net of what was taken back."""
        return frozenset(household for household, _ in self._paid(self.lines))

    @property
    def persons(self) -> frozenset[tuple[str, str]]:
        """(household, person) that were paid, net of what was taken back."""
        return frozenset(self._paid(self.lines))

    @property
    def days(self) -> float:
        """Days of work, net of what was taken back."""
        return days_of(self.lines)

    @property
    def priority(self) -> int:
        """分 to priority households."""
        return sum(line.amount for line in self.priority_lines)

    @property
    def priority_households(self) -> frozenset[str]:
        """Priority households that were paid, net of what was taken back."""
        return frozenset(household for household, _ in self._paid(self.priority_lines))

    @staticmethod
    def _paid(lines: list[Payment]) -> list[tuple[str, str]]:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for line in lines:
            sums[line.household, line.person] += line.amount
        return [who for who, amount in sums.items() if amount]


@derived
def lines_by_posting(tables: Tables) -> dict[int, list[Payment]]:
    """Lines of labour (rows of `payments`) by the row of the posting that they belong to."""
    found: dict[int, list[Payment]] = defaultdict(list)
    under = tables.postings["labour"].to_numpy()[tables.payments["posting"].to_numpy()]
    for line in records(Payment, tables.payments[under]):
        found[line.posting].append(line)
    return found


@derived
def paid_lines(tables: Tables) -> dict[int, list[Payment]]:
    """The same lines, without those of postings of which nothing is paid yet, and without what the bank returned."""
    counted = labour.paid_by_posting(tables)
    unpaid = returned.unpaid_lines(tables)
    return {
        posting: [line for line in lines if line.row not in unpaid]
        for posting, lines in lines_by_posting(tables).items()
        if counted.get(posting)
    }


@derived
def by_project(tables: Tables) -> dict[str, Work]:
    """Work by project ("" where a posting names none)."""
    people = households(tables)
    found: dict[str, Work] = defaultdict(Work)
    for leg in money.labour_legs(tables):
        one = found[leg.project]
        for line in paid_lines(tables).get(leg.row, ()):
            one.lines.append(line)
            if people.priority(line.household, line.date):
                one.priority_lines.append(line)
    return dict(found)
