"""The rules as Beancount plugins: failures become Beancount errors at the line that a reviewer should open.

    plugin "plugins.labour"
    plugin "plugins.all" "{'as_of': '2022-12-31', 'severity': 'warning'}"

`as_of` is the day to judge (default: today); `severity` the least severity that becomes an error (default: error).
"""

import ast
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import ledgers
from ledgers import book, clock
from ledgers.files.overlooked import fails, overlooked
from ledgers.files.problems import Problem
from ledgers.tables.tables import Tables, relative_names, tables
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import ERROR, FAIL, WARNING, Finding

Errors = list[Any]
Plugin = Callable[..., tuple[list[Any], Errors]]
KEYS = ("as_of", "severity")
T = TypeVar("T")
_PROCESS = "/proc/self"  # whose time is that of the process


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
            as_of, today, severities = _config(config)
        except ValueError as error:
            return entries, [ConfigError(_source(options, "", 0), f"插件 {family} 的参数有误：{error}", None)]
        return entries, _errors(_tables(entries, options, as_of), entries, options, today, family, severities)

    return check


def _config(text: str) -> tuple[date, bool, tuple[str, ...]]:
    """The day to judge, whether that is today for want of another, and the severities that become errors."""
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
    return as_of, "as_of" not in given, (ERROR,) if severity == ERROR else (ERROR, WARNING)


def _tables(entries: list[Any], options: dict[str, Any], as_of: date) -> Tables:
    """The book is read into tables once, however many families are named."""
    global _last
    if _last is None or _last[0] is not entries or _last[1] != as_of:
        _last = (entries, as_of, tables(entries, options, as_of))
    return _last[2]


def _errors(
    found: Tables, entries: list[Any], options: dict[str, Any], today: bool, family: str, severities: tuple[str, ...]
) -> Errors:
    _keep_no_longer(found, options, today)
    said: set[Any] = found.derived.setdefault("plugins", set())  # what a family before this one has said
    relative = relative_names(Path(options["filename"]), options)
    problems = [*found.problems, *overlooked(found.root, relative, entries, options)]
    if problems or fails(entries, options):
        return [_untrusted(options, found, problem) for problem in _new(problems, said)]
    rules = catalogue()
    name = family.rpartition(".")[2]
    ids = [rule.id for rule in rules.values() if name in ("all", rule.family)]
    result = audit(found, rules.values(), ids)
    errors: Errors = [_untrusted(options, found, problem) for problem in _new(result.untrusted, said)]
    errors += [
        UntrustedBook(_source(options, "", 0), f"规则 {crash.rule} 运行出错，未得出结论：{crash.error}", None)
        for crash in _new(result.crashes, said, key=lambda one: (one.rule, one.error))
    ]
    failing = (one for one in result.stated if one.status == FAIL and one.severity in severities)
    return errors + [
        rules[finding.rule].error(_source(options, *finding.source, root=str(found.root)), _message(finding), None)
        for finding in _new(failing, said, key=lambda one: (one.fingerprint, one.message))
    ]


def _keep_no_longer(found: Tables, options: dict[str, Any], today: bool) -> None:
    """Tell Beancount's cache, which looks at the times of these files alone, on what the errors hang.

    They hang on rolls, on the program, and where no day was given on today: then on what is another for every process, so
    that nothing is taken from the cache. Fava has no such cache, and offers these files to its editor.
    """
    files = {str(found.root / name) for name in found.files}
    if "fava" not in sys.modules:
        files |= {ledgers.__file__, *([_PROCESS] if today and Path(_PROCESS).exists() else [])}
    options["include"] = sorted({*options["include"], *files})


def _new(all_of: Iterable[T], said: set[Any], key: Callable[[T], Any] = lambda one: one) -> list[T]:
    """Those that were not said before, each once."""
    fresh = []
    for one in all_of:
        if key(one) not in said:
            said.add(key(one))
            fresh.append(one)
    return fresh


def _message(finding: Finding) -> str:
    subject = f"{finding.subject.id} {finding.subject.name}".strip()
    detail = " ".join(text for text in (finding.part, finding.period) if text)
    return f"[{finding.rule}] {subject}{f'（{detail}）' if detail else ''}：{finding.message}"


def _untrusted(options: dict[str, Any], found: Tables, problem: Problem) -> UntrustedBook:
    return UntrustedBook(_source(options, problem.file, problem.line, root=str(found.root)), problem.message, None)


def _source(options: dict[str, Any], file: str, line: int, root: str = "") -> dict[str, Any]:
    """Never None: bean-check would crash on it."""
    return {"filename": f"{root}/{file}" if file and root else options["filename"], "lineno": line}
