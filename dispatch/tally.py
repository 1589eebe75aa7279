"""Counts of one jurisdiction, kept by what each document adds to them, so that no commit counts everybody."""

from collections.abc import Callable, Iterable
from typing import Final

from contracts.terms import CameraStatus, UnitKind
from dispatch.incident.asked import asked_of
from dispatch.tables import Key, Tables
from dispatch.unit.entity import ON_DUTY

FIELDS: Final = (
    "asked", "in_hand", "units_on_duty", "volunteers_on_duty", "vehicles_on_duty", "roster", "beds_free", "points_open", "points",
    "cameras",
    "cameras_watched",
)
Counts = tuple[int, ...]
_NONE: Final[Counts] = (0,) * len(FIELDS)
_ASKED: Final[Counts] = (1, *_NONE[1:])
_IN_HAND: Final[Counts] = (0, 1, *_NONE[2:])


_OFF_DUTY: Final[Counts] = (0, 0, 0, 0, 0, 1, *_NONE[6:])
_ON_DUTY: Final[dict[UnitKind, Counts]] = {
    kind: (0, 0, 1, int(kind is UnitKind.VOLUNTEER), int(kind is UnitKind.VEHICLE), 1, *_NONE[6:]) for kind in UnitKind
}


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

    def count(self, tables: Tables, keys: Iterable[Key]) -> tuple[Counts, dict[Key, Counts]]:
        """Count these documents anew: the sums then, the very same tuple if none changes, and what changed documents add. See take."""
        sums, counts, added = self.sums, {}, self.added
        for key in keys:
            kind, identifier = key
            counts_of = _COUNTS_OF.get(kind)
            if counts_of is None:
                continue  # not counted, or the same unit as the key before it
            old, new = added.get(key, _NONE), counts_of(tables, identifier)
            if new is not old and new != old:
                sums = tuple([total - gone + come for total, gone, come in zip(sums, old, new, strict=True)])
                counts[key] = new
        return sums if sums != self.sums else self.sums, counts

    def take(self, sums: Counts, counts: dict[Key, Counts]) -> None:
        """Take over what was counted, here or by an equal tally."""
        self.sums = sums
        for key, added in counts.items():
            if added == _NONE:
                self.added.pop(key, None)  # else every case that ever was would be remembered
            else:
                self.added[key] = added


def _incident(tables: Tables, identifier: str) -> Counts:
    incident = tables.incidents.get(identifier)
    if incident is None or incident.closed_at_ms is not None:
        return _NONE
    return _IN_HAND if asked_of(tables, incident) is None else _ASKED


def _unit(tables: Tables, identifier: str) -> Counts:
    unit = tables.units[identifier]
    return _ON_DUTY[unit.entry.kind] if unit.duty in ON_DUTY or unit.assignment is not None else _OFF_DUTY


def _point(tables: Tables, identifier: str) -> Counts:
    point = tables.points[identifier]
    return (0, 0, 0, 0, 0, 0, point.beds_free if point.open else 0, int(point.open), 1, 0, 0)


def _camera(tables: Tables, identifier: str) -> Counts:
    return (*_NONE[:9], 1, int(tables.cameras[identifier].status is CameraStatus.WATCHED))


_COUNTS_OF: Final[dict[str, Callable[[Tables, str], Counts]]] = {
    "incident": _incident, "unit": _unit, "point": _point, "camera": _camera,
}


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
