"""What could not be used: put aside with its reason and bytes, listed, shown and sent again."""

import base64
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import structlog

from contracts.errors import StoreAwayError, UnreadableError
from contracts.observations import DeadLetter
from contracts.runtime import Runtime
from contracts.topics import COMMANDS, DEAD_LETTERS, OBSERVATIONS, POSITIONS, RAW_INTAKE, REPORTS, WARNINGS
from stream.access import kafka_settings, topic

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

log = structlog.get_logger(__name__)

# A record near the broker's limit would pass it as base64: it is named by its place in its topic instead.
_LARGEST_RAW_BYTES = 600 * 1024
_CALL_S = 30.0
# Whoever may write facts may write letters; a letter must not be a way into the log.
_TAKEN_BACK = (OBSERVATIONS, WARNINGS, REPORTS, RAW_INTAKE, POSITIONS, COMMANDS)


class DeadLetters:
    """The sending side, for services."""

    def __init__(self, producer: "AIOKafkaProducer", topic_name: str, source: str) -> None:
        self._producer = producer
        self._topic = topic_name
        self._source = source
        self.sent: Counter[str] = Counter()

    async def put(
        self, reason: str, detail: str, raw: bytes, *, topic: str | None = None, partition: int | None = None, offset: int | None = None,
        key: bytes | None = None,
    ) -> None:  # fmt: skip
        """Put bytes aside; they are in Kafka when this returns. Raises KafkaError, TimeoutError."""
        fits = len(raw) <= _LARGEST_RAW_BYTES
        letter = DeadLetter(
            reason=reason,
            detail=detail[:2000] if fits else f"{detail[:2000]} ({len(raw)} bytes: too large for a copy)",
            source=self._source,
            raw=base64.b64encode(raw).decode() if fits else "",
            at_ms=time.time_ns() // 1_000_000,
            topic=topic,
            partition=partition,
            offset=offset,
            key=None if key is None else key.decode("utf-8", "replace"),
        )
        await self._producer.send_and_wait(self._topic, msgspec.json.encode(letter), key=reason.encode())
        self.sent[f"letters:{reason}"] += 1
        log.warning("dead_letter", reason=reason, detail=letter.detail, topic=topic, partition=partition, offset=offset)


class Numbered(NamedTuple):
    """A dead letter with its number: its offset in the topic."""

    number: int
    letter: DeadLetter


def list_dead_letters(runtime: Runtime) -> Iterator[Numbered]:
    """Yield all that are kept, oldest first. Raises StoreAwayError."""
    for number, raw in _read(runtime, topic(runtime, DEAD_LETTERS), 0, 0, None):
        yield numbered_letter(number, raw)


def numbered_letter(number: int, raw: bytes) -> Numbered:
    """Read a record of the topic; one that is no letter becomes a letter about itself, so that it hides none of the others."""
    try:
        return Numbered(number, msgspec.json.decode(raw, type=DeadLetter))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as err:
        return Numbered(number, DeadLetter(reason="unreadable", detail=str(err), source="?", raw=base64.b64encode(raw).decode(), at_ms=0))


def show_dead_letter(runtime: Runtime, number: int) -> DeadLetter:
    """Return one. Raises UnreadableError when there is none of this number, StoreAwayError."""
    for _, raw in _read(runtime, topic(runtime, DEAD_LETTERS), 0, number, number + 1):
        return numbered_letter(number, raw).letter
    raise UnreadableError(f"There is no dead letter {number}.")


def resend_dead_letter(runtime: Runtime, number: int) -> str:
    """Send the bytes again to where they came from, with their key; return that topic.

    Raises:
        UnreadableError: there is none of this number, it did not come from a topic that takes letters back, or it is damaged.
        StoreAwayError: the broker does not answer.
    """
    from kafka import KafkaProducer  # noqa: PLC0415 - workers only put aside, and need not load this
    from kafka.errors import KafkaError  # noqa: PLC0415

    letter = show_dead_letter(runtime, number)
    if letter.topic is None:
        raise UnreadableError(f"Dead letter {number} came from {letter.source}, not from Kafka: send it from there.")
    where, raw = topic_of(letter, runtime), octets_of(letter)
    if not raw and letter.partition is not None and letter.offset is not None:
        raw = next((value for _, value in _read(runtime, where, letter.partition, letter.offset, letter.offset + 1)), b"")
    try:
        producer = KafkaProducer(**kafka_settings(runtime), acks="all", max_request_size=2 << 20)
        try:
            key = None if letter.key is None else letter.key.encode()
            producer.send(where, raw, key=key, partition=letter.partition if key is None else None).get(_CALL_S)
        finally:
            producer.close()
    except KafkaError as err:
        raise StoreAwayError(f"Kafka did not take dead letter {number}: {err}.") from err
    return where


def topic_of(letter: DeadLetter, runtime: Runtime) -> str:
    """Return the broker's name of the topic that takes a letter back, written with our prefix or without. Raises UnreadableError."""
    for name in _TAKEN_BACK:
        if letter.topic in (name, topic(runtime, name)):
            return topic(runtime, name)
    raise UnreadableError(f"The letter names the topic {letter.topic!r:.80}, which takes nothing back.")


def octets_of(letter: DeadLetter) -> bytes:
    """Return the bytes that were put aside. Raises UnreadableError."""
    try:
        return base64.b64decode(letter.raw, validate=True)
    except ValueError as err:
        raise UnreadableError(f"The letter does not hold the bytes of a record: {err}.") from err


def _read(runtime: Runtime, topic_name: str, partition: int, start: int, stop: int | None) -> Iterator[tuple[int, bytes]]:
    from kafka import KafkaConsumer, TopicPartition  # noqa: PLC0415
    from kafka.errors import KafkaError  # noqa: PLC0415

    settings: dict[str, Any] = kafka_settings(runtime)
    try:
        consumer = KafkaConsumer(**settings, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
        try:
            place = TopicPartition(topic_name, partition)
            end = int(consumer.end_offsets([place])[place])
            end = end if stop is None else min(end, stop)
            consumer.assign([place])
            consumer.seek(place, start)
            while consumer.position(place) < end:
                for records in consumer.poll(timeout_ms=500).values():
                    for record in records:
                        if start <= record.offset < end:
                            yield record.offset, record.value or b""
        finally:
            consumer.close()
    except KafkaError as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err
