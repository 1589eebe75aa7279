"""Days of the city's clock, UTC+8 without summer time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_OFFSET_MS = 8 * 3_600_000
_DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(at_ms: int) -> int:
    """Return the number of the day since the epoch, in UTC+8."""
    return (at_ms + _OFFSET_MS) // _DAY_MS


def month_and_day(at_ms: int) -> str:
    """Return e.g. '0118' for 18 January, in UTC+8."""
    return _name_of(day_of(at_ms))


@lru_cache(maxsize=8)
def _name_of(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).strftime("%m%d")
