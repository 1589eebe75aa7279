"""Replaying the log: the state at given offsets, or as of a minute, and its digest. Reads Kafka alone, with all cores."""

import asyncio
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from dispatch import State, restore, snapshot
from stream.access import kafka_settings, topic
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.partition import partition_count, partition_of
from stream.readmodel.digest import digest_of_states, document_lines, head_line
from stream.side_by_side import side_by_side

_PIECE_BYTES = 1 << 20


class Unsound(NamedTuple):
    """A record that stands and could not be folded."""

    partition: int
    offset: int
    jurisdiction: str
    sequence: int
    reason: str


class Replayed(NamedTuple):
    """What a replay found. offsets: the last folded record of each partition that has one; ignored: records that don't stand."""

    offsets: dict[int, int]
    states: dict[str, State]
    records: int
    ignored: int
    unsound: tuple[Unsound, ...] = ()

    @property
    def digest(self) -> str:
        """The same as the read model's at these offsets."""
        return digest_of_states(self.states)


class Digested(NamedTuple):
    """A replay of which only the digest is kept; memory holds one partition a core at a time."""

    offsets: dict[int, int]
    digest: str
    records: int
    ignored: int
    unsound: tuple[Unsound, ...] = ()


class _Task(NamedTuple):
    """spool: a folder for documents, when those are wanted and not the states."""

    runtime: Runtime
    at: dict[int, int] | None
    until_ms: int | None
    jurisdiction: str | None
    spool: str | None = None

    @property
    def partitions(self) -> list[int]:
        """Those to be read."""
        kafka_settings(self.runtime)
        wanted = range(partition_count()) if self.jurisdiction is None else (partition_of(self.jurisdiction),)
        return [partition for partition in wanted if self.at is None or partition in self.at]

    def stop(self, partition: int) -> int | None:
        """The offset before which a partition is read, None for all of it."""
        return None if self.at is None else self.at[partition] + 1


class _Part(NamedTuple):
    """One partition. heads: jurisdiction → (sequence, hash); states: snapshots; lines: jurisdiction → where its lines lie in the spool."""

    next_offset: int
    ignored: int
    unsound: tuple[Unsound, ...]
    heads: dict[str, tuple[int, str]]
    states: dict[str, bytes]
    lines: dict[str, tuple[int, int]]


def replay(
    runtime: Runtime, *, at: Mapping[int, int] | None = None, until_ms: int | None = None, jurisdiction: str | None = None
) -> Replayed:
    """Fold the log from its beginning; no snapshot is trusted.

    Args:
        at: partition → last offset to fold; a partition that is missing is not folded at all. None: to the end.
        until_ms: fold what occurred up to this time.
        jurisdiction: this one alone.
    Raises:
        StoreAwayError: the broker does not answer.
    """
    parts = _parts(_Task(runtime, None if at is None else dict(at), until_ms, jurisdiction))
    states = {name: restore(raw) for part in parts.values() for name, raw in part.states.items()}
    return Replayed(_offsets(parts), states, *_counted(parts))


def replay_digest(
    runtime: Runtime, *, at: Mapping[int, int] | None = None, until_ms: int | None = None, jurisdiction: str | None = None
) -> Digested:
    """As `replay`, and keep the digest alone. Raises StoreAwayError."""
    with tempfile.TemporaryDirectory(prefix="nuandeng-replay-") as spool:
        task = _Task(runtime, None if at is None else dict(at), until_ms, jurisdiction, spool)
        parts = _parts(task)
        if any("\t" in name for part in parts.values() for name in part.heads):
            # A name that nobody has: its lines could belong between another's.
            return replay_digest_in_memory(task)
        return Digested(_offsets(parts), _digest(parts, Path(spool)), *_counted(parts))


def replay_digest_in_memory(task: _Task) -> Digested:
    """The digest from the states themselves, all of them in memory at once."""
    whole = replay(task.runtime, at=task.at, until_ms=task.until_ms, jurisdiction=task.jurisdiction)
    return Digested(whole.offsets, whole.digest, whole.records, whole.ignored, whole.unsound)


def _offsets(parts: dict[int, _Part]) -> dict[int, int]:
    return {partition: part.next_offset - 1 for partition, part in sorted(parts.items()) if part.next_offset}


def _counted(parts: dict[int, _Part]) -> tuple[int, int, tuple[Unsound, ...]]:
    unsound = tuple(one for _, part in sorted(parts.items()) for one in part.unsound)
    return sum(part.next_offset for part in parts.values()), sum(part.ignored for part in parts.values()), unsound


def _digest(parts: dict[int, _Part], spool: Path) -> str:
    """The digest of stream.readmodel.digest: lines of different jurisdictions never mix, so each one's lie together in the spool."""
    heads = {name: head for part in parts.values() for name, head in part.heads.items()}
    found = sha256(b"".join(sorted(head_line(name, *head) for name, head in heads.items() if head[0])))
    where = {name: (partition, *place) for partition, part in parts.items() for name, place in part.lines.items()}
    files = {partition: (spool / str(partition)).open("rb") for partition in parts}
    try:
        for name in sorted(where, key=lambda name: f"{name}\t".encode()):
            partition, start, length = where[name]
            files[partition].seek(start)
            while length:
                piece = files[partition].read(min(length, _PIECE_BYTES))
                found.update(piece)
                length -= len(piece)
    finally:
        for file in files.values():
            file.close()
    return found.hexdigest()


def _parts(task: _Task) -> dict[int, _Part]:
    try:
        return side_by_side(_folded, task, asyncio.run(_sizes(task)))
    except (KafkaError, OSError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err


async def _sizes(task: _Task) -> dict[int, int]:
    reader = RangeReader(kafka_settings(task.runtime), topic(task.runtime, COMMITS))
    try:
        sizes = {}
        for partition in task.partitions:
            end, stop = await reader.end(partition), task.stop(partition)
            sizes[partition] = end if stop is None else min(end, stop)
        return sizes
    finally:
        await reader.stop()


def _folded(task: _Task, partitions: tuple[int, ...]) -> dict[int, _Part]:
    """Fold some partitions. Runs in this process or in one of its own."""
    return asyncio.run(_fold_all(task, partitions))


async def _fold_all(task: _Task, partitions: tuple[int, ...]) -> dict[int, _Part]:
    reader = RangeReader(kafka_settings(task.runtime), topic(task.runtime, COMMITS))
    try:
        return {partition: await _fold_one(task, reader, partition) for partition in partitions}
    finally:
        await reader.stop()


async def _fold_one(task: _Task, reader: RangeReader, partition: int) -> _Part:
    fold = Fold(partition, task.until_ms)
    unsound: list[Unsound] = []

    def take(offset: int, record: bytes) -> None:
        standing = fold.step(offset, record)
        if standing is not None and standing.unsound is not None:
            commit = standing.commit
            unsound.append(Unsound(partition, offset, commit.jurisdiction, commit.sequence, standing.unsound))

    await reader.read(partition, 0, take, task.stop(partition))
    states = {name: state for name, state in fold.states.items() if task.jurisdiction in (None, name)}
    told = tuple(one for one in unsound if task.jurisdiction in (None, one.jurisdiction))
    heads = {name: (state.sequence, state.head) for name, state in states.items()}
    if task.spool is None:
        return _Part(fold.next_offset, fold.ignored, told, heads, {name: snapshot(state) for name, state in states.items()}, {})
    with (Path(task.spool) / str(partition)).open("wb") as file:
        lines = {name: _spool(file, state) for name, state in states.items()}
    return _Part(fold.next_offset, fold.ignored, told, heads, {}, lines)


def _spool(file: BinaryIO, state: State) -> tuple[int, int]:
    start = file.tell()
    file.writelines(document_lines(state))
    return start, file.tell() - start
