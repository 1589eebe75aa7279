"""What was pushed to the web process, unparsed: read from intake.raw, turned into facts, dead-lettered when unreadable."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from camera_adapters.publish import AnyFact, Publisher, dead_letter
from contracts.errors import NuandengError
from contracts.observations import DeadLetter, RawIntake
from contracts.ports import KeyStore
from contracts.runtime import Runtime
from contracts.topics import RAW_INTAKE
from stream.access import group, kafka_settings, topic
from stream.intake_sealing import open_intake

_log = structlog.get_logger(__name__)
_decode = msgspec.json.Decoder(RawIntake).decode
_AGAIN_S = 2.0

Reader = Callable[[RawIntake, bytes], Iterable[AnyFact]]


def read_intake(record: bytes, wanted: Callable[[str], bool], read: Reader, keys: KeyStore | None = None) -> list[AnyFact]:
    """Turn one record into facts, and a dead letter with the record itself when not all of it could be read.

    Nothing when its kind is another adapter's.

    Args:
        record: the value of a record of intake.raw.
        wanted: says by kind whether it is ours.
        read: parses the body. What it raises of our errors, at once or after some facts, becomes the letter's reason.
        keys: opens sealed bodies.
    """
    try:
        raw = _decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        # Only one reader may letter what nobody can read: the one that takes weather, of which there is always one.
        return [_letter("unreadable", f"No record of intake.raw: {err}", RAW_INTAKE, record)] if wanted("weather") else []
    if not wanted(raw.kind):
        return []
    facts: list[AnyFact] = []
    try:
        for fact in read(raw, open_intake(keys, raw)):
            facts.append(fact)  # noqa: PERF402 - what came before an error must stay
    except NuandengError as err:
        facts.append(_letter(err.code, str(err), raw.kind, record))
    return facts


def _letter(reason: str, detail: str, kind: str, record: bytes) -> DeadLetter:
    # The record as it was, sealed where it was sealed: sent to the topic again it is read again.
    return dead_letter(reason, detail, kind, record, topic=RAW_INTAKE, key=kind)


class IntakeConsumer:
    """Reads intake.raw in a group: every record becomes facts that Kafka acknowledged before its offset is committed."""

    def __init__(
        self, runtime: Runtime, name: str, publisher: Publisher, *, wanted: Callable[[str], bool], read: Reader,
        keys: KeyStore | None = None,
    ) -> None:
        """name: of the group."""
        self._runtime = runtime
        self._name = name
        self._publisher = publisher
        self._wanted = wanted
        self._read = read
        self._keys = keys

    def run(self, stop: threading.Event) -> None:
        """Read until stopped; waits while Kafka is away."""
        while not stop.is_set():
            try:
                self._session(stop)
            except (KafkaError, NuandengError, OSError) as err:
                _log.warning("intake_waits", group=self._name, error=repr(err))
                stop.wait(_AGAIN_S)

    def _session(self, stop: threading.Event) -> None:
        settings: dict[str, Any] = kafka_settings(self._runtime)
        consumer = KafkaConsumer(
            topic(self._runtime, RAW_INTAKE), **settings, group_id=group(self._runtime, self._name), enable_auto_commit=False,
            auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=2000, reconnect_backoff_max_ms=2000,
        )  # fmt: skip
        try:
            while not stop.is_set():
                batches = consumer.poll(timeout_ms=500, max_records=50)
                for records in batches.values():
                    for record in records:
                        self._take(record)
                if batches:
                    self._publisher.flush()
                    consumer.commit()
        finally:
            consumer.close(autocommit=False)

    def _take(self, record: Any) -> None:
        try:
            facts = read_intake(record.value or b"", self._wanted, self._read, self._keys)
        except Exception as err:  # noqa: BLE001 - top of a loop, logged
            # One record that a parser chokes on must not stop those behind it.
            _log.exception("intake_failed", partition=record.partition, offset=record.offset)
            where = f"{type(err).__name__} at {record.partition}:{record.offset}"
            facts = [_letter("internal", where, RAW_INTAKE, record.value or b"")]
        for fact in facts:
            self._publisher.send(fact)
