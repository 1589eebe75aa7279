"""When the machine itself stood still: somebody who only wants to wake up every few milliseconds was not let.

What runs on a machine that others use as well cannot be on time then; such times are no time of the platform's.
"""

import os
import threading
import time

from chaos.checker import Outage

_EVERY_S = 0.05
_STALLED_S = 0.5


class Stalls:
    """Watches in a thread."""

    def __init__(self) -> None:
        self._found: list[Outage] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._thread.start()

    def outages(self) -> list[Outage]:
        """The times so far."""
        return list(self._found)

    def close(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join(5)

    def _watch(self) -> None:
        before_s = time.monotonic()
        while not self._over.wait(_EVERY_S):
            now_s = time.monotonic()
            if now_s - before_s > _EVERY_S + _STALLED_S:
                now_ms = time.time_ns() // 1_000_000
                self._found.append(Outage(now_ms - round((now_s - before_s) * 1000), now_ms))
            before_s = now_s


def load_per_core() -> float:
    """How many processes want each core, over the last minute."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 1)
