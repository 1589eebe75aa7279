"""Whom to ask: who would be there soonest, with what speaks for and against each, and why others were left out."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from contracts.documents import UnitDocument
from contracts.terms import Shortfall, Skill, UnitKind, UnitState
from contracts.values import Candidate, Place, ShortfallCount, Value
from dispatch.places import distance_m

_DETOUR: Final = 1.3  # of a street network over the straight line
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


class Weights(Value, frozen=True, kw_only=True):
    """What counts how much, in minutes of delay that it is worth.

    load_min_per_h: per hour on tasks in the last day. acceptance_min: for somebody who never accepts, half of it when never asked.
    stale_after_s: an older fix costs stale_min_per_min for each minute beyond; beyond lost_after_s it is no place to send from.
    """

    walk_m_s: float = 1.2
    drive_m_s: float = 8.0
    turn_out_s: int = 60
    load_min_per_h: float = 1.5
    acceptance_min: float = 4.0
    returning_min: float = 2.0
    lost_contact_min: float = 5.0
    stale_after_s: int = 600
    stale_min_per_min: float = 0.2
    lost_after_s: int = 7_200


WEIGHTS: Final = Weights()


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
        eta_s = fact.eta_s if fact.eta_s is not None else _eta_s(unit.kind, away_m, weights)
        cost_min, reasons = _cost_min(fact, eta_s, needs, now_ms, weights)
        age_s = None if fact.fix_at_ms is None else max(0, (now_ms - fact.fix_at_ms) // 1000)
        chosen = Candidate(
            unit=unit.id, kind=unit.kind, rank=1, score=round(100 - cost_min, 2), distance_m=away_m, eta_s=eta_s, location_age_s=age_s,
            skills=unit.skills, load_h=unit.load_h, acceptance=unit.acceptance, reasons=reasons, wave=wave,
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


def _eta_s(kind: UnitKind, away_m: int | None, weights: Weights) -> int:
    speed_m_s = weights.drive_m_s if kind in (UnitKind.VEHICLE, UnitKind.PATROL) else weights.walk_m_s
    return weights.turn_out_s + round((away_m or 0) * _DETOUR / speed_m_s)


def _cost_min(fact: UnitFacts, eta_s: int, needs: tuple[Skill, ...], now_ms: int, weights: Weights) -> tuple[float, tuple[str, ...]]:
    """Return the minutes that this unit costs, and the codes of what speaks for or against it."""
    unit = fact.unit
    cost_min = eta_s / 60
    reasons: list[str] = ["has_skill"] if needs else []
    age_s = None if fact.fix_at_ms is None else (now_ms - fact.fix_at_ms) / 1000
    if age_s is not None and age_s > weights.stale_after_s:
        cost_min += (age_s - weights.stale_after_s) / 60 * weights.stale_min_per_min
        reasons.append("location_stale")
    elif age_s is not None:
        reasons.append("location_fresh")
    if unit.load_h > 0:
        cost_min += unit.load_h * weights.load_min_per_h
        reasons.append("loaded")
    else:
        reasons.append("rested")
    if unit.acceptance is None:
        cost_min += weights.acceptance_min / 2
        reasons.append("never_asked")
    else:
        cost_min += (1 - unit.acceptance) * weights.acceptance_min
        if unit.acceptance >= 0.7:
            reasons.append("often_accepts")
        elif unit.acceptance < 0.3:
            reasons.append("seldom_accepts")
    if unit.state is UnitState.RETURNING:
        cost_min += weights.returning_min
        reasons.append("returning")
    if unit.lost_contact:
        cost_min += weights.lost_contact_min
        reasons.append("lost_contact")
    return cost_min, tuple(reasons)
