"""Three thousand households and how their states change."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator

from samples.county.model import AS_OF, FIRST_DAY, Household, Person, State, Village, days_after
from samples.county.names import id_number, person_name

TOTAL = 3000
_BASES = ("脱贫户",) * 10 + ("一般户",) * 14 + ("五无户",)
LATE = 40  # the small village that has nobody monitored before 2023


def households(rng: random.Random, villages: list[Village]) -> list[Household]:
    """Every registered household with its members and states, by village."""
    result: list[Household] = []
    serials = itertools.count()
    for index, (village, count) in enumerate(zip(villages, _counts(villages), strict=True)):
        members = [_household(rng, village, number, serials) for number in range(1, count + 1)]
        for household in _to_be_monitored(rng, index, members):
            _monitor(rng, household, _reported(rng, village, index))
        result += members
    return result


def _counts(villages: list[Village]) -> list[int]:
    """How many households of each village are registered: all of a small one, about 28 of the others."""
    fixed = {i: v.households for i, v in enumerate(villages) if v.small}
    rest = TOTAL - sum(fixed.values())
    others = [i for i in range(len(villages)) if i not in fixed]
    return [fixed.get(i) or rest // len(others) + (others.index(i) < rest % len(others)) for i in range(len(villages))]


def _household(rng: random.Random, village: Village, number: int, serials: Iterator[int]) -> Household:
    size = rng.choice((1, 2, 3, 3, 4, 4, 5, 6))
    people = [
        Person(n, person_name(number * 7 + n * 131), id_number(next(serials), n <= 2)) for n in range(1, size + 1)
    ]
    household = Household(f"H{village.id[1:]}-{number:03d}", village, people)
    # The first twelve are always 脱贫户: caretakers and post holders are found among them.
    base = "脱贫户" if number <= 12 else rng.choice(_BASES)
    household.states.append(State(FIRST_DAY, base, size))
    return household


def _to_be_monitored(rng: random.Random, index: int, members: list[Household]) -> list[Household]:
    """Which households of a village come to be monitored: in a small one two 脱贫户 and a 一般户."""
    if not members[0].village.small:
        return rng.sample(members, 2 if index % 2 else 1)
    return [members[3], members[5], next(h for h in members if {s.state for s in h.states} == {"一般户"})]


def _reported(rng: random.Random, village: Village, index: int) -> dt.date:
    if not village.small:
        return days_after(FIRST_DAY, rng.randrange(30, 1000))
    return days_after(dt.date(2023 if index == LATE else 2022, 2, 1), rng.randrange(150))


def _monitor(rng: random.Random, household: Household, reported: dt.date) -> None:
    """List a household as the rules demand: 15 days at most, 5 of them on the board, helper and plan at once."""
    posted = days_after(reported, rng.randrange(2, 5))
    taken_down = days_after(posted, rng.randrange(4, 7))
    listed = days_after(taken_down, rng.randrange(1, 3))
    helper = days_after(listed, rng.randrange(1, 6))
    plan = days_after(helper, rng.randrange(0, 3))
    kind = "突发严重困难户" if rng.random() < 0.3 else _monitor_kind(household)
    size = len(household.people)
    household.states.append(State(listed, "监测户", size, kind, reported, (posted, taken_down), helper, plan))
    over = days_after(listed, rng.randrange(220, 420))
    if not household.village.small and over <= AS_OF and rng.random() < 0.7:
        household.states.append(State(over, "风险消除", size))
    household.states.sort(key=lambda state: state.day)


def _monitor_kind(household: Household) -> str:
    return "脱贫不稳定户" if household.states[0].state == "脱贫户" else "边缘易致贫户"
