"""How long a writer could not decide: what an outage, a take-over or a rival's write cost."""

import time
from collections import Counter
from collections.abc import Callable


class DoubtClock:
    """Runs from the first reason for doubt until the writer decides again. Adds `recoveries` and `recovery_ms` to the writer's counts."""

    def __init__(self, stats: Counter[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._stats, self._clock = stats, clock
        self._since_s: float | None = None

    def begin(self) -> None:
        """There is doubt, or there is still."""
        if self._since_s is None:
            self._since_s = self._clock()

    def end(self, *, recovered: bool) -> None:
        """It decides again. recovered: more than a look at the log after a quiet time was needed."""
        if recovered:
            self._stats["recoveries"] += 1
            self._stats["recovery_ms"] += round(self.seconds * 1000)
        self._since_s = None

    @property
    def seconds(self) -> float:
        """For how long by now; nought without doubt."""
        return 0.0 if self._since_s is None else self._clock() - self._since_s
