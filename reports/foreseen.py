"""What a payment, allocation or pay list would do to the verdicts, before it is made: before → after, and what is left.

Both books are judged as of one day and as far as the supposed one goes, so that only what is supposed differs.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from importers.reading.container import column_letters
from importers.reading.faults import Fault
from importers.supposing import Supposed
from ledgers.book import Book, planned, read
from ledgers.facts import money, registered
from ledgers.files.problems import Problem, Untrusted
from ledgers.money import yuan, yuan_cn
from ledgers.tables.tables import Tables
from plugins import contracts
from plugins.audit import audit
from plugins.findings import FAIL, NA, PASS, PENDING, STATUS_NAMES, UNDETERMINED, WAIVED, Finding, plain
from plugins.rule import Rule
from reports.check.checked import Checked, about, crashed
from reports.plan import LABOUR, tasks_of
from reports.remedies import Act, act, project_unit
from reports.words import detail

WORSE, BETTER = "worse", "better"
_RANK = {PASS: 0, NA: 0, WAIVED: 0, PENDING: 1, UNDETERMINED: 2, FAIL: 3}
_BOUNDS = {"fund-trace": "分配到项目的资金", "overpaid": "决算、合同或分配数", "paid-ahead": "预付和验收前付款的比例"}


@dataclass(frozen=True)
class Change:
    """A verdict that is another one with what is supposed; `before` is None where nothing was judged."""

    before: Finding | None
    after: Finding | None

    @property
    def shown(self) -> Finding:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def direction(self) -> str:
        return WORSE if _weight(self.after) > _weight(self.before) else BETTER

    @property
    def breaks(self) -> bool:
        """Whether what is supposed breaks, or breaks further, what must be kept."""
        return self.direction == WORSE and self.after is not None and self.after.blocking


def _weight(finding: Finding | None) -> tuple[int, int]:
    return (_RANK[finding.status], finding.shortfall or 0) if finding else (0, 0)


@dataclass(frozen=True)
class Room:
    """What is left to be paid on a project: `asked` by what is supposed, `left` after it, by rule; all in 分."""

    project: str
    name: str
    asked: int
    by_rule: dict[str, int]
    labour: int  # of which labour remuneration still to be paid

    @property
    def rule(self) -> str:
        """The rule that limits it most."""
        return min(self.by_rule, key=lambda rule: self.by_rule[rule])

    @property
    def left(self) -> int:
        return self.by_rule[self.rule]


@dataclass(frozen=True)
class Foreseen:
    """A book before and after what is supposed."""

    supposed: Supposed
    before: Checked
    after: Checked

    @cached_property
    def changes(self) -> list[Change]:
        """What gets worse first, failures first."""
        before, after = _by_key(self.before), _by_key(self.after)
        differing = {key for key in before.keys() | after.keys() if _weight(before.get(key)) != _weight(after.get(key))}
        silent = {key[0] for key in differing if key not in before or key not in after}
        before, after = _by_key(self.before, silent) | before, _by_key(self.after, silent) | after
        found = [Change(before.get(key), after.get(key)) for key in differing]
        return sorted(found, key=_order)

    @property
    def worse(self) -> list[Change]:
        return [one for one in self.changes if one.direction == WORSE]

    @property
    def better(self) -> list[Change]:
        return [one for one in self.changes if one.direction == BETTER]

    def asked(self, finding: Finding) -> Act:
        """Whom to ask and what must be done; of a fund the units of the projects whose money of it is another one."""
        tables = self.after.book.tables
        told = act(tables, finding)
        if finding.subject.kind != "fund":
            return told
        old, new = (money.flows(one.book.tables)[1] for one in (self.before, self.after))
        moved = [project for project, fund in new if fund == finding.subject.id and new[project, fund] != old.get((project, fund))]
        units = dict.fromkeys(filter(None, (project_unit(tables, project) for project in sorted(moved))))
        return replace(told, unit="、".join(units)) if units else told

    @cached_property
    def rooms(self) -> list[Room]:
        """Of every project that is paid or allocated to."""
        old, new = (_by_project(one.book.tables) for one in (self.before, self.after))
        tables = self.after.book.tables
        tasks = tasks_of(tables, self.after.rules, self.after.audit.stated)
        labour = {one.finding.subject.id: one.amount or 0 for one in tasks if one.kind == LABOUR}
        none = (0, 0)
        return [
            Room(
                id,
                row.name,
                new.get(id, none)[1] - old.get(id, none)[1],
                {"fund-trace": _funded(tables, id), **contracts.payable(tables, row)},
                labour.get(id, 0),
            )
            for id, row in registered.projects(tables).items()
            if new.get(id, none) != old.get(id, none)
        ]

    @property
    def exit_status(self) -> int:
        """0 it breaks nothing that must be kept, 1 it does or cannot be judged whole, 2 it cannot be in the book."""
        audited = self.after.audit
        if self.supposed.changes.refused or audited.untrusted or audited.crashes:
            return 2
        return int(bool(self.supposed.changes.unpaid) or any(one.breaks for one in self.changes))


def _by_project(tables: Tables) -> dict[str, tuple[int, int]]:
    """Allocated and paid of each project, in 分."""
    found: dict[str, tuple[int, int]] = {}
    for (project, _), flow in money.flows(tables)[1].items():
        allocated, paid = found.get(project, (0, 0))
        found[project] = allocated + flow.allocated, paid + flow.paid
    return found


def _funded(tables: Tables, project: str) -> int:
    """分 of its funds that may still be paid on a project: allocated to it, and there."""
    funds, shares = money.flows(tables)
    there = {fund: flow.arrived - flow.paid for fund, flow in funds.items()}
    own = [(fund, flow) for (owner, fund), flow in shares.items() if owner == project]
    return sum(min(flow.allocated - flow.paid, there.get(fund, 0)) for fund, flow in own)


def _by_key(checked: Checked, rules: Iterable[str] | None = None) -> dict[tuple[str, ...], Finding]:
    found = checked.audit.stated if rules is None else checked.audit.of_rules(set(rules))
    return {finding.key: finding for finding in found}


def _order(change: Change) -> tuple[Any, ...]:
    shown = change.shown
    return change.direction != WORSE, not change.breaks, -_weight(change.after)[0], shown.key


def foresee(supposed: Supposed, rules: dict[str, Rule], as_of: date | None = None) -> Foreseen:
    """Judge a book as it is and as it is supposed to be. Raises Untrusted where either cannot be judged."""
    with supposed.reading():
        after = read(supposed.main, as_of)
    day = after.tables.as_of
    if day < after.tables.span.first:
        text = f"截至日期 {day} 早于账簿的第一张凭证（{after.tables.span.first}），没有可判定的"
        raise Untrusted([Problem(supposed.main.name, 0, text)])
    with planned(supposed.main, f'{after.tables.span.through} custom "through" {after.tables.span.through}\n'.encode()):
        before = read(supposed.main, day)
    return Foreseen(supposed, _checked(before, rules), _checked(after, rules))


def _checked(book: Book, rules: dict[str, Rule]) -> Checked:
    return Checked(book, audit(book.tables, rules.values()), rules)


def as_text(foreseen: Foreseen) -> bytes:
    """For a terminal: what gets worse, whom to ask, what is left to be paid."""
    return ("\n".join(_text(foreseen)) + "\n").encode()


def _text(foreseen: Foreseen) -> Iterator[str]:
    tables = foreseen.after.book.tables
    changes = foreseen.supposed.changes
    yield f"{tables.title}　截至 {tables.as_of}　预审：假定这些已经记入账簿（没有写入任何东西）"
    yield from (f"认作  {line}" for line in (*changes.read, *changes.remarks))
    yield from (f"待核对  {line}" for line in changes.unpaid)
    for title, found in (("会变坏的结论", foreseen.worse), ("会变好的结论", foreseen.better)):
        if found:
            yield f"\n■ {title}（{len(found)}）"
            for change in found:
                yield from _lines(foreseen, change)
    if foreseen.rooms:
        yield "\n■ 还能付多少"
        yield from (f"  {_said(room, f'（{room.rule}）')}" for room in foreseen.rooms)
    yield f"\n{verdict(foreseen)}"


def _lines(foreseen: Foreseen, change: Change) -> Iterator[str]:
    told = told_of(foreseen, change)
    yield f"  {told.turn}　{told.rule}　{change.shown.rule}　{told.subject}"
    yield f"    {told.message}"
    if told.act:
        yield f"    问 {told.unit}；照此记账以后须：{told.act}"


class Told(NamedTuple):
    """A change in words: 符合 → 不符合, the rule's title, of what, why; of what gets worse whom to ask, and what must be done then."""

    turn: str
    rule: str
    subject: str
    message: str
    unit: str
    act: str


def told_of(foreseen: Foreseen, change: Change) -> Told:
    """A change as a reader without rule ids is told of it."""
    shown = change.shown
    part = detail(shown.part, shown.period)
    subject = f"{shown.subject.id} {shown.subject.name}".rstrip() + (f"（{part}）" if part else "")
    asked = foreseen.asked(shown) if change.direction == WORSE else None
    turn = f"{_status(change.before)} → {_status(change.after)}"
    title = foreseen.after.rules[shown.rule].title
    return Told(turn, title, subject, shown.message, asked.unit if asked else "", asked.text if asked else "")


def _status(finding: Finding | None) -> str:
    return STATUS_NAMES[finding.status] if finding else "未判"


def rooms_told(foreseen: Foreseen) -> list[str]:
    """What is left to be paid on every project that is paid or allocated to, in words."""
    return [_said(room) for room in foreseen.rooms]


def _said(room: Room, rule: str = "") -> str:
    limits = f"受限于{_BOUNDS[room.rule]}{rule}"
    rest = f"还能付 {yuan_cn(room.left)} 元" if room.left >= 0 else f"超出 {yuan_cn(-room.left)} 元"
    labour = f"，{'其中' if room.labour <= room.left else '而还'}须付劳务报酬 {yuan_cn(room.labour)} 元" if room.labour else ""
    return f"{room.project} {room.name}：这次 {yuan_cn(room.asked)} 元，此后{rest}，{limits}{labour}"


def verdict(foreseen: Foreseen) -> str:
    """What it comes to, in a sentence."""
    broken = [one for one in foreseen.changes if one.breaks]
    if broken:
        rules = {one.shown.rule for one in broken}
        return f"会违反必须符合的规定：{len(rules)} 条规则，{len(broken)} 项。请先与上面所列单位核实，再付款。"
    if foreseen.supposed.changes.unpaid:
        return "有清册无法推定支付，没有判到：请先落实资金。"
    return "不会违反必须符合的规定。"


def as_json(foreseen: Foreseen) -> bytes:
    """For programs (docs/schemas/foreseen.schema.json); amounts are strings of yuan."""
    changes = foreseen.supposed.changes
    audited = foreseen.after.audit
    counts = Counter(one.direction for one in foreseen.changes)
    document = {
        "schema": 1,
        "book": about(foreseen.before.book),
        "exit_status": foreseen.exit_status,
        "verdict": verdict(foreseen),
        "untrusted": [asdict(problem) for problem in audited.untrusted]
        + [{"file": "", "line": 0, "message": crashed(crash.rule, crash.error)} for crash in audited.crashes],
        "supposed": {
            "read": changes.read,
            "taken": changes.taken,
            "remarks": changes.remarks,
            "unpaid": changes.unpaid,
        },
        "refused": [],
        "summary": {
            WORSE: counts[WORSE],
            BETTER: counts[BETTER],
            "breaks": sum(one.breaks for one in foreseen.changes),
        },
        "changes": [_plain(foreseen, change) for change in foreseen.changes],
        "rooms": [_plain_room(room) for room in foreseen.rooms],
    }
    return _written(document)


def refused_json(
    main: str, faults: Iterable[Fault], stopped: dict[str, str], untrusted: Iterable[Problem] = ()
) -> bytes:
    """The document where the sheets cannot be in the book, or the book cannot be judged: why, and no verdict."""
    said = [_plain_fault(fault) for fault in faults]
    said += [{"file": file, "message": f"它依据的 {reason} 不能导入"} for file, reason in stopped.items()]
    return _written(
        {
            "schema": 1,
            "book": {"title": None, "main": main},
            "exit_status": 2,
            "verdict": "表格不能导入，没有判定。" if said else "账簿不可信，没有判定。",
            "untrusted": [asdict(problem) for problem in untrusted],
            "supposed": {"read": [], "taken": [], "remarks": [], "unpaid": []},
            "refused": said,
            "summary": {WORSE: 0, BETTER: 0, "breaks": 0},
            "changes": [],
            "rooms": [],
        }
    )


def _written(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(foreseen: Foreseen, change: Change) -> dict[str, Any]:
    shown = change.shown
    asked = foreseen.asked(shown)
    keys = ("rule", "severity", "subject", "part", "period", "fingerprint")
    whole = plain(shown, [])
    return {key: whole[key] for key in keys} | {
        "title": foreseen.after.rules[shown.rule].title,
        "direction": change.direction,
        "breaks": change.breaks,
        "before": _plain_side(change.before),
        "after": _plain_side(change.after),
        "ask": asked.unit,
        "act": asked.text if change.direction == WORSE else "",
    }


def _plain_side(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    whole = plain(finding, [])
    return {key: whole[key] for key in ("status", "message", "measured", "threshold", "shortfall")}


def _plain_room(room: Room) -> dict[str, Any]:
    return {
        "project": room.project,
        "name": room.name,
        "asked": yuan(room.asked),
        "left": yuan(room.left),
        "limited_by": room.rule,
        "by_rule": {rule: yuan(amount) for rule, amount in room.by_rule.items()},
        "labour_due": yuan(room.labour),
    }


def _plain_fault(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "sheet": fault.sheet,
        "row": fault.row + 1 if fault.row >= 0 else None,
        "column": column_letters(fault.column) if fault.column >= 0 else None,
        "header": fault.header,
        "message": fault.message,
    }
