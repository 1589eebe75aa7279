"""What happens to one responder's or crew's task."""

from contracts.events.base import Fact
from contracts.terms import AssignmentState, Channel, Clock, DeliveryStatus
from contracts.values import Candidate


class AssignmentPlanned(Fact, frozen=True, kw_only=True):
    """The unit is busy; this task waits for its present one to end."""

    assignment: str
    incident: str
    candidate: Candidate
    mandatory: bool = False


class OfferMade(Fact, frozen=True, kw_only=True):
    """A unit is asked. An assignment that was PLANNED keeps its identifier."""

    assignment: str
    incident: str
    candidate: Candidate
    expires_at_ms: int
    mandatory: bool = False


class OfferAccepted(Fact, frozen=True, kw_only=True):
    """A unit goes. by: the account that said so; channel: how the answer came."""

    assignment: str
    by: str
    channel: Channel
    nudge_at_ms: int
    depart_due_at_ms: int
    promoted: bool = False


class OfferDeclined(Fact, frozen=True, kw_only=True):
    """A unit cannot go; it costs nothing."""

    assignment: str
    by: str
    channel: Channel
    reason: str = ""


class StandbyTaken(Fact, frozen=True, kw_only=True):
    """An acceptance beyond the quota: ready until the wave's end, in case somebody falls away."""

    assignment: str
    by: str
    channel: Channel
    until_ms: int


class OfferNotNeeded(Fact, frozen=True, kw_only=True):
    """The wave ended and the unit on standby is free again, with thanks."""

    assignment: str


class OfferExpired(Fact, frozen=True, kw_only=True):
    """Nobody answered in time."""

    assignment: str


class AssignmentRecalled(Fact, frozen=True, kw_only=True):
    """Taken back. reason: a stable code (quota_filled, cancelled, merged, fed_back …) or what the operator wrote."""

    assignment: str
    reason: str


class AssignmentMoved(Fact, frozen=True, kw_only=True):
    """The task went one state further. due_at_ms: of the clock that this state starts (arrive, check-in, clear).

    clear_due_at_ms: when the responder is asked to clear. bed_until_ms: the bed at `point` is held until then.
    """

    assignment: str
    to: AssignmentState
    due_at_ms: int | None = None
    clear_due_at_ms: int | None = None
    bed_until_ms: int | None = None
    point: str | None = None
    eta_s: int | None = None
    by_itself: bool = False


class AssignmentAborted(Fact, frozen=True, kw_only=True):
    """Given up after it was accepted; the task is offered again at once."""

    assignment: str
    reason: str


class AssignmentChased(Fact, frozen=True, kw_only=True):
    """A clock of the task ran out and somebody was reminded."""

    assignment: str
    clock: Clock


class CheckedIn(Fact, frozen=True, kw_only=True):
    """The responder is all right."""

    assignment: str
    next_due_at_ms: int | None


class CheckInMissed(Fact, frozen=True, kw_only=True):
    """The responder was not heard. lost: contact counts as lost from now on."""

    assignment: str
    missed: int
    next_due_at_ms: int
    lost: bool = False


class BedConfirmed(Fact, frozen=True, kw_only=True):
    """The station answered for a bed. accepted False: the hold ends."""

    assignment: str
    point: str
    accepted: bool


class BedReleased(Fact, frozen=True, kw_only=True):
    """A held bed is free again: the hold ran out, or the task ended."""

    assignment: str
    point: str


class DeliveryRecorded(Fact, frozen=True, kw_only=True):
    """What became of one message on one channel."""

    assignment: str
    channel: Channel
    status: DeliveryStatus
    effect: str | None = None
    detail: str = ""
