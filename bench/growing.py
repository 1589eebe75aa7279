"""What a command, a case and a start cost as the country and its log grow: `python -m bench.growing [--ten-million]`.

First 9, 90, 900 and 2,800 counties live in one process: every command from its bytes to its commit, confirmed, and brought into the read
model's documents. Then one city's log grows on a real Kafka to 0.1 and 1 million commits (and 10 on request), in the log's time two years;
at each the same is measured again, and how long a writer needs to be ready from its snapshots and the log after them. At last
the whole log is replayed to its digest, as `nuandeng replay --digest` does. Ten million need 5 GiB of disk for as long
as it runs.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from bench.__main__ import machine
from bench.county_life import Counties, Done
from bench.long_log import County
from contracts.accounts import DISPATCHER
from contracts.runtime import KafkaAccess, Runtime
from contracts.topics import COMMITS, WRITER_PARTITIONS
from dispatch import snapshot
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka
from stream.access import kafka_settings, topic
from stream.log.append import Appender
from stream.log.fold import Fold, Standing
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log.start import starting_fold
from stream.readmodel.batch import Batch
from stream.readmodel.digest import digest_of_states
from stream.replay import replay_digest
from stream.worker import look_rarely_for_cycles
from stream.writer.partition_writer import SNAPSHOT_COMMITS

JURISDICTIONS = (9, 90, 900, 2_800)
COMMITS_KEPT = (100_000, 1_000_000)
CITY = 9
EVERY_MS = 7_200_000
TEN_MILLION = Path(__file__).parent / "results" / "ten-million.json"
_CASES = 500
_ROUNDS = 5
_BATCH = 1_000


class Cost(NamedTuple):
    """Microseconds of one core."""

    command_us: float
    case_us: float


class Confirmed:
    """The states that the log has confirmed, and the documents that follow: what a writer and a projector do after a decision."""

    def __init__(self) -> None:
        self.folds = {partition: Fold(partition) for partition in range(WRITER_PARTITIONS)}
        self._batches = {partition: Batch() for partition in self.folds}

    def take(self, done: Done) -> None:
        """One commit that stands."""
        partition, _, decision = done
        fold = self.folds[partition]
        if decision.commit is None:
            return
        touched = fold.step_own(fold.next_offset, decision.commit, decision.head, decision.writes)
        self._batches[partition].add(Standing(decision.commit, decision.head, touched), fold.states[decision.commit.jurisdiction])

    def hand_on(self) -> None:
        """Make the store's arguments and begin anew."""
        for partition, batch in self._batches.items():
            batch.arguments("epoch", partition, 0, 0)
            self._batches[partition] = Batch()


def cost(counties: Counties, confirmed: Confirmed) -> Cost:
    """The median round of cases in counties drawn at random."""
    drawn = random.Random(7)  # noqa: S311 - which county is next is no secret
    per_command, per_case = [], []
    for _ in range(_ROUNDS):
        commands, began_s = 0, time.process_time()
        for _ in range(_CASES // _ROUNDS):
            for done in counties.help_somebody(drawn.choice(counties.codes), EVERY_MS):
                confirmed.take(done)
                commands += 1
            confirmed.hand_on()
        took_us = (time.process_time() - began_s) * 1e6
        per_command.append(took_us / commands)
        per_case.append(took_us / (_CASES // _ROUNDS))
    return Cost(median(per_command), median(per_case))


def by_jurisdictions() -> dict[int, Cost]:
    """What it costs in so many counties."""
    found = {}
    for count in JURISDICTIONS:
        counties, confirmed = Counties(count), Confirmed()
        for code in counties.codes:
            for done in counties.register(code):
                confirmed.take(done)
        # Every county has had a few cases: none is new, and none is only in the processor's caches.
        for code in counties.codes if count > CITY else counties.codes * 20:
            for done in counties.help_somebody(code, EVERY_MS):
                confirmed.take(done)
            confirmed.hand_on()
        found[count] = cost(counties, confirmed)
    return found


class Grown(NamedTuple):
    """At one length of the log. snapshot_bytes: of all states together."""

    cost: Cost
    start_s: float
    snapshot_bytes: int


class City:
    """One city whose log grows in Kafka; see bench/long_log.py. Snapshots are as old as a writer's oldest can be when it is killed."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self._runtime = runtime
        counties = Counties(CITY)
        self._counties = [County(counties, code, EVERY_MS) for code in counties.codes]
        self._folds = {partition: Fold(partition) for partition in range(WRITER_PARTITIONS)}
        self._snapshots = SnapshotFolder(folder, topic(runtime, COMMITS))
        self._waiting: dict[int, list[tuple[bytes, bytes]]] = {partition: [] for partition in self._folds}
        self._appender = Appender(kafka_settings(runtime, DISPATCHER), topic(runtime, COMMITS))
        self._told = self.events = 0

    @property
    def commits(self) -> int:
        """Those that stand in the log and were folded."""
        return sum(fold.next_offset for fold in self._folds.values())

    @property
    def digest(self) -> str:
        """Of what they come to."""
        return digest_of_states({code: state for fold in self._folds.values() for code, state in fold.states.items()})

    async def begin(self) -> None:
        """Connect, and append what was decided."""
        await self._appender.start()
        for county in self._counties:
            await self._append(county, county.decided)

    async def end(self) -> None:
        """Disconnect."""
        await self._appender.stop()

    async def grow_to(self, commits: int) -> Grown:
        """Live on until the log has so many; measure."""
        while self._told < commits:
            for county in self._counties:
                await self._append(county, county.tell())
        await self._flush()
        reader = RangeReader(kafka_settings(self._runtime), topic(self._runtime, COMMITS))
        for partition, fold in self._folds.items():
            end = await reader.end(partition)
            await reader.read(partition, fold.next_offset, self._into(fold), max(fold.next_offset, end - SNAPSHOT_COMMITS))
            self._snapshots.write(fold)
            await reader.read(partition, fold.next_offset, self._into(fold))
        await reader.stop()
        if self.commits != self._told or any(fold.ignored for fold in self._folds.values()):
            raise SystemExit(f"of {self._told} commits {self.commits} were read, and not all of them stand")
        start_s = median([await self._start_s() for _ in range(3)])
        size = sum(len(snapshot(state)) for fold in self._folds.values() for state in fold.states.values())
        # What is measured is not in the log: its states go on from copies, and are left.
        return Grown(self._cost(), start_s, size)

    def _cost(self) -> Cost:
        counties, confirmed = Counties(CITY), Confirmed()
        states = {partition: fold.states for partition, fold in self._folds.items()}
        counties.take_up(states, {county.code: county.turn for county in self._counties})
        confirmed.folds = {partition: fold.copy() for partition, fold in self._folds.items()}
        return cost(counties, confirmed)

    def _into(self, fold: Fold) -> Callable[[int, bytes], None]:
        def take(offset: int, record: bytes) -> None:
            standing = fold.step(offset, record)
            if standing is not None:
                self.events += len(standing.commit.events)

        return take

    async def _append(self, county: County, records: Iterable[bytes]) -> None:
        key, waiting = county.code.encode(), self._waiting[county.partition]
        for record in records:
            self._told += 1
            waiting.append((key, record))
            if len(waiting) >= _BATCH:
                await self._appender.append(county.partition, waiting)
                waiting.clear()

    async def _flush(self) -> None:
        for partition, waiting in self._waiting.items():
            if waiting:
                await self._appender.append(partition, waiting)
                waiting.clear()

    async def _start_s(self) -> float:
        """From nothing to the end of the log, every partition, as a writer does when it is given them."""
        reader = RangeReader(kafka_settings(self._runtime), topic(self._runtime, COMMITS))
        began_s = time.monotonic()
        for partition, mine in self._folds.items():
            fold = await starting_fold(reader, self._snapshots, partition)
            await reader.read(partition, fold.next_offset, fold.step)
            if fold.next_offset != mine.next_offset or fold.last_record != mine.last_record:
                raise SystemExit(f"partition {partition} was folded to {fold.next_offset}, not {mine.next_offset}")
        took_s = time.monotonic() - began_s
        await reader.stop()
        return took_s


async def by_commits(city: City, lengths: tuple[int, ...]) -> dict[int, Grown]:
    """What it costs after so many commits."""
    await city.begin()
    found = {}
    for length in lengths:
        found[length] = await city.grow_to(length)
        print(f"{length:,} commits: {found[length]}", flush=True)
    await city.end()
    return found


def replaying_per_s(runtime: Runtime, city: City) -> float:
    """Events a second of a replay of the whole log to its digest."""
    began_s = time.monotonic()
    found = replay_digest(runtime)
    took_s = time.monotonic() - began_s
    if (found.digest, found.records) != (city.digest, city.commits):
        raise SystemExit("the replayed digest is not the writers'")
    return city.events / took_s


def spread(values: list[float]) -> float:
    """The last against the first: what growing costs. Below one: it became cheaper."""
    return values[-1] / values[0]


def along_a_log(lengths: tuple[int, ...]) -> tuple[dict[int, Grown], float]:
    """What it costs at each length of a log on a Kafka of its own, and the events a second of its replay at the last."""
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka = RunningKafka(Path(folder, "kafka"), guard)
        runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)), valkey_url="", data_dir=folder, keystore=folder,
            secrets_store=folder, evidence=folder,
        )  # fmt: skip
        city = City(runtime, Path(folder, "snapshots"))
        found = uvloop.run(by_commits(city, lengths))
        replayed = replaying_per_s(runtime, city)
        kafka.stop()
    guard.close()
    return found, replayed


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    look_rarely_for_cycles()
    wide = by_jurisdictions()
    for count, one in wide.items():
        print(f"{count:,} jurisdictions: {one}", flush=True)
    long, replayed = along_a_log(COMMITS_KEPT)
    grown = list(long.values())
    return {
        "growth_command_us": wide[JURISDICTIONS[0]].command_us,
        "growth_jurisdictions_command": spread([one.command_us for one in wide.values()]),
        "growth_jurisdictions_case": spread([one.case_us for one in wide.values()]),
        "growth_commits_command": spread([one.cost.command_us for one in grown]),
        "growth_commits_case": spread([one.cost.case_us for one in grown]),
        "growth_start_s": grown[-1].start_s,
        "growth_start": spread([one.start_s for one in grown]),
        "growth_snapshot": spread([float(one.snapshot_bytes) for one in grown]),
        "replay_events_per_s": replayed,
    }


def ten_million() -> None:
    """Grow the log to ten million commits once, and keep what it cost on the way."""
    look_rarely_for_cycles()
    long, replayed = along_a_log((*COMMITS_KEPT, 10_000_000))
    rows = [
        {"commits": commits, "command_us": one.cost.command_us, "case_us": one.cost.case_us, "start_s": one.start_s,
         "snapshot_bytes": one.snapshot_bytes}
        for commits, one in long.items()
    ]  # fmt: skip
    kept = {"date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine(), "rows": rows, "replay_events_per_s": replayed}
    TEN_MILLION.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(kept))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ten-million", action="store_true", help=f"the log alone, to ten million commits; writes {TEN_MILLION.name}")
    if parser.parse_args().ten_million:
        ten_million()
    else:
        print(measure())
