"""How each event changes a task, and with it its unit, its incident and the bed it holds."""

from typing import Any

import msgspec

from contracts import events as e
from contracts import terms
from contracts.documents import DeliveryDocument
from contracts.values import Candidate
from dispatch import clocks as c
from dispatch.assignment.entity import HOLDS_UNIT, Assignment
from dispatch.folds import Fold, begins, fold_for
from dispatch.incident.timeline import change, handled
from dispatch.members import members
from dispatch.tables import Header, Tables
from dispatch.unit.tasks import queue_unit, release_unit, take_unit

EVOLVE: dict[type[e.Fact], Fold] = {}
A = members(terms.AssignmentState)
Clock = members(terms.Clock)
replace = msgspec.structs.replace
_NAMES = {state: state.value for state in terms.AssignmentState}


def _move(state: Tables, assignment: str, to: terms.AssignmentState, header: Header, /, **changes: Any) -> Assignment:
    """Put a task into a state; one that ends stops its clocks and frees its unit."""
    before = state.assignments[assignment]
    changes.setdefault("clocks", ())
    after = replace(before, state=to, times_ms={**before.times_ms, _NAMES[to]: header.at_ms}, chased=None, **changes)
    state.assignments[assignment] = after
    if to not in HOLDS_UNIT and to is not A.PLANNED:
        release_unit(state, after, before.state, header)
    return after


def _line(state: Tables, task: Assignment, header: Header, event: str, /, **facts: str | float | bool | None) -> None:
    change(state, task.incident, header, event, {"assignment": task.id, "unit": task.unit, **facts})


def _new(state: Tables, header: Header, event: e.AssignmentPlanned | e.OfferMade, to: terms.AssignmentState) -> Assignment:
    candidate: Candidate = event.candidate
    begins(state.assignments, event.assignment)
    task = Assignment(
        id=event.assignment, incident=event.incident, unit=candidate.unit, unit_kind=candidate.kind, state=to, candidate=candidate,
        mandatory=event.mandatory, times_ms={_NAMES[to]: header.at_ms}, eta_s=candidate.eta_s,
    )
    state.assignments[task.id] = task
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, None, assignments=(*incident.assignments, task.id),
        asked_units=(*incident.asked_units, candidate.unit)
    )
    return task


@fold_for(EVOLVE, e.AssignmentPlanned)
def _planned(state: Tables, event: e.AssignmentPlanned, header: Header) -> None:
    task = _new(state, header, event, A.PLANNED)
    queue_unit(state, task, header)
    _line(state, task, header, "AssignmentPlanned")


@fold_for(EVOLVE, e.OfferMade)
def _offered(state: Tables, event: e.OfferMade, header: Header) -> None:
    if event.assignment not in state.assignments:
        _new(state, header, event, A.OFFERED)
    running = c.start((), Clock.OFFER_WINDOW, header.at_ms, event.expires_at_ms)
    task = _move(
        state, event.assignment, A.OFFERED, header, clocks=running, window_ends_at_ms=event.expires_at_ms, candidate=event.candidate,
        mandatory=event.mandatory,
    )
    take_unit(state, task, header, committed=False)
    _line(state, task, header, "OfferMade", wave=event.candidate.wave, rank=event.candidate.rank)


@fold_for(EVOLVE, e.OfferAccepted)
def _accepted(state: Tables, event: e.OfferAccepted, header: Header) -> None:
    running = c.start((), Clock.DEPART_NUDGE, header.at_ms, event.nudge_at_ms)
    running = c.start(running, Clock.DEPART, header.at_ms, event.depart_due_at_ms)
    task = _move(state, event.assignment, A.ACCEPTED, header, clocks=running, answered_by=event.by, channel=event.channel)
    take_unit(state, task, header, committed=True, answer=None if event.promoted else True)
    incident = state.incidents[task.incident]
    change(
        state, task.incident, header, "OfferAccepted",
        {"assignment": task.id, "unit": task.unit, "channel": event.channel, "promoted": event.promoted},
        handlers=handled(incident, event.by),
    )


@fold_for(EVOLVE, e.OfferDeclined)
def _declined(state: Tables, event: e.OfferDeclined, header: Header) -> None:
    task = _move(state, event.assignment, A.DECLINED, header, answered_by=event.by, channel=event.channel, reason=event.reason)
    _line(state, task, header, "OfferDeclined", channel=event.channel, reason=event.reason)


@fold_for(EVOLVE, e.StandbyTaken)
def _standby(state: Tables, event: e.StandbyTaken, header: Header) -> None:
    running = c.start((), Clock.OFFER_WINDOW, header.at_ms, event.until_ms)
    task = _move(state, event.assignment, A.STANDBY, header, clocks=running, answered_by=event.by, channel=event.channel, reason="")
    take_unit(state, task, header, committed=False, answer=True)
    _line(state, task, header, "StandbyTaken", channel=event.channel)


@fold_for(EVOLVE, e.OfferNotNeeded)
def _not_needed(state: Tables, event: e.OfferNotNeeded, header: Header) -> None:
    _line(state, _move(state, event.assignment, A.NOT_NEEDED, header), header, "OfferNotNeeded")


@fold_for(EVOLVE, e.OfferExpired)
def _expired(state: Tables, event: e.OfferExpired, header: Header) -> None:
    _line(state, _move(state, event.assignment, A.EXPIRED, header), header, "OfferExpired")


@fold_for(EVOLVE, e.AssignmentRecalled)
def _recalled(state: Tables, event: e.AssignmentRecalled, header: Header) -> None:
    _line(state, _move(state, event.assignment, A.RECALLED, header, reason=event.reason), header, "AssignmentRecalled", reason=event.reason)


@fold_for(EVOLVE, e.AssignmentAborted)
def _aborted(state: Tables, event: e.AssignmentAborted, header: Header) -> None:
    task = _move(state, event.assignment, A.ABORTED, header, reason=event.reason)
    incident = state.incidents[task.incident]
    change(
        state, task.incident, header, "AssignmentAborted", {"assignment": task.id, "unit": task.unit, "reason": event.reason}, filled=False,
        wave=None,
        handlers=handled(incident, header.actor.account),
    )


@fold_for(EVOLVE, e.AssignmentMoved)
def _moved(state: Tables, event: e.AssignmentMoved, header: Header) -> None:
    before = state.assignments[event.assignment]
    running: tuple[c.Running, ...] = ()
    if event.due_at_ms is not None:
        clock = Clock.ARRIVE if event.to is A.EN_ROUTE else Clock.CHECK_IN
        running = c.start(running, clock, header.at_ms, event.due_at_ms)
    if event.clear_due_at_ms is not None:
        running = c.start(running, Clock.CLEAR, header.at_ms, event.clear_due_at_ms)
    if event.bed_until_ms is not None:
        running = c.start(running, Clock.BED_HOLD, header.at_ms, event.bed_until_ms)
    changes: dict[str, Any] = {"clocks": running, "eta_s": event.eta_s if event.eta_s is not None else before.eta_s}
    if not event.by_itself:
        changes.update(missed=0, lost=False)
    if event.point is not None:
        changes["point"] = event.point
    if event.bed_until_ms is not None and event.point is not None:
        changes["bed_held"] = True
        _hold_bed(state, event.point, header, held=1, free=-1)
    if event.to is A.AT_FACILITY and before.bed_held:
        changes["bed_held"] = False
        _hold_bed(state, before.point, header, held=-1, free=0)
    task = _move(state, event.assignment, event.to, header, **changes)
    _heard(state, task, header, event.by_itself)
    incident = state.incidents[task.incident]
    change(
        state, task.incident, header, "AssignmentMoved",
        {"assignment": task.id, "unit": task.unit, "to": event.to, "by_itself": event.by_itself, "point": event.point},
        handlers=handled(incident, header.actor.account),
    )


def _heard(state: Tables, task: Assignment, header: Header, by_itself: bool) -> None:
    unit = state.units[task.unit]
    if unit.lost and not by_itself:
        state.put_unit(replace(unit, lost=False, version=header.sequence))


def _hold_bed(state: Tables, point: str | None, header: Header, *, held: int, free: int) -> None:
    kept = state.points.get(point or "")
    if kept is not None:
        state.put_point(replace(kept, version=header.sequence, held=max(0, kept.held + held), beds_free=max(0, kept.beds_free + free)))


@fold_for(EVOLVE, e.AssignmentChased)
def _chased(state: Tables, event: e.AssignmentChased, header: Header) -> None:
    task = state.assignments[event.assignment]
    chased = event.clock if event.clock is not Clock.CLEAR else task.chased
    state.assignments[task.id] = replace(task, chased=chased, clocks=c.alerted(task.clocks, event.clock, 100))
    _line(state, task, header, "AssignmentChased", clock=event.clock)


@fold_for(EVOLVE, e.CheckedIn)
def _checked_in(state: Tables, event: e.CheckedIn, header: Header) -> None:
    task = state.assignments[event.assignment]
    running = c.stop(task.clocks, Clock.CHECK_IN)
    if event.next_due_at_ms is not None:
        running = c.start(running, Clock.CHECK_IN, header.at_ms, event.next_due_at_ms)
    state.assignments[task.id] = replace(task, clocks=running, missed=0, lost=False)
    _heard(state, task, header, by_itself=False)
    _line(state, task, header, "CheckedIn")


@fold_for(EVOLVE, e.CheckInMissed)
def _check_in_missed(state: Tables, event: e.CheckInMissed, header: Header) -> None:
    task = state.assignments[event.assignment]
    running = c.start(task.clocks, Clock.CHECK_IN, header.at_ms, event.next_due_at_ms)
    state.assignments[task.id] = replace(task, clocks=running, missed=event.missed, lost=event.lost)
    if event.lost:
        state.put_unit(replace(state.units[task.unit], lost=True, version=header.sequence))
    _line(state, task, header, "CheckInMissed", missed=event.missed, lost=event.lost)


@fold_for(EVOLVE, e.BedConfirmed)
def _bed_confirmed(state: Tables, event: e.BedConfirmed, header: Header) -> None:
    task = state.assignments[event.assignment]
    if event.accepted:
        state.assignments[task.id] = replace(task, bed_confirmed=True)
    else:
        _release_bed(state, task, header)
    _line(state, task, header, "BedConfirmed", point=event.point, accepted=event.accepted)


@fold_for(EVOLVE, e.BedReleased)
def _bed_released(state: Tables, event: e.BedReleased, header: Header) -> None:
    task = state.assignments[event.assignment]
    _release_bed(state, task, header)
    _line(state, task, header, "BedReleased", point=event.point)


def _release_bed(state: Tables, task: Assignment, header: Header) -> None:
    if task.bed_held:
        _hold_bed(state, task.point, header, held=-1, free=1)
    state.assignments[task.id] = replace(task, bed_held=False, bed_confirmed=False, clocks=c.stop(task.clocks, Clock.BED_HOLD))


@fold_for(EVOLVE, e.DeliveryRecorded)
def _delivery(state: Tables, event: e.DeliveryRecorded, header: Header) -> None:
    if event.effect is not None:
        state.owed.pop(event.effect, None)
    task = state.assignments.get(event.assignment)
    if task is None:
        return
    others = tuple(kept for kept in task.deliveries if kept.channel is not event.channel)
    newest = DeliveryDocument(channel=event.channel, status=event.status, at_ms=header.at_ms)
    state.assignments[task.id] = replace(task, deliveries=(*others, newest))
    change(state, task.incident, header, None)
