"""Why incidents of a batch were given fewer units than they asked for."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from contracts.terms import Shortfall
from contracts.values import ShortfallCount
from dispatch.recommend.asks import Ask, fitting
from dispatch.recommend.force import ABLE, CODES, SHORTFALLS, Force, Ints, township_of
from dispatch.recommend.near import around

# Who is on duty counts in this circle; who is off duty, or cannot be found, in the same township.
_AROUND_M: Final = 10_000
_KINDS: Final = len(SHORTFALLS)


def shortfalls_of(asks: Sequence[Ask], force: Force, short: Ints, owner: Ints) -> dict[int, tuple[ShortfallCount, ...]]:
    """Count by reason who around could not be asked.

    Args:
        short: rows of the asks that it is wanted of.
        owner: by unit, the row of the ask that it was given to, -1 for nobody. Who was given to another ask is busy.
    """
    found: dict[int, tuple[ShortfallCount, ...]] = {}
    alike: dict[object, list[int]] = {}
    for number in short.tolist():
        ask = asks[number]
        alike.setdefault((ask.kinds, frozenset(ask.needs), ask.radius_m), []).append(number)
    for members in alike.values():
        counts = _counted(asks, force, np.array(members), owner)
        for number, row in zip(members, counts.tolist(), strict=True):
            found[number] = tuple(
                ShortfallCount(reason=reason, count=count) for reason, count in zip(SHORTFALLS, row, strict=True) if count > 0
            )
    return found


def _counted(asks: Sequence[Ask], force: Force, numbers: Ints, owner: Ints) -> Ints:
    """Return (asks, reasons) of asks that may have the same units."""
    first = asks[numbers[0]]
    kind, skilled = fitting(force, first.kinds, frozenset()), fitting(force, first.kinds, frozenset(first.needs))
    radius_m = np.inf if first.radius_m is None else float(first.radius_m)
    off = force.why_not == CODES[Shortfall.OFF_DUTY]
    why = np.where(skilled | off, force.why_not, CODES[Shortfall.NO_SKILL])
    located = ~np.isnan(force.lat_wgs84) & ~off
    before = [[force.row_of[name] for name in asks[number].asked_before if name in force.row_of] for number in numbers]
    # In the circle.
    rows = np.flatnonzero(kind & located)
    counts = np.zeros((len(numbers), _KINDS), np.int64)
    lat = np.array([asks[number].place.lat_wgs84 for number in numbers])
    lon = np.array([asks[number].place.lon_wgs84 for number in numbers])
    everybody = np.full(len(numbers), len(force.units) + 1)
    asked = np.array([place * len(force.units) + row for place, some in enumerate(before) for row in some], np.int64)
    for circle in around(lat, lon, force.lat_wgs84[rows], force.lon_wgs84[rows], everybody, max(radius_m, _AROUND_M)):
        unit = rows[circle.unit]
        reason = why[unit]
        able = reason == ABLE
        reason[able] = np.where(
            (owner[unit[able]] >= 0) & (np.rint(circle.distance_m[able]) <= radius_m), CODES[Shortfall.BUSY],
            CODES[Shortfall.OUTSIDE_RADIUS],
        )  # fmt: skip
        counted = (owner[unit] != numbers[circle.place]) & ~np.isin(circle.place * len(force.units) + unit, asked)
        counts += np.bincount((circle.place * _KINDS + reason)[counted], minlength=counts.size).reshape(counts.shape)
    # In the township.
    rows = np.flatnonzero(kind & ~located & (owner < 0))
    townships, index = np.unique(force.township[rows], return_inverse=True)
    reason = np.where(why[rows] == ABLE, CODES[Shortfall.LOCATION_STALE], why[rows])
    table = np.bincount(index * _KINDS + reason, minlength=len(townships) * _KINDS).reshape(-1, _KINDS)
    reason_of = dict(zip(rows.tolist(), reason.tolist(), strict=True))
    at = {township: place for place, township in enumerate(townships.tolist()) if township >= 0}
    for place, number in enumerate(numbers):
        home = township_of(asks[number].place.area)
        if home in at:
            counts[place] += table[at[home]]
            for row in before[place]:
                if row in reason_of and force.township[row] == home:
                    counts[place, reason_of[row]] -= 1
    return counts
