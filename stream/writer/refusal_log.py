"""Refusals in the worker's log, each with its commit; a flood of them is cut, for the log says them all anyway."""

import time
from collections.abc import Callable

import structlog

from contracts.commit import Commit
from contracts.events import CommandRejected

log = structlog.get_logger(__name__)

# A client that sends nonsense in a loop must cost the writer nothing: a line is as dear as three decisions.
LINES_PER_S = 20


class RefusalLog:
    """Of one partition."""

    def __init__(self, partition: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._partition, self._clock = partition, clock
        self._second = -1
        self._lines = self._left_out = 0

    def note(self, commit: Commit, refused: CommandRejected) -> None:
        """Write one line, unless LINES_PER_S were written in this second; the next line says how many were left out."""
        second = int(self._clock())
        if second != self._second:
            self._second, self._lines = second, 0
        if self._lines >= LINES_PER_S:
            self._left_out += 1
            return
        self._lines += 1
        more = {"left_out": self._left_out} if self._left_out else {}
        self._left_out = 0
        log.info(
            "refused", jurisdiction=commit.jurisdiction, sequence=commit.sequence, command=commit.command_id, code=refused.code,
            partition=self._partition, **more,
        )  # fmt: skip
