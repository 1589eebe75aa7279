"""One round of checkpoints: sign what is new, ask the outside witnesses, write the folders, record it in the log."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contracts.commands import Command, RecordCheckpoint
from contracts.errors import NuandengError, StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS
from stream.access import REQUEST_MS, kafka_settings, topic
from stream.commands import CommandSender, system_command
from stream.log.read import RangeReader
from stream.witness.checkpoint import Signed, open_checkpoint, opened_by_any
from stream.witness.checkpointing import CheckpointSigner, Growth, Refusal, consistency_proof
from stream.witness.errors import LogRewrittenError, NotCheckpointedError, WitnessAwayError
from stream.witness.folder import CheckpointFolder
from stream.witness.keys import LogKey, log_key
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


async def publish_checkpoints(runtime: Runtime, places: Places) -> Round:
    """Do one round with the key as it is now. What one place or jurisdiction refuses keeps no other from its checkpoint.

    Raises:
        StoreAwayError: Kafka does not answer. OSError: the installation's own folder cannot be written.
    """
    kept = kept_folder(runtime)
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        with kept.held():
            key = log_key(runtime)
            await _hand_over(runtime, kept, key)
            positions = PositionFolder(kept.path / "positions", topic(runtime, COMMITS))
            grown, refused = await CheckpointSigner(reader, positions, kept, key).sign_what_is_new()
            growths = {growth.jurisdiction: growth for growth in grown}
            sound = [name for name in kept.jurisdictions() if name not in {refusal.jurisdiction for refusal in refused}]
            refused += await _ask_witnesses(kept, key, places, sound, growths)
            refused += await asyncio.to_thread(_write_folders, kept, key, places.folders, sound, growths)
            newest = {name: _newest(kept, key, name) for name in sound}
            # While the folder is held: in the log, too, a later checkpoint stands after an earlier one.
            await _record(runtime, [_said(newest[name]) for name in growths])
    except (KafkaError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    finally:
        await reader.stop()
    return Round(newest, tuple(growths), tuple(refused))


async def replace_key(runtime: Runtime, places: Places) -> Round:
    """Make another key, which signs from now on; the one before hands every log over to it, in the log and wherever checkpoints go.

    Raises:
        NotCheckpointedError: no log has a checkpoint yet, so there is nothing to hand over. StoreAwayError, OSError.
    """
    kept = kept_folder(runtime)
    await publish_checkpoints(runtime, Places())
    with kept.held():
        key = log_key(runtime)
        newest = {name: _newest(kept, key, name) for name in kept.jurisdictions()}
        if not newest:
            raise NotCheckpointedError("No log has a checkpoint yet; a key that signed nothing needs no successor.")
        key.replace(newest)
    return await publish_checkpoints(runtime, places)


async def _hand_over(runtime: Runtime, kept: CheckpointFolder, key: LogKey) -> None:
    """Bring handovers into the kept folder and the log, unless they are there. After a crash in between: again, which changes nothing."""
    if not key.handovers:
        return
    commands = []
    for name, note in sorted(key.handovers.items()):
        kept.put_handover(note.encode())
        kept.put(name, note)
        commands.append(_said(open_checkpoint(note.encode(), key.identity), f":{key.identity.verifier(name).id.hex()}"))
    await _record(runtime, commands)
    key.handed_over()


def _newest(kept: CheckpointFolder, key: LogKey, jurisdiction: str) -> Signed:
    return open_checkpoint(kept.checkpoint(jurisdiction) or b"", key.identity)


async def _ask_witnesses(
    kept: CheckpointFolder, key: LogKey, places: Places, jurisdictions: Iterable[str], growths: dict[str, Growth]
) -> list[Refusal]:
    refused: list[Refusal] = []
    away: set[str] = set()
    for name in jurisdictions:
        newest = _newest(kept, key, name)
        cosigned = sum(line.name != newest.checkpoint.origin for line in newest.note.signatures)
        if name not in growths and cosigned >= len(places.witnesses):
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
                    for note in kept.handovers():
                        folder.put_handover(note)
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
        old = opened_by_any(there, key.identities).checkpoint
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


def _said(signed: Signed, mark: str = "") -> Command:
    """The command that puts a checkpoint into its log. mark: tells a handover from the checkpoint of the same size."""
    body = RecordCheckpoint(tree_size=signed.checkpoint.size, note=str(signed.note))
    command_id = f"sys:checkpoint:{signed.jurisdiction}:{signed.checkpoint.size}{mark}"
    return system_command(body, jurisdiction=signed.jurisdiction, command_id=command_id)


async def _record(runtime: Runtime, commands: Sequence[Command]) -> None:
    if not commands:
        return
    producer = AIOKafkaProducer(**kafka_settings(runtime), acks="all", linger_ms=2, max_request_size=2 << 20, request_timeout_ms=REQUEST_MS)
    try:
        await asyncio.wait_for(producer.start(), _CALL_S)
        sender = CommandSender(producer, topic(runtime, COMMANDS))
        for command in commands:
            await asyncio.wait_for(sender.send(command), _CALL_S)
    finally:
        await asyncio.wait_for(producer.stop(), _CALL_S)
