"""What time it is by the log: a broker's clock as far as this process can know it, whatever its own wall clock says.

Whether a deadline has come is decided by the time at which the broker appends the command that says so. A process that asked its own clock
when to send it would be late by as much as that clock is slow, and after a jump back by as much as it had jumped.

Source:
    Each record that was read was appended before; each that was sent was appended between asking and answer (Cristian, "Probabilistic
    clock synchronization", Distributed Computing 3, 1989). Between such moments the monotonic clock, which nobody sets, counts on.
"""

import time
from collections.abc import Callable

# The wall clock and the monotonic one walk apart by less than this unless somebody set the former or stopped the machine.
_STEP_MS = 500.0


class LogClock:
    """Of one partition. Until a record was sent, it may be wrong: then it is the wall clock, but never before what was read."""

    def __init__(self, wall_s: Callable[[], float] = time.time, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._wall_s, self._monotonic_s = wall_s, monotonic_s
        # The least by which the log's clock is ahead of the monotonic one, as far as is known.
        self._ahead_ms = float("-inf")
        self._wall_ahead_ms: float | None = None

    @property
    def certain(self) -> bool:
        """Whether a record was sent since this process began, or since its clocks were last seen to jump."""
        return self._wall_ahead_ms is not None and abs(self._wall_ahead() - self._wall_ahead_ms) < _STEP_MS

    def now_ms(self) -> int:
        """What time it is: once certain, late by no more than an answer from the broker takes."""
        wall_ms = float("-inf") if self.certain else self._wall_s() * 1000
        return int(max(wall_ms, self.asking() + self._ahead_ms))

    def asking(self) -> float:
        """Return the moment, in ms of the monotonic clock, for `appended`."""
        return self._monotonic_s() * 1000

    def seen(self, appended_at_ms: int) -> None:
        """A record was read that was appended then: it is no earlier."""
        self._ahead_ms = max(self._ahead_ms, appended_at_ms - self.asking())

    def appended(self, asked: float, appended_at_ms: int) -> None:
        """A record was sent, asked being the moment before, and has been appended then: the broker's clock lies in between."""
        self.seen(appended_at_ms)
        # Its times are whole milliseconds, cut off.
        self._ahead_ms = min(self._ahead_ms, appended_at_ms + 1 - asked)
        self._wall_ahead_ms = self._wall_ahead()

    def _wall_ahead(self) -> float:
        return self._wall_s() * 1000 - self.asking()


class LogClocks:
    """One for each partition: their leaders are different brokers, whose clocks may differ."""

    def __init__(self, make: Callable[[], LogClock] = LogClock) -> None:
        self._make = make
        self._clocks: dict[int, LogClock] = {}

    def of(self, partition: int) -> LogClock:
        """Return a partition's."""
        clock = self._clocks.get(partition)
        if clock is None:
            clock = self._clocks[partition] = self._make()
        return clock
