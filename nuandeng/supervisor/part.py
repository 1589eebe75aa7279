"""A part of the platform: a process to keep running."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nuandeng.failures import PartFailedError


class Progress(NamedTuple):
    """How far a part is. done: grows whenever work is done. lag: work that waits."""

    done: int
    lag: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """What to run and how to tell that it runs. The callables may block; each is called in a thread.

    depends_on: names of parts that must have been ready once before this one starts; it is stopped before them.
    prepare: called before every start; what it returns is noted in the part's log.
    ready: asked with the process id until it says yes; None: ready once started.
    pass_fds: descriptors that it inherits under the same numbers, such as a listening socket's.
    once: a task that ends by itself: ready when it has ended with code 0, and not started again then.
    once_ready: called each time it has become ready, before it counts as such.
    progress: None, or None as its answer, means unknown; unchanged for `stalled_after_s` while lag > 0, the part is restarted.
    """

    name: str
    argv: Callable[[], Sequence[str]] | Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    prepare: Callable[[], str | None] | None = None
    ready: Callable[[int], bool] | None = None
    pass_fds: tuple[int, ...] = ()
    once: bool = False
    once_ready: Callable[[], None] | None = None
    ready_within_s: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 15.0
    progress: Callable[[], Progress | None] | None = None
    stalled_after_s: float = 60.0


def instance(role: str, number: int) -> str:
    """The name of one of several parts that do the same: role, role.2, role.3 …"""
    return role if number == 1 else f"{role}.{number}"


def start_order(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts in groups: each group depends on earlier ones only.

    Raises:
        PartFailedError: a dependency is unknown, a name is used twice, or parts depend on each other.
    """
    by_name = {part.name: part for part in parts}
    if len(by_name) != len(parts):
        raise PartFailedError("Two parts have the same name.")
    groups: list[list[Part]] = []
    placed: set[str] = set()
    while len(placed) < len(parts):
        group = [part for part in parts if part.name not in placed and placed.issuperset(part.depends_on)]
        if not group:
            waiting = ", ".join(sorted(set(by_name) - placed))
            raise PartFailedError(f"These parts wait for each other, or for one that does not exist: {waiting}.")
        groups.append(group)
        placed.update(part.name for part in group)
    return groups


# Ready for so long, a part counts as healthy: whatever ended it then was not its start.
STEADY_S = 5.0


def backoff_s(failures: int) -> float:
    """How long to wait before start number `failures` + 1: 0.2 s, doubled each time, 15 s at most."""
    return float(min(15.0, 0.2 * 2 ** min(10, max(0, failures - 1))))


class CrashCount:
    """Counts the ends in a row of a part that did not hold. Time comes in as an argument (monotonic seconds).

    One that had been ready for a while and is ended from outside (somebody's kill -9, a lack of memory) is no crash loop, however often
    that happens: it starts again at once.
    """

    def __init__(self) -> None:
        self.failures = 0
        self._ready_s: float | None = None

    def began(self) -> None:
        """It was started."""
        self._ready_s = None

    def ready(self, now_s: float) -> None:
        """It does its work."""
        self._ready_s = now_s

    def ended(self, now_s: float) -> int:
        """It ended; return how often in a row by now."""
        held = self._ready_s is not None and now_s - self._ready_s >= STEADY_S
        self.failures = 1 if held else self.failures + 1
        return self.failures


class StallWatch:
    """Says when a part has stood still for too long although work waits. Time comes in as an argument (monotonic seconds)."""

    def __init__(self, stalled_after_s: float) -> None:
        self._after_s = stalled_after_s
        self._done: int | None = None
        self._since_s = 0.0

    def stalled(self, progress: Progress | None, now_s: float) -> bool:
        """Take one observation."""
        if progress is None or progress.lag <= 0 or progress.done != self._done:
            self._done = progress.done if progress is not None else None
            self._since_s = now_s
            return False
        return now_s - self._since_s >= self._after_s
