"""An incident as the read model shows it, with its tasks and its sighting."""

from typing import Final

from contracts.documents import AssignmentDocument, IncidentDocument, SightingDocument, WaveDocument
from contracts.terms import Clock
from dispatch import clocks as c
from dispatch.assignment.entity import SERVED, Assignment
from dispatch.incident.asked import asked_of
from dispatch.incident.entity import Incident
from dispatch.tables import Tables

# Of the clocks that run, the first of these is shown.
_SHOWN: Final = {clock: rank for rank, clock in enumerate((Clock.WAKE, *c.STEPS))}
_TASK_SHOWN: Final = {
    clock: rank
    for rank, clock in enumerate((Clock.OFFER_WINDOW, Clock.DEPART, Clock.ARRIVE, Clock.CHECK_IN, Clock.BED_HOLD, Clock.CLEAR))
}


def _first(clocks: tuple[c.Running, ...], shown: dict[Clock, int]) -> c.Running | None:
    found, best = None, len(shown)
    for running in clocks:
        rank = shown.get(running.clock, best)
        if rank < best:
            found, best = running, rank
    return found


def task_document(task: Assignment) -> AssignmentDocument:
    """Return a task as it stands in its incident."""
    return AssignmentDocument(
        id=task.id, unit=task.unit, unit_kind=task.unit_kind, state=task.state, wave=task.candidate.wave, rank=task.candidate.rank,
        mandatory=task.mandatory, times_ms=task.times_ms, clock=_first(task.clocks, _TASK_SHOWN), distance_m=task.candidate.distance_m,
        eta_s=task.eta_s, reason=task.reason, answered_by=task.answered_by, channel=task.channel, point=task.point,
        bed_confirmed=task.bed_confirmed, missed_check_ins=task.missed, deliveries=task.deliveries, disposition=task.disposition,
        reasons=task.candidate.reasons,
    )


def _sighting(state: Tables, incident: Incident) -> SightingDocument | None:
    seen = [state.sighting(sighting) for sighting in incident.sightings]
    if not seen:
        return None
    latest = max(seen, key=lambda sighting: (sighting.last_seen_ms, sighting.id))
    cameras = dict.fromkeys(camera for sighting in seen for camera in sighting.cameras)
    return SightingDocument(
        id=seen[0].id, cameras=tuple(cameras), first_seen_ms=min(sighting.first_seen_ms for sighting in seen),
        last_seen_ms=latest.last_seen_ms, dwell_threshold_s=seen[0].dwell_threshold_s, boxes=latest.boxes,
        reports=sum(sighting.reports for sighting in seen),
    )


def incident_document(state: Tables, incident: Incident) -> IncidentDocument:
    """Return the document of an incident; nothing in it depends on the time of asking."""
    tasks = [state.assignments[assignment] for assignment in incident.assignments]
    wave = None
    if incident.wave is not None:
        number = incident.wave.number
        accepted = sum(1 for task in tasks if task.candidate.wave == number and task.state in SERVED)
        wave = WaveDocument(
            number=number, radius_m=incident.wave.radius_m, asked=incident.wave.asked, accepted=accepted,
            started_at_ms=incident.wave.started_at_ms, ends_at_ms=incident.wave.ends_at_ms, next_at_ms=incident.wave.next_at_ms,
        )
    return IncidentDocument(
        id=incident.id, jurisdiction=state.jurisdiction, version=incident.version, number=incident.number, state=incident.state,
        urgency=incident.urgency, uplifted_from=incident.uplifted_from, source=incident.source, place=incident.place,
        people=incident.people,
        posture=incident.posture, minor=incident.minor, incapable=incident.incapable, needs=incident.needs, quota=incident.quota,
        reported_at_ms=incident.reported_at_ms, asked=asked_of(state, incident), escalated=incident.escalated,
        clock=_first(incident.clocks, _SHOWN), limit=None if incident.limit_stopped else incident.limit,
        hold_until_ms=incident.hold_until_ms, hold_reason=incident.hold_reason, wave=wave,
        assignments=tuple(task_document(task) for task in tasks), shortfalls=incident.shortfalls, sighting=_sighting(state, incident),
        pictures=incident.pictures, description=incident.description, reporter=incident.reporter, disposition=incident.disposition,
        reason=incident.reason, merged_into=incident.merged_into, merged=incident.merged, revisit_of=incident.revisit_of,
        revisit=incident.revisit, reference=incident.reference, handled_by=incident.handlers, timeline=incident.timeline,
        closed_at_ms=incident.closed_at_ms, simulated=incident.simulated,
    )


def armed(state: Tables, incident: Incident) -> list[c.Deadline]:
    """Return what the clocks of an incident, its tasks and its sightings ask for next."""
    found: list[c.Deadline | None] = [c.next_deadline(incident.id, running) for running in incident.clocks]
    if not incident.limit_stopped:
        found.append(c.next_deadline(incident.id, incident.limit))
    for assignment in incident.assignments:
        found.extend(c.next_deadline(assignment, running) for running in state.assignments[assignment].clocks)
    for sighting in incident.sightings:
        found.extend(c.next_deadline(sighting, running) for running in state.sighting(sighting).clocks)
    return [deadline for deadline in found if deadline is not None]


