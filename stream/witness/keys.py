"""The key that signs checkpoints: one for an installation, in the secrets store, made when it is first asked for, and replaced by hand."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contracts.errors import UnreadableError
from contracts.runtime import Runtime
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from stream.witness.checkpoint import Checkpoint, LogIdentity, Signed
from stream.witness.note import Note, sign
from stream.witness.rotation import handover_text

_SECRET = "witness"  # noqa: S105 - the name of one, not the secret
_PAST = "witness.past"


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What outlives a key. name: of the installation's logs, made from its first key. retired: public keys (base64), newest first.

    handovers: jurisdiction → signed note that is not in the log yet.
    """

    name: str
    retired: tuple[str, ...]
    handovers: dict[str, str]


class LogKey:
    """Signs checkpoints. identity: what others know it by; the name is made from the first key, so no two installations share one.

    identities: it, and those it has replaced, newest first: what was signed by them then stays good. handovers: see Past.
    """

    def __init__(self, store: SecretsStore) -> None:
        """Read the key, or make it; of two processes that make one, the first wins. Raises UnreadableError."""
        raw = store.get(_SECRET)
        if raw is None:
            raw = store.put_new(_SECRET, _private_bytes(Ed25519PrivateKey.generate()))
        try:
            self._private = Ed25519PrivateKey.from_private_bytes(raw)
            past = store.get(_PAST)
            self._past = None if past is None else msgspec.json.decode(past, type=Past)
            retired = [base64.b64decode(one, validate=True) for one in self._past.retired] if self._past else []
        except (ValueError, msgspec.MsgspecError) as err:
            raise UnreadableError("The stored key of the checkpoints is not an Ed25519 key.") from err
        public = _public_bytes(self._private)
        name = self._past.name if self._past else f"nuandeng-{sha256(public).hexdigest()[:16]}"
        self._store = store
        self.identity = LogIdentity(name, public)
        self.identities = (self.identity, *(LogIdentity(name, one) for one in retired))
        self.handovers: Mapping[str, str] = self._past.handovers if self._past else {}

    def sign(self, jurisdiction: str, size: int, root: bytes) -> Note:
        """Return the signed checkpoint of a jurisdiction's log. Whoever calls has made sure that it continues the one signed before."""
        origin = self.identity.origin(jurisdiction)
        text = Checkpoint(origin, size, root).text
        return Note(text, (sign(text, origin, self._private),))

    def replace(self, newest: Mapping[str, Signed]) -> "LogKey":
        """Make another key, hand every log over to it, and forget this one; all of it or nothing, on the disk when this returns.

        Args:
            newest: jurisdiction → its newest checkpoint. Whoever calls holds the folder that they are kept in.
        """
        made = Ed25519PrivateKey.generate()
        following = LogIdentity(self.identity.name, _public_bytes(made))
        handovers = {}
        for jurisdiction, signed in newest.items():
            text, origin = handover_text(signed.checkpoint, following, jurisdiction), self.identity.origin(jurisdiction)
            handovers[jurisdiction] = str(Note(text, (sign(text, origin, self._private), sign(text, origin, made))))
        retired = tuple(base64.b64encode(one.public).decode() for one in self.identities)
        past = Past(name=self.identity.name, retired=retired, handovers=handovers)
        self._store.put_many({_SECRET: _private_bytes(made), _PAST: msgspec.json.encode(past)})
        return LogKey(self._store)

    def handed_over(self) -> None:
        """Say that the handovers stand in the log."""
        if self._past is not None:
            self._store.put(_PAST, msgspec.json.encode(msgspec.structs.replace(self._past, handovers={})))
            self.handovers = {}


def _private_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def log_key(runtime: Runtime) -> LogKey:
    """The key of an installation. Raises OSError, sqlite3.Error, UnreadableError."""
    return LogKey(SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore))))
