"""What makes a book untrustworthy and Beancount's own loader does not say: bean-check and Fava hear it from the plugins."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core.data import Balance
from beancount.ops import balance

from ledgers.files.hazards import repeated_keys
from ledgers.files.messages import explain
from ledgers.files.parsing import reserved_keys
from ledgers.files.problems import Problem
from ledgers.files.safely import Refused, read_bytes


def overlooked(root: Path, relative: dict[str, str], entries: list[Any], options: dict[str, Any]) -> list[Problem]:
    """Balances that only a tolerance lets pass, keys that are given twice or are reserved; `relative` names the files."""
    return [*_keys(root, relative, entries), *_inexact(root, relative, entries, options)]


def fails(entries: list[Any], options: dict[str, Any]) -> bool:
    """Whether a balance fails that Beancount, which looks at balances after the plugins, will name itself."""
    return bool(_failing(entries, options))


def to_the_fen(entry: Any) -> Any:
    """Beancount lets a balance be off by a 分 (or by the tolerance that a book asks for): here it must be exact."""
    return entry._replace(tolerance=Decimal(0)) if isinstance(entry, Balance) else entry


def _failing(entries: Iterable[Any], options: dict[str, Any]) -> dict[Any, Any]:
    """Beancount's errors of balances, by their directive's place."""
    some = list(entries)
    errors = balance.check(some, options)[1] if any(isinstance(entry, Balance) for entry in some) else []  # type: ignore[no-untyped-call]
    return {(error.source["filename"], error.source["lineno"]): error for error in errors}


def _inexact(root: Path, relative: dict[str, str], entries: list[Any], options: dict[str, Any]) -> Iterator[Problem]:
    told = _failing(entries, options)
    for place, error in _failing(map(to_the_fen, entries), options).items():
        if place not in told:
            yield explain(error, root, relative)


def _keys(root: Path, relative: dict[str, str], entries: Iterable[Any]) -> Iterator[Problem]:
    """Beancount's own keys, which it adds while booking, begin with two underlines."""
    of_file: dict[str, list[Any]] = defaultdict(list)
    astray = False
    for entry in entries:
        filename, line = entry.meta["filename"], entry.meta["lineno"]
        astray |= type(line) is not int or (filename not in relative and not str(filename).startswith("<"))
        of_file[filename].append(entry)
    for path, name in relative.items():
        try:
            content = read_bytes(root, name)
        except Refused:
            continue  # a side file: whoever reads it says so
        yield from repeated_keys(name, content, of_file[path])
        if astray:
            yield from reserved_keys(name, content)
