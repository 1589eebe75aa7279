"""Whom to ask: who would be there soonest, with what speaks for and against each, and why others were left out."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from contracts.documents import UnitDocument
from contracts.terms import Shortfall, Skill, UnitKind, UnitState
from contracts.values import Candidate, Place, ShortfallCount
from dispatch.places import distance_m
from dispatch.recommend.drawbacks import DETOUR, WEIGHTS, Weights, drawbacks, speed_m_s

_OFF: Final = frozenset({UnitState.OFF_DUTY, UnitState.OUT_OF_SERVICE})
_BUSY: Final = frozenset({UnitState.RESERVED, UnitState.COMMITTED})


class UnitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A unit and what is known of where it is. distance_m, eta_s: by road if known; else estimated from the fix as the crow flies."""

    unit: UnitDocument
    lat_wgs84: float | None = None
    lon_wgs84: float | None = None
    fix_at_ms: int | None = None
    distance_m: int | None = None
    eta_s: int | None = None


def rank(
    place: Place,
    needs: tuple[Skill, ...],
    facts: Iterable[UnitFacts],
    now_ms: int,
    *,
    k: int,
    radius_m: int | None = None,
    kinds: frozenset[UnitKind] | None = None,
    asked_before: frozenset[str] = frozenset(),
    wave: int = 1,
    weights: Weights = WEIGHTS,
) -> tuple[tuple[Candidate, ...], tuple[ShortfallCount, ...]]:
    """Return the k best units, best first, and, when they are fewer than k, why others were left out.

    Args:
        place: where help is needed.
        needs: skills that each must have, all of them.
        facts: units with their positions; those of other kinds and those asked before are passed over silently.
        now_ms: epoch milliseconds.
        radius_m: nobody farther as the crow flies (or by `distance_m` if given); None: no limit.
    Returns:
        Candidates with rank 1 … and a score: 100 minus the minutes until they could be there, each drawback counted as minutes.
    """
    left_out: Counter[Shortfall] = Counter()
    found: list[tuple[float, int, str, Candidate]] = []
    for fact in facts:
        unit = fact.unit
        if (kinds is not None and unit.kind not in kinds) or unit.id in asked_before:
            continue
        away_m = _distance_m(place, fact)
        reason = _why_not(fact, away_m, needs, now_ms, radius_m, weights)
        if reason is not None:
            left_out[reason] += 1
            continue
        eta_s = fact.eta_s
        if eta_s is None:
            eta_s = weights.turn_out_s + round((away_m or 0) * DETOUR / speed_m_s(unit.kind, weights))
        age_s = None if fact.fix_at_ms is None else (now_ms - fact.fix_at_ms) / 1000
        drawback_min, reasons = drawbacks(unit.state, unit.load_h, unit.acceptance, unit.lost_contact, age_s, weights)
        cost_min = eta_s / 60 + drawback_min
        chosen = Candidate(
            unit=unit.id, kind=unit.kind, rank=1, score=round(100 - cost_min, 2), distance_m=away_m, eta_s=eta_s,
            location_age_s=None if age_s is None else max(0, int(age_s)), skills=unit.skills, load_h=unit.load_h,
            acceptance=unit.acceptance, reasons=("has_skill", *reasons) if needs else reasons, wave=wave,
        )
        found.append((cost_min, away_m if away_m is not None else 1 << 30, unit.id, chosen))
    found.sort(key=lambda one: one[:3])
    nearest = min((one[1] for one in found), default=None)
    candidates = tuple(
        msgspec.structs.replace(chosen, rank=number, reasons=("nearest", *chosen.reasons) if away == nearest else chosen.reasons)
        for number, (_, away, _, chosen) in enumerate(found[:k], 1)
    )
    if len(candidates) >= k:
        return candidates, ()
    return candidates, tuple(ShortfallCount(reason=reason, count=left_out[reason]) for reason in Shortfall if left_out[reason])


def _distance_m(place: Place, fact: UnitFacts) -> int | None:
    if fact.distance_m is not None:
        return fact.distance_m
    if fact.lat_wgs84 is None or fact.lon_wgs84 is None:
        return None
    return round(distance_m(place.lat_wgs84, place.lon_wgs84, fact.lat_wgs84, fact.lon_wgs84))


def _why_not(  # noqa: PLR0917 - private, and all of it is needed
    fact: UnitFacts, away_m: int | None, needs: tuple[Skill, ...], now_ms: int, radius_m: int | None, weights: Weights
) -> Shortfall | None:
    """Return the first reason that stands in the way: the one that somebody could change soonest comes last."""
    unit = fact.unit
    if unit.state in _OFF:
        return Shortfall.OFF_DUTY
    if not set(needs) <= set(unit.skills):
        return Shortfall.NO_SKILL
    if unit.state in _BUSY:
        return Shortfall.BUSY
    if unit.state is UnitState.ON_BREAK or (unit.rest_until_ms is not None and unit.rest_until_ms > now_ms):
        return Shortfall.RESTING
    if away_m is None and (radius_m is not None or fact.eta_s is None):
        return Shortfall.LOCATION_STALE
    if fact.fix_at_ms is not None and now_ms - fact.fix_at_ms > weights.lost_after_s * 1000:
        return Shortfall.LOCATION_STALE
    if radius_m is not None and away_m is not None and away_m > radius_m:
        return Shortfall.OUTSIDE_RADIUS
    return None
