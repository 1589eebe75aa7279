"""What people send, as pydantic models. Limits are those of a sane form, not of the field."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.commands import RESPONDER_MOVES
from contracts.terms import AssignmentState, Channel, Disposition, Posture, Skill, Source, UnitState, Urgency
from contracts.values import Candidate, Place, ShortfallCount
from web.api.values import CandidateBody, PlaceBody, ShortfallBody
from web.api.wire import Wire

Text = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\w.:\-]+$")]
Names = Annotated[tuple[Name, ...], Field(max_length=20)]
Needs = Annotated[tuple[Skill, ...], Field(max_length=6)]
Quota = Annotated[int, Field(ge=1, le=50)]
Version = Annotated[int, Field(ge=0)] | None
EpochMs = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class Nothing(Wire):
    """An empty object."""


class LoginBody(Wire):
    """Who logs in."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ReportBody(Wire):
    """A person reports somebody in need. description and reporter are sealed by the server."""

    source: Source = Source.HOTLINE
    place: PlaceBody
    urgency: Urgency = Urgency.URGENT
    people: Annotated[int, Field(ge=1, le=200)] = 1
    posture: Posture = Posture.UNKNOWN
    minor: bool = False
    incapable: bool = False
    needs: Needs = ()
    description: Text | None = None
    reporter: Text | None = None
    pictures: Names = ()
    reference: Annotated[str, StringConstraints(max_length=120)] | None = None


class VersionBody(Wire):
    """expected_version: the incident's version on the screen; another one is refused as stale."""

    expected_version: Version = None


class FileBody(VersionBody):
    """What the operator found out."""

    urgency: Urgency | None = None
    quota: Quota = 1
    needs: Needs | None = None
    minor: bool | None = None
    incapable: bool | None = None


class ReasonBody(VersionBody):
    """Why."""

    reason: Reason


class MergeBody(ReasonBody):
    """into: an open incident of the same jurisdiction."""

    into: Name


class HoldBody(ReasonBody):
    """Until when."""

    wake_at_ms: EpochMs


class UrgencyBody(Wire):
    """How urgent from now on."""

    urgency: Urgency
    reason: Reason


class DispatchBody(VersionBody):
    """Whom to ask, with the figures the operator saw."""

    candidates: Annotated[tuple[CandidateBody, ...], Field(min_length=1, max_length=100)]
    quota: Quota | None = None
    shortfalls: Annotated[tuple[ShortfallBody, ...], Field(max_length=20)] = ()


class DispositionBody(Wire):
    """How the help ended. note is sealed by the server."""

    disposition: Disposition
    assignment: Name | None = None
    point: Name | None = None
    note: Text | None = None
    pictures: Names = ()
    people_helped: Annotated[int, Field(ge=0, le=200)] = 1


class VerifyBody(Wire):
    """accepted False sends the incident back."""

    accepted: bool
    note: Text = ""


class PlainReasonBody(Wire):
    """Why, where no version is asked for."""

    reason: Reason


class NoteBody(Wire):
    """A note, sealed by the server, or further pictures."""

    note: Text | None = None
    pictures: Names = ()


class AnswerBody(Wire):
    """接受 / 婉拒. channel: how an operator got the answer."""

    accept: bool
    reason: Text = ""
    channel: Channel = Channel.APP


class MoveBody(Wire):
    """The next state of a task."""

    to: Literal[*(state.value for state in RESPONDER_MOVES)]  # type: ignore[valid-type]
    reason: Text = ""
    point: Name | None = None
    eta_s: Annotated[int, Field(ge=0, le=86_400)] | None = None

    @property
    def state(self) -> AssignmentState:
        """The state as a term."""
        return AssignmentState(self.to)


class BedBody(Wire):
    """The station answers for a bed."""

    point: Name
    accepted: bool = True


class DutyBody(Wire):
    """On or off duty."""

    state: UnitState
    reason: Text = ""


class SosBody(Wire):
    """Where the responder is, if the phone knows."""

    place: PlaceBody | None = None


class BedsBody(Wire):
    """What is free now."""

    beds_free: Annotated[int, Field(ge=0, le=10_000)]
    open: bool | None = None


class OverrideBody(Wire):
    """Begin or end a plan by hand."""

    active: bool
    reason: Reason
    expires_at_ms: EpochMs | None = None


class JurisdictionQuery(Wire):
    """jurisdiction: six digits; needed when several keep the same plan."""

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = None


def place(body: PlaceBody) -> Place:
    """Return the contract's value."""
    return Place(lat_wgs84=body.lat_wgs84, lon_wgs84=body.lon_wgs84, area=body.area, name=body.name)


def candidates(bodies: tuple[CandidateBody, ...]) -> tuple[Candidate, ...]:
    """Return the contract's values."""
    return tuple(Candidate(**body.model_dump()) for body in bodies)


def shortfalls(bodies: tuple[ShortfallBody, ...]) -> tuple[ShortfallCount, ...]:
    """Return the contract's values."""
    return tuple(ShortfallCount(reason=body.reason, count=body.count) for body in bodies)
