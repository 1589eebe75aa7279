"""Proving that a commit stands in a log whose checkpoint is known, and that the log continues an older checkpoint."""

import base64
from collections.abc import Iterable

import msgspec

from contracts.runtime import Runtime
from contracts.topics import COMMITS
from stream.access import kafka_settings, topic
from stream.log.read import RangeReader
from stream.partition import partition_of
from stream.witness.checkpoint import Signed, opened_by_any
from stream.witness.checkpointing import consistency_proof
from stream.witness.errors import NotCheckpointedError, ProofImpossibleError
from stream.witness.folder import CheckpointFolder
from stream.witness.keys import LogKey
from stream.witness.merkle import RangeHashes, continues, includes, inclusion_ranges, leaf_hash

_WINDOW = 5_000


class Since(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An older checkpoint, as a signed note, and the proof (base64) that the newer one continues it."""

    checkpoint: str
    consistency: list[str]


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is needed beside the log's key. record: the commit's bytes, base64; inclusion: base64, from the leaf upwards."""

    format: str
    jurisdiction: str
    sequence: int
    leaf_index: int
    record: str
    inclusion: list[str]
    checkpoint: str
    since: Since | None = None


FORMAT = "nuandeng-proof.1"


async def prove(runtime: Runtime, key: LogKey, kept: CheckpointFolder, commit: tuple[str, int], since: bytes | None = None) -> Proof:
    """Make a proof to the newest kept checkpoint.

    Args:
        commit: jurisdiction and sequence. since: an older checkpoint as somebody kept it.
    Raises:
        NotCheckpointedError: no checkpoint covers the commit.
        ProofImpossibleError: the log does not hold what the checkpoints say.
        NoteUnreadableError, NoteForgedError: `since` is none of this log's. KafkaError, OSError, TimeoutError.
    """
    jurisdiction, sequence = commit
    raw = kept.checkpoint(jurisdiction)
    if raw is None:
        raise NotCheckpointedError(f"There is no checkpoint of {jurisdiction} yet.")
    newest = opened_by_any(raw, key.identities)
    size, root = newest.checkpoint.size, newest.checkpoint.root
    if not 0 < sequence <= size:
        raise NotCheckpointedError(f"The newest checkpoint of {jurisdiction} is of {size} records; it does not cover {sequence}.")
    index = sequence - 1
    leaf = next(kept.leaves(jurisdiction, index, sequence), b"")
    record = await _record(runtime, jurisdiction, index, leaf)
    hashes = RangeHashes(inclusion_ranges(index, size))
    for other in kept.leaves(jurisdiction, 0, size):
        hashes.add(other)
    inclusion = hashes.proof()
    if not includes(leaf, index, size, inclusion, root):
        raise ProofImpossibleError(f"The hashes kept of {jurisdiction} are not those of its checkpoint.")
    return Proof(
        format=FORMAT, jurisdiction=jurisdiction, sequence=sequence, leaf_index=index, record=base64.b64encode(record).decode(),
        inclusion=_texts(inclusion), checkpoint=str(newest.note), since=None if since is None else _since(kept, key, newest, since),
    )  # fmt: skip


async def _record(runtime: Runtime, jurisdiction: str, index: int, leaf: bytes) -> bytes:
    """Find the record by its hash: as many records as it has before it in its own log stand before it in its partition, or more."""
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    partition, found = partition_of(jurisdiction), list[bytes]()

    def look(_offset: int, record: bytes) -> None:
        if leaf_hash(record) == leaf:
            found.append(record)

    try:
        at, end = index, await reader.end(partition)
        while not found and at < end:
            at = await reader.read(partition, at, look, at + _WINDOW)
    finally:
        await reader.stop()
    if not found:
        raise ProofImpossibleError(f"The log does not hold the record {index + 1} of {jurisdiction} whose hash was kept.")
    return found[0]


def _since(kept: CheckpointFolder, key: LogKey, newest: Signed, raw: bytes) -> Since:
    old = opened_by_any(raw, key.identities)
    name, size = newest.jurisdiction, newest.checkpoint.size
    if old.jurisdiction != name:
        raise ProofImpossibleError(f"The older checkpoint is of {old.jurisdiction}, the commit of {name}.")
    if old.checkpoint.size > size:
        raise ProofImpossibleError(f"The older checkpoint is of {old.checkpoint.size} records; the newest one kept here is of {size}.")
    proof = consistency_proof(kept, name, old.checkpoint.size, size)
    if not continues(old.checkpoint.size, size, old.checkpoint.root, newest.checkpoint.root, proof):
        raise ProofImpossibleError(f"The log of {name} does not continue the checkpoint of {old.checkpoint.size} records.")
    return Since(checkpoint=str(old.note), consistency=_texts(proof))


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(hashed).decode() for hashed in hashes]
