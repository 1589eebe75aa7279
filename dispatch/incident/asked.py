"""What an incident asks of a person now: the lamp of the console."""

from typing import Final

from contracts.terms import Asked, AssignmentState, Clock, IncidentState
from dispatch.assignment.entity import GOING, WAITING
from dispatch.incident.entity import SEEKING, Incident
from dispatch.tables import Tables

_BY_STATE: Final = {
    IncidentState.REPORTED: Asked.RECEIVE,
    IncidentState.RECEIVED: Asked.FILE,
    IncidentState.FEEDBACK: Asked.VERIFY,
    IncidentState.VERIFIED: Asked.CLOSE,
}
_CHASED: Final = {Clock.DEPART_NUDGE: Asked.CHASE_DEPARTURE, Clock.DEPART: Asked.CHASE_DEPARTURE, Clock.ARRIVE: Asked.CHASE_ARRIVAL}


def asked_of(state: Tables, incident: Incident) -> Asked | None:
    """Return what is asked, the most pressing first; None when it is in hand or over."""
    if incident.state is IncidentState.FILED:
        return Asked.PHONE_SUPERVISOR if incident.exhausted else Asked.DISPATCH
    if incident.state not in SEEKING:
        return _BY_STATE.get(incident.state)
    tasks = [state.assignments[assignment] for assignment in incident.assignments]
    going = [task for task in tasks if task.state in GOING]
    if any(task.lost for task in going):
        return Asked.CHASE_CHECK_IN
    if incident.exhausted:
        return Asked.PHONE_SUPERVISOR
    for task in going:
        if task.chased is not None and task.chased in _CHASED:
            return _CHASED[task.chased]
    if incident.limit.alerted >= 100 and not incident.limit_stopped:
        return Asked.OVERDUE
    latest = tasks[incident.past :]
    if not going and any(task.state is AssignmentState.CLEARED for task in latest) and incident.finding is None:
        waiting = any(task.state in WAITING for task in latest)
        return None if waiting else Asked.FEEDBACK
    return None
