"""The registries of a book: its `custom` directives read by their declared schema, state by date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Custom
from stdnum.cn import uscc

from ledgers.files.problems import Problem
from ledgers.money import fen
from ledgers.tables import editions, times
from ledgers.tables.directives import DIRECTIVES, LEVEL_GROUPS, Directive, Key, key_title
from ledgers.tables.plausible import day_out_of_range, disagreeing, out_of_order, out_of_range, policy_out_of_range
from ledgers.tables.schema import REGISTRIES

ENDED = "终止"  # in place of a number: the parameter is no longer in force


@dataclass(frozen=True)
class Issue:
    """Something that makes the book incomplete, not untrustworthy: what the rule `record` reports."""

    kind: str
    id: str
    file: str
    line: int
    message: str


@dataclass
class Registries:
    """All directives up to the as-of date by table, the ids of the whole book, and what is wrong."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in REGISTRIES.values()})
    ids: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in DIRECTIVES})
    problems: list[Problem] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


class _WrongError(Exception):
    """A value is not of the type that its key asks for."""


def convert(key: Key, value: Any) -> Any:
    """A value of a directive as the table holds it: money in 分, lists as tuples; _WrongError where it does not fit."""
    try:
        result: Any = _CONVERTERS[key.type](value)
    except (ValueError, TypeError, ArithmeticError):
        raise _WrongError(f"{key.name} 的值“{value}”应为{_TYPE_NAMES[key.type]}") from None
    if key.type == "list":
        result = tuple(one for text in result for one in LEVEL_GROUPS.get(text, (text,)))
    values = result if key.type == "list" else (result,)
    if wrong := [one for one in values if key.one_of and one not in key.one_of]:
        raise _WrongError(f"{key.name} 的值“{wrong[0]}”应为 {'、'.join(key.one_of)} 之一")
    return result


def _as_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | Decimal | int | date):
        raise TypeError
    return str(value).strip()


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else times.day(_as_text(value))


def _as_month_day(value: Any) -> str:
    text = _as_text(value)
    if not re.fullmatch(r"\d\d-\d\d", text, re.ASCII):
        raise ValueError
    return f"{date.fromisoformat(f'2000-{text}'):%m-%d}"  # a leap year: 29 February is a day


def _as_money(value: Any) -> int:
    if isinstance(value, Amount):
        if value.currency != "CNY" or value.number is None:
            raise ValueError
        return fen(value.number)
    return fen(_as_number(value))


def _as_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError
    return number


def _as_int(value: Any) -> int:
    number = _as_number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _as_bool(value: Any) -> bool:
    if isinstance(value, str):
        value = {"TRUE": True, "FALSE": False}[value.upper()] if value.upper() in ("TRUE", "FALSE") else None
    if not isinstance(value, bool):
        raise TypeError
    return value


def _as_list(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[,，、]", _as_text(value)) if part.strip())


def _as_uscc(value: Any) -> str:
    return str(uscc.validate(_as_text(value)))


_CONVERTERS = {
    "text": _as_text,
    "list": _as_list,
    "date": _as_date,
    "month and day": _as_month_day,
    "money": _as_money,
    "number": _as_number,
    "int": _as_int,
    "bool": _as_bool,
    "uscc": _as_uscc,
}
_TYPE_NAMES = {
    "text": "文字",
    "list": "以逗号或顿号分隔的文字",
    "date": "日期（如 2022-03-05）",
    "month and day": "月日（如 12-20）",
    "money": "以元计、最多两位小数的金额",
    "number": "数字",
    "int": "整数",
    "bool": "TRUE 或 FALSE",
    "uscc": "18 位、校验位相符的统一社会信用代码",
}


def read_directives(
    entries: Iterable[Any], as_of: date, relative: dict[str, str], sealed_by: date = date.max
) -> Registries:
    """Read every `custom` directive that this ledger knows; `relative` maps file names to paths within the book.

    Seals are read up to a day of their own: they are made when the book has ended already.
    """
    result = Registries()
    folded: dict[tuple[str, str], dict[str, Any]] = {}
    first: dict[tuple[str, str], date] = {}
    same_day: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    references: list[tuple[Key, str, Problem]] = []
    judged = editions.windows(entries)
    for entry in entries:
        if not isinstance(entry, Custom) or entry.type not in DIRECTIVES:
            continue
        file = str(relative.get(entry.meta["filename"], entry.meta["filename"]))
        reader = _Reader(result, entry, file)
        reader.first = first.setdefault((entry.type, reader.id), entry.date)
        row = reader.row()
        if row is None:
            continue
        row["judges_from"], row["judges_to"] = editions.window_of(judged, file) if judged else (None, None)
        result.ids[entry.type].add(reader.id)
        if reason := day_out_of_range(entry.date):
            result.issues.append(Issue(entry.type, reader.id, file, reader.line, reason))
        references += reader.references
        if entry.date > (sealed_by if entry.type == "seal" else as_of):
            continue
        if about := DIRECTIVES[entry.type].alike:
            others = same_day.setdefault((entry.type, entry.date, *(row.get(column) or "" for column in about)), [])
            reader.say(disagreeing(entry.type, row, others))
            others.append(row)
        if DIRECTIVES[entry.type].folded:
            row = {**folded.get((entry.type, reader.id), {}), **row, "said": tuple(sorted(row))}
            own = {key.column for key in DIRECTIVES[entry.type].columns if key.own}
            folded[entry.type, reader.id] = {column: value for column, value in row.items() if column not in own}
        else:
            _check_required(result, entry.type, reader.id, row)
        result.rows[REGISTRIES[entry.type]].append(row)
        result.issues += reader.issues
    for (kind, name), row in folded.items():
        _check_required(result, kind, name, row)
    _check_references(result, references)
    return result


class _Reader:
    """Reads one directive; what is wrong is kept as problems (the book) and issues (incomplete)."""

    def __init__(self, result: Registries, entry: Custom, file: str) -> None:
        self.result = result
        self.entry = entry
        self.file = file
        self.line = int(entry.meta["lineno"])
        self.directive = DIRECTIVES[entry.type]
        self.id = str(entry.values[0].value) if entry.values else ""
        self.first: date = entry.date  # when its subject was first registered
        self.issues: list[Issue] = []
        self.references: list[tuple[Key, str, Problem]] = []

    def row(self) -> dict[str, Any] | None:
        """The directive's values by column, or None when it cannot be understood at all."""
        row: dict[str, Any] = {"date": self.entry.date, "file": self.file, "line": self.line}
        values = [value.value for value in self.entry.values or []]
        args = self.directive.args
        if not len(args) - self.directive.optional_args <= len(values) <= len(args) or not self.id.strip():
            names = "、".join(key.name for key in args)
            self._problem(f'custom "{self.entry.type}" 应有 {len(args)} 个值（{names}），实有 {len(values)} 个')
            return None
        if self.entry.type == "policy" and values[1] == ENDED:
            values[1:] = []
        given = dict(zip(args, values, strict=False))
        given |= {key: self.entry.meta[key.name] for key in self.directive.keys if key.name in self.entry.meta}
        for key, value in given.items():
            self._read(key, value, row)
        self.say(out_of_order(self.entry.type, row))
        if self.entry.type == "policy":
            self._check_policy_keys()
            if reason := policy_out_of_range(self.id, row.get("value")):
                self._problem(f"政策参数 {self.id} 的{reason}")
        return row

    def _read(self, key: Key, value: Any, row: dict[str, Any]) -> None:
        try:
            converted = convert(key, value)
            if reason := out_of_range(self.entry.type, key, converted, self.first):
                raise _WrongError(reason)
            row[key.column] = converted
        except _WrongError as error:
            if self.entry.type in ("policy", "negative") or key is self.directive.args[0]:
                self._problem(f"{self.directive.title} {self.id}：{error}")
            else:
                self.issues.append(Issue(self.entry.type, self.id, self.file, self.line, str(error)))
            return
        if key.refers:
            for name in converted if isinstance(converted, tuple) else _as_list(converted) or ("",):
                problem = Problem(
                    self.file, self.line, f"{self.directive.title} {self.id} 的 {key.name} “{name}”没有登记"
                )
                self.references.append((key, name, problem))

    def say(self, messages: Iterable[str]) -> None:
        """What makes the directive incomplete."""
        self.issues += [Issue(self.entry.type, self.id, self.file, self.line, message) for message in messages]

    def _check_policy_keys(self) -> None:
        known = {key.name for key in self.directive.keys} | {"filename", "lineno"}
        for name in self.entry.meta:
            if name not in known and not name.startswith("__"):
                message = f"参数 {self.id} 有不认识的属性 {name}，可能写错，未被采用"
                self.issues.append(Issue("policy", self.id, self.file, self.line, message))
        for name in ("basis", "issued"):
            if not self.entry.meta.get(name):
                self._problem(f"政策参数 {self.id} 缺少 {name}（依据和印发日期必须写明）")

    def _problem(self, message: str) -> None:
        self.result.problems.append(Problem(self.file, self.line, message))


def _check_required(result: Registries, kind: str, name: str, row: dict[str, Any]) -> None:
    directive: Directive = DIRECTIVES[kind]
    missing = [key.name for key in directive.keys if key.required and row.get(key.column) in (None, "")]
    missing += [
        key.name for key in directive.args[1:] if row.get(key.column) is None and kind != "policy" and not key.own
    ]
    if kind == "notice" and row.get("to") is None and row.get("place_kind") != "网站":  # a portal's may stand for ever
        missing.append("to")
    if directive.either and not any(row.get(key) for key in directive.either):
        missing.append("或".join(directive.either))
    for key_name in missing:
        result.issues.append(Issue(kind, name, row["file"], row["line"], f"缺少{key_title(key_name)}"))


def _check_references(result: Registries, references: list[tuple[Key, str, Problem]]) -> None:
    """Households are not directives: whoever knows them checks those references (tables.py)."""
    for key, name, problem in references:
        registries = [kind for kind in key.refers.split() if kind in result.ids]
        if registries and not any(name in result.ids[kind] for kind in registries):
            result.problems.append(problem)
