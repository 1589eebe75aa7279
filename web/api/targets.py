"""What the id in a path stands for, and whom it concerns. Each `access_` function finds it and checks the caller."""

import msgspec

from contracts.documents import AssignmentDocument, IncidentDocument, PointDocument, UnitDocument
from contracts.terms import AssignmentState
from web.access.check import Target
from web.api.routes import Call
from web.problems import NotFoundError

# Whoever was asked and did not go has no part in the incident any more.
LEFT = frozenset(
    {AssignmentState.DECLINED, AssignmentState.EXPIRED, AssignmentState.RECALLED, AssignmentState.NOT_NEEDED, AssignmentState.ABORTED}
)
# From here on the responder has said yes.
GOING = frozenset(
    {AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.CONTACTED, AssignmentState.NOT_FOUND,
     AssignmentState.TRANSPORTING, AssignmentState.AT_FACILITY, AssignmentState.CLEARED}
)  # fmt: skip


class AssignmentPlace(msgspec.Struct, frozen=True):
    """An assignment and the incident it belongs to."""

    incident: IncidentDocument
    assignment: AssignmentDocument


def incident_target(incident: IncidentDocument) -> Target:
    """Say whom an incident concerns."""
    return Target(
        area=incident.place.area,
        units=frozenset(one.unit for one in incident.assignments if one.state in GOING),
        points=frozenset(one.point for one in incident.assignments if one.point is not None and one.state not in LEFT),
    )


def access_incident(call: Call) -> IncidentDocument:
    """Return the incident of the path. Raises NotFoundError, NotYourRoleError, NotYourAreaError."""
    incident = call.services.board.incident(call.path["incident"])
    if incident is None:
        raise NotFoundError(f"There is no incident {call.path['incident']}.")
    call.access(incident_target(incident))
    return incident


def access_assignment(call: Call) -> AssignmentPlace:
    """Return the assignment of the path. Raises as access_incident."""
    name = call.path["assignment"]
    incident = call.services.board.incident_of_assignment(name)
    assignment = next((one for one in incident.assignments if one.id == name), None) if incident else None
    if incident is None or assignment is None:
        raise NotFoundError(f"There is no assignment {name}.")
    points = frozenset({assignment.point} if assignment.point else set())
    call.access(Target(area=incident.place.area, units=frozenset({assignment.unit}), points=points))
    return AssignmentPlace(incident, assignment)


def access_unit(call: Call) -> UnitDocument:
    """Return the unit of the path. Raises as access_incident."""
    unit = call.services.board.unit(call.path["unit"])
    if unit is None:
        raise NotFoundError(f"There is no unit {call.path['unit']}.")
    call.access(Target(area=unit.area, units=frozenset({unit.id})))
    return unit


def access_point(call: Call) -> PointDocument:
    """Return the rescue point of the path. Raises as access_incident."""
    found = call.services.board.find("point", call.path["point"])
    point = found.document if found else None
    if not isinstance(point, PointDocument):
        raise NotFoundError(f"There is no point {call.path['point']}.")
    call.access(Target(area=point.place.area, points=frozenset({point.id})))
    return point
