"""A long list in pages, so that no page grows with the county."""

from collections.abc import Mapping, Sequence
from typing import Any

SIZE = 200


class Paging:
    """One page of a list; `start` in the address says which."""

    def __init__(self, rows: Sequence[Any], args: Mapping[str, str], size: int = SIZE) -> None:
        text = args.get("start", "0")
        wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
        self.total = len(rows)
        self.size = size
        self.start = wanted // size * size if wanted < self.total else 0
        self.rows = rows[self.start : self.start + size]

    @property
    def first(self) -> int:
        return self.start + 1 if self.total else 0

    @property
    def last(self) -> int:
        return self.start + len(self.rows)

    @property
    def previous(self) -> int | None:
        return self.start - self.size if self.start else None

    @property
    def next(self) -> int | None:
        return self.last if self.last < self.total else None
