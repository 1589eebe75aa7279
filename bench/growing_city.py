"""One city whose log grows in a real Kafka, in the log's time by years; see bench/long_log.py."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from bench.cost import EVERY_MS, Confirmed, World
from bench.county_life import Counties
from bench.long_log import County
from contracts.accounts import DISPATCHER
from contracts.runtime import Runtime
from contracts.topics import COMMITS, WRITER_PARTITIONS
from dispatch import snapshot
from stream.access import kafka_settings, topic
from stream.log.append import Appender
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log.start import starting_fold
from stream.readmodel.digest import digest_of_states
from stream.worker import look_rarely_for_cycles
from stream.writer.partition_writer import SNAPSHOT_COMMITS

COUNTIES = 9
_BATCH = 1_000
_STARTS = 5
# Partition → the offset and the hash it was folded to.
Reached = dict[int, tuple[int, str]]


class Grown(NamedTuple):
    """At one length of the log. snapshot_bytes: of all states together. world: goes on from copies, in no log."""

    start_s: float
    snapshot_bytes: int
    world: World


class City:
    """Snapshots are as old as a writer's oldest can be when it is killed."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self._runtime, self._folder = runtime, folder
        counties = Counties(COUNTIES)
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
        """Live on until the log has so many."""
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
        size = sum(len(snapshot(state)) for fold in self._folds.values() for state in fold.states.values())
        return Grown(median(self._start_s() for _ in range(_STARTS)), size, self._world())

    def _world(self) -> World:
        counties = Counties(COUNTIES)
        states = {partition: fold.states for partition, fold in self._folds.items()}
        counties.take_up(states, {county.code: county.turn for county in self._counties})
        return World(counties, Confirmed({partition: fold.copy() for partition, fold in self._folds.items()}))

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

    def _start_s(self) -> float:
        """From nothing to the end of the log in a process of its own, as a writer starts."""
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            took_s, reached = process.submit(_started, self._runtime, self._folder).result()
        if reached != {partition: (fold.next_offset, fold.last_record) for partition, fold in self._folds.items()}:
            raise SystemExit(f"a start came to {reached}")
        return took_s


def _started(runtime: Runtime, folder: Path) -> tuple[float, Reached]:
    """Start once; every partition, as a writer does when it is given them. Return the seconds and how far it came."""
    look_rarely_for_cycles()
    return uvloop.run(_start(runtime, SnapshotFolder(folder, topic(runtime, COMMITS))))


async def _start(runtime: Runtime, snapshots: SnapshotFolder) -> tuple[float, Reached]:
    reader, reached = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS)), {}
    began_s = time.monotonic()
    for partition in range(WRITER_PARTITIONS):
        fold = await starting_fold(reader, snapshots, partition)
        await reader.read(partition, fold.next_offset, fold.step)
        reached[partition] = fold.next_offset, fold.last_record
    took_s = time.monotonic() - began_s
    await reader.stop()
    return took_s, reached
