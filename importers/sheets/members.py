"""人员变动表: who came into a household and who left it, in registry/members.csv; who moves stays the same person."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from importers.draft.entries import HouseState, MemberRow
from importers.draft.versions import Record
from importers.finding.job import Job, plain_day
from importers.finding.persons import Persons
from importers.finding.registers import Villages
from ledgers.people import Person
from ledgers.tables.directives import BASE_STATES

CAME, LEFT = ("出生", "婚入", "迁入"), ("迁出", "死亡")
_ENDED = "销户"


def derive(job: Job) -> Record:
    """Enter the changes by their days."""
    changes = _Changes(job)
    for row in sorted(job.sheet.rows, key=lambda row: plain_day(row.date)):
        changes.enter(row)
    return Record()


class _Changes:
    """The people whom one sheet moves."""

    def __init__(self, job: Job) -> None:
        self.job, self.draft = job, job.draft
        self.persons = Persons(job.draft, Villages(job.draft))

    def enter(self, row: Any) -> None:
        household = self.draft.households.get(row.household)
        if household is None:
            self.job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")
        elif row.change in CAME:
            self._come(row, household)
        elif row.change == "分户" and self._parted(row):
            return
        elif (person := self._known(row, household)) is None:
            self.job.fault(row, "person", "这一户没有这个人（按证件号码、人编号和姓名找）：请核对，或先导入名单")
        elif row.change in LEFT:
            if self._close(row, person, self._day(row)):
                self._counted(household, self._day(row), -1)
        elif row.change == "分户":
            self._part(row, person)
        else:
            self._correct(row, person)

    def _day(self, row: Any) -> date:
        day = plain_day(row.date)
        if not self.draft.is_open(day):
            self.draft.warn(f"{row.change} {day} 所在期间已封账，记在封账后的第一天 {self.draft.open_day(day)}")
        return self.draft.open_day(day)

    def _known(self, row: Any, household: str) -> Person | None:
        """The member whom a row means: by ID number, by 人编号, by a name that one of the household bears."""
        known = self.draft.people.get(self.persons.token(row.identity)) if row.identity else None
        if known and known.household == household:
            return known
        places = ((household, number) for number in self.persons.taken.get(household, ()))
        members = [self.persons.at[place] for place in places if place in self.persons.at]
        coded = [person for person in members if row.person and person.code == row.person]
        named = [person for person in members if person.name == row.name]
        found = coded or named
        return found[0] if len(found) == 1 else None

    def _token(self, person: Person) -> str:
        place = person.household, person.person
        return next(token for token, one in self.draft.people.items() if (one.household, one.person) == place)

    # -- coming ---------------------------------------------------------------------------------------------------------

    def _come(self, row: Any, household: str) -> None:
        if not row.identity:
            self.job.fault(row, "identity", f"{row.change}的人须写证件号码")
            return
        token, day = self.persons.token(row.identity), self._day(row)
        known = self.draft.people.get(token)
        if known and known.household == household:
            return  # the list has him already
        if known and (last := self._close(row, known, day - timedelta(1))):
            day = max(day, last + timedelta(1))
            self._counted(known.household, day, -1)
        self._open(row, household, token, known, day)
        self._counted(household, day, 1)

    def _open(self, row: Any, household: str, token: str, known: Person | None, day: date) -> None:
        number = max(self.persons.taken.get(household, [0])) + 1
        who = self._who(known) if known else f"{household}-{number}"
        if known:
            self.draft.moved[known.household, known.person] = token, known
        self.persons.enter(token, Person(household, number, row.name, row.person or (known.code if known else "")))
        rows = self.draft.members.get(who, ())
        self.draft.members[who] = (*rows, MemberRow(who, household, str(number), day.isoformat(), "", row.change))
        self.draft.note("新增", "人员变动", f"{household} 第 {number} 人 {row.change} {day}")

    def _parted(self, row: Any) -> bool:
        """Whether somebody is a member of the new household already."""
        new = self.draft.households.get(row.new_household)
        return bool(new and row.new_household and self._known(row, new))

    def _part(self, row: Any, person: Person) -> None:
        """分户: into a household that is there, or that begins that day with the standing of the old one."""
        if not row.new_household:
            self.job.fault(row, "new_household", "分户须写新户编号")
            return
        day = self._day(row)
        new = self.draft.households.get(row.new_household) or self._new_household(row, person.household, day)
        if new is None or new == person.household:
            return
        token = self._token(person)
        if last := self._close(row, person, day - timedelta(1)):
            day = max(day, last + timedelta(1))
            self._counted(person.household, day, -1)
        self._open(row, new, token, person, day)
        self._counted(new, day, 1)

    def _new_household(self, row: Any, old: str, day: date) -> str | None:
        base = self._base(old, day)
        if base is None:
            self.job.fault(row, "household", "原户没有户类型，不能分户：请先导入名单")
            return None
        new = self.persons.add_household(base.village)
        self.draft.households[row.new_household] = new
        self.draft.codes[new] = row.new_household
        self.draft.set_states(new, (HouseState(new, day.isoformat(), row.type or base.state, base.village, "0"),))
        self.draft.note("新增", "户", f"{new}（自 {old} 分出）")
        return new

    # -- leaving --------------------------------------------------------------------------------------------------------

    def _close(self, row: Any, person: Person, last: date) -> date | None:
        """End somebody's time in a household with its last day, the first open one at the earliest; None: it had ended."""
        last = max(last, self.draft.open_day(last))
        who, end = self._who(person), last.isoformat()
        rows = self.draft.members.get(who, ())
        here = [one for one in rows if (one.household, one.person) == (person.household, str(person.person))]
        reason = row.change if row.change not in ("婚入", "迁入") else "迁出"
        ended = bool(here and here[-1].to)
        if ended and (here[-1].to, here[-1].reason) == (end, reason):
            return None
        if here:
            closed = here[-1]._replace(to=end, reason=reason, entered=here[-1].entered or ("" if ended else here[-1].reason))
            self.draft.members[who] = tuple(closed if one is here[-1] else one for one in rows)
        else:
            known = "" if self.draft.sealed is None else self.draft.open_day(self.draft.sealed).isoformat()  # a seal knows no such row
            self.draft.members[who] = (*rows, MemberRow(who, person.household, str(person.person), known, end, reason))
        self.draft.note("更正" if ended else "新增", "人员变动", f"{person.household} 第 {person.person} 人 {reason} {end}")
        return None if ended else last

    def _who(self, person: Person) -> str:
        """The permanent pseudonym: the one under which the register has this place, else the first place itself."""
        place = person.household, str(person.person)
        for who, rows in self.draft.members.items():
            if any((one.household, one.person) == place for one in rows):
                return who
        return f"{person.household}-{person.person}"

    # -- what follows for the household -----------------------------------------------------------------------------------

    def _base(self, household: str, day: date) -> HouseState | None:
        states = [s for s in self.draft.states.get(household, ()) if s.state in BASE_STATES and s.date <= day.isoformat()]
        return states[-1] if states else None

    def _counted(self, household: str, day: date, more: int) -> None:
        """The household's number of people from a day on; one that nobody is left of ends (销户)."""
        base = self._base(household, day)
        if base is None or not base.people.isdigit():
            return
        people = max(int(base.people) + more, 0)
        state = base.state if people else _ENDED
        row = base._replace(date=day.isoformat(), state=state, people=str(people), monitor="")
        rows = [one for one in self.draft.states[household] if not (one.state in BASE_STATES and one.date == row.date)]
        rows.append(row)
        self.draft.set_states(household, tuple(sorted(rows, key=lambda one: (one.date, one.state not in BASE_STATES))))
        if not people:
            self.draft.note("更正", "户", f"{household} 已没有成员，{day} 销户")

    # -- corrections ------------------------------------------------------------------------------------------------------

    def _correct(self, row: Any, person: Person) -> None:
        """更正: the ID number, name or 人编号 of the same person."""
        token = self.persons.token(row.identity) if row.identity else ""
        held = self._token(person)
        mended = replace(person, name=row.name or person.name, code=row.person or person.code)
        other = self.draft.people.get(token) if token else None
        if other and (other.household, other.person) != (person.household, person.person):
            self.job.fault(row, "identity", f"这个证件号码已是 {other.household} 第 {other.person} 人的：请核对")
        elif token not in ("", held) or mended != person:
            self.persons.enter(token or held, mended)
            what = "证件号码" if token not in ("", held) else "姓名或人编号"
            self.draft.note("更正", "户", f"{person.household} 第 {person.person} 人：{what}")
