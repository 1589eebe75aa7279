"""Signed notes: a text and lines of signatures, each by a named Ed25519 key. Pure.

Source:
    C2SP signed-note and tlog-cosignature.
"""

import base64
import binascii
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stream.witness.errors import NoteForgedError, NoteUnreadableError

# What the signature is of: the text as it is, or (a witness's) the text with the time at which it was seen.
PLAIN, COSIGNATURE = 0x01, 0x04
NOTE_LONGEST = 65_536
SIGNATURES_MOST = 64
_KEY_BYTES, _ID_BYTES, _TIME_BYTES = 32, 4, 8


class VerifierKey(NamedTuple):
    """Whose signatures are trusted. public: 32 bytes; kind: PLAIN or COSIGNATURE."""

    name: str
    public: bytes
    kind: int = PLAIN

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """As it is written down: name, identifier, key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


class Signature(NamedTuple):
    """One line below a note."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """The line, without its end."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}"


class Note(NamedTuple):
    """text: ends with a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """The whole note as it is written."""
        return self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)

    def signed_also(self, more: Iterable[Signature]) -> "Note":
        """Return the note with further signatures; one by the same key takes the older one's place."""
        lines = {(line.name, line.key_id): line for line in (*self.signatures, *more)}
        return Note(self.text, tuple(lines.values()))


def parse_verifier_key(raw: str) -> VerifierKey:
    """Read a key as it is written down. Raises NoteUnreadableError."""
    name, _, rest = raw.strip().partition("+")
    stated, _, encoded = rest.partition("+")
    material = from_base64(encoded)
    if not _is_name(name) or len(material) != 1 + _KEY_BYTES or material[0] not in (PLAIN, COSIGNATURE):
        raise NoteUnreadableError(f"Not a verifier key: {raw[:200]!r}.")
    key = VerifierKey(name, material[1:], material[0])
    if key.id.hex() != stated:
        raise NoteUnreadableError(f"The verifier key of {name} has the identifier {key.id.hex()}, not {stated[:20]!r}: it was changed.")
    return key


def parse_note(raw: bytes) -> Note:
    """Read a note; no signature is checked. Raises NoteUnreadableError."""
    if len(raw) > NOTE_LONGEST:
        raise NoteUnreadableError(f"A note of {len(raw)} bytes.")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as err:
        raise NoteUnreadableError("A note is UTF-8 text.") from err
    if any(letter < " " and letter != "\n" for letter in whole):
        raise NoteUnreadableError("A note holds no control characters.")
    text, gap, below = whole.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise NoteUnreadableError("A note is a text, an empty line, and signatures.")
    return Note(text + "\n", parse_signatures(below))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read lines of signatures. Raises NoteUnreadableError."""
    found = []
    for line in lines.removesuffix("\n").split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        both = from_base64(encoded)
        if dash != "—" or not _is_name(name) or len(both) <= _ID_BYTES:
            raise NoteUnreadableError(f"Not a line of a signature: {line[:200]!r}.")
        found.append(Signature(name, both[:_ID_BYTES], both[_ID_BYTES:]))
    if len(found) > SIGNATURES_MOST:
        raise NoteUnreadableError(f"A note with {len(found)} signatures.")
    return tuple(found)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Signature:
    """Return a signature of a text under a name."""
    known = VerifierKey(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    return Signature(name, known.id, key.sign(text.encode()))


def cosign(text: str, name: str, key: Ed25519PrivateKey, at_s: int) -> Signature:
    """Return a witness's signature of a text that it saw at a time (epoch seconds)."""
    known = VerifierKey(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), COSIGNATURE)
    return Signature(name, known.id, at_s.to_bytes(_TIME_BYTES, "big") + key.sign(_cosigned(text, at_s)))


def signers(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return which of these keys signed a note; signatures by others are passed over.

    Raises:
        NoteForgedError: a signature that names one of the keys was not made by it, or is of another text.
    """
    known = {(key.name, key.id): key for key in keys}
    found = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        message, signature = note.text.encode(), line.signature
        if key.kind == COSIGNATURE:
            message, signature = _cosigned(note.text, int.from_bytes(signature[:_TIME_BYTES], "big")), signature[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
        except InvalidSignature as err:
            raise NoteForgedError(f"The signature by {key.name} is not of this text, or not by its key.") from err
        found.append(key)
    return tuple(found)


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def from_base64(encoded: str) -> bytes:
    """Decode, taking one way of writing a value alone. Raises NoteUnreadableError."""
    try:
        decoded = base64.b64decode(encoded.encode(), validate=True)
    except (binascii.Error, ValueError) as err:
        raise NoteUnreadableError(f"Not base64: {encoded[:100]!r}.") from err
    if base64.b64encode(decoded) != encoded.encode():
        raise NoteUnreadableError(f"Not base64 as it is written: {encoded[:100]!r}.")
    return decoded
