"""The law in force: dated, scoped parameters with their legal basis, and which of them holds on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from ledgers.tables.directives import PolicyLine

SCOPES = ("level", "task", "source", "operator_kind")


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter from its effective date on; `value` None ends it (终止)."""

    name: str
    value: Fraction | None
    effective: date
    op: str = ""
    basis: str = ""
    issued: date | None = None
    quote: str = ""
    reading: str = ""
    confidence: str = ""
    scope: tuple[tuple[str, tuple[str, ...]], ...] = ()  # e.g. (("level", ("中央",)),)
    exclude_task: tuple[str, ...] = ()
    verified_until: date | None = None
    file: str = ""
    line: int = 0

    def fits(self, given: dict[str, str]) -> bool:
        return all(given.get(key) in allowed for key, allowed in self.scope)


@dataclass(frozen=True)
class Applied:
    """A parameter and the day that selected it."""

    parameter: Parameter
    day: date


def default(name: str, op: str, value: str | None, since: str = "0001-01-01", **scope: str) -> Parameter:
    """A value of the catalogue, for books that never mention the parameter; None ends it."""
    return Parameter(
        name,
        Fraction(value) if value is not None else None,
        date.fromisoformat(since),
        op,
        basis="规则目录的默认值（账簿未写明该参数）",
        scope=tuple((key, (text,)) for key, text in scope.items()),
    )


class Policy:
    """All parameters of a book up to the as-of date, and the names that it mentions at any date."""

    def __init__(self, parameters: Iterable[Parameter], mentioned: Iterable[str]) -> None:
        self.mentioned = frozenset(mentioned)
        self.parameters = tuple(parameters)
        self._by_name: dict[str, list[Parameter]] = {}
        for parameter in sorted(self.parameters, key=lambda p: p.effective):
            self._by_name.setdefault(parameter.name, []).append(parameter)

    def history(self, name: str, defaults: Iterable[Parameter] = ()) -> list[Parameter]:
        """The parameter's values by effective date; the catalogue's where the book never mentions the name.

        One that names no `op` is compared as the catalogue's is (`>=` where it has none).
        """
        if name in self.mentioned:
            usual = next((one.op for one in defaults if one.name == name), ">=")
            return [one if one.op else replace(one, op=usual) for one in self._by_name.get(name, [])]
        return sorted((p for p in defaults if p.name == name), key=lambda p: p.effective)

    def in_force(self, name: str, day: date, defaults: Iterable[Parameter] = (), **given: str) -> Parameter | None:
        """The parameter in force on a day for a level, task, source, operator_kind: the most specific scope wins.

        In each scope the latest value holds, unless it is an end; among equally specific scopes the later effective wins.
        """
        latest: dict[Any, Parameter] = {}
        for parameter in self.history(name, defaults):
            if parameter.effective <= day and parameter.fits(given):
                latest[parameter.scope] = parameter
        alive = [p for p in latest.values() if p.value is not None]
        return max(alive, key=lambda p: (len(p.scope), p.effective), default=None)


def parameter_of(row: PolicyLine) -> Parameter:
    """A row of the table `policies` as a parameter: never in force before it was issued, unless its text says so."""
    issued = row.issued or row.date
    return Parameter(
        name=row.name,
        value=Fraction(row.value) if row.value is not None else None,
        effective=row.date if row.retroactive else max(row.date, issued),
        op=row.op,
        basis=row.basis,
        issued=issued,
        quote=row.quote,
        reading=row.reading,
        confidence=row.confidence,
        scope=tuple((key, getattr(row, key)) for key in SCOPES if getattr(row, key)),
        exclude_task=row.exclude_task,
        verified_until=row.verified_until,
        file=row.file,
        line=row.line,
    )
