"""The rules as Beancount plugins: failures become Beancount errors at the line that a reviewer should open.

    plugin "plugins.labour"
    plugin "plugins.all" "{'as_of': '2022-12-31', 'severity': 'warning'}"

`as_of` is the day to judge (default: today); `severity` the least severity that becomes an error (default: error).
"""

import ast
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from ledgers import book, clock
from ledgers.files.problems import Problem
from ledgers.tables.tables import Tables, tables
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import ERROR, FAIL, WARNING, Finding

Errors = list[Any]
Plugin = Callable[..., tuple[list[Any], Errors]]
KEYS = ("as_of", "severity")


class ConfigError(NamedTuple):
    """The plugin's config string cannot be used."""

    source: Any
    message: str
    entry: Any


class UntrustedBook(NamedTuple):
    """Something in the book, or a roll, cannot be trusted."""

    source: Any
    message: str
    entry: Any


_last: tuple[list[Any], date, Tables] | None = None


def plugin(family: str) -> Plugin:
    """The plugin function of a family module, or of all families."""

    def check(entries: list[Any], options: dict[str, Any], config: str = "") -> tuple[list[Any], Errors]:
        if not book.judging():
            return entries, []
        try:
            as_of, severities = _config(config)
        except ValueError as error:
            return entries, [ConfigError(_source(options, "", 0), f"插件 {family} 的参数有误：{error}", None)]
        return entries, _errors(_tables(entries, options, as_of), options, family, severities)

    return check


def _config(text: str) -> tuple[date, tuple[str, ...]]:
    try:
        given = ast.literal_eval(text) if text else {}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"“{text[:80]}”不是形如 {{'as_of': '2022-12-31'}} 的参数") from None
    if not isinstance(given, dict) or set(given) - set(KEYS):
        raise ValueError(f"只认识 {'、'.join(KEYS)}，实有“{text}”")
    severity = given.get("severity", ERROR)
    if severity not in (ERROR, WARNING):
        raise ValueError(f"severity 应为 error 或 warning，实为“{severity}”")
    try:
        as_of = date.fromisoformat(given["as_of"]) if "as_of" in given else clock.today()
    except (ValueError, TypeError):
        raise ValueError(f"as_of 应为日期（如 2022-12-31），实为“{given['as_of']}”") from None
    return as_of, (ERROR,) if severity == ERROR else (ERROR, WARNING)


def _tables(entries: list[Any], options: dict[str, Any], as_of: date) -> Tables:
    """The book is read into tables once, however many families are named."""
    global _last
    if _last is None or _last[0] is not entries or _last[1] != as_of:
        _last = (entries, as_of, tables(entries, options, as_of))
    return _last[2]


def _errors(found: Tables, options: dict[str, Any], family: str, severities: tuple[str, ...]) -> Errors:
    # Beancount's cache looks only at the times of these files.
    options["include"] = sorted({*options["include"], *(str(found.root / name) for name in found.files)})
    said_before = found.derived.setdefault("plugins", set())  # families that have reported what cannot be trusted
    said_before.add(family)
    if found.problems:
        return [_untrusted(options, found, problem) for problem in found.problems if len(said_before) == 1]
    rules = catalogue()
    name = family.rpartition(".")[2]
    ids = [rule.id for rule in rules.values() if name in ("all", rule.family)]
    result = audit(found, rules.values(), ids)
    errors: Errors = [_untrusted(options, found, problem) for problem in result.untrusted if len(said_before) == 1]
    errors += [
        UntrustedBook(_source(options, "", 0), f"规则 {crash.rule} 运行出错，未得出结论：{crash.error}", None)
        for crash in result.crashes
    ]
    return errors + [
        rules[finding.rule].error(_source(options, *finding.source, root=str(found.root)), _message(finding), None)
        for finding in result.stated
        if finding.status == FAIL and finding.severity in severities
    ]


def _message(finding: Finding) -> str:
    subject = f"{finding.subject.id} {finding.subject.name}".strip()
    detail = " ".join(text for text in (finding.part, finding.period) if text)
    return f"[{finding.rule}] {subject}{f'（{detail}）' if detail else ''}：{finding.message}"


def _untrusted(options: dict[str, Any], found: Tables, problem: Problem) -> UntrustedBook:
    return UntrustedBook(_source(options, problem.file, problem.line, root=str(found.root)), problem.message, None)


def _source(options: dict[str, Any], file: str, line: int, root: str = "") -> dict[str, Any]:
    """Never None: bean-check would crash on it."""
    return {"filename": f"{root}/{file}" if file and root else options["filename"], "lineno": line}
