"""What a backup is on the disk: the records of the log as they stand, the stores beside it, and a manifest with the sum of each file.

    backup.json            the manifest, written last: without it there is no backup
    log/{partition}        records of dispatch.commits, each after its length (4 bytes, big-endian)
    secrets, witness/      summed in the manifest
    keystore, erased       not summed: an erasure takes keys out of the one and adds lines to the other
    evidence/              each file's name is its own SHA-256
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from nuandeng.keeping.backups_known import MANIFEST
from nuandeng.keeping.errors import BackupBrokenError

FORMAT = "nuandeng-backup.1"
_LENGTH_BYTES = 4
_RECORD_LONGEST = 8 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """digest: of the state that the log folds to. records: by partition. files: path → SHA-256.

    evidence: whether the pictures lie here too.
    """

    format: str
    made_at_ms: int
    digest: str
    records: dict[int, int]
    files: dict[str, str]
    evidence: bool


class RecordsWriter:
    """Writes the records of one partition."""

    def __init__(self, folder: Path, partition: int) -> None:
        """Make the file. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _private(folder / str(partition))
        self.count = 0

    def add(self, record: bytes) -> None:
        """Append one."""
        self._file.write(len(record).to_bytes(_LENGTH_BYTES) + record)
        self.count += 1

    def close(self) -> None:
        """All of it is on the disk when this returns. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def records_of(backup: Path, partition: int) -> Iterator[bytes]:
    """Yield the records of a partition in their order. Raises BackupBrokenError, OSError."""
    with (backup / "log" / str(partition)).open("rb") as file:
        while header := file.read(_LENGTH_BYTES):
            length = int.from_bytes(header)
            record = file.read(length) if length <= _RECORD_LONGEST else b""
            if len(header) != _LENGTH_BYTES or len(record) != length:
                raise BackupBrokenError(f"{backup}/log/{partition} ends within a record.")
            yield record


def sum_of(path: Path) -> str:
    """SHA-256 of a file, hex. Raises OSError."""
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def write_manifest(backup: Path, manifest: Manifest) -> None:
    """Put it in place, whole or not at all; from now on there is a backup. Raises OSError."""
    staged = backup / f".{MANIFEST}"
    with _private(staged) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    staged.replace(backup / MANIFEST)


def read_manifest(backup: Path) -> Manifest:
    """Read it and check the sum of every file. Raises BackupBrokenError."""
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise BackupBrokenError(f"{backup} holds no whole backup: {err}.") from err
    if manifest.format != FORMAT or not manifest.records or set(manifest.records) != set(range(len(manifest.records))):
        raise BackupBrokenError(f"{backup} is a backup of another kind: {manifest.format[:40]}.")
    for name, stated in manifest.files.items():
        path = backup / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise BackupBrokenError(f"{backup} names a file outside itself.")
        try:
            found = sum_of(path)
        except OSError as err:
            raise BackupBrokenError(f"{path} cannot be read: {err.strerror}.") from err
        if found != stated:
            raise BackupBrokenError(f"{path} is not what was written.")
    missing = {f"log/{partition}" for partition in manifest.records} - set(manifest.files)
    if missing or not (backup / "keystore").is_file():
        raise BackupBrokenError(f"{backup} lacks {', '.join(sorted(missing)) or 'the keystore'}.")
    return manifest


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
