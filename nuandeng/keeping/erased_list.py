"""The list of what was erased: it lies beside every keystore and every backup, and whatever is restored is held against it.

Lines of JSON, only ever added to. It names keys, pictures by their hash, and secrets by the beginning of their name: it tells of
nobody who they were.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from contracts.errors import UnreadableError
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore

NAME = "erased"


class Erased(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is gone for ever. name: of a key; a picture's SHA-256; what the names of the secrets begin with, or the whole name."""

    what: Literal["key", "original", "public", "secret", "secrets_under"]
    name: str


def read_erased(path: Path) -> list[Erased]:
    """Return a list, nothing when it is not there. Raises UnreadableError: it is damaged, and must not be taken for shorter."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    # Half a line was never acted on: whoever wrote it was killed before.
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        return msgspec.json.Decoder(Erased).decode_lines(whole)
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise UnreadableError(f"{path} is damaged: {err}. Take another copy of it; without it erased persons would come back.") from err


def add_erased(path: Path, entries: Iterable[Erased]) -> None:
    """Add what is not there yet, on the disk when this returns. Raises OSError, UnreadableError."""
    known = set(read_erased(path))
    fresh = [entry for entry in dict.fromkeys(entries) if entry not in known]
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        raw = file.read()
        file.truncate(raw.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(b"".join(msgspec.json.encode(entry) + b"\n" for entry in fresh))
        file.flush()
        os.fsync(file.fileno())


class Losses(msgspec.Struct, kw_only=True):
    """How much of a list was still there."""

    keys: int = 0
    pictures: int = 0
    secrets: int = 0


def lose(entries: Iterable[Erased], keys: FileKeyStore, secrets: SecretsStore | None, evidence: FsspecEvidenceStore | None) -> Losses:
    """Destroy whatever of a list is still there; what is gone already stays gone. Raises OSError, sqlite3.Error."""
    lost = Losses()
    wanted = dict.fromkeys(entries)
    lost.keys = keys.destroy_many([entry.name for entry in wanted if entry.what == "key"])
    for entry in wanted:
        if evidence is not None and entry.what in ("original", "public"):
            lost.pictures += evidence.remove_copy("originals" if entry.what == "original" else "public", entry.name)
        elif secrets is not None and entry.what == "secret" and secrets.get(entry.name) is not None:
            secrets.delete(entry.name)
            lost.secrets += 1
        elif secrets is not None and entry.what == "secrets_under":
            for name in secrets.under(entry.name):
                secrets.delete(name)
                lost.secrets += 1
    return lost
