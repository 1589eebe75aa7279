"""Commits per second into Valkey by one real projector: `python -m bench.stream_projector [COMMITS]`.

The commits are decided here from real domain commands and appended as one writer would; then the projector runs until it has applied them.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import redis.asyncio
import uvloop

from bench.stream_writer import commands
from contracts.topics import COMMITS, WRITER_PARTITIONS
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.log.append import Appender
from stream.partition import partition_of
from stream.readmodel import keys
from stream.readmodel.projector import Projector
from stream.writer.decision import Judge


async def fill(kafka: RunningKafka, count: int) -> tuple[dict[int, int], float]:
    """Append count commits; return partition → last offset, and the seconds that deciding took."""
    judges = {partition: Judge(partition) for partition in range(WRITER_PARTITIONS)}
    states: dict[int, dict[str, object]] = {partition: {} for partition in judges}
    decided: dict[int, list[tuple[bytes, bytes]]] = {partition: [] for partition in judges}
    started, now_ms = time.process_time(), time.time_ns() // 1_000_000
    for code, raw in commands(count):
        partition = partition_of(code)
        decision = judges[partition].decide(states[partition], raw, now_ms)  # type: ignore[arg-type]
        decided[partition].append((code.encode(), decision.record))
    seconds = time.process_time() - started
    appender = Appender(kafka.client_settings("dispatcher"), COMMITS)
    await appender.start()
    for partition, records in decided.items():
        for start in range(0, len(records), 300):
            await appender.append(partition, records[start : start + 300])
    await appender.stop()
    return {partition: len(records) - 1 for partition, records in decided.items() if records}, seconds


async def run(kafka: RunningKafka, valkey: RunningValkey, count: int) -> None:
    """Print what was measured."""
    store = redis.asyncio.Redis.from_url(valkey.url)
    projector = Projector(kafka.client_settings("platform"), COMMITS, None, store)
    running = asyncio.create_task(projector.run())
    while await store.get(keys.EPOCH) is None or len(projector.follower.folds) < WRITER_PARTITIONS:  # noqa: ASYNC110 - another process's progress
        await asyncio.sleep(0.05)
    last, deciding_s = await fill(kafka, count)
    print(f"deciding: {count / deciding_s:,.0f} commands/s of one core")
    while projector.counts["commits"] == 0:  # noqa: ASYNC110 - another process's progress
        await asyncio.sleep(0.01)
    started, cpu = time.monotonic(), time.process_time()
    already = projector.counts["commits"]
    while {int(key): int(at) for key, at in (await store.hgetall(keys.OFFSETS)).items()} != last:  # noqa: ASYNC110 - another process's progress
        await asyncio.sleep(0.05)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    print(f"projecting: {(count - already) / seconds:,.0f} commits/s ({cpu / seconds:.0%} of a core), {projector.counts}")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await store.aclose()


def main() -> None:
    """Measure once."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka, valkey = RunningKafka(Path(folder, "kafka"), guard), RunningValkey(Path(folder, "valkey"), guard)
        uvloop.run(run(kafka, valkey, count))
        valkey.stop()
        kafka.stop()
    guard.close()


if __name__ == "__main__":
    main()
