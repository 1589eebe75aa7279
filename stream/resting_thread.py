"""Reading for Faust's agents, with a short rest after each fetch: see together.py."""

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

# What the outside reports is seconds old when it comes.
_REST_S = 0.01
# While partitions are assigned, Faust moves to where reading begins and drops what it had asked for before. A rest in between lets more
# of it be dropped, which costs a second: see passed_over.py.
_SETTLED_S = 5.0


class RestingThread(AIOKafkaConsumerThread):
    """The thread in which Faust reads; once it has read on for a while, it rests after each fetch that brought less than it may."""

    _rest_until_s = 0.0
    _settled_s = math.inf

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's own
        max_records: int | None = None,
    ) -> Any:
        if consumer.paused():
            await asyncio.sleep(max(0.0, self._rest_until_s - time.monotonic()))
            consumer.resume(*consumer.paused())
        found = await super()._fetch_records(consumer, active_partitions, timeout=timeout, max_records=max_records)
        now_s = time.monotonic()
        if found and now_s > self._settled_s and (max_records is None or sum(map(len, found.values())) < max_records):
            self._rest_until_s = now_s + _REST_S
            consumer.pause(*consumer.assignment())
        return found

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Move to the committed offsets."""
        self._moved()
        offsets: Mapping[Any, int] = await super().seek_to_committed()
        return offsets

    async def seek_wait(self, partitions: Mapping[Any, int]) -> None:
        """Move to these offsets."""
        self._moved()
        await super().seek_wait(partitions)

    def seek(self, partition: Any, offset: int) -> None:
        """Move one partition."""
        self._moved()
        super().seek(partition, offset)

    def _moved(self) -> None:
        self._settled_s = time.monotonic() + _SETTLED_S
