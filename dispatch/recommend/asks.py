"""What incidents ask for in a batch, and whom each could have."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.terms import Skill, UnitKind, Urgency
from contracts.values import Place, Value
from dispatch.recommend.drawbacks import DETOUR, DRIVES, Weights
from dispatch.recommend.flow import Arcs, Slots
from dispatch.recommend.force import ABLE, ETA_UNKNOWN_S, KIND_BITS, SKILL_BITS, Floats, Force, Ints
from dispatch.recommend.near import around, distances_m

# Costs are hundredths of a minute of delay, as whole numbers; beyond 22 hours one is as good as another.
COST_MOST: Final = 1 << 17
NOBODY_BEYOND: Final = int(np.iinfo(np.int64).max)
_BITS: Final = 21
_MASK: Final = (1 << _BITS) - 1
_URGENCIES: Final = {Urgency.VERY_URGENT: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}


class Ask(Value, frozen=True, kw_only=True):
    """What one incident asks for in one wave.

    key: the caller's. wanted: how many to ask. open_slots: how many must accept. radius_m None: no limit. kinds: who may be asked.
    beside: asked in addition to what another ask brings; nobody goes without a unit for it.
    """

    key: str
    place: Place
    urgency: Urgency
    wanted: int
    open_slots: int
    kinds: frozenset[UnitKind]
    needs: tuple[Skill, ...] = ()
    radius_m: int | None = None
    asked_before: tuple[str, ...] = ()
    wave: int = 1
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom each ask could have, the cheapest first, with what is shown of them.

    reach: by ask, what anybody who is not among its arcs would cost at least; NOBODY_BEYOND when there is nobody else.
    nearest_m: by ask, how far the nearest is that could be asked.
    """

    arcs: Arcs
    distance_m: Ints
    eta_s: Ints
    minutes: Floats
    reach: Ints
    nearest_m: Ints


def slots_of(asks: Sequence[Ask]) -> Slots:
    """Return what it costs to leave slots empty: more than any delay, and more for whom they matter more.

    A first unit for everybody, the most urgent before the others; then as many as must accept; then as many as are to be asked. Losses
    one step apart are enough: filling one slot by emptying another changes at most the delays of all the others on the way.
    """
    wanted, must = _column(ask.wanted for ask in asks), _column(ask.open_slots for ask in asks)
    beside = _column(ask.beside for ask in asks)
    urgency = _column(_URGENCIES[ask.urgency] for ask in asks)
    owner = np.repeat(np.arange(len(asks)), wanted)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    tier = np.where((beside[owner] > 0) | ((slot > 0) & (slot >= must[owner])), 2, np.minimum(slot, 1))
    return Slots(owner, COST_MOST * (1 + len(owner)) * (9 - 3 * tier - urgency[owner]))


def _column(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def fitting(force: Force, kinds: frozenset[UnitKind], needs: frozenset[Skill]) -> NDArray[np.bool_]:
    """Say of each unit whether it is of one of these kinds and has all these skills."""
    wanted = sum(SKILL_BITS[skill] for skill in needs)
    return np.asarray(((force.kind & sum(KIND_BITS[kind] for kind in kinds)) != 0) & ((force.skills & wanted) == wanted), np.bool_)


def choices_of(asks: Sequence[Ask], force: Force, looked_at: Ints, weights: Weights) -> Choices:
    """Look up who is near whom.

    Args:
        looked_at: by ask, how many of the cheapest to list.
    """
    lat = np.array([ask.place.lat_wgs84 for ask in asks])
    lon = np.array([ask.place.lon_wgs84 for ask in asks])
    reach = np.full(len(asks), NOBODY_BEYOND)
    nearest_m = np.full(len(asks), NOBODY_BEYOND)
    keys: list[Ints] = []
    for pair, distance_m, minutes in _found(asks, force, looked_at, reach, weights):
        np.minimum.at(nearest_m, pair >> _BITS, distance_m)
        keys.append(_cheapest(_keys(pair, minutes), looked_at, reach))
    ordered = _cheapest(np.concatenate(keys), looked_at, reach)
    number, cost, unit = ordered >> 2 * _BITS, ordered >> _BITS & _MASK, ordered & _MASK
    distance_m = np.full(len(ordered), -1)
    located = ~np.isnan(force.lat_wgs84[unit])
    at, of = number[located], unit[located]
    distance_m[located] = np.rint(distances_m(lat[at], lon[at], force.lat_wgs84[of], force.lon_wgs84[of]))
    drives = (force.kind[unit] & sum(KIND_BITS[kind] for kind in DRIVES)) != 0
    speeds_m_s = np.where(drives, weights.drive_m_s, weights.walk_m_s)
    eta_s = np.where(located, weights.turn_out_s + np.rint(distance_m * DETOUR / speeds_m_s), ETA_UNKNOWN_S).astype(np.int64)
    minutes = eta_s / 60 + force.drawback_min[unit]
    return Choices(Arcs(number, unit, cost), distance_m, eta_s, minutes, reach, nearest_m)


def _found(
    asks: Sequence[Ask], force: Force, looked_at: Ints, reach: Ints, weights: Weights
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield pairs (ask and unit packed), metres and minutes; lower the reach where somebody may lie beyond.

    Once for all asks that may have the same units, walkers and drivers each on their own: the circle of one says nothing of the other.
    """
    alike: dict[tuple[frozenset[UnitKind], frozenset[Skill], int | None], list[int]] = {}
    for number, ask in enumerate(asks):
        alike.setdefault((ask.kinds, frozenset(ask.needs), ask.radius_m), []).append(number)
    lat = np.array([ask.place.lat_wgs84 for ask in asks])
    lon = np.array([ask.place.lon_wgs84 for ask in asks])
    asked = np.array(
        [number << _BITS | force.row_of[name] for number, ask in enumerate(asks) for name in ask.asked_before if name in force.row_of],
        np.int64,
    )
    located = ~np.isnan(force.lat_wgs84)
    for (kinds, needs, radius_m), members in alike.items():
        numbers = np.array(members)
        limit_m = np.inf if radius_m is None else float(radius_m)
        for moving, speed_m_s in ((kinds - DRIVES, weights.walk_m_s), (kinds & DRIVES, weights.drive_m_s)):
            able = fitting(force, moving, needs) & (force.why_not == ABLE)
            rows = np.flatnonzero(able & located)
            at = lat[numbers], lon[numbers], force.lat_wgs84[rows], force.lon_wgs84[rows]
            for circle in around(*at, looked_at[numbers], limit_m):
                pair, distance_m = _new(numbers[circle.place], rows[circle.unit], np.rint(circle.distance_m).astype(np.int64), asked)
                eta_s = weights.turn_out_s + np.rint(distance_m * DETOUR / speed_m_s)
                yield pair, distance_m, eta_s / 60 + force.drawback_min[pair & _MASK]
                if not circle.whole:
                    beyond_s = weights.turn_out_s + (circle.reach_m - 1) * DETOUR / speed_m_s - 1
                    places = numbers[circle.places]
                    reach[places] = np.minimum(reach[places], min(COST_MOST - 1, int(beyond_s / 60 * 100)))
            if radius_m is None:
                lost = np.flatnonzero(able & ~located)
                nowhere = np.full(len(lost) * len(numbers), NOBODY_BEYOND)
                pair, nowhere = _new(np.repeat(numbers, len(lost)), np.tile(lost, len(numbers)), nowhere, asked)
                yield pair, nowhere, ETA_UNKNOWN_S / 60 + force.drawback_min[pair & _MASK]


def _new(number: Ints, unit: Ints, distance_m: Ints, asked: Ints) -> tuple[Ints, Ints]:
    """Return the pairs, packed, of whom an ask has not asked already, and their distances."""
    pair = number << _BITS | unit
    if not len(asked):
        return pair, distance_m
    new = ~np.isin(pair, asked)
    return pair[new], distance_m[new]


def _keys(pair: Ints, minutes: Floats) -> Ints:
    """Pack arcs so that sorting the numbers sorts them by ask, then cost, then unit."""
    cost = np.minimum(np.rint(minutes * 100).astype(np.int64), COST_MOST - 1)
    return np.asarray((pair >> _BITS) << 2 * _BITS | cost << _BITS | pair & _MASK, np.int64)


def _cheapest(keys: Ints, looked_at: Ints, reach: Ints) -> Ints:
    """Return the arcs sorted, of each ask only the cheapest; lower its reach to the last one's cost where there were more."""
    ordered = np.sort(keys)
    ask = ordered >> 2 * _BITS
    number = np.arange(len(ask)) - np.searchsorted(ask, ask)
    over = ask[number == looked_at[ask]]
    kept = number < looked_at[ask]
    last = ordered[np.flatnonzero(number == looked_at[ask]) - 1]
    reach[over] = np.minimum(reach[over], last >> _BITS & _MASK)
    return np.asarray(ordered[kept], np.int64)
