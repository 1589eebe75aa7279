"""Running clocks, and the one table of how long everything may take. Every figure is a setting; docs/lifecycle.md shows them."""

from typing import Final

import msgspec

from contracts.documents import ClockDocument
from contracts.terms import Clock, LimitCounts, Urgency
from contracts.values import Value

ALERTS: Final = (50, 80, 100)
ALERTING: Final = frozenset({Clock.LIMIT, Clock.RECEIVE, Clock.FILE, Clock.DISPATCH, Clock.VERIFY, Clock.CLOSE})
STEPS: Final = (Clock.RECEIVE, Clock.FILE, Clock.DISPATCH, Clock.VERIFY, Clock.CLOSE)

# Reading a member of an enum costs more than comparing it; these are read several times a command.
_VERY_URGENT: Final = Urgency.VERY_URGENT
_URGENT: Final = Urgency.URGENT


class ByUrgency(Value, frozen=True, kw_only=True):
    """A duration in seconds for each urgency."""

    very_urgent: int
    urgent: int
    routine: int

    def of_ms(self, urgency: Urgency) -> int:
        """Return the duration in milliseconds."""
        seconds = self.very_urgent if urgency is _VERY_URGENT else self.urgent if urgency is _URGENT else self.routine
        return seconds * 1000


class Timers(Value, frozen=True, kw_only=True):
    """All timeouts and the few counts that go with them."""

    limit_s: ByUrgency = ByUrgency(very_urgent=7_200, urgent=86_400, routine=259_200)
    limit_counts: LimitCounts = LimitCounts.RESOLVED
    receive_s: ByUrgency = ByUrgency(very_urgent=60, urgent=300, routine=900)
    file_s: ByUrgency = ByUrgency(very_urgent=300, urgent=900, routine=1_800)
    dispatch_s: ByUrgency = ByUrgency(very_urgent=180, urgent=900, routine=3_600)
    offer_window_s: ByUrgency = ByUrgency(very_urgent=60, urgent=180, routine=300)
    wave_wanted: tuple[int, int, int] = (3, 5, 1)
    depart_nudge_s: int = 180
    depart_s: int = 300
    arrive_factor: float = 1.5
    arrive_least_s: int = 120
    eta_unknown_s: int = 600
    check_in_s: int = 900
    check_in_misses: int = 2
    clear_s: int = 1_800
    bed_hold_s: int = 1_800
    verify_s: int = 86_400
    close_s: int = 86_400
    hold_longest_s: int = 259_200
    revisit_plan_h: int = 2
    archive_s: int = 30 * 86_400
    break_s: int = 1_800
    return_s: int = 600
    rest_after_load_h: float = 6.0
    rest_s: int = 21_600
    sighting_linger_s: int = 1_800
    sighting_gap_s: int = 1_800
    sighting_overlap_m: int = 40
    remembered_days: int = 7

    @property
    def remembered_ms(self) -> int:
        """How long the identifier of a command is known."""
        return self.remembered_days * 86_400_000


TIMERS: Final = Timers()


class Running(ClockDocument, frozen=True, kw_only=True, gc=False):
    """A clock that was set, shown as it is. alerted: the highest of 50, 80, 100 that a commit has recorded; at 100 it only shows."""


class Deadline(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the writer must send itself when `due_at_ms` has come. percent: of an alert; 100 is the end of the clock."""

    subject: str
    clock: Clock
    due_at_ms: int
    percent: int = 100


def deadline_command_id(deadline: Deadline) -> str:
    """Return the identifier of the command for a deadline, the same for every writer."""
    plain = f"sys:{deadline.subject}:{deadline.clock}:{deadline.due_at_ms}"
    return plain if deadline.percent == 100 else f"{plain}:{deadline.percent}"


def next_deadline(subject: str, running: Running) -> Deadline | None:
    """Return what the clock will ask for next, None when it has said everything."""
    if running.clock not in ALERTING:
        return None if running.alerted >= 100 else Deadline(subject=subject, clock=running.clock, due_at_ms=running.due_at_ms)
    for percent in ALERTS:
        if percent > running.alerted:
            length_ms = running.due_at_ms - running.started_at_ms
            at_ms = running.started_at_ms + length_ms * percent // 100
            return Deadline(subject=subject, clock=running.clock, due_at_ms=at_ms, percent=percent)
    return None


def find(clocks: tuple[Running, ...], clock: Clock) -> Running | None:
    """Return the running clock of this kind."""
    for running in clocks:
        if running.clock is clock:
            return running
    return None


def start(clocks: tuple[Running, ...], clock: Clock, started_at_ms: int, due_at_ms: int) -> tuple[Running, ...]:
    """Return the clocks with this one set anew."""
    running = Running(clock=clock, started_at_ms=started_at_ms, due_at_ms=due_at_ms)
    return (*stop(clocks, clock), running) if clocks else (running,)


def move_earlier(clocks: tuple[Running, ...], clock: Clock, due_at_ms: int) -> tuple[Running, ...]:
    """Return the clocks with this one due earlier; what was alerted stays. A set clock never moves later."""
    return tuple(
        msgspec.structs.replace(running, due_at_ms=due_at_ms) if running.clock is clock and due_at_ms < running.due_at_ms else running
        for running in clocks
    )


def alerted(clocks: tuple[Running, ...], clock: Clock, percent: int) -> tuple[Running, ...]:
    """Return the clocks with the alert recorded."""
    return tuple(msgspec.structs.replace(running, alerted=percent) if running.clock is clock else running for running in clocks)


def stop(clocks: tuple[Running, ...], *kinds: Clock) -> tuple[Running, ...]:
    """Return the clocks without those of these kinds."""
    if len(clocks) < 2:  # nearly always
        return () if not clocks or clocks[0].clock in kinds else clocks
    return tuple([running for running in clocks if running.clock not in kinds])
