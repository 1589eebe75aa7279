"""First passwords of accounts that have none: into the secrets store as hashes, and once in plain into a file to hand out."""

import csv
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contracts.registry_entries import AccountEntry
from contracts.runtime import Runtime
from nuandeng.importing.changes import Change
from nuandeng.importing.csv_rows import escaped
from nuandeng.importing.own_files import opened_new
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from web.access.passwords import hash_password, secret_name
from web.clock import now_ms

_BYTES = 9


@contextmanager
def first_passwords(runtime: Runtime, keys: FileKeyStore, path: Path) -> Iterator[Callable[[Sequence[Change]], None]]:
    """Give a function that takes a chunk's accounts before the log hears of them. Raises FileTakenError, FileUnwritableError, OSError."""
    store = SecretsStore(Path(runtime.secrets_store), keys)
    with os.fdopen(opened_new(path), "w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file)
        write.writerow(["username", "password"])

        def give(changes: Sequence[Change]) -> None:
            made: dict[str, bytes] = {}
            for change in changes:
                entry = change.entry
                if isinstance(entry, AccountEntry) and not entry.disabled and store.get(secret_name(entry.account)) is None:
                    password = secrets.token_urlsafe(_BYTES)
                    write.writerow([escaped(entry.username), escaped(password)])
                    made[secret_name(entry.account)] = hash_password(password, now_ms())
            # On the disk before it holds: what nobody wrote down would let nobody in, and would not be made again.
            file.flush()
            os.fsync(file.fileno())
            store.put_many(made)

        yield give
