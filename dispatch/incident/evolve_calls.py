"""How each event of the call for help changes an incident."""

import msgspec

from contracts import events as e
from contracts import terms
from dispatch import clocks as c
from dispatch.folds import Fold, fold_for
from dispatch.incident.entity import Wave
from dispatch.incident.timeline import change, handled
from dispatch.members import members
from dispatch.tables import Header, Tables

EVOLVE: dict[type[e.Fact], Fold] = {}
S = members(terms.IncidentState)
Clock = members(terms.Clock)


@fold_for(EVOLVE, e.IncidentDispatched)
def _dispatched(state: Tables, event: e.IncidentDispatched, header: Header) -> None:
    incident = state.incidents[event.incident]
    first = incident.state is S.FILED
    change(
        state, event.incident, header, "IncidentDispatched", {"quota": event.quota, "by_plan": event.by_plan},
        state=S.DISPATCHED if first else incident.state, quota=event.quota, filled=False, exhausted=False, escalated=False,
        shortfalls=event.shortfalls, clocks=c.stop(incident.clocks, *c.STEPS), handlers=handled(incident, header.actor.account),
    )


@fold_for(EVOLVE, e.WaveStarted)
def _wave_started(state: Tables, event: e.WaveStarted, header: Header) -> None:
    incident = state.incidents[event.incident]
    running = c.stop(incident.clocks, Clock.NEXT_WAVE)
    if event.next_at_ms is not None:
        running = c.start(running, Clock.NEXT_WAVE, header.at_ms, event.next_at_ms)
    wave = Wave(
        number=event.wave, asked=event.asked, started_at_ms=header.at_ms, ends_at_ms=event.ends_at_ms, next_at_ms=event.next_at_ms,
        radius_m=event.radius_m,
    )
    change(
        state, event.incident, header, "WaveStarted", {"wave": event.wave, "asked": event.asked}, wave=wave, clocks=running,
        shortfalls=event.shortfalls,
    )


@fold_for(EVOLVE, e.WaveEmpty)
def _wave_empty(state: Tables, event: e.WaveEmpty, header: Header) -> None:
    wave = Wave(number=event.wave, asked=0, started_at_ms=header.at_ms, ends_at_ms=header.at_ms, next_at_ms=None, radius_m=None)
    running = c.stop(state.incidents[event.incident].clocks, Clock.NEXT_WAVE)
    change(state, event.incident, header, "WaveEmpty", {"wave": event.wave}, wave=wave, shortfalls=event.shortfalls, clocks=running)


@fold_for(EVOLVE, e.WavesExhausted)
def _waves_exhausted(state: Tables, event: e.WavesExhausted, header: Header) -> None:
    change(state, event.incident, header, "WavesExhausted", exhausted=True, escalated=True)


@fold_for(EVOLVE, e.QuotaFilled)
def _quota_filled(state: Tables, event: e.QuotaFilled, header: Header) -> None:
    incident = state.incidents[event.incident]
    wave = None if incident.wave is None else msgspec.structs.replace(incident.wave, next_at_ms=None)
    change(
        state, event.incident, header, "QuotaFilled", {"quota": incident.quota}, filled=True, exhausted=False, escalated=False, wave=wave,
        clocks=c.stop(incident.clocks, Clock.NEXT_WAVE),
    )
