"""Logs of one county, made of commits that stand, and what somebody may do to them."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.commit import GENESIS, Commit, decode_commit, digest, encode_commit
from contracts.events import CheckpointRecorded, CommandRejected, Event
from contracts.terms import Role
from contracts.values import Actor
from stream.partition import partition_of
from stream.witness.checkpoint import Checkpoint, LogIdentity, Signed
from stream.witness.merkle import Frontier, leaf_hash
from stream.witness.note import Note, sign

COUNTY = "371602"
PARTITION = partition_of(COUNTY)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
IDENTITY = LogIdentity("nuandeng-1", PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def commit(sequence: int, previous: str, events: tuple[Event, ...] = (), note: str = "") -> bytes:
    """One record."""
    return encode_commit(
        Commit(
            jurisdiction=COUNTY, sequence=sequence, previous=previous, command_id=f"c{sequence}{note}", occurred_at_ms=1000 + sequence,
            actor=Actor(account="op", role=Role.OPERATOR, area=COUNTY), events=events or (CommandRejected(code="quota_filled"),),
        )
    )  # fmt: skip


def log_of(count: int) -> list[bytes]:
    """Records that stand."""
    return grown([], count)


def grown(records: Sequence[bytes], count: int, note: str = "") -> list[bytes]:
    """The same records, and so many more that stand on them."""
    found = list(records)
    for _ in range(count):
        found.append(commit(len(found) + 1, digest(found[-1]) if found else GENESIS, note=note))
    return found


def tree_of(records: Sequence[bytes]) -> Frontier:
    """Their tree."""
    frontier = Frontier()
    for record in records:
        frontier.add(leaf_hash(record))
    return frontier


def signed(records: Sequence[bytes], private: Ed25519PrivateKey = PRIVATE) -> Signed:
    """Their checkpoint."""
    checkpoint = Checkpoint(IDENTITY.origin(COUNTY), len(records), tree_of(records).root())
    return Signed(COUNTY, checkpoint, Note(checkpoint.text, (sign(checkpoint.text, checkpoint.origin, private),)))


def recording(records: Sequence[bytes], of: int, private: Ed25519PrivateKey = PRIVATE) -> list[bytes]:
    """The records, and one that holds the checkpoint of the first `of`."""
    event = CheckpointRecorded(tree_size=of, note=str(signed(records[:of], private).note))
    return [*records, commit(len(records) + 1, digest(records[-1]), (event,))]


def chained_anew(records: Sequence[bytes], start: int) -> list[bytes]:
    """The records with the one at `start` altered, and each after it chained to what now stands before it."""
    found = list(records[:start])
    for index, record in enumerate(records[start:], start):
        was = decode_commit(record)
        found.append(commit(index + 1, digest(found[-1]) if found else GENESIS, was.events, "x" if index == start else ""))
    return found
