"""Whom each of many incidents could have: who is near, and what everybody would cost it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.terms import Skill, UnitKind
from dispatch.recommend.asks import COST_MOST, Ask, fitting
from dispatch.recommend.drawbacks import DETOUR, DRIVES, Weights
from dispatch.recommend.force import ABLE, ETA_UNKNOWN_S, KIND_BITS, Floats, Force, Ints
from dispatch.recommend.near import around, distances_m
from dispatch.recommend.rivals import Arcs

NOBODY_BEYOND: Final = int(np.iinfo(np.int64).max)
_BITS: Final = 21
_MASK: Final = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom each ask could have, the cheapest first.

    keys: the arcs, packed so that sorting the numbers sorts them by ask, then cost, then unit.
    reach: by ask, what anybody who is not among its arcs would cost at least; NOBODY_BEYOND when there is nobody else.
    nearest_m: by ask, how far the nearest is that could be asked.
    """

    keys: Ints
    reach: Ints
    nearest_m: Ints

    @property
    def arcs(self) -> Arcs:
        """The arcs, unpacked."""
        return Arcs(self.keys >> 2 * _BITS, self.keys & _MASK, self.keys >> _BITS & _MASK)

    def widened(self, numbers: Ints, wider: "Choices") -> "Choices":
        """Return these with longer lists for some asks. wider: row n is of ask numbers[n]."""
        arcs = wider.arcs
        both = np.sort(np.concatenate([self.keys, _packed(numbers[arcs.ask], arcs.cost, arcs.unit)]))
        keys = both[np.append(True, both[1:] != both[:-1])]
        reach, nearest_m = self.reach.copy(), self.nearest_m.copy()
        reach[numbers] = wider.reach
        nearest_m[numbers] = np.minimum(nearest_m[numbers], wider.nearest_m)
        return Choices(keys, reach, nearest_m)


class Ways(NamedTuple):
    """Row n: how far a unit is from a place (-1: nobody knows), when it could be there, and what that and its drawbacks count as."""

    distance_m: Ints
    eta_s: Ints
    minutes: Floats


def ways_of(asks: Sequence[Ask], force: Force, number: Ints, unit: Ints, weights: Weights) -> Ways:
    """Return the way of each unit[n] to asks[number[n]]."""
    lat, lon = _places(asks)
    distance_m = np.full(len(unit), -1)
    located = ~np.isnan(force.lat_wgs84[unit])
    at, of = number[located], unit[located]
    distance_m[located] = np.rint(distances_m(lat[at], lon[at], force.lat_wgs84[of], force.lon_wgs84[of]))
    drives = (force.kind[unit] & sum(KIND_BITS[kind] for kind in DRIVES)) != 0
    speeds_m_s = np.where(drives, weights.drive_m_s, weights.walk_m_s)
    eta_s = np.where(located, weights.turn_out_s + np.rint(distance_m * DETOUR / speeds_m_s), ETA_UNKNOWN_S).astype(np.int64)
    return Ways(distance_m, eta_s, eta_s / 60 + force.drawback_min[unit])


def choices_of(asks: Sequence[Ask], force: Force, looked_at: Ints, weights: Weights) -> Choices:
    """Look up who is near whom.

    Args:
        looked_at: by ask, how many of the cheapest to list.
    """
    reach = np.full(len(asks), NOBODY_BEYOND)
    nearest_m = np.full(len(asks), NOBODY_BEYOND)
    keys: list[Ints] = []
    for pair, distance_m, minutes in _found(asks, force, looked_at, reach, weights):
        if not len(pair):
            continue
        np.minimum.at(nearest_m, pair >> _BITS, distance_m)
        cost = np.minimum(np.rint(minutes * 100), COST_MOST - 1).astype(np.int64)
        keys.append(_cheapest(_packed(pair >> _BITS, cost, pair & _MASK), looked_at, reach))
    listed = keys[0] if len(keys) == 1 else _cheapest(np.concatenate([np.empty(0, np.int64), *keys]), looked_at, reach)
    return Choices(listed, reach, nearest_m)


def _places(asks: Sequence[Ask]) -> tuple[Floats, Floats]:
    places = [ask.place for ask in asks]
    return np.array([place.lat_wgs84 for place in places]), np.array([place.lon_wgs84 for place in places])


def _found(
    asks: Sequence[Ask], force: Force, looked_at: Ints, reach: Ints, weights: Weights
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield pairs (ask and unit packed), metres and minutes; lower the reach where somebody may lie beyond.

    Once for all asks that may have the same units, walkers and drivers each on their own: the circle of one says nothing of the other.
    """
    alike: dict[tuple[frozenset[UnitKind], frozenset[Skill], int | None], list[int]] = {}
    for number, ask in enumerate(asks):
        alike.setdefault((ask.kinds, frozenset(ask.needs), ask.radius_m), []).append(number)
    lat, lon = _places(asks)
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
                metres = np.rint(circle.distance_m)
                pair, metres = _new(numbers[circle.place], rows[circle.unit], metres, asked)
                eta_s = weights.turn_out_s + np.rint(metres * DETOUR / speed_m_s)
                yield pair, metres.astype(np.int64), eta_s / 60 + force.drawback_min[pair & _MASK]
                if not circle.whole:
                    beyond_s = weights.turn_out_s + (circle.reach_m - 1) * DETOUR / speed_m_s - 1
                    places = numbers[circle.places]
                    reach[places] = np.minimum(reach[places], min(COST_MOST - 1, int(beyond_s / 60 * 100)))
            if radius_m is None:
                lost = np.flatnonzero(able & ~located)
                nowhere = np.zeros(len(lost) * len(numbers))
                pair, _ = _new(np.repeat(numbers, len(lost)), np.tile(lost, len(numbers)), nowhere, asked)
                yield pair, np.full(len(pair), NOBODY_BEYOND), ETA_UNKNOWN_S / 60 + force.drawback_min[pair & _MASK]


def _new(number: Ints, unit: Ints, distance_m: Floats, asked: Ints) -> tuple[Ints, Floats]:
    """Return the pairs, packed, of whom an ask has not asked already, and their distances."""
    pair = number << _BITS | unit
    if not len(asked):
        return pair, distance_m
    new = ~np.isin(pair, asked)
    return pair[new], distance_m[new]


def _packed(number: Ints, cost: Ints, unit: Ints) -> Ints:
    return np.asarray(number << 2 * _BITS | cost << _BITS | unit, np.int64)


def _cheapest(keys: Ints, looked_at: Ints, reach: Ints) -> Ints:
    """Return the arcs sorted, of each ask only the cheapest; lower its reach to the last one's cost where there were more."""
    ordered = np.sort(keys)
    ask = ordered >> 2 * _BITS
    place = place_in_list(ask, len(reach))
    at_end = np.flatnonzero(place == looked_at[ask])
    over = ask[at_end]
    reach[over] = np.minimum(reach[over], ordered[at_end - 1] >> _BITS & _MASK)
    kept: NDArray[np.bool_] = place < looked_at[ask]
    return np.asarray(ordered[kept], np.int64)


def place_in_list(ask: Ints, asks: int) -> Ints:
    """Return how many rows of the same ask stand before each. ask is sorted."""
    many = np.bincount(ask, minlength=asks)
    return np.asarray(np.arange(len(ask)) - np.repeat(np.cumsum(many) - many, many), np.int64)
