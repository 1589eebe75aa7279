"""What speaks for and against a unit wherever help is needed, in minutes of delay that it is worth."""

from typing import Final

from contracts.terms import UnitKind, UnitState
from contracts.values import Value

DETOUR: Final = 1.3  # of a street network over the straight line
DRIVES: Final = frozenset({UnitKind.VEHICLE, UnitKind.PATROL})


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


def speed_m_s(kind: UnitKind, weights: Weights) -> float:
    """Return how fast a unit of this kind comes."""
    return weights.drive_m_s if kind in DRIVES else weights.walk_m_s


def drawbacks(  # noqa: PLR0917 - what is known of a unit
    state: UnitState, load_h: float, acceptance: float | None, lost_contact: bool, fix_age_s: float | None, weights: Weights
) -> tuple[float, tuple[str, ...]]:
    """Return the minutes that a unit costs beside its way, and the codes of what speaks for or against it. fix_age_s None: no fix."""
    minutes = 0.0
    reasons: list[str] = []
    if fix_age_s is not None and fix_age_s > weights.stale_after_s:
        minutes += (fix_age_s - weights.stale_after_s) / 60 * weights.stale_min_per_min
        reasons.append("location_stale")
    elif fix_age_s is not None:
        reasons.append("location_fresh")
    if load_h > 0:
        minutes += load_h * weights.load_min_per_h
        reasons.append("loaded")
    else:
        reasons.append("rested")
    if acceptance is None:
        minutes += weights.acceptance_min / 2
        reasons.append("never_asked")
    else:
        minutes += (1 - acceptance) * weights.acceptance_min
        if acceptance >= 0.7:
            reasons.append("often_accepts")
        elif acceptance < 0.3:
            reasons.append("seldom_accepts")
    if state is UnitState.RETURNING:
        minutes += weights.returning_min
        reasons.append("returning")
    if lost_contact:
        minutes += weights.lost_contact_min
        reasons.append("lost_contact")
    return minutes, tuple(reasons)
