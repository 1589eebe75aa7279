"""How far the trees of a partition were folded. It only spares reading the log from its beginning, so anything odd about it is ignored."""

from pathlib import Path

import msgspec
import structlog

from stream.log.read import RangeReader
from stream.log.start import log_confirms
from stream.witness.folder import write_whole
from stream.witness.merkle import Frontier
from stream.witness.trees import PartitionTrees, Tree

log = structlog.get_logger(__name__)


class _StoredTree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """head: hash of the last standing record. nodes: of the frontier."""

    size: int
    head: str
    nodes: list[bytes]


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """last_record: SHA-256 of the record at next_offset - 1, so that a position in another log is found out."""

    topic: str
    partition: int
    next_offset: int
    last_record: str
    trees: dict[str, _StoredTree]


class PositionFolder:
    """`{partition}.json`, written after the checkpoints of what it covers."""

    def __init__(self, folder: Path, topic: str) -> None:
        self._folder = folder
        self._topic = topic

    def save(self, trees: PartitionTrees) -> None:
        """Put the file in place. Raises OSError."""
        kept = {name: _StoredTree(tree.size, tree.head, tree.frontier.nodes) for name, tree in trees.trees.items()}
        stored = _Stored(
            topic=self._topic, partition=trees.partition, next_offset=trees.next_offset, last_record=trees.last_record, trees=kept
        )
        write_whole(self._folder / f"{trees.partition}.json", msgspec.json.encode(stored))

    async def load(self, reader: RangeReader, partition: int) -> PartitionTrees:
        """Return trees to go on from: those of the file if the log confirms them, else empty ones.

        Raises:
            KafkaError, OSError, TimeoutError: the broker is away.
        """
        trees = self._stored(partition)
        if trees is None:
            return PartitionTrees(partition)
        if not await log_confirms(reader, partition, trees.next_offset, trees.last_record):
            log.warning("position_ignored", partition=partition, next_offset=trees.next_offset, reason="the log holds another record there")
            return PartitionTrees(partition)
        return trees

    def _stored(self, partition: int) -> PartitionTrees | None:
        try:
            stored = msgspec.json.decode((self._folder / f"{partition}.json").read_bytes(), type=_Stored)
            trees = PartitionTrees(partition)
            trees.next_offset, trees.last_record = stored.next_offset, stored.last_record
            trees.trees = {name: Tree(Frontier(tree.size, tree.nodes), tree.head) for name, tree in stored.trees.items()}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, msgspec.MsgspecError) as err:
            log.warning("position_ignored", partition=partition, reason=str(err))
            return None
        sound = (stored.topic, stored.partition) == (self._topic, partition) and trees.next_offset > 0
        return trees if sound else None
