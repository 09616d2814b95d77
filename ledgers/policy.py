"""The law in force: dated, scoped parameters with their legal basis, and which of them holds on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

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
    by_task: bool = False  # each task is judged by itself
    unit: str = ""  # what its number counts, where it may count either: 工作日
    verified_until: date | None = None
    first: date | None = None  # the days that it judges, where another edition of its set judges others
    last: date | None = None
    contested: bool = False  # the book gives another value for the same scope and day: neither is in force
    file: str = ""
    line: int = 0

    def judges(self, day: date) -> bool:
        """Whether its edition judges a day."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def fits(self, given: dict[str, str]) -> bool:
        return all(given.get(key) in allowed for key, allowed in self.scope)

    @property
    def written(self) -> bool:
        """Whether the book says it: a default of the catalogue rests on no document."""
        return bool(self.file)


@dataclass(frozen=True)
class Applied:
    """A parameter that has a value, and the day that selected it."""

    parameter: Parameter
    day: date

    @property
    def value(self) -> Fraction:
        assert self.parameter.value is not None, "an end was applied"
        return self.parameter.value

    @property
    def op(self) -> str:
        return self.parameter.op

    @property
    def exclude_task(self) -> tuple[str, ...]:
        return self.parameter.exclude_task


def default(
    name: str, op: str, value: str | None, since: str = "0001-01-01", *, unit: str = "", reading: str = "", **scope: str
) -> Parameter:
    """A value of the catalogue, for books that never mention the parameter; None ends it, with a reading where it is given."""
    return Parameter(
        name,
        Fraction(value) if value is not None else None,
        date.fromisoformat(since),
        op,
        basis="规则目录的默认值（账簿未写明该参数）",
        reading=reading,
        unit=unit,
        scope=tuple((key, (text,)) for key, text in scope.items()),
    )


@dataclass(frozen=True)
class Document:
    """A text that a rule rests on: how it is cited, and the day of its issue, before which nobody could follow it."""

    title: str
    issued: date


class Policy:
    """All parameters of a book up to the as-of date, and the names that it mentions at any date."""

    def __init__(self, parameters: Iterable[Parameter], mentioned: Iterable[str]) -> None:
        self.mentioned = frozenset(mentioned)
        self.parameters = _contested(parameters)
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

    def in_force(self, name: str, day: date, defaults: Iterable[Parameter] = (), **given: str) -> Applied | None:
        """The parameter in force on a day for a level, task, source, operator_kind: the most specific scope wins.

        In each scope the latest value holds, unless it is an end; among equally specific scopes the later effective wins.
        Where the book gives two values at once, none is in force: which would be hangs on their order.
        """
        fitting = [one for one in self._latest(name, day, defaults) if one.fits(given)]
        alive = [one for one in fitting if one.value is not None or one.contested]
        chosen = max(alive, key=lambda one: (len(one.scope), one.effective), default=None)
        return Applied(chosen, day) if chosen and not chosen.contested else None

    def silence(self, name: str, day: date, defaults: Iterable[Parameter] = (), **given: str) -> str:
        """Why nothing is asked where no parameter is in force; "" where there should be one and it is not known.

        An end (终止) with a `reading` says so; values that name levels say nothing of other levels.
        """
        latest = self._latest(name, day, defaults)
        if any(one.contested and one.fits(given) for one in latest):
            return ""
        ended = [one.reading for one in latest if one.value is None and one.fits(given) and one.reading]
        alive = [one for one in latest if one.value is not None]
        levels = [dict(one.scope).get("level", ()) for one in alive]
        level = given.get("level", "")
        if ended:
            return ended[-1]
        return (
            f"没有对{level}资金作出规定" if level and levels and all(one and level not in one for one in levels) else ""
        )

    def contested(self, name: str, day: date) -> tuple[Parameter, ...]:
        """What the book says of a parameter twice for one scope and day, where that is the last that it says by a day."""
        latest = {(one.scope, one.effective) for one in self._latest(name, day, ()) if one.contested}
        said = (one for one in self._by_name.get(name, ()) if one.judges(day))
        return tuple(one for one in said if (one.scope, one.effective) in latest)

    def spoken(self, name: str, day: date, defaults: Iterable[Parameter] = ()) -> bool:
        """Whether anything had been said of a parameter by a day, be it that it ended."""
        return bool(self._latest(name, day, defaults))

    def written(self, name: str, day: date) -> bool:
        """Whether the book itself gives a parameter a value that is in force on a day, in whatever scope."""
        return any(one.value is not None for one in self._latest(name, day, ()))

    def _latest(self, name: str, day: date, defaults: Iterable[Parameter]) -> list[Parameter]:
        """The last value of each scope up to a day, in the order of their days; ends among them."""
        latest: dict[Any, Parameter] = {}
        for one in self.history(name, defaults):
            if one.effective <= day and one.judges(day):
                latest.pop(one.scope, None)
                latest[one.scope] = one
        return list(latest.values())


def said(one: Parameter) -> tuple[object, ...]:
    """What a parameter asks, apart from where it stands and on what it rests."""
    return one.value, one.op, one.exclude_task, one.by_task, one.unit


def _contested(parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The parameters, each marked for which the same scope and day has one that asks something else."""
    found = tuple(parameters)
    asked: dict[object, set[object]] = {}
    for one in found:
        asked.setdefault(at_once(one), set()).add(said(one))
    return tuple(replace(one, contested=len(asked[at_once(one)]) > 1) for one in found)


def at_once(one: Parameter) -> tuple[object, ...]:
    """What two values of a parameter have in common that hold at once."""
    return one.name, one.scope, one.effective, one.first, one.last
