"""Libraries that say the same thing many times a second while a server is away: once in a while is enough, with how often it was."""

import logging
import time
from collections.abc import Callable

EVERY_S = 5.0
_MOST_KINDS = 1000


class Repeats(logging.Filter):
    """Passes a kind of entry on at most every EVERY_S. A kind: logger, level, and the text before its arguments are put in.

    Without it thirteen processes wrote 800 lines a second while a broker was away, on the cores that it needed to come back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether it is written; one that others like it were left out before says how many."""
        kind = (record.name, record.levelno, str(record.msg))
        now_s = self._clock()
        told_s, left_out = self._seen.get(kind, (now_s - EVERY_S, 0))
        if now_s - told_s < EVERY_S:
            self._seen[kind] = (told_s, left_out + 1)
            return False
        if len(self._seen) >= _MOST_KINDS:
            self._seen.clear()
        self._seen[kind] = (now_s, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (left out before: {left_out} like it)", ()
        return True
