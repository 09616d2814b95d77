"""What a failure comes to and the smallest act that mends it, told from the finding alone: its amounts, days and part.

Nothing here judges. What cannot be told from a finding's own fields is left to its message.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledgers.facts import registered
from ledgers.money import percent, yuan_cn
from ledgers.tables.tables import Tables, derived, households
from plugins import catalogue
from plugins.findings import YUAN, Finding
from plugins.judging import plain_number

LATE = "期限以后已经办完，说明超期的原因"
FEW = 20  # vouchers whose other postings are looked at, too


@dataclass(frozen=True)
class Act:
    """What would mend a finding: in words, in 分 where it is money (None where not, 0 where it has been done since), and by whom."""

    text: str
    amount: int | None
    unit: str
    project: str


def act(tables: Tables, finding: Finding) -> Act:
    """The smallest act that mends a pending or failing finding."""
    rule = catalogue()[finding.rule]
    text = dict(rule.part_acts).get(finding.part or "", rule.act)
    amount = finding.shortfall or None
    if amount and rule.moves:
        amount = rule.moves(tables, finding)
    worded = text.format(gap=yuan_cn(amount)) if text and amount else LATE if amount == 0 else rule.advice[1]
    return Act(worded, amount if text else None, unit_of(tables, finding), _project_of(tables, finding))


def _project_of(tables: Tables, finding: Finding) -> str:
    """The project that has to act: the subject itself, the part, or the one alone that the evidence is of; "" where none."""
    known = registered.projects(tables)
    if finding.subject.kind == "project" or finding.part in known:
        return finding.subject.id if finding.subject.kind == "project" else str(finding.part)
    named = set(tables.postings["project"].iloc[list(finding.evidence)]) - {""}
    return str(named.pop()) if len(named) == 1 else ""


def gap(finding: Finding) -> str:
    """By how much the measure misses the standard; "" where the finding holds no two numbers to compare."""
    measured, threshold = finding.measured, finding.threshold
    if finding.shortfall and measured and measured.unit == "day":
        return f"逾期 {yuan_cn(finding.shortfall)} 元"
    if finding.shortfall:
        return f"{'超出' if threshold and threshold.op == '<=' else '少'} {yuan_cn(finding.shortfall)} 元"
    if (
        measured is None
        or threshold is None
        or threshold.value is None
        or measured.ratio is None
        or not comparable(finding)
    ):
        return ""
    missing = threshold.value - measured.ratio
    if measured.unit == "day":
        return f"{'少' if missing > 0 else '超过'} {plain_number(abs(missing))} 天"
    if measured.unit == YUAN:
        return f"相差 {percent(abs(missing))}"
    return f"比标准{'低' if missing > 0 else '高'} {plain_number(abs(missing))}"


def comparable(finding: Finding) -> bool:
    """Whether the standard is one for the ratio: days, say, are none for an amount of money."""
    measured, threshold = finding.measured, finding.threshold
    if measured is None or threshold is None or threshold.value is None:
        return False
    return measured.unit != YUAN or threshold.required is not None


def unit_of(tables: Tables, finding: Finding) -> str:
    """Who answers for the subject: the project's unit, the owner, the operator, the town; else the county."""
    kind, name = finding.subject.kind, finding.subject.id
    if kind == "project":
        return project_unit(tables, name)
    if kind == "asset":
        row = registered.assets(tables).get(name)
        return _village(tables, row.village) or row.owner if row else ""
    if kind in ("village", "town"):
        return _village(tables, name) or name
    if kind == "household":
        return _village(tables, households(tables).village(name, tables.as_of) or "") or county(tables)
    if kind == "equity":
        rows = tables.equity[tables.equity["id"] == name]
        return "、".join(dict.fromkeys(text for text in rows["operator"] if text)) or county(tables)
    return _of_evidence(tables, finding) or county(tables)


_REST = re.compile(r"(常态化帮扶|衔接|帮扶|扶贫)?(推进乡村振兴)?(补助)?资金.*$|(台账|账簿|账套)$")


def county(tables: Tables) -> str:
    """Who answers for what is no unit's, town's or village's: the county, as the book's title begins with its name."""
    return _REST.sub("", tables.title).strip() or tables.title


def project_unit(tables: Tables, name: str) -> str:
    """Who answers for a project: its unit, else its town; "" where neither is known."""
    row = registered.projects(tables).get(name)
    return (row.unit or row.town or "") if row else ""


def _village(tables: Tables, name: str) -> str:
    row = registered.villages(tables).get(name)
    return f"{row.town}{row.name}" if row else ""


def _of_evidence(tables: Tables, finding: Finding) -> str:
    """The unit of the project that the vouchers behind a finding belong to, where it is one alone."""
    named = _named_of(tables, finding)
    units = {project_unit(tables, name) for one in named for name in one[0]} - {""}
    if len(units) == 1:
        return units.pop()
    places = {_village(tables, name) for one in named for name in one[1]} - {""}
    return places.pop() if len(places) == 1 else ""


_Named = tuple[frozenset[str], frozenset[str]]  # projects and villages


def _named_of(tables: Tables, finding: Finding) -> Iterable[_Named]:
    """What all postings of the vouchers name that a finding rests on, as far as they are few; else its own postings."""
    legs, by_voucher = _names(tables)
    found = {legs[row][0] for row in finding.evidence}
    if len(found) > FEW:
        return {legs[row][1] for row in finding.evidence}
    return [by_voucher[one] for one in found]


@derived
def _names(tables: Tables) -> tuple[list[tuple[int, _Named]], dict[int, _Named]]:
    """Of every posting its voucher, and which project and village it names; and the same of all postings of a voucher."""
    columns = (tables.postings[name].tolist() for name in ("transaction", "project", "village"))
    legs, by_voucher = [], dict[int, _Named]()
    known: dict[tuple[str, str], _Named] = {}
    for voucher, project, village in zip(*columns, strict=True):
        key = (project or "", village or "")
        own = known.setdefault(key, (frozenset(key[:1]) - {""}, frozenset(key[1:]) - {""}))
        legs.append((voucher, own))
        before = by_voucher.setdefault(voucher, own)
        if before is not own:
            by_voucher[voucher] = before[0] | own[0], before[1] | own[1]
    return legs, by_voucher
