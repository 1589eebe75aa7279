"""What may be done with an incident, from its receipt to its end."""

from contracts import commands as cmd
from contracts import events as e
from contracts import terms
from contracts.effects import TellReporter
from contracts.terms import Disposition
from dispatch import transitions
from dispatch.assignment.entity import AT_WORK
from dispatch.clocks import STEPS, find
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.calls import end_call, end_tasks
from dispatch.incident.entity import OPEN, Incident
from dispatch.incident.offers import checked_quota
from dispatch.members import members
from dispatch.weather.settings import settings_in_force

HANDLERS: dict[type[cmd.Body], Handler] = {}
S = members(terms.IncidentState)
AssignmentState = members(terms.AssignmentState)
Machine = members(transitions.Machine)
Role = members(terms.Role)
_SEEN_AGAIN = frozenset({Disposition.REFUSED, Disposition.NOT_FOUND})


def _move(d: Decision, incident: Incident, to: terms.IncidentState, *, by_system: bool = False) -> None:
    d.may_move(Machine.INCIDENT, incident.state, to, by_system=by_system)


def _archive_at_ms(d: Decision) -> int:
    return d.now_ms + d.timers.archive_s * 1000


def _dispatch_due_at_ms(d: Decision, incident: Incident) -> int:
    return d.now_ms + d.timers.dispatch_s.of_ms(incident.urgency)


def dispatch_by_plan(d: Decision, identifier: str) -> None:
    """A plan with automatic dispatch does not wait for the button."""
    incident = d.state.incidents[identifier]
    if incident.state is S.FILED and settings_in_force(d.state).auto_dispatch:
        d.may_move(Machine.INCIDENT, incident.state, S.DISPATCHED, by_system=True)
        d.emit(e.IncidentDispatched(incident=identifier, quota=incident.quota, by_plan=True))


@handles(HANDLERS, cmd.ReceiveIncident)
def _receive(d: Decision, body: cmd.ReceiveIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.RECEIVED)
    d.emit(e.IncidentReceived(incident=incident.id, file_due_at_ms=d.now_ms + d.timers.file_s.of_ms(incident.urgency)))


@handles(HANDLERS, cmd.FileIncident)
def _file(d: Decision, body: cmd.FileIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.FILED)
    urgency = incident.urgency if body.urgency is None else body.urgency
    d.emit(
        e.IncidentFiled(
            incident=incident.id, urgency=urgency, quota=checked_quota(body.quota),
            needs=incident.needs if body.needs is None else body.needs,
            minor=incident.minor if body.minor is None else body.minor,
            incapable=incident.incapable if body.incapable is None else body.incapable,
            dispatch_due_at_ms=d.now_ms + d.timers.dispatch_s.of_ms(urgency),
            limit_due_at_ms=min(incident.limit.due_at_ms, incident.limit.started_at_ms + d.timers.limit_s.of_ms(urgency)),
        )
    )
    dispatch_by_plan(d, incident.id)


@handles(HANDLERS, cmd.RejectIncident)
def _reject(d: Decision, body: cmd.RejectIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.REJECTED)
    d.emit(e.IncidentRejected(incident=incident.id, reason=d.reason(body.reason), archive_at_ms=_archive_at_ms(d)))
    _tell_reporter(d, incident, "rejected")


@handles(HANDLERS, cmd.MergeIncident)
def _merge(d: Decision, body: cmd.MergeIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.MERGED)
    into = d.state.incidents.get(body.into)
    if into is None or into.id == incident.id or into.state not in OPEN:
        raise Refused("merge_target_wrong", body.into)
    d.in_area(into.place.area)
    reason = d.reason(body.reason)
    end_tasks(d, incident.id, "merged")
    d.emit(e.IncidentMerged(incident=incident.id, into=into.id, reason=reason, archive_at_ms=_archive_at_ms(d)))


@handles(HANDLERS, cmd.HoldIncident)
def _hold(d: Decision, body: cmd.HoldIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.ON_HOLD)
    if not d.now_ms < body.wake_at_ms <= d.now_ms + d.timers.hold_longest_s * 1000:
        raise Refused("wake_time_wrong", str(body.wake_at_ms))
    d.emit(e.IncidentHeld(incident=incident.id, wake_at_ms=body.wake_at_ms, reason=d.reason(body.reason)))


def wake(d: Decision, incident: Incident, *, by_itself: bool) -> None:
    """End a hold."""
    _move(d, incident, S.FILED, by_system=by_itself)
    d.emit(e.IncidentWoken(incident=incident.id, by_itself=by_itself, dispatch_due_at_ms=_dispatch_due_at_ms(d, incident)))
    dispatch_by_plan(d, incident.id)


@handles(HANDLERS, cmd.WakeIncident)
def _wake(d: Decision, body: cmd.WakeIncident) -> None:
    wake(d, d.own_incident(body.incident), by_itself=False)


@handles(HANDLERS, cmd.CancelIncident)
def _cancel(d: Decision, body: cmd.CancelIncident) -> None:
    incident = d.own_incident(body.incident, body.expected_version)
    _move(d, incident, S.CANCELLED)
    reason = d.reason(body.reason)
    end_tasks(d, incident.id, "cancelled")
    d.emit(e.IncidentCancelled(incident=incident.id, reason=reason, archive_at_ms=_archive_at_ms(d)))
    _tell_reporter(d, incident, "cancelled")


@handles(HANDLERS, cmd.ChangeUrgency)
def _change_urgency(d: Decision, body: cmd.ChangeUrgency) -> None:
    incident = d.own_incident(body.incident)
    if incident.state not in OPEN:
        raise Refused("wrong_state", incident.state)
    step = next((running for kind in STEPS if (running := find(incident.clocks, kind)) is not None), None)
    step_due_at_ms = None
    if step is not None:
        lengths = {"receive": d.timers.receive_s, "file": d.timers.file_s, "dispatch": d.timers.dispatch_s}
        length = lengths.get(step.clock)
        step_due_at_ms = step.due_at_ms if length is None else min(step.due_at_ms, step.started_at_ms + length.of_ms(body.urgency))
    limit_due_at_ms = min(incident.limit.due_at_ms, incident.limit.started_at_ms + d.timers.limit_s.of_ms(body.urgency))
    d.emit(
        e.UrgencyChanged(
            incident=incident.id, urgency=body.urgency, reason=d.reason(body.reason), limit_due_at_ms=limit_due_at_ms,
            step_due_at_ms=step_due_at_ms
        )
    )


def _helped(body: cmd.ReportDisposition) -> int:
    return max(0, min(body.people_helped, 999))


@handles(HANDLERS, cmd.ReportDisposition)
def _feed_back(d: Decision, body: cmd.ReportDisposition) -> None:
    incident = d.incident(body.incident)
    task = None
    if body.assignment is not None:
        task = d.own_assignment(body.assignment)
        if task.incident != incident.id:
            raise Refused("unknown_assignment", body.assignment)
        if task.state not in AT_WORK | {AssignmentState.CLEARED}:
            raise Refused("wrong_state", task.state)
    elif d.actor.role is Role.RESPONDER:
        raise Refused("not_your_unit")
    else:
        d.in_area(incident.place.area)
    if body.disposition is Disposition.REFUSED and (incident.minor or incident.incapable):
        raise Refused("minor_cannot_refuse")
    if incident.state is S.FEEDBACK and task is not None and task.disposition is None:
        d.emit(
            e.FeedbackAdded(
                incident=incident.id, assignment=task.id, disposition=body.disposition, note=body.note, pictures=body.pictures,
                people_helped=_helped(body),
            )
        )
        return
    _move(d, incident, S.FEEDBACK)
    end_call(d, incident.id, "fed_back")
    d.emit(
        e.IncidentFedBack(
            incident=incident.id, disposition=body.disposition, verify_due_at_ms=d.now_ms + d.timers.verify_s * 1000,
            assignment=body.assignment,
            point=body.point, note=body.note, pictures=body.pictures, people_helped=_helped(body),
        )
    )
    if body.disposition in _SEEN_AGAIN:
        hours = settings_in_force(d.state).revisit_h
        if d.state.in_force:
            hours = min(hours, d.timers.revisit_plan_h)
        d.emit(e.RevisitPlanned(incident=incident.id, due_at_ms=d.now_ms + max(1, hours) * 3_600_000))


@handles(HANDLERS, cmd.VerifyIncident)
def _verify(d: Decision, body: cmd.VerifyIncident) -> None:
    incident = d.own_incident(body.incident)
    _move(d, incident, S.VERIFIED if body.accepted else S.FILED)
    tasks = (d.state.assignments[assignment] for assignment in incident.assignments)
    units = {task.unit for task in tasks if task.answered_by}
    if d.actor.account in incident.handlers or (d.actor.unit is not None and d.actor.unit in units):
        raise Refused("handled_it", d.actor.account)
    if body.accepted:
        d.emit(e.IncidentVerified(incident=incident.id, close_due_at_ms=d.now_ms + d.timers.close_s * 1000, note=body.note[:500]))
        return
    d.emit(e.VerificationFailed(incident=incident.id, dispatch_due_at_ms=_dispatch_due_at_ms(d, incident), note=body.note[:500]))
    dispatch_by_plan(d, incident.id)


@handles(HANDLERS, cmd.CloseIncident)
def _close(d: Decision, body: cmd.CloseIncident) -> None:
    incident = d.own_incident(body.incident)
    _move(d, incident, S.CLOSED)
    end_tasks(d, incident.id, "closed")
    d.emit(e.IncidentClosed(incident=incident.id, archive_at_ms=_archive_at_ms(d)))
    _tell_reporter(d, incident, incident.disposition or "closed")


def _tell_reporter(d: Decision, incident: Incident, outcome: str) -> None:
    if incident.reporter is not None or incident.reference is not None:
        d.owe(
            TellReporter(
                effect=f"{incident.id}:reporter:{d.header.sequence}", incident=incident.id, reference=incident.reference, outcome=outcome
            )
        )


@handles(HANDLERS, cmd.ReopenIncident)
def _reopen(d: Decision, body: cmd.ReopenIncident) -> None:
    incident = d.own_incident(body.incident)
    _move(d, incident, S.FILED)
    d.emit(
        e.IncidentReopened(
            incident=incident.id, reason=d.reason(body.reason), dispatch_due_at_ms=_dispatch_due_at_ms(d, incident),
            limit_due_at_ms=d.now_ms + d.timers.limit_s.of_ms(incident.urgency),
        )
    )
    dispatch_by_plan(d, incident.id)


@handles(HANDLERS, cmd.AddNote)
def _note(d: Decision, body: cmd.AddNote) -> None:
    if d.actor.role is Role.RESPONDER:
        incident = d.incident(body.incident)
        if all(d.state.assignments[task].unit != d.actor.unit for task in incident.assignments):
            raise Refused("not_your_unit")
    else:
        incident = d.own_incident(body.incident)
    d.emit(e.NoteAdded(incident=incident.id, note=body.note, pictures=body.pictures))


@handles(HANDLERS, cmd.OpenEvidence)
def _open_evidence(d: Decision, body: cmd.OpenEvidence) -> None:
    incident = d.own_incident(body.incident)
    d.emit(e.EvidenceOpened(incident=incident.id, what=body.what[:200], reason=d.reason(body.reason)))
