"""What the generator of random books knows while it writes: ids, facts, and the dice."""

import datetime as dt
from dataclasses import dataclass, field

DAY = dt.timedelta(days=1)


@dataclass
class Project:
    id: str
    meta: dict
    states: list  # [(date, state)]
    quota: dict = field(default_factory=dict)  # fund -> 分 allocated and not paid
    village_money: dict = field(default_factory=dict)  # fund -> 分 in the village's account
    labour: int = 0
    contracts: list = field(default_factory=list)  # (fund, account, 分 left to reclassify)
    retained: list = field(default_factory=list)  # (fund, 分)
    lots: list = field(default_factory=list)  # (date, fund, 分): positive allocations, roughly

    def plan_day(self):
        return next((date for date, state in self.states if state == "年度计划"), self.states[0][0])


@dataclass
class Fund:
    id: str
    meta: dict
    amount: int
    first: dt.date
    free: int = 0  # arrived and not allocated


@dataclass
class World:
    """The state of one book in the making."""

    rng: object
    pen: object
    size: int
    villages: dict = field(default_factory=dict)  # id -> {name, households, leading}
    households: dict = field(default_factory=dict)  # id -> village at first
    funds: dict = field(default_factory=dict)
    projects: dict = field(default_factory=dict)
    benefits: dict = field(default_factory=dict)
    assets: dict = field(default_factory=dict)
    grants: dict = field(default_factory=dict)
    law: object = None
    edges: set = field(default_factory=set)  # days on which a verdict may turn
    must: list = field(default_factory=list)  # days that are certainly worth judging

    def chance(self, p):
        return self.rng.random() < p

    def day(self, start, end):
        """A random day between two days, both included."""
        span = max((end - start).days, 0)
        return start + dt.timedelta(days=self.rng.randint(0, span))

    def known(self, day):
        """Projects that are registered by a day: nothing may name one earlier."""
        return [project for project in self.projects.values() if project.states[0][0] <= day]

    def edge(self, *days):
        """Remember days as of which it is worth judging."""
        self.edges.update(day for day in days if day < dt.date(2028, 1, 1))

    def account(self, prefix, village):
        return f"{prefix}:{village}{self.villages[village]['name']}"

    def village_of(self, project):
        return project.meta.get("village") or next(iter(self.villages))
