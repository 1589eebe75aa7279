"""Who has rivals: which of those listed an ask could ever need, seen from what nobody else could."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Each round shortens some lists, which makes more units somebody's own; the first few do most of it.
_ROUNDS = 5


class Arcs(NamedTuple):
    """Who could go where: row n says that unit[n] could be given to ask[n] at this cost. Sorted by ask, then cost, then unit."""

    ask: Ints
    unit: Ints
    cost: Ints

    def of(self, rows: Ints | Flags) -> "Arcs":
        """Return some of the rows."""
        return Arcs(self.ask[rows], self.unit[rows], self.cost[rows])


def needed_rows(arcs: Arcs, wanted: Ints) -> tuple[Ints, Flags]:
    """Return the rows that a cheapest way can do with, and which of them lead to a unit that no other of these rows leads to.

    An ask that has as many units of its own as it wants needs nobody dearer than those: in place of a dearer one it could always have
    one of its own, which it then does not use and nobody else could. So its list ends there, and units behind the end may become
    somebody else's own.

    Args:
        wanted: by ask, how many.
    """
    rows = np.arange(len(arcs.ask))
    ask, unit = arcs.ask, arcs.unit
    for _ in range(_ROUNDS):
        own = np.bincount(unit)[unit] == 1
        many = np.bincount(ask, minlength=len(wanted))
        before = np.cumsum(own) - own
        first = np.append(before, 0)[np.cumsum(many) - many]
        kept = before - first[ask] < wanted[ask]
        rows, ask, unit, own = rows[kept], ask[kept], unit[kept], own[kept]
        if kept.all():
            break
    return rows, own
