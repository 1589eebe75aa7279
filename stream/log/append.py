"""Appending to the log: one batch at a time to one partition, on an idempotent producer of our own."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from stream.access import ANSWER_MS

log = structlog.get_logger(__name__)

MAX_BATCH_BYTES = 1 << 20
_APPEND_S = 30.0
_STOP_S = 3.0
_RETRY_S = 0.3


class BatchFullError(ValueError):
    """More bytes than a batch may hold: the caller must send fewer records."""


class Appender:
    """The producer of one process for the log. Shared by its partitions; replaced as a whole when it fails.

    An idempotent producer never gives a failed batch up, so a failed one is thrown away: whatever it may still
    deliver late is found by offset and fenced by hash.
    """

    def __init__(self, settings: dict[str, Any], topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None
        self._renewing = asyncio.Lock()

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        producer = AIOKafkaProducer(
            **self._settings, acks="all", enable_idempotence=True, max_batch_size=MAX_BATCH_BYTES, max_request_size=2 * MAX_BATCH_BYTES,
            request_timeout_ms=ANSWER_MS,
        )  # fmt: skip
        try:
            await producer.start()
        except BaseException:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                await producer.stop()
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect; what is in flight is given three seconds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)

    @property
    def clients(self) -> tuple[Any, ...]:
        """The client that holds its connections; none while it is being replaced."""
        producer = self._producer
        return () if producer is None else (producer.client,)

    async def append(self, partition: int, records: Sequence[tuple[bytes, bytes]]) -> int:
        """Append (key, value) records as one batch and return the offset of the first.

        Raises:
            BatchFullError: they don't fit one batch; nothing was sent.
            KafkaError, OSError, TimeoutError: whether they were written is unknown; the producer was replaced.
        """
        producer = self._producer
        if producer is None:
            raise ConnectionError("The log's producer is being replaced.")
        batch = producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=None) is None:
                raise BatchFullError
        batch.close()
        try:
            sent = await asyncio.wait_for(producer.send_batch(batch, self._topic, partition=partition), _APPEND_S)
            written = await asyncio.wait_for(asyncio.shield(sent), _APPEND_S)
        except Exception:
            await self._renew(producer)
            raise
        return int(written.offset)

    async def _renew(self, failed: AIOKafkaProducer) -> None:
        async with self._renewing:
            if self._producer is not failed:
                return
            self._producer = None
            await _stop(failed)
            while self._producer is None:
                try:
                    await self.start()
                except (KafkaError, OSError, TimeoutError) as err:
                    log.warning("log_producer_start_failed", error=repr(err))
                    await asyncio.sleep(_RETRY_S)


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        await asyncio.wait_for(producer.stop(), _STOP_S)
    except (KafkaError, OSError, TimeoutError) as err:
        log.warning("log_producer_stop_failed", error=repr(err))
