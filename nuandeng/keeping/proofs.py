"""Inclusion proofs of many commits to one checkpoint: the tree is computed once."""

import base64

from stream.witness.checkpoint import Signed
from stream.witness.errors import NotCheckpointedError, ProofImpossibleError
from stream.witness.folder import CheckpointFolder
from stream.witness.merkle import includes, leaf_hash, node_hash
from stream.witness.prove import FORMAT, Proof


class Tree:
    """The tree of one jurisdiction's newest checkpoint, from the hashes that are kept beside it."""

    def __init__(self, kept: CheckpointFolder, newest: Signed) -> None:
        """Read the hashes. Raises ProofImpossibleError: they are not those of the checkpoint. OSError."""
        self._newest = newest
        self._leaves = list(kept.leaves(newest.jurisdiction, 0, newest.checkpoint.size))
        self._known: dict[tuple[int, int], bytes] = {}
        size = newest.checkpoint.size
        if len(self._leaves) != size or self._root(0, size) != newest.checkpoint.root:
            raise ProofImpossibleError(f"The hashes kept of {newest.jurisdiction} are not those of its checkpoint.")

    @property
    def size(self) -> int:
        """How many records the checkpoint is of."""
        return self._newest.checkpoint.size

    def prove(self, sequence: int, record: bytes) -> Proof:
        """Prove one record. Raises NotCheckpointedError, ProofImpossibleError."""
        name, checkpoint = self._newest.jurisdiction, self._newest.checkpoint
        if sequence > checkpoint.size:
            raise NotCheckpointedError(f"The newest checkpoint of {name} is of {checkpoint.size} records; it does not cover {sequence}.")
        inclusion = self._path(sequence - 1, 0, checkpoint.size)
        if not includes(leaf_hash(record), sequence - 1, checkpoint.size, inclusion, checkpoint.root):
            raise ProofImpossibleError(f"Record {sequence} of {name} is not the one whose hash was kept.")
        return Proof(
            format=FORMAT, jurisdiction=name, sequence=sequence, leaf_index=sequence - 1, record=base64.b64encode(record).decode(),
            inclusion=[base64.b64encode(one).decode() for one in inclusion], checkpoint=str(self._newest.note),
        )  # fmt: skip

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self._leaves[start]
        found = self._known.get((start, end))
        if found is None:
            middle = start + _left(end - start)
            found = self._known[start, end] = node_hash(self._root(start, middle), self._root(middle, end))
        return found

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _left(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._root(middle, end)]
        return [*self._path(index, middle, end), self._root(start, middle)]


def _left(size: int) -> int:
    """The largest power of two below a size (RFC 6962, 2.1)."""
    return 1 << (size - 1).bit_length() - 1

