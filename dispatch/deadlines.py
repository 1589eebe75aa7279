"""Clocks that ran out. Only this expires something, and only if the clock still runs and its time has come by the log."""

from contracts import commands as cmd
from contracts import events as e
from contracts.terms import Clock
from dispatch.assignment.decide import run_out as assignment_run_out
from dispatch.clocks import Running, find, next_deadline
from dispatch.decision import Decision, Handler, handles
from dispatch.incident.calls import find_wave
from dispatch.incident.decide import dispatch_by_plan, wake
from dispatch.incident.entity import Incident
from dispatch.incident.reports import open_revisit
from dispatch.transitions import Machine
from dispatch.unit.decide import run_out as unit_run_out
from dispatch.weather.decide import run_out as weather_run_out

HANDLERS: dict[type[cmd.Body], Handler] = {}


def _rings(running: Running | None, subject: str, body: cmd.DeadlineReached) -> bool:
    """Say whether this clock runs and asks for exactly this now."""
    if running is None:
        return False
    deadline = next_deadline(subject, running)
    return deadline is not None and (deadline.due_at_ms, deadline.percent) == (body.due_at_ms, body.percent)


@handles(HANDLERS, cmd.DeadlineReached)
def _reached(d: Decision, body: cmd.DeadlineReached) -> None:
    if body.due_at_ms > d.now_ms:
        return  # the sender's clock was fast; the writer arms it again
    subject, clock, state = body.subject, body.clock, d.state
    incident = state.incidents.get(subject)
    if incident is not None:
        running = find(incident.clocks, clock)
        if clock is Clock.LIMIT:
            running = None if incident.limit_stopped else incident.limit
        if _rings(running, subject, body):
            _incident(d, incident, clock, body.percent)
        return
    task = state.assignments.get(subject)
    if task is not None:
        if _rings(find(task.clocks, clock), subject, body):
            assignment_run_out(d, task, clock)
        return
    unit = state.units.get(subject)
    if unit is not None:
        if _rings(find(unit.clocks, clock), subject, body):
            unit_run_out(d, unit, clock)
        return
    sighting = state.sightings.get(subject)
    if sighting is not None:
        if _rings(find(sighting.clocks, clock), subject, body):
            d.emit(e.SightingEnded(sighting=subject, incident=sighting.incident))
        return
    kind, _, identifier = subject.partition("/")
    kept = state.warnings.get(identifier) if kind == "warning" else state.overrides.get(identifier) if kind == "plan" else None
    if kept is not None and _rings(find(kept.clocks, clock), subject, body):
        weather_run_out(d, subject, clock)


def _incident(d: Decision, incident: Incident, clock: Clock, percent: int) -> None:
    if clock is Clock.WAKE:
        wake(d, incident, by_itself=True)
    elif clock is Clock.NEXT_WAVE:
        find_wave(d, incident, (incident.wave.number if incident.wave is not None else 0) + 1)
    elif clock is Clock.REVISIT:
        open_revisit(d, incident)
    elif clock is Clock.ARCHIVE:
        d.may_move(Machine.INCIDENT, incident.state, None, by_system=True)
        d.emit(e.IncidentArchived(incident=incident.id))
    else:
        d.emit(e.ClockAlerted(incident=incident.id, clock=clock, percent=percent))
        if percent == 100:
            d.emit(e.IncidentEscalated(incident=incident.id, clock=clock))
        if clock is Clock.DISPATCH and not incident.exhausted:
            # More waited than a plan's activation could dispatch in one commit.
            dispatch_by_plan(d, incident.id)
