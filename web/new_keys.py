"""Keys for persons who are not known yet, made a few at a time: each wait for the disk stops every request of the process."""

from stream.vault.keystore import FileKeyStore

_AHEAD = 32


class NewKeys:
    """Each key is given once, and on the disk before. Those that a process did not need when it ends belong to nobody."""

    def __init__(self, keys: FileKeyStore) -> None:
        self._keys = keys
        self._ready: list[str] = []

    def take(self) -> str:
        """Return a key that nothing was sealed with. Raises OSError."""
        if not self._ready:
            self._ready = list(self._keys.create_many(_AHEAD))
        return self._ready.pop()
