"""Reading for Faust's agents, with a short rest after each fetch: see together.py."""

import asyncio
import time
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

# What the outside reports is seconds old when it comes.
_REST_S = 0.01


class RestingThread(AIOKafkaConsumerThread):
    """The thread in which Faust reads; it rests after each fetch that brought less than it may."""

    _rest_until_s = 0.0

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
        if found and (max_records is None or sum(map(len, found.values())) < max_records):
            self._rest_until_s = time.monotonic() + _REST_S
            consumer.pause(*consumer.assignment())
        return found
