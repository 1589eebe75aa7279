"""Commits per second into Valkey by one real projector: `python -m bench.stream_projector`.

The commits are decided here from real domain commands and appended as one writer would; then the projector's worker runs until it has
applied them; what it holds then is what a replay of the log comes to.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import redis
import uvloop

from bench.stream_writer import COMMANDS_SENT, commands
from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from contracts.topics import COMMITS, WRITER_PARTITIONS
from dispatch import State
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account
from stream.log.append import Appender
from stream.partition import partition_of
from stream.readmodel import keys
from stream.readmodel.read import live_digest
from stream.replay import replay_digest
from stream.writer.decision import Judge

_LONGEST_S = 120.0


def decided(count: int) -> dict[int, list[tuple[bytes, bytes]]]:
    """Return partition → (key, commit) as one writer would have written them."""
    judges = {partition: Judge(partition) for partition in range(WRITER_PARTITIONS)}
    states: dict[int, dict[str, State]] = {partition: {} for partition in judges}
    found: dict[int, list[tuple[bytes, bytes]]] = {partition: [] for partition in judges}
    now_ms = time.time_ns() // 1_000_000
    for code, raw in commands(count):
        partition = partition_of(code)
        found[partition].append((code.encode(), judges[partition].decide(states[partition], raw, now_ms).record))
    return found


async def append(kafka: RunningKafka, records: dict[int, list[tuple[bytes, bytes]]]) -> None:
    """Write them to the log."""
    appender = Appender(kafka.client_settings("dispatcher"), COMMITS)
    await appender.start()
    for partition, mine in records.items():
        for start in range(0, len(mine), 300):
            await appender.append(partition, mine[start : start + 300])
    await appender.stop()


def projected(store: redis.Redis) -> int:
    """How many records the read model holds."""
    return sum(int(at) + 1 for at in store.hgetall(keys.OFFSETS).values())


def projecting_per_s(runtime_file: Path, store: redis.Redis, kafka: RunningKafka, records: dict[int, list[tuple[bytes, bytes]]]) -> float:
    """Start the worker on an empty log, write everything, and time it from the first commit that the read model holds to the last."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "stream.worker", "projector"], env={**os.environ, VARIABLE: str(runtime_file)}, stderr=subprocess.DEVNULL
    )
    try:
        deadline_s = time.monotonic() + _LONGEST_S
        while store.get(keys.EPOCH) is None and time.monotonic() < deadline_s:
            time.sleep(0.05)
        # The worker sleeps meanwhile, so that it finds everything written, as after a pause.
        os.kill(worker.pid, 19)
        uvloop.run(append(kafka, records))
        os.kill(worker.pid, 18)
        while (already := projected(store)) == 0 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        began_s = time.monotonic()
        while projected(store) < COMMANDS_SENT and time.monotonic() < deadline_s:
            time.sleep(0.01)
        took_s = time.monotonic() - began_s
        if projected(store) < COMMANDS_SENT:
            raise SystemExit(f"{projected(store)} of {COMMANDS_SENT} commits after {_LONGEST_S} s")
        return (COMMANDS_SENT - already) / took_s
    finally:
        worker.terminate()
        worker.wait(20)


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    records = decided(COMMANDS_SENT)
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka, valkey = RunningKafka(Path(folder, "kafka"), guard), RunningValkey(Path(folder, "valkey"), guard)
        runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)), valkey_url=valkey.url,
            data_dir=str(Path(folder, "data")), keystore=str(Path(folder, "keys")), secrets_store=str(Path(folder, "secrets")),
            evidence=str(Path(folder, "evidence")),
        )  # fmt: skip
        path = Path(folder, "runtime.json")
        path.write_bytes(msgspec.json.encode(as_account(runtime, "projector")))
        store = redis.Redis.from_url(valkey.url)
        projecting = projecting_per_s(path, store, kafka, records)
        if replay_digest(runtime).digest != live_digest(store).digest:
            raise SystemExit("the replayed digest is not the live one")
        store.close()
        valkey.stop()
        kafka.stop()
    guard.close()
    return {"projector_commits_per_s": projecting}


if __name__ == "__main__":
    print(measure())
