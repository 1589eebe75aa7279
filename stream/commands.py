"""Sending commands: asynchronously for workers, synchronously for the web process and the adapters (threads and gevent alike)."""

import socket
import threading
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import redis

from contracts.commands import AnyBody, Command, encode_command
from contracts.documents import Answer
from contracts.errors import StoreAwayError, UnreadableError
from contracts.runtime import Runtime
from contracts.terms import Role
from contracts.topics import COMMANDS
from contracts.values import Actor
from stream.access import topic
from stream.log_clock import LogClock, LogClocks
from stream.partition import partition_of

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from stream.native_producer import NativeProducer

SYSTEM = Actor(account="sys", role=Role.SYSTEM)
MAX_COMMAND_BYTES = 900 * 1024

_ACKNOWLEDGED_S = 10.0
_REACHED_FOR_S = 1.0
_POLL_S = 0.02
# As long as workers wait (stream/silence.py): a connection that has fallen silent is given up then, and the record sent again.
_REQUEST_MS = 2_500
_DELIVERY_MS = 15_000
_LOG_APPEND_TIME = 1

decode_answer = msgspec.json.Decoder(Answer).decode


def client_command_id(account: str, idempotency_key: str) -> str:
    """The identifier of a client's command: the same account and key give the same one, and nobody can make a `sys:` one."""
    return sha256(f"{len(account)}:{account}:{idempotency_key}".encode()).hexdigest()[:40]


def system_command(body: AnyBody, *, jurisdiction: str, command_id: str, caused_by: str | None = None) -> Command:
    """A command of the platform itself; command_id must start with `sys:` and say what it is about, so that a repetition is known."""
    return Command(
        id=command_id, jurisdiction=jurisdiction, actor=SYSTEM, body=body, sent_at_ms=time.time_ns() // 1_000_000, caused_by=caused_by
    )


def encode_checked(command: Command) -> bytes:
    """Encode. Raises UnreadableError when a record would pass MAX_COMMAND_BYTES."""
    raw = encode_command(command)
    if len(raw) > MAX_COMMAND_BYTES:
        raise UnreadableError(f"A command of {len(raw)} bytes; send it in chunks of up to {MAX_COMMAND_BYTES}.")
    return raw


class CommandSender:
    """For workers, over their aiokafka producer."""

    def __init__(self, producer: "AIOKafkaProducer", topic_name: str, clocks: LogClocks | None = None) -> None:
        """clocks: learn from each command when it was appended."""
        self._producer = producer
        self._topic = topic_name
        self._clocks = clocks or LogClocks()

    async def send(self, command: Command) -> None:
        """Send; the command is in Kafka when this returns. Raises KafkaError, TimeoutError, UnreadableError."""
        partition = partition_of(command.jurisdiction)
        clock = self._clocks.of(partition)
        raw, asked = encode_checked(command), clock.asking()
        placed = await self._producer.send_and_wait(self._topic, raw, key=command.jurisdiction.encode(), partition=partition)
        if placed.timestamp_type == _LOG_APPEND_TIME:
            clock.appended(asked, placed.timestamp)


class CommandGate:
    """contracts.ports.CommandPort for synchronous processes. One per process; threads and greenlets share it."""

    def __init__(self, runtime: Runtime, store: "redis.Redis | None" = None, clock: LogClock | None = None) -> None:
        """Connects when first used.

        Args:
            store: a client of the read model, for answers; made from the runtime when absent.
            clock: learns from each record when it was appended; one of the gate's own when absent.
        """
        self._runtime = runtime
        self.clock = clock or LogClock()
        self._topic = topic(runtime, COMMANDS)
        self._store = store or redis.Redis.from_url(runtime.valkey_url, socket_timeout=2.0, socket_connect_timeout=1.0)
        self._producer: NativeProducer | None = None
        self._closed = False
        self._making = threading.Lock()
        self._reached_at = -_REACHED_FOR_S

    def send(
        self, body: AnyBody, *, jurisdiction: str, command_id: str, caused_by: str | None = None, actor: Actor = SYSTEM,
        body_sha256: str | None = None, trace: str | None = None, acknowledged_s: float = _ACKNOWLEDGED_S,
    ) -> bool:  # fmt: skip
        """Send a command.

        Returns:
            True once the broker has it; False when that is unknown after acknowledged_s: ask for its answer, or send again with its id.
        Raises:
            StoreAwayError: Kafka is away and nothing was sent.
            UnreadableError: it is too large.
        """
        command = Command(
            id=command_id, jurisdiction=jurisdiction, actor=actor, body=body, sent_at_ms=self.clock.now_ms(), caused_by=caused_by,
            body_sha256=body_sha256, trace=trace,
        )  # fmt: skip
        raw = encode_checked(command)
        return self.produce(self._topic, raw, key=jurisdiction, partition=partition_of(jurisdiction), acknowledged_s=acknowledged_s)

    def produce(
        self, topic_name: str, raw: bytes, *, key: str, partition: int | None = None, acknowledged_s: float = _ACKNOWLEDGED_S
    ) -> bool:
        """Send a raw record, to any topic; as `send`."""
        return self._connected().send(topic_name, raw, key=key.encode(), partition=partition).acknowledged(acknowledged_s)

    def claim(self, command_id: str, body_sha256: str) -> bool:
        """Bind an identifier to the body of its first request for a day; False when it belongs to another body. Raises StoreAwayError."""
        key = f"request:{command_id}"
        try:
            if self._store.set(key, body_sha256, nx=True, ex=86_400):
                return True
            return self._store.get(key) == body_sha256.encode()
        except redis.RedisError as err:
            raise StoreAwayError("The read model does not answer.") from err

    def answer(self, command_id: str, timeout_s: float) -> Answer | None:
        """Wait for the answer in the read model; None when there is none in time, or the read model is away."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                raw = self._store.get(f"answer:{command_id}")
            except redis.RedisError:
                raw = None
            if raw is not None:
                return decode_answer(raw)
            if time.monotonic() >= deadline:
                return None
            time.sleep(_POLL_S)

    def reachable(self) -> bool:
        """Whether a broker's port is open, asked at most once a second."""
        if time.monotonic() - self._reached_at < _REACHED_FOR_S:
            return True
        for broker in self._runtime.kafka.bootstrap.split(","):
            host, _, port = broker.rpartition(":")
            try:
                socket.create_connection((host, int(port)), timeout=1.0).close()
            except OSError:
                continue
            self._reached_at = time.monotonic()
            return True
        return False

    def close(self) -> None:
        """Send what is waiting, and disconnect. Who sends afterwards gets a StoreAwayError."""
        with self._making:
            self._closed = True
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _connected(self) -> "NativeProducer":
        # Asked first: a producer would keep the record and deliver it when nobody waits for it any more.
        if not self.reachable():
            raise StoreAwayError("Kafka does not answer.")
        producer = self._producer
        if producer is not None:
            return producer
        from stream.native_producer import NativeProducer  # noqa: PLC0415 - workers send by aiokafka and need not load this

        with self._making:
            if self._closed:
                raise StoreAwayError("This process ends and sends nothing any more.")
            if self._producer is None:
                self._producer = NativeProducer(self._runtime, self.clock, request_ms=_REQUEST_MS, delivery_ms=_DELIVERY_MS)
            return self._producer
