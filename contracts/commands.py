"""What somebody asks for. Imperative; decided by the one writer of a jurisdiction; answered by a commit.

A command's body is a tagged union: field `type` holds `<Name>.<version>`.
"""

import msgspec

from contracts.observations import WeatherWarning
from contracts.registry_entries import AccountEntry, CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.terms import (
    AssignmentState,
    CameraStatus,
    Channel,
    Clock,
    DeliveryStatus,
    Disposition,
    IncidentState,
    Posture,
    Skill,
    Source,
    UnitState,
    Urgency,
)
from contracts.values import Actor, Box, Candidate, Picture, Place, PlanSettings, Sealed, ShortfallCount, Value


def _tag(name: str) -> str:
    return f"{name}.1"


class Body(Value, frozen=True, kw_only=True, tag_field="type", tag=_tag):
    """Base of all command bodies."""


# --- incidents ---------------------------------------------------------------------------------------------------


class ReportIncident(Body, frozen=True, kw_only=True):
    """A person, a case feed or the hotline reports. reference: the source's own number, for de-duplication in one source."""

    source: Source
    place: Place
    urgency: Urgency = Urgency.URGENT
    people: int = 1
    posture: Posture = Posture.UNKNOWN
    minor: bool = False
    incapable: bool = False
    needs: tuple[Skill, ...] = ()
    description: Sealed | None = None
    reporter: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    reference: str | None = None
    simulated: bool = False


class ReportSighting(Body, frozen=True, kw_only=True):
    """A camera saw somebody stay. Attaches to an open sighting it overlaps in place and time, or opens one and its incident."""

    camera: str
    track: str
    place: Place
    boxes: tuple[Box, ...]
    first_seen_ms: int
    last_seen_ms: int
    dwell_threshold_s: int
    picture: Picture | None = None
    simulated: bool = False


class ReceiveIncident(Body, frozen=True, kw_only=True):
    """受理."""

    incident: str
    expected_version: int | None = None


class FileIncident(Body, frozen=True, kw_only=True):
    """立案. quota: how many must go."""

    incident: str
    urgency: Urgency | None = None
    quota: int = 1
    needs: tuple[Skill, ...] | None = None
    minor: bool | None = None
    incapable: bool | None = None
    expected_version: int | None = None


class RejectIncident(Body, frozen=True, kw_only=True):
    """不予受理."""

    incident: str
    reason: str
    expected_version: int | None = None


class MergeIncident(Body, frozen=True, kw_only=True):
    """并案 into another open incident of the same jurisdiction."""

    incident: str
    into: str
    reason: str
    expected_version: int | None = None


class HoldIncident(Body, frozen=True, kw_only=True):
    """挂起 until wake_at_ms."""

    incident: str
    wake_at_ms: int
    reason: str
    expected_version: int | None = None


class WakeIncident(Body, frozen=True, kw_only=True):
    """End a hold early."""

    incident: str


class CancelIncident(Body, frozen=True, kw_only=True):
    """撤销 before anybody is on the scene; recalls every offer."""

    incident: str
    reason: str
    expected_version: int | None = None


class ChangeUrgency(Body, frozen=True, kw_only=True):
    """Raise or lower; a clock that is set never moves later."""

    incident: str
    urgency: Urgency
    reason: str


class DispatchIncident(Body, frozen=True, kw_only=True):
    """派遣: offer wave 1 to these units at once; later waves follow by themselves until the quota is filled.

    candidates: the chosen units with the figures the operator saw. quota None keeps the incident's.
    """

    incident: str
    candidates: tuple[Candidate, ...]
    quota: int | None = None
    shortfalls: tuple[ShortfallCount, ...] = ()
    expected_version: int | None = None


class ReportDisposition(Body, frozen=True, kw_only=True):
    """反馈: how the help ended. assignment None when an operator or a station feeds back for all."""

    incident: str
    disposition: Disposition
    assignment: str | None = None
    point: str | None = None
    note: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    people_helped: int = 1


class VerifyIncident(Body, frozen=True, kw_only=True):
    """核查, by somebody who did not handle it. accepted False sends it back to FILED."""

    incident: str
    accepted: bool
    note: str = ""


class CloseIncident(Body, frozen=True, kw_only=True):
    """结案."""

    incident: str


class ReopenIncident(Body, frozen=True, kw_only=True):
    """重开 to FILED."""

    incident: str
    reason: str


class AddNote(Body, frozen=True, kw_only=True):
    """A sealed note or further pictures on an incident."""

    incident: str
    note: Sealed | None = None
    pictures: tuple[Picture, ...] = ()


# --- assignments -------------------------------------------------------------------------------------------------


class OfferWave(Body, frozen=True, kw_only=True):
    """The answer to an owed wave: candidates found by GEO, best first, three times as many as needed. Only SYS."""

    incident: str
    effect: str
    wave: int
    candidates: tuple[Candidate, ...]
    shortfalls: tuple[ShortfallCount, ...] = ()


class AnswerOffer(Body, frozen=True, kw_only=True):
    """接受 / 婉拒, by the responder, or by an operator on behalf with the channel noted."""

    assignment: str
    accept: bool
    reason: str = ""
    channel: Channel = Channel.APP


class MoveAssignment(Body, frozen=True, kw_only=True):
    """The next state of one's own assignment. point: where the person is brought. ABORTED needs a reason."""

    assignment: str
    to: AssignmentState
    reason: str = ""
    point: str | None = None
    eta_s: int | None = None


class CheckIn(Body, frozen=True, kw_only=True):
    """I am all right."""

    assignment: str


class RecallAssignment(Body, frozen=True, kw_only=True):
    """Take an offer or a task back."""

    assignment: str
    reason: str


class ConfirmBed(Body, frozen=True, kw_only=True):
    """The station confirms the bed that a transport asked for."""

    assignment: str
    point: str
    accepted: bool = True


class RecordDelivery(Body, frozen=True, kw_only=True):
    """What became of one message on one channel. Only SYS; SEEN also by the responder."""

    assignment: str
    channel: Channel
    status: DeliveryStatus
    effect: str | None = None
    detail: str = ""


class RecordEffect(Body, frozen=True, kw_only=True):
    """An owed effect other than a wave or a delivery was done, or cannot be. Only SYS."""

    effect: str
    done: bool
    detail: str = ""


# --- units, points, cameras --------------------------------------------------------------------------------------


class SetDuty(Body, frozen=True, kw_only=True):
    """OFF_DUTY, AVAILABLE, ON_PATROL, ON_BREAK by the responder; OUT_OF_SERVICE by ST or SUP."""

    unit: str
    state: UnitState
    reason: str = ""


class RaiseSos(Body, frozen=True, kw_only=True):
    """A responder is in danger; the supervisor is told at once."""

    unit: str
    place: Place | None = None


class NoteContact(Body, frozen=True, kw_only=True):
    """Overlay of a unit from its positions: stale or heard again. Only SYS."""

    unit: str
    stale: bool


class SetBeds(Body, frozen=True, kw_only=True):
    """The station says how many beds are free, and whether it is open."""

    point: str
    beds_free: int
    open: bool | None = None


class ReportCameraHealth(Body, frozen=True, kw_only=True):
    """A camera became watched or unwatched. Only SYS."""

    camera: str
    status: CameraStatus
    reason: str
    at_ms: int


# --- registers, plans, time --------------------------------------------------------------------------------------


class RegisterUnits(Body, frozen=True, kw_only=True):
    """Add or change units; chunks of up to 500."""

    units: tuple[UnitEntry, ...]


class RegisterCameras(Body, frozen=True, kw_only=True):
    """Add or change cameras."""

    cameras: tuple[CameraEntry, ...]


class RegisterPoints(Body, frozen=True, kw_only=True):
    """Add or change rescue points."""

    points: tuple[PointEntry, ...]


class RegisterAccounts(Body, frozen=True, kw_only=True):
    """Add or change accounts; only in the city's jurisdiction."""

    accounts: tuple[AccountEntry, ...]


class ConfigurePlans(Body, frozen=True, kw_only=True):
    """Replace the plans of this jurisdiction. everyday: what holds without any plan; None keeps it."""

    plans: tuple[PlanEntry, ...]
    everyday: PlanSettings | None = None


class ApplyWarning(Body, frozen=True, kw_only=True):
    """A warning that concerns this jurisdiction, its update or its cancellation."""

    warning: WeatherWarning


class OverridePlan(Body, frozen=True, kw_only=True):
    """SUP activates or ends a plan by hand."""

    plan: str
    active: bool
    reason: str
    expires_at_ms: int | None = None


class OpenEvidence(Body, frozen=True, kw_only=True):
    """Somebody opens an unblurred picture or a sealed field, with a reason; the opening is an event."""

    incident: str
    what: str
    reason: str


class RecordCheckpoint(Body, frozen=True, kw_only=True):
    """A signed checkpoint of this jurisdiction's log enters it. Only SYS; id is sys:checkpoint:{jurisdiction}:{tree_size}.

    note: a signed note (C2SP tlog-checkpoint) with its cosignatures; it says the same tree_size.
    """

    tree_size: int
    note: str


class ErasePerson(Body, frozen=True, kw_only=True):
    """A person's keys are about to be destroyed; it stands in the log before they are. Only SYS; id is sys:erase:{jurisdiction}:{keys}.

    keys: identifiers in the keystore. by: who ordered it at the command line. reason: why; no name of the person belongs here.
    """

    keys: tuple[str, ...]
    by: str
    reason: str


class DeadlineReached(Body, frozen=True, kw_only=True):
    """A clock of the state ran out. Only SYS; id is sys:{subject}:{clock}:{due_at_ms}."""

    subject: str
    clock: Clock
    due_at_ms: int
    percent: int = 100


IncidentCommand = (
    ReportIncident
    | ReportSighting
    | ReceiveIncident
    | FileIncident
    | RejectIncident
    | MergeIncident
    | HoldIncident
    | WakeIncident
    | CancelIncident
    | ChangeUrgency
    | DispatchIncident
    | ReportDisposition
    | VerifyIncident
    | CloseIncident
    | ReopenIncident
    | AddNote
)
AssignmentCommand = OfferWave | AnswerOffer | MoveAssignment | CheckIn | RecallAssignment | ConfirmBed | RecordDelivery | RecordEffect
CityCommand = (
    SetDuty
    | RaiseSos
    | NoteContact
    | SetBeds
    | ReportCameraHealth
    | RegisterUnits
    | RegisterCameras
    | RegisterPoints
    | RegisterAccounts
    | ConfigurePlans
    | ApplyWarning
    | OverridePlan
    | OpenEvidence
    | RecordCheckpoint
    | ErasePerson
    | DeadlineReached
)
AnyBody = IncidentCommand | AssignmentCommand | CityCommand


class Command(Value, frozen=True, kw_only=True):
    """The record on dispatch.commands. id: hash(account, Idempotency-Key) for clients, 'sys:…' for the platform.

    sent_at_ms: the sender's clock, for tracing only; the writer's clock is the record's append time at the broker.
    body_sha256: of the request body, so that one key with another body is refused.
    trace: the step of the caller's own trace that asked, as contracts.trace_context writes it.
    """

    id: str
    jurisdiction: str
    actor: Actor
    body: AnyBody
    sent_at_ms: int
    caused_by: str | None = None
    body_sha256: str | None = None
    trace: str | None = None


decode_command = msgspec.json.Decoder(Command).decode
encode_command = msgspec.json.Encoder().encode

# States that a body may name; kept here so that a front-end's choices and the refusals agree.
RESPONDER_MOVES: tuple[AssignmentState, ...] = (
    AssignmentState.EN_ROUTE,
    AssignmentState.ON_SCENE,
    AssignmentState.CONTACTED,
    AssignmentState.NOT_FOUND,
    AssignmentState.TRANSPORTING,
    AssignmentState.AT_FACILITY,
    AssignmentState.CLEARED,
    AssignmentState.ABORTED,
)
OPEN_INCIDENT_STATES: frozenset[IncidentState] = frozenset(
    {
        IncidentState.REPORTED,
        IncidentState.RECEIVED,
        IncidentState.FILED,
        IncidentState.ON_HOLD,
        IncidentState.DISPATCHED,
        IncidentState.IN_PROGRESS,
        IncidentState.FEEDBACK,
        IncidentState.VERIFIED,
    }
)
