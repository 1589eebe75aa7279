"""Everything that can stand in a commit."""

from contracts.events.assignment import (
    AssignmentAborted,
    AssignmentChased,
    AssignmentMoved,
    AssignmentPlanned,
    AssignmentRecalled,
    BedConfirmed,
    BedReleased,
    CheckedIn,
    CheckInMissed,
    DeliveryRecorded,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferNotNeeded,
    StandbyTaken,
)
from contracts.events.base import Fact
from contracts.events.city import (
    AccountsRegistered,
    BedsSet,
    CameraHealthChanged,
    CamerasRegistered,
    CheckpointRecorded,
    ContactNoted,
    DutyChanged,
    PersonErased,
    PointsRegistered,
    ReturnEnded,
    ReturnStarted,
    SosEnded,
    SosRaised,
    UnitsRegistered,
)
from contracts.events.duties import (
    CommandRejected,
    EffectOwed,
    EffectRecorded,
    EffectWithdrawn,
)
from contracts.events.incident import (
    ClockAlerted,
    EvidenceOpened,
    FeedbackAdded,
    IncidentArchived,
    IncidentCancelled,
    IncidentClosed,
    IncidentDispatched,
    IncidentEscalated,
    IncidentFedBack,
    IncidentFiled,
    IncidentHeld,
    IncidentMerged,
    IncidentReceived,
    IncidentRejected,
    IncidentReopened,
    IncidentReported,
    IncidentReportedAgain,
    IncidentReturned,
    IncidentStarted,
    IncidentVerified,
    IncidentWoken,
    NoteAdded,
    QuotaFilled,
    RevisitOpened,
    RevisitPlanned,
    SightingAttached,
    SightingEnded,
    SightingOpened,
    UrgencyChanged,
    VerificationFailed,
    WaveEmpty,
    WavesExhausted,
    WaveStarted,
)
from contracts.events.weather import (
    OverrideEnded,
    PlanActivated,
    PlanChanged,
    PlanOverridden,
    PlanReverted,
    PlansConfigured,
    WarningEnded,
    WarningNoted,
    WarningTookEffect,
)

AssignmentEvent = (
    AssignmentAborted | AssignmentChased | AssignmentMoved | AssignmentPlanned | AssignmentRecalled | BedConfirmed | BedReleased
    | CheckInMissed | CheckedIn | DeliveryRecorded | OfferAccepted | OfferDeclined | OfferExpired | OfferMade | OfferNotNeeded
    | StandbyTaken
)
CityEvent = (
    AccountsRegistered | BedsSet | CameraHealthChanged | CamerasRegistered | CheckpointRecorded | ContactNoted | DutyChanged
    | PersonErased | PointsRegistered | ReturnEnded | ReturnStarted | SosEnded | SosRaised | UnitsRegistered
)
DutiesEvent = (
    CommandRejected | EffectOwed | EffectRecorded | EffectWithdrawn
)
IncidentEvent = (
    ClockAlerted | EvidenceOpened | FeedbackAdded | IncidentArchived | IncidentCancelled | IncidentClosed | IncidentDispatched
    | IncidentEscalated | IncidentFedBack | IncidentFiled | IncidentHeld | IncidentMerged | IncidentReceived | IncidentRejected
    | IncidentReopened | IncidentReported | IncidentReportedAgain | IncidentReturned | IncidentStarted | IncidentVerified
    | IncidentWoken | NoteAdded | QuotaFilled | RevisitOpened | RevisitPlanned | SightingAttached | SightingEnded
    | SightingOpened | UrgencyChanged | VerificationFailed | WaveEmpty | WaveStarted | WavesExhausted
)
WeatherEvent = (
    OverrideEnded | PlanActivated | PlanChanged | PlanOverridden | PlanReverted | PlansConfigured | WarningEnded | WarningNoted
    | WarningTookEffect
)
Event = AssignmentEvent | CityEvent | DutiesEvent | IncidentEvent | WeatherEvent


def event_name(event: Fact) -> str:
    """Return the name without its version, as feeds and timelines carry it."""
    return type(event).__name__


def event_type(event: type[Fact]) -> str:
    """Return the name with its version, as it stands in field `type`."""
    return str(event.__struct_config__.tag)

__all__ = [
    "AccountsRegistered",
    "AssignmentAborted",
    "AssignmentChased",
    "AssignmentEvent",
    "AssignmentMoved",
    "AssignmentPlanned",
    "AssignmentRecalled",
    "BedConfirmed",
    "BedReleased",
    "BedsSet",
    "CameraHealthChanged",
    "CamerasRegistered",
    "CheckInMissed",
    "CheckedIn",
    "CheckpointRecorded",
    "CityEvent",
    "ClockAlerted",
    "CommandRejected",
    "ContactNoted",
    "DeliveryRecorded",
    "DutiesEvent",
    "DutyChanged",
    "EffectOwed",
    "EffectRecorded",
    "EffectWithdrawn",
    "Event",
    "EvidenceOpened",
    "Fact",
    "FeedbackAdded",
    "IncidentArchived",
    "IncidentCancelled",
    "IncidentClosed",
    "IncidentDispatched",
    "IncidentEscalated",
    "IncidentEvent",
    "IncidentFedBack",
    "IncidentFiled",
    "IncidentHeld",
    "IncidentMerged",
    "IncidentReceived",
    "IncidentRejected",
    "IncidentReopened",
    "IncidentReported",
    "IncidentReportedAgain",
    "IncidentReturned",
    "IncidentStarted",
    "IncidentVerified",
    "IncidentWoken",
    "NoteAdded",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferMade",
    "OfferNotNeeded",
    "OverrideEnded",
    "PersonErased",
    "PlanActivated",
    "PlanChanged",
    "PlanOverridden",
    "PlanReverted",
    "PlansConfigured",
    "PointsRegistered",
    "QuotaFilled",
    "ReturnEnded",
    "ReturnStarted",
    "RevisitOpened",
    "RevisitPlanned",
    "SightingAttached",
    "SightingEnded",
    "SightingOpened",
    "SosEnded",
    "SosRaised",
    "StandbyTaken",
    "UnitsRegistered",
    "UrgencyChanged",
    "VerificationFailed",
    "WarningEnded",
    "WarningNoted",
    "WarningTookEffect",
    "WaveEmpty",
    "WaveStarted",
    "WavesExhausted",
    "WeatherEvent",
    "event_name",
    "event_type",
]
