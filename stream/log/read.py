"""Reading a range of the log: from an offset to the end as it is now."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.access import ANSWER_MS

_CALL_S = 10.0
_PATIENCE_S = 20.0
# Whoever follows the log asks every second.
_TRUSTED_S = 3.0


class RangeReader:
    """Reads partitions of one topic without a group. One connection, made when first needed, thrown away on any error."""

    def __init__(self, settings: dict[str, Any], topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._consumer: AIOKafkaConsumer | None = None
        self._busy = asyncio.Lock()
        self._answered_s = 0.0

    async def stop(self) -> None:
        """Disconnect."""
        async with self._busy:
            await self._drop()

    async def begin(self, partition: int) -> int:
        """Return the offset of the first record that is still there. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._begin(TopicPartition(self._topic, partition)))

    async def end(self, partition: int) -> int:
        """Return the offset that the next record will get. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._end(TopicPartition(self._topic, partition)))

    async def read(self, partition: int, start: int, on_record: Callable[[int, bytes], None], stop: int | None = None) -> int:
        """Call on_record(offset, bytes) for everything in [start, end as of now), or up to `stop`; return the next offset.

        Raises:
            KafkaError, OSError, TimeoutError: on_record may have been called for a part of it.
        """
        async with self._busy:
            return await self._guarded(self._read(TopicPartition(self._topic, partition), start, on_record, stop))

    async def offset_at(self, partition: int, at_ms: int) -> int:
        """Return the first offset appended at or after a time, the end if there is none. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._offset_at(TopicPartition(self._topic, partition), at_ms))

    async def _guarded(self, call: Any) -> int:
        try:
            answer = int(await call)
        except BaseException:
            await self._drop()
            raise
        self._answered_s = time.monotonic()
        return answer

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is not None and time.monotonic() - self._answered_s > _TRUSTED_S:
            # It may have fallen silent meanwhile, as in the trouble that is the reason to read: a new one is made in a moment.
            await self._drop()
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._settings, group_id=None, enable_auto_commit=False, auto_offset_reset="none", max_partition_fetch_bytes=4 << 20,
                fetch_max_wait_ms=100, request_timeout_ms=ANSWER_MS,
            )  # fmt: skip
            try:
                await asyncio.wait_for(consumer.start(), _CALL_S)
            except BaseException:
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    await consumer.stop()
                raise
            self._consumer, self._answered_s = consumer, time.monotonic()
        return self._consumer

    async def _drop(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), _CALL_S)

    async def _begin(self, partition: TopicPartition) -> int:
        consumer = await self._connected()
        return int((await asyncio.wait_for(consumer.beginning_offsets([partition]), _CALL_S))[partition])

    async def _end(self, partition: TopicPartition) -> int:
        consumer = await self._connected()
        return int((await asyncio.wait_for(consumer.end_offsets([partition]), _CALL_S))[partition])

    async def _offset_at(self, partition: TopicPartition, at_ms: int) -> int:
        consumer = await self._connected()
        found = (await asyncio.wait_for(consumer.offsets_for_times({partition: at_ms}), _CALL_S))[partition]
        return await self._end(partition) if found is None else int(found.offset)

    async def _read(self, partition: TopicPartition, start: int, on_record: Callable[[int, bytes], None], stop: int | None) -> int:
        consumer = await self._connected()
        end = await self._end(partition)
        if stop is not None:
            end = min(end, stop)
        if start >= end:
            return max(start, end)
        consumer.assign([partition])
        consumer.seek(partition, start)
        try:
            while start < end:
                got = await asyncio.wait_for(consumer.getmany(partition, timeout_ms=1000, max_records=2000), _PATIENCE_S)
                for record in got.get(partition, ()):
                    if record.offset >= end:
                        start = end
                        break
                    on_record(record.offset, record.value if record.value is not None else b"")
                    start = record.offset + 1
                if not got:
                    # Gaps in offsets (markers of a transaction somebody wrote) move the position without a record.
                    start = max(start, await consumer.position(partition))
        finally:
            # Not unsubscribe(): a consumer that is stopped while it gives a partition back swallows its own end, and stop() waits in vain.
            consumer.pause(partition)
        return max(start, end)
