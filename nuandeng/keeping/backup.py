"""Making a backup while the platform runs: what is read first never names what is read later and missing."""

import asyncio
import shutil
import time
from pathlib import Path

import fsspec

from contracts.runtime import Runtime
from contracts.topics import COMMITS
from dispatch import State
from nuandeng.keeping.backup_files import FORMAT, Manifest, RecordsWriter, sum_of, write_manifest
from nuandeng.keeping.backups_known import remember_backup, secrets_of
from nuandeng.keeping.erased_list import NAME
from nuandeng.keeping.errors import BackupTakenError
from stream.access import kafka_settings, topic
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.partition import partition_count
from stream.readmodel.digest import digest_of_states
from stream.vault.keystore import FileKeyStore
from stream.witness.publishing import kept_folder


def back_up(runtime: Runtime, backup: Path, *, evidence: bool = True) -> Manifest:
    """Write a backup into a folder that is empty or not there.

    The checkpoints first, so that the log covers them; then the log; then the keys, which lie on the disk before the log names them.

    Args:
        evidence: copy the pictures too; those of a store that is no folder are never copied.
    Raises:
        BackupTakenError: the folder holds something. KafkaError, OSError, TimeoutError, sqlite3.Error.
    """
    if backup.exists() and any(backup.iterdir()):
        raise BackupTakenError(f"{backup} is not empty.")
    backup.mkdir(parents=True, exist_ok=True)
    backup.chmod(0o700)
    data_dir = Path(runtime.data_dir)
    made_at_ms = time.time_ns() // 1_000_000
    # From here on an erasure that happens meanwhile reaches into this folder, or is in the list that is copied at the end.
    remember_backup(data_dir, backup)
    _copy_witness(runtime, backup)
    records, states = asyncio.run(_copy_log(runtime, backup))
    keystore = Path(runtime.keystore)
    secrets = secrets_of(Path(runtime.secrets_store), FileKeyStore(keystore))
    if secrets is not None:
        secrets.copy_to(backup / "secrets")
    summed = {str(path.relative_to(backup)): sum_of(path) for path in sorted(backup.rglob("*")) if path.is_file()}
    copied = evidence and _copy_evidence(runtime, backup)
    _copy_private(keystore, backup / "keystore")
    _copy_private(data_dir / NAME, backup / NAME)
    manifest = Manifest(
        format=FORMAT, made_at_ms=made_at_ms, digest=digest_of_states(states), records=records, files=summed, evidence=copied
    )
    write_manifest(backup, manifest)
    return manifest


def _copy_witness(runtime: Runtime, backup: Path) -> None:
    kept = kept_folder(runtime)
    with kept.held():
        for name in kept.jurisdictions():
            (backup / "witness" / name).mkdir(parents=True)
            for file in ("checkpoint", "leaves"):
                _copy_private(kept.path / name / file, backup / "witness" / name / file)


async def _copy_log(runtime: Runtime, backup: Path) -> tuple[dict[int, int], dict[str, State]]:
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    records: dict[int, int] = {}
    states: dict[str, State] = {}
    try:
        for partition in range(partition_count()):
            writer, fold = RecordsWriter(backup / "log", partition), Fold(partition)

            def take(offset: int, record: bytes, writer: RecordsWriter = writer, fold: Fold = fold) -> None:
                writer.add(record)
                fold.step(offset, record)

            try:
                await reader.read(partition, 0, take)
            finally:
                writer.close()
            records[partition] = writer.count
            states.update(fold.states)
    finally:
        await reader.stop()
    return records, states


def _copy_evidence(runtime: Runtime, backup: Path) -> bool:
    files, root = fsspec.core.url_to_fs(runtime.evidence)
    if "file" not in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,)):
        return False
    if Path(str(root)).is_dir():
        # A picture that is removed meanwhile is none that must be here.
        shutil.copytree(str(root), backup / "evidence", ignore_dangling_symlinks=True, dirs_exist_ok=True)
    return True


def _copy_private(source: Path, target: Path) -> None:
    if source.exists():
        target.touch(mode=0o600)
        shutil.copyfile(source, target)
