"""Few at a time, and the others in turn: not first come, first served, but one after another of those who came from elsewhere."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class NoTurnError(Exception):
    """Too many wait already, or it took too long."""


@dataclass(eq=False)
class _Ticket:
    called: threading.Event = field(default_factory=threading.Event)
    refused: bool = False


class Turns:
    """So many places, and so many who may wait for one.

    Whoever waits is called in turn of where he comes from: a crowd from one place makes that place wait. When no more can
    wait, the newest of the largest crowd has to go.
    """

    def __init__(self, places: int, waiting: int, seconds: float) -> None:
        self._free, self._most, self._seconds = places, waiting, seconds
        self._lines: OrderedDict[str, deque[_Ticket]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, origin: str) -> Iterator[None]:
        """Hold a place meanwhile, waiting for it at most so many seconds. Raises NoTurnError."""
        self._enter(origin)
        try:
            yield
        finally:
            with self._lock:
                self._pass_on()

    def _enter(self, origin: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            ticket = _Ticket()
            self._make_room(origin)
            self._lines.setdefault(origin, deque()).append(ticket)
        ticket.called.wait(self._seconds)
        with self._lock:
            if ticket.called.is_set() and not ticket.refused:
                return
            self._leave(origin, ticket)
        raise NoTurnError

    def _make_room(self, origin: str) -> None:
        if sum(map(len, self._lines.values())) < self._most:
            return
        largest = max(self._lines, key=lambda one: len(self._lines[one]))
        if len(self._lines[largest]) <= len(self._lines.get(origin, ())):
            raise NoTurnError
        newest = self._lines[largest][-1]
        newest.refused = True
        self._leave(largest, newest)
        newest.called.set()

    def _leave(self, origin: str, ticket: _Ticket) -> None:
        if ticket in (line := self._lines.get(origin, deque())):
            line.remove(ticket)
        if not line:
            self._lines.pop(origin, None)

    def _pass_on(self) -> None:
        if not self._lines:
            self._free += 1
            return
        origin, line = self._lines.popitem(last=False)
        line.popleft().called.set()
        if line:
            self._lines[origin] = line  # behind all others
