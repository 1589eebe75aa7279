"""The projector's worker: the read model, and the positions beside it."""

import asyncio
import contextlib
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS, POSITIONS
from stream.access import REQUEST_MS, kafka_settings, topic
from stream.commands import CommandSender
from stream.deadletters import DeadLetters
from stream.dispatcher import snapshot_folder
from stream.heartbeat import EVERY_S, Heartbeat
from stream.pulse import store_of
from stream.readmodel.positions import Positions
from stream.readmodel.projector import Projector
from stream.roles.hosting import host
from stream.worker import watch_dead_letters


class ProjectorService(faust.Service):
    """Runs the projector and the positions until the worker stops."""

    def __init__(self, runtime: Runtime, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._runtime, self._name = runtime, name

    async def on_start(self) -> None:
        """Connect."""
        settings = kafka_settings(self._runtime)
        self._store = store_of(self._runtime.valkey_url)
        self._heartbeat = Heartbeat(self._store, self._name)
        self._producer = AIOKafkaProducer(**settings, acks="all", linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS)
        await self._producer.start()
        self._projector = Projector(settings, topic(self._runtime, COMMITS), snapshot_folder(self._runtime), self._store)
        self._positions = Positions(
            settings,
            topic(self._runtime, POSITIONS),
            store=self._store,
            follower=self._projector.follower,
            sender=CommandSender(self._producer, topic(self._runtime, COMMANDS), self._projector.follower.clocks),
            letters=DeadLetters(self._producer, topic(self._runtime, DEAD_LETTERS), self._name),
        )
        self._projector.on_commit = self._positions.placer.changed
        self._loops = [asyncio.create_task(self._projector.run()), asyncio.create_task(self._positions.run())]

    async def on_stop(self) -> None:
        """Disconnect; what was not applied is read again."""
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._producer.stop(), 3.0)
        await self._store.aclose()

    @faust.Service.task
    async def _beat(self) -> None:
        while not self.should_stop:
            for task in self._loops:
                if task.done():
                    await self.crash(task.exception() or RuntimeError("a loop of the projector ended"))
            follower = self._projector.follower
            positions = self._positions
            counters = {**self._projector.counts, **positions.counts, **positions.placer.counts, **positions.letters.sent}
            await self._heartbeat.beat(progress=follower.progress, lag=await follower.lag(), counters=counters)
            await self.sleep(EVERY_S)


def add(app: Any, runtime: Runtime, name: str) -> None:
    """Put the service into the app."""
    watch_dead_letters(app, runtime)
    host(app, ProjectorService, runtime, name)
