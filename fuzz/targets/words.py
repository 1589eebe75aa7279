"""Short texts from strangers: log-in tokens, push subscriptions, witnesses' notes, entries of the live feed."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.errors import UnreadableError
from fuzz.target import Attempt, Target
from stream.push import add_subscription, subscriptions
from stream.witness.checkpoint import Checkpoint, parse_checkpoint
from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.note import Note, VerifierKey, cosign, parse_note, sign, signers
from web.access.tokens import Tokens
from web.board.redis_model import decode_entry
from web.problems import NoSessionError

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_TOKENS = Tokens(bytes(32))


def _token(raw: bytes) -> str:
    # Headers come as latin-1.
    return _TOKENS.read(raw.decode("latin-1"), 1_768_744_800_000).account[:3]


class KeptInMemory:
    """As much of stream.vault.secrets.SecretsStore as a subscription needs; the real one writes to the disk each time."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, name: str, value: bytes) -> None:
        """Keep."""
        self.kept[name] = value

    def under(self, prefix: str) -> dict[str, bytes]:
        """What is kept under a prefix."""
        return {name: value for name, value in self.kept.items() if name.startswith(prefix)}


def _subscriptions() -> Attempt:
    store: Any = KeptInMemory()

    def attempt(raw: bytes) -> str:
        try:
            add_subscription(store, "u1", raw)
            return f"taken {len(subscriptions(store, 'u1'))}"
        finally:
            store.kept.clear()

    return attempt


def _note(raw: bytes) -> str:
    public = _KEY.public_key().public_bytes_raw()
    note = parse_note(raw)
    checkpoint = parse_checkpoint(note.text)
    found = signers(note, [VerifierKey("log/371602", public), VerifierKey("witness", public, 4)])
    return f"{min(checkpoint.size, 3)} {len(found)}"


def _notes() -> Iterator[bytes]:
    text = Checkpoint("log/371602", 12, bytes(32)).text
    yield str(Note(text, (sign(text, "log/371602", _KEY), cosign(text, "witness", _KEY, 1_768_744_800)))).encode()


def _entry(raw: bytes) -> str:
    return str(len(decode_entry(raw).changes))


_SUBSCRIPTION = (
    b'{"endpoint":"https://push.example.org/x","expirationTime":null,"keys":{"p256dh":"' + b"B" * 87 + b'","auth":"' + b"A" * 22 + b'"}}'
)
_ENTRY = (
    b'{"jurisdiction":"371602","sequence":3,"at_ms":1768744800000,"command_id":"c","events":["IncidentFiled"],'
    b'"changes":[{"kind":"incident","id":"i1","document":null},{"kind":"unit","id":"u1","document":{"id":"u1"}}]}'
)
TARGETS = {
    target.name: target
    for target in (
        Target(name="tokens", about="log-in tokens", form="octets",
               samples=lambda: iter((_TOKENS.issue("op", 1_768_744_800_000)[0].encode(),)),
               attack=lambda: nullcontext(_token), refuses=(NoSessionError,)),
        Target(name="subscriptions", about="Web Push subscriptions", form="json", samples=lambda: iter((_SUBSCRIPTION,)),
               attack=lambda: nullcontext(_subscriptions()), refuses=(UnreadableError,), words=(b"https://[", b"https://127.0.0.1/", b"https://[::1]/")),
        Target(name="notes", about="checkpoints and cosignatures of witnesses", form="lines", samples=_notes,
               attack=lambda: nullcontext(_note), refuses=(NoteUnreadableError, NoteForgedError), words=("— ".encode(), b"\n\n")),
        Target(name="feed_entries", about="entries of the live feed in Valkey", form="json", samples=lambda: iter((_ENTRY,)),
               attack=lambda: nullcontext(_entry), refuses=(UnreadableError,)),
    )
}  # fmt: skip
