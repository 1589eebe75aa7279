"""What an incident asks of a person now: the lamp of the console."""

from typing import Final

from contracts import terms
from contracts.terms import Clock, IncidentState
from dispatch.assignment.entity import GOING, WAITING
from dispatch.incident.entity import SEEKING, Incident
from dispatch.members import members
from dispatch.tables import Tables

Asked = members(terms.Asked)
_FILED: Final = IncidentState.FILED
_CLEARED: Final = terms.AssignmentState.CLEARED
_BY_STATE: Final = {
    IncidentState.REPORTED: Asked.RECEIVE,
    IncidentState.RECEIVED: Asked.FILE,
    IncidentState.FEEDBACK: Asked.VERIFY,
    IncidentState.VERIFIED: Asked.CLOSE,
}
_CHASED: Final = {Clock.DEPART_NUDGE: Asked.CHASE_DEPARTURE, Clock.DEPART: Asked.CHASE_DEPARTURE, Clock.ARRIVE: Asked.CHASE_ARRIVAL}


def asked_of(state: Tables, incident: Incident) -> terms.Asked | None:
    """Return what is asked, the most pressing first; None when it is in hand or over."""
    if incident.state is _FILED:
        return Asked.PHONE_SUPERVISOR if incident.exhausted else Asked.DISPATCH
    if incident.state not in SEEKING:
        return _BY_STATE.get(incident.state)
    assignments = state.assignments
    going, chase = False, None
    for assignment in incident.assignments:
        task = assignments[assignment]
        if task.state in GOING:
            if task.lost:
                return Asked.CHASE_CHECK_IN
            going = True
            if chase is None and task.chased is not None:
                chase = _CHASED.get(task.chased)
    if incident.exhausted:
        return Asked.PHONE_SUPERVISOR
    if chase is not None:
        return chase
    if incident.limit.alerted >= 100 and not incident.limit_stopped:
        return Asked.OVERDUE
    if going or incident.finding is not None:
        return None
    latest = [assignments[assignment].state for assignment in incident.assignments[incident.past :]]
    return Asked.FEEDBACK if _CLEARED in latest and WAITING.isdisjoint(latest) else None
