"""`python -m nuandeng.keeping.part`: sweeps on a schedule. Each sweep is a process of its own, which gives back what it took of memory."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import Counter

import redis.asyncio
import structlog

from contracts.runtime import Runtime
from stream.access import runtime_from_environment
from stream.heartbeat import EVERY_S, Heartbeat

log = structlog.get_logger(__name__)

# After a start the platform has better things to do.
_SETTLED_S = 600.0
_NAME = "keeper"
_ONCE = "--once"


async def run(runtime: Runtime) -> None:
    """Sweep every `sweep_every_s` until cancelled; what one sweep could not do the next one does."""
    every_s = float(runtime.sweep_every_s)
    store = redis.asyncio.Redis.from_url(runtime.valkey_url, socket_timeout=10.0, socket_connect_timeout=2.0)
    counters: Counter[str] = Counter()
    beating = asyncio.create_task(_beat(Heartbeat(store, _NAME), counters))
    try:
        await asyncio.sleep(min(every_s, _SETTLED_S))
        while True:
            await _sweep(counters)
            await asyncio.sleep(every_s)
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        await store.aclose()


async def _sweep(counters: Counter[str]) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", __spec__.name, _ONCE, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await child.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
        raise
    if child.returncode != 0:
        counters["failed"] += 1
        log.warning("sweep_failed", code=child.returncode)
        return
    removed = json.loads(said)
    counters["sweeps"] += 1
    counters.update({f"swept:{kind}": count for kind, count in removed.items()})
    log.info("swept", **removed)


def _sweep_once() -> int:
    """Sweep, print what was removed as JSON. Whatever else runs comes first."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - the process that waits for the next day need not hold all this

    from nuandeng.keeping.sweep import sweep  # noqa: PLC0415

    os.nice(10)
    try:
        done = asyncio.run(sweep(runtime_from_environment()))
    except (KafkaError, redis.RedisError, OSError, TimeoutError) as err:
        log.warning("sweep_waits", error=repr(err))
        return 1
    print(json.dumps(done._asdict()))  # what the process that started us reads
    return 0


async def _beat(heartbeat: Heartbeat, counters: Counter[str]) -> None:
    while True:
        await heartbeat.beat(progress=counters["sweeps"] + counters["failed"], lag=0, counters=counters)
        await asyncio.sleep(EVERY_S)


async def _main() -> None:
    running = asyncio.create_task(run(runtime_from_environment()))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    structlog.configure(processors=[
        structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ], logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # fmt: skip
    sys.exit(_sweep_once() if _ONCE in sys.argv else asyncio.run(_main()))
