"""What somebody did to the log is found and named, whoever kept the checkpoint: a file, a folder with the hashes, the log itself."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from stream.audit import Verifier
from stream.witness.comparing import BadRecord, Expected
from stream.witness.folder import CheckpointFolder
from stream.witness.merkle import leaf_hash
from tests.unit.witness.logs import COUNTY, IDENTITY, PARTITION, chained_anew, grown, log_of, recording, signed


def verified(log: Sequence[bytes], *expected: Expected, inside: bool = False) -> Verifier:
    verifier = Verifier(PARTITION, expected, [IDENTITY] if inside else ())
    for offset, record in enumerate(log):
        verifier.take(offset, record)
    verifier.end()
    return verifier


def bad(log: Sequence[bytes], *expected: Expected, inside: bool = False) -> BadRecord:
    found = verified(log, *expected, inside=inside).bad
    assert found is not None
    return found


def of(records: Sequence[bytes], folder: CheckpointFolder | None = None) -> Expected:
    if folder is not None:
        folder.extend(COUNTY, 0, b"".join(leaf_hash(record) for record in records))
    return Expected(f"the checkpoint of {len(records)}", signed(records), folder)


def test_a_log_that_went_on_is_that_of_its_checkpoints(tmp_path: Path) -> None:
    """Of a file, of a folder with hashes, and of those that stand in it, one of them recorded late."""
    log = recording(recording(recording(log_of(9), 4), 10), 7)
    log = grown(log, 3)
    found = verified(log, of(log[:5]), of(log[:8], CheckpointFolder(tmp_path)), inside=True)
    assert found.bad is None
    assert found.checkpoints == 4


def test_a_cut_tail_is_named() -> None:
    """Sequences and hashes are whole: only the checkpoint knows that there was more."""
    log = log_of(9)
    assert verified(log[:6]).bad is None
    found = bad(log[:6], of(log))
    assert (found.sequence, found.offset, "tail was cut off" in found.reason) == (7, 6, True)


def test_a_changed_last_record_is_named(tmp_path: Path) -> None:
    """No record after it names its hash."""
    log = log_of(9)
    altered = [*log[:8], log[8].replace(b"quota_filled", b"quota_fulled")]
    assert verified(altered).bad is None
    found = bad(altered, of(log, CheckpointFolder(tmp_path)))
    assert (found.sequence, "is not the record whose hash was kept" in found.reason) == (9, True)
    assert bad(altered, of(log), of(log[:8])).sequence == 9


def test_a_history_chained_anew_is_named_by_its_first_record(tmp_path: Path) -> None:
    """With the kept hashes exactly; with signed roots alone between the last that agrees and the first that does not."""
    log = log_of(9)
    rewritten = chained_anew(log, 4)
    assert verified(rewritten).bad is None
    found = bad(rewritten, of(log, CheckpointFolder(tmp_path)))
    assert (found.sequence, found.offset, "its history was re-written from here" in found.reason) == (5, 4, True)
    found = bad(rewritten, of(log), of(log[:3]))
    assert (found.sequence, found.offset, "one of the records 4 to 9" in found.reason) == (4, 3, True)


def test_a_history_chained_anew_is_found_by_the_checkpoints_in_it() -> None:
    """Nobody can sign new ones."""
    log = grown(recording(log_of(9), 8), 2)
    found = bad(chained_anew(log, 4), inside=True)
    assert (found.sequence, "one of the records 1 to 8 is not what it was" in found.reason) == (1, True)


def test_a_checkpoint_in_the_log_by_another_key_is_named() -> None:
    """Whoever writes a whole log anew has only a key of their own."""
    log = recording(log_of(5), 5, Ed25519PrivateKey.generate())
    found = bad(log, inside=True)
    assert (found.sequence, "not signed by the key" in found.reason) == (6, True)


@pytest.mark.parametrize("between", [0, 2])
def test_one_changed_record_is_told_from_a_history_that_was_rewritten(between: int, tmp_path: Path) -> None:
    """The record after it still names the old hash."""
    log = log_of(9)
    altered = [*log[:4], log[4].replace(b"quota_filled", b"quota_fulled"), *log[5:]]
    found = bad(altered, of(log[: 5 + between], CheckpointFolder(tmp_path)))
    assert (found.sequence, found.reason.startswith("was changed")) == (5, True)


def test_swapped_records_are_told_from_dropped_ones() -> None:
    """Both are named with the sequence that is not where it was."""
    log = log_of(9)
    swapped = bad([*log[:4], log[5], log[4], *log[6:]])
    assert (swapped.offset, "swapped with the one with 5, which stands at offset 5" in swapped.reason) == (4, True)
    dropped = bad([*log[:4], *log[5:]])
    assert (dropped.offset, "the one with 5 was dropped" in dropped.reason) == (4, True)


@given(st.integers(2, 12), st.data())
def test_whatever_is_done_to_the_records_of_a_checkpoint_is_found(count: int, data: st.DataObject) -> None:
    """A flipped bit, a lost or moved record, a cut, a history chained anew: never taken for the same log."""
    log = log_of(count)
    at = data.draw(st.integers(0, count - 1))
    how = data.draw(st.sampled_from(["flip", "drop", "move", "cut", "anew"]))
    if how == "flip":
        record = bytearray(log[at])
        record[data.draw(st.integers(0, len(record) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        altered = [*log[:at], bytes(record), *log[at + 1 :]]
    elif how == "drop":
        altered = [*log[:at], *log[at + 1 :]]
    elif how == "move":
        to = data.draw(st.integers(0, count - 1).filter(lambda to: to != at))
        altered = [*log[:at], *log[at + 1 :]]
        altered.insert(to, log[at])
    elif how == "cut":
        altered = log[:at]
    else:
        altered = chained_anew(log, at)
    assert verified(altered, of(log)).bad is not None
    assert verified(log, of(log)).bad is None
