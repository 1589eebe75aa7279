"""Password hashes, VAPID keys, push subscriptions: small values, encrypted, in one SQLite file that processes share."""

import secrets
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import UnreadableError
from stream.vault.keystore import FileKeyStore

_NONCE_BYTES = 12


class SecretsStore:
    """name → bytes. The name is the associated data, so a value cannot be moved to another name. One per thread of use is not needed."""

    def __init__(self, path: Path, keys: FileKeyStore) -> None:
        """Open the store, making it if it is not there. Raises sqlite3.Error, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._cipher = AESGCM(keys.derive("secrets store"))
        self._path = path
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")

    def get(self, name: str) -> bytes | None:
        """Return a value, None if there is none. Raises UnreadableError when it is damaged or belongs to another keystore."""
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return None if row is None else self._open(name, row[0])

    def put(self, name: str, value: bytes) -> None:
        """Set a value, on the disk when this returns."""
        self.put_many({name: value})

    def put_many(self, values: dict[str, bytes]) -> None:
        """Set many values in one transaction."""
        rows = [(name, self._seal(name, value)) for name, value in values.items()]
        with self._connection() as connection:
            connection.executemany("INSERT INTO secret VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", rows)

    def put_new(self, name: str, value: bytes) -> bytes:
        """Set a value unless there is one, and return the one that holds: the first of several processes wins."""
        with self._connection() as connection:
            connection.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, self._seal(name, value)))
            row = connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return self._open(name, row[0])

    def delete(self, name: str) -> None:
        """Remove a value; nothing happens when there is none."""
        with self._connection() as connection:
            connection.execute("DELETE FROM secret WHERE name = ?", (name,))

    def under(self, prefix: str) -> dict[str, bytes]:
        """Return every value whose name starts with a prefix."""
        with self._connection() as connection:
            found = connection.execute("SELECT name, value FROM secret WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff"))
            rows = found.fetchall()
        return {name: self._open(name, value) for name, value in rows}

    def copy_to(self, path: Path) -> None:
        """Write the store as it is now into another file, whole, while others go on using it. Raises sqlite3.Error, OSError."""
        path.touch(mode=0o600)
        with self._connection() as connection:
            other = sqlite3.connect(path)
            try:
                connection.backup(other)
            finally:
                other.close()

    def _connection(self) -> "_Transaction":
        return _Transaction(self._path)

    def _seal(self, name: str, value: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, name.encode())

    def _open(self, name: str, box: bytes) -> bytes:
        try:
            return self._cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], name.encode())
        except InvalidTag as err:
            raise UnreadableError(f"The secret {name} was changed, or belongs to another keystore.") from err


class _Transaction:
    """A connection for one call: threads and greenlets may call at once, and a file that was restored is found again."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=10.0)
        self._connection.execute("PRAGMA synchronous=FULL")
        # What was deleted is overwritten: somebody who was erased leaves no pages behind.
        self._connection.execute("PRAGMA secure_delete=ON")

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
            else:
                self._connection.rollback()
        finally:
            self._connection.close()
