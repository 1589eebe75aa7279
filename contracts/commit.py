"""The record of the log, its hash, and the one rule that says which records stand."""

from hashlib import sha256

import msgspec

from contracts.events import Event
from contracts.values import Actor, Value

GENESIS = "0" * 64
MAX_COMMIT_BYTES = 900 * 1024


class Commit(Value, frozen=True, kw_only=True):
    """Topic dispatch.commits, key = jurisdiction: one decision, whole.

    previous: SHA-256 (hex) of the bytes of the last standing commit of this jurisdiction, GENESIS before the first.
    occurred_at_ms: the command's append time at the broker, never before the last commit's.
    """

    jurisdiction: str
    sequence: int
    previous: str
    command_id: str
    occurred_at_ms: int
    actor: Actor
    events: tuple[Event, ...]
    caused_by: str | None = None
    body_sha256: str | None = None
    trace: str | None = None


decode_commit = msgspec.json.Decoder(Commit).decode
encode_commit = msgspec.json.Encoder().encode


def digest(record: bytes) -> str:
    """Return the hash that the next commit must name: SHA-256 of the record's bytes, hex."""
    return sha256(record).hexdigest()


def stands(commit: Commit, *, sequence: int, head: str) -> bool:
    """Say whether a commit stands after the one with this sequence and hash; readers apply this in log order and ignore the rest."""
    return commit.sequence == sequence + 1 and commit.previous == head
