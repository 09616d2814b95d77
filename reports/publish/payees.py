"""Whom projects paid: units, which are named; people, who are not; and whether so few of these stand behind a sum that it
is theirs.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledgers.facts import money
from ledgers.personal.names import NOBODY, Known, may_be_person
from ledgers.tables.tables import Tables, derived

UNNAMED = "个人（不列名）"
PEOPLE = ("务工群众（劳务报酬）", "农户（补助）")
OTHER_PAYEES, CAME_BACK = "其他收款人（不列名）", "退回"
_ID = re.compile(r"H\d{6}-\d{3,}")
# What only the name of a unit ends with: whoever bears another name may be a person, who is not shown.
_UNIT = re.compile(
    r"(?:公司|厂|合作社|联合社|经营部|商行|门市部|中心|[站所院局办队]|学校|农场|委员会|政府|银行|信用社|集团|协会|学会)"
    r"(?:（[^）]*）)?$"
)
_ANYBODY = re.compile("(?:户|民|众|人员|个人|者)$|^$")  # nobody in particular: it may be one household


@dataclass(frozen=True)
class Payment:
    """A part of what a project spent, in 分: whether it went to people, the payee, whether it came back."""

    day: date
    amount: int
    people: str  # 劳务报酬, 补助; "" for others
    payee: str
    back: bool

    @property
    def other(self) -> bool:
        """Whether it is no part of what the lists of households and workers say."""
        return self.back or not self.people


def in_public(name: str) -> str:
    """Who owns or runs something, as it may be shown: a household's id is 农户, whoever may be a person is not named."""
    parts = re.split(r"([、，,；;/\s]+)", _ID.sub("农户", name))
    return "".join(UNNAMED if may_be_person(part) else part for part in parts)


def names_household(name: str) -> bool:
    return bool(_ID.search(name))


def is_unit(name: str) -> bool:
    """Whether a name is that of a unit by its form."""
    return bool(_UNIT.search(name)) and in_public(name) == name


@derived
def payments(tables: Tables) -> dict[str, list[Payment]]:
    """What each project spent, to whom."""
    found: dict[str, list[Payment]] = defaultdict(list)
    columns = ("payee", "labour", "roll", "household", "kind")
    payee, labour, roll, household, kind = (tables.postings[name] for name in columns)
    for leg in money.spending_legs(tables):
        at = leg.row
        people = PEOPLE[0] if labour[at] else PEOPLE[1] if roll[at] or household[at] else ""
        found[leg.project].append(Payment(leg.date, leg.amount, people, payee[at], kind[at] == "recovered"))
    return found


def of_person(one: Payment, names: Known = NOBODY) -> bool:
    """Whether a payment went to, or came back from, somebody who may be a person or a household."""
    if one.people:
        return True
    return in_public(one.payee) != one.payee or bool(_ANYBODY.search(one.payee)) or names.within(one.payee)


def few_persons(found: Iterable[Payment], least: int, names: Known = NOBODY) -> bool:
    """Whether payments that are shown as one sum went to, or came from, fewer than `least`, a person among them."""
    payees = {one.payee: of_person(one, names) for one in found}
    return any(payees.values()) and len(payees) < least


def persons_alone(found: Iterable[Payment], least: int, names: Known = NOBODY) -> bool:
    """Whether payments went to, or came from, fewer persons than `least`, and nobody else: their sum is these persons'."""
    known = list(found)
    return few_persons(known, least, names) and all(of_person(one, names) for one in known)
