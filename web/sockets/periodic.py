"""A clock of the process."""

import time
from collections.abc import Callable

import gevent
import structlog

log = structlog.get_logger()


def every(period_s: float, act: Callable[[], None]) -> None:
    """Do something again and again, for ever; a greenlet's work."""
    while True:
        started_s = time.monotonic()
        try:
            act()
        except Exception:
            # The top of a clock: it goes on whatever happened.
            log.exception("a periodic task failed", task=getattr(act, "__name__", type(act).__name__))
        gevent.sleep(max(0.05, period_s - (time.monotonic() - started_s)))
