"""A dictionary whose latest changes can be kept or dropped: each file of an import counts whole or not at all."""

from collections.abc import Iterator, MutableMapping
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Staged(MutableMapping[K, V], Generic[K, V]):
    """Three layers: what the book holds, what earlier files of this import made of it, what the present file does.

    Values must not be changed in place: put a new one.
    """

    def __init__(self, held: dict[K, V] | None = None) -> None:
        self.held: dict[K, V] = held or {}
        self.kept: dict[K, V] = {}
        self.trial: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        if key in self.trial:
            return self.trial[key]
        return self.kept[key] if key in self.kept else self.held[key]

    @overload
    def get(self, key: K, /) -> V | None: ...

    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...

    def get(self, key: K, /, default: Any = None) -> Any:
        if key in self.trial:
            return self.trial[key]
        return self.kept[key] if key in self.kept else self.held.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self.trial or key in self.kept or key in self.held

    def __setitem__(self, key: K, value: V) -> None:
        self.trial[key] = value

    def __delitem__(self, key: K) -> None:
        raise TypeError("nothing is deleted from a book: put another value")

    def __iter__(self) -> Iterator[K]:
        yield from self.held
        yield from (key for key in self.kept if key not in self.held)
        yield from (key for key in self.trial if key not in self.held and key not in self.kept)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keep(self) -> None:
        self.kept.update(self.trial)
        self.trial.clear()

    def drop(self) -> None:
        self.trial.clear()

    def changed(self) -> dict[K, V]:
        """What differs from the book, in order of first change."""
        return {key: value for key, value in {**self.kept, **self.trial}.items() if self.held.get(key) != value}
