"""How an incident begins: a report, a sighting, a re-visit."""

from contracts import commands as cmd
from contracts import events as e
from contracts import terms
from contracts.terms import Role, Source, Urgency
from contracts.values import Place
from dispatch import transitions
from dispatch.areas import prefix_of
from dispatch.days import day_of, month_and_day
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.entity import NEEDS_HELP, OPEN, Incident, reference_key
from dispatch.members import members
from dispatch.places import between_m, is_on_the_ground
from dispatch.sighting.entity import Sighting
from dispatch.weather.settings import settings_in_force

HANDLERS: dict[type[cmd.Body], Handler] = {}
_DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR})
IncidentState = members(terms.IncidentState)
Machine = members(transitions.Machine)
Posture = members(terms.Posture)
_LADDER = (Urgency.ROUTINE, Urgency.URGENT, Urgency.VERY_URGENT)
_CITY_NAMES = {"3716": "BZ"}
_AHEAD_MS = 300_000
_BACK_MS = 7 * 86_400_000


def uplifted(urgency: Urgency, levels: int) -> Urgency:
    """Return the urgency raised by so many levels, at most very urgent."""
    if levels <= 0:
        return urgency
    return _LADDER[min(len(_LADDER) - 1, _LADDER.index(urgency) + levels)]


def number_of(d: Decision) -> str:
    """Return the number people say on the phone: city and county, day, counter of the day: BZ02-0118-027, the city's own BZ-0118-027."""
    city, county = d.state.jurisdiction[:4], d.state.jurisdiction[4:6]
    counters = d.state.counters
    last = counters.number_last if counters.number_day == day_of(d.now_ms) else 0
    return f"{_CITY_NAMES.get(city, city)}{'' if county == '00' else county}-{month_and_day(d.now_ms)}-{last + 1:03d}"


def check_place(d: Decision, place: Place) -> None:
    """Refuse place_wrong unless it lies in this jurisdiction."""
    if not is_on_the_ground(place) or not place.area.startswith(prefix_of(d.state.jurisdiction)):
        raise Refused("place_wrong", place.area)


def report(d: Decision, body: cmd.ReportIncident, *, revisit_of: str | None = None) -> str:
    """Open an incident under the plans in force and return its identifier."""
    d.may_move(Machine.INCIDENT, None, IncidentState.REPORTED, by_system=revisit_of is not None)
    urgency = uplifted(body.urgency, settings_in_force(d.state).urgency_uplift)
    incident = d.new_id("i")
    d.emit(
        e.IncidentReported(
            incident=incident, number=number_of(d), source=body.source, place=body.place, urgency=urgency,
            receive_due_at_ms=d.now_ms + d.timers.receive_s.of_ms(urgency), limit_due_at_ms=d.now_ms + d.timers.limit_s.of_ms(urgency),
            limit_counts=d.timers.limit_counts, uplifted_from=body.urgency if urgency is not body.urgency else None,
            people=max(1, min(body.people, 999)), posture=body.posture, minor=body.minor, incapable=body.incapable, needs=body.needs,
            description=body.description, reporter=body.reporter, pictures=body.pictures, reference=body.reference, revisit_of=revisit_of,
            simulated=body.simulated,
        )
    )
    return incident


@handles(HANDLERS, cmd.ReportIncident)
def _report(d: Decision, body: cmd.ReportIncident) -> None:
    check_place(d, body.place)
    if d.actor.role in _DESK:
        d.in_area(body.place.area)
    if body.reference is not None:
        for identifier in d.state.references.get(reference_key(body.source, body.reference), ()):
            known = d.state.incidents.get(identifier)
            if known is not None and known.state in OPEN:
                d.emit(e.IncidentReportedAgain(incident=known.id, description=body.description, pictures=body.pictures))
                return
    report(d, body)


def open_revisit(d: Decision, incident: Incident) -> None:
    """Somebody looks again: the same person at the same place, as a new incident."""
    body = cmd.ReportIncident(
        source=Source.REVISIT, place=incident.place, urgency=incident.uplifted_from or incident.urgency, people=incident.people,
        posture=incident.posture, minor=incident.minor, incapable=incident.incapable, needs=incident.needs,
        description=incident.description,
        pictures=incident.pictures[:1], simulated=incident.simulated,
    )
    revisit = report(d, body, revisit_of=incident.id)
    d.emit(e.RevisitOpened(incident=incident.id, revisit=revisit))


@handles(HANDLERS, cmd.ReportSighting)
def _sighting(d: Decision, body: cmd.ReportSighting) -> None:
    check_place(d, body.place)
    if not d.now_ms - _BACK_MS < body.first_seen_ms <= body.last_seen_ms <= d.now_ms + _AHEAD_MS:
        raise Refused("times_wrong", f"{body.first_seen_ms} … {body.last_seen_ms}")
    known = _overlapping(d, body)
    if known is not None:
        _attach(d, body, known)
        return
    incident = report(
        d,
        cmd.ReportIncident(source=Source.CAMERA, place=body.place, posture=_posture(body), simulated=body.simulated),
    )
    d.emit(
        e.SightingOpened(
            sighting=d.new_id("s"), incident=incident, camera=body.camera, track=body.track, place=body.place, boxes=body.boxes,
            first_seen_ms=body.first_seen_ms, last_seen_ms=body.last_seen_ms, dwell_threshold_s=body.dwell_threshold_s,
            picture=body.picture,
            expires_at_ms=_expiry(d, body.last_seen_ms),
        )
    )


def _expiry(d: Decision, last_seen_ms: int) -> int:
    return max(last_seen_ms, d.now_ms) + d.timers.sighting_linger_s * 1000


def _posture(body: cmd.ReportSighting) -> terms.Posture:
    postures = [box.posture for box in body.boxes if box.posture is not Posture.UNKNOWN]
    return Posture.LYING if Posture.LYING in postures else postures[-1] if postures else Posture.UNKNOWN


def _overlapping(d: Decision, body: cmd.ReportSighting) -> Sighting | None:
    """Return the nearest open sighting that this report overlaps in place and time; the same track of a camera counts wherever it moved."""
    gap_ms = d.timers.sighting_gap_s * 1000
    track = f"{body.camera}/{body.track}"
    near: list[tuple[float, str]] = []
    for sighting in d.state.sightings.values():
        if body.first_seen_ms > sighting.last_seen_ms + gap_ms or body.last_seen_ms < sighting.first_seen_ms - gap_ms:
            continue
        away_m = 0.0 if track in sighting.tracks else between_m(sighting.place, body.place)
        if away_m <= d.timers.sighting_overlap_m:
            near.append((away_m, sighting.id))
    return d.state.sightings[min(near)[1]] if near else None


def _attach(d: Decision, body: cmd.ReportSighting, known: Sighting) -> None:
    incident = d.state.incidents[known.incident]
    # While help is on its way the sighting lives on with what is seen. Afterwards it only runs out: who lies there then is a new case.
    expires_at_ms = _expiry(d, body.last_seen_ms) if incident.state in NEEDS_HELP else known.clocks[0].due_at_ms
    d.emit(
        e.SightingAttached(
            sighting=known.id, incident=known.incident, camera=body.camera, track=body.track, boxes=body.boxes, picture=body.picture,
            first_seen_ms=body.first_seen_ms, last_seen_ms=body.last_seen_ms, expires_at_ms=expires_at_ms,
        )
    )
