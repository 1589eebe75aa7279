"""One round of checkpoints: sign what is new, ask the outside witnesses, write the folders, record it in the log."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contracts.commands import RecordCheckpoint
from contracts.errors import NuandengError, StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS
from stream.access import REQUEST_MS, kafka_settings, topic
from stream.commands import CommandSender, system_command
from stream.log.read import RangeReader
from stream.witness.checkpoint import Signed, open_checkpoint
from stream.witness.checkpointing import CheckpointSigner, Growth, Refusal, consistency_proof
from stream.witness.errors import LogRewrittenError, WitnessAwayError
from stream.witness.folder import CheckpointFolder
from stream.witness.keys import LogKey
from stream.witness.merkle import HASH_BYTES
from stream.witness.note import Note, Signature, VerifierKey, signers
from stream.witness.outside import OtherSizeError, add_checkpoint
from stream.witness.positions import PositionFolder

_CALL_S = 15.0


class Places(NamedTuple):
    """Where checkpoints go. witness_keys: whose cosignatures count; without any, all are kept, for their readers to check."""

    folders: tuple[Path, ...] = ()
    witnesses: tuple[str, ...] = ()
    witness_keys: tuple[VerifierKey, ...] = ()


class Round(NamedTuple):
    """What one round did. newest: jurisdiction → its newest checkpoint; fresh: those that were signed now; refused: what was not done."""

    newest: dict[str, Signed]
    fresh: tuple[str, ...]
    refused: tuple[Refusal, ...]


def kept_folder(runtime: Runtime) -> CheckpointFolder:
    """Where an installation keeps its own checkpoints."""
    return CheckpointFolder(Path(runtime.data_dir) / "witness")


async def publish_checkpoints(runtime: Runtime, key: LogKey, places: Places) -> Round:
    """Do one round. What one place or jurisdiction refuses keeps no other from its checkpoint.

    Raises:
        StoreAwayError: Kafka does not answer. OSError: the installation's own folder cannot be written.
    """
    kept = kept_folder(runtime)
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        with kept.held():
            positions = PositionFolder(kept.path / "positions", topic(runtime, COMMITS))
            grown, refused = await CheckpointSigner(reader, positions, kept, key).sign_what_is_new()
            growths = {growth.jurisdiction: growth for growth in grown}
            sound = [name for name in kept.jurisdictions() if name not in {refusal.jurisdiction for refusal in refused}]
            refused += await _ask_witnesses(kept, key, places, sound, growths)
            refused += await asyncio.to_thread(_write_folders, kept, key, places.folders, sound, growths)
            newest = {name: _newest(kept, key, name) for name in sound}
            # While the folder is held: in the log, too, a later checkpoint stands after an earlier one.
            await _record(runtime, [newest[name] for name in growths])
    except (KafkaError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    finally:
        await reader.stop()
    return Round(newest, tuple(growths), tuple(refused))


def _newest(kept: CheckpointFolder, key: LogKey, jurisdiction: str) -> Signed:
    return open_checkpoint(kept.checkpoint(jurisdiction) or b"", key.identity)


async def _ask_witnesses(
    kept: CheckpointFolder, key: LogKey, places: Places, jurisdictions: Iterable[str], growths: dict[str, Growth]
) -> list[Refusal]:
    refused: list[Refusal] = []
    away: set[str] = set()
    for name in jurisdictions:
        newest = _newest(kept, key, name)
        if name not in growths and len(newest.note.signatures) > len(places.witnesses):
            continue  # nothing is new, and each has signed it
        note = newest.note
        for url in places.witnesses:
            if url in away:
                continue
            try:
                lines = await asyncio.to_thread(_cosigned, kept, url, newest, growths.get(name))
                note = note.signed_also(_counting(note, lines, places.witness_keys))
            except WitnessAwayError as err:
                away.add(url)  # one wait is enough for a round
                refused.append(Refusal(name, err))
            except NuandengError as err:
                refused.append(Refusal(name, err))
        if note != newest.note:
            kept.put(name, str(note))
    return refused


def _cosigned(kept: CheckpointFolder, url: str, newest: Signed, growth: Growth | None) -> Sequence[Signature]:
    """Submit with what the witness probably saw last; if it says otherwise, once more with that."""
    name, checkpoint = newest.jurisdiction, newest.checkpoint
    old = checkpoint.size
    if growth is not None:
        old = 0 if growth.signed_before is None else growth.signed_before.size
    try:
        return add_checkpoint(url, str(newest.note), old=old, proof=consistency_proof(kept, name, old, checkpoint.size, growth))
    except OtherSizeError as other:
        if other.size > checkpoint.size:
            raise LogRewrittenError(f"{url} saw {other.size} records of {name}; the log holds {checkpoint.size}.") from other
        proof = consistency_proof(kept, name, other.size, checkpoint.size, growth)
        return add_checkpoint(url, str(newest.note), old=other.size, proof=proof)


def _counting(note: Note, lines: Sequence[Signature], keys: Sequence[VerifierKey]) -> list[Signature]:
    if not keys:
        return list(lines)
    good = {(key.name, key.id) for key in signers(Note(note.text, tuple(lines)), keys)}
    return [line for line in lines if (line.name, line.key_id) in good]


def _write_folders(
    kept: CheckpointFolder, key: LogKey, folders: Iterable[Path], jurisdictions: Sequence[str], growths: dict[str, Growth]
) -> list[Refusal]:
    refused: list[Refusal] = []
    for path in folders:
        folder = CheckpointFolder(path)
        for name in jurisdictions:
            try:
                with folder.held():
                    _copy(kept, folder, _newest(kept, key, name), growths.get(name), key)
            except OSError as err:
                refused.append(Refusal(name, WitnessAwayError(f"{path} cannot be written: {err.strerror}.")))
                break
            except NuandengError as err:
                refused.append(Refusal(name, err))
    return refused


def _copy(kept: CheckpointFolder, folder: CheckpointFolder, newest: Signed, growth: Growth | None, key: LogKey) -> None:
    """Bring another folder up to the newest checkpoint, unless what lies there says something else: it is there to be compared with."""
    name, checkpoint = newest.jurisdiction, newest.checkpoint
    there = folder.checkpoint(name)
    if there == str(newest.note).encode():
        return
    if there is not None:
        old = open_checkpoint(there, key.identity).checkpoint
        same_as_before = growth is not None and growth.signed_before == old
        if old.size > checkpoint.size or (not same_as_before and kept.tree(name, old.size).root() != old.root):
            raise LogRewrittenError(f"{folder.path} holds a checkpoint of {old.size} records of {name} that this log does not continue.")
    start = min(folder.leaf_count(name), checkpoint.size)
    packed = bytearray()
    for leaf in kept.leaves(name, start, checkpoint.size):
        packed += leaf
    if len(packed) == (checkpoint.size - start) * HASH_BYTES:
        folder.extend(name, start, bytes(packed))
    folder.put(name, str(newest.note))


async def _record(runtime: Runtime, fresh: Sequence[Signed]) -> None:
    if not fresh:
        return
    producer = AIOKafkaProducer(**kafka_settings(runtime), acks="all", linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS)
    try:
        await asyncio.wait_for(producer.start(), _CALL_S)
        sender = CommandSender(producer, topic(runtime, COMMANDS))
        for signed in fresh:
            body = RecordCheckpoint(tree_size=signed.checkpoint.size, note=str(signed.note))
            command_id = f"sys:checkpoint:{signed.jurisdiction}:{signed.checkpoint.size}"
            await asyncio.wait_for(
                sender.send(system_command(body, jurisdiction=signed.jurisdiction, command_id=command_id)), _CALL_S
            )
    finally:
        await asyncio.wait_for(producer.stop(), _CALL_S)
