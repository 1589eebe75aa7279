"""Following the log: live folded states of all partitions, or of those that a consumer group assigns."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from dispatch import State
from stream.access import REQUEST_MS
from stream.leaving import leave
from stream.log.fold import Fold, Standing
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log.start import starting_fold
from stream.log_clock import LogClocks
from stream.partition import partition_count, partition_of
from stream.silence import SilenceWatch
from stream.together import resting

log = structlog.get_logger(__name__)

_RETRY_S = 0.5
_BATCH_RECORDS = 500
_FOLDED_AT_ONCE = 50

# A fetch returns with the first record: this is how often an idle platform asks.
_WAIT_MS = 100

OnStanding = Callable[[int, Standing, State], None]
AfterBatch = Callable[[int, int, int], Awaitable[None]]
Begin = Callable[[int], Awaitable[Fold]]


class LogFollower:
    """Folds dispatch.commits from snapshot and log, and goes on.

    on_standing(partition, standing, state): after each record that stands, its state just brought forward.
    after_batch(partition, first offset, last offset): after the records of one fetch; raising makes the follower begin this partition anew.
    rest_s: how long it asks for nothing after a fetch. A record at a time costs a worker ten times what the folding does: who only looks
    things up now and then need not be told at once.
    begin(partition): where a partition starts; by default at the newest snapshot, and folded to the end of the log without calls.
    member: a name in the group that no other process has, so that whoever comes back under it need not wait for its own old session.
    """

    def __init__(
        self, settings: dict[str, Any], topic: str, snapshots: SnapshotFolder | None, *, on_standing: OnStanding | None = None,
        after_batch: AfterBatch | None = None, begin: Begin | None = None, group: str | None = None,
        member: str | None = None, rest_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.folds: dict[int, Fold] = {}
        self.ready = asyncio.Event()
        self.reader = RangeReader(settings, topic)
        self.generation = 0
        self.clocks = LogClocks()
        self._settings, self._topic, self._snapshots, self._group, self._member = settings, topic, snapshots, group, member
        self._on_standing, self._after_batch, self._begin = on_standing, after_batch, begin or self.fold_to_end
        self._rest_s = rest_s
        self._wanted: set[int] = set() if group else set(range(partition_count()))
        self._sought: dict[int, int] = {}
        self._consumer: AIOKafkaConsumer | None = None

    def state(self, jurisdiction: str) -> State | None:
        """The state of a jurisdiction, None when there is none or its partition is not followed here."""
        fold = self.folds.get(partition_of(jurisdiction))
        return None if fold is None else fold.states.get(jurisdiction)

    def states(self) -> Iterator[State]:
        """Every state that is followed."""
        for fold in list(self.folds.values()):
            yield from list(fold.states.values())

    async def fold_to_end(self, partition: int) -> Fold:
        """From the newest snapshot to the end of the log as it is now. Raises KafkaError, OSError, TimeoutError."""
        fold = await starting_fold(self.reader, self._snapshots, partition)
        await self.reader.read(partition, fold.next_offset, lambda offset, record: _quiet(fold, offset, record))
        return fold

    def drop(self, partition: int) -> Fold | None:
        """Begin a partition anew at the next turn; return what was folded of it, which nobody folds on."""
        return self.folds.pop(partition, None)

    async def run(self) -> None:
        """Follow until cancelled."""
        watch = asyncio.create_task(SilenceWatch(self._clients).run())
        try:
            while True:
                try:
                    await self._connect()
                    while True:
                        await self._turn()
                except (KafkaError, OSError, TimeoutError) as err:
                    log.warning("follower_failed", error=repr(err))
                    await asyncio.sleep(_RETRY_S)
        finally:
            watch.cancel()
            await self.stop()

    def _clients(self) -> tuple[Any, ...]:
        return () if self._consumer is None else (self._consumer._client,)  # noqa: SLF001 - it has no other way to its connections

    async def stop(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            leave(consumer)
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), 5.0)
        await self.reader.stop()

    async def lag(self) -> int:
        """How many records of the followed partitions are not folded yet, asked of the broker. 0 while that is away."""
        lag = 0
        for partition in self._wanted:
            try:
                end = await asyncio.wait_for(self.reader.end(partition), 2.0)
            except (KafkaError, OSError, TimeoutError):
                return 0
            fold = self.folds.get(partition)
            lag += max(0, end - (0 if fold is None else fold.next_offset))
        return lag

    @property
    def progress(self) -> int:
        """Grows with every record folded."""
        return sum(fold.next_offset for fold in self.folds.values())

    async def _connect(self) -> None:
        if self._consumer is not None:
            return
        consumer = AIOKafkaConsumer(
            **self._settings, group_id=self._group, group_instance_id=self._member, enable_auto_commit=False,
            auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=1500, max_partition_fetch_bytes=4 << 20,
            fetch_max_wait_ms=_WAIT_MS, request_timeout_ms=REQUEST_MS,
        )  # fmt: skip
        try:
            if self._group:
                consumer.subscribe([self._topic], listener=_Listener(self))
            await consumer.start()
        except BaseException:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await consumer.stop()
            raise
        if not self._group:
            consumer.assign([TopicPartition(self._topic, partition) for partition in sorted(self._wanted)])
        self._consumer = consumer

    def assigned(self, partitions: set[int]) -> None:
        """The group gave us these."""
        self.generation += 1
        self._wanted = partitions
        for partition in self.folds.keys() - partitions:
            del self.folds[partition]
        if partitions - self.folds.keys():
            self.ready.clear()

    async def _turn(self) -> None:
        consumer = self._consumer
        assert consumer is not None  # noqa: S101 - _connect has set it
        for partition in sorted(self._wanted - self.folds.keys()):
            fold = await self._started(partition)
            if fold is None or partition not in self._wanted:
                return
            self.folds[partition] = fold
            if TopicPartition(self._topic, partition) in consumer.assignment():
                consumer.seek(TopicPartition(self._topic, partition), fold.next_offset)
        if self._wanted:
            self.ready.set()
        got = await consumer.getmany(timeout_ms=200, max_records=_BATCH_RECORDS)
        # A full fetch says that there is more.
        less = got and sum(map(len, got.values())) < _BATCH_RECORDS
        async with resting(consumer, self._rest_s) if less and self._rest_s else contextlib.nullcontext():
            for place, records in got.items():
                await self._take(place, records)

    async def _started(self, partition: int) -> Fold | None:
        try:
            return await self._begin(partition)
        except Exception as err:  # noqa: BLE001 - whatever keeps it from beginning, it tries again
            log.warning("follower_cannot_begin", partition=partition, error=repr(err))
            await asyncio.sleep(_RETRY_S)
            return None

    async def _take(self, place: TopicPartition, records: list[Any]) -> None:
        fold = self.folds.get(place.partition)
        if fold is None:
            return
        self.clocks.of(place.partition).seen(records[-1].timestamp)
        first = fold.next_offset
        if records[0].offset > first and self._sought.get(place.partition) != first and self._consumer is not None:
            # The consumer is ahead of the fold (it was assigned meanwhile): back to where the fold is. Once: it may be a gap of the log's.
            self._sought[place.partition] = first
            self._consumer.seek(place, first)
            return
        for number, record in enumerate(records):
            if number % _FOLDED_AT_ONCE == _FOLDED_AT_ONCE - 1:
                # What was sent goes out and what has come comes in, while the next are folded.
                await asyncio.sleep(0)
                if self.folds.get(place.partition) is not fold:
                    return
            if record.offset < fold.next_offset:
                continue
            standing = fold.step(record.offset, record.value or b"")
            if standing is None:
                continue
            if standing.unsound is not None:
                _tell_unsound(place.partition, record.offset, standing)
            if self._on_standing is not None:
                self._on_standing(place.partition, standing, fold.states[standing.commit.jurisdiction])
        if fold.next_offset == first or self._after_batch is None:
            return
        try:
            await self._after_batch(place.partition, first, fold.next_offset - 1)
        except Exception as err:  # noqa: BLE001 - the batch was not used: this partition begins anew
            log.warning("batch_not_used", partition=place.partition, first=first, error=repr(err))
            self.drop(place.partition)
            await asyncio.sleep(_RETRY_S)


def _tell_unsound(partition: int, offset: int, standing: Standing) -> None:
    commit = standing.commit
    log.error(
        "unsound_commit", partition=partition, offset=offset, jurisdiction=commit.jurisdiction, sequence=commit.sequence,
        command=commit.command_id, reason=standing.unsound,
    )  # fmt: skip


def _quiet(fold: Fold, offset: int, record: bytes) -> None:
    fold.step(offset, record)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    def __init__(self, follower: LogFollower) -> None:
        self._follower = follower

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing: what follows from a state is idempotent."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._follower.assigned({place.partition for place in assigned})
