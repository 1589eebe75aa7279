"""Whom to ask: everybody on duty, ranked by the same pure rules that later waves follow by themselves."""

from functools import partial
from typing import Annotated, Any

import msgspec
from flask import Response
from pydantic import Field

from contracts.documents import IncidentDocument, PlanDocument, UnitDocument
from contracts.errors import StoreAwayError
from contracts.terms import Shortfall, UnitKind
from contracts.values import Candidate, Place, PlanSettings, ShortfallCount
from dispatch import TIMERS
from dispatch.areas import city_of
from dispatch.places import METRES_PER_DEGREE
from dispatch.recommend import UnitFacts, rank
from web.api.reads import ReadQuery, await_sequence
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.targets import LEFT, access_incident

_WAVES = 3
_SPARE = 2  # shown beside those that a wave asks, so that there is a choice
_ON_FOOT = frozenset({UnitKind.VOLUNTEER, UnitKind.PATROL})
_KINDS = {1: _ON_FOOT, 2: _ON_FOOT | {UnitKind.POINT}, 3: frozenset({UnitKind.VEHICLE})}


class RecommendationQuery(ReadQuery):
    """wave: only this one. k: how many in it."""

    wave: Annotated[int, Field(ge=1, le=_WAVES)] | None = None
    k: Annotated[int, Field(ge=1, le=50)] | None = None


@route(
    "incidents.recommendation",
    "GET",
    "/incidents/{incident}/recommendation",
    "派谁 Whom to ask",
    query=RecommendationQuery,
    gives={200: "Recommendation"},
)
def recommend(call: Call) -> Response:
    """The candidates of each wave, best first, with reasons; and what is short in the first wave that has too few."""
    await_sequence(call)
    incident, query = access_incident(call), call.query
    facts = _facts(call, incident)
    radii_m = _settings(call, incident.jurisdiction).offer_radii_m
    asked = frozenset(one.unit for one in incident.assignments)
    open_slots = max(1, incident.quota - sum(one.state not in LEFT for one in incident.assignments))
    first, at_ms = query.wave or 1, call.services.clock.now_ms()
    candidates: list[Candidate] = []
    shortfalls: tuple[ShortfallCount, ...] = ()
    for wave in (query.wave,) if query.wave else range(1, _WAVES + 1):
        wanted = max(TIMERS.wave_wanted[wave - 1], open_slots)
        radius_m = radii_m[wave - 1] if wave < _WAVES else None
        rule = partial(
            rank, k=query.k or wanted + _SPARE, radius_m=radius_m, kinds=_KINDS[wave], asked_before=asked | _units(candidates), wave=wave
        )
        found, _ = rule(incident.place, incident.needs, _in_band(facts, incident.place, radius_m), at_ms)
        if wave == first and len(found) < wanted:
            _, short = rule(incident.place, incident.needs, facts, at_ms)
            shortfalls = _with_roster(call, incident, short)
        candidates += found
    return reply(
        {
            "incident": incident.id,
            "version": incident.version,
            "quota": incident.quota,
            "wanted": max(TIMERS.wave_wanted[first - 1], open_slots),
            "radius_m": radii_m[first - 1] if first < _WAVES else None,
            "candidates": [_shown(call, candidate) for candidate in candidates],
            "shortfalls": shortfalls,
        }
    )


def _facts(call: Call, incident: IncidentDocument) -> list[UnitFacts]:
    """Return the units on duty that the incident's writer can ask, with their last fixes; without fixes while Redis is away."""
    services = call.services
    try:
        fixes = services.read_model.positions(incident.jurisdiction)
    except StoreAwayError:
        fixes = {}
    room = services.board.rooms.get(incident.jurisdiction)
    facts = []
    for name, card in room.of("unit").items() if room else ():
        if isinstance(card.document, UnitDocument):
            at_ms, lat, lon = fixes.get(name, (None, None, None))
            lat, lon = (lat, lon) if lat is not None else _of_point(call, card.document)
            facts.append(UnitFacts(unit=card.document, lat_wgs84=lat, lon_wgs84=lon, fix_at_ms=at_ms))
    return facts


def _units(candidates: list[Candidate]) -> frozenset[str]:
    return frozenset(one.unit for one in candidates)


def _in_band(facts: list[UnitFacts], place: Place, radius_m: int | None) -> list[UnitFacts]:
    """Return everybody within the radius, and some more: looked at by latitude alone, which is quick. The others only say what is short."""
    if radius_m is None:
        return facts
    south, north = (place.lat_wgs84 + way * (radius_m + 1) / METRES_PER_DEGREE for way in (-1, 1))
    return [fact for fact in facts if fact.lat_wgs84 is not None and south <= fact.lat_wgs84 <= north]


def _of_point(call: Call, unit: UnitDocument) -> tuple[float | None, float | None]:
    """The people of a rescue point are where it is, though no phone says so."""
    found = call.services.board.find("point", unit.point) if unit.kind is UnitKind.POINT and unit.point else None
    place = getattr(found.document, "place", None) if found else None
    return (place.lat_wgs84, place.lon_wgs84) if place is not None else (None, None)


def _settings(call: Call, jurisdiction: str) -> PlanSettings:
    for code in (jurisdiction, city_of(jurisdiction)):
        found = call.services.board.find("plan", "plan", code)
        if found is not None and isinstance(found.document, PlanDocument):
            return found.document.settings
    return PlanSettings()


def _with_roster(call: Call, incident: IncidentDocument, short: tuple[ShortfallCount, ...]) -> tuple[ShortfallCount, ...]:
    """Add those who are off duty: they are not on the board, only counted."""
    room = call.services.board.rooms.get(incident.jurisdiction)
    resting = len(room.packed["roster"]) if room else 0
    counts = {one.reason: one.count for one in short}
    counts[Shortfall.OFF_DUTY] = counts.get(Shortfall.OFF_DUTY, 0) + resting
    return tuple(ShortfallCount(reason=reason, count=counts[reason]) for reason in Shortfall if counts.get(reason))


def _shown(call: Call, candidate: Candidate) -> dict[str, Any]:
    card = call.services.board.find("unit", candidate.unit)
    label, masked = "", None
    if card is not None and card.shown is not None:
        known = msgspec.json.decode(card.shown)
        label, masked = known["label"], known["masked_name"]
    form: dict[str, Any] = {name: getattr(candidate, name) for name in candidate.__struct_fields__}
    return form | {"label": label, "masked_name": masked}
