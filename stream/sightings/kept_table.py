"""A Faust table whose writes can be waited for.

Faust sends a table's changes to its changelog whenever it comes to it, and commits the offset of the record that made them without asking
whether they arrived. A worker that dies in between has lost them: a stay would begin later than it did.
"""

import asyncio
from typing import Any

import faust

_WRITE_S = 30.0


class KeptTable(faust.Table[bytes, bytes]):
    """Set keys as in any table; then await `kept` before the record that caused it counts as used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._writes: list[asyncio.Future[Any]] = []

    def send_changelog(self, *args: Any, **kwargs: Any) -> Any:
        """Send one change, and remember that it is on its way."""
        sent = super().send_changelog(*args, **kwargs)
        self._writes.append(sent)
        return sent

    async def kept(self) -> None:
        """Wait until Kafka holds every change so far. Raises KafkaError, or TimeoutError after 30 s: set the key again then."""
        writes, self._writes = self._writes, []
        if writes:
            await asyncio.wait_for(asyncio.gather(*writes), _WRITE_S)
