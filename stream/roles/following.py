"""What the agents' workers share: a producer, a follower of the log, a heartbeat."""

import asyncio
import contextlib
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS
from stream.access import REQUEST_MS, kafka_settings, topic
from stream.commands import CommandSender
from stream.deadletters import DeadLetters
from stream.dispatcher import snapshot_folder
from stream.follow import LogFollower


class Outlets:
    """Made before the event loop runs, connected by `OutletService`; agents wait for `connected`."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        self._runtime, self._name = runtime, name
        self.connected = asyncio.Event()
        self.sender: CommandSender
        self.letters: DeadLetters
        self.follower: LogFollower

    async def connect(self) -> None:
        """Connect. Raises KafkaError."""
        settings = kafka_settings(self._runtime)
        self._producer = AIOKafkaProducer(**settings, acks="all", linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS)
        await self._producer.start()
        self.letters = DeadLetters(self._producer, topic(self._runtime, DEAD_LETTERS), self._name)
        self.follower = LogFollower(settings, topic(self._runtime, COMMITS), snapshot_folder(self._runtime), rest_s=0.1)
        self.sender = CommandSender(self._producer, topic(self._runtime, COMMANDS), self.follower.clocks)
        self._following = asyncio.create_task(self.follower.run())
        self.connected.set()

    async def disconnect(self) -> None:
        """Send what is waiting, and disconnect."""
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._producer.stop(), 3.0)


class OutletService(faust.Service):
    """Connects the outlets when the worker starts, and disconnects them when it stops."""

    def __init__(self, outlets: Outlets, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._outlets = outlets

    async def on_start(self) -> None:
        """Connect."""
        await self._outlets.connect()

    async def on_stop(self) -> None:
        """Disconnect."""
        await self._outlets.disconnect()
