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

    Raises:
        KafkaError, OSError, TimeoutError: the broker is away.
    """
    if snapshots is None:
        return Fold(partition)
    fold = await asyncio.to_thread(snapshots.load, partition, at_most=at_most)
    if fold is None or fold.next_offset == 0:
        return Fold(partition)
    if not await log_confirms(reader, partition, fold.next_offset, fold.last_record):
        log.warning("snapshot_ignored", partition=partition, next_offset=fold.next_offset, reason="the log holds another record there")
        return Fold(partition)
    return fold


async def log_confirms(reader: RangeReader, partition: int, next_offset: int, last_record: str) -> bool:
    """Say whether the log holds the record with this hash just before an offset. What was kept of a log that was replaced is worthless.

    Raises:
        KafkaError, OSError, TimeoutError: the broker is away.
    """
    found: list[bytes] = []
    await reader.read(partition, next_offset - 1, lambda _offset, record: found.append(record), next_offset)
    return len(found) == 1 and digest(found[0]) == last_record
