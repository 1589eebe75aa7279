"""Facts to Kafka: one producer a process."""

import threading
import time
from base64 import b64encode
from collections import Counter
from typing import Any

import msgspec
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from contracts.errors import StoreAwayError
from contracts.observations import CameraHealth, DeadLetter, Detections, IntakeReport, WeatherWarning
from contracts.runtime import Runtime
from contracts.topics import DEAD_LETTERS, OBSERVATIONS, REPORTS, WARNINGS
from stream.access import kafka_settings
from stream.access import topic as topic_name
from stream.producers import close_producer

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode
# A dead letter holds bytes as they came; a body larger than this is cut, and says so in its detail.
_MAX_LETTER_BYTES = 600 * 1024
_FLUSH_S = 30.0
_TOLD_S = 10.0
_AGAIN_S = 1.0

AnyFact = Detections | CameraHealth | WeatherWarning | IntakeReport | DeadLetter


def dead_letter(reason: str, detail: str, source: str, raw: bytes, *, topic: str | None = None, key: str | None = None) -> DeadLetter:
    """Return the letter of something that could not be read. topic, key: where sending raw again makes sense."""
    cut = raw[:_MAX_LETTER_BYTES]
    told = detail if len(cut) == len(raw) else f"{detail} (the first {len(cut)} of {len(raw)} bytes)"
    now_ms = round(time.time() * 1000)
    return DeadLetter(reason=reason, detail=told, source=source, raw=b64encode(cut).decode(), at_ms=now_ms, topic=topic, key=key)


def address_of(fact: AnyFact) -> tuple[str, str]:
    """Return the topic and the key of a fact."""
    match fact:
        case Detections() | CameraHealth():
            return OBSERVATIONS, fact.jurisdiction
        case WeatherWarning():
            return WARNINGS, fact.identifier
        case IntakeReport():
            return REPORTS, fact.jurisdiction
        case DeadLetter():
            return DEAD_LETTERS, fact.source


class Publisher:
    """Sends facts; acknowledged by Kafka before flush() returns. Threads may share it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.failed = 0
        self._letters: Counter[str] = Counter()
        settings: dict[str, Any] = kafka_settings(runtime)
        # Not idempotent: see stream.commands.CommandGate. A fact that arrives twice counts once.
        self._producer = KafkaProducer(
            **settings, acks="all", linger_ms=20, max_block_ms=5_000, delivery_timeout_ms=60_000, request_timeout_ms=20_000,
            reconnect_backoff_max_ms=2_000, enable_idempotence=False,
        )  # fmt: skip

    def figures(self) -> dict[str, int]:
        """For the heartbeat: facts that Kafka did not take, and dead letters by reason."""
        return {"facts_lost": self.failed, **self._letters}

    def send(self, fact: AnyFact) -> None:
        """Put a fact on its way. One that Kafka does not take within a minute is counted and logged."""
        name, key = address_of(fact)
        self._count(fact)
        try:
            self._producer.send(topic_name(self._runtime, name), key=key.encode(), value=_encode(fact)).add_errback(self._lost, name, key)
        except KafkaError as err:
            self._lost(name, key, err)

    def deliver(self, fact: AnyFact, stop: threading.Event) -> None:
        """Send a fact and wait until Kafka has it, however long Kafka is away; for facts whose source tells them only once."""
        name, key = address_of(fact)
        self._count(fact)
        while not stop.is_set():
            try:
                self._producer.send(topic_name(self._runtime, name), key=key.encode(), value=_encode(fact)).get(timeout=_TOLD_S)
            except KafkaError as err:
                _log.warning("fact_waits", topic=name, key=key, error=repr(err))
                stop.wait(_AGAIN_S)
            else:
                return

    def _count(self, fact: AnyFact) -> None:
        if isinstance(fact, DeadLetter):
            self._letters[f"letters:{fact.reason}"] += 1

    def _lost(self, name: str, key: str, err: BaseException) -> None:
        self.failed += 1
        _log.warning("fact_lost", topic=name, key=key, error=repr(err), failed=self.failed)

    def flush(self) -> None:
        """Wait until everything sent is acknowledged. Raises StoreAwayError."""
        before = self.failed
        try:
            self._producer.flush(timeout=_FLUSH_S)
        except KafkaError as err:
            raise StoreAwayError("Kafka does not take the facts.") from err
        if self.failed != before:
            raise StoreAwayError("Kafka did not take all facts.")

    def close(self) -> None:
        """Send what is left and disconnect."""
        close_producer(self._producer)
