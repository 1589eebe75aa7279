"""How long to wait before the next attempt. Pure: the random number comes in."""

FIRST_S = 0.5
CEILING_S = 30.0


def delay_s(attempt: int, jitter: float) -> float:
    """Return the seconds before attempt 1, 2, …: doubled each time up to a ceiling, of which half is drawn.

    Args:
        attempt: failures in a row so far, from 0.
        jitter: in [0, 1), so that 193 cameras behind one switch don't all come back in the same instant.
    """
    whole = min(CEILING_S, FIRST_S * 2.0 ** min(attempt, 16))
    return whole / 2 + whole / 2 * jitter
