"""What follows from units' positions: plausibility, staleness, arrival. Pure: time comes in."""

import math
from typing import NamedTuple

from contracts.observations import Position
from contracts.terms import AssignmentState
from dispatch import State
from dispatch.places import distance_m

STALE_AFTER_MS = 600_000
ARRIVED_AFTER_MS = 30_000
GEOFENCE_M = 80.0
# A phone's fix is only as good as it says; beyond this it says nothing about who is where.
LARGEST_ACCURACY_M = 150


class Fix(NamedTuple):
    """The last known place of a unit. at_ms: the phone's clock, never later than when it reached us."""

    at_ms: int
    lat_wgs84: float
    lon_wgs84: float
    accuracy_m: int | None

    @property
    def text(self) -> str:
        """As it stands in the `seen` hash."""
        return f"{self.at_ms},{self.lat_wgs84:.6f},{self.lon_wgs84:.6f},{'' if self.accuracy_m is None else self.accuracy_m}"


def fix_of(position: Position, received_at_ms: int) -> Fix | None:
    """Return a fix, None when no phone on Earth (Redis' GEO ends at 85° north and south) can have sent it."""
    lat, lon = position.lat_wgs84, position.lon_wgs84
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 85.0 and abs(lon) <= 180.0):
        return None
    return Fix(min(position.at_ms, received_at_ms), lat, lon, position.accuracy_m)


def heading_for(state: State, unit: str) -> tuple[str, float, float] | None:
    """Return (assignment, lat, lon) that a unit is on its way to, None when it is not."""
    found = state.units.get(unit)
    if found is None or found.assignment is None:
        return None
    assignment = state.assignments.get(found.assignment)
    if assignment is None or assignment.state is not AssignmentState.EN_ROUTE:
        return None
    incident = state.incidents.get(assignment.incident)
    return None if incident is None else (assignment.id, incident.place.lat_wgs84, incident.place.lon_wgs84)


class Arrivals:
    """Who has been within the geofence of what they are on their way to, and since when."""

    def __init__(self) -> None:
        self._inside_since_ms: dict[str, tuple[str, int]] = {}

    def left(self, unit: str) -> None:
        """Note that a unit is on its way to nothing."""
        self._inside_since_ms.pop(unit, None)

    def arrived(self, state: State, unit: str, fix: Fix) -> str | None:
        """Take a fix in the order of time; return the assignment whose scene the unit has been at for 30 s, from the first such fix on."""
        target = heading_for(state, unit)
        inside = (
            target is not None
            and (fix.accuracy_m is None or fix.accuracy_m <= LARGEST_ACCURACY_M)
            and distance_m(fix.lat_wgs84, fix.lon_wgs84, target[1], target[2]) <= GEOFENCE_M
        )
        if target is None or not inside:
            self.left(unit)
            return None
        assignment, since_ms = self._inside_since_ms.get(unit, (target[0], fix.at_ms))
        if assignment != target[0]:
            assignment, since_ms = target[0], fix.at_ms
        self._inside_since_ms[unit] = (assignment, since_ms)
        return assignment if fix.at_ms - since_ms >= ARRIVED_AFTER_MS else None
