"""The dispatcher: a service in a Faust worker that owns partitions of dispatch.commands and runs the writer of each."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faust
import redis.asyncio
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from contracts.accounts import DISPATCHER
from contracts.commands import Command
from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS
from stream.access import REQUEST_MS, group, kafka_settings, topic
from stream.commands import CommandSender, system_command
from stream.deadletters import DeadLetters
from stream.heartbeat import EVERY_S, Heartbeat
from stream.leaving import leave
from stream.log.append import Appender
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log_clock import LogClocks
from stream.silence import SilenceWatch
from stream.writer.alarm import Alarm
from stream.writer.bell import Bell
from stream.writer.decision import Judge, Letter
from stream.writer.partition_writer import Found, Item, PartitionWriter

log = structlog.get_logger(__name__)

SESSION_MS = 6_000
_COMMIT_S = 0.5
_TICK_S = 0.2
_STOP_S = 5.0
_DRAIN_S = 3.0
_READ_RECORDS = 500
_DECIDED_AT_ONCE = 50


def snapshot_folder(runtime: Runtime) -> SnapshotFolder:
    """Where all processes of this machine find the writer's snapshots."""
    return SnapshotFolder(Path(runtime.data_dir) / "snapshots", topic(runtime, COMMITS))


class _Part:
    """One partition: its writer, its task, its bell."""

    def __init__(self, writer: PartitionWriter, bell: Bell) -> None:
        self.writer, self.bell = writer, bell
        self.task = asyncio.create_task(writer.run(), name=f"writer-{writer.partition}")
        self.ringing: asyncio.Task[None] | None = None


class Dispatcher(faust.Service):
    """Reads commands in a consumer group of its own, hands them to the writers, and commits offsets after their commits are in the log."""

    def __init__(self, runtime: Runtime, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._runtime, self._name = runtime, name
        self._settings = kafka_settings(runtime, DISPATCHER)
        self._commands = topic(runtime, COMMANDS)
        self._parts: dict[int, _Part] = {}
        self._clocks = LogClocks()
        self._done: dict[TopicPartition, int] = {}
        self._acknowledged: dict[TopicPartition, int] = {}
        self._generation = 0
        self._judge_of = frozenset(jurisdiction.code for jurisdiction in runtime.jurisdictions)

    async def on_start(self) -> None:
        """Connect. Raises KafkaError, and Faust ends the worker: the supervisor starts it again."""
        commits = topic(self._runtime, COMMITS)
        self._appender = Appender(self._settings, commits)
        self._reader = RangeReader(self._settings, commits)
        self._snapshots = snapshot_folder(self._runtime)
        self._store = redis.asyncio.Redis.from_url(self._runtime.valkey_url, socket_timeout=2.0)
        self._heartbeat = Heartbeat(self._store, self._name)
        self._producer = AIOKafkaProducer(
            **self._settings, acks="all", enable_idempotence=False, linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS
        )
        self._consumer = AIOKafkaConsumer(
            **self._settings, group_id=group(self._runtime, "dispatcher"), group_instance_id=self._name,
            enable_auto_commit=False, auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS, heartbeat_interval_ms=SESSION_MS // 4, max_partition_fetch_bytes=4 << 20, fetch_max_wait_ms=50,
            request_timeout_ms=REQUEST_MS,
        )  # fmt: skip
        await self._producer.start()
        await self._appender.start()
        self._sender = CommandSender(self._producer, self._commands, self._clocks)
        self._letters = DeadLetters(self._producer, topic(self._runtime, DEAD_LETTERS), self._name)
        self._consumer.subscribe([self._commands], listener=_Listener(self))
        await self._consumer.start()

    async def on_stop(self) -> None:
        """Finish what was taken, tell the group how far it is, keep a snapshot."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(part.writer.drained() for part in self._parts.values())), _DRAIN_S)
        tasks = [task for part in self._parts.values() for task in (part.task, part.ringing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for part in self._parts.values():
            await part.writer.end()
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(self._commit_offsets(), _STOP_S)
        leave(self._consumer)
        # All at once: a broker that is away keeps each of them for its whole time.
        stops = (self._consumer.stop(), self._appender.stop(), self._producer.stop(), self._reader.stop())
        await asyncio.gather(*(asyncio.wait_for(stop, _STOP_S) for stop in stops), return_exceptions=True)
        await self._store.aclose()

    # --- the group ------------------------------------------------------------------------------------------------

    def assigned(self, partitions: set[int]) -> None:
        """A new generation of the group gave us these."""
        self._generation += 1
        self._done.clear()
        self._acknowledged.clear()
        for number, part in self._parts.items():
            part.bell.alarm.forget()
            if number not in partitions:
                part.writer.revoke()
        for number in sorted(partitions):
            self._part(number).writer.assign(self._generation)
        log.info("assigned", partitions=sorted(partitions), generation=self._generation)

    def _part(self, number: int) -> _Part:
        part = self._parts.get(number)
        if part is None:
            alarm = Alarm()
            writer = PartitionWriter(
                partition=number, appender=self._appender, reader=self._reader, snapshots=self._snapshots,
                judge=Judge(number, self._judge_of), put_aside=self._put_aside, acknowledge=self._note_done, on_commit=alarm.changed,
            )  # fmt: skip
            part = self._parts[number] = _Part(writer, Bell(alarm, self._clocks.of(number)))
        return part

    async def _put_aside(self, found: Found, letter: Letter) -> None:
        await self._letters.put(letter.reason, letter.detail, found.raw, topic=topic(self._runtime, found.name), partition=found.partition,
                                offset=found.offset, key=found.key)  # fmt: skip

    def _note_done(self, generation: int, partition: int, next_offset: int) -> None:
        if generation == self._generation:
            place = TopicPartition(self._commands, partition)
            self._done[place] = self._acknowledged[place] = next_offset

    # --- loops ----------------------------------------------------------------------------------------------------

    @faust.Service.task
    async def _read(self) -> None:
        while not self.should_stop:
            try:
                await self._read_once()
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("commands_unreadable", error=repr(err))
                await self.sleep(_TICK_S)

    async def _read_once(self) -> None:
        got = await self._consumer.getmany(timeout_ms=200, max_records=_READ_RECORDS)
        generation = self._generation
        for place, records in got.items():
            part = self._part(place.partition)
            part.bell.clock.seen(records[-1].timestamp)
            writer = part.writer
            await writer.room()
            for first in range(0, len(records), _DECIDED_AT_ONCE):
                if generation != self._generation:
                    return  # what is left was read for another generation, and comes again
                some = records[first : first + _DECIDED_AT_ONCE]
                writer.offer(generation, [Item(record.offset, record.key, record.value or b"", record.timestamp) for record in some])
                # Batches go out and acknowledgements come in while the next are decided.
                await asyncio.sleep(0)

    @faust.Service.task
    async def _hear_silence(self) -> None:
        own = (self._consumer._client, self._producer.client)  # noqa: SLF001 - a consumer has no other way to its connections
        await SilenceWatch(lambda: (*own, *self._appender.clients)).run()

    @faust.Service.task
    async def _acknowledge(self) -> None:
        while not self.should_stop:
            await self.sleep(_COMMIT_S)
            try:
                await self._commit_offsets()
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("offsets_not_committed", error=repr(err))

    async def _commit_offsets(self) -> None:
        done = dict(self._done)
        if done:
            self._done.clear()
            await self._consumer.commit(done)

    @faust.Service.task
    async def _deadlines(self) -> None:
        while not self.should_stop:
            await self.sleep(_TICK_S)
            for part in self._parts.values():
                # A partition whose broker is away must not keep the others' clocks from ringing.
                if part.ringing is None or part.ringing.done():
                    part.ringing = self._rung(part)

    def _rung(self, part: _Part) -> asyncio.Task[None] | None:
        if not part.writer.owned or part.writer.confirmed is None:
            return None
        due = [
            system_command(body, jurisdiction=jurisdiction, command_id=command_id)
            for jurisdiction, command_id, body in part.bell.rung(part.writer.confirmed.states)
        ]
        return asyncio.create_task(self._send_due(due)) if due else None

    async def _send_due(self, due: Sequence[Command]) -> None:
        for command, failure in zip(due, await asyncio.gather(*map(self._sender.send, due), return_exceptions=True), strict=True):
            if failure is not None:
                log.warning("deadline_not_sent", command=command.id, error=repr(failure))  # it is armed again

    @faust.Service.task
    async def _beat(self) -> None:
        while not self.should_stop:
            counters: Counter[str] = Counter()
            for part in self._parts.values():
                counters.update(part.writer.stats)
            counters.update(self._letters.sent)
            owned = [part.writer for part in self._parts.values() if part.writer.owned]
            counters["partitions"] = len(owned)
            counters["doubt_ms"] = round(max((writer.doubt_s for writer in owned), default=0.0) * 1000)
            counters["snapshot_age_ms"] = round(max((writer.snapshot_age_s for writer in owned), default=0.0) * 1000)
            counters["snapshot_behind"] = sum(writer.snapshot_behind for writer in owned)
            await self._heartbeat.beat(progress=counters["commands"], lag=await self._lag(), counters=counters)
            await self.sleep(EVERY_S)

    async def _lag(self) -> int:
        """Commands in Kafka that are not acknowledged. Asked of the broker: a consumer that is stuck knows nothing newer."""
        places = list(self._consumer.assignment())
        if not places:
            return 0
        try:
            ends = await asyncio.wait_for(self._consumer.end_offsets(places), 2.0)
            lag = 0
            for place in places:
                done = self._acknowledged.get(place)
                if done is None:
                    done = self._acknowledged[place] = await asyncio.wait_for(self._consumer.committed(place), 2.0) or 0
                lag += max(0, int(ends[place]) - done)
        except (KafkaError, OSError, TimeoutError):
            return 0  # the broker is away: that is not the worker's fault
        return lag


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing: who writes is settled by the log; the new generation comes with on_partitions_assigned."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._dispatcher.assigned({place.partition for place in assigned})
