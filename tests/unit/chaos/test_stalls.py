"""A process that is ready to run and is not let is noticed; one that sleeps is not."""

import os
import subprocess
import sys

from chaos.screens import until
from chaos.stalls import Stalls

_BUSY = "import os; os.sched_setaffinity(0, {%d})\nwhile True: pass"


def test_waiting_for_a_core_is_noticed_and_sleeping_is_not() -> None:
    """Three want one core."""
    core = min(os.sched_getaffinity(0))
    wanting = [subprocess.Popen([sys.executable, "-c", _BUSY % core]) for _ in range(3)]
    asleep = subprocess.Popen(["sleep", "60"])
    starved, rested = Stalls(lambda: [wanting[0].pid]), Stalls(lambda: [asleep.pid])
    try:
        assert until(lambda: len(starved.outages()) > 0, 15)
        assert rested.outages() == []
    finally:
        for process in (*wanting, asleep):
            process.kill()
            process.wait()
        starved.close()
        rested.close()
    stalled = starved.outages()[0]
    assert 500 <= stalled.ended_ms - stalled.began_ms <= 5_000
