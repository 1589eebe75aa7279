"""Comparing one jurisdiction's log with checkpoints: those that somebody kept, and those that stand in the log itself."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contracts.errors import NuandengError
from contracts.events import CheckpointRecorded
from stream.witness.checkpoint import LogIdentity, Signed, opened_by_any
from stream.witness.folder import CheckpointFolder
from stream.witness.merkle import HASH_BYTES, Frontier
from stream.witness.note import signers
from stream.witness.rotation import following_identity
from stream.witness.trees import Grown


class BadRecord(NamedTuple):
    """The first record that is not as it must be. sequence and jurisdiction are None when it can't be read."""

    partition: int
    offset: int
    reason: str
    jurisdiction: str | None = None
    sequence: int | None = None


class Expected(NamedTuple):
    """A checkpoint to compare with. source: where it is from; folder: where the hashes of its records lie, if they are known."""

    source: str
    signed: Signed
    folder: CheckpointFolder | None = None


class Comparison:
    """Takes each record as it becomes a leaf. checked: checkpoints that were found to be of this log."""

    def __init__(self, partition: int, jurisdiction: str, expected: Sequence[Expected], identities: Sequence[LogIdentity]) -> None:
        """identities: whose checkpoints may stand in the log; none: those in the log are not looked at."""
        self._partition, self._jurisdiction, self._identities = partition, jurisdiction, identities
        self._expected: dict[int, list[Expected]] = {}
        for one in expected:
            self._expected.setdefault(one.signed.checkpoint.size, []).append(one)
        known = [one for one in expected if one.folder is not None]
        self._by_leaf = max(known, key=lambda one: one.signed.checkpoint.size, default=None)
        self._leaves = self._known_leaves()
        self._suspect: BadRecord | None = None
        # The last size at which all agreed, and the place of the record after it: what a later disagreement can be narrowed down to.
        self._agreed, self._after_agreed = 0, 0
        # The tree at the last checkpoint in the log and the leaves since: the next one that stands there is of some size between.
        self._behind, self._since = Frontier(), bytearray()
        # Who has handed this log over to another key: what they sign from there on counts no more.
        self._replaced: set[LogIdentity] = set()
        self.checked = 0

    def grew(self, offset: int, grown: Grown, tree: Frontier) -> BadRecord | None:
        """Take the record that became the newest leaf of `tree`; say what is bad, if something is."""
        if self._suspect is not None:
            reason = f"{self._suspect.reason}, and the log goes on from it: its history was re-written from here"
            return self._suspect._replace(reason=reason)
        if tree.size == self._agreed + 1:
            self._after_agreed = offset
        leaf = next(self._leaves, None)
        if leaf is not None and leaf != grown.leaf and self._by_leaf is not None:
            reason = f"is not the record whose hash was kept with {self._by_leaf.source}"
            self._suspect = BadRecord(self._partition, offset, reason, self._jurisdiction, tree.size)
            return None  # whether the next one still names this one's old hash tells one changed record from a history that was re-written
        for one in self._expected.pop(tree.size, ()):
            if tree.root() != one.signed.checkpoint.root:
                return self._differs(tree.size, one.source)
            self._matched(tree.size)
        if self._identities:
            self._since += grown.leaf
            for event in grown.commit.events:
                if isinstance(event, CheckpointRecorded):
                    bad = self._recorded(offset, event, tree.size)
                    if bad is not None:
                        return bad
        return None

    def ended(self, next_offset: int, size: int) -> BadRecord | None:
        """Say what is bad about the log ending here, with so many records of this jurisdiction."""
        if self._suspect is not None:
            return self._suspect
        for known, sources in sorted(self._expected.items()):
            if known > size:
                reason = f"is missing: {sources[0].source} is of {known} records, the log ends with {size}: its tail was cut off"
                return BadRecord(self._partition, next_offset, reason, self._jurisdiction, size + 1)
        return None

    def _recorded(self, offset: int, event: CheckpointRecorded, sequence: int) -> BadRecord | None:
        source = f"the checkpoint that record {sequence} holds"
        try:
            signed = opened_by_any(event.note.encode(), self._identities)
            after = following_identity(signed)
            by = [one for one in self._identities if signers(signed.note, [one.verifier(signed.jurisdiction)])]
        except NuandengError as err:
            return BadRecord(self._partition, offset, f"holds a checkpoint that is none: {err}", self._jurisdiction, sequence)
        checkpoint = signed.checkpoint
        if self._replaced.issuperset(by):
            reason = "holds a checkpoint by a key that had handed the log over before"
            return BadRecord(self._partition, offset, reason, self._jurisdiction, sequence)
        if signed.jurisdiction != self._jurisdiction or not 0 < checkpoint.size == event.tree_size < sequence:
            return BadRecord(self._partition, offset, "holds a checkpoint of another log or size", self._jurisdiction, sequence)
        if after is not None:
            self._replaced.update(one for one in by if one != after)
        if checkpoint.size < self._behind.size:
            return None  # recorded late: a larger one, which was compared, covers it
        steps = checkpoint.size - self._behind.size
        for index in range(steps):
            self._behind.add(bytes(self._since[index * HASH_BYTES : (index + 1) * HASH_BYTES]))
        del self._since[: steps * HASH_BYTES]
        if self._behind.root() != checkpoint.root:
            return self._differs(checkpoint.size, source)
        self.checked += 1
        return None

    def _matched(self, size: int) -> None:
        self._agreed = size
        self.checked += 1

    def _differs(self, size: int, source: str) -> BadRecord:
        first = self._agreed + 1
        which = f"record {first}" if first == size else f"one of the records {first} to {size}"
        reason = f"is the first that may be bad: {which} is not what it was when {source} was signed, so the history was re-written"
        return BadRecord(self._partition, self._after_agreed, reason, self._jurisdiction, first)

    def _known_leaves(self) -> Iterator[bytes]:
        if self._by_leaf is not None and self._by_leaf.folder is not None:
            yield from self._by_leaf.folder.leaves(self._jurisdiction, 0, self._by_leaf.signed.checkpoint.size)
