"""The tree: what others compute, what a proof shows, and what no proof shows."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.witness.merkle import (
    EMPTY_ROOT,
    Frontier,
    RangeHashes,
    consistency_ranges,
    continues,
    includes,
    inclusion_ranges,
    leaf_hash,
    node_hash,
)

# The records, roots and paths that implementations of RFC 6962 test themselves with.
RECORDS = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Index, size, path.
INCLUSIONS = [
    (0, 1, []),
    (0, 8, [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]),
    (5, 8, [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
]  # fmt: skip
# Old size, size, path.
CONSISTENCIES = [
    (1, 8, [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]),
    (6, 8, [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]),
    (2, 5, [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]),
]  # fmt: skip

MOST = 70
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]


def tree(size: int, leaves: list[bytes] = LEAVES) -> Frontier:
    frontier = Frontier()
    for leaf in leaves[:size]:
        frontier.add(leaf)
    return frontier


def naive_root(leaves: list[bytes]) -> bytes:
    """As the RFC defines it, word by word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    split = max(width for width in (1 << bit for bit in range(20)) if width < len(leaves))
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def proof(ranges: list[tuple[int, int]], size: int, leaves: list[bytes] = LEAVES, base: Frontier | None = None) -> list[bytes]:
    hashes = RangeHashes(ranges, base)
    for leaf in leaves[0 if base is None else base.size : size]:
        hashes.add(leaf)
    return hashes.proof()


def flipped(value: bytes, bit: int) -> bytes:
    at = bit % (8 * len(value))
    return bytes(byte ^ (1 << (at % 8) if index == at // 8 else 0) for index, byte in enumerate(value))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_other_implementations(size: int) -> None:
    """RFC 6962's own eight records."""
    assert tree(size, [leaf_hash(record) for record in RECORDS]).root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_inclusion_paths_are_those_of_other_implementations(index: int, size: int, path: list[str]) -> None:
    """Hash by hash, in their order."""
    leaves = [leaf_hash(record) for record in RECORDS]
    assert [hashed.hex() for hashed in proof(inclusion_ranges(index, size), size, leaves)] == path


@pytest.mark.parametrize(("old", "size", "path"), CONSISTENCIES)
def test_consistency_paths_are_those_of_other_implementations(old: int, size: int, path: list[str]) -> None:
    """Hash by hash, in their order."""
    leaves = [leaf_hash(record) for record in RECORDS]
    assert [hashed.hex() for hashed in proof(consistency_ranges(old, size), size, leaves)] == path


def test_the_frontier_is_the_naive_tree() -> None:
    """At every size, the empty one included."""
    assert tree(0).root() == EMPTY_ROOT == naive_root([])
    assert all(tree(size).root() == naive_root(LEAVES[:size]) for size in range(1, MOST + 1))


def test_every_leaf_of_every_size_is_shown_to_be_there() -> None:
    """And at no other place of the tree, and not in a tree of another size."""
    for size in range(1, MOST + 1):
        root = tree(size).root()
        for index in range(size):
            path = proof(inclusion_ranges(index, size), size)
            assert includes(LEAVES[index], index, size, path, root)
            assert not includes(LEAVES[index], (index + 1) % size, size, path, root) or size == 1
            assert not includes(LEAVES[index], index, size, [*path, EMPTY_ROOT], root)
            assert not includes(LEAVES[index], index, size, path[:-1], root) or not path


def test_every_size_is_shown_to_begin_every_later_one() -> None:
    """With all leaves at hand, and with the earlier tree's frontier and the leaves since."""
    for size in range(1, MOST + 1):
        root = tree(size).root()
        for old in range(size + 1):
            path = proof(consistency_ranges(old, size), size)
            assert path == proof(consistency_ranges(old, size), size, base=tree(old))
            assert continues(old, size, tree(old).root(), root, path)
            if 0 < old < size:
                assert not continues(old, size, tree(old - 1).root(), root, path)
                assert not continues(old, size, tree(old).root(), tree(size - 1).root(), path)
                assert not continues(old, size, tree(old).root(), root, [])


@given(st.integers(1, MOST), st.data())
def test_one_flipped_bit_shows_nothing(size: int, data: st.DataObject) -> None:
    """In the leaf, in the root, or in any hash of the path."""
    index, bit = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 255))
    root, path = tree(size).root(), proof(inclusion_ranges(index, size), size)
    assert not includes(flipped(LEAVES[index], bit), index, size, path, root)
    assert not includes(LEAVES[index], index, size, path, flipped(root, bit))
    for step in range(len(path)):
        assert not includes(LEAVES[index], index, size, [*path[:step], flipped(path[step], bit), *path[step + 1 :]], root)


@given(st.integers(2, MOST), st.data())
def test_one_flipped_bit_of_a_consistency_proof_shows_nothing(size: int, data: st.DataObject) -> None:
    """In either root, or in any hash of the path."""
    old, bit = data.draw(st.integers(1, size - 1)), data.draw(st.integers(0, 255))
    before, after, path = tree(old).root(), tree(size).root(), proof(consistency_ranges(old, size), size)
    assert not continues(old, size, flipped(before, bit), after, path)
    assert not continues(old, size, before, flipped(after, bit), path)
    for step in range(len(path)):
        assert not continues(old, size, before, after, [*path[:step], flipped(path[step], bit), *path[step + 1 :]])


@given(st.lists(st.binary(max_size=6), max_size=40), st.integers(0, 40))
def test_a_tree_is_taken_up_where_it_was_left(records: list[bytes], at: int) -> None:
    """From its nodes alone, of which there are never more than the logarithm."""
    leaves = [leaf_hash(record) for record in records]
    begun = tree(min(at, len(leaves)), leaves)
    assert len(begun.nodes) <= begun.size.bit_length()
    taken_up = Frontier(begun.size, begun.nodes)
    for leaf in leaves[begun.size :]:
        taken_up.add(leaf)
    assert taken_up.root() == naive_root(leaves)


@given(st.integers(-3, 300), st.integers(-3, 300), st.lists(st.binary(min_size=32, max_size=32), max_size=9))
@settings(max_examples=300)
def test_hostile_proofs_show_nothing_and_end(first: int, second: int, path: list[bytes]) -> None:
    """Whatever the sizes and the path: False, unless the sizes are the same and the roots are too."""
    assert not includes(LEAVES[0], first, second, path, LEAVES[1])
    assert not continues(first, second, LEAVES[0], LEAVES[1], path)


def test_what_cannot_be_is_refused() -> None:
    """No leaf beyond the end, no earlier tree that is larger, no frontier of another size, no hash of a range that went by."""
    for wrong in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_ranges(*wrong)
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_ranges(4, 3)
    with pytest.raises(ValueError, match="not those of a tree"):
        Frontier(3, [LEAVES[0]])
    with pytest.raises(ValueError, match="not known any more"):
        RangeHashes([(0, 1)], tree(2))
    with pytest.raises(ValueError, match="not all seen"):
        RangeHashes([(0, 1)]).proof()


def test_the_ranges_of_a_proof_do_not_overlap() -> None:
    """One pass over the leaves is enough."""
    for size in range(1, MOST + 1):
        for index in range(size):
            for ranges in (inclusion_ranges(index, size), consistency_ranges(index, size)):
                assert all(one[1] <= other[0] for one, other in pairwise(sorted(ranges)))
