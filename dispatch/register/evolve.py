"""How each event changes rescue points, cameras and accounts, what is owed, and what is known of persons who were erased."""

import msgspec

from contracts import events as e
from contracts.effects import FindWave
from contracts.terms import Clock
from contracts.values import Sealed
from dispatch import clocks as c
from dispatch.folds import Fold, fold_for
from dispatch.incident.timeline import change
from dispatch.register.entity import Account, Camera, Point
from dispatch.tables import Header, Tables

EVOLVE: dict[type[e.Fact], Fold] = {}
replace = msgspec.structs.replace


@fold_for(EVOLVE, e.PointsRegistered)
def _points(state: Tables, event: e.PointsRegistered, header: Header) -> None:
    for entry in event.points:
        known = state.points.get(entry.point)
        if known is None:
            state.put_point(Point(entry=entry, version=header.sequence, open=entry.open, beds_free=entry.beds))
        else:
            free = max(0, known.beds_free + entry.beds - known.entry.beds)
            is_open = known.open or entry.open if known.opened_by is not None else entry.open
            state.put_point(replace(known, entry=entry, version=header.sequence, beds_free=free, open=is_open))


@fold_for(EVOLVE, e.BedsSet)
def _beds(state: Tables, event: e.BedsSet, header: Header) -> None:
    point = state.points[event.point]
    is_open = point.open if event.open is None else event.open
    opened_by = point.opened_by if event.open is None else None
    state.put_point(replace(point, version=header.sequence, beds_free=event.beds_free, open=is_open, opened_by=opened_by))


@fold_for(EVOLVE, e.CamerasRegistered)
def _cameras(state: Tables, event: e.CamerasRegistered, header: Header) -> None:
    for entry in event.cameras:
        known = state.cameras.get(entry.camera)
        if known is None:
            state.put_camera(Camera(entry=entry, version=header.sequence))
        else:
            state.put_camera(replace(known, entry=entry, version=header.sequence))


@fold_for(EVOLVE, e.CameraHealthChanged)
def _camera_health(state: Tables, event: e.CameraHealthChanged, header: Header) -> None:
    camera = state.cameras[event.camera]
    state.put_camera(replace(camera, version=header.sequence, status=event.status, reason=event.reason, since_ms=event.since_ms))


@fold_for(EVOLVE, e.AccountsRegistered)
def _accounts(state: Tables, event: e.AccountsRegistered, header: Header) -> None:
    for entry in event.accounts:
        state.put_account(Account(entry=entry, version=header.sequence))


@fold_for(EVOLVE, e.CommandRejected)
def _rejected(state: Tables, event: e.CommandRejected, header: Header) -> None:
    """A refusal changes nothing; it stands in the log and is answered."""


@fold_for(EVOLVE, e.CheckpointRecorded)
def _checkpoint(state: Tables, event: e.CheckpointRecorded, header: Header) -> None:
    """A checkpoint changes nothing; it stands in the log for whoever verifies it."""


@fold_for(EVOLVE, e.PersonErased)
def _erased(state: Tables, event: e.PersonErased, header: Header) -> None:
    # Unreadable it is without its key; but what is not there is in no cache, no snapshot and on no screen either.
    gone = frozenset(event.keys)
    for unit in list(state.units.values()):
        entry = unit.entry
        if (entry.name is not None and entry.name.key in gone) or (entry.phone is not None and entry.phone.key in gone):
            kept = replace(entry, name=_unless(gone, entry.name), phone=_unless(gone, entry.phone))
            state.put_unit(replace(unit, entry=kept, version=header.sequence))
    for incident in list(state.incidents.values()):
        held = {sealed.key for sealed in (incident.description, incident.reporter, *incident.pictures) if sealed is not None}
        if held & gone:
            change(
                state, incident.id, header, "PersonErased", {"reason": event.reason},
                description=_unless(gone, incident.description), reporter=_unless(gone, incident.reporter),
                pictures=tuple(picture for picture in incident.pictures if picture.key not in gone),
            )  # fmt: skip


def _unless(gone: frozenset[str], sealed: Sealed | None) -> Sealed | None:
    return None if sealed is None or sealed.key in gone else sealed


@fold_for(EVOLVE, e.EffectOwed)
def _owed(state: Tables, event: e.EffectOwed, header: Header) -> None:
    effect = event.effect
    state.owed[effect.effect] = effect
    if isinstance(effect, FindWave):
        incident = state.incidents[effect.incident]
        change(state, effect.incident, header, None, finding=effect.effect, clocks=c.stop(incident.clocks, Clock.NEXT_WAVE))


def _settle(state: Tables, effect: str, header: Header) -> None:
    owed = state.owed.pop(effect, None)
    if isinstance(owed, FindWave):
        incident = state.incidents.get(owed.incident)
        if incident is not None and incident.finding == effect:
            change(state, incident.id, header, None, finding=None)


@fold_for(EVOLVE, e.EffectRecorded)
def _recorded(state: Tables, event: e.EffectRecorded, header: Header) -> None:
    _settle(state, event.effect, header)


@fold_for(EVOLVE, e.EffectWithdrawn)
def _withdrawn(state: Tables, event: e.EffectWithdrawn, header: Header) -> None:
    _settle(state, event.effect, header)
