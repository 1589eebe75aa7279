"""Heartbeats of a worker whose agents read through Faust: how far its consumer group is, asked of the broker."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import faust
import redis.asyncio
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.access import REQUEST_MS
from stream.heartbeat import EVERY_S, Heartbeat
from stream.packed import PackedConnection

log = structlog.get_logger(__name__)

_CALL_S = 3.0


class GroupPulse(faust.Service):
    """Beats with the committed offsets of a group. Faust's own view is not asked: it is what may be stuck."""

    def __init__(
        self, *, settings: dict[str, Any], group: str, topics: Mapping[str, int], heartbeat: Heartbeat, counters: Mapping[str, int],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """topics: name → number of partitions."""
        super().__init__(**kwargs)
        self._settings, self._group, self._heartbeat, self._counters = settings, group, heartbeat, counters
        self._places = [TopicPartition(name, partition) for name, partitions in topics.items() for partition in range(partitions)]
        self._consumer: AIOKafkaConsumer | None = None
        self._progress = 0

    async def on_stop(self) -> None:
        """Disconnect."""
        await self._drop()

    @faust.Service.task
    async def _beat(self) -> None:
        while not self.should_stop:
            lag = 0
            try:
                self._progress, lag = await asyncio.wait_for(self._measure(), _CALL_S)
            except (KafkaError, OSError, TimeoutError) as err:
                # The broker is away, which is not the worker's fault. It beats all the same: silence means that it is frozen.
                log.debug("pulse_failed", error=repr(err))
                await self._drop()
            await self._heartbeat.beat(progress=self._progress, lag=lag, counters=self._counters)
            await self.sleep(EVERY_S)

    async def _measure(self) -> tuple[int, int]:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(**self._settings, group_id=self._group, enable_auto_commit=False, request_timeout_ms=REQUEST_MS)
            self._consumer = consumer
            await consumer.start()
        ends = await self._consumer.end_offsets(self._places)
        progress = lag = 0
        for place in self._places:
            done = await self._consumer.committed(place) or 0
            progress += done
            lag += max(0, int(ends[place]) - done)
        return progress, lag

    async def _drop(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), _CALL_S)


# Longer than any script takes, and short enough to notice a connection that fell silent.
_STORE_S = 2.5


def store_of(url: str) -> redis.asyncio.Redis:
    """A client for workers: replies as bytes, no call waits for ever."""
    return redis.asyncio.Redis.from_url(
        url, socket_timeout=_STORE_S, socket_connect_timeout=2.0, connection_class=PackedConnection
    )
