"""What a power cut takes: the end of files that were written and not yet forced to the disk."""

import contextlib
import os
import random
import threading
import time
from collections import deque
from pathlib import Path

_EVERY_S = 0.25
_KEPT_S = 8.0
# Forced to the disk with every record: the log itself (flush.messages=1), and the quorum's own.
_SYNCED = ("dispatch.commits-", "__cluster_metadata-")
_VALKEY_S = 1.0  # appendfsync everysec


class UnsyncedTails:
    """Watches how long the servers' files were, moments ago."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: deque[tuple[float, dict[Path, int]]] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="unsynced-tails", daemon=True)
        self._thread.start()

    def cut(self, lost_s: float, chance: random.Random) -> int:
        """Cut off a random part of what was written in the last `lost_s`; both servers must have ended. Return the bytes lost."""
        now_s, lost = time.monotonic(), 0
        sizes = self._sizes()
        for path, size in sizes.items():
            before = self._size_at(path, now_s - (min(lost_s, _VALKEY_S) if path.suffix == ".aof" else lost_s))
            if before is not None and before < size:
                left = chance.randint(before, size)
                os.truncate(path, left)
                lost += size - left
        return lost

    def close(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            now_s = time.monotonic()
            self._seen.append((now_s, self._sizes()))
            while self._seen and self._seen[0][0] < now_s - _KEPT_S:
                self._seen.popleft()

    def _sizes(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        logs = [path for path in (self._folder / "kafka" / "log").glob("*/*.log") if not path.parent.name.startswith(_SYNCED)]
        for path in (*logs, *(self._folder / "valkey").glob("appendonlydir/*.incr.aof")):
            with contextlib.suppress(OSError):
                found[path] = path.stat().st_size
        return found

    def _size_at(self, path: Path, at_s: float) -> int | None:
        """The size of a file at a moment; None when it was not there, or nobody was watching."""
        size = None
        for seen_s, sizes in list(self._seen):
            if seen_s > at_s and size is not None:
                break
            size = sizes.get(path)
        return size
