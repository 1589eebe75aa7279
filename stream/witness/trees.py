"""The trees of one partition of the log: each jurisdiction's standing records are the leaves of its own, by their sequence. Pure."""

from typing import NamedTuple

import msgspec

from contracts.commit import GENESIS, Commit, decode_commit, digest, stands
from stream.partition import partition_of
from stream.witness.merkle import Frontier, leaf_hash


class Grown(NamedTuple):
    """A record that stands, and became the leaf `commit.sequence` - 1 of its jurisdiction's tree."""

    commit: Commit
    leaf: bytes


class Tree:
    """One jurisdiction's. head: hash of its last standing record, as the next one must name it."""

    __slots__ = ("frontier", "head")

    def __init__(self, frontier: Frontier | None = None, head: str = GENESIS) -> None:
        self.frontier = frontier or Frontier()
        self.head = head

    @property
    def size(self) -> int:
        """Leaves, which is the sequence of the last standing record."""
        return self.frontier.size


class PartitionTrees:
    """Takes the records of a partition in log order. The rule on what stands is contracts.commit.stands, as for every reader."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.trees: dict[str, Tree] = {}
        self.next_offset = 0
        self.last_record = ""

    def tree(self, jurisdiction: str) -> Tree:
        """A jurisdiction's tree, empty before its first record. It is kept only once a record stands."""
        return self.trees.get(jurisdiction) or Tree()

    def step(self, offset: int, record: bytes) -> Grown | None:
        """Take the next record. None: unreadable, of another partition, or not standing; it is no leaf."""
        try:
            commit: Commit | None = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            commit = None
        return self.take(offset, record, commit)

    def take(self, offset: int, record: bytes, commit: Commit | None) -> Grown | None:
        """As `step`, for a record that was decoded already; None where that failed."""
        self.next_offset = offset + 1
        head = self.last_record = digest(record)
        if commit is None or partition_of(commit.jurisdiction) != self.partition:
            return None
        tree = self.tree(commit.jurisdiction)
        if not stands(commit, sequence=tree.size, head=tree.head):
            return None
        leaf = leaf_hash(record)
        tree.frontier.add(leaf)
        tree.head = head
        self.trees[commit.jurisdiction] = tree
        return Grown(commit, leaf)
