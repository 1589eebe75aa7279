"""Counts of one jurisdiction, kept by what each document adds to them, so that no commit counts everybody."""

from collections.abc import Iterable
from typing import Final

from contracts.terms import CameraStatus, UnitKind
from dispatch.incident.asked import asked_of, in_hand
from dispatch.tables import Key, Tables
from dispatch.unit.entity import ON_DUTY

FIELDS: Final = (
    "asked", "in_hand", "units_on_duty", "volunteers_on_duty", "vehicles_on_duty", "roster", "beds_free", "points_open", "points",
    "cameras",
    "cameras_watched",
)
Counts = tuple[int, ...]
_NONE: Final[Counts] = (0,) * len(FIELDS)


class Tally:
    """Sums over what was added per document; derived from the entities alone."""

    __slots__ = ("added", "sums")

    def __init__(self) -> None:
        self.sums: Counts = _NONE
        self.added: dict[Key, Counts] = {}

    def copy(self) -> "Tally":
        """Return an independent copy."""
        other = Tally()
        other.sums = self.sums
        other.added = self.added.copy()
        return other

    def update(self, state: Tables, keys: Iterable[Key]) -> bool:
        """Count these documents anew; say whether a sum changed."""
        before = self.sums
        for key in keys:
            if key[0] == "roster":
                continue  # the same unit as the key before it
            old = self.added.get(key, _NONE)
            new = _adds(state, key)
            if new != old:
                self.sums = tuple(total - gone + come for total, gone, come in zip(self.sums, old, new, strict=True))
                self.added[key] = new
        return before != self.sums


def _adds(state: Tables, key: Key) -> Counts:
    kind, identifier = key
    if kind == "incident":
        return _incident(state, identifier)
    if kind == "unit":
        return _unit(state, identifier)
    if kind == "point":
        point = state.points[identifier]
        return (0, 0, 0, 0, 0, 0, point.beds_free if point.open else 0, int(point.open), 1, 0, 0)
    if kind == "camera":
        return (*_NONE[:9], 1, int(state.cameras[identifier].status is CameraStatus.WATCHED))
    return _NONE


def _incident(state: Tables, identifier: str) -> Counts:
    incident = state.incidents.get(identifier)
    if incident is None or incident.closed_at_ms is not None:
        return _NONE
    return (int(asked_of(state, incident) is not None), int(in_hand(state, incident)), *_NONE[2:])


def _unit(state: Tables, identifier: str) -> Counts:
    unit = state.units[identifier]
    on_duty = unit.duty in ON_DUTY or unit.assignment is not None
    kind = unit.entry.kind
    return (
        0, 0, int(on_duty), int(on_duty and kind is UnitKind.VOLUNTEER), int(on_duty and kind is UnitKind.VEHICLE), 1, *_NONE[6:],
    )


def all_keys(state: Tables) -> Iterable[Key]:
    """Every document that can be counted."""
    for incident in state.incidents:
        yield "incident", incident
    for unit in state.units:
        yield "unit", unit
    for point in state.points:
        yield "point", point
    for camera in state.cameras:
        yield "camera", camera



