"""Signed notes and checkpoints: read as others write them, written as others read them, and nothing else taken for one."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from stream.witness.checkpoint import Checkpoint, LogIdentity, identity_of, open_checkpoint, parse_checkpoint
from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.note import (
    COSIGNATURE,
    Note,
    VerifierKey,
    cosign,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    sign,
    signers,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
IDENTITY = LogIdentity("nuandeng-1", PUBLIC)
ORIGIN = IDENTITY.origin("371602")
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))
SIGNED = Note(CHECKPOINT.text, (sign(CHECKPOINT.text, ORIGIN, PRIVATE),))

# The example of the C2SP pages: a log's signature and a witness's cosignature.
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_what_others_write_is_read_and_written_again_as_it_was() -> None:
    """Origin, size, root, and two signatures with the identifiers of their keys."""
    note = parse_note(EXAMPLE.encode())
    found = parse_checkpoint(note.text)
    assert (found.origin, found.size, found.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert [(line.name, line.key_id.hex()) for line in note.signatures] == [
        ("example.com/behind-the-sofa", "033de0ae"), ("witness.example.com/w1", "8d66cf3f"),
    ]  # fmt: skip
    assert str(note) == EXAMPLE
    assert found.text == note.text


def test_a_key_is_known_by_a_hash_of_its_name_kind_and_bytes() -> None:
    """The example of the Go checksum database's key, whose identifier everybody knows."""
    key = parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert (key.name, key.id.hex()) == ("sum.golang.org", "033de0ae")
    assert str(key) == "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_a_good_signature_opens_a_checkpoint() -> None:
    """With the key of its own log, which is written down as one line."""
    signed = open_checkpoint(str(SIGNED).encode(), IDENTITY)
    assert (signed.jurisdiction, signed.checkpoint) == ("371602", CHECKPOINT)
    assert identity_of(parse_verifier_key(str(IDENTITY.verifier("371602")))) == IDENTITY


def test_forged_checkpoints_are_refused() -> None:
    """Another key under the log's name, also with the identifier copied; another text; another log; no signature."""
    elsewhere = Checkpoint("nuandeng-2/371602", 7, CHECKPOINT.root).text
    wrong_key = sign(CHECKPOINT.text, ORIGIN, OTHER)
    copied_id = wrong_key._replace(key_id=IDENTITY.verifier("371602").id)
    for forged in (
        Note(CHECKPOINT.text, (wrong_key,)),
        Note(CHECKPOINT.text, (copied_id,)),
        Note(CHECKPOINT._replace(size=8).text, SIGNED.signatures),
        Note(elsewhere, (sign(elsewhere, "nuandeng-2/371602", PRIVATE),)),
    ):
        with pytest.raises(NoteForgedError):
            open_checkpoint(str(forged).encode(), IDENTITY)


def test_a_cosignature_is_of_the_text_and_its_time() -> None:
    """Both count; unknown signers are passed over."""
    witness = VerifierKey("w.example/1", OTHER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), COSIGNATURE)
    assert parse_verifier_key(str(witness)) == witness
    line = cosign(CHECKPOINT.text, "w.example/1", OTHER, 1_768_744_800)
    note = SIGNED.signed_also([line])
    assert signers(parse_note(str(note).encode()), [witness, IDENTITY.verifier("371602")]) == (IDENTITY.verifier("371602"), witness)
    later = line._replace(signature=(1_768_744_801).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(NoteForgedError):
        signers(Note(CHECKPOINT.text, (later,)), [witness])
    assert signers(note, []) == ()


def test_a_second_cosignature_of_one_key_takes_the_place_of_the_first() -> None:
    """A witness that is asked every hour fills no note."""
    lines = [cosign(CHECKPOINT.text, "w.example/1", OTHER, at_s) for at_s in range(5)]
    note = SIGNED
    for line in lines:
        note = note.signed_also([line])
    assert note.signatures == (*SIGNED.signatures, lines[-1])


@pytest.mark.parametrize(
    "text",
    [
        "origin\n7\n", "origin\n07\nAAAA\n", "origin\n-7\n" + "A" * 43 + "=\n", "origin\n7\nAAAA\n", "\n7\n" + "A" * 43 + "=\n",
        "origin\n٧\n" + "A" * 43 + "=\n", "origin\n" + "9" * 30 + "\n" + "A" * 43 + "=\n", "origin\n7\n" + "é" * 44 + "\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    """Lines missing or empty, sizes and roots that are none."""
    with pytest.raises(NoteUnreadableError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"text\n", b"text\n\n", b"text\n\n- name AAAAAAAA\n", "text\n\n— na+me AAAAAAAA\n".encode(), "text\n\n— name AAA\n".encode(),
        "text\n\n— name AAAA\n".encode(), b"\xff\n\n", "te\txt\n\n— name AAAAAAAA\n".encode(), "text\n\n— name AAAAAAAA".encode(),
        b"t\n\n" + "— n AAAAAAAA\n".encode() * 65, b"x" * 70_000,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    """No signature, another dash, a name with a plus, bytes that are no text, too much of it."""
    with pytest.raises(NoteUnreadableError):
        parse_note(raw)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_hostile_bytes_are_refused_or_read_but_never_break(raw: bytes) -> None:
    """A note, a key, lines of signatures, a checkpoint: read as they were written, or refused with a code."""
    for read in (parse_note, lambda raw: parse_verifier_key(raw.decode("latin-1")), lambda raw: parse_signatures(raw.decode("latin-1"))):
        try:
            found = read(raw)
        except NoteUnreadableError as err:
            assert err.code == "note_unreadable"  # noqa: PT017 - both outcomes are right
        else:
            assert found


@given(st.integers(0, len(str(SIGNED).encode()) - 1), st.integers(0, 7))
def test_one_flipped_bit_of_a_note_opens_nothing(at: int, bit: int) -> None:
    """Wherever it is."""
    raw = bytearray(str(SIGNED).encode())
    raw[at] ^= 1 << bit
    with pytest.raises((NoteForgedError, NoteUnreadableError)):
        open_checkpoint(bytes(raw), IDENTITY)


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32), st.lists(st.text("abc ", min_size=1), max_size=3))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes, extensions: list[str]) -> None:
    """Extension lines included."""
    written = Checkpoint(ORIGIN, size, root, tuple(extensions))
    assert parse_checkpoint(written.text) == written
    assert base64.b64encode(root).decode() in written.text
