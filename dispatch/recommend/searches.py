"""Searches that are owed at the same time: what they ask for together, and the answer to each."""

from collections.abc import Iterable, Mapping

import msgspec

from contracts.effects import FindWave
from contracts.terms import UnitKind
from contracts.values import Candidate, ShortfallCount
from dispatch.assignment.entity import SERVED
from dispatch.recommend.asks import Ask
from dispatch.recommend.batch import Share
from dispatch.recommend.force import Fix
from dispatch.recommend.waves import kinds_of
from dispatch.tables import Tables
from dispatch.unit.entity import Unit

_POINT = "/point"


def asks_of(state: Tables, searches: Iterable[FindWave]) -> list[Ask]:
    """Return what the searches ask for; a rescue point is asked for beside the others. Searches of incidents that are gone ask nothing."""
    asks = []
    for search in searches:
        incident = state.incidents.get(search.incident)
        if incident is None:
            continue
        served = sum(state.assignments[task].state in SERVED for task in incident.assignments[incident.past :])
        ask = Ask(
            key=search.effect, place=search.place, urgency=incident.urgency, wanted=search.wanted,
            open_slots=max(1, incident.quota - served), kinds=kinds_of(search) - {UnitKind.POINT}, needs=search.needs,
            radius_m=search.radius_m, asked_before=search.asked_before, wave=search.wave,
        )  # fmt: skip
        asks.append(ask)
        if search.with_point:
            asks.append(
                msgspec.structs.replace(ask, key=ask.key + _POINT, kinds=frozenset({UnitKind.POINT}), wanted=1, open_slots=1, beside=True)
            )
    return asks


def homes_of(state: Tables, units: Iterable[Unit]) -> dict[str, Fix]:
    """Return where the people of rescue points are, though no phone says so."""
    found: dict[str, Fix] = {}
    for unit in units:
        point = state.points.get(unit.entry.point) if unit.entry.kind is UnitKind.POINT and unit.entry.point is not None else None
        if point is not None:
            found[unit.entry.unit] = (None, point.entry.place.lat_wgs84, point.entry.place.lon_wgs84)
    return found


def answer_of(search: FindWave, shares: Mapping[str, Share]) -> tuple[tuple[Candidate, ...], tuple[ShortfallCount, ...]]:
    """Return the candidates of one search, those that are its own first, and what is short."""
    own, point = shares[search.effect], shares.get(search.effect + _POINT)
    first = (*own.candidates[: own.given], *(point.candidates[: point.given] if point else ()))
    spare = (*own.candidates[own.given :], *(point.candidates[point.given :] if point else ()))
    ranked = tuple(msgspec.structs.replace(candidate, rank=number) for number, candidate in enumerate((*first, *spare), 1))
    return ranked, own.shortfalls
