"""Reads the log with Kafka's own client, and notices a log that became shorter or other than it was."""

from hashlib import sha256
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition


class Record(NamedTuple):
    """One record as it stands in Kafka."""

    partition: int
    offset: int
    key: bytes
    value: bytes


class LogReader:
    """Reads a topic from its beginning, again and again only what is new. One thread."""

    def __init__(self, access: dict[str, Any], topic: str) -> None:
        """access: keyword arguments of KafkaConsumer: bootstrap_servers and the log-in."""
        self._access, self._topic = access, topic
        self._consumer: Any = None
        self.connect()
        self._next = dict.fromkeys(self._places, 0)
        self._last: dict[TopicPartition, str] = {}

    def connect(self) -> None:
        """Connect anew: a client of several brokers can hold on to one that is gone. Raises kafka.errors.KafkaError."""
        if self._consumer is not None:
            self._consumer.close()
        self._consumer = KafkaConsumer(
            **self._access, group_id=None, enable_auto_commit=False, auto_offset_reset="none", max_poll_records=2000,
            request_timeout_ms=15_000, metadata_max_age_ms=2_000,
        )  # fmt: skip
        self._places = [TopicPartition(self._topic, number) for number in sorted(self._consumer.partitions_for_topic(self._topic) or ())]
        self._consumer.assign(self._places)
        for place in self._places:
            self._consumer.seek(place, 0)

    def more(self) -> tuple[list[Record], list[str]]:
        """Return the records behind those already returned, and what is wrong with the log as such.

        Raises:
            kafka.errors.KafkaError: the broker does not answer.
        """
        wrong: list[str] = []
        found: list[Record] = []
        ends = self._consumer.end_offsets(self._places)
        for place in self._places:
            known = self._next[place]
            if ends[place] < known:
                wrong.append(f"partition {place.partition} ends at {ends[place]}, and ended at {known} before")
                self._next[place] = ends[place]
                continue
            if known > 0 and place in self._last:
                again = self._read(place, known - 1, known)
                if [sha256(record.value).hexdigest() for record in again] != [self._last[place]]:
                    wrong.append(f"partition {place.partition} holds another record at {known - 1} than before")
            records = self._read(place, known, ends[place])
            if records:
                self._last[place] = sha256(records[-1].value).hexdigest()
            self._next[place] = ends[place]
            found += records
        return found, wrong

    def _read(self, place: TopicPartition, start: int, end: int) -> list[Record]:
        found: list[Record] = []
        if start >= end:
            return found
        for other in self._places:
            self._consumer.pause(other)
        self._consumer.resume(place)
        self._consumer.seek(place, start)
        while self._consumer.position(place) < end:
            for records in self._consumer.poll(timeout_ms=500).values():
                found += [Record(place.partition, one.offset, one.key or b"", one.value) for one in records if one.offset < end]
        return found

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
