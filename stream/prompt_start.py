"""Faust without the waits of its start: a worker that was killed does its work again two and a half seconds earlier.

Three of Faust's waits are for what does not concern us. It lets a second pass for tables to be declared: ours are, before the app runs.
It asks for new records for up to 1.5 s at a time on the connection on which it then asks where to begin. And it starts services once its
own topics are restored: ours read the log by themselves.

Only for roles that host services. Where agents use facts of the outside, Faust's order of starting is part of what keeps a fact from being
passed over.
"""

from typing import Any

import faust
from faust.tables import TableManager

from stream.beginning import FirstRecordConsumer, LeavingThread

_FETCH_MS = 100


class DeclaredTables(TableManager):
    """Tables that were all declared before the app runs."""

    async def on_start(self) -> None:
        """Begin to restore them at once."""
        await self._update_channels()
        await self.recovery.start()


class PromptThread(LeavingThread):
    """The thread that reads for the agents."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_MS  # noqa: SLF001 - Faust passes a number of its own and has no setting for it
        return consumer


class PromptConsumer(FirstRecordConsumer):
    """Reads in that thread."""

    def _new_consumer_thread(self) -> PromptThread:
        return PromptThread(self, loop=self.loop, beacon=self.beacon)


class PromptApp(faust.App):
    """An app whose services start with it."""

    async def on_started(self) -> None:
        """Start them, then go on as Faust does; it starts none twice."""
        await self.on_started_init_extra_services()
        await super().on_started()


def read_promptly(app: Any) -> None:
    """Let a Faust app read with such a consumer."""
    app.transport.Consumer = PromptConsumer
