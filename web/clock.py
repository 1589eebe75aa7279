"""The wall clock of this process, UTC. Decisions never use it: it stands on screens, tokens and in `sent_at_ms`."""

import time


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000
