"""The Merkle tree: leaves are added at the end, and every earlier tree can be shown to be the beginning of a later one. Pure.

A proof is a list of hashes of ranges of leaves. So a proof is made by asking which ranges it needs, and hashing those in one pass over the
leaves, whatever their number, with memory for the logarithm of it.

Source:
    RFC 6962, section 2.1; the verification of proofs follows RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Range = tuple[int, int]


def leaf_hash(record: bytes) -> bytes:
    """Return the hash of one record as a leaf."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree, by the roots of its whole subtrees from left to right: all that is needed to go on. At most 64 hashes."""

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        """Take up a tree of `size` leaves. Raises ValueError when these can't be its nodes."""
        self.size = size
        self.nodes = list(nodes)
        if size < 0 or len(self.nodes) != size.bit_count() or any(len(node) != HASH_BYTES for node in self.nodes):
            raise ValueError(f"{len(self.nodes)} nodes are not those of a tree of {size} leaves")

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.nodes.pop(), node)
            size >>= 1
        self.nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> "Frontier":
        """Return an independent copy."""
        return Frontier(self.size, self.nodes)

    def ranges(self) -> list[tuple[Range, bytes]]:
        """Return which leaves each node is the root of."""
        found, start = [], 0
        for node in self.nodes:
            width = 1 << ((self.size - start).bit_length() - 1)
            found.append(((start, start + width), node))
            start += width
        return found


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges of leaves whose hashes show that the leaf `index` is in the tree of `size`, in the order of the proof.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Return the ranges of leaves whose hashes show that the tree of `old` leaves is the beginning of the one of `size`.

    Empty when old is nought or the whole. Raises ValueError when old is no earlier size.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {size}")
    if old in (0, size):
        return []
    found: list[Range] = []
    start, end = 0, size
    while end != old:
        middle = start + _left_width(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    if start:
        found.append((start, end))
    return found[::-1]


class RangeHashes:
    """Hashes ranges of leaves that don't overlap, in one pass over the leaves from `base` on."""

    def __init__(self, ranges: Sequence[Range], base: Frontier | None = None) -> None:
        """base: the tree before the first leaf that will be added. Ranges that lie in it must be those of its nodes.

        Raises:
            ValueError: a range lies in the base and is not that of a node.
        """
        begun = base or Frontier()
        known = dict(begun.ranges())
        self._ranges = list(ranges)
        self._hashes = {wanted: known[wanted] for wanted in ranges if wanted in known}
        self._waiting = sorted(set(ranges) - self._hashes.keys(), reverse=True)
        self._next = begun.size
        self._inside = Frontier()
        if self._waiting and self._waiting[-1][0] < self._next:
            raise ValueError(f"the hash of the leaves {self._waiting[-1]} is not known any more")

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        index, self._next = self._next, self._next + 1
        if not self._waiting or index < self._waiting[-1][0]:
            return
        self._inside.add(leaf)
        if self._next == self._waiting[-1][1]:
            self._hashes[self._waiting.pop()] = self._inside.root()
            self._inside = Frontier()

    def proof(self) -> list[bytes]:
        """Return the hashes in the order of the ranges. Raises ValueError when leaves are missing."""
        if self._waiting:
            raise ValueError(f"the leaves {self._waiting[-1]} were not all seen")
        return [self._hashes[wanted] for wanted in self._ranges]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows that a leaf's hash stands at an index of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            at, last = _past_lone_levels(at, last)
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def continues(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the tree of `old` leaves is the beginning of the one of `size`."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            at, last = _past_lone_levels(at, last)
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    return last == 0 and (before, after) == (old_root, root)


def _past_lone_levels(at: int, last: int) -> tuple[int, int]:
    # Levels on which the last node has no neighbour: it moves up as it is.
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _left_width(leaves: int) -> int:
    return 1 << ((leaves - 1).bit_length() - 1)
