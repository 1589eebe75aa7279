"""What one responder's phone shows: the own tasks, with no more of the person than is needed yet, and the own unit. Pure, but for seals."""

from typing import Any

import msgspec

from contracts.documents import AssignmentDocument, IncidentDocument, PlanDocument, PointDocument, UnitDocument
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.ports import Sealer
from contracts.terms import AssignmentState
from contracts.values import Sealed
from dispatch.places import distance_m
from web.board.board import Board
from web.board.masking import ERASED

# Still asked, or still busy; whatever has ended leaves the phone.
OPEN = frozenset(
    {
        AssignmentState.PLANNED,
        AssignmentState.OFFERED,
        AssignmentState.STANDBY,
        AssignmentState.ACCEPTED,
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
        AssignmentState.CONTACTED,
        AssignmentState.NOT_FOUND,
        AssignmentState.TRANSPORTING,
        AssignmentState.AT_FACILITY,
    }
)
_UNDECIDED = frozenset({AssignmentState.PLANNED, AssignmentState.OFFERED, AssignmentState.STANDBY})
_ASKED_OR_GOING = OPEN - _UNDECIDED
# About 200 m of latitude, and of longitude at 37°.
_GRID_LAT, _GRID_LON = 0.002, 0.0025
_POINTS = 5


def phone_snapshot(board: Board, unit: str, sealer: Sealer) -> dict[str, list[dict[str, Any]]]:
    """Return {task: [FieldTask], me: [FieldMe]}."""
    own = board.unit(unit)
    return {"task": tasks(board, unit, sealer), "me": [me(own, sealer)] if own else []}


def plans_in_force(board: Board, jurisdiction: str) -> list[dict[str, Any]]:
    """Return the FieldPlans of a jurisdiction: what every volunteer there should know of the weather."""
    found = board.find("plan", "plan", jurisdiction)
    plan = found.document if found else None
    active = plan.active if isinstance(plan, PlanDocument) else ()
    return [{"id": f"{one.plan}/{one.warning or ''}", **msgspec.to_builtins(one)} for one in active]


def me(unit: UnitDocument, sealer: Sealer) -> dict[str, Any]:
    """Return FieldMe: the unit with its own name and phone opened."""
    form: dict[str, Any] = msgspec.to_builtins(unit)
    return form | {"name": _open(unit.name, sealer), "phone": _open(unit.phone, sealer), "masked_name": unit.label}


def tasks(board: Board, unit: str, sealer: Sealer) -> list[dict[str, Any]]:
    """Return the FieldTasks of a unit's open assignments, in whatever jurisdiction."""
    return [
        task(board, incident, assignment, sealer)
        for incident in board.tasks_of(unit)
        for assignment in incident.assignments
        if assignment.unit == unit and assignment.state in OPEN
    ]


def task(board: Board, incident: IncidentDocument, assignment: AssignmentDocument, sealer: Sealer) -> dict[str, Any]:
    """Return one FieldTask. Until it is accepted the place is rounded and nothing of the person is in it."""
    undecided = assignment.state in _UNDECIDED
    place = incident.place
    lat, lon = (round_place(place.lat_wgs84, place.lon_wgs84)) if undecided else (place.lat_wgs84, place.lon_wgs84)
    form: dict[str, Any] = msgspec.to_builtins(assignment)
    return form | {
        # How often somebody accepts is for whoever chooses, not for them to read.
        "reasons": (),
        "incident": incident.id,
        "jurisdiction": incident.jurisdiction,
        "number": incident.number,
        "urgency": incident.urgency,
        "place_name": place.name,
        "area": place.area,
        "lat_wgs84": lat,
        "lon_wgs84": lon,
        "approximate": undecided,
        "people": incident.people,
        "posture": incident.posture,
        "minor": incident.minor,
        "needs": incident.needs,
        "picture": None if undecided or not incident.pictures else incident.pictures[-1].public_sha256,
        "quota": incident.quota,
        "companions": sum(one.state in _ASKED_OR_GOING and one.id != assignment.id for one in incident.assignments),
        "description": None if undecided else _open(incident.description, sealer),
        "plan_headline": _headline(board, incident.jurisdiction),
        "points": _points_near(board, incident.jurisdiction, lat, lon),
        "incident_state": incident.state,
        "simulated": incident.simulated,
    }


def round_place(lat_wgs84: float, lon_wgs84: float) -> tuple[float, float]:
    """Return the middle of the grid cell of about 200 m that a place lies in."""
    return round(round(lat_wgs84 / _GRID_LAT) * _GRID_LAT, 4), round(round(lon_wgs84 / _GRID_LON) * _GRID_LON, 4)


def _headline(board: Board, jurisdiction: str) -> str:
    found = board.find("plan", "plan", jurisdiction)
    plan = found.document if found else None
    return plan.active[0].headline if isinstance(plan, PlanDocument) and plan.active else ""


def _points_near(board: Board, jurisdiction: str, lat: float, lon: float) -> list[dict[str, Any]]:
    room = board.rooms.get(jurisdiction)
    cards = room.of("point").values() if room else ()
    open_points = [
        card.document for card in cards if isinstance(card.document, PointDocument) and (card.document.open or card.document.station)
    ]
    near = sorted(open_points, key=lambda point: (distance_m(lat, lon, point.place.lat_wgs84, point.place.lon_wgs84), point.id))
    return [
        {
            "id": point.id,
            "name": point.name,
            "lat_wgs84": point.place.lat_wgs84,
            "lon_wgs84": point.place.lon_wgs84,
            "beds_free": point.beds_free,
        }
        for point in near[:_POINTS]
    ]


def _open(sealed: Sealed | None, sealer: Sealer) -> str | None:
    if sealed is None:
        return None
    try:
        return sealer.unseal_text(sealed)
    except (KeyDestroyedError, UnreadableError):
        return ERASED
