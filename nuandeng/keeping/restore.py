"""Bringing a backup back into an empty data directory: whoever was erased since stays erased."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from contracts.accounts import DISPATCHER
from contracts.commit import decode_commit
from contracts.events import PersonErased
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from nuandeng.data_dir import held
from nuandeng.keeping.backup_files import Manifest, read_manifest, records_of
from nuandeng.keeping.backups_known import secrets_of
from nuandeng.keeping.broker import fresh_broker
from nuandeng.keeping.erased_list import NAME, Erased, Losses, add_erased, lose, read_erased
from nuandeng.keeping.errors import BackupBrokenError, DataDirNotEmptyError
from nuandeng.settings import KafkaSettings
from stream.access import kafka_settings, topic
from stream.audit import Verified, verify
from stream.log.append import MAX_BATCH_BYTES, Appender
from stream.replay import replay_digest
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.witness.against import checkpoints_of
from stream.witness.keys import log_key
from stream.witness.publishing import kept_folder

_BATCH_BYTES = MAX_BATCH_BYTES // 2
_BATCH_RECORDS = 500


class Restored(NamedTuple):
    """What was brought back. lost: what the list of the erased took out of it."""

    manifest: Manifest
    verified: Verified
    lost: Losses


def restore(backup: Path, data_dir: Path, more_erased: Sequence[Path] = (), *, brokers: Literal[1, 3] = 1) -> Restored:
    """Restore into a directory that is empty or not there; if it fails, the directory is empty again.

    Args:
        more_erased: lists of the erased that are newer than the backup's own, such as the one of the data directory that was lost.
        brokers: of the restored installation; the partitions stay those of the log.
    Raises:
        DataDirNotEmptyError: nothing was changed.
        BackupBrokenError: it is not whole, or its log does not verify. UnreadableError: a list is damaged.
        PlatformError, StoreAwayError, OSError, sqlite3.Error.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise DataDirNotEmptyError(f"{data_dir} is not empty.")
    manifest = read_manifest(backup)
    for path in more_erased:
        if not path.is_file():
            raise BackupBrokenError(f"There is no list {path}.")
    erased = [entry for path in (backup / NAME, *more_erased) for entry in read_erased(path)]
    with held(data_dir) as lock:
        try:
            lost = _stores(backup, data_dir, erased)
            with fresh_broker(data_dir, lock, KafkaSettings(partitions=len(manifest.records), brokers=brokers)) as runtime:
                lost.keys += _log(backup, manifest, data_dir, runtime)
                verified = _verified(manifest, runtime)
        except BaseException:
            _empty(data_dir)
            raise
    return Restored(manifest, verified, lost)


def _stores(backup: Path, data_dir: Path, erased: Sequence[Erased]) -> Losses:
    """Keys, secrets, evidence, checkpoints; nobody's key is on the new disk for longer than this takes."""
    keystore = data_dir / "keystore"
    keystore.touch(mode=0o600)
    shutil.copyfile(backup / "keystore", keystore)
    keys = FileKeyStore(keystore)
    if (backup / "secrets").exists():
        (data_dir / "secrets").touch(mode=0o600)
        shutil.copyfile(backup / "secrets", data_dir / "secrets")
    for name in ("evidence", "witness"):
        if (backup / name).is_dir():
            shutil.copytree(backup / name, data_dir / name)
    add_erased(data_dir / NAME, erased)
    return lose(erased, keys, secrets_of(data_dir / "secrets", keys), FsspecEvidenceStore(str(data_dir / "evidence"), keys))


def _log(backup: Path, manifest: Manifest, data_dir: Path, runtime: Runtime) -> int:
    """Append every record where it stood; return how many keys went that the log itself says were erased."""
    named: list[str] = []
    asyncio.run(_append(backup, manifest, runtime, named))
    entries = [Erased(what="key", name=key) for key in named]
    add_erased(data_dir / NAME, entries)
    return lose(entries, FileKeyStore(data_dir / "keystore"), None, None).keys


async def _append(backup: Path, manifest: Manifest, runtime: Runtime, erased: list[str]) -> None:
    appender = Appender(kafka_settings(runtime, DISPATCHER), topic(runtime, COMMITS))
    await appender.start()
    try:
        for partition in manifest.records:
            written, batch = 0, list[tuple[bytes, bytes]]()
            for record in records_of(backup, partition):
                if batch and (len(batch) == _BATCH_RECORDS or sum(len(one) for _, one in batch) + len(record) > _BATCH_BYTES):
                    written = await _write(appender, partition, batch, written)
                    batch = []
                batch.append((_key(record, erased), record))
            if batch:
                written = await _write(appender, partition, batch, written)
            if written != manifest.records[partition]:
                raise BackupBrokenError(f"{backup}/log/{partition} holds {written} records, not {manifest.records[partition]}.")
    finally:
        await appender.stop()


async def _write(appender: Appender, partition: int, batch: list[tuple[bytes, bytes]], expected: int) -> int:
    offset = await appender.append(partition, batch)
    if offset != expected:
        raise BackupBrokenError(f"Record {expected} of partition {partition} was written at {offset}: somebody else writes.")
    return expected + len(batch)


def _key(record: bytes, erased: list[str]) -> bytes:
    try:
        commit = decode_commit(record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return b""  # `verify` names it
    for event in commit.events:
        if isinstance(event, PersonErased):
            erased.extend(event.keys)
    return commit.jurisdiction.encode()


def _verified(manifest: Manifest, runtime: Runtime) -> Verified:
    identities = log_key(runtime).identities
    kept = kept_folder(runtime)
    found = checkpoints_of(str(kept.path), identities) if kept.jurisdictions() else None
    if found is not None and found.bad:
        raise BackupBrokenError(f"The checkpoint {found.bad[0].source} is not good: {found.bad[0].reason}")
    verified = verify(runtime, expected=found.expected if found else (), identities=identities)
    if verified.bad is not None:
        bad = verified.bad
        raise BackupBrokenError(f"The log is not good: partition {bad.partition}, offset {bad.offset}: {bad.reason}.")
    digest = replay_digest(runtime).digest
    if digest != manifest.digest:
        raise BackupBrokenError(f"The restored state has the digest {digest}, the backup had {manifest.digest}.")
    return verified


def _empty(data_dir: Path) -> None:
    for path in data_dir.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "platform.lock":
            path.unlink()
