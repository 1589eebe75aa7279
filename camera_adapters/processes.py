"""What every adapter process does at its beginning and end."""

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping

import redis.asyncio
import structlog

from camera_adapters.liveness import Liveness
from contracts.runtime import Runtime
from stream.heartbeat import EVERY_S, Heartbeat


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set. Only in the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def log_to_stderr() -> None:
    """One JSON object a line."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def beat_until(
    stop: threading.Event, runtime: Runtime, kind: str, liveness: Liveness, figures: Callable[[], Mapping[str, int]] = dict
) -> threading.Thread:
    """Say in Valkey, in a thread of its own, that this process lives and whether its loops turn. It counts as ready from here on.

    kind: the adapter's module; heard as `worker:{kind}-adapter`. figures: the counters of each heartbeat.
    """
    beating = threading.Thread(
        target=lambda: asyncio.run(_beat(stop, runtime, f"{kind}-adapter", liveness, figures)), name="heartbeat", daemon=True
    )
    beating.start()
    return beating


async def _beat(
    stop: threading.Event, runtime: Runtime, name: str, liveness: Liveness, figures: Callable[[], Mapping[str, int]]
) -> None:
    async with redis.asyncio.Redis.from_url(runtime.valkey_url, socket_timeout=10.0, socket_connect_timeout=2.0) as store:
        heartbeat = Heartbeat(store, name)
        while not stop.is_set():
            pulse = liveness.pulse()
            await heartbeat.beat(progress=pulse.progress, lag=pulse.lag, counters=figures())
            await asyncio.sleep(EVERY_S)
