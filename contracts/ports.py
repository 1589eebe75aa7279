"""What the pure packages and the adapters need of the outside, as Protocols."""

from typing import Protocol

from contracts.commands import AnyBody
from contracts.documents import Answer
from contracts.values import Picture, Sealed


class KeyStore(Protocol):
    """Keys of persons, shaped like a key-management service. A key is on the disk before create() returns."""

    def create(self) -> str:
        """Make a key and return its identifier."""

    def seal(self, key: str, plain: bytes) -> bytes:
        """Return nonce and ciphertext. Raises KeyDestroyedError."""

    def unseal(self, key: str, box: bytes) -> bytes:
        """Return the plain bytes. Raises KeyDestroyedError, UnreadableError."""

    def destroy(self, key: str) -> None:
        """Make everything sealed with it unreadable for ever."""


class EvidenceStore(Protocol):
    """Pictures by content hash. The original is sealed with a person's key; the public copy has every head blurred."""

    def save(self, original: bytes, public: bytes, *, key: str, taken_at_ms: int, camera: str | None) -> Picture:
        """Store both and return what an event carries of them."""

    def public(self, sha256: str) -> bytes:
        """Return the blurred copy. Raises UnreadableError when there is none or its bytes don't match."""

    def original(self, picture: Picture) -> bytes:
        """Return the unsealed original. Raises KeyDestroyedError, UnreadableError."""


class Sealer(Protocol):
    """Text fields."""

    def seal_text(self, key: str, text: str) -> Sealed: ...

    def unseal_text(self, sealed: Sealed) -> str: ...


class CommandPort(Protocol):
    """Where adapters and the web send commands."""

    def send(self, body: AnyBody, *, jurisdiction: str, command_id: str, caused_by: str | None = None) -> None: ...

    def answer(self, command_id: str, timeout_s: float) -> Answer | None: ...
