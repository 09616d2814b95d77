"""The one door through which the day and the time come in: China Standard Time, whatever zone the machine is set to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))
_given: date | None = None


def now() -> datetime:
    """The time in China, without a zone of its own: it is written down, never compared across zones."""
    return datetime.now(_CHINA).replace(tzinfo=None)  # noqa: TID251  the door itself


def today() -> date:
    """The day in China, or the one that `at` gives."""
    return _given or now().date()


@contextmanager
def at(day: date) -> Iterator[None]:
    """Let the whole process take `day` for today meanwhile: for tests, never from the environment or a book."""
    global _given
    before, _given = _given, day
    try:
        yield
    finally:
        _given = before
