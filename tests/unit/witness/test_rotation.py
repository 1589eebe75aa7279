"""A log is handed over to another key by the one before, in the log itself; whatever else somebody tries with keys is found and named."""

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.commit import digest
from contracts.events import CheckpointRecorded
from stream.audit import Verifier
from stream.witness.checkpoint import Checkpoint, LogIdentity, Signed, open_checkpoint
from stream.witness.comparing import BadRecord, Expected
from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.note import Note, Signature, sign
from stream.witness.rotation import followed, following_identity, handover_text
from tests.unit.witness.logs import COUNTY, IDENTITY, PARTITION, PRIVATE, commit, grown, log_of, recording, tree_of


def _identity(private: Ed25519PrivateKey, name: str = IDENTITY.name) -> LogIdentity:
    return LogIdentity(name, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


SECOND, THIRD, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (2, 3, 9))
Keys = Sequence[Ed25519PrivateKey]


def handover(records: Sequence[bytes], to: Ed25519PrivateKey, by: Keys, origin: str = "") -> str:
    """The note by which the log of these records is handed over, with the signatures of some."""
    newest = Checkpoint(origin or IDENTITY.origin(COUNTY), len(records), tree_of(records).root())
    text = handover_text(newest, _identity(to), COUNTY)
    return str(Note(text, tuple(sign(text, newest.origin, key) for key in by)))


def holding(records: Sequence[bytes], note: str, of: int) -> list[bytes]:
    """The records, and one that holds a note."""
    return [*records, commit(len(records) + 1, digest(records[-1]), (CheckpointRecorded(tree_size=of, note=note),))]


def handed_over(to: Ed25519PrivateKey = SECOND, by: Keys = (PRIVATE, SECOND)) -> list[bytes]:
    """A log of 8 records, its checkpoint, and the handover of these 9."""
    log = recording(log_of(8), 8)
    return holding(log, handover(log, to, by), len(log))


def verified(log: Sequence[bytes], *trusted: LogIdentity, expected: Sequence[Expected] = ()) -> Verifier:
    verifier = Verifier(PARTITION, expected, list(trusted))
    for offset, record in enumerate(log):
        verifier.take(offset, record)
    verifier.end()
    return verifier


def bad(log: Sequence[bytes], *trusted: LogIdentity) -> BadRecord:
    found = verified(log, *trusted).bad
    assert found is not None
    return found


def test_the_log_goes_on_under_the_next_key() -> None:
    """What the old key signed stays good, what the next one signs is good, and whoever trusts the old one finds the next."""
    log = handed_over()
    log = recording(grown(log, 2), 11, SECOND)
    note = handover(log[:9], SECOND, (PRIVATE, SECOND)).encode()
    trusted = followed([IDENTITY], [note])
    assert trusted == [IDENTITY, _identity(SECOND)]
    found = verified(log, *trusted)
    assert (found.bad, found.checkpoints) == (None, 3)
    assert following_identity(open_checkpoint(note, IDENTITY)) == _identity(SECOND)
    assert open_checkpoint(note, _identity(SECOND)).checkpoint.size == 9, "the handover itself is a checkpoint for both"


def test_keys_are_followed_from_one_to_the_next() -> None:
    """Two handovers in whatever order; none of a stranger's, however it names itself."""
    log = log_of(6)
    notes = [handover(log, THIRD, (SECOND, THIRD)).encode(), handover(log[:3], SECOND, (PRIVATE, SECOND)).encode()]
    assert followed([IDENTITY], notes) == [IDENTITY, _identity(SECOND), _identity(THIRD)]
    assert followed([IDENTITY], notes[:1]) == [IDENTITY]
    strangers = [handover(log, STRANGER, (STRANGER,)).encode(), b"no note", handover(log, STRANGER, (PRIVATE,)).encode()]
    assert followed([IDENTITY], strangers) == [IDENTITY]


def test_a_handover_by_a_stranger_is_named() -> None:
    """Signed by the next key alone: nobody gave it the log."""
    found = bad(handed_over(STRANGER, (STRANGER,)), IDENTITY)
    assert (found.sequence, "holds a checkpoint that is none: It is not signed by the key" in found.reason) == (10, True)


def test_a_handover_to_a_key_that_nobody_holds_is_named() -> None:
    """Without the next key's own signature anybody's key could be named, and the log would end there."""
    found = bad(handed_over(SECOND, (PRIVATE,)), IDENTITY)
    assert (found.sequence, "or did not sign it" in found.reason) == (10, True)


def test_a_checkpoint_by_a_key_that_was_replaced_is_named() -> None:
    """A key that is stolen later signs nothing any more, not even what is true."""
    log = recording(grown(handed_over(), 2), 11, PRIVATE)
    found = bad(log, IDENTITY, _identity(SECOND))
    assert (found.sequence, found.offset, found.reason) == (13, 12, "holds a checkpoint by a key that had handed the log over before")


def test_a_handover_of_another_log_is_named() -> None:
    """One county's handover put into another's log."""
    log = recording(log_of(8), 8)
    note = handover(log, SECOND, (PRIVATE, SECOND), origin=IDENTITY.origin("371622"))
    found = bad(holding(log, note, len(log)), IDENTITY)
    assert (found.sequence, "holds a checkpoint that is none" in found.reason) == (10, True)


def test_a_handover_with_another_root_is_named() -> None:
    """Handing over is no way to sign a history that was re-written: its root is compared as any other's."""
    log = recording(log_of(8), 8)
    other = [*log_of(7), commit(8, digest(log_of(7)[-1]), note="x"), log[8]]
    found = bad(holding(log, handover(other, SECOND, (PRIVATE, SECOND)), len(log)), IDENTITY)
    assert "history was re-written" in found.reason


def test_a_changed_handover_is_named() -> None:
    """A byte of the line that names the next key: the signature is of another text."""
    log = recording(log_of(8), 8)
    note = handover(log, SECOND, (PRIVATE, SECOND))
    changed = note.replace(str(_identity(SECOND).verifier(COUNTY)), str(_identity(THIRD).verifier(COUNTY)))
    found = bad(holding(log, changed, len(log)), IDENTITY)
    assert (found.sequence, "is not of this text" in found.reason) == (10, True)


def test_a_handover_dropped_or_cut_off_leaves_the_next_key_unknown() -> None:
    """The checkpoints after it are by nobody that is trusted; with the note at hand the log's own hashes name the gap."""
    log = recording(grown(handed_over(), 2), 11, SECOND)
    dropped = [*log[:9], *log[10:]]
    found = bad(dropped, IDENTITY)
    assert (found.sequence, "the one with 10 was dropped" in found.reason) == (11, True)


@pytest.mark.parametrize("lines", [("next-key x",), ("next-key ",), (f"next-key {_identity(SECOND).verifier(COUNTY)}",) * 2])
def test_a_line_that_names_no_key_is_refused(lines: tuple[str, ...]) -> None:
    """Or two of them."""
    checkpoint = Checkpoint(IDENTITY.origin(COUNTY), 3, tree_of(log_of(3)).root(), lines)
    note = Note(checkpoint.text, (sign(checkpoint.text, checkpoint.origin, PRIVATE),))
    with pytest.raises(NoteUnreadableError):
        following_identity(Signed(COUNTY, checkpoint, note))


def test_a_signature_that_is_none_beside_a_good_one_is_refused() -> None:
    """The next key's line must be by it."""
    log = log_of(3)
    good = handover(log, SECOND, (PRIVATE,))
    forged = Signature(IDENTITY.origin(COUNTY), _identity(SECOND).verifier(COUNTY).id, b"\0" * 64)
    with pytest.raises(NoteForgedError):
        following_identity(open_checkpoint((good + f"{forged}\n").encode(), IDENTITY))
