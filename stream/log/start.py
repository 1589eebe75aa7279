"""Where a reader of the log starts: the newest snapshot that this log confirms, else the beginning."""

import asyncio

import structlog

from contracts.commit import digest
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder

log = structlog.get_logger(__name__)


async def starting_fold(reader: RangeReader, snapshots: SnapshotFolder | None, partition: int, *, at_most: int | None = None) -> Fold:
    """Return a fold to continue from.

    A snapshot counts only if the log still holds, just before its offset, the record it says it ended with: a log that
    was replaced makes every snapshot of the old one worthless.

    Raises:
        KafkaError, OSError, TimeoutError: the broker is away.
    """
    if snapshots is None:
        return Fold(partition)
    fold = await asyncio.to_thread(snapshots.load, partition, at_most=at_most)
    if fold is None or fold.next_offset == 0:
        return Fold(partition)
    found: list[bytes] = []
    await reader.read(partition, fold.next_offset - 1, lambda _offset, record: found.append(record), fold.next_offset)
    if len(found) != 1 or digest(found[0]) != fold.last_record:
        log.warning("snapshot_ignored", partition=partition, next_offset=fold.next_offset, reason="the log holds another record there")
        return Fold(partition)
    return fold
