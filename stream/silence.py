"""Connections to Kafka that have fallen silent without being closed, as when a router forgets them.

A client gives up a request only after a time that must be longer than a group's session, for a request to join may be kept waiting so long;
and what hangs behind it finds out by itself, one after the other: a fetch, then an append, then a look at the log. Who serves people looks
more closely.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import ApiVersionRequest

log = structlog.get_logger(__name__)

# Everything is answered within moments, and a fetch that finds nothing within a tenth of a second.
SILENT_S = 2.5
_LOOK_S = 0.5
# Whoever has asked nothing for so long does not know whether anybody is there.
_IDLE_S = 1.0
# These wait for the others of the group.
_PATIENT = ("JoinGroup", "SyncGroup")


class SilenceWatch:
    """Closes a connection whose oldest request is unanswered for SILENT_S, so that its client connects anew at once; asks idle ones."""

    def __init__(self, clients: Callable[[], Iterable[Any]]) -> None:
        """clients: aiokafka's clients as they are now, asked at each look."""
        self._clients = clients
        self._oldest: WeakKeyDictionary[Any, tuple[int, float]] = WeakKeyDictionary()
        self._asked: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look until cancelled."""
        looked_s = time.monotonic()
        try:
            while True:
                await asyncio.sleep(_LOOK_S)
                now_s = time.monotonic()
                if now_s - looked_s > 2 * _LOOK_S:
                    # It was we who stood still: answers may be there and not read yet.
                    self._oldest.clear()
                looked_s = now_s
                for client in self._clients():
                    for connection in list(client._conns.values()):  # noqa: SLF001 - a client has no other list of its connections
                        if connection.connected():
                            self._look(connection, now_s)
        finally:
            for task in self._asked:
                task.cancel()

    def _look(self, connection: Any, now_s: float) -> None:
        requests, idle_since_s = connection._requests, connection._last_action  # noqa: SLF001
        if not requests:
            if now_s - idle_since_s >= _IDLE_S:
                task = asyncio.create_task(_ask(connection))
                self._asked.add(task)
                task.add_done_callback(self._asked.discard)
            return
        number, request, _ = requests[0]
        if type(request).__name__.startswith(_PATIENT):
            self._oldest.pop(connection, None)
            return
        known, since_s = self._oldest.get(connection, (None, now_s))
        if known != number:
            self._oldest[connection] = (number, now_s)
        elif now_s - since_s >= SILENT_S:
            log.warning("connection_silent", request=type(request).__name__, port=connection.port)
            connection.close(reason=CloseReason.CONNECTION_TIMEOUT)


async def _ask(connection: Any) -> None:
    # What comes of it is seen at the next looks.
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        await connection.send(ApiVersionRequest())
