"""Accounts of spending: functions and economic classes as sheets write them, payees as offices, villages or people."""

import re
from typing import Any

from importers.draft.draft import Draft
from importers.draft.entries import Voucher
from importers.finding.job import Job
from importers.finding.persons import Persons
from importers.finding.registers import Villages
from importers.reading.cells import squeezed
from ledgers import chart
from ledgers.chart import account as described

LABOUR_LEAF = ":1劳务报酬"
# Words that an office's name ends with. What is short and ends with none of them is taken for a person: a person's name
# in the book would be worse than an office called 个人.
_OFFICE = re.compile(
    r"\S*(?:公司|合作社|联合社|联社|社|会|政府|办|厅|局|委|处|科|部|站|所|厂|场|院|校|中心|银行|商行|集团|企业|农庄|农场|队|组|户|账户"
    r"|财政|国库|街道|镇|乡|村|社区|县|市|超市|商店|店|工程|基金|代发|批量)(?:[(（].*[)）])?"
)
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,10}(?:[·•.][\u4e00-\u9fff]{1,10})+")
_CROWD = re.compile(  # no one person
    r"(?:各村|本村|部分)?(?:村民|农户|群众|居民|学生|民工|农民工|社员|职工|务工人员|脱贫户|监测户|一般户)"
)
_COLLECTIVE = re.compile(
    r"村民委员会|村委会|村委|居民委员会|居委会|经济合作社|股份经济|经济联合|联合社|合作联社|村集体|集体经济|^\S{2,12}[村社区]$"
)


class Spending:
    """Expense accounts of the draft, by codes."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.known: dict[tuple[str, str], str] = {}
        self.functions = dict(chart.FUNCTIONS)
        self.classes = dict(chart.ECONOMIC_CLASSES)
        for name in draft.opened:
            about = described(name)
            if about.kind == "expense" and about.function and about.economic:
                parts = name.split(":")
                self.known.setdefault((about.function, about.economic), ":".join(parts[:3]))
                self.functions.setdefault(about.function, parts[1].removeprefix(about.function))
                self.classes.setdefault(about.economic, parts[2].removeprefix(about.economic))

    def account(self, job: Job, row: Any) -> str | None:
        """The account of a row's function and economic class; None after a fault."""
        function = self._coded(job, row, "function", self.functions)
        economic = self._coded(job, row, "economic", self.classes)
        if economic and len(economic[0]) == 5 and economic[0].startswith("5"):
            text = f"应为部门支出经济分类（3 开头，如 31005 基础设施建设），“{squeezed(row.economic)}”是政府支出经济分类"
            job.fault(row, "economic", text)
            return None
        if function is None or economic is None:
            return None
        known = self.known.get((function[0], economic[0]))
        return known or f"Expenses:{chart.place(*function)}:{chart.place(*economic)}"

    def _coded(self, job: Job, row: Any, field: str, names: dict[str, str]) -> tuple[str, str] | None:
        """(code, name): 2130504, 2130504农村基础设施建设, 2130504-…, or the name alone."""
        written = squeezed(getattr(row, field))
        code = next(iter(re.findall(r"\d{3,}", written)), "")
        name = re.sub(r"^[-_:|/.、]+|[-_:|/.、]+$", "", written.replace(code, "", 1)) if code else written
        name = re.split(r"[-_:|/]", name)[-1] if name else ""
        if code:
            if names.get(code) or name:
                return code, names.get(code) or name
            job.fault(row, field, f"不认识的科目“{written}”：应写明科目名称，如 2130504 农村基础设施建设")
            return None
        found = [known for known, title in names.items() if squeezed(title) == name]
        if len(found) != 1:
            known_names = "、".join(f"{key}{title}" for key, title in list(names.items())[:6])
            job.fault(row, field, f"应为带代码的科目（如 {known_names} …），实为“{written}”")
            return None
        return found[0], names[found[0]]


def base_account(name: str) -> str:
    """An expense account without the leaf for labour."""
    return name.removesuffix(LABOUR_LEAF)


def labour_account(name: str) -> str:
    """Where labour remuneration of a class is booked: 30226 itself, below any other class its leaf."""
    return name if described(name).labour else name + LABOUR_LEAF


def is_person(name: str) -> bool:
    """Whether a payee looks like a person's name rather than an office's."""
    return bool(_PERSON.fullmatch(name)) and not _CROWD.fullmatch(name) and (len(name) == 2 or not _OFFICE.fullmatch(name))


def collective_of(villages: Villages, name: str, preferred: str) -> list[str]:
    """The villages whose collective a payee is: the project's own, else those whose name it bears (and whose town)."""
    if not _COLLECTIVE.search(name) or "公司" in name:
        return []
    bearing = [id for village, ids in villages.by_name.items() if village and village in name for id in ids]
    longest = max((len(villages.name(id)) for id in bearing), default=0)
    bearing = [id for id in bearing if len(villages.name(id)) == longest]
    town = [id for id in bearing if str(villages.draft.facts("village", id).get("town", "")) in name]
    if preferred in bearing and len(town) != 1:
        return [preferred]
    return town or bearing


def payee_person(job: Job, row: Any, persons: Persons, name: str, village: str) -> tuple[str, str] | None:
    """(payee as the book may say it, household) of a payee: a person becomes the household. None after a fault."""
    found = persons.named(name, village)
    if not found and not is_person(name):
        return name, ""
    if not found:
        job.draft.warn(f"{job.sheet.label} 第 {row.line + 1} 行：收款人像是个人，但不在任何名单中，只记“个人”")
        return "个人", ""
    candidates = [(person.household, f"{person.household} 第 {person.person} 人") for person in found]
    household = job.choose(row, "payee", f"收款人在名单中有 {len(found)} 人同名", candidates)
    return ("农户", household) if household else None


def allocated_net(draft: Draft) -> dict[tuple[str, str], int]:
    """Fund and project -> what has been allocated, net, in 分."""
    net: dict[tuple[str, str], int] = {}
    for voucher in draft.vouchers.values():
        if all(leg.account.startswith("Assets:9001") for leg in voucher.legs):
            for leg in voucher.legs:
                about = described(leg.account)
                if about.kind == "allocated" and (project := voucher.value(leg, "project")):
                    net[about.fund, str(project)] = net.get((about.fund, str(project)), 0) + leg.fen
    return net


def allocated_to(draft: Draft) -> dict[str, set[str]]:
    """Fund -> the projects that it has been allocated to, net."""
    found: dict[str, set[str]] = {}
    for (fund, project), amount in allocated_net(draft).items():
        if amount > 0:
            found.setdefault(fund, set()).add(project)
    return found


def is_payment(draft: Draft, voucher: Voucher) -> bool:
    """Whether a voucher pays allocated quota out and stands: neither reversed nor itself a reversal."""
    if voucher.get("reverses") or voucher.number in draft.reversed:
        return False
    kinds = [described(leg.account).kind for leg in voucher.legs]
    return "allocated" in kinds and "expense" in kinds
