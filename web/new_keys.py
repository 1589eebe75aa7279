"""Keys for persons who are not known yet, made ahead in a thread: a wait for the disk would stop every request of the process."""

import gevent
import structlog

from stream.vault.keystore import FileKeyStore

log = structlog.get_logger()
_AHEAD = 64
_LOW = 32


class NewKeys:
    """Each key is given once, and on the disk before. Those that a process did not need when it ends belong to nobody."""

    def __init__(self, keys: FileKeyStore) -> None:
        self._keys = keys
        self._ready: list[str] = []
        self._making = False

    def __len__(self) -> int:
        """How many are ready."""
        return len(self._ready)

    def take(self) -> str:
        """Return a key that nothing was sealed with; waits for the disk only if none is left. Raises OSError."""
        if not self._ready:
            self._ready += self._keys.create_many(_AHEAD)
        key = self._ready.pop()
        if len(self._ready) < _LOW and not self._making:
            self._making = True
            gevent.spawn(self._make)
        return key

    def _make(self) -> None:
        try:
            self._ready += gevent.get_hub().threadpool.apply(self._keys.create_many, (_AHEAD,))
        except OSError as err:
            # Whoever needs the next one asks the disk again, and is told.
            log.warning("no keys ahead", why=str(err))
        finally:
            self._making = False
