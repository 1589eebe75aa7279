"""A folder of checkpoints is added to and never altered."""

from pathlib import Path

import pytest

from stream.witness.against import checkpoints_of
from stream.witness.errors import LogRewrittenError, NoteUnreadableError
from stream.witness.folder import CheckpointFolder
from stream.witness.merkle import leaf_hash
from tests.unit.witness.logs import COUNTY, IDENTITY, chained_anew, log_of, signed, tree_of

LOG = log_of(9)
PACKED = b"".join(leaf_hash(record) for record in LOG)


def test_hashes_are_added_and_those_that_lie_there_compared(tmp_path: Path) -> None:
    """What overlaps must be the same, and nothing may be left out between."""
    folder = CheckpointFolder(tmp_path)
    folder.extend(COUNTY, 0, PACKED[: 5 * 32])
    folder.extend(COUNTY, 2, PACKED[2 * 32 :])
    assert list(folder.leaves(COUNTY)) == [leaf_hash(record) for record in LOG]
    assert list(folder.leaves(COUNTY, 3, 5)) == [leaf_hash(record) for record in LOG[3:5]]
    assert folder.tree(COUNTY, 7).root() == tree_of(LOG[:7]).root()
    other = b"".join(leaf_hash(record) for record in chained_anew(LOG, 4))
    with pytest.raises(LogRewrittenError, match=f"Record 5 of {COUNTY}"):
        folder.extend(COUNTY, 0, other)
    with pytest.raises(LogRewrittenError, match="cannot follow"):
        folder.extend(COUNTY, 10, PACKED)
    assert folder.leaf_count(COUNTY) == 9


def test_half_a_hash_of_a_killed_process_is_written_over(tmp_path: Path) -> None:
    """It belongs to nothing that was signed."""
    folder = CheckpointFolder(tmp_path)
    folder.extend(COUNTY, 0, PACKED[: 3 * 32])
    with (tmp_path / COUNTY / "leaves").open("ab") as file:
        file.write(b"half")
    assert folder.leaf_count(COUNTY) == 3
    folder.extend(COUNTY, 3, PACKED[3 * 32 :])
    assert folder.tree(COUNTY, 9).root() == tree_of(LOG).root()


def test_a_folder_is_read_for_comparison(tmp_path: Path) -> None:
    """Its hashes are used if they are those of the signed root; if not, that is said, and the root alone is used."""
    folder = CheckpointFolder(tmp_path)
    folder.extend(COUNTY, 0, PACKED)
    folder.put(COUNTY, str(signed(LOG[:8]).note))
    (tmp_path / "not-a-county").mkdir()
    (tmp_path / "not-a-county" / "checkpoint").write_text("x")
    (good,) = checkpoints_of(str(tmp_path), [IDENTITY]).expected
    assert (good.signed.checkpoint.size, good.folder is not None) == (8, True)
    (tmp_path / COUNTY / "leaves").write_bytes(bytes(32) + PACKED[32:])
    found = checkpoints_of(str(tmp_path), [IDENTITY])
    assert [one.folder for one in found.expected] == [None]
    assert "not those of the signed checkpoint" in found.bad[0].reason


def test_a_folder_that_was_never_written_is_empty(tmp_path: Path) -> None:
    """Reading makes nothing in it; to verify against nothing is refused, not passed over."""
    folder = CheckpointFolder(tmp_path / "none")
    for nothing in (tmp_path, folder.path):
        with pytest.raises(NoteUnreadableError):
            checkpoints_of(str(nothing), [IDENTITY])
    assert (folder.jurisdictions(), folder.checkpoint(COUNTY), folder.leaf_count(COUNTY), list(folder.leaves(COUNTY))) == ([], None, 0, [])
    assert not folder.path.exists()
