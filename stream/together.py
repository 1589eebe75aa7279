"""Fetching what comes close together at once. A record that comes alone is fetched at once; those right after it wait for each other.

A fetch costs its reader half a millisecond and the broker as much, whether it brings one record or a hundred: at two hundred records a
second that is most of what a reader does.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any


@contextlib.asynccontextmanager
async def resting(consumer: Any, rest_s: float) -> AsyncIterator[None]:
    """Ask for nothing more while the body runs, and for rest_s from its beginning at least. consumer: aiokafka's, asked just now."""
    until_s = time.monotonic() + rest_s
    consumer.pause(*consumer.assignment())
    try:
        yield
        await asyncio.sleep(max(0.0, until_s - time.monotonic()))
    finally:
        # A rebalance in between has begun with partitions that are not paused.
        consumer.resume(*consumer.paused())
