"""The wall clock of this process, UTC: for log-ins, heartbeats and ages of what this process did itself.

What people are shown goes by the log's clock (`Services.clock`), as deadlines do: a screen whose server is an hour off would count down to
another moment than the one at which the log acts.
"""

import time


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000
