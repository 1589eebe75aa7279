"""Asking the leader of a partition: where it begins and ends, and for batches of its records as they lie on its disk."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import CorruptRecordException, KafkaError, LeaderNotAvailableError, RecordTooLargeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.memory_records import MemoryRecords

from stream.access import ANSWER_MS, RETRY_MS

EARLIEST, LATEST = -2, -1
_PIECE_BYTES = 4 << 20
_WAIT_MS = 100
_ANYBODY = -1
_UNCOMMITTED = 0


class LeaderClient:
    """A connection to whoever leads the partitions of one topic. Without a group, a position, or an object for each record.

    A consumer of aiokafka makes eleven fields of every record and keeps its own books about them: a quarter of what folding it costs.
    """

    def __init__(self, settings: dict[str, Any], topic: str) -> None:
        self._topic = topic
        self._client = AIOKafkaClient(**settings, request_timeout_ms=ANSWER_MS)

    async def start(self) -> None:
        """Connect. Raises KafkaError, OSError."""
        await self._client.bootstrap()
        await self._client.set_topics([self._topic])

    async def stop(self) -> None:
        """Disconnect."""
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            await self._client.close()

    async def offset(self, partition: int, at_ms: int, patience_s: float) -> int:
        """Return the first offset appended at or after a time, -1 if there is none; or the EARLIEST, or the LATEST, which is the next one.

        Raises:
            KafkaError, OSError, TimeoutError: no leader has answered within `patience_s`, or it refuses.
        """
        request = OffsetRequest(_ANYBODY, _UNCOMMITTED, [(self._topic, [(partition, at_ms)])])
        _at_ms, offset, *_ = await self._asked(partition, request, patience_s)
        return int(offset)

    async def batches(self, partition: int, start: int, patience_s: float) -> "list[Batch]":
        """Return some batches from the one that holds offset `start`, none when nothing came in a moment. Raises as `offset`."""
        request = FetchRequest(_WAIT_MS, 1, _PIECE_BYTES, _UNCOMMITTED, [(self._topic, [(partition, start, _PIECE_BYTES)])])
        found = (await self._asked(partition, request, patience_s))[-1]
        records, batches = MemoryRecords(found), []
        while records.has_next():
            batches.append(Batch(records.next_batch()))
        if found and not batches:
            raise RecordTooLargeError(f"{self._topic}-{partition} holds more in one batch at {start} than was asked for")
        return batches

    async def _asked(self, partition: int, request: Any, patience_s: float) -> list[Any]:
        until_s = time.monotonic() + patience_s
        while True:
            try:
                return await self._asked_once(partition, request)
            except KafkaError as err:
                if not err.retriable or time.monotonic() > until_s:
                    raise
            await asyncio.sleep(RETRY_MS / 1000)
            await self._client.force_metadata_update()

    async def _asked_once(self, partition: int, request: Any) -> list[Any]:
        leader = self._client.cluster.leader_for_partition(TopicPartition(self._topic, partition))
        if leader is None or leader < 0:
            raise LeaderNotAvailableError
        code: int
        answer: list[Any]
        ((_, ((_, code, *answer),)),) = (await self._client.send(leader, request)).topics
        if code:
            raise for_code(code)(f"{self._topic}-{partition}")
        return answer


class Batch:
    """Records that were appended together."""

    __slots__ = ("_batch", "next_offset")

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self.next_offset: int = batch.next_offset

    def records(self) -> Iterator[Any]:
        """What it holds, each with `offset` and `value`; nothing, if it is Kafka's own marker.

        Raises:
            CorruptRecordException: its checksum is not that of its bytes.
        """
        if not self._batch.validate_crc():
            raise CorruptRecordException(f"the batch before {self.next_offset} is not what was appended")
        return iter(()) if self._batch.is_control_batch else iter(self._batch)
