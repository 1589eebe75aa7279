"""Who could be asked: units near a place from the GEO sets, with what the state knows of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import redis.asyncio

from contracts.documents import UnitDocument
from contracts.effects import FindWave
from contracts.terms import UnitKind, UnitState
from contracts.values import Candidate, Place, ShortfallCount
from dispatch import State, document
from dispatch.recommend.rank import UnitFacts, rank
from dispatch.recommend.waves import kinds_of
from stream.readmodel import keys

# decide drops those who are no longer free when it comes to it.
SPARE = 3
RADII_M = (1_000, 3_000, 10_000, 30_000)
COUNT_MOST = 200
# A vehicle whose position nobody knows can still be called; it counts as half an hour away.
ETA_UNKNOWN_S = 1_800

Near = dict[str, tuple[float, float]]


async def candidates_for(
    store: redis.asyncio.Redis, state: State, effect: FindWave, now_ms: int, promised: frozenset[str] = frozenset()
) -> tuple[tuple[Candidate, ...], tuple[ShortfallCount, ...]]:
    """Return candidates, best first, three times as many as wanted, and what is short when there are too few.

    Args:
        promised: units whose offers are on their way to the log; they are passed over.
    Raises:
        redis.RedisError: the read model is away; nothing is known of where anybody is.
    """
    wanted = effect.wanted * SPARE
    asked = promised.union(effect.asked_before)
    kinds = kinds_of(effect)
    near: Near = {}
    for kind in sorted(kinds):
        near |= await _nearest(store, keys.geo(state.jurisdiction, kind, free=True), effect.place, wanted + len(asked), effect.radius_m)
    known = set(near)
    if effect.vehicles:
        known |= {name for name, unit in state.units.items() if unit.entry.kind is UnitKind.VEHICLE}
    facts = await _facts(store, state, known, near)
    found, short = rank(effect.place, effect.needs, facts, now_ms, k=wanted, radius_m=effect.radius_m, kinds=kinds, asked_before=asked,
                        wave=effect.wave)  # fmt: skip
    if len(found) >= effect.wanted:
        return found, short
    # Too few: look at those around who could not be asked, to say why.
    for kind in sorted(kinds):
        busy, free = (keys.geo(state.jurisdiction, kind, free=one) for one in (False, True))
        near |= await _within(store, busy, effect.place, effect.radius_m or RADII_M[-1], COUNT_MOST)
        near |= await _within(store, free, effect.place, RADII_M[2], COUNT_MOST)
    known |= set(near) | neighbours(state, effect.place, kinds)
    facts = await _facts(store, state, known, near)
    return rank(effect.place, effect.needs, facts, now_ms, k=wanted, radius_m=effect.radius_m, kinds=kinds, asked_before=asked,
                wave=effect.wave)  # fmt: skip


def neighbours(state: State, place: Place, kinds: frozenset[UnitKind]) -> set[str]:
    """Units of the same township, off duty or nowhere to be found, who could have been asked otherwise."""
    township = place.area[:9]
    return {
        name
        for name, unit in state.units.items()
        if unit.entry.kind in kinds and unit.entry.area.startswith(township) and unit.state is not UnitState.OUT_OF_SERVICE
    }


async def _nearest(store: redis.asyncio.Redis, key: str, place: Place, count: int, radius_m: int | None) -> Near:
    """Grow the circle until it holds enough: a wide one over a whole city stops the server for everybody."""
    limit = RADII_M[-1] if radius_m is None else radius_m
    found: Near = {}
    for radius in sorted({*(one for one in RADII_M if one < limit), limit}):
        found = await _within(store, key, place, radius, min(count, COUNT_MOST))
        if len(found) >= count:
            break
    return found


async def _within(store: redis.asyncio.Redis, key: str, place: Place, radius_m: int, count: int) -> Near:
    rows: Iterable[Any] = await store.geosearch(
        key, longitude=place.lon_wgs84, latitude=place.lat_wgs84, radius=radius_m, unit="m", sort="ASC", count=count, withcoord=True
    )
    return {row[0].decode(): (float(row[1][1]), float(row[1][0])) for row in rows}


async def _facts(store: redis.asyncio.Redis, state: State, names: set[str], near: Mapping[str, tuple[float, float]]) -> list[UnitFacts]:
    ordered = sorted(names & state.units.keys())
    if not ordered:
        return []
    seen = await store.hmget(keys.seen(state.jurisdiction), ordered)
    facts = []
    for name, raw in zip(ordered, seen, strict=True):
        unit = document(state, "unit", name) or document(state, "roster", name)
        if not isinstance(unit, UnitDocument):
            continue
        fix_at_ms, lat, lon = _parsed(raw)
        if name in near:
            lat, lon = near[name]
        unknown = lat is None and unit.kind is UnitKind.VEHICLE
        facts.append(
            UnitFacts(unit=unit, lat_wgs84=lat, lon_wgs84=lon, fix_at_ms=fix_at_ms, eta_s=ETA_UNKNOWN_S if unknown else None)
        )
    return facts


def _parsed(raw: Any) -> tuple[int | None, float | None, float | None]:
    if raw is None:
        return None, None, None
    at_ms, lat, lon, _ = raw.decode().split(",")
    return int(at_ms), float(lat), float(lon)
