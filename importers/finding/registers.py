"""Finding what a row names among what the book knows: villages, projects, funds. New villages and ids are given here."""

import re
from collections import defaultdict
from datetime import date
from difflib import get_close_matches
from typing import Any

from importers.draft.corrections import of_facts
from importers.draft.draft import Draft
from importers.draft.entries import Directive
from importers.finding.job import Job
from importers.reading.cells import squeezed
from importers.reading.kinds import terms

COUNTY = "县级"
_COMMITTEE = re.compile(r"(村|社区)(民委员会|委员会|村委会|村民委员会|委会)$")
_MANY = re.compile(r"[、,，;；/]|及|等\d*个?村|多个|村[和与]\S+")
TOWN_AHEAD = re.compile(r"(\S+?(?:街道办事处|办事处|街道|镇|乡))(\S{2,})")
CLOSE = 0.5  # how alike a village's name must be to be offered for another
_YEAR = re.compile(r"(?<!\d)(20\d\d)")


class Villages:
    """The villages of the draft by town and name; unknown ones are added where a sheet names their town."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.by_place: dict[tuple[str, str], str] = {}
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.digits: dict[str, str] = {}  # town -> three digits
        self.by_code: dict[str, str] = {}
        for id in draft.ids("village"):
            facts = draft.facts("village", id)
            self._enter(id, str(facts.get("town", "")), str(facts.get("name", "")), str(facts.get("code", "")))

    def _enter(self, id: str, town: str, name: str, code: str) -> None:
        self.by_place[squeezed(town), village_name(name)] = id
        self.by_name[village_name(name)].append(id)
        if re.fullmatch(r"V\d{6}", id):
            self.digits.setdefault(squeezed(town), id[1:4])
        if code:
            self.by_code[code] = id

    def town(self, name: str) -> str:
        """A town under the name that the book uses: an older name counts where only the present one is known."""
        written = squeezed(name)
        present = terms("town").get(written, written)
        return present if written not in self.digits and present in self.digits else written

    def find(
        self, job: Job, row: Any, town: str, name: str, day: date, code: str = "", town_code: str = "", register: bool = False
    ) -> str | None:
        """The id of a village; None after a fault.

        An unknown one of a named town is added as long as no list of the town's villages was imported, or by that list
        (`register`); else it is asked which one is meant.
        """
        town, wanted = self._apart(self.town(town), village_name(name))
        if town:
            known = self.by_place.get((town, wanted)) or self.by_place.get((town, f"{wanted}村"))
            if known or register or not self._listed(town):
                return known or self._add(town, wanted, day, code, town_code)
            return self._close(job, row, town, wanted)
        found = self.by_name.get(wanted) or self.by_name.get(f"{wanted}村") or []
        if not found:
            job.fault(row, "village", f"没有写乡镇，账簿里也没有“{name}”：应写明乡镇，或先导入行政村基本情况表")
            return None
        return job.choose(row, "village", f"“{name}”有 {len(found)} 个（应写明乡镇）", [(id, self.describe(id)) for id in found])

    def known(self, town: str, name: str) -> str:
        """The id of a village that a row may name, "" where it names none that is known."""
        town, wanted = self._apart(self.town(town), village_name(name))
        found = self.by_name.get(wanted) or self.by_name.get(f"{wanted}村") or []
        here = [id for id in found if self.by_place.get((town, wanted)) == id or self.by_place.get((town, f"{wanted}村")) == id]
        return here[0] if here else found[0] if len(found) == 1 and not town else ""

    def _apart(self, town: str, name: str) -> tuple[str, str]:
        """Town and village, also where both stand in one cell, or the town without its 镇."""
        match = TOWN_AHEAD.fullmatch(name)
        if match and self.town(match.group(1)) in ({town} if town else self.digits):
            town, name = self.town(match.group(1)), match.group(2)
        if not town or town in self.digits:
            return town, name
        longer = [known for ending in ("镇", "乡", "街道") if (known := f"{town}{ending}") in self.digits]
        return (longer[0] if len(longer) == 1 else town), name

    def _listed(self, town: str) -> bool:
        """Whether the villages of a town were imported as a list: then an unknown name is a mistake."""
        ids = [id for (of_town, _), id in self.by_place.items() if of_town == town]
        return any(self.draft.facts("village", id).get("kind") for id in ids)

    def _close(self, job: Job, row: Any, town: str, name: str) -> str | None:
        """Which village of a listed town an unknown name means; a fault when nobody says."""
        here = {known: id for (of_town, known), id in self.by_place.items() if of_town == town}
        near = get_close_matches(name, here, 3, CLOSE)
        offered = "、".join(near or here)
        question = f"{town}没有“{name}”（{'相近的有' if near else '有'} {offered}）"
        asked = [(here[known], self.describe(here[known])) for known in near or here]
        answer = job.ask(f"{job.sheet.label} 第 {row.line + 1} 行：{question}，是哪一个", [text for _, text in asked])
        if answer is not None:
            return asked[answer][0]
        field = next((one for one in ("village", "place", "address", "name") if getattr(row, one, None)), "village")
        job.fault(row, field, f"{question}：请改正；确是新的村，先导入行政村基本情况表")
        return None

    def describe(self, id: str) -> str:
        facts = self.draft.facts("village", id)
        return f"{id} {facts.get('town', '')}{facts.get('name', '')}"

    def name(self, id: str) -> str:
        return str(self.draft.facts("village", id).get("name", ""))

    def _add(self, town: str, name: str, day: date, code: str, town_code: str) -> str:
        digits = self.digits.get(town) or self._digits(town_code or code)
        number = self.draft.next_number(f"V{digits}", self.draft.ids("village"))
        id = f"V{digits}{number:03d}"
        meta = (("town", town), ("name", name), *((("code", code),) if code else ()))
        self.draft.add_directive(Directive("village", id, day, (), meta))
        self.draft.note("新增", "行政村", f"{id} {town}{name}")
        self._enter(id, town, name, code)
        self.digits[town] = digits
        return id

    def _digits(self, code: str) -> str:
        """The town's own three digits (the last of nine), else the next running number from 001."""
        given = code[6:9] if re.fullmatch(r"\d{9}|\d{12}", code) else code if re.fullmatch(r"\d{3}", code) else ""
        taken = set(self.digits.values())
        if given and given not in taken:
            return given
        return next(f"{number:03d}" for number in range(1, 1000) if f"{number:03d}" not in taken)

    def at(self, job: Job, row: Any, town: str, name: str, day: date) -> tuple[str, str] | None:
        """Where a project lies: ("village", id), or ("town", its name or 县级) where no single village is named."""
        if squeezed(name) and not _MANY.search(squeezed(name)):
            id = self.find(job, row, town, name, day)
            return ("village", id) if id else None
        return "town", self.town(town) or COUNTY


def village_name(name: str) -> str:
    """A village's name as it is compared: without the committee behind it."""
    return _COMMITTEE.sub(r"\1", squeezed(name))


class Projects:
    """The projects of the draft by budget year and code or name."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.by_code: dict[str, list[str]] = defaultdict(list)
        self.by_name: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.years: dict[str, int] = {}
        self.continued: set[str] = set()  # of earlier years, which a row may name all the same (carried-over money)
        for id in draft.ids("project"):
            self.enter(id)

    def enter(self, id: str) -> None:
        facts = self.draft.facts("project", id)
        self.years[id] = self._year(id)
        self.by_name[self.years[id], squeezed(facts.get("name", ""))].append(id)
        self.enter_code(id, str(facts.get("code", "")))
        if id != facts.get("code"):
            self.by_code[id].append(id)

    def enter_code(self, id: str, code: str) -> None:
        if code:
            self.by_code[code].append(id)

    def _year(self, id: str) -> int:
        """The budget year: the one in the id, else that of the plan, else of the first mention."""
        if match := _YEAR.search(id):
            return int(match.group(1))
        mentions = self.draft.directives["project", id]
        planned = [mention.date.year for mention in mentions if mention.state == "年度计划"]
        return planned[0] if planned else self.draft.first_day("project", id).year

    def code(self, id: str) -> str:
        return str(self.draft.facts("project", id).get("code", ""))

    def describe(self, id: str) -> str:
        facts = self.draft.facts("project", id)
        code = f"，编号 {facts['code']}" if facts.get("code") else ""
        return f"{id}“{facts.get('name', '')}”（{self.years[id]} 年{code}）"

    def coded(self, code: str, year: int | None) -> list[str]:
        """The projects of a code: those of the budget year, else of any year."""
        found = self.by_code.get(code, [])
        return [id for id in found if self.years[id] == year] or found

    def named(self, name: str, year: int | None) -> list[str]:
        if year is not None:
            return self.by_name.get((year, squeezed(name)), [])
        return [id for (_, known), ids in self.by_name.items() if known == squeezed(name) for id in ids]

    def find(self, job: Job, row: Any, code: str, name: str, year: int | None, village: str = "") -> str | None:
        """The project that a row names by code, else by name; None after a fault. A code that arrives late is added."""
        by_code = self.coded(code, year) if code else []
        by_name = self.named(name, year) if name else []
        if by_code and name and not set(by_code) & set(by_name):
            both = "；".join(map(self.describe, dict.fromkeys([*by_code, *by_name])))
            if by_name or not self._same_name(by_code[0], name):
                job.fault(row, _field(job, "name"), f"项目编号与项目名称对不上：编号“{code}”、名称“{name}”，账簿里有 {both}")
                return None
        if by_code:
            found = [id for id in by_code if id in by_name] or by_code
            candidates = [(id, self.describe(id)) for id in dict.fromkeys(found)]
            return job.choose(row, _field(job, "code"), f"编号“{code}”有几个项目", candidates)
        return self._by_name(job, row, code, name, year, by_name, village)

    def _by_name(self, job: Job, row: Any, code: str, name: str, year: int | None, found: list[str], village: str) -> str | None:
        found = found or [id for id in self.named(name, None) if id in self.continued] if name and not code else found
        if not found:
            when = f" {year} 年" if year else ""
            what = f"编号“{code}”" if code else ""
            what += f"“{name}”" if name else ""
            hint = f"（名称最接近的是 {near}）" if (near := self._nearest(name, year)) else ""
            if earlier := [id for id in self.named(name, None) if self.years[id] < (year or 0)]:
                code = self.code(earlier[0]) or earlier[0]
                hint = f"（有 {self.describe(earlier[0])}：确是这个续建或结转的项目，请在表上写明项目编号 {code}）"
            field = _field(job, "name" if name else "code")
            job.fault(row, field, f"账簿里没有{when}项目{what}{hint}：请先导入它所在的项目计划表，或改正名称")
            return None
        if village and len(found) > 1:
            found = [id for id in found if self.draft.facts("project", id).get("village") == village] or found
        question = f"名称“{name}”有 {len(found)} 个项目（应写明项目编号）"
        id = job.choose(row, _field(job, "name"), question, [(id, self.describe(id)) for id in found])
        if id and code:
            if held := self.code(id):
                job.fault(row, _field(job, "code"), f"项目编号与项目名称对不上：“{name}”在账簿里的编号是“{held}”，这里是“{code}”")
                return None
            self.draft.set_facts("project", id, {"code": code})
            self.enter_code(id, code)
            self.draft.note("更正", "项目", f"{id} 补记项目编号 {code}")
        return id

    def _nearest(self, name: str, year: int | None) -> str:
        """The project whose name is most like one that is unknown, "" when none is like it."""
        names = {known: ids[0] for (of_year, known), ids in self.by_name.items() if year in (None, of_year)}
        near = get_close_matches(squeezed(name), names, 1) if name else []
        return self.describe(names[near[0]]) if near else ""

    def _same_name(self, id: str, name: str) -> bool:
        return squeezed(self.draft.facts("project", id).get("name", "")) == squeezed(name)


def _field(job: Job, name: str) -> str:
    """Where a sheet names a project: 项目名称 is its `name`, except where that is a person or an asset."""
    other = {"name": "project", "code": "project_code"}[name]
    known = {field.name for field in job.sheet.kind.fields}
    return next((one for one in (other, name, "subject") if one in known), name)


class Funds:
    """The funds of the draft by document."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.by_document: dict[str, list[str]] = defaultdict(list)
        for id in draft.ids("fund"):
            self.enter(id)

    def enter(self, id: str) -> None:
        from importers.reading.cells import document

        self.by_document[document(str(self.draft.facts("fund", id).get("doc-no", "")))].append(id)

    def year(self, id: str) -> int:
        return int(self.draft.facts("fund", id).get("year") or self.draft.first_day("fund", id).year)

    def describe(self, id: str) -> str:
        facts = self.draft.facts("fund", id)
        return f"{id} {facts.get('doc-no', '')} {facts.get('level', '')} {facts.get('task', '')}"

    def fitting(self, document: str, task: str | None, level: str | None, name: str) -> list[str]:
        """The funds of a document, narrowed by whatever else a row says of them."""
        found = self.by_document.get(document, [])
        for key, wanted in (("task", task), ("level", level)):
            if wanted:
                found = [id for id in found if self.draft.facts("fund", id).get(key) == wanted]
        if len(found) > 1 and name:
            exact = [id for id in found if squeezed(self.draft.facts("fund", id).get("name", "")) == squeezed(name)]
            worded = [id for id in found if str(self.draft.facts("fund", id).get("level")) in name]
            found = exact or worded or found
        return found


def corrected(draft: Draft, type: str, id: str, meta: dict[str, Any], what: str, name: str) -> None:
    """Put what a sheet says into a registry entry that the book has, and tell what differs."""
    before = draft.facts(type, id)
    changed = draft.set_facts(type, id, {key: value for key, value in meta.items() if value is not None})
    if changed:
        draft.note("更正", what, f"{id} {name}：{of_facts(before, meta, changed)}")


def set_amount(draft: Draft, id: str, amount: Any) -> bool:
    """Correct the registered amount of a fund; whether it differed."""
    return draft.set_amount("fund", id, amount)


def asset_codes(draft: Draft) -> dict[str, str]:
    """资产编号, or the asset's own id -> id."""
    found = {id: id for id in draft.ids("asset")}
    return found | {str(code): id for id in found if (code := draft.facts("asset", id).get("code"))}
