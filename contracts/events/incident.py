"""What happens to an incident."""

from contracts.events.base import Fact
from contracts.terms import Clock, Disposition, LimitCounts, Posture, Skill, Source, Urgency
from contracts.values import Box, Picture, Place, Sealed, ShortfallCount


class IncidentReported(Fact, frozen=True, kw_only=True):
    """上报. uplifted_from: the urgency before the active plan raised it. limit_counts: what ends the limit's clock."""

    incident: str
    number: str
    source: Source
    place: Place
    urgency: Urgency
    receive_due_at_ms: int
    limit_due_at_ms: int
    limit_counts: LimitCounts = LimitCounts.RESOLVED
    uplifted_from: Urgency | None = None
    people: int = 1
    posture: Posture = Posture.UNKNOWN
    minor: bool = False
    incapable: bool = False
    needs: tuple[Skill, ...] = ()
    description: Sealed | None = None
    reporter: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    reference: str | None = None
    revisit_of: str | None = None
    simulated: bool = False


class IncidentReportedAgain(Fact, frozen=True, kw_only=True):
    """The same source told us of an open incident once more, under the same reference."""

    incident: str
    description: Sealed | None = None
    pictures: tuple[Picture, ...] = ()


class SightingOpened(Fact, frozen=True, kw_only=True):
    """A camera saw somebody stay, and nobody had been seen there; its incident is opened in the same commit."""

    sighting: str
    incident: str
    camera: str
    track: str
    place: Place
    boxes: tuple[Box, ...]
    first_seen_ms: int
    last_seen_ms: int
    dwell_threshold_s: int
    expires_at_ms: int
    picture: Picture | None = None


class SightingAttached(Fact, frozen=True, kw_only=True):
    """Another report of somebody already seen: the same camera again, or a second one."""

    sighting: str
    incident: str
    camera: str
    track: str
    boxes: tuple[Box, ...]
    first_seen_ms: int
    last_seen_ms: int
    expires_at_ms: int
    picture: Picture | None = None


class SightingEnded(Fact, frozen=True, kw_only=True):
    """Nobody has been seen there for a while; what is seen from now on is somebody new."""

    sighting: str
    incident: str


class IncidentReceived(Fact, frozen=True, kw_only=True):
    """受理."""

    incident: str
    file_due_at_ms: int


class IncidentFiled(Fact, frozen=True, kw_only=True):
    """立案, with what the operator found out."""

    incident: str
    urgency: Urgency
    quota: int
    needs: tuple[Skill, ...]
    minor: bool
    incapable: bool
    dispatch_due_at_ms: int
    limit_due_at_ms: int


class IncidentRejected(Fact, frozen=True, kw_only=True):
    """不予受理."""

    incident: str
    reason: str
    archive_at_ms: int


class IncidentMerged(Fact, frozen=True, kw_only=True):
    """并案: its sighting and its report go on in `into`."""

    incident: str
    into: str
    reason: str
    archive_at_ms: int


class IncidentHeld(Fact, frozen=True, kw_only=True):
    """挂起. The limit goes on."""

    incident: str
    wake_at_ms: int
    reason: str


class IncidentWoken(Fact, frozen=True, kw_only=True):
    """A hold ended, by itself or early."""

    incident: str
    by_itself: bool
    dispatch_due_at_ms: int


class IncidentCancelled(Fact, frozen=True, kw_only=True):
    """撤销."""

    incident: str
    reason: str
    archive_at_ms: int


class UrgencyChanged(Fact, frozen=True, kw_only=True):
    """New urgency and the clocks that follow; none is later than before. step_due_at_ms None: no step runs."""

    incident: str
    urgency: Urgency
    reason: str
    limit_due_at_ms: int
    step_due_at_ms: int | None = None


class IncidentDispatched(Fact, frozen=True, kw_only=True):
    """派遣 began. by_plan: the active plan did it, nobody pressed a button."""

    incident: str
    quota: int
    by_plan: bool = False
    shortfalls: tuple[ShortfallCount, ...] = ()


class WaveStarted(Fact, frozen=True, kw_only=True):
    """Offers of one wave went out. dropped: candidates that were no longer free. next_at_ms None: the last wave."""

    incident: str
    wave: int
    asked: int
    ends_at_ms: int
    next_at_ms: int | None
    radius_m: int | None = None
    dropped: tuple[str, ...] = ()
    shortfalls: tuple[ShortfallCount, ...] = ()


class WaveEmpty(Fact, frozen=True, kw_only=True):
    """Nobody could be asked in this wave."""

    incident: str
    wave: int
    dropped: tuple[str, ...] = ()
    shortfalls: tuple[ShortfallCount, ...] = ()


class WavesExhausted(Fact, frozen=True, kw_only=True):
    """All waves are over and the quota is still open: the supervisor is told to phone."""

    incident: str


class QuotaFilled(Fact, frozen=True, kw_only=True):
    """Enough have accepted; no further wave starts."""

    incident: str


class IncidentStarted(Fact, frozen=True, kw_only=True):
    """处置: the first is on the scene."""

    incident: str


class IncidentReturned(Fact, frozen=True, kw_only=True):
    """Back to FILED because everybody who was sent or asked fell away; the supervisor is told at once."""

    incident: str
    dispatch_due_at_ms: int


class IncidentEscalated(Fact, frozen=True, kw_only=True):
    """The supervisor is told. clock: which one ran out."""

    incident: str
    clock: Clock
    assignment: str | None = None


class ClockAlerted(Fact, frozen=True, kw_only=True):
    """A clock of an incident passed 50, 80 or 100 %."""

    incident: str
    clock: Clock
    percent: int


class IncidentFedBack(Fact, frozen=True, kw_only=True):
    """反馈."""

    incident: str
    disposition: Disposition
    verify_due_at_ms: int
    assignment: str | None = None
    point: str | None = None
    note: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    people_helped: int = 1


class FeedbackAdded(Fact, frozen=True, kw_only=True):
    """A further responder tells how it ended for them."""

    incident: str
    assignment: str
    disposition: Disposition
    note: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    people_helped: int = 1


class RevisitPlanned(Fact, frozen=True, kw_only=True):
    """Somebody refused help or was not found: somebody looks again."""

    incident: str
    due_at_ms: int


class RevisitOpened(Fact, frozen=True, kw_only=True):
    """The re-visit's own incident was opened."""

    incident: str
    revisit: str


class IncidentVerified(Fact, frozen=True, kw_only=True):
    """核查 passed."""

    incident: str
    close_due_at_ms: int
    note: str = ""


class VerificationFailed(Fact, frozen=True, kw_only=True):
    """核查 did not pass: back to FILED, the limit goes on where it stood."""

    incident: str
    dispatch_due_at_ms: int
    note: str = ""


class IncidentClosed(Fact, frozen=True, kw_only=True):
    """结案."""

    incident: str
    archive_at_ms: int


class IncidentReopened(Fact, frozen=True, kw_only=True):
    """重开."""

    incident: str
    reason: str
    dispatch_due_at_ms: int
    limit_due_at_ms: int


class IncidentArchived(Fact, frozen=True, kw_only=True):
    """It leaves the state and the queues; the log and the search keep it."""

    incident: str


class NoteAdded(Fact, frozen=True, kw_only=True):
    """A sealed note, or further pictures."""

    incident: str
    note: Sealed | None = None
    pictures: tuple[Picture, ...] = ()


class EvidenceOpened(Fact, frozen=True, kw_only=True):
    """Somebody looked at an unblurred picture or a sealed field."""

    incident: str
    what: str
    reason: str
