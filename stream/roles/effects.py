"""The effects worker: does what the commits of its partitions owe."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS
from stream.access import REQUEST_MS, group, kafka_settings, topic
from stream.commands import CommandSender
from stream.dispatcher import snapshot_folder
from stream.effects import LOOK_S, Effects
from stream.follow import LogFollower
from stream.heartbeat import EVERY_S, Heartbeat
from stream.pulse import store_of
from stream.push import WebPusher
from stream.roles.hosting import host
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from stream.worker import watch_dead_letters


class EffectsService(faust.Service):
    """Runs the effects of the partitions that the group gives it."""

    def __init__(self, runtime: Runtime, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._runtime, self._name = runtime, name

    async def on_start(self) -> None:
        """Connect."""
        runtime = self._runtime
        settings = kafka_settings(runtime)
        self._store = store_of(runtime.valkey_url)
        self._heartbeat = Heartbeat(self._store, self._name)
        self._producer = AIOKafkaProducer(**settings, acks="all", linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS)
        await self._producer.start()
        secrets = SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))
        pusher = await asyncio.to_thread(WebPusher, secrets, runtime.push_contact)
        self._follower = LogFollower(
            settings, topic(runtime, COMMITS), snapshot_folder(runtime), group=group(runtime, "effects"), member=self._name,
            rest_s=LOOK_S / 2,
        )  # fmt: skip
        sender = CommandSender(self._producer, topic(runtime, COMMANDS), self._follower.clocks)
        self._effects = Effects(self._follower, self._store, sender, secrets, pusher)
        self._loops = [asyncio.create_task(self._follower.run()), asyncio.create_task(self._effects.run())]

    async def on_stop(self) -> None:
        """Disconnect; what is owed still is done by whoever follows next."""
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
                    await self.crash(task.exception() or RuntimeError("a loop of the effects ended"))
            counters = {**self._effects.counts, "owed": self._effects.owing}
            await self._heartbeat.beat(progress=self._follower.progress, lag=await self._follower.lag(), counters=counters)
            await self.sleep(EVERY_S)


def add(app: Any, runtime: Runtime, name: str) -> None:
    """Put the service into the app."""
    watch_dead_letters(app, runtime)
    host(app, EffectsService, runtime, name)
