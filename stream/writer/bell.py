"""The alarm of a partition with the clock by which it rings."""

from collections.abc import Mapping

from dispatch import State
from stream.log_clock import LogClock
from stream.writer.alarm import Alarm, Rung


class Bell:
    """Rings by the log's time, and finds out what that is by ringing."""

    def __init__(self, alarm: Alarm, clock: LogClock) -> None:
        self.alarm, self.clock = alarm, clock

    def rung(self, states: Mapping[str, State]) -> list[Rung]:
        """Return the deadlines that have come. While it is uncertain what time it is, the next one alone: when it is appended says that.

        The rules write nothing for one that comes too early.
        """
        if self.clock.certain:
            return self.alarm.due(states, self.clock.now_ms())
        first = self.alarm.first(states)
        return [] if first is None else [first]
