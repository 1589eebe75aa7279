"""Types of what goes over a socket: what clients are told and answered. docs/asyncapi.json is made from them, with what clients ask."""

from typing import Any, Literal

import msgspec

from contracts.documents import (
    ActivePlan,
    AssignmentDocument,
    CameraDocument,
    IncidentDocument,
    PlanDocument,
    PointDocument,
    TallyDocument,
    UnitDocument,
)
from contracts.terms import IncidentState, Posture, Urgency


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Base."""


def _varied(name: str, base: type[msgspec.Struct], /, **fields: Any) -> Any:
    """The type of a document with some fields of another type, or more of them."""
    of_base = {field.name: field.type for field in msgspec.structs.fields(base)}
    made = msgspec.defstruct(name, list((of_base | fields).items()), bases=(Told,), module=__name__, frozen=True, kw_only=True)
    made.__doc__ = base.__doc__
    return made


# Consoles get no sealed field; names come masked.
ShownIncident = _varied("ShownIncident", IncidentDocument, description=None, reporter=None)
ShownUnit = _varied("ShownUnit", UnitDocument, name=None, phone=None, masked_name=str)


class NearPoint(Told, frozen=True, kw_only=True):
    """A rescue point near a task."""

    id: str
    name: str
    lat_wgs84: float
    lon_wgs84: float
    beds_free: int


# A phone sees its own unit with name and phone, and its own tasks with no more of the person than is needed yet.
FieldMe = _varied("FieldMe", UnitDocument, name=str | None, phone=str | None, masked_name=str)
FieldTask = _varied(
    "FieldTask", AssignmentDocument, incident=str, jurisdiction=str, number=str, urgency=Urgency, place_name=str, area=str,
    lat_wgs84=float, lon_wgs84=float, approximate=bool, people=int, posture=Posture, minor=bool, needs=tuple[str, ...],
    picture=str | None, quota=int, companions=int, description=str | None, plan_headline=str, points=tuple[NearPoint, ...],
    incident_state=IncidentState, simulated=bool,
)  # fmt: skip
# What every volunteer of a jurisdiction should know of the weather.
FieldPlan = _varied("FieldPlan", ActivePlan, id=str)


def _change(kind: str, document: Any, name: str | None = None) -> Any:
    """The type of a change of one kind: a document's new form, or None when it left or may not be seen from here."""
    fields = [("id", str), ("document", document | None)]
    made = msgspec.defstruct(
        name or f"{kind.capitalize()}Change", fields, bases=(Told,), module=__name__, frozen=True, kw_only=True, tag_field="kind", tag=kind
    )
    made.__doc__ = _change.__doc__
    return made


IncidentChange, UnitChange = _change("incident", ShownIncident), _change("unit", ShownUnit)
PointChange, CameraChange = _change("point", PointDocument), _change("camera", CameraDocument)
PlanChange, TallyChange = _change("plan", PlanDocument), _change("tally", TallyDocument)
TaskChange, MeChange, InForceChange = _change("task", FieldTask), _change("me", FieldMe), _change("plan", FieldPlan, "InForceChange")
ConsoleChange: Any = IncidentChange | UnitChange | PointChange | CameraChange | PlanChange | TallyChange
FieldChange: Any = TaskChange | MeChange | InForceChange


class _Changes(Told, frozen=True, kw_only=True):
    jurisdiction: str
    sequence: int
    at_ms: int
    command_id: str
    events: tuple[str, ...]
    epoch: str | None


class ConsoleChanges(_Changes, frozen=True, kw_only=True):
    """One commit as a room sees it. sequence: the commit's; one that is missing is asked for by `since`."""

    changes: tuple[ConsoleChange, ...]


class FieldChanges(_Changes, frozen=True, kw_only=True):
    """What is new for one phone, or for all of a jurisdiction. jurisdiction: the room; sequence: counts what was told there."""

    changes: tuple[FieldChange, ...]


class RoomState(Told, frozen=True, kw_only=True):
    """Where a room stands. age_ms: of what is shown."""

    sequence: int
    age_ms: int


class OnDuty(Told, frozen=True, kw_only=True):
    """Somebody at a console whose area touches one's own."""

    role: str
    masked_name: str
    account: str
    area: str
    simulated: bool


class Heartbeat(Told, frozen=True, kw_only=True):
    """Every 2 s. epoch: of the read model; another than one's own means to join again. parts: name → state."""

    at_ms: int
    epoch: str
    rooms: dict[str, RoomState]
    parts: dict[str, str]
    duty: tuple[OnDuty, ...]


class ShownFix(Told, frozen=True, kw_only=True):
    """Where a unit on duty is."""

    unit: str
    lat_wgs84: float
    lon_wgs84: float
    at_ms: int


class FixesTold(Told, frozen=True, kw_only=True):
    """Positions that are new since the last second."""

    jurisdiction: str
    fixes: tuple[ShownFix, ...]


class SessionEnded(Told, frozen=True, kw_only=True):
    """The log-in is over; the connection ends with it. code: why."""

    code: str


class ConsoleSnapshot(Told, frozen=True, kw_only=True):
    """Everything of a room that may be seen from an area."""

    incident: tuple[ShownIncident, ...]  # type: ignore[valid-type]
    unit: tuple[ShownUnit, ...]  # type: ignore[valid-type]
    point: tuple[PointDocument, ...]
    camera: tuple[CameraDocument, ...]
    plan: tuple[PlanDocument, ...]
    tally: tuple[TallyDocument, ...]


class FieldSnapshot(Told, frozen=True, kw_only=True):
    """Everything that a phone shows: in its own room its tasks and its unit, in its jurisdiction's the plans in force."""

    task: tuple[FieldTask, ...] | msgspec.UnsetType = msgspec.UNSET  # type: ignore[valid-type]
    me: tuple[FieldMe, ...] | msgspec.UnsetType = msgspec.UNSET  # type: ignore[valid-type]
    plan: tuple[FieldPlan, ...] | msgspec.UnsetType = msgspec.UNSET  # type: ignore[valid-type]


class ConsoleRoom(Told, frozen=True, kw_only=True):
    """A room as it is, or what a client that was here before has missed of it."""

    sequence: int
    snapshot: ConsoleSnapshot | msgspec.UnsetType = msgspec.UNSET
    changes: tuple[ConsoleChanges, ...] | msgspec.UnsetType = msgspec.UNSET


class FieldWhole(Told, frozen=True, kw_only=True):
    """What a phone shows; always whole."""

    sequence: int
    snapshot: FieldSnapshot


class _Yes(Told, frozen=True, kw_only=True):
    ok: Literal[True]


class _Standing(_Yes, frozen=True, kw_only=True):
    epoch: str
    now_ms: int


class ConsoleJoined(_Standing, frozen=True, kw_only=True):
    """By jurisdiction."""

    rooms: dict[str, ConsoleRoom]


class ConsoleSince(_Standing, frozen=True, kw_only=True):
    """The commits in between, or a snapshot when the gap was too long or of another epoch."""

    sequence: int
    snapshot: ConsoleSnapshot | msgspec.UnsetType = msgspec.UNSET
    changes: tuple[ConsoleChanges, ...] | msgspec.UnsetType = msgspec.UNSET


class FieldJoined(_Standing, frozen=True, kw_only=True):
    """The rooms of a phone: its own, by its unit's home, and `{home}.all`, which it shares with the phones there."""

    rooms: dict[str, FieldWhole]


class FieldSince(_Standing, frozen=True, kw_only=True):
    """A phone's snapshot is small: it is always sent whole."""

    sequence: int
    snapshot: FieldSnapshot


class Done(_Yes, frozen=True, kw_only=True):
    """Taken."""


class Refused(Told, frozen=True, kw_only=True):
    """Not done. code: stable, of contracts/errors.py."""

    ok: Literal[False]
    code: str
    what_to_do: str
    detail: str = ""
