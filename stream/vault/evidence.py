"""Pictures by content hash, in a folder or in S3: the sealed original, and the copy that people see."""

import os
import secrets
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Literal

import fsspec

from contracts.errors import UnreadableError
from contracts.ports import KeyStore
from contracts.values import Picture


class FsspecEvidenceStore:
    """contracts.ports.EvidenceStore. Layout: originals/ab/abcd…, public/ab/abcd…; the name is the SHA-256 of the bytes there."""

    def __init__(self, url: str, keys: KeyStore) -> None:
        """url: anything fsspec knows (a folder, s3://bucket/prefix)."""
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        self._keys = keys

    def save(self, original: bytes, public: bytes, *, key: str, taken_at_ms: int, camera: str | None) -> Picture:
        """Store both and return what an event carries of them. Raises KeyDestroyedError, OSError."""
        sealed = self._keys.seal(key, original)
        return Picture(
            sha256=self._put("originals", sealed),
            public_sha256=self._put("public", public),
            taken_at_ms=taken_at_ms,
            camera=camera,
            key=key,
        )

    def public(self, sha256: str) -> bytes:
        """Return the blurred copy. Raises UnreadableError when there is none or its bytes don't match."""
        return self._get("public", sha256)

    def original(self, picture: Picture) -> bytes:
        """Return the unsealed original. Raises KeyDestroyedError, UnreadableError."""
        return self._keys.unseal(picture.key, self._get("originals", picture.sha256))

    def remove(self, picture: Picture) -> None:
        """Delete both copies; the hash stays in the log. Nothing happens when they are gone already."""
        self.remove_copy("originals", picture.sha256)
        self.remove_copy("public", picture.public_sha256)

    def remove_copy(self, kind: Literal["originals", "public"], name: str) -> bool:
        """Delete one of the two copies by its hash; False when it is gone already. Raises UnreadableError: that is no hash."""
        path = self._path(kind, name)
        if not self._files.exists(path):
            return False
        self._files.rm_file(path)
        return True

    def names(self, kind: Literal["originals", "public"]) -> Iterator[tuple[str, float | None]]:
        """Yield the hash of every copy and when it was stored (epoch seconds), None where the store does not say."""
        root = f"{self._root}/{kind}"
        if not self._files.exists(root):
            return
        for path, found in self._files.find(root, detail=True).items():
            name = str(path).rpartition("/")[2]
            if _is_hash(name):
                yield name, _stored_at_s(found)

    def _path(self, kind: str, name: str) -> str:
        # Names come from the log and from URLs: nothing but a hash may become a path.
        if not _is_hash(name):
            raise UnreadableError(f"{name!r:.80} is not a picture's hash.")
        return f"{self._root}/{kind}/{name[:2]}/{name}"

    def _put(self, kind: str, content: bytes) -> str:
        name = sha256(content).hexdigest()
        path = self._path(kind, name)
        if self._files.exists(path):
            return name
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        staged = f"{path}.{secrets.token_hex(4)}"
        with self._files.open(staged, "wb") as file:
            file.write(content)
            if "file" in _protocols(self._files):
                # On the disk before a command names it.
                file.flush()
                os.fsync(file.fileno())
        self._files.mv(staged, path)
        return name

    def _get(self, kind: str, name: str) -> bytes:
        path = self._path(kind, name)
        try:
            content = bytes(self._files.cat_file(path))
        except FileNotFoundError as err:
            raise UnreadableError(f"There is no picture {name}.") from err
        if sha256(content).hexdigest() != name:
            raise UnreadableError(f"The picture {name} is damaged.")
        return content


def _protocols(files: fsspec.AbstractFileSystem) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _is_hash(name: str) -> bool:
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def _stored_at_s(found: Mapping[str, Any]) -> float | None:
    for field in ("mtime", "LastModified", "last_modified"):
        value = found.get(field)
        if value is not None:
            return float(value.timestamp() if hasattr(value, "timestamp") else value)
    return None
