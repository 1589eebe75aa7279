"""`python -m stream.witness.part`: checkpoints on a schedule. A process of its own, so that a witness that hangs hinders nobody."""

import asyncio
import contextlib
import signal
import time
from collections import Counter
from pathlib import Path

import redis.asyncio
import structlog

from contracts.errors import NuandengError
from contracts.runtime import Runtime, WitnessSchedule
from stream.access import runtime_from_environment
from stream.heartbeat import EVERY_S, Heartbeat
from stream.witness.note import parse_verifier_key
from stream.witness.publishing import Places, Round, kept_folder, publish_checkpoints

log = structlog.get_logger(__name__)

# After a start the platform has better things to do.
_SETTLED_S = 30.0
_NAME = "witness"


def places_of(schedule: WitnessSchedule) -> Places:
    """Where the settings say that checkpoints go. Raises NoteUnreadableError: a witness's key is none."""
    return Places(
        folders=() if schedule.folder is None else (Path(schedule.folder),),
        witnesses=schedule.urls,
        witness_keys=tuple(parse_verifier_key(raw) for raw in schedule.keys),
    )


async def run(runtime: Runtime) -> None:
    """Do a round every `every_s` until cancelled; a round that is due after a long stop is done soon after the start."""
    places, every_s = places_of(runtime.witness), float(runtime.witness.every_s)
    store = redis.asyncio.Redis.from_url(runtime.valkey_url, socket_timeout=10.0, socket_connect_timeout=2.0)
    counters: Counter[str] = Counter()
    beating = asyncio.create_task(_beat(Heartbeat(store, _NAME), counters))
    try:
        await asyncio.sleep(min(every_s, max(_SETTLED_S, every_s - _since_last_s(runtime))))
        while True:
            begun = time.monotonic()
            try:
                _tell(await publish_checkpoints(runtime, places), counters)
            except (NuandengError, OSError) as err:
                counters["failed"] += 1
                log.warning("checkpoints_failed", error=str(err))
            await asyncio.sleep(max(0.0, every_s - (time.monotonic() - begun)))
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        await store.aclose()


def _since_last_s(runtime: Runtime) -> float:
    newest = max((path.stat().st_mtime for path in kept_folder(runtime).path.glob("*/checkpoint")), default=0.0)
    return max(0.0, time.time() - newest)


def _tell(done: Round, counters: Counter[str]) -> None:
    counters["rounds"] += 1
    counters["checkpoints"] += len(done.fresh)
    counters["refused"] += len(done.refused)
    for refusal in done.refused:
        log.error("checkpoint_refused", jurisdiction=refusal.jurisdiction, code=refusal.why.code, reason=str(refusal.why))
    log.info("checkpoints", signed=len(done.fresh), refused=len(done.refused))


async def _beat(heartbeat: Heartbeat, counters: Counter[str]) -> None:
    while True:
        await heartbeat.beat(progress=counters["rounds"], lag=0, counters=counters)
        await asyncio.sleep(EVERY_S)


async def _main() -> None:
    runtime = runtime_from_environment()
    running = asyncio.create_task(run(runtime))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    asyncio.run(_main())
