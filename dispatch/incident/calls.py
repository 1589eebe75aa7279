"""The call for help: offers, waves, recalls, and what follows by itself when one of them changes."""

from typing import Final

import msgspec

from contracts import events as e
from contracts import terms
from contracts.effects import FindWave, NotifyUnit
from contracts.terms import Channel
from contracts.values import Candidate, ShortfallCount
from dispatch import transitions
from dispatch.assignment.entity import DEPARTED, ENDED, SERVED, WAITING, Assignment
from dispatch.decision import Decision
from dispatch.incident.entity import SEEKING, WAVES, Incident
from dispatch.members import members
from dispatch.unit.entity import ON_DUTY
from dispatch.weather.settings import settings_in_force

A = members(terms.AssignmentState)
IncidentState = members(terms.IncidentState)
Machine = members(transitions.Machine)
UnitKind = members(terms.UnitKind)
_RECALLABLE: Final = WAITING | {A.ACCEPTED, A.EN_ROUTE}
replace = msgspec.structs.replace


def latest_tasks(d: Decision, incident: Incident) -> list[Assignment]:
    """Return the tasks of the present call, not those of calls before the incident came back."""
    return [d.state.assignments[assignment] for assignment in incident.assignments[incident.past :]]


def open_slots(d: Decision, incident: Incident) -> int:
    """Return how many more must accept."""
    return incident.quota - sum(1 for task in latest_tasks(d, incident) if task.state in SERVED)


def notify(d: Decision, task: Assignment, template: str, *, once: bool = True, expires_at_ms: int | None = None) -> None:
    """Owe a message to the unit's phone. once: the effect's identifier needs no sequence, because the template is sent once per task."""
    effect = f"{task.id}:{template}" if once else f"{task.id}:{template}:{d.header.sequence}"
    urgency = d.state.incidents[task.incident].urgency
    d.owe(NotifyUnit(effect=effect, unit=task.unit, assignment=task.id, template=template, urgency=urgency, expires_at_ms=expires_at_ms))


def withdraw(d: Decision, effect: str | None, reason: str) -> None:
    """Take an owed effect back if it was not done yet."""
    if effect is not None and effect in d.state.owed:
        d.emit(e.EffectWithdrawn(effect=effect, reason=reason))


def offer(d: Decision, incident: Incident, candidate: Candidate, assignment: str | None = None) -> None:
    """Ask a free unit; a vehicle must answer."""
    before = None if assignment is None else A.PLANNED
    d.may_move(Machine.ASSIGNMENT, before, A.OFFERED, by_system=True)
    expires_at_ms = d.now_ms + d.timers.offer_window_s.of_ms(incident.urgency)
    identifier = assignment or d.new_id("a")
    d.emit(
        e.OfferMade(
            assignment=identifier, incident=incident.id, candidate=candidate, expires_at_ms=expires_at_ms,
            mandatory=candidate.kind is UnitKind.VEHICLE,
        )
    )
    notify(d, d.state.assignments[identifier], "offer", expires_at_ms=expires_at_ms)


def plan(d: Decision, incident: Incident, candidate: Candidate) -> None:
    """Queue a task behind the one that the unit has."""
    d.may_move(Machine.ASSIGNMENT, None, A.PLANNED, by_system=True)
    d.emit(
        e.AssignmentPlanned(
            assignment=d.new_id("a"), incident=incident.id, candidate=candidate, mandatory=candidate.kind is UnitKind.VEHICLE
        )
    )


def recall(d: Decision, task: Assignment, reason: str) -> None:
    """Take back an offer, a place in the queue, or a task that has not reached the scene; the phone is told if it rang."""
    d.may_move(Machine.ASSIGNMENT, task.state, A.RECALLED, by_system=True)
    unsent = f"{task.id}:offer" in d.state.owed
    withdraw(d, f"{task.id}:offer", reason)
    d.emit(e.AssignmentRecalled(assignment=task.id, reason=reason))
    if task.state is not A.PLANNED and not unsent:
        notify(d, task, "recall", once=False)
    started_back(d, task, departed=task.state in DEPARTED)


def abort(d: Decision, task: Assignment, reason: str) -> None:
    """Give a task up; settling offers it again at once."""
    d.may_move(Machine.ASSIGNMENT, task.state, A.ABORTED, by_system=True)
    withdraw(d, f"{task.id}:offer", reason)
    d.emit(e.AssignmentAborted(assignment=task.id, reason=reason))
    started_back(d, task, departed=task.state in DEPARTED)


def started_back(d: Decision, task: Assignment, *, departed: bool) -> None:
    """The unit is on its way back if it had departed; after a long day it rests."""
    unit = d.state.units[task.unit]
    if not departed or unit.assignment is not None or unit.duty not in ON_DUTY:
        return
    rests = unit.load_h >= d.timers.rest_after_load_h
    d.emit(
        e.ReturnStarted(
            unit=task.unit, until_ms=d.now_ms + d.timers.return_s * 1000, rest_until_ms=d.now_ms + d.timers.rest_s * 1000 if rests else None
        )
    )


def end_call(d: Decision, incident: str, reason: str) -> None:
    """Nobody else is needed: recall whoever has not reached the scene, and stop looking."""
    known = d.state.incidents[incident]
    withdraw(d, known.finding, reason)
    for assignment in known.assignments:
        task = d.state.assignments[assignment]
        if task.state in _RECALLABLE:
            recall(d, task, reason)


def end_tasks(d: Decision, incident: str, reason: str) -> None:
    """The case is over: also clear whoever forgot to."""
    end_call(d, incident, reason)
    for assignment in d.state.incidents[incident].assignments:
        task = d.state.assignments[assignment]
        if task.state is A.ON_SCENE:
            abort(d, task, reason)
            continue
        if task.state is A.TRANSPORTING:
            d.may_move(Machine.ASSIGNMENT, task.state, A.AT_FACILITY, by_system=True)
            d.emit(e.AssignmentMoved(assignment=task.id, to=A.AT_FACILITY, by_itself=True))
            task = d.state.assignments[assignment]
        if task.state not in ENDED:
            d.may_move(Machine.ASSIGNMENT, task.state, A.CLEARED, by_system=True)
            d.emit(e.AssignmentMoved(assignment=task.id, to=A.CLEARED, by_itself=True))
            started_back(d, task, departed=True)


def radius_of_wave_m(d: Decision, wave: int) -> int | None:
    """Return the wave's radius in metres under the plans in force; None: vehicles, no radius."""
    return settings_in_force(d.state).offer_radii_m[wave - 1] if wave < WAVES else None


def find_wave(d: Decision, incident: Incident, wave: int) -> None:
    """Owe the search for whom to ask in a wave."""
    wanted = max(d.timers.wave_wanted[wave - 1], open_slots(d, incident))
    d.owe(
        FindWave(
            effect=f"{incident.id}:wave{wave}:{d.header.sequence}", incident=incident.id, wave=wave, place=incident.place,
            radius_m=radius_of_wave_m(d, wave), wanted=wanted, needs=incident.needs, asked_before=incident.asked_units,
            vehicles=wave == WAVES, with_point=wave == WAVES - 1,
        )
    )


def start_wave(
    d: Decision, incident: str, wave: int, *, asked: int, dropped: tuple[str, ...], shortfalls: tuple[ShortfallCount, ...]
) -> None:
    """Record a wave whose offers went out; the next starts at two thirds of its window, unless a search is out already."""
    known = d.state.incidents[incident]
    window_ms = d.timers.offer_window_s.of_ms(known.urgency)
    d.emit(
        e.WaveStarted(
            incident=incident, wave=wave, asked=asked, ends_at_ms=d.now_ms + window_ms, radius_m=radius_of_wave_m(d, wave), dropped=dropped,
            next_at_ms=d.now_ms + window_ms * 2 // 3 if wave < WAVES and known.finding is None else None, shortfalls=shortfalls,
        )
    )


def settle_incident(d: Decision, identifier: str) -> None:
    """Do what follows by itself: promote from standby, recall the rest, start the next wave, or give the case back."""
    incident = d.state.incidents.get(identifier)
    if incident is None or incident.state not in SEEKING:
        return
    tasks = latest_tasks(d, incident)
    slots = open_slots(d, incident)
    if slots > 0:
        slots -= _promote(d, tasks, slots)
    if slots <= 0:
        if not incident.filled:
            withdraw(d, incident.finding, "quota_filled")
            for task in tasks:
                if task.state in (A.OFFERED, A.PLANNED):
                    recall(d, task, "quota_filled")
            d.emit(e.QuotaFilled(incident=identifier))
        return
    if incident.finding is not None or any(task.state is A.OFFERED for task in tasks):
        return
    number = incident.wave.number if incident.wave is not None else 0
    if number < WAVES:
        find_wave(d, incident, number + 1)
    elif any(task.state in SERVED or task.state is A.PLANNED for task in tasks):
        if not incident.exhausted:
            d.emit(e.WavesExhausted(incident=identifier))
    else:
        d.may_move(Machine.INCIDENT, incident.state, IncidentState.FILED, by_system=True)
        d.emit(e.IncidentReturned(incident=identifier, dispatch_due_at_ms=d.now_ms + d.timers.dispatch_s.of_ms(incident.urgency)))


def _promote(d: Decision, tasks: list[Assignment], slots: int) -> int:
    standby = sorted((task.times_ms[A.STANDBY.value], task.id) for task in tasks if task.state is A.STANDBY)
    for _, identifier in standby[:slots]:
        task = d.state.assignments[identifier]
        d.may_move(Machine.ASSIGNMENT, task.state, A.ACCEPTED, by_system=True)
        accept(d, task, by=task.answered_by, channel=task.channel or Channel.APP, promoted=True)
        notify(d, task, "promoted")
    return min(slots, len(standby))


def accept(d: Decision, task: Assignment, *, by: str, channel: Channel, promoted: bool = False) -> None:
    """The unit goes."""
    d.emit(
        e.OfferAccepted(
            assignment=task.id, by=by, channel=channel, promoted=promoted, nudge_at_ms=d.now_ms + d.timers.depart_nudge_s * 1000,
            depart_due_at_ms=d.now_ms + d.timers.depart_s * 1000,
        )
    )


def settle_unit(d: Decision, identifier: str) -> None:
    """Offer a free unit what waits for it, if that still needs somebody."""
    unit = d.state.units.get(identifier)
    if unit is None or unit.assignment is not None:
        return
    for assignment in unit.queued:
        task = d.state.assignments[assignment]
        incident = d.state.incidents[task.incident]
        if unit.duty not in ON_DUTY:
            recall(d, task, "off_duty")
        elif incident.state in SEEKING and open_slots(d, incident) > 0:
            offer(d, incident, task.candidate, assignment)
            return
        else:
            recall(d, task, "not_needed")


def settle(d: Decision) -> None:
    """Let everything follow from what the command changed, until nothing more does."""
    done = -1
    while done != len(d.events):
        done = len(d.events)
        for kind, identifier in tuple(d.state.touched):
            if kind == "incident":
                settle_incident(d, identifier)
            elif kind == "unit":
                settle_unit(d, identifier)
