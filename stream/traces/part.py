"""`python -m stream.traces.part`: follows the log and tells a collector what becomes of each incident. Only where one is named."""

import asyncio
import contextlib
import signal
from pathlib import Path

import structlog

from contracts.documents import IncidentDocument
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from dispatch import State, document
from stream.access import kafka_settings, runtime_from_environment, topic
from stream.follow import LogFollower
from stream.heartbeat import EVERY_S, Heartbeat
from stream.log.fold import Standing
from stream.log.snapshots import SnapshotFolder
from stream.pulse import store_of
from stream.traces.otlp import Exporter
from stream.traces.spans import spans_of
from stream.worker import configure_logging

log = structlog.get_logger(__name__)

NAME = "traces"


class Tracing:
    """From what stands to the exporter. Only what is written from now on: older steps were told, or nobody asked for them then."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter

    def take(self, _partition: int, standing: Standing, state: State) -> None:
        """Tell of every incident that a commit touched. Follows stream.follow.OnStanding."""
        for kind, name in standing.touched:
            if kind == "incident":
                found = document(state, kind, name)
                if isinstance(found, IncidentDocument):
                    self._exporter.take(spans_of(standing.commit, found))


async def run(runtime: Runtime, url: str) -> None:
    """Follow until cancelled."""
    exporter = Exporter(url)
    snapshots = SnapshotFolder(Path(runtime.data_dir) / "snapshots", topic(runtime, COMMITS))
    follower = LogFollower(kafka_settings(runtime), topic(runtime, COMMITS), snapshots, on_standing=Tracing(exporter).take)
    store = store_of(runtime.valkey_url)
    heartbeat = Heartbeat(store, NAME)
    loops = [asyncio.create_task(follower.run()), asyncio.create_task(exporter.run())]
    log.info("traces", url=url)
    try:
        while not any(loop.done() for loop in loops):
            await heartbeat.beat(progress=follower.progress, lag=await follower.lag(), counters=exporter.counts)
            await asyncio.sleep(EVERY_S)
        await asyncio.gather(*loops)
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await store.aclose()


async def _main() -> None:
    runtime = runtime_from_environment()
    if runtime.otlp_url is None:
        raise SystemExit("The settings name no collector: [observability] otlp_url.")
    running = asyncio.create_task(run(runtime, runtime.otlp_url))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    configure_logging(NAME)
    asyncio.run(_main())
