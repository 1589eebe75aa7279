"""A checkpoint: which log, how many records, which root; written as the text of a signed note. Pure.

Source:
    C2SP tlog-checkpoint.
"""

import base64
from collections.abc import Sequence
from typing import NamedTuple

from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.merkle import HASH_BYTES
from stream.witness.note import PLAIN, Note, VerifierKey, from_base64, parse_note, signers

_DIGITS_MOST = 18


class Checkpoint(NamedTuple):
    """size: leaves of the tree. extensions: further lines, which say nothing that is verified."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, base64.b64encode(self.root).decode(), *self.extensions))


class LogIdentity(NamedTuple):
    """Who signs: one key of one installation, under one name for each jurisdiction's log. public: 32 bytes, Ed25519."""

    name: str
    public: bytes

    def origin(self, jurisdiction: str) -> str:
        """The name of a jurisdiction's log."""
        return f"{self.name}/{jurisdiction}"

    def verifier(self, jurisdiction: str) -> VerifierKey:
        """What an auditor of this jurisdiction writes down."""
        return VerifierKey(self.origin(jurisdiction), self.public)

    def jurisdiction_of(self, origin: str) -> str | None:
        """Whose log it is, None when it is none of this installation's."""
        name, _, jurisdiction = origin.rpartition("/")
        return jurisdiction if name == self.name and jurisdiction else None


def identity_of(key: VerifierKey) -> LogIdentity:
    """Return the identity behind the key of any of its jurisdictions' logs. Raises NoteUnreadableError."""
    name, _, jurisdiction = key.name.rpartition("/")
    if key.kind != PLAIN or not name or not jurisdiction:
        raise NoteUnreadableError(f"{key.name} is not the key of a jurisdiction's log.")
    return LogIdentity(name, key.public)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note. Raises NoteUnreadableError."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteUnreadableError("A checkpoint has three lines or more, none of them empty.")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or len(size) > _DIGITS_MOST or (size != "0" and size.startswith("0")):
        raise NoteUnreadableError(f"Not the size of a tree: {size[:40]!r}.")
    decoded = from_base64(root)
    if len(decoded) != HASH_BYTES:
        raise NoteUnreadableError(f"Not a root: {root[:100]!r}.")
    return Checkpoint(origin, int(size), decoded, tuple(lines[3:]))


class Signed(NamedTuple):
    """A checkpoint whose signature by the log was found good, and whose log it is of."""

    jurisdiction: str
    checkpoint: Checkpoint
    note: Note


def open_checkpoint(raw: bytes, identity: LogIdentity) -> Signed:
    """Read a signed checkpoint.

    Raises:
        NoteUnreadableError: it is none. NoteForgedError: it is not signed by this identity, or not of one of its logs.
    """
    note = parse_note(raw)
    checkpoint = parse_checkpoint(note.text)
    jurisdiction = identity.jurisdiction_of(checkpoint.origin)
    if jurisdiction is None:
        raise NoteForgedError(f"It is of the log {checkpoint.origin!r}, which is none of {identity.name}.")
    if not signers(note, [identity.verifier(jurisdiction)]):
        raise NoteForgedError(f"It is not signed by the key {identity.verifier(jurisdiction)}.")
    return Signed(jurisdiction, checkpoint, note)


def opened_by_any(raw: bytes, identities: Sequence[LogIdentity]) -> Signed:
    """Open a checkpoint that one of these signed. Raises NoteUnreadableError, NoteForgedError."""
    refused = NoteForgedError("No key is known.")
    for identity in identities:
        try:
            return open_checkpoint(raw, identity)
        except NoteForgedError as err:
            refused = err
    raise refused
