"""Persons' keys in one file, shaped like a key-management service: callers name keys, the material stays here.

The file is lines of JSON: first the root (other stores derive their key from it), then one line a key. New keys are
appended and on the disk before anybody hears their name; destroying one rewrites the file without it. Any number of
processes may share the file: writers take a lock beside it, readers read on when it has grown and anew when it was replaced.
"""

import base64
import contextlib
import fcntl
import os
import secrets
import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.errors import KeyDestroyedError, UnreadableError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_ROOT = "root"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """key: its identifier; material: base64."""

    key: str
    material: str


class FileKeyStore:
    """contracts.ports.KeyStore in a file of mode 0600. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        """Open the store, making it with a fresh root if it is not there. Raises OSError, UnreadableError."""
        self._path = path
        self._guard = threading.Lock()
        self._keys: dict[str, AESGCM] = {}
        self._root = b""
        self._seen: tuple[int, int] = (0, 0)  # inode, bytes read
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._guard, self._locked():
            if not path.exists():
                self._append([_Line(_ROOT, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())])
            self._refresh()
        if not self._root:
            raise UnreadableError(f"{path} has no root key; restore the keystore's backup.")

    def create(self) -> str:
        """Make a key and return its identifier."""
        return self.create_many(1)[0]

    def create_many(self, count: int) -> tuple[str, ...]:
        """Make keys with one wait for the disk: for registers of thousands."""
        made = [_Line(f"k{secrets.token_hex(12)}", base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()) for _ in range(count)]
        # The guard is left alone: who seals meanwhile does not wait for the disk. Whoever uses a key first takes it in.
        with self._locked():
            self._append(made)
        return tuple(line.key for line in made)

    def seal(self, key: str, plain: bytes) -> bytes:
        """Return nonce (12 bytes) and ciphertext with tag; the key's identifier is the associated data."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(key).encrypt(nonce, plain, key.encode())

    def unseal(self, key: str, box: bytes) -> bytes:
        """Return the plain bytes. Raises KeyDestroyedError, UnreadableError."""
        try:
            return self._cipher(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], key.encode())
        except (InvalidTag, ValueError) as err:
            raise UnreadableError(f"A field sealed with {key} was changed or moved.") from err

    def destroy(self, key: str) -> None:
        """Rewrite the file without the key; every process forgets it at its next look."""
        self.destroy_many([key])

    def destroy_many(self, keys: Collection[str]) -> int:
        """Rewrite the file once without these keys, and return how many of them were there."""
        gone = frozenset(keys) - {_ROOT}
        with self._guard, self._locked():
            self._refresh()
            there = len(gone & self._keys.keys())
            if not there:
                return 0
            kept = [line for line in _lines(self._path.read_bytes()) if line.key not in gone]
            staged = self._path.with_name(f".{self._path.name}.staged")
            _write(staged, kept, os.O_TRUNC)
            staged.replace(self._path)
            _sync_folder(self._path.parent)
            self._refresh()
        return there

    def names(self) -> frozenset[str]:
        """The identifiers of all keys that are there now."""
        with self._guard:
            self._refresh()
            return frozenset(self._keys)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that belong to this store's root and a purpose: the key of another store."""
        return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode()).derive(self._root)

    def _cipher(self, key: str) -> AESGCM:
        with self._guard:
            self._refresh()
            cipher = self._keys.get(key)
        if cipher is None:
            raise KeyDestroyedError(f"The key {key} is gone.")
        return cipher

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _append(self, lines: list[_Line]) -> None:
        _drop_torn_line(self._path)
        _write(self._path, lines, os.O_APPEND)
        if self._seen == (0, 0):
            _sync_folder(self._path.parent)

    def _refresh(self) -> None:
        found = self._path.stat()
        inode, read = self._seen
        if (inode, read) == (found.st_ino, found.st_size):
            return
        if inode != found.st_ino or found.st_size < read:
            self._keys, read = {}, 0
        with self._path.open("rb") as file:
            file.seek(read)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        for line in _lines(whole):
            material = _material(line)
            if line.key == _ROOT:
                self._root = material
            else:
                self._keys[line.key] = AESGCM(material)
        self._seen = (found.st_ino, read + len(whole))


def _lines(raw: bytes) -> list[_Line]:
    try:
        return msgspec.json.Decoder(_Line).decode_lines(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as err:
        raise UnreadableError(f"The keystore is damaged: {err}. Restore its backup.") from err


def _material(line: _Line) -> bytes:
    try:
        material = base64.b64decode(line.material, validate=True)
    except ValueError as err:
        raise UnreadableError(f"The keystore's key {line.key[:40]} is damaged: {err}. Restore its backup.") from err
    if len(material) != _KEY_BYTES:
        raise UnreadableError(f"The keystore's key {line.key[:40]} has {len(material)} bytes. Restore its backup.")
    return material


def _write(path: Path, lines: list[_Line], how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    try:
        left = memoryview(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_torn_line(path: Path) -> None:
    # A process killed while appending leaves half a line, of a key that nobody was told of.
    if path.exists() and not _ends_whole(path):
        raw = path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole != len(raw):
            os.truncate(path, whole)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
