"""Which backups this installation has made: an erasure reaches into each that can be reached, and names the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from contracts.errors import UnreadableError
from nuandeng.keeping.erased_list import NAME, Erased, add_erased, lose
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore

MANIFEST = "backup.json"
_KNOWN = "backups"


class Told(NamedTuple):
    """Backups that the erasure was carried out in, and those that could not be reached."""

    reached: tuple[str, ...]
    unreached: tuple[str, ...]


def remember_backup(data_dir: Path, backup: Path) -> None:
    """Note where a backup was written. Raises OSError."""
    known = known_backups(data_dir)
    if str(backup) not in known:
        with (data_dir / _KNOWN).open("a", encoding="utf-8") as file:
            file.write(f"{backup}\n")


def known_backups(data_dir: Path) -> list[str]:
    """Where backups were written, oldest first."""
    try:
        return (data_dir / _KNOWN).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def tell_backups(data_dir: Path, entries: Sequence[Erased]) -> Told:
    """Carry an erasure out in every backup that can be reached."""
    reached, unreached = [], []
    for known in known_backups(data_dir):
        folder = Path(known)
        try:
            if not (folder / MANIFEST).is_file():
                raise FileNotFoundError(folder)
            # The list first: whatever happens then, a restore finds it.
            add_erased(folder / NAME, entries)
            keys = FileKeyStore(folder / "keystore")
            # Its secrets are taken care of by the list: the file is summed up in the manifest and stays as it is.
            lose(entries, keys, None, FsspecEvidenceStore(str(folder / "evidence"), keys))
        except (OSError, UnreadableError):
            unreached.append(known)
        else:
            reached.append(known)
    return Told(tuple(reached), tuple(unreached))


def secrets_of(path: Path, keys: FileKeyStore) -> SecretsStore | None:
    """The store at a path, None when there is none: opening would make it."""
    return SecretsStore(path, keys) if path.exists() else None
