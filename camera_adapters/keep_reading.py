"""Reads an adapter for ever: what it yields is published, what it suffers is logged, and it is tried again with back-off."""

import random
import threading
from collections.abc import Callable

import structlog

from camera_adapters.adapter import Adapter, SourceError
from camera_adapters.backoff import delay_s
from camera_adapters.publish import AnyFact

_log = structlog.get_logger(__name__)


def keep_reading(
    adapter: Adapter[AnyFact],
    publish: Callable[[AnyFact, threading.Event], None],
    stop: threading.Event,
    *,
    jitter: Callable[[], float] = random.random,
) -> None:
    """Read until stopped. publish: returns when the fact is safe, or `stop` is set."""
    attempt = 0
    while not stop.is_set():
        try:
            for fact in adapter.facts(stop):
                attempt = 0
                publish(fact, stop)
        except SourceError as err:
            _log.warning("source_lost", adapter=adapter.kind, reason=err.reason.value, detail=str(err))
        except Exception:  # noqa: BLE001 - top of a loop, logged
            _log.exception("source_failed", adapter=adapter.kind)
        stop.wait(delay_s(attempt, jitter()))
        attempt += 1
