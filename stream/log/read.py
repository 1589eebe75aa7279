"""Reading a range of the log: from an offset to the end as it is now."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from stream.log.leader import EARLIEST, LATEST, Batch, LeaderClient

_CALL_S = 10.0
_PATIENCE_S = 20.0
_ANSWER_S = 4.0
# Whoever follows the log asks every second.
_TRUSTED_S = 3.0


class RangeReader:
    """Reads partitions of one topic without a group. One connection, made when first needed, thrown away on any error."""

    def __init__(self, settings: dict[str, Any], topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._client: LeaderClient | None = None
        self._busy = asyncio.Lock()
        self._answered_s = 0.0

    async def stop(self) -> None:
        """Disconnect."""
        async with self._busy:
            await self._drop()

    async def begin(self, partition: int) -> int:
        """Return the offset of the first record that is still there. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._begin(partition))

    async def end(self, partition: int) -> int:
        """Return the offset that the next record will get. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._end(partition))

    async def read(self, partition: int, start: int, on_record: Callable[[int, bytes], object], stop: int | None = None) -> int:
        """Call on_record(offset, bytes) for everything in [start, end as of now), or up to `stop`; return the next offset.

        Raises:
            KafkaError, OSError, TimeoutError: on_record may have been called for a part of it.
        """
        async with self._busy:
            return await self._guarded(self._read(partition, start, on_record, stop))

    async def offset_at(self, partition: int, at_ms: int) -> int:
        """Return the first offset appended at or after a time, the end if there is none. Raises KafkaError, OSError, TimeoutError."""
        async with self._busy:
            return await self._guarded(self._offset_at(partition, at_ms))

    async def _guarded(self, call: Any) -> int:
        try:
            answer = int(await call)
        except BaseException:
            await self._drop()
            raise
        self._answered_s = time.monotonic()
        return answer

    async def _connected(self) -> LeaderClient:
        if self._client is not None and time.monotonic() - self._answered_s > _TRUSTED_S:
            # It may have fallen silent meanwhile, as in the trouble that is the reason to read: a new one is made in a moment.
            await self._drop()
        if self._client is None:
            client = LeaderClient(self._settings, self._topic)
            try:
                await asyncio.wait_for(client.start(), _CALL_S)
            except BaseException:
                await client.stop()
                raise
            self._client, self._answered_s = client, time.monotonic()
        return self._client

    async def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(client.stop(), _CALL_S)

    async def _begin(self, partition: int) -> int:
        return await self._offset(partition, EARLIEST)

    async def _end(self, partition: int) -> int:
        return await self._offset(partition, LATEST)

    async def _offset_at(self, partition: int, at_ms: int) -> int:
        found = await self._offset(partition, at_ms)
        return await self._end(partition) if found < 0 else found

    async def _offset(self, partition: int, at_ms: int) -> int:
        client = await self._connected()
        return await asyncio.wait_for(client.offset(partition, at_ms, _ANSWER_S), _CALL_S)

    async def _read(self, partition: int, start: int, on_record: Callable[[int, bytes], object], stop: int | None) -> int:
        client = await self._connected()
        end = await self._end(partition)
        if stop is not None:
            end = min(end, stop)
        if start >= end:
            return max(start, end)
        coming = asyncio.create_task(client.batches(partition, start, _PATIENCE_S))
        heard_s = time.monotonic()
        try:
            while start < end:
                batches = await asyncio.wait_for(coming, _PATIENCE_S)
                if batches:
                    heard_s = time.monotonic()
                elif time.monotonic() - heard_s > _PATIENCE_S:
                    raise TimeoutError(f"nothing came of {self._topic}-{partition} from {start} on, which ends at {end}")
                following = batches[-1].next_offset if batches else start
                if following < end:
                    # The broker sends the next ones while these are read.
                    coming = asyncio.create_task(client.batches(partition, following, _PATIENCE_S))
                for batch in batches:
                    _hand_on(batch, start, end, on_record)
                    # Gaps in offsets (markers of a transaction somebody wrote) move the position without a record.
                    start = min(end, max(start, batch.next_offset))
                    await asyncio.sleep(0)
        finally:
            coming.cancel()
        return end


def _hand_on(batch: Batch, start: int, end: int, on_record: Callable[[int, bytes], object]) -> None:
    for record in batch.records():
        offset: int = record.offset
        if offset >= end:
            return
        if offset >= start:
            on_record(offset, record.value or b"")
