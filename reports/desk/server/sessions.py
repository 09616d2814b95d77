"""Who is logged in, and who has guessed too often. In memory: after a restart everyone logs in again."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

IDLE = 30 * 60  # seconds without a request
LONGEST = 10 * 60 * 60
FAILURES = 5  # wrong passwords for one name until it is locked
FAILURES_ADDRESS = 20  # wrong passwords from one address until it is locked
LOCKED = 15 * 60
_BUCKETS = 1024
_MOST = 10_000

Clock = Callable[[], float]


@dataclass
class Session:
    """One login. `tag` stands for it in the access log and tells nothing about the person."""

    user: str
    role: str
    tag: str
    began: float
    seen: float


class Sessions:
    """Sessions by the digest of their token: what lies in memory cannot be sent as a cookie."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: str, role: str) -> str:
        """The token of a new session."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._sessions = {key: one for key, one in self._sessions.items() if not self._over(one)}
            self._sessions[_digest(token)] = Session(user, role, secrets.token_hex(4), now, now)
        return token

    def find(self, token: str, *, active: bool) -> Session | None:
        """The session of a token; `active` when a person asks, not the page's own polling."""
        with self._lock:
            session = self._sessions.get(_digest(token))
            if session is None or self._over(session):
                return None
            if active:
                session.seen = self._clock()
            return session

    def end(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(_digest(token), None)

    def _over(self, session: Session) -> bool:
        now = self._clock()
        return now - session.seen > IDLE or now - session.began > LONGEST


class Lockout:
    """Counts wrong passwords by name and by address, and refuses both for a while after too many."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def locked(self, name: str, known: bool, address: str) -> bool:
        with self._lock:
            return (
                len(self._recent(_name_key(name, known))) >= FAILURES
                or len(self._recent(f"address {address}")) >= FAILURES_ADDRESS
            )

    def failed(self, name: str, known: bool, address: str) -> None:
        with self._lock:
            for key in (_name_key(name, known), f"address {address}"):
                self._failures[key] = [*self._recent(key), self._clock()][-FAILURES_ADDRESS:]
            if len(self._failures) > _MOST:
                self._failures = {key: times for key in list(self._failures) if (times := self._recent(key))}

    def succeeded(self, name: str) -> None:
        with self._lock:
            self._failures.pop(_name_key(name, True), None)

    def _recent(self, key: str) -> list[float]:
        return [then for then in self._failures.get(key, []) if self._clock() - then < LOCKED]


def _name_key(name: str, known: bool) -> str:
    """Names that nobody has share a fixed number of counters: they lock like real ones and fill no memory."""
    return f"name {name}" if known else f"nobody {hash(name) % _BUCKETS}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
