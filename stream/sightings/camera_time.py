"""When a look was taken, by the log's time. An adapter's clock may be ahead: nobody sees what has not happened yet.

Put aside, the looks of such an adapter would blind all its cameras; believed, they would make its looks too late once somebody sets its
clock right. A clock that is behind is believed: looks may have waited in an adapter while Kafka was away.
"""

from collections.abc import Iterable

import msgspec

from contracts.observations import Look

# Less than the lateness that trackers bear, so that a clock may be set right at any time.
AHEAD_MS = 20_000


def ahead_ms(looks: Iterable[Look], now_ms: int) -> int:
    """By how much the clock that timed these is ahead, as far as it shows; 0 when it may be right."""
    newest_ms = max((look.captured_at_ms for look in looks), default=0)
    return newest_ms - now_ms if newest_ms > now_ms + AHEAD_MS else 0


def in_order(looks: Iterable[Look], now_ms: int, ahead: int) -> list[Look]:
    """Return looks by time, those that would lie ahead moved back by `ahead`, as far apart as they were."""
    moved = [
        msgspec.structs.replace(look, captured_at_ms=look.captured_at_ms - ahead) if ahead and look.captured_at_ms > now_ms else look
        for look in looks
    ]
    return sorted(moved, key=lambda one: one.captured_at_ms)
