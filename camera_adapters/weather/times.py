"""Times as warning services write them."""

from datetime import datetime, timedelta, timezone

from contracts.errors import UnreadableError

_CHINA = timezone(timedelta(hours=8))


def epoch_ms(text: str, *, china: bool = False) -> int:
    """Return a date and time in epoch milliseconds UTC.

    Args:
        text: ISO 8601 with a zone; a blank may stand for the T.
        china: a time without a zone is China's.
    Raises:
        UnreadableError: no time, or one without a zone.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as err:
        raise UnreadableError(f"{text!r:.40} is no date and time.") from err
    if read.tzinfo is None:
        if not china:
            raise UnreadableError(f"{text!r:.40} has no time zone.")
        read = read.replace(tzinfo=_CHINA)
    return round(read.timestamp() * 1000)
