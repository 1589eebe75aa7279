"""Who is near many places at once: a grid over the units, searched in growing circles."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.places import METRES_PER_DEGREE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Cells from the middle of a circle to its rim: the smaller they are, the less lies outside the circle, and the more rows there are.
_CELLS: Final = 2
# A square of five by five cells holds about twice as many as the circle in it.
_CROWD: Final = 2
_PAIRS_AT_ONCE: Final = 400_000


class Around(NamedTuple):
    """Some places and who is around them.

    places: rows of the places. reach_m: the circle that was searched. whole: nobody within the limit lies beyond it.
    place, unit, distance_m: row n says that a place and a unit in its circle lie so far apart; in no order.
    """

    places: Ints
    reach_m: float
    whole: bool
    place: Ints
    unit: Ints
    distance_m: Floats


def distances_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Return dispatch.places.distance_m of each row."""
    north = (lat_b - lat_a) * METRES_PER_DEGREE
    east = (lon_b - lon_a) * METRES_PER_DEGREE * np.cos(np.radians((lat_a + lat_b) / 2))
    return np.hypot(north, east)


def around(  # noqa: PLR0917 - two columns of each, and how far
    lat_wgs84: Floats, lon_wgs84: Floats, unit_lat_wgs84: Floats, unit_lon_wgs84: Floats, enough: Ints, limit_m: float
) -> Iterator[Around]:
    """Yield every place once with the units around it: in a circle that grows until it holds `enough`, or to the limit.

    Args:
        lat_wgs84, lon_wgs84: of the places. unit_lat_wgs84, unit_lon_wgs84: of the units; none may be nan.
        enough: for each place, with how many to be content.
        limit_m: nobody farther, to the metre; inf for everybody.
    """
    waiting = np.arange(len(lat_wgs84))
    if not len(waiting):
        return
    if not len(unit_lat_wgs84):
        nobody = np.empty(0, np.int64)
        yield Around(waiting, limit_m, True, nobody, nobody, np.empty(0))
        return
    # At the highest latitude a degree has the fewest metres: nothing lies farther apart in the grid than on the ground.
    highest = max(float(np.abs(lat_wgs84).max()), float(np.abs(unit_lat_wgs84).max()))
    scale = METRES_PER_DEGREE * float(np.cos(np.radians(min(highest, 89.0))))
    x_m, y_m = unit_lon_wgs84 * scale, unit_lat_wgs84 * METRES_PER_DEGREE
    at_x_m, at_y_m = lon_wgs84 * scale, lat_wgs84 * METRES_PER_DEGREE
    wide_m, high_m = float(np.ptp(np.append(x_m, at_x_m))), float(np.ptp(np.append(y_m, at_y_m)))
    # On the ground it may be farther than in the grid, at the lowest latitude most.
    stretch = 1.0 / max(0.01, float(np.cos(np.radians(min(highest, 89.0)))))
    limit_m = min(limit_m, 1.0 + stretch * (wide_m + high_m))
    # Were they spread evenly, half as many again as are enough would be in the first circle.
    spacing_m = float(np.sqrt(max(1.0, wide_m) * max(1.0, high_m) / len(x_m)))
    radius_m = min(limit_m, max(10.0, 0.75 * spacing_m * float(np.sqrt(enough.min()))))
    while len(waiting):
        whole = radius_m >= limit_m
        grid = _Grid(x_m, y_m, (radius_m + 1.0) / _CELLS)
        begins, ends = grid.strips(at_x_m[waiting], at_y_m[waiting])
        crowds = (ends - begins).sum(axis=1)
        still = np.ones(len(waiting), np.bool_)
        ready = np.flatnonzero(crowds >= (0 if whole else _CROWD * enough[waiting]))
        for rows in _portions(ready, crowds):
            content, places = rows, waiting[rows]
            place, unit = grid.members(places, begins[rows], ends[rows])
            inside = (x_m[unit] - at_x_m[place]) ** 2 + (y_m[unit] - at_y_m[place]) ** 2 <= (radius_m + 1.0) ** 2
            place, unit = place[inside], unit[inside]
            distance_m = distances_m(lat_wgs84[place], lon_wgs84[place], unit_lat_wgs84[unit], unit_lon_wgs84[unit])
            within = np.rint(distance_m) <= radius_m
            if not whole:
                full = np.bincount(place[within], minlength=len(lat_wgs84)) >= enough
                within &= full[place]
                content, places = rows[full[places]], places[full[places]]
            still[content] = False
            yield Around(places, radius_m, whole, place[within], unit[within], distance_m[within])
        waiting = waiting[still]
        radius_m = min(radius_m * 2, limit_m)


class _Grid:
    """Square cells in rows from west to east."""

    def __init__(self, x_m: Floats, y_m: Floats, width_m: float) -> None:
        self._west_m, self._south_m, self._width_m = float(x_m.min()), float(y_m.min()), width_m
        self._columns = int(np.ptp(x_m) / width_m) + 1
        cells = self._row(y_m) * self._columns + self._column(x_m)
        self._order = np.argsort(cells)
        self._cells = cells[self._order]

    def _column(self, x_m: Floats) -> Ints:
        return np.floor((x_m - self._west_m) / self._width_m).astype(np.int64)

    def _row(self, y_m: Floats) -> Ints:
        return np.floor((y_m - self._south_m) / self._width_m).astype(np.int64)

    def strips(self, x_m: Floats, y_m: Floats) -> tuple[Ints, Ints]:
        """Where the rows of cells around each place begin and end, _CELLS to each side of its own: arrays (places, rows)."""
        column, row = self._column(x_m), self._row(y_m)
        outside = (column + _CELLS < 0) | (column - _CELLS >= self._columns)
        first = (row[:, None] + np.arange(-_CELLS, _CELLS + 1)) * self._columns
        begins = np.searchsorted(self._cells, first + np.maximum(column - _CELLS, 0)[:, None])
        ends = np.searchsorted(self._cells, first + np.minimum(column + _CELLS, self._columns - 1)[:, None], side="right")
        ends[outside] = begins[outside]
        return begins, ends

    def members(self, places: Ints, begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Write the strips out: one row for each place and unit."""
        counts = (ends - begins).ravel()
        place = np.repeat(places, (ends - begins).sum(axis=1))
        offset = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        return place, self._order[np.repeat(begins.ravel(), counts) + offset]


def _portions(rows: Ints, crowds: Ints) -> Iterator[Ints]:
    """Split the rows so that none holds many more pairs than fit into memory at once."""
    if not len(rows):
        return
    number = np.cumsum(crowds[rows]) // _PAIRS_AT_ONCE
    yield from np.split(rows, np.flatnonzero(np.diff(number)) + 1)
