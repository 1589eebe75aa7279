"""How each event changes an incident."""

from typing import Any

import msgspec

from contracts import events as e
from contracts import terms
from dispatch import clocks as c
from dispatch.days import day_of
from dispatch.folds import Fold, begins, fold_for
from dispatch.incident.entity import Incident, reference_key
from dispatch.incident.timeline import change, handled
from dispatch.members import members
from dispatch.tables import Header, Tables

EVOLVE: dict[type[e.Fact], Fold] = {}
S = members(terms.IncidentState)
Clock = members(terms.Clock)
LimitCounts = members(terms.LimitCounts)
_STEPS = frozenset((*c.STEPS, Clock.WAKE, Clock.NEXT_WAVE))


def _step(incident: Incident, clock: terms.Clock, header: Header, due_at_ms: int) -> tuple[c.Running, ...]:
    """Leave the present step's clock and start the next one's."""
    others = [running for running in incident.clocks if running.clock not in _STEPS and running.clock is not clock]
    return (*others, c.Running(clock=clock, started_at_ms=header.at_ms, due_at_ms=due_at_ms))


def _back_to_filed(incident: Incident, header: Header, due_at_ms: int) -> dict[str, Any]:
    return {
        "state": S.FILED, "clocks": c.stop(_step(incident, Clock.DISPATCH, header, due_at_ms), Clock.REVISIT), "wave": None,
        "filled": False,
        "finding": None, "asked_units": (), "hold_until_ms": None, "hold_reason": "", "exhausted": False, "shortfalls": (),
        "past": len(incident.assignments),
    }


def _ended(incident: Incident, header: Header, archive_at_ms: int) -> dict[str, Any]:
    running = _step(incident, Clock.ARCHIVE, header, archive_at_ms)
    return {"clocks": running, "limit_stopped": True, "closed_at_ms": header.at_ms, "finding": None, "escalated": False, "exhausted": False}


@fold_for(EVOLVE, e.IncidentReported)
def _reported(state: Tables, event: e.IncidentReported, header: Header) -> None:
    begins(state.incidents, event.incident)
    day = day_of(header.at_ms)
    last = state.counters.number_last if day == state.counters.number_day else 0
    state.counters = msgspec.structs.replace(state.counters, number_day=day, number_last=last + 1)
    state.incidents[event.incident] = Incident(
        id=event.incident, version=header.sequence, number=event.number, state=S.REPORTED, urgency=event.urgency, source=event.source,
        place=event.place, reported_at_ms=header.at_ms, limit_counts=event.limit_counts, uplifted_from=event.uplifted_from,
        limit=c.Running(clock=Clock.LIMIT, started_at_ms=header.at_ms, due_at_ms=event.limit_due_at_ms),
        clocks=c.start((), Clock.RECEIVE, header.at_ms, event.receive_due_at_ms), people=event.people, posture=event.posture,
        minor=event.minor, incapable=event.incapable, needs=event.needs, description=event.description, reporter=event.reporter,
        pictures=event.pictures, reference=event.reference, revisit_of=event.revisit_of, simulated=event.simulated,
    )
    if event.reference is not None:
        key = reference_key(event.source, event.reference)
        state.references[key] = (*state.references.get(key, ()), event.incident)
    change(state, event.incident, header, "IncidentReported", {"source": event.source, "urgency": event.urgency, "people": event.people})


@fold_for(EVOLVE, e.IncidentReportedAgain)
def _reported_again(state: Tables, event: e.IncidentReportedAgain, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentReportedAgain", pictures=(*incident.pictures, *event.pictures),
        description=event.description or incident.description,
    )


@fold_for(EVOLVE, e.IncidentReceived)
def _received(state: Tables, event: e.IncidentReceived, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentReceived", state=S.RECEIVED, escalated=False,
        clocks=_step(incident, Clock.FILE, header, event.file_due_at_ms),
    )


@fold_for(EVOLVE, e.IncidentFiled)
def _filed(state: Tables, event: e.IncidentFiled, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentFiled", {"urgency": event.urgency, "quota": event.quota},
        state=S.FILED, urgency=event.urgency, quota=event.quota, needs=event.needs, minor=event.minor, incapable=event.incapable,
        escalated=False, clocks=_step(incident, Clock.DISPATCH, header, event.dispatch_due_at_ms),
        limit=_earlier(incident, event.limit_due_at_ms),
        handlers=handled(incident, header.actor.account),
    )


def _earlier(incident: Incident, due_at_ms: int) -> c.Running:
    return c.move_earlier((incident.limit,), Clock.LIMIT, due_at_ms)[0]


@fold_for(EVOLVE, e.IncidentRejected)
def _rejected(state: Tables, event: e.IncidentRejected, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentRejected", {"reason": event.reason}, state=S.REJECTED, reason=event.reason,
        **_ended(incident, header, event.archive_at_ms),
    )


@fold_for(EVOLVE, e.IncidentMerged)
def _merged(state: Tables, event: e.IncidentMerged, header: Header) -> None:
    incident = state.incidents[event.incident]
    into = state.incidents[event.into]
    begins((event.incident,), event.into)
    for sighting in incident.sightings:
        table = state.sightings if sighting in state.sightings else state.past_sightings
        table[sighting] = msgspec.structs.replace(table[sighting], incident=event.into)
    change(
        state, event.incident, header, "IncidentMerged", {"into": event.into, "reason": event.reason}, state=S.MERGED, reason=event.reason,
        merged_into=event.into, sightings=(), **_ended(incident, header, event.archive_at_ms),
    )
    change(
        state, event.into, header, "IncidentTookOver", {"merged": event.incident}, merged=(*into.merged, event.incident),
        sightings=(*into.sightings, *incident.sightings), pictures=(*into.pictures, *incident.pictures),
        minor=into.minor or incident.minor, incapable=into.incapable or incident.incapable,
    )


@fold_for(EVOLVE, e.IncidentHeld)
def _held(state: Tables, event: e.IncidentHeld, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentHeld", {"wake_at_ms": event.wake_at_ms, "reason": event.reason}, state=S.ON_HOLD,
        hold_until_ms=event.wake_at_ms, hold_reason=event.reason, escalated=False,
        clocks=_step(incident, Clock.WAKE, header, event.wake_at_ms),
    )


@fold_for(EVOLVE, e.IncidentWoken)
def _woken(state: Tables, event: e.IncidentWoken, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentWoken", {"by_itself": event.by_itself},
        **_back_to_filed(incident, header, event.dispatch_due_at_ms)
    )


@fold_for(EVOLVE, e.IncidentCancelled)
def _cancelled(state: Tables, event: e.IncidentCancelled, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentCancelled", {"reason": event.reason}, state=S.CANCELLED, reason=event.reason,
        **_ended(incident, header, event.archive_at_ms),
    )


@fold_for(EVOLVE, e.UrgencyChanged)
def _urgency_changed(state: Tables, event: e.UrgencyChanged, header: Header) -> None:
    incident = state.incidents[event.incident]
    running = incident.clocks
    if event.step_due_at_ms is not None:
        for step in c.STEPS:
            running = c.move_earlier(running, step, event.step_due_at_ms)
    change(
        state, event.incident, header, "UrgencyChanged", {"urgency": event.urgency, "before": incident.urgency, "reason": event.reason},
        urgency=event.urgency, limit=_earlier(incident, event.limit_due_at_ms), clocks=running,
    )


@fold_for(EVOLVE, e.IncidentStarted)
def _started(state: Tables, event: e.IncidentStarted, header: Header) -> None:
    incident = state.incidents[event.incident]
    stopped = incident.limit_stopped or incident.limit_counts is LimitCounts.ON_SCENE
    change(state, event.incident, header, "IncidentStarted", state=S.IN_PROGRESS, limit_stopped=stopped)


@fold_for(EVOLVE, e.IncidentReturned)
def _returned(state: Tables, event: e.IncidentReturned, header: Header) -> None:
    incident = state.incidents[event.incident]
    changes = _back_to_filed(incident, header, event.dispatch_due_at_ms)
    changes.update(exhausted=True, escalated=True, limit_stopped=False, shortfalls=incident.shortfalls)
    change(state, event.incident, header, "IncidentReturned", **changes)


@fold_for(EVOLVE, e.IncidentEscalated)
def _escalated(state: Tables, event: e.IncidentEscalated, header: Header) -> None:
    change(state, event.incident, header, "IncidentEscalated", {"clock": event.clock}, escalated=True)


@fold_for(EVOLVE, e.ClockAlerted)
def _clock_alerted(state: Tables, event: e.ClockAlerted, header: Header) -> None:
    incident = state.incidents[event.incident]
    facts: dict[str, str | int | float | bool | None] = {"clock": event.clock, "percent": event.percent}
    if event.clock is Clock.LIMIT:
        limit = c.alerted((incident.limit,), Clock.LIMIT, event.percent)[0]
        change(state, event.incident, header, "ClockAlerted", facts, limit=limit)
    else:
        change(state, event.incident, header, "ClockAlerted", facts, clocks=c.alerted(incident.clocks, event.clock, event.percent))


@fold_for(EVOLVE, e.IncidentFedBack)
def _fed_back(state: Tables, event: e.IncidentFedBack, header: Header) -> None:
    incident = state.incidents[event.incident]
    if event.assignment is not None:
        task = state.assignments[event.assignment]
        state.assignments[task.id] = msgspec.structs.replace(task, disposition=event.disposition)
    change(
        state, event.incident, header, "IncidentFedBack",
        {"disposition": event.disposition, "people_helped": event.people_helped, "point": event.point, "assignment": event.assignment},
        state=S.FEEDBACK, disposition=event.disposition, limit_stopped=True, escalated=False, exhausted=False,
        clocks=_step(incident, Clock.VERIFY, header, event.verify_due_at_ms), pictures=(*incident.pictures, *event.pictures),
        handlers=handled(incident, header.actor.account), finding=None,
    )


@fold_for(EVOLVE, e.FeedbackAdded)
def _feedback_added(state: Tables, event: e.FeedbackAdded, header: Header) -> None:
    incident = state.incidents[event.incident]
    task = state.assignments[event.assignment]
    state.assignments[task.id] = msgspec.structs.replace(task, disposition=event.disposition)
    change(
        state, event.incident, header, "FeedbackAdded", {"disposition": event.disposition, "people_helped": event.people_helped},
        pictures=(*incident.pictures, *event.pictures), handlers=handled(incident, header.actor.account),
    )


@fold_for(EVOLVE, e.RevisitPlanned)
def _revisit_planned(state: Tables, event: e.RevisitPlanned, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "RevisitPlanned", {"due_at_ms": event.due_at_ms},
        clocks=c.start(incident.clocks, Clock.REVISIT, header.at_ms, event.due_at_ms),
    )


@fold_for(EVOLVE, e.RevisitOpened)
def _revisit_opened(state: Tables, event: e.RevisitOpened, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "RevisitOpened", {"revisit": event.revisit}, revisit=event.revisit,
        clocks=c.stop(incident.clocks, Clock.REVISIT),
    )


@fold_for(EVOLVE, e.IncidentVerified)
def _verified(state: Tables, event: e.IncidentVerified, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(
        state, event.incident, header, "IncidentVerified", {"note": event.note}, state=S.VERIFIED, escalated=False,
        clocks=_step(incident, Clock.CLOSE, header, event.close_due_at_ms),
    )


@fold_for(EVOLVE, e.VerificationFailed)
def _verification_failed(state: Tables, event: e.VerificationFailed, header: Header) -> None:
    incident = state.incidents[event.incident]
    changes = _back_to_filed(incident, header, event.dispatch_due_at_ms)
    changes.update(disposition=None, limit_stopped=False, escalated=False)
    change(state, event.incident, header, "VerificationFailed", {"note": event.note}, **changes)


@fold_for(EVOLVE, e.IncidentClosed)
def _closed(state: Tables, event: e.IncidentClosed, header: Header) -> None:
    incident = state.incidents[event.incident]
    day = day_of(header.at_ms)
    closed = state.counters.closed_today if day == state.counters.closed_day else 0
    state.counters = msgspec.structs.replace(state.counters, closed_day=day, closed_today=closed + 1)
    change(state, event.incident, header, "IncidentClosed", state=S.CLOSED, **_ended(incident, header, event.archive_at_ms))


@fold_for(EVOLVE, e.IncidentReopened)
def _reopened(state: Tables, event: e.IncidentReopened, header: Header) -> None:
    incident = state.incidents[event.incident]
    changes = _back_to_filed(incident, header, event.dispatch_due_at_ms)
    changes["clocks"] = c.stop(changes["clocks"], Clock.ARCHIVE)
    limit = c.Running(clock=Clock.LIMIT, started_at_ms=header.at_ms, due_at_ms=event.limit_due_at_ms)
    change(
        state, event.incident, header, "IncidentReopened", {"reason": event.reason}, limit=limit, limit_stopped=False, disposition=None,
        closed_at_ms=None, **changes,
    )


@fold_for(EVOLVE, e.IncidentArchived)
def _archived(state: Tables, event: e.IncidentArchived, header: Header) -> None:  # noqa: ARG001 - all folds have one shape
    incident = state.incidents[event.incident]
    for assignment in incident.assignments:
        del state.assignments[assignment]
    for sighting in incident.sightings:
        del (state.sightings if sighting in state.sightings else state.past_sightings)[sighting]
    if incident.reference is not None:
        key = reference_key(incident.source, incident.reference)
        others = tuple(other for other in state.references.pop(key, ()) if other != incident.id)
        if others:
            state.references[key] = others
    del state.incidents[event.incident]
    state.touched["incident", event.incident] = None


@fold_for(EVOLVE, e.NoteAdded)
def _note_added(state: Tables, event: e.NoteAdded, header: Header) -> None:
    incident = state.incidents[event.incident]
    change(state, event.incident, header, "NoteAdded", {"pictures": len(event.pictures)}, pictures=(*incident.pictures, *event.pictures))


@fold_for(EVOLVE, e.EvidenceOpened)
def _evidence_opened(state: Tables, event: e.EvidenceOpened, header: Header) -> None:
    change(state, event.incident, header, "EvidenceOpened", {"what": event.what, "reason": event.reason})
