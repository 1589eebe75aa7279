"""A worker ends soon after it was asked to, whatever its libraries still wait for.

While the broker is away, clients that are being closed wait for it: a minute in which the worker does nothing and nobody may do it instead.
Being killed costs nothing, for what was not finished is found and done by whoever comes next.
"""

import os
import threading

import faust
import structlog

log = structlog.get_logger(__name__)

ENDS_WITHIN_S = 10.0


class PromptWorker(faust.Worker):
    """Faust's worker with an end."""

    async def stop(self) -> None:
        """Stop in order, and be gone after ENDS_WITHIN_S."""
        last = threading.Timer(ENDS_WITHIN_S, _be_gone)
        last.daemon = True
        last.start()
        await super().stop()


def _be_gone() -> None:
    log.warning("stopped_halfway", after_s=ENDS_WITHIN_S)
    os._exit(1)
