"""Sending somebody: the operator's choice, and the candidates that a search found."""

from contracts import commands as cmd
from contracts import events as e
from contracts import terms
from contracts.terms import UnitState
from dispatch import transitions
from dispatch.assignment.entity import GOING, WAITING
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.calls import find_wave, offer, open_slots, plan, replace, start_wave
from dispatch.incident.entity import WAVES
from dispatch.members import members

HANDLERS: dict[type[cmd.Body], Handler] = {}
S = members(terms.IncidentState)
AssignmentState = members(terms.AssignmentState)
Machine = members(transitions.Machine)
UnitKind = members(terms.UnitKind)
_QUOTA_MOST = 50
_LIVE = GOING | WAITING
_CANNOT_BE_ASKED = frozenset({UnitState.OFF_DUTY, UnitState.OUT_OF_SERVICE, UnitState.ON_BREAK})


def checked_quota(quota: int) -> int:
    """Return how many must go. Refuses quota_wrong."""
    if not 1 <= quota <= _QUOTA_MOST:
        raise Refused("quota_wrong", str(quota))
    return quota


@handles(HANDLERS, cmd.DispatchIncident)
def _dispatch(d: Decision, body: cmd.DispatchIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    quota = incident.quota if body.quota is None else checked_quota(body.quota)
    if incident.state is S.FILED:
        d.may_move(Machine.INCIDENT, incident.state, S.DISPATCHED)
    elif incident.state not in (S.DISPATCHED, S.IN_PROGRESS):
        raise Refused("wrong_state", incident.state)
    elif open_slots(d, incident) + quota - incident.quota <= 0:
        raise Refused("quota_filled")
    d.emit(e.IncidentDispatched(incident=incident.id, quota=quota, shortfalls=body.shortfalls))
    wave = incident.wave.number if incident.wave is not None and incident.state is not S.FILED else 1
    asked, dropped = _ask(d, incident.id, body, wave)
    if body.candidates and asked == 0 and not any(task in WAITING for task in _states(d, incident.id)):
        raise Refused("nobody_free", ", ".join(dropped)[:500])
    if asked:
        start_wave(d, incident.id, wave, asked=asked, dropped=dropped, shortfalls=body.shortfalls)
    elif not body.candidates and incident.state is not S.FILED and incident.wave is not None and incident.finding is None:
        find_wave(d, d.state.incidents[incident.id], 1)


def _states(d: Decision, incident: str) -> list[terms.AssignmentState]:
    return [d.state.assignments[assignment].state for assignment in d.state.incidents[incident].assignments]


def _ask(d: Decision, identifier: str, body: cmd.DispatchIncident, wave: int) -> tuple[int, tuple[str, ...]]:
    """Offer to the free ones, queue behind the tasks of the busy ones, and drop the rest."""
    asked = 0
    dropped: list[str] = []
    for chosen in body.candidates:
        incident = d.state.incidents[identifier]
        unit = d.state.units.get(chosen.unit)
        tasks = (d.state.assignments[assignment] for assignment in incident.assignments)
        has_one = any(task.unit == chosen.unit and task.state in _LIVE for task in tasks)
        if unit is None or has_one or unit.state in _CANNOT_BE_ASKED:
            dropped.append(chosen.unit)
            continue
        candidate = replace(chosen, wave=wave, kind=unit.entry.kind)
        if unit.free:
            offer(d, incident, candidate)
            asked += 1
        else:
            plan(d, incident, candidate)
    return asked, tuple(dropped)


@handles(HANDLERS, cmd.OfferWave)
def _offer_wave(d: Decision, body: cmd.OfferWave) -> None:
    incident = d.incident(body.incident)
    if body.effect not in d.state.owed or incident.finding != body.effect:
        raise Refused("not_owed", body.effect)
    wave = max(1, min(body.wave, WAVES))
    wanted = max(d.timers.wave_wanted[wave - 1], open_slots(d, incident))
    d.emit(e.EffectRecorded(effect=body.effect, done=True))
    volunteers = 0
    points = 0
    dropped: list[str] = []
    for chosen in body.candidates:
        unit = d.state.units.get(chosen.unit)
        if unit is None or not unit.free or chosen.unit in d.state.incidents[incident.id].asked_units or not _fits(unit.entry.kind, wave):
            dropped.append(chosen.unit)
            continue
        is_point = unit.entry.kind is UnitKind.POINT
        if (points >= 1) if is_point else (volunteers >= wanted):
            continue
        offer(d, d.state.incidents[incident.id], replace(chosen, wave=wave, kind=unit.entry.kind))
        points += is_point
        volunteers += not is_point
    asked = volunteers + points
    if asked:
        start_wave(d, incident.id, wave, asked=asked, dropped=tuple(dropped), shortfalls=body.shortfalls)
    else:
        d.emit(e.WaveEmpty(incident=incident.id, wave=wave, dropped=tuple(dropped), shortfalls=body.shortfalls))
        if wave < WAVES:
            find_wave(d, d.state.incidents[incident.id], wave + 1)


def _fits(kind: terms.UnitKind, wave: int) -> bool:
    return kind is UnitKind.VEHICLE if wave == WAVES else kind is not UnitKind.VEHICLE
