"""When a picture was taken, by our clock. Pure.

A camera's own clock is often hours off and cannot be trusted; its presentation times are only good for differences. The network
can delay a picture but never advance it. So capture = pts + offset, where offset is the smallest (arrival - pts) seen lately: the
picture with the least delay sets the clock. The window lets it follow a camera whose oscillator runs fast or slow (100 ppm is 6 ms
in a minute). The remaining error is the smallest network delay. Presentation times that jump (restart, loop, new stream) start anew.
"""

WINDOW_MS = 60_000
JUMP_MS = 30_000


class CaptureClock:
    """Of one session with one source."""

    def __init__(self) -> None:
        self._window_began_ms = 0
        self._now_ms: float | None = None
        self._before_ms: float | None = None
        self._last_ms = 0

    def at(self, pts_s: float | None, arrived_at_ms: int) -> int:
        """Return the capture time in epoch ms, never after its arrival if arrivals grow, never before the last one given.

        Args:
            pts_s: the stream's presentation time; None when it has none.
            arrived_at_ms: wall clock, UTC.
        """
        captured = arrived_at_ms if pts_s is None else round(pts_s * 1000 + self._offset_ms(pts_s, arrived_at_ms))
        self._last_ms = max(self._last_ms, captured)
        return self._last_ms

    def _offset_ms(self, pts_s: float, arrived_at_ms: int) -> float:
        offset = arrived_at_ms - pts_s * 1000
        known = [value for value in (self._before_ms, self._now_ms) if value is not None]
        if not known or offset - min(known) > JUMP_MS:
            self._before_ms, self._now_ms, self._window_began_ms = None, offset, arrived_at_ms
        elif arrived_at_ms - self._window_began_ms > WINDOW_MS:
            self._before_ms, self._now_ms, self._window_began_ms = self._now_ms, offset, arrived_at_ms
        elif self._now_ms is None or offset < self._now_ms:
            self._now_ms = offset
        return min(value for value in (self._before_ms, self._now_ms) if value is not None)
