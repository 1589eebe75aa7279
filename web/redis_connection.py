"""A connection to Redis for a process that gevent has patched."""

import select

import redis
from gevent.monkey import get_original

_poll = get_original("select", "poll")


class PromptConnection(redis.Connection):
    """As its base; overrides a documented method of it.

    The pool asks each connection whether something is left to read before it gives it out. gevent's `poll` answers that after another turn
    of the loop, in which everybody else's work comes first; the system's own answers at once.
    """

    def can_read(self, timeout: float = 0) -> bool:
        """Say whether something can be read within timeout seconds. Raises ConnectionError: it was closed."""
        reader = getattr(self._parser, "_reader", None)
        if timeout == 0 and self._sock is not None and reader is not None and not reader.has_data():
            asked = _poll()
            asked.register(self._sock.fileno(), select.POLLIN)
            if not asked.poll(0):
                return False
        return bool(super().can_read(timeout))
