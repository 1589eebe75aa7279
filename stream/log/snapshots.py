"""Snapshots of folded partitions as files: they only shorten a start, so anything odd about one is a reason to ignore it."""

import os
from hashlib import sha256
from pathlib import Path

import msgspec
import structlog

from dispatch import FOLD_VERSION, restore, snapshot
from stream.log.fold import Fold

log = structlog.get_logger(__name__)

_KEPT = 3


class _Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """last_record: SHA-256 of the record at next_offset - 1, so that a snapshot of another log is found out."""

    fold_version: int | str
    topic: str
    partition: int
    next_offset: int
    last_record: str
    heads: dict[str, tuple[int, str]]
    states: dict[str, bytes]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Content).decode


class SnapshotFolder:
    """`{partition}-{next_offset}.snapshot`: 64 hex digits of SHA-256, a newline, MessagePack. The newest three of a partition are kept."""

    def __init__(self, folder: Path, topic: str) -> None:
        self._folder = folder
        self._topic = topic

    def write(self, fold: Fold) -> None:
        """Put a fold's file in place, whole or not at all, and remove the oldest. Nobody may change the fold meanwhile. Raises OSError."""
        content = _encode(
            _Content(
                fold_version=FOLD_VERSION,
                topic=self._topic,
                partition=fold.partition,
                next_offset=fold.next_offset,
                last_record=fold.last_record,
                heads={jurisdiction: (state.sequence, state.head) for jurisdiction, state in fold.states.items()},
                states={jurisdiction: snapshot(state) for jurisdiction, state in fold.states.items()},
            )
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _name(fold.partition, fold.next_offset)
        staged = path.with_suffix(f".{os.getpid()}")
        with staged.open("wb") as file:
            file.write(sha256(content).hexdigest().encode() + b"\n")
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
        for old in self._files(fold.partition)[_KEPT:]:
            old.unlink(missing_ok=True)

    def load(self, partition: int, *, at_most: int | None = None) -> Fold | None:
        """Return the newest sound snapshot of a partition whose next_offset is at_most this, None if there is none."""
        for path in self._files(partition):
            if at_most is not None and path.name > _name(partition, at_most):
                continue
            try:
                return self._read(path, partition)
            except (OSError, ValueError, KeyError, TypeError, msgspec.MsgspecError) as err:
                log.warning("snapshot_ignored", file=path.name, reason=str(err))
        return None

    def _files(self, partition: int) -> list[Path]:
        return sorted(self._folder.glob(f"{partition}-*.snapshot"), reverse=True)

    def _read(self, path: Path, partition: int) -> Fold:
        stated, _, content = path.read_bytes().partition(b"\n")
        if sha256(content).hexdigest().encode() != stated:
            raise ValueError("its bytes are not those it was written with")
        found = _decode(content)
        if (found.fold_version, found.topic, found.partition) != (FOLD_VERSION, self._topic, partition):
            raise ValueError("it is of another fold, topic or partition")
        fold = Fold(partition)
        fold.next_offset, fold.last_record = found.next_offset, found.last_record
        for jurisdiction, raw in found.states.items():
            state = restore(raw)
            if (state.sequence, state.head) != tuple(found.heads[jurisdiction]):
                raise ValueError(f"the head of {jurisdiction} is not the one it was written with")
            fold.states[jurisdiction] = state
        return fold


def _name(partition: int, next_offset: int) -> str:
    return f"{partition}-{next_offset:020d}.snapshot"
