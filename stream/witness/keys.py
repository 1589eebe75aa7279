"""The key that signs checkpoints: one for an installation, in the secrets store, made when it is first asked for."""

from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contracts.errors import UnreadableError
from contracts.runtime import Runtime
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from stream.witness.checkpoint import Checkpoint, LogIdentity
from stream.witness.note import Note, sign

_SECRET = "witness"  # noqa: S105 - the name of one, not the secret


class LogKey:
    """Signs checkpoints. identity: what others know it by; the name is made from the key, so no two installations share one."""

    def __init__(self, store: SecretsStore) -> None:
        """Read the key, or make it; of two processes that make one, the first wins. Raises UnreadableError."""
        raw = store.get(_SECRET)
        if raw is None:
            made = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            raw = store.put_new(_SECRET, made)
        try:
            self._private = Ed25519PrivateKey.from_private_bytes(raw)
        except ValueError as err:
            raise UnreadableError("The stored key of the checkpoints is not an Ed25519 key.") from err
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.identity = LogIdentity(f"nuandeng-{sha256(public).hexdigest()[:16]}", public)

    def sign(self, jurisdiction: str, size: int, root: bytes) -> Note:
        """Return the signed checkpoint of a jurisdiction's log. Whoever calls has made sure that it continues the one signed before."""
        origin = self.identity.origin(jurisdiction)
        text = Checkpoint(origin, size, root).text
        return Note(text, (sign(text, origin, self._private),))


def log_key(runtime: Runtime) -> LogKey:
    """The key of an installation. Raises OSError, sqlite3.Error, UnreadableError."""
    return LogKey(SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore))))
