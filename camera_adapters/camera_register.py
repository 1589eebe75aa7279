"""Which cameras there are and where: read from the log, where they are registered.

Addresses hold logins, so they are not in the read model that consoles see. Only records that stand count, by the same rule as everywhere
(stream.log.fold): one that is unreadable as a whole, or on another's partition, moves no chain on. What was read so far is kept in a file,
so that a start reads only what is new.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contracts.commit import GENESIS, decode_commit, digest, stands
from contracts.events import CamerasRegistered
from contracts.registry_entries import CameraEntry
from stream.partition import partition_count, partition_of

_log = structlog.get_logger(__name__)
_SAVE_EVERY_S = 30.0
_AGAIN_S = 2.0


class RegisteredCamera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera and whose it is."""

    jurisdiction: str
    entry: CameraEntry


class Known(msgspec.Struct):
    """What was read: next offset by partition, head by jurisdiction, cameras by jurisdiction and name."""

    offsets: dict[int, int] = {}
    heads: dict[str, tuple[int, str]] = {}
    cameras: dict[str, dict[str, CameraEntry]] = {}


def step(known: Known, partition: int, record: bytes) -> bool:
    """Take the next record of a partition; say whether the cameras changed. Records that don't stand, or can't be read, change nothing."""
    try:
        commit = decode_commit(record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    sequence, head = known.heads.get(commit.jurisdiction, (0, GENESIS))
    if partition_of(commit.jurisdiction) != partition or not stands(commit, sequence=sequence, head=head):
        return False
    known.heads[commit.jurisdiction] = (commit.sequence, digest(record))
    registered = [entry for event in commit.events if isinstance(event, CamerasRegistered) for entry in event.cameras]
    if registered:
        known.cameras.setdefault(commit.jurisdiction, {}).update({entry.camera: entry for entry in registered})
    return bool(registered)


class CameraRegister:
    """Follows the log in its own thread and calls back with all cameras whenever they change."""

    def __init__(
        self, settings: dict[str, Any], topic: str, memory: Path, on_change: Callable[[tuple[RegisteredCamera, ...]], None],
        stop: threading.Event | None = None,
    ) -> None:
        """settings: of a kafka-python client. memory: the file to keep what was read in. stop: what its thread looks at, set by stop()."""
        self._settings = settings
        self._topic = topic
        self._memory = memory
        self._on_change = on_change
        self._stop = stop or threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera-register", daemon=True)
        self._known = self._recall()

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End, and keep what was read."""
        self._stop.set()
        self._thread.join(5)

    def _recall(self) -> Known:
        try:
            return msgspec.json.decode(self._memory.read_bytes(), type=Known)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return Known()  # nothing lost: the log tells it again

    def _keep(self) -> None:
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        staged = self._memory.with_suffix(".staged")
        staged.unlink(missing_ok=True)
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # addresses hold logins
            file.write(msgspec.json.encode(self._known))
        staged.replace(self._memory)

    def _run(self) -> None:
        self._tell()
        while not self._stop.is_set():
            try:
                self._follow()
            except (KafkaError, OSError) as err:
                _log.warning("log_away", error=repr(err))
                self._stop.wait(_AGAIN_S)

    def _follow(self) -> None:
        consumer = KafkaConsumer(
            **self._settings, group_id=None, enable_auto_commit=False, auto_offset_reset="none", reconnect_backoff_max_ms=2000,
            # Of all that happens in the city only a new camera matters here: what comes within half a second is looked at together.
            fetch_min_bytes=1 << 18, fetch_max_wait_ms=500,
        )  # fmt: skip
        try:
            partitions = [TopicPartition(self._topic, n) for n in range(partition_count())]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            if any(self._known.offsets.get(p.partition, 0) > ends[p] for p in partitions):
                self._known = Known()  # another log than the one remembered
            for partition in partitions:
                consumer.seek(partition, self._known.offsets.get(partition.partition, 0))
            saved_s, kept, untold = time.monotonic(), dict(self._known.offsets), False
            while not self._stop.is_set():
                untold = self._take(consumer.poll(timeout_ms=500, max_records=2000)) or untold
                caught_up = all(consumer.position(p) >= ends[p] for p in partitions)
                if untold and caught_up:
                    untold = False
                    self._tell()
                    saved_s = 0.0
                if caught_up and self._known.offsets != kept and time.monotonic() - saved_s > _SAVE_EVERY_S:
                    self._keep()
                    saved_s, kept = time.monotonic(), dict(self._known.offsets)
        finally:
            consumer.close(autocommit=False)

    def _take(self, batches: dict[TopicPartition, list[Any]]) -> bool:
        changed = False
        for partition, records in batches.items():
            for record in records:
                changed = step(self._known, partition.partition, record.value or b"") or changed
                self._known.offsets[partition.partition] = record.offset + 1
        return changed

    def _tell(self) -> None:
        self._on_change(tuple(
            RegisteredCamera(jurisdiction=jurisdiction, entry=entry)
            for jurisdiction, entries in sorted(self._known.cameras.items()) for entry in entries.values()
        ))  # fmt: skip
