"""Since when a worker has had something waiting, told from samples of how far it is. Pure."""

from collections import deque

# A worker that stands still for longer is known by its oldest sample alone.
_KEPT = 600


class Backlog:
    """Under a steady flow the lag is never nought: a worker keeps up when it has reached what was the end a moment ago."""

    def __init__(self, at_ms: int) -> None:
        self._ends: deque[tuple[int, int]] = deque()
        self._progress = 0
        self._caught_up_at_ms = at_ms

    def sample(self, at_ms: int, progress: int, lag: int) -> int:
        """Take a sample; return when the worker last held everything there was.

        Args:
            progress: records used, on any scale that only grows; where it falls (a partition moved away), counting begins anew.
            lag: records that wait, on the same scale.
        """
        if progress < self._progress:
            self._ends.clear()
        self._progress = progress
        while self._ends and self._ends[0][1] <= progress:
            self._caught_up_at_ms = self._ends.popleft()[0]
        if lag == 0:
            self._ends.clear()
            self._caught_up_at_ms = at_ms
        elif len(self._ends) < _KEPT:
            self._ends.append((at_ms, progress + lag))
        return self._caught_up_at_ms
