"""People of the sheets as households and members: known by their ID number, new ones where no list names them."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import Directive, HouseState, Leg, ShareLine, Voucher
from importers.finding.job import Job
from importers.finding.registers import Villages
from importers.reading.cells import squeezed
from ledgers.files.side_files import PayLine
from ledgers.people import Person
from ledgers.personal.find import MASK, without_numbers

START = "2021-01-01"  # from when a household counts whose first day nobody names
_HAN = re.compile(r"[\u4e00-\u9fff·]{2,}")
_PLACE = re.compile(r"(?:.*(?:省|自治区|市|自治县|县|区))?(\S+?(?:街道|镇|乡))(\S+?(?:村|社区|居委会))")


class Persons:
    """The people of a draft; opens the identities store."""

    def __init__(self, draft: Draft, villages: Villages) -> None:
        self.draft = draft
        self.villages = villages
        self.store = draft.load_people()
        self.new: list[str] = []  # households of one that were added
        self.taken: dict[str, list[int]] = {}  # household -> numbers of its members, former ones included
        self.at: dict[tuple[str, int], Person] = {}
        for person in (*draft.people.values(), *(p for _, p in self.store.former), *(p for _, p in draft.moved.values())):
            self.taken.setdefault(person.household, []).append(person.person)
        for person in draft.people.values():
            self.at[person.household, person.person] = person

    def token(self, number: str) -> str:
        return self.store.token(number)

    def single(self, household: str) -> bool:
        """Whether a household is only a person that no list has named yet."""
        return not self.draft.codes.get(household) and self.taken.get(household) == [1]

    def payee(self, job: Job, row: Any, token: str, place: "Place") -> Person | None:
        """The member that a row of a pay list names; a 一般户 of one where no list names it. None after a fault.

        Whoever is known keeps the household, and is registered again where an import that did so was taken back.
        """
        known = self.draft.people.get(token)
        if known and self.draft.states.get(known.household):
            return known
        village = place.village(job, row)
        if village is None:
            return None
        person = known or Person(self.add_household(village), 1, row.name)
        if not known:
            self.enter(token, person)
        self.draft.set_states(person.household, (HouseState(person.household, START, "一般户", village, "1"),))
        self.new.append(person.household)
        return person

    def add_household(self, village: str) -> str:
        """The next household id of a village: V106003 -> H106003-001."""
        series = f"H{village.removeprefix('V')}-"
        return f"{series}{self.draft.next_number(series, ()):03d}"

    def enter(self, token: str, person: Person) -> None:
        self.draft.people[token] = person
        place = person.household, person.person
        if place not in self.at:
            self.taken.setdefault(person.household, []).append(person.person)
        self.at[place] = person
        known = self.draft.names.get(person.name, ())
        if person.name and place not in known:
            self.draft.names[person.name] = (*known, place)

    def renumbered(self, household: str, code: str, name: str) -> Person | None:
        """The member of a household who bears a 人编号 and a name already (under another ID number)."""
        found = (self.at.get((household, number)) for number in self.taken.get(household, ()))
        return next((person for person in found if person and code and (person.code, person.name) == (code, name)), None)

    def renumber(self, person: Person, token: str, code: str) -> None:
        """The same person under a corrected ID number; lists with the old one still find him."""
        self.enter(token, replace(person, code=code))

    def named(self, name: str, village: str) -> list[Person]:
        """The people of a name, those of the village where it has any."""
        draft = self.draft
        people = [self.at[place] for place in draft.names.get(name, ()) if place in self.at and self.at[place].name == name]
        here = [person for person in people if self.village_of(person.household) == village]
        return here or people

    def village_of(self, household: str) -> str:
        states = self.draft.states.get(household, ())
        return states[-1].village if states else ""

    def say_new(self, job: Job) -> None:
        """Tell how many persons of a list were in no list before."""
        if self.new:
            job.draft.note("新增", "一般户（不在任何名单中的人）", f"{job.sheet.label}：{len(self.new)} 人，各记为一户")
            job.draft.warn(f"{job.sheet.label}：{len(self.new)} 人不在任何名单中，各记为本村的一户一般户")


class Place:
    """Where the people of a pay list live: columns of town and village, else what their address says."""

    def __init__(self, villages: Villages, day: date) -> None:
        self.villages = villages
        self.day = day
        self.known: dict[tuple[str, str, str, str], str | None] = {}

    def village(self, job: Job, row: Any) -> str | None:
        if row.village:
            codes = getattr(row, "village_code", ""), getattr(row, "town_code", "")
            town, village, code, town_code = key = (row.town, row.village, *codes)
            if self.known.get(key) is None:
                self.known[key] = self.villages.find(job, row, town, village, self.day, code, town_code)
            return self.known[key]
        return self._by_address(job, row, squeezed(getattr(row, "address", "")))

    def _by_address(self, job: Job, row: Any, address: str) -> str | None:
        found = [id for (town, name), id in self.villages.by_place.items() if town in address and name in address.replace(town, "")]
        if not found:
            if match := _PLACE.match(address):
                return self.villages.find(job, row, match.group(1), match.group(2), self.day)
            found = [id for name, ids in self.villages.by_name.items() if name in address for id in ids]
        longest = max((len(self.villages.name(id)) for id in found), default=0)
        found = [id for id in found if len(self.villages.name(id)) == longest]
        if not found:
            job.fault(row, "address", "此人不在任何名单中，住址又看不出乡镇和村：应写明“××镇××村”")
            return None
        candidates = [(id, self.villages.describe(id)) for id in dict.fromkeys(found)]
        return job.choose(row, "address", "住址里的村有几个（应写明乡镇）", candidates)


def redacted(draft: Draft, text: str, also: str = "") -> tuple[str, int]:
    """Free text without phones, ID numbers, accounts and known names; and how many were taken out."""
    draft.load_people()
    bare = without_numbers(text)
    text, count = bare, bare.count(MASK) - text.count(MASK)
    for run in _HAN.findall(text):
        start = 0
        while start < len(run):
            name = next((run[start : start + n] for n in (4, 3, 2) if _is_name(draft, run[start : start + n], n, also)), "")
            if name:
                text = text.replace(name, MASK)
                count += 1
            start += len(name) or 1
    return text, count


def _is_name(draft: Draft, text: str, length: int, also: str) -> bool:
    return len(text) == length and (text in draft.names or text == also)


def merge(draft: Draft, old: Person, new: Person) -> bool:
    """A person that was a household of one turns out to be a member of another: what was paid follows, where it is open.

    True where a seal keeps payments under the old id: it stays, and must be given the new household's states.
    """
    stays = False
    for voucher in list(draft.vouchers.values()):
        legs = tuple(_merged_leg(draft, voucher, leg, old.household, new) for leg in voucher.legs)
        if legs == voucher.legs:
            continue
        if draft.is_open(voucher.day):
            draft.replace_voucher(replace(voucher, legs=legs))
        else:
            stays = True
    for name, waiting in list(draft.waiting.items()):
        if waiting and any(line.household == old.household for line in waiting.lines):
            lines = tuple(_merged_line(line, old.household, new) for line in waiting.lines)
            draft.waiting[name] = replace(waiting, lines=tuple(line for line in lines if isinstance(line, PayLine)))
    _merge_caretakers(draft, old.household, new.household)
    if not stays:
        draft.states[old.household] = ()
    draft.note("更正", "户", f"{old.household} 并入 {new.household}（第 {new.person} 人）")
    return stays


def _merged_leg(draft: Draft, voucher: Voucher, leg: Leg, old: str, new: Person) -> Leg:
    if leg.get("household") == old:
        leg = replace(leg, meta=tuple((key, new.household if key == "household" else value) for key, value in leg.meta))
    lines = draft.lines(voucher, leg)
    if lines and any(line.household == old for line in lines):
        leg = replace(leg, lines=tuple(_merged_line(line, old, new) for line in lines))
    return leg


def _merged_line(line: PayLine | ShareLine, old: str, new: Person) -> PayLine | ShareLine:
    if line.household != old:
        return line
    if isinstance(line, PayLine) and line.person:
        return replace(line, household=new.household, person=str(new.person))
    return replace(line, household=new.household)


def _merge_caretakers(draft: Draft, old: str, new: str) -> None:
    for id in draft.ids("asset"):
        mentions = draft.directives["asset", id]
        if any(old in str(mention.meta) for mention in mentions):
            draft.directives["asset", id] = tuple(_renamed_caretaker(mention, old, new) for mention in mentions)


def _renamed_caretaker(mention: Directive, old: str, new: str) -> Directive:
    meta = tuple(
        (key, ",".join(new if name == old else name for name in str(value).split(",")) if key == "caretaker" else value)
        for key, value in mention.meta
    )
    return mention if meta == mention.meta else replace(mention, meta=meta)
