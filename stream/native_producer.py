"""A Kafka producer for synchronous processes, over librdkafka: its threads are C and know neither Python nor gevent."""

import logging
import threading
import time
from typing import Any

import structlog
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, KafkaException, Message, Producer

from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from stream.access import RETRY_MS, kafka_settings
from stream.log_clock import LogClock

log = structlog.get_logger(__name__)

# How often outcomes are fetched while something is on its way. What is sent needs milliseconds to the disk, and no answer waits for this.
_LOOK_S = 0.002
_IDLE_S = 1.0
_LONGEST_CLOSE_S = 5.0
# A broker that starts on a busy machine takes its time to check a password.
_CONNECTED_MS = 5_000
_MOST_WAITING_KIB = 32 * 1024
_BY_KEY = -1
# The broker, or the library before it asked, said no for good: the record is nowhere. Every other failure may come after the broker has it.
_REFUSED = frozenset({
    KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.POLICY_VIOLATION, KafkaError.TOPIC_EXCEPTION,
    KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 - so it names what it found out itself
})  # fmt: skip


class Delivery:
    """One record on its way; called once with what became of it."""

    __slots__ = ("_arrived", "_asked", "_clock", "error")

    def __init__(self, clock: LogClock) -> None:
        """clock: learns when the record was appended."""
        self._clock, self._asked = clock, clock.asking()
        self.error: KafkaError | None = None
        # A bare lock: of gevent's in a patched process, and cheaper than an Event, of which each command needs one.
        self._arrived = threading.Lock()
        self._arrived.acquire()

    def __call__(self, error: KafkaError | None, record: Message) -> None:
        """Note the outcome and wake who waits. Called by the library, from `poll`."""
        self.error = error
        if error is None:
            kind, at_ms = record.timestamp()
            if kind == TIMESTAMP_LOG_APPEND_TIME:
                self._clock.appended(self._asked, at_ms)
        self._arrived.release()

    def acknowledged(self, timeout_s: float) -> bool:
        """Wait for the outcome.

        Returns:
            True once the broker has the record; False when that is unknown after timeout_s, or for good.
        Raises:
            StoreAwayError: Kafka refused it, and does not have it.
        """
        if not self._arrived.acquire(timeout=max(0.0, timeout_s)):
            return False
        self._arrived.release()
        if self.error is None:
            return True
        if self.error.code() in _REFUSED:
            raise StoreAwayError(f"Kafka refused the record: {self.error.str()}.")
        return False


class NativeProducer:
    """Shared by threads, or by greenlets where `threading` is patched; the same code serves both, and never waits inside the library."""

    def __init__(self, runtime: Runtime, clock: LogClock, *, request_ms: int, delivery_ms: int) -> None:
        """Connects by itself, and again when the broker was away.

        Args:
            clock: learns from each record when it was appended.
            request_ms: after so long without an answer a connection is given up and the record is sent again.
            delivery_ms: a record that was not acknowledged after so long is given up.
        """
        self._producer = Producer(_settings(runtime, request_ms, delivery_ms), logger=logging.getLogger("kafka.native"))
        self._clock = clock
        self._wanted = threading.Event()
        self._ended = False
        self._looking = threading.Thread(target=self._look, name="kafka-deliveries", daemon=True)
        self._looking.start()

    def send(self, topic: str, raw: bytes, *, key: bytes, partition: int | None = None) -> Delivery:
        """Send a record; returns at once. partition None: by the key's murmur2. Raises StoreAwayError: nothing is sent."""
        if self._ended:
            raise StoreAwayError("This process ends and sends nothing any more.")
        delivery = Delivery(self._clock)
        try:
            self._producer.produce(topic, raw, key, partition=_BY_KEY if partition is None else partition, on_delivery=delivery)
        except (BufferError, KafkaException) as err:
            raise StoreAwayError(f"Kafka does not take more: {err}.") from err
        if not self._wanted.is_set():
            self._wanted.set()
        return delivery

    def close(self, timeout_s: float = _LONGEST_CLOSE_S) -> bool:
        """Send what waits and disconnect. False when Kafka did not take it in time; what was not acknowledged was never promised."""
        deadline = time.monotonic() + timeout_s
        while len(self._producer) and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
        self._ended = True
        self._wanted.set()
        self._looking.join()
        unsent = len(self._producer)
        if unsent:
            log.warning("producer_closed_unsent", records=unsent)
            self._producer.purge(blocking=False)
            self._producer.poll(0)
        self._producer.close()
        return not unsent

    def _look(self) -> None:
        while not self._ended:
            self._producer.poll(0)
            if len(self._producer):
                time.sleep(_LOOK_S)
                continue
            self._wanted.clear()
            # Looked at again once it is clear: what is sent from here on sets it.
            if not len(self._producer):
                self._wanted.wait(_IDLE_S)


def _settings(runtime: Runtime, request_ms: int, delivery_ms: int) -> dict[str, Any]:
    access = kafka_settings(runtime)
    settings: dict[str, Any] = {
        "bootstrap.servers": access["bootstrap_servers"],
        "acks": "all",
        # A command that arrives twice is known by its identifier. An idempotent producer stops for good where it cannot prove the order.
        "enable.idempotence": False,
        "linger.ms": 0,
        "socket.nagle.disable": True,
        "socket.keepalive.enable": True,
        "socket.timeout.ms": request_ms,
        "request.timeout.ms": request_ms,
        "socket.connection.setup.timeout.ms": _CONNECTED_MS,
        "message.timeout.ms": delivery_ms,
        "retry.backoff.ms": RETRY_MS,
        "reconnect.backoff.ms": RETRY_MS,
        "reconnect.backoff.max.ms": 1000,
        "queue.buffering.max.kbytes": _MOST_WAITING_KIB,
        # As every other client of ours, whichever library it uses, finds a key's partition.
        "partitioner": "murmur2",
        "enable.metrics.push": False,
        "client.id": "nuandeng",
    }
    if "sasl_mechanism" in access:
        settings |= {
            "security.protocol": access["security_protocol"],
            "sasl.mechanism": access["sasl_mechanism"],
            "sasl.username": access["sasl_plain_username"],
            "sasl.password": access["sasl_plain_password"],
        }
    return settings
