"""Who is logged in, and who has to wait before guessing again. In memory: after a restart everyone logs in again."""

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

IDLE = 30 * 60  # seconds without a request
LONGEST = 10 * 60 * 60
FREE = 5  # wrong passwords for one name, or from one device, until the next one has to wait
FREE_ADDRESS = 20  # wrong passwords from one address until the next one has to wait
LONGEST_WAIT = 15 * 60  # the wait doubles from one second up to this; so long after the last guess all is forgotten
DEVICE_DAYS = 180
_MOST = 20_000

Clock = Callable[[], float]


@dataclass
class Session:
    """One login. `tag` stands for it in the access log and tells nothing about the person; `token` proves its own forms."""

    user: str
    role: str
    tag: str
    began: float
    seen: float
    token: str = ""


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
            self._sessions[_digest(token)] = Session(user, role, secrets.token_hex(4), now, now, secrets.token_urlsafe(24))
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

    def end_of(self, user: str, but: str = "") -> None:
        """End every session of a user, whose password is another now, but the one of a token."""
        with self._lock:
            kept = _digest(but)
            self._sessions = {key: one for key, one in self._sessions.items() if one.user != user or key == kept}

    def _over(self, session: Session) -> bool:
        now = self._clock()
        return now - session.seen > IDLE or now - session.began > LONGEST


@dataclass
class _Guesses:
    count: int
    last: float


class Throttle:
    """Lets guesses of passwords wait, longer after every wrong one, by name and by address.

    A guess counts before the password is looked at, so that many at once are not more than one after another; a right
    one is taken back. A name that nobody has is counted like any other. Strangers do not keep the owner out: a device
    that was logged in before is counted by itself (`device_of`), and a new password at the console counts anew.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._guesses: dict[str, _Guesses] = {}
        self._lock = threading.Lock()

    def begin(self, keys: Iterable[str]) -> float:
        """Count a guess under every key and answer 0; or how many seconds it still has to wait, and count nothing."""
        now, keys = self._clock(), list(keys)
        with self._lock:
            wait = max(self._wait(key, now) for key in keys)
            if wait <= 0:
                self._make_room(now)
                for key in keys:
                    self._guesses[key] = _Guesses(self._count(key, now) + 1, now)
            return max(wait, 0.0)

    def not_looked_at(self, keys: Iterable[str]) -> None:
        """Take back a guess of which nobody knows whether it was right."""
        with self._lock:
            for key in keys:
                if key in self._guesses:
                    self._guesses[key].count -= 1

    def succeeded(self, keys: Iterable[str]) -> None:
        """Take back the guess that was right; of a name or device, all before it too."""
        with self._lock:
            for key in keys:
                found = self._guesses.get(key)
                if found and key.startswith("address ") and found.count > 1:
                    found.count -= 1
                else:
                    self._guesses.pop(key, None)

    def _count(self, key: str, now: float) -> int:
        found = self._guesses.get(key)
        return found.count if found and now - found.last <= LONGEST_WAIT else 0

    def _wait(self, key: str, now: float) -> float:
        over = self._count(key, now) - (FREE_ADDRESS if key.startswith("address ") else FREE)
        return self._guesses[key].last + min(2.0 ** min(over, 20), LONGEST_WAIT) - now if over >= 0 else 0.0

    def _make_room(self, now: float) -> None:
        if len(self._guesses) >= _MOST:
            recent = sorted(self._guesses.items(), key=lambda item: item[1].last)[_MOST // 2 :]
            self._guesses = dict(recent)


def keys_of(name: str, device: str, address: str) -> list[str]:
    """What a guess is counted under: the device where it is known, else the name and the address."""
    if device:
        return [f"device {device}"]
    return [f"name {_digest(name)}", f"address {network(address)}"]


def network(address: str) -> str:
    """The address, or of IPv6 the network of which one household or attacker has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def new_device(name: str, secret: str, now: float) -> str:
    """A token for a browser that has logged in: who has it is not taken for a stranger. It ends with the password."""
    text = f"{int(now)}.{secrets.token_hex(8)}"
    return f"{text}.{_signature(name, secret, text)}"


def device_of(token: str, name: str, secret: str, now: float) -> str:
    """The device's own part of a token; "" unless this name got it, with this password, not too long ago."""
    text, _, signature = token[:200].rpartition(".")
    since = text.partition(".")[0]
    young = since.isascii() and since.isdigit() and 0 <= now - int(since) <= DEVICE_DAYS * 24 * 60 * 60
    return text if young and hmac.compare_digest(signature.encode(), _signature(name, secret, text).encode()) else ""


def device_cookie(name: str) -> str:
    """The name of the cookie: one browser may serve several persons."""
    return f"xianjie-device-{_digest(name)[:12]}"


def _signature(name: str, secret: str, text: str) -> str:
    return hmac.new(secret.encode(), f"{name}\n{text}".encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
