"""Reading what is new in the log and signing it, unless the log does not continue what was signed before."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from contracts.errors import NuandengError
from contracts.events import CheckpointRecorded
from stream.log.read import RangeReader
from stream.partition import partition_count, partition_of
from stream.witness.checkpoint import Checkpoint, open_checkpoint
from stream.witness.errors import LogRewrittenError
from stream.witness.folder import CheckpointFolder
from stream.witness.keys import LogKey
from stream.witness.merkle import HASH_BYTES, Frontier, RangeHashes, consistency_ranges
from stream.witness.positions import PositionFolder
from stream.witness.trees import Grown, PartitionTrees


class Growth(NamedTuple):
    """What one reading added to a jurisdiction's tree. base: the tree before; packed: the hashes of the leaves since."""

    jurisdiction: str
    base: Frontier
    packed: bytes
    signed_before: Checkpoint | None


class Refusal(NamedTuple):
    """A jurisdiction whose checkpoint was not signed or not put somewhere, and why."""

    jurisdiction: str
    why: NuandengError


class _Reading:
    """One jurisdiction while its partition is read. The kept checkpoint is confirmed when the tree of its size has its root."""

    def __init__(self, jurisdiction: str, base: Frontier, signed: Checkpoint | None) -> None:
        self.jurisdiction, self.base, self.signed = jurisdiction, base.copy(), signed
        self.packed = bytearray()
        self.news = False
        # A position is written after the checkpoint of what it covers: from there on the trees continue it by themselves.
        self.confirmed = signed is None or base.size > signed.size or (base.size == signed.size and base.root() == signed.root)

    def grew(self, grown: Grown, tree: Frontier) -> None:
        self.packed += grown.leaf
        signed = self.signed
        if signed is not None and tree.size == signed.size:
            self.confirmed = tree.root() == signed.root
        # That a checkpoint was recorded is no reason for the next one: the log would never come to rest.
        if tree.size > (0 if signed is None else signed.size):
            self.news |= not all(isinstance(event, CheckpointRecorded) for event in grown.commit.events)


class CheckpointSigner:
    """Brings the kept folder up to the end of the log as it is now. Whoever calls holds the folder."""

    def __init__(self, reader: RangeReader, positions: PositionFolder, kept: CheckpointFolder, key: LogKey) -> None:
        self._reader, self._positions, self._kept, self._key = reader, positions, kept, key

    async def sign_what_is_new(self) -> tuple[list[Growth], list[Refusal]]:
        """Return what got a new checkpoint, and what did not and why.

        Costs the records since the last time: what is known of the earlier ones is their frontier.

        Raises:
            KafkaError, OSError, TimeoutError: the broker is away, or the folder cannot be written.
        """
        grown: list[Growth] = []
        refused: list[Refusal] = []
        known = self._kept.jurisdictions()
        for partition in range(partition_count()):
            more, no = await self._partition(partition, [name for name in known if partition_of(name) == partition])
            grown += more
            refused += no
        return grown, refused

    async def _partition(self, partition: int, known: Iterable[str]) -> tuple[list[Growth], list[Refusal]]:
        trees = await self._positions.load(self._reader, partition)
        if any(self._kept.leaf_count(name) < tree.size for name, tree in trees.trees.items()):
            trees = PartitionTrees(partition)  # hashes were lost: they are read again
        readings: dict[str, _Reading] = {}
        refused: list[Refusal] = []
        for name in sorted({*trees.trees, *known}):
            try:
                readings[name] = _Reading(name, trees.tree(name).frontier, self._kept_checkpoint(name))
            except NuandengError as err:
                refused.append(Refusal(name, err))
        await self._reader.read(partition, trees.next_offset, _into(trees, readings, {refusal.jurisdiction for refusal in refused}))
        grown: list[Growth] = []
        for name, reading in sorted(readings.items()):
            try:
                growth = await asyncio.to_thread(self._signed, reading, trees.tree(name).frontier)
            except LogRewrittenError as err:
                refused.append(Refusal(name, err))
                continue
            if growth is not None:
                grown.append(growth)
        if not refused and trees.next_offset:
            self._positions.save(trees)
        return grown, refused

    def _signed(self, reading: _Reading, tree: Frontier) -> Growth | None:
        name, signed = reading.jurisdiction, reading.signed
        if signed is not None and not reading.confirmed:
            raise LogRewrittenError(f"The log of {name} does not begin with the {signed.size} records whose checkpoint was signed.")
        packed = bytes(reading.packed)
        if packed:
            self._kept.extend(name, reading.base.size, packed)
        if not reading.news:
            return None
        self._kept.put(name, str(self._key.sign(name, tree.size, tree.root())))
        return Growth(name, reading.base, packed, signed)

    def _kept_checkpoint(self, jurisdiction: str) -> Checkpoint | None:
        raw = self._kept.checkpoint(jurisdiction)
        return None if raw is None else open_checkpoint(raw, self._key.identity).checkpoint


def _into(trees: PartitionTrees, readings: dict[str, _Reading], unreadable: set[str]) -> Callable[[int, bytes], None]:
    def take(offset: int, record: bytes) -> None:
        grown = trees.step(offset, record)
        if grown is None or grown.commit.jurisdiction in unreadable:
            return
        name = grown.commit.jurisdiction
        if name not in readings:
            readings[name] = _Reading(name, Frontier(), None)
        readings[name].grew(grown, trees.trees[name].frontier)

    return take


def consistency_proof(kept: CheckpointFolder, jurisdiction: str, old: int, size: int, growth: Growth | None = None) -> list[bytes]:
    """Return the proof from an older tree to one that is kept.

    With what was just read, if the older tree lies in it; else in one pass over the kept hashes.

    Raises:
        ValueError: old is no earlier size, or hashes are missing. OSError.
    """
    base = Frontier()
    if growth is not None and old >= growth.base.size:
        base = growth.base.copy()
        for index in range(old - base.size):
            base.add(growth.packed[index * HASH_BYTES : (index + 1) * HASH_BYTES])
    hashes = RangeHashes(consistency_ranges(old, size), base)
    for leaf in kept.leaves(jurisdiction, base.size, size):
        hashes.add(leaf)
    return hashes.proof()
