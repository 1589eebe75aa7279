"""A clock of the process."""

import time
from collections.abc import Callable

import gevent
import structlog
from gevent.event import Event

log = structlog.get_logger()
# Others get to run, however long it took and however often it is wanted.
_LEAST_S = 0.05


def every(period_s: float, act: Callable[[], None], sooner: Event | None = None) -> None:
    """Do something again and again, for ever; a greenlet's work. sooner: once it is set, that is when the next time has come."""
    sooner = sooner or Event()
    while True:
        started_s = time.monotonic()
        try:
            act()
        except Exception:
            # The top of a clock: it goes on whatever happened.
            log.exception("a periodic task failed", task=getattr(act, "__name__", type(act).__name__))
        gevent.sleep(_LEAST_S)
        sooner.wait(max(0.0, period_s - (time.monotonic() - started_s)))
        sooner.clear()
