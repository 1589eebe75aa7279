"""When the machine itself kept the platform waiting: what fires clocks was ready to run and was not let.

On a machine that others use as well nobody can be on time then; such times are no time of the platform's.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chaos.checker import Outage

_EVERY_S = 1.0
# Of a second that one thread was ready to run and stood in the queue for a core.
_STALLED_SHARE = 0.4


class Stalls:
    """Watches processes in a thread. Linux counts how long each thread waited for a core."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        """pids: the processes as they are now, asked once a second."""
        self._pids = pids
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
        before_s, before = time.monotonic(), self._waited_s()
        while not self._over.wait(_EVERY_S):
            now_s, now = time.monotonic(), self._waited_s()
            worst_s = max((waited_s - before[thread] for thread, waited_s in now.items() if thread in before), default=0.0)
            if worst_s > _STALLED_SHARE * (now_s - before_s):
                now_ms = time.time_ns() // 1_000_000
                self._found.append(Outage(now_ms - round((now_s - before_s) * 1000), now_ms))
            before_s, before = now_s, now

    def _waited_s(self) -> dict[Path, float]:
        """How long each thread has waited for a core, in all."""
        found: dict[Path, float] = {}
        for pid in self._pids():
            for task in Path(f"/proc/{pid}/task").glob("*"):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    found[task] = int((task / "schedstat").read_text().split()[1]) / 1e9
        return found


def load_per_core() -> float:
    """How many processes want each core, over the last minute."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 1)
