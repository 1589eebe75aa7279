"""Verifying the log: every record readable, every jurisdiction's sequences without a gap, every hash the one that the next record names,
every checkpoint that of the records it is of."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from aiokafka.errors import KafkaError

from contracts.commit import GENESIS, Commit, decode_commit
from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from stream.access import kafka_settings, topic
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.partition import partition_count, partition_of
from stream.side_by_side import side_by_side
from stream.witness.checkpoint import LogIdentity
from stream.witness.comparing import BadRecord, Comparison, Expected
from stream.witness.trees import PartitionTrees

# More than a writer can have in flight when it loses its partition.
_REMEMBERED = 100_000


class Verified(NamedTuple):
    """What was found.

    heads: jurisdiction → (sequence, hash); fenced: records of a writer that had lost its partition, rightly ignored;
    checkpoints: how many, of those in the log and of the expected ones, are of this log. unsound: commits that stand and say what
    cannot be; they changed nothing, and somebody else than a writer of ours wrote them.
    """

    records: int
    fenced: int
    heads: dict[str, tuple[int, str]]
    bad: BadRecord | None
    checkpoints: int = 0
    unsound: tuple[BadRecord, ...] = ()


class Verifier:
    """Checks one partition, record by record. Pure.

    A record that does not stand is no fault if it is the late word of a writer that had lost its partition: it builds on
    something that stood in this log. One that builds on nothing that ever stood shows that a record was changed, dropped or moved.
    """

    def __init__(self, partition: int, expected: Sequence[Expected] = (), identities: Sequence[LogIdentity] = ()) -> None:
        """expected: checkpoints to compare with. identities: whose checkpoints may stand in the log; none: those are not looked at."""
        self._partition = partition
        self._trees = PartitionTrees(partition)
        self._fold = Fold(partition)
        self.unsound: list[BadRecord] = []
        self._identities = identities
        self._comparisons: dict[str, Comparison] = {}
        for name in {one.signed.jurisdiction for one in expected}:
            if partition_of(name) == partition:
                of_it = [one for one in expected if one.signed.jurisdiction == name]
                self._comparisons[name] = Comparison(partition, name, of_it, identities)
        self.records = self.fenced = 0
        self.bad: BadRecord | None = None
        # The record that a gap was left by: jurisdiction, sequence, and the hash that it must name.
        self._missing: tuple[str, int, str] | None = None
        # (jurisdiction, sequence, hash) of what was written of late, standing or not: what a fenced record may build on.
        self._written: set[tuple[str, int, str]] = set()
        self._order: deque[tuple[str, int, str]] = deque()
        self._head_at: dict[str, int] = {}

    @property
    def heads(self) -> dict[str, tuple[int, str]]:
        """Jurisdiction → sequence and hash of its last standing record."""
        return {name: (tree.size, tree.head) for name, tree in self._trees.trees.items()}

    @property
    def checkpoints(self) -> int:
        """How many checkpoints were found to be of this log."""
        return sum(comparison.checked for comparison in self._comparisons.values())

    def take(self, offset: int, record: bytes) -> None:
        """Check the next record; after the first bad one only the one that is missing before it is looked for."""
        if self.bad is not None:
            self._look_for_missing(offset, record)
            return
        self.records += 1
        expected = self._trees.next_offset
        if offset != expected:
            self.bad = BadRecord(self._partition, expected, f"is missing: the next record is at {offset}")
            return
        try:
            commit = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError) as err:
            self.bad = BadRecord(self._partition, offset, f"cannot be read: {err}")
            return
        jurisdiction, before = commit.jurisdiction, self._trees.tree(commit.jurisdiction)
        stood, head = before.size, before.head
        grown = self._trees.take(offset, record, commit)
        if grown is None:
            self._not_standing(offset, commit, stood, head)
        else:
            self._head_at[jurisdiction] = offset
            standing = self._fold.fold(commit, self._trees.last_record)
            if standing.unsound is not None:
                why = f"cannot be folded: {standing.unsound}"
                self.unsound.append(BadRecord(self._partition, offset, why, jurisdiction, commit.sequence))
            comparison = self._comparisons.get(jurisdiction)
            if comparison is None:
                comparison = self._comparisons[jurisdiction] = Comparison(self._partition, jurisdiction, (), self._identities)
            self.bad = comparison.grew(offset, grown, self._trees.tree(jurisdiction).frontier)
        self._remember((jurisdiction, commit.sequence, self._trees.last_record))

    def end(self) -> None:
        """Say that this was the last record."""
        for name, comparison in sorted(self._comparisons.items()):
            if self.bad is None:
                self.bad = comparison.ended(self._trees.next_offset, self._trees.tree(name).size)

    def _not_standing(self, offset: int, commit: Commit, stood: int, head: str) -> None:
        jurisdiction, sequence = commit.jurisdiction, commit.sequence
        if partition_of(jurisdiction) != self._partition:
            self.bad = BadRecord(self._partition, offset, "belongs to another partition", jurisdiction, sequence)
        elif (jurisdiction, sequence - 1, commit.previous) in self._written or (sequence == 1 and commit.previous == GENESIS):
            self.fenced += 1
        elif sequence == stood + 1 and stood:
            # The one before has the right number and the wrong hash: it is not what it was when this one was built on it.
            reason = f"was changed: the record at {offset} says that its hash was {commit.previous[:16]}…, it is {head[:16]}…"
            self.bad = BadRecord(self._partition, self._head_at[jurisdiction], reason, jurisdiction, stood)
        else:
            reason = f"has sequence {sequence}; the last one that stands has {stood}"
            if sequence > stood + 1:
                reason += f": the one with {stood + 1} was dropped"
                self._missing = (jurisdiction, stood + 1, head)
            self.bad = BadRecord(self._partition, offset, reason, jurisdiction, sequence)

    def _look_for_missing(self, offset: int, record: bytes) -> None:
        if self._missing is None or self.bad is None:
            return
        try:
            commit = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if (commit.jurisdiction, commit.sequence, commit.previous) == self._missing:
            told = self.bad.reason.rpartition(":")[0]
            swapped = f"it was swapped with the one with {commit.sequence}, which stands at offset {offset}"
            self.bad = self.bad._replace(reason=f"{told}: {swapped}")
            self._missing = None

    def _remember(self, record: tuple[str, int, str]) -> None:
        self._written.add(record)
        self._order.append(record)
        if len(self._order) > _REMEMBERED:
            self._written.discard(self._order.popleft())


def verify(runtime: Runtime, *, expected: Sequence[Expected] = (), identities: Sequence[LogIdentity] = ()) -> Verified:
    """Verify the whole log of a running broker.

    Args:
        expected: checkpoints that it must continue. identities: whose checkpoints may stand in it; none: those are not looked at.
    Raises:
        StoreAwayError: it does not answer.
    """
    task = _Task(runtime, tuple(expected), tuple(identities))
    try:
        parts = side_by_side(_verified, task, asyncio.run(_sizes(runtime)))
    except (KafkaError, OSError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    records = fenced = checkpoints = 0
    heads: dict[str, tuple[int, str]] = {}
    unsound: tuple[BadRecord, ...] = ()
    for _, part in sorted(parts.items()):
        records, fenced, checkpoints = records + part.records, fenced + part.fenced, checkpoints + part.checkpoints
        heads.update(part.heads)
        unsound += part.unsound
        if part.bad is not None:
            return Verified(records, fenced, heads, part.bad, checkpoints, unsound)
    return Verified(records, fenced, heads, None, checkpoints, unsound)


class _Task(NamedTuple):
    runtime: Runtime
    expected: tuple[Expected, ...]
    identities: tuple[LogIdentity, ...]


async def _sizes(runtime: Runtime) -> dict[int, int]:
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        return {partition: await reader.end(partition) for partition in range(partition_count())}
    finally:
        await reader.stop()


def _verified(task: _Task, partitions: tuple[int, ...]) -> dict[int, Verified]:
    """Verify some partitions, each by itself. Runs in this process or in one of its own."""
    return asyncio.run(_verify_all(task, partitions))


async def _verify_all(task: _Task, partitions: tuple[int, ...]) -> dict[int, Verified]:
    reader = RangeReader(kafka_settings(task.runtime), topic(task.runtime, COMMITS))
    found: dict[int, Verified] = {}
    try:
        for partition in partitions:
            verifier = Verifier(partition, task.expected, task.identities)
            await reader.read(partition, 0, verifier.take)
            verifier.end()
            found[partition] = Verified(
                verifier.records, verifier.fenced, verifier.heads, verifier.bad, verifier.checkpoints, tuple(verifier.unsound)
            )
    finally:
        await reader.stop()
    return found
