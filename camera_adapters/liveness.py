"""Whether the loops of an adapter's process still turn: what its heartbeat says, so that a hung one is started again.

Every loop looks at its stop event all the time, for the Protocol asks it to end within seconds; so a look is the sign of life.
"""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

# The longest that a healthy loop is away: a name lookup, a connection and an answer that all come at the last moment.
HANGS_AFTER_S = 120.0
_SLICE_S = 5.0


class Pulse(NamedTuple):
    """For stream.heartbeat. lag: how many loops hang. progress: turns of those, else of all, so that it stands still while one hangs."""

    progress: int
    lag: int


class Loop:
    """One loop. Its thread calls turn() when it goes round, rest() before it waits for work without an end."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since_s: float | None = clock()
        self.turns = 0

    def turn(self) -> None:
        """It goes round."""
        self.turns += 1
        self._since_s = self._clock()

    def rest(self) -> None:
        """It has nothing to do until it is woken."""
        self._since_s = None

    def hangs(self, after_s: float) -> bool:
        """Say whether it neither rests nor went round for so long."""
        since_s = self._since_s
        return since_s is not None and self._clock() - since_s > after_s


class LookedAt(threading.Event):
    """A stop event of one loop: each look at it is a turn. Stops when the process does."""

    def __init__(self, stop: threading.Event, loop: Loop) -> None:
        super().__init__()
        self._stop, self._loop = stop, loop

    def is_set(self) -> bool:
        """Whether to end."""
        self._loop.turn()
        return self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, for so many seconds at most; a long wait is no standstill."""
        until_s = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left_s = _SLICE_S if until_s is None else min(_SLICE_S, until_s - time.monotonic())
            if left_s <= 0:
                return False
            self._stop.wait(left_s)
        return True

    def set(self) -> None:
        """End the whole process."""
        self._stop.set()


class Liveness:
    """The loops of one process."""

    def __init__(self, *, hangs_after_s: float = HANGS_AFTER_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._hangs_after_s, self._clock = hangs_after_s, clock
        self._loops: list[Loop] = []

    def loop(self) -> Loop:
        """Add a loop."""
        added = Loop(self._clock)
        self._loops.append(added)
        return added

    def stop_of(self, stop: threading.Event) -> LookedAt:
        """Add a loop that looks at this event, and return what it should look at instead."""
        return LookedAt(stop, self.loop())

    def pulse(self) -> Pulse:
        """What to say now."""
        hanging = [loop for loop in self._loops if loop.hangs(self._hangs_after_s)]
        return Pulse(sum(loop.turns for loop in hanging or self._loops), len(hanging))
