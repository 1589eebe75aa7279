"""Verifying the log: every record readable, every jurisdiction's sequences without a gap, every hash the one before it names."""

import asyncio
from collections import deque
from typing import NamedTuple

import msgspec
from aiokafka.errors import KafkaError

from contracts.commit import GENESIS, decode_commit, digest
from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS, WRITER_PARTITIONS
from stream.access import kafka_settings, topic
from stream.log.read import RangeReader
from stream.partition import partition_of

# More than a writer can have in flight when it loses its partition.
_REMEMBERED = 100_000


class BadRecord(NamedTuple):
    """The first record that is not as it must be. sequence and jurisdiction are None when it can't be read."""

    partition: int
    offset: int
    reason: str
    jurisdiction: str | None = None
    sequence: int | None = None


class Verified(NamedTuple):
    """What was found. heads: jurisdiction → (sequence, hash); fenced: records of a writer that had lost its partition, rightly ignored."""

    records: int
    fenced: int
    heads: dict[str, tuple[int, str]]
    bad: BadRecord | None


class Verifier:
    """Checks one partition, record by record. Pure.

    A record that does not stand is no fault if it is the late word of a writer that had lost its partition: it builds on
    something that stood in this log. One that builds on nothing that ever stood shows that a record was changed, dropped or moved.
    """

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self.heads: dict[str, tuple[int, str]] = {}
        self.records = self.fenced = 0
        self.bad: BadRecord | None = None
        # (jurisdiction, sequence, hash) of what was written of late, standing or not: what a fenced record may build on.
        self._written: set[tuple[str, int, str]] = set()
        self._order: deque[tuple[str, int, str]] = deque()
        self._head_at: dict[str, int] = {}
        self._expected_offset = 0

    def take(self, offset: int, record: bytes) -> None:
        """Check the next record; after the first bad one nothing is checked."""
        if self.bad is not None:
            return
        self.records += 1
        if offset != self._expected_offset:
            self.bad = BadRecord(self._partition, self._expected_offset, f"is missing: the next record is at {offset}")
            return
        self._expected_offset = offset + 1
        try:
            commit = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError) as err:
            self.bad = BadRecord(self._partition, offset, f"cannot be read: {err}")
            return
        jurisdiction, sequence = commit.jurisdiction, commit.sequence
        stood, head = self.heads.get(jurisdiction, (0, GENESIS))
        mine = digest(record)
        builds_on = (jurisdiction, sequence - 1, commit.previous)
        if partition_of(jurisdiction) != self._partition:
            self.bad = BadRecord(self._partition, offset, "belongs to another partition", jurisdiction, sequence)
        elif sequence == stood + 1 and commit.previous == head:
            self.heads[jurisdiction] = (sequence, mine)
            self._head_at[jurisdiction] = offset
        elif builds_on in self._written or (sequence == 1 and commit.previous == GENESIS):
            self.fenced += 1
        elif sequence == stood + 1:
            # The one before has the right number and the wrong hash: it is not what it was when this one was built on it.
            reason = f"was changed: the record at {offset} says that its hash was {commit.previous[:16]}…, it is {head[:16]}…"
            self.bad = BadRecord(self._partition, self._head_at[jurisdiction], reason, jurisdiction, stood)
        else:
            reason = f"has sequence {sequence}; the last one that stands has {stood}"
            self.bad = BadRecord(self._partition, offset, reason, jurisdiction, sequence)
        self._remember((jurisdiction, sequence, mine))

    def _remember(self, record: tuple[str, int, str]) -> None:
        self._written.add(record)
        self._order.append(record)
        if len(self._order) > _REMEMBERED:
            self._written.discard(self._order.popleft())


def verify(runtime: Runtime) -> Verified:
    """Verify the whole log of a running broker. Raises StoreAwayError."""
    try:
        return asyncio.run(_verify(runtime))
    except (KafkaError, OSError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err


async def _verify(runtime: Runtime) -> Verified:
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    records = fenced = 0
    heads: dict[str, tuple[int, str]] = {}
    try:
        for partition in range(WRITER_PARTITIONS):
            verifier = Verifier(partition)
            await reader.read(partition, 0, verifier.take)
            records, fenced = records + verifier.records, fenced + verifier.fenced
            heads.update(verifier.heads)
            if verifier.bad is not None:
                return Verified(records, fenced, heads, verifier.bad)
    finally:
        await reader.stop()
    return Verified(records, fenced, heads, None)
